/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Matrix products on the device: attention, matching and the frequency loss
 * are made of them.
 *
 * Three libraries can serve.  Own kernels are the default on CPU devices.  On
 * GPU devices it is CLBlast, after its results were checked against the plain
 * kernel and its time against our own; the verdict is remembered for the
 * device.  FEW_SHOT_EDIT_GEMM=own|clblast|plain forces one.
 *
 * Thread: the device's.
 *
 * Typical use
 *   C[m, n] = A[m, k] B[k, n], packed rows:
 *   fse_gemm (device, FALSE, FALSE, m, n, k, 1, a, k, b, n, 0, c, n, 1, 0, 0, 0, &error);
 */
#ifndef FSE_GEMM_H
#define FSE_GEMM_H

#include "device/device.h"

G_BEGIN_DECLS

typedef enum
{
  FSE_GEMM_OWN,     /* kernels-cl/gemm.cl, of the device's family */
  FSE_GEMM_PLAIN,   /* one thread an element: the yardstick of the others */
  FSE_GEMM_CLBLAST
} FseGemmLibrary;

/* C = alpha op(A) op(B) + beta C for each of `batch` matrices, all row-major;
 * op(A) is m x k, op(B) k x n.  A leading dimension counts the floats from
 * one stored row to the next; a stride those from one matrix to the next. */
typedef struct
{
  gboolean  transpose_a, transpose_b;
  gint      m, n, k;
  gfloat    alpha, beta; /* beta = 0: what C held is not read */
  FseBuffer a, b, c;
  gint      lda, ldb, ldc;
  gint      batch;
  gsize     stride_a, stride_b, stride_c;
} FseGemm;

gboolean fse_gemm (FseDevice *device, gboolean transpose_a, gboolean transpose_b, gint m, gint n, gint k,
                   gfloat alpha, FseBuffer a, gint lda, FseBuffer b, gint ldb, gfloat beta, FseBuffer c, gint ldc,
                   gint batch, gsize stride_a, gsize stride_b, gsize stride_c, GError **error);

/* The same by a library of the caller's choice, for tests and comparisons. */
gboolean fse_gemm_by (FseDevice *device, FseGemmLibrary library, const FseGemm *gemm, GError **error);

/* Which library serves this device and why, as one sentence; decides first
 * where that was not yet done.  Owned by the device. */
const gchar *fse_gemm_choice (FseDevice *device, GError **error);

G_END_DECLS

#endif
