/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Train dialog after a training: what the edit is called and where it lies.
 *
 * Signals: "renamed" (gchar *model, UTF-8: its file from now on) and "problem"
 * (gchar *sentence).
 */
#ifndef FSE_TRAIN_RESULT_H
#define FSE_TRAIN_RESULT_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define FSE_TYPE_TRAIN_RESULT (fse_train_result_get_type ())
G_DECLARE_FINAL_TYPE (FseTrainResult, fse_train_result, FSE, TRAIN_RESULT, GtkGrid)

GtkWidget *fse_train_result_new (void);
/* The model's file, UTF-8. */
void       fse_train_result_set (FseTrainResult *result, const gchar *model);

G_END_DECLS

#endif
