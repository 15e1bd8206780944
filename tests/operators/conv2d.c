/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of fse_conv2d: strides, odd sizes, channel counts that fill no vector,
 * and the shapes of the model.
 */
#include "case.h"

static FseTensor *
build (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_conv2d_onto (tape, in[0], in[1], c->n_in > 2 ? in[2] : NULL, c->p[0], c->n_in > 3 ? in[3] : NULL);
}

static void
naive (const Case *c, gdouble *const *in, gdouble *out)
{
  CaseShape x = c->in[0], o = c->out;
  gint      k = c->in[1].n, stride = c->p[0];

  for (gint n = 0; n < o.n; n++)
    for (gint i = 0; i < o.h; i++)
      for (gint j = 0; j < o.w; j++)
        for (gint to = 0; to < o.c; to++)
          {
            gdouble sum = c->n_in > 2 ? in[2][to] : 0.0;

            for (gint ky = 0; ky < k; ky++)
              for (gint kx = 0; kx < k; kx++)
                {
                  gint y = i * stride + ky - k / 2, z = j * stride + kx - k / 2;

                  if (y < 0 || y >= x.h || z < 0 || z >= x.w)
                    continue;
                  for (gint from = 0; from < x.c; from++)
                    sum += in[0][((n * x.h + y) * x.w + z) * x.c + from] * in[1][((ky * k + kx) * x.c + from) * o.c + to];
                }
            if (c->n_in > 3)
              sum += in[3][((n * o.h + i) * o.w + j) * o.c + to];
            out[((n * o.h + i) * o.w + j) * o.c + to] = sum;
          }
}

static gdouble
flops (const Case *c)
{
  CaseShape w = c->in[1], o = c->out;

  return 2.0 * o.n * o.h * o.w * o.c * w.n * w.h * w.w;
}

#define HALF(x, s) (((x) + (s) - 1) / (s))
#define CONV(title, ...) CONV_IN (title, 3, __VA_ARGS__)
#define CONV_IN(title, inputs, n, h, w, ci, co, k, s, ...)                                            \
  {                                                                                                   \
    .name = "conv2d " title, .n_in = inputs, .in = { { n, h, w, ci }, { k, k, ci, co }, { 1, 1, 1, co },   \
    { n, HALF (h, s), HALF (w, s), co } },                                                            \
    .out = { n, HALF (h, s), HALF (w, s), co }, .p = { s }, .build = build, .naive = naive,           \
    .flops = flops, .parts = inputs > 1, __VA_ARGS__                                                                       \
  }

static const Case rows[] = {
  CONV ("3x3", 2, 5, 7, 8, 16, 3, 1, .tiny = TRUE),
  CONV ("3x3, 5 to 3 channels", 2, 4, 5, 5, 3, 3, 1, .tiny = TRUE),
  CONV ("3x3 stride 2", 1, 6, 4, 8, 20, 3, 2, .tiny = TRUE),
  CONV ("3x3 stride 2, odd sizes", 2, 5, 7, 3, 12, 3, 2, .tiny = TRUE),
  CONV ("1x1", 2, 3, 5, 9, 24, 1, 1, .tiny = TRUE),
  CONV ("1x1 stride 2, odd sizes", 1, 5, 3, 6, 5, 1, 2, .tiny = TRUE),
  CONV ("3x3, one pixel", 1, 1, 1, 2, 2, 3, 1, .tiny = TRUE),
  CONV ("3x3 stride 2, one pixel", 3, 1, 1, 4, 33, 3, 2, .tiny = TRUE),
  CONV ("3x3, long rows", 1, 2, 17, 3, 4, 3, 1, .tiny = TRUE),
  CONV ("3x3, long rows, one vector", 2, 3, 21, 16, 12, 3, 1),
  CONV ("3x3, long rows, one and a half", 1, 5, 13, 24, 23, 3, 1),
  CONV ("3x3, long rows, two vectors and half a one", 2, 4, 16, 40, 32, 3, 1),
  CONV ("3x3, long rows, weights beyond the cache", 1, 3, 9, 128, 160, 3, 1),
  CONV ("3x3, one row", 2, 1, 11, 17, 2, 3, 1),
  CONV ("3x3 stride 2, one column", 1, 9, 1, 2, 16, 3, 2),
  CONV ("3x3, 40 to 24 channels", 2, 9, 6, 40, 24, 3, 1),
  CONV ("3x3, 24 to 48 channels, stride 2", 2, 6, 9, 24, 48, 3, 2),
  CONV ("3x3, 200 to 64 channels", 1, 4, 5, 200, 64, 3, 1),
  CONV ("3x3, 16 to 128 channels", 2, 7, 7, 16, 128, 3, 1),
  CONV ("3x3, several chunks", 1, 37, 31, 3, 4, 3, 1),
  CONV ("3x3 stride 2, several chunks", 2, 41, 45, 2, 3, 3, 2),
  CONV ("3x3, weights beyond the cache", 1, 3, 3, 128, 160, 3, 1),
  CONV ("3x3, weights far apart", 1, 3, 9, 6, 260, 3, 1),
  CONV ("3x3, long rows, half a vector", 2, 3, 19, 7, 8, 3, 1),
  CONV ("3x3 stride 2, rows just long enough", 1, 2, 18, 3, 10, 3, 2, .tiny = TRUE),
  CONV ("1x1, rows just long enough", 1, 2, 9, 3, 10, 1, 1, .tiny = TRUE),
  CONV ("3x3 stride 2, long rows", 2, 6, 38, 40, 24, 3, 2),
  CONV ("3x3 stride 2, long rows, one vector", 1, 5, 42, 12, 16, 3, 2),
  CONV ("3x3 stride 2, long rows, odd sizes", 1, 7, 39, 18, 33, 3, 2),
  CONV ("1x1, long rows", 2, 3, 21, 24, 40, 1, 1),
  CONV ("1x1, pixels in rows of their own", 2, 8, 8, 16, 33, 1, 1),
  CONV ("3x3, fewer products", 2, 16, 32, 64, 96, 3, 1),
  CONV ("3x3, fewer products, part of a block of tiles", 1, 34, 64, 80, 64, 3, 1),
  CONV ("3x3, fewer products, one vector", 1, 32, 32, 16, 16, 3, 1, .tiny = TRUE),
  CONV ("3x3, fewer products, a vector more", 2, 16, 34, 32, 48, 3, 1),
  CONV ("3x3, fewer products, half a vector", 1, 32, 32, 16, 8, 3, 1, .tiny = TRUE),
  CONV ("3x3, fewer products, a vector of eight and half of one", 1, 32, 32, 16, 12, 3, 1, .tiny = TRUE),
  CONV ("3x3, fewer products, half a vector's gradient", 2, 16, 34, 8, 48, 3, 1),
  CONV_IN ("3x3 onto, fewer products, one vector and a half", 4, 2, 16, 32, 32, 24, 3, 1),
  CONV_IN ("3x3 onto, fewer products", 4, 4, 16, 16, 64, 64, 3, 1),
  /* sums of 1440 products: any order of them is off by so much */
  CONV_IN ("3x3 without bias, fewer products, many channels", 2, 1, 32, 32, 160, 64, 3, 1, .tolerance = 1e-4),
  CONV ("linear", 8, 1, 1, 64, 40, 1, 1),
  CONV ("linear, several chunks", 1, 23, 61, 4, 17, 1, 1),
  CONV_IN ("linear without bias", 2, 5, 1, 1, 32, 64, 1, 1),
  CONV_IN ("3x3 without bias", 2, 1, 6, 6, 16, 32, 3, 1),
  CONV ("3x3, weights without gradient", 1, 6, 6, 16, 32, 3, 1, .no_grad = 6),
  CONV ("3x3, input without gradient", 1, 6, 6, 16, 32, 3, 1, .no_grad = 1),
  CONV ("3x3, gradient of the bias alone", 1, 6, 6, 16, 32, 3, 1, .no_grad = 3),
  CONV_IN ("3x3 onto, tiny", 4, 2, 3, 5, 6, 9, 3, 1, .tiny = TRUE),
  CONV_IN ("3x3 onto, long rows", 4, 1, 5, 19, 8, 40, 3, 1),
  CONV_IN ("3x3 onto, stride 2", 4, 2, 7, 6, 8, 24, 3, 2),
  CONV_IN ("1x1 onto", 4, 2, 5, 4, 12, 16, 1, 1),

  CONV ("3x3 4x128x128 16-16", 4, 128, 128, 16, 16, 3, 1, .bench = TRUE),
  CONV ("3x3 4x128x128 8-16", 4, 128, 128, 8, 16, 3, 1, .bench = TRUE),
  CONV ("3x3 4x32x32 8-64", 4, 32, 32, 8, 64, 3, 1, .bench = TRUE),
  CONV ("3x3 4x64x64 32-32", 4, 64, 64, 32, 32, 3, 1, .bench = TRUE),
  CONV ("3x3 4x32x32 64-64", 4, 32, 32, 64, 64, 3, 1, .bench = TRUE),
  CONV ("3x3 4x32x32 176-64", 4, 32, 32, 176, 64, 3, 1, .bench = TRUE),
  CONV ("3x3 4x16x16 128-128", 4, 16, 16, 128, 128, 3, 1, .bench = TRUE),
  CONV ("3x3 4x16x16 256-256", 4, 16, 16, 256, 256, 3, 1, .bench = TRUE),
  CONV ("3x3 4x8x8 128-128", 4, 8, 8, 128, 128, 3, 1, .bench = TRUE),
  CONV ("3x3 4x128x128 24-24", 4, 128, 128, 24, 24, 3, 1, .bench = TRUE),
  CONV ("3x3 s2 4x128x128 16-32", 4, 128, 128, 16, 32, 3, 2, .bench = TRUE),
  CONV ("3x3 s2 4x64x64 32-64", 4, 64, 64, 32, 64, 3, 2, .bench = TRUE),
  CONV ("3x3 s2 4x32x32 64-128", 4, 32, 32, 64, 128, 3, 2, .bench = TRUE),
  CONV ("1x1 4x32x32 64-64", 4, 32, 32, 64, 64, 1, 1, .bench = TRUE),
  CONV ("1x1 4x128x128 16-16", 4, 128, 128, 16, 16, 1, 1, .bench = TRUE),
  CONV ("linear 8 64-128", 8, 1, 1, 64, 128, 1, 1, .bench = TRUE),
};

const CaseTable conv2d_cases = { rows, G_N_ELEMENTS (rows) };
