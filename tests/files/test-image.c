/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures: what is written comes back, files that are none are told apart,
 * and scaling keeps what it must keep.
 */
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fixtures.h"

static gchar *folder;

static gchar *
in_folder (const gchar *name)
{
  return g_build_filename (folder, name, NULL);
}

static gfloat
largest_difference (const FseImage *a, const FseImage *b)
{
  gfloat largest = 0;

  g_assert_cmpint (a->width, ==, b->width);
  g_assert_cmpint (a->height, ==, b->height);
  for (gsize i = 0; i < (gsize) a->width * a->height * 4; i++)
    largest = MAX (largest, fabsf (a->rgba[i] - b->rgba[i]));
  return largest;
}

typedef struct
{
  const gchar *name;
  gint         bits;
  gboolean     gray, alpha;
  gfloat       tolerance;
} Format;

static const Format formats[] = {
  { "rgb8.png", 8, FALSE, FALSE, 1e-6 },  { "rgba8.png", 8, FALSE, TRUE, 1e-6 },
  { "gray8.png", 8, TRUE, FALSE, 1e-6 },  { "graya8.png", 8, TRUE, TRUE, 1e-6 },
  { "rgb16.png", 16, FALSE, FALSE, 1e-6 }, { "rgba16.png", 16, FALSE, TRUE, 1e-6 },
  { "gray16.png", 16, TRUE, FALSE, 1e-6 }, { "graya16.png", 16, TRUE, TRUE, 1e-6 },
  { "rgb8.tif", 8, FALSE, FALSE, 1e-6 },  { "rgba8.tif", 8, FALSE, TRUE, 1e-6 },
  { "rgb16.tiff", 16, FALSE, FALSE, 1e-6 }, { "gray16.tif", 16, TRUE, FALSE, 1e-6 },
  { "rgb32.tif", 32, FALSE, FALSE, 1e-6 },
  { "rgb.jpg", 8, FALSE, FALSE, 0.05 },   { "gray.jpeg", 8, TRUE, FALSE, 0.05 },
  { "rgb.webp", 8, FALSE, FALSE, 0.05 },  { "rgba.webp", 8, FALSE, TRUE, 0.05 },
};

static void
test_round_trip (gconstpointer data)
{
  const Format        *format = data;
  g_autofree gchar    *path = in_folder (format->name);
  g_autoptr (FseImage) image = fixture_image (37, 23, format->bits, format->gray, format->alpha, 1);
  g_autoptr (FseImage) back = NULL;
  GError              *error = NULL;
  guint                files = fixture_count (folder);

  /* Noise is no picture for a lossy format. */
  for (gint i = 0; format->tolerance > 0.01 && i < 37 * 23; i++)
    for (gint c = 0; c < 3 + format->alpha; c++)
      image->rgba[4 * i + c] = (i % 37 / 37.0 + i / 37 / 23.0 + (c == 3)) / 3;
  g_assert_true (fse_image_can_save (path));
  fse_image_save (image, path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture_count (folder), ==, files + 1);
  back = fse_image_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (back->bits, ==, format->bits);
  g_assert_cmpint (back->gray, ==, format->gray);
  g_assert_cmpint (back->has_alpha, ==, format->alpha);
  g_assert_cmpfloat (largest_difference (image, back), <=, format->tolerance);
}

static void
expect_bad (const gchar *name, const gchar *words)
{
  g_autofree gchar    *path = in_folder (name);
  g_autoptr (GError)   error = NULL;
  g_autoptr (FseImage) image = fse_image_load (path, &error);

  g_assert_null (image);
  g_assert_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE);
  if (!strstr (error->message, words) || !strstr (error->message, name))
    g_error ("“%s” says neither “%s” nor its name", error->message, words);
}

static void
test_bad_files (void)
{
  g_autofree gchar *empty = in_folder ("empty.png"), *text = in_folder ("text.png"), *fake = in_folder ("fake.png");
  g_autofree gchar *xcf = in_folder ("layers.xcf"), *sub = in_folder ("sub.png"), *hidden = in_folder ("lock.png");

  fixture_write (empty, "", 0);
  fixture_write (text, "this is a text, not a picture", -1);
  fixture_write (fake, "\x89PNG\r\n\x1a\nrubbish", 15);
  fixture_write (xcf, "gimp xcf v011\0and more", 22);
  g_mkdir (sub, 0777);
  expect_bad ("none.png", "no file");
  expect_bad ("empty.png", "empty");
  expect_bad ("text.png", "not a picture");
  expect_bad ("fake.png", "damaged");
  expect_bad ("layers.xcf", "export");
  expect_bad ("sub.png", "folder");
  if (geteuid () != 0)
    {
      fixture_write (hidden, "x", 1);
      g_chmod (hidden, 0);
      expect_bad ("lock.png", "cannot be read");
    }
}

/* Each kind cut at many places: an error each time, never half a picture. */
static void
test_cut_off (void)
{
  static const gchar *const names[] = { "cut.png", "cut16.png", "cut.jpg", "cut.webp", "cut.tif" };

  for (guint f = 0; f < G_N_ELEMENTS (names); f++)
    {
      g_autofree gchar    *path = in_folder (names[f]), *bytes = NULL;
      g_autoptr (FseImage) image = fixture_image (29, 31, strstr (names[f], "16") ? 16 : 8, FALSE, FALSE, 2);
      GError              *error = NULL;
      gsize                n;

      fse_image_save (image, path, &error);
      g_assert_no_error (error);
      g_file_get_contents (path, &bytes, &n, &error);
      g_assert_no_error (error);
      for (gsize cut = 1; cut <= 12; cut++)
        {
          fixture_write (path, bytes, n * cut / 13);
          expect_bad (names[f], "“");
        }
    }
}

/* Random damage inside: an error or a picture, never a crash. */
static void
test_damaged (void)
{
  static const gchar *const names[] = { "hit.png", "hit16.png", "hit.jpg", "hit.webp", "hit.tif" };
  g_autoptr (GRand)         random = g_rand_new_with_seed (3);

  for (guint f = 0; f < G_N_ELEMENTS (names); f++)
    {
      g_autofree gchar    *path = in_folder (names[f]), *bytes = NULL;
      g_autoptr (FseImage) image = fixture_image (16, 16, strstr (names[f], "16") ? 16 : 8, FALSE, FALSE, 4);
      GError              *error = NULL;
      gsize                n;

      fse_image_save (image, path, &error);
      g_assert_no_error (error);
      g_file_get_contents (path, &bytes, &n, &error);
      g_assert_no_error (error);
      for (gint round = 0; round < 12; round++)
        {
          g_autofree gchar    *hit = g_memdup2 (bytes, n);
          g_autoptr (FseImage) loaded = NULL;

          for (gint i = 0; i < 4; i++)
            hit[g_rand_int_range (random, 0, n)] ^= 1 << g_rand_int_range (random, 0, 8);
          fixture_write (path, hit, n);
          loaded = fse_image_load (path, NULL);
        }
    }
}

/* A one-entry EXIF block between a JPEG's first marker and the rest. */
static void
test_orientation (void)
{
  guint8 exif[] = { 0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
                    1, 0x12, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
  /* Where the marked corner of the stored picture, top left, is seen: 0 left/top, 1 right/bottom. */
  static const gint corner_x[] = { 0, 1, 1, 0, 0, 1, 1, 0 }, corner_y[] = { 0, 0, 1, 1, 0, 0, 1, 1 };
  g_autofree gchar    *path = in_folder ("turned.jpg"), *bytes = NULL;
  g_autoptr (FseImage) image = fse_image_new (32, 16, NULL);
  GError              *error = NULL;
  gsize                n;

  for (gint y = 0; y < 16; y++)
    for (gint x = 0; x < 32; x++)
      for (gint c = 0; c < 4; c++)
        image->rgba[(y * 32 + x) * 4 + c] = c == 3 || (x < 8 && y < 8);
  fse_image_save (image, path, &error);
  g_assert_no_error (error);
  g_file_get_contents (path, &bytes, &n, &error);
  g_assert_no_error (error);

  for (gint orientation = 1; orientation <= 8; orientation++)
    {
      g_autoptr (GByteArray) file = g_byte_array_new ();
      g_autoptr (FseImage)   back = NULL;
      gint                   x, y;

      exif[29] = orientation;
      g_byte_array_append (file, (guint8 *) bytes, 2);
      g_byte_array_append (file, exif, sizeof exif);
      g_byte_array_append (file, (guint8 *) bytes + 2, n - 2);
      fixture_write (path, file->data, file->len);
      back = fse_image_load (path, &error);
      g_assert_no_error (error);
      g_assert_cmpint (back->width, ==, orientation >= 5 ? 16 : 32);
      x = corner_x[orientation - 1] ? back->width - 3 : 2;
      y = corner_y[orientation - 1] ? back->height - 3 : 2;
      g_assert_cmpfloat (back->rgba[(y * back->width + x) * 4], >, 0.8);
      g_assert_cmpfloat (back->rgba[((back->height - 1 - y) * back->width + x) * 4], <, 0.2);
      g_assert_cmpfloat (back->rgba[(y * back->width + back->width - 1 - x) * 4], <, 0.2);
    }
}

static void
expect_unsaved (const gchar *name, const gchar *words)
{
  g_autofree gchar    *path = in_folder (name);
  g_autoptr (FseImage) image = fixture_image (64, 64, strstr (name, "16") ? 16 : 8, FALSE, FALSE, 5);
  g_autoptr (GError)   error = NULL;
  guint                files = fixture_count (folder);

  g_assert_false (fse_image_save (image, path, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_IO);
  if (!strstr (error->message, words))
    g_error ("“%s” does not say “%s”", error->message, words);
  g_assert_cmpuint (fixture_count (folder), ==, files);
}

static void
test_unwritable (void)
{
  g_autofree gchar *sub = in_folder ("sub.jpg"), *locked = in_folder ("locked");

  g_mkdir (sub, 0777);
  expect_unsaved ("nowhere/picture.png", "folder");
  expect_unsaved ("sub.jpg", "folder");
  expect_unsaved ("picture.xyz", ".png");
  expect_unsaved ("picture", ".png");
  if (geteuid () != 0)
    {
      g_mkdir (locked, 0555);
      expect_unsaved ("locked/picture.png", "write");
    }
}

/* The limit on a file's size stands for a full disk: the writes fail alike. */
static void
test_disk_full (void)
{
  static const gchar *const names[] = { "full.png", "full16.png", "full.jpg", "full.webp", "full.tif" };
  struct rlimit             limit, small;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &limit);
  for (guint f = 0; f < G_N_ELEMENTS (names); f++)
    {
      g_autofree gchar    *path = in_folder (names[f]);
      g_autoptr (FseImage) old = fixture_image (5, 5, strstr (names[f], "16") ? 16 : 8, FALSE, FALSE, 6);
      g_autoptr (FseImage) before = NULL, after = NULL;
      GError              *error = NULL;

      fse_image_save (old, path, &error);
      g_assert_no_error (error);
      before = fse_image_load (path, &error);
      g_assert_no_error (error);
      small = limit;
      small.rlim_cur = 2000;
      setrlimit (RLIMIT_FSIZE, &small);
      expect_unsaved (names[f], "full");
      setrlimit (RLIMIT_FSIZE, &limit);
      after = fse_image_load (path, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (largest_difference (before, after), ==, 0);
    }
}

/* What must not get into a file, and what must not be lost on the way. */
static void
test_suited (void)
{
  g_autofree gchar    *jpeg = in_folder ("flat.jpg"), *png = in_folder ("coloured.png");
  g_autoptr (FseImage) clear = fse_image_new (16, 16, NULL), coloured = fse_image_new (16, 16, NULL);
  g_autoptr (FseImage) flat = NULL, back = NULL;
  GError              *error = NULL;

  clear->has_alpha = TRUE; /* all black, all transparent */
  fse_image_save (clear, jpeg, &error);
  g_assert_no_error (error);
  flat = fse_image_load (jpeg, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (flat->rgba[0], >, 0.98);

  coloured->gray = TRUE;
  for (gint i = 0; i < 256; i++)
    {
      coloured->rgba[4 * i] = i % 2 ? 2 : NAN;
      coloured->rgba[4 * i + 1] = -1;
      coloured->rgba[4 * i + 3] = 1;
    }
  fse_image_save (coloured, png, &error);
  g_assert_no_error (error);
  back = fse_image_load (png, &error);
  g_assert_no_error (error);
  g_assert_false (back->gray);
  g_assert_cmpfloat (back->rgba[0], ==, 0);
  g_assert_cmpfloat (back->rgba[4], ==, 1);
  g_assert_cmpfloat (back->rgba[5], ==, 0);
}

/* A link stays a link, and a file keeps its permissions. */
static void
test_kept (void)
{
  g_autofree gchar    *real = in_folder ("real.png"), *link = in_folder ("link.png");
  g_autoptr (FseImage) image = fixture_image (4, 4, 8, FALSE, FALSE, 7);
  GError              *error = NULL;
  GStatBuf             info;

  fixture_write (real, "old", 3);
  g_chmod (real, 0640);
  g_assert_cmpint (symlink ("real.png", link), ==, 0);
  fse_image_save (image, link, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_stat (real, &info);
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);
  g_assert_cmpint (info.st_size, >, 3);
}

static void
test_scale (void)
{
  g_autoptr (FseImage) image = fixture_image (48, 36, 8, FALSE, FALSE, 8);
  g_autoptr (FseImage) same = fse_image_scale (image, 48, 36, NULL);
  g_autoptr (FseImage) one = fse_image_scale (image, 1, 1, NULL);
  g_autoptr (FseImage) odd = fse_image_scale (image, 17, 91, NULL);
  g_autoptr (FseImage) flat = fse_image_new (7, 5, NULL), larger = NULL;
  g_autoptr (FseImage) clear = fse_image_new (2, 1, NULL), mean = NULL;
  gdouble              sum = 0;

  g_assert_cmpfloat (largest_difference (image, same), <, 1e-6);
  for (gint i = 0; i < 48 * 36; i++)
    sum += image->rgba[4 * i];
  g_assert_cmpfloat (fabs (one->rgba[0] - sum / (48 * 36)), <, 1e-4);
  for (gint i = 0; i < 17 * 91 * 4; i++)
    g_assert_true (odd->rgba[i] >= 0 && odd->rgba[i] <= 1);

  for (gint i = 0; i < 7 * 5 * 4; i++)
    flat->rgba[i] = i % 4 == 3 ? 1 : 0.25f;
  larger = fse_image_scale (flat, 33, 14, NULL);
  for (gint i = 0; i < 33 * 14; i++)
    g_assert_cmpfloat (fabs (larger->rgba[4 * i] - 0.25), <, 1e-6);

  /* What is hidden below alpha 0 does not colour its neighbour. */
  clear->has_alpha = TRUE;
  memcpy (clear->rgba, (gfloat[]) { 1, 1, 1, 0, 0.5, 0, 0, 1 }, 8 * sizeof (gfloat));
  mean = fse_image_scale (clear, 1, 1, NULL);
  g_assert_cmpfloat (fabs (mean->rgba[0] - 0.5), <, 1e-6);
  g_assert_cmpfloat (fabs (mean->rgba[3] - 0.5), <, 1e-6);
}

static void
test_sizes (void)
{
  g_autoptr (GError) nothing = NULL, huge = NULL;

  g_assert_null (fse_image_new (0, 5, &nothing));
  g_assert_error (nothing, FSE_ERROR, FSE_ERROR_BAD_IMAGE);
  g_assert_null (fse_image_new (G_MAXINT, G_MAXINT, &huge));
  g_assert_error (huge, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  /* The libraries' warnings about bad files are expected here, and not fatal. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_FLAG_RECURSION);
  folder = fixture_folder ();
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree gchar *name = g_strconcat ("/image/round-trip/", formats[i].name, NULL);

      g_test_add_data_func (name, &formats[i], test_round_trip);
    }
  g_test_add_func ("/image/bad-files", test_bad_files);
  g_test_add_func ("/image/cut-off", test_cut_off);
  g_test_add_func ("/image/damaged", test_damaged);
  g_test_add_func ("/image/orientation", test_orientation);
  g_test_add_func ("/image/unwritable", test_unwritable);
  g_test_add_func ("/image/disk-full", test_disk_full);
  g_test_add_func ("/image/suited", test_suited);
  g_test_add_func ("/image/kept", test_kept);
  g_test_add_func ("/image/scale", test_scale);
  g_test_add_func ("/image/sizes", test_sizes);
  status = g_test_run ();
  fixture_remove (folder);
  g_free (folder);
  return status;
}
