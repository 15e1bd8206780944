/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/scale.h"

#include <math.h>
#include <string.h>

/* For each place of the new row: where its taps begin, and their weights. */
typedef struct
{
  gint    from_size, to_size, taps;
  gint   *from;
  gfloat *weight;
} Taps;

struct _FseScaler
{
  gboolean  has_alpha;
  Taps      across, down;
  FseImage *wide;          /* scaled in x only */
  gint      rows;          /* of it that are in */
  gfloat   *premultiplied; /* a row, where there is alpha */
};

static gdouble
catmull_rom (gdouble x)
{
  x = fabs (x);
  if (x < 1)
    return 1.5 * x * x * x - 2.5 * x * x + 1;
  if (x < 2)
    return -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2;
  return 0;
}

static Taps
make_taps (gint from, gint to)
{
  gdouble  ratio = (gdouble) from / to;
  gboolean reduce = to < from;
  Taps     taps = { from, to, reduce ? (gint) ceil (ratio) + 1 : 4 };

  taps.from = g_new (gint, to);
  taps.weight = g_new0 (gfloat, (gsize) to * taps.taps);
  for (gint i = 0; i < to; i++)
    {
      gdouble left = i * ratio, right = left + ratio, centre = (i + 0.5) * ratio - 0.5;
      gint    first = reduce ? (gint) floor (left) : (gint) floor (centre) - 1;
      gfloat *weight = taps.weight + (gsize) i * taps.taps;

      taps.from[i] = first;
      for (gint k = 0; k < taps.taps; k++)
        if (reduce)
          weight[k] = MAX (0, MIN (right, first + k + 1) - MAX (left, first + k)) / ratio;
        else
          weight[k] = catmull_rom (first + k - centre);
    }
  return taps;
}

/* Place i of a line whose pixels are `step` floats apart. */
static inline void
resample_one (const Taps *taps, gint i, const gfloat *line, gsize step, gfloat *out)
{
  const gfloat *weight = taps->weight + (gsize) i * taps->taps;
  gfloat        sum[4] = { 0, 0, 0, 0 };

  for (gint k = 0; k < taps->taps; k++)
    {
      const gfloat *pixel = line + CLAMP (taps->from[i] + k, 0, taps->from_size - 1) * step;

      for (gint c = 0; c < 4; c++)
        sum[c] += weight[k] * pixel[c];
    }
  memcpy (out, sum, sizeof sum);
}

FseScaler *
fse_scaler_new (gint from_width, gint from_height, gint to_width, gint to_height, gboolean has_alpha, GError **error)
{
  FseImage  *wide = fse_image_new (to_width, from_height, error);
  FseScaler *scaler;

  if (!wide)
    return NULL;
  scaler = g_new0 (FseScaler, 1);
  scaler->has_alpha = has_alpha;
  scaler->across = make_taps (from_width, to_width);
  scaler->down = make_taps (from_height, to_height);
  scaler->wide = wide;
  if (has_alpha)
    scaler->premultiplied = g_new (gfloat, (gsize) from_width * 4);
  return scaler;
}

void
fse_scaler_free (FseScaler *scaler)
{
  if (!scaler)
    return;
  g_free (scaler->across.from);
  g_free (scaler->across.weight);
  g_free (scaler->down.from);
  g_free (scaler->down.weight);
  g_free (scaler->premultiplied);
  fse_image_unref (scaler->wide);
  g_free (scaler);
}

void
fse_scaler_rows (FseScaler *scaler, const gfloat *rgba, gint rows)
{
  gsize floats = (gsize) scaler->across.from_size * 4;

  g_assert (scaler->rows + rows <= scaler->wide->height);
  for (gint r = 0; r < rows; r++, rgba += floats)
    {
      const gfloat *line = rgba;
      gfloat       *out = scaler->wide->rgba + (gsize) scaler->rows++ * scaler->wide->width * 4;

      if (scaler->has_alpha)
        {
          for (gsize i = 0; i < floats; i++)
            scaler->premultiplied[i] = i % 4 == 3 ? rgba[i] : rgba[i] * rgba[i | 3];
          line = scaler->premultiplied;
        }
      for (gint i = 0; i < scaler->across.to_size; i++)
        resample_one (&scaler->across, i, line, 4, out + 4 * i);
    }
}

FseImage *
fse_scaler_end (FseScaler *scaler, GError **error)
{
  gint      width = scaler->wide->width, height = scaler->down.to_size;
  gsize     row = (gsize) width * 4;
  FseImage *scaled = fse_image_new (width, height, error);

  g_assert (scaler->rows == scaler->wide->height);
  if (!scaled)
    return NULL;
  scaled->has_alpha = scaler->has_alpha;
  for (gint i = 0; i < height; i++)
    for (gint x = 0; x < width; x++)
      {
        gfloat *pixel = scaled->rgba + i * row + 4 * x;
        gfloat  alpha;

        resample_one (&scaler->down, i, scaler->wide->rgba + 4 * x, row, pixel);
        alpha = scaler->has_alpha ? CLAMP (pixel[3], 0, 1) : 1;
        for (gint c = 0; c < 3 && scaler->has_alpha; c++)
          pixel[c] = alpha > 1e-6f ? pixel[c] / alpha : 0;
        pixel[3] = alpha;
      }
  return scaled;
}

FseImage *
fse_image_scale (const FseImage *image, gint width, gint height, GError **error)
{
  g_autoptr (FseScaler) scaler = fse_scaler_new (image->width, image->height, width, height, image->has_alpha, error);
  FseImage             *scaled;

  if (!scaler)
    return NULL;
  fse_scaler_rows (scaler, image->rgba, image->height);
  scaled = fse_scaler_end (scaler, error);
  if (!scaled)
    return NULL;
  scaled->bits = image->bits;
  scaled->gray = image->gray;
  if (image->bits <= 16) /* Catmull-Rom swings over at edges; a float picture may mean it */
    for (gsize i = 0; i < (gsize) width * height * 4; i++)
      scaled->rgba[i] = CLAMP (scaled->rgba[i], 0, 1);
  return scaled;
}
