/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fse-space-gimp2.h"

#include <math.h>
#include <string.h>

#include <libgimp/gimp.h>

/* What moved by less was not edited: a tenth of the last digit that 16 bits can tell.
 * Conversions of one pixel differ by less with its place in the row. */
#define NOTHING 1e-6f

struct _FseSpace
{
  const Babl         *native; /* the drawable's own numbers as floats, 2 or 4 channels: no curve is applied */
  const Babl         *training;
  GimpColorTransform *there, *back; /* between these two; NULL where only the curve differs */
  gint                channels;
};

static gboolean
is_linear (gint image)
{
  switch (gimp_image_get_precision (image))
    {
    case GIMP_PRECISION_U8_LINEAR:
    case GIMP_PRECISION_U16_LINEAR:
    case GIMP_PRECISION_U32_LINEAR:
    case GIMP_PRECISION_HALF_LINEAR:
    case GIMP_PRECISION_FLOAT_LINEAR:
    case GIMP_PRECISION_DOUBLE_LINEAR:
      return TRUE;
    default:
      return FALSE;
    }
}

FseSpace *
fse_space_new (gint drawable)
{
  static const gchar *const names[2][2] = { { "R'G'B'A float", "RGBA float" }, { "Y'A float", "YA float" } };
  FseSpace         *space   = g_new0 (FseSpace, 1);
  gint              image   = gimp_item_get_image (drawable);
  gboolean          gray    = gimp_drawable_is_gray (drawable);
  GimpColorProfile *srgb    = gimp_color_profile_new_rgb_srgb ();
  GimpColorProfile *profile = gimp_image_get_effective_color_profile (image);

  space->native   = babl_format (names[gray][is_linear (image)]);
  space->training = babl_format ("R'G'B'A float");
  space->channels = gray ? 2 : 4;
  if (profile && ! gimp_color_transform_can_gegl_copy (profile, srgb))
    {
      GimpColorTransformFlags flags = GIMP_COLOR_TRANSFORM_FLAGS_NOOPTIMIZE;

      space->there = gimp_color_transform_new (profile, space->native, srgb, space->training,
                                               GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, flags);
      space->back  = gimp_color_transform_new (srgb, space->training, profile, space->native,
                                               GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, flags);
      if (! space->there || ! space->back) /* a profile for one direction only */
        {
          g_clear_object (&space->there);
          g_clear_object (&space->back);
        }
    }
  g_clear_object (&profile);
  g_object_unref (srgb);
  return space;
}

void
fse_space_free (FseSpace *space)
{
  if (! space)
    return;
  g_clear_object (&space->there);
  g_clear_object (&space->back);
  g_free (space);
}

/* n pixels of the drawable's numbers to the training space. */
static void
to_training (FseSpace *space, const gfloat *native, gfloat *rgba, gsize n)
{
  if (! space->there)
    {
      babl_process (babl_fish (space->native, space->training), native, rgba, n);
      return;
    }
  gimp_color_transform_process_pixels (space->there, space->native, native, space->training, rgba, n);
  for (gsize i = 0; i < n; i++)
    rgba[4 * i + 3] = native[space->channels * i + space->channels - 1];
}

static void
to_native (FseSpace *space, const gfloat *rgba, gfloat *native, gsize n)
{
  if (! space->back)
    {
      babl_process (babl_fish (space->training, space->native), rgba, native, n);
      return;
    }
  gimp_color_transform_process_pixels (space->back, space->training, rgba, space->native, native, n);
  for (gsize i = 0; i < n; i++)
    native[space->channels * i + space->channels - 1] = rgba[4 * i + 3];
}

void
fse_space_read (FseSpace *space, GeglBuffer *buffer, const GeglRectangle *rectangle, gdouble scale,
                GeglAbyssPolicy abyss, gfloat *rgba)
{
  gsize n = (gsize) rectangle->width * rectangle->height;

  if (! space->there)
    gegl_buffer_get (buffer, rectangle, scale, space->training, rgba, GEGL_AUTO_ROWSTRIDE, abyss);
  else
    {
      g_autofree gfloat *native = g_new (gfloat, n * space->channels);

      gegl_buffer_get (buffer, rectangle, scale, space->native, native, GEGL_AUTO_ROWSTRIDE, abyss);
      to_training (space, native, rgba, n);
    }
}

static gboolean
edited (const gfloat *before, const gfloat *after)
{
  gboolean changed = FALSE;

  for (gint c = 0; c < 4; c++)
    if (! isfinite (before[c]) || ! isfinite (after[c]))
      return FALSE;
    else
      changed |= fabsf (after[c] - before[c]) > NOTHING * MAX (fabsf (before[c]), 1.0f);
  return changed;
}

void
fse_space_write (FseSpace *space, GeglBuffer *in, GeglBuffer *out, const GeglRectangle *rectangle, const gfloat *after)
{
  const Babl         *format    = gegl_buffer_get_format (out);
  gsize               bytes     = babl_format_get_bytes_per_pixel (format);
  gsize               n         = (gsize) rectangle->width * rectangle->height;
  gsize               n_numbers = n * space->channels;
  g_autofree gfloat  *before    = g_new (gfloat, n * 4);
  g_autofree gfloat  *numbers   = g_new (gfloat, n_numbers);
  g_autofree gfloat  *from      = g_new (gfloat, n_numbers);
  g_autofree gfloat  *to        = g_new (gfloat, n_numbers);
  g_autofree guchar  *old       = g_malloc (n * bytes);
  g_autofree guchar  *new       = g_malloc (n * bytes);

  gegl_buffer_get (in, rectangle, 1.0, format, old, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  gegl_buffer_get (in, rectangle, 1.0, space->native, numbers, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  to_training (space, numbers, before, n);
  to_native (space, before, from, n);
  to_native (space, after, to, n);
  for (gsize i = 0; i < n_numbers; i++)
    numbers[i] += to[i] - from[i];
  babl_process (babl_fish (space->native, format), numbers, new, n);
  for (gsize i = 0; i < n; i++)
    if (! edited (before + 4 * i, after + 4 * i))
      memcpy (new + i * bytes, old + i * bytes, bytes);
  gegl_buffer_set (out, rectangle, 0, format, new, GEGL_AUTO_ROWSTRIDE);
}

void
fse_space_mix (FseSpace *space, GeglBuffer *in, GeglBuffer *over, GeglBuffer *out, const GeglRectangle *rectangle,
               const gfloat *weights)
{
  const Babl         *format = gegl_buffer_get_format (out);
  const Babl         *linear = babl_format (space->channels == 2 ? "YA float" : "RGBA float");
  gsize               bytes  = babl_format_get_bytes_per_pixel (format);
  gsize               n      = (gsize) rectangle->width * rectangle->height;
  gint                alpha  = space->channels - 1;
  g_autofree gfloat  *below  = g_new (gfloat, n * space->channels);
  g_autofree gfloat  *above  = g_new (gfloat, n * space->channels);
  g_autofree guchar  *old    = g_malloc (n * bytes);
  g_autofree guchar  *new    = g_malloc (n * bytes);
  g_autofree guchar  *mixed  = g_malloc (n * bytes);

  gegl_buffer_get (in, rectangle, 1.0, format, old, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  gegl_buffer_get (over, rectangle, 1.0, format, new, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  babl_process (babl_fish (format, linear), old, below, n);
  babl_process (babl_fish (format, linear), new, above, n);
  for (gsize i = 0; i < n; i++)
    {
      gfloat *b = below + i * space->channels, *a = above + i * space->channels;
      gfloat  covered = b[alpha] + (a[alpha] - b[alpha]) * weights[i];
      gfloat  ratio   = covered > 0.0f ? weights[i] * a[alpha] / covered : weights[i];

      for (gint c = 0; c < alpha; c++)
        b[c] += (a[c] - b[c]) * ratio;
      b[alpha] = covered;
    }
  babl_process (babl_fish (linear, format), below, mixed, n);
  for (gsize i = 0; i < n; i++)
    if (weights[i] <= 0.0f || memcmp (old + i * bytes, new + i * bytes, bytes) == 0)
      memcpy (mixed + i * bytes, old + i * bytes, bytes);
    else if (weights[i] >= 1.0f)
      memcpy (mixed + i * bytes, new + i * bytes, bytes);
  gegl_buffer_set (out, rectangle, 0, format, mixed, GEGL_AUTO_ROWSTRIDE);
}
