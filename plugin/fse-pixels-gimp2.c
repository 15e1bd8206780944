/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixels between GIMP's drawables and FseImage, in bands: one piece of a large
 * picture costs twice the time in page faults.
 */
#include "ui/config-i18n.h"

#include "fse-pixels-gimp2.h"

#include <math.h>
#include <string.h>

#include <libgimp/gimp.h>

#define BAND 128

/* The sRGB curve over the drawable's own primaries: only the curve and the
 * precision are converted, never the colours. */
static const Babl *
float_format (gint drawable)
{
  return babl_format_with_space ("R'G'B'A float", babl_format_get_space (gimp_drawable_get_format (drawable)));
}

static gint
drawable_bits (gint drawable)
{
  switch (gimp_image_get_precision (gimp_item_get_image (drawable)))
    {
    case GIMP_PRECISION_U8_LINEAR:
    case GIMP_PRECISION_U8_GAMMA:
      return 8;
    case GIMP_PRECISION_U16_LINEAR:
    case GIMP_PRECISION_U16_GAMMA:
      return 16;
    default:
      return 32;
    }
}

static FseImage *
image_for (gint drawable, gint width, gint height, GError **error)
{
  FseImage *image;

  if (width < 1 || height < 1)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE, _("The layer is empty: choose one with pixels."));
      return NULL;
    }
  image = fse_image_new (width, height, error);
  if (! image)
    return NULL;
  image->bits      = drawable_bits (drawable);
  image->gray      = gimp_drawable_is_gray (drawable);
  image->has_alpha = gimp_drawable_has_alpha (drawable);
  return image;
}

static void
apply_mask (FseImage *image, gint mask, gint x, gint y)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (mask);
  g_autofree gfloat     *values = g_new (gfloat, (gsize) image->width * BAND);
  const Babl            *format = babl_format ("Y float");

  for (gint row = 0; row < image->height; row += BAND)
    {
      gint    rows   = MIN (BAND, image->height - row);
      gfloat *pixels = image->rgba + (gsize) row * image->width * 4;

      gegl_buffer_get (buffer, GEGL_RECTANGLE (x, y + row, image->width, rows), 1.0, format, values,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < (gsize) image->width * rows; i++)
        pixels[4 * i + 3] *= values[i];
    }
  image->has_alpha = TRUE;
}

FseImage *
fse_pixels_read (gint drawable, gint x, gint y, gint width, gint height, gboolean masked, GError **error)
{
  g_autoptr (FseImage)   image  = image_for (drawable, width, height, error);
  g_autoptr (GeglBuffer) buffer = NULL;
  const Babl            *format;
  gint                   mask;

  if (! image)
    return NULL;
  buffer = gimp_drawable_get_buffer (drawable);
  if (! buffer)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                           _("The layer's pixels could not be read: is its image still open?"));
      return NULL;
    }
  format = float_format (drawable);
  for (gint row = 0; row < height; row += BAND)
    gegl_buffer_get (buffer, GEGL_RECTANGLE (x, y + row, width, MIN (BAND, height - row)), 1.0, format,
                     image->rgba + (gsize) row * width * 4, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);

  mask = masked ? gimp_layer_get_mask (drawable) : -1;
  if (mask != -1 && gimp_layer_get_apply_mask (drawable))
    apply_mask (image, mask, x, y);
  return g_steal_pointer (&image);
}

FseImage *
fse_pixels_read_small (gint drawable, gdouble scale, GError **error)
{
  gint                   width  = MAX ((gint) (gimp_drawable_width (drawable) * scale), 1);
  gint                   height = MAX ((gint) (gimp_drawable_height (drawable) * scale), 1);
  g_autoptr (FseImage)   image  = image_for (drawable, width, height, error);
  g_autoptr (GeglBuffer) buffer = NULL;

  if (! image)
    return NULL;
  buffer = gimp_drawable_get_buffer (drawable);
  if (buffer)
    gegl_buffer_get (buffer, GEGL_RECTANGLE (0, 0, width, height), scale, float_format (drawable), image->rgba,
                     GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
  return g_steal_pointer (&image);
}

/* --- in pieces ------------------------------------------------------------ */

#define PIECE (1 << 20) /* pixels of the drawable: some milliseconds */

struct _FsePixelsReading
{
  gint       drawable, mask; /* mask: -1 = none in use */
  gint       x, y;           /* in scaled pixels */
  gdouble    scale;
  gint       row;
  FseImage  *image;
};

FsePixelsReading *
fse_pixels_reading_new (gint drawable, gint x, gint y, gint width, gint height, gdouble scale, GError **error)
{
  FsePixelsReading *reading;
  FseImage         *image = image_for (drawable, MAX ((gint) (width * scale), MIN (width, 1)),
                                       MAX ((gint) (height * scale), MIN (height, 1)), error);
  gint              mask  = gimp_layer_get_mask (drawable);

  if (! image)
    return NULL;
  reading           = g_new0 (FsePixelsReading, 1);
  reading->drawable = drawable;
  reading->mask     = mask != -1 && gimp_layer_get_apply_mask (drawable) ? mask : -1;
  reading->x        = (gint) (x * scale);
  reading->y        = (gint) (y * scale);
  reading->scale    = scale;
  reading->image    = image;
  image->has_alpha |= reading->mask != -1;
  return reading;
}

gboolean
fse_pixels_reading_on (FsePixelsReading *reading, gboolean *done, GError **error)
{
  FseImage              *image  = reading->image;
  gint                   rows   = MAX ((gint) (PIECE * reading->scale * reading->scale / image->width), 1);
  gfloat                *pixels = image->rgba + (gsize) reading->row * image->width * 4;
  g_autoptr (GeglBuffer) buffer = gimp_item_is_valid (reading->drawable) ? gimp_drawable_get_buffer (reading->drawable) : NULL;
  GeglRectangle          part;

  if (! buffer)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                           _("The layer's pixels could not be read: is its image still open?"));
      return FALSE;
    }
  rows = MIN (rows, image->height - reading->row);
  part = (GeglRectangle) { reading->x, reading->y + reading->row, image->width, rows };
  gegl_buffer_get (buffer, &part, reading->scale, float_format (reading->drawable), pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
  if (reading->mask != -1)
    {
      g_autoptr (GeglBuffer) mask   = gimp_drawable_get_buffer (reading->mask);
      gsize                  n      = (gsize) image->width * rows;
      g_autofree gfloat     *values = g_new0 (gfloat, n);

      if (mask)
        gegl_buffer_get (mask, &part, reading->scale, babl_format ("Y float"), values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
      for (gsize i = 0; mask && i < n; i++)
        pixels[4 * i + 3] *= values[i];
    }
  reading->row += rows;
  *done = reading->row == image->height;
  return TRUE;
}

FseImage *
fse_pixels_reading_end (FsePixelsReading *reading)
{
  FseImage *image = reading->image;

  if (reading->row < image->height)
    g_clear_pointer (&image, fse_image_unref);
  g_free (reading);
  return image;
}

gboolean
fse_pixels_write (gint drawable, gint source, const FseImage *before, const FseImage *after, GError **error)
{
  const Babl            *native = gimp_drawable_get_format (drawable);
  const Babl            *floats = float_format (drawable);
  const Babl            *fish   = babl_fish (floats, native);
  gsize                  bpp    = babl_format_get_bytes_per_pixel (native);
  gsize                  width  = after->width;
  g_autoptr (GeglBuffer) in     = gimp_drawable_get_buffer (source);
  g_autoptr (GeglBuffer) out    = gimp_drawable_get_buffer (drawable);
  g_autofree gfloat     *pixels = g_new (gfloat, width * BAND * 4);
  g_autofree guchar     *old    = g_malloc (width * BAND * bpp);
  g_autofree guchar     *new    = g_malloc (width * BAND * bpp);

  if (! in || ! out)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                           _("The result's pixels could not be written: is the image still open?"));
      return FALSE;
    }
  for (gint row = 0; row < after->height; row += BAND)
    {
      gint           rows      = MIN (BAND, after->height - row);
      GeglRectangle  rectangle = { 0, row, after->width, rows };
      const gfloat  *x         = before->rgba + row * width * 4;
      gsize          n         = width * rows;

      memcpy (pixels, after->rgba + row * width * 4, n * 4 * sizeof (gfloat));
      for (gsize i = 0; i < n * 4; i++)
        if (! isfinite (pixels[i])) /* the engine guards against these; a layer is worth a second look */
          pixels[i] = x[i];
      babl_process (fish, pixels, new, n);
      gegl_buffer_get (in, &rectangle, 1.0, native, old, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < n; i++)
        if (memcmp (pixels + 4 * i, x + 4 * i, 4 * sizeof (gfloat)) == 0)
          memcpy (new + i * bpp, old + i * bpp, bpp);
      gegl_buffer_set (out, &rectangle, 0, native, new, GEGL_AUTO_ROWSTRIDE);
    }
  gegl_buffer_flush (out);
  return TRUE;
}

void
fse_pixels_multiply_mask (gint mask, gint other)
{
  g_autoptr (GeglBuffer) in     = gimp_drawable_get_buffer (other);
  g_autoptr (GeglBuffer) out    = gimp_drawable_get_buffer (mask);
  gint                   width  = gimp_drawable_width (mask);
  gint                   height = gimp_drawable_height (mask);
  gsize                  band   = (gsize) width * BAND;
  const Babl            *format = babl_format ("Y float");
  g_autofree gfloat     *a      = g_new (gfloat, band);
  g_autofree gfloat     *b      = g_new (gfloat, band);

  for (gint row = 0; row < height; row += BAND)
    {
      GeglRectangle rectangle = { 0, row, width, MIN (BAND, height - row) };

      gegl_buffer_get (in, &rectangle, 1.0, format, a, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      gegl_buffer_get (out, &rectangle, 1.0, format, b, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < (gsize) width * rectangle.height; i++)
        b[i] *= a[i];
      gegl_buffer_set (out, &rectangle, 0, format, b, GEGL_AUTO_ROWSTRIDE);
    }
  gegl_buffer_flush (out);
}
