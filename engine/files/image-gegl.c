/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures through GEGL: 16 bit, float, gray, and the formats that only it knows.
 */
#include "files/image-private.h"

#include <gegl.h>
#include <math.h>

static void
start (void)
{
  static gsize started = 0;

  if (g_once_init_enter (&started))
    {
      /* Harmless where the program has started GEGL already. */
      gegl_init (NULL, NULL);
      /* It would take the device that computes, for a few conversions. */
      g_object_set (gegl_config (), "use-opencl", FALSE, NULL);
      g_once_init_leave (&started, 1);
    }
}

/* By name where the content does not tell; NULL for what GEGL would hand to
 * a foreign program. */
static const gchar *
loader_for (FsePictureKind kind, const gchar *path)
{
  static const struct
  {
    const gchar *ending, *operation;
  } by_ending[] = {
    { ".ppm", "gegl:ppm-load" }, { ".pgm", "gegl:ppm-load" }, { ".pnm", "gegl:ppm-load" },
    { ".exr", "gegl:exr-load" }, { ".hdr", "gegl:rgbe-load" },
  };
  g_autofree gchar *lower = g_ascii_strdown (path, -1);

  switch (kind)
    {
    case FSE_PICTURE_PNG:
      return "gegl:png-load";
    case FSE_PICTURE_JPEG:
      return "gegl:jpg-load";
    case FSE_PICTURE_WEBP:
      return "gegl:webp-load";
    case FSE_PICTURE_TIFF:
      return "gegl:tiff-load";
    default:
      for (guint i = 0; i < G_N_ELEMENTS (by_ending); i++)
        if (g_str_has_suffix (lower, by_ending[i].ending))
          return by_ending[i].operation;
      return NULL;
    }
}

static gint
bits_of (const Babl *format)
{
  const Babl *type = babl_format_get_type (format, 0);

  if (type == babl_type ("u8"))
    return 8;
  if (type == babl_type ("u16"))
    return 16;
  return 32;
}

FseImage *
fse_gegl_load (const gchar *path, const FsePictureFacts *facts, GError **error)
{
  const gchar           *operation = loader_for (facts->kind, path);
  g_autoptr (GeglNode)   graph = NULL;
  g_autoptr (GeglBuffer) buffer = NULL;
  GeglNode              *load, *sink;
  GeglRectangle          box;
  const Babl            *format;
  FseImage              *image;

  if (operation)
    start ();
  if (!operation || !gegl_has_operation (operation))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE, "No loader knows it.");
      return NULL;
    }

  graph = gegl_node_new ();
  load = gegl_node_new_child (graph, "operation", operation, "path", path, NULL);
  sink = gegl_node_new_child (graph, "operation", "gegl:buffer-sink", "buffer", &buffer, NULL);
  gegl_node_link (load, sink);
  box = gegl_node_get_bounding_box (load);
  if (box.width > 0 && box.height > 0 && !gegl_rectangle_is_infinite_plane (&box))
    gegl_node_process (sink);
  if (!buffer)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE, "It cannot be decoded.");
      return NULL;
    }

  image = fse_image_new (box.width, box.height, error);
  if (!image)
    return NULL;
  format = gegl_buffer_get_format (buffer);
  image->bits = bits_of (format);
  image->has_alpha = babl_format_has_alpha (format);
  image->gray = (babl_get_model_flags (babl_format_get_model (format)) & BABL_MODEL_FLAG_GRAY) != 0;
  if (facts->profile && !image->gray)
    {
      int         length = 0;
      const char *icc = babl_space_get_icc (babl_format_get_space (format), &length);

      image->profile = icc && length > 0 ? g_bytes_new (icc, length) : NULL;
    }
  /* A PNG's gAMA and cHRM alone are no reason to change its numbers: most
   * programs write them for plain sRGB, and with 8 bit nobody reads them. */
  gegl_buffer_get (buffer, &box, 1.0,
                   babl_format_with_space ("R'G'B'A float", facts->kind == FSE_PICTURE_PNG && !facts->profile
                                                              ? babl_format_get_space (format)
                                                              : NULL),
                   image->rgba, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return image;
}

/* The pixels in a buffer of the depth and kind that the file shall have. */
static GeglBuffer *
to_buffer (const FseImage *image, gint bits, GError **error)
{
  static const gchar *const names[2][4] = {
    { "Y' u8", "Y'A u8", "R'G'B' u8", "R'G'B'A u8" },
    { "Y' u16", "Y'A u16", "R'G'B' u16", "R'G'B'A u16" },
  };
  gint                channels = (image->gray ? 1 : 3) + (image->has_alpha ? 1 : 0);
  const Babl         *space = fse_profile_space (image->profile); /* GEGL keeps the buffer's in the file */
  const GeglRectangle box = { 0, 0, image->width, image->height };
  g_autofree gpointer pixels = NULL;
  const Babl         *format;
  GeglBuffer         *buffer;

  if (bits == 32)
    {
      const gchar *float_names[] = { "Y' float", "Y'A float", "R'G'B' float", "R'G'B'A float" };

      buffer = gegl_buffer_new (&box, babl_format_with_space (float_names[channels - 1], space));
      gegl_buffer_set (buffer, &box, 0, babl_format_with_space ("R'G'B'A float", space), image->rgba, GEGL_AUTO_ROWSTRIDE);
      return buffer;
    }
  pixels = fse_image_pack (image, channels, bits, error);
  if (!pixels)
    return NULL;
  format = babl_format_with_space (names[bits == 16][channels - 1], space);
  buffer = gegl_buffer_new (&box, format);
  gegl_buffer_set (buffer, &box, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

gboolean
fse_gegl_save (const FseImage *image, FsePictureKind kind, const gchar *path, GError **error)
{
  g_autoptr (GeglNode)   graph = NULL;
  g_autoptr (GeglBuffer) buffer = NULL;
  GeglNode              *source, *save;
  gint                   bits = image->bits;

  start ();
  if (kind == FSE_PICTURE_JPEG || kind == FSE_PICTURE_WEBP)
    bits = 8;
  else if (kind == FSE_PICTURE_PNG)
    bits = MIN (bits, 16);
  buffer = to_buffer (image, bits, error);
  if (!buffer)
    return FALSE;

  graph = gegl_node_new ();
  source = gegl_node_new_child (graph, "operation", "gegl:buffer-source", "buffer", buffer, NULL);
  switch (kind)
    {
    case FSE_PICTURE_PNG:
      save = gegl_node_new_child (graph, "operation", "gegl:png-save", "path", path, "bitdepth", bits,
                                  "compression", 5, NULL);
      break;
    case FSE_PICTURE_JPEG:
      save = gegl_node_new_child (graph, "operation", "gegl:jpg-save", "path", path, "quality", 95,
                                  "grayscale", image->gray, NULL);
      break;
    case FSE_PICTURE_WEBP:
      save = gegl_node_new_child (graph, "operation", "gegl:webp-save", "path", path, "quality", 95, NULL);
      break;
    default:
      save = gegl_node_new_child (graph, "operation", "gegl:tiff-save", "path", path, NULL);
      break;
    }
  gegl_node_link (source, save);
  gegl_node_process (save);
  return TRUE;
}
