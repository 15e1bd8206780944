/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of losses.c: l1, l2, kl.
 */
#include <math.h>

#include "case.h"

/* f[0] is the weight, p[0] = 1 gives a mask (the last input), p[1] = 1 leaves the target out */

static FseTensor *
build_l1 (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_loss_l1 (tape, in[0], c->p[1] ? NULL : in[1], c->p[0] ? in[c->n_in - 1] : NULL, c->f[0]);
}

static FseTensor *
build_l2 (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_loss_l2 (tape, in[0], c->p[1] ? NULL : in[1], c->p[0] ? in[c->n_in - 1] : NULL, c->f[0]);
}

static gdouble
naive_mean (const Case *c, gdouble *const *in, gboolean square)
{
  gsize   n = case_floats (c->in[0]);
  gdouble sum = 0.0, weights = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      gdouble m = c->p[0] ? in[c->n_in - 1][i / c->in[0].c] : 1.0;
      gdouble d = in[0][i] - (c->p[1] ? 0.0 : in[1][i]);

      sum += m * (square ? d * d : fabs (d));
      weights += m;
    }
  return c->f[0] * sum / MAX (weights, 1.0);
}

static void
naive_l1 (const Case *c, gdouble *const *in, gdouble *out)
{
  out[0] = naive_mean (c, in, FALSE);
}

static void
naive_l2 (const Case *c, gdouble *const *in, gdouble *out)
{
  out[0] = naive_mean (c, in, TRUE);
}

/* A mask of zeros, ones and parts, or of zeros alone. */
static void
prepare_mask (const Case *c, gfloat **in)
{
  gfloat *mask = in[c->n_in - 1];

  for (gsize i = 0; i < case_floats (c->in[c->n_in - 1]); i++)
    mask[i] = CLAMP (1.5f * mask[i] + 0.5f, 0.0f, 1.0f);
}

static void
prepare_no_mask (const Case *c, gfloat **in)
{
  for (gsize i = 0; i < case_floats (c->in[c->n_in - 1]); i++)
    in[c->n_in - 1][i] = 0.0f;
}

/* Where x and target agree, the gradient of l1 is 0; so is the mean of both one-sided differences. */
static void
prepare_equal (const Case *c, gfloat **in)
{
  for (gsize i = 0; i < case_floats (c->in[0]); i += 2)
    in[1][i] = in[0][i];
}

static FseTensor *
build_kl (const Case *c, FseTape *tape, FseTensor **in)
{
  return fse_loss_kl (tape, in[0], c->f[0]);
}

static void
naive_kl (const Case *c, gdouble *const *in, gdouble *out)
{
  gsize   k = c->in[0].c / 2, n = case_floats (c->in[0]) / 2;
  gdouble sum = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      gdouble mu = in[0][i / k * 2 * k + i % k], logvar = in[0][i / k * 2 * k + k + i % k];

      sum += (mu * mu + exp (logvar) - 1.0 - logvar) / 2.0;
    }
  out[0] = c->f[0] * sum / n;
}

#define L1 .build = build_l1, .naive = naive_l1, .out = { 1, 1, 1, 1 }
#define L2 .build = build_l2, .naive = naive_l2, .out = { 1, 1, 1, 1 }
#define KL .build = build_kl, .naive = naive_kl, .out = { 1, 1, 1, 1 }, .n_in = 1
#define TARGET .n_in = 2, .no_grad = 1 << 1
#define MASK .n_in = 3, .no_grad = 3 << 1, .p = { 1, 0 }, .prepare = prepare_mask

static const Case rows[] = {
  { L1, TARGET, .name = "loss_l1", .in = { { 2, 3, 5, 3 }, { 2, 3, 5, 3 } }, .f = { 2.0 }, .tiny = TRUE },
  { L1, TARGET, .name = "loss_l1, half of it equal", .in = { { 1, 3, 5, 5 }, { 1, 3, 5, 5 } }, .f = { 1.0 }, .prepare = prepare_equal },
  { L1, .name = "loss_l1 of x alone", .n_in = 1, .in = { { 2, 9, 17, 12 } }, .f = { 0.1 }, .p = { 0, 1 } },
  { L1, MASK, .name = "loss_l1, mask", .in = { { 2, 3, 5, 3 }, { 2, 3, 5, 3 }, { 2, 3, 5, 1 } }, .f = { 1.0 }, .tiny = TRUE },
  { L1, MASK, .name = "loss_l1, mask, several work-items", .in = { { 3, 31, 33, 3 }, { 3, 31, 33, 3 }, { 3, 31, 33, 1 } }, .f = { 1.5 } },
  { L1, MASK, .name = "loss_l1, mask, 66 channels", .in = { { 1, 5, 5, 66 }, { 1, 5, 5, 66 }, { 1, 5, 5, 1 } }, .f = { 1.5 } },
  { L1, .name = "loss_l1, x alone, mask", .n_in = 2, .no_grad = 1 << 1, .in = { { 1, 5, 5, 3 }, { 1, 5, 5, 1 } }, .f = { 1.0 }, .p = { 1, 1 }, .prepare = prepare_mask },
  { L1, .n_in = 3, .no_grad = 3 << 1, .p = { 1, 0 }, .name = "loss_l1, mask of zeros", .in = { { 1, 3, 3, 3 }, { 1, 3, 3, 3 }, { 1, 3, 3, 1 } }, .f = { 1.0 }, .prepare = prepare_no_mask },
  { L2, TARGET, .name = "loss_l2", .in = { { 2, 3, 5, 5 }, { 2, 3, 5, 5 } }, .f = { 0.1 }, .tiny = TRUE },
  { L2, TARGET, .name = "loss_l2, several work-items", .in = { { 2, 19, 17, 12 }, { 2, 19, 17, 12 } }, .f = { 1.0 } },
  { L2, MASK, .name = "loss_l2, mask", .in = { { 2, 7, 5, 1 }, { 2, 7, 5, 1 }, { 2, 7, 5, 1 } }, .f = { 1.0 } },
  { KL, .name = "loss_kl 8", .in = { { 2, 3, 5, 16 } }, .f = { 1.0 }, .low = -3, .high = 3, .tiny = TRUE },
  { KL, .name = "loss_kl 5", .in = { { 2, 17, 13, 10 } }, .f = { 0.001 }, .low = -5, .high = 5 },
  { KL, .name = "loss_kl 66", .in = { { 1, 3, 3, 132 } }, .f = { 1.0 } },

  { L1, MASK, .name = "loss_l1, mask, 8x128x128x3", .in = { { 8, 128, 128, 3 }, { 8, 128, 128, 3 }, { 8, 128, 128, 1 } }, .f = { 1.0 }, .bench = TRUE },
  { L1, TARGET, .name = "loss_l1 8x128x128x3", .in = { { 8, 128, 128, 3 }, { 8, 128, 128, 3 } }, .f = { 1.0 }, .bench = TRUE },
  { KL, .name = "loss_kl 8x32x32x8", .in = { { 8, 32, 32, 16 } }, .f = { 1.0 }, .bench = TRUE },
};

const CaseTable losses_cases = { rows, G_N_ELEMENTS (rows) };
