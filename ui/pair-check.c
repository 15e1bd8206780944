/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pair-check.h.
 */
#include "i18n.h"

#include "pair-check.h"

#include <math.h>

#include "files/align.h"

#define SAME (0.5f / 255) /* nothing that a screen would show */

void
fse_pair_check_clear (FsePairCheck *check)
{
  g_clear_pointer (&check->text, g_free);
  check->problem = FSE_PAIR_GOOD;
}

static gboolean
is_identical (const FseImage *before, const FseImage *after)
{
  gsize n = (gsize) before->width * before->height * 4;

  for (gsize i = 0; i < n; i++)
    if (fabsf (before->rgba[i] - after->rgba[i]) > SAME)
      return FALSE;
  return TRUE;
}

static gdouble
visible_share (const FseImage *before, const FseImage *after)
{
  gsize   n   = (gsize) before->width * before->height;
  gdouble sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += before->rgba[4 * i + 3] * after->rgba[4 * i + 3];
  return sum / n;
}

/* --- the verdict ---------------------------------------------------------- */

static void
tell (FsePairCheck *check, FsePairProblem problem, gchar *text)
{
  check->problem = problem;
  check->text    = text;
}

void
fse_pair_check (FsePairCheck *check, const FseMend *mend, const FseImage *before, const FseImage *after,
                const gint width[2], const gint height[2])
{
  gdouble              ratio  = ((gdouble) after->width / before->width) / ((gdouble) after->height / before->height);
  g_autoptr (FseImage) scaled = NULL;
  gdouble              share, dx, dy;

  *check      = (FsePairCheck) { FSE_PAIR_GOOD, NULL, *mend };
  if (fabs (ratio - 1.0) > 0.01 + 1.0 / MIN (before->height, after->height) + 1.0 / MIN (before->width, after->width))
    {
      check->mend.crop = TRUE;
      tell (check, FSE_PAIR_SHAPES, g_strdup_printf (_("The shapes differ: %d × %d pixels before, %d × %d after."),
                                                     width[0], height[0], width[1], height[1]));
      return;
    }
  scaled = fse_image_scale (after, before->width, before->height, NULL);
  if (! scaled)
    return;
  if (is_identical (before, scaled))
    {
      tell (check, FSE_PAIR_IDENTICAL, g_strdup (_("Before and after are identical: there is nothing to learn here.")));
      return;
    }
  share = visible_share (before, scaled);
  if (share < 0.5)
    {
      tell (check, FSE_PAIR_TRANSPARENT, g_strdup_printf (_("Mostly transparent: only %d %% of it can be learnt from."),
                                                          (gint) (share * 100.0 + 0.5)));
      return;
    }
  if (fse_align_find (before, scaled, &dx, &dy))
    {
      check->mend.dx += dx;
      check->mend.dy += dy;
      tell (check, FSE_PAIR_SHIFTED, g_strdup_printf (_("Looks misaligned: the after is shifted by about %d × %d pixels."),
                                                      (gint) lround (dx * width[0]), (gint) lround (dy * height[0])));
      return;
    }
  if (! mend->crop && (width[0] != width[1] || height[0] != height[1]))
    tell (check, FSE_PAIR_SCALED, g_strdup_printf (_("The after (%d × %d pixels) is scaled to the size of its before (%d × %d)."),
                                                   width[1], height[1], width[0], height[0]));
}
