/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 8-bit pictures through GdkPixbuf.
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

static FsePicture *
from_pixbuf (GdkPixbuf *pixbuf, const FsePictureFacts *facts, GError **error)
{
  gint              width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf);
  gint              channels = gdk_pixbuf_get_n_channels (pixbuf);
  gint              stride = gdk_pixbuf_get_rowstride (pixbuf);
  const guint8     *pixels = gdk_pixbuf_read_pixels (pixbuf);
  gboolean          alpha = channels == 4 && facts->kind != FSE_PICTURE_JPEG; /* it marks CMYK so */
  FsePicture       *picture = fse_picture_new (width, height, 8, facts->gray, alpha, error);
  g_autoptr (GBytes) profile = profile_of (pixbuf);
  guint8           *to;

  if (!picture)
    return NULL;
  to = picture->numbers;
  for (gint y = 0; y < height; y++)
    {
      const guint8 *from = pixels + (gsize) y * stride;

      for (gint x = 0; x < width; x++, from += channels)
        {
          for (gint c = 0; c < (facts->gray ? 1 : 3); c++)
            *to++ = from[c];
          if (alpha)
            *to++ = from[3];
        }
    }
  fse_picture_take_profile (picture, profile);
  return picture;
}

FsePicture *
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

typedef struct
{
  FsePictureSink sink;
  gpointer       data;
} Sink;

static gboolean
pass_on (const gchar *bytes, gsize n, GError **error, gpointer data)
{
  const Sink *sink = data;

  return sink->sink (bytes, n, sink->data, error);
}

gboolean
fse_pixbuf_save (const FsePicture *picture, const gchar *format, FsePictureSink sink, gpointer data, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  gboolean              jpeg = g_str_equal (format, "jpeg");
  g_autofree gchar     *profile = NULL;
  gchar                *keys[] = { (gchar *) (jpeg ? "quality" : "compression"), NULL, NULL };
  gchar                *values[] = { (gchar *) (jpeg ? "95" : "5"), NULL, NULL };
  Sink                  passed = { sink, data };

  pixbuf = gdk_pixbuf_new_from_data (picture->numbers, GDK_COLORSPACE_RGB, picture->alpha, 8, picture->width, picture->height,
                                     picture->width * picture->channels, NULL, NULL);
  if (picture->profile)
    {
      profile = g_base64_encode (g_bytes_get_data (picture->profile, NULL), g_bytes_get_size (picture->profile));
      keys[1] = (gchar *) "icc-profile";
      values[1] = profile;
    }
  return gdk_pixbuf_save_to_callbackv (pixbuf, pass_on, &passed, format, keys, values, error);
}
