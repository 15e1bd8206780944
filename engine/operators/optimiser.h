/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The update of all weights after backward: global norm, clip, AdamW
 * (Loshchilov and Hutter, arXiv 1711.05101), exponential moving average, and
 * the guard against not-a-number, all on the device.
 */
#ifndef FSE_OPTIMISER_H
#define FSE_OPTIMISER_H

#include "operators/weights.h"

G_BEGIN_DECLS

typedef struct
{
  gfloat rate;         /* already scheduled for this step */
  gfloat beta1, beta2; /* moments' decay */
  gfloat epsilon;
  gfloat weight_decay; /* decoupled: w -= rate * weight_decay * w */
  gfloat clip;         /* largest global norm of the gradient; 0 = no clipping */
  gfloat ema_decay;    /* of this step */
  guint  step;         /* 1, 2, ...: for the moments' bias correction */
} FseStep;

/* What the device keeps between steps; 8 floats that a checkpoint must hold. */
enum
{
  FSE_GUARD_NORM,     /* global norm of the last gradient */
  FSE_GUARD_SKIPPED,  /* steps skipped because of not-a-number so far */
  FSE_GUARD_FACTOR,   /* the rate's factor: 1, halved at each skipped step, back to 1 by 1 % a step */
  FSE_GUARD_TAKEN,    /* steps really taken (bias correction counts these) */
  FSE_GUARD_FLOATS = 8
};

/* One step over the whole arena; `guard` is FSE_GUARD_FLOATS floats on the device.
 * A gradient that is not finite leaves weights, moments and EMA as they were. */
gboolean fse_optimiser_step (FseDevice *device, FseWeights *weights, FseBuffer guard, FseBuffer scratch,
                             const FseStep *step, GError **error);
/* Floats of scratch that a step needs. */
gsize    fse_optimiser_scratch (FseWeights *weights);

G_END_DECLS

#endif
