/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Operators that only move numbers: concat, slice_channels, roll.
 */
#include "operators/operators.h"
#include "operators/reduce.h"

#define PROGRAM "concat"
#define MOST_PARTS 8

/* Channels from_first .. +count-1 of `from` (rows of from_c) to to_first .. of `to`. */
static gboolean
copy_channels (FseDevice *device, FseBuffer from, gint from_c, gint from_first, FseBuffer to, gint to_c, gint to_first,
               gint count, guint pixels, gboolean add, GError **error)
{
  FseRange range = fse_range_pixels (device, pixels, 1);

  if (fse_device_family (device) == FSE_FAMILY_GPU) /* a work-item a float there */
    range = fse_range_groups ((gsize) pixels * count, 1, 1, 64, 1, 1);
  return fse_launch (device, PROGRAM, "copy_channels", range, error,
                     FSE_BUF (from), FSE_INT (from_c), FSE_INT (from_first), FSE_BUF (to), FSE_INT (to_c),
                     FSE_INT (to_first), FSE_INT (count), FSE_UINT (pixels), FSE_UINT (fse_pixels_share (device)),
                     FSE_INT (add), FSE_END);
}

static guint
pixels (const FseTensor *x)
{
  return (guint) x->n * x->h * x->w;
}

static gboolean
concat_forward (FseNode *node, GError **error)
{
  gint at = 0;

  for (gint i = 0; i < node->n_in; at += node->in[i]->c, i++)
    if (!copy_channels (node->device, node->in[i]->data, node->in[i]->c, 0, node->out->data, node->out->c, at,
                        node->in[i]->c, pixels (node->out), FALSE, error))
      return FALSE;
  return TRUE;
}

static gboolean
concat_backward (FseNode *node, GError **error)
{
  gint at = 0;

  for (gint i = 0; i < node->n_in; at += node->in[i]->c, i++)
    if (node->in[i]->needs_grad
        && !copy_channels (node->device, node->out->grad, node->out->c, at, node->in[i]->grad, node->in[i]->c, 0,
                           node->in[i]->c, pixels (node->out), node->accumulate[i], error))
      return FALSE;
  return TRUE;
}

FseTensor *
fse_concat (FseTape *tape, FseTensor **parts, gint n_parts)
{
  static const FseOperator op = { "concat", 0, FALSE, concat_forward, concat_backward };
  FseTensor               *out;
  gint                     c = 0;

  g_assert (n_parts > 0 && n_parts <= MOST_PARTS);
  for (gint i = 0; i < n_parts; i++)
    {
      g_assert (parts[i]->n == parts[0]->n && parts[i]->h == parts[0]->h && parts[i]->w == parts[0]->w);
      c += parts[i]->c;
    }
  out = fse_tape_tensor (tape, parts[0]->n, parts[0]->h, parts[0]->w, c);
  fse_tape_add (tape, &op, parts, n_parts, out, NULL, 0);
  return out;
}

static gboolean
slice_forward (FseNode *node, GError **error)
{
  const gint *first = node->params;

  return copy_channels (node->device, node->in[0]->data, node->in[0]->c, *first, node->out->data, node->out->c, 0,
                        node->out->c, pixels (node->out), FALSE, error);
}

static gboolean
slice_backward (FseNode *node, GError **error)
{
  const gint *first = node->params;
  FseTensor  *x = node->in[0];

  /* the channels that were left out have no gradient from here */
  if (!node->accumulate[0] && !fse_device_zero (node->device, x->grad, fse_tensor_floats (x), error))
    return FALSE;
  return copy_channels (node->device, node->out->grad, node->out->c, 0, x->grad, x->c, *first, node->out->c,
                        pixels (x), node->accumulate[0], error);
}

FseTensor *
fse_slice_channels (FseTape *tape, FseTensor *x, gint first, gint count)
{
  static const FseOperator op = { "slice_channels", 0, FALSE, slice_forward, slice_backward };
  FseTensor               *out = fse_tape_tensor (tape, x->n, x->h, x->w, count);

  g_assert (first >= 0 && first + count <= x->c);
  fse_tape_add (tape, &op, &x, 1, out, &first, sizeof first);
  return out;
}

/* Picture b of `to` = picture (b + shift) mod n of `from`, 0 <= shift < n: two runs. */
static gboolean
roll (FseNode *node, FseBuffer from, FseBuffer to, gint shift, gboolean add, GError **error)
{
  FseTensor *x = node->in[0];
  gsize      picture = (gsize) x->h * x->w * x->c;

  for (gint run = 0; run < 2; run++)
    {
      gint      count = run ? shift : x->n - shift;
      FseBuffer run_from = from, run_to = to;
      guint     n = (guint) (count * picture);

      if (count == 0)
        continue;
      run_from.at += (run ? 0 : shift) * picture;
      run_to.at += (run ? x->n - shift : 0) * picture;
      if (!fse_launch (node->device, PROGRAM, "copy", fse_range_each (node->device, n), error,
                       FSE_BUF (run_from), FSE_BUF (run_to), FSE_UINT (n), FSE_INT (add), FSE_END))
        return FALSE;
    }
  return TRUE;
}

static gboolean
roll_forward (FseNode *node, GError **error)
{
  const gint *shift = node->params;

  return roll (node, node->in[0]->data, node->out->data, *shift, FALSE, error);
}

static gboolean
roll_backward (FseNode *node, GError **error)
{
  const gint *shift = node->params;
  gint        n = node->in[0]->n;

  return roll (node, node->out->grad, node->in[0]->grad, (n - *shift) % n, node->accumulate[0], error);
}

FseTensor *
fse_roll (FseTape *tape, FseTensor *x, gint shift)
{
  static const FseOperator op = { "roll", 0, FALSE, roll_forward, roll_backward };
  FseTensor               *out = fse_tape_tensor (tape, x->n, x->h, x->w, x->c);

  shift = (shift % x->n + x->n) % x->n;
  fse_tape_add (tape, &op, &x, 1, out, &shift, sizeof shift);
  return out;
}
