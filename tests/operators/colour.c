/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of colour.c.
 */
#include "case.h"

static FseTensor *
build_colour (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_colour_transform (tape, in[0], in[1]);
}

static void
naive_colour (const Case *c, gdouble *const *in, gdouble *out)
{
  for (gsize p = 0; p < case_floats (c->out) / 3; p++)
    for (gint k = 0; k < 3; k++)
      {
        const gdouble *x = in[0] + p * 3, *row = in[1] + p * 12 + 4 * k;

        out[p * 3 + k] = x[k] + row[0] * x[0] + row[1] * x[1] + row[2] * x[2] + row[3];
      }
}

#define COLOUR .build = build_colour, .naive = naive_colour, .n_in = 2

static const Case rows[] = {
  { COLOUR, .name = "colour_transform 2x3x5", .in = { { 2, 3, 5, 3 }, { 2, 3, 5, 12 } }, .out = { 2, 3, 5, 3 }, .tiny = TRUE },
  { COLOUR, .name = "colour_transform, map alone has a gradient", .no_grad = 1, .in = { { 1, 17, 13, 3 }, { 1, 17, 13, 12 } }, .out = { 1, 17, 13, 3 } },
  { COLOUR, .name = "colour_transform, x alone has a gradient", .no_grad = 2, .in = { { 3, 11, 7, 3 }, { 3, 11, 7, 12 } }, .out = { 3, 11, 7, 3 } },
  { COLOUR, .name = "colour_transform 8x128x128", .in = { { 8, 128, 128, 3 }, { 8, 128, 128, 12 } }, .out = { 8, 128, 128, 3 }, .bench = TRUE },
};

const CaseTable colour_cases = { rows, G_N_ELEMENTS (rows) };
