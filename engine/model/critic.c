/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/critic.h"

FseTensor *
fse_critic (FseNet *net, FseTensor *picture, FseTensor *before)
{
  FseTape   *tape = net->tape;
  gint       w = fse_net_width (net);
  /* The before's colours and two of its zeros, but not the position: few examples are soon known by heart. */
  FseTensor *seen[3] = { picture, fse_slice_channels (tape, before, 0, 3), fse_slice_channels (tape, before, 6, 2) };
  FseTensor *f = fse_silu (tape, fse_net_conv (net, "critic/half", fse_concat (tape, seen, 3), w, 3, 2, FALSE));

  f = fse_net_norm (net, "critic/norm1", fse_net_conv (net, "critic/quarter", f, 2 * w, 3, 2, FALSE), TRUE);
  f = fse_net_norm (net, "critic/norm2", fse_net_conv (net, "critic/patch", f, 4 * w, 3, 1, FALSE), TRUE);
  return fse_net_conv (net, "critic/verdict", f, 1, 3, 1, FALSE);
}
