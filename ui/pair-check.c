/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pair-check.h.  A shift is sought where edges lie on edges: an edit
 * changes colours, but most edges stay.
 */
#include "config-i18n.h"

#include "pair-check.h"

#include <math.h>
#include <stdlib.h>

#define COARSE 64
#define FINE 256
#define REACH 6           /* coarse pixels either way, a tenth of the picture */
#define CLEARLY 0.12      /* that much better a shifted correlation must be than the unshifted */
#define ALIKE 0.35        /* and that good at all */
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

/* --- shifts --------------------------------------------------------------- */

typedef struct
{
  gint    width, height;
  gfloat *edges; /* how steep the brightness is */
} Edges;

static gboolean
edges_of (Edges *edges, const FseImage *picture, gint width, gint height)
{
  g_autoptr (FseImage) small = fse_image_scale (picture, width, height, NULL);

  *edges = (Edges) { width, height, small ? g_new0 (gfloat, (gsize) width * height) : NULL };
  if (! small)
    return FALSE;
  for (gint y = 0; y + 1 < height; y++)
    for (gint x = 0; x + 1 < width; x++)
      {
        const gfloat *here = small->rgba + ((gsize) y * width + x) * 4;
        const gfloat *below = here + (gsize) width * 4;
        gfloat        dx = 0.0f, dy = 0.0f;

        for (gint c = 0; c < 3; c++)
          {
            dx += here[4 + c] - here[c];
            dy += below[c] - here[c];
          }
        edges->edges[(gsize) y * width + x] = hypotf (dx, dy);
      }
  return TRUE;
}

/* Correlation of what is at (x, y) in a with (x + dx, y + dy) in b, -1..1. */
static gdouble
correlation (const Edges *a, const Edges *b, gint dx, gint dy)
{
  gdouble n = 0, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0, spread;

  for (gint y = MAX (0, -dy); y < MIN (a->height, a->height - dy); y++)
    for (gint x = MAX (0, -dx); x < MIN (a->width, a->width - dx); x++)
      {
        gdouble u = a->edges[(gsize) y * a->width + x];
        gdouble v = b->edges[(gsize) (y + dy) * a->width + x + dx];

        n++;
        sa += u;
        sb += v;
        saa += u * u;
        sbb += v * v;
        sab += u * v;
      }
  spread = (saa - sa * sa / MAX (n, 1)) * (sbb - sb * sb / MAX (n, 1));
  return spread > 1e-12 ? (sab - sa * sb / n) / sqrt (spread) : 0.0;
}

static gdouble
best_shift (const Edges *a, const Edges *b, gint reach, gint *dx, gint *dy)
{
  gint    x0 = *dx, y0 = *dy;
  gdouble best = -2.0;

  for (gint y = y0 - reach; y <= y0 + reach; y++)
    for (gint x = x0 - reach; x <= x0 + reach; x++)
      {
        gdouble score = correlation (a, b, x, y);

        if (score > best)
          {
            best = score;
            *dx  = x;
            *dy  = y;
          }
      }
  return best;
}

static void
working_shape (const FseImage *picture, gint side, gint *width, gint *height)
{
  gdouble scale = (gdouble) side / MAX (picture->width, picture->height);

  *width  = MAX ((gint) (picture->width * MIN (scale, 1.0)), 8);
  *height = MAX ((gint) (picture->height * MIN (scale, 1.0)), 8);
}

/* First roughly, then to a pixel of FINE. */
static gboolean
find_shift (const FseImage *before, const FseImage *after, gdouble *share_x, gdouble *share_y)
{
  Edges    a = { 0 }, b = { 0 };
  gint     width, height, dx = 0, dy = 0;
  gdouble  still, best;
  gboolean found = FALSE;

  working_shape (before, COARSE, &width, &height);
  if (! edges_of (&a, before, width, height) || ! edges_of (&b, after, width, height))
    goto end;
  still = correlation (&a, &b, 0, 0);
  best  = best_shift (&a, &b, REACH, &dx, &dy);
  if ((dx == 0 && dy == 0) || best < ALIKE || best < still + CLEARLY)
    goto end;
  *share_x = (gdouble) dx / width;
  *share_y = (gdouble) dy / height;

  g_free (a.edges);
  g_free (b.edges);
  working_shape (before, FINE, &width, &height);
  if (edges_of (&a, before, width, height) && edges_of (&b, after, width, height))
    {
      dx = (gint) lround (*share_x * width);
      dy = (gint) lround (*share_y * height);
      best_shift (&a, &b, 3, &dx, &dy);
      *share_x = (gdouble) dx / width;
      *share_y = (gdouble) dy / height;
    }
  found = TRUE;

end:
  g_free (a.edges);
  g_free (b.edges);
  return found;
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
  if (find_shift (before, scaled, &dx, &dy))
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
