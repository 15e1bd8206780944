/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a training has on its device, from choosing its form to giving it back.
 */
#include "operators/optimiser.h"
#include "training/colour-fit.h"
#include "training/schedule.h"
#include "training/trainer-private.h"

/* A colour table is worth having where it leaves less than this of the change of pairs unseen; looked at at this size. */
#define COLOUR_WORTH 0.6
#define COLOUR_SIZE 64

static void
take_down (FseTrainer *trainer)
{
  g_clear_pointer (&trainer->validation, fse_validation_free);
  g_clear_pointer (&trainer->coarse, fse_stage_free);
  g_clear_pointer (&trainer->fine, fse_stage_free);
  g_clear_pointer (&trainer->weights, fse_weights_free);
  g_clear_pointer (&trainer->losses, fse_loss_log_free);
  if (trainer->guard.mem)
    fse_device_free (trainer->device, &trainer->guard);
  if (trainer->scratch.mem)
    fse_device_free (trainer->device, &trainer->scratch);
}

void
fse_trainer_release (FseTrainer *trainer)
{
  take_down (trainer);
  g_clear_pointer (&trainer->colour_table, g_free);
  g_clear_pointer (&trainer->device, fse_device_close);
}

/* Decides whether this edit is one of colour: whether the networks start from a table of it, or the pairs may be shown in
 * other hues. */
static gboolean
judge_colour (FseTrainer *trainer, GError **error)
{
  g_autoptr (FseDataset) data = NULL;
  gboolean of_colour;
  gdouble left, smooth;

  if (!trainer->settings.colour_base && !trainer->settings.hues)
    return TRUE;
  data = fse_dataset_new (trainer->pairs, COLOUR_SIZE, 1, error);
  if (!data)
    return FALSE;
  left = fse_colour_fit_judge (data, data->n - trainer->held_out, &smooth);
  g_debug ("a colour table of smoothness %g leaves %.3f of the change of pairs that it was not fitted to", smooth, left);
  of_colour = left < COLOUR_WORTH;
  trainer->settings.colour_base = trainer->settings.colour_base && trainer->settings.explicit_change && of_colour;
  trainer->settings.hues = trainer->settings.hues && !of_colour;
  if (trainer->settings.colour_base)
    {
      trainer->colour_table = g_new (gfloat, FSE_COLOUR_TABLE_FLOATS);
      fse_colour_fit (data, data->n - trainer->held_out, smooth, trainer->colour_table);
    }
  return TRUE;
}

/* Builds and places everything for `batch` pairs a step. */
static gboolean
build (FseTrainer *trainer, gint batch, gboolean recompute, GError **error)
{
  const FseSettings *s = &trainer->settings;
  FseSnapshot        snapshot = trainer->snapshot;
  gfloat             guard[FSE_GUARD_FLOATS] = { [FSE_GUARD_FACTOR] = 1.0f };

  trainer->weights = fse_weights_new (trainer->device, s->seed);
  trainer->fine = fse_stage_new (trainer->device, trainer->weights, s, trainer->pairs, trainer->held_out, trainer->colour_table, s->size,
                                 batch, error);
  if (!trainer->fine)
    return FALSE;
  if (trainer->guest && !fse_stage_invite (trainer->fine, trainer->guest, error))
    return FALSE;
  if (trainer->held_out || trainer->guest)
    trainer->validation = fse_validation_new (trainer->fine, trainer->weights, s, trainer->held_out);
  if (fse_schedule_has_coarse (s))
    {
      trainer->coarse = fse_stage_new (trainer->device, trainer->weights, s, trainer->pairs, trainer->held_out, trainer->colour_table,
                                       s->size / 2, batch, error);
      if (!trainer->coarse)
        return FALSE;
    }
  if (recompute)
    fse_stage_recompute (trainer->fine);
  if (recompute && trainer->coarse)
    fse_stage_recompute (trainer->coarse);
  snapshot.copy_error = fse_stage_data (trainer->fine)->copy_error;
  snapshot.memory = fse_stage_memory (trainer->fine) + (trainer->coarse ? fse_stage_memory (trainer->coarse) : 0)
                    + (trainer->validation ? fse_validation_memory (trainer->validation) : 0)
                    + (FSE_ARENA_EMA + 1) * sizeof (gfloat) * fse_weights_floats (trainer->weights);
  snapshot.step_flops = fse_stage_flops (trainer->fine);
  fse_trainer_publish (trainer, &snapshot);

  return fse_weights_allocate (trainer->weights, TRUE, error)
         && fse_stage_place (trainer->fine, error)
         && (!trainer->coarse || fse_stage_place (trainer->coarse, error))
         && (!trainer->validation || fse_validation_place (trainer->validation, error))
         && fse_device_alloc (trainer->device, fse_optimiser_scratch (trainer->weights), &trainer->scratch, error)
         && (trainer->losses = fse_loss_log_new (trainer->device, error)) != NULL
         && fse_device_alloc (trainer->device, FSE_GUARD_FLOATS, &trainer->guard, error)
         && fse_device_write (trainer->device, trainer->guard, guard, FSE_GUARD_FLOATS, error);
}

/* Where a step does not fit into the device's memory, it is tried with less kept, then with half the batch, once. */
gboolean
fse_trainer_build (FseTrainer *trainer, GError **error)
{
  FseRecompute wish = trainer->settings.recompute;
  gint         batch = trainer->settings.batch;
  const struct
  {
    gint     batch;
    gboolean recompute, wanted;
  } tries[] = { { batch, FALSE, wish != FSE_RECOMPUTE_ON },
                { batch, TRUE, wish != FSE_RECOMPUTE_OFF },
                { batch / 2, wish != FSE_RECOMPUTE_OFF, batch >= 4 } };
  g_autoptr (GError) problem = NULL;

  if (!judge_colour (trainer, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (tries); i++)
    {
      if (!tries[i].wanted)
        continue;
      if (problem)
        {
          g_debug ("a step does not fit: %s", problem->message);
          g_clear_error (&problem);
          take_down (trainer);
        }
      if (build (trainer, tries[i].batch, tries[i].recompute, &problem))
        return TRUE;
      if (!g_error_matches (problem, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY))
        break;
    }
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}
