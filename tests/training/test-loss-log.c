/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A step runs without the host waiting for the device, and what the log says
 * of many steps at once is what each step's tensors said.
 */
#include "examples.h"
#include "operators/optimiser.h"
#include "training/loss-log.h"

#define STEPS 5

static gfloat
read_number (FseDevice *device, FseBuffer buffer)
{
  gfloat value = 0;

  g_assert_true (fse_device_read (device, buffer, &value, 1, NULL));
  return value;
}

static void
take_step (FseStage *stage, FseDevice *device, FseWeights *weights, FseBuffer guard, FseBuffer scratch, guint step,
           FseLossLog *log)
{
  g_autoptr (GError) error = NULL;
  FseStep            update = { .rate = 1e-3f, .beta1 = 0.9f, .beta2 = 0.99f, .epsilon = 1e-8f, .clip = 1,
                                .ema_decay = 0.5f, .step = step + 1 };

  fse_stage_draw (stage, step, &error);
  g_assert_no_error (error);
  fse_weights_zero_grad (weights, &error);
  fse_stage_run (stage, &error);
  g_assert_no_error (error);
  fse_optimiser_step (device, weights, guard, scratch, &update, &error);
  fse_loss_log_note (log, stage, guard, &error);
  g_assert_no_error (error);
}

static void
test_steps (void)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (FseDevice)  device = fse_device_open (NULL, &error);
  g_autoptr (FsePairs)   pairs = example_pairs (3, 64);
  g_autoptr (FseWeights) weights = NULL;
  g_autoptr (FseStage)   stage = NULL, half = NULL;
  g_autoptr (FseLossLog) log = NULL;
  FseSettings            settings;
  FseStepLosses          losses[FSE_LOSS_LOG_STEPS];
  FseDeviceCounts        before, after;
  FseBuffer              guard = { NULL, 0 }, scratch = { NULL, 0 };
  gfloat                 start[FSE_GUARD_FLOATS] = { [FSE_GUARD_FACTOR] = 1, [FSE_GUARD_SKIPPED] = 3 };
  gdouble                total = 0, pixel, unedited;
  guint                  n;

  g_assert_no_error (error);
  fse_settings_default (&settings);
  settings.size = 64;
  settings.batch = 2;
  settings.colour_base = FALSE;
  weights = fse_weights_new (device, 7);
  stage = fse_stage_new (device, weights, &settings, pairs, 0, NULL, 64, 2, &error);
  g_assert_no_error (error);
  half = fse_stage_new (device, weights, &settings, pairs, 0, NULL, 32, 2, &error);
  g_assert_no_error (error);
  g_assert_nonnull (fse_stage_loss (stage, FSE_LOSS_DETAIL));
  g_assert_null (fse_stage_loss (half, FSE_LOSS_DETAIL));
  g_assert_true (fse_weights_allocate (weights, TRUE, &error) && fse_stage_place (stage, &error)
                 && fse_device_alloc (device, fse_optimiser_scratch (weights), &scratch, &error)
                 && fse_device_alloc (device, FSE_GUARD_FLOATS, &guard, &error)
                 && fse_device_write (device, guard, start, FSE_GUARD_FLOATS, &error));
  log = fse_loss_log_new (device, &error);
  g_assert_no_error (error);

  take_step (stage, device, weights, guard, scratch, 0, log); /* kernels are compiled and constants written here */
  g_assert_cmpuint (fse_loss_log_length (log), ==, 1);
  g_assert_true (fse_loss_log_read (log, losses, &n, &error));
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (fse_loss_log_length (log), ==, 0);

  fse_device_counts (device, &before);
  for (guint step = 1; step <= STEPS; step++)
    take_step (stage, device, weights, guard, scratch, step, log);
  fse_device_counts (device, &after);
  g_test_message ("%.0f launches a step", (after.launches - before.launches) / (gdouble) STEPS);
  g_assert_cmpuint (after.waits, ==, before.waits);
  g_assert_cmpuint (after.launches, >, before.launches);

  for (gint i = 0; i < FSE_N_LOSSES; i++)
    if (fse_stage_loss (stage, i) && !fse_loss_is_critics (i))
      total += read_number (device, fse_stage_loss (stage, i)->data);
  pixel = read_number (device, fse_stage_loss (stage, FSE_LOSS_PIXEL)->data) / fse_loss_weight (FSE_LOSS_PIXEL);
  unedited = read_number (device, fse_stage_unedited (stage)->data);
  g_assert_true (fse_loss_log_read (log, losses, &n, &error));
  g_assert_cmpuint (n, ==, STEPS);
  g_assert_cmpfloat (losses[STEPS - 1].total, ==, total);
  g_assert_cmpfloat (losses[STEPS - 1].error.result, ==, pixel);
  g_assert_cmpfloat (losses[STEPS - 1].error.unedited, ==, unedited);
  for (guint i = 1; i < STEPS; i++)
    {
      g_assert_cmpfloat (losses[i].total, >, 0);
      g_assert_cmpfloat (losses[i].error.unedited, >, 0);
      g_assert_cmpfloat (losses[i].total, !=, losses[i - 1].total); /* each its own batch */
      g_assert_cmpuint (losses[i].skipped, ==, 3);
    }
  fse_device_free (device, &guard);
  fse_device_free (device, &scratch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loss log/no waits in a step", test_steps);
  return g_test_run ();
}
