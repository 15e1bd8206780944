/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mx.h"

#include <math.h>

#define MATCH_CHANNELS 32
#define PULL_CHANNELS 32
/* The softmax over places starts this sharp: cosine similarity times it. */
#define TEMPERATURE 8.0f
/* Places a side above which matching is done on averaged features: its cost grows with the square. */
#define MAX_PLACES 1600

FseTensor *
fse_mx_features (FseNet *net, FseTensor *picture)
{
  FseTensor *f = fse_silu (net->tape, fse_net_conv (net, "mx/down1", picture, 16, 3, 2, FALSE));

  f = fse_net_conv (net, "mx/down2", f, 32, 3, 2, FALSE);
  f = fse_net_residual (net, "mx/block", f, 32, NULL);
  return fse_net_conv (net, "mx/features", fse_net_norm (net, "mx/norm", f, FALSE), MATCH_CHANNELS, 1, 1, FALSE);
}

/* By how much a grid is reduced for matching. */
static gint
reduction (gint h, gint w)
{
  gint factor = 1;

  while ((h / factor) * (w / factor) > MAX_PLACES && h % (2 * factor) == 0 && w % (2 * factor) == 0)
    factor *= 2;
  return factor;
}

static FseTensor *
reduced (FseNet *net, FseTensor *x, gint factor)
{
  return factor > 1 ? fse_average_pool (net->tape, x, factor) : x;
}

FseTransform
fse_mx_transform (FseNet *net, const FseMatchSide *reference, const FseMatchSide *current)
{
  FseTape     *tape = net->tape;
  gint         n = current->features->n, h = current->features->h, w = current->features->w;
  gint         rh = reference->features->h, rw = reference->features->w;
  gint         by = reduction (h, w), reference_by = reduction (rh, rw);
  FseTensor   *log_temperature = fse_weights_get (net->weights, "mx/log_temperature", 1, 1, 1, 1, FSE_INIT_CONSTANT, logf (TEMPERATURE));
  FseTensor   *q, *k, *value, *found, *pulled_y, *pulled_x, *c;
  FseTensor   *values[5], *inputs[4];
  FseTransform t;

  q = fse_unit_norm (tape, reduced (net, current->features, by), log_temperature);
  k = fse_unit_norm (tape, reduced (net, reference->features, reference_by), NULL);
  values[0] = fse_net_conv (net, "mx/value_y", reference->y_code, PULL_CHANNELS, 1, 1, FALSE);
  values[1] = fse_net_conv (net, "mx/value_x", reference->x_code, PULL_CHANNELS, 1, 1, FALSE);
  values[2] = reference->y_small;
  values[3] = reference->x_small;
  values[4] = fse_net_position (net, n, rh, rw);
  value = reduced (net, fse_concat (tape, values, 5), reference_by);

  found = fse_attention (tape, q, k, value, 1.0f);
  if (by > 1)
    found = fse_upsample_bilinear (tape, found, by);

  t.pulled = fse_slice_channels (tape, found, 0, 2 * PULL_CHANNELS);
  pulled_y = fse_slice_channels (tape, found, 2 * PULL_CHANNELS, 3);
  pulled_x = fse_slice_channels (tape, found, 2 * PULL_CHANNELS + 3, 3);
  t.flow = fse_add (tape, fse_slice_channels (tape, found, 2 * PULL_CHANNELS + 6, 2),
                    fse_scale (tape, fse_net_position (net, n, h, w), -1.0f, 0.0f));

  inputs[0] = current->x_small;
  inputs[1] = pulled_x;
  inputs[2] = t.flow;
  inputs[3] = current->features;
  c = fse_silu (tape, fse_net_conv (net, "mx/colour1", fse_concat (tape, inputs, 4), 32, 3, 1, FALSE));
  t.colour = fse_net_conv (net, "mx/colour2", c, 12, 3, 1, TRUE);
  t.moved_y = fse_colour_transform (tape, pulled_y, t.colour);
  t.moved_x = fse_colour_transform (tape, pulled_x, t.colour);
  return t;
}
