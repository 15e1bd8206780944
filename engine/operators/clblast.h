/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CLBlast (github.com/CNugteren/CLBlast) as a library of matrix products.
 * Nothing here says whether it should be used: gemm-choice.c does.
 */
#ifndef FSE_CLBLAST_H
#define FSE_CLBLAST_H

#include "operators/gemm.h"

G_BEGIN_DECLS

/* Queues the product.  The first call on a device compiles CLBlast's kernels:
 * seconds on a GPU, up to a minute on a CPU device. */
gboolean     fse_clblast_gemm (FseDevice *device, const FseGemm *gemm, GError **error);

/* Frees what CLBlast keeps in memory for all devices; it fills again at need. */
void         fse_clblast_forget (void);

/* A status of CLBlast in words: "CLBlastInvalidLocalMemUsage (-2046): ...". */
const gchar *fse_clblast_status_name (gint status);

G_END_DECLS

#endif
