/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One training run: pairs out of the host's layers or a folder, the engine's
 * trainer in a job.  See runs.h.
 */
#include "i18n.h"

#include "runs.h"

#include <math.h>
#include <string.h>

#include "example-reading.h"
#include "train-plan.h"
#include "train-switches.h"
#include "training/job.h"
#include "unfinished.h"

#define PLAN_MILLISECONDS 20

struct _FseTrainRun
{
  FseHost           *host;
  FseTrainRequest   *request;
  FseSettings        settings;
  gchar             *folder, *model; /* in the system's encoding */
  gboolean           show;

  FseJob            *planner;  /* finds out what the request leaves open, or NULL */
  gboolean           planned;

  /* Until the layers are read, in the main thread. */
  guint              idle;
  FseExampleReading *reading;  /* of the example number readings->len */
  GPtrArray         *readings; /* those whose layers are read */
  FseExampleReading *guest;    /* NULL where there is none */
  gboolean           greeted;  /* its layer is read, or cannot be */
  GError            *error;    /* reading failed */

  FseJob            *job;      /* from then on, */
  FsePairs          *pairs;    /* which gets or makes these */

  GMutex      lock; /* of what follows */
  FseTrainer *trainer;
  gboolean    cancelled, stopped, paused;
  gchar      *warnings;
};

/* The run that must be ended before the process may: main thread only. */
static FseTrainRun *current;

static void
run_free (FseTrainRun *run)
{
  if (current == run)
    current = NULL;
  g_clear_handle_id (&run->idle, g_source_remove);
  if (run->planner)
    fse_job_join (g_steal_pointer (&run->planner), NULL);
  g_clear_pointer (&run->reading, fse_example_reading_free);
  g_clear_pointer (&run->readings, g_ptr_array_unref);
  g_clear_pointer (&run->guest, fse_example_reading_free);
  g_clear_error (&run->error);
  g_clear_pointer (&run->trainer, fse_trainer_free);
  g_clear_pointer (&run->request, fse_train_request_free);
  g_clear_pointer (&run->pairs, fse_pairs_free);
  g_free (run->folder);
  g_free (run->model);
  g_free (run->warnings);
  g_mutex_clear (&run->lock);
  g_free (run);
}

static gboolean
settings_from_request (FseSettings *settings, const FseTrainRequest *request, GError **error)
{
  fse_settings_default (settings);
  for (gchar **assignment = request->settings; *assignment; assignment++)
    if (strcmp (*assignment, FSE_MODEL_SIZE_AUTOMATIC) != 0 && ! fse_settings_set (settings, *assignment, error))
      return FALSE;
  if (request->size > 0)
    settings->size = request->size;
  settings->seed = (guint64) (guint32) request->seed;
  settings->steps   = 0;
  settings->minutes = 0.0;
  if (request->steps < 0 || ! (request->minutes >= 0.0))
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_USAGE,
                           _("The training budget is negative: give minutes, or steps, above 0."));
      return FALSE;
    }
  if (request->steps > 0)
    settings->steps = request->steps;
  else
    settings->minutes = request->minutes;
  return fse_settings_check (settings, error);
}

static gboolean
is_cancelled (FseTrainRun *run, GError **error)
{
  gboolean cancelled;

  g_mutex_lock (&run->lock);
  cancelled = run->cancelled;
  g_mutex_unlock (&run->lock);
  if (cancelled)
    g_set_error_literal (error, FSE_ERROR, FSE_ERROR_CANCELLED,
                         _("Training was stopped before its first step; nothing was written."));
  return cancelled;
}

static gchar *
join_warnings (FsePairs *pairs)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < pairs->warnings->len; i++)
    {
      const gchar *line = g_ptr_array_index (pairs->warnings, i);

      if (strstr (text->str, line))
        continue;
      if (text->len)
        g_string_append_c (text, '\n');
      g_string_append (text, line);
    }
  if (pairs->n_moved)
    {
      g_string_append_c (text, '\n');
      g_string_append_printf (text, _("Where such shifts belong to the edit, switch off “%s” under Advanced (in scripts: align=off)."),
                              fse_train_switch_label ("align"));
    }
  return text->len ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* --- what the request leaves open ----------------------------------------- */

static gboolean
settle (FseTrainRun *run, guint n_pairs, GError **error)
{
  gboolean open = fse_train_plan_is_open (run->request);
  FseSpeed speed;

  if (run->planned)
    return TRUE;
  if (open && ! fse_train_plan_measure (run->request->device, &speed, error))
    return FALSE;
  fse_train_plan_make (run->request, open ? &speed : NULL, n_pairs, &run->settings);
  fse_train_plan_fix (run->request, &run->settings);
  run->planned = TRUE;
  return TRUE;
}

static gboolean
plan (gpointer data, GError **error)
{
  FseTrainRun *run = data;

  return settle (run, run->request->examples->len, error);
}

/* --- the job -------------------------------------------------------------- */

static FsePairs *
pairs_of_examples (FseTrainRun *run, GError **error)
{
  g_autoptr (FsePairs) pairs = fse_pairs_new ();

  for (guint i = 0; i < run->readings->len; i++)
    {
      g_autoptr (FseImage) before = NULL, after = NULL;
      g_autofree gchar    *name = g_strdup_printf (_("pair %u"), i + 1);

      if (is_cancelled (run, error)
          || ! fse_example_reading_end (g_ptr_array_index (run->readings, i), &before, &after, error)
          || ! fse_pairs_add (pairs, name, before, after, error))
        return NULL;
    }
  return g_steal_pointer (&pairs);
}

static FsePairs *
get_pairs (FseTrainRun *run, GError **error)
{
  if (run->request->examples->len > 0)
    return pairs_of_examples (run, error);
  if (run->folder[0])
    return fse_pairs_load (run->folder, 0, error);
  if (run->request->pairs)
    return g_steal_pointer (&run->request->pairs);
  return fse_unfinished_pairs (run->model, error);
}

static void
invite (FseTrainRun *run, FseTrainer *trainer)
{
  g_autoptr (FseImage) picture = NULL, none = NULL;

  if (run->guest && fse_example_reading_end (run->guest, &picture, &none, NULL))
    fse_trainer_set_guest (trainer, picture);
}

static gboolean
train (FseTrainRun *run, GError **error)
{
  FseTrainer *trainer = fse_trainer_new (run->pairs, &run->settings, run->model, error);

  if (! trainer)
    return FALSE;
  if (run->request->device[0])
    fse_trainer_set_device (trainer, run->request->device);
  fse_trainer_set_words (trainer, run->request->instruction, run->request->inverse);
  fse_trainer_set_resume (trainer, run->request->resume);
  invite (run, trainer);
  if (run->request->further)
    fse_trainer_set_init (trainer, run->model);

  g_mutex_lock (&run->lock);
  run->warnings = join_warnings (run->pairs);
  run->trainer  = trainer;
  if (run->cancelled)
    fse_trainer_cancel (trainer);
  if (run->stopped)
    fse_trainer_stop (trainer);
  fse_trainer_pause (trainer, run->paused);
  g_mutex_unlock (&run->lock);
  return fse_trainer_run (trainer, error);
}

static gboolean
work (gpointer data, GError **error)
{
  FseTrainRun      *run        = data;
  g_autofree gchar *checkpoint = fse_checkpoint_path (run->model);
  gboolean          ok;

  run->pairs = get_pairs (run, error);
  if (! run->pairs || ! fse_pairs_check (run->pairs, error) || is_cancelled (run, error)
      || ! settle (run, run->pairs->pairs->len, error) || ! fse_unfinished_save (run->model, run->request, run->pairs, error))
    return FALSE;
  ok = train (run, error);
  if (! g_file_test (checkpoint, G_FILE_TEST_EXISTS))
    fse_unfinished_drop (run->model, FALSE); /* there is nothing to go on from */
  return ok;
}

/* --- reading the layers --------------------------------------------------- */

/* What cannot be read is no guest: the training does without. */
static void
read_guest (FseTrainRun *run)
{
  g_autoptr (FseExample) example = fse_example_new_layers (run->request->guest, -1);
  gboolean               done    = FALSE;

  if (! run->guest)
    run->guest = run->request->guest >= 0 ? fse_example_reading_begin (run->host, example, run->settings.size, NULL) : NULL;
  if (! run->guest || ! fse_example_reading_on (run->guest, &done, NULL))
    {
      g_clear_pointer (&run->guest, fse_example_reading_free);
      done = TRUE;
    }
  run->greeted = done;
}

/* Twice the working size leaves the trainer's crops their detail; fifty large
 * photos would not fit into memory. */
static gboolean
read_some (FseTrainRun *run)
{
  GPtrArray *examples = run->request->examples;
  guint      i        = run->readings->len;
  gboolean   done     = FALSE;

  if (i == examples->len && ! run->greeted)
    {
      read_guest (run);
      return TRUE;
    }
  if (i == examples->len)
    {
      run->job = fse_job_new ("train", work, run);
      return FALSE;
    }
  if (! run->reading)
    {
      if (run->show)
        run->host->progress (run->host, i == 0 ? _("Reading the example pairs") : NULL, (gdouble) i / examples->len);
      run->reading = fse_example_reading_begin (run->host, g_ptr_array_index (examples, i), 2 * run->settings.size, &run->error);
      if (! run->reading)
        return FALSE;
    }
  if (! fse_example_reading_on (run->reading, &done, &run->error))
    return FALSE;
  if (done)
    g_ptr_array_add (run->readings, g_steal_pointer (&run->reading));
  return TRUE;
}

static gboolean
on_idle (gpointer data)
{
  FseTrainRun *run = data;

  if (! is_cancelled (run, &run->error) && read_some (run))
    return G_SOURCE_CONTINUE;
  run->idle = 0;
  return G_SOURCE_REMOVE;
}

static void
end_planning (FseTrainRun *run)
{
  if (run->planner)
    fse_job_join (g_steal_pointer (&run->planner), &run->error);
}

/* How large the layers are read hangs on the plan. */
static gboolean
on_planning (gpointer data)
{
  FseTrainRun *run = data;

  if (! fse_job_finished (run->planner))
    return G_SOURCE_CONTINUE;
  end_planning (run);
  run->idle = run->error ? 0 : g_idle_add (on_idle, run);
  return G_SOURCE_REMOVE;
}

/* --- in the main thread --------------------------------------------------- */

static gboolean
check_examples (const FseTrainRequest *request, GError **error)
{
  guint n_before = 0, n_after = 0;

  for (guint i = 0; i < request->examples->len; i++)
    {
      const FseExample *example = g_ptr_array_index (request->examples, i);

      n_before += fse_source_is_set (&example->before);
      n_after += fse_source_is_set (&example->after);
    }
  if (n_before != n_after)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                   _("There are %u before layers but %u after layers: give each before its after."), n_before, n_after);
      return FALSE;
    }
  if (n_before == 0 && ! request->folder[0] && ! request->resume && ! request->pairs)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                           _("There are no example pairs: give before and after layers, or a folder of pairs."));
      return FALSE;
    }
  return TRUE;
}

static FseTrainRequest *
copy_request (const FseTrainRequest *request)
{
  FseTrainRequest  *copy = fse_train_request_new ();
  g_autofree gchar *text = fse_train_request_to_text (request);

  fse_train_request_from_text (copy, text);
  copy->resume  = request->resume;
  copy->further = request->further;
  copy->guest   = request->guest;
  copy->pairs   = request->pairs ? fse_pairs_copy (request->pairs) : NULL;
  return copy;
}

FseTrainRun *
fse_train_run_start (FseHost *host, const FseTrainRequest *request, gboolean show, GError **error)
{
  FseTrainRun *run;
  FseSettings  settings;

  g_return_val_if_fail (current == NULL, NULL);

  if (! request->model[0])
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_USAGE,
                           _("No model file is named: say where the trained edit shall be saved."));
      return NULL;
    }
  if (! check_examples (request, error) || ! settings_from_request (&settings, request, error))
    return NULL;

  run           = g_new0 (FseTrainRun, 1);
  run->host     = host;
  run->request  = copy_request (request);
  run->settings = settings;
  run->folder   = g_filename_from_utf8 (request->folder, -1, NULL, NULL, NULL);
  run->model    = g_filename_from_utf8 (request->model, -1, NULL, NULL, NULL);
  run->show     = show;
  run->readings = g_ptr_array_new_with_free_func ((GDestroyNotify) fse_example_reading_free);
  g_mutex_init (&run->lock);
  if (! run->folder || ! run->model)
    {
      run_free (run);
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_USAGE,
                           _("A file name cannot be written in this system's character set: choose another name."));
      return NULL;
    }
  current = run;
  if (request->examples->len > 0 && fse_train_plan_is_open (request))
    run->planner = fse_job_new ("plan the training", plan, run);
  run->idle = run->planner ? g_timeout_add (PLAN_MILLISECONDS, on_planning, run) : g_idle_add (on_idle, run);
  return run;
}

gboolean
fse_train_run_finished (FseTrainRun *run)
{
  return run->idle == 0 && (! run->job || fse_job_finished (run->job));
}

/* Once it is there it stays until the run's end. */
static FseTrainer *
trainer_of (FseTrainRun *run)
{
  FseTrainer *trainer;

  g_mutex_lock (&run->lock);
  trainer = run->trainer;
  g_mutex_unlock (&run->lock);
  return trainer;
}

gboolean
fse_train_run_look (FseTrainRun *run, FseSnapshot *snapshot)
{
  FseTrainer *trainer = trainer_of (run);

  if (trainer)
    fse_trainer_snapshot (trainer, snapshot);
  return trainer != NULL;
}

gfloat *
fse_train_run_curve (FseTrainRun *run, gsize *n)
{
  FseTrainer *trainer = trainer_of (run);

  *n = 0;
  return trainer ? fse_trainer_error_curve (trainer, n) : NULL;
}

void
fse_train_run_stop (FseTrainRun *run)
{
  g_mutex_lock (&run->lock);
  run->stopped = TRUE;
  if (run->trainer)
    fse_trainer_stop (run->trainer);
  g_mutex_unlock (&run->lock);
}

void
fse_train_run_pause (FseTrainRun *run, gboolean pause)
{
  g_mutex_lock (&run->lock);
  run->paused = pause;
  if (run->trainer)
    fse_trainer_pause (run->trainer, pause);
  g_mutex_unlock (&run->lock);
}

gboolean
fse_train_run_example (FseTrainRun *run, guint *version, FseImage *pictures[3])
{
  FseTrainer *trainer = trainer_of (run);

  return trainer && fse_trainer_example (trainer, version, pictures);
}

/* From the pairs' shape back to the guest's own, of as many pixels. */
static gboolean
unstretch (FseTrainRun *run, FseImage **picture)
{
  gint      width[2], height[2];
  gdouble   pixels = (gdouble) (*picture)->width * (*picture)->height;
  FseImage *own;

  fse_example_reading_sizes (run->guest, width, height);
  own = fse_image_scale (*picture, MAX ((gint) (sqrt (pixels * width[0] / height[0]) + 0.5), 1),
                         MAX ((gint) (sqrt (pixels * height[0] / width[0]) + 0.5), 1), NULL);
  fse_image_unref (*picture);
  *picture = own;
  return own != NULL;
}

gboolean
fse_train_run_guest (FseTrainRun *run, guint *version, FseImage *pictures[2])
{
  FseTrainer *trainer = trainer_of (run);

  if (! trainer || ! fse_trainer_guest (trainer, version, pictures))
    return FALSE;
  if (unstretch (run, &pictures[0]) && unstretch (run, &pictures[1]))
    return TRUE;
  g_clear_pointer (&pictures[0], fse_image_unref);
  g_clear_pointer (&pictures[1], fse_image_unref);
  return FALSE;
}

FseValidationPoint *
fse_train_run_looks (FseTrainRun *run, gsize *n)
{
  FseTrainer *trainer = trainer_of (run);

  *n = 0;
  return trainer ? fse_trainer_validation_curve (trainer, n) : NULL;
}

void
fse_train_run_cancel (FseTrainRun *run)
{
  g_mutex_lock (&run->lock);
  run->cancelled = TRUE;
  if (run->trainer)
    fse_trainer_cancel (run->trainer);
  g_mutex_unlock (&run->lock);
}

gchar *
fse_train_run_warnings (FseTrainRun *run)
{
  gchar *warnings;

  g_mutex_lock (&run->lock);
  warnings = g_strdup (run->warnings);
  g_mutex_unlock (&run->lock);
  return warnings;
}

FsePairs *
fse_train_run_take_pairs (FseTrainRun *run)
{
  return g_steal_pointer (&run->pairs);
}

gboolean
fse_train_run_end (FseTrainRun *run, GError **error)
{
  gboolean ok = FALSE;

  end_planning (run);
  if (run->idle) /* the layers are read first, whoever waits */
    {
      g_clear_handle_id (&run->idle, g_source_remove);
      while (! run->error && ! is_cancelled (run, &run->error) && read_some (run))
        ;
    }
  if (run->job)
    ok = fse_job_join (g_steal_pointer (&run->job), error);
  else if (run->error)
    g_propagate_error (error, g_steal_pointer (&run->error));
  run_free (run);
  return ok;
}

void
fse_runs_abort (void)
{
  if (! current)
    return;
  end_planning (current);
  if (! current->job)
    return;
  fse_train_run_cancel (current);
  fse_job_join (g_steal_pointer (&current->job), NULL); /* the run itself stays valid for whoever holds it */
}
