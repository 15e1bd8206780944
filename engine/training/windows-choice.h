/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether the networks see a picture as a whole, reduced, or through windows:
 * the whole tells most, but an edit that draws what is finer than the reduced
 * picture shows (lines, grain, a sharpening), or wipes it away (paint), is learnt better where it is seen.
 */
#ifndef FSE_WINDOWS_CHOICE_H
#define FSE_WINDOWS_CHOICE_H

#include "files/pairs.h"

G_BEGIN_DECLS

/* How much more fine detail than coarse structure the edit adds: the ratio after to before of the energy
 * in what pictures lose when reduced to about size x size pixels, divided by that ratio of what is left (without its mean).
 * 1 for an edit that treats all alike, as recolouring and warps do; below it smooths.  Pixels count as far as they are visible. */
/* An edit of less takes fine detail away. */
#define FSE_WIPES_DETAIL 0.25
gboolean fse_windows_fineness (FsePairs *pairs, gint size, gdouble *fineness, GError **error);

/* *windows: as asked for; FSE_WINDOWS_AUTO becomes the most where the edit draws fine detail, 2 where
 * it wipes it away, and else 1.  Never more a side than
 * the pairs have pixels for. */
gboolean fse_windows_choose   (FsePairs *pairs, gint size, gint *windows, GError **error);

G_END_DECLS

#endif
