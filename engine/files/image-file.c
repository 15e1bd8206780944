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
#include "i18n.h"

/* Turns as EXIF's orientation says: 2..4 keep the size, 5..8 swap its sides. */
static FsePicture *
turn_upright (FsePicture *picture, gint orientation, GError **error)
{
  gboolean    swap = orientation >= 5;
  gboolean    mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  gboolean    mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  gint        width = swap ? picture->height : picture->width, height = swap ? picture->width : picture->height;
  gsize       step = picture->step;
  FsePicture *upright;

  if (orientation == 1)
    return picture;
  upright = fse_picture_new (width, height, picture->bits, picture->gray, picture->alpha, error);
  for (gint y = 0; upright && y < height; y++)
    for (gint x = 0; x < width; x++)
      {
        gint from_x = swap ? y : x, from_y = swap ? x : y;

        if (mirror_x)
          from_x = picture->width - 1 - from_x;
        if (mirror_y)
          from_y = picture->height - 1 - from_y;
        memcpy (upright->numbers + ((gsize) y * width + x) * step,
                picture->numbers + ((gsize) from_y * picture->width + from_x) * step, step);
      }
  if (upright)
    fse_picture_take_profile (upright, picture->profile);
  fse_picture_free (picture);
  return upright;
}

static FsePicture *
decode (const gchar *path, const guint8 *bytes, gsize n, const FsePictureFacts *facts, GError **error)
{
  gboolean           quick = facts->kind == FSE_PICTURE_JPEG || (facts->kind == FSE_PICTURE_PNG && facts->bits == 8);
  g_autoptr (GBytes) profile = NULL;
  FsePicture        *picture;

  if (quick)
    return fse_pixbuf_load (bytes, n, facts, error);
  if (facts->icc_n)
    profile = facts->kind == FSE_PICTURE_PNG ? fse_png_profile_unpack (bytes + facts->icc, facts->icc_n)
                                             : g_bytes_new (bytes + facts->icc, facts->icc_n);
  picture = fse_gegl_load (path, facts, profile, error);
  if (!picture && facts->kind == FSE_PICTURE_OTHER)
    {
      g_clear_error (error);
      picture = fse_pixbuf_load (bytes, n, facts, error);
    }
  return picture;
}

FsePicture *
fse_picture_load (const gchar *path, GError **error)
{
  g_autofree gchar       *shown = g_filename_display_name (path);
  g_autoptr (GMappedFile) map = fse_disk_map (path, FSE_ERROR_BAD_IMAGE, error);
  g_autoptr (GError)      reason = NULL;
  FsePictureFacts         facts;
  const guint8           *bytes;
  gsize                   n;
  FsePicture             *picture;

  if (!map)
    return NULL;
  bytes = (const guint8 *) g_mapped_file_get_contents (map);
  n = g_mapped_file_get_length (map);
  if (n == 0)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE, _("“%s” is empty (0 bytes): save the picture again."), shown);
      return NULL;
    }
  facts = fse_picture_facts (bytes, n);
  if (facts.kind == FSE_PICTURE_XCF)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                   _("“%s” is a GIMP file with layers: export it as PNG first."), shown);
      return NULL;
    }
  if (!facts.complete)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                   _("“%s” is damaged: the file ends before the picture does; copy or save it again."), shown);
      return NULL;
    }

  picture = decode (path, bytes, n, &facts, &reason);
  if (!picture && reason->domain == FSE_ERROR && reason->code == FSE_ERROR_OUT_OF_MEMORY)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
  if (!picture)
    {
      g_debug ("%s: %s", shown, reason->message);
      if (facts.kind == FSE_PICTURE_OTHER)
        g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                     _("“%s” is not a picture that can be read: use PNG, JPEG, WebP or TIFF."), shown);
      else
        g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                     _("“%s” is damaged and cannot be decoded: copy or save it again."), shown);
      return NULL;
    }
  return turn_upright (picture, facts.orientation, error);
}

FseImage *
fse_image_load (const gchar *path, GError **error)
{
  g_autoptr (FsePicture) picture = fse_picture_load (path, error);
  FseImage              *image = picture ? fse_image_new (picture->width, picture->height, error) : NULL;

  if (!image)
    return NULL;
  image->bits = picture->bits;
  image->has_alpha = picture->alpha;
  image->gray = picture->gray;
  image->profile = picture->profile ? g_bytes_ref (picture->profile) : NULL;
  fse_picture_read (picture, 0, 0, picture->width, picture->height, image->rgba);
  return image;
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

/* An empty picture that a file of this kind can hold. */
static FsePicture *
suited (FsePictureKind kind, gint width, gint height, gint bits, gboolean gray, gboolean alpha, gboolean linear, GBytes *profile,
        GError **error)
{
  gboolean    small = kind == FSE_PICTURE_JPEG || kind == FSE_PICTURE_WEBP;
  gint        most = small ? 8 : kind == FSE_PICTURE_PNG ? 16 : 32;
  FsePicture *picture = fse_picture_new (width, height, MIN (bits, most), gray, alpha && kind != FSE_PICTURE_JPEG, error);

  if (!picture)
    return NULL;
  picture->linear = linear && kind == FSE_PICTURE_TIFF;
  if (kind != FSE_PICTURE_WEBP) /* whose writer knows of no profile */
    fse_picture_take_profile (picture, profile);
  return picture;
}

FsePicture *
fse_picture_new_like (const FsePicture *picture, const gchar *path, GError **error)
{
  return suited (kind_of_name (path), picture->width, picture->height, picture->bits, picture->gray, picture->alpha,
                 picture->linear, picture->profile, error);
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
               _("“%s” could not be saved to its end, as the disk may be full, and what was there before is unchanged: "
                 "free some space and try again."), file->shown);
  return FALSE;
}

/* A PNG's first chunk, which the profile follows, ends here. */
#define PNG_HEAD 33

static gboolean
copy_draft (const FsePicture *picture, FsePictureKind kind, const guint8 *bytes, gsize n, FseDiskFile *file, GError **error)
{
  g_autoptr (GByteArray) chunk = NULL;

  if (kind != FSE_PICTURE_PNG || !picture->gray || !picture->profile)
    return fse_disk_write (file, bytes, n, error);
  chunk = fse_png_profile_chunk (picture->profile);
  return fse_disk_write (file, bytes, PNG_HEAD, error)
         && fse_disk_write (file, chunk->data, chunk->len, error)
         && fse_disk_write (file, bytes + PNG_HEAD, n - PNG_HEAD, error);
}

/* GEGL writes files only, in ways of its own, and calls a full disk a warning:
 * so it writes beside the target, and what it wrote is checked and copied. */
static gboolean
save_through_gegl (const FsePicture *picture, FsePictureKind kind, FseDiskFile *file, GError **error)
{
  g_autofree gchar       *draft = g_strconcat (file->temp, FSE_DISK_DRAFT, NULL);
  g_autoptr (GMappedFile) map = NULL;
  gboolean                ok = FALSE;

  if (fse_gegl_save (picture, kind, draft, error))
    {
      map = map_complete (draft);
      ok = map ? copy_draft (picture, kind, (const guint8 *) g_mapped_file_get_contents (map), g_mapped_file_get_length (map), file, error)
               : refuse_half (file, error);
    }
  g_unlink (draft);
  return ok;
}

static gboolean
to_disk (gconstpointer bytes, gsize n, gpointer data, GError **error)
{
  return fse_disk_write (data, bytes, n, error);
}

gboolean
fse_picture_save (const FsePicture *picture, const gchar *path, const gchar *origin, gchar **notice, GError **error)
{
  FsePictureKind       kind = kind_of_name (path);
  g_auto (FseDiskFile) file = FSE_DISK_FILE_INIT;

  if (!fse_disk_create (&file, path, error))
    return FALSE;
  /* GdkPixbuf gives a PNG its profile before its kind of colour, which libpng refuses. */
  if (!picture->gray && (kind == FSE_PICTURE_JPEG || (kind == FSE_PICTURE_PNG && picture->bits == 8 && !picture->profile)))
    {
      g_autoptr (GError) reason = NULL;

      if (!fse_pixbuf_save (picture, kind == FSE_PICTURE_PNG ? "png" : "jpeg", to_disk, &file, &reason))
        {
          if (reason->domain == FSE_ERROR)
            g_propagate_error (error, g_steal_pointer (&reason));
          else
            g_set_error (error, FSE_ERROR, FSE_ERROR_IO, _("“%s” could not be saved (%s): choose another place."), file.shown, reason->message);
          return FALSE;
        }
    }
  else if (!save_through_gegl (picture, kind, &file, error))
    return FALSE;
  if (origin)
    {
      g_autoptr (GMappedFile) map = NULL;

      *notice = fse_metadata_copy (origin, file.temp, picture->width, picture->height);
      map = *notice ? map_complete (file.temp) : NULL;
      if (*notice && !map) /* given up half way */
        return refuse_half (&file, error);
    }
  return fse_disk_commit (&file, error);
}

gboolean
fse_image_save (const FseImage *image, const gchar *path, GError **error)
{
  FsePictureKind         kind = kind_of_name (path);
  g_autoptr (FsePicture) picture = NULL;

  if (kind == FSE_PICTURE_OTHER)
    {
      g_autofree gchar *shown = g_filename_display_name (path);

      g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
                   _("“%s” could not be saved: its name must end in .png, .jpg, .webp or .tif."), shown);
      return FALSE;
    }
  picture = suited (kind, image->width, image->height, image->bits, image->gray, image->has_alpha, FALSE, image->profile, error);
  return picture
         && fse_picture_write (picture, NULL, 0, 0, image->width, image->height, image->rgba, error)
         && fse_picture_save (picture, path, NULL, NULL, error);
}
