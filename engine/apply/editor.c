/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply/editor.h"

#include <math.h>
#include <string.h>

#include "apply/editor-private.h"
#include "apply/lift.h"
#include "apply/windows.h"
#include "files/scale.h"
#include "i18n.h"

#define MAX_STEPS 100
#define MAX_REFERENCES 8
/* Of a picture that is read: some megabytes, some milliseconds. */
#define BAND_PIXELS (1 << 19)
/* Shares of the progress: reading, and all but the writing of the result. */
#define READ 0.1
#define FOUND 0.7

struct _FseEditor
{
  FseDevice    *device;
  FseModelFile *model;
  FseWeights   *weights;
  gboolean      filled;      /* weights read from the model file */
  gfloat       *descriptors; /* a training picture each, FSE_DESCRIPTOR floats */
  gint          cancelled;   /* atomic */

  /* kept for the next picture of the same shape */
  FseInference *inference;
  gint          height, width, references;
  gint          first_reference; /* the nearest pair, or the one that was asked for */

  /* the last picture that was looked at, what for, and what came out */
  FseImage        *seen;
  FseApplySettings seen_for;
  FseChangeFields  fields;       /* borrowed, from the inference or the windows */
  FseWindows      *windows;      /* NULL where the picture is seen as a whole */
  FseImage        *last_window;  /* what the inference saw last; the picture itself where it is seen as a whole */
};

void
fse_apply_settings_default (FseApplySettings *settings)
{
  *settings = (FseApplySettings) { .steps = 1, .strength = 1.0, .seed = 0, .references = 1, .reference = -1, .detail = -1 };
}

gboolean
fse_apply_settings_check (const FseApplySettings *settings, GError **error)
{
  if (settings->steps < 1 || settings->steps > MAX_STEPS)
    g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("The sampler takes 1 to %d steps, not %d."), MAX_STEPS, settings->steps);
  else if (!(settings->strength >= 0 && settings->strength <= 1))
    g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("The strength goes from 0 (nothing) to 1 (the whole edit), not %g."),
                 settings->strength);
  else if (settings->references < 1 || settings->references > MAX_REFERENCES)
    g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("From 1 to %d example pairs can be consulted, not %d."),
                 MAX_REFERENCES, settings->references);
  else if (!(settings->detail == -1 || (settings->detail >= 0 && settings->detail <= 1)))
    g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE,
                 _("The detail goes from 0 (as smooth as the model's own result) to 1 (all of the picture's), not %g."), settings->detail);
  else if (settings->reference < -1)
    g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("The example pair to consult is counted from 0, or -1 for the nearest; it cannot be %d."),
                 settings->reference);
  else
    return TRUE;
  return FALSE;
}

/* What was found for the last picture. */
static void
forget (FseEditor *editor)
{
  g_clear_pointer (&editor->seen, fse_image_unref);
  g_clear_pointer (&editor->last_window, fse_image_unref);
  g_clear_pointer (&editor->windows, fse_windows_free);
}

FseEditor *
fse_editor_open (const gchar *model_path, const gchar *device, GError **error)
{
  g_autoptr (FseEditor) editor = g_new0 (FseEditor, 1);

  editor->model = fse_model_open (model_path, error);
  if (!editor->model)
    return NULL;
  editor->device = fse_device_open (device, error);
  if (!editor->device)
    return NULL;
  editor->weights = fse_weights_new (editor->device, 0);
  return g_steal_pointer (&editor);
}

void
fse_editor_close (FseEditor *editor)
{
  if (!editor)
    return;
  forget (editor);
  fse_inference_free (editor->inference);
  fse_weights_free (editor->weights);
  fse_device_close (editor->device);
  fse_model_close (editor->model);
  g_free (editor->descriptors);
  g_free (editor);
}

void
fse_editor_cancel (FseEditor *editor)
{
  g_atomic_int_set (&editor->cancelled, 1);
}

const gchar *
fse_editor_passed_over (FseEditor *editor)
{
  return fse_device_skipped (editor->device);
}

/* Who is told how far it is, and between which fractions of the whole. */
typedef struct
{
  FseEditor  *editor;
  FseProgress progress;
  gpointer    data;
  gdouble     from, to;
} Report;

static gboolean
go_on (gdouble fraction, gpointer data, GError **error)
{
  const Report *report = data;

  if (report->progress)
    report->progress (report->from + fraction * (report->to - report->from), report->data);
  if (!g_atomic_int_get (&report->editor->cancelled))
    return TRUE;
  g_set_error (error, FSE_ERROR, FSE_ERROR_CANCELLED, _("Applying the edit was stopped."));
  return FALSE;
}

static FseInference *
inference_new (FseEditor *editor, gint height, gint width, gint references, GError **error)
{
  const FseModelInfo      *info = fse_model_info (editor->model);
  g_autoptr (FseInference) inference = fse_inference_new (editor->device, editor->weights, &info->settings, info->colour_table,
                                                          height, width, info->height, info->width, references, error);

  if (!inference)
    return NULL;
  if (!editor->filled && !fse_model_read_weights (editor->model, editor->device, editor->weights, error))
    return NULL;
  editor->filled = TRUE;
  return g_steal_pointer (&inference);
}

static gboolean
consults_references (FseEditor *editor)
{
  const FseSettings *settings = &fse_model_info (editor->model)->settings;

  return settings->n_to_n && settings->condition_transform;
}

static gboolean
set_reference (FseEditor *editor, FseInference *inference, gint index, gint pair, GError **error)
{
  if (index == 0)
    editor->first_reference = pair;
  return fse_inference_set_reference (inference, index, fse_model_before (editor->model, pair),
                                      fse_model_after (editor->model, pair), error);
}

/* Gives the inference the training pairs whose befores are nearest to its picture, or the one that is asked for. */
static gboolean
choose_references (FseEditor *editor, FseInference *inference, gint references, gint asked, GError **error)
{
  const FseModelInfo *info = fse_model_info (editor->model);
  g_autofree gboolean *taken = g_new0 (gboolean, info->n_pairs);
  gfloat               own[FSE_DESCRIPTOR];

  if (!consults_references (editor))
    return TRUE;
  if (asked >= 0)
    return set_reference (editor, inference, 0, asked, error);
  if (!fse_inference_describe (inference, own, error))
    return FALSE;
  for (gint r = 0; r < references; r++)
    {
      gint   best = -1;
      gfloat best_score = -INFINITY;

      for (guint i = 0; i < info->n_pairs; i++)
        {
          gfloat score = 0;

          for (gint c = 0; c < FSE_DESCRIPTOR; c++)
            score += own[c] * editor->descriptors[i * FSE_DESCRIPTOR + c];
          if (!taken[i] && (best < 0 || score > best_score))
            {
              best = i;
              best_score = score;
            }
        }
      taken[best] = TRUE;
      if (!set_reference (editor, inference, r, best, error))
        return FALSE;
    }
  return TRUE;
}

/* Makes editor->inference fit the shape. */
static gboolean
fit_inference (FseEditor *editor, gint height, gint width, gint references, GError **error)
{
  if (editor->inference && editor->height == height && editor->width == width && editor->references == references)
    return TRUE;
  g_clear_pointer (&editor->inference, fse_inference_free);
  editor->inference = inference_new (editor, height, width, references, error);
  editor->height = height;
  editor->width = width;
  editor->references = references;
  return editor->inference != NULL;
}

/* Where every training picture lies in matching-feature space; once a model.  The inference
 * that this takes is the next picture's own where that has the pairs' shape. */
static gboolean
describe_pairs (FseEditor *editor, gint references, GError **error)
{
  const FseModelInfo *info = fse_model_info (editor->model);
  g_autofree gfloat  *picture = NULL, *descriptors = NULL;
  gsize               floats = (gsize) info->height * info->width * 4;

  if (editor->descriptors || !consults_references (editor))
    return TRUE;
  if (!fit_inference (editor, info->height, info->width, references, error))
    return FALSE;
  picture = g_new (gfloat, floats);
  descriptors = g_new (gfloat, info->n_pairs * FSE_DESCRIPTOR);
  for (guint i = 0; i < info->n_pairs; i++)
    {
      const guint8 *before = fse_model_before (editor->model, i);

      for (gsize k = 0; k < floats; k++)
        picture[k] = before[k] / 255.0f;
      if (!fse_inference_set_picture (editor->inference, picture, error)
          || !fse_inference_describe (editor->inference, descriptors + i * FSE_DESCRIPTOR, error))
        return FALSE;
    }
  editor->descriptors = g_steal_pointer (&descriptors);
  return TRUE;
}

/* Whether the fields are those of this picture with these settings. */
static gboolean
has_seen (FseEditor *editor, const FseImage *small, const FseApplySettings *settings)
{
  const FseApplySettings *before = &editor->seen_for;

  return editor->seen && editor->seen->width == small->width && editor->seen->height == small->height
         && before->steps == settings->steps && before->seed == settings->seed && before->references == settings->references
         && before->reference == settings->reference
         && memcmp (editor->seen->rgba, small->rgba, (gsize) small->width * small->height * 4 * sizeof (gfloat)) == 0;
}

/* The change for `picture`, which lies at left, top of a whole of so much width, as the networks see it; on the inference. */
static gboolean
predict (FseEditor *editor, const FseImage *picture, gint left, gint top, gint width, gint references,
         const FseApplySettings *settings, Report *report, FseChangeFields *fields, GError **error)
{
  if (!go_on (0, report, error)
      || !fit_inference (editor, picture->height, picture->width, references, error)
      || !fse_inference_set_picture (editor->inference, picture->rgba, error)
      || !choose_references (editor, editor->inference, references, settings->reference, error)
      || !fse_inference_look (editor->inference, error)
      || !fse_inference_start (editor->inference, settings->seed, left, top, width, error))
    return FALSE;
  for (gint s = 0; s < settings->steps; s++)
    if (!fse_inference_step (editor->inference, 1 - s / (gdouble) settings->steps, 1 - (s + 1) / (gdouble) settings->steps, error)
        || !fse_device_finish (editor->device, error)
        || !go_on ((s + 1.0) / settings->steps, report, error))
      return FALSE;
  return fse_inference_decode (editor->inference, fields, error);
}

static FseImage *
cut_out (const FseImage *image, const FseRectangle *place, GError **error)
{
  FseImage *part = fse_image_new (place->width, place->height, error);

  for (gint y = 0; part && y < place->height; y++)
    memcpy (part->rgba + (gsize) y * place->width * 4,
            image->rgba + ((gsize) (place->y + y) * image->width + place->x) * 4, (gsize) place->width * 4 * sizeof (gfloat));
  return part;
}

/* One window after the other; the one in the middle is the last. */
static gboolean
predict_windows (FseEditor *editor, const FseImage *small, gint references, const FseApplySettings *settings,
                 const Report *report, GError **error)
{
  gint n, middle;

  editor->windows = fse_windows_new (editor->device, small->width, small->height,
                                     fse_model_info (editor->model)->settings.windows);
  n = fse_windows_n (editor->windows);
  middle = n / 2;
  for (gint k = 0; k < n; k++)
    {
      gint            i = k == n - 1 ? middle : k < middle ? k : k + 1;
      gdouble         part = (report->to - report->from) / n;
      Report          own = { editor, report->progress, report->data, report->from + k * part, report->from + (k + 1) * part };
      FseChangeFields fields;
      FseRectangle    place;

      fse_windows_place (editor->windows, i, &place);
      g_clear_pointer (&editor->last_window, fse_image_unref);
      editor->last_window = cut_out (small, &place, error);
      if (!editor->last_window
          || !predict (editor, editor->last_window, place.x, place.y, small->width, references, settings, &own, &fields, error)
          || !fse_windows_add (editor->windows, &place, &fields, error))
        return FALSE;
    }
  return fse_windows_end (editor->windows, &editor->fields, error);
}

/* The change for `small`, the picture at the resolution at which it is worked on, into the editor's fields. */
static gboolean
find_change (FseEditor *editor, FseImage *small, const FseApplySettings *settings, Report *report, GError **error)
{
  const FseModelInfo *info = fse_model_info (editor->model);
  gint                references = settings->reference >= 0 ? 1 : MIN (settings->references, (gint) info->n_pairs);

  if (has_seen (editor, small, settings))
    return TRUE;
  forget (editor);
  if (!describe_pairs (editor, references, error))
    return FALSE;
  if (info->settings.windows > 1)
    {
      if (!predict_windows (editor, small, references, settings, report, error))
        return FALSE;
    }
  else if (!predict (editor, small, 0, 0, small->width, references, settings, report, &editor->fields, error))
    return FALSE;
  else
    editor->last_window = fse_image_ref (small);
  editor->seen = fse_image_ref (small);
  editor->seen_for = *settings;
  return TRUE;
}

/* Not-a-number (possible in float pictures) never reaches a network. */
static void
make_finite (FseImage *image)
{
  for (gsize i = 0; i < (gsize) image->width * image->height * 4; i++)
    image->rgba[i] = isfinite (image->rgba[i]) ? CLAMP (image->rgba[i], 0.0f, 1.0f) : 0.0f;
}

/* The picture at the model's working resolution, read in bands. */
static FseImage *
look_at (FseEditor *editor, const FseRaster *raster, Report *report, GError **error)
{
  gint                  rows = CLAMP (BAND_PIXELS / raster->width, 1, raster->height);
  g_autoptr (FseScaler) scaler = NULL;
  g_autofree gfloat    *band = NULL;
  FseImage             *small;
  gint                  width, height;

  fse_net_picture_shape (&fse_model_info (editor->model)->settings, raster->width, raster->height, &width, &height);
  scaler = fse_scaler_new (raster->width, raster->height, width, height, raster->has_alpha, error);
  if (!scaler)
    return NULL;
  band = g_new (gfloat, (gsize) rows * raster->width * 4);
  for (gint y = 0; y < raster->height; y += rows)
    {
      const FseRectangle part = { 0, y, raster->width, MIN (rows, raster->height - y) };

      if (!raster->read (raster->data, &part, band, error)
          || !go_on ((y + part.height) / (gdouble) raster->height, report, error))
        return NULL;
      fse_scaler_rows (scaler, band, part.height);
    }
  small = fse_scaler_end (scaler, error);
  if (small)
    make_finite (small);
  return small;
}

FseImage *
fse_editor_see (FseEditor *editor, const FseRaster *raster, FseProgress progress, gpointer data, GError **error)
{
  Report report = { editor, progress, data, 0, 1 };

  g_atomic_int_set (&editor->cancelled, 0);
  return look_at (editor, raster, &report, error);
}

/* The settings, and that the pair they name is one of the model's. */
static gboolean
check_settings (FseEditor *editor, const FseApplySettings *settings, GError **error)
{
  gint n_pairs = fse_model_info (editor->model)->n_pairs;

  if (!fse_apply_settings_check (settings, error))
    return FALSE;
  if (settings->reference < n_pairs)
    return TRUE;
  g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE,
               ngettext ("The model has %d example pair, counted from 0: there is no pair %d.",
                         "The model has %d example pairs, counted from 0: there is no pair %d.", n_pairs),
               n_pairs, settings->reference);
  return FALSE;
}

/* Strength 0: the picture's own values. */
static gboolean
copy_region (const FseRaster *raster, const FseRectangle *region, Report *report, GError **error)
{
  gint               rows = CLAMP (BAND_PIXELS / region->width, 1, region->height);
  g_autofree gfloat *band = g_new (gfloat, (gsize) rows * region->width * 4);

  for (gint y = 0; y < region->height; y += rows)
    {
      const FseRectangle part = { region->x, region->y + y, region->width, MIN (rows, region->height - y) };

      if (!raster->read (raster->data, &part, band, error)
          || !raster->write (raster->data, &part, band, error)
          || !go_on ((y + part.height) / (gdouble) region->height, report, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
fse_editor_apply_raster (FseEditor *editor, const FseRaster *raster, const FseRectangle *region,
                         const FseApplySettings *settings, FseProgress progress, gpointer data, GError **error)
{
  const FseRectangle   whole = { 0, 0, raster->width, raster->height };
  Report               reading = { editor, progress, data, 0, READ }, finding = { editor, progress, data, READ, FOUND };
  Report               writing = { editor, progress, data, FOUND, 1 }, copying = { editor, progress, data, 0, 1 };
  g_autoptr (FseImage) small = NULL;
  g_autoptr (FseLift)  lift = NULL;
  FseChangeFields      fields;

  g_atomic_int_set (&editor->cancelled, 0);
  if (!check_settings (editor, settings, error))
    return FALSE;
  if (!region)
    region = &whole;
  g_return_val_if_fail (region->x >= 0 && region->y >= 0 && region->width > 0 && region->height > 0
                        && region->width <= raster->width - region->x && region->height <= raster->height - region->y, FALSE);
  if (settings->strength == 0)
    return copy_region (raster, region, &copying, error);

  small = raster->seen ? fse_image_ref (raster->seen) : look_at (editor, raster, &reading, error);
  if (!small || !find_change (editor, small, settings, &finding, error))
    return FALSE;
  fields = editor->fields;
  if (settings->plain)
    fields.gain = NULL;
  lift = fse_lift_new (editor->device, &fields, fse_model_info (editor->model)->colour_table, small, error);
  return lift
         && fse_lift_run (lift, raster, region, settings->strength,
                          settings->detail < 0 ? fse_model_info (editor->model)->detail : settings->detail, go_on, &writing, error);
}

FseImage *
fse_editor_apply (FseEditor *editor, const FseImage *picture, const FseApplySettings *settings,
                  FseProgress progress, gpointer data, GError **error)
{
  g_autoptr (FseImage) result = fse_image_new (picture->width, picture->height, error);
  FseRasterImages      images = { picture, result };
  FseRaster            raster;

  if (!result)
    return NULL;
  fse_image_take_kind (result, picture);
  raster = fse_raster_of_images (&images);
  if (!fse_editor_apply_raster (editor, &raster, NULL, settings, progress, data, error))
    return NULL;
  return g_steal_pointer (&result);
}

FseEditorBehind
fse_editor_behind (FseEditor *editor)
{
  return (FseEditorBehind) { editor->device, editor->model, editor->inference, editor->last_window,
                             consults_references (editor) ? editor->first_reference : -1 };
}
