/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * y(p) = x (p + flow(p)): bilinear, edge clamped.  A flow of zeros gives x's
 * own bits back, so that what is not edited stays exactly as it was.
 */
#include "operators/operators.h"

#define PROGRAM "warp"

static FseRange
range_rows (FseDevice *device, const FseTensor *x)
{
  return fse_device_family (device) == FSE_FAMILY_CPU ? fse_range_single (1, x->h, x->n)
                                                      : fse_range_groups (x->w, x->h, x->n, 64, 1, 1);
}

static gboolean
warp_forward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0];

  return fse_launch (node->device, PROGRAM, "warp", range_rows (node->device, x), error,
                     FSE_BUF (x->data), FSE_BUF (node->in[1]->data), FSE_BUF (node->out->data),
                     FSE_INT (x->h), FSE_INT (x->w), FSE_INT (x->c), FSE_END);
}

static gboolean
backward_x (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0];
  gboolean   cpu = fse_device_family (node->device) == FSE_FAMILY_CPU;
  /* a band's work-item looks at the whole flow, so a CPU wants few, a GPU many */
  gint     bands = cpu ? MIN (x->h, 2) : x->h;
  FseRange range = cpu ? fse_range_single (bands, 1, x->n) : fse_range_groups (bands, x->c, x->n, 32, 1, 1);

  if (!node->accumulate[0] && !fse_device_zero (node->device, x->grad, fse_tensor_floats (x), error))
    return FALSE;
  return fse_launch (node->device, PROGRAM, "warp_backward_x", range, error,
                     FSE_BUF (node->in[1]->data), FSE_BUF (node->out->grad), FSE_BUF (x->grad),
                     FSE_INT (x->h), FSE_INT (x->w), FSE_INT (x->c), FSE_INT (bands), FSE_END);
}

static gboolean
warp_backward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0], *flow = node->in[1];

  if (x->needs_grad && !backward_x (node, error))
    return FALSE;
  if (!flow->needs_grad)
    return TRUE;
  return fse_launch (node->device, PROGRAM, "warp_backward_flow", range_rows (node->device, x), error,
                     FSE_BUF (x->data), FSE_BUF (flow->data), FSE_BUF (node->out->grad), FSE_BUF (flow->grad),
                     FSE_INT (x->h), FSE_INT (x->w), FSE_INT (x->c), FSE_INT (node->accumulate[1]), FSE_END);
}

FseTensor *
fse_warp (FseTape *tape, FseTensor *x, FseTensor *flow)
{
  static const FseOperator op = { "warp", FSE_KEEPS_INPUT, FALSE, warp_forward, warp_backward };
  FseTensor               *in[2] = { x, flow };
  FseTensor               *out = fse_tape_tensor (tape, x->n, x->h, x->w, x->c);

  g_assert (flow->c == 2 && flow->n == x->n && flow->h == x->h && flow->w == x->w);
  fse_tape_add (tape, &op, in, 2, out, NULL, 0);
  return out;
}
