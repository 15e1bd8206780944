/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operators/optimiser.h"

#include <math.h>

#define PROGRAM "optimiser"
#define VERDICT 64 /* floats at the end of scratch that the kernels hand on */

/* Work-items of the sum of squares: what EACH() takes on the cpu family, and
 * a bound on the gpu family, where each of them loops. */
static FseRange
range_squares (FseDevice *device, gsize n)
{
  FseRange range = fse_range_each (device, n);

  if (fse_device_family (device) == FSE_FAMILY_GPU)
    range.global[0] = MIN (range.global[0], 64 * 256);
  return range;
}

gsize
fse_optimiser_scratch (FseWeights *weights)
{
  /* enough for either family: 1024 floats a work-item, or 64 * 256 work-items */
  return VERDICT + MAX (fse_weights_floats (weights) / 1024 + 64, 64 * 256);
}

gboolean
fse_optimiser_step (FseDevice *device, FseWeights *weights, FseBuffer guard, FseBuffer scratch,
                    const FseStep *step, GError **error)
{
  gsize     n = fse_weights_floats (weights);
  FseBuffer grad = fse_weights_arena (weights, FSE_ARENA_GRAD);
  FseBuffer verdict = scratch, partial = scratch;
  FseRange  squares = range_squares (device, n);
  FseRange  one = fse_device_family (device) == FSE_FAMILY_CPU ? fse_range_single (1, 1, 1)
                                                              : fse_range_groups (256, 1, 1, 256, 1, 1);

  partial.at += VERDICT;
  return fse_launch (device, PROGRAM, "squares", squares, error,
                     FSE_BUF (grad), FSE_BUF (partial), FSE_UINT (n), FSE_END)
         && fse_launch (device, PROGRAM, "verdict", one, error,
                        FSE_BUF (partial), FSE_BUF (guard), FSE_BUF (verdict), FSE_UINT (squares.global[0]),
                        FSE_FLOAT (step->rate), FSE_FLOAT (step->clip), FSE_FLOAT (log (step->beta1)),
                        FSE_FLOAT (log (step->beta2)), FSE_END)
         && fse_launch (device, PROGRAM, "adamw", fse_range_each (device, n), error,
                        FSE_BUF (fse_weights_arena (weights, FSE_ARENA_DATA)), FSE_BUF (grad),
                        FSE_BUF (fse_weights_arena (weights, FSE_ARENA_MOMENT1)),
                        FSE_BUF (fse_weights_arena (weights, FSE_ARENA_MOMENT2)),
                        FSE_BUF (fse_weights_arena (weights, FSE_ARENA_EMA)), FSE_BUF (verdict), FSE_UINT (n),
                        FSE_FLOAT (step->beta1), FSE_FLOAT (step->beta2), FSE_FLOAT (step->epsilon),
                        FSE_FLOAT (step->weight_decay), FSE_FLOAT (step->ema_decay), FSE_END);
}
