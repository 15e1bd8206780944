/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attention and softmax.  For each picture, with rows = positions,
 *   S = scale Q K^T,  P = softmax over each row of S,  O = P V
 * and backward, given dO:
 *   dV = P^T dO,  dP = dO V^T,  dS = scale P (dP - sum over the row of P dP),
 *   dQ = dS K,  dK = dS^T Q
 * P is kept from forward to backward; Vaswani et al., arXiv 1706.03762.
 */
#include "operators/gemm.h"
#include "operators/operators.h"

#define ROW_FLOATS 1024 /* of softmax rows a work-item */
#define GROUP 64        /* as in softmax.cl */

static FseRange
rows_range (FseDevice *device, gint rows, gint each)
{
  if (fse_device_family (device) == FSE_FAMILY_CPU)
    return fse_range_single ((rows + each - 1) / each, 1, 1);
  return fse_range_groups ((gsize) rows * GROUP, 1, 1, GROUP, 1, 1);
}

static gboolean
softmax_rows (FseDevice *device, FseBuffer x, FseBuffer y, gint rows, gint n, gint ld, GError **error)
{
  gint each = MAX (1, ROW_FLOATS / n);

  return fse_launch (device, "softmax", "softmax", rows_range (device, rows, each), error, FSE_BUF (x), FSE_BUF (y),
                     FSE_INT (rows), FSE_INT (n), FSE_INT (ld), FSE_INT (each), FSE_END);
}

static gboolean
softmax_rows_backward (FseDevice *device, FseBuffer y, FseBuffer dy, FseBuffer dx, gint rows, gint n, gint ld,
                       gfloat scale, gboolean add, GError **error)
{
  gint each = MAX (1, ROW_FLOATS / n);

  return fse_launch (device, "softmax", "softmax_backward", rows_range (device, rows, each), error, FSE_BUF (y),
                     FSE_BUF (dy), FSE_BUF (dx), FSE_INT (rows), FSE_INT (n), FSE_INT (ld), FSE_FLOAT (scale),
                     FSE_INT (add), FSE_INT (each), FSE_END);
}

/* The sizes of one attention: tq queries, tk keys of d floats, values of e. */
typedef struct
{
  gint   n, tq, tk, d, e;
  gint   ld; /* floats from row to row of P: tk rounded up to an odd number of vectors */
  gfloat scale;
} Attention;

enum
{
  SCRATCH_P,
  SCRATCH_DP
};

static gboolean
attention_forward (FseNode *node, GError **error)
{
  const Attention *s = node->params;
  FseBuffer        p = node->scratch[SCRATCH_P];
  gsize            size_p = (gsize) s->tq * s->ld;

  return fse_gemm (node->device, FALSE, TRUE, s->tq, s->tk, s->d, s->scale, node->in[0]->data, s->d,
                   node->in[1]->data, s->d, 0.0f, p, s->ld, s->n, (gsize) s->tq * s->d, (gsize) s->tk * s->d, size_p,
                   error)
         && softmax_rows (node->device, p, p, s->n * s->tq, s->tk, s->ld, error)
         && fse_gemm (node->device, FALSE, FALSE, s->tq, s->e, s->tk, 1.0f, p, s->ld, node->in[2]->data, s->e, 0.0f,
                      node->out->data, s->e, s->n, size_p, (gsize) s->tk * s->e, (gsize) s->tq * s->e, error);
}

static gboolean
attention_backward (FseNode *node, GError **error)
{
  const Attention *s = node->params;
  FseTensor       *q = node->in[0], *k = node->in[1], *v = node->in[2];
  FseBuffer        p = node->scratch[SCRATCH_P], dp = node->scratch[SCRATCH_DP], d_out = node->out->grad;
  gsize            size_q = (gsize) s->tq * s->d, size_k = (gsize) s->tk * s->d, size_v = (gsize) s->tk * s->e;
  gsize            size_p = (gsize) s->tq * s->ld, size_out = (gsize) s->tq * s->e;

  if (q->needs_grad || k->needs_grad)
    {
      if (!fse_gemm (node->device, FALSE, TRUE, s->tq, s->tk, s->e, 1.0f, d_out, s->e, v->data, s->e, 0.0f, dp,
                     s->ld, s->n, size_out, size_v, size_p, error)
          || !softmax_rows_backward (node->device, p, dp, dp, s->n * s->tq, s->tk, s->ld, s->scale, FALSE, error))
        return FALSE;
    }
  if (q->needs_grad
      && !fse_gemm (node->device, FALSE, FALSE, s->tq, s->d, s->tk, 1.0f, dp, s->ld, k->data, s->d,
                    node->accumulate[0] ? 1.0f : 0.0f, q->grad, s->d, s->n, size_p, size_k, size_q, error))
    return FALSE;
  if (k->needs_grad
      && !fse_gemm (node->device, TRUE, FALSE, s->tk, s->d, s->tq, 1.0f, dp, s->ld, q->data, s->d,
                    node->accumulate[1] ? 1.0f : 0.0f, k->grad, s->d, s->n, size_p, size_q, size_k, error))
    return FALSE;
  if (v->needs_grad
      && !fse_gemm (node->device, TRUE, FALSE, s->tk, s->e, s->tq, 1.0f, p, s->ld, d_out, s->e,
                    node->accumulate[2] ? 1.0f : 0.0f, v->grad, s->e, s->n, size_p, size_out, size_v, error))
    return FALSE;
  return TRUE;
}

static const FseOperator attention_operator = {
  .name = "attention",
  .keeps = FSE_KEEPS_INPUT,
  .forward = attention_forward,
  .backward = attention_backward,
};

FseTensor *
fse_attention (FseTape *tape, FseTensor *q, FseTensor *k, FseTensor *v, gfloat scale)
{
  FseTensor *inputs[] = { q, k, v };
  FseTensor *out = fse_tape_tensor (tape, q->n, q->h, q->w, v->c);
  Attention  s = { .n = q->n, .tq = q->h * q->w, .tk = k->h * k->w, .d = q->c, .e = v->c, .scale = scale };
  FseNode   *node;

  g_assert (k->n == q->n && v->n == q->n && k->c == q->c && v->h == k->h && v->w == k->w);
  s.ld = (s.tk + 15) / 16 * 16 | 16; /* an odd number of vectors: rows below each other do not share a set of the cache */
  node = fse_tape_add (tape, &attention_operator, inputs, 3, out, &s, sizeof s);
  fse_node_scratch (node, SCRATCH_P, (gsize) s.n * s.tq * s.ld,
                    fse_tape_training (tape) ? FSE_SCRATCH_SAVED : FSE_SCRATCH_FORWARD);
  fse_node_scratch (node, SCRATCH_DP, (gsize) s.n * s.tq * s.ld, FSE_SCRATCH_BACKWARD);
  return out;
}

static gboolean
softmax_forward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0];

  return softmax_rows (node->device, x->data, node->out->data, x->n * x->h * x->w, x->c, x->c, error);
}

static gboolean
softmax_backward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0];

  return !x->needs_grad
         || softmax_rows_backward (node->device, node->out->data, node->out->grad, x->grad, x->n * x->h * x->w, x->c,
                                   x->c, 1.0f, node->accumulate[0], error);
}

static const FseOperator softmax_operator = {
  .name = "softmax",
  .keeps = FSE_KEEPS_OUTPUT,
  .forward = softmax_forward,
  .backward = softmax_backward,
};

FseTensor *
fse_softmax (FseTape *tape, FseTensor *x)
{
  FseTensor *out = fse_tape_tensor (tape, x->n, x->h, x->w, x->c);

  fse_tape_add (tape, &softmax_operator, &x, 1, out, NULL, 0);
  return out;
}
