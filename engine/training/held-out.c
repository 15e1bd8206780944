/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/held-out.h"
#include "i18n.h"

#include <math.h>

/* From so many pairs on one is held out: below, it is worth more to learn from. */
#define ONE_FROM 20

gboolean
fse_held_out_count (gint setting, guint n, guint *count, GError **error)
{
  *count = setting >= 0 ? (guint) setting : n >= ONE_FROM;
  if (*count < n)
    return TRUE;
  g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE,
               ngettext ("With validation=%u none of %u pair would be left to learn from: hold fewer out, or give more pairs.",
                         "With validation=%u none of %u pairs would be left to learn from: hold fewer out, or give more pairs.", n),
               *count, n);
  return FALSE;
}

typedef struct
{
  FsePair *pair;
  gdouble  change; /* mean |before - after|, weighted by what is visible of it */
  guint    place;
} Ranked;

static gdouble
change_of (const FsePair *pair)
{
  gsize   n = (gsize) pair->before->width * pair->before->height;
  gdouble sum = 0;

  for (gsize i = 0; i < n; i++)
    {
      const gfloat *x = pair->before->rgba + 4 * i, *y = pair->after->rgba + 4 * i;
      gdouble       change = (fabsf (x[0] - y[0]) + fabsf (x[1] - y[1]) + fabsf (x[2] - y[2])) * x[3] * y[3];

      sum += isfinite (change) ? change : 0;
    }
  return sum / n;
}

static gint
by_change (gconstpointer a, gconstpointer b)
{
  const Ranked *x = a, *y = b;

  if (x->change != y->change)
    return x->change < y->change ? -1 : 1;
  return (gint) x->place - (gint) y->place;
}

FsePairs *
fse_held_out_last (FsePairs *pairs, guint count)
{
  guint               n = pairs->pairs->len;
  g_autofree Ranked  *ranked = g_new (Ranked, n);
  g_autofree gboolean *held = g_new0 (gboolean, n);
  FsePairs           *ordered = fse_pairs_new ();

  for (guint i = 0; i < n; i++)
    {
      FsePair *pair = pairs->pairs->pdata[i];

      ranked[i] = (Ranked) { pair, change_of (pair), i };
    }
  qsort (ranked, n, sizeof *ranked, by_change);
  for (guint k = 0; k < count; k++)
    held[ranked[(2 * k + 1) * n / (2 * count)].place] = TRUE;
  for (gint last = 0; last < 2; last++)
    for (guint i = 0; i < n; i++)
      {
        FsePair *pair = pairs->pairs->pdata[i];

        if (held[i] == last)
          fse_pairs_add (ordered, pair->name, pair->before, pair->after, NULL); /* has been added once: fits */
      }
  return ordered;
}
