/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tape: random graphs of simple operators, with views, rows, detached
 * tensors, weights and scratch of every kind, against a reverse pass over
 * plain arrays that never share anything.  The operators compute on the host;
 * what is tested is what the tape promises them.
 */
#include <math.h>
#include <string.h>

#include "operators/tape.h"
#include "operators/weights.h"
#include "with-device.h"

static FseDevice *device;

/* Operators on the host.  Each soils its scratch: what is to be kept from
 * forward to backward is a pattern that backward looks for. */

typedef enum
{
  SCALE, /* factor x */
  ADD,
  MUL,
  SQUASH, /* tanh, backward from the output */
  LOSS    /* factor / 2 sum x^2 */
} Kind;

typedef struct
{
  Kind   kind;
  gfloat factor;
  gfloat pattern;
} Params;

static const gsize scratch_sizes[] = { 100, 64, 130, 64 };

static gfloat *
fetch (FseBuffer buffer, gsize n)
{
  gfloat *values = g_new (gfloat, n);

  g_assert_nonnull (buffer.mem);
  g_assert_true (fse_device_read (device, buffer, values, n, NULL));
  return values;
}

static void
fill (FseBuffer buffer, gsize n, gfloat value)
{
  g_autofree gfloat *values = g_new (gfloat, n);

  for (gsize i = 0; i < n; i++)
    values[i] = value;
  g_assert_nonnull (buffer.mem);
  g_assert_true (fse_device_write (device, buffer, values, n, NULL));
}

static gboolean
host_forward (FseNode *node, GError **error)
{
  const Params      *p = node->params;
  gsize              n = fse_tensor_floats (node->in[0]);
  g_autofree gfloat *a = fetch (node->in[0]->data, n), *b = NULL, *y = g_new (gfloat, n);
  gfloat             sum = 0.0f;

  if (node->n_in > 1)
    b = fetch (node->in[1]->data, n);
  for (gsize i = 0; i < n; i++)
    switch (p->kind)
      {
      case SCALE:
        y[i] = p->factor * a[i];
        break;
      case ADD:
        y[i] = a[i] + b[i];
        break;
      case MUL:
        y[i] = a[i] * b[i];
        break;
      case SQUASH:
        y[i] = tanhf (a[i]);
        break;
      case LOSS:
        sum += 0.5f * p->factor * a[i] * a[i];
        break;
      }
  fill (node->scratch[0], scratch_sizes[0], NAN);
  if (node->runs_backward)
    fill (node->scratch[3], scratch_sizes[3], p->pattern);
  fill (node->scratch[2], scratch_sizes[2], NAN);
  return p->kind == LOSS ? fse_device_write (device, node->out->data, &sum, 1, error)
                         : fse_device_write (device, node->out->data, y, n, error);
}

/* Gradients that backward did not have to write. */
static guint passed_on;

static gboolean
host_backward (FseNode *node, GError **error)
{
  const Params      *p = node->params;
  gsize              n = fse_tensor_floats (node->in[0]);
  g_autofree gfloat *dy = p->kind == LOSS ? NULL : fetch (node->out->grad, n);
  g_autofree gfloat *y = node->op->keeps & FSE_KEEPS_OUTPUT ? fetch (node->out->data, n) : NULL;
  g_autofree gfloat *saved = fetch (node->scratch[3], scratch_sizes[3]);

  for (gsize i = 0; i < scratch_sizes[3]; i++)
    g_assert_cmpfloat (saved[i], ==, p->pattern);
  fill (node->scratch[1], scratch_sizes[1], NAN);
  fill (node->scratch[2], scratch_sizes[2], NAN);

  for (gint k = 0; k < node->n_in; k++)
    {
      FseTensor         *in = node->in[k];
      g_autofree gfloat *x = NULL, *other = NULL, *dx = NULL;

      if (!in->needs_grad || fse_node_passes_on (node, k))
        {
          passed_on += in->needs_grad;
          continue;
        }
      if (node->op->keeps & FSE_KEEPS_INPUT)
        {
          x = fetch (in->data, n);
          other = fetch (node->in[p->kind == MUL ? 1 - k : 0]->data, n);
        }
      /* what is not to be added to may hold anything */
      dx = node->accumulate[k] ? fetch (in->grad, n) : g_new0 (gfloat, n);
      for (gsize i = 0; i < n; i++)
        switch (p->kind)
          {
          case SCALE:
            dx[i] += p->factor * dy[i];
            break;
          case ADD:
            dx[i] += dy[i];
            break;
          case MUL:
            dx[i] += other[i] * dy[i];
            break;
          case SQUASH:
            dx[i] += (1.0f - y[i] * y[i]) * dy[i];
            break;
          case LOSS:
            dx[i] += p->factor * x[i];
            break;
          }
      if (!fse_device_write (device, in->grad, dx, n, error))
        return FALSE;
    }
  return TRUE;
}

static const FseOperator operators[] = {
  { "scale", 0, FALSE, host_forward, host_backward },
  { "add", 0, FALSE, host_forward, host_backward, .passes_on = 3 },
  { "mul", FSE_KEEPS_INPUT, FALSE, host_forward, host_backward, .quick = TRUE },
  { "squash", FSE_KEEPS_OUTPUT, FALSE, host_forward, host_backward },
  { "loss", FSE_KEEPS_INPUT, TRUE, host_forward, host_backward },
};

/* The graph beside the tape, over plain arrays. */

#define C 64 /* rows must be whole vectors */

typedef struct
{
  FseTensor *tensor;
  gint       root; /* index of the value that owns the memory */
  gsize      at, n;
  gboolean   needs_grad;
  gboolean   is_weight, is_input, is_kept;
  gdouble   *data, *grad; /* of roots */
} Value;

typedef struct
{
  Params params;
  gint   a, b, out;
} Call;

typedef struct
{
  FseTape    *tape;
  FseWeights *weights;
  GArray     *values, *calls;
} Graph;

static Value *
value (Graph *g, gint i)
{
  return &g_array_index (g->values, Value, i);
}

static gint
add_value (Graph *g, FseTensor *tensor, gint root, gsize at, gboolean needs_grad)
{
  Value v = { tensor, root < 0 ? (gint) g->values->len : root, at, fse_tensor_floats (tensor), needs_grad };

  if (root < 0)
    {
      v.data = g_new0 (gdouble, v.n);
      v.grad = g_new0 (gdouble, v.n);
    }
  g_array_append_val (g->values, v);
  return g->values->len - 1;
}

static gint
call (Graph *g, Kind kind, gint a, gint b)
{
  Params     params = { kind, g_test_rand_double_range (-1.0, 1.0), g_test_rand_double_range (1.0, 2.0) };
  FseTensor *x = value (g, a)->tensor;
  FseTensor *in[2] = { x, b >= 0 ? value (g, b)->tensor : NULL };
  FseTensor *out = kind == LOSS ? fse_tape_tensor (g->tape, 1, 1, 1, 1) : fse_tape_tensor (g->tape, x->n, x->h, x->w, x->c);
  FseNode   *node = fse_tape_add (g->tape, &operators[kind], in, b >= 0 ? 2 : 1, out, &params, sizeof params);
  gboolean   needs = kind != LOSS && (value (g, a)->needs_grad || (b >= 0 && value (g, b)->needs_grad));
  Call       noted = { params, a, b, 0 };

  fse_node_scratch (node, 0, scratch_sizes[0], FSE_SCRATCH_FORWARD);
  fse_node_scratch (node, 1, scratch_sizes[1], FSE_SCRATCH_BACKWARD);
  fse_node_scratch (node, 2, scratch_sizes[2], FSE_SCRATCH_BOTH);
  fse_node_scratch (node, 3, scratch_sizes[3], FSE_SCRATCH_SAVED);
  if (fse_tape_training (g->tape))
    g_assert_cmpint (out->needs_grad, ==, needs);
  else
    g_assert_false (out->needs_grad);
  noted.out = add_value (g, out, -1, 0, needs);
  g_array_append_val (g->calls, noted);
  return noted.out;
}

static gint
any_value (Graph *g)
{
  gint i;

  do
    i = g_test_rand_int_range (0, g->values->len);
  while (value (g, i)->n % C != 0);
  return i;
}

/* Another value of as many floats, under the same shape; or i itself. */
static gint
any_like (Graph *g, gint i)
{
  for (gint tries = 0; tries < 10; tries++)
    {
      gint j = any_value (g);

      if (value (g, j)->n == value (g, i)->n)
        return j;
    }
  return i;
}

static void
grow (Graph *g, gint step)
{
  gint       a = any_value (g);
  Value      v = *value (g, a);
  FseTensor *x = v.tensor;
  gint       made;

  switch (g_test_rand_int_range (0, 10))
    {
    case 0: /* a view under another shape */
      add_value (g, fse_tape_view (g->tape, x, 1, x->n, 1, x->h * x->w * x->c), v.root, v.at, v.needs_grad);
      break;
    case 1:
      if (x->h * x->w * x->c % 64 == 0)
        {
          gint first = g_test_rand_int_range (0, x->n), count = g_test_rand_int_range (1, x->n - first + 1);

          add_value (g, fse_tape_rows (g->tape, x, first, count), v.root, v.at + (gsize) first * x->h * x->w * x->c, v.needs_grad);
        }
      break;
    case 2:
      add_value (g, fse_tape_detach (g->tape, x), v.root, v.at, FALSE);
      break;
    case 3:
      call (g, LOSS, a, -1);
      break;
    case 4:
      call (g, SCALE, a, -1);
      break;
    case 5:
      call (g, SQUASH, a, -1);
      break;
    case 6:
    case 7:
      call (g, MUL, a, any_like (g, a));
      break;
    default:
      made = call (g, ADD, a, any_like (g, a));
      if (step % 3 == 0)
        {
          fse_tape_keep (g->tape, value (g, made)->tensor);
          value (g, made)->is_kept = TRUE;
        }
    }
}

static gdouble *
data_of (Graph *g, gint i)
{
  return value (g, value (g, i)->root)->data + value (g, i)->at;
}

static gdouble *
grad_of (Graph *g, gint i)
{
  return value (g, value (g, i)->root)->grad + value (g, i)->at;
}

static void
reference_forward (Graph *g)
{
  for (guint c = 0; c < g->calls->len; c++)
    {
      Call    *k = &g_array_index (g->calls, Call, c);
      gsize    n = value (g, k->a)->n;
      gdouble *a = data_of (g, k->a), *b = k->b >= 0 ? data_of (g, k->b) : NULL, *y = data_of (g, k->out);

      if (k->params.kind == LOSS)
        y[0] = 0.0;
      for (gsize i = 0; i < n; i++)
        switch (k->params.kind)
          {
          case SCALE:
            y[i] = k->params.factor * a[i];
            break;
          case ADD:
            y[i] = a[i] + b[i];
            break;
          case MUL:
            y[i] = a[i] * b[i];
            break;
          case SQUASH:
            y[i] = tanh (a[i]);
            break;
          case LOSS:
            y[0] += 0.5 * k->params.factor * a[i] * a[i];
            break;
          }
    }
}

static void
reference_backward (Graph *g)
{
  for (gint c = (gint) g->calls->len - 1; c >= 0; c--)
    {
      Call    *k = &g_array_index (g->calls, Call, c);
      gsize    n = value (g, k->a)->n;
      gdouble *a = data_of (g, k->a), *b = k->b >= 0 ? data_of (g, k->b) : NULL, *y = data_of (g, k->out);
      gdouble *dy = grad_of (g, k->out);
      gdouble *da = value (g, k->a)->needs_grad ? grad_of (g, k->a) : NULL;
      gdouble *db = k->b >= 0 && value (g, k->b)->needs_grad ? grad_of (g, k->b) : NULL;

      for (gsize i = 0; i < n; i++)
        switch (k->params.kind)
          {
          case SCALE:
            if (da)
              da[i] += k->params.factor * dy[i];
            break;
          case ADD:
            if (da)
              da[i] += dy[i];
            if (db)
              db[i] += dy[i];
            break;
          case MUL:
            if (da)
              da[i] += b[i] * dy[i];
            if (db)
              db[i] += a[i] * dy[i];
            break;
          case SQUASH:
            if (da)
              da[i] += (1.0 - y[i] * y[i]) * dy[i];
            break;
          case LOSS:
            if (da)
              da[i] += k->params.factor * a[i];
            break;
          }
    }
}

static void
compare (FseBuffer buffer, const gdouble *expected, gsize n, const gchar *what, gint i)
{
  g_autofree gfloat *got = fetch (buffer, n);
  gdouble            scale = 1.0;

  for (gsize e = 0; e < n; e++)
    scale = MAX (scale, fabs (expected[e]));
  for (gsize e = 0; e < n; e++)
    if (!(fabs (got[e] - expected[e]) <= 1e-4 * scale))
      g_error ("%s of value %d: element %zu is %g, should be %g", what, i, e, got[e], expected[e]);
}

static void
value_clear (gpointer data)
{
  g_free (((Value *) data)->data);
  g_free (((Value *) data)->grad);
}

typedef enum
{
  INFERENCE,
  TRAINING,
  RECOMPUTING
} Mode;

static void
test_random_graphs (gconstpointer data)
{
  Mode     mode = GPOINTER_TO_INT (data);
  gboolean training = mode != INFERENCE;

  for (gint round = 0; round < 60; round++)
    {
      g_autoptr (FseTape)    tape = fse_tape_new (device, training);
      g_autoptr (FseWeights) weights = fse_weights_new (device, round);
      g_autoptr (GError)     error = NULL;
      Graph                  g = { tape, weights, g_array_new (FALSE, FALSE, sizeof (Value)), g_array_new (FALSE, FALSE, sizeof (Call)) };
      gint                   steps = g_test_rand_int_range (2, 40);

      g_array_set_clear_func (g.values, value_clear);
      for (gint i = 0; i < 4; i++)
        {
          gint       n = 1 + i % 2 * 3;
          FseTensor *input = fse_tape_input (tape, n, 1, 1, C);
          gint       v;

          input->needs_grad = i < 3;
          v = add_value (&g, input, -1, 0, i < 3);
          value (&g, v)->is_input = TRUE;
        }
      for (gint i = 0; i < 2; i++)
        {
          g_autofree gchar *name = g_strdup_printf ("weight %d", i);
          FseTensor        *weight = fse_weights_get (weights, name, 1, 1, 1 + i * 3, C, FSE_INIT_NORMAL, 1.0f);
          gint              v = add_value (&g, weight, -1, 0, TRUE);

          value (&g, v)->is_weight = TRUE;
        }
      for (gint i = 0; i < steps; i++)
        grow (&g, i);
      call (&g, LOSS, any_value (&g), -1);
      if (mode == RECOMPUTING)
        fse_tape_recompute (tape);
      g_assert_true (fse_weights_allocate (weights, training, &error));
      g_assert_true (fse_tape_seal (tape, &error));

      for (guint i = 0; i < g.values->len; i++)
        {
          Value             *v = value (&g, i);
          g_autofree gfloat *start = NULL;

          if (v->is_weight)
            start = fetch (v->tensor->data, v->n);
          else if (v->is_input)
            {
              start = g_new (gfloat, v->n);
              for (gsize e = 0; e < v->n; e++)
                start[e] = g_test_rand_double_range (-1.0, 1.0);
              g_assert_true (fse_device_write (device, v->tensor->data, start, v->n, &error));
            }
          for (gsize e = 0; start && e < v->n; e++)
            v->data[e] = start[e];
        }

      reference_forward (&g);
      if (training)
        reference_backward (&g);
      for (gint again = 0; again < 2; again++)
        {
          if (training)
            g_assert_true (fse_weights_zero_grad (weights, &error));
          g_assert_true (fse_tape_forward (tape, &error));
          if (training)
            g_assert_true (fse_tape_backward (tape, &error));
        }

      for (guint i = 0; i < g.values->len; i++)
        {
          Value *v = value (&g, i);

          if (v->is_kept || v->is_input || v->is_weight)
            compare (v->tensor->data, v->data, v->n, "data", i);
          if (training && v->needs_grad && (v->is_weight || (v->is_input && v->tensor->grad.mem)))
            compare (v->tensor->grad, v->grad, v->n, "gradient", i);
        }
      g_array_unref (g.values);
      g_array_unref (g.calls);
    }
  if (training)
    g_assert_cmpuint (passed_on, >, 20);
}

/* Everything an inference tape does not need to remember is forgotten. */
static void
test_inference_is_small (void)
{
  guint64 bytes[2];

  for (gint training = 0; training < 2; training++)
    {
      g_autoptr (FseTape) tape = fse_tape_new (device, training);
      Graph               g = { tape, NULL, g_array_new (FALSE, FALSE, sizeof (Value)), g_array_new (FALSE, FALSE, sizeof (Call)) };
      FseTensor          *input = fse_tape_input (tape, 64, 1, 1, C);
      gint                v;

      g_array_set_clear_func (g.values, value_clear);
      input->needs_grad = TRUE;
      v = add_value (&g, input, -1, 0, TRUE);
      for (gint i = 0; i < 30; i++)
        v = call (&g, MUL, v, v);
      call (&g, LOSS, v, -1);
      bytes[training] = fse_tape_memory (tape);
      g_array_unref (g.values);
      g_array_unref (g.calls);
    }
  g_test_message ("inference %" G_GUINT64_FORMAT " bytes, training %" G_GUINT64_FORMAT, bytes[0], bytes[1]);
  g_assert_cmpuint (bytes[0], <=, 4 * 64 * C * 4);
  g_assert_cmpuint (bytes[1], >=, 30 * 64 * C * 4);
}

static void
test_constant_and_borrow (void)
{
  g_autoptr (FseTape) first = fse_tape_new (device, FALSE), second = fse_tape_new (device, FALSE);
  g_autoptr (GError)  error = NULL;
  gfloat              values[C];
  FseTensor          *constant, *borrowed, *sum;
  Graph               g = { first, NULL, g_array_new (FALSE, FALSE, sizeof (Value)), g_array_new (FALSE, FALSE, sizeof (Call)) };
  gint                a, y;

  g_array_set_clear_func (g.values, value_clear);
  for (gint i = 0; i < C; i++)
    values[i] = i;
  constant = fse_tape_constant (first, 1, 1, 1, C, values);
  memset (values, 0, sizeof values); /* has been copied */
  a = add_value (&g, constant, -1, 0, FALSE);
  y = call (&g, ADD, a, a);
  sum = value (&g, y)->tensor;
  fse_tape_keep (first, sum);
  call (&g, ADD, a, a);
  g_assert_true (fse_tape_seal (first, &error));
  for (gint step = 0; step < 3; step++)
    g_assert_true (fse_tape_forward (first, &error));

  borrowed = fse_tape_borrow (second, sum);
  g.tape = second;
  y = call (&g, ADD, add_value (&g, borrowed, -1, 0, FALSE), y);
  fse_tape_keep (second, value (&g, y)->tensor);
  g_assert_true (fse_tape_seal (second, &error));
  g_assert_true (fse_tape_forward (second, &error));
  {
    g_autofree gfloat *got = fetch (value (&g, y)->tensor->data, C);

    for (gint i = 0; i < C; i++)
      g_assert_cmpfloat (got[i], ==, 4.0f * i);
  }
  g_array_unref (g.values);
  g_array_unref (g.calls);
}

static void
add_tests (void)
{
  g_test_add_data_func ("/tape/random-graphs/training", GINT_TO_POINTER (TRAINING), test_random_graphs);
  g_test_add_data_func ("/tape/random-graphs/recomputing", GINT_TO_POINTER (RECOMPUTING), test_random_graphs);
  g_test_add_data_func ("/tape/random-graphs/inference", GINT_TO_POINTER (INFERENCE), test_random_graphs);
  g_test_add_func ("/tape/inference-is-small", test_inference_is_small);
  g_test_add_func ("/tape/constant-and-borrow", test_constant_and_borrow);
}

int
main (int argc, char **argv)
{
  return with_device (argc, argv, &device, add_tests);
}
