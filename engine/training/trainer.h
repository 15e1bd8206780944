/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training: from pairs and settings to a model file.
 *
 * Owns: the device it opens, the model, the checkpoint while it runs.
 * Thread: fse_trainer_run() blocks; call it in a thread of its own (see
 * training/job.h) or, as the command line does, in the main thread.
 * fse_trainer_cancel(), _stop(), _pause(), _snapshot() and _example() may be
 * called from any thread, also from a signal handler in the case of cancel.
 *
 * Some pairs may be held out (the setting `validation`): they are not learnt
 * from, how well it does on them is told meanwhile, and they serve as references all the same.
 *
 * Typical use
 *   1. fse_settings_default (&settings); settings.minutes = 5;
 *   2. trainer = fse_trainer_new (pairs, &settings, model_path, &error);
 *   3. fse_trainer_set_device (trainer, "gpu");           optional
 *   4. fse_trainer_run (trainer, &error)                  minutes
 *   5. meanwhile: fse_trainer_snapshot (trainer, &snapshot);
 */
#ifndef FSE_TRAINER_H
#define FSE_TRAINER_H

#include "files/pairs.h"
#include "model/settings.h"
#include "training/checkpoint.h"

G_BEGIN_DECLS

typedef struct _FseTrainer FseTrainer;

typedef enum
{
  FSE_TRAINING_PREPARING, /* opening the device, compiling kernels, loading */
  FSE_TRAINING_STEPS,
  FSE_TRAINING_SAVING,
  FSE_TRAINING_DONE
} FseTrainingPhase;

typedef struct
{
  FseTrainingPhase phase;
  guint   step;           /* steps done */
  guint   total_steps;    /* 0 = not known (budget by minutes) */
  gdouble progress;       /* 0..1 of the budget */
  gdouble seconds;        /* spent training, earlier sessions included */
  gdouble seconds_left;   /* estimate; < 0 = not known yet */
  gdouble loss;           /* smoothed; NaN before the first */
  gdouble error;          /* smoothed mean |result - after|, 0..1: the readable part of the loss */
  gdouble copy_error;     /* mean |before - after| of the training pairs: what doing nothing scores */
  guint   held_out;       /* pairs that are not learnt from */
  gdouble validation;     /* score on them at the last look (0 = perfect, 1 = doing nothing); NaN = none yet */
  gdouble best_validation; /* the best so far, */
  guint   best_step;      /* and when that was; 0 = none yet */
  guint   skipped;        /* steps skipped because of not-a-number */
  guint64 memory;         /* bytes that training takes on the device; 0 = not known yet */
  gdouble step_flops;     /* floating-point operations of a step at full size (fse_tape_flops()); 0 = not known yet */
  gboolean paused;
  gchar   device[128];
  gchar   notice[512];    /* what the user should know, or empty: devices passed over, a checkpoint not written */
} FseSnapshot;

/* Takes references of the pictures.  Afters that are shifted by accident are moved, in `pairs` too, which gets a
 * warning for each (the setting `align`, see fse_pairs_align()).
 * FSE_ERROR_BAD_PAIR, FSE_ERROR_USAGE. */
FseTrainer *fse_trainer_new  (FsePairs *pairs, const FseSettings *settings, const gchar *model_path, GError **error);
void        fse_trainer_free (FseTrainer *trainer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseTrainer, fse_trainer_free)

/* A device's name as in fse_device_open(); copied. */
void     fse_trainer_set_device (FseTrainer *trainer, const gchar *name);
/* Goes on from the checkpoint of this model (MODEL.checkpoint); FALSE with a
 * sentence where there is none or it belongs to other settings or pairs. */
void     fse_trainer_set_resume (FseTrainer *trainer, gboolean resume);
/* Starts from the weights of another model of the same architecture. */
void     fse_trainer_set_init   (FseTrainer *trainer, const gchar *model_path);
/* The edit and its way back in the user's words, kept in the model file; UTF-8, NULL = not said; copied. */
void     fse_trainer_set_words  (FseTrainer *trainer, const gchar *instruction, const gchar *inverse);

/* One more picture to show what the edit does to it by now (fse_trainer_guest()); takes a reference. */
void     fse_trainer_set_guest  (FseTrainer *trainer, FseImage *picture);

/* The name of the held-out pair that is shown, or NULL where none is held out. */
const gchar *fse_trainer_held_out (FseTrainer *trainer);

/* Trains until the budget is spent, then writes the model (temporary file and
 * rename) and removes the checkpoint.  Cancelled: writes the checkpoint, and
 * fails with FSE_ERROR_CANCELLED whose text says how to go on. */
gboolean fse_trainer_run        (FseTrainer *trainer, GError **error);
void     fse_trainer_cancel     (FseTrainer *trainer);
/* Ends a run as if its budget were spent: the model is written.  Before the
 * first step it is a cancel. */
void     fse_trainer_stop       (FseTrainer *trainer);
/* Waits after the present step, with a checkpoint on the disk, until FALSE is
 * said or the run is ended; the time does not count. */
void     fse_trainer_pause      (FseTrainer *trainer, gboolean pause);
/* Before, result and after, at working size: of the held-out pair fse_trainer_held_out(), with the
 * averaged weights, as applying would; where none is held out, of a pair just learnt from, as the
 * augmentation warped it.  FALSE where there is none newer than *version, which is 0 at first; else
 * new references.  Renewed about once a second, from the first call on. */
gboolean fse_trainer_example    (FseTrainer *trainer, guint *version, FseImage *pictures[3]);
/* The same for the guest, with the averaged weights: before and result, stretched to the pairs' shape. */
gboolean fse_trainer_guest      (FseTrainer *trainer, guint *version, FseImage *pictures[2]);
void     fse_trainer_snapshot   (FseTrainer *trainer, FseSnapshot *snapshot);
/* "MODEL.checkpoint", beside the model; free it. */
gchar   *fse_checkpoint_path    (const gchar *model_path);

/* Mean |result - after| as a share of mean |before - after| in up to 200 places of the run so far, for a plot: of the
 * eighth of the steps around each, as batches differ.  0 = all is right, 1 = as doing nothing, NaN = not known.  A new array of n. */
gfloat  *fse_trainer_error_curve (FseTrainer *trainer, gsize *n);

/* What the looks at the held-out pairs said so far, in order: a new array of n. */
FseValidationPoint *fse_trainer_validation_curve (FseTrainer *trainer, gsize *n);

G_END_DECLS

#endif
