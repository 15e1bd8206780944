/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Apply dialog: a trained edit, how strongly, and a preview of it on the
 * layer that is to be edited.
 */
#ifndef FSE_APPLY_DIALOG_H
#define FSE_APPLY_DIALOG_H

#include <gtk/gtk.h>

#include "fse-host.h"
#include "requests.h"

G_BEGIN_DECLS

#define FSE_TYPE_APPLY_DIALOG (fse_apply_dialog_get_type ())
G_DECLARE_FINAL_TYPE (FseApplyDialog, fse_apply_dialog, FSE, APPLY_DIALOG, GtkDialog)

/* Host and request are borrowed; the request is what the dialog starts with,
 * and what was applied. */
GtkWidget *fse_apply_dialog_new    (FseHost *host, gint image, gint layer, FseApplyRequest *request);
/* The new layer, or -1. */
gint       fse_apply_dialog_result (FseApplyDialog *dialog);

/* All of it: shows, waits, destroys.  FSE_ERROR_CANCELLED with an empty text
 * where the user closed it without applying. */
gint       fse_apply_dialog_run    (FseHost *host, gint image, gint layer, FseApplyRequest *request, GError **error);

G_END_DECLS

#endif
