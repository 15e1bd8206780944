/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Group normalisation (Wu and He, arXiv 1803.08494) and optional SiLU:
 *   z = (x - mean_g) / sqrt (var_g + 1e-5),  u = z gamma + beta,
 *   y = u sigmoid (u)  or  u
 * Backward, with du = dy act'(u) and m numbers in a group:
 *   dbeta = sum du,  dgamma = sum du z  (over pictures and pixels)
 *   dx = (gamma du - (sum_g gamma du + z sum_g gamma du z) / m) / sqrt (var_g + 1e-5)
 *
 * Kept from forward to backward: mean and deviation alone; z and the
 * activation are computed again.  group_norm.cl tells how channels and
 * vectors are brought together.
 */
#include "operators/operators.h"

#define CHUNK_FLOATS 8192 /* of x, one work-item's share: it stays in the first cache or near it */
#define MAX_CHUNKS 64     /* of a picture: bounds the second pass over their sums */
#define GPU_COLUMNS 4     /* as in group_norm.cl */
#define GPU_LINES 16
#define GPU_FINISHERS 64

enum
{
  COEF,
  PARTIALS,
  BEND,
  SUMS
};

typedef struct
{
  gint     groups;
  gboolean silu;
} GroupNorm;

/* A picture as group_norm.cl sees it. */
typedef struct
{
  gint period;
  gint rows;
  gint rest;
  gint rows_chunk;
  gint chunks; /* of sums; a last one may hold the rest alone */
  gint shares; /* of element-wise work: the rest goes with the last rows */
} Layout;

static Layout
layout_of (FseDevice *device, const FseTensor *x)
{
  gint   a = x->c, b = fse_device_family (device) == FSE_FAMILY_CPU ? (gint) fse_device_vector (device) : 4;
  gsize  floats = (gsize) x->h * x->w * x->c;
  Layout l;

  l.period = a * b;
  while (b != 0)
    {
      gint rest = a % b;

      a = b;
      b = rest;
    }
  l.period /= a;
  l.rows = (gint) (floats / l.period);
  l.rest = (gint) (floats % l.period);
  l.rows_chunk = MAX (1, MAX (CHUNK_FLOATS / l.period, (l.rows + MAX_CHUNKS - 1) / MAX_CHUNKS));
  l.shares = (l.rows + l.rows_chunk - 1) / l.rows_chunk;
  l.chunks = l.shares + (l.rest > 0);
  l.shares = MAX (l.shares, 1);
  return l;
}

static FseRange
range_sums (FseDevice *device, const Layout *l, gint n)
{
  if (fse_device_family (device) == FSE_FAMILY_CPU)
    return fse_range_single (l->chunks, n, 1);
  return fse_range_groups (l->period / 4, (gsize) l->chunks * GPU_LINES, n, GPU_COLUMNS, GPU_LINES, 1);
}

static FseRange
range_small (FseDevice *device, gsize x, gsize y)
{
  if (fse_device_family (device) == FSE_FAMILY_CPU)
    return fse_range_single (x, y, 1);
  return (FseRange) { 2, { x, y, 1 }, { 0 } };
}

/* A work-item, or on GPUs a work-group, for each group of channels in each picture. */
static FseRange
range_finish (FseDevice *device, gint groups, gint n)
{
  if (fse_device_family (device) == FSE_FAMILY_CPU)
    return fse_range_single (groups, n, 1);
  return fse_range_groups ((gsize) groups * GPU_FINISHERS, n, 1, GPU_FINISHERS, 1, 1);
}

static FseRange
range_pixels (const Layout *l, gint n)
{
  return fse_range_groups (((gsize) l->rows * l->period + l->rest + 3) / 4, n, 1, 64, 1, 1);
}

static gboolean
forward (FseNode *node, GError **error)
{
  const GroupNorm *norm = node->params;
  FseDevice       *device = node->device;
  FseTensor       *x = node->in[0], *gamma = node->in[1], *beta = node->in[2];
  FseBuffer        coef = node->scratch[COEF], part = node->scratch[PARTIALS];
  Layout           l = layout_of (device, x);

  if (!fse_launch (device, "group_norm", "group_norm_sums", range_sums (device, &l, x->n), error, FSE_BUF (x->data),
                   FSE_BUF (part), FSE_INT (l.period), FSE_INT (l.rows), FSE_INT (l.rows_chunk), FSE_INT (l.rest),
                   FSE_END)
      || !fse_launch (device, "group_norm", "group_norm_finish", range_finish (device, norm->groups, x->n), error,
                      FSE_BUF (part), FSE_BUF (gamma->data), FSE_BUF (beta->data), FSE_BUF (coef), FSE_INT (l.period),
                      FSE_INT (l.rows), FSE_INT (l.rows_chunk), FSE_INT (l.rest), FSE_INT (l.chunks), FSE_INT (x->c),
                      FSE_INT (x->c / norm->groups), FSE_END))
    return FALSE;
  if (fse_device_family (device) == FSE_FAMILY_CPU)
    return fse_launch (device, "group_norm", "group_norm_apply", fse_range_single (l.shares, x->n, 1), error,
                       FSE_BUF (x->data), FSE_BUF (coef), FSE_BUF (node->out->data), FSE_INT (l.period),
                       FSE_INT (l.rows), FSE_INT (l.rows_chunk), FSE_INT (l.rest), FSE_INT (norm->silu), FSE_END);
  return fse_launch (device, "group_norm", "group_norm_apply", range_pixels (&l, x->n), error, FSE_BUF (x->data),
                     FSE_BUF (coef), FSE_BUF (node->out->data), FSE_INT (l.period), FSE_INT (l.rows), FSE_INT (l.rest),
                     FSE_INT (norm->silu), FSE_END);
}

/* 0: no gradient is wanted, 1: write it, 2: add to it; the numbers are group_norm.cl's. */
static gint
sum_mode (FseNode *node, gint i)
{
  if (!node->in[i]->needs_grad)
    return 0;
  return node->accumulate[i] ? 2 : 1;
}

static gboolean
backward (FseNode *node, GError **error)
{
  const GroupNorm *norm = node->params;
  FseDevice       *device = node->device;
  FseTensor       *x = node->in[0], *gamma = node->in[1], *beta = node->in[2];
  FseBuffer        coef = node->scratch[COEF], part = node->scratch[PARTIALS], bend = node->scratch[BEND];
  FseBuffer        sums = node->scratch[SUMS], dy = node->out->grad;
  gint             gamma_mode = sum_mode (node, 1), beta_mode = sum_mode (node, 2);
  gint             channels = x->c / norm->groups;
  gfloat           size = (gfloat) x->h * x->w * channels;
  Layout           l = layout_of (device, x);

  if (!fse_launch (device, "group_norm", "group_norm_backward_sums", range_sums (device, &l, x->n), error,
                   FSE_BUF (x->data), FSE_BUF (dy), FSE_BUF (coef), FSE_BUF (part), FSE_INT (l.period),
                   FSE_INT (l.rows), FSE_INT (l.rows_chunk), FSE_INT (l.rest), FSE_INT (norm->silu), FSE_END)
      || !fse_launch (device, "group_norm", "group_norm_backward_finish", range_finish (device, norm->groups, x->n),
                      error, FSE_BUF (part), FSE_BUF (gamma->data), FSE_BUF (coef), FSE_BUF (bend), FSE_BUF (sums),
                      FSE_INT (l.period), FSE_INT (l.chunks), FSE_INT (x->c), FSE_INT (channels), FSE_FLOAT (size),
                      FSE_END))
    return FALSE;

  if (x->needs_grad && fse_device_family (device) == FSE_FAMILY_CPU
      && !fse_launch (device, "group_norm", "group_norm_backward", fse_range_single (l.shares, x->n, 1), error,
                      FSE_BUF (x->data), FSE_BUF (dy), FSE_BUF (coef), FSE_BUF (bend), FSE_BUF (x->grad),
                      FSE_INT (l.period), FSE_INT (l.rows), FSE_INT (l.rows_chunk), FSE_INT (l.rest),
                      FSE_INT (node->accumulate[0]), FSE_END))
    return FALSE;
  if (x->needs_grad && fse_device_family (device) == FSE_FAMILY_GPU
      && !fse_launch (device, "group_norm", "group_norm_backward", range_pixels (&l, x->n), error, FSE_BUF (x->data),
                      FSE_BUF (dy), FSE_BUF (coef), FSE_BUF (bend), FSE_BUF (x->grad), FSE_INT (l.period),
                      FSE_INT (l.rows), FSE_INT (l.rest), FSE_INT (node->accumulate[0]), FSE_END))
    return FALSE;
  if (!gamma_mode && !beta_mode)
    return TRUE;
  return fse_launch (device, "group_norm", "group_norm_weights", range_small (device, (x->c + 3) / 4, 1), error,
                     FSE_BUF (sums), FSE_BUF (gamma_mode ? gamma->grad : bend), FSE_BUF (beta_mode ? beta->grad : bend),
                     FSE_INT (x->n), FSE_INT (x->c), FSE_INT (gamma_mode), FSE_INT (beta_mode), FSE_END);
}

static const FseOperator group_norm = {
  .name = "group_norm",
  .keeps = FSE_KEEPS_INPUT,
  .forward = forward,
  .backward = backward,
  .quick = TRUE,
};

FseTensor *
fse_group_norm (FseTape *tape, FseTensor *x, FseTensor *gamma, FseTensor *beta, gint groups, gboolean silu)
{
  GroupNorm  norm = { groups, silu };
  FseTensor *inputs[3] = { x, gamma, beta };
  FseTensor *out = fse_tape_tensor (tape, x->n, x->h, x->w, x->c);
  FseNode   *node = fse_tape_add (tape, &group_norm, inputs, 3, out, &norm, sizeof norm);
  Layout     l = layout_of (fse_tape_device (tape), x);

  g_assert (groups > 0 && x->c % groups == 0);
  g_assert (fse_tensor_floats (gamma) == (gsize) x->c && fse_tensor_floats (beta) == (gsize) x->c);

  fse_node_scratch (node, COEF, (gsize) x->n * 4 * l.period, FSE_SCRATCH_SAVED);
  fse_node_scratch (node, PARTIALS, (gsize) x->n * l.chunks * 2 * l.period, FSE_SCRATCH_BOTH);
  fse_node_scratch (node, BEND, (gsize) x->n * 2 * l.period, FSE_SCRATCH_BACKWARD);
  fse_node_scratch (node, SUMS, (gsize) x->n * 2 * x->c, FSE_SCRATCH_BACKWARD);
  return out;
}
