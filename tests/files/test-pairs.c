/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finding pairs on disk, and the sentences about those that cannot be used.
 */
#include <math.h>

#include "files/align.h"
#include "files/pairs.h"
#include "fixtures.h"

/* A fresh folder of the test's own; `inner` folders are made in it. */
static gchar *
fresh (const gchar *inner, ...)
{
  gchar  *folder = fixture_folder ();
  va_list names;

  va_start (names, inner);
  for (; inner; inner = va_arg (names, const gchar *))
    {
      g_autofree gchar *path = g_build_filename (folder, inner, NULL);

      g_assert_cmpint (g_mkdir (path, 0777), ==, 0);
    }
  va_end (names);
  return folder;
}

static void
picture (const gchar *folder, const gchar *name, gint width, gint height, guint32 seed)
{
  g_autofree gchar    *path = g_build_filename (folder, name, NULL);
  g_autoptr (FseImage) image = fixture_image (width, height, 8, FALSE, FALSE, seed);
  GError              *error = NULL;

  fse_image_save (image, path, &error);
  g_assert_no_error (error);
}

static void
expect_unusable (const gchar *folder, const gchar *words, const gchar *more)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (FsePairs) pairs = fse_pairs_load (folder, 0, &error);

  if (pairs)
    g_assert_false (fse_pairs_check (pairs, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR);
  if (!strstr (error->message, words) || !strstr (error->message, more))
    g_error ("“%s” does not say “%s” and “%s”", error->message, words, more);
}

static FsePairs *
load (const gchar *folder, guint max)
{
  GError   *error = NULL;
  FsePairs *pairs = fse_pairs_load (folder, max, &error);

  g_assert_no_error (error);
  fse_pairs_check (pairs, &error);
  g_assert_no_error (error);
  return pairs;
}

static const FsePair *
pair_at (FsePairs *pairs, guint i)
{
  g_assert_cmpuint (i, <, pairs->pairs->len);
  return g_ptr_array_index (pairs->pairs, i);
}

static gboolean
warned (FsePairs *pairs, const gchar *words)
{
  for (guint i = 0; i < pairs->warnings->len; i++)
    if (strstr (g_ptr_array_index (pairs->warnings, i), words))
      return TRUE;
  return FALSE;
}

static void
test_folders (void)
{
  g_autofree gchar    *folder = fresh ("before", "after", NULL);
  g_autofree gchar    *notes = g_build_filename (folder, "before", "notes.txt", NULL);
  g_autoptr (FsePairs) all = NULL, two = NULL;

  for (gint i = 5; i >= 1; i--)
    {
      g_autofree gchar *before = g_strdup_printf ("before/p.%d.png", i);
      g_autofree gchar *after = g_strdup_printf (i % 2 ? "after/p.%d.PNG" : "after/p.%d.tif", i);

      picture (folder, before, 20, 16, i);
      picture (folder, after, 20, 16, 100 + i);
    }
  fixture_write (notes, "to do", -1);
  all = load (folder, 0);
  g_assert_cmpuint (all->pairs->len, ==, 5);
  g_assert_cmpuint (all->warnings->len, ==, 0);
  g_assert_cmpstr (pair_at (all, 0)->name, ==, "p.1");
  g_assert_cmpstr (pair_at (all, 4)->name, ==, "p.5");
  two = load (folder, 2);
  g_assert_cmpuint (two->pairs->len, ==, 2);
  g_assert_true (warned (two, "only 2 pairs"));
  fixture_remove (folder);
}

static void
test_suffixes (void)
{
  g_autofree gchar    *folder = fresh (NULL);
  g_autoptr (FsePairs) pairs = NULL;

  picture (folder, "a_b_before.png", 18, 16, 1);
  picture (folder, "a_b_after.jpg", 18, 16, 2);
  picture (folder, "unrelated.png", 18, 16, 3);
  pairs = load (folder, 0);
  g_assert_cmpuint (pairs->pairs->len, ==, 1);
  g_assert_cmpstr (pair_at (pairs, 0)->name, ==, "a_b");
  g_assert_true (warned (pairs, "only one pair"));
  fixture_remove (folder);
}

static void
test_sizes (void)
{
  g_autofree gchar    *folder = fresh ("before", "after", NULL);
  g_autoptr (FsePairs) pairs = NULL;

  picture (folder, "before/large.png", 1600, 800, 1);
  picture (folder, "after/large.png", 1600, 800, 2);
  picture (folder, "before/scaled.png", 60, 40, 3);
  picture (folder, "after/scaled.png", 121, 80, 4);
  pairs = load (folder, 0);
  g_assert_cmpint (pair_at (pairs, 0)->before->height, ==, FSE_PAIRS_MAX_SIDE);
  g_assert_cmpint (pair_at (pairs, 0)->before->width, ==, 2 * FSE_PAIRS_MAX_SIDE);
  g_assert_cmpint (pair_at (pairs, 0)->after->width, ==, 2 * FSE_PAIRS_MAX_SIDE);
  g_assert_cmpint (pair_at (pairs, 1)->after->width, ==, 60);
  g_assert_cmpint (pair_at (pairs, 1)->after->height, ==, 40);
  g_assert_true (warned (pairs, "scaled"));

  picture (folder, "after/scaled.png", 40, 60, 4);
  expect_unusable (folder, "60 x 40", "40 x 60");
  fixture_remove (folder);
}

static void
test_partners (void)
{
  g_autofree gchar *folder = fresh ("before", "after", NULL), *half = fresh ("before", NULL);

  picture (folder, "before/a.png", 16, 16, 1);
  picture (folder, "after/a.png", 16, 16, 2);
  picture (folder, "before/lonely.png", 16, 16, 3);
  expect_unusable (folder, "lonely.png", "no after");
  picture (folder, "after/lonely.png", 16, 16, 3);
  picture (folder, "after/other.png", 16, 16, 3);
  expect_unusable (folder, "other.png", "no before");
  picture (folder, "before/other.png", 16, 16, 3);
  picture (folder, "before/other.jpg", 16, 16, 3);
  expect_unusable (folder, "other.jpg", "same name");
  picture (half, "before/a.png", 16, 16, 1);
  expect_unusable (half, "after", "no folder");
  fixture_remove (folder);
  fixture_remove (half);
}

static void
test_unreadable (void)
{
  g_autofree gchar *folder = fresh ("before", "after", NULL);
  g_autofree gchar *after = g_build_filename (folder, "after", "a.png", NULL);

  picture (folder, "before/a.png", 16, 16, 1);
  fixture_write (after, "", 0);
  expect_unusable (folder, "a.png", "empty");
  fixture_write (after, "no picture at all", -1);
  expect_unusable (folder, "a.png", "not a picture");
  fixture_remove (folder);
}

static void
test_nothing (void)
{
  g_autofree gchar *empty = fresh (NULL), *folders = fresh ("before", "after", NULL);
  g_autofree gchar *file = g_build_filename (empty, "file.png", NULL);
  g_autoptr (FsePairs) none = fse_pairs_new ();
  g_autoptr (GError)   error = NULL;

  expect_unusable ("/nowhere/at/all", "no folder", "/nowhere");
  expect_unusable (empty, "holds no pairs", "before");
  expect_unusable (folders, "holds no pairs", "before");
  fixture_write (file, "x", 1);
  expect_unusable (file, "not a folder", "file.png");
  g_assert_false (fse_pairs_check (none, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR);
  fixture_remove (empty);
  fixture_remove (folders);
}

static void
test_identical (void)
{
  g_autofree gchar    *folder = fresh ("before", "after", NULL);
  g_autoptr (FsePairs) pairs = NULL;

  picture (folder, "before/a.png", 16, 16, 1);
  picture (folder, "after/a.png", 16, 16, 1);
  expect_unusable (folder, "identical", "no edit");
  picture (folder, "before/b.png", 16, 16, 2);
  picture (folder, "after/b.png", 16, 16, 3);
  pairs = load (folder, 0);
  g_assert_true (warned (pairs, "“a”"));
  fixture_remove (folder);
}

/* The place (x, y) of picture i: which of its discs it is in, if any. */
static gint
disc_at (gint i, gint x, gint y)
{
  for (gint d = 0; d < 9; d++)
    {
      gint cx = (37 * d + 53 * i + 11 * d * d) % 120, cy = (59 * d + 31 * i + 7 * d * d) % 96, r = 6 + 3 * (d % 4);

      if ((x - cx) * (x - cx) + (y - cy) * (y - cy) < r * r)
        return d + 1;
    }
  return 0;
}

/* Coloured discs, another picture for each i; the after is brighter, and lies (dx, dy) pixels off. */
static void
add_pair (FsePairs *pairs, gint i, gint dx, gint dy)
{
  g_autoptr (FseImage) before = fse_image_new (120, 96, NULL), after = fse_image_new (120, 96, NULL);
  g_autofree gchar    *name = g_strdup_printf ("%d", i);
  FseImage            *both[] = { before, after };

  for (gint k = 0; k < 2; k++)
    for (gint y = 0; y < 96; y++)
      for (gint x = 0; x < 120; x++)
        {
          gint    disc = disc_at (i, k ? x - dx : x, k ? y - dy : y);
          gfloat *rgba = both[k]->rgba + 4 * (y * 120 + x);

          for (gint c = 0; c < 3; c++)
            rgba[c] = 0.05f * ((disc * (3 + c)) % 11 + 3) * (k ? 1.2f : 1.0f);
          rgba[3] = 1;
        }
  g_assert_true (fse_pairs_add (pairs, name, before, after, NULL));
}

/* One of five is shifted: it is moved, its border becomes transparent.  All alike: that is the edit. */
static void
test_align (void)
{
  g_autoptr (FsePairs) one = fse_pairs_new (), all = fse_pairs_new (), few = fse_pairs_new (),
                       each = fse_pairs_new ();
  gdouble              dx, dy;
  FsePair             *moved, *right;

  for (gint i = 0; i < 5; i++)
    {
      add_pair (one, i, i == 2 ? 3 : 0, i == 2 ? -2 : 0);
      add_pair (all, i, 3, -2);
      add_pair (each, i, 3 * (i - 1), -2); /* no two alike */
    }
  for (gint i = 0; i < 2; i++)
    add_pair (few, i, i ? 3 : 0, 0);

  moved = one->pairs->pdata[2];
  right = one->pairs->pdata[1];
  g_assert_false (fse_align_find (right->before, right->after, &dx, &dy));
  g_assert_true (fse_align_find (moved->before, moved->after, &dx, &dy));
  g_assert_cmpfloat_with_epsilon (dx * 120, 3, 0.5);
  g_assert_cmpfloat_with_epsilon (dy * 96, -2, 0.5);

  g_assert_true (fse_pairs_align (one, NULL) && fse_pairs_align (all, NULL) && fse_pairs_align (few, NULL));
  g_assert_cmpuint (one->warnings->len, ==, 1);
  g_assert_nonnull (strstr (one->warnings->pdata[0], "“2” lay 3 x -2 pixels off"));
  g_assert_cmpuint (one->n_moved, ==, 1);
  g_assert_cmpuint (all->warnings->len, ==, 0);
  g_assert_cmpuint (all->n_moved, ==, 0);
  ((FsePair *) each->pairs->pdata[1])->name[0] = 'x';
  g_assert_true (fse_pairs_align (each, NULL));
  g_assert_cmpuint (each->warnings->len, ==, 5);
  g_assert_nonnull (strstr (each->warnings->pdata[1], "“x” lay 0 x -2 pixels off"));
  g_assert_cmpuint (few->warnings->len, ==, 0); /* which of two is right? */
  for (gint y = 0; y < 96; y++)
    for (gint x = 0; x < 120; x++)
      {
        const gfloat *before = moved->before->rgba + 4 * (y * 120 + x), *after = moved->after->rgba + 4 * (y * 120 + x);

        g_assert_cmpfloat (after[3], ==, x < 117 && y >= 2);
        g_assert_true (after[3] == 0 || fabsf (after[0] - 1.2f * before[0]) < 1e-5f);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pairs/align", test_align);
  g_test_add_func ("/pairs/folders", test_folders);
  g_test_add_func ("/pairs/suffixes", test_suffixes);
  g_test_add_func ("/pairs/sizes", test_sizes);
  g_test_add_func ("/pairs/partners", test_partners);
  g_test_add_func ("/pairs/unreadable", test_unreadable);
  g_test_add_func ("/pairs/nothing", test_nothing);
  g_test_add_func ("/pairs/identical", test_identical);
  return g_test_run ();
}
