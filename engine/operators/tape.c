/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The schedule of a step is: forward of node 0 .. n-1 at times 0 .. n-1, then
 * backward of node n-1 .. 0 at times n .. 2n-1.  Every tensor, gradient and
 * scratch has a first and a last time in it; plan.c packs them.
 */
#include "operators/tape.h"

#include <string.h>

#include "i18n.h"
#include "operators/plan.h"

/* Kernels may read so many floats past a tensor; kernels-cl/common.cl says why. */
#define AHEAD 64

typedef struct
{
  FseTensor *tensor;
  gfloat    *values;
} Constant;

struct _FseTape
{
  FseDevice *device;
  gboolean   training;
  gboolean   recomputes;
  gboolean   sealed;
  GPtrArray *tensors; /* owned */
  GPtrArray *nodes;   /* owned */
  GArray    *constants;
  FsePlan   *plan;
  GArray    *arenas;  /* FseBuffer a chunk */
};

static void
node_free (gpointer data)
{
  FseNode *node = data;

  g_free (node->params);
  g_ptr_array_unref (node->zero_first);
  g_ptr_array_unref (node->run_again);
  g_free (node);
}

static void
constant_clear (gpointer data)
{
  g_free (((Constant *) data)->values);
}

FseTape *
fse_tape_new (FseDevice *device, gboolean training)
{
  FseTape *tape = g_new0 (FseTape, 1);

  tape->device = device;
  tape->training = training;
  tape->tensors = g_ptr_array_new_with_free_func (g_free);
  tape->nodes = g_ptr_array_new_with_free_func (node_free);
  tape->arenas = g_array_new (FALSE, FALSE, sizeof (FseBuffer));
  tape->constants = g_array_new (FALSE, FALSE, sizeof (Constant));
  g_array_set_clear_func (tape->constants, constant_clear);
  return tape;
}

void
fse_tape_free (FseTape *tape)
{
  if (!tape)
    return;
  for (guint i = 0; i < tape->arenas->len; i++)
    fse_device_free (tape->device, &g_array_index (tape->arenas, FseBuffer, i));
  g_array_unref (tape->arenas);
  g_array_unref (tape->constants);
  g_clear_pointer (&tape->plan, fse_plan_free);
  g_ptr_array_unref (tape->nodes);
  g_ptr_array_unref (tape->tensors);
  g_free (tape);
}

FseDevice *
fse_tape_device (FseTape *tape)
{
  return tape->device;
}

gboolean
fse_tape_training (FseTape *tape)
{
  return tape->training;
}

static FseTensor *
tensor_new (FseTape *tape, FseTensorKind kind, gint n, gint h, gint w, gint c)
{
  FseTensor *tensor = g_new0 (FseTensor, 1);

  g_assert (!tape->sealed && n > 0 && h > 0 && w > 0 && c > 0);
  tensor->n = n;
  tensor->h = h;
  tensor->w = w;
  tensor->c = c;
  tensor->kind = kind;
  tensor->first = tensor->backward_first = tensor->grad_first = G_MAXINT;
  tensor->last = tensor->forward_last = tensor->grad_last = -1;
  g_ptr_array_add (tape->tensors, tensor);
  return tensor;
}

FseTensor *
fse_tape_input (FseTape *tape, gint n, gint h, gint w, gint c)
{
  FseTensor *tensor = tensor_new (tape, FSE_TENSOR_INPUT, n, h, w, c);

  tensor->kept = TRUE;
  return tensor;
}

FseTensor *
fse_tape_borrow (FseTape *tape, const FseTensor *x)
{
  FseTensor *tensor = tensor_new (tape, FSE_TENSOR_INPUT, x->n, x->h, x->w, x->c);

  g_assert (x->data.mem);
  tensor->data = x->data;
  return tensor;
}

FseTensor *
fse_tape_constant (FseTape *tape, gint n, gint h, gint w, gint c, const gfloat *values)
{
  Constant constant;

  constant.tensor = fse_tape_input (tape, n, h, w, c);
  constant.values = g_memdup2 (values, fse_tensor_floats (constant.tensor) * sizeof (gfloat));
  g_array_append_val (tape->constants, constant);
  return constant.tensor;
}

FseTensor *
fse_tape_tensor (FseTape *tape, gint n, gint h, gint w, gint c)
{
  return tensor_new (tape, FSE_TENSOR_PRODUCED, n, h, w, c);
}

static FseTensor *
view_of (FseTape *tape, FseTensor *x, gsize at, gint n, gint h, gint w, gint c)
{
  FseTensor *view = tensor_new (tape, x->kind, n, h, w, c);

  view->root = x->root ? x->root : x;
  view->root_at = x->root_at + at;
  view->needs_grad = x->needs_grad;
  return view;
}

FseTensor *
fse_tape_view (FseTape *tape, FseTensor *x, gint n, gint h, gint w, gint c)
{
  FseTensor *view = view_of (tape, x, 0, n, h, w, c);

  g_assert (fse_tensor_floats (view) == fse_tensor_floats (x));
  return view;
}

FseTensor *
fse_tape_rows (FseTape *tape, FseTensor *x, gint first, gint count)
{
  gsize      row = (gsize) x->h * x->w * x->c;
  FseTensor *view = view_of (tape, x, first * row, count, x->h, x->w, x->c);

  /* whole vectors are read and written at a buffer's end: rows must not share one */
  g_assert (first >= 0 && count > 0 && first + count <= x->n && row % 64 == 0);
  view->root->shared_grad = TRUE;
  return view;
}

FseTensor *
fse_tape_detach (FseTape *tape, FseTensor *x)
{
  FseTensor *view = view_of (tape, x, 0, x->n, x->h, x->w, x->c);

  view->needs_grad = FALSE;
  view->detached = TRUE;
  return view;
}

void
fse_tape_keep (FseTape *tape, FseTensor *x)
{
  (x->root ? x->root : x)->kept = TRUE;
}

FseNode *
fse_tape_add (FseTape *tape, const FseOperator *op, FseTensor **inputs, gint n_in,
              FseTensor *out, gconstpointer params, gsize params_size)
{
  FseNode *node = g_new0 (FseNode, 1);

  g_assert (!tape->sealed && n_in <= FSE_NODE_INPUTS);
  node->op = op;
  node->tape = tape;
  node->device = tape->device;
  node->n_in = n_in;
  node->out = out;
  for (gint i = 0; i < n_in; i++)
    {
      node->in[i] = inputs[i];
      if (tape->training && inputs[i] && inputs[i]->needs_grad)
        node->runs_backward = TRUE;
    }
  out->needs_grad = node->runs_backward && !op->is_loss;
  node->params = params_size ? g_memdup2 (params, params_size) : NULL;
  node->zero_first = g_ptr_array_new ();
  node->run_again = g_ptr_array_new ();
  node->again = -1;
  g_ptr_array_add (tape->nodes, node);
  return node;
}

void
fse_node_scratch (FseNode *node, gint slot, gsize floats, FseScratchLife life)
{
  g_assert (slot >= 0 && slot < FSE_NODE_SCRATCH);
  node->scratch_floats[slot] = floats;
  node->scratch_life[slot] = life;
}

/* Life times */

static FseTensor *
root_of (FseTensor *tensor)
{
  return tensor->root ? tensor->root : tensor;
}

static void
touch (FseTape *tape, FseTensor *tensor, gint time)
{
  FseTensor *root = root_of (tensor);

  root->first = MIN (root->first, time);
  root->last = MAX (root->last, time);
  if (time < (gint) tape->nodes->len)
    root->forward_last = MAX (root->forward_last, time);
  else
    root->backward_first = MIN (root->backward_first, time);
}

static void
touch_grad (FseTensor *tensor, gint time)
{
  FseTensor *root = root_of (tensor);

  root->grad_first = MIN (root->grad_first, time);
  root->grad_last = MAX (root->grad_last, time);
}

static void
find_lives (FseTape *tape)
{
  gint n = tape->nodes->len;

  for (gint t = 0; t < n; t++)
    {
      FseNode *node = tape->nodes->pdata[t];
      gint     back = 2 * n - 1 - t;

      touch (tape, node->out, t);
      for (gint i = 0; i < node->n_in; i++)
        if (node->in[i])
          touch (tape, node->in[i], t);
      if (!node->runs_backward)
        continue;
      if (node->op->keeps & FSE_KEEPS_OUTPUT)
        touch (tape, node->out, back);
      if (!node->op->is_loss)
        touch_grad (node->out, back);
      for (gint i = 0; i < node->n_in; i++)
        if (node->in[i])
          {
            if (node->op->keeps & FSE_KEEPS_INPUT && !(node->op->forgets & 1u << i))
              touch (tape, node->in[i], back);
            if (node->in[i]->needs_grad)
              touch_grad (node->in[i], back);
          }
    }
}

/* Which outputs are let go of between forward and backward, and before whose backward they are computed again.
 * From the last node to the first, as one that is computed again needs its inputs sooner. */
static void
find_recomputation (FseTape *tape)
{
  gint n = tape->nodes->len;

  for (gint t = n - 1; t >= 0 && tape->recomputes; t--)
    {
      FseNode *node = tape->nodes->pdata[t];
      gint     when = node->out->backward_first;

      if (!node->op->quick || !node->runs_backward || node->out->kept || when == G_MAXINT)
        continue;
      node->again = when;
      g_ptr_array_add (((FseNode *) tape->nodes->pdata[2 * n - 1 - when])->run_again, node);
      for (gint i = 0; i < node->n_in; i++)
        if (node->in[i])
          touch (tape, node->in[i], when);
      node->out->recomputed = TRUE;
    }
}

/* Once a node's backward has run, nobody reads its output's gradient: where an input's is the same
 * and not yet begun, it takes over the memory. */
static void
take_over (FseNode *node)
{
  FseTensor *owner = node->out->grad_owner ? node->out->grad_owner : node->out;

  for (gint i = 0; i < node->n_in; i++)
    {
      FseTensor *in = node->in[i];
      gint       uses = 0;

      for (gint k = 0; k < node->n_in; k++)
        uses += node->in[k] && root_of (node->in[k]) == in;
      if (!(node->op->passes_on & 1u << i) || !in || !in->needs_grad || in->kind != FSE_TENSOR_PRODUCED || in->root
          || in->shared_grad || node->out->shared_grad || node->accumulate[i] || uses != 1)
        continue;
      in->grad_owner = owner;
      owner->grad_first = MIN (owner->grad_first, in->grad_first);
      owner->grad_last = MAX (owner->grad_last, in->grad_last);
      return;
    }
}

gboolean
fse_node_passes_on (FseNode *node, gint i)
{
  return node->in[i]->grad_owner && !node->accumulate[i] && node->in[i]->grad.mem == node->out->grad.mem
         && node->in[i]->grad.at == node->out->grad.at;
}

/* Who writes a gradient first, and who adds to it, in the order of backward.
 * A gradient that several views write in parts, or that nobody writes before
 * it is read, is cleared first. */
static void
find_accumulation (FseTape *tape)
{
  g_autoptr (GHashTable) written = g_hash_table_new (NULL, NULL);

  for (gint t = (gint) tape->nodes->len - 1; t >= 0; t--)
    {
      FseNode *node = tape->nodes->pdata[t];

      if (!node->runs_backward)
        continue;
      if (!node->op->is_loss && g_hash_table_add (written, root_of (node->out)))
        g_ptr_array_add (node->zero_first, root_of (node->out));
      for (gint i = 0; i < node->n_in; i++)
        {
          FseTensor *in = node->in[i];

          if (!in || !in->needs_grad)
            continue;
          if (in->kind == FSE_TENSOR_WEIGHT)
            {
              node->accumulate[i] = TRUE;
              continue;
            }
          node->accumulate[i] = root_of (in)->shared_grad || g_hash_table_contains (written, root_of (in));
          if (g_hash_table_add (written, root_of (in)) && root_of (in)->shared_grad)
            g_ptr_array_add (node->zero_first, root_of (in));
        }
      take_over (node);
    }
}

static void
plan_tape (FseTape *tape)
{
  gint last = 2 * (gint) tape->nodes->len;

  if (tape->plan)
    return;
  find_lives (tape);
  find_recomputation (tape);
  find_accumulation (tape);

  tape->plan = fse_plan_new (fse_device_info (tape->device)->max_alloc / sizeof (gfloat));
  for (guint i = 0; i < tape->tensors->len; i++)
    {
      FseTensor *tensor = tape->tensors->pdata[i];
      gsize      floats = fse_tensor_floats (tensor) + AHEAD;

      if (tensor->root || tensor->kind == FSE_TENSOR_WEIGHT || tensor->data.mem)
        continue;
      if (tensor->kept)
        {
          tensor->first = tensor->kind == FSE_TENSOR_INPUT ? 0 : MIN (tensor->first, last);
          tensor->last = last;
        }
      if (tensor->recomputed)
        fse_plan_add_twice (tape->plan, floats, tensor->first, tensor->forward_last, tensor->backward_first, tensor->last,
                            &tensor->data);
      else if (tensor->last >= 0)
        fse_plan_add (tape->plan, floats, tensor->first, tensor->last, &tensor->data);
      if (tensor->grad_last >= 0 && !tensor->grad_owner)
        fse_plan_add (tape->plan, floats, tensor->grad_first,
                      tensor->kind == FSE_TENSOR_INPUT ? last : tensor->grad_last, &tensor->grad);
    }
  for (gint t = 0; t < (gint) tape->nodes->len; t++)
    {
      FseNode *node = tape->nodes->pdata[t];
      gint     back = last - 1 - t;

      for (gint s = 0; s < FSE_NODE_SCRATCH; s++)
        {
          FseScratchLife life = node->scratch_life[s];
          gint           from = life == FSE_SCRATCH_BACKWARD ? back : t;
          gint           to = life == FSE_SCRATCH_FORWARD || !node->runs_backward ? t : back;
          gboolean       brief = life == FSE_SCRATCH_FORWARD || life == FSE_SCRATCH_BOTH;

          if (!node->scratch_floats[s] || (life == FSE_SCRATCH_BACKWARD && !node->runs_backward))
            continue;
          /* what lives briefly in forward and again in backward has one place for both */
          if (brief && node->again >= 0)
            fse_plan_add_twice (tape->plan, node->scratch_floats[s], t, t, node->again, MAX (to, node->again),
                                &node->scratch[s]);
          else if (life == FSE_SCRATCH_BOTH && node->runs_backward)
            fse_plan_add_twice (tape->plan, node->scratch_floats[s], t, t, back, back, &node->scratch[s]);
          else
            fse_plan_add (tape->plan, node->scratch_floats[s], from, to, &node->scratch[s]);
        }
    }
  fse_plan_pack (tape->plan);
}

void
fse_tape_recompute (FseTape *tape)
{
  g_assert (!tape->plan);
  tape->recomputes = TRUE;
}

guint64
fse_tape_memory (FseTape *tape)
{
  plan_tape (tape);
  return fse_plan_floats (tape->plan) * sizeof (gfloat);
}

gdouble
fse_tape_flops (FseTape *tape)
{
  gdouble sum = 0;

  for (guint i = 0; i < tape->nodes->len; i++)
    {
      const FseNode *node = tape->nodes->pdata[i];

      if (node->op->multiply_adds)
        sum += node->op->multiply_adds (node, FALSE) + (node->runs_backward ? node->op->multiply_adds (node, TRUE) : 0);
    }
  return 2 * sum;
}

gboolean
fse_tape_seal (FseTape *tape, GError **error)
{
  guint64 need = fse_tape_memory (tape);

  g_return_val_if_fail (!tape->sealed, FALSE);

  for (guint chunk = 0; chunk < fse_plan_n_chunks (tape->plan); chunk++)
    {
      FseBuffer buffer;

      if (!fse_device_alloc (tape->device, fse_plan_chunk_floats (tape->plan, chunk), &buffer, error))
        {
          g_autofree gchar *all = g_strdup_printf (_("This needs %.0f MB on the device."), need / 1e6);

          g_prefix_error (error, "%s ", all);
          return FALSE;
        }
      g_array_append_val (tape->arenas, buffer);
    }
  fse_plan_place (tape->plan, (FseBuffer *) tape->arenas->data);

  for (guint i = 0; i < tape->tensors->len; i++)
    {
      FseTensor *tensor = tape->tensors->pdata[i];

      if (tensor->grad_owner)
        tensor->grad = tensor->grad_owner->grad;
    }
  for (guint i = 0; i < tape->tensors->len; i++)
    {
      FseTensor *tensor = tape->tensors->pdata[i];

      if (!tensor->root)
        continue;
      tensor->data = tensor->root->data;
      tensor->data.at += tensor->root_at;
      if (!tensor->detached && tensor->root->grad.mem)
        {
          tensor->grad = tensor->root->grad;
          tensor->grad.at += tensor->root_at;
        }
    }
  for (guint i = 0; i < tape->constants->len; i++)
    {
      Constant *constant = &g_array_index (tape->constants, Constant, i);

      if (!fse_device_write (tape->device, constant->tensor->data, constant->values,
                             fse_tensor_floats (constant->tensor), error))
        return FALSE;
    }
  tape->sealed = TRUE;
  return TRUE;
}

gboolean
fse_tape_forward (FseTape *tape, GError **error)
{
  g_assert (tape->sealed);
  for (guint t = 0; t < tape->nodes->len; t++)
    {
      FseNode *node = tape->nodes->pdata[t];

      if (!node->op->forward (node, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
fse_tape_backward (FseTape *tape, GError **error)
{
  g_assert (tape->sealed && tape->training);
  for (guint t = tape->nodes->len; t > 0; t--)
    {
      FseNode *node = tape->nodes->pdata[t - 1];

      if (!node->runs_backward)
        continue;
      for (guint i = node->run_again->len; i > 0; i--)
        {
          FseNode *again = node->run_again->pdata[i - 1];

          if (!again->op->forward (again, error))
            return FALSE;
        }
      for (guint i = 0; i < node->zero_first->len; i++)
        {
          FseTensor *tensor = node->zero_first->pdata[i];

          if (!fse_device_zero (tape->device, tensor->grad, fse_tensor_floats (tensor), error))
            return FALSE;
        }
      if (!node->op->backward (node, error))
        return FALSE;
    }
  return TRUE;
}
