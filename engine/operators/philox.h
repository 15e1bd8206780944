/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011) on the host; kernels-cl/random.cl is the same on
 * the device.  A number is a function of (seed, step, stream, element) alone:
 * key = seed, counter = (element / 4 low, step, stream, element / 4 high),
 * and lane element % 4 of the four words.
 */
#ifndef FSE_PHILOX_H
#define FSE_PHILOX_H

#include <glib.h>

G_BEGIN_DECLS

void    fse_philox4x32    (const guint32 counter[4], const guint32 key[2], guint32 out[4]);
/* In [0, 1), 24 bits. */
gfloat  fse_philox_uniform (guint64 seed, guint32 step, guint32 stream, guint64 element);
/* Standard normal: Box-Muller on lanes (0, 1) and (2, 3); u1 = (word + 1) / 2^32 in
 * (0, 1], u2 = word / 2^32; even lane r cos (2 pi u2), odd lane r sin (2 pi u2). */
gfloat  fse_philox_normal  (guint64 seed, guint32 step, guint32 stream, guint64 element);

G_END_DECLS

#endif
