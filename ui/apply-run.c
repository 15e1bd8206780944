/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One applying run: the engine's editor on one picture, in a job.  See runs.h.
 */
#include "config-i18n.h"

#include "runs.h"

#include <string.h>

#include "model/model-file.h"
#include "training/job.h"

struct _FseModelSlot
{
  FseEditor *editor;
  gchar     *model, *device; /* what is open */
};

struct _FseApplyRun
{
  FseJob           *job;
  FseModelSlot     *slot;
  FseImage         *picture, *result; /* or: */
  FseHost          *host;
  FseHostEdit      *edit;
  FseApplySettings  settings;
  gchar            *model, *device;

  gint              permille;  /* atomic; -1 = opening */
  GMutex            lock;      /* of the slot's editor while this run works, and: */
  gboolean          cancelled;
};

FseModelSlot *
fse_model_slot_new (void)
{
  return g_new0 (FseModelSlot, 1);
}

static void
slot_clear (FseModelSlot *slot)
{
  g_clear_pointer (&slot->editor, fse_editor_close);
  g_clear_pointer (&slot->model, g_free);
  g_clear_pointer (&slot->device, g_free);
}

void
fse_model_slot_free (FseModelSlot *slot)
{
  if (! slot)
    return;
  slot_clear (slot);
  g_free (slot);
}

static void
note_progress (gdouble fraction, gpointer data)
{
  FseApplyRun *run = data;

  g_atomic_int_set (&run->permille, (gint) (CLAMP (fraction, 0.0, 1.0) * 1000.0));
}

static gboolean
read_edit (gpointer data, const FseRectangle *r, gfloat *rgba, GError **error)
{
  FseApplyRun *run = data;

  run->host->edit_read (run->edit, 1.0, r->x, r->y, r->width, r->height, rgba);
  return TRUE;
}

static gboolean
write_edit (gpointer data, const FseRectangle *r, const gfloat *rgba, GError **error)
{
  FseApplyRun *run = data;

  run->host->edit_write (run->edit, r->x, r->y, r->width, r->height, rgba);
  return TRUE;
}

/* The whole layer is looked at, its region written. */
static gboolean
edit_layer (FseApplyRun *run, GError **error)
{
  const FseHostEdit *edit   = run->edit;
  FseRaster          raster = { .width = edit->width, .height = edit->height, .has_alpha = edit->has_alpha,
                                .read = read_edit, .write = write_edit, .data = run };

  return fse_editor_apply_raster (run->slot->editor, &raster, &edit->region, &run->settings, note_progress, run, error);
}

static gboolean
work (gpointer data, GError **error)
{
  FseApplyRun  *run    = data;
  FseModelSlot *slot   = run->slot;
  FseEditor    *editor = slot->editor;
  gboolean      cancelled;

  if (! editor || g_strcmp0 (slot->model, run->model) != 0 || g_strcmp0 (slot->device, run->device) != 0)
    {
      g_mutex_lock (&run->lock);
      slot_clear (slot);
      g_mutex_unlock (&run->lock);
      editor = fse_editor_open (run->model, run->device[0] ? run->device : NULL, error);
      if (! editor)
        return FALSE;
      g_mutex_lock (&run->lock);
      slot->editor = editor;
      slot->model  = g_strdup (run->model);
      slot->device = g_strdup (run->device);
      g_mutex_unlock (&run->lock);
    }

  g_mutex_lock (&run->lock);
  cancelled = run->cancelled;
  g_mutex_unlock (&run->lock);
  if (cancelled)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_CANCELLED, _("Applying was stopped; nothing was changed."));
      return FALSE;
    }
  note_progress (0.0, run);
  if (run->edit)
    return edit_layer (run, error);
  run->result = fse_editor_apply (editor, run->picture, &run->settings, note_progress, run, error);
  return run->result != NULL;
}

/* All but what is to be edited, and the job. */
static FseApplyRun *
run_new (FseModelSlot *slot, const FseApplyRequest *request, GError **error)
{
  FseApplySettings settings;
  FseApplyRun     *run;
  gchar           *model;

  fse_apply_settings_default (&settings);
  settings.steps    = request->steps;
  settings.strength = request->strength;
  settings.seed     = (guint64) (guint32) request->seed;
  if (! fse_apply_settings_check (&settings, error))
    return NULL;
  if (! request->model[0])
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_USAGE,
                           _("No model file is named: choose a trained edit, or train one first."));
      return NULL;
    }
  model = g_filename_from_utf8 (request->model, -1, NULL, NULL, NULL);
  if (! model)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_USAGE,
                           _("A file name cannot be written in this system's character set: choose another name."));
      return NULL;
    }

  run           = g_new0 (FseApplyRun, 1);
  run->slot     = slot;
  run->settings = settings;
  run->model    = model;
  run->device   = g_strdup (request->device);
  run->permille = -1;
  g_mutex_init (&run->lock);
  return run;
}

FseApplyRun *
fse_apply_run_start (FseModelSlot *slot, FseImage *picture, const FseApplyRequest *request, GError **error)
{
  FseApplyRun *run = run_new (slot, request, error);

  if (! run)
    return NULL;
  run->picture = fse_image_ref (picture);
  run->job     = fse_job_new ("apply", work, run);
  return run;
}

FseApplyRun *
fse_apply_run_start_edit (FseModelSlot *slot, FseHost *host, FseHostEdit *edit, const FseApplyRequest *request, GError **error)
{
  FseApplyRun *run = run_new (slot, request, error);

  if (! run)
    return NULL;
  run->host = host;
  run->edit = edit;
  run->job  = fse_job_new ("apply", work, run);
  return run;
}

gboolean
fse_apply_run_finished (FseApplyRun *run)
{
  return fse_job_finished (run->job);
}

gdouble
fse_apply_run_fraction (FseApplyRun *run)
{
  gint permille = g_atomic_int_get (&run->permille);

  return permille < 0 ? -1.0 : permille / 1000.0;
}

void
fse_apply_run_cancel (FseApplyRun *run)
{
  g_mutex_lock (&run->lock);
  run->cancelled = TRUE;
  if (run->slot->editor)
    fse_editor_cancel (run->slot->editor);
  g_mutex_unlock (&run->lock);
}

static void
run_free (FseApplyRun *run)
{
  g_clear_pointer (&run->result, fse_image_unref);
  g_clear_pointer (&run->picture, fse_image_unref);
  g_free (run->model);
  g_free (run->device);
  g_mutex_clear (&run->lock);
  g_free (run);
}

FseImage *
fse_apply_run_end (FseApplyRun *run, GError **error)
{
  FseImage *result = NULL;

  if (fse_job_join (run->job, error))
    result = g_steal_pointer (&run->result);
  run_free (run);
  return result;
}

gboolean
fse_apply_run_end_edit (FseApplyRun *run, GError **error)
{
  gboolean ok = fse_job_join (run->job, error);

  run_free (run);
  return ok;
}

gchar *
fse_result_name (const gchar *base, const gchar *model, gdouble strength)
{
  g_autofree gchar *name = g_path_get_basename (model);

  if (g_str_has_suffix (name, FSE_MODEL_SUFFIX))
    name[strlen (name) - strlen (FSE_MODEL_SUFFIX)] = '\0';
  return g_strdup_printf (_("%s (%s, %.0f %%)"), base, name, strength * 100.0);
}
