/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Train dialog: pairs and settings; then what the training does, with
 * ways to pause it, to keep what it has learnt, and to leave it for later.
 */
#ifndef FSE_TRAIN_DIALOG_H
#define FSE_TRAIN_DIALOG_H

#include <gtk/gtk.h>

#include "fse-host.h"
#include "requests.h"

G_BEGIN_DECLS

#define FSE_TYPE_TRAIN_DIALOG (fse_train_dialog_get_type ())
G_DECLARE_FINAL_TYPE (FseTrainDialog, fse_train_dialog, FSE, TRAIN_DIALOG, GtkDialog)

/* Host and request are borrowed; the request is what the dialog starts with,
 * and what was trained last.  layer: the current one, on which the edit is shown while it is
 * learnt, unless it is among the pairs; -1 = none. */
GtkWidget *fse_train_dialog_new    (FseHost *host, gint layer, FseTrainRequest *request);
/* Whether a training went to its end, and how. */
gboolean   fse_train_dialog_result (FseTrainDialog *dialog, guint *steps, gdouble *loss);

/* All of it: shows, waits, destroys.  FSE_ERROR_CANCELLED with an empty text
 * where the user closed it without a trained model; the request is then what the
 * dialog showed at its end, without pairs that it would find by itself.  *apply_now: the edit shall
 * be applied at once. */
gboolean   fse_train_dialog_run    (FseHost *host, gint layer, FseTrainRequest *request, guint *steps, gdouble *loss,
                                    gboolean *apply_now, GError **error);

G_END_DECLS

#endif
