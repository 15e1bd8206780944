/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The variational autoencoder: trained with the rest, its decoder sees the
 * encoder's features of the picture to edit (skip connections; the paper's
 * trainable VAE), and what it puts out is a change of that picture.
 */
#ifndef FSE_VAE_H
#define FSE_VAE_H

#include "model/net.h"

G_BEGIN_DECLS

/* The encoder's features: w channels at full size, 2w at half, 4w at a quarter. */
typedef struct
{
  FseTensor *full, *half, *quarter;
} FseFeatures;

/* picture [n,h,w,8]; h and w are multiples of 16. */
FseFeatures fse_vae_encode (FseNet *net, FseTensor *picture);
/* Features of pictures first .. first+count-1. */
FseFeatures fse_features_rows (FseNet *net, const FseFeatures *features, gint first, gint count);
/* (mean, log variance) of the latent: [n,h/4,w/4,16]. */
FseTensor  *fse_vae_posterior (FseNet *net, FseTensor *quarter);

/* The edit as a change of a picture x (centred, rgb - 0.5):
 *   moved = warp (x, flow) + sum_k gain_k warp (band_k (x), flow),
 *   base = colour (moved + warp (shift, flow), slice (grid, moved)),  result = base + residual.
 * flow [n,h,w,2] in half frames, gain [n,h,w,3] (NULL without texture), grid [n,h/4,w/4,3*8*12] a bilateral grid of colour maps,
 * residual, moved and base [n,h,w,3].  Where explicit-change is off, all but the residual are
 * NULL and the result is the residual alone: repainting. */
#define FSE_GRID_LEVELS 8
#define FSE_GRID_CHANNELS (3 * FSE_GRID_LEVELS * 12)
typedef struct
{
  FseTensor *flow, *gain, *grid, *residual;
  FseTensor *moved, *base, *result;
} FseChange;

/* What is left of a picture x [n,h,w,3] that is reduced k times to half its size (means) and enlarged as often (bilinearly), x_k for
 * k = 1 .. FSE_BANDS, side by side: [n,h,w,3 FSE_BANDS].  band_k (x) is x_{k-1} - x_k, and x_0 = x. */
#define FSE_BANDS 3
/* Where the weights of their gain lie. */
#define FSE_VAE_GAIN "vae/decoder/gain"
FseTensor  *fse_vae_smoothed (FseTape *tape, FseTensor *x);
/* Its bands, side by side: [n,h,w,3 FSE_BANDS]. */
FseTensor  *fse_vae_bands (FseTape *tape, FseTensor *x);

/* latent [n,h/4,w/4,8], skips: features of x (may be used in part, by the switches),
 * shift: what the colour table changes of x, or NULL where there is none, clock: fse_noise()'s, or NULL to inject no noise (applying). */
FseChange   fse_vae_decode (FseNet *net, FseTensor *latent, const FseFeatures *skips, FseTensor *x,
                            FseTensor *shift, FseTensor *clock);

G_END_DECLS

#endif
