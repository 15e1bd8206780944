/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which library multiplies matrices on a device, decided once.
 */
#ifndef FSE_GEMM_CHOICE_H
#define FSE_GEMM_CHOICE_H

#include "operators/gemm.h"

G_BEGIN_DECLS

typedef struct
{
  FseGemmLibrary library;
  gboolean       forced; /* by FEW_SHOT_EDIT_GEMM */
  gchar         *reason; /* the sentence of fse_gemm_choice() */
} FseGemmChoice;

/* The device's choice, made now where it was not yet.  Owned by the device.
 * Fails only where FEW_SHOT_EDIT_GEMM holds a word that is none. */
FseGemmChoice *fse_gemm_choose (FseDevice *device, GError **error);

/* CLBlast failed in use: from now on our own kernels serve this device, and
 * the remembered verdict is dropped. */
void           fse_gemm_distrust (FseDevice *device, FseGemmChoice *choice, const gchar *why);

/* Checks CLBlast's results on this device against the plain kernel, then its
 * time against our own; fills library and reason.  What fse_gemm_choose()
 * does on a GPU device that it has not met before. */
void           fse_gemm_judge (FseDevice *device, FseGemmChoice *choice);

G_END_DECLS

#endif
