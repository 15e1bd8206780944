/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is wrong with one pair, in words, and what would mend it.
 */
#ifndef FSE_PAIR_CHECK_H
#define FSE_PAIR_CHECK_H

#include "example.h"

G_BEGIN_DECLS

typedef enum
{
  FSE_PAIR_GOOD,
  FSE_PAIR_SCALED,      /* one size is a multiple of the other: only told */
  FSE_PAIR_SHAPES,      /* another width : height */
  FSE_PAIR_IDENTICAL,
  FSE_PAIR_TRANSPARENT, /* for the most part */
  FSE_PAIR_SHIFTED
} FsePairProblem;

typedef struct
{
  FsePairProblem problem;
  gchar         *text; /* a sentence; NULL where all is good */
  FseMend        mend; /* for SHAPES and SHIFTED: the example's own and what is missing */
} FsePairCheck;

void fse_pair_check_clear (FsePairCheck *check);

/* before, after: mended as `mend` says, reduced (256 pixels are plenty);
 * width, height: of both before anything was done.  Any thread. */
void fse_pair_check       (FsePairCheck *check, const FseMend *mend, const FseImage *before, const FseImage *after,
                           const gint width[2], const gint height[2]);

G_END_DECLS

#endif
