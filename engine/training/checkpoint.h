/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state of an unfinished training on disk: weights, moments, averages,
 * the guard's numbers and how far it was.  Random numbers are a function of
 * seed and step, so nothing else is needed to go on bit for bit.
 */
#ifndef FSE_CHECKPOINT_H
#define FSE_CHECKPOINT_H

#include "model/settings.h"
#include "operators/optimiser.h"

G_BEGIN_DECLS

/* The score of a look that gave no number. */
#define FSE_VALIDATION_WORST 1e6f

/* What a look at the held-out pairs said; see fse_validation_score(). */
typedef struct
{
  guint  step;  /* steps done then */
  gfloat score;
} FseValidationPoint;

/* Mean |result - after| of a step's batch, and |before - after|. */
typedef struct
{
  gfloat result, unedited;
} FseErrorPoint;

typedef struct
{
  guint   step;     /* steps done */
  gdouble seconds;  /* spent so far */
  gdouble loss, error; /* smoothed, as shown */
  GArray *errors;   /* FseErrorPoint: of every step so far */
  GArray *looks;    /* FseValidationPoint: of every look so far */
  FseValidationPoint best; /* of those */
  gfloat *kept;     /* the averages of that look; NULL = none yet */
} FseProgressState;

void     fse_progress_state_init  (FseProgressState *state);
void     fse_progress_state_clear (FseProgressState *state);

/* Temporary file and rename. */
gboolean fse_checkpoint_save (const gchar *path, const FseSettings *settings, const gchar *digest,
                              const FseProgressState *state, FseDevice *device, FseWeights *weights,
                              FseBuffer guard, GError **error);

/* Puts everything back.  FSE_ERROR_BAD_MODEL where there is no checkpoint, or
 * it belongs to other pairs or settings (budget apart). */
gboolean fse_checkpoint_load (const gchar *path, const FseSettings *settings, const gchar *digest,
                              FseProgressState *state, FseDevice *device, FseWeights *weights,
                              FseBuffer guard, GError **error);

G_END_DECLS

#endif
