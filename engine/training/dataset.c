/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/dataset.h"

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "model/net.h"

/* A weight that no 8-bit screen shows.  Colours below it are no part of the
 * edit, but the networks see them: there the after becomes the before, as
 * the black of nothing would be taken for the edit. */
#define HIDDEN (0.5f / 255)

static gint
compare_aspects (gconstpointer a, gconstpointer b)
{
  const FseImage *x = (*(const FsePair *const *) a)->before, *y = (*(const FsePair *const *) b)->before;
  gdouble         d = (gdouble) x->width / x->height - (gdouble) y->width / y->height;

  return d < 0 ? -1 : d > 0;
}

const FseImage *
fse_dataset_typical (FsePairs *pairs)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (pairs->pairs, NULL, NULL);

  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, compare_aspects);
  return ((FsePair *) sorted->pdata[sorted->len / 2])->before;
}

/* R'G'B' and alpha of `image`, scaled; values that are no numbers become 0. */
static gboolean
copy_scaled (const FseImage *image, gint width, gint height, gfloat *to, GError **error)
{
  g_autoptr (FseImage) scaled = fse_image_scale (image, width, height, error);

  if (!scaled)
    return FALSE;
  for (gsize i = 0; i < (gsize) width * height * 4; i++)
    to[i] = isfinite (scaled->rgba[i]) ? CLAMP (scaled->rgba[i], 0.0f, 1.0f) : 0.0f;
  return TRUE;
}

FseDataset *
fse_dataset_new (FsePairs *pairs, gint size, gint windows, GError **error)
{
  g_autoptr (FseDataset) set = g_new0 (FseDataset, 1);
  g_autoptr (GChecksum)  sum = g_checksum_new (G_CHECKSUM_SHA256);
  const FseImage *typical = fse_dataset_typical (pairs);
  gsize           floats;
  gdouble         difference = 0, weight = 0;

  fse_net_working_shape (size, typical->width, typical->height, &set->window_width, &set->window_height);
  set->windows = windows;
  set->width = windows * set->window_width;
  set->height = windows * set->window_height;
  set->n = pairs->pairs->len;
  floats = (gsize) set->height * set->width * 4;
  set->before = g_try_new (gfloat, set->n * floats);
  set->after = g_try_new (gfloat, set->n * floats);
  if (!set->before || !set->after)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY,
                   ngettext ("There is not enough memory for %d pair of %d x %d pixels: use a smaller size.",
                             "There is not enough memory for %d pairs of %d x %d pixels: use fewer pairs or a smaller size.", set->n),
                   set->n, set->width, set->height);
      return NULL;
    }

  for (gint i = 0; i < set->n; i++)
    {
      FsePair *pair = pairs->pairs->pdata[i];
      gfloat  *before = set->before + i * floats, *after = set->after + i * floats;

      if (!copy_scaled (pair->before, set->width, set->height, before, error)
          || !copy_scaled (pair->after, set->width, set->height, after, error))
        return NULL;
      for (gsize p = 0; p < floats; p += 4)
        {
          gfloat w = before[p + 3] * after[p + 3];

          before[p + 3] = after[p + 3] = w;
          if (w < HIDDEN)
            memcpy (after + p, before + p, 3 * sizeof (gfloat));
          for (gint c = 0; c < 3; c++)
            difference += w * fabsf (before[p + c] - after[p + c]);
          weight += 3 * w;
        }
      g_checksum_update (sum, (const guchar *) before, floats * sizeof (gfloat));
      g_checksum_update (sum, (const guchar *) after, floats * sizeof (gfloat));
    }
  set->copy_error = difference / MAX (weight, 1);
  set->digest = g_strdup (g_checksum_get_string (sum));
  return g_steal_pointer (&set);
}

void
fse_dataset_free (FseDataset *dataset)
{
  if (!dataset)
    return;
  g_free (dataset->before);
  g_free (dataset->after);
  g_free (dataset->digest);
  g_free (dataset);
}

void
fse_dataset_window (const FseDataset *dataset, gint place, gint *left, gint *top)
{
  *left = place % dataset->windows * dataset->window_width;
  *top = place / dataset->windows * dataset->window_height;
}

/* Sum of |before - after| in a window of a pair, weighted. */
static gdouble
change_within (const FseDataset *dataset, gint pair, gint left, gint top)
{
  gdouble sum = 0;

  for (gint y = top; y < top + dataset->window_height; y++)
    for (gint x = left; x < left + dataset->window_width; x++)
      {
        gsize at = (((gsize) pair * dataset->height + y) * dataset->width + x) * 4;

        for (gsize i = at; i < at + 3; i++)
          sum += dataset->before[at + 3] * fabsf (dataset->before[i] - dataset->after[i]);
      }
  return sum;
}

static gint
most_changed_window (const FseDataset *dataset, gint pair)
{
  gint    best = 0;
  gdouble most = -1;

  for (gint place = 0; place < dataset->windows * dataset->windows; place++)
    {
      gint    left, top;
      gdouble change;

      fse_dataset_window (dataset, place, &left, &top);
      change = change_within (dataset, pair, left, top);
      if (change > most)
        {
          most = change;
          best = place;
        }
    }
  return best;
}

guint8 *
fse_dataset_bytes (const FseDataset *dataset, const gfloat *values)
{
  gsize   row = (gsize) dataset->window_width * 4;
  guint8 *bytes = g_new (guint8, dataset->n * dataset->window_height * row), *to = bytes;

  for (gint i = 0; i < dataset->n; i++)
    {
      gint left, top;

      fse_dataset_window (dataset, most_changed_window (dataset, i), &left, &top);
      for (gint y = 0; y < dataset->window_height; y++)
        {
          const gfloat *from = values + (((gsize) i * dataset->height + top + y) * dataset->width + left) * 4;

          for (gsize k = 0; k < row; k++)
            *to++ = from[k] * 255.0f + 0.5f;
        }
    }
  return bytes;
}
