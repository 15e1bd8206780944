/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of warp.c.
 */
#include <math.h>

#include "case.h"

static FseTensor *
build_warp (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_warp (tape, in[0], in[1]);
}

static void
naive_warp (const Case *c, gdouble *const *in, gdouble *out)
{
  const CaseShape s = c->out;

  for (gint n = 0; n < s.n; n++)
    for (gint y = 0; y < s.h; y++)
      for (gint x = 0; x < s.w; x++)
        {
          gsize          p = ((gsize) n * s.h + y) * s.w + x;
          gdouble        px = CLAMP (x + in[1][2 * p] * s.w / 2.0, 0.0, s.w - 1.0);
          gdouble        py = CLAMP (y + in[1][2 * p + 1] * s.h / 2.0, 0.0, s.h - 1.0);
          gint           x0 = (gint) px, y0 = (gint) py, x1 = MIN (x0 + 1, s.w - 1), y1 = MIN (y0 + 1, s.h - 1);
          const gdouble *picture = in[0] + (gsize) n * s.h * s.w * s.c;

          px -= x0;
          py -= y0;
          for (gint k = 0; k < s.c; k++)
            out[p * s.c + k] = (1 - py) * ((1 - px) * picture[(y0 * s.w + x0) * s.c + k] + px * picture[(y0 * s.w + x1) * s.c + k])
                               + py * ((1 - px) * picture[(y1 * s.w + x0) * s.c + k] + px * picture[(y1 * s.w + x1) * s.c + k]);
        }
}

/* A flow of zeros; its gradient has no one value there. */
static void
prepare_still (const Case *c, gfloat **in)
{
  for (gsize i = 0; i < case_floats (c->in[1]); i++)
    in[1][i] = 0.0f;
}

static void
prepare_gentle (const Case *c, gfloat **in)
{
  for (gsize i = 0; i < case_floats (c->in[1]); i++)
    in[1][i] *= 0.05f;
}

#define WARP .build = build_warp, .naive = naive_warp, .n_in = 2

static const Case rows[] = {
  { WARP, .name = "warp 3 channels", .in = { { 2, 5, 7, 3 }, { 2, 5, 7, 2 } }, .out = { 2, 5, 7, 3 }, .tiny = TRUE },
  { WARP, .name = "warp, picture without gradient", .no_grad = 1, .in = { { 1, 33, 65, 3 }, { 1, 33, 65, 2 } }, .out = { 1, 33, 65, 3 } },
  { WARP, .name = "warp 12 channels, far out", .in = { { 2, 17, 13, 12 }, { 2, 17, 13, 2 } }, .out = { 2, 17, 13, 12 }, .low = -3, .high = 3 },
  { WARP, .name = "warp, still: the same bits", .no_grad = 2, .tolerance = 1e-12, .in = { { 1, 31, 19, 3 }, { 1, 31, 19, 2 } }, .out = { 1, 31, 19, 3 }, .prepare = prepare_still },
  { WARP, .name = "warp of one pixel", .in = { { 1, 1, 2, 5 }, { 1, 1, 2, 2 } }, .out = { 1, 1, 2, 5 } },

  { WARP, .name = "warp 8x128x128x3, picture without gradient", .no_grad = 1, .in = { { 8, 128, 128, 3 }, { 8, 128, 128, 2 } }, .out = { 8, 128, 128, 3 }, .prepare = prepare_gentle, .bench = TRUE },
  { WARP, .name = "warp 8x128x128x3, both gradients", .in = { { 8, 128, 128, 3 }, { 8, 128, 128, 2 } }, .out = { 8, 128, 128, 3 }, .prepare = prepare_gentle, .bench = TRUE },
};

const CaseTable warp_cases = { rows, G_N_ELEMENTS (rows) };
