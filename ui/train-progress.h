/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Train dialog during a training: what the edit does by now, how the loss
 * falls, how far it is.
 */
#ifndef FSE_TRAIN_PROGRESS_H
#define FSE_TRAIN_PROGRESS_H

#include <gtk/gtk.h>

#include "runs.h"

G_BEGIN_DECLS

#define FSE_TYPE_TRAIN_PROGRESS (fse_train_progress_get_type ())
G_DECLARE_FINAL_TYPE (FseTrainProgress, fse_train_progress, FSE, TRAIN_PROGRESS, GtkBox)

GtkWidget *fse_train_progress_new   (void);
void       fse_train_progress_clear (FseTrainProgress *progress);
/* What the run tells now; `instead` (may be NULL) replaces the bar's text.
 * FALSE while there is nothing to tell. */
gboolean   fse_train_progress_look  (FseTrainProgress *progress, FseTrainRun *run, const gchar *instead, FseSnapshot *snapshot);
/* After the end. */
void       fse_train_progress_end   (FseTrainProgress *progress, gboolean trained, const gchar *text);

G_END_DECLS

#endif
