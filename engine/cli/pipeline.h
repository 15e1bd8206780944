/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Many pictures, one model: while one is edited, the next is read and the last is
 * written, each in a thread of its own.
 *
 * What lies in memory is bounded: at most three pictures, and fewer large ones.
 */
#ifndef FSE_PIPELINE_H
#define FSE_PIPELINE_H

#include "apply/editor.h"
#include "cli/routes.h"

G_BEGIN_DECLS

/* One picture that is done or has failed; owned by the pipeline. */
typedef struct
{
  const FseRoute *route;
  GError         *error;   /* NULL: it was saved */
  gchar          *notice;  /* what could not be kept of it, or NULL */
  gdouble         seconds; /* since the one before */
} FseOutcome;

typedef struct _FsePipeline FsePipeline;

/* Borrows all; starts at once. */
FsePipeline *fse_pipeline_new     (FseEditor *editor, const FseApplySettings *settings, GPtrArray *routes);
/* The next outcome, in the routes' order, after at most `seconds`; NULL where there is none yet, or (*ended) no
 * more.  Free it with fse_outcome_free(). */
FseOutcome  *fse_pipeline_next    (FsePipeline *pipeline, gdouble seconds, gboolean *ended);
/* 0..1 of the picture that is being edited, whose route it tells (or NULL). */
gdouble      fse_pipeline_look    (FsePipeline *pipeline, const FseRoute **route);
/* Nothing new is begun, and what is being edited is given up; what is being written may come to its end. */
void         fse_pipeline_stop    (FsePipeline *pipeline);
/* Waits for the threads. */
void         fse_pipeline_free    (FsePipeline *pipeline);
void         fse_outcome_free     (FseOutcome *outcome);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseOutcome, fse_outcome_free)

G_END_DECLS

#endif
