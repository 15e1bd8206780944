/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of the operator table: the focal frequency loss (frequency_loss.c).
 * Its weights are constants to backward.  So that differences of the naive
 * formula say the same, a third input, a copy of x that the operator does not
 * see, is what the naive weights are made from.
 */
#include <math.h>
#include <string.h>

#include "case.h"

static FseTensor *
build (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_loss_frequency (tape, in[0], in[1], (gfloat) c->f[0], (gfloat) c->f[1]);
}

static void
prepare (const Case *c, gfloat **in)
{
  memcpy (in[2], in[0], sizeof (gfloat) * case_floats (c->in[0]));
}

static void
prepare_equal (const Case *c, gfloat **in)
{
  prepare (c, in);
  memcpy (in[1], in[0], sizeof (gfloat) * case_floats (c->in[0]));
}

/* |D (u, v)| of channel k of picture n */
static gdouble
magnitude (const CaseShape *s, const gdouble *x, const gdouble *t, gint n, gint k, gint u, gint v)
{
  gdouble re = 0, im = 0;

  for (gint y = 0; y < s->h; y++)
    for (gint i = 0; i < s->w; i++)
      {
        gsize   at = (((gsize) n * s->h + y) * s->w + i) * s->c + k;
        gdouble turn = 2.0 * G_PI * ((gdouble) u * y / s->h + (gdouble) v * i / s->w);

        re += (x[at] - t[at]) * cos (turn);
        im -= (x[at] - t[at]) * sin (turn);
      }
  return hypot (re, im) / sqrt ((gdouble) s->h * s->w);
}

static void
naive (const Case *c, gdouble *const *in, gdouble *out)
{
  const CaseShape    *s = &c->in[0];
  g_autofree gdouble *frozen = g_new (gdouble, (gsize) s->h * s->w);

  out[0] = 0;
  for (gint n = 0; n < s->n; n++)
    for (gint k = 0; k < s->c; k++)
      {
        gdouble most = 0;

        for (gint u = 0; u < s->h; u++)
          for (gint v = 0; v < s->w; v++)
            {
              frozen[u * s->w + v] = magnitude (s, in[2], in[1], n, k, u, v);
              most = MAX (most, frozen[u * s->w + v]);
            }
        for (gint u = 0; u < s->h && most > 0; u++)
          for (gint v = 0; v < s->w; v++)
            out[0] += pow (frozen[u * s->w + v] / most, c->f[0]) * pow (magnitude (s, in[0], in[1], n, k, u, v), 2);
      }
  out[0] *= c->f[1] / (gdouble) case_floats (*s);
}

#define ROW(N, H, W, C)                                                       \
  .n_in = 3, .in = { { N, H, W, C }, { N, H, W, C }, { N, H, W, C } },        \
  .out = { 1, 1, 1, 1 }, .no_grad = 6, .build = build, .naive = naive

static const Case rows[] = {
  { .name = "frequency loss, tiny", ROW (1, 3, 4, 2), .prepare = prepare, .f = { 1, 1 }, .tiny = TRUE },
  { .name = "frequency loss, one pixel", ROW (2, 1, 1, 3), .prepare = prepare, .f = { 1, 1 }, .tiny = TRUE },
  { .name = "frequency loss, odd sizes", ROW (2, 9, 7, 3), .prepare = prepare, .f = { 1, 3 } },
  { .name = "frequency loss, even sizes", ROW (1, 12, 10, 3), .prepare = prepare, .f = { 1, 0.5 } },
  { .name = "frequency loss, all frequencies alike", ROW (1, 10, 6, 1), .prepare = prepare, .f = { 0, 1 } },
  { .name = "frequency loss, steep", ROW (1, 7, 8, 2), .prepare = prepare, .f = { 2.5, 1 } },
  { .name = "frequency loss, more rows than a part", ROW (1, 17, 5, 1), .prepare = prepare, .f = { 1, 1 } },
  { .name = "frequency loss, columns beyond a vector", ROW (1, 4, 37, 1), .prepare = prepare, .f = { 1, 1 } },
  { .name = "frequency loss, target met", ROW (1, 5, 6, 2), .prepare = prepare_equal, .f = { 1, 1 } },
  { .name = "frequency loss, 4 of 128 x 128", ROW (4, 128, 128, 3), .prepare = prepare, .f = { 1, 1 }, .bench = TRUE },
};

const CaseTable frequency_loss_cases = { rows, G_N_ELEMENTS (rows) };
