/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See split-preview.h.  The lines follow the mouse and the arrow keys.
 */
#include "config-i18n.h"

#include "split-preview.h"

#include <math.h>

#include "surface.h"

struct _FseSplitPreview
{
  GtkDrawingArea   parent_instance;
  cairo_surface_t *before, *after, *truth;
  gdouble          line[2]; /* where the after begins and, where there is a truth, ends: 0..1, in order */
  gint             held;    /* the line that the mouse moves */
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

/* A word on a dark plate, because pictures have all colours. */
static void
draw_word (GtkWidget *widget, cairo_t *cr, const gchar *word, gdouble x, gdouble y)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, word);
  gint                    width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.55);
  cairo_rectangle (cr, x, y, width + 8, height + 4);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_move_to (cr, x + 4, y + 2);
  pango_cairo_show_layout (cr, layout);
}

/* What of a picture lies between from and to, and its name. */
static void
draw_strip (FseSplitPreview *preview, cairo_t *cr, cairo_surface_t *surface, const gchar *word, gdouble from, gdouble to)
{
  gdouble x, y, width, height;
  gdouble scale = fit (preview, &x, &y, &width, &height);

  cairo_save (cr);
  cairo_rectangle (cr, from, y, to - from, height);
  cairo_clip (cr);
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, surface, 0.0, 0.0);
  cairo_paint (cr);
  cairo_restore (cr);
  if (word)
    draw_word (GTK_WIDGET (preview), cr, word, from + 6, y + 6);
  cairo_restore (cr);
}

/* Bright with a dark rim, because pictures have all colours. */
static void
draw_line (cairo_t *cr, gdouble x, gdouble y, gdouble height)
{
  cairo_set_line_width (cr, 3.0);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.5);
  cairo_move_to (cr, x, y);
  cairo_line_to (cr, x, y + height);
  cairo_stroke (cr);
  cairo_set_line_width (cr, 1.0);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_move_to (cr, x, y);
  cairo_line_to (cr, x, y + height);
  cairo_stroke (cr);
}

static gboolean
draw (GtkWidget *widget, cairo_t *cr)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  gdouble          area_w  = gtk_widget_get_allocated_width (widget);
  gdouble          area_h  = gtk_widget_get_allocated_height (widget);
  gdouble          x, y, width, height, from, to;

  gtk_render_background (context, cr, 0, 0, area_w, area_h);
  if (! preview->before)
    return FALSE;
  fit (preview, &x, &y, &width, &height);
  from = floor (x + width * preview->line[0]) + 0.5;
  to   = preview->truth ? floor (x + width * preview->line[1]) + 0.5 : x + width;
  draw_checks (cr, x, y, width, height);
  if (! preview->after)
    {
      draw_strip (preview, cr, preview->before, NULL, x, x + width);
      return FALSE;
    }
  draw_strip (preview, cr, preview->before, _("Before"), x, from);
  draw_strip (preview, cr, preview->after, preview->truth ? _("Edited") : _("After"), from, to);
  if (preview->truth)
    {
      draw_strip (preview, cr, preview->truth, _("Wanted"), to, x + width);
      draw_line (cr, to, y, height);
    }
  draw_line (cr, from, y, height);
  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (context, cr, x, y, width, height);
  return FALSE;
}

/* --- the lines ------------------------------------------------------------ */

/* The other line gives way. */
static void
move_line (FseSplitPreview *preview, gint held, gdouble to)
{
  preview->line[held] = CLAMP (to, 0.0, 1.0);
  if (held == 0)
    preview->line[1] = MAX (preview->line[1], preview->line[0]);
  else
    preview->line[0] = MIN (preview->line[0], preview->line[1]);
  gtk_widget_queue_draw (GTK_WIDGET (preview));
}

void
fse_split_preview_set_split (FseSplitPreview *preview, gdouble split)
{
  move_line (preview, 0, split);
}

static gboolean
on_button (GtkWidget *widget, GdkEventButton *event)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);
  gdouble          x, y, width, height, at;

  gtk_widget_grab_focus (widget);
  if (event->button != GDK_BUTTON_PRIMARY || ! preview->before)
    return TRUE;
  fit (preview, &x, &y, &width, &height);
  at            = (event->x - x) / width;
  preview->held = preview->truth && at > 0.5 * (preview->line[0] + preview->line[1]);
  move_line (preview, preview->held, at);
  return TRUE;
}

static gboolean
on_motion (GtkWidget *widget, GdkEventMotion *event)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);
  gdouble          x, y, width, height;

  if (! (event->state & GDK_BUTTON1_MASK) || ! preview->before)
    return TRUE;
  fit (preview, &x, &y, &width, &height);
  move_line (preview, preview->held, (event->x - x) / width);
  return TRUE;
}

static gboolean
on_key (GtkWidget *widget, GdkEventKey *event)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);
  gint             held    = preview->truth && (event->state & GDK_SHIFT_MASK);

  switch (event->keyval)
    {
    case GDK_KEY_Left:
      move_line (preview, held, preview->line[held] - 0.05);
      return TRUE;
    case GDK_KEY_Right:
      move_line (preview, held, preview->line[held] + 0.05);
      return TRUE;
    case GDK_KEY_Home:
      move_line (preview, held, 0.0);
      return TRUE;
    case GDK_KEY_End:
      move_line (preview, held, 1.0);
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
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (preview)),
                              picture ? _("The edit is shown") : _("Only the picture before it is shown"));
}

void
fse_split_preview_set_truth (FseSplitPreview *preview, const FseImage *picture)
{
  GtkWidget *widget = GTK_WIDGET (preview);
  gboolean   had    = preview->truth != NULL;

  replace (preview, &preview->truth, picture);
  if (had == (picture != NULL))
    return;
  preview->line[0] = picture ? 1.0 / 3.0 : 0.5;
  preview->line[1] = picture ? 2.0 / 3.0 : 1.0;
  gtk_widget_set_tooltip_text (widget, picture ? _("Move the lines with the mouse, or the arrow keys without and with Shift: "
                                                   "before, edited, and what is wanted")
                                               : _("Move the line with the mouse or the arrow keys: before on its left, after on its right"));
}

gboolean
fse_split_preview_has_truth (FseSplitPreview *preview)
{
  return preview->truth != NULL;
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
  g_clear_pointer (&preview->truth, cairo_surface_destroy);
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
  preview->line[0] = 0.5;
  preview->line[1] = 1.0;
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
