/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture in main memory, and making it larger or smaller.
 */
#include "files/image.h"

#include <math.h>
#include <string.h>

#include "files/image-private.h"

/* 4 GiB of floats: a file that claims more is lying or beyond this program. */
#define MAX_PIXELS ((gsize) 1 << 28)

FseImage *
fse_image_new (gint width, gint height, GError **error)
{
  FseImage *image;
  gfloat   *rgba = NULL;

  if (width < 1 || height < 1)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE, "A picture of %d x %d pixels holds nothing.", width, height);
      return NULL;
    }
  if ((gsize) width <= MAX_PIXELS / height)
    rgba = g_try_malloc0_n ((gsize) width * height, 4 * sizeof (gfloat));
  if (!rgba)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY,
                   "A picture of %d x %d pixels needs %.1f GB of memory, more than there is. Use a smaller one.",
                   width, height, (gdouble) width * height * 16 / 1e9);
      return NULL;
    }
  image = g_new0 (FseImage, 1);
  image->width = width;
  image->height = height;
  image->bits = 8;
  image->rgba = rgba;
  image->ref_count = 1;
  return image;
}

FseImage *
fse_image_ref (FseImage *image)
{
  g_atomic_int_inc (&image->ref_count);
  return image;
}

void
fse_image_unref (FseImage *image)
{
  if (!image || !g_atomic_int_dec_and_test (&image->ref_count))
    return;
  g_free (image->rgba);
  g_free (image);
}

gpointer
fse_image_pack (const FseImage *image, gint channels, gint bits, GError **error)
{
  gsize    n = (gsize) image->width * image->height;
  gboolean alpha = channels == 2 || channels == 4;
  gint     colours = channels - alpha;
  gfloat   top = bits == 16 ? 65535 : 255;
  gpointer pixels = g_try_malloc_n (n, channels * (bits / 8));
  guint8  *to8 = pixels;
  guint16 *to16 = pixels;

  if (!pixels)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY, "Saving needs %.1f GB more memory than there is.",
                   (gdouble) n * channels * (bits / 8) / 1e9);
      return NULL;
    }
  for (gsize i = 0; i < n; i++)
    for (gint c = 0; c < channels; c++)
      {
        gfloat value = image->rgba[4 * i + (c < colours ? c : 3)];
        guint  number = value > 0 ? (guint) (MIN (value, 1) * top + 0.5f) : 0;

        if (bits == 16)
          *to16++ = number;
        else
          *to8++ = number;
      }
  return pixels;
}

/* For each place of the new row: where its taps begin, and their weights. */
typedef struct
{
  gint    taps;
  gint   *from;
  gfloat *weight;
} Taps;

static void
taps_clear (Taps *taps)
{
  g_free (taps->from);
  g_free (taps->weight);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taps, taps_clear)

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
  Taps     taps = { reduce ? (gint) ceil (ratio) + 1 : 4 };

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

typedef struct
{
  const gfloat *in;
  gfloat       *out;
  gint          lines, from, to;
  gsize         in_line, in_step, out_line, out_step; /* floats from one to the next */
} Pass;

static inline void
resample_one (const Pass *pass, const Taps *taps, gint line, gint i)
{
  const gfloat *weight = taps->weight + (gsize) i * taps->taps;
  gfloat        sum[4] = { 0, 0, 0, 0 };

  for (gint k = 0; k < taps->taps; k++)
    {
      gint          at = CLAMP (taps->from[i] + k, 0, pass->from - 1);
      const gfloat *pixel = pass->in + line * pass->in_line + at * pass->in_step;

      for (gint c = 0; c < 4; c++)
        sum[c] += weight[k] * pixel[c];
    }
  memcpy (pass->out + line * pass->out_line + i * pass->out_step, sum, sizeof sum);
}

/* One direction: each line of `from` pixels becomes one of `to`. */
static void
resample (const Pass *pass)
{
  g_auto (Taps) taps = make_taps (pass->from, pass->to);

  /* Whichever way goes along the memory. */
  if (pass->in_step < pass->in_line)
    for (gint line = 0; line < pass->lines; line++)
      for (gint i = 0; i < pass->to; i++)
        resample_one (pass, &taps, line, i);
  else
    for (gint i = 0; i < pass->to; i++)
      for (gint line = 0; line < pass->lines; line++)
        resample_one (pass, &taps, line, i);
}

FseImage *
fse_image_scale (const FseImage *image, gint width, gint height, GError **error)
{
  g_autoptr (FseImage) wide = NULL;   /* scaled in x only */
  g_autoptr (FseImage) source = NULL; /* colours times alpha */
  FseImage            *scaled = fse_image_new (width, height, error);
  const gfloat        *in = image->rgba;
  gfloat               top = image->bits <= 16 ? 1 : G_MAXFLOAT;
  gsize                n = (gsize) width * height, row;

  if (!scaled)
    return NULL;
  scaled->bits = image->bits;
  scaled->has_alpha = image->has_alpha;
  scaled->gray = image->gray;
  wide = fse_image_new (width, image->height, error);
  if (!wide)
    {
      fse_image_unref (scaled);
      return NULL;
    }

  if (image->has_alpha)
    {
      gsize pixels = (gsize) image->width * image->height;

      source = fse_image_new (image->width, image->height, error);
      if (!source)
        {
          fse_image_unref (scaled);
          return NULL;
        }
      for (gsize i = 0; i < 4 * pixels; i++)
        source->rgba[i] = i % 4 == 3 ? in[i] : in[i] * in[i | 3];
      in = source->rgba;
    }

  row = 4 * (gsize) width;
  resample (&(Pass) { in, wide->rgba, image->height, image->width, width, 4 * (gsize) image->width, 4, row, 4 });
  resample (&(Pass) { wide->rgba, scaled->rgba, width, image->height, height, 4, row, 4, row });

  for (gsize i = 0; i < n; i++)
    {
      gfloat *pixel = scaled->rgba + 4 * i;
      gfloat  alpha = image->has_alpha ? CLAMP (pixel[3], 0, 1) : 1;

      for (gint c = 0; c < 3; c++)
        {
          gfloat colour = !image->has_alpha ? pixel[c] : alpha > 1e-6f ? pixel[c] / alpha : 0;

          /* Catmull-Rom swings over at edges; a float picture may mean it. */
          pixel[c] = CLAMP (colour, image->bits <= 16 ? 0 : -G_MAXFLOAT, top);
        }
      pixel[3] = alpha;
    }
  return scaled;
}
