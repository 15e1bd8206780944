/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of bands.c.
 */
#include "case.h"

static FseTensor *
build_bands (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_weigh_bands (tape, in[0], in[1], in[2]);
}

static void
naive_bands (const Case *c, gdouble *const *in, gdouble *out)
{
  gint count = c->in[2].c;

  for (gsize p = 0; p < case_floats (c->out) / 3; p++)
    for (gint i = 0; i < 3; i++)
      {
        out[p * 3 + i] = in[0][p * 3 + i];
        for (gint k = 0; k < count; k++)
          out[p * 3 + i] += in[2][p * count + k] * in[1][(p * count + k) * 3 + i];
      }
}

#define BANDS .build = build_bands, .naive = naive_bands, .n_in = 3

static const Case rows[] = {
  { BANDS, .name = "weigh_bands 2x3x5, 3 bands", .in = { { 2, 3, 5, 3 }, { 2, 3, 5, 9 }, { 2, 3, 5, 3 } }, .out = { 2, 3, 5, 3 }, .tiny = TRUE },
  { BANDS, .name = "weigh_bands, 1 band", .in = { { 1, 17, 13, 3 }, { 1, 17, 13, 3 }, { 1, 17, 13, 1 } }, .out = { 1, 17, 13, 3 } },
  { BANDS, .name = "weigh_bands, gain alone has a gradient", .no_grad = 3, .in = { { 1, 17, 13, 3 }, { 1, 17, 13, 6 }, { 1, 17, 13, 2 } }, .out = { 1, 17, 13, 3 } },
  { BANDS, .name = "weigh_bands 8x128x128", .in = { { 8, 128, 128, 3 }, { 8, 128, 128, 9 }, { 8, 128, 128, 3 } }, .out = { 8, 128, 128, 3 }, .bench = TRUE },
};

const CaseTable bands_cases = { rows, G_N_ELEMENTS (rows) };
