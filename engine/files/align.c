/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/align.h"
#include "i18n.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COARSE 64
#define FINE 256
#define REACH 6      /* coarse pixels either way, a tenth of the picture */
#define CLEARLY 0.12 /* that much better a shifted correlation must be than the unshifted */
#define ALIKE 0.6    /* and that good at all: an edit that draws edges anew cannot be told from a shift */
/* Pairs from which on it can be told what most of them do. */
#define LEAST_PAIRS 3

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
  if (!small)
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

static gboolean
edges_of_both (const FseImage *before, const FseImage *after, gint side, Edges both[2])
{
  gint width, height;

  working_shape (before, side, &width, &height);
  both[1] = (Edges) { 0 };
  return edges_of (&both[0], before, width, height) && edges_of (&both[1], after, width, height);
}

static void
edges_clear (Edges both[2])
{
  g_free (both[0].edges);
  g_free (both[1].edges);
}

/* First roughly, then to a pixel of FINE. */
gboolean
fse_align_find (const FseImage *before, const FseImage *after, gdouble *share_x, gdouble *share_y)
{
  Edges    coarse[2], fine[2];
  gint     dx = 0, dy = 0;
  gdouble  still, best;
  gboolean found = FALSE;

  if (edges_of_both (before, after, COARSE, coarse))
    {
      best_shift (&coarse[0], &coarse[1], REACH, &dx, &dy);
      if (edges_of_both (before, after, FINE, fine))
        {
          gint width = fine[0].width, height = fine[0].height;

          dx = lround ((gdouble) dx / coarse[0].width * width);
          dy = lround ((gdouble) dy / coarse[0].height * height);
          still = correlation (&fine[0], &fine[1], 0, 0);
          best = best_shift (&fine[0], &fine[1], 3, &dx, &dy);
          found = (dx != 0 || dy != 0) && best >= ALIKE && best >= still + CLEARLY;
          *share_x = (gdouble) dx / width;
          *share_y = (gdouble) dy / height;
        }
      edges_clear (fine);
    }
  edges_clear (coarse);
  return found;
}

/* The picture moved by whole pixels, transparent where it has nothing. */
static FseImage *
moved (const FseImage *image, gint dx, gint dy, GError **error)
{
  FseImage *result = fse_image_new (image->width, image->height, error);

  if (!result)
    return NULL;
  result->bits = image->bits;
  result->gray = image->gray;
  result->has_alpha = TRUE;
  for (gint y = MAX (0, -dy); y < MIN (image->height, image->height - dy); y++)
    memcpy (result->rgba + ((gsize) y * image->width + MAX (0, -dx)) * 4,
            image->rgba + ((gsize) (y + dy) * image->width + MAX (0, dx)) * 4,
            (gsize) (image->width - abs (dx)) * 4 * sizeof (gfloat));
  return result;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gdouble d = *(const gdouble *) a - *(const gdouble *) b;

  return d < 0 ? -1 : d > 0;
}

static gdouble
median (const gdouble *values, guint n)
{
  g_autofree gdouble *sorted = g_memdup2 (values, n * sizeof *values);

  qsort (sorted, n, sizeof *sorted, compare);
  return sorted[n / 2];
}

gboolean
fse_pairs_align (FsePairs *pairs, GError **error)
{
  guint               n = pairs->pairs->len;
  g_autofree gdouble *dx = g_new0 (gdouble, n), *dy = g_new0 (gdouble, n);
  gdouble             usual_x, usual_y;
  guint               n_usual = 0;

  for (guint i = 0; i < n; i++)
    {
      FsePair *pair = pairs->pairs->pdata[i];

      if (!fse_align_find (pair->before, pair->after, &dx[i], &dy[i]))
        dx[i] = dy[i] = 0;
    }
  if (n < LEAST_PAIRS) /* too few to tell an accident from the edit */
    return TRUE;
  usual_x = median (dx, n);
  usual_y = median (dy, n);
  for (guint i = 0; i < n; i++)
    n_usual += fabs (dx[i] - usual_x) < 1.5 / FINE && fabs (dy[i] - usual_y) < 1.5 / FINE;
  if (2 * n_usual <= n) /* each otherwise: none of it is the edit's */
    usual_x = usual_y = 0;
  for (guint i = 0; i < n; i++)
    {
      FsePair  *pair = pairs->pairs->pdata[i];
      gint      x = lround ((dx[i] - usual_x) * pair->after->width), y = lround ((dy[i] - usual_y) * pair->after->height);
      FseImage *after;

      if (x == 0 && y == 0)
        continue;
      after = moved (pair->after, x, y, error);
      if (!after)
        return FALSE;
      fse_image_unref (pair->after);
      pair->after = after;
      g_ptr_array_add (pairs->warnings,
                       g_strdup_printf (_("The after of “%s” lay %d x %d pixels off its before, and was moved there."), pair->name, x, y));
      pairs->n_moved++;
    }
  return TRUE;
}
