/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs the rows of the operator table (case.h) on one kernel family of one
 * device:
 *   forward   every output against the naive formula in double;
 *   backward  some elements of every gradient against central differences of
 *             the naive formula;
 *   repeat    a second step gives the same bits, so nothing depends on what
 *             memory held before or on the order of work-items;
 *   inputs    are untouched, and not-a-number in their padding does not leak;
 *   add       a gradient that another branch wrote first is added to.
 * Speaks TAP.  With --bench it times the rows of real size instead, and prints
 * one line of JSON for each.
 */
#include <math.h>
#include <string.h>

#include "case.h"

#define SAMPLES 24          /* elements of each gradient that are checked */
#define STEP 1e-5           /* of the central difference */
#define PATIENCE 2.0        /* seconds of differences for one input */

static gchar   *option_family = NULL;
static gchar   *option_device = NULL;
static gchar   *option_filter = NULL;
static gboolean option_tiny = FALSE;
static gboolean option_bench = FALSE;

static const GOptionEntry entries[] = {
  { "family", 0, 0, G_OPTION_ARG_STRING, &option_family, "Kernel family: cpu or gpu (default: the device's own)", "FAMILY" },
  { "device", 0, 0, G_OPTION_ARG_STRING, &option_device, "Part of the device's name", "NAME" },
  { "filter", 0, 0, G_OPTION_ARG_STRING, &option_filter, "Only rows whose name holds TEXT", "TEXT" },
  { "tiny", 0, 0, G_OPTION_ARG_NONE, &option_tiny, "Only tiny rows, for a slow checking device", NULL },
  { "bench", 0, 0, G_OPTION_ARG_NONE, &option_bench, "Time the rows of real size", NULL },
  { NULL }
};

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

  if (!x->needs_grad)
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
add_probe (FseTape *tape, FseTensor *x)
{
  FseTensor *r = fse_tape_input (tape, x->n, x->h, x->w, x->c);
  FseTensor *loss = fse_tape_tensor (tape, 1, 1, 1, 1);
  FseTensor *in[2] = { x, r };

  fse_tape_add (tape, &probe, in, 2, loss, NULL, 0);
  return r;
}

/* One row on its way through the checks. */
typedef struct
{
  const Case *row;
  FseDevice  *device;
  GRand      *rand;
  gboolean    loss;
  gfloat     *in[CASE_INPUTS];   /* what the device gets */
  gdouble    *real[CASE_INPUTS]; /* the same in double */
  gdouble    *expected;
  gfloat     *r;                 /* the probe's weights, NULL for a loss */
  gfloat     *grad[CASE_INPUTS]; /* what backward gave */
  GString    *trouble;           /* lines of diagnosis; empty = passed */
} Run;

static guint
run_hash (const gchar *name)
{
  return g_str_hash (name);
}

static void
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

static void
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

static gboolean
has_grad (const Case *row, gint i)
{
  return (row->no_grad & (1u << i)) == 0;
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

/* A sealed tape of the row, its inputs written.  extra[i] is the probe on
 * input i where `branches`, which is noted last, so that it writes first. */
static FseTape *
run_tape (Run *run, gboolean branches, FseTensor **in, FseTensor **out, gfloat **extra, GError **error)
{
  const Case        *row = run->row;
  g_autoptr (FseTape) tape = fse_tape_new (run->device, TRUE);
  FseTensor          *r = NULL;
  FseTensor          *more[CASE_INPUTS] = { NULL };

  for (gint i = 0; i < row->n_in; i++)
    {
      in[i] = fse_tape_input (tape, row->in[i].n, row->in[i].h, row->in[i].w, row->in[i].c);
      in[i]->needs_grad = has_grad (row, i);
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
    r = add_probe (tape, *out);
  if (branches)
    for (gint i = 0; i < row->n_in; i++)
      if (has_grad (row, i))
        more[i] = add_probe (tape, in[i]);

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

static void
check_forward (Run *run, const gfloat *out)
{
  const Case *row = run->row;
  gdouble     tolerance = row->tolerance > 0.0 ? row->tolerance : 2e-5;
  gsize       n = case_floats (row->out);
  gsize       worst = 0, bad = 0;
  gdouble     most = -1.0;

  for (gsize e = 0; e < n; e++)
    {
      gdouble wrong = fabs (out[e] - run->expected[e]) / (1.0 + fabs (run->expected[e]));

      if (!(wrong <= tolerance))
        bad++;
      if (!(wrong <= most) && !isnan (most))
        {
          most = wrong;
          worst = e;
        }
    }
  if (bad > 0)
    g_string_append_printf (run->trouble, "# forward: %zu of %zu outputs are off; number %zu is %.9g, should be %.9g\n",
                            bad, n, worst, out[worst], run->expected[worst]);
}

/* L of the naive formula. */
static gdouble
naive_loss (Run *run, gdouble *out)
{
  const Case *row = run->row;
  gsize       n = case_floats (row->out);
  gdouble     sum = 0.0;

  row->naive (row, run->real, out);
  if (run->loss)
    return out[0];
  for (gsize e = 0; e < n; e++)
    sum += out[e] * run->r[e];
  return sum;
}

static void
check_gradient (Run *run, gint i, gdouble *out)
{
  const Case *row = run->row;
  gdouble     tolerance = row->grad_tolerance > 0.0 ? row->grad_tolerance : 1e-3;
  gsize       n = case_floats (row->in[i]);
  gint64      start = g_get_monotonic_time ();
  gdouble     scale = 0.0, most = -1.0, most_expected = 0.0;
  gsize       worst = 0;
  gsize       samples = MIN (n, SAMPLES);

  for (gsize s = 0; s < samples; s++)
    {
      gsize   e;
      gdouble was, up, expected, wrong;

      if (n <= SAMPLES || s == 0)
        e = s;
      else if (s == 1)
        e = n - 1;
      else
        e = (gsize) (g_rand_double (run->rand) * (gdouble) n);

      was = run->real[i][e];
      run->real[i][e] = was + STEP;
      up = naive_loss (run, out);
      run->real[i][e] = was - STEP;
      expected = (up - naive_loss (run, out)) / (2.0 * STEP);
      run->real[i][e] = was;

      scale = MAX (scale, fabs (expected));
      wrong = fabs (run->grad[i][e] - expected);
      if (isnan (wrong))
        wrong = HUGE_VAL;
      if (wrong > most)
        {
          most = wrong;
          most_expected = expected;
          worst = e;
        }
      if (s >= 5 && g_get_monotonic_time () - start > PATIENCE * G_USEC_PER_SEC)
        break;
    }
  if (most > tolerance * scale + 1e-7)
    g_string_append_printf (run->trouble, "# gradient of input %d: element %zu is %.9g, should be %.9g (scale %.3g)\n",
                            i, worst, run->grad[i][worst], most_expected, scale);
}

static gboolean
run_step (FseTape *tape, GError **error)
{
  return fse_tape_forward (tape, error) && fse_tape_backward (tape, error);
}

/* Forward, backward, and both again. */
static gboolean
run_plain (Run *run, GError **error)
{
  const Case         *row = run->row;
  FseTensor          *in[CASE_INPUTS], *out;
  gfloat             *none[CASE_INPUTS] = { NULL };
  g_autoptr (FseTape) tape = run_tape (run, FALSE, in, &out, none, error);
  gsize               n_out = case_floats (row->out);
  g_autofree gfloat  *first = g_new (gfloat, n_out);
  g_autofree gfloat  *again = g_new (gfloat, n_out);
  g_autofree gdouble *scratch = g_new (gdouble, n_out);

  if (tape == NULL || !run_step (tape, error) || !fse_device_read (run->device, out->data, first, n_out, error))
    return FALSE;

  run->expected = g_new (gdouble, n_out);
  row->naive (row, run->real, run->expected);
  check_forward (run, first);

  for (gint i = 0; i < row->n_in; i++)
    {
      gsize n = case_floats (row->in[i]);

      if (!has_grad (row, i))
        continue;
      run->grad[i] = g_new (gfloat, n);
      if (!fse_device_read (run->device, in[i]->grad, run->grad[i], n, error))
        return FALSE;
      check_gradient (run, i, scratch);
    }

  if (!run_step (tape, error) || !fse_device_read (run->device, out->data, again, n_out, error))
    return FALSE;
  if (memcmp (first, again, n_out * sizeof (gfloat)) != 0)
    g_string_append (run->trouble, "# repeat: a second forward gives other bits\n");
  for (gint i = 0; i < row->n_in; i++)
    {
      gsize              n = case_floats (row->in[i]);
      g_autofree gfloat *now = g_new (gfloat, n);

      if (has_grad (row, i))
        {
          if (!fse_device_read (run->device, in[i]->grad, now, n, error))
            return FALSE;
          if (memcmp (now, run->grad[i], n * sizeof (gfloat)) != 0)
            g_string_append_printf (run->trouble, "# repeat: a second backward gives other bits for input %d\n", i);
        }
      if (!fse_device_read (run->device, in[i]->data, now, n, error))
        return FALSE;
      if (memcmp (now, run->in[i], n * sizeof (gfloat)) != 0)
        g_string_append_printf (run->trouble, "# inputs: the step has overwritten input %d\n", i);
    }
  return TRUE;
}

/* The gradients again, where another branch has written each of them first. */
static gboolean
run_branches (Run *run, GError **error)
{
  const Case         *row = run->row;
  FseTensor          *in[CASE_INPUTS], *out;
  gfloat             *extra[CASE_INPUTS] = { NULL };
  g_autoptr (FseTape) tape = run_tape (run, TRUE, in, &out, extra, error);
  gboolean            done = tape != NULL && run_step (tape, error);

  for (gint i = 0; i < row->n_in && done; i++)
    {
      gsize              n = case_floats (row->in[i]);
      g_autofree gfloat *sum = g_new (gfloat, n);
      gsize              bad = 0, worst = 0;

      if (!has_grad (row, i))
        continue;
      done = fse_device_read (run->device, in[i]->grad, sum, n, error);
      if (!done)
        break;
      for (gsize e = 0; e < n; e++)
        {
          gdouble expected = (gdouble) run->grad[i][e] + extra[i][e];

          if (!(fabs (sum[e] - expected) <= 1e-5 * (1.0 + fabs (expected))))
            {
              bad++;
              worst = e;
            }
        }
      if (bad > 0)
        g_string_append_printf (run->trouble,
                                "# add: %zu of %zu gradients of input %d are off; number %zu is %.9g, should be %.9g + %.9g\n",
                                bad, n, i, worst, sum[worst], extra[i][worst], run->grad[i][worst]);
    }
  for (gint i = 0; i < CASE_INPUTS; i++)
    g_free (extra[i]);
  return done;
}

static gboolean
test_row (const Case *row, FseDevice *device, guint number, const gchar *family)
{
  g_autoptr (GError) error = NULL;
  gboolean           any_grad = FALSE, passed;
  Run                run;

  for (gint i = 0; i < row->n_in; i++)
    any_grad = any_grad || has_grad (row, i);

  run_begin (&run, row, device);
  if (!run_plain (&run, &error) || (any_grad && !run_branches (&run, &error)))
    g_string_append_printf (run.trouble, "# %s\n", error->message);
  passed = run.trouble->len == 0;
  g_print ("%s %u - %s: %s\n%s", passed ? "ok" : "not ok", number, family, row->name, run.trouble->str);
  run_end (&run);
  return passed;
}

/* Milliseconds of one call of `work`, from as many as fit a third of a second. */
static gdouble
time_calls (gboolean (*work) (FseTape *, GError **), FseTape *tape, FseDevice *device, GError **error)
{
  gdouble best = HUGE_VAL;
  guint   calls = 1;

  if (!work (tape, error) || !fse_device_finish (device, error))
    return -1.0;
  for (guint round = 0; round < 4; round++)
    {
      gint64  start = g_get_monotonic_time ();
      gdouble ms;

      for (guint i = 0; i < calls; i++)
        if (!work (tape, error))
          return -1.0;
      if (!fse_device_finish (device, error))
        return -1.0;
      ms = (g_get_monotonic_time () - start) / 1000.0;
      best = MIN (best, ms / calls);
      if (round == 0)
        calls = (guint) CLAMP (100.0 / MAX (ms, 1e-3), 1.0, 1000.0);
    }
  return best;
}

static gboolean
bench_row (const Case *row, FseDevice *device, const gchar *family)
{
  g_autoptr (GError)  error = NULL;
  g_autoptr (FseTape) tape = NULL;
  FseTensor          *in[CASE_INPUTS], *out;
  gfloat             *none[CASE_INPUTS] = { NULL };
  gsize               elements = case_floats (row->out);
  gdouble             forward = -1.0, backward = -1.0;
  Run                 run;

  for (gint i = 0; i < row->n_in; i++)
    elements = MAX (elements, case_floats (row->in[i]));
  run_begin (&run, row, device);
  tape = run_tape (&run, FALSE, in, &out, none, &error);
  if (tape)
    {
      forward = time_calls (fse_tape_forward, tape, device, &error);
      if (forward >= 0.0)
        backward = time_calls (fse_tape_backward, tape, device, &error);
    }
  if (error)
    g_print ("# %s: %s\n", row->name, error->message);
  else
    g_print ("{\"bench\": \"operator\", \"name\": \"%s\", \"family\": \"%s\", \"device\": \"%s\", "
             "\"forward_ms\": %.4f, \"backward_ms\": %.4f, \"forward_gflops\": %.1f, "
             "\"forward_ns_per_element\": %.3f, \"backward_ns_per_element\": %.3f}\n",
             row->name, family, fse_device_info (device)->name, forward, backward,
             row->flops ? row->flops (row) / forward * 1e-6 : 0.0,
             forward * 1e6 / (gdouble) elements, backward * 1e6 / (gdouble) elements);
  run_end (&run);
  return error == NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError)         error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (FseDevice)      device = NULL;
  const gchar               *family;
  guint                      number = 0, failed = 0;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  if (option_family)
    g_setenv ("FEW_SHOT_EDIT_KERNELS", option_family, TRUE);
  device = fse_device_open (option_device, &error);
  if (device == NULL)
    {
      g_print ("Bail out! %s\n", error->message);
      return 1;
    }
  family = fse_device_family (device) == FSE_FAMILY_CPU ? "cpu" : "gpu";

  for (gsize t = 0; t < n_case_tables; t++)
    for (gsize i = 0; i < case_tables[t]->n_rows; i++)
      {
        const Case *row = &case_tables[t]->rows[i];

        if (row->bench != option_bench || (option_tiny && !row->tiny) ||
            (option_filter && strstr (row->name, option_filter) == NULL))
          continue;
        number++;
        if (!(option_bench ? bench_row (row, device, family) : test_row (row, device, number, family)))
          failed++;
      }
  if (!option_bench)
    g_print ("1..%u\n", number);
  g_print ("# %u of %u rows passed on %s, %s kernels\n", number - failed, number, fse_device_info (device)->name, family);
  return failed > 0 ? 1 : 0;
}
