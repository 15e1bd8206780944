/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A colour table learns what an edit does to colours, tells such an edit from
 * others, and carries it on to colours that no pair shows.
 */
#include <math.h>

#include "examples.h"
#include "training/colour-fit.h"

#define SIZE 64
#define PAIRS 6

typedef void (*Edit) (gint i, gint x, gint y, gfloat rgb[3]);

static void
original (gint i, gint x, gint y, gfloat rgb[3])
{
  for (gint c = 0; c < 3; c++)
    rgb[c] = example_pixel (i, x, y, c);
}

/* Affine, and the same everywhere. */
static void
exchange (gint i, gint x, gint y, gfloat rgb[3])
{
  for (gint c = 0; c < 3; c++)
    rgb[c] = example_edited (i, x, y, c);
}

/* Bent: no affine map comes near. */
static void
bend (gint i, gint x, gint y, gfloat rgb[3])
{
  original (i, x, y, rgb);
  for (gint c = 0; c < 3; c++)
    rgb[c] = 0.5f + 0.4f * sinf (6 * rgb[c]);
}

/* Nothing that a colour could tell. */
static void
turn (gint i, gint x, gint y, gfloat rgb[3])
{
  original (i, y, SIZE - x, rgb);
}

static FseDataset *
data_of (Edit edit)
{
  g_autoptr (FsePairs) pairs = fse_pairs_new ();
  g_autoptr (GError)   error = NULL;
  FseDataset          *data;

  for (gint i = 0; i < PAIRS; i++)
    {
      g_autoptr (FseImage) before = fse_image_new (SIZE, SIZE, &error), after = fse_image_new (SIZE, SIZE, &error);
      g_autofree gchar    *name = g_strdup_printf ("pair %d", i);

      for (gint p = 0; p < SIZE * SIZE; p++)
        {
          original (i, p % SIZE, p / SIZE, before->rgba + 4 * p);
          edit (i, p % SIZE, p / SIZE, after->rgba + 4 * p);
          before->rgba[4 * p + 3] = after->rgba[4 * p + 3] = 1;
        }
      g_assert_true (fse_pairs_add (pairs, name, before, after, &error));
    }
  data = fse_dataset_new (pairs, SIZE, 1, &error);
  g_assert_no_error (error);
  return data;
}

static void
test_judge (void)
{
  g_autoptr (FseDataset) affine = data_of (exchange), bent = data_of (bend), turned = data_of (turn);
  gdouble                smooth[3];
  gdouble                left[3] = { fse_colour_fit_judge (affine, PAIRS, &smooth[0]), fse_colour_fit_judge (bent, PAIRS, &smooth[1]),
                                     fse_colour_fit_judge (turned, PAIRS, &smooth[2]) };

  g_test_message ("left of the change: affine %.4f (%g), bent %.4f (%g), turned %.4f (%g)", left[0], smooth[0], left[1], smooth[1],
                  left[2], smooth[2]);
  g_assert_cmpfloat (left[0], <, 0.02);
  g_assert_cmpfloat (left[1], <, 0.1);
  g_assert_cmpfloat (left[2], >, 0.7);
}

/* The greys of these pictures are few and middling; black and white follow from the affine part. */
static void
test_unseen_colours (void)
{
  g_autoptr (FseDataset) data = data_of (exchange);
  g_autofree gfloat     *table = g_new (gfloat, FSE_COLOUR_TABLE_FLOATS);
  gdouble                smooth;

  fse_colour_fit_judge (data, PAIRS, &smooth);
  fse_colour_fit (data, PAIRS, smooth, table);
  for (gint k = 0; k < 8; k++)
    {
      const gfloat rgb[3] = { k & 1, k >> 1 & 1, k >> 2 };
      gfloat       change[3];

      fse_colour_table_read (table, rgb, change);
      for (gint c = 0; c < 3; c++)
        g_assert_cmpfloat_with_epsilon (rgb[c] + change[c], 0.7f * rgb[(c + 1) % 3] + 0.05f * c, 0.02);
    }
}

/* What is hidden has no say. */
static void
test_hidden (void)
{
  g_autoptr (FseDataset) data = data_of (exchange);
  gsize                  floats = (gsize) PAIRS * SIZE * SIZE * 4;
  gdouble                smooth;

  for (gsize i = 0; i < floats; i += 4)
    if (i / 4 % SIZE < SIZE / 2)
      {
        data->after[i] = data->after[i + 1] = data->after[i + 2] = 0;
        data->after[i + 3] = 0;
      }
  g_assert_cmpfloat (fse_colour_fit_judge (data, PAIRS, &smooth), <, 0.02);
}

/* One pair leaves nothing to hold the table against. */
static void
test_one_pair (void)
{
  g_autoptr (FseDataset) data = data_of (exchange);
  gdouble                smooth;

  g_assert_cmpfloat (fse_colour_fit_judge (data, 1, &smooth), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/colour fit/tells edits of colour", test_judge);
  g_test_add_func ("/colour fit/unseen colours", test_unseen_colours);
  g_test_add_func ("/colour fit/hidden pixels", test_hidden);
  g_test_add_func ("/colour fit/one pair", test_one_pair);
  return g_test_run ();
}
