/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include <math.h>
#include <string.h>

#include "apply/detail.h"
#include "apply/texture.h"
#include "files/disk.h"
#include "i18n.h"
#include "model/model-file.h"
#include "operators/optimiser.h"
#include "training/schedule.h"
#include "training/trainer-private.h"
#include "training/windows-choice.h"

/* AdamW */
#define BETA1 0.9f
#define BETA2 0.99f
#define EPSILON 1e-8f
#define WEIGHT_DECAY 1e-2f
#define CLIP_NORM 1.0f
#define EMA_DECAY 0.998f
/* A crash costs at most this much. */
#define CHECKPOINT_SECONDS 60.0
#define SMOOTHING 0.98
/* Of a score, at which the last weights are not kept. */
#define FAR_WORSE 1.25
#define PAUSE_MICROSECONDS 50000
/* Losses are read back when this old, or when the log is full. */
#define LOSSES_SECONDS 0.25

static void
enter_phase (FseTrainer *trainer, FseTrainingPhase phase)
{
  FseSnapshot snapshot = trainer->snapshot;

  snapshot.phase = phase;
  fse_trainer_publish (trainer, &snapshot);
}

/* Budget */

static gdouble
seconds_spent (FseTrainer *trainer)
{
  return trainer->earlier + (g_get_monotonic_time () - trainer->started) / 1e6;
}

static gdouble
budget_spent (FseTrainer *trainer)
{
  return fse_schedule_spent (&trainer->settings, trainer->state.step, seconds_spent (trainer));
}

/* The latest look; step 0 where there is none. */
static FseValidationPoint
last_look (FseTrainer *trainer)
{
  GArray *looks = trainer->state.looks;

  return looks->len ? g_array_index (looks, FseValidationPoint, looks->len - 1) : (FseValidationPoint) { 0, NAN };
}

static void
tell_looks (FseTrainer *trainer, FseSnapshot *snapshot)
{
  snapshot->validation = last_look (trainer).score;
  snapshot->best_step = trainer->state.best.step;
  snapshot->best_validation = snapshot->best_step ? trainer->state.best.score : NAN;
}

static void
report (FseTrainer *trainer, guint skipped)
{
  FseSnapshot snapshot = trainer->snapshot;
  gdouble     spent = budget_spent (trainer);

  snapshot.phase = FSE_TRAINING_STEPS;
  snapshot.step = trainer->state.step;
  snapshot.progress = spent;
  snapshot.seconds = seconds_spent (trainer);
  snapshot.seconds_left = spent > 0.005 ? snapshot.seconds * (1 - spent) / spent : -1;
  snapshot.loss = trainer->state.step ? trainer->state.loss : NAN;
  snapshot.error = trainer->state.step ? trainer->state.error : NAN;
  snapshot.skipped = skipped;
  tell_looks (trainer, &snapshot);
  fse_trainer_publish (trainer, &snapshot);
}

/* Preparing */

static gboolean
read_initial_weights (FseTrainer *trainer, GError **error)
{
  g_autoptr (FseModelFile) file = NULL;

  if (!trainer->init_path)
    return TRUE;
  file = fse_model_open (trainer->init_path, error);
  return file && fse_model_read_weights (file, trainer->device, trainer->weights, error);
}

/* What is too long for a snapshot ends with a whole character. */
static void
tell (FseTrainer *trainer, const gchar *text)
{
  FseSnapshot  snapshot = trainer->snapshot;
  const gchar *end;

  g_strlcpy (snapshot.notice, text, sizeof snapshot.notice);
  g_utf8_validate (snapshot.notice, -1, &end);
  snapshot.notice[end - snapshot.notice] = '\0';
  fse_trainer_publish (trainer, &snapshot);
}

static gboolean
prepare (FseTrainer *trainer, GError **error)
{
  FseSnapshot snapshot = trainer->snapshot;

  trainer->device = fse_device_open (trainer->device_name, error);
  if (!trainer->device)
    return FALSE;
  g_strlcpy (snapshot.device, fse_device_info (trainer->device)->name, sizeof snapshot.device);
  fse_trainer_publish (trainer, &snapshot);
  if (fse_device_skipped (trainer->device))
    {
      g_autofree gchar *text = g_strdup_printf (_("Passed over: %s"), fse_device_skipped (trainer->device));

      tell (trainer, text);
    }

  if (!fse_trainer_build (trainer, error) || !read_initial_weights (trainer, error))
    return FALSE;
  if (trainer->resume
      && !fse_checkpoint_load (trainer->checkpoint, &trainer->settings, fse_stage_data (trainer->fine)->digest, &trainer->state,
                               trainer->device, trainer->weights, trainer->guard, error))
    return FALSE;
  trainer->earlier = trainer->state.seconds;
  if (trainer->state.step > 0)
    report (trainer, 0);
  return TRUE;
}

/* One step */

static FseStage *
current_stage (FseTrainer *trainer)
{
  return fse_schedule_is_coarse (&trainer->settings, budget_spent (trainer)) ? trainer->coarse : trainer->fine;
}

/* An error for each step whose losses have been read: nothing of nothing, where a step gave no number. */
static void
note_losses (FseTrainer *trainer, const FseStepLosses *losses)
{
  FseProgressState *state = &trainer->state;
  gdouble           steps = state->errors->len, keep = MIN (SMOOTHING, steps / (steps + 1));
  FseErrorPoint     point = losses->error;

  if (!isfinite (point.result) || !isfinite (point.unedited))
    point = (FseErrorPoint) { 0, 0 };
  else if (isfinite (losses->total))
    {
      state->loss = keep * state->loss + (1 - keep) * losses->total;
      state->error = keep * state->error + (1 - keep) * point.result;
    }
  g_mutex_lock (&trainer->curve_lock);
  g_array_append_val (state->errors, point);
  g_mutex_unlock (&trainer->curve_lock);
}

/* Reads the losses of the steps since the last time: before anything that keeps or tells them all. */
static gboolean
catch_up (FseTrainer *trainer, GError **error)
{
  FseStepLosses losses[FSE_LOSS_LOG_STEPS];
  guint         n;

  if (fse_loss_log_length (trainer->losses) == 0)
    return TRUE;
  if (!fse_loss_log_read (trainer->losses, losses, &n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    note_losses (trainer, &losses[i]);
  trainer->losses_read = g_get_monotonic_time ();
  report (trainer, losses[n - 1].skipped);
  return TRUE;
}

static gboolean
take_step (FseTrainer *trainer, FseStage *stage, GError **error)
{
  guint     step = trainer->state.step + 1;
  FseStep   update = { .rate = fse_schedule_rate (&trainer->settings, budget_spent (trainer), trainer->state.step),
                       .beta1 = BETA1, .beta2 = BETA2, .epsilon = EPSILON,
                       .weight_decay = WEIGHT_DECAY, .clip = CLIP_NORM, .step = step,
                       .ema_decay = MIN (EMA_DECAY, (1.0f + step) / (10.0f + step)) };

  if (!fse_stage_draw (stage, trainer->state.step, error)
      || !fse_weights_zero_grad (trainer->weights, error)
      || !fse_stage_run (stage, error)
      || !fse_optimiser_step (trainer->device, trainer->weights, trainer->guard, trainer->scratch, &update, error)
      || !fse_loss_log_note (trainer->losses, stage, trainer->guard, error))
    return FALSE;

  trainer->state.step = step;
  trainer->state.seconds = seconds_spent (trainer);
  if (fse_loss_log_length (trainer->losses) == FSE_LOSS_LOG_STEPS
      || g_get_monotonic_time () - trainer->losses_read > LOSSES_SECONDS * 1e6)
    return catch_up (trainer, error);
  return TRUE;
}

/* Held-out pairs */

static gboolean
read_averages (FseTrainer *trainer, gfloat *values, GError **error)
{
  return fse_device_read (trainer->device, fse_weights_arena (trainer->weights, FSE_ARENA_EMA), values,
                          fse_weights_floats (trainer->weights), error);
}

/* Looks at them, and keeps the averages where they never did better. */
static gboolean
look_at_held_out (FseTrainer *trainer, GError **error)
{
  FseProgressState  *state = &trainer->state;
  FseValidationPoint look = { .step = state->step };
  FseSnapshot        snapshot = trainer->snapshot;
  gdouble            score;

  if (!fse_validation_score (trainer->validation, &score, error))
    return FALSE;
  look.score = isfinite (score) ? score : FSE_VALIDATION_WORST;
  g_mutex_lock (&trainer->curve_lock);
  g_array_append_val (state->looks, look);
  g_mutex_unlock (&trainer->curve_lock);
  if (!state->kept || look.score <= state->best.score)
    {
      if (!state->kept)
        state->kept = g_new (gfloat, fse_weights_floats (trainer->weights));
      if (!read_averages (trainer, state->kept, error))
        return FALSE;
      state->best = look;
    }
  tell_looks (trainer, &snapshot);
  fse_trainer_publish (trainer, &snapshot);
  return TRUE;
}

/* Whether the held-out pairs have not done better for so long that the training ends here. */
static gboolean
has_lost_patience (FseTrainer *trainer)
{
  const FseProgressState *state = &trainer->state;
  gdouble                 since = budget_spent (trainer) * (state->step - state->best.step) / state->step;
  g_autofree gchar       *text = NULL;

  if (!trainer->validation || trainer->settings.patience <= 0 || !state->kept || since < trainer->settings.patience)
    return FALSE;
  text = g_strdup_printf (_("Training ended after step %u: the held-out pairs have not done better since step %u."),
                          state->step, state->best.step);
  tell (trainer, text);
  return TRUE;
}

/* spent: share of the budget before the step just taken. */
static gboolean
look_now_and_then (FseTrainer *trainer, gdouble spent, GError **error)
{
  return !trainer->held_out
         || !fse_schedule_validates (spent, budget_spent (trainer), trainer->state.step - last_look (trainer).step)
         || look_at_held_out (trainer, error);
}

/* Saving */

static gboolean
save_checkpoint (FseTrainer *trainer, GError **error)
{
  return catch_up (trainer, error)
         && fse_checkpoint_save (trainer->checkpoint, &trainer->settings, fse_stage_data (trainer->fine)->digest,
                                 &trainer->state, trainer->device, trainer->weights, trainer->guard, error);
}

/* A few held-out pairs tell only roughly how others will fare: the last weights, whose rate came down to
 * nothing, are better than earlier ones unless the pairs say clearly otherwise. */
static gboolean
keeps_best (FseTrainer *trainer)
{
  const FseProgressState *state = &trainer->state;

  if (!state->kept || trainer->settings.keep == FSE_KEEP_LAST)
    return FALSE;
  return trainer->settings.keep == FSE_KEEP_BEST || last_look (trainer).score > FAR_WORSE * state->best.score;
}

/* What the written model leaves of a picture's own fine detail, into `info`.  Where pairs are too small to tell, because windows show
 * all that they have, it is what becomes of the detail below the working size.  A device without room for it costs nothing but this. */
static gboolean
measure_detail (FseTrainer *trainer, FseModelInfo *info)
{
  g_autoptr (GError)    problem = NULL;
  g_autoptr (FseEditor) editor = NULL;
  gdouble               fineness = 1;

  if (!fse_detail_measurable (trainer->pairs, &trainer->settings))
    {
      if (trainer->settings.windows > 1 && fse_windows_fineness (trainer->pairs, trainer->settings.size, &fineness, NULL)
          && fineness < FSE_WIPES_DETAIL)
        info->detail = 0;
      return info->detail < 1;
    }
  editor = fse_editor_open (trainer->path, trainer->device_name, &problem);
  if (editor && fse_detail_measure (editor, trainer->pairs, &trainer->settings, &info->detail, &problem))
    return info->detail < 1;
  g_info ("The detail could not be measured: %s", problem->message);
  info->detail = 1;
  return FALSE;
}

static gboolean
save_model (FseTrainer *trainer, GError **error)
{
  const FseDataset    *data = fse_stage_data (trainer->fine);
  FseProgressState    *state = &trainer->state;
  gboolean             best = keeps_best (trainer);
  gsize                floats = fse_weights_floats (trainer->weights);
  g_autofree gfloat   *values = g_new (gfloat, floats);
  g_autofree guint8   *before = fse_dataset_bytes (data, data->before);
  g_autofree guint8   *after = fse_dataset_bytes (data, data->after);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar    *created = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
  FseModelInfo info = { .settings = trainer->settings, .width = data->window_width, .height = data->window_height,
                        .n_pairs = data->n, .steps = state->step, .seconds = state->seconds,
                        .error = state->error, .copy_error = data->copy_error, .held_out = trainer->held_out,
                        .colour_table = trainer->colour_table,
                        .best_step = best ? state->best.step : state->step,
                        .validation = best ? state->best.score : last_look (trainer).score,
                        .detail = 1, .device = (gchar *) fse_device_info (trainer->device)->name,
                        .program = (gchar *) "few-shot-edit " FSE_VERSION, .created = created,
                        .instruction = trainer->instruction, .inverse = trainer->inverse };

  if (!read_averages (trainer, values, error))
    return FALSE;
  if (best)
    memcpy (values, state->kept, floats * sizeof (gfloat));
  if (!fse_model_save (trainer->path, &info, trainer->weights, values, before, after, error))
    return FALSE;
  if (fse_texture_is_unfounded (trainer->path, trainer->device_name, trainer->pairs, &trainer->settings))
    {
      fse_texture_take_out (trainer->weights, values);
      if (!fse_model_save (trainer->path, &info, trainer->weights, values, before, after, error))
        return FALSE;
    }
  return !measure_detail (trainer, &info)
         || fse_model_save (trainer->path, &info, trainer->weights, values, before, after, error);
}

static gboolean
stop_early (FseTrainer *trainer, GError **error)
{
  if (trainer->state.step == 0)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_CANCELLED, _("Training was stopped before its first step; nothing was written."));
      return FALSE;
    }
  if (!save_checkpoint (trainer, error))
    return FALSE;
  g_set_error (error, FSE_ERROR, FSE_ERROR_CANCELLED,
               ngettext ("Training was stopped after %u step; the checkpoint “%s” keeps it: train again with --resume to go on.",
                         "Training was stopped after %u steps; the checkpoint “%s” keeps them: train again with --resume to go on.",
                         trainer->state.step),
               trainer->state.step, trainer->checkpoint);
  return FALSE;
}

/* The device's own trouble in the middle of a run must not cost the steps made. */
static gboolean
fail_safely (FseTrainer *trainer)
{
  if (trainer->state.step > 0)
    save_checkpoint (trainer, NULL);
  return FALSE;
}

/* A full disk in the middle of a run is told, and the run goes on: there may be room at its end. */
static void
save_checkpoint_or_tell (FseTrainer *trainer)
{
  g_autoptr (GError) problem = NULL;

  if (!save_checkpoint (trainer, &problem))
    tell (trainer, problem->message);
}

/* A run of skipped steps has learnt nothing worth a file. */
static gboolean
has_learnt (FseTrainer *trainer, GError **error)
{
  if (trainer->snapshot.skipped * 2 <= trainer->state.step)
    return TRUE;
  g_set_error (error, FSE_ERROR, FSE_ERROR_NUMERIC,
               ngettext ("%u of %u step gave values that are not numbers, so no model was written: "
                         "train with a lower rate (--set rate=0.0003), or on another device.",
                         "%u of %u steps gave values that are not numbers, so no model was written: "
                         "train with a lower rate (--set rate=0.0003), or on another device.", trainer->state.step),
               trainer->snapshot.skipped, trainer->state.step);
  return FALSE;
}

static void
tell_paused (FseTrainer *trainer, gboolean paused)
{
  FseSnapshot snapshot = trainer->snapshot;

  snapshot.paused = paused;
  fse_trainer_publish (trainer, &snapshot);
}

static void
wait_while_paused (FseTrainer *trainer)
{
  gint64 from = g_get_monotonic_time ();

  if (!g_atomic_int_get (&trainer->paused))
    return;
  if (trainer->state.step > 0)
    save_checkpoint_or_tell (trainer);
  tell_paused (trainer, TRUE);
  while (g_atomic_int_get (&trainer->paused) && !g_atomic_int_get (&trainer->cancelled) && !g_atomic_int_get (&trainer->stopped))
    g_usleep (PAUSE_MICROSECONDS);
  tell_paused (trainer, FALSE);
  trainer->started += g_get_monotonic_time () - from;
}

static gboolean
train (FseTrainer *trainer, GError **error)
{
  gint64 saved = g_get_monotonic_time ();

  if (!prepare (trainer, error))
    return FALSE;

  while (budget_spent (trainer) < 1 && !has_lost_patience (trainer))
    {
      FseStage *stage;
      gdouble   spent = budget_spent (trainer);

      wait_while_paused (trainer);
      if (g_atomic_int_get (&trainer->cancelled))
        return stop_early (trainer, error);
      if (g_atomic_int_get (&trainer->stopped))
        {
          if (trainer->state.step == 0)
            return stop_early (trainer, error);
          break;
        }
      stage = current_stage (trainer);
      if (!take_step (trainer, stage, error) || !look_now_and_then (trainer, spent, error)
          || !fse_showcase_keep (&trainer->showcase, stage, trainer->validation, trainer->held_out > 0, trainer->guest != NULL, error))
        return fail_safely (trainer);
      if (g_get_monotonic_time () - saved > CHECKPOINT_SECONDS * 1e6)
        {
          save_checkpoint_or_tell (trainer);
          saved = g_get_monotonic_time ();
        }
    }

  if (!catch_up (trainer, error) || !has_learnt (trainer, error))
    return FALSE;
  enter_phase (trainer, FSE_TRAINING_SAVING);
  if (trainer->held_out && last_look (trainer).step < trainer->state.step && !look_at_held_out (trainer, error))
    return fail_safely (trainer);
  if (!save_model (trainer, error))
    {
      save_checkpoint (trainer, NULL);
      return FALSE;
    }
  g_unlink (trainer->checkpoint);
  enter_phase (trainer, FSE_TRAINING_DONE);
  return TRUE;
}

/* Better to hear it now than after the training. */
static gboolean
can_be_written (FseTrainer *trainer, GError **error)
{
  g_auto (FseDiskFile) trial = FSE_DISK_FILE_INIT;

  return fse_disk_create (&trial, trainer->path, error);
}

gboolean
fse_trainer_run (FseTrainer *trainer, GError **error)
{
  gboolean ok;

  trainer->started = g_get_monotonic_time ();
  ok = can_be_written (trainer, error) && train (trainer, error);
  fse_trainer_release (trainer);
  return ok;
}
