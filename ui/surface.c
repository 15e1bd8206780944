/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See surface.h.
 */
#include "surface.h"

static guint32
to_byte (gfloat value)
{
  return value > 0.0f ? (guint32) (MIN (value, 1.0f) * 255.0f + 0.5f) : 0; /* not-a-number is 0, too */
}

cairo_surface_t *
fse_surface_new (const FseImage *picture)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, picture->width, picture->height);
  guchar          *data    = cairo_image_surface_get_data (surface);
  gint             stride  = cairo_image_surface_get_stride (surface);

  for (gint y = 0; data && y < picture->height; y++)
    {
      guint32      *row = (guint32 *) (gpointer) (data + (gsize) y * stride);
      const gfloat *in  = picture->rgba + (gsize) y * picture->width * 4;

      for (gint x = 0; x < picture->width; x++, in += 4)
        {
          gfloat alpha = CLAMP (in[3], 0.0f, 1.0f);

          row[x] = to_byte (alpha) << 24 | to_byte (CLAMP (in[0], 0.0f, 1.0f) * alpha) << 16
                   | to_byte (CLAMP (in[1], 0.0f, 1.0f) * alpha) << 8 | to_byte (CLAMP (in[2], 0.0f, 1.0f) * alpha);
        }
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

void
fse_surface_show (GtkWidget *image, const FseImage *picture, gint side)
{
  cairo_surface_t *surface = fse_surface_new (picture);
  gdouble          scale   = (gdouble) MAX (picture->width, picture->height) / side;

  cairo_surface_set_device_scale (surface, scale, scale);
  gtk_image_set_from_surface (GTK_IMAGE (image), surface);
  cairo_surface_destroy (surface);
}
