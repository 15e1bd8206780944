/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 8-bit pictures through GdkPixbuf.  Pixels with a colour profile of their
 * own are converted to sRGB; the profile is kept for saving.
 */
#include "files/image-private.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

/* The file's own, or NULL. */
static GBytes *
profile_of (GdkPixbuf *pixbuf)
{
  const gchar *base64 = gdk_pixbuf_get_option (pixbuf, "icc-profile");
  guchar      *profile;
  gsize        length = 0;

  if (!base64)
    return NULL;
  profile = g_base64_decode (base64, &length);
  return g_bytes_new_take (profile, length);
}

const Babl *
fse_profile_space (GBytes *profile)
{
  gsize       length = 0;
  const char *bytes = profile ? g_bytes_get_data (profile, &length) : NULL, *reason = NULL;
  const Babl *space;

  if (length < 128 || length > G_MAXINT32)
    return NULL;
  babl_init ();
  space = babl_space_from_icc (bytes, (int) length, BABL_ICC_INTENT_RELATIVE_COLORIMETRIC, &reason);
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
  GBytes         *profile = facts->gray ? NULL : profile_of (pixbuf);
  const Babl     *space = fse_profile_space (profile), *fish = NULL;
  gfloat          level[256];

  if (!image)
    {
      g_clear_pointer (&profile, g_bytes_unref);
      return NULL;
    }
  image->profile = profile;
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
  g_autofree gchar     *profile = NULL;
  gchar                *keys[] = { (gchar *) (jpeg ? "quality" : "compression"), NULL, NULL };
  gchar                *values[] = { (gchar *) (jpeg ? "95" : "5"), NULL, NULL };
  gchar                *buffer;
  gsize                 length;

  if (!pixels)
    return FALSE;
  pixbuf = gdk_pixbuf_new_from_data (pixels, GDK_COLORSPACE_RGB, image->has_alpha, 8, image->width, image->height,
                                     image->width * channels, NULL, NULL);
  if (image->profile)
    {
      profile = g_base64_encode (g_bytes_get_data (image->profile, NULL), g_bytes_get_size (image->profile));
      keys[1] = (gchar *) "icc-profile";
      values[1] = profile;
    }
  if (!gdk_pixbuf_save_to_bufferv (pixbuf, &buffer, &length, format, keys, values, error))
    return FALSE;
  *bytes = g_bytes_new_take (buffer, length);
  return TRUE;
}
