/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/vae.h"

/* Streams of random numbers: the decoder's three, apart from training's own. */
#define STREAM_INJECTION 100
/* The edit flow's unit: 1 moves half of half a frame. */
#define FLOW_RANGE 0.5f

FseFeatures
fse_vae_encode (FseNet *net, FseTensor *picture)
{
  gint        w = fse_net_width (net);
  FseFeatures f;

  f.full = fse_net_conv (net, "vae/encoder/full", picture, w, 3, 1, FALSE);
  f.half = fse_net_residual (net, "vae/encoder/half",
                             fse_net_conv (net, "vae/encoder/down1", f.full, 2 * w, 3, 2, FALSE), 2 * w, NULL);
  f.quarter = fse_net_residual (net, "vae/encoder/quarter",
                                fse_net_conv (net, "vae/encoder/down2", f.half, 4 * w, 3, 2, FALSE), 4 * w, NULL);
  return f;
}

FseFeatures
fse_features_rows (FseNet *net, const FseFeatures *features, gint first, gint count)
{
  return (FseFeatures) { fse_tape_rows (net->tape, features->full, first, count),
                         fse_tape_rows (net->tape, features->half, first, count),
                         fse_tape_rows (net->tape, features->quarter, first, count) };
}

FseTensor *
fse_vae_posterior (FseNet *net, FseTensor *quarter)
{
  return fse_net_conv (net, "vae/posterior", fse_net_norm (net, "vae/posterior/norm", quarter, TRUE),
                       2 * FSE_LATENT_CHANNELS, 1, 1, FALSE);
}

/* One level of the decoder: + skip, + noise, residual block. */
static FseTensor *
level (FseNet *net, const gchar *name, gint stream, FseTensor *x, FseTensor *skip, FseTensor *clock)
{
  g_autofree gchar *skip_name = g_strconcat (name, "/skip", NULL);
  g_autofree gchar *block_name = g_strconcat (name, "/block", NULL);

  if (net->settings->skip_connections)
    x = fse_net_conv_onto (net, skip_name, skip, 1, FALSE, x);
  if (net->settings->noise_injection)
    {
      g_autofree gchar *noise_name = g_strconcat (name, "/noise", NULL);
      FseTensor *scale = fse_weights_get (net->weights, noise_name, 1, 1, 1, x->c, FSE_INIT_CONSTANT, 0.0f);

      if (clock)
        x = fse_noise_injection (net->tape, x, scale,
                                 fse_noise (net->tape, clock, x->n, x->h, x->w, 1, STREAM_INJECTION + stream));
    }
  return fse_net_residual (net, block_name, x, x->c, NULL);
}

/* x_1 .. x_K */
static void
smooth (FseTape *tape, FseTensor *x, FseTensor *smoothed[FSE_BANDS])
{
  FseTensor *reduced = x;

  for (gint k = 0; k < FSE_BANDS; k++)
    {
      smoothed[k] = reduced = fse_average_pool (tape, reduced, 2);
      for (gint i = 0; i <= k; i++)
        smoothed[k] = fse_upsample_bilinear (tape, smoothed[k], 2);
    }
}

FseTensor *
fse_vae_smoothed (FseTape *tape, FseTensor *x)
{
  FseTensor *smoothed[FSE_BANDS];

  smooth (tape, x, smoothed);
  return fse_concat (tape, smoothed, FSE_BANDS);
}

FseTensor *
fse_vae_bands (FseTape *tape, FseTensor *x)
{
  FseTensor *smoothed[FSE_BANDS], *band[FSE_BANDS];

  smooth (tape, x, smoothed);
  for (gint k = 0; k < FSE_BANDS; k++)
    band[k] = fse_add (tape, k ? smoothed[k - 1] : x, fse_scale (tape, smoothed[k], -1.0f, 0.0f));
  return fse_concat (tape, band, FSE_BANDS);
}

FseChange
fse_vae_decode (FseNet *net, FseTensor *latent, const FseFeatures *skips, FseTensor *x, FseTensor *shift,
                FseTensor *clock)
{
  FseTape   *tape = net->tape;
  gint       w = fse_net_width (net);
  FseChange  change = { NULL };
  FseTensor *quarter, *half, *full, *flow, *parts[3], *all, *moved, *shifted;
  gint       n_parts = 0;

  quarter = level (net, "vae/decoder/quarter", 0,
                   fse_net_conv (net, "vae/decoder/latent", latent, 4 * w, 3, 1, FALSE), skips->quarter, clock);
  half = level (net, "vae/decoder/half", 1,
                fse_net_conv (net, "vae/decoder/up1", fse_upsample_nearest (tape, quarter), 2 * w, 3, 1, FALSE),
                skips->half, clock);
  full = level (net, "vae/decoder/full", 2,
                fse_net_conv (net, "vae/decoder/up2", fse_upsample_nearest (tape, half), w, 3, 1, FALSE),
                skips->full, clock);

  change.residual = fse_net_conv (net, "vae/decoder/residual",
                                  fse_net_norm (net, "vae/decoder/residual/norm", full, TRUE), 3, 3, 1, TRUE);
  if (!net->settings->explicit_change)
    {
      change.result = change.residual;
      return change;
    }

  /* both fields from the quarter grid: smooth, so that they move and recolour and cannot paint */
  flow = fse_net_conv (net, "vae/decoder/flow", fse_net_norm (net, "vae/decoder/flow/norm", quarter, TRUE), 2, 3, 1, TRUE);
  change.flow = fse_scale (tape, fse_upsample_bilinear (tape, flow, 4), FLOW_RANGE, 0.0f);
  change.grid = fse_net_conv (net, "vae/decoder/grid", fse_net_norm (net, "vae/decoder/grid/norm", quarter, TRUE),
                              FSE_GRID_CHANNELS, 1, 1, TRUE);
  parts[n_parts++] = x;
  if (shift)
    parts[n_parts++] = shift;
  if (net->settings->texture)
    parts[n_parts++] = fse_vae_bands (tape, x);
  all = fse_warp (tape, n_parts > 1 ? fse_concat (tape, parts, n_parts) : x, change.flow);
  moved = n_parts > 1 ? fse_slice_channels (tape, all, 0, 3) : all;
  if (net->settings->texture)
    {
      FseTensor *gain = fse_net_conv (net, FSE_VAE_GAIN, fse_net_norm (net, FSE_VAE_GAIN "/norm", half, TRUE),
                                      FSE_BANDS, 3, 1, TRUE);

      change.gain = fse_upsample_bilinear (tape, gain, 2);
      moved = fse_weigh_bands (tape, moved, fse_slice_channels (tape, all, shift ? 6 : 3, 3 * FSE_BANDS), change.gain);
    }
  shifted = shift ? fse_add (tape, moved, fse_slice_channels (tape, all, 3, 3)) : moved;
  change.base = fse_colour_transform (tape, shifted, fse_bilateral_slice (tape, change.grid, moved));
  change.moved = moved;
  change.result = fse_add (tape, change.base, change.residual);
  return change;
}
