/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frequency loss: how far the amplitudes of two pictures' spectra differ.
 * For every picture and channel, with X and T the orthonormal 2-D DFTs of x
 * and target, each pixel times its weight, |P| = sqrt (re^2 + im^2 + 1e-6),
 *   loss = weight * mean over all pictures, channels and frequencies of | |X| - |T| |.
 * Phases are left to the pixel losses: detail costs nothing for being a little
 * out of place, and everything for being missing.  (The focal form, arXiv
 * 2012.12821, was tried: it is a weighted L2 and blurs; engine/method.md has
 * the figures.)
 *
 * Pictures are real, so P (-u, -v) is the conjugate of P (u, v): columns v = 0 .. w/2
 * are enough, those between counting twice.  Both transforms are matrix
 * products, which serve any h and w:
 *   A = p W,  W = [cos | sin] of 2 pi v x / w,  w x 2k,  k = w/2 + 1
 *   U = R A,  R = [cos ; sin] of 2 pi u y / h,  2h x h
 * and backward, G being the gradient by U that forward leaves in its place,
 *   dx = R^T G W^T
 */
#include "operators/gemm.h"
#include "operators/operators.h"

#include <math.h>

#define PART_ROWS 8 /* of a spectrum a work-item or work-group */
#define GROUP 64    /* as in frequency_loss.cl */

typedef struct
{
  gint   n, h, w, c, k;
  gfloat weight;
} Frequency;

enum
{
  IN_X,
  IN_TARGET,
  IN_COLUMNS, /* W */
  IN_ROWS,    /* R */
  IN_FOLD,    /* how often each column counts */
  IN_MASK,    /* [n,h,w,1] or NULL */
  N_IN
};

enum
{
  SCRATCH_PLANES, /* [n c][h][w] */
  SCRATCH_A,      /* [n c][h][2k] */
  SCRATCH_U,      /* [n c][2h][2k] of x */
  SCRATCH_TARGET, /* the same of the target */
  SCRATCH_SUMS    /* [n c][parts] */
};

/* What the kernels are given for the mask, and whether they may read it. */
static FseBuffer
mask_buffer (const FseNode *node)
{
  return node->in[node->in[IN_MASK] ? IN_MASK : IN_FOLD]->data;
}

static gint
parts_of (const Frequency *s)
{
  return (s->h + PART_ROWS - 1) / PART_ROWS;
}

static FseRange
pixels_range (FseDevice *device, const Frequency *s)
{
  if (fse_device_family (device) == FSE_FAMILY_CPU)
    return fse_range_single (s->h, s->n, 1);
  return fse_range_groups (s->w, s->h, s->n, 32, 1, 1);
}

static FseRange
parts_range (FseDevice *device, const Frequency *s)
{
  if (fse_device_family (device) == FSE_FAMILY_CPU)
    return fse_range_single (parts_of (s), (gsize) s->n * s->c, 1);
  return fse_range_groups ((gsize) parts_of (s) * GROUP, (gsize) s->n * s->c, 1, GROUP, 1, 1);
}

/* spectrum = R planes W, for all planes of a picture tensor */
static gboolean
transform (FseNode *node, const FseTensor *picture, FseBuffer spectrum, GError **error)
{
  const Frequency *s = node->params;
  FseDevice       *device = node->device;
  FseBuffer       *scratch = node->scratch;
  gint             planes = s->n * s->c, k2 = 2 * s->k;
  gsize            size_a_plane = (gsize) s->h * k2;

  return fse_launch (device, "frequency_loss", "to_planes", pixels_range (device, s), error,
                     FSE_BUF (picture->data), FSE_BUF (mask_buffer (node)), FSE_BUF (scratch[SCRATCH_PLANES]),
                     FSE_INT (s->h), FSE_INT (s->w), FSE_INT (s->c), FSE_INT (node->in[IN_MASK] != NULL), FSE_END)
         && fse_gemm (device, FALSE, FALSE, planes * s->h, k2, s->w, 1.0f, scratch[SCRATCH_PLANES], s->w,
                      node->in[IN_COLUMNS]->data, k2, 0.0f, scratch[SCRATCH_A], k2, 1, 0, 0, 0, error)
         && fse_gemm (device, FALSE, FALSE, 2 * s->h, k2, s->h, 1.0f, node->in[IN_ROWS]->data, s->h,
                      scratch[SCRATCH_A], k2, 0.0f, spectrum, k2, planes, 0, size_a_plane, 2 * size_a_plane, error);
}

static gboolean
frequency_forward (FseNode *node, GError **error)
{
  const Frequency *s = node->params;
  FseDevice       *device = node->device;
  FseBuffer       *scratch = node->scratch;
  gint             planes = s->n * s->c, parts = parts_of (s);
  gfloat           mean = s->weight / ((gfloat) planes * (gfloat) s->h * (gfloat) s->w);

  return transform (node, node->in[IN_X], scratch[SCRATCH_U], error)
         && transform (node, node->in[IN_TARGET], scratch[SCRATCH_TARGET], error)
         && fse_launch (device, "frequency_loss", "compare_amplitudes", parts_range (device, s), error,
                        FSE_BUF (scratch[SCRATCH_U]), FSE_BUF (scratch[SCRATCH_TARGET]),
                        FSE_BUF (node->in[IN_FOLD]->data), FSE_BUF (scratch[SCRATCH_SUMS]), FSE_INT (s->h),
                        FSE_INT (s->k), FSE_INT (PART_ROWS), FSE_FLOAT (mean), FSE_END)
         && fse_launch (device, "frequency_loss", "spectrum_sum", fse_range_single (1, 1, 1), error,
                        FSE_BUF (scratch[SCRATCH_SUMS]), FSE_BUF (node->out->data), FSE_INT (planes * parts),
                        FSE_FLOAT (mean), FSE_END);
}

static gboolean
frequency_backward (FseNode *node, GError **error)
{
  const Frequency *s = node->params;
  FseDevice       *device = node->device;
  FseBuffer       *scratch = node->scratch;
  gint             planes = s->n * s->c, k2 = 2 * s->k;
  gsize            size_a_plane = (gsize) s->h * k2, size_u_plane = 2 * size_a_plane;

  if (!node->in[IN_X]->needs_grad)
    return TRUE;
  return fse_gemm (device, TRUE, FALSE, s->h, k2, 2 * s->h, 1.0f, node->in[IN_ROWS]->data, s->h, scratch[SCRATCH_U],
                   k2, 0.0f, scratch[SCRATCH_A], k2, planes, 0, size_u_plane, size_a_plane, error)
         && fse_gemm (device, FALSE, TRUE, planes * s->h, s->w, k2, 1.0f, scratch[SCRATCH_A], k2,
                      node->in[IN_COLUMNS]->data, k2, 0.0f, scratch[SCRATCH_PLANES], s->w, 1, 0, 0, 0, error)
         && fse_launch (device, "frequency_loss", "planes_to_gradient", pixels_range (device, s), error,
                        FSE_BUF (scratch[SCRATCH_PLANES]), FSE_BUF (mask_buffer (node)),
                        FSE_BUF (node->in[IN_X]->grad), FSE_INT (s->h), FSE_INT (s->w), FSE_INT (s->c),
                        FSE_INT (node->in[IN_MASK] != NULL), FSE_INT (node->accumulate[IN_X]), FSE_END);
}

/* Two transforms, and one back. */
static gdouble
multiply_adds (const FseNode *node, gboolean backward)
{
  const Frequency *s = node->params;
  gdouble          transform_adds = (gdouble) s->n * s->c * s->h * 2 * s->k * (s->w + 2 * s->h);

  return (backward ? 1 : 2) * transform_adds;
}

static const FseOperator frequency_operator = {
  .name = "loss_frequency",
  .is_loss = TRUE,
  .forward = frequency_forward,
  .backward = frequency_backward,
  .multiply_adds = multiply_adds,
};

/* Angles are reduced in integers first, so that they stay exact for large h and w. */
static gdouble
angle (gint a, gint b, gint period)
{
  return 2.0 * G_PI * (gdouble) ((gint64) a * b % period) / period;
}

static FseTensor *
columns_constant (FseTape *tape, gint w, gint k)
{
  g_autofree gfloat *m = g_new (gfloat, (gsize) w * 2 * k);
  gdouble            unit = 1.0 / sqrt (w);

  for (gint x = 0; x < w; x++)
    for (gint v = 0; v < k; v++)
      {
        m[(gsize) x * 2 * k + v] = (gfloat) (unit * cos (angle (v, x, w)));
        m[(gsize) x * 2 * k + k + v] = (gfloat) (unit * sin (angle (v, x, w)));
      }
  return fse_tape_constant (tape, 1, 1, w, 2 * k, m);
}

static FseTensor *
rows_constant (FseTape *tape, gint h)
{
  g_autofree gfloat *m = g_new (gfloat, (gsize) 2 * h * h);
  gdouble            unit = 1.0 / sqrt (h);

  for (gint u = 0; u < h; u++)
    for (gint y = 0; y < h; y++)
      {
        m[(gsize) u * h + y] = (gfloat) (unit * cos (angle (u, y, h)));
        m[(gsize) (h + u) * h + y] = (gfloat) (unit * sin (angle (u, y, h)));
      }
  return fse_tape_constant (tape, 1, 1, 2 * h, h, m);
}

static FseTensor *
fold_constant (FseTape *tape, gint w, gint k)
{
  g_autofree gfloat *m = g_new (gfloat, k);

  for (gint v = 0; v < k; v++)
    m[v] = v == 0 || 2 * v == w ? 1.0f : 2.0f;
  return fse_tape_constant (tape, 1, 1, 1, k, m);
}

FseTensor *
fse_loss_frequency (FseTape *tape, FseTensor *x, FseTensor *target, FseTensor *mask, gfloat weight)
{
  gint       k = x->w / 2 + 1;
  FseTensor *inputs[N_IN] = { x, target, columns_constant (tape, x->w, k), rows_constant (tape, x->h),
                              fold_constant (tape, x->w, k), mask };
  FseTensor *out = fse_tape_tensor (tape, 1, 1, 1, 1);
  Frequency  s = { .n = x->n, .h = x->h, .w = x->w, .c = x->c, .k = k, .weight = weight };
  gsize      planes = (gsize) s.n * s.c, parts = parts_of (&s);
  FseNode   *node;

  g_assert (target->n == x->n && target->h == x->h && target->w == x->w && target->c == x->c);
  g_assert (!mask || (mask->n == x->n && mask->h == x->h && mask->w == x->w && mask->c == 1 && !mask->needs_grad));
  node = fse_tape_add (tape, &frequency_operator, inputs, N_IN, out, &s, sizeof s);
  fse_node_scratch (node, SCRATCH_PLANES, planes * s.h * s.w, FSE_SCRATCH_BOTH);
  fse_node_scratch (node, SCRATCH_A, planes * s.h * 2 * k, FSE_SCRATCH_BOTH);
  fse_node_scratch (node, SCRATCH_U, planes * 2 * s.h * 2 * k, FSE_SCRATCH_SAVED);
  fse_node_scratch (node, SCRATCH_TARGET, planes * 2 * s.h * 2 * k, FSE_SCRATCH_FORWARD);
  fse_node_scratch (node, SCRATCH_SUMS, planes * parts, FSE_SCRATCH_FORWARD);
  return out;
}
