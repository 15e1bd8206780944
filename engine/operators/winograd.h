/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 3x3 convolutions by fewer products, on the cpu family; kernels-cl/winograd.cl says how.
 */
#ifndef FSE_WINOGRAD_H
#define FSE_WINOGRAD_H

#include "operators/tape.h"

G_BEGIN_DECLS

/* Whether a 3x3 convolution with stride 1 of n pictures from ci to co channels is done so, and its gradients of weights. */
gboolean fse_winograd_serves (FseDevice *device, gint n, gint h, gint w, gint ci, gint co);
gboolean fse_winograd_weight_serves (FseDevice *device, gint n, gint h, gint w, gint ci, gint co);
/* Of the transformed weights. */
gsize    fse_winograd_floats (gint ci, gint co);
/* y = x * weight + bias + onto, the latter two where given.  `swapped`: weight is of co to ci channels,
 * and mirrored.  `scratch` has fse_winograd_floats (). */
gboolean fse_winograd (FseDevice *device, FseBuffer x, FseBuffer weight, gboolean swapped, const FseBuffer *bias,
                       const FseBuffer *onto, FseBuffer y, FseBuffer scratch, gint n, gint h, gint w, gint ci, gint co,
                       GError **error);
/* The sums that make the gradients of weight and bias, from x [n,h,w,ci] and dy [n,h,w,co], in chunks of an even number of
 * rows of dy: partials [chunks][9 ci + 1][co], of which the last row is the bias's. */
gboolean fse_winograd_weight (FseDevice *device, FseBuffer x, FseBuffer dy, FseBuffer partials, gint n, gint h, gint w, gint ci,
                              gint co, gint rows_chunk, GError **error);

G_END_DECLS

#endif
