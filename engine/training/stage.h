/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training at one resolution: the pairs at that size, and the tape of a step.
 * A training goes through one or two stages with the same weights: first at
 * half the size, where a step costs a quarter and matches are near, then at
 * the size at which the model will be used.
 *
 * Owns: its data set, tape and slots.  Borrows: device, weights.
 * Thread: the device's.
 *
 * Typical use
 *   1. stage = fse_stage_new (device, weights, &settings, pairs, held_out, table, size, batch, &error);
 *   2. fse_weights_allocate (weights, TRUE, &error); fse_stage_place (stage, &error);
 *   3. each step: fse_stage_draw (stage, step, &error); fse_stage_run (stage, &error);
 */
#ifndef FSE_STAGE_H
#define FSE_STAGE_H

#include "training/dataset.h"
#include "training/objective.h"

G_BEGIN_DECLS

typedef struct _FseStage FseStage;

/* Notes the step of `batch` pairs; takes no device memory yet.  The last
 * `held_out` pairs are never drawn.  table: the pairs' colour table where the settings have a
 * colour base, borrowed for good; else NULL. */
FseStage         *fse_stage_new    (FseDevice *device, FseWeights *weights, const FseSettings *settings,
                                    FsePairs *pairs, guint held_out, const gfloat *table, gint size, gint batch,
                                    GError **error);
void              fse_stage_free   (FseStage *stage);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseStage, fse_stage_free)

/* One more picture, stretched to the pairs' shape, that is never learnt from: as pair number
 * fse_stage_data()->n, its own after, fse_stage_show() shows it.  Before anything is placed. */
gboolean          fse_stage_invite (FseStage *stage, const FseImage *guest, GError **error);
/* Its R'G'B' and weight, height x width x 4; NULL where there is none. */
const gfloat     *fse_stage_guest  (FseStage *stage);

/* Less memory for a step, a little more time, and the same numbers (fse_tape_recompute()).  Before anything is placed. */
void              fse_stage_recompute (FseStage *stage);

/* Bytes that fse_stage_place() will take. */
guint64           fse_stage_memory (FseStage *stage);
/* Floating-point operations of a step, as fse_tape_flops() counts them. */
gdouble           fse_stage_flops  (FseStage *stage);
gboolean          fse_stage_place  (FseStage *stage, GError **error);

/* Draws the batch of `step` (0, 1, ...): which pairs, how augmented, at which
 * diffusion times.  A function of the settings' seed and of the step. */
gboolean          fse_stage_draw   (FseStage *stage, guint32 step, GError **error);
/* Fills the inputs of another objective of n slots (up to the batch's) and of the stage's size: these
 * pairs as they are, through window `place` (see fse_dataset_window()), at pure noise, which one sampler step starts from. */
gboolean          fse_stage_show   (FseStage *stage, FseObjective *objective, const gint *pairs, gint n, gint place,
                                    GError **error);
/* Forward and backward; gradients are added to the weights'. */
gboolean          fse_stage_run    (FseStage *stage, GError **error);
/* After a step: one loss, a number on the device; NULL where the settings leave it out. */
const FseTensor  *fse_stage_loss   (FseStage *stage, FseLossTerm term);
/* As well: mean |before - after| of its batch. */
const FseTensor  *fse_stage_unedited (FseStage *stage);

/* After a step: before, result and after of the batch's first pair, as it was
 * warped; new images. */
gboolean          fse_stage_example (FseStage *stage, FseImage *pictures[3], GError **error);

/* The same of slot 0 of another objective. */
gboolean          fse_stage_read    (FseStage *stage, const FseObjective *objective, FseImage *pictures[3], GError **error);

const FseDataset *fse_stage_data   (FseStage *stage);
FseDevice        *fse_stage_device (FseStage *stage);

G_END_DECLS

#endif
