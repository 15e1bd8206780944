/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the model's three networks are built with: a tape, the weights and the
 * settings, and the blocks that all of them repeat.
 */
#ifndef FSE_NET_H
#define FSE_NET_H

#include "model/settings.h"
#include "operators/operators.h"
#include "operators/weights.h"

G_BEGIN_DECLS

/* Channels of a picture as the networks see it: rgb - 0.5, position x and y
 * in -1..1 (zero where `position` is off), and what the colour table changes of
 * the colour (zeros where there is none, and in afters). */
#define FSE_PICTURE_CHANNELS 8
/* Channels of the latent. */
#define FSE_LATENT_CHANNELS 8
/* Features of the diffusion time. */
#define FSE_TIME_FEATURES 32

/* Borrowed, all of it: lives on the stack of whoever builds a tape. */
typedef struct
{
  FseTape           *tape;
  FseWeights        *weights;
  const FseSettings *settings;
  gboolean           frozen; /* weights that are asked for meanwhile get no gradient */
} FseNet;

/* The shape at which pictures of width x height are worked on: about size x
 * size pixels in all, their aspect kept, sides multiples of 16. */
void       fse_net_working_shape (gint size, gint width, gint height, gint *working_width, gint *working_height);

/* The shape at which such pictures are kept for networks that see them through windows: that many times as large each
 * way.  The networks see a window, of the working shape, at a time. */
void       fse_net_picture_shape (const FseSettings *settings, gint width, gint height, gint *picture_width, gint *picture_height);

/* Base width w of the networks: 16, 24 or 32. */
gint       fse_net_width (const FseNet *net);

/* conv2d with bias, weights "NAME/weight" and "NAME/bias".  `zero`: starts as zero;
 * else uniform-like with standard deviation 1 / sqrt (3 fan_in). */
FseTensor *fse_net_conv  (FseNet *net, const gchar *name, FseTensor *x, gint channels, gint kernel, gint stride, gboolean zero);
/* The same without stride, added to `onto`. */
FseTensor *fse_net_conv_onto (FseNet *net, const gchar *name, FseTensor *x, gint kernel, gboolean zero, FseTensor *onto);
/* Group norm of 8 channels a group, with SiLU where asked; "NAME/gamma", "NAME/beta". */
FseTensor *fse_net_norm  (FseNet *net, const gchar *name, FseTensor *x, gboolean silu);
/* norm, SiLU, conv 3x3, [+ time], norm, SiLU, conv 3x3 (starts at zero), + x (through a 1x1 where the
 * width changes).  time [n,1,1,64] or NULL. */
FseTensor *fse_net_residual (FseNet *net, const gchar *name, FseTensor *x, gint channels, FseTensor *time);
/* Position of each pixel, [n,h,w,2] = (x, y) of its centre in -1..1. */
FseTensor *fse_net_position (FseNet *net, gint n, gint h, gint w);
/* Zero tensor. */
FseTensor *fse_net_zeros (FseNet *net, gint n, gint h, gint w, gint c);

G_END_DECLS

#endif
