/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Operators on each number or each pixel by itself.
 */
#include "operators/operators.h"
#include "operators/pass.h"
#include "operators/reduce.h"

#define PROGRAM "elementwise"

static guint
floats (const FseTensor *x)
{
  return (guint) fse_tensor_floats (x);
}

static guint
pixels (const FseTensor *x)
{
  return (guint) x->n * x->h * x->w;
}

static gboolean
same_shape (const FseTensor *a, const FseTensor *b)
{
  return a->n == b->n && a->h == b->h && a->w == b->w && a->c == b->c;
}

/* to = factor from + offset, or to += that: the gradient of most of what is linear. */
static gboolean
scale_to (FseNode *node, FseBuffer from, FseBuffer to, guint n, gfloat factor, gfloat offset, gboolean add, GError **error)
{
  return fse_launch (node->device, PROGRAM, "scale", fse_range_each (node->device, n), error,
                     FSE_BUF (from), FSE_BUF (to), FSE_FLOAT (factor), FSE_FLOAT (offset), FSE_UINT (n), FSE_INT (add),
                     FSE_END);
}

gboolean
fse_pass_gradient (FseNode *node, gint i, gfloat factor, GError **error)
{
  if (!node->in[i]->needs_grad || fse_node_passes_on (node, i))
    return TRUE;
  return scale_to (node, node->out->grad, node->in[i]->grad, floats (node->out), factor, 0.0, node->accumulate[i], error);
}

/* y = x / (1 + exp (-x)) */

static gboolean
silu_forward (FseNode *node, GError **error)
{
  guint n = floats (node->out);

  return fse_launch (node->device, PROGRAM, "silu", fse_range_each (node->device, n), error,
                     FSE_BUF (node->in[0]->data), FSE_BUF (node->out->data), FSE_UINT (n), FSE_END);
}

static gboolean
silu_backward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0];
  guint      n = floats (x);

  return fse_launch (node->device, PROGRAM, "silu_backward", fse_range_each (node->device, n), error,
                     FSE_BUF (x->data), FSE_BUF (node->out->grad), FSE_BUF (x->grad), FSE_UINT (n),
                     FSE_INT (node->accumulate[0]), FSE_END);
}

FseTensor *
fse_silu (FseTape *tape, FseTensor *x)
{
  static const FseOperator op = { "silu", FSE_KEEPS_INPUT, FALSE, silu_forward, silu_backward, .quick = TRUE };
  FseTensor               *out = fse_tape_tensor (tape, x->n, x->h, x->w, x->c);

  fse_tape_add (tape, &op, &x, 1, out, NULL, 0);
  return out;
}

/* a + b */

static gboolean
add_forward (FseNode *node, GError **error)
{
  guint n = floats (node->out);

  return fse_launch (node->device, PROGRAM, "add", fse_range_each (node->device, n), error,
                     FSE_BUF (node->in[0]->data), FSE_BUF (node->in[1]->data), FSE_BUF (node->out->data), FSE_UINT (n),
                     FSE_END);
}

static gboolean
add_backward (FseNode *node, GError **error)
{
  return fse_pass_gradient (node, 0, 1.0, error) && fse_pass_gradient (node, 1, 1.0, error);
}

FseTensor *
fse_add (FseTape *tape, FseTensor *a, FseTensor *b)
{
  static const FseOperator op = { "add", 0, FALSE, add_forward, add_backward, .passes_on = 3 };
  FseTensor               *in[2] = { a, b };
  FseTensor               *out = fse_tape_tensor (tape, a->n, a->h, a->w, a->c);

  g_assert (same_shape (a, b));
  fse_tape_add (tape, &op, in, 2, out, NULL, 0);
  return out;
}

/* factor x + offset */

typedef struct
{
  gfloat factor, offset;
} Scale;

static gboolean
scale_forward (FseNode *node, GError **error)
{
  const Scale *p = node->params;

  return scale_to (node, node->in[0]->data, node->out->data, floats (node->out), p->factor, p->offset, FALSE, error);
}

static gboolean
scale_backward (FseNode *node, GError **error)
{
  const Scale *p = node->params;

  return fse_pass_gradient (node, 0, p->factor, error);
}

FseTensor *
fse_scale (FseTape *tape, FseTensor *x, gfloat factor, gfloat offset)
{
  static const FseOperator op = { "scale", 0, FALSE, scale_forward, scale_backward };
  const Scale              p = { factor, offset };
  FseTensor               *out = fse_tape_tensor (tape, x->n, x->h, x->w, x->c);

  fse_tape_add (tape, &op, &x, 1, out, &p, sizeof p);
  return out;
}

/* x + v, a row of v for each picture; and x + scale[c] noise[pixel], one row
 * for all.  Both are out[group, pixel, k] = x + v[group, k] f[group, pixel]. */

static gboolean
rows_forward (FseNode *node, const FseTensor *factor, gint groups, GError **error)
{
  FseTensor *x = node->in[0];
  guint      count = pixels (x) / groups;
  gboolean   cpu = fse_device_family (node->device) == FSE_FAMILY_CPU;
  FseRange   range = fse_range_pixels (node->device, count, groups);

  if (!cpu) /* a work-item a float there */
    range = fse_range_groups ((gsize) count * x->c, groups, 1, 64, 1, 1);
  return fse_launch (node->device, PROGRAM, "add_rows", range, error,
                     FSE_BUF (x->data), FSE_BUF (node->in[1]->data), FSE_BUF (factor ? factor->data : x->data),
                     FSE_BUF (node->out->data), FSE_INT (factor != NULL), FSE_UINT (count), FSE_INT (x->c),
                     FSE_UINT (fse_pixels_share (node->device)), FSE_END);
}

static gboolean
rows_backward (FseNode *node, const FseTensor *factor, gint groups, GError **error)
{
  FseTensor *out = node->out, *v = node->in[1];

  if (!fse_pass_gradient (node, 0, 1.0, error))
    return FALSE;
  if (!v->needs_grad)
    return TRUE;
  return fse_reduce_rows (node->device, out->grad, factor ? &factor->data : NULL, groups, pixels (out) / groups, out->c,
                          node->scratch[0], v->grad, node->accumulate[1], error);
}

static gboolean
add_channels_forward (FseNode *node, GError **error)
{
  return rows_forward (node, NULL, node->out->n, error);
}

static gboolean
add_channels_backward (FseNode *node, GError **error)
{
  return rows_backward (node, NULL, node->out->n, error);
}

FseTensor *
fse_add_channels (FseTape *tape, FseTensor *x, FseTensor *v)
{
  static const FseOperator op = { "add_channels", 0, FALSE, add_channels_forward, add_channels_backward,
                                  .passes_on = 1 };
  FseTensor               *in[2] = { x, v };
  FseTensor               *out = fse_tape_tensor (tape, x->n, x->h, x->w, x->c);
  FseNode                 *node;

  g_assert (v->n == x->n && v->h == 1 && v->w == 1 && v->c == x->c);
  node = fse_tape_add (tape, &op, in, 2, out, NULL, 0);
  fse_node_scratch (node, 0, fse_reduce_rows_scratch (x->n, x->h * x->w, x->c), FSE_SCRATCH_BACKWARD);
  return out;
}

static gboolean
noise_injection_forward (FseNode *node, GError **error)
{
  return rows_forward (node, node->in[2], 1, error);
}

static gboolean
noise_injection_backward (FseNode *node, GError **error)
{
  return rows_backward (node, node->in[2], 1, error);
}

FseTensor *
fse_noise_injection (FseTape *tape, FseTensor *x, FseTensor *scale, FseTensor *noise)
{
  static const FseOperator op = { "noise_injection", FSE_KEEPS_INPUT, FALSE, noise_injection_forward,
                                  noise_injection_backward, .passes_on = 1, .quick = TRUE };
  FseTensor               *in[3] = { x, scale, noise };
  FseTensor               *out = fse_tape_tensor (tape, x->n, x->h, x->w, x->c);
  FseNode                 *node;

  g_assert (scale->n == 1 && scale->h == 1 && scale->w == 1 && scale->c == x->c);
  g_assert (noise->n == x->n && noise->h == x->h && noise->w == x->w && noise->c == 1 && !noise->needs_grad);
  node = fse_tape_add (tape, &op, in, 3, out, NULL, 0);
  fse_node_scratch (node, 0, fse_reduce_rows_scratch (1, (gint) pixels (x), x->c), FSE_SCRATCH_BACKWARD);
  return out;
}

/* z = mu + exp (clamp (logvar, -10, 4) / 2) noise */

static gboolean
sample_gaussian_forward (FseNode *node, GError **error)
{
  FseTensor *z = node->out;

  return fse_launch (node->device, PROGRAM, "sample_gaussian", fse_range_pixels (node->device, pixels (z), 1), error,
                     FSE_BUF (node->in[0]->data), FSE_BUF (node->in[1]->data), FSE_BUF (z->data),
                     FSE_UINT (pixels (z)), FSE_INT (z->c), FSE_UINT (fse_pixels_share (node->device)), FSE_END);
}

static gboolean
sample_gaussian_backward (FseNode *node, GError **error)
{
  FseTensor *z = node->out, *stats = node->in[0];

  return fse_launch (node->device, PROGRAM, "sample_gaussian_backward", fse_range_pixels (node->device, pixels (z), 1), error,
                     FSE_BUF (stats->data), FSE_BUF (node->in[1]->data), FSE_BUF (z->grad), FSE_BUF (stats->grad),
                     FSE_UINT (pixels (z)), FSE_INT (z->c), FSE_UINT (fse_pixels_share (node->device)),
                     FSE_INT (node->accumulate[0]), FSE_END);
}

FseTensor *
fse_sample_gaussian (FseTape *tape, FseTensor *stats, FseTensor *noise)
{
  static const FseOperator op = { "sample_gaussian", FSE_KEEPS_INPUT, FALSE, sample_gaussian_forward,
                                  sample_gaussian_backward };
  FseTensor               *in[2] = { stats, noise };
  FseTensor               *z = fse_tape_tensor (tape, stats->n, stats->h, stats->w, stats->c / 2);

  g_assert (stats->c % 2 == 0 && same_shape (z, noise) && !noise->needs_grad);
  fse_tape_add (tape, &op, in, 2, z, NULL, 0);
  return z;
}

/* a[n] x + b[n] y */

static FseRange
range_pictures (FseDevice *device, guint n, gint pictures)
{
  FseRange range = fse_range_each (device, n);

  range.dims = MAX (range.dims, 2);
  range.global[1] = pictures;
  range.local[1] = 1;
  return range;
}

static gboolean
mix_forward (FseNode *node, GError **error)
{
  FseTensor *out = node->out;
  guint      n = floats (out) / out->n;

  return fse_launch (node->device, PROGRAM, "blend", range_pictures (node->device, n, out->n), error,
                     FSE_BUF (node->in[0]->data), FSE_BUF (node->in[1]->data), FSE_BUF (node->in[2]->data),
                     FSE_BUF (node->in[3]->data), FSE_BUF (out->data), FSE_UINT (n), FSE_END);
}

static gboolean
mix_backward (FseNode *node, GError **error)
{
  FseTensor *out = node->out;
  guint      n = floats (out) / out->n;

  for (gint i = 0; i < 2; i++)
    if (node->in[i]->needs_grad
        && !fse_launch (node->device, PROGRAM, "blend_backward", range_pictures (node->device, n, out->n), error,
                        FSE_BUF (out->grad), FSE_BUF (node->in[2 + i]->data), FSE_BUF (node->in[i]->grad), FSE_UINT (n),
                        FSE_INT (node->accumulate[i]), FSE_END))
      return FALSE;
  return TRUE;
}

FseTensor *
fse_mix (FseTape *tape, FseTensor *x, FseTensor *y, FseTensor *a, FseTensor *b)
{
  static const FseOperator op = { "mix", FSE_KEEPS_INPUT, FALSE, mix_forward, mix_backward };
  FseTensor               *in[4] = { x, y, a, b };
  FseTensor               *out = fse_tape_tensor (tape, x->n, x->h, x->w, x->c);

  g_assert (same_shape (x, y) && floats (a) == (guint) x->n && floats (b) == (guint) x->n);
  g_assert (!a->needs_grad && !b->needs_grad);
  fse_tape_add (tape, &op, in, 4, out, NULL, 0);
  return out;
}

/* x exp (log_scale) / sqrt (sum_c x^2 + 1e-6) */

static gboolean
unit_norm_forward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0], *log_scale = node->in[1];

  return fse_launch (node->device, PROGRAM, "unit_norm", fse_range_pixels (node->device, pixels (x), 1), error,
                     FSE_BUF (x->data), FSE_BUF (log_scale ? log_scale->data : x->data), FSE_BUF (node->out->data),
                     FSE_INT (log_scale != NULL), FSE_UINT (pixels (x)), FSE_INT (x->c),
                     FSE_UINT (fse_pixels_share (node->device)), FSE_END);
}

static gboolean
unit_norm_backward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0], *log_scale = node->in[1];
  FseBuffer  dy = node->out->grad;
  guint      share = fse_pixels_share (node->device);

  if (!fse_launch (node->device, PROGRAM, "unit_norm_backward", fse_range_pixels (node->device, pixels (x), 1), error,
                   FSE_BUF (x->data), FSE_BUF (log_scale ? log_scale->data : x->data), FSE_BUF (dy),
                   FSE_BUF (x->needs_grad ? x->grad : dy), FSE_BUF (node->scratch[0]), FSE_INT (log_scale != NULL),
                   FSE_INT (x->needs_grad), FSE_UINT (pixels (x)), FSE_INT (x->c), FSE_UINT (share),
                   FSE_INT (node->accumulate[0]), FSE_END))
    return FALSE;
  if (!log_scale || !log_scale->needs_grad)
    return TRUE;
  return fse_reduce_sum (node->device, node->scratch[0], (pixels (x) + share - 1) / share, 1.0, log_scale->grad,
                         node->accumulate[1], error);
}

FseTensor *
fse_unit_norm (FseTape *tape, FseTensor *x, FseTensor *log_scale)
{
  static const FseOperator op = { "unit_norm", FSE_KEEPS_INPUT, FALSE, unit_norm_forward, unit_norm_backward,
                                  .quick = TRUE };
  FseTensor               *in[2] = { x, log_scale };
  FseTensor               *out = fse_tape_tensor (tape, x->n, x->h, x->w, x->c);
  FseNode                 *node = fse_tape_add (tape, &op, in, 2, out, NULL, 0);

  fse_node_scratch (node, 0, pixels (x), FSE_SCRATCH_BACKWARD);
  return out;
}
