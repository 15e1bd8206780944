/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply/explain.h"

#include <math.h>

#include "apply/editor-private.h"

#define GRAY 0.5f

void
fse_explanation_free (FseExplanation *e)
{
  FseImage *pictures[] = { e->picture, e->before, e->after, e->match, e->warped, e->warped_before, e->warped_after,
                           e->flow, e->moved, e->texture, e->colours, e->recoloured, e->residual, e->result };

  for (gsize i = 0; i < G_N_ELEMENTS (pictures); i++)
    fse_image_unref (pictures[i]);
  g_free (e);
}

/* --- flows as colours ----------------------------------------------------- */

/* length 0..1 of an arrow, angle in turns, 0 = to the right, clockwise as the screen has it. */
static void
arrow_colour (gdouble length, gdouble angle, gfloat *rgba)
{
  for (gint c = 0; c < 3; c++)
    {
      /* red, green and blue peak a third of a turn apart */
      gdouble apart = fabs (remainder (angle - c / 3.0, 1.0)) * 6;

      rgba[c] = 1 - length * (1 - CLAMP (2 - apart, 0, 1));
    }
  rgba[3] = 1;
}

FseImage *
fse_flow_picture (const gfloat *flow, gint width, gint height, gdouble reach, GError **error)
{
  FseImage *image = fse_image_new (width, height, error);

  for (gsize p = 0; image && p < (gsize) width * height; p++)
    {
      gdouble dx = flow[2 * p] * width / 2, dy = flow[2 * p + 1] * height / 2;

      arrow_colour (reach > 0 ? MIN (hypot (dx, dy) / reach, 1) : 0, atan2 (dy, dx) / (2 * G_PI), image->rgba + 4 * p);
    }
  return image;
}

FseImage *
fse_flow_key (gint side, GError **error)
{
  FseImage *image = fse_image_new (side, side, error);

  for (gint y = 0; image && y < side; y++)
    for (gint x = 0; x < side; x++)
      {
        gdouble dx = (2 * x + 1.0) / side - 1, dy = (2 * y + 1.0) / side - 1, length = hypot (dx, dy);

        arrow_colour (length < 1 ? length : 0, atan2 (dy, dx) / (2 * G_PI), image->rgba + 4 * ((gsize) y * side + x));
      }
  return image;
}

/* The longest arrow in pixels. */
static gdouble
reach_of (const gfloat *flow, gint width, gint height)
{
  gdouble reach = 0;

  for (gsize p = 0; p < (gsize) width * height; p++)
    reach = MAX (reach, hypot (flow[2 * p] * width / 2, flow[2 * p + 1] * height / 2));
  return reach;
}

/* --- pictures ------------------------------------------------------------- */

static gfloat *
read_tensor (FseDevice *device, const FseTensor *tensor, GError **error)
{
  gfloat *values = g_new (gfloat, fse_tensor_floats (tensor));

  if (fse_device_read (device, tensor->data, values, fse_tensor_floats (tensor), error))
    return values;
  g_free (values);
  return NULL;
}

/* Centred RGB values as a picture: 0 is gray. */
static FseImage *
picture_of (const gfloat *rgb, gint width, gint height, GError **error)
{
  FseImage *image = fse_image_new (width, height, error);

  for (gsize p = 0; image && p < (gsize) width * height; p++)
    {
      for (gint c = 0; c < 3; c++)
        image->rgba[4 * p + c] = CLAMP (rgb[3 * p + c] + GRAY, 0, 1);
      image->rgba[4 * p + 3] = 1;
    }
  return image;
}

static FseImage *
picture_of_tensor (FseDevice *device, const FseTensor *tensor, GError **error)
{
  g_autofree gfloat *rgb = read_tensor (device, tensor, error);

  return rgb ? picture_of (rgb, tensor->w, tensor->h, error) : NULL;
}

static FseImage *
picture_of_bytes (const guint8 *rgba, gint width, gint height, GError **error)
{
  FseImage *image = fse_image_new (width, height, error);

  for (gsize i = 0; image && i < (gsize) width * height * 4; i++)
    image->rgba[i] = i % 4 == 3 ? 1 : rgba[i] / 255.0f;
  return image;
}

/* a - b, gray where they are equal. */
static FseImage *
difference (const FseImage *a, const FseImage *b, GError **error)
{
  FseImage *image = fse_image_new (a->width, a->height, error);

  for (gsize i = 0; image && i < (gsize) a->width * a->height * 4; i++)
    image->rgba[i] = i % 4 == 3 ? 1 : CLAMP (a->rgba[i] - b->rgba[i] + GRAY, 0, 1);
  return image;
}

/* Bilinear, edge clamped; at in pixels. */
static void
sample (const FseImage *image, gdouble x, gdouble y, gfloat *rgba)
{
  gint    x0 = floor (x), y0 = floor (y);
  gdouble fx = x - x0, fy = y - y0;

  for (gint c = 0; c < 4; c++)
    {
      gdouble sum = 0;

      for (gint k = 0; k < 4; k++)
        {
          gint sx = CLAMP (x0 + k % 2, 0, image->width - 1), sy = CLAMP (y0 + k / 2, 0, image->height - 1);

          sum += (k % 2 ? fx : 1 - fx) * (k / 2 ? fy : 1 - fy) * image->rgba[4 * ((gsize) sy * image->width + sx) + c];
        }
      rgba[c] = sum;
    }
}

/* `image` as seen along the flow from each pixel of a picture of width x height; flow is of flow_width x flow_height. */
static FseImage *
warp (const FseImage *image, const gfloat *flow, gint flow_width, gint flow_height, gint width, gint height, GError **error)
{
  FseImage *result = fse_image_new (width, height, error);
  FseImage  arrows = { .width = flow_width, .height = flow_height };

  if (!result)
    return NULL;
  arrows.rgba = g_new0 (gfloat, (gsize) flow_width * flow_height * 4);
  for (gsize p = 0; p < (gsize) flow_width * flow_height; p++)
    {
      arrows.rgba[4 * p] = flow[2 * p];
      arrows.rgba[4 * p + 1] = flow[2 * p + 1];
    }
  for (gint y = 0; y < height; y++)
    for (gint x = 0; x < width; x++)
      {
        gdouble u = (x + 0.5) / width, v = (y + 0.5) / height; /* 0..1 */
        gfloat  arrow[4];

        sample (&arrows, u * flow_width - 0.5, v * flow_height - 0.5, arrow);
        sample (image, (u + arrow[0] / 2) * image->width - 0.5, (v + arrow[1] / 2) * image->height - 0.5,
                result->rgba + 4 * ((gsize) y * width + x));
      }
  g_free (arrows.rgba);
  return result;
}

/* --- the two halves ------------------------------------------------------- */

static gboolean
explain_reference (FseExplanation *e, const FseEditorBehind *behind, GError **error)
{
  const FseModelInfo *info = fse_model_info (behind->model);
  FseTransform        t = *fse_inference_transform (behind->inference);
  g_autofree gfloat  *flow = NULL;

  if (behind->reference < 0)
    return TRUE;
  flow = read_tensor (behind->device, t.flow, error);
  if (!flow)
    return FALSE;
  e->reference = behind->reference;
  e->match_reach = reach_of (flow, t.flow->w, t.flow->h) * e->picture->width / t.flow->w;
  return (e->before = picture_of_bytes (fse_model_before (behind->model, e->reference), info->width, info->height, error))
         && (e->after = picture_of_bytes (fse_model_after (behind->model, e->reference), info->width, info->height, error))
         && (e->match = fse_flow_picture (flow, t.flow->w, t.flow->h, reach_of (flow, t.flow->w, t.flow->h), error))
         && (e->warped = warp (e->before, flow, t.flow->w, t.flow->h, e->picture->width, e->picture->height, error))
         && (e->warped_before = picture_of_tensor (behind->device, t.moved_x, error))
         && (e->warped_after = picture_of_tensor (behind->device, t.moved_y, error));
}

/* Of a model with texture, whose picture is softened and sharpened before it is recoloured. */
static gboolean
explain_texture (FseExplanation *e, FseDevice *device, const FseTensor *moved, GError **error)
{
  g_autoptr (FseImage) textured = picture_of_tensor (device, moved, error);

  return textured && (e->texture = difference (textured, e->moved, error))
         && (e->colours = difference (e->recoloured, textured, error));
}

static gboolean
explain_change (FseExplanation *e, const FseEditorBehind *behind, GError **error)
{
  const FseChange   *change = fse_inference_change (behind->inference);
  gint               width = e->picture->width, height = e->picture->height;
  g_autofree gfloat *flow = NULL, *base = NULL, *sum = read_tensor (behind->device, change->residual, error);

  if (!sum || !(e->residual = picture_of (sum, width, height, error)))
    return FALSE;
  if (!change->flow)
    return (e->result = fse_image_ref (e->residual)) != NULL; /* a model that repaints */
  flow = read_tensor (behind->device, change->flow, error);
  base = flow ? read_tensor (behind->device, change->base, error) : NULL;
  if (!base)
    return FALSE;
  for (gsize i = 0; i < (gsize) width * height * 3; i++)
    sum[i] += base[i];
  e->flow_reach = reach_of (flow, width, height);
  return (e->flow = fse_flow_picture (flow, width, height, e->flow_reach, error))
         && (e->moved = warp (e->picture, flow, width, height, width, height, error))
         && (e->recoloured = picture_of (base, width, height, error))
         && (change->gain ? explain_texture (e, behind->device, change->moved, error)
                          : (e->colours = difference (e->recoloured, e->moved, error)) != NULL)
         && (e->result = picture_of (sum, width, height, error));
}

FseExplanation *
fse_explain (FseEditor *editor, const FseImage *picture, guint64 seed, gint reference, GError **error)
{
  g_autoptr (FseExplanation) e = g_new0 (FseExplanation, 1);
  g_autoptr (FseImage)       native = NULL;
  FseApplySettings           settings;
  FseEditorBehind            behind;

  fse_apply_settings_default (&settings);
  settings.seed = seed;
  settings.reference = reference;
  native = fse_editor_apply (editor, picture, &settings, NULL, NULL, error);
  if (!native)
    return NULL;
  behind = fse_editor_behind (editor);
  e->picture = fse_image_ref (behind.seen);
  if (!explain_reference (e, &behind, error) || !explain_change (e, &behind, error))
    return NULL;
  return g_steal_pointer (&e);
}
