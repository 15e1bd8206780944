/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * y = x + sum_k gain[k] band_k: detail of several finenesses, each given more
 * or less weight place by place.  Gains of zeros change nothing.
 */
#include "operators/operators.h"
#include "operators/reduce.h"

#define PROGRAM "bands"

static guint
pixels (const FseTensor *x)
{
  return (guint) x->n * x->h * x->w;
}

static gboolean
bands_forward (FseNode *node, GError **error)
{
  FseTensor *out = node->out;

  return fse_launch (node->device, PROGRAM, "bands", fse_range_pixels (node->device, pixels (out), 1), error,
                     FSE_BUF (node->in[0]->data), FSE_BUF (node->in[1]->data), FSE_BUF (node->in[2]->data),
                     FSE_BUF (out->data), FSE_INT (node->in[2]->c), FSE_UINT (pixels (out)),
                     FSE_UINT (fse_pixels_share (node->device)), FSE_END);
}

static gboolean
bands_backward (FseNode *node, GError **error)
{
  FseTensor *out = node->out;
  FseBuffer  to[3];

  for (gint i = 0; i < 3; i++)
    to[i] = node->in[i]->needs_grad ? node->in[i]->grad : out->grad;
  return fse_launch (node->device, PROGRAM, "bands_backward", fse_range_pixels (node->device, pixels (out), 1), error,
                     FSE_BUF (node->in[1]->data), FSE_BUF (node->in[2]->data), FSE_BUF (out->grad),
                     FSE_BUF (to[0]), FSE_BUF (to[1]), FSE_BUF (to[2]),
                     FSE_INT (node->in[0]->needs_grad), FSE_INT (node->in[1]->needs_grad), FSE_INT (node->in[2]->needs_grad),
                     FSE_INT (node->accumulate[0]), FSE_INT (node->accumulate[1]), FSE_INT (node->accumulate[2]),
                     FSE_INT (node->in[2]->c), FSE_UINT (pixels (out)), FSE_UINT (fse_pixels_share (node->device)), FSE_END);
}

FseTensor *
fse_weigh_bands (FseTape *tape, FseTensor *x, FseTensor *bands, FseTensor *gain)
{
  static const FseOperator op = { "weigh_bands", FSE_KEEPS_INPUT, FALSE, bands_forward, bands_backward };
  FseTensor               *in[3] = { x, bands, gain };
  FseTensor               *out = fse_tape_tensor (tape, x->n, x->h, x->w, 3);

  g_assert (x->c == 3 && bands->c == 3 * gain->c);
  for (gint i = 1; i < 3; i++)
    g_assert (in[i]->n == x->n && in[i]->h == x->h && in[i]->w == x->w);
  fse_tape_add (tape, &op, in, 3, out, NULL, 0);
  return out;
}
