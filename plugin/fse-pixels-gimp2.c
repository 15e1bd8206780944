/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See fse-pixels-gimp2.h.
 */
#include "i18n.h"

#include "fse-pixels-gimp2.h"

#include <libgimp/gimp.h>

#include "fse-space-gimp2.h"

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

FseImage *
fse_pixels_read_small (gint drawable, gdouble scale, GError **error)
{
  gint                   width  = MAX ((gint) (gimp_drawable_width (drawable) * scale), 1);
  gint                   height = MAX ((gint) (gimp_drawable_height (drawable) * scale), 1);
  g_autoptr (FseImage)   image  = image_for (drawable, width, height, error);
  g_autoptr (GeglBuffer) buffer = NULL;
  g_autoptr (FseSpace)   space  = NULL;

  if (! image)
    return NULL;
  buffer = gimp_drawable_get_buffer (drawable);
  space  = fse_space_new (drawable);
  if (buffer)
    fse_space_read (space, buffer, GEGL_RECTANGLE (0, 0, width, height), scale, GEGL_ABYSS_CLAMP, image->rgba);
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
  FseSpace  *space;
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
  reading->space    = fse_space_new (drawable);
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
  fse_space_read (reading->space, buffer, &part, reading->scale, GEGL_ABYSS_CLAMP, pixels);
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
  fse_space_free (reading->space);
  g_free (reading);
  return image;
}
