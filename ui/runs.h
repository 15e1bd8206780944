/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A training or applying run as the dialogs and the batch loop see it: started
 * and polled in the main thread, working in a thread of its own.
 *
 * Starting copies the pixels out of the host; from then on the run touches
 * plain memory and the engine only.
 *
 * Typical use (the same for both kinds)
 *   1. run = fse_train_run_start (host, request, &error);
 *   2. every 100 ms: fse_train_run_look (run, &snapshot);
 *   3. if (fse_train_run_finished (run)) ok = fse_train_run_end (run, &error);
 */
#ifndef FSE_RUNS_H
#define FSE_RUNS_H

#include "apply/editor.h"
#include "fse-host.h"
#include "requests.h"
#include "training/trainer.h"

G_BEGIN_DECLS

/* --- training --------------------------------------------------------- */

typedef struct _FseTrainRun FseTrainRun;

/* Reads the pairs' layers (shows the host's progress where `show` is set);
 * a folder is read by the thread. */
FseTrainRun *fse_train_run_start    (FseHost *host, const FseTrainRequest *request, gboolean show, GError **error);
gboolean     fse_train_run_finished (FseTrainRun *run);
/* FALSE while there is nothing to see yet. */
gboolean     fse_train_run_look     (FseTrainRun *run, FseSnapshot *snapshot);
/* As fse_trainer_error_curve(), or NULL while there is none; free it. */
gfloat      *fse_train_run_curve    (FseTrainRun *run, gsize *n);
void         fse_train_run_cancel   (FseTrainRun *run);
/* As the trainer's. */
void         fse_train_run_stop     (FseTrainRun *run);
void         fse_train_run_pause    (FseTrainRun *run, gboolean pause);
gboolean     fse_train_run_example  (FseTrainRun *run, guint *version, FseImage *pictures[3]);
/* Of the request's guest, in its own shape. */
gboolean     fse_train_run_guest    (FseTrainRun *run, guint *version, FseImage *pictures[2]);
/* As the trainer's: NULL while there are none. */
FseValidationPoint *fse_train_run_looks (FseTrainRun *run, gsize *n);
/* What the pairs gave reason to say, one sentence a line, or NULL; after the
 * start of the steps it does not change. */
gchar       *fse_train_run_warnings (FseTrainRun *run);
/* What a finished run has learnt from, the caller's then; NULL where it did not come so far. */
FsePairs    *fse_train_run_take_pairs (FseTrainRun *run);
/* Waits for the end, frees the run, and tells how it went. */
gboolean     fse_train_run_end      (FseTrainRun *run, GError **error);

/* --- applying --------------------------------------------------------- */

/* An open model, kept between runs: opening costs more than a preview. */
typedef struct _FseModelSlot FseModelSlot;

FseModelSlot *fse_model_slot_new  (void);
void          fse_model_slot_free (FseModelSlot *slot); /* no run may use it any more */

/* Forgets what a layer looked like to the model: when the layer is copied anew. */
void          fse_model_slot_forget (FseModelSlot *slot);

/* What a preview shows: a rectangle of a layer at `scale` <= 1 of its size, in coordinates of that scale. */
typedef struct
{
  gdouble      scale;
  FseRectangle part;
  FseImage    *before, *after; /* after: as it will be, also where it is not selected */
  gfloat      *selection;      /* of each pixel, 0..1; NULL: nothing is selected */
  guint64      digest;         /* of the before and the selection: another one where they changed */
} FseView;

void          fse_view_clear  (FseView *view);
/* Of a side of the layer, at that scale. */
gint          fse_view_length (gint length, gdouble scale);

typedef struct _FseApplyRun FseApplyRun;

/* Takes references; one run at a time on a slot. */
FseApplyRun *fse_apply_run_start    (FseModelSlot *slot, FseImage *picture, const FseApplyRequest *request, GError **error);
/* The same for a layer whose pixels are copied, and which is borrowed: its region is written; no picture is
 * given at the end, but TRUE by fse_apply_run_end_edit(). */
FseApplyRun *fse_apply_run_start_edit (FseModelSlot *slot, FseHost *host, FseHostEdit *edit, const FseApplyRequest *request,
                                       GError **error);
/* A view of it; a request without a model gives the before alone. */
FseApplyRun *fse_apply_run_start_view (FseModelSlot *slot, FseHost *host, FseHostEdit *edit, const FseApplyRequest *request,
                                       gdouble scale, const FseRectangle *part, GError **error);
gboolean     fse_apply_run_finished (FseApplyRun *run);
gdouble      fse_apply_run_fraction (FseApplyRun *run); /* < 0: still opening */
void         fse_apply_run_cancel   (FseApplyRun *run);
/* Waits for the end, frees the run, and gives the picture. */
FseImage    *fse_apply_run_end      (FseApplyRun *run, GError **error);
gboolean     fse_apply_run_end_edit (FseApplyRun *run, GError **error);
/* Where FALSE is returned, *view may still have a before; clear it. */
gboolean     fse_apply_run_end_view (FseApplyRun *run, FseView *view, GError **error);

/* "BASE (MODEL, 70 %)": what the result's layer is called. */
gchar       *fse_result_name        (const gchar *base, const gchar *model, gdouble strength);

/* --- the process ends ------------------------------------------------- */

/* Cancels the training that runs in this process, if any, and waits until its
 * checkpoint is on disk. */
void fse_runs_abort (void);

G_END_DECLS

#endif
