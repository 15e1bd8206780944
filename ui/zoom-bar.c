/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See zoom-bar.h.
 */
#include "i18n.h"

#include "zoom-bar.h"

#include "ui-init.h"

static void
on_fit (FseSplitPreview *preview)
{
  fse_split_preview_set_zoom (preview, FSE_ZOOM_FIT);
}

static void
on_one (FseSplitPreview *preview)
{
  fse_split_preview_set_zoom (preview, 1.0);
}

static void
show_zoom (FseSplitPreview *preview, GtkLabel *label)
{
  gdouble           zoom = fse_split_preview_get_zoom (preview);
  g_autofree gchar *text = zoom > 0.0 ? g_strdup_printf (_("%.0f %%"), 100.0 * zoom) : g_strdup ("");

  gtk_label_set_text (label, text);
}

static void
add (GtkWidget *bar, const gchar *name, const gchar *icon, const gchar *tip, void (*clicked) (FseSplitPreview *), FseSplitPreview *preview)
{
  GtkWidget *button = fse_ui_icon_button (name, icon, tip);

  g_signal_connect_object (button, "clicked", G_CALLBACK (clicked), preview, G_CONNECT_SWAPPED);
  gtk_container_add (GTK_CONTAINER (bar), button);
}

GtkWidget *
fse_zoom_bar_new (FseSplitPreview *preview)
{
  GtkWidget *bar   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *label = fse_named (gtk_label_new (NULL), "zoom");

  add (bar, "zoom-out", "zoom-out-symbolic", _("Zoom out (-)"), fse_split_preview_zoom_out, preview);
  gtk_label_set_width_chars (GTK_LABEL (label), 6);
  gtk_container_add (GTK_CONTAINER (bar), label);
  add (bar, "zoom-in", "zoom-in-symbolic", _("Zoom in (+)"), fse_split_preview_zoom_in, preview);
  add (bar, "zoom-one", "zoom-original-symbolic", _("Show each pixel as a dot (1)"), on_one, preview);
  add (bar, "zoom-fit", "zoom-fit-best-symbolic", _("Show all (0)"), on_fit, preview);
  gtk_widget_set_halign (bar, GTK_ALIGN_CENTER);
  g_signal_connect_object (preview, "view-changed", G_CALLBACK (show_zoom), label, 0);
  return bar;
}
