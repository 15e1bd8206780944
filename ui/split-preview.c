/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See split-preview.h.  The line follows the mouse and the arrow keys.
 */
#include "config-i18n.h"

#include "split-preview.h"

#include <math.h>

#include "surface.h"

struct _FseSplitPreview
{
  GtkDrawingArea   parent_instance;
  cairo_surface_t *before, *after;
  gdouble          split;
};

G_DEFINE_TYPE (FseSplitPreview, fse_split_preview, GTK_TYPE_DRAWING_AREA)

#define CHECK 8.0

/* Where the picture lies in the widget: fitted, centred, never enlarged more
 * than four times. */
static gdouble
fit (FseSplitPreview *preview, gdouble *x, gdouble *y, gdouble *width, gdouble *height)
{
  gdouble area_width  = gtk_widget_get_allocated_width (GTK_WIDGET (preview));
  gdouble area_height = gtk_widget_get_allocated_height (GTK_WIDGET (preview));
  gdouble w           = cairo_image_surface_get_width (preview->before);
  gdouble h           = cairo_image_surface_get_height (preview->before);
  gdouble scale       = MIN (MIN (area_width / w, area_height / h), 4.0);

  *width  = w * scale;
  *height = h * scale;
  *x      = floor ((area_width - *width) / 2.0);
  *y      = floor ((area_height - *height) / 2.0);
  return scale;
}

static void
draw_checks (cairo_t *cr, gdouble x, gdouble y, gdouble width, gdouble height)
{
  cairo_save (cr);
  cairo_rectangle (cr, x, y, width, height);
  cairo_clip (cr);
  cairo_set_source_rgb (cr, 0.6, 0.6, 0.6);
  cairo_paint (cr);
  cairo_set_source_rgb (cr, 0.4, 0.4, 0.4);
  for (gint row = 0; row * CHECK < height; row++)
    for (gint column = row % 2; column * CHECK < width; column += 2)
      cairo_rectangle (cr, x + column * CHECK, y + row * CHECK, CHECK, CHECK);
  cairo_fill (cr);
  cairo_restore (cr);
}

static void
draw_side (cairo_t *cr, cairo_surface_t *surface, gdouble x, gdouble y, gdouble scale, gdouble from, gdouble to, gdouble height)
{
  cairo_save (cr);
  cairo_rectangle (cr, from, y, to - from, height);
  cairo_clip (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, surface, 0.0, 0.0);
  cairo_paint (cr);
  cairo_restore (cr);
}

/* A word on a dark plate, because pictures have all colours. */
static void
draw_word (GtkWidget *widget, cairo_t *cr, const gchar *word, gdouble x, gdouble y, gboolean right)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, word);
  gint                    width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  if (right)
    x -= width + 8;
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.55);
  cairo_rectangle (cr, x, y, width + 8, height + 4);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_move_to (cr, x + 4, y + 2);
  pango_cairo_show_layout (cr, layout);
}

static gboolean
draw (GtkWidget *widget, cairo_t *cr)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  gdouble          area_w  = gtk_widget_get_allocated_width (widget);
  gdouble          area_h  = gtk_widget_get_allocated_height (widget);
  gdouble          x, y, width, height, scale, line;

  gtk_render_background (context, cr, 0, 0, area_w, area_h);
  if (! preview->before)
    return FALSE;
  scale = fit (preview, &x, &y, &width, &height);
  line  = floor (x + width * preview->split) + 0.5;
  draw_checks (cr, x, y, width, height);
  if (! preview->after)
    {
      draw_side (cr, preview->before, x, y, scale, x, x + width, height);
      return FALSE;
    }
  draw_side (cr, preview->before, x, y, scale, x, line, height);
  draw_side (cr, preview->after, x, y, scale, line, x + width, height);

  cairo_set_line_width (cr, 3.0);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.5);
  cairo_move_to (cr, line, y);
  cairo_line_to (cr, line, y + height);
  cairo_stroke (cr);
  cairo_set_line_width (cr, 1.0);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_move_to (cr, line, y);
  cairo_line_to (cr, line, y + height);
  cairo_stroke (cr);

  draw_word (widget, cr, _("Before"), x + 6, y + 6, FALSE);
  draw_word (widget, cr, _("After"), x + width - 6, y + 6, TRUE);
  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (context, cr, x, y, width, height);
  return FALSE;
}

/* --- the line ------------------------------------------------------------- */

void
fse_split_preview_set_split (FseSplitPreview *preview, gdouble split)
{
  preview->split = CLAMP (split, 0.0, 1.0);
  gtk_widget_queue_draw (GTK_WIDGET (preview));
}

static void
follow (FseSplitPreview *preview, gdouble pointer)
{
  gdouble x, y, width, height;

  if (! preview->before)
    return;
  fit (preview, &x, &y, &width, &height);
  fse_split_preview_set_split (preview, (pointer - x) / width);
}

static gboolean
on_button (GtkWidget *widget, GdkEventButton *event)
{
  gtk_widget_grab_focus (widget);
  if (event->button == GDK_BUTTON_PRIMARY)
    follow (FSE_SPLIT_PREVIEW (widget), event->x);
  return TRUE;
}

static gboolean
on_motion (GtkWidget *widget, GdkEventMotion *event)
{
  if (event->state & GDK_BUTTON1_MASK)
    follow (FSE_SPLIT_PREVIEW (widget), event->x);
  return TRUE;
}

static gboolean
on_key (GtkWidget *widget, GdkEventKey *event)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);

  switch (event->keyval)
    {
    case GDK_KEY_Left:
      fse_split_preview_set_split (preview, preview->split - 0.05);
      return TRUE;
    case GDK_KEY_Right:
      fse_split_preview_set_split (preview, preview->split + 0.05);
      return TRUE;
    case GDK_KEY_Home:
      fse_split_preview_set_split (preview, 0.0);
      return TRUE;
    case GDK_KEY_End:
      fse_split_preview_set_split (preview, 1.0);
      return TRUE;
    default:
      return GTK_WIDGET_CLASS (fse_split_preview_parent_class)->key_press_event
             ? GTK_WIDGET_CLASS (fse_split_preview_parent_class)->key_press_event (widget, event) : FALSE;
    }
}

static void
on_realize (GtkWidget *widget)
{
  g_autoptr (GdkCursor) cursor = NULL;

  GTK_WIDGET_CLASS (fse_split_preview_parent_class)->realize (widget);
  cursor = gdk_cursor_new_from_name (gtk_widget_get_display (widget), "col-resize");
  gdk_window_set_cursor (gtk_widget_get_window (widget), cursor);
}

/* --- life ----------------------------------------------------------------- */

static void
replace (FseSplitPreview *preview, cairo_surface_t **surface, const FseImage *picture)
{
  g_clear_pointer (surface, cairo_surface_destroy);
  if (picture)
    *surface = fse_surface_new (picture);
  gtk_widget_queue_draw (GTK_WIDGET (preview));
}

void
fse_split_preview_set_before (FseSplitPreview *preview, const FseImage *picture)
{
  replace (preview, &preview->before, picture);
}

void
fse_split_preview_set_after (FseSplitPreview *preview, const FseImage *picture)
{
  replace (preview, &preview->after, picture);
}

gboolean
fse_split_preview_has_after (FseSplitPreview *preview)
{
  return preview->after != NULL;
}

static void
finalize (GObject *object)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (object);

  g_clear_pointer (&preview->before, cairo_surface_destroy);
  g_clear_pointer (&preview->after, cairo_surface_destroy);
  G_OBJECT_CLASS (fse_split_preview_parent_class)->finalize (object);
}

static void
fse_split_preview_class_init (FseSplitPreviewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize      = finalize;
  widget_class->draw                    = draw;
  widget_class->realize                 = on_realize;
  widget_class->button_press_event      = on_button;
  widget_class->motion_notify_event     = on_motion;
  widget_class->key_press_event         = on_key;
  gtk_widget_class_set_accessible_role (widget_class, ATK_ROLE_IMAGE);
}

static void
fse_split_preview_init (FseSplitPreview *preview)
{
  preview->split = 0.5;
  gtk_widget_set_can_focus (GTK_WIDGET (preview), TRUE);
  gtk_widget_add_events (GTK_WIDGET (preview), GDK_BUTTON_PRESS_MASK | GDK_BUTTON1_MOTION_MASK | GDK_KEY_PRESS_MASK);
  gtk_widget_set_size_request (GTK_WIDGET (preview), 384, 288);
  gtk_widget_set_tooltip_text (GTK_WIDGET (preview), _("Move the line with the mouse or the arrow keys: before on its left, after on its right"));
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (preview)), _("Preview, before and after"));
}

GtkWidget *
fse_split_preview_new (void)
{
  return g_object_new (FSE_TYPE_SPLIT_PREVIEW, NULL);
}
