/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plot: logarithmic upwards, because an error falls by factors; the unedited pictures' own, 100 %, is always to be seen.
 */
#include "i18n.h"

#include "error-plot.h"

#include <math.h>

#define PAD 8.0
/* From top to bottom at least. */
#define LEAST_FACTOR 0.4

struct _FseErrorPlot
{
  GtkDrawingArea parent_instance;
  GArray        *shares; /* gfloat */
  GArray        *dots;   /* gdouble: x, y, x, y ... */
  gdouble        fraction;
};

G_DEFINE_TYPE (FseErrorPlot, fse_error_plot, GTK_TYPE_DRAWING_AREA)

/* The part of the widget that the curve has, and the shares at its bottom and top. */
typedef struct
{
  gdouble left, right, top, bottom, low, high;
} Frame;

static gboolean
is_shown (gdouble share)
{
  return isfinite (share) && share > 0.0;
}

static void
widen (Frame *frame, gdouble share)
{
  if (! is_shown (share))
    return;
  frame->low  = MIN (frame->low, share);
  frame->high = MAX (frame->high, share);
}

static gdouble
height_of (const Frame *frame, gdouble share)
{
  gdouble part = log (share / frame->low) / log (frame->high / frame->low);

  return frame->bottom - (frame->bottom - frame->top) * CLAMP (part, 0.0, 1.0);
}

static Frame
frame_of (FseErrorPlot *plot, gdouble width, gdouble height, gdouble words)
{
  Frame frame = { PAD + words, width - PAD, PAD, height - PAD, LEAST_FACTOR, 1.0 };

  for (guint i = 0; i < plot->shares->len; i++)
    widen (&frame, g_array_index (plot->shares, gfloat, i));
  for (guint i = 0; i + 1 < plot->dots->len; i += 2)
    widen (&frame, g_array_index (plot->dots, gdouble, i + 1));
  return frame;
}

static PangoLayout *
percent (GtkWidget *widget, gdouble share)
{
  /* Translators: beside the lines of a plot: a share of 100. */
  g_autofree gchar *text   = g_strdup_printf (_("%g %%"), 100.0 * share);
  PangoLayout      *layout = gtk_widget_create_pango_layout (widget, text);
  PangoAttrList    *small  = pango_attr_list_new ();

  pango_attr_list_insert (small, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, small);
  pango_attr_list_unref (small);
  return layout;
}

static gint
width_of_words (GtkWidget *widget)
{
  g_autoptr (PangoLayout) layout = percent (widget, 1.0);
  gint                    width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

/* Lines at 100, 50, 20, 10 ... percent: the first, what doing nothing gets, is the strongest. */
static void
draw_lines (GtkWidget *widget, cairo_t *cr, const Frame *frame, GdkRGBA colour)
{
  static const gdouble fives[] = { 1.0, 0.5, 0.2 };
  gdouble              free_from = -1.0;

  cairo_set_line_width (cr, 1.0);
  for (gint i = 0; i < 12; i++)
    {
      gdouble                 share = fives[i % 3] * pow (10.0, -(i / 3));
      gdouble                 y;
      g_autoptr (PangoLayout) words = NULL;
      gint                    w, h;

      if (share < frame->low)
        break;
      y = floor (height_of (frame, share)) + 0.5;
      colour.alpha = i == 0 ? 0.5 : 0.15;
      gdk_cairo_set_source_rgba (cr, &colour);
      cairo_move_to (cr, frame->left, y);
      cairo_line_to (cr, frame->right, y);
      cairo_stroke (cr);

      words = percent (widget, share);
      pango_layout_get_pixel_size (words, &w, &h);
      y = CLAMP (y - h / 2.0, 0.0, frame->bottom + PAD - h);
      if (y < free_from)
        continue;
      colour.alpha = 0.7;
      gdk_cairo_set_source_rgba (cr, &colour);
      cairo_move_to (cr, frame->left - 4.0 - w, y);
      pango_cairo_show_layout (cr, words);
      free_from = y + h;
    }
}

static void
draw_curve (FseErrorPlot *plot, cairo_t *cr, const Frame *frame)
{
  gboolean pen = FALSE;

  cairo_set_line_width (cr, 2.0);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < plot->shares->len; i++)
    {
      gdouble share = g_array_index (plot->shares, gfloat, i);
      gdouble x     = frame->left + (frame->right - frame->left) * plot->fraction * (i + 1) / plot->shares->len;

      if (! is_shown (share))
        pen = FALSE;
      else if (pen)
        cairo_line_to (cr, x, height_of (frame, share));
      else
        {
          cairo_move_to (cr, x, height_of (frame, share));
          pen = TRUE;
        }
    }
  cairo_stroke (cr);
}

static void
draw_dots (FseErrorPlot *plot, cairo_t *cr, const Frame *frame)
{
  for (guint i = 0; i + 1 < plot->dots->len; i += 2)
    {
      gdouble along = plot->fraction * CLAMP (g_array_index (plot->dots, gdouble, i), 0.0, 1.0);
      gdouble share = g_array_index (plot->dots, gdouble, i + 1);

      if (! isfinite (share))
        continue;
      cairo_new_sub_path (cr);
      cairo_arc (cr, frame->left + (frame->right - frame->left) * along, height_of (frame, MAX (share, frame->low)), 3.0, 0.0, 2.0 * G_PI);
    }
  cairo_fill (cr);
}

static gboolean
draw (GtkWidget *widget, cairo_t *cr)
{
  FseErrorPlot    *plot    = FSE_ERROR_PLOT (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  gdouble          width   = gtk_widget_get_allocated_width (widget);
  gdouble          height  = gtk_widget_get_allocated_height (widget);
  Frame            frame   = frame_of (plot, width, height, width_of_words (widget));
  GdkRGBA          colour, accent;

  gtk_render_background (context, cr, 0, 0, width, height);
  gtk_render_frame (context, cr, 0, 0, width, height);
  gtk_style_context_get_color (context, gtk_widget_get_state_flags (widget), &colour);
  if (! gtk_style_context_lookup_color (context, "theme_selected_bg_color", &accent))
    accent = colour;
  /* The accent alone is too dark on a dark theme, the text's colour is no accent. */
  accent.red   = 0.5 * (accent.red + colour.red);
  accent.green = 0.5 * (accent.green + colour.green);
  accent.blue  = 0.5 * (accent.blue + colour.blue);

  draw_lines (widget, cr, &frame, colour);
  gdk_cairo_set_source_rgba (cr, &accent);
  draw_curve (plot, cr, &frame);
  colour.alpha = 0.8;
  gdk_cairo_set_source_rgba (cr, &colour);
  draw_dots (plot, cr, &frame);
  return FALSE;
}

static void
finalize (GObject *object)
{
  FseErrorPlot *plot = FSE_ERROR_PLOT (object);

  g_array_unref (plot->shares);
  g_array_unref (plot->dots);
  G_OBJECT_CLASS (fse_error_plot_parent_class)->finalize (object);
}

static void
fse_error_plot_class_init (FseErrorPlotClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize  = finalize;
  GTK_WIDGET_CLASS (klass)->draw    = draw;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), ATK_ROLE_CHART);
}

static void
fse_error_plot_init (FseErrorPlot *plot)
{
  plot->shares = g_array_new (FALSE, FALSE, sizeof (gfloat));
  plot->dots   = g_array_new (FALSE, FALSE, sizeof (gdouble));
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (plot)), GTK_STYLE_CLASS_VIEW);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (plot)), GTK_STYLE_CLASS_FRAME);
  gtk_widget_set_size_request (GTK_WIDGET (plot), 240, 110);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (plot)), _("Error over time"));
}

GtkWidget *
fse_error_plot_new (void)
{
  return g_object_new (FSE_TYPE_ERROR_PLOT, NULL);
}

void
fse_error_plot_set (FseErrorPlot *plot, const gfloat *shares, gsize n, gdouble fraction)
{
  g_array_set_size (plot->shares, 0);
  if (n)
    g_array_append_vals (plot->shares, shares, n);
  plot->fraction = CLAMP (fraction, 0.0, 1.0);
  gtk_widget_queue_draw (GTK_WIDGET (plot));
}

void
fse_error_plot_set_dots (FseErrorPlot *plot, const gdouble *x, const gdouble *y, gsize n)
{
  g_array_set_size (plot->dots, 0);
  for (gsize i = 0; i < n; i++)
    {
      g_array_append_val (plot->dots, x[i]);
      g_array_append_val (plot->dots, y[i]);
    }
  gtk_widget_queue_draw (GTK_WIDGET (plot));
}
