/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run.h"

#include <math.h>
#include <string.h>

/* The probe: a loss L = sum (x r), so that dL/dx = r.  It has no forward, as
 * nobody reads L. */

static gboolean
probe_forward (FseNode *node, GError **error)
{
  return TRUE;
}

static gboolean
probe_backward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0];
  gsize      n = fse_tensor_floats (x);

  if (!x->needs_grad || (*(Run **) node->params)->seeded)
    return TRUE;
  if (!node->accumulate[0])
    return fse_device_copy (node->device, node->in[1]->data, x->grad, n, error);

  g_autofree gfloat *sum = g_new (gfloat, n);
  g_autofree gfloat *r = g_new (gfloat, n);

  if (!fse_device_read (node->device, x->grad, sum, n, error) ||
      !fse_device_read (node->device, node->in[1]->data, r, n, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    sum[i] += r[i];
  return fse_device_write (node->device, x->grad, sum, n, error);
}

static const FseOperator probe = { "probe", 0, TRUE, probe_forward, probe_backward };

/* Notes sum (x r) and returns r, to be written after the tape is sealed. */
static FseTensor *
add_probe (Run *run, FseTape *tape, FseTensor *x)
{
  FseTensor *r = fse_tape_input (tape, x->n, x->h, x->w, x->c);
  FseTensor *loss = fse_tape_tensor (tape, 1, 1, 1, 1);
  FseTensor *in[2] = { x, r };

  fse_tape_add (tape, &probe, in, 2, loss, &run, sizeof run);
  return r;
}

static guint
run_hash (const gchar *name)
{
  return g_str_hash (name);
}

void
run_begin (Run *run, const Case *row, FseDevice *device)
{
  gdouble low = row->low, high = row->high;

  if (low == 0.0 && high == 0.0)
    {
      low = -1.0;
      high = 1.0;
    }
  memset (run, 0, sizeof *run);
  run->row = row;
  run->device = device;
  run->rand = g_rand_new_with_seed (run_hash (row->name));
  run->loss = case_floats (row->out) == 1;
  run->trouble = g_string_new (NULL);

  for (gint i = 0; i < row->n_in; i++)
    {
      gsize n = case_floats (row->in[i]);

      run->in[i] = g_new (gfloat, n);
      for (gsize e = 0; e < n; e++)
        run->in[i][e] = (gfloat) g_rand_double_range (run->rand, low, high);
    }
  if (row->prepare)
    row->prepare (row, run->in);
  for (gint i = 0; i < row->n_in; i++)
    {
      gsize n = case_floats (row->in[i]);

      run->real[i] = g_new (gdouble, n);
      for (gsize e = 0; e < n; e++)
        run->real[i][e] = run->in[i][e];
    }
  if (!run->loss)
    {
      gsize n = case_floats (row->out);

      run->r = g_new (gfloat, n);
      for (gsize e = 0; e < n; e++)
        run->r[e] = (gfloat) g_rand_double_range (run->rand, -1.0, 1.0);
    }
}

void
run_end (Run *run)
{
  for (gint i = 0; i < CASE_INPUTS; i++)
    {
      g_free (run->in[i]);
      g_free (run->real[i]);
      g_free (run->grad[i]);
    }
  g_free (run->expected);
  g_free (run->r);
  g_rand_free (run->rand);
  g_string_free (run->trouble, TRUE);
}

gboolean
run_has_grad (const Run *run, gint i)
{
  return ((run->row->no_grad | run->no_grad) & (1u << i)) == 0;
}

/* Writes a tensor and fills its padding with not-a-number. */
static gboolean
write_poisoned (FseDevice *device, FseBuffer buffer, const gfloat *host, gsize n, GError **error)
{
  gsize              padded = (n + 63) / 64 * 64;
  g_autofree gfloat *all = g_new (gfloat, padded);

  memcpy (all, host, n * sizeof (gfloat));
  for (gsize i = n; i < padded; i++)
    all[i] = NAN;
  return fse_device_write (device, buffer, all, padded, error);
}

FseTape *
run_tape (Run *run, gboolean branches, FseTensor **in, FseTensor **out, gfloat **extra, GError **error)
{
  const Case        *row = run->row;
  g_autoptr (FseTape) tape = fse_tape_new (run->device, TRUE);
  FseTensor          *r = NULL;
  FseTensor          *more[CASE_INPUTS] = { NULL };

  for (gint i = 0; i < row->n_in; i++)
    {
      in[i] = fse_tape_input (tape, row->in[i].n, row->in[i].h, row->in[i].w, row->in[i].c);
      in[i]->needs_grad = run_has_grad (run, i);
    }
  *out = row->build (row, tape, in);
  fse_tape_keep (tape, *out);
  if ((*out)->n != row->out.n || (*out)->h != row->out.h || (*out)->w != row->out.w || (*out)->c != row->out.c)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, "the output's shape is %d %d %d %d, the row says %d %d %d %d",
                   (*out)->n, (*out)->h, (*out)->w, (*out)->c,
                   row->out.n, row->out.h, row->out.w, row->out.c);
      return NULL;
    }
  if (!run->loss)
    r = add_probe (run, tape, *out);
  if (branches)
    for (gint i = 0; i < row->n_in; i++)
      if (run_has_grad (run, i))
        more[i] = add_probe (run, tape, in[i]);

  if (!fse_tape_seal (tape, error))
    return NULL;
  for (gint i = 0; i < row->n_in; i++)
    if (!write_poisoned (run->device, in[i]->data, run->in[i], fse_tensor_floats (in[i]), error))
      return NULL;
  if (r && !write_poisoned (run->device, r->data, run->r, fse_tensor_floats (r), error))
    return NULL;
  for (gint i = 0; i < row->n_in; i++)
    if (more[i])
      {
        gsize n = fse_tensor_floats (in[i]);

        extra[i] = g_new (gfloat, n);
        for (gsize e = 0; e < n; e++)
          extra[i][e] = (gfloat) g_rand_double_range (run->rand, -1.0, 1.0);
        if (!fse_device_write (run->device, more[i]->data, extra[i], n, error))
          return NULL;
      }
  return g_steal_pointer (&tape);
}
