/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of elementwise.c: silu, add, scale, add_channels, noise_injection,
 * sample_gaussian, mix, unit_norm.
 */
#include <math.h>

#include "case.h"

static FseTensor *
build_silu (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_silu (tape, in[0]);
}

static void
naive_silu (const Case *c, gdouble *const *in, gdouble *out)
{
  for (gsize i = 0; i < case_floats (c->out); i++)
    out[i] = in[0][i] / (1.0 + exp (-in[0][i]));
}

static FseTensor *
build_add (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_add (tape, in[0], c->n_in == 1 ? in[0] : in[1]);
}

static void
naive_add (const Case *c, gdouble *const *in, gdouble *out)
{
  for (gsize i = 0; i < case_floats (c->out); i++)
    out[i] = in[0][i] + in[c->n_in - 1][i];
}

static FseTensor *
build_scale (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_scale (tape, in[0], c->f[0], c->f[1]);
}

static void
naive_scale (const Case *c, gdouble *const *in, gdouble *out)
{
  for (gsize i = 0; i < case_floats (c->out); i++)
    out[i] = c->f[0] * in[0][i] + c->f[1];
}

static FseTensor *
build_add_channels (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_add_channels (tape, in[0], in[1]);
}

static void
naive_add_channels (const Case *c, gdouble *const *in, gdouble *out)
{
  gsize picture = (gsize) c->out.h * c->out.w * c->out.c;

  for (gsize i = 0; i < case_floats (c->out); i++)
    out[i] = in[0][i] + in[1][i / picture * c->out.c + i % c->out.c];
}

static FseTensor *
build_noise_injection (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_noise_injection (tape, in[0], in[1], in[2]);
}

static void
naive_noise_injection (const Case *c, gdouble *const *in, gdouble *out)
{
  for (gsize i = 0; i < case_floats (c->out); i++)
    out[i] = in[0][i] + in[1][i % c->out.c] * in[2][i / c->out.c];
}

static FseTensor *
build_sample_gaussian (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_sample_gaussian (tape, in[0], in[1]);
}

static void
naive_sample_gaussian (const Case *c, gdouble *const *in, gdouble *out)
{
  gsize k = c->out.c;

  for (gsize i = 0; i < case_floats (c->out); i++)
    {
      const gdouble *stats = in[0] + i / k * 2 * k + i % k;

      out[i] = stats[0] + exp (CLAMP (stats[k], -10.0, 4.0) / 2.0) * in[1][i];
    }
}

static FseTensor *
build_mix (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_mix (tape, in[0], in[1], in[2], in[3]);
}

static void
naive_mix (const Case *c, gdouble *const *in, gdouble *out)
{
  gsize picture = (gsize) c->out.h * c->out.w * c->out.c;

  for (gsize i = 0; i < case_floats (c->out); i++)
    out[i] = in[2][i / picture] * in[0][i] + in[3][i / picture] * in[1][i];
}

static FseTensor *
build_unit_norm (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_unit_norm (tape, in[0], c->n_in > 1 ? in[1] : NULL);
}

static void
naive_unit_norm (const Case *c, gdouble *const *in, gdouble *out)
{
  gsize   k = c->out.c;
  gdouble factor = c->n_in > 1 ? exp (in[1][0]) : 1.0;

  for (gsize p = 0; p < case_floats (c->out) / k; p++)
    {
      gdouble sum = 1e-6;

      for (gsize i = 0; i < k; i++)
        sum += in[0][p * k + i] * in[0][p * k + i];
      for (gsize i = 0; i < k; i++)
        out[p * k + i] = factor * in[0][p * k + i] / sqrt (sum);
    }
}

#define SILU .build = build_silu, .naive = naive_silu, .n_in = 1
#define ADD .build = build_add, .naive = naive_add
#define SCALE .build = build_scale, .naive = naive_scale, .n_in = 1
#define CHANNELS .build = build_add_channels, .naive = naive_add_channels, .n_in = 2
#define INJECT .build = build_noise_injection, .naive = naive_noise_injection, .n_in = 3, .no_grad = 1 << 2
#define GAUSSIAN .build = build_sample_gaussian, .naive = naive_sample_gaussian, .n_in = 2, .no_grad = 1 << 1
#define MIX .build = build_mix, .naive = naive_mix, .n_in = 4, .no_grad = 3 << 2
#define UNIT .build = build_unit_norm, .naive = naive_unit_norm

static const Case rows[] = {
  { SILU, .name = "silu", .in = { { 1, 5, 7, 3 } }, .out = { 1, 5, 7, 3 }, .low = -6, .high = 6, .tiny = TRUE },
  { SILU, .name = "silu, far out", .in = { { 1, 4, 4, 4 } }, .out = { 1, 4, 4, 4 }, .low = -120, .high = 120 },
  { SILU, .name = "silu, several work-items", .in = { { 2, 17, 31, 12 } }, .out = { 2, 17, 31, 12 }, .low = -6, .high = 6 },
  { ADD, .name = "add", .n_in = 2, .in = { { 1, 3, 5, 5 }, { 1, 3, 5, 5 } }, .out = { 1, 3, 5, 5 }, .tiny = TRUE },
  { ADD, .name = "add, x to itself", .n_in = 1, .in = { { 1, 5, 5, 66 } }, .out = { 1, 5, 5, 66 } },
  { ADD, .name = "add, several work-items", .n_in = 2, .in = { { 2, 9, 11, 66 }, { 2, 9, 11, 66 } }, .out = { 2, 9, 11, 66 } },
  { SCALE, .name = "scale", .in = { { 2, 3, 5, 3 } }, .out = { 2, 3, 5, 3 }, .f = { -1.5, 0.25 }, .tiny = TRUE },
  { SCALE, .name = "scale, one number", .in = { { 1, 1, 2, 1 } }, .out = { 1, 1, 2, 1 }, .f = { 3.0, -1.0 } },
  { CHANNELS, .name = "add_channels 12", .in = { { 2, 3, 5, 12 }, { 2, 1, 1, 12 } }, .out = { 2, 3, 5, 12 }, .tiny = TRUE },
  { CHANNELS, .name = "add_channels 3", .in = { { 3, 7, 5, 3 }, { 3, 1, 1, 3 } }, .out = { 3, 7, 5, 3 } },
  { CHANNELS, .name = "add_channels 66, several chunks", .in = { { 2, 31, 33, 66 }, { 2, 1, 1, 66 } }, .out = { 2, 31, 33, 66 } },
  { CHANNELS, .name = "add_channels 1", .in = { { 2, 4, 4, 1 }, { 2, 1, 1, 1 } }, .out = { 2, 4, 4, 1 } },
  { INJECT, .name = "noise_injection 5", .in = { { 2, 3, 5, 5 }, { 1, 1, 1, 5 }, { 2, 3, 5, 1 } }, .out = { 2, 3, 5, 5 }, .tiny = TRUE },
  { INJECT, .name = "noise_injection 24", .in = { { 2, 33, 31, 24 }, { 1, 1, 1, 24 }, { 2, 33, 31, 1 } }, .out = { 2, 33, 31, 24 } },
  { GAUSSIAN, .name = "sample_gaussian 8", .in = { { 2, 3, 5, 16 }, { 2, 3, 5, 8 } }, .out = { 2, 3, 5, 8 }, .tiny = TRUE },
  { GAUSSIAN, .name = "sample_gaussian 5, clamped", .in = { { 2, 9, 17, 10 }, { 2, 9, 17, 5 } }, .out = { 2, 9, 17, 5 }, .low = -16, .high = 8 },
  { GAUSSIAN, .name = "sample_gaussian 66", .in = { { 1, 3, 3, 132 }, { 1, 3, 3, 66 } }, .out = { 1, 3, 3, 66 } },
  { MIX, .name = "mix", .in = { { 3, 3, 5, 5 }, { 3, 3, 5, 5 }, { 3, 1, 1, 1 }, { 3, 1, 1, 1 } }, .out = { 3, 3, 5, 5 }, .tiny = TRUE },
  { MIX, .name = "mix, several work-items", .in = { { 2, 17, 19, 12 }, { 2, 17, 19, 12 }, { 2, 1, 1, 1 }, { 2, 1, 1, 1 } }, .out = { 2, 17, 19, 12 } },
  { UNIT, .name = "unit_norm 12", .n_in = 2, .in = { { 2, 3, 5, 12 }, { 1, 1, 1, 1 } }, .out = { 2, 3, 5, 12 }, .tiny = TRUE },
  { UNIT, .name = "unit_norm 32", .n_in = 2, .in = { { 2, 17, 13, 32 }, { 1, 1, 1, 1 } }, .out = { 2, 17, 13, 32 } },
  { UNIT, .name = "unit_norm 66, no scale", .n_in = 1, .in = { { 1, 3, 5, 66 } }, .out = { 1, 3, 5, 66 } },

  { SILU, .name = "silu 8x64x64x48", .in = { { 8, 64, 64, 48 } }, .out = { 8, 64, 64, 48 }, .bench = TRUE },
  { ADD, .name = "add 8x64x64x48", .n_in = 2, .in = { { 8, 64, 64, 48 }, { 8, 64, 64, 48 } }, .out = { 8, 64, 64, 48 }, .bench = TRUE },
  { CHANNELS, .name = "add_channels 8x32x32x96", .in = { { 8, 32, 32, 96 }, { 8, 1, 1, 96 } }, .out = { 8, 32, 32, 96 }, .bench = TRUE },
  { INJECT, .name = "noise_injection 8x128x128x24", .in = { { 8, 128, 128, 24 }, { 1, 1, 1, 24 }, { 8, 128, 128, 1 } }, .out = { 8, 128, 128, 24 }, .bench = TRUE },
  { GAUSSIAN, .name = "sample_gaussian 8x32x32x8", .in = { { 8, 32, 32, 16 }, { 8, 32, 32, 8 } }, .out = { 8, 32, 32, 8 }, .bench = TRUE },
  { MIX, .name = "mix 8x32x32x8", .in = { { 8, 32, 32, 8 }, { 8, 32, 32, 8 }, { 8, 1, 1, 1 }, { 8, 1, 1, 1 } }, .out = { 8, 32, 32, 8 }, .bench = TRUE },
  { UNIT, .name = "unit_norm 8x32x32x32", .n_in = 2, .in = { { 8, 32, 32, 32 }, { 1, 1, 1, 1 } }, .out = { 8, 32, 32, 32 }, .bench = TRUE },
};

const CaseTable elementwise_cases = { rows, G_N_ELEMENTS (rows) };
