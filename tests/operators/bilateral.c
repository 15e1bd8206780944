/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of bilateral.c.
 */
#include <math.h>

#include "case.h"

static FseTensor *
build_slice (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_bilateral_slice (tape, in[0], in[1]);
}

/* A tent of width 1 around `at`, of a position held in 0 .. last. */
static gdouble
tent (gdouble position, gint at, gint last)
{
  return MAX (0, 1 - fabs (CLAMP (position, 0, last) - at));
}

/* As the formula says: each pixel sums over all cells and all levels. */
static void
naive_slice (const Case *c, gdouble *const *in, gdouble *out)
{
  const CaseShape g = c->in[0], s = c->out;
  gint            bins = g.c / 36, f = s.h / g.h;

  for (gsize i = 0; i < case_floats (s); i++)
    out[i] = 0;
  for (gint n = 0; n < s.n; n++)
    for (gint y = 0; y < s.h; y++)
      for (gint x = 0; x < s.w; x++)
        for (gint j = 0; j < g.h * g.w; j++)
          {
            gsize   p = ((gsize) n * s.h + y) * s.w + x;
            gdouble near = tent ((y + 0.5) / f - 0.5, j / g.w, g.h - 1) * tent ((x + 0.5) / f - 0.5, j % g.w, g.w - 1);

            if (near > 0)
              for (gint k = 0; k < 3; k++)
                for (gint b = 0; b < bins; b++)
                  {
                    gdouble        share = near * tent ((in[1][3 * p + k] + 0.5) * (bins - 1), b, bins - 1);
                    const gdouble *map = in[0] + (((gsize) n * g.h * g.w + j) * 3 * bins + k * bins + b) * 12;

                    for (gint m = 0; m < 12; m++)
                      out[12 * p + m] += share * map[m];
                  }
          }
}

/* Guides as pictures have them, some beyond their range on either side, and none so near a level or an end
 * that a finite difference would see both of its slopes. */
static void
prepare_guide (const Case *c, gfloat **in)
{
  gint last = c->in[0].c / 36 - 1;

  for (gsize i = 0; i < case_floats (c->in[1]); i++)
    {
      gfloat v = (0.6f * in[1][i] + 0.5f) * last, low = floorf (v);

      in[1][i] = (low + CLAMP (v - low, 0.1f, 0.9f)) / last - 0.5f;
    }
}

#define SLICE .build = build_slice, .naive = naive_slice, .n_in = 2, .prepare = prepare_guide

static const Case rows[] = {
  { SLICE, .name = "bilateral slice, factor 4, 3 levels", .in = { { 2, 2, 3, 108 }, { 2, 8, 12, 3 } }, .out = { 2, 8, 12, 12 }, .tiny = TRUE },
  { SLICE, .name = "bilateral slice, factor 4, 8 levels", .in = { { 2, 5, 3, 288 }, { 2, 20, 12, 3 } }, .out = { 2, 20, 12, 12 } },
  { SLICE, .name = "bilateral slice, factor 3, 2 levels", .in = { { 1, 3, 4, 72 }, { 1, 9, 12, 3 } }, .out = { 1, 9, 12, 12 } },
  { SLICE, .name = "bilateral slice of one cell", .in = { { 1, 1, 1, 144 }, { 1, 4, 4, 3 } }, .out = { 1, 4, 4, 12 } },
  { SLICE, .name = "bilateral slice, guide without gradient", .no_grad = 2, .in = { { 1, 9, 17, 144 }, { 1, 36, 68, 3 } }, .out = { 1, 36, 68, 12 } },

  { SLICE, .name = "bilateral slice 4x128x128", .in = { { 4, 32, 32, 288 }, { 4, 128, 128, 3 } }, .out = { 4, 128, 128, 12 }, .bench = TRUE },
};

const CaseTable bilateral_cases = { rows, G_N_ELEMENTS (rows) };
