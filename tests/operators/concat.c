/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of concat.c: concat, slice_channels, roll.
 */
#include "case.h"

static FseTensor *
build_concat (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_concat (tape, in, c->n_in);
}

static void
naive_concat (const Case *c, gdouble *const *in, gdouble *out)
{
  gsize pixels = case_floats (c->out) / c->out.c;

  for (gsize p = 0; p < pixels; p++)
    for (gint i = 0, at = 0; i < c->n_in; at += c->in[i].c, i++)
      for (gint k = 0; k < c->in[i].c; k++)
        out[p * c->out.c + at + k] = in[i][p * c->in[i].c + k];
}

static FseTensor *
build_slice (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_slice_channels (tape, in[0], c->p[0], c->out.c);
}

static void
naive_slice (const Case *c, gdouble *const *in, gdouble *out)
{
  for (gsize i = 0; i < case_floats (c->out); i++)
    out[i] = in[0][i / c->out.c * c->in[0].c + c->p[0] + i % c->out.c];
}

static FseTensor *
build_roll (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_roll (tape, in[0], c->p[0]);
}

static void
naive_roll (const Case *c, gdouble *const *in, gdouble *out)
{
  gint  n = c->out.n;
  gsize picture = case_floats (c->out) / n;

  for (gsize i = 0; i < case_floats (c->out); i++)
    out[i] = in[0][((i / picture + c->p[0] + 8 * n) % n) * picture + i % picture];
}

#define CONCAT .build = build_concat, .naive = naive_concat
#define SLICE .build = build_slice, .naive = naive_slice, .n_in = 1
#define ROLL .build = build_roll, .naive = naive_roll, .n_in = 1

static const Case rows[] = {
  { CONCAT, .name = "concat 3 + 5", .n_in = 2, .in = { { 2, 3, 5, 3 }, { 2, 3, 5, 5 } }, .out = { 2, 3, 5, 8 }, .tiny = TRUE },
  { CONCAT, .name = "concat of one", .n_in = 1, .in = { { 1, 3, 5, 12 } }, .out = { 1, 3, 5, 12 } },
  { CONCAT, .name = "concat of eight", .n_in = 8,
    .in = { { 1, 9, 17, 8 }, { 1, 9, 17, 66 }, { 1, 9, 17, 2 }, { 1, 9, 17, 12 }, { 1, 9, 17, 64 }, { 1, 9, 17, 3 }, { 1, 9, 17, 3 }, { 1, 9, 17, 1 } },
    .out = { 1, 9, 17, 159 } },
  { CONCAT, .name = "concat, one without gradient", .n_in = 3, .no_grad = 1 << 1,
    .in = { { 2, 3, 3, 16 }, { 2, 3, 3, 2 }, { 2, 3, 3, 32 } }, .out = { 2, 3, 3, 50 } },
  { SLICE, .name = "slice 2 of 5", .in = { { 2, 3, 5, 5 } }, .out = { 2, 3, 5, 2 }, .p = { 1 }, .tiny = TRUE },
  { SLICE, .name = "slice 12 of 16", .in = { { 1, 13, 17, 16 } }, .out = { 1, 13, 17, 12 }, .p = { 0 } },
  { SLICE, .name = "slice 32 of 66", .in = { { 2, 5, 7, 66 } }, .out = { 2, 5, 7, 32 }, .p = { 34 } },
  { ROLL, .name = "roll 1", .in = { { 3, 3, 5, 5 } }, .out = { 3, 3, 5, 5 }, .p = { 1 }, .tiny = TRUE },
  { ROLL, .name = "roll -2", .in = { { 5, 4, 4, 12 } }, .out = { 5, 4, 4, 12 }, .p = { -2 } },
  { ROLL, .name = "roll of one picture", .in = { { 1, 4, 4, 3 } }, .out = { 1, 4, 4, 3 }, .p = { 1 } },

  { CONCAT, .name = "concat 8x32x32 (8, 96, 2, 12, 64, 3, 3, 2)", .n_in = 8,
    .in = { { 8, 32, 32, 8 }, { 8, 32, 32, 96 }, { 8, 32, 32, 2 }, { 8, 32, 32, 12 }, { 8, 32, 32, 64 }, { 8, 32, 32, 3 }, { 8, 32, 32, 3 }, { 8, 32, 32, 2 } },
    .out = { 8, 32, 32, 190 }, .bench = TRUE },
  { SLICE, .name = "slice 12 of 16, 8x128x128", .in = { { 8, 128, 128, 16 } }, .out = { 8, 128, 128, 12 }, .bench = TRUE },
  { ROLL, .name = "roll 8x32x32x96", .in = { { 8, 32, 32, 96 } }, .out = { 8, 32, 32, 96 }, .p = { 1 }, .bench = TRUE },
};

const CaseTable concat_cases = { rows, G_N_ELEMENTS (rows) };
