/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures in their own depth: what is not edited keeps its numbers through any
 * profile, what is edited changes as far as it was, and profiles are kept or
 * converted by each kind of file.
 */
#include <babl/babl.h>
#include <math.h>

#include "files/picture.h"
#include "fixtures.h"

static gchar *folder;

#define SIDE 24

/* A profile with a curve of its own: that of a babl space. */
static GBytes *
profile (gboolean gray)
{
  int         length = 0;
  const char *icc;
  guint8     *bytes;

  babl_init ();
  icc = babl_space_get_icc (babl_space ("ProPhoto"), &length);
  g_assert_nonnull (icc);
  bytes = g_memdup2 (icc, length);
  if (gray)
    {
      /* A gray profile has one curve, and says so: the white point and the red curve of the other one will do. */
      guint32 n = GUINT32_FROM_BE (*(guint32 *) (bytes + 128));

      memcpy (bytes + 16, "GRAY", 4);
      for (guint i = 0; i < n; i++)
        if (memcmp (bytes + 132 + 12 * i, "rTRC", 4) == 0)
          memcpy (bytes + 132 + 12 * i, "kTRC", 4);
    }
  return g_bytes_new_take (bytes, length);
}

/* A picture file of all shades, the darkest most of all, in that profile. */
static gchar *
make_file (const gchar *name, gint bits, gboolean gray, gboolean alpha, gboolean with_profile)
{
  g_autoptr (FseImage) image = fixture_image (SIDE, SIDE, bits, gray, alpha, 11);
  gchar               *path = g_build_filename (folder, name, NULL);
  GError              *error = NULL;

  for (gint i = 0; i < SIDE * SIDE; i++)
    for (gint c = 0; c < 3; c++)
      image->rgba[4 * i + c] = powf (image->rgba[4 * i + c], i < SIDE * SIDE / 2 ? 5 : 1) * 0.9f + 0.0001f;
  image->profile = with_profile ? profile (gray) : NULL;
  fse_image_save (image, path, &error);
  g_assert_no_error (error);
  return path;
}

static gfloat *
pixels_of (const FsePicture *picture)
{
  gfloat *rgba = g_new (gfloat, SIDE * SIDE * 4);

  fse_picture_read (picture, 0, 0, SIDE, SIDE, rgba);
  return rgba;
}

static FsePicture *
load (const gchar *path)
{
  GError     *error = NULL;
  FsePicture *picture = fse_picture_load (path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fse_picture_width (picture), ==, SIDE);
  g_assert_cmpint (fse_picture_height (picture), ==, SIDE);
  return picture;
}

typedef struct
{
  const gchar *name;
  gint         bits;
  gboolean     gray, alpha, profile;
} Kind;

static const Kind kinds[] = {
  { "a.png", 8, FALSE, FALSE, FALSE }, { "b.png", 16, FALSE, TRUE, FALSE }, { "c.png", 8, FALSE, FALSE, TRUE },
  { "d.png", 16, FALSE, FALSE, TRUE }, { "e.png", 16, FALSE, TRUE, TRUE },  { "f.png", 8, TRUE, FALSE, TRUE },
  { "g.png", 16, TRUE, FALSE, TRUE },  { "h.png", 16, TRUE, TRUE, TRUE },   { "i.tif", 16, FALSE, FALSE, TRUE },
  { "j.tif", 32, FALSE, FALSE, FALSE }, { "k.tif", 16, TRUE, FALSE, FALSE },
};

/* Written back as they were read, in rectangles: the same numbers, and the same file. */
static void
test_kept (gconstpointer data)
{
  const Kind            *kind = data;
  g_autofree gchar      *path = make_file (kind->name, kind->bits, kind->gray, kind->alpha, kind->profile);
  g_autofree gchar      *copy = g_strconcat (folder, "/copy-", kind->name, NULL);
  g_autoptr (FsePicture) picture = load (path), result = NULL, back = NULL;
  g_autoptr (FseImage)   image = NULL, twice = NULL;
  g_autofree gfloat     *rgba = pixels_of (picture), *again = NULL, *part = g_new (gfloat, 7 * 5 * 4);
  GError                *error = NULL;

  g_assert_cmpint (fse_picture_has_alpha (picture), ==, kind->alpha);
  result = fse_picture_new_like (picture, copy, &error);
  g_assert_no_error (error);
  for (gint y = 0; y < SIDE; y += 5)
    for (gint x = 0; x < SIDE; x += 7)
      {
        gint w = MIN (7, SIDE - x), h = MIN (5, SIDE - y);

        fse_picture_read (picture, x, y, w, h, part);
        for (gint row = 0; row < h; row++)
          g_assert_cmpfloat (fabsf (part[row * w * 4] - rgba[((y + row) * SIDE + x) * 4]), <, 1e-6);
        g_assert_true (fse_picture_write (result, picture, x, y, w, h, part, &error));
      }
  g_assert_true (fse_picture_save (result, copy, NULL, NULL, &error));
  g_assert_no_error (error);
  back = load (copy);
  again = pixels_of (back);
  g_assert_cmpmem (rgba, SIDE * SIDE * 16, again, SIDE * SIDE * 16);
  image = fse_image_load (path, &error);
  twice = fse_image_load (copy, &error);
  g_assert_cmpint (image->bits, ==, kind->bits);
  g_assert_cmpint (image->gray, ==, kind->gray);
  g_assert_cmpint (twice->bits, ==, kind->bits);
  g_assert_cmpint (twice->gray, ==, kind->gray);
  g_assert_true (image->profile || !kind->profile); /* GEGL gives a TIFF one of its own */
  if (image->profile)
    g_assert_true (g_bytes_equal (image->profile, twice->profile));
}

/* A change of a thousandth in the darkest shades is one of a thousandth, though the way to sRGB and back loses more. */
static void
test_small_change (void)
{
  g_autofree gchar      *path = make_file ("small.png", 16, FALSE, FALSE, TRUE);
  g_autoptr (FsePicture) picture = load (path), result = fse_picture_new_like (picture, path, NULL);
  g_autofree gfloat     *before = pixels_of (picture), *after = g_memdup2 (before, SIDE * SIDE * 16), *got = NULL;
  gint                   rose = 0;

  for (gint i = 0; i < SIDE * SIDE * 4; i++)
    after[i] += i % 4 < 3 ? 0.001f : 0;
  g_assert_true (fse_picture_write (result, picture, 0, 0, SIDE, SIDE, after, NULL));
  got = pixels_of (result);
  for (gint i = 0; i < SIDE * SIDE * 4; i++)
    if (i % 4 < 3 && before[i] > 0.05f)
      {
        g_assert_cmpfloat (fabsf (got[i] - after[i]), <, 0.0015);
        rose += got[i] > before[i];
      }
  g_assert_cmpint (rose, >, SIDE * SIDE / 2);
}

/* To a kind of file that keeps no profile the colours are converted, and they look the same. */
static void
test_converted (void)
{
  static const struct
  {
    const gchar *from, *to;
    gint         bits;
    gboolean     gray;
  } ways[] = { { "wide.png", "wide.webp", 16, FALSE }, { "gray-wide.png", "gray-wide.webp", 16, TRUE },
               { "wide-again.png", "wide-again.jpg", 8, FALSE }, { "gray-again.png", "gray-again.jpg", 8, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree gchar      *path = make_file (ways[i].from, ways[i].bits, ways[i].gray, FALSE, TRUE);
      g_autofree gchar      *to = g_build_filename (folder, ways[i].to, NULL);
      g_autoptr (FsePicture) picture = load (path), result = fse_picture_new_like (picture, to, NULL), back = NULL;
      g_autofree gfloat     *rgba = g_new (gfloat, SIDE * SIDE * 4), *got = NULL;
      GError                *error = NULL;

      for (gint p = 0; p < SIDE * SIDE; p++) /* smooth, as the kind of file loses some */
        for (gint c = 0; c < 4; c++)
          rgba[4 * p + c] = c == 3 ? 1 : 0.3f + 0.3f * (p / SIDE) / SIDE;
      g_assert_true (fse_picture_write (result, picture, 0, 0, SIDE, SIDE, rgba, &error));
      g_assert_true (fse_picture_save (result, to, NULL, NULL, &error));
      g_assert_no_error (error);
      back = load (to);
      got = pixels_of (back);
      for (gint p = 0; p < SIDE * SIDE * 4; p++)
        g_assert_cmpfloat (fabsf (got[p] - rgba[p]), <, 0.03);
    }
}

/* A profile inside a WebP file is read: the same numbers without it are other colours. */
static void
test_webp_profile (void)
{
  g_autofree gchar      *path = make_file ("plain.webp", 8, FALSE, FALSE, FALSE), *bytes = NULL;
  g_autofree gchar      *wide = g_build_filename (folder, "with.webp", NULL);
  g_autoptr (GBytes)     icc = profile (FALSE);
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (FsePicture) plain = load (path), other = NULL;
  g_autofree gfloat     *a = pixels_of (plain), *b = NULL;
  gsize                  n, length;
  gconstpointer          data = g_bytes_get_data (icc, &length);
  guint32                size, whole;
  guint8                 head[18] = { 'V', 'P', '8', 'X', 10, 0, 0, 0, 0x20, 0, 0, 0, SIDE - 1, 0, 0, SIDE - 1, 0, 0 };
  gfloat                 off = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_byte_array_append (file, (guint8 *) bytes, 12);
  g_byte_array_append (file, head, sizeof head);
  size = GUINT32_TO_LE ((guint32) length);
  g_byte_array_append (file, (const guint8 *) "ICCP", 4);
  g_byte_array_append (file, (guint8 *) &size, 4);
  g_byte_array_append (file, data, length);
  if (length & 1)
    g_byte_array_append (file, (const guint8 *) "", 1);
  if (memcmp (bytes + 12, "VP8X", 4) == 0)
    g_byte_array_append (file, (guint8 *) bytes + 30, n - 30);
  else
    g_byte_array_append (file, (guint8 *) bytes + 12, n - 12);
  whole = GUINT32_TO_LE (file->len - 8);
  memcpy (file->data + 4, &whole, 4);
  fixture_write (wide, file->data, file->len);
  other = load (wide);
  b = pixels_of (other);
  for (gint i = 0; i < SIDE * SIDE * 4; i++)
    off = MAX (off, fabsf (a[i] - b[i]));
  g_assert_cmpfloat (off, >, 0.05);
}

/* Colour that an edit gives to one corner of a gray picture is kept, and so is the gray elsewhere. */
static void
test_given_colour (void)
{
  g_autofree gchar      *path = make_file ("gray.png", 16, TRUE, TRUE, TRUE);
  g_autoptr (FsePicture) picture = load (path), result = fse_picture_new_like (picture, path, NULL), back = NULL;
  g_autofree gfloat     *rgba = pixels_of (picture), *got = NULL;
  GError                *error = NULL;

  rgba[4 * (SIDE * SIDE - 1)] = 0.9f;
  rgba[4 * (SIDE * SIDE - 1) + 2] = 0.1f;
  for (gint y = 0; y < SIDE; y++)
    g_assert_true (fse_picture_write (result, picture, 0, y, SIDE, 1, rgba + y * SIDE * 4, &error));
  g_assert_true (fse_picture_save (result, path, NULL, NULL, &error));
  g_assert_no_error (error);
  back = load (path);
  got = pixels_of (back);
  for (gint i = 0; i < SIDE * SIDE * 4; i++)
    g_assert_cmpfloat (fabsf (got[i] - rgba[i]), <, 1e-4);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  folder = fixture_folder ();
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree gchar *name = g_strdup_printf ("/picture/kept/%s-%d-bits%s%s%s", kinds[i].name, kinds[i].bits,
                                                kinds[i].gray ? "-gray" : "", kinds[i].alpha ? "-alpha" : "",
                                                kinds[i].profile ? "-profile" : "");

      g_test_add_data_func (name, &kinds[i], test_kept);
    }
  g_test_add_func ("/picture/small-change", test_small_change);
  g_test_add_func ("/picture/converted", test_converted);
  g_test_add_func ("/picture/webp-profile", test_webp_profile);
  g_test_add_func ("/picture/given-colour", test_given_colour);
  status = g_test_run ();
  fixture_remove (folder);
  g_free (folder);
  return status;
}
