/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 3x3 convolutions by fewer products, on the cpu family; kernels-cl/winograd.cl says how.
 */
#ifndef FSE_WINOGRAD_H
#define FSE_WINOGRAD_H

#include "operators/tape.h"

G_BEGIN_DECLS

/* Whether a 3x3 convolution with stride 1 of n pictures from ci to co channels is done so. */
gboolean fse_winograd_serves (FseDevice *device, gint n, gint h, gint w, gint ci, gint co);
/* Of the transformed weights. */
gsize    fse_winograd_floats (gint ci, gint co);
/* y = x * weight + bias + onto, the latter two where given.  `swapped`: weight is of co to ci channels,
 * and mirrored.  `scratch` has fse_winograd_floats (). */
gboolean fse_winograd (FseDevice *device, FseBuffer x, FseBuffer weight, gboolean swapped, const FseBuffer *bias,
                       const FseBuffer *onto, FseBuffer y, FseBuffer scratch, gint n, gint h, gint w, gint ci, gint co,
                       GError **error);

G_END_DECLS

#endif
