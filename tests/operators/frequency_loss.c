/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of the operator table: the frequency loss (frequency_loss.c).
 */
#include <math.h>

#include "case.h"

/* a mask is the third input, where there is one */
static FseTensor *
build (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_loss_frequency (tape, in[0], in[1], c->n_in > 2 ? in[2] : NULL, (gfloat) c->f[0]);
}

/* Of zeros, ones and parts. */
static void
prepare_mask (const Case *c, gfloat **in)
{
  for (gsize i = 0; i < case_floats (c->in[2]); i++)
    in[2][i] = CLAMP (1.5f * in[2][i] + 0.5f, 0.0f, 1.0f);
}

/* |P (u, v)| of channel k of picture n; mask may be NULL */
static gdouble
amplitude (const CaseShape *s, const gdouble *x, const gdouble *mask, gint n, gint k, gint u, gint v)
{
  gdouble re = 0, im = 0;

  for (gint y = 0; y < s->h; y++)
    for (gint i = 0; i < s->w; i++)
      {
        gsize   pixel = ((gsize) n * s->h + y) * s->w + i;
        gdouble value = x[pixel * s->c + k] * (mask ? mask[pixel] : 1);
        gdouble turn = 2.0 * G_PI * ((gdouble) u * y / s->h + (gdouble) v * i / s->w);

        re += value * cos (turn);
        im -= value * sin (turn);
      }
  return sqrt ((re * re + im * im) / ((gdouble) s->h * s->w) + 1e-6);
}

static void
naive (const Case *c, gdouble *const *in, gdouble *out)
{
  const CaseShape *s = &c->in[0];
  const gdouble   *mask = c->n_in > 2 ? in[2] : NULL;

  out[0] = 0;
  for (gint n = 0; n < s->n; n++)
    for (gint k = 0; k < s->c; k++)
      for (gint u = 0; u < s->h; u++)
        for (gint v = 0; v < s->w; v++)
          out[0] += fabs (amplitude (s, in[0], mask, n, k, u, v) - amplitude (s, in[1], mask, n, k, u, v));
  out[0] *= c->f[0] / (gdouble) case_floats (*s);
}

#define ROW(N, H, W, C)                                                       \
  .n_in = 2, .in = { { N, H, W, C }, { N, H, W, C } },                        \
  .out = { 1, 1, 1, 1 }, .no_grad = 2, .build = build, .naive = naive

#define MASKED_ROW(N, H, W, C)                                                \
  .n_in = 3, .in = { { N, H, W, C }, { N, H, W, C }, { N, H, W, 1 } },        \
  .out = { 1, 1, 1, 1 }, .no_grad = 6, .prepare = prepare_mask, .build = build, .naive = naive

static const Case rows[] = {
  { .name = "frequency loss, tiny", ROW (1, 3, 4, 2), .f = { 1 }, .tiny = TRUE },
  { .name = "frequency loss, mask, tiny", MASKED_ROW (2, 3, 4, 2), .f = { 1 }, .tiny = TRUE },
  { .name = "frequency loss, mask", MASKED_ROW (2, 9, 7, 3), .f = { 2 } },
  { .name = "frequency loss, one pixel", ROW (2, 1, 1, 3), .f = { 1 }, .tiny = TRUE },
  { .name = "frequency loss, odd sizes", ROW (2, 9, 7, 3), .f = { 3 } },
  { .name = "frequency loss, even sizes", ROW (1, 12, 10, 3), .f = { 0.5 } },
  { .name = "frequency loss, more rows than a part", ROW (1, 17, 5, 1), .f = { 1 } },
  { .name = "frequency loss, columns beyond a vector", ROW (1, 4, 37, 1), .f = { 1 } },
  { .name = "frequency loss, 4 of 128 x 128", ROW (4, 128, 128, 3), .f = { 1 }, .bench = TRUE },
};

const CaseTable frequency_loss_cases = { rows, G_N_ELEMENTS (rows) };
