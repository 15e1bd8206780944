/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of fse_group_norm: groups that fill no vector, pictures smaller than
 * one, a mean far from zero, and the shapes of the model.
 */
#include <math.h>

#include "case.h"

static FseTensor *
build (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_group_norm (tape, in[0], in[1], in[2], c->p[0], c->p[1]);
}

static void
naive (const Case *row, gdouble *const *in, gdouble *out)
{
  CaseShape x = row->in[0];
  gint      groups = row->p[0], channels = x.c / groups, pixels = x.h * x.w;

  for (gint n = 0; n < x.n; n++)
    for (gint g = 0; g < groups; g++)
      {
        gdouble mean = 0.0, var = 0.0;

        for (gint p = 0; p < pixels; p++)
          for (gint c = g * channels; c < (g + 1) * channels; c++)
            mean += in[0][(n * pixels + p) * x.c + c] / (pixels * channels);
        for (gint p = 0; p < pixels; p++)
          for (gint c = g * channels; c < (g + 1) * channels; c++)
            var += pow (in[0][(n * pixels + p) * x.c + c] - mean, 2) / (pixels * channels);
        for (gint p = 0; p < pixels; p++)
          for (gint c = g * channels; c < (g + 1) * channels; c++)
            {
              gdouble u = (in[0][(n * pixels + p) * x.c + c] - mean) / sqrt (var + 1e-5) * in[1][c] + in[2][c];

              out[(n * pixels + p) * x.c + c] = row->p[1] ? u / (1.0 + exp (-u)) : u;
            }
      }
}

static void
far_from_zero (const Case *row, gfloat **in)
{
  for (gsize e = 0; e < case_floats (row->in[0]); e++)
    in[0][e] += 100.0f;
}

#define NORM(title, n, h, w, c, groups, silu, ...)                                                          \
  {                                                                                                         \
    .name = "group_norm " title, .n_in = 3, .in = { { n, h, w, c }, { 1, 1, 1, c }, { 1, 1, 1, c } },       \
    .out = { n, h, w, c }, .p = { groups, silu }, .build = build, .naive = naive, __VA_ARGS__               \
  }

static const Case rows[] = {
  NORM ("", 2, 3, 5, 16, 2, FALSE, .tiny = TRUE),
  NORM ("silu", 2, 3, 4, 16, 2, TRUE, .tiny = TRUE),
  NORM ("silu, 24 channels", 2, 3, 5, 24, 3, TRUE, .tiny = TRUE),
  NORM ("silu, 5 channels", 2, 3, 3, 5, 1, TRUE, .tiny = TRUE),
  NORM ("12 channels, 4 groups", 1, 5, 7, 12, 4, FALSE, .tiny = TRUE),
  NORM ("silu, one pixel", 3, 1, 1, 8, 1, TRUE, .tiny = TRUE),
  NORM ("silu, 40 channels", 2, 7, 9, 40, 5, TRUE),
  NORM ("silu, 7 channels, 7 groups", 2, 13, 11, 7, 7, TRUE),
  NORM ("silu, several chunks", 2, 37, 41, 12, 3, TRUE),
  NORM ("silu, 128 channels", 2, 16, 16, 128, 16, TRUE),
  NORM ("mean far from zero", 2, 16, 16, 8, 1, FALSE, .prepare = far_from_zero, .tolerance = 1e-4),
  NORM ("silu, weights without gradient", 2, 3, 4, 16, 2, TRUE, .no_grad = 6),
  NORM ("silu, input without gradient", 2, 3, 4, 16, 2, TRUE, .no_grad = 1),

  NORM ("silu 4x128x128x16", 4, 128, 128, 16, 2, TRUE, .bench = TRUE),
  NORM ("silu 4x128x128x24", 4, 128, 128, 24, 3, TRUE, .bench = TRUE),
  NORM ("silu 4x64x64x32", 4, 64, 64, 32, 4, TRUE, .bench = TRUE),
  NORM ("silu 4x32x32x64", 4, 32, 32, 64, 8, TRUE, .bench = TRUE),
  NORM ("silu 4x32x32x176", 4, 32, 32, 176, 22, TRUE, .bench = TRUE),
  NORM ("silu 4x16x16x128", 4, 16, 16, 128, 16, TRUE, .bench = TRUE),
  NORM ("4x32x32x64", 4, 32, 32, 64, 8, FALSE, .bench = TRUE),
};

const CaseTable group_norm_cases = { rows, G_N_ELEMENTS (rows) };
