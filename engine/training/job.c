/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A piece of work in its own thread; only the end is shared, by one atomic.
 */
#include "training/job.h"

struct _FseJob
{
  GThread   *thread;
  FseJobWork work;
  gpointer   data;
  gint       finished; /* atomic; `ok` and `error` are the caller's from then on */
  gboolean   ok;
  GError    *error;
};

static gpointer
run (gpointer user_data)
{
  FseJob *job = user_data;

  job->ok = job->work (job->data, &job->error);
  g_atomic_int_set (&job->finished, TRUE);
  return NULL;
}

FseJob *
fse_job_new (const gchar *name, FseJobWork work, gpointer data)
{
  FseJob *job = g_new0 (FseJob, 1);

  job->work = work;
  job->data = data;
  job->thread = g_thread_try_new (name, run, job, &job->error);
  if (!job->thread)
    job->finished = TRUE;
  return job;
}

gboolean
fse_job_finished (FseJob *job)
{
  return g_atomic_int_get (&job->finished);
}

gboolean
fse_job_join (FseJob *job, GError **error)
{
  gboolean ok;

  if (job->thread)
    g_thread_join (job->thread);
  ok = job->ok;
  if (job->error)
    g_propagate_error (error, job->error);
  g_free (job);
  return ok;
}
