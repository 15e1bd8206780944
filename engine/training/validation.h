/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the model by now makes of the pairs that are held out, and of the stage's
 * guest: as applying would, in one sampler step, with the averaged weights, the most similar
 * pair as reference, and nothing warped.
 *
 * Owns: its tape.  Borrows: the stage, the weights.
 * Thread: the device's.  The gradients are lost; weights and averages come out
 * to the bit as they went in, so that looking or not makes no difference.
 *
 * Typical use
 *   1. validation = fse_validation_new (stage, weights, &settings, n_held_out);
 *   2. fse_weights_allocate (...); fse_stage_place (...); fse_validation_place (validation, &error);
 *   3. now and then, between two steps: fse_validation_score (validation, &score, &error);
 */
#ifndef FSE_VALIDATION_H
#define FSE_VALIDATION_H

#include "training/stage.h"

G_BEGIN_DECLS

typedef struct _FseValidation FseValidation;

/* The last n_held_out pairs of the stage's data are looked at, and its guest; takes no device memory yet. */
FseValidation *fse_validation_new    (FseStage *stage, FseWeights *weights, const FseSettings *settings, guint n_held_out);
void           fse_validation_free   (FseValidation *validation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseValidation, fse_validation_free)

/* Bytes that fse_validation_place() will take. */
guint64        fse_validation_memory (FseValidation *validation);
gboolean       fse_validation_place  (FseValidation *validation, GError **error);

/* Over the held-out pairs
 *   1/2 sum L1 (result, after) / sum L1 (before, after) + 1/2 sum A (result, after) / sum A (before, after),
 * L1 the mean absolute difference and A that of the Fourier amplitudes: 0 is perfect, 1 is what doing nothing scores.
 * L1 alone would favour blur, and amplitudes alone see no place. */
gboolean       fse_validation_score   (FseValidation *validation, gdouble *score, GError **error);
/* Before, result and after of the first held-out pair; new images. */
gboolean       fse_validation_example (FseValidation *validation, FseImage *pictures[3], GError **error);
/* The guest before and as the model edits it by now; new images. */
gboolean       fse_validation_guest   (FseValidation *validation, FseImage *pictures[2], GError **error);

G_END_DECLS

#endif
