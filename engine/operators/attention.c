/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attention and softmax.  For each picture, with rows = positions,
 *   S = scale Q K^T,  P = softmax over each row of S,  O = P V
 * and backward, given dO:
 *   dV = P^T dO,  dP = dO V^T,  dS = scale P (dP - sum over the row of P dP),
 *   dQ = dS K,  dK = dS^T Q
 * (Vaswani et al., arXiv 1706.03762).  The cpu family does all of it in one kernel each way, a
 * tile of S at a time, and keeps a number for each row of S from forward to backward; the gpu
 * family is made of matrix products, and keeps P.
 */
#include "operators/gemm.h"
#include "operators/operators.h"

#define ROW_FLOATS 1024 /* of softmax rows a work-item */
#define QUERIES 128     /* of a work-item, and */
#define KEYS 64         /* keys at a time, as in attention.cl */
#define MOST_QUERIES 256
#define LEAST_QUERIES 32
#define CHUNKS 8        /* of queries, over all pictures, that backward wants, so that no core idles */
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
  gint   chunk; /* queries of a work-item of the fused backward */
  gfloat scale;
} Attention;

enum
{
  SCRATCH_P,
  SCRATCH_DP
};

enum
{
  SCRATCH_LEVEL,
  SCRATCH_SCORES,
  SCRATCH_DK,
  SCRATCH_DV
};

static gint
ceil_div (gint a, gint b)
{
  return (a + b - 1) / b;
}

static gboolean
fused_forward (FseNode *node, GError **error)
{
  const Attention *s = node->params;

  return fse_launch (node->device, "attention", "attention_forward",
                     fse_range_single (ceil_div (s->tq, QUERIES), s->n, 1), error, FSE_BUF (node->in[0]->data),
                     FSE_BUF (node->in[1]->data), FSE_BUF (node->in[2]->data), FSE_BUF (node->out->data),
                     FSE_BUF (node->scratch[SCRATCH_LEVEL]), FSE_BUF (node->scratch[SCRATCH_SCORES]), FSE_INT (s->tq),
                     FSE_INT (s->tk), FSE_INT (s->d), FSE_INT (s->e), FSE_FLOAT (s->scale), FSE_END);
}

/* What becomes of a gradient; the numbers are attention.cl's. */
static gint
grad_mode (FseNode *node, gint i)
{
  if (!node->in[i]->needs_grad)
    return 0;
  return node->accumulate[i] ? 2 : 1;
}

/* The sum of the chunks' parts, where there is more than one chunk; else the kernel wrote the gradient itself. */
static gboolean
add_chunks (FseNode *node, gint i, FseBuffer parts, gint chunks, GError **error)
{
  gsize n = fse_tensor_floats (node->in[i]);

  return !node->in[i]->needs_grad || chunks == 1
         || fse_launch (node->device, "attention", "attention_sum", fse_range_each (node->device, n), error,
                        FSE_BUF (parts), FSE_BUF (node->in[i]->grad), FSE_INT (chunks), FSE_UINT (n),
                        FSE_INT (node->accumulate[i]), FSE_END);
}

static gboolean
fused_backward (FseNode *node, GError **error)
{
  const Attention *s = node->params;
  FseTensor       *q = node->in[0], *k = node->in[1], *v = node->in[2];
  FseBuffer        dk = node->scratch[SCRATCH_DK], dv = node->scratch[SCRATCH_DV];
  gint             chunks = ceil_div (s->tq, s->chunk), mode_k = grad_mode (node, 1), mode_v = grad_mode (node, 2);

  if (chunks == 1)
    {
      dk = k->grad;
      dv = v->grad;
    }
  else
    {
      mode_k = MIN (mode_k, 1);
      mode_v = MIN (mode_v, 1);
    }
  /* the gradients that nobody wants are not touched, but have to be some memory */
  return fse_launch (node->device, "attention", "attention_backward", fse_range_single (chunks, s->n, 1), error,
                     FSE_BUF (q->data), FSE_BUF (k->data), FSE_BUF (v->data), FSE_BUF (node->out->data),
                     FSE_BUF (node->out->grad), FSE_BUF (node->scratch[SCRATCH_LEVEL]),
                     FSE_BUF (q->needs_grad ? q->grad : q->data), FSE_BUF (k->needs_grad ? dk : k->data),
                     FSE_BUF (v->needs_grad ? dv : v->data), FSE_BUF (node->scratch[SCRATCH_SCORES]), FSE_INT (s->tq),
                     FSE_INT (s->tk), FSE_INT (s->d), FSE_INT (s->e), FSE_FLOAT (s->scale), FSE_INT (s->chunk),
                     FSE_INT (grad_mode (node, 0)), FSE_INT (mode_k), FSE_INT (mode_v), FSE_END)
         && add_chunks (node, 1, dk, chunks, error) && add_chunks (node, 2, dv, chunks, error);
}

/* Scores and what they weigh; backward the gradients of q, k and v, and of the weights that lead there. */
static gdouble
multiply_adds (const FseNode *node, gboolean backward)
{
  const Attention *s = node->params;

  return (backward ? 2.0 : 1.0) * s->n * s->tq * s->tk * (s->d + s->e);
}

static const FseOperator fused_operator = {
  .name = "attention",
  .keeps = FSE_KEEPS_INPUT | FSE_KEEPS_OUTPUT,
  .forward = fused_forward,
  .backward = fused_backward,
  .multiply_adds = multiply_adds,
};

static void
fused_plan (FseNode *node, FseTensor *k, FseTensor *v)
{
  Attention *s = node->params;
  gsize      chunks, blocks;

  s->chunk = MOST_QUERIES;
  while (s->chunk > LEAST_QUERIES && s->n * ceil_div (s->tq, s->chunk) < CHUNKS)
    s->chunk /= 2;
  chunks = ceil_div (s->tq, s->chunk);
  blocks = MAX (ceil_div (s->tq, QUERIES), 2 * (gint) chunks);
  fse_node_scratch (node, SCRATCH_LEVEL, (gsize) s->n * s->tq,
                    fse_tape_training (node->tape) ? FSE_SCRATCH_SAVED : FSE_SCRATCH_FORWARD);
  fse_node_scratch (node, SCRATCH_SCORES, s->n * blocks * QUERIES * KEYS, FSE_SCRATCH_BOTH);
  if (chunks > 1)
    {
      fse_node_scratch (node, SCRATCH_DK, chunks * fse_tensor_floats (k), FSE_SCRATCH_BACKWARD);
      fse_node_scratch (node, SCRATCH_DV, chunks * fse_tensor_floats (v), FSE_SCRATCH_BACKWARD);
    }
}

static gboolean
products_forward (FseNode *node, GError **error)
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
products_backward (FseNode *node, GError **error)
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

static const FseOperator products_operator = {
  .name = "attention",
  .keeps = FSE_KEEPS_INPUT,
  .forward = products_forward,
  .backward = products_backward,
  .multiply_adds = multiply_adds,
};

FseTensor *
fse_attention (FseTape *tape, FseTensor *q, FseTensor *k, FseTensor *v, gfloat scale)
{
  FseTensor *inputs[] = { q, k, v };
  FseTensor *out = fse_tape_tensor (tape, q->n, q->h, q->w, v->c);
  Attention  s = { .n = q->n, .tq = q->h * q->w, .tk = k->h * k->w, .d = q->c, .e = v->c, .scale = scale };
  FseNode   *node;

  g_assert (k->n == q->n && v->n == q->n && k->c == q->c && v->h == k->h && v->w == k->w);
  if (fse_device_family (fse_tape_device (tape)) == FSE_FAMILY_CPU)
    {
      /* a work-item writes all three gradients as it goes */
      g_assert (q != k && k != v && v != q);
      fused_plan (fse_tape_add (tape, &fused_operator, inputs, 3, out, &s, sizeof s), k, v);
      return out;
    }
  s.ld = (s.tk + 15) / 16 * 16 | 16; /* an odd number of vectors: rows below each other do not share a set of the cache */
  node = fse_tape_add (tape, &products_operator, inputs, 3, out, &s, sizeof s);
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
