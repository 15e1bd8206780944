/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * y_k = x_k + sum_m map[4k+m] x_m + map[4k+3]: an affine colour map a pixel,
 * as a difference from the identity, so that a map of zeros changes nothing.
 */
#include "operators/operators.h"
#include "operators/reduce.h"

#define PROGRAM "colour"

static guint
pixels (const FseTensor *x)
{
  return (guint) x->n * x->h * x->w;
}

static gboolean
colour_forward (FseNode *node, GError **error)
{
  FseTensor *out = node->out;

  return fse_launch (node->device, PROGRAM, "colour", fse_range_pixels (node->device, pixels (out), 1), error,
                     FSE_BUF (node->in[0]->data), FSE_BUF (node->in[1]->data), FSE_BUF (out->data),
                     FSE_UINT (pixels (out)), FSE_UINT (fse_pixels_share (node->device)), FSE_END);
}

static gboolean
colour_backward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0], *map = node->in[1], *out = node->out;

  return fse_launch (node->device, PROGRAM, "colour_backward", fse_range_pixels (node->device, pixels (out), 1), error,
                     FSE_BUF (x->data), FSE_BUF (map->data), FSE_BUF (out->grad),
                     FSE_BUF (x->needs_grad ? x->grad : out->grad), FSE_BUF (map->needs_grad ? map->grad : out->grad),
                     FSE_INT (x->needs_grad), FSE_INT (map->needs_grad), FSE_INT (node->accumulate[0]),
                     FSE_INT (node->accumulate[1]), FSE_UINT (pixels (out)), FSE_UINT (fse_pixels_share (node->device)),
                     FSE_END);
}

FseTensor *
fse_colour_transform (FseTape *tape, FseTensor *x, FseTensor *map)
{
  static const FseOperator op = { "colour_transform", FSE_KEEPS_INPUT, FALSE, colour_forward, colour_backward };
  FseTensor               *in[2] = { x, map };
  FseTensor               *out = fse_tape_tensor (tape, x->n, x->h, x->w, 3);

  g_assert (x->c == 3 && map->c == 12 && map->n == x->n && map->h == x->h && map->w == x->w);
  fse_tape_add (tape, &op, in, 2, out, NULL, 0);
  return out;
}
