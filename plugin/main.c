/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plug-in's entry points: query, run, quit.
 *
 * Query registers and does nothing else: no display, no OpenCL.  Each call of
 * a procedure is a process of its own.
 */
#include "i18n.h"

#include <math.h>
#include <string.h>

#include <libgimp/gimp.h>

#include "batch.h"
#include "fse-host-gimp2.h"
#include "procedures.h"
#include "ui/apply-dialog.h"
#include "ui/apply-memory.h"
#include "ui/runs.h"
#include "ui/train-dialog.h"
#include "ui/ui-init.h"

static void query (void);
static void run (const gchar *name, gint n_params, const GimpParam *params, gint *n_values, GimpParam **values);
static void quit (void);

const GimpPlugInInfo PLUG_IN_INFO = { NULL, quit, query, run };

/* Under which the Train dialog's values are kept; what Repeat repeats is under the procedure's name. */
#define TRAIN_DIALOG FSE_PROC_TRAIN "-dialog"

MAIN ()

static void
query (void)
{
  g_autofree gchar *folder = fse_i18n_folder ();

  gimp_plugin_domain_register (GETTEXT_PACKAGE, folder);
  fse_procedures_install ();
}

/* Also after every query and every normal end: then there is nothing to do. */
static void
quit (void)
{
  fse_runs_abort ();
}

static void
start (void)
{
  fse_i18n_start ();
  gimp_plugin_enable_precision ();
  gegl_init (NULL, NULL);
}

static GimpPDBStatusType
fail (GimpParam *values, gint *n_values, const GError *error)
{
  if (g_error_matches (error, FSE_ERROR, FSE_ERROR_CANCELLED) && ! error->message[0])
    return GIMP_PDB_CANCEL; /* the dialog was closed */
  values[1].type          = GIMP_PDB_STRING;
  values[1].data.d_string = g_strdup (error->message);
  *n_values               = 2;
  return GIMP_PDB_EXECUTION_ERROR;
}

static gboolean
recall (FseHost *host, const gchar *name, gchar **text, GError **error)
{
  *text = host->load_values (host, name, TRUE);
  if (! *text)
    g_set_error_literal (error, FSE_ERROR, FSE_ERROR_USAGE,
                         _("There are no last values in this session: run it once with its dialog or all arguments first."));
  return *text != NULL;
}

/* What the Apply dialog begins with. */
static void
recall_apply (FseHost *host, FseApplyRequest *request)
{
  g_autofree gchar *last = host->load_values (host, FSE_PROC_APPLY, FALSE);

  if (! fse_apply_memory_recall (host, request) && last)
    fse_apply_request_from_text (request, last);
}

/* "Apply Now" of the Train dialog: the Apply dialog on the layer from which it was called. */
static void
apply_now (FseHost *host, gint image, gint layer)
{
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autoptr (GError)          error   = NULL;
  g_autofree gchar           *text    = NULL;

  recall_apply (host, request);
  if (host->can_edit (host, image, layer, &error) && fse_apply_dialog_run (host, image, layer, request, &error) != -1)
    {
      text = fse_apply_request_to_text (request);
      host->store_values (host, FSE_PROC_APPLY, text);
    }
  else if (error && error->message[0])
    host->message (host, error->message);
}

/* What the Train dialog showed when it was closed, trained or not.  Layers of
 * another session are other layers. */
static void
recall_train_dialog (FseHost *host, FseTrainRequest *request)
{
  g_autofree gchar *now    = host->load_values (host, TRAIN_DIALOG, TRUE);
  g_autofree gchar *before = now ? NULL : host->load_values (host, TRAIN_DIALOG, FALSE);

  fse_train_request_from_text (request, now ? now : before);
  if (! now)
    for (guint i = request->examples->len; i-- > 0;)
      {
        const FseExample *example = g_ptr_array_index (request->examples, i);

        if (! example->before.file || ! example->after.file)
          g_ptr_array_remove_index (request->examples, i);
      }
}

static void
store_train_dialog (FseHost *host, const FseTrainRequest *request, gboolean trained)
{
  g_autoptr (FseTrainRequest) kept = fse_train_request_new ();
  g_autofree gchar           *all  = fse_train_request_to_text (request);
  g_autofree gchar           *text = NULL;

  fse_train_request_from_text (kept, all);
  if (trained) /* the next edit has other pairs */
    g_ptr_array_set_size (kept->examples, 0);
  text = fse_train_request_to_text (kept);
  host->store_values (host, TRAIN_DIALOG, text);
}

static GimpPDBStatusType
run_train (FseHost *host, gint n_params, const GimpParam *params, gint *n_values, GimpParam *values)
{
  g_autoptr (FseTrainRequest) request = fse_train_request_new ();
  g_autoptr (GError)          error   = NULL;
  g_autofree gchar           *text    = NULL;
  FseCall                     call    = { 0 };
  guint                       steps   = 0;
  gdouble                     loss    = 0.0;
  gboolean                    ok, now = FALSE;

  if (! fse_procedures_train_args (n_params, params, &call, request))
    return GIMP_PDB_CALLING_ERROR;

  if (call.run_mode == GIMP_RUN_INTERACTIVE)
    {
      if (! call.complete)
        {
          fse_train_request_automatic (request);
          recall_train_dialog (host, request);
        }
      ok = fse_ui_init (host, &error) && fse_train_dialog_run (host, call.drawable, request, &steps, &loss, &now, &error);
      store_train_dialog (host, request, ok);
    }
  else
    {
      ok = call.run_mode == GIMP_RUN_NONINTERACTIVE || recall (host, FSE_PROC_TRAIN, &text, &error);
      if (ok && text)
        fse_train_request_from_text (request, text);
      ok = ok && fse_batch_train (host, request, &steps, &loss, &error);
    }
  if (! ok)
    return fail (values, n_values, error);

  g_free (text);
  text = fse_train_request_to_text (request);
  host->store_values (host, FSE_PROC_TRAIN, text);
  if (call.run_mode == GIMP_RUN_INTERACTIVE)
    fse_apply_memory_propose (host, request->model);
  if (now)
    apply_now (host, call.image, call.drawable);
  values[1].type          = GIMP_PDB_STRING;
  values[1].data.d_string = g_strdup (request->model);
  values[2].type          = GIMP_PDB_INT32;
  values[2].data.d_int32  = (gint32) steps;
  values[3].type          = GIMP_PDB_FLOAT;
  values[3].data.d_float  = isfinite (loss) ? loss : 0.0;
  *n_values               = 4;
  return GIMP_PDB_SUCCESS;
}

static GimpPDBStatusType
run_apply (FseHost *host, gint n_params, const GimpParam *params, gint *n_values, GimpParam *values)
{
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autoptr (GError)          error   = NULL;
  g_autofree gchar           *text    = NULL;
  FseCall                     call    = { 0 };
  gint                        layer   = -1;

  if (! fse_procedures_apply_args (n_params, params, &call, request))
    return GIMP_PDB_CALLING_ERROR;

  if ((guint) request->output >= FSE_N_OUTPUTS)
    g_set_error (&error, FSE_ERROR, FSE_ERROR_USAGE,
                 _("There is no output %d: give 0 for a new layer, 1 for the layer's place, or 2 for a new image."), (gint) request->output);
  else if (call.run_mode == GIMP_RUN_INTERACTIVE)
    {
      if (! call.complete)
        recall_apply (host, request);
      if (host->can_edit (host, call.image, call.drawable, &error) && fse_ui_init (host, &error))
        layer = fse_apply_dialog_run (host, call.image, call.drawable, request, &error);
    }
  else if (call.run_mode == GIMP_RUN_NONINTERACTIVE || recall (host, FSE_PROC_APPLY, &text, &error))
    {
      if (text)
        fse_apply_request_from_text (request, text);
      layer = fse_batch_apply (host, call.image, call.drawable, request, &error);
    }
  if (layer == -1)
    return fail (values, n_values, error);

  g_free (text);
  text = fse_apply_request_to_text (request);
  host->store_values (host, FSE_PROC_APPLY, text);
  values[1].type         = GIMP_PDB_LAYER;
  values[1].data.d_layer = layer;
  *n_values              = 2;
  return GIMP_PDB_SUCCESS;
}

static void
run (const gchar *name, gint n_params, const GimpParam *params, gint *n_values, GimpParam **values)
{
  static GimpParam  results[4]; /* GIMP reads them after we return */
  GimpPDBStatusType status;

  start ();
  *values         = results;
  *n_values       = 1;
  results[0].type = GIMP_PDB_STATUS;
  if (strcmp (name, FSE_PROC_TRAIN) == 0)
    status = run_train (fse_host_gimp2 (), n_params, params, n_values, results);
  else
    status = run_apply (fse_host_gimp2 (), n_params, params, n_values, results);
  results[0].data.d_status = status;
}
