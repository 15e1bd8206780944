/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sums on the device in a fixed order, shared by operators that need one.
 */
#ifndef FSE_REDUCE_H
#define FSE_REDUCE_H

#include "device/device.h"

G_BEGIN_DECLS

/* out[0] = factor * sum (x[0 .. n-1]), or += that where `add`.  For a few
 * thousand numbers: one work-group does it. */
gboolean fse_reduce_sum (FseDevice *device, FseBuffer x, gsize n, gfloat factor, FseBuffer out, gboolean add, GError **error);

/* out[group, k] = sum over pixels of x[group, pixel, k] * weight[group, pixel], or +=
 * that where `add`; weight may be NULL for ones.  `scratch` holds
 * fse_reduce_rows_scratch() floats. */
gboolean fse_reduce_rows (FseDevice *device, FseBuffer x, const FseBuffer *weight, gint groups, gint pixels, gint c,
                          FseBuffer scratch, FseBuffer out, gboolean add, GError **error);
gsize    fse_reduce_rows_scratch (gint groups, gint pixels, gint c);

/* For kernels that give each work-item a number of pixels ("share"): how many,
 * and the range for it. */
guint    fse_pixels_share (FseDevice *device);
FseRange fse_range_pixels (FseDevice *device, gsize pixels, gsize groups);

G_END_DECLS

#endif
