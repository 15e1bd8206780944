/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/speed.h"

#include <math.h>

#include "training/schedule.h"
#include "training/stage.h"

#define SMALL 64
#define LARGE 128
#define PAIRS 4
/* Rounds, of which the fastest counts: others may be disturbed.  No more of them after so many seconds. */
#define ROUNDS 4
#define LONG 2.0
/* Opening the device, looking at the pairs, saving. */
#define AROUND 2.0
/* Looks at the held-out pairs. */
#define LOOKS 1.03

/* A step of a wider model, as a multiple of the small one's. */
static const gdouble model_factor[] = { [FSE_MODEL_SMALL] = 1.0, [FSE_MODEL_MEDIUM] = 1.7, [FSE_MODEL_LARGE] = 2.6 };

/* Any pictures will do: the time does not depend on what they show. */
static FsePairs *
some_pairs (GError **error)
{
  g_autoptr (FsePairs) pairs = fse_pairs_new ();

  for (gint i = 0; i < PAIRS; i++)
    {
      g_autoptr (FseImage) before = fse_image_new (LARGE, LARGE, error), after = NULL;

      if (!before)
        return NULL;
      for (gsize k = 0; k < LARGE * LARGE * 4; k++)
        before->rgba[k] = k % 4 == 3 ? 1 : 0.5f + 0.5f * sinf (0.01f * (i + 1) * k);
      after = fse_image_ref (before);
      if (!fse_pairs_add (pairs, "", before, after, error))
        return NULL;
    }
  return g_steal_pointer (&pairs);
}

static gboolean
time_step (FseDevice *device, FseWeights *weights, FseStage *stage, gdouble *seconds, GError **error)
{
  gdouble spent = 0;

  *seconds = INFINITY;
  for (guint i = 0; i <= ROUNDS && spent < LONG; i++)
    {
      gint64  from = g_get_monotonic_time ();
      gdouble round;

      if (!fse_stage_draw (stage, i, error) || !fse_weights_zero_grad (weights, error) || !fse_stage_run (stage, error)
          || !fse_device_finish (device, error))
        return FALSE;
      if (i == 0) /* compiles kernels */
        continue;
      round = (g_get_monotonic_time () - from) / 1e6;
      *seconds = MIN (*seconds, round);
      spent += round;
    }
  return TRUE;
}

static gboolean
time_both (FseDevice *device, FseWeights *weights, const FseSettings *settings, gdouble seconds[2], GError **error)
{
  g_autoptr (FsePairs) pairs = some_pairs (error);
  g_autoptr (FseStage) small = NULL, large = NULL;

  return pairs
         && (small = fse_stage_new (device, weights, settings, pairs, 0, NULL, SMALL, settings->batch, error))
         && (large = fse_stage_new (device, weights, settings, pairs, 0, NULL, LARGE, settings->batch, error))
         && fse_weights_allocate (weights, TRUE, error)
         && fse_stage_place (small, error)
         && fse_stage_place (large, error)
         && time_step (device, weights, small, &seconds[0], error)
         && time_step (device, weights, large, &seconds[1], error);
}

gboolean
fse_speed_measure (const gchar *name, FseSpeed *speed, GError **error)
{
  g_autoptr (FseDevice)  device = fse_device_open (name, error);
  g_autoptr (FseWeights) weights = NULL;
  FseSettings            settings;
  gdouble                seconds[2];

  if (!device)
    return FALSE;
  weights = fse_weights_new (device, 0);
  fse_settings_default (&settings);
  if (!time_both (device, weights, &settings, seconds, error))
    return FALSE;
  speed->by_pixel = MAX (seconds[1] - seconds[0], 0.1 * seconds[1]) / (LARGE * LARGE - SMALL * SMALL);
  speed->base = MAX (0, seconds[0] - speed->by_pixel * SMALL * SMALL);
  g_debug ("a step takes %.1f ms at %d pixels and %.1f ms at %d", 1e3 * seconds[0], SMALL, 1e3 * seconds[1], LARGE);
  return TRUE;
}

static gdouble
step_seconds (const FseSpeed *speed, const FseSettings *settings, gint size)
{
  FseSettings defaults;

  fse_settings_default (&defaults);
  return speed->base + speed->by_pixel * size * size * model_factor[settings->model_size] * settings->batch / defaults.batch;
}

gdouble
fse_speed_seconds (const FseSpeed *speed, const FseSettings *settings, guint steps)
{
  gdouble fine = step_seconds (speed, settings, settings->size);
  gdouble step = fse_schedule_has_coarse (settings) ? 0.5 * (fine + step_seconds (speed, settings, settings->size / 2)) : fine;

  return AROUND + steps * step * LOOKS;
}
