/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/trainer.h"

#include <glib/gstdio.h>

#include <math.h>

#include "files/disk.h"
#include "model/model-file.h"
#include "operators/optimiser.h"
#include "training/checkpoint.h"
#include "training/showcase.h"

/* AdamW and its schedule: a short linear start, then a cosine down to nearly nothing. */
#define WARM_UP_STEPS 50
#define LAST_RATE 1e-5
#define BETA1 0.9f
#define BETA2 0.99f
#define EPSILON 1e-8f
#define WEIGHT_DECAY 1e-2f
#define CLIP_NORM 1.0f
#define EMA_DECAY 0.998f
/* The share of the budget spent at half size first, and the size from which that is done. */
#define COARSE_SHARE 0.5
#define COARSE_FROM 96
/* A crash costs at most this much. */
#define CHECKPOINT_SECONDS 60.0
#define DEFAULT_MINUTES 5.0
#define SMOOTHING 0.98
#define PAUSE_MICROSECONDS 50000

struct _FseTrainer
{
  FsePairs   *pairs; /* copy: references of the pictures */
  FseSettings settings;
  gchar      *path, *checkpoint, *device_name, *init_path, *instruction, *inverse;
  gboolean    resume;
  gint        cancelled, stopped, paused; /* atomic */

  /* Snapshot for other threads: odd while it is being written. */
  gint        sequence; /* atomic */
  FseSnapshot snapshot;
  GMutex      curve_lock;
  FseShowcase showcase;

  /* while running; the trainer's thread alone */
  FseDevice       *device;
  FseWeights      *weights;
  FseStage        *coarse;         /* at half size; NULL where there is none */
  FseStage        *fine;
  FseBuffer        guard, scratch;
  FseProgressState state;
  gint64           started;        /* monotonic, of this session */
  gdouble          earlier;        /* seconds of earlier sessions */
};

FseTrainer *
fse_trainer_new (FsePairs *pairs, const FseSettings *settings, const gchar *model_path, GError **error)
{
  g_autoptr (FseTrainer) trainer = g_new0 (FseTrainer, 1);

  g_mutex_init (&trainer->curve_lock);
  fse_showcase_init (&trainer->showcase);
  trainer->pairs = fse_pairs_new ();
  trainer->state.curve = g_array_new (FALSE, FALSE, sizeof (gfloat));
  trainer->settings = *settings;
  if (settings->steps == 0 && settings->minutes <= 0)
    trainer->settings.minutes = DEFAULT_MINUTES;
  if (!fse_settings_check (&trainer->settings, error) || !fse_pairs_check (pairs, error))
    return NULL;
  for (guint i = 0; i < pairs->pairs->len; i++)
    {
      FsePair *pair = pairs->pairs->pdata[i];

      if (!fse_pairs_add (trainer->pairs, pair->name, pair->before, pair->after, error))
        return NULL;
    }
  trainer->path = g_strdup (model_path);
  trainer->checkpoint = fse_checkpoint_path (model_path);
  trainer->snapshot.loss = trainer->snapshot.error = NAN;
  trainer->snapshot.seconds_left = -1;
  trainer->snapshot.total_steps = settings->steps;
  return g_steal_pointer (&trainer);
}

static void
take_down (FseTrainer *trainer)
{
  g_clear_pointer (&trainer->coarse, fse_stage_free);
  g_clear_pointer (&trainer->fine, fse_stage_free);
  g_clear_pointer (&trainer->weights, fse_weights_free);
  if (trainer->guard.mem)
    fse_device_free (trainer->device, &trainer->guard);
  if (trainer->scratch.mem)
    fse_device_free (trainer->device, &trainer->scratch);
}

static void
release (FseTrainer *trainer)
{
  take_down (trainer);
  g_clear_pointer (&trainer->device, fse_device_close);
}

void
fse_trainer_free (FseTrainer *trainer)
{
  if (!trainer)
    return;
  release (trainer);
  fse_pairs_free (trainer->pairs);
  g_array_unref (trainer->state.curve);
  g_mutex_clear (&trainer->curve_lock);
  fse_showcase_clear (&trainer->showcase);
  g_free (trainer->path);
  g_free (trainer->checkpoint);
  g_free (trainer->device_name);
  g_free (trainer->init_path);
  g_free (trainer->instruction);
  g_free (trainer->inverse);
  g_free (trainer);
}

void
fse_trainer_set_device (FseTrainer *trainer, const gchar *name)
{
  g_free (trainer->device_name);
  trainer->device_name = g_strdup (name);
}

void
fse_trainer_set_resume (FseTrainer *trainer, gboolean resume)
{
  trainer->resume = resume;
}

void
fse_trainer_set_init (FseTrainer *trainer, const gchar *model_path)
{
  g_free (trainer->init_path);
  trainer->init_path = g_strdup (model_path);
}

void
fse_trainer_set_words (FseTrainer *trainer, const gchar *instruction, const gchar *inverse)
{
  g_free (trainer->instruction);
  g_free (trainer->inverse);
  trainer->instruction = g_strdup (instruction);
  trainer->inverse = g_strdup (inverse);
}

void
fse_trainer_cancel (FseTrainer *trainer)
{
  g_atomic_int_set (&trainer->cancelled, 1);
}

void
fse_trainer_stop (FseTrainer *trainer)
{
  g_atomic_int_set (&trainer->stopped, 1);
}

void
fse_trainer_pause (FseTrainer *trainer, gboolean pause)
{
  g_atomic_int_set (&trainer->paused, pause);
}

gboolean
fse_trainer_example (FseTrainer *trainer, guint *version, FseImage *pictures[3])
{
  return fse_showcase_look (&trainer->showcase, version, pictures);
}

gchar *
fse_checkpoint_path (const gchar *model_path)
{
  return g_strconcat (model_path, ".checkpoint", NULL);
}

/* Snapshot */

static void
publish (FseTrainer *trainer, const FseSnapshot *snapshot)
{
  g_atomic_int_inc (&trainer->sequence);
  trainer->snapshot = *snapshot;
  g_atomic_int_inc (&trainer->sequence);
}

void
fse_trainer_snapshot (FseTrainer *trainer, FseSnapshot *snapshot)
{
  gint before, after;

  do
    {
      before = g_atomic_int_get (&trainer->sequence);
      *snapshot = trainer->snapshot;
      after = g_atomic_int_get (&trainer->sequence);
    }
  while (before != after || before % 2);
}

gfloat *
fse_trainer_loss_curve (FseTrainer *trainer, gsize *n)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&trainer->curve_lock);
  const gfloat *curve = (const gfloat *) trainer->state.curve->data;
  gsize         steps = trainer->state.curve->len;
  gfloat       *points;

  *n = MIN (steps, 200);
  points = g_new0 (gfloat, MAX (*n, 1));
  for (gsize i = 0; i < *n; i++)
    {
      gsize from = i * steps / *n, to = (i + 1) * steps / *n;

      for (gsize s = from; s < to; s++)
        points[i] += curve[s] / (to - from);
    }
  return points;
}

static void
enter_phase (FseTrainer *trainer, FseTrainingPhase phase)
{
  FseSnapshot snapshot = trainer->snapshot;

  snapshot.phase = phase;
  publish (trainer, &snapshot);
}

/* Budget */

static gdouble
seconds_spent (FseTrainer *trainer)
{
  return trainer->earlier + (g_get_monotonic_time () - trainer->started) / 1e6;
}

/* How much of the budget is spent, 0..1: the clock of the learning rate.  By
 * steps it is exact, so that a resumed run equals an uninterrupted one. */
static gdouble
budget_spent (FseTrainer *trainer)
{
  gdouble by_steps = 0, by_time = 0;

  if (trainer->settings.steps)
    by_steps = trainer->state.step / (gdouble) trainer->settings.steps;
  if (trainer->settings.minutes > 0)
    by_time = seconds_spent (trainer) / (trainer->settings.minutes * 60);
  return MIN (1.0, MAX (by_steps, by_time));
}

static void
report (FseTrainer *trainer, gfloat skipped)
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
  publish (trainer, &snapshot);
}

/* Preparing */

/* Builds and places everything for `batch` pairs a step. */
static gboolean
build (FseTrainer *trainer, gint batch, GError **error)
{
  const FseSettings *s = &trainer->settings;
  FseSnapshot        snapshot = trainer->snapshot;
  gfloat             guard[FSE_GUARD_FLOATS] = { [FSE_GUARD_FACTOR] = 1.0f };

  trainer->weights = fse_weights_new (trainer->device, s->seed);
  trainer->fine = fse_stage_new (trainer->device, trainer->weights, s, trainer->pairs, s->size, batch, error);
  if (!trainer->fine)
    return FALSE;
  if (s->progressive && s->size >= COARSE_FROM)
    {
      trainer->coarse = fse_stage_new (trainer->device, trainer->weights, s, trainer->pairs, s->size / 2, batch, error);
      if (!trainer->coarse)
        return FALSE;
    }
  snapshot.copy_error = fse_stage_data (trainer->fine)->copy_error;
  snapshot.memory = fse_stage_memory (trainer->fine) + (trainer->coarse ? fse_stage_memory (trainer->coarse) : 0)
                    + (FSE_ARENA_EMA + 1) * sizeof (gfloat) * fse_weights_floats (trainer->weights);
  publish (trainer, &snapshot);

  return fse_weights_allocate (trainer->weights, TRUE, error)
         && fse_stage_place (trainer->fine, error)
         && (!trainer->coarse || fse_stage_place (trainer->coarse, error))
         && fse_device_alloc (trainer->device, fse_optimiser_scratch (trainer->weights), &trainer->scratch, error)
         && fse_device_alloc (trainer->device, FSE_GUARD_FLOATS, &trainer->guard, error)
         && fse_device_write (trainer->device, trainer->guard, guard, FSE_GUARD_FLOATS, error);
}

/* Where the batch does not fit into the device's memory, half of it is tried, once. */
static gboolean
build_to_fit (FseTrainer *trainer, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gint               batch = trainer->settings.batch;

  if (build (trainer, batch, &problem))
    return TRUE;
  if (!g_error_matches (problem, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY) || batch < 4)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  g_debug ("batch of %d does not fit: %s", batch, problem->message);
  take_down (trainer);
  return build (trainer, batch / 2, error);
}

static gboolean
read_initial_weights (FseTrainer *trainer, GError **error)
{
  g_autoptr (FseModelFile) file = NULL;

  if (!trainer->init_path)
    return TRUE;
  file = fse_model_open (trainer->init_path, error);
  return file && fse_model_read_weights (file, trainer->device, trainer->weights, error);
}

static gboolean
prepare (FseTrainer *trainer, GError **error)
{
  FseSnapshot snapshot = trainer->snapshot;

  trainer->device = fse_device_open (trainer->device_name, error);
  if (!trainer->device)
    return FALSE;
  g_strlcpy (snapshot.device, fse_device_info (trainer->device)->name, sizeof snapshot.device);
  if (fse_device_skipped (trainer->device))
    g_snprintf (snapshot.notice, sizeof snapshot.notice, "Passed over: %s", fse_device_skipped (trainer->device));
  publish (trainer, &snapshot);

  if (!build_to_fit (trainer, error) || !read_initial_weights (trainer, error))
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
  return trainer->coarse && budget_spent (trainer) < COARSE_SHARE ? trainer->coarse : trainer->fine;
}

static gfloat
learning_rate (FseTrainer *trainer)
{
  gdouble spent = budget_spent (trainer);
  gdouble rate = LAST_RATE + (trainer->settings.rate - LAST_RATE) * 0.5 * (1 + cos (G_PI * spent));

  return rate * MIN (1.0, (trainer->state.step + 1) / (gdouble) WARM_UP_STEPS);
}

static void
note_losses (FseTrainer *trainer, gdouble total, gdouble pixel)
{
  FseProgressState *state = &trainer->state;
  gdouble           keep = MIN (SMOOTHING, state->step / (state->step + 1.0));
  gfloat            point = isfinite (total) ? total : 0;

  if (isfinite (total) && isfinite (pixel))
    {
      state->loss = keep * state->loss + (1 - keep) * total;
      state->error = keep * state->error + (1 - keep) * pixel;
    }
  g_mutex_lock (&trainer->curve_lock);
  g_array_append_val (state->curve, point);
  g_mutex_unlock (&trainer->curve_lock);
}

static gboolean
take_step (FseTrainer *trainer, FseStage *stage, GError **error)
{
  guint     step = trainer->state.step + 1;
  gdouble   total, pixel;
  gfloat    guard[FSE_GUARD_FLOATS];
  FseStep   update = { .rate = learning_rate (trainer), .beta1 = BETA1, .beta2 = BETA2, .epsilon = EPSILON,
                       .weight_decay = WEIGHT_DECAY, .clip = CLIP_NORM, .step = step,
                       .ema_decay = MIN (EMA_DECAY, (1.0f + step) / (10.0f + step)) };

  if (!fse_stage_draw (stage, trainer->state.step, error)
      || !fse_weights_zero_grad (trainer->weights, error)
      || !fse_stage_run (stage, error)
      || !fse_optimiser_step (trainer->device, trainer->weights, trainer->guard, trainer->scratch, &update, error)
      || !fse_stage_losses (stage, &total, &pixel, error)
      || !fse_device_read (trainer->device, trainer->guard, guard, FSE_GUARD_FLOATS, error))
    return FALSE;

  note_losses (trainer, total, pixel);
  trainer->state.step = step;
  trainer->state.seconds = seconds_spent (trainer);
  report (trainer, guard[FSE_GUARD_SKIPPED]);
  return TRUE;
}

/* Saving */

static gboolean
save_checkpoint (FseTrainer *trainer, GError **error)
{
  return fse_checkpoint_save (trainer->checkpoint, &trainer->settings, fse_stage_data (trainer->fine)->digest, &trainer->state,
                              trainer->device, trainer->weights, trainer->guard, error);
}

static gboolean
save_model (FseTrainer *trainer, GError **error)
{
  const FseDataset    *data = fse_stage_data (trainer->fine);
  g_autofree guint8   *before = fse_dataset_bytes (data, data->before);
  g_autofree guint8   *after = fse_dataset_bytes (data, data->after);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar    *created = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
  FseModelInfo info = { .settings = trainer->settings, .width = data->width, .height = data->height,
                        .n_pairs = data->n, .steps = trainer->state.step, .seconds = trainer->state.seconds,
                        .error = trainer->state.error, .copy_error = data->copy_error,
                        .device = (gchar *) fse_device_info (trainer->device)->name,
                        .program = (gchar *) "few-shot-edit " FSE_VERSION, .created = created,
                        .instruction = trainer->instruction, .inverse = trainer->inverse };

  return fse_model_save (trainer->path, &info, trainer->device, trainer->weights, before, after, error);
}

static gboolean
stop_early (FseTrainer *trainer, GError **error)
{
  if (trainer->state.step == 0)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_CANCELLED, "Training was stopped before its first step; nothing was written.");
      return FALSE;
    }
  if (!save_checkpoint (trainer, error))
    return FALSE;
  g_set_error (error, FSE_ERROR, FSE_ERROR_CANCELLED,
               "Training was stopped after %u steps. The checkpoint “%s” keeps them: train again with --resume to go on.",
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
  FseSnapshot        snapshot = trainer->snapshot;

  if (save_checkpoint (trainer, &problem))
    return;
  g_strlcpy (snapshot.notice, problem->message, sizeof snapshot.notice);
  publish (trainer, &snapshot);
}

/* A run of skipped steps has learnt nothing worth a file. */
static gboolean
has_learnt (FseTrainer *trainer, GError **error)
{
  if (trainer->snapshot.skipped * 2 <= trainer->state.step)
    return TRUE;
  g_set_error (error, FSE_ERROR, FSE_ERROR_NUMERIC,
               "%u of %u steps gave values that are not numbers, so no model was written. "
               "Train with a lower rate (--set rate=0.0003), or on another device.",
               trainer->snapshot.skipped, trainer->state.step);
  return FALSE;
}

static void
tell_paused (FseTrainer *trainer, gboolean paused)
{
  FseSnapshot snapshot = trainer->snapshot;

  snapshot.paused = paused;
  publish (trainer, &snapshot);
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

  while (budget_spent (trainer) < 1)
    {
      FseStage *stage;

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
      if (!take_step (trainer, stage, error) || !fse_showcase_keep (&trainer->showcase, stage, error))
        return fail_safely (trainer);
      if (g_get_monotonic_time () - saved > CHECKPOINT_SECONDS * 1e6)
        {
          save_checkpoint_or_tell (trainer);
          saved = g_get_monotonic_time ();
        }
    }

  if (!has_learnt (trainer, error))
    return FALSE;
  enter_phase (trainer, FSE_TRAINING_SAVING);
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
  release (trainer);
  return ok;
}
