/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/loss-log.h"

#include "operators/optimiser.h"

/* A step's row: its losses (0 for terms that the settings leave out), the unedited pictures' error, then the guard. */
#define ROW 32
#define UNEDITED_AT FSE_N_LOSSES
#define GUARD_AT (UNEDITED_AT + 1)

G_STATIC_ASSERT (GUARD_AT + FSE_GUARD_FLOATS <= ROW);

struct _FseLossLog
{
  FseDevice *device;
  FseBuffer  rows;
  guint      n;
};

FseLossLog *
fse_loss_log_new (FseDevice *device, GError **error)
{
  g_autoptr (FseLossLog) log = g_new0 (FseLossLog, 1);

  log->device = device;
  if (!fse_device_alloc (device, FSE_LOSS_LOG_STEPS * ROW, &log->rows, error)
      || !fse_device_zero (device, log->rows, FSE_LOSS_LOG_STEPS * ROW, error))
    return NULL;
  return g_steal_pointer (&log);
}

void
fse_loss_log_free (FseLossLog *log)
{
  if (!log)
    return;
  if (log->rows.mem)
    fse_device_free (log->device, &log->rows);
  g_free (log);
}

static FseBuffer
place (const FseLossLog *log, guint at)
{
  return (FseBuffer) { log->rows.mem, log->rows.at + log->n * ROW + at };
}

gboolean
fse_loss_log_note (FseLossLog *log, FseStage *stage, FseBuffer guard, GError **error)
{
  g_return_val_if_fail (log->n < FSE_LOSS_LOG_STEPS, FALSE);

  for (guint i = 0; i < FSE_N_LOSSES; i++)
    {
      const FseTensor *loss = fse_stage_loss (stage, i);

      if (loss && !fse_device_copy (log->device, loss->data, place (log, i), 1, error))
        return FALSE;
    }
  if (!fse_device_copy (log->device, fse_stage_unedited (stage)->data, place (log, UNEDITED_AT), 1, error)
      || !fse_device_copy (log->device, guard, place (log, GUARD_AT), FSE_GUARD_FLOATS, error))
    return FALSE;
  log->n++;
  return TRUE;
}

guint
fse_loss_log_length (const FseLossLog *log)
{
  return log->n;
}

gboolean
fse_loss_log_read (FseLossLog *log, FseStepLosses losses[FSE_LOSS_LOG_STEPS], guint *n, GError **error)
{
  gfloat rows[FSE_LOSS_LOG_STEPS][ROW];

  *n = 0;
  if (!fse_device_read (log->device, log->rows, rows, log->n * ROW, error))
    return FALSE;
  for (; *n < log->n; ++*n)
    {
      const gfloat *row = rows[*n];

      losses[*n] = (FseStepLosses) { .error = { row[FSE_LOSS_PIXEL] / fse_loss_weight (FSE_LOSS_PIXEL), row[UNEDITED_AT] },
                                     .skipped = row[GUARD_AT + FSE_GUARD_SKIPPED] };
      for (guint i = 0; i < FSE_N_LOSSES; i++)
        if (!fse_loss_is_critics (i))
          losses[*n].total += row[i];
    }
  log->n = 0;
  return TRUE;
}
