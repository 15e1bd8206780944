/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of whole trainings share: small ones by formula, in a folder
 * of the run's own.
 */
#ifndef FSE_TEST_TRAININGS_H
#define FSE_TEST_TRAININGS_H

#include "training/trainer.h"

/* Makes the folder; runs the tests, and removes it. */
void         trainings_start     (int *argc, char ***argv);
int          trainings_end       (void);

/* In that folder; free it. */
gchar       *model_path          (const gchar *name);
/* 64 pixels, batches of two, so many steps. */
FseSettings  tiny_settings       (guint steps);
/* Of the first n_pairs example pairs. */
FseTrainer  *trainer_new         (const FseSettings *settings, gint n_pairs, const gchar *path);
/* To its end, which must be a good one; or whatever end in a thread, which returns the error. */
void         run                 (FseTrainer *trainer);
gpointer     run_in_thread       (gpointer trainer);
/* Names and bytes of all weights are the same in two models. */
void         assert_same_tensors (const gchar *path1, const gchar *path2);

#endif
