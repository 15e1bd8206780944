/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What each step's losses were, kept on the device and read back for many
 * steps at once: a device that is asked after each step stands still while
 * the answer travels.
 *
 * Owns: its buffer.  Borrows: device.
 * Thread: the device's.
 */
#ifndef FSE_LOSS_LOG_H
#define FSE_LOSS_LOG_H

#include "training/checkpoint.h"
#include "training/stage.h"

G_BEGIN_DECLS

/* Steps that may be noted before they have to be read. */
#define FSE_LOSS_LOG_STEPS 32

typedef struct _FseLossLog FseLossLog;

typedef struct
{
  gdouble total;   /* sum of the weighted losses that tell how well the edit is learnt */
  FseErrorPoint error;
  guint   skipped; /* steps skipped so far because of not-a-number */
} FseStepLosses;

FseLossLog *fse_loss_log_new  (FseDevice *device, GError **error);
void        fse_loss_log_free (FseLossLog *log);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseLossLog, fse_loss_log_free)

/* After a step of `stage` and the optimiser's, whose guard is given: notes its
 * losses, without waiting.  Not with FSE_LOSS_LOG_STEPS noted and unread. */
gboolean    fse_loss_log_note (FseLossLog *log, FseStage *stage, FseBuffer guard, GError **error);
/* Noted and unread. */
guint       fse_loss_log_length (const FseLossLog *log);
/* All of these, oldest first; waits for the device.  There are none afterwards. */
gboolean    fse_loss_log_read (FseLossLog *log, FseStepLosses losses[FSE_LOSS_LOG_STEPS], guint *n, GError **error);

G_END_DECLS

#endif
