/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One applying run: the engine's editor on one picture, in a job.  See runs.h.
 */
#include "i18n.h"

#include "runs.h"

#include <string.h>

#include "model-folder.h"
#include "training/job.h"

struct _FseModelSlot
{
  FseEditor   *editor;
  gchar       *model, *device; /* what is open */
  FseHostEdit *edit;           /* the layer that was seen last by a view, */
  FseImage    *seen;           /* and as what */
};

struct _FseApplyRun
{
  FseJob           *job;
  gboolean        (*apply) (FseApplyRun *run, GError **error); /* when the editor is open */
  FseModelSlot     *slot;
  FseImage         *picture, *result; /* or: */
  FseHost          *host;
  FseHostEdit      *edit;
  FseView           view;             /* only of a view */
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

void
fse_model_slot_forget (FseModelSlot *slot)
{
  slot->edit = NULL;
  g_clear_pointer (&slot->seen, fse_image_unref);
}

static void
slot_clear (FseModelSlot *slot)
{
  fse_model_slot_forget (slot);
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
edit_picture (FseApplyRun *run, GError **error)
{
  run->result = fse_editor_apply (run->slot->editor, run->picture, &run->settings, note_progress, run, error);
  return run->result != NULL;
}

/* --- a view of a layer ---------------------------------------------------- */

static void
digest (guint64 *sum, const gfloat *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, values + i, sizeof bits);
      *sum = (*sum ^ bits) * G_GUINT64_CONSTANT (0x100000001b3); /* FNV-1a, by words */
    }
}

static gboolean
read_view (FseApplyRun *run, GError **error)
{
  FseView            *view = &run->view;
  const FseRectangle *part = &view->part;
  gsize               n    = (gsize) part->width * part->height;

  view->before = fse_image_new (part->width, part->height, error);
  if (! view->before)
    return FALSE;
  view->before->has_alpha = run->edit->has_alpha;
  run->host->edit_read (run->edit, view->scale, part->x, part->y, part->width, part->height, view->before->rgba);
  view->digest = G_GUINT64_CONSTANT (0xcbf29ce484222325);
  digest (&view->digest, view->before->rgba, 4 * n);
  if (! run->edit->selected)
    return TRUE;
  view->selection = g_try_new (gfloat, n);
  if (! view->selection)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY, _("There is not enough memory for the preview: make the window smaller."));
      return FALSE;
    }
  run->host->edit_read_selection (run->edit, view->scale, part->x, part->y, part->width, part->height, view->selection);
  digest (&view->digest, view->selection, n);
  return TRUE;
}

static gboolean
read_scaled (gpointer data, const FseRectangle *r, gfloat *rgba, GError **error)
{
  FseApplyRun *run = data;

  run->host->edit_read (run->edit, run->view.scale, r->x, r->y, r->width, r->height, rgba);
  return TRUE;
}

static gboolean
write_view (gpointer data, const FseRectangle *r, const gfloat *rgba, GError **error)
{
  FseView *view = &((FseApplyRun *) data)->view;

  for (gint y = 0; y < r->height; y++)
    memcpy (view->after->rgba + 4 * ((gsize) (r->y + y - view->part.y) * view->part.width + r->x - view->part.x),
            rgba + 4 * (gsize) y * r->width, 4 * sizeof (gfloat) * r->width);
  return TRUE;
}

/* As the edit will be mixed in. */
static void
keep_unselected (FseView *view)
{
  for (gsize i = 0; view->selection && i < 4 * (gsize) view->part.width * view->part.height; i++)
    view->after->rgba[i] = view->before->rgba[i] + view->selection[i / 4] * (view->after->rgba[i] - view->before->rgba[i]);
}

/* The networks see what they will see of the whole layer. */
static gboolean
edit_view (FseApplyRun *run, GError **error)
{
  FseModelSlot      *slot   = run->slot;
  const FseHostEdit *edit   = run->edit;
  FseView           *view   = &run->view;
  FseRaster          native = { .width = edit->width, .height = edit->height, .has_alpha = edit->has_alpha,
                                .read = read_edit, .data = run };
  FseRaster          raster = { .width = fse_view_length (edit->width, view->scale), .height = fse_view_length (edit->height, view->scale),
                                .has_alpha = edit->has_alpha, .read = read_scaled, .write = write_view, .data = run };

  if (slot->edit != run->edit || ! slot->seen)
    {
      fse_model_slot_forget (slot);
      slot->seen = fse_editor_see (slot->editor, &native, NULL, NULL, error);
      if (! slot->seen)
        return FALSE;
      slot->edit = run->edit;
    }
  raster.seen = slot->seen;
  view->after = fse_image_new (view->part.width, view->part.height, error);
  if (! view->after)
    return FALSE;
  view->after->has_alpha = edit->has_alpha;
  if (! fse_editor_apply_raster (slot->editor, &raster, &view->part, &run->settings, note_progress, run, error))
    return FALSE;
  keep_unselected (view);
  return TRUE;
}

/* --- the thread ----------------------------------------------------------- */

static gboolean
open_editor (FseApplyRun *run, GError **error)
{
  FseModelSlot *slot = run->slot;
  FseEditor    *editor;

  if (slot->editor && g_strcmp0 (slot->model, run->model) == 0 && g_strcmp0 (slot->device, run->device) == 0)
    return TRUE;
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
  return TRUE;
}

static gboolean
work (gpointer data, GError **error)
{
  FseApplyRun *run = data;
  gboolean     cancelled;

  if (run->apply == edit_view && ! read_view (run, error))
    return FALSE;
  if (run->apply == edit_view && ! run->model[0])
    return TRUE;
  if (! open_editor (run, error))
    return FALSE;
  g_mutex_lock (&run->lock);
  cancelled = run->cancelled;
  g_mutex_unlock (&run->lock);
  if (cancelled)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_CANCELLED, _("Applying was stopped; nothing was changed."));
      return FALSE;
    }
  note_progress (0.0, run);
  return run->apply (run, error);
}

/* All but what is to be edited, and the job. */
static FseApplyRun *
run_new (FseModelSlot *slot, const FseApplyRequest *request, gboolean (*apply) (FseApplyRun *, GError **), GError **error)
{
  FseApplySettings settings;
  FseApplyRun     *run;
  gchar           *model;

  fse_apply_settings_default (&settings);
  settings.steps    = request->steps;
  settings.strength = request->strength;
  settings.seed     = (guint64) (guint32) request->seed;
  settings.reference = request->reference;
  if (! fse_apply_settings_check (&settings, error))
    return NULL;
  if (! request->model[0] && apply != edit_view)
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
  run->apply    = apply;
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
  FseApplyRun *run = run_new (slot, request, edit_picture, error);

  if (! run)
    return NULL;
  run->picture = fse_image_ref (picture);
  run->job     = fse_job_new ("apply", work, run);
  return run;
}

FseApplyRun *
fse_apply_run_start_edit (FseModelSlot *slot, FseHost *host, FseHostEdit *edit, const FseApplyRequest *request, GError **error)
{
  FseApplyRun *run = run_new (slot, request, edit_layer, error);

  if (! run)
    return NULL;
  run->host = host;
  run->edit = edit;
  run->job  = fse_job_new ("apply", work, run);
  return run;
}

FseApplyRun *
fse_apply_run_start_view (FseModelSlot *slot, FseHost *host, FseHostEdit *edit, const FseApplyRequest *request,
                          gdouble scale, const FseRectangle *part, GError **error)
{
  FseApplyRun *run = run_new (slot, request, edit_view, error);

  if (! run)
    return NULL;
  run->host = host;
  run->edit = edit;
  run->view = (FseView) { .scale = scale, .part = *part };
  run->job  = fse_job_new ("view", work, run);
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
  fse_view_clear (&run->view);
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

gboolean
fse_apply_run_end_view (FseApplyRun *run, FseView *view, GError **error)
{
  gboolean ok = fse_job_join (run->job, error);

  if (! ok)
    g_clear_pointer (&run->view.after, fse_image_unref);
  *view     = run->view;
  run->view = (FseView) { 0 };
  run_free (run);
  return ok;
}

void
fse_view_clear (FseView *view)
{
  g_clear_pointer (&view->before, fse_image_unref);
  g_clear_pointer (&view->after, fse_image_unref);
  g_clear_pointer (&view->selection, g_free);
}

gint
fse_view_length (gint length, gdouble scale)
{
  return MAX ((gint) (length * scale + 0.5), 1);
}

gchar *
fse_result_name (const gchar *base, const gchar *model, gdouble strength)
{
  g_autofree gchar *name = fse_model_name (model);

  return g_strdup_printf (_("%s (%s, %.0f %%)"), base, name, strength * 100.0);
}
