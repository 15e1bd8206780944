/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of random.c; tests/test-random.c looks closer.
 */
#include <string.h>

#include "case.h"
#include "operators/philox.h"

static void
prepare_clock (const Case *c, gfloat **in)
{
  const guint32 bits[4] = { 0x3f8a1234u, 0x40490fdbu, 1234567u, 0 };

  memcpy (in[0], bits, sizeof bits);
}

static FseTensor *
build_noise (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_noise (tape, in[0], c->out.n, c->out.h, c->out.w, c->out.c, c->p[0]);
}

static void
naive_noise (const Case *c, gdouble *const *in, gdouble *out)
{
  guint32 bits[3];

  for (gint i = 0; i < 3; i++)
    {
      gfloat word = (gfloat) in[0][i];

      memcpy (&bits[i], &word, sizeof word);
    }
  for (gsize i = 0; i < case_floats (c->out); i++)
    out[i] = fse_philox_normal (bits[0] | (guint64) bits[1] << 32, bits[2], c->p[0], i);
}

#define NOISE .build = build_noise, .naive = naive_noise, .prepare = prepare_clock, .n_in = 1, .no_grad = 1, .in = { { 1, 1, 1, 4 } }

static const Case rows[] = {
  { NOISE, .name = "noise 2x3x5x3", .out = { 2, 3, 5, 3 }, .p = { 1 }, .tiny = TRUE },
  { NOISE, .name = "noise 1x33x31x5", .out = { 1, 33, 31, 5 }, .p = { 7 } },
  { NOISE, .name = "noise 8x128x128x1", .out = { 8, 128, 128, 1 }, .p = { 1 }, .bench = TRUE },
};

const CaseTable random_cases = { rows, G_N_ELEMENTS (rows) };
