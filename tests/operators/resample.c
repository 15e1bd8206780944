/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of resample.c: nearest and bilinear enlarging, block means.
 */
#include <math.h>

#include "case.h"

static gsize
at (CaseShape s, gint n, gint y, gint x, gint k)
{
  return (((gsize) n * s.h + y) * s.w + x) * s.c + k;
}

#define EVERY(s) \
  for (gint n = 0; n < (s).n; n++) \
    for (gint y = 0; y < (s).h; y++) \
      for (gint x = 0; x < (s).w; x++) \
        for (gint k = 0; k < (s).c; k++)

static FseTensor *
build_nearest (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_upsample_nearest (tape, in[0]);
}

static void
naive_nearest (const Case *c, gdouble *const *in, gdouble *out)
{
  EVERY (c->out)
    out[at (c->out, n, y, x, k)] = in[0][at (c->in[0], n, y / 2, x / 2, k)];
}

static FseTensor *
build_average (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_average_pool (tape, in[0], c->p[0]);
}

static void
naive_average (const Case *c, gdouble *const *in, gdouble *out)
{
  gint f = c->p[0];

  EVERY (c->out)
  {
    gdouble sum = 0.0;

    for (gint j = 0; j < f; j++)
      for (gint i = 0; i < f; i++)
        sum += in[0][at (c->in[0], n, y * f + j, x * f + i, k)];
    out[at (c->out, n, y, x, k)] = sum / (f * f);
  }
}

static FseTensor *
build_bilinear (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_upsample_bilinear (tape, in[0], c->p[0]);
}

static void
naive_bilinear (const Case *c, gdouble *const *in, gdouble *out)
{
  gint f = c->p[0];

  EVERY (c->out)
  {
    gdouble sy = CLAMP ((y + 0.5) / f - 0.5, 0.0, c->in[0].h - 1.0);
    gdouble sx = CLAMP ((x + 0.5) / f - 0.5, 0.0, c->in[0].w - 1.0);
    gint    y0 = (gint) sy, x0 = (gint) sx;
    gint    y1 = MIN (y0 + 1, c->in[0].h - 1), x1 = MIN (x0 + 1, c->in[0].w - 1);

    sy -= y0;
    sx -= x0;
    out[at (c->out, n, y, x, k)] = (1 - sy) * (1 - sx) * in[0][at (c->in[0], n, y0, x0, k)]
                                   + (1 - sy) * sx * in[0][at (c->in[0], n, y0, x1, k)]
                                   + sy * (1 - sx) * in[0][at (c->in[0], n, y1, x0, k)]
                                   + sy * sx * in[0][at (c->in[0], n, y1, x1, k)];
  }
}

#define NEAREST .build = build_nearest, .naive = naive_nearest, .n_in = 1
#define AVERAGE .build = build_average, .naive = naive_average, .n_in = 1
#define BILINEAR .build = build_bilinear, .naive = naive_bilinear, .n_in = 1

static const Case rows[] = {
  { NEAREST, .name = "upsample_nearest 3", .in = { { 2, 3, 5, 3 } }, .out = { 2, 6, 10, 3 }, .tiny = TRUE },
  { NEAREST, .name = "upsample_nearest 66", .in = { { 1, 7, 5, 66 } }, .out = { 1, 14, 10, 66 } },
  { NEAREST, .name = "upsample_nearest 1x1x1", .in = { { 1, 1, 1, 1 } }, .out = { 1, 2, 2, 1 } },
  { AVERAGE, .name = "average_pool 2, 5 channels", .in = { { 2, 6, 10, 5 } }, .out = { 2, 3, 5, 5 }, .p = { 2 }, .tiny = TRUE },
  { AVERAGE, .name = "average_pool 4, 3 channels", .in = { { 2, 20, 12, 3 } }, .out = { 2, 5, 3, 3 }, .p = { 4 } },
  { AVERAGE, .name = "average_pool 3, 66 channels", .in = { { 1, 9, 15, 66 } }, .out = { 1, 3, 5, 66 }, .p = { 3 } },
  { BILINEAR, .name = "upsample_bilinear 2, 3 channels", .in = { { 2, 3, 5, 3 } }, .out = { 2, 6, 10, 3 }, .p = { 2 }, .tiny = TRUE },
  { BILINEAR, .name = "upsample_bilinear 4, 2 channels", .in = { { 2, 5, 7, 2 } }, .out = { 2, 20, 28, 2 }, .p = { 4 } },
  { BILINEAR, .name = "upsample_bilinear 3, 66 channels", .in = { { 1, 5, 4, 66 } }, .out = { 1, 15, 12, 66 }, .p = { 3 } },
  { BILINEAR, .name = "upsample_bilinear 4, one pixel", .in = { { 2, 1, 1, 12 } }, .out = { 2, 4, 4, 12 }, .p = { 4 } },

  { NEAREST, .name = "upsample_nearest 8x64x64x48", .in = { { 8, 64, 64, 48 } }, .out = { 8, 128, 128, 48 }, .bench = TRUE },
  { AVERAGE, .name = "average_pool 4, 8x128x128x3", .in = { { 8, 128, 128, 3 } }, .out = { 8, 32, 32, 3 }, .p = { 4 }, .bench = TRUE },
  { BILINEAR, .name = "upsample_bilinear 4, 8x32x32x2", .in = { { 8, 32, 32, 2 } }, .out = { 8, 128, 128, 2 }, .p = { 4 }, .bench = TRUE },
};

const CaseTable resample_cases = { rows, G_N_ELEMENTS (rows) };
