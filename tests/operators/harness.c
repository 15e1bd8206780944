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
 * Speaks TAP.  With --bench the rows of real size are timed instead (bench.h).
 */
#include <math.h>
#include <string.h>

#include "bench.h"
#include "run.h"

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

      if (!run_has_grad (run, i))
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

      if (run_has_grad (run, i))
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

      if (!run_has_grad (run, i))
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

  run_begin (&run, row, device);
  for (gint i = 0; i < row->n_in; i++)
    any_grad = any_grad || run_has_grad (&run, i);
  if (!run_plain (&run, &error) || (any_grad && !run_branches (&run, &error)))
    g_string_append_printf (run.trouble, "# %s\n", error->message);
  passed = run.trouble->len == 0;
  g_print ("%s %u - %s: %s\n%s", passed ? "ok" : "not ok", number, family, row->name, run.trouble->str);
  run_end (&run);
  return passed;
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
        if (!(option_bench ? bench_row (row, device) : test_row (row, device, number, family)))
          failed++;
      }
  if (!option_bench)
    g_print ("1..%u\n", number);
  g_print ("# %u of %u rows passed on %s, %s kernels\n", number - failed, number, fse_device_info (device)->name, family);
  return failed > 0 ? 1 : 0;
}
