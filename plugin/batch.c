/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loops that wait for a run while the host's progress bar moves.
 */
#include "i18n.h"

#include "batch.h"

#include <glib-unix.h>

#include "ui/runs.h"

#define POLL_MICROSECONDS 20000
#define POLLS_A_REPORT 5 /* ten updates of the bar a second are plenty */

static gboolean
on_signal (gpointer data)
{
  fse_train_run_cancel (data);
  return G_SOURCE_CONTINUE;
}

static void
wait_a_little (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_usleep (POLL_MICROSECONDS);
}

static void
report_training (FseHost *host, FseTrainRun *run, FseTrainingPhase *phase)
{
  FseSnapshot  snapshot;
  const gchar *text = NULL;

  if (! fse_train_run_look (run, &snapshot))
    {
      host->progress (host, NULL, -1.0);
      return;
    }
  if (snapshot.phase != *phase)
    {
      *phase = snapshot.phase;
      if (*phase == FSE_TRAINING_STEPS)
        text = _("Training");
      else if (*phase == FSE_TRAINING_SAVING)
        text = _("Saving the trained edit");
    }
  host->progress (host, text, snapshot.phase == FSE_TRAINING_PREPARING ? -1.0 : CLAMP (snapshot.progress, 0.0, 0.999));
}

gboolean
fse_batch_train (FseHost *host, const FseTrainRequest *request, guint *steps, gdouble *loss, GError **error)
{
  FseTrainRun        *run = fse_train_run_start (host, request, TRUE, error);
  FseTrainingPhase    phase = FSE_TRAINING_PREPARING;
  FseSnapshot         snapshot = { 0 };
  g_autofree gchar   *warnings = NULL;
  guint               on_int, on_term;

  *steps = 0;
  *loss  = 0.0;
  if (! run)
    {
      host->progress (host, NULL, 1.0);
      return FALSE;
    }

  on_int  = g_unix_signal_add (SIGINT, on_signal, run);
  on_term = g_unix_signal_add (SIGTERM, on_signal, run);
  host->progress (host, _("Preparing the training"), -1.0);
  for (guint poll = 0; ! fse_train_run_finished (run); poll++)
    {
      if (poll % POLLS_A_REPORT == 0)
        report_training (host, run, &phase);
      wait_a_little ();
    }
  g_source_remove (on_int);
  g_source_remove (on_term);

  if (fse_train_run_look (run, &snapshot))
    {
      *steps = snapshot.step;
      *loss  = snapshot.loss;
    }
  warnings = fse_train_run_warnings (run);
  host->progress (host, NULL, 1.0);
  if (! fse_train_run_end (run, error))
    {
      if (g_error_matches (*error, FSE_ERROR, FSE_ERROR_CANCELLED) && *steps > 0)
        {
          g_clear_error (error);
          g_set_error (error, FSE_ERROR, FSE_ERROR_CANCELLED,
                       _("Training was stopped after step %u. A checkpoint lies beside the model: go on with Resume in "
                         "the Train dialog, or with the setting resume=on."), *steps);
        }
      return FALSE;
    }
  if (warnings)
    host->message (host, warnings);
  return TRUE;
}

static gchar *
layer_name (FseHost *host, gint layer)
{
  g_autoptr (GPtrArray) layers = host->list_layers (host);

  for (guint i = 0; i < layers->len; i++)
    {
      FseHostLayer *candidate = g_ptr_array_index (layers, i);

      if (candidate->id == layer)
        return g_strdup (candidate->name);
    }
  return g_strdup (_("Layer"));
}

/* The run itself, between copying the layer and putting the result. */
static gboolean
apply_to (FseHost *host, FseHostEdit *edit, const FseApplyRequest *request, GError **error)
{
  FseModelSlot *slot = fse_model_slot_new ();
  FseApplyRun  *run  = fse_apply_run_start_edit (slot, host, edit, request, error);
  gboolean      ok   = FALSE;

  if (run)
    {
      for (guint poll = 0; ! fse_apply_run_finished (run); poll++)
        {
          if (poll % POLLS_A_REPORT == 0)
            host->progress (host, NULL, MIN (fse_apply_run_fraction (run), 0.999));
          wait_a_little ();
        }
      ok = fse_apply_run_end_edit (run, error);
    }
  fse_model_slot_free (slot);
  return ok;
}

gint
fse_batch_apply (FseHost *host, gint image, gint layer, const FseApplyRequest *request, GError **error)
{
  FseHostEdit      *edit = host->edit_begin (host, image, layer, error);
  g_autofree gchar *base = NULL, *name = NULL;
  gboolean          done = FALSE, ok = TRUE;
  gint              result = -1;

  if (! edit)
    return -1;
  host->progress (host, _("Applying the trained edit"), -1.0);
  ok = host->can_put (host, edit, request->output, error);
  while (ok && ! done)
    ok = host->edit_copy (host, edit, &done, error);
  ok   = ok && apply_to (host, edit, request, error);
  base = layer_name (host, layer);
  name = fse_result_name (base, request->model, request->strength);
  for (done = FALSE; ok && ! done;)
    ok = host->edit_put (host, edit, request->output, name, &done, &result, error);
  host->edit_free (host, edit);
  host->progress (host, NULL, 1.0);
  return ok ? result : -1;
}
