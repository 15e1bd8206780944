/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The example pairs: before and after pictures of one edit.
 */
#ifndef FSE_PAIRS_H
#define FSE_PAIRS_H

#include "files/image.h"

G_BEGIN_DECLS

/* Larger pictures are reduced to this short side when added: no working
 * resolution is above it, and fifty camera pictures would fill the memory. */
#define FSE_PAIRS_MAX_SIDE 512

typedef struct
{
  gchar    *name;
  FseImage *before;
  FseImage *after; /* the same size as before */
} FsePair;

typedef struct
{
  GPtrArray *pairs;    /* FsePair, owned */
  GPtrArray *warnings; /* gchar *: sentences for the user, e.g. "only one pair" */
  guint      n_moved;  /* afters that fse_pairs_align() has moved */
} FsePairs;

FsePairs *fse_pairs_new  (void);
void      fse_pairs_free (FsePairs *pairs);

/* The same pictures, without the warnings. */
FsePairs *fse_pairs_copy (const FsePairs *pairs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FsePairs, fse_pairs_free)

/* Keeps references, or reduced copies.  FSE_ERROR_BAD_PAIR where the two sizes differ by more than
 * scaling can mend (another aspect); the after is scaled to the before's size,
 * with a warning, where only the scale differs. */
gboolean  fse_pairs_add  (FsePairs *pairs, const gchar *name, FseImage *before, FseImage *after, GError **error);

/* Reads a folder: before/ and after/ with equal names (any image type on either
 * side), or NAME_before.* with NAME_after.*.  In the order of the names, the
 * first `max` (0 = all).  A picture without its partner, an unreadable or empty
 * picture, no pairs: FSE_ERROR_BAD_PAIR naming the file and what to do. */
FsePairs *fse_pairs_load (const gchar *folder, guint max, GError **error);

/* What holds for all pairs together: none -> error; a single one, identical
 * before and after (one or all), fewer than 5 -> warnings.  All identical -> error. */
gboolean  fse_pairs_check (FsePairs *pairs, GError **error);

G_END_DECLS

#endif
