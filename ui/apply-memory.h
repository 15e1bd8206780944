/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the Apply dialog remembers until the next time, also where it was
 * cancelled.  The procedure's last values, which Repeat takes, are others:
 * those of the last edit that was done.
 */
#ifndef FSE_APPLY_MEMORY_H
#define FSE_APPLY_MEMORY_H

#include "fse-host.h"
#include "requests.h"

G_BEGIN_DECLS

/* FALSE, and the request stays as it is, where nothing is remembered. */
gboolean fse_apply_memory_recall  (FseHost *host, FseApplyRequest *request);
/* folder: where the trained edits are, in the system's encoding. */
void     fse_apply_memory_store   (FseHost *host, const FseApplyRequest *request, const gchar *folder);
/* That folder, or ours; free it. */
gchar   *fse_apply_memory_folder  (FseHost *host);
/* The next time this model (UTF-8) is the one to begin with. */
void     fse_apply_memory_propose (FseHost *host, const gchar *model);

G_END_DECLS

#endif
