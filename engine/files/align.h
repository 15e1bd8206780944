/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether an after lies on its before, and putting it there.
 */
#ifndef FSE_ALIGN_H
#define FSE_ALIGN_H

#include "files/pairs.h"

G_BEGIN_DECLS

/* How far the after is shifted against its before, as shares of the width and height (what is at (x, y) before is at
 * (x + dx w, y + dy h) after), up to a tenth either way and to a pixel of 256.  An edit changes colours, but most edges stay: a shift is
 * found where edges lie clearly better on edges with it than without.  FALSE where there is none that could be
 * told.  Any thread; some 20 ms. */
gboolean  fse_align_find  (const FseImage *before, const FseImage *after, gdouble *dx, gdouble *dy);

/* Moves the afters of pairs that are shifted otherwise than most: those by accident.  A shift that most pairs
 * share belongs to the edit, and stays.  What a moved after does not cover becomes transparent: it is not
 * learnt from.  Says in pairs->warnings what was done, and counts
 * in pairs->n_moved: how to switch it off is for the caller to say.  FSE_ERROR_OUT_OF_MEMORY. */
gboolean  fse_pairs_align (FsePairs *pairs, GError **error);

G_END_DECLS

#endif
