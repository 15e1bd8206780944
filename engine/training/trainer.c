/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/trainer-private.h"

#include <math.h>

#include "files/align.h"
#include "training/held-out.h"
#include "training/windows-choice.h"

#define DEFAULT_MINUTES 5.0

FseTrainer *
fse_trainer_new (FsePairs *pairs, const FseSettings *settings, const gchar *model_path, GError **error)
{
  g_autoptr (FseTrainer) trainer = g_new0 (FseTrainer, 1);

  g_mutex_init (&trainer->curve_lock);
  fse_showcase_init (&trainer->showcase);
  fse_progress_state_init (&trainer->state);
  trainer->settings = *settings;
  if (settings->steps == 0 && settings->minutes <= 0)
    trainer->settings.minutes = DEFAULT_MINUTES;
  if (!fse_settings_check (&trainer->settings, error) || !fse_pairs_check (pairs, error)
      || (settings->align && !fse_pairs_align (pairs, error))
      || !fse_held_out_count (settings->validation, pairs->pairs->len, &trainer->held_out, error))
    return NULL;
  trainer->pairs = fse_held_out_last (pairs, trainer->held_out);
  if (!fse_windows_choose (pairs, settings->size, &trainer->settings.windows, error))
    return NULL;
  if (trainer->settings.windows > 1)
    trainer->settings.position = FALSE; /* a window does not know where it is */
  trainer->path = g_strdup (model_path);
  trainer->checkpoint = fse_checkpoint_path (model_path);
  trainer->snapshot.loss = trainer->snapshot.error = trainer->snapshot.validation = trainer->snapshot.best_validation = NAN;
  trainer->snapshot.held_out = trainer->held_out;
  trainer->snapshot.seconds_left = -1;
  trainer->snapshot.total_steps = settings->steps;
  return g_steal_pointer (&trainer);
}

void
fse_trainer_free (FseTrainer *trainer)
{
  if (!trainer)
    return;
  fse_trainer_release (trainer);
  fse_pairs_free (trainer->pairs);
  fse_progress_state_clear (&trainer->state);
  g_mutex_clear (&trainer->curve_lock);
  fse_showcase_clear (&trainer->showcase);
  g_free (trainer->path);
  g_free (trainer->checkpoint);
  g_free (trainer->device_name);
  g_free (trainer->init_path);
  g_free (trainer->instruction);
  g_free (trainer->inverse);
  g_clear_pointer (&trainer->guest, fse_image_unref);
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

const gchar *
fse_trainer_held_out (FseTrainer *trainer)
{
  GPtrArray *pairs = trainer->pairs->pairs;

  return trainer->held_out ? ((FsePair *) pairs->pdata[pairs->len - trainer->held_out])->name : NULL;
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

void
fse_trainer_set_guest (FseTrainer *trainer, FseImage *picture)
{
  g_clear_pointer (&trainer->guest, fse_image_unref);
  trainer->guest = fse_image_ref (picture);
}

gboolean
fse_trainer_guest (FseTrainer *trainer, guint *version, FseImage *pictures[2])
{
  return fse_showcase_guest (&trainer->showcase, version, pictures);
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

void
fse_trainer_publish (FseTrainer *trainer, const FseSnapshot *snapshot)
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
fse_trainer_error_curve (FseTrainer *trainer, gsize *n)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&trainer->curve_lock);
  const FseErrorPoint *errors = (const FseErrorPoint *) trainer->state.errors->data;
  gsize                steps = trainer->state.errors->len, around = steps / 16;
  gfloat              *shares;

  *n = MIN (steps, 200);
  shares = g_new (gfloat, MAX (*n, 1));
  for (gsize i = 0; i < *n; i++)
    {
      gsize   from = i * steps / *n, to = MIN ((i + 1) * steps / *n + around, steps);
      gdouble result = 0, unedited = 0;

      for (gsize s = from - MIN (from, around); s < to; s++)
        {
          result += errors[s].result;
          unedited += errors[s].unedited;
        }
      shares[i] = unedited > 0 ? result / unedited : NAN;
    }
  return shares;
}

FseValidationPoint *
fse_trainer_validation_curve (FseTrainer *trainer, gsize *n)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&trainer->curve_lock);
  GArray *looks = trainer->state.looks;

  *n = looks->len;
  return g_memdup2 (looks->data, looks->len * sizeof (FseValidationPoint));
}
