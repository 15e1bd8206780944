/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See split-preview.h.
 */
#include "i18n.h"

#include "split-preview.h"

#include <math.h>

#include "surface.h"

#define CHECK 8.0
#define STEP G_SQRT2
#define GRIP 12.0 /* dots from a line that still are on it */
#define NUDGE 48.0
#define SMALLEST_WORD 9.0 /* dots of its height */

typedef enum
{
  DRAG_NONE,
  DRAG_LINE,
  DRAG_PICTURE
} Drag;

struct _FseSplitPreview
{
  GtkDrawingArea   parent_instance;
  cairo_surface_t *whole[3], *part[2]; /* before, after, what the after should be */
  GdkRectangle     where;              /* of the part, in pixels */
  FsePictureView   view;
  gboolean         sized;              /* the view's size was set, and is not the pictures' */
  gdouble          line[2];            /* where the after begins and, where there is a truth, ends: 0..1 of what is seen, in order */
  Drag             drag;
  gint             held;               /* the line that the mouse moves */
  gdouble          last_x, last_y;     /* of the drag */
};

G_DEFINE_TYPE (FseSplitPreview, fse_split_preview, GTK_TYPE_DRAWING_AREA)

static guint view_signal;

/* --- drawing -------------------------------------------------------------- */

/* Where the picture lies, as far as it is seen; all in dots of GTK. */
static void
seen_part (FseSplitPreview *preview, gdouble *x, gdouble *y, gdouble *width, gdouble *height)
{
  FsePictureView *view  = &preview->view;
  gdouble         scale = fse_picture_view_scale (view), left, top;

  fse_picture_view_origin (view, &left, &top);
  *x      = MAX (left, 0.0);
  *y      = MAX (top, 0.0);
  *width  = MIN (left + view->width * scale, view->area_width) - *x;
  *height = MIN (top + view->height * scale, view->area_height) - *y;
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

/* A surface over these pixels of the picture: as squares where it was zoomed into, smooth where it is only small. */
static void
draw_surface (FseSplitPreview *preview, cairo_t *cr, cairo_surface_t *surface, gdouble x, gdouble y, gdouble width, gdouble height)
{
  gdouble scale = fse_picture_view_scale (&preview->view), left, top;

  fse_picture_view_origin (&preview->view, &left, &top);
  cairo_save (cr);
  cairo_translate (cr, left + x * scale, top + y * scale);
  cairo_scale (cr, width * scale / cairo_image_surface_get_width (surface), height * scale / cairo_image_surface_get_height (surface));
  cairo_set_source_surface (cr, surface, 0.0, 0.0);
  cairo_pattern_set_filter (cairo_get_source (cr), scale >= 3.0 && preview->view.zoom > 0.0 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0.0, 0.0, cairo_image_surface_get_width (surface), cairo_image_surface_get_height (surface));
  cairo_fill (cr);
  cairo_restore (cr);
}

/* A word on a dark plate, because pictures have all colours; smaller where it would be cut, and none where it could not be read. */
static void
draw_word (GtkWidget *widget, cairo_t *cr, const gchar *word, gdouble x, gdouble y, gdouble room)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, word);
  gint                    width, height;
  gdouble                 scale;

  pango_layout_get_pixel_size (layout, &width, &height);
  scale = MIN (room / (width + 8), 1.0);
  if (scale * height < SMALLEST_WORD)
    return;
  cairo_translate (cr, x, y);
  cairo_scale (cr, scale, scale);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.55);
  cairo_rectangle (cr, 0.0, 0.0, width + 8, height + 4);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_move_to (cr, 4.0, 2.0);
  pango_cairo_show_layout (cr, layout);
}

/* What of picture k is seen between from and to, and its name. */
static void
draw_strip (FseSplitPreview *preview, cairo_t *cr, gint k, const gchar *word, gdouble from, gdouble to)
{
  gdouble x, y, width, height;

  seen_part (preview, &x, &y, &width, &height);
  cairo_save (cr);
  cairo_rectangle (cr, from, y, to - from, height);
  cairo_clip (cr);
  draw_checks (cr, x, y, width, height);
  draw_surface (preview, cr, preview->whole[k], 0, 0, preview->view.width, preview->view.height);
  if (k < 2 && preview->part[k])
    {
      const GdkRectangle *where = &preview->where;
      gdouble             scale = fse_picture_view_scale (&preview->view), left, top;

      /* What is transparent in the sharper one must not show the other. */
      fse_picture_view_origin (&preview->view, &left, &top);
      cairo_save (cr);
      cairo_rectangle (cr, left + where->x * scale, top + where->y * scale, where->width * scale, where->height * scale);
      cairo_clip (cr);
      draw_checks (cr, x, y, width, height);
      draw_surface (preview, cr, preview->part[k], where->x, where->y, where->width, where->height);
      cairo_restore (cr);
    }
  if (word)
    draw_word (GTK_WIDGET (preview), cr, word, from + 6, y + 6, to - from - 12);
  cairo_restore (cr);
}

/* Bright with a dark rim, because pictures have all colours. */
static void
draw_line (cairo_t *cr, gdouble line, gdouble y, gdouble height)
{
  const struct { gdouble width, gray, alpha; } strokes[2] = { { 3.0, 0.0, 0.5 }, { 1.0, 1.0, 1.0 } };

  for (gint k = 0; k < 2; k++)
    {
      cairo_set_line_width (cr, strokes[k].width);
      cairo_set_source_rgba (cr, strokes[k].gray, strokes[k].gray, strokes[k].gray, strokes[k].alpha);
      cairo_move_to (cr, line, y);
      cairo_line_to (cr, line, y + height);
      cairo_stroke (cr);
    }
}

static gboolean
draw (GtkWidget *widget, cairo_t *cr)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  gdouble          x, y, width, height, from, to;

  gtk_render_background (context, cr, 0, 0, preview->view.area_width, preview->view.area_height);
  if (! preview->whole[0])
    return FALSE;
  seen_part (preview, &x, &y, &width, &height);
  from = floor (x + width * preview->line[0]) + 0.5;
  to   = preview->whole[2] ? floor (x + width * preview->line[1]) + 0.5 : x + width;
  if (! preview->whole[1])
    {
      draw_strip (preview, cr, 0, NULL, x, x + width);
      return FALSE;
    }
  draw_strip (preview, cr, 0, _("Before"), x, from);
  draw_strip (preview, cr, 1, preview->whole[2] ? _("Edited") : _("After"), from, to);
  if (preview->whole[2])
    {
      draw_strip (preview, cr, 2, _("Wanted"), to, x + width);
      draw_line (cr, to, y, height);
    }
  draw_line (cr, from, y, height);
  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (context, cr, x, y, width, height);
  return FALSE;
}

/* --- the view ------------------------------------------------------------- */

static void
view_changed (FseSplitPreview *preview)
{
  gtk_widget_queue_draw (GTK_WIDGET (preview));
  g_signal_emit (preview, view_signal, 0);
}

static void
zoom_at (FseSplitPreview *preview, gdouble zoom, gdouble x, gdouble y)
{
  if (! preview->whole[0])
    return;
  fse_picture_view_zoom_at (&preview->view, zoom, x, y);
  view_changed (preview);
}

/* GTK's dots are several of the screen's on a fine one. */
static gdouble
dots (FseSplitPreview *preview)
{
  return gtk_widget_get_scale_factor (GTK_WIDGET (preview));
}

void
fse_split_preview_set_zoom (FseSplitPreview *preview, gdouble zoom)
{
  zoom_at (preview, zoom / dots (preview), preview->view.area_width / 2.0, preview->view.area_height / 2.0);
}

gdouble
fse_split_preview_get_zoom (FseSplitPreview *preview)
{
  return preview->whole[0] ? fse_picture_view_scale (&preview->view) * dots (preview) : 0.0;
}

void
fse_split_preview_zoom_in (FseSplitPreview *preview)
{
  fse_split_preview_set_zoom (preview, fse_split_preview_get_zoom (preview) * STEP);
}

void
fse_split_preview_zoom_out (FseSplitPreview *preview)
{
  fse_split_preview_set_zoom (preview, fse_split_preview_get_zoom (preview) / STEP);
}

gboolean
fse_split_preview_get_visible (FseSplitPreview *preview, GdkRectangle *visible)
{
  if (! preview->whole[0])
    return FALSE;
  fse_picture_view_visible (&preview->view, &visible->x, &visible->y, &visible->width, &visible->height);
  return TRUE;
}

static void
pan (FseSplitPreview *preview, gdouble dx, gdouble dy)
{
  fse_picture_view_pan (&preview->view, dx, dy);
  view_changed (preview);
}

static void
on_allocate (GtkWidget *widget, GtkAllocation *allocation)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);

  GTK_WIDGET_CLASS (fse_split_preview_parent_class)->size_allocate (widget, allocation);
  preview->view.area_width  = MAX (allocation->width, 1);
  preview->view.area_height = MAX (allocation->height, 1);
  view_changed (preview);
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

/* Of what is seen. */
static gdouble
share (FseSplitPreview *preview, gdouble pointer)
{
  gdouble x, y, width, height;

  seen_part (preview, &x, &y, &width, &height);
  return (pointer - x) / width;
}

static gint
nearest_line (FseSplitPreview *preview, gdouble pointer)
{
  return preview->whole[2] && share (preview, pointer) > 0.5 * (preview->line[0] + preview->line[1]);
}

/* Where a press moves the line, and not the picture. */
static gboolean
is_for_line (FseSplitPreview *preview, gdouble pointer)
{
  gdouble x, y, width, height;

  seen_part (preview, &x, &y, &width, &height);
  return ! fse_picture_view_hides (&preview->view)
         || fabs (pointer - (x + width * preview->line[nearest_line (preview, pointer)])) < GRIP;
}

/* --- the user's hand ------------------------------------------------------ */

static gboolean
on_button (GtkWidget *widget, GdkEventButton *event)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);

  gtk_widget_grab_focus (widget);
  if (! preview->whole[0] || (event->button != GDK_BUTTON_PRIMARY && event->button != GDK_BUTTON_MIDDLE))
    return TRUE;
  preview->drag   = event->button == GDK_BUTTON_PRIMARY && is_for_line (preview, event->x) ? DRAG_LINE : DRAG_PICTURE;
  preview->held   = nearest_line (preview, event->x);
  preview->last_x = event->x;
  preview->last_y = event->y;
  if (preview->drag == DRAG_LINE)
    move_line (preview, preview->held, share (preview, event->x));
  return TRUE;
}

static gboolean
on_release (GtkWidget *widget, GdkEventButton *event)
{
  FSE_SPLIT_PREVIEW (widget)->drag = DRAG_NONE;
  return TRUE;
}

/* What a press would do is told by the pointer's shape. */
static void
show_cursor (FseSplitPreview *preview, gdouble x)
{
  GdkWindow            *window = gtk_widget_get_window (GTK_WIDGET (preview));
  g_autoptr (GdkCursor) cursor = gdk_cursor_new_from_name (gdk_window_get_display (window),
                                                                is_for_line (preview, x) ? "col-resize" : "grab");

  gdk_window_set_cursor (window, cursor);
}

static gboolean
on_motion (GtkWidget *widget, GdkEventMotion *event)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);

  if (! preview->whole[0])
    return TRUE;
  if (preview->drag == DRAG_LINE)
    move_line (preview, preview->held, share (preview, event->x));
  else if (preview->drag == DRAG_PICTURE)
    {
      pan (preview, event->x - preview->last_x, event->y - preview->last_y);
      preview->last_x = event->x;
      preview->last_y = event->y;
    }
  else
    show_cursor (preview, event->x);
  return TRUE;
}

static gboolean
on_scroll (GtkWidget *widget, GdkEventScroll *event)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);
  gdouble          dx = 0.0, dy = 0.0;

  if (! gdk_event_get_scroll_deltas ((GdkEvent *) event, &dx, &dy))
    dy = event->direction == GDK_SCROLL_UP ? -1.0 : event->direction == GDK_SCROLL_DOWN ? 1.0 : 0.0;
  if (dy != 0.0 && preview->whole[0])
    zoom_at (preview, fse_picture_view_scale (&preview->view) * pow (STEP, -dy), event->x, event->y);
  return TRUE;
}

static gboolean
on_pan_key (FseSplitPreview *preview, guint key)
{
  const struct { guint key; gdouble dx, dy; } ways[] = {
    { GDK_KEY_Left, NUDGE, 0.0 }, { GDK_KEY_Right, -NUDGE, 0.0 }, { GDK_KEY_Up, 0.0, NUDGE }, { GDK_KEY_Down, 0.0, -NUDGE },
  };

  for (guint k = 0; k < G_N_ELEMENTS (ways); k++)
    if (key == ways[k].key && preview->whole[0])
      {
        pan (preview, ways[k].dx, ways[k].dy);
        return TRUE;
      }
  return FALSE;
}

static gboolean
on_key (GtkWidget *widget, GdkEventKey *event)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (widget);
  gint             held    = preview->whole[2] && (event->state & GDK_SHIFT_MASK);

  if ((event->state & GDK_CONTROL_MASK) && on_pan_key (preview, event->keyval))
    return TRUE;
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
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      fse_split_preview_zoom_in (preview);
      return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      fse_split_preview_zoom_out (preview);
      return TRUE;
    case GDK_KEY_1:
    case GDK_KEY_KP_1:
      fse_split_preview_set_zoom (preview, 1.0);
      return TRUE;
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
      fse_split_preview_set_zoom (preview, FSE_ZOOM_FIT);
      return TRUE;
    default:
      return GTK_WIDGET_CLASS (fse_split_preview_parent_class)->key_press_event
             ? GTK_WIDGET_CLASS (fse_split_preview_parent_class)->key_press_event (widget, event) : FALSE;
    }
}

/* --- life ----------------------------------------------------------------- */

static void
replace (cairo_surface_t **surface, const FseImage *picture)
{
  g_clear_pointer (surface, cairo_surface_destroy);
  if (picture)
    *surface = fse_surface_new (picture);
}

static void
forget_part (FseSplitPreview *preview)
{
  replace (&preview->part[0], NULL);
  replace (&preview->part[1], NULL);
}

void
fse_split_preview_set_size (FseSplitPreview *preview, gint width, gint height)
{
  preview->sized = width > 0 && height > 0;
  if (preview->sized)
    {
      preview->view.width  = width;
      preview->view.height = height;
    }
  forget_part (preview);
  view_changed (preview);
}

void
fse_split_preview_set_before (FseSplitPreview *preview, const FseImage *picture)
{
  replace (&preview->whole[0], picture);
  if (! preview->sized && picture)
    {
      preview->view.width  = picture->width;
      preview->view.height = picture->height;
    }
  view_changed (preview);
}

void
fse_split_preview_set_after (FseSplitPreview *preview, const FseImage *picture)
{
  replace (&preview->whole[1], picture);
  gtk_widget_queue_draw (GTK_WIDGET (preview));
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (preview)),
                              picture ? _("The edit is shown") : _("Only the picture before it is shown"));
}

void
fse_split_preview_set_part (FseSplitPreview *preview, const GdkRectangle *part, const FseImage *before, const FseImage *after)
{
  preview->where = *part;
  replace (&preview->part[0], before);
  replace (&preview->part[1], after);
  gtk_widget_queue_draw (GTK_WIDGET (preview));
}

gboolean
fse_split_preview_has_after (FseSplitPreview *preview)
{
  return preview->whole[1] != NULL;
}

static void
set_tip (FseSplitPreview *preview)
{
  g_autofree gchar *tip = g_strconcat (preview->whole[2] ? _("Move the lines with the mouse, or the arrow keys without and with Shift: "
                                                             "before, edited, and what is wanted")
                                                         : _("Move the line with the mouse or the arrow keys: before on its left, after on its right"),
                                       "\n", _("Zoom with the wheel, or + and -; 1 shows each pixel as a dot, 0 shows all"), NULL);

  gtk_widget_set_tooltip_text (GTK_WIDGET (preview), tip);
}

void
fse_split_preview_set_truth (FseSplitPreview *preview, const FseImage *picture)
{
  gboolean had = preview->whole[2] != NULL;

  replace (&preview->whole[2], picture);
  gtk_widget_queue_draw (GTK_WIDGET (preview));
  if (had == (picture != NULL))
    return;
  preview->line[0] = picture ? 1.0 / 3.0 : 0.5;
  preview->line[1] = picture ? 2.0 / 3.0 : 1.0;
  set_tip (preview);
}

gboolean
fse_split_preview_has_truth (FseSplitPreview *preview)
{
  return preview->whole[2] != NULL;
}

static void
finalize (GObject *object)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (object);

  forget_part (preview);
  for (gint k = 0; k < 3; k++)
    replace (&preview->whole[k], NULL);
  G_OBJECT_CLASS (fse_split_preview_parent_class)->finalize (object);
}

static void
fse_split_preview_class_init (FseSplitPreviewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize     = finalize;
  widget_class->draw                   = draw;
  widget_class->size_allocate          = on_allocate;
  widget_class->button_press_event     = on_button;
  widget_class->button_release_event   = on_release;
  widget_class->motion_notify_event    = on_motion;
  widget_class->scroll_event           = on_scroll;
  widget_class->key_press_event        = on_key;
  gtk_widget_class_set_accessible_role (widget_class, ATK_ROLE_IMAGE);
  view_signal = g_signal_new ("view-changed", FSE_TYPE_SPLIT_PREVIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_split_preview_init (FseSplitPreview *preview)
{
  preview->line[0] = 0.5;
  preview->line[1] = 1.0;
  preview->view    = (FsePictureView) { 1.0, 1.0, 1.0, 1.0, FSE_ZOOM_FIT, 0.0, 0.0 };
  gtk_widget_set_can_focus (GTK_WIDGET (preview), TRUE);
  gtk_widget_add_events (GTK_WIDGET (preview), GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK
                                               | GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK | GDK_KEY_PRESS_MASK);
  gtk_widget_set_size_request (GTK_WIDGET (preview), 384, 288);
  set_tip (preview);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (preview)), _("Preview, before and after"));
}

GtkWidget *
fse_split_preview_new (void)
{
  return g_object_new (FSE_TYPE_SPLIT_PREVIEW, NULL);
}
