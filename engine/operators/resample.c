/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Changing a picture's size: nearest x2, bilinear x factor, mean over blocks.
 */
#include "operators/operators.h"

#define PROGRAM "resample"
#define MOST_FACTOR 8 /* of bilinear; as in kernels-cl/resample.cl */

/* A work-item for each row of h x w (cpu), or for each vector of channels (gpu). */
static FseRange
range_rows (FseDevice *device, gint n, gint h, gint w, gint c)
{
  if (fse_device_family (device) == FSE_FAMILY_CPU)
    return fse_range_single (1, h, n);
  return fse_range_groups ((gsize) w * ((c + 3) / 4), h, n, 64, 1, 1);
}

static gint
factor_of (FseNode *node)
{
  return *(const gint *) node->params;
}

static gboolean
nearest_forward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0];

  return fse_launch (node->device, PROGRAM, "nearest", range_rows (node->device, x->n, x->h, x->w, x->c), error,
                     FSE_BUF (x->data), FSE_BUF (node->out->data), FSE_INT (x->h), FSE_INT (x->w), FSE_INT (x->c),
                     FSE_END);
}

static gboolean
nearest_backward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0];

  return fse_launch (node->device, PROGRAM, "nearest_backward", range_rows (node->device, x->n, x->h, x->w, x->c), error,
                     FSE_BUF (node->out->grad), FSE_BUF (x->grad), FSE_INT (x->h), FSE_INT (x->w), FSE_INT (x->c),
                     FSE_INT (node->accumulate[0]), FSE_END);
}

FseTensor *
fse_upsample_nearest (FseTape *tape, FseTensor *x)
{
  static const FseOperator op = { "upsample_nearest", 0, FALSE, nearest_forward, nearest_backward };
  FseTensor               *out = fse_tape_tensor (tape, x->n, 2 * x->h, 2 * x->w, x->c);

  fse_tape_add (tape, &op, &x, 1, out, NULL, 0);
  return out;
}

static gboolean
bilinear_forward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0], *out = node->out;

  return fse_launch (node->device, PROGRAM, "bilinear", range_rows (node->device, out->n, out->h, out->w, out->c), error,
                     FSE_BUF (x->data), FSE_BUF (out->data), FSE_INT (x->h), FSE_INT (x->w), FSE_INT (x->c),
                     FSE_INT (factor_of (node)), FSE_END);
}

static gboolean
bilinear_backward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0];

  return fse_launch (node->device, PROGRAM, "bilinear_backward", range_rows (node->device, x->n, x->h, x->w, x->c), error,
                     FSE_BUF (node->out->grad), FSE_BUF (x->grad), FSE_INT (x->h), FSE_INT (x->w), FSE_INT (x->c),
                     FSE_INT (factor_of (node)), FSE_INT (node->accumulate[0]), FSE_END);
}

FseTensor *
fse_upsample_bilinear (FseTape *tape, FseTensor *x, gint factor)
{
  static const FseOperator op = { "upsample_bilinear", 0, FALSE, bilinear_forward, bilinear_backward };
  FseTensor               *out = fse_tape_tensor (tape, x->n, factor * x->h, factor * x->w, x->c);

  g_assert (factor > 0 && factor <= MOST_FACTOR);
  fse_tape_add (tape, &op, &x, 1, out, &factor, sizeof factor);
  return out;
}

static gboolean
average_forward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0], *out = node->out;

  return fse_launch (node->device, PROGRAM, "average", range_rows (node->device, out->n, out->h, out->w, out->c), error,
                     FSE_BUF (x->data), FSE_BUF (out->data), FSE_INT (out->h), FSE_INT (out->w), FSE_INT (out->c),
                     FSE_INT (factor_of (node)), FSE_END);
}

static gboolean
average_backward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0], *out = node->out;

  return fse_launch (node->device, PROGRAM, "average_backward", range_rows (node->device, out->n, out->h, out->w, out->c), error,
                     FSE_BUF (out->grad), FSE_BUF (x->grad), FSE_INT (out->h), FSE_INT (out->w), FSE_INT (out->c),
                     FSE_INT (factor_of (node)), FSE_INT (node->accumulate[0]), FSE_END);
}

FseTensor *
fse_average_pool (FseTape *tape, FseTensor *x, gint factor)
{
  static const FseOperator op = { "average_pool", 0, FALSE, average_forward, average_backward };
  FseTensor               *out;

  g_assert (factor > 0 && x->h % factor == 0 && x->w % factor == 0);
  out = fse_tape_tensor (tape, x->n, x->h / factor, x->w / factor, x->c);
  fse_tape_add (tape, &op, &x, 1, out, &factor, sizeof factor);
  return out;
}
