/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an edit made, on its way into GIMP: first the pixels and the mask are
 * moved to a layer that is in no image yet (or to the shadow of the source), in
 * pieces; then that appears, at once and in one undo step.
 */
#include "i18n.h"

#include <libgimp/gimp.h>

#include "fse-edit-gimp2.h"

struct _FseResult
{
  FseEdit    *edit;
  FseOutput   output;
  gint        image;  /* that gets the result */
  gint        layer;  /* that gets the pixels; REPLACE: the source */
  gint        mask;   /* of the new layer, or -1 */
  GeglBuffer *pixels; /* the drawable's; the region lies at `x`, `y` in it */
  gint        x, y;
  gint        row;
  gboolean    there;  /* the user can see it: nothing to take back */
};

static gboolean
fail (GError **error, const gchar *what)
{
  g_set_error (error, FSE_ERROR, FSE_ERROR_IO, _("%s GIMP says: %s"), what, gimp_get_pdb_error ());
  return FALSE;
}

/* --- the target ----------------------------------------------------------- */

/* Of the groups around the item one whose pixels are locked, which locks those of all that is in it; or -1. */
static gint
locked_group (gint item)
{
  gint group = gimp_item_get_parent (item);

  while (group != -1 && ! gimp_item_get_lock_content (group))
    group = gimp_item_get_parent (group);
  return group;
}

gboolean
fse_result_check (gint source, FseOutput output, GError **error)
{
  gint              group = locked_group (source);
  g_autofree gchar *name  = gimp_item_get_name (source);
  g_autofree gchar *outer = group != -1 ? gimp_item_get_name (group) : NULL;

  if (output != FSE_OUTPUT_REPLACE)
    return TRUE;
  if (gimp_item_is_group (source))
    g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                 _("The layer group “%s” cannot be replaced: choose one of its layers, or a new layer for the result."), name);
  else if (gimp_item_get_lock_content (source))
    g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                 _("The pixels of the layer “%s” are locked: unlock them, or choose a new layer for the result."), name);
  else if (outer)
    g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                 _("The pixels of the layer group “%s” are locked: unlock them, or choose a new layer for the result."), outer);
  else
    return TRUE;
  return FALSE;
}

static gint
new_image (gint source_image, const GeglRectangle *region)
{
  gint              image   = gimp_image_new_with_precision (region->width, region->height, gimp_image_base_type (source_image),
                                                             gimp_image_get_precision (source_image));
  GimpColorProfile *profile = gimp_image_get_color_profile (source_image);
  GimpMetadata     *data    = gimp_image_get_metadata (source_image);
  gdouble           x, y;

  if (image != -1)
    {
      gimp_image_undo_disable (image);
      gimp_image_get_resolution (source_image, &x, &y);
      gimp_image_set_resolution (image, x, y);
      gimp_image_set_unit (image, gimp_image_get_unit (source_image));
      if (profile)
        gimp_image_set_color_profile (image, profile);
      if (data)
        gimp_image_set_metadata (image, data);
    }
  g_clear_object (&profile);
  g_clear_object (&data);
  return image;
}

static gint
new_layer (gint image, gint source, const gchar *name, const GeglRectangle *region, gboolean alone)
{
  static const GimpImageType types[2][2] = { { GIMP_RGB_IMAGE, GIMP_RGBA_IMAGE }, { GIMP_GRAY_IMAGE, GIMP_GRAYA_IMAGE } };
  GimpLayerMode              mode        = gimp_layer_get_mode (source);
  GimpImageType              type        = types[!! gimp_drawable_is_gray (source)][!! gimp_drawable_has_alpha (source)];

  /* Pass-through is for groups, which the result is not. */
  if (alone || mode == GIMP_LAYER_MODE_PASS_THROUGH)
    mode = gimp_image_get_default_new_layer_mode (image);
  return gimp_layer_new (image, name, region->width, region->height, type, alone ? 100.0 : gimp_layer_get_opacity (source), mode);
}

static gint
source_mask (gint source)
{
  gint mask = gimp_layer_get_mask (source);

  return mask != -1 && gimp_layer_get_apply_mask (source) ? mask : -1;
}

FseResult *
fse_result_new (FseEdit *edit, FseOutput output, const gchar *name, GError **error)
{
  FseResult *result = g_new0 (FseResult, 1);
  gint       source = edit->drawable;

  *result = (FseResult) { .edit = edit, .output = output, .image = gimp_item_get_image (source), .layer = -1, .mask = -1 };
  if (output == FSE_OUTPUT_REPLACE)
    {
      if (fse_result_check (source, output, error)) /* it may have been locked meanwhile */
        {
          result->layer  = source;
          result->x      = edit->region.x;
          result->y      = edit->region.y;
          result->pixels = gimp_drawable_get_shadow_buffer (source);
        }
    }
  else
    {
      if (output == FSE_OUTPUT_IMAGE && (result->image = new_image (result->image, &edit->region)) == -1)
        fail (error, _("The result's image could not be made."));
      else if ((result->layer = new_layer (result->image, source, name, &edit->region, output == FSE_OUTPUT_IMAGE)) == -1)
        fail (error, _("The result's layer could not be made."));
      else
        {
          result->pixels = gimp_drawable_get_buffer (result->layer);
          if (edit->selection || source_mask (source) != -1)
            result->mask = gimp_layer_create_mask (result->layer, GIMP_ADD_MASK_WHITE);
        }
    }
  if (result->layer != -1 && ! result->pixels)
    g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                         _("The result's pixels could not be written: is the image still open?"));
  if (! result->pixels)
    g_clear_pointer (&result, fse_result_free);
  return result;
}

void
fse_result_free (FseResult *result)
{
  if (! result)
    return;
  g_clear_object (&result->pixels);
  if (! result->there && result->output != FSE_OUTPUT_REPLACE)
    {
      if (result->mask != -1 && gimp_item_is_valid (result->mask))
        gimp_item_delete (result->mask);
      if (result->layer != -1 && gimp_item_is_valid (result->layer))
        gimp_item_delete (result->layer);
      if (result->output == FSE_OUTPUT_IMAGE && result->image != -1 && gimp_image_is_valid (result->image))
        gimp_image_delete (result->image);
    }
  g_free (result);
}

/* --- the pixels ----------------------------------------------------------- */

/* What is hidden of the source, by its mask, is hidden of the result. */
static void
put_mask (FseResult *result, const GeglRectangle *rows, const GeglRectangle *target)
{
  FseEdit               *edit   = result->edit;
  const Babl            *format = babl_format ("Y float");
  gsize                  n      = (gsize) rows->width * rows->height;
  g_autoptr (GeglBuffer) mask   = gimp_drawable_get_buffer (result->mask);
  gint                   theirs = source_mask (edit->drawable);
  g_autofree gfloat     *values = g_new (gfloat, n);

  fse_edit_read_selection (&edit->head, 1.0, rows->x, rows->y, rows->width, rows->height, values);
  if (theirs != -1)
    {
      g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (theirs);
      g_autofree gfloat     *hidden = g_new (gfloat, n);

      gegl_buffer_get (buffer, rows, 1.0, format, hidden, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < n; i++)
        values[i] *= hidden[i];
    }
  gegl_buffer_set (mask, target, 0, format, values, GEGL_AUTO_ROWSTRIDE);
  gegl_buffer_flush (mask);
}

static void
put_rows (FseResult *result, const GeglRectangle *rows)
{
  FseEdit      *edit   = result->edit;
  GeglRectangle target = { result->x, result->y + rows->y - edit->region.y, rows->width, rows->height };

  if (result->output == FSE_OUTPUT_REPLACE && edit->selection)
    {
      g_autofree gfloat *weights = g_new (gfloat, (gsize) rows->width * rows->height);

      fse_edit_read_selection (&edit->head, 1.0, rows->x, rows->y, rows->width, rows->height, weights);
      fse_space_mix (edit->space, edit->source, edit->result, result->pixels, rows, weights);
    }
  else
    gegl_buffer_copy (edit->result, rows, GEGL_ABYSS_NONE, result->pixels, &target);
  if (result->mask != -1)
    put_mask (result, rows, &target);
}

/* --- the appearance ------------------------------------------------------- */

static gboolean
insert (FseResult *result, gint parent, gint position, gint x, gint y, GError **error)
{
  const gchar *trouble = NULL;

  if (! gimp_image_insert_layer (result->image, result->layer, parent, position))
    return fail (error, _("The result's layer could not be put into the image."));
  if (! gimp_layer_set_offsets (result->layer, x, y))
    trouble = _("The result's layer could not be moved to its place.");
  else if (result->mask != -1 && ! gimp_layer_add_mask (result->layer, result->mask))
    trouble = _("The result's layer mask could not be made.");
  if (trouble)
    {
      fail (error, trouble);
      gimp_image_remove_layer (result->image, result->layer);
      result->layer = result->mask = -1;
      return FALSE;
    }
  if (result->mask != -1)
    gimp_layer_set_edit_mask (result->layer, FALSE);
  gimp_drawable_update (result->layer, 0, 0, result->edit->region.width, result->edit->region.height);
  return TRUE;
}

static gboolean
insert_above (FseResult *result, GError **error)
{
  gint     source = result->edit->drawable, x, y;
  gboolean ok;

  gimp_drawable_offsets (source, &x, &y);
  gimp_image_undo_group_start (result->image);
  ok = insert (result, gimp_item_get_parent (source), gimp_image_get_item_position (result->image, source),
               x + result->edit->region.x, y + result->edit->region.y, error);
  gimp_image_undo_group_end (result->image);
  return ok;
}

/* GIMP merges through the selection with floats in linear light, which costs the last digits of
 * pixels that are not selected; so the mixing is done already, and the selection is that box only. */
static gboolean
merge (FseResult *result, GError **error)
{
  const GeglRectangle *region = &result->edit->region;
  gint                 source = result->edit->drawable, active, channel, x, y;
  gboolean             ok;

  gimp_drawable_offsets (source, &x, &y);
  gimp_image_undo_group_start (result->image);
  if (! result->edit->selection)
    ok = gimp_drawable_merge_shadow (source, TRUE);
  else
    {
      active  = gimp_image_get_active_layer (result->image); /* saving makes the channel the active one */
      channel = gimp_selection_save (result->image);
      gimp_image_select_rectangle (result->image, GIMP_CHANNEL_OP_REPLACE, x + region->x, y + region->y, region->width, region->height);
      ok = gimp_drawable_merge_shadow (source, TRUE);
      gimp_image_select_item (result->image, GIMP_CHANNEL_OP_REPLACE, channel);
      gimp_image_remove_channel (result->image, channel);
      if (active != -1)
        gimp_image_set_active_layer (result->image, active);
    }
  if (! ok)
    fail (error, _("The result could not be put into the layer."));
  gimp_drawable_update (source, region->x, region->y, region->width, region->height);
  gimp_image_undo_group_end (result->image);
  return ok;
}

static gboolean
show_image (FseResult *result, GError **error)
{
  if (! insert (result, -1, 0, 0, 0, error))
    return FALSE;
  gimp_image_undo_enable (result->image);
  if (gimp_default_display () > 0)
    gimp_display_new (result->image);
  return TRUE;
}

gboolean
fse_result_on (FseResult *result, gboolean *done, gint *layer, GError **error)
{
  const GeglRectangle *region = &result->edit->region;
  GeglRectangle        rows   = *region;
  gboolean             ok;

  rows.y      += result->row;
  rows.height  = MIN (fse_edit_rows (region->width), region->height - result->row);
  put_rows (result, &rows);
  result->row += rows.height;
  *done = result->row == region->height;
  if (! *done)
    return TRUE;

  gegl_buffer_flush (result->pixels);
  g_clear_object (&result->pixels);
  ok = result->output == FSE_OUTPUT_REPLACE ? merge (result, error)
       : result->output == FSE_OUTPUT_IMAGE ? show_image (result, error)
                                            : insert_above (result, error);
  result->there = ok;
  *layer = result->layer;
  gimp_displays_flush ();
  return ok;
}
