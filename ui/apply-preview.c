/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See apply-preview.h.
 */
#include "i18n.h"

#include "apply-preview.h"

#include <math.h>

#define WHOLE_SIDE 1024           /* pixels of the longer side, of the layer as a whole */
#define CALM_MICROSECONDS 300000  /* a setting that goes on changing makes a view useless */
#define PAUSE_MICROSECONDS 120000 /* and so does a picture that is being moved */
#define SHARPER 1.15              /* dots a pixel of the whole, from which on the part is worth computing */

/* Views, in the order in which they are computed. */
typedef enum
{
  VIEW_BEFORE, /* the layer as it is */
  VIEW_WHOLE,  /* what becomes of it */
  VIEW_PART,   /* of what is seen of it, sharp */
  N_VIEWS
} Kind;

struct _FseApplyPreview
{
  FseHost               *host;
  gint                   image, layer;
  FseModelSlot          *slot;
  const FseApplyRequest *request;
  FseSplitPreview       *widget;

  FseHostEdit           *edit, *next;  /* the layer's copy; and the one that is being made */
  guint                  copier;
  GError                *trouble;      /* of the copying, to be told */
  FseImage              *picture;      /* the whole, before */
  guint64                digest;       /* of what is shown as before */

  FseApplyRun           *run;
  Kind                   kind;         /* of the run */
  gboolean               given_up;     /* the run was cancelled: its view is no use */
  gint64                 due[N_VIEWS]; /* when each shall be computed; 0 = it is right */
};

/* --- the copy of the layer ------------------------------------------------ */

static void
free_edit (FseApplyPreview *preview, FseHostEdit **edit)
{
  if (*edit)
    preview->host->edit_free (preview->host, g_steal_pointer (edit));
}

/* In pieces of some milliseconds, so that the dialog lives on. */
static gboolean
on_copier (gpointer data)
{
  FseApplyPreview *preview = data;
  gboolean         done    = FALSE;

  if (! preview->host->edit_copy (preview->host, preview->next, &done, preview->trouble ? NULL : &preview->trouble))
    free_edit (preview, &preview->next);
  else if (! done)
    return G_SOURCE_CONTINUE;
  preview->copier = 0;
  if (preview->next)
    preview->due[VIEW_BEFORE] = 1;
  return G_SOURCE_REMOVE;
}

void
fse_apply_preview_reread (FseApplyPreview *preview)
{
  if (preview->next)
    return;
  preview->next = preview->host->edit_begin (preview->host, preview->image, preview->layer, preview->trouble ? NULL : &preview->trouble);
  if (preview->next)
    preview->copier = g_idle_add (on_copier, preview);
}

/* No run may be at work. */
static void
take_copy (FseApplyPreview *preview)
{
  free_edit (preview, &preview->edit);
  fse_model_slot_forget (preview->slot);
  preview->edit = g_steal_pointer (&preview->next);
}

/* --- what is wanted ------------------------------------------------------- */

static void
give_up (FseApplyPreview *preview)
{
  if (! preview->run || preview->kind == VIEW_BEFORE)
    return;
  preview->given_up = TRUE;
  fse_apply_run_cancel (preview->run);
}

void
fse_apply_preview_changed (FseApplyPreview *preview)
{
  give_up (preview);
  preview->due[VIEW_WHOLE] = preview->due[VIEW_PART] = g_get_monotonic_time () + CALM_MICROSECONDS;
}

void
fse_apply_preview_remix (FseApplyPreview *preview)
{
  for (Kind kind = VIEW_WHOLE; kind <= VIEW_PART; kind++)
    if (! preview->due[kind])
      preview->due[kind] = 1;
}

void
fse_apply_preview_clear (FseApplyPreview *preview)
{
  GdkRectangle nowhere = { 0, 0, 0, 0 };

  give_up (preview);
  fse_split_preview_set_after (preview->widget, NULL);
  fse_split_preview_set_part (preview->widget, &nowhere, NULL, NULL);
  preview->due[VIEW_WHOLE] = preview->due[VIEW_PART] = 1;
}

void
fse_apply_preview_pause (FseApplyPreview *preview)
{
  if (! preview->run || preview->kind == VIEW_BEFORE)
    return;
  give_up (preview);
  preview->due[preview->kind] = 1;
}

static void
on_view (FseApplyPreview *preview)
{
  if (preview->run && preview->kind == VIEW_PART)
    give_up (preview);
  preview->due[VIEW_PART] = g_get_monotonic_time () + PAUSE_MICROSECONDS;
}

/* --- views ---------------------------------------------------------------- */

static gdouble
whole_scale (const FseHostEdit *edit)
{
  return MIN ((gdouble) WHOLE_SIDE / MAX (edit->width, edit->height), 1.0);
}

static FseRectangle
whole_of (const FseHostEdit *edit, gdouble scale)
{
  return (FseRectangle) { 0, 0, fse_view_length (edit->width, scale), fse_view_length (edit->height, scale) };
}

/* What is seen, at the least power of two that is as sharp as the screen; FALSE where the whole is sharp enough. */
static gboolean
seen_part (FseApplyPreview *preview, gdouble *scale, FseRectangle *part)
{
  gdouble      zoom = fse_split_preview_get_zoom (preview->widget);
  GdkRectangle visible;
  FseRectangle all;

  if (zoom < SHARPER * whole_scale (preview->edit) || whole_scale (preview->edit) >= 1.0
      || ! fse_split_preview_get_visible (preview->widget, &visible))
    return FALSE;
  *scale       = MIN (exp2 (ceil (log2 (zoom) - 0.1)), 1.0);
  all          = whole_of (preview->edit, *scale);
  part->x      = CLAMP ((gint) floor (visible.x * *scale), 0, all.width - 1);
  part->y      = CLAMP ((gint) floor (visible.y * *scale), 0, all.height - 1);
  part->width  = CLAMP ((gint) ceil ((visible.x + visible.width) * *scale), part->x + 1, all.width) - part->x;
  part->height = CLAMP ((gint) ceil ((visible.y + visible.height) * *scale), part->y + 1, all.height) - part->y;
  return TRUE;
}

static gboolean
start (FseApplyPreview *preview, Kind kind, GError **error)
{
  g_autoptr (FseApplyRequest) none    = fse_apply_request_new ();
  gdouble                     scale   = whole_scale (preview->edit);
  FseRectangle                part    = whole_of (preview->edit, scale);
  GdkRectangle                nowhere = { 0, 0, 0, 0 };

  preview->due[kind] = 0;
  if (kind == VIEW_PART && ! seen_part (preview, &scale, &part))
    {
      fse_split_preview_set_part (preview->widget, &nowhere, NULL, NULL);
      return TRUE;
    }
  preview->kind     = kind;
  preview->given_up = FALSE;
  preview->run      = fse_apply_run_start_view (preview->slot, preview->host, preview->edit,
                                                kind == VIEW_BEFORE ? none : preview->request, scale, &part, error);
  return preview->run != NULL;
}

static void
show_before (FseApplyPreview *preview, const FseView *view)
{
  if (preview->picture && view->digest == preview->digest)
    return;
  if (preview->picture)
    fse_apply_preview_clear (preview); /* it is another picture now */
  g_clear_pointer (&preview->picture, fse_image_unref);
  preview->picture = fse_image_ref (view->before);
  preview->digest  = view->digest;
  fse_split_preview_set_size (preview->widget, preview->edit->width, preview->edit->height);
  fse_split_preview_set_before (preview->widget, view->before);
}

static void
show_part (FseApplyPreview *preview, const FseView *view)
{
  const FseRectangle *part  = &view->part;
  GdkRectangle        where = { (gint) (part->x / view->scale), (gint) (part->y / view->scale),
                                (gint) (part->width / view->scale), (gint) (part->height / view->scale) };

  fse_split_preview_set_part (preview->widget, &where, view->before, view->after);
}

static gboolean
end (FseApplyPreview *preview, GError **error)
{
  g_autoptr (GError) own  = NULL;
  FseView            view = { 0 };
  gboolean           ok   = fse_apply_run_end_view (g_steal_pointer (&preview->run), &view, &own);

  if (ok && ! preview->given_up)
    {
      if (preview->kind == VIEW_BEFORE)
        show_before (preview, &view);
      else if (preview->kind == VIEW_WHOLE)
        fse_split_preview_set_after (preview->widget, view.after);
      else
        show_part (preview, &view);
    }
  fse_view_clear (&view);
  if (ok || preview->given_up || g_error_matches (own, FSE_ERROR, FSE_ERROR_CANCELLED))
    return TRUE;
  preview->due[VIEW_WHOLE] = preview->due[VIEW_PART] = 0; /* it would fail again */
  g_propagate_error (error, g_steal_pointer (&own));
  return FALSE;
}

gboolean
fse_apply_preview_look (FseApplyPreview *preview, gboolean go_on, GError **error)
{
  gint64 now = g_get_monotonic_time ();

  if (preview->trouble)
    {
      g_propagate_error (error, g_steal_pointer (&preview->trouble));
      return FALSE;
    }
  if (preview->run)
    return ! fse_apply_run_finished (preview->run) || end (preview, error);
  if (! go_on)
    return TRUE;
  if (preview->next && ! preview->copier)
    take_copy (preview);
  for (Kind kind = VIEW_BEFORE; preview->edit && kind < N_VIEWS; kind++)
    if (preview->due[kind] && (kind == VIEW_BEFORE || (preview->picture && preview->request->model[0])))
      return now < preview->due[kind] || start (preview, kind, error);
  return TRUE;
}

gboolean
fse_apply_preview_busy (FseApplyPreview *preview)
{
  return preview->run != NULL;
}

const gchar *
fse_apply_preview_doing (FseApplyPreview *preview, gdouble *fraction)
{
  *fraction = preview->run ? fse_apply_run_fraction (preview->run) : preview->copier ? -1.0 : 0.0;
  if (! preview->picture && (preview->copier || preview->run))
    return _("Reading the layer");
  if (preview->picture && preview->request->model[0]
      && ((preview->run && preview->kind != VIEW_BEFORE) || preview->due[VIEW_WHOLE] || preview->due[VIEW_PART]))
    return _("Computing the preview");
  *fraction = 0.0;
  return NULL;
}

FseImage *
fse_apply_preview_picture (FseApplyPreview *preview)
{
  return preview->picture;
}

FseApplyPreview *
fse_apply_preview_new (FseHost *host, gint image, gint layer, FseModelSlot *slot, const FseApplyRequest *request, FseSplitPreview *widget)
{
  FseApplyPreview *preview = g_new0 (FseApplyPreview, 1);

  preview->host    = host;
  preview->image   = image;
  preview->layer   = layer;
  preview->slot    = slot;
  preview->request = request;
  preview->widget  = g_object_ref (widget);
  preview->due[VIEW_WHOLE] = 1;
  g_signal_connect_swapped (widget, "view-changed", G_CALLBACK (on_view), preview);
  fse_apply_preview_reread (preview);
  return preview;
}

void
fse_apply_preview_free (FseApplyPreview *preview)
{
  if (! preview)
    return;
  g_signal_handlers_disconnect_by_data (preview->widget, preview);
  g_clear_handle_id (&preview->copier, g_source_remove);
  if (preview->run)
    {
      fse_apply_run_cancel (preview->run);
      fse_apply_run_end_edit (g_steal_pointer (&preview->run), NULL);
    }
  free_edit (preview, &preview->next);
  free_edit (preview, &preview->edit);
  fse_model_slot_forget (preview->slot);
  g_clear_pointer (&preview->picture, fse_image_unref);
  g_clear_error (&preview->trouble);
  g_object_unref (preview->widget);
  g_free (preview);
}
