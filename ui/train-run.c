/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One training run: pairs out of the host's layers or a folder, the engine's
 * trainer in a job.  See runs.h.
 */
#include "config-i18n.h"

#include "runs.h"

#include <string.h>

#include "training/job.h"

struct _FseTrainRun
{
  FseJob     *job;
  FsePairs   *pairs; /* from layers; NULL when the folder is to be read */
  FseSettings settings;
  gchar      *folder, *model, *device;
  gboolean    resume;

  GMutex      lock; /* of what follows */
  FseTrainer *trainer;
  gboolean    cancelled;
  gchar      *warnings;
};

/* The run that must be ended before the process may: main thread only. */
static FseTrainRun *current;

static void
run_free (FseTrainRun *run)
{
  if (current == run)
    current = NULL;
  g_clear_pointer (&run->trainer, fse_trainer_free);
  g_clear_pointer (&run->pairs, fse_pairs_free);
  g_free (run->folder);
  g_free (run->model);
  g_free (run->device);
  g_free (run->warnings);
  g_mutex_clear (&run->lock);
  g_free (run);
}

static gboolean
settings_from_request (FseSettings *settings, const FseTrainRequest *request, GError **error)
{
  fse_settings_default (settings);
  for (gchar **assignment = request->settings; *assignment; assignment++)
    if (! fse_settings_set (settings, *assignment, error))
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

/* Large photos are reduced at once, or fifty of them would not fit into
 * memory; twice the working size leaves the trainer's crops their detail. */
static FseImage *
reduce (FseImage *picture, gint size, GError **error)
{
  gint    side  = MIN (picture->width, picture->height);
  gdouble scale = 2.0 * size / MAX (side, 1);

  if (scale >= 1.0)
    return fse_image_ref (picture);
  return fse_image_scale (picture,
                          MAX ((gint) (picture->width * scale + 0.5), 1),
                          MAX ((gint) (picture->height * scale + 0.5), 1), error);
}

static FsePairs *
read_layers (FseHost *host, const FseTrainRequest *request, gint size, gboolean show, GError **error)
{
  g_autoptr (FsePairs) pairs = fse_pairs_new ();
  guint                n     = request->before->len;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (FseImage) before = NULL, after = NULL, small_before = NULL, small_after = NULL;
      g_autofree gchar    *name = g_strdup_printf (_("pair %u"), i + 1);

      if (show)
        host->progress (host, i == 0 ? _("Reading the example pairs") : NULL, (gdouble) i / n);
      if (! host->read_pair (host, g_array_index (request->before, gint, i),
                             g_array_index (request->after, gint, i), &before, &after, error))
        return NULL;
      if (! (small_before = reduce (before, size, error)) || ! (small_after = reduce (after, size, error)))
        return NULL;
      if (! fse_pairs_add (pairs, name, small_before, small_after, error))
        return NULL;
    }
  return g_steal_pointer (&pairs);
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
  return text->len ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static gboolean
work (gpointer data, GError **error)
{
  FseTrainRun *run     = data;
  FseTrainer  *trainer = NULL;

  if (! run->pairs && ! (run->pairs = fse_pairs_load (run->folder, 0, error)))
    return FALSE;
  if (! fse_pairs_check (run->pairs, error) || is_cancelled (run, error))
    return FALSE;
  trainer = fse_trainer_new (run->pairs, &run->settings, run->model, error);
  if (! trainer)
    return FALSE;
  if (run->device[0])
    fse_trainer_set_device (trainer, run->device);
  fse_trainer_set_resume (trainer, run->resume);

  g_mutex_lock (&run->lock);
  run->warnings = join_warnings (run->pairs);
  run->trainer  = trainer;
  if (run->cancelled)
    fse_trainer_cancel (trainer);
  g_mutex_unlock (&run->lock);

  g_clear_pointer (&run->pairs, fse_pairs_free); /* the trainer has its copies */
  return fse_trainer_run (trainer, error);
}

FseTrainRun *
fse_train_run_start (FseHost *host, const FseTrainRequest *request, gboolean show, GError **error)
{
  FseTrainRun *run;
  FseSettings  settings;
  FsePairs    *pairs = NULL;
  gboolean     layers = request->before->len > 0 || request->after->len > 0;

  g_return_val_if_fail (current == NULL, NULL);

  if (! request->model[0])
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_USAGE,
                           _("No model file is named: say where the trained edit shall be saved."));
      return NULL;
    }
  if (request->before->len != request->after->len)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                   _("There are %u before layers but %u after layers: give each before its after."),
                   request->before->len, request->after->len);
      return NULL;
    }
  if (! layers && ! request->folder[0])
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                           _("There are no example pairs: give before and after layers, or a folder of pairs."));
      return NULL;
    }
  if (! settings_from_request (&settings, request, error))
    return NULL;
  if (layers && ! (pairs = read_layers (host, request, settings.size, show, error)))
    return NULL;

  run           = g_new0 (FseTrainRun, 1);
  run->pairs    = pairs;
  run->settings = settings;
  run->folder   = g_filename_from_utf8 (request->folder, -1, NULL, NULL, NULL);
  run->model    = g_filename_from_utf8 (request->model, -1, NULL, NULL, NULL);
  run->device   = g_strdup (request->device);
  run->resume   = request->resume;
  g_mutex_init (&run->lock);
  if (! run->folder || ! run->model)
    {
      run_free (run);
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_USAGE,
                           _("A file name cannot be written in this system's character set: choose another name."));
      return NULL;
    }
  current  = run;
  run->job = fse_job_new ("train", work, run);
  return run;
}

gboolean
fse_train_run_finished (FseTrainRun *run)
{
  return ! run->job || fse_job_finished (run->job);
}

gboolean
fse_train_run_look (FseTrainRun *run, FseSnapshot *snapshot)
{
  FseTrainer *trainer;

  g_mutex_lock (&run->lock);
  trainer = run->trainer;
  g_mutex_unlock (&run->lock);
  if (trainer)
    fse_trainer_snapshot (trainer, snapshot);
  return trainer != NULL;
}

gfloat *
fse_train_run_curve (FseTrainRun *run, gsize *n)
{
  FseTrainer *trainer;

  g_mutex_lock (&run->lock);
  trainer = run->trainer;
  g_mutex_unlock (&run->lock);
  *n = 0;
  return trainer ? fse_trainer_loss_curve (trainer, n) : NULL;
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

gboolean
fse_train_run_end (FseTrainRun *run, GError **error)
{
  gboolean ok = fse_job_join (run->job, error);

  run->job = NULL;
  run_free (run);
  return ok;
}

void
fse_runs_abort (void)
{
  if (! current || ! current->job)
    return;
  fse_train_run_cancel (current);
  fse_job_join (current->job, NULL);
  current->job = NULL; /* the run itself stays valid for whoever holds it */
}
