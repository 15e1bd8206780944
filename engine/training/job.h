/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A training or applying run in a GThread of its own, for programs with a
 * main loop.  The main thread polls (every 100 ms is right); nothing calls
 * back into it.
 *
 * Typical use
 *   1. job = fse_job_new (work, data);
 *   2. timer: if (fse_job_finished (job)) ok = fse_job_join (job, &error);
 */
#ifndef FSE_JOB_H
#define FSE_JOB_H

#include "error.h"

G_BEGIN_DECLS

typedef struct _FseJob FseJob;
/* Runs in the job's thread. */
typedef gboolean (*FseJobWork) (gpointer data, GError **error);

FseJob  *fse_job_new      (const gchar *name, FseJobWork work, gpointer data);
gboolean fse_job_finished (FseJob *job);
/* Waits for the end, frees the job, and gives the work's result. */
gboolean fse_job_join     (FseJob *job, GError **error);

G_END_DECLS

#endif
