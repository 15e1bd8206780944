/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/objective.h"

#include "model/critic.h"
#include "model/mx.h"
#include "model/my.h"
#include "model/vae.h"

#define STREAM_POSTERIOR 1
#define STREAM_DIFFUSION 2

static const struct
{
  const gchar *name;
  gfloat       weight;
} terms[FSE_N_LOSSES] = {
  [FSE_LOSS_PIXEL] = { "pixel", 1.0f },
  [FSE_LOSS_BASE] = { "base", 0.5f },
  [FSE_LOSS_RESIDUAL] = { "residual", 0.1f },
  [FSE_LOSS_FREQUENCY] = { "frequency", 0.5f },
  [FSE_LOSS_DETAIL] = { "detail", 4.0f },
  [FSE_LOSS_LATENT] = { "latent", 0.1f },
  [FSE_LOSS_PRIOR] = { "prior", 0.01f },
  [FSE_LOSS_MATCH] = { "match", 0.5f },
  [FSE_LOSS_CONVINCE] = { "convince", 0.05f },
  [FSE_LOSS_REAL] = { "real", 0.5f },
  [FSE_LOSS_FAKE] = { "fake", 0.5f },
};

const gchar *
fse_loss_name (FseLossTerm term)
{
  return terms[term].name;
}

gfloat
fse_loss_weight (FseLossTerm term)
{
  return terms[term].weight;
}

gboolean
fse_loss_is_critics (FseLossTerm term)
{
  return term == FSE_LOSS_REAL || term == FSE_LOSS_FAKE;
}

/* [F, C] of the next slot's pair against each slot's picture. */
static FseTransform
transform (FseNet *net, FseObjective *o, const FseFeatures *codes, FseTensor *x_small, FseTensor *y_small)
{
  FseTape     *tape = net->tape;
  gint         n = o->before->n;
  FseTensor   *features = fse_mx_features (net, o->before);
  FseFeatures  cx = fse_features_rows (net, codes, 0, n), cy = fse_features_rows (net, codes, n, n);
  FseMatchSide current = { .features = features, .x_small = x_small };
  FseMatchSide reference = { .features = fse_roll (tape, features, 1),
                             .x_small = fse_roll (tape, x_small, 1),
                             .y_small = fse_roll (tape, y_small, 1),
                             .x_code = fse_roll (tape, cx.quarter, 1),
                             .y_code = fse_roll (tape, cy.quarter, 1) };

  return fse_mx_transform (net, &reference, &current);
}

/* A verdict wanted everywhere, as a target for fse_loss_l2(). */
static FseTensor *
wanted (FseTape *tape, FseTensor *shape, gfloat verdict)
{
  gsize              n = fse_tensor_floats (shape);
  g_autofree gfloat *values = g_new (gfloat, n);

  for (gsize i = 0; i < n; i++)
    values[i] = verdict;
  return fse_tape_constant (tape, shape->n, shape->h, shape->w, shape->c, values);
}

/* Least squares (arXiv 1611.04076), all in the one step: the critic learns from results that stand as they are for it,
 * everything else from a critic that stands as it is.  mask: weights at a quarter. */
static void
criticise (FseObjective *o, FseNet *net, FseTensor *y, FseTensor *mask)
{
  FseTape   *tape = net->tape;
  FseTensor *real = wanted (tape, mask, 1.0f), *fake = wanted (tape, mask, -1.0f), *verdict;

  o->loss[FSE_LOSS_REAL] = fse_loss_l2 (tape, fse_critic (net, y, o->before), real, mask, terms[FSE_LOSS_REAL].weight);
  verdict = fse_critic (net, fse_tape_detach (tape, o->result), o->before);
  o->loss[FSE_LOSS_FAKE] = fse_loss_l2 (tape, verdict, fake, mask, terms[FSE_LOSS_FAKE].weight);
  net->frozen = TRUE;
  verdict = fse_critic (net, o->result, o->before);
  net->frozen = FALSE;
  o->loss[FSE_LOSS_CONVINCE] = fse_loss_l2 (tape, verdict, real, mask, terms[FSE_LOSS_CONVINCE].weight);
}

/* Not in a stage at half the size, where what corresponds is far off by the eye of a fine band: there, to blur would be the
 * cheapest. */
static gboolean
charges_detail (const FseSettings *s, gint h, gint w)
{
  return s->detail_loss && 2 * h * w > s->size * s->size;
}

void
fse_objective_build (FseObjective *o, FseNet *net, gint n, gint h, gint w)
{
  FseTape           *tape = net->tape;
  const FseSettings *s = net->settings;
  gboolean           refers = s->n_to_n && s->condition_transform;
  FseFeatures        codes, skips;
  FseTensor         *x, *y, *x_small, *mask_small, *posterior, *z, *noisy, *predicted, *condition;
  FseTransform       moved = { NULL };
  FseChange          change;

  *o = (FseObjective) { NULL };
  o->pictures = fse_tape_input (tape, 2 * n, h, w, FSE_PICTURE_CHANNELS);
  o->before = fse_tape_rows (tape, o->pictures, 0, n);
  o->after = fse_tape_rows (tape, o->pictures, n, n);
  o->mask = fse_tape_input (tape, n, h, w, 1);
  o->clock = fse_tape_input (tape, 1, 1, 1, 4);
  o->time = fse_tape_input (tape, n, 1, 1, FSE_TIME_FEATURES);
  o->signal = fse_tape_input (tape, n, 1, 1, 1);
  o->noise = fse_tape_input (tape, n, 1, 1, 1);

  x = fse_slice_channels (tape, o->before, 0, 3);
  y = fse_slice_channels (tape, o->after, 0, 3);
  x_small = fse_average_pool (tape, x, 4);
  mask_small = fse_average_pool (tape, o->mask, 4);

  codes = fse_vae_encode (net, o->pictures);
  skips = fse_features_rows (net, &codes, 0, n);
  posterior = fse_vae_posterior (net, fse_tape_rows (tape, codes.quarter, n, n));
  z = fse_sample_gaussian (tape, posterior,
                           fse_noise (tape, o->clock, n, h / 4, w / 4, FSE_LATENT_CHANNELS, STREAM_POSTERIOR));

  if (refers)
    moved = transform (net, o, &codes, x_small, fse_average_pool (tape, y, 4));
  condition = fse_my_condition (net, skips.quarter, refers ? &moved : NULL,
                                fse_average_pool (tape, fse_slice_channels (tape, o->before, 3, 2), 4));

  noisy = fse_mix (tape, z, fse_noise (tape, o->clock, n, h / 4, w / 4, FSE_LATENT_CHANNELS, STREAM_DIFFUSION),
                   o->signal, o->noise);
  predicted = fse_my_predict (net, noisy, o->time, condition);
  change = fse_vae_decode (net, predicted, &skips, x, s->colour_base ? fse_slice_channels (tape, o->before, 5, 3) : NULL,
                           fse_tape_training (tape) ? o->clock : NULL);

  o->result = change.result;
  fse_tape_keep (tape, o->result);
  o->unedited = fse_loss_l1 (tape, x, y, o->mask, 1.0f);
  fse_tape_keep (tape, o->unedited);
  o->loss[FSE_LOSS_PIXEL] = fse_loss_l1 (tape, change.result, y, o->mask, terms[FSE_LOSS_PIXEL].weight);
  if (change.base)
    {
      o->loss[FSE_LOSS_BASE] = fse_loss_l1 (tape, change.base, y, o->mask, terms[FSE_LOSS_BASE].weight);
      o->loss[FSE_LOSS_RESIDUAL] = fse_loss_l1 (tape, change.residual, NULL, NULL, terms[FSE_LOSS_RESIDUAL].weight);
    }
  if (s->frequency_loss)
    o->loss[FSE_LOSS_FREQUENCY] = fse_loss_frequency (tape, change.result, y, o->mask, terms[FSE_LOSS_FREQUENCY].weight);
  if (charges_detail (s, h, w))
    o->loss[FSE_LOSS_DETAIL] = fse_loss_l1 (tape, fse_vae_bands (tape, fse_add (tape, change.result, fse_scale (tape, y, -1.0f, 0.0f))),
                                            NULL, o->mask, terms[FSE_LOSS_DETAIL].weight);
  o->loss[FSE_LOSS_LATENT] = fse_loss_l2 (tape, predicted, fse_tape_detach (tape, z), mask_small,
                                          terms[FSE_LOSS_LATENT].weight);
  o->loss[FSE_LOSS_PRIOR] = fse_loss_kl (tape, posterior, terms[FSE_LOSS_PRIOR].weight);
  if (refers)
    o->loss[FSE_LOSS_MATCH] = fse_loss_l1 (tape, moved.moved_x, x_small, mask_small, terms[FSE_LOSS_MATCH].weight);
  if (s->critic)
    criticise (o, net, y, mask_small);

  for (gint i = 0; i < FSE_N_LOSSES; i++)
    if (o->loss[i])
      fse_tape_keep (tape, o->loss[i]);
}
