/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of the operator table: attention (attention.c) and softmax.
 */
#include <math.h>

#include "case.h"

static FseTensor *
build_attention (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_attention (tape, in[0], in[1], in[2], (gfloat) c->f[0]);
}

static void
naive_attention (const Case *c, gdouble *const *in, gdouble *out)
{
  gint                tq = c->in[0].h * c->in[0].w, tk = c->in[1].h * c->in[1].w;
  gint                d = c->in[0].c, e = c->in[2].c;
  gfloat              scale = (gfloat) c->f[0];
  g_autofree gdouble *p = g_new (gdouble, tk);

  for (gint n = 0; n < c->in[0].n; n++)
    for (gint i = 0; i < tq; i++)
      {
        const gdouble *q = in[0] + ((gsize) n * tq + i) * d;
        gdouble       *o = out + ((gsize) n * tq + i) * e;
        gdouble        sum = 0;

        for (gint j = 0; j < tk; j++)
          {
            const gdouble *k = in[1] + ((gsize) n * tk + j) * d;
            gdouble        s = 0;

            for (gint a = 0; a < d; a++)
              s += q[a] * k[a];
            p[j] = exp (scale * s);
            sum += p[j];
          }
        for (gint a = 0; a < e; a++)
          o[a] = 0;
        for (gint j = 0; j < tk; j++)
          {
            const gdouble *v = in[2] + ((gsize) n * tk + j) * e;

            for (gint a = 0; a < e; a++)
              o[a] += p[j] / sum * v[a];
          }
      }
}

static gdouble
flops_attention (const Case *c)
{
  gdouble tq = (gdouble) c->in[0].h * c->in[0].w, tk = (gdouble) c->in[1].h * c->in[1].w;

  return 2.0 * c->in[0].n * tq * tk * (c->in[0].c + c->in[2].c);
}

static FseTensor *
build_softmax (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_softmax (tape, in[0]);
}

static void
naive_softmax (const Case *c, gdouble *const *in, gdouble *out)
{
  gint  k = c->in[0].c;
  gsize rows = (gsize) c->in[0].n * c->in[0].h * c->in[0].w;

  for (gsize r = 0; r < rows; r++)
    {
      gdouble sum = 0;

      for (gint i = 0; i < k; i++)
        sum += exp (in[0][r * k + i]);
      for (gint i = 0; i < k; i++)
        out[r * k + i] = exp (in[0][r * k + i]) / sum;
    }
}

#define ATTENTION(N, HQ, WQ, HK, WK, D, E)                                                        \
  .n_in = 3, .in = { { N, HQ, WQ, D }, { N, HK, WK, D }, { N, HK, WK, E } }, .out = { N, HQ, WQ, E }, \
  .build = build_attention, .naive = naive_attention, .flops = flops_attention
#define SOFTMAX(N, H, W, C) \
  .n_in = 1, .in = { { N, H, W, C } }, .out = { N, H, W, C }, .build = build_softmax, .naive = naive_softmax

static const Case rows[] = {
  { .name = "attention, tiny", ATTENTION (2, 2, 3, 2, 2, 4, 3), .f = { 0.5 }, .tiny = TRUE },
  { .name = "attention, one key", ATTENTION (1, 2, 2, 1, 1, 5, 6), .f = { 1 },
    .no_grad = 1 << 0 | 1 << 1, .tiny = TRUE }, /* whose gradients are zero */
  { .name = "attention, more keys than queries", ATTENTION (2, 3, 3, 5, 7, 16, 72), .f = { 0.25 } },
  { .name = "attention, more queries than keys", ATTENTION (2, 7, 11, 3, 5, 32, 66), .f = { 1 } },
  { .name = "attention, past the tiles' edges", ATTENTION (1, 9, 17, 9, 15, 24, 20), .f = { 2 } },
  { .name = "attention, two blocks of queries in a chunk", ATTENTION (8, 9, 15, 5, 13, 8, 9), .f = { 1 } },
  { .name = "attention, matching with a sharp temperature", ATTENTION (2, 8, 8, 8, 8, 32, 18), .f = { 8 },
    .low = -0.5, .high = 0.5 },
  { .name = "attention, large scores", ATTENTION (1, 4, 4, 4, 4, 64, 8), .f = { 4 }, .low = -2, .high = 2,
    .tolerance = 2e-4, .grad_tolerance = 2e-2 },
  { .name = "attention, matching of 32 x 32", ATTENTION (4, 32, 32, 32, 32, 32, 72), .f = { 8 }, .bench = TRUE },
  { .name = "attention, 8 x 8 of 192", ATTENTION (4, 8, 8, 8, 8, 192, 192), .f = { 0.07 }, .bench = TRUE },
  { .name = "softmax, tiny", SOFTMAX (1, 2, 3, 5), .tiny = TRUE },
  { .name = "softmax, whole vectors", SOFTMAX (2, 3, 3, 32), .low = -9, .high = 9 },
  { .name = "softmax, long rows with a tail", SOFTMAX (1, 3, 2, 1037) },
};

const CaseTable attention_cases = { rows, G_N_ELEMENTS (rows) };
