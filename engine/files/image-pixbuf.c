/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 8-bit pictures through GdkPixbuf.  Pixels with a colour profile of their
 * own are converted to sRGB, since no profile is kept.
 */
#include "files/image-private.h"

#include <babl/babl.h>
#include <gdk-pixbuf/gdk-pixbuf.h>

/* The profile as a babl space; NULL where there is none that can be used. */
static const Babl *
profile_space (GdkPixbuf *pixbuf)
{
  const gchar         *base64 = gdk_pixbuf_get_option (pixbuf, "icc-profile");
  g_autofree guchar   *profile = NULL;
  gsize                length = 0;
  const char          *reason = NULL;
  const Babl          *space;

  if (!base64)
    return NULL;
  profile = g_base64_decode (base64, &length);
  if (length < 128 || length > G_MAXINT32)
    return NULL;
  babl_init ();
  space = babl_space_from_icc ((const char *) profile, (int) length, BABL_ICC_INTENT_RELATIVE_COLORIMETRIC, &reason);
  if (!space || reason || babl_space_is_gray (space) || babl_space_is_cmyk (space))
    return NULL;
  return space;
}

static FseImage *
from_pixbuf (GdkPixbuf *pixbuf, const FsePictureFacts *facts, GError **error)
{
  gint            width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf);
  gint            channels = gdk_pixbuf_get_n_channels (pixbuf);
  gint            stride = gdk_pixbuf_get_rowstride (pixbuf);
  const guint8   *pixels = gdk_pixbuf_read_pixels (pixbuf);
  FseImage       *image = fse_image_new (width, height, error);
  const Babl     *space = facts->gray ? NULL : profile_space (pixbuf);
  const Babl     *fish = NULL;
  gfloat          level[256];

  if (!image)
    return NULL;
  image->bits = 8;
  image->has_alpha = channels == 4 && facts->kind != FSE_PICTURE_JPEG; /* it marks CMYK so */
  image->gray = facts->gray;
  for (gint i = 0; i < 256; i++)
    level[i] = i / 255.0f;
  if (space)
    fish = babl_fish (babl_format_with_space (channels == 4 ? "R'G'B'A u8" : "R'G'B' u8", space),
                      babl_format ("R'G'B'A float"));

  for (gint y = 0; y < height; y++)
    {
      const guint8 *from = pixels + (gsize) y * stride;
      gfloat       *to = image->rgba + (gsize) y * width * 4;

      if (fish)
        {
          babl_process (fish, from, to, width);
          continue;
        }
      for (gint x = 0; x < width; x++, from += channels, to += 4)
        {
          to[0] = level[from[0]];
          to[1] = level[from[1]];
          to[2] = level[from[2]];
          to[3] = image->has_alpha ? level[from[3]] : 1;
        }
    }
  return image;
}

FseImage *
fse_pixbuf_load (const guint8 *bytes, gsize n, const FsePictureFacts *facts, GError **error)
{
  const gchar *type = facts->kind == FSE_PICTURE_PNG ? "png" : facts->kind == FSE_PICTURE_JPEG ? "jpeg" : NULL;
  g_autoptr (GdkPixbufLoader) loader = NULL;
  GdkPixbuf *pixbuf;

  /* With the type known the loader need not ask the MIME database. */
  loader = type ? gdk_pixbuf_loader_new_with_type (type, error) : gdk_pixbuf_loader_new ();
  if (!loader)
    return NULL;
  if (!gdk_pixbuf_loader_write (loader, bytes, n, error))
    {
      gdk_pixbuf_loader_close (loader, NULL);
      return NULL;
    }
  if (!gdk_pixbuf_loader_close (loader, error))
    return NULL;
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (!pixbuf)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE, "It holds no picture.");
      return NULL;
    }
  return from_pixbuf (pixbuf, facts, error);
}

gboolean
fse_pixbuf_save (const FseImage *image, const gchar *format, GBytes **bytes, GError **error)
{
  gint                  channels = image->has_alpha ? 4 : 3;
  g_autofree gpointer   pixels = fse_image_pack (image, channels, 8, error);
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  gboolean              jpeg = g_str_equal (format, "jpeg");
  gchar                *buffer;
  gsize                 length;

  if (!pixels)
    return FALSE;
  pixbuf = gdk_pixbuf_new_from_data (pixels, GDK_COLORSPACE_RGB, image->has_alpha, 8, image->width, image->height,
                                     image->width * channels, NULL, NULL);
  if (!gdk_pixbuf_save_to_buffer (pixbuf, &buffer, &length, format, error, jpeg ? "quality" : "compression",
                                  jpeg ? "95" : "5", NULL))
    return FALSE;
  *bytes = g_bytes_new_take (buffer, length);
  return TRUE;
}
