/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Example pairs that need no files: smooth pictures by formula, and an edit
 * of them by formula.
 */
#ifndef FSE_TEST_EXAMPLES_H
#define FSE_TEST_EXAMPLES_H

#include <math.h>

#include "files/pairs.h"

/* Colour c of pixel (x, y) of picture i: waves that differ from picture to picture. */
static inline gfloat
example_pixel (gint i, gint x, gint y, gint c)
{
  return 0.5f + 0.4f * sinf (0.11f * (i + 2) * x + 0.7f * c + i) * cosf (0.07f * (i + 3) * y - 0.9f * c);
}

/* The edit: colours change places and darken, everywhere alike. */
static inline gfloat
example_edited (gint i, gint x, gint y, gint c)
{
  return 0.7f * example_pixel (i, x, y, (c + 1) % 3) + 0.05f * c;
}

static inline FsePairs *
example_pairs (gint n, gint size)
{
  FsePairs *pairs = fse_pairs_new ();

  for (gint i = 0; i < n; i++)
    {
      g_autoptr (FseImage) before = fse_image_new (size, size, NULL);
      g_autoptr (FseImage) after = fse_image_new (size, size, NULL);
      g_autofree gchar    *name = g_strdup_printf ("%02d", i);

      for (gint y = 0; y < size; y++)
        for (gint x = 0; x < size; x++)
          for (gint c = 0; c < 4; c++)
            {
              gsize at = ((gsize) y * size + x) * 4 + c;

              before->rgba[at] = c == 3 ? 1 : example_pixel (i, x, y, c);
              after->rgba[at] = c == 3 ? 1 : example_edited (i, x, y, c);
            }
      before->bits = after->bits = 8;
      g_assert_true (fse_pairs_add (pairs, name, before, after, NULL));
    }
  return pairs;
}

#endif
