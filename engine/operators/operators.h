/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every operator the model is made of.  Each call notes a node on x's tape
 * and returns the tensor it will write (borrowed from the tape).  Shapes are
 * [n, h, w, c], c fastest.  Each operator's formula stands in its own
 * NAME.c; its kernels in kernels-cl/NAME.cl, in two families.
 *
 * A shape that does not fit is a programming error (g_assert): users' input
 * is checked before a tape is built.
 */
#ifndef FSE_OPERATORS_H
#define FSE_OPERATORS_H

#include "operators/tape.h"

G_BEGIN_DECLS

/* conv2d.c: zero padding k/2.  x [n,h,w,ci], weight [k,k,ci,co] with k 1 or 3,
 * bias [1,1,1,co] or NULL, stride 1 or 2 -> [n, ceil(h/stride), ceil(w/stride), co].
 * A linear layer is k = 1 on [n,1,1,ci]. */
FseTensor *fse_conv2d (FseTape *tape, FseTensor *x, FseTensor *weight, FseTensor *bias, gint stride);
/* The same, added to `onto` of the result's shape (or NULL): a residual, for less than fse_add() would take. */
FseTensor *fse_conv2d_onto (FseTape *tape, FseTensor *x, FseTensor *weight, FseTensor *bias, gint stride, FseTensor *onto);

/* group_norm.c: y = act ((x - mean_g) / sqrt (var_g + 1e-5) * gamma + beta),
 * mean and variance over h, w and the channels of a group; act is SiLU where
 * `silu`, else none.  gamma, beta [1,1,1,c]. */
FseTensor *fse_group_norm (FseTape *tape, FseTensor *x, FseTensor *gamma, FseTensor *beta, gint groups, gboolean silu);

/* elementwise.c */
FseTensor *fse_silu (FseTape *tape, FseTensor *x);
FseTensor *fse_add  (FseTape *tape, FseTensor *a, FseTensor *b);                  /* equal shapes */
FseTensor *fse_scale (FseTape *tape, FseTensor *x, gfloat factor, gfloat offset); /* factor x + offset */
/* x [n,h,w,c] + v [n,1,1,c] (the time embedding) */
FseTensor *fse_add_channels (FseTape *tape, FseTensor *x, FseTensor *v);
/* x + scale[c] * noise[n,h,w]: StyleGAN's noise injection.  scale [1,1,1,c], noise [n,h,w,1]. */
FseTensor *fse_noise_injection (FseTape *tape, FseTensor *x, FseTensor *scale, FseTensor *noise);
/* z = mu + exp (logvar / 2) * noise; stats [n,h,w,2c] = (mu, logvar), logvar
 * clamped to [-10, 4]; noise [n,h,w,c] -> [n,h,w,c] */
FseTensor *fse_sample_gaussian (FseTape *tape, FseTensor *stats, FseTensor *noise);
/* a[n] * x + b[n] * y, coefficients [n,1,1,1] without gradient: the forward
 * diffusion z_t = sqrt(alpha_bar) z + sqrt(1 - alpha_bar) noise. */
FseTensor *fse_mix (FseTape *tape, FseTensor *x, FseTensor *y, FseTensor *a, FseTensor *b);
/* unit length over channels: x / sqrt (sum_c x^2 + 1e-6), times exp (log_scale[0]); log_scale [1,1,1,1] or NULL */
FseTensor *fse_unit_norm (FseTape *tape, FseTensor *x, FseTensor *log_scale);

/* concat.c: side by side in channels; then slice: channels first .. first+count-1 */
FseTensor *fse_concat (FseTape *tape, FseTensor **parts, gint n_parts); /* up to 8 parts */
FseTensor *fse_slice_channels (FseTape *tape, FseTensor *x, gint first, gint count);
/* picture b of the result is picture (b + shift) mod n of x */
FseTensor *fse_roll (FseTape *tape, FseTensor *x, gint shift);

/* resample.c: nearest x2 (each pixel becomes 2x2), mean over factor x factor blocks,
 * bilinear x factor (half-pixel centres, edge clamped: align_corners = False) */
FseTensor *fse_upsample_nearest (FseTape *tape, FseTensor *x);
FseTensor *fse_upsample_bilinear (FseTape *tape, FseTensor *x, gint factor);
FseTensor *fse_average_pool (FseTape *tape, FseTensor *x, gint factor);

/* attention.c: softmax over keys of (scale * q.k), times v, a picture at a time.
 * q [n,hq,wq,d], k [n,hk,wk,d], v [n,hk,wk,e] -> [n,hq,wq,e].
 * Matching (Mx) is this with v holding coordinates and what is to be pulled
 * along: the expected position is the soft arg-max. */
FseTensor *fse_attention (FseTape *tape, FseTensor *q, FseTensor *k, FseTensor *v, gfloat scale);
/* softmax over channels, at each position */
FseTensor *fse_softmax (FseTape *tape, FseTensor *x);

/* warp.c: y(p) = x (p + flow(p)) bilinear, edge clamped.  flow [n,h,w,2] = (dx, dy),
 * in units of half the picture's width and height (so -1..1 spans the picture as
 * in the coordinate channels: a pixel is 2/w, 2/h).  Gradients to x and flow. */
FseTensor *fse_warp (FseTape *tape, FseTensor *x, FseTensor *flow);

/* colour.c: y_k = x_k + sum_m map[4k+m] x_m + map[4k+3], k, m in r, g, b: an affine colour
 * map a pixel, as a difference from the identity.  x [n,h,w,3], map [n,h,w,12] -> [n,h,w,3]. */
FseTensor *fse_colour_transform (FseTape *tape, FseTensor *x, FseTensor *map);

/* bands.c: x + sum_k gain[k] band_k.  x [n,h,w,3], bands [n,h,w,3 count], gain [n,h,w,count] -> [n,h,w,3]. */
FseTensor *fse_weigh_bands (FseTape *tape, FseTensor *x, FseTensor *bands, FseTensor *gain);

/* bilateral.c: colour maps [n,h,w,12] from a bilateral grid: out (p) = sum_k grid (p / f, k, level of guide_k (p)),
 * bilinear between cells (half-pixel centres, edge clamped), linear between levels.  guide [n,h,w,3] is a picture minus
 * 0.5, and -0.5..0.5 (clamped) spans the levels; grid [n,h/f,w/f, 3 x levels x 12], levels 2 to 16, f up to 16.  Gradients to both. */
FseTensor *fse_bilateral_slice (FseTape *tape, FseTensor *grid, FseTensor *guide);

/* Losses: scalars [1,1,1,1] already multiplied by `weight`; each is a root of
 * backward.  Means are over all elements of x.  `mask` [n,h,w,1] or NULL
 * weights pixels: sum (mask * e) / max (sum (mask) * c, 1); it has no gradient.
 * Gradient to x only, except kl.  losses.c, and frequency_loss.c for the last. */
FseTensor *fse_loss_l1 (FseTape *tape, FseTensor *x, FseTensor *target, FseTensor *mask, gfloat weight);
FseTensor *fse_loss_l2 (FseTape *tape, FseTensor *x, FseTensor *target, FseTensor *mask, gfloat weight);
/* mean |x| : target of fse_loss_l1 may be NULL for zero. */
/* KL (N(mu, exp(logvar)) || N(0,1)) = mean of (mu^2 + exp(logvar) - 1 - logvar) / 2; stats as in sample_gaussian,
 * but logvar clamped to [-30, 20] only, against overflow: a runaway is pulled back */
FseTensor *fse_loss_kl (FseTape *tape, FseTensor *stats, gfloat weight);
/* Frequency loss, amplitude form: mean over n, c, u, v of | |DFT (mask x)| - |DFT (mask target)| |,
 * orthonormal 2-D DFT per channel, |P| = sqrt (re^2 + im^2 + 1e-6). */
FseTensor *fse_loss_frequency (FseTape *tape, FseTensor *x, FseTensor *target, FseTensor *mask, gfloat weight);

/* random.c: standard normal noise by Philox4x32-10 and Box-Muller; element e of
 * step s is a function of (seed, s, stream, e) alone.  `clock` is a [1,1,1,4] input holding,
 * as uint bits, (seed low, seed high, step, 0). */
FseTensor *fse_noise (FseTape *tape, FseTensor *clock, gint n, gint h, gint w, gint c, guint stream);

G_END_DECLS

#endif
