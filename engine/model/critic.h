/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The critic: tells real afters from results, patch by patch, beside the
 * before (the conditional PatchGAN of pix2pix, arXiv 1611.07004, made small).
 * It serves in training alone; applying never asks for it.
 */
#ifndef FSE_CRITIC_H
#define FSE_CRITIC_H

#include "model/net.h"

G_BEGIN_DECLS

/* picture [n,h,w,3] centred, before [n,h,w,8] as the networks see it -> a verdict for each
 * place, [n,h/4,w/4,1]: 1 for a real after, -1 for a result.  A verdict sees about 23 x 23 pixels. */
FseTensor *fse_critic (FseNet *net, FseTensor *picture, FseTensor *before);

G_END_DECLS

#endif
