/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * My, the diffusion editor: a UNet on the latent grid that predicts the clean
 * latent of y_j (x0-prediction) from a noisy one, the time, and the
 * conditions: x_j's features, [F, C], what [F, C] makes of y_i, position.
 */
#ifndef FSE_MY_H
#define FSE_MY_H

#include "model/mx.h"
#include "model/net.h"

G_BEGIN_DECLS

/* Joins the conditions that the switches allow.  source: x_j's quarter features (4w);
 * transform may be NULL (pairing one-to-one); position [n,h/4,w/4,2]. */
FseTensor *fse_my_condition (FseNet *net, FseTensor *source, const FseTransform *transform, FseTensor *position);

/* noisy [n,h,w,8], time [n,1,1,32] by fse_my_time(), condition from above -> clean latent [n,h,w,8]. */
FseTensor *fse_my_predict   (FseNet *net, FseTensor *noisy, FseTensor *time, FseTensor *condition);

/* Features of time t in 0..1: sines and cosines of 16 frequencies, 1000 .. 1. */
void       fse_my_time      (gdouble t, gfloat features[FSE_TIME_FEATURES]);
/* sqrt (alpha_bar) of the cosine schedule (Nichol and Dhariwal, arXiv 2102.09672):
 * signal (t) = cos (pi t / 2), noise (t) = sin (pi t / 2). */
void       fse_my_schedule  (gdouble t, gfloat *signal, gfloat *noise);

G_END_DECLS

#endif
