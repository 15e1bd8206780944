/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures from and to disk: which library does it, and the sentences about
 * files that cannot be had.  Both libraries report a cut-off file or a full
 * disk at best as a warning, so the structure of what is read and of what was
 * written is checked here.
 */
#include "files/image-private.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "files/disk.h"
#include "files/metadata.h"

/* Turns as EXIF's orientation says: 2..4 keep the size, 5..8 swap its sides. */
static FseImage *
turn_upright (FseImage *image, gint orientation, GError **error)
{
  gboolean  swap = orientation >= 5;
  gboolean  mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  gboolean  mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  gint      width = swap ? image->height : image->width, height = swap ? image->width : image->height;
  FseImage *upright;

  if (orientation == 1)
    return image;
  upright = fse_image_new (width, height, error);
  if (!upright)
    {
      fse_image_unref (image);
      return NULL;
    }
  fse_image_take_kind (upright, image);
  for (gint y = 0; y < height; y++)
    for (gint x = 0; x < width; x++)
      {
        gint from_x = swap ? y : x, from_y = swap ? x : y;

        if (mirror_x)
          from_x = image->width - 1 - from_x;
        if (mirror_y)
          from_y = image->height - 1 - from_y;
        memcpy (upright->rgba + ((gsize) y * width + x) * 4,
                image->rgba + ((gsize) from_y * image->width + from_x) * 4, 4 * sizeof (gfloat));
      }
  fse_image_unref (image);
  return upright;
}

static FseImage *
decode (const gchar *path, const guint8 *bytes, gsize n, const FsePictureFacts *facts, GError **error)
{
  gboolean  quick = facts->kind == FSE_PICTURE_JPEG || (facts->kind == FSE_PICTURE_PNG && facts->bits == 8);
  FseImage *image;

  if (quick)
    return fse_pixbuf_load (bytes, n, facts, error);
  image = fse_gegl_load (path, facts, error);
  if (!image && facts->kind == FSE_PICTURE_OTHER)
    {
      g_clear_error (error);
      image = fse_pixbuf_load (bytes, n, facts, error);
    }
  return image;
}

FseImage *
fse_image_load (const gchar *path, GError **error)
{
  g_autofree gchar       *shown = g_filename_display_name (path);
  g_autoptr (GMappedFile) map = fse_disk_map (path, FSE_ERROR_BAD_IMAGE, error);
  g_autoptr (GError)      reason = NULL;
  FsePictureFacts         facts;
  const guint8           *bytes;
  gsize                   n;
  FseImage               *image;

  if (!map)
    return NULL;
  bytes = (const guint8 *) g_mapped_file_get_contents (map);
  n = g_mapped_file_get_length (map);
  if (n == 0)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE, "“%s” is empty (0 bytes). Save the picture again.", shown);
      return NULL;
    }
  facts = fse_picture_facts (bytes, n);
  if (facts.kind == FSE_PICTURE_XCF)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                   "“%s” is a GIMP file with layers. Export it as PNG first.", shown);
      return NULL;
    }
  if (!facts.complete)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                   "“%s” is damaged: the file ends before the picture does. Copy or save it again.", shown);
      return NULL;
    }

  image = decode (path, bytes, n, &facts, &reason);
  if (!image && reason->domain == FSE_ERROR && reason->code == FSE_ERROR_OUT_OF_MEMORY)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
  if (!image)
    {
      g_debug ("%s: %s", shown, reason->message);
      if (facts.kind == FSE_PICTURE_OTHER)
        g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                     "“%s” is not a picture that can be read. Use PNG, JPEG, WebP or TIFF.", shown);
      else
        g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                     "“%s” is damaged and cannot be decoded. Copy or save it again.", shown);
      return NULL;
    }
  return turn_upright (image, facts.orientation, error);
}

static FsePictureKind
kind_of_name (const gchar *path)
{
  static const struct
  {
    const gchar   *ending;
    FsePictureKind kind;
  } endings[] = {
    { ".png", FSE_PICTURE_PNG },   { ".jpg", FSE_PICTURE_JPEG }, { ".jpeg", FSE_PICTURE_JPEG },
    { ".webp", FSE_PICTURE_WEBP }, { ".tif", FSE_PICTURE_TIFF }, { ".tiff", FSE_PICTURE_TIFF },
  };
  g_autofree gchar *lower = g_ascii_strdown (path, -1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i].ending))
      return endings[i].kind;
  return FSE_PICTURE_OTHER;
}

gboolean
fse_image_can_save (const gchar *path)
{
  return kind_of_name (path) != FSE_PICTURE_OTHER;
}

gboolean
fse_image_is_named (const gchar *file)
{
  static const gchar *const endings[] = { ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif",
                                          ".ppm", ".pgm", ".pnm",  ".exr",  ".hdr", ".tga", ".xcf" };
  g_autofree gchar *lower = g_ascii_strdown (file, -1);

  if (file[0] == '.')
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;
  return FALSE;
}

/* A tint that an eye might see. */
#define VISIBLE (2 / 255.0f)

/* The pixels in the profile that the file will hold; none where it cannot. */
static void
to_profile (FseImage *image, FsePictureKind kind)
{
  const Babl *space = image->gray || kind == FSE_PICTURE_WEBP ? NULL : fse_profile_space (image->profile);

  if (space)
    babl_process (babl_fish (babl_format ("R'G'B'A float"), babl_format_with_space ("R'G'B'A float", space)),
                  image->rgba, image->rgba, (glong) image->width * image->height);
  else if (image->gray || kind == FSE_PICTURE_WEBP)
    g_clear_pointer (&image->profile, g_bytes_unref);
}

/* What is saved in place of `image`: one that JPEG's missing alpha, a colour
 * given to a gray picture, or a not-a-number do no harm to. */
static FseImage *
suit (const FseImage *image, FsePictureKind kind, GError **error)
{
  gsize     n = (gsize) image->width * image->height;
  gboolean  flatten = kind == FSE_PICTURE_JPEG && image->has_alpha;
  FseImage *copy = fse_image_new (image->width, image->height, error);

  if (!copy)
    return NULL;
  fse_image_take_kind (copy, image);
  copy->has_alpha = image->has_alpha && !flatten;
  for (gsize i = 0; i < n; i++)
    {
      const gfloat *from = image->rgba + 4 * i;
      gfloat       *to = copy->rgba + 4 * i;
      gfloat        alpha = isfinite (from[3]) ? CLAMP (from[3], 0, 1) : 1;

      for (gint c = 0; c < 3; c++)
        {
          to[c] = isfinite (from[c]) ? from[c] : 0;
          if (flatten) /* over white, as paper would be */
            to[c] = to[c] * alpha + 1 - alpha;
        }
      to[3] = copy->has_alpha ? alpha : 1;
      /* An edit may have coloured a gray photograph: then colour is what counts. */
      if (copy->gray && (fabsf (to[0] - to[1]) > VISIBLE || fabsf (to[0] - to[2]) > VISIBLE))
        copy->gray = FALSE;
    }
  to_profile (copy, kind);
  return copy;
}

/* The picture file's bytes, where it goes to its end; else NULL. */
static GMappedFile *
map_complete (const gchar *path)
{
  g_autoptr (GMappedFile) map = g_mapped_file_new (path, FALSE, NULL);

  if (!map || !g_mapped_file_get_length (map)
      || !fse_picture_facts ((const guint8 *) g_mapped_file_get_contents (map), g_mapped_file_get_length (map)).complete)
    return NULL;
  return g_steal_pointer (&map);
}

static gboolean
refuse_half (const FseDiskFile *file, GError **error)
{
  g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
               "“%s” could not be saved to its end: the disk may be full. What was there before is unchanged. "
               "Free some space and try again.", file->shown);
  return FALSE;
}

/* GEGL writes files only, in ways of its own, and calls a full disk a warning:
 * so it writes beside the target, and what it wrote is checked and copied. */
static gboolean
save_through_gegl (const FseImage *image, FsePictureKind kind, FseDiskFile *file, GError **error)
{
  g_autofree gchar       *draft = g_strconcat (file->temp, FSE_DISK_DRAFT, NULL);
  g_autoptr (GMappedFile) map = NULL;
  gboolean                ok = FALSE;

  if (fse_gegl_save (image, kind, draft, error))
    {
      map = map_complete (draft);
      ok = map ? fse_disk_write (file, g_mapped_file_get_contents (map), g_mapped_file_get_length (map), error)
               : refuse_half (file, error);
    }
  g_unlink (draft);
  return ok;
}

gboolean
fse_image_save (const FseImage *image, const gchar *path, GError **error)
{
  return fse_image_save_like (image, path, NULL, NULL, error);
}

gboolean
fse_image_save_like (const FseImage *image, const gchar *path, const gchar *origin, gchar **notice, GError **error)
{
  FsePictureKind       kind = kind_of_name (path);
  g_auto (FseDiskFile) file = FSE_DISK_FILE_INIT;
  g_autoptr (FseImage) suited = NULL;

  if (kind == FSE_PICTURE_OTHER)
    {
      g_autofree gchar *shown = g_filename_display_name (path);

      g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
                   "“%s” could not be saved: its name must end in .png, .jpg, .webp or .tif.", shown);
      return FALSE;
    }
  if (!fse_disk_create (&file, path, error))
    return FALSE;
  suited = suit (image, kind, error);
  if (!suited)
    return FALSE;

  /* GdkPixbuf gives a PNG its profile before its kind of colour, which libpng refuses. */
  if (!suited->gray && (kind == FSE_PICTURE_JPEG || (kind == FSE_PICTURE_PNG && suited->bits == 8 && !suited->profile)))
    {
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) reason = NULL;

      if (!fse_pixbuf_save (suited, kind == FSE_PICTURE_PNG ? "png" : "jpeg", &bytes, &reason))
        {
          g_set_error (error, FSE_ERROR, FSE_ERROR_IO, "“%s” could not be saved: %s", file.shown, reason->message);
          return FALSE;
        }
      if (!fse_disk_write (&file, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error))
        return FALSE;
    }
  else if (!save_through_gegl (suited, kind, &file, error))
    return FALSE;
  if (origin)
    {
      g_autoptr (GMappedFile) map = NULL;

      *notice = fse_metadata_copy (origin, file.temp, suited->width, suited->height);
      map = *notice ? map_complete (file.temp) : NULL;
      if (*notice && !map) /* given up half way */
        return refuse_half (&file, error);
    }
  return fse_disk_commit (&file, error);
}
