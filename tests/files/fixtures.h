/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A throw-away folder and pictures of known values, for the tests of files.
 */
#ifndef FSE_FIXTURES_H
#define FSE_FIXTURES_H

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "files/image.h"

static inline gchar *
fixture_folder (void)
{
  GError *error = NULL;
  gchar  *folder = g_dir_make_tmp ("few-shot-edit-test-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

/* With all that is in it. */
static inline void
fixture_remove (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar     *name;

  if (!dir || g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_unlink (path);
      return;
    }
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree gchar *inner = g_build_filename (path, name, NULL);

      fixture_remove (inner);
    }
  g_rmdir (path);
}

/* Every pixel another colour, on whole steps of the depth. */
static inline FseImage *
fixture_image (gint width, gint height, gint bits, gboolean gray, gboolean alpha, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  FseImage         *image = fse_image_new (width, height, NULL);
  gint              top = bits == 8 ? 255 : 65535;

  g_assert_nonnull (image);
  image->bits = bits;
  image->gray = gray;
  image->has_alpha = alpha;
  for (gint i = 0; i < width * height; i++)
    {
      gfloat *pixel = image->rgba + 4 * i;

      for (gint c = 0; c < 3; c++)
        pixel[c] = gray && c ? pixel[0] : (gfloat) g_rand_int_range (random, 0, top + 1) / top;
      pixel[3] = alpha ? (gfloat) g_rand_int_range (random, 0, top + 1) / top : 1;
    }
  return image;
}

/* How many names the folder holds, to see that nothing is left behind. */
static inline guint
fixture_count (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint            n = 0;

  while (dir && g_dir_read_name (dir))
    n++;
  return n;
}

static inline void
fixture_write (const gchar *path, gconstpointer bytes, gssize n)
{
  GError *error = NULL;

  g_file_set_contents (path, bytes, n, &error);
  g_assert_no_error (error);
}

#endif
