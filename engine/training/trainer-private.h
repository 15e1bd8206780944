/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the trainer share: trainer.c is the object as others see it
 * from any thread, trainer-run.c what its own thread does, trainer-build.c what is on the device.
 */
#ifndef FSE_TRAINER_PRIVATE_H
#define FSE_TRAINER_PRIVATE_H

#include "training/loss-log.h"
#include "training/showcase.h"
#include "training/trainer.h"

G_BEGIN_DECLS

struct _FseTrainer
{
  FsePairs   *pairs; /* copy: references of the pictures; the held-out ones last */
  guint       held_out;
  FseSettings settings;
  gchar      *path, *checkpoint, *device_name, *init_path, *instruction, *inverse;
  gboolean    resume;
  FseImage   *guest; /* or NULL */
  gint        cancelled, stopped, paused; /* atomic */

  /* Snapshot for other threads: odd while it is being written. */
  gint        sequence; /* atomic */
  FseSnapshot snapshot;
  GMutex      curve_lock;
  FseShowcase showcase;

  /* while running; the trainer's thread alone */
  FseDevice       *device;
  FseWeights      *weights;
  FseStage        *coarse;         /* at half size; NULL where there is none */
  FseStage        *fine;
  FseValidation   *validation;     /* NULL where no pair is held out and nobody is a guest */
  gfloat          *colour_table;   /* NULL where the settings have no colour base, or the pairs none that helps */
  FseLossLog      *losses;
  gint64           losses_read;    /* monotonic; 0 = never */
  FseBuffer        guard, scratch;
  FseProgressState state;
  gint64           started;        /* monotonic, of this session */
  gdouble          earlier;        /* seconds of earlier sessions */
};

/* Renews what fse_trainer_snapshot() gives; the trainer's thread alone. */
void     fse_trainer_publish (FseTrainer *trainer, const FseSnapshot *snapshot);
/* Decides whether there is a colour table, and places all that is needed on the device that was opened. */
gboolean fse_trainer_build (FseTrainer *trainer, GError **error);
/* Gives back the device and all that is on it. */
void     fse_trainer_release (FseTrainer *trainer);

G_END_DECLS

#endif
