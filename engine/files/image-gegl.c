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

/* The numbers' format, in this space (NULL: sRGB). */
static const Babl *
format_of (const FsePicture *picture, const Babl *space)
{
  static const gchar *const models[2][4] = { { "Y'", "Y'A", "R'G'B'", "R'G'B'A" }, { "Y", "YA", "RGB", "RGBA" } };
  g_autofree gchar *name = g_strdup_printf ("%s %s", models[picture->linear][picture->channels - 1],
                                            picture->bits == 8 ? "u8" : picture->bits == 16 ? "u16" : "float");

  return babl_format_with_space (name, space);
}

FsePicture *
fse_gegl_load (const gchar *path, const FsePictureFacts *facts, GBytes *profile, GError **error)
{
  const gchar           *operation = loader_for (facts->kind, path);
  g_autoptr (GeglNode)   graph = NULL;
  g_autoptr (GeglBuffer) buffer = NULL;
  GeglNode              *load, *sink;
  GeglRectangle          box;
  const Babl            *format, *space;
  BablModelFlag          flags;
  FsePicture            *picture;

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

  format = gegl_buffer_get_format (buffer);
  space = babl_format_get_space (format);
  if (babl_space_is_cmyk (space)) /* becomes sRGB */
    space = NULL;
  flags = babl_get_model_flags (babl_format_get_model (format));
  picture = fse_picture_new (box.width, box.height, bits_of (format), (flags & BABL_MODEL_FLAG_GRAY) != 0,
                             babl_format_has_alpha (format), error);
  if (!picture)
    return NULL;
  picture->linear = (flags & BABL_MODEL_FLAG_LINEAR) != 0;
  /* The numbers as they are.  A PNG's gAMA and cHRM alone are no reason to change them: most
   * programs write them for plain sRGB, and with 8 bit nobody reads them. */
  gegl_buffer_get (buffer, &box, 1.0, format_of (picture, space), picture->numbers, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (facts->profile && space && !profile)
    {
      int         length = 0;
      const char *icc = babl_space_get_icc (space, &length);
      g_autoptr (GBytes) own = icc && length > 0 ? g_bytes_new (icc, length) : NULL;

      fse_picture_take_profile (picture, own);
    }
  else
    fse_picture_take_profile (picture, profile);
  return picture;
}

gboolean
fse_gegl_save (const FsePicture *picture, FsePictureKind kind, const gchar *path, GError **error)
{
  const GeglRectangle    box = { 0, 0, picture->width, picture->height };
  g_autoptr (GeglNode)   graph = NULL;
  g_autoptr (GeglBuffer) buffer = NULL;
  GeglNode              *source, *save;

  start ();
  /* GEGL keeps the space in the file. */
  buffer = gegl_buffer_linear_new_from_data (picture->numbers, format_of (picture, picture->space), &box, GEGL_AUTO_ROWSTRIDE,
                                             NULL, NULL);
  graph = gegl_node_new ();
  source = gegl_node_new_child (graph, "operation", "gegl:buffer-source", "buffer", buffer, NULL);
  switch (kind)
    {
    case FSE_PICTURE_PNG:
      save = gegl_node_new_child (graph, "operation", "gegl:png-save", "path", path, "bitdepth", picture->bits,
                                  "compression", 5, NULL);
      break;
    case FSE_PICTURE_JPEG:
      save = gegl_node_new_child (graph, "operation", "gegl:jpg-save", "path", path, "quality", 95,
                                  "grayscale", picture->gray, NULL);
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
