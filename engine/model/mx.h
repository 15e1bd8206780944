/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mx, the transformation estimator: from two source pictures, how the one
 * becomes the other, as a flow F and a colour part C (the paper's [F, C]).
 *
 * By matching: every place of x_j looks for its like in x_i by the features
 * of both; F is the expected displacement, and what is asked of x_i's and
 * y_i's places is pulled along.  C is a local affine colour map that makes
 * the pulled x_i look like x_j.
 */
#ifndef FSE_MX_H
#define FSE_MX_H

#include "model/net.h"

G_BEGIN_DECLS

/* All [n,h/4,w/4,...] of x_j's grid. */
typedef struct
{
  FseTensor *flow;    /* 2: F, half frames */
  FseTensor *colour;  /* 12: C, added to the identity */
  FseTensor *pulled;  /* 64: features of y_i and x_i at the matching place */
  FseTensor *moved_y; /* 3: y_i moved by [F, C], centred */
  FseTensor *moved_x; /* 3: x_i moved by [F, C], centred: should be x_j */
} FseTransform;

/* Features for matching, [n,h/4,w/4,32], not normalised.  picture [n,h,w,8]. */
FseTensor   *fse_mx_features (FseNet *net, FseTensor *picture);

/* What is known of one side of the match. */
typedef struct
{
  FseTensor *features; /* fse_mx_features() of x */
  FseTensor *x_small;  /* x at a quarter, 3, centred */
  FseTensor *y_small;  /* y at a quarter: of the reference alone */
  FseTensor *x_code;   /* the VAE encoder's quarter features of x, 4w: of the reference alone */
  FseTensor *y_code;   /* the same of y */
} FseMatchSide;

FseTransform fse_mx_transform (FseNet *net, const FseMatchSide *reference, const FseMatchSide *current);

G_END_DECLS

#endif
