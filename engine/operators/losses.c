/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Losses: l1 and l2 between tensors, KL to the standard normal.
 *
 *   L = weight * sum (mask e) / max (sum (mask) c, 1),  e = |x - target| or (x - target)^2
 */
#include "operators/operators.h"
#include "operators/reduce.h"

#define PROGRAM "losses"

/* scratch */
enum
{
  PARTIAL, /* pairs of sums, one for each work-item of forward */
  FACTOR   /* dL/d sum, for backward */
};

typedef enum
{
  L1,
  L2
} Kind;

typedef struct
{
  Kind   kind;
  gfloat weight;
} Loss;

/* The range of the sums: as EACH() has it, but on a GPU never so many
 * work-items that adding their sums up takes longer than they did. */
static FseRange
range_sums (FseDevice *device, gsize n)
{
  FseRange range = fse_range_each (device, n);

  if (fse_device_family (device) == FSE_FAMILY_GPU)
    range.global[0] = MIN (range.global[0], 64 * 256);
  return range;
}

static gboolean
finish (FseNode *node, gsize parts, gfloat weight, gsize n, GError **error)
{
  FseRange range = fse_device_family (node->device) == FSE_FAMILY_CPU ? fse_range_single (1, 1, 1)
                                                                      : fse_range_groups (256, 1, 1, 256, 1, 1);

  return fse_launch (node->device, PROGRAM, "loss_finish", range, error,
                     FSE_BUF (node->scratch[PARTIAL]), FSE_BUF (node->out->data), FSE_BUF (node->scratch[FACTOR]),
                     FSE_UINT (parts), FSE_FLOAT (weight), FSE_FLOAT (n), FSE_END);
}

static gboolean
difference_forward (FseNode *node, GError **error)
{
  const Loss *p = node->params;
  FseTensor  *x = node->in[0], *target = node->in[1], *mask = node->in[2];
  gsize       n = fse_tensor_floats (x);
  FseRange    range = range_sums (node->device, n);

  return fse_launch (node->device, PROGRAM, "difference", range, error,
                     FSE_BUF (x->data), FSE_BUF (target ? target->data : x->data), FSE_BUF (mask ? mask->data : x->data),
                     FSE_BUF (node->scratch[PARTIAL]), FSE_INT (p->kind), FSE_INT (target != NULL), FSE_INT (mask != NULL),
                     FSE_UINT (n), FSE_UINT (x->c), FSE_END)
         && finish (node, range.global[0], p->weight, mask ? 0 : n, error);
}

static gboolean
difference_backward (FseNode *node, GError **error)
{
  const Loss *p = node->params;
  FseTensor  *x = node->in[0], *target = node->in[1], *mask = node->in[2];
  gsize       n = fse_tensor_floats (x);

  if (!x->needs_grad)
    return TRUE;
  return fse_launch (node->device, PROGRAM, "difference_backward", fse_range_each (node->device, n), error,
                     FSE_BUF (x->data), FSE_BUF (target ? target->data : x->data), FSE_BUF (mask ? mask->data : x->data),
                     FSE_BUF (node->scratch[FACTOR]), FSE_BUF (x->grad), FSE_INT (p->kind), FSE_INT (target != NULL),
                     FSE_INT (mask != NULL), FSE_UINT (n), FSE_UINT (x->c), FSE_INT (node->accumulate[0]), FSE_END);
}

static FseTensor *
difference (FseTape *tape, FseTensor *x, FseTensor *target, FseTensor *mask, Kind kind, gfloat weight)
{
  static const FseOperator ops[] = { { "loss_l1", FSE_KEEPS_INPUT, TRUE, difference_forward, difference_backward },
                                     { "loss_l2", FSE_KEEPS_INPUT, TRUE, difference_forward, difference_backward } };
  const Loss               p = { kind, weight };
  FseTensor               *in[3] = { x, target ? fse_tape_detach (tape, target) : NULL, mask };
  FseTensor               *out = fse_tape_tensor (tape, 1, 1, 1, 1);
  FseNode                 *node;

  g_assert (!target || (target->n == x->n && target->h == x->h && target->w == x->w && target->c == x->c));
  g_assert (!mask || (mask->n == x->n && mask->h == x->h && mask->w == x->w && mask->c == 1 && !mask->needs_grad));
  node = fse_tape_add (tape, &ops[kind], in, 3, out, &p, sizeof p);
  fse_node_scratch (node, PARTIAL, 2 * range_sums (fse_tape_device (tape), fse_tensor_floats (x)).global[0],
                    FSE_SCRATCH_FORWARD);
  fse_node_scratch (node, FACTOR, 1, FSE_SCRATCH_SAVED);
  return out;
}

FseTensor *
fse_loss_l1 (FseTape *tape, FseTensor *x, FseTensor *target, FseTensor *mask, gfloat weight)
{
  return difference (tape, x, target, mask, L1, weight);
}

FseTensor *
fse_loss_l2 (FseTape *tape, FseTensor *x, FseTensor *target, FseTensor *mask, gfloat weight)
{
  return difference (tape, x, target, mask, L2, weight);
}

/* KL (N(mu, exp logvar) || N(0, 1)); logvar is clamped to -30..20 only against
 * overflow: wider than the sampler's clamp, so that a runaway is pulled back. */

static guint
pixels (const FseTensor *x)
{
  return (guint) x->n * x->h * x->w;
}

static gboolean
kl_forward (FseNode *node, GError **error)
{
  const gfloat *weight = node->params;
  FseTensor    *stats = node->in[0];
  guint         share = fse_pixels_share (node->device);

  return fse_launch (node->device, PROGRAM, "divergence", fse_range_pixels (node->device, pixels (stats), 1), error,
                     FSE_BUF (stats->data), FSE_BUF (node->scratch[PARTIAL]), FSE_UINT (pixels (stats)),
                     FSE_INT (stats->c / 2), FSE_UINT (share), FSE_END)
         && finish (node, (pixels (stats) + share - 1) / share, *weight, fse_tensor_floats (stats) / 2, error);
}

static gboolean
kl_backward (FseNode *node, GError **error)
{
  const gfloat *weight = node->params;
  FseTensor    *stats = node->in[0];

  return fse_launch (node->device, PROGRAM, "divergence_backward", fse_range_pixels (node->device, pixels (stats), 1), error,
                     FSE_BUF (stats->data), FSE_BUF (stats->grad),
                     FSE_FLOAT (*weight / (fse_tensor_floats (stats) / 2)), FSE_UINT (pixels (stats)),
                     FSE_INT (stats->c / 2), FSE_UINT (fse_pixels_share (node->device)), FSE_INT (node->accumulate[0]),
                     FSE_END);
}

FseTensor *
fse_loss_kl (FseTape *tape, FseTensor *stats, gfloat weight)
{
  static const FseOperator op = { "loss_kl", FSE_KEEPS_INPUT, TRUE, kl_forward, kl_backward };
  FseTensor               *out = fse_tape_tensor (tape, 1, 1, 1, 1);
  FseNode                 *node;

  g_assert (stats->c % 2 == 0);
  node = fse_tape_add (tape, &op, &stats, 1, out, &weight, sizeof weight);
  fse_node_scratch (node, PARTIAL, 2 * (gsize) pixels (stats), FSE_SCRATCH_FORWARD);
  fse_node_scratch (node, FACTOR, 1, FSE_SCRATCH_FORWARD);
  return out;
}
