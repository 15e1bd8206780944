/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See fse-edit-gimp2.h.
 */
#include "i18n.h"

#include "fse-edit-gimp2.h"

#include <libgimp/gimp.h>

#define PIECE (1 << 20) /* pixels of a drawable: some milliseconds */

gint
fse_edit_rows (gint width)
{
  return MAX (PIECE / width, 1);
}

FseHostEdit *
fse_edit_begin (gint drawable, GError **error)
{
  FseEdit      *edit   = g_new0 (FseEdit, 1);
  FseHostEdit  *head   = &edit->head;
  const Babl   *format = gimp_drawable_get_format (drawable);
  GeglRectangle whole;
  gboolean      hit;

  edit->image     = gimp_item_get_image (drawable);
  edit->drawable  = drawable;
  head->width     = gimp_drawable_width (drawable);
  head->height    = gimp_drawable_height (drawable);
  head->has_alpha = gimp_drawable_has_alpha (drawable);
  head->selected  = ! gimp_selection_is_empty (edit->image);
  hit = gimp_drawable_mask_intersect (drawable, &edit->region.x, &edit->region.y, &edit->region.width, &edit->region.height);
  if (! hit || edit->region.width < 1 || edit->region.height < 1)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                           head->selected ? _("The selection does not touch the layer: select a part of the layer, or nothing.")
                                          : _("The layer is empty: choose one with pixels."));
      g_free (edit);
      return NULL;
    }
  head->region = (FseRectangle) { edit->region.x, edit->region.y, edit->region.width, edit->region.height };

  whole        = (GeglRectangle) { 0, 0, head->width, head->height };
  edit->space  = fse_space_new (drawable);
  edit->source = gegl_buffer_new (&whole, format);
  edit->result = gegl_buffer_new (&edit->region, format);
  return head;
}

static void
copy_selection (FseEdit *edit)
{
  g_autoptr (GeglBuffer) mask   = gimp_drawable_get_buffer (gimp_image_get_selection (edit->image));
  GeglRectangle          within = edit->region;
  gint                   x, y;

  gimp_drawable_offsets (edit->drawable, &x, &y);
  within.x += x;
  within.y += y;
  edit->selection = gegl_buffer_new (&edit->region, gegl_buffer_get_format (mask));
  gegl_buffer_copy (mask, &within, GEGL_ABYSS_NONE, edit->selection, &edit->region);
}

gboolean
fse_edit_copy (FseHostEdit *head, gboolean *done, GError **error)
{
  FseEdit               *edit   = (FseEdit *) head;
  g_autoptr (GeglBuffer) buffer = gimp_item_is_valid (edit->drawable) ? gimp_drawable_get_buffer (edit->drawable) : NULL;
  GeglRectangle          rows   = { 0, edit->row, head->width, MIN (fse_edit_rows (head->width), head->height - edit->row) };
  GeglRectangle          both;

  if (! buffer || gimp_drawable_width (edit->drawable) != head->width || gimp_drawable_height (edit->drawable) != head->height)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                           _("The layer's pixels could not be read: is its image still open?"));
      return FALSE;
    }
  if (edit->row == 0 && head->selected)
    copy_selection (edit);
  gegl_buffer_copy (buffer, &rows, GEGL_ABYSS_NONE, edit->source, &rows);
  if (gegl_rectangle_intersect (&both, &rows, &edit->region))
    gegl_buffer_copy (edit->source, &both, GEGL_ABYSS_NONE, edit->result, &both);
  edit->row += rows.height;
  *done = edit->row == head->height;
  return TRUE;
}

void
fse_edit_read (FseHostEdit *head, gdouble scale, gint x, gint y, gint width, gint height, gfloat *rgba)
{
  FseEdit *edit = (FseEdit *) head;

  fse_space_read (edit->space, edit->source, GEGL_RECTANGLE (x, y, width, height), scale, GEGL_ABYSS_NONE, rgba);
}

void
fse_edit_read_selection (FseHostEdit *head, gdouble scale, gint x, gint y, gint width, gint height, gfloat *values)
{
  FseEdit *edit = (FseEdit *) head;

  if (edit->selection)
    gegl_buffer_get (edit->selection, GEGL_RECTANGLE (x, y, width, height), scale, babl_format ("Y float"), values,
                     GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  else
    for (gsize i = 0; i < (gsize) width * height; i++)
      values[i] = 1.0f;
}

void
fse_edit_write (FseHostEdit *head, gint x, gint y, gint width, gint height, const gfloat *rgba)
{
  FseEdit *edit = (FseEdit *) head;

  fse_space_write (edit->space, edit->source, edit->result, GEGL_RECTANGLE (x, y, width, height), rgba);
}

void
fse_edit_free (FseHost *host, FseHostEdit *head)
{
  FseEdit *edit = (FseEdit *) head;

  if (! edit)
    return;
  g_clear_pointer (&edit->put, fse_result_free);
  g_clear_object (&edit->source);
  g_clear_object (&edit->result);
  g_clear_object (&edit->selection);
  fse_space_free (edit->space);
  g_free (edit);
}
