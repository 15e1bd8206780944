/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training and applying without a dialog: the non-interactive procedures and
 * "Repeat last".  Progress is the host's own bar.
 *
 * Thread: the main thread, which goes on serving its main context, so that the
 * plug-in notices when the host dies.  SIGINT and SIGTERM end a training with
 * a checkpoint.
 */
#ifndef FSE_BATCH_H
#define FSE_BATCH_H

#include "ui/fse-host.h"
#include "ui/requests.h"

G_BEGIN_DECLS

/* error must not be NULL. */
gboolean fse_batch_train (FseHost *host, const FseTrainRequest *request, guint *steps, gdouble *loss, GError **error);
/* The new layer, or -1. */
gint     fse_batch_apply (FseHost *host, gint image, gint layer, const FseApplyRequest *request, GError **error);

G_END_DECLS

#endif
