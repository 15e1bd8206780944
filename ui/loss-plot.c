/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plot: logarithmic upwards, because a loss falls by factors.
 */
#include "i18n.h"

#include "loss-plot.h"

#include <math.h>

struct _FseLossPlot
{
  GtkDrawingArea parent_instance;
  GArray        *logs; /* gdouble; NaN where there is no value */
  GArray        *dots; /* gdouble: x, y, x, y ... */
  gdouble        fraction;
};

G_DEFINE_TYPE (FseLossPlot, fse_loss_plot, GTK_TYPE_DRAWING_AREA)

static void
range_of (GArray *logs, gdouble *low, gdouble *high)
{
  *low  = G_MAXDOUBLE;
  *high = -G_MAXDOUBLE;
  for (guint i = 0; i < logs->len; i++)
    {
      gdouble value = g_array_index (logs, gdouble, i);

      if (isfinite (value))
        {
          *low  = MIN (*low, value);
          *high = MAX (*high, value);
        }
    }
  if (*low > *high)
    *low = *high = 0.0;
  if (*high - *low < 0.3) /* a flat line stays one */
    {
      gdouble middle = 0.5 * (*high + *low);

      *low  = middle - 0.15;
      *high = middle + 0.15;
    }
}

static gboolean
draw (GtkWidget *widget, cairo_t *cr)
{
  FseLossPlot          *plot    = FSE_LOSS_PLOT (widget);
  GtkStyleContext      *context = gtk_widget_get_style_context (widget);
  gdouble               width   = gtk_widget_get_allocated_width (widget);
  gdouble               height  = gtk_widget_get_allocated_height (widget);
  gdouble               pad     = 8.0, low, high;
  GdkRGBA               colour, accent;
  gboolean              pen     = FALSE;

  gtk_render_background (context, cr, 0, 0, width, height);
  gtk_render_frame (context, cr, 0, 0, width, height);
  gtk_style_context_get_color (context, gtk_widget_get_state_flags (widget), &colour);
  if (! gtk_style_context_lookup_color (context, "theme_selected_bg_color", &accent))
    accent = colour;
  /* The accent alone is too dark on a dark theme, the text's colour is no accent. */
  accent.red   = 0.5 * (accent.red + colour.red);
  accent.green = 0.5 * (accent.green + colour.green);
  accent.blue  = 0.5 * (accent.blue + colour.blue);

  colour.alpha *= 0.15;
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, 1.0);
  for (gint i = 1; i < 4; i++)
    {
      gdouble y = floor (height * i / 4.0) + 0.5;

      cairo_move_to (cr, pad, y);
      cairo_line_to (cr, width - pad, y);
    }
  cairo_stroke (cr);

  range_of (plot->logs, &low, &high);
  gdk_cairo_set_source_rgba (cr, &accent);
  cairo_set_line_width (cr, 2.0);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < plot->logs->len; i++)
    {
      gdouble value = g_array_index (plot->logs, gdouble, i);
      gdouble x     = pad + (width - 2 * pad) * plot->fraction * (i + 1) / plot->logs->len;
      gdouble y     = height - pad - (height - 2 * pad) * (value - low) / (high - low);

      if (! isfinite (value))
        pen = FALSE;
      else if (pen)
        cairo_line_to (cr, x, y);
      else
        {
          cairo_move_to (cr, x, y);
          pen = TRUE;
        }
    }
  cairo_stroke (cr);

  for (guint i = 0; i + 1 < plot->dots->len; i += 2)
    {
      gdouble x = pad + (width - 2 * pad) * plot->fraction * CLAMP (g_array_index (plot->dots, gdouble, i), 0.0, 1.0);
      gdouble y = height - pad - (height - 2 * pad) * CLAMP (g_array_index (plot->dots, gdouble, i + 1), 0.0, 1.0);

      cairo_new_sub_path (cr);
      cairo_arc (cr, x, y, 3.0, 0.0, 2.0 * G_PI);
    }
  colour.alpha = 0.8;
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_fill (cr);
  return FALSE;
}

static void
finalize (GObject *object)
{
  FseLossPlot *plot = FSE_LOSS_PLOT (object);

  g_array_unref (plot->logs);
  g_array_unref (plot->dots);
  G_OBJECT_CLASS (fse_loss_plot_parent_class)->finalize (object);
}

static void
fse_loss_plot_class_init (FseLossPlotClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize  = finalize;
  GTK_WIDGET_CLASS (klass)->draw    = draw;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), ATK_ROLE_CHART);
}

static void
fse_loss_plot_init (FseLossPlot *plot)
{
  plot->logs = g_array_new (FALSE, FALSE, sizeof (gdouble));
  plot->dots = g_array_new (FALSE, FALSE, sizeof (gdouble));
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (plot)), GTK_STYLE_CLASS_VIEW);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (plot)), GTK_STYLE_CLASS_FRAME);
  gtk_widget_set_size_request (GTK_WIDGET (plot), 240, 110);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (plot)), _("Loss curve"));
}

GtkWidget *
fse_loss_plot_new (void)
{
  return g_object_new (FSE_TYPE_LOSS_PLOT, NULL);
}

void
fse_loss_plot_set (FseLossPlot *plot, const gfloat *values, gsize n, gdouble fraction)
{
  g_array_set_size (plot->logs, 0);
  for (gsize i = 0; i < n; i++)
    {
      gdouble value = values[i] > 0.0f ? log10 (values[i]) : NAN;

      g_array_append_val (plot->logs, value);
    }
  plot->fraction = CLAMP (fraction, 0.0, 1.0);
  gtk_widget_queue_draw (GTK_WIDGET (plot));
}

void
fse_loss_plot_set_dots (FseLossPlot *plot, const gdouble *x, const gdouble *y, gsize n)
{
  g_array_set_size (plot->dots, 0);
  for (gsize i = 0; i < n; i++)
    {
      g_array_append_val (plot->dots, x[i]);
      g_array_append_val (plot->dots, y[i]);
    }
  gtk_widget_queue_draw (GTK_WIDGET (plot));
}
