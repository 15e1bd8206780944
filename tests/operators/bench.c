/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <math.h>

#include "ceiling.h"
#include "run.h"

#define ROUNDS 5
#define ROUND_MS 50.0

/* Milliseconds of one call of `work`, the best of some rounds of many calls. */
static gdouble
time_calls (gboolean (*work) (FseTape *, GError **), FseTape *tape, FseDevice *device, GError **error)
{
  gdouble best = HUGE_VAL;
  guint   calls = 1;

  if (!work (tape, error) || !fse_device_finish (device, error))
    return -1.0;
  for (guint round = 0; round <= ROUNDS; round++)
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
        calls = (guint) CLAMP (ROUND_MS / MAX (ms, 1e-3), 1.0, 1000.0);
    }
  return best;
}

/* Milliseconds of the copy that the probe makes before a row's own backward begins. */
static gdouble
time_probe (FseTensor *out, FseDevice *device, GError **error)
{
  gsize     n = fse_tensor_floats (out);
  FseBuffer from = { 0 };
  gdouble   best = HUGE_VAL;

  if (!fse_device_alloc (device, n, &from, error) || !fse_device_zero (device, from, n, error))
    return -1.0;
  for (guint i = 0; i < 20; i++)
    {
      gint64 start = g_get_monotonic_time ();

      for (guint k = 0; k < 10; k++)
        if (!fse_device_copy (device, from, out->grad, n, error))
          return -1.0;
      if (!fse_device_finish (device, error))
        return -1.0;
      best = MIN (best, (g_get_monotonic_time () - start) / 1e4);
    }
  fse_device_free (device, &from);
  return best;
}

/* Bytes that a pass has to move at least. */
static gdouble
pass_bytes (const Run *run, gboolean backward)
{
  gdouble floats = (gdouble) case_floats (run->row->out);

  for (gint i = 0; i < run->row->n_in; i++)
    floats += (gdouble) case_floats (run->row->in[i]) * (backward && run_has_grad (run, i) ? 2 : 1);
  return floats * sizeof (gfloat);
}

static void
print_pass (const Run *run, const gchar *pass, gdouble ms, gdouble flops, const Ceiling *ceiling)
{
  gdouble bytes = pass_bytes (run, g_strcmp0 (pass, "forward") != 0);
  gdouble by_flops = flops / ceiling->gflops * 1e-6, by_bytes = bytes / ceiling->gbytes_s * 1e-6;

  g_print ("{\"bench\": \"operator\", \"name\": \"%s\", \"pass\": \"%s\", \"family\": \"%s\", \"ms\": %.4f, "
           "\"gflops\": %.1f, \"gbytes_s\": %.2f, \"ceiling\": {\"gflops\": %.1f, \"gbytes_s\": %.2f}, "
           "\"share\": %.3f, \"bound\": \"%s\"}\n",
           run->row->name, pass, fse_device_family (run->device) == FSE_FAMILY_CPU ? "cpu" : "gpu", ms,
           flops / ms * 1e-6, bytes / ms * 1e-6, ceiling->gflops, ceiling->gbytes_s, MAX (by_flops, by_bytes) / ms,
           by_flops > by_bytes ? "arithmetic" : "memory");
}

/* Forward (`pass` NULL) or the pass of backward in which no_grad has no gradient. */
static gboolean
bench_pass (Run *run, const gchar *pass, guint no_grad, gdouble flops, GError **error)
{
  g_autoptr (FseTape) tape = NULL;
  FseTensor          *in[CASE_INPUTS], *out;
  gfloat             *none[CASE_INPUTS] = { NULL };
  Ceiling             ceiling;
  gdouble             ms, probe = 0.0;

  run->no_grad = no_grad;
  tape = run_tape (run, FALSE, in, &out, none, error);
  if (!tape || !ceiling_measure (run->device, &ceiling, error) || !fse_tape_forward (tape, error))
    return FALSE;
  run->seeded = FALSE;
  if (pass && run->row->parts)
    {
      if (!fse_tape_backward (tape, error))
        return FALSE;
      run->seeded = TRUE;
    }
  else if (pass && run->r)
    probe = time_probe (out, run->device, error);
  ms = time_calls (pass ? fse_tape_backward : fse_tape_forward, tape, run->device, error);
  if (ms < 0.0 || probe < 0.0)
    return FALSE;
  print_pass (run, pass ? pass : "forward", MAX (ms - probe, 1e-4), flops, &ceiling);
  return TRUE;
}

gboolean
bench_row (const Case *row, FseDevice *device)
{
  g_autoptr (GError) error = NULL;
  gdouble            flops = row->flops ? row->flops (row) : 0.0;
  gboolean           any_grad = FALSE, done;
  Run                run;

  run_begin (&run, row, device);
  for (gint i = 0; i < row->n_in; i++)
    any_grad = any_grad || run_has_grad (&run, i);
  done = bench_pass (&run, NULL, 0, flops, &error);
  if (done && row->parts)
    done = bench_pass (&run, "data", ~1u, flops, &error) && bench_pass (&run, "weights", 1u, flops, &error);
  else if (done && any_grad)
    done = bench_pass (&run, "backward", 0, 2.0 * flops, &error);
  if (!done)
    g_print ("# %s: %s\n", row->name, error->message);
  run_end (&run);
  return done;
}
