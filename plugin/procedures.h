/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two procedures as GIMP's procedure database sees them: their tables, and
 * what their arguments mean.  The order of arguments is frozen (README.md).
 */
#ifndef FSE_PROCEDURES_H
#define FSE_PROCEDURES_H

#include <libgimp/gimp.h>

#include "ui/requests.h"

G_BEGIN_DECLS

#define FSE_PROC_TRAIN "plug-in-few-shot-edit-train"
#define FSE_PROC_APPLY "plug-in-few-shot-edit-apply"

/* What all three run modes find in the first three arguments. */
typedef struct
{
  GimpRunMode run_mode;
  gint32      image;
  gint32      drawable;
  gboolean    complete; /* all other arguments are there, too */
} FseCall;

void fse_procedures_install (void);

/* FALSE: the call is not one of this procedure's (GIMP_PDB_CALLING_ERROR).
 * Where the call is complete, the request is filled from it. */
gboolean fse_procedures_train_args (gint n, const GimpParam *params, FseCall *call, FseTrainRequest *request);
gboolean fse_procedures_apply_args (gint n, const GimpParam *params, FseCall *call, FseApplyRequest *request);

G_END_DECLS

#endif
