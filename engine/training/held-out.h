/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which pairs are held out: not learnt from, but looked at now and then, to
 * tell how well the edit does on pictures that it has not seen.
 */
#ifndef FSE_HELD_OUT_H
#define FSE_HELD_OUT_H

#include "files/pairs.h"

G_BEGIN_DECLS

/* How many of n pairs: the setting `validation`, where its automatic value (below
 * 0) holds out none below 20 pairs, and one from 20.
 * FSE_ERROR_USAGE where none would be left to learn from. */
gboolean fse_held_out_count (gint setting, guint n, guint *count, GError **error);
/* A new list of the same pairs, the held-out ones last.  They are typical ones:
 * of all pairs in the order of how much they change, those in the middle of `count` equal parts. */
FsePairs *fse_held_out_last (FsePairs *pairs, guint count);

G_END_DECLS

#endif
