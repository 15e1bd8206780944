/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See undo-bar.h.
 */
#include "i18n.h"

#include "undo-bar.h"

#include "ui-init.h"

#define SECONDS 10

struct _FseUndoBar
{
  GtkInfoBar parent_instance;
  GtkWidget *text;
  guint      timer; /* 0: nothing is offered */
};

G_DEFINE_TYPE (FseUndoBar, fse_undo_bar, GTK_TYPE_INFO_BAR)

static guint undone_signal, settled_signal;

static void
end (FseUndoBar *bar, guint signal)
{
  if (! bar->timer)
    return;
  g_clear_handle_id (&bar->timer, g_source_remove);
  gtk_widget_hide (GTK_WIDGET (bar));
  g_signal_emit (bar, signal, 0);
}

void
fse_undo_bar_settle (FseUndoBar *bar)
{
  end (bar, settled_signal);
}

static gboolean
on_timer (gpointer bar)
{
  fse_undo_bar_settle (bar); /* removes this source */
  return G_SOURCE_CONTINUE;
}

static void
on_undo (FseUndoBar *bar)
{
  end (bar, undone_signal);
}

void
fse_undo_bar_offer (FseUndoBar *bar, const gchar *text)
{
  fse_undo_bar_settle (bar);
  bar->timer = g_timeout_add_seconds (SECONDS, on_timer, bar);
  gtk_label_set_text (GTK_LABEL (bar->text), text);
  gtk_widget_set_tooltip_text (bar->text, text);
  gtk_widget_show (GTK_WIDGET (bar));
}

static void
dispose (GObject *object)
{
  fse_undo_bar_settle (FSE_UNDO_BAR (object));
  G_OBJECT_CLASS (fse_undo_bar_parent_class)->dispose (object);
}

static void
fse_undo_bar_class_init (FseUndoBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  undone_signal  = g_signal_new ("undone", FSE_TYPE_UNDO_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  settled_signal = g_signal_new ("settled", FSE_TYPE_UNDO_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_undo_bar_init (FseUndoBar *bar)
{
  GtkWidget *button = fse_named (gtk_info_bar_add_button (GTK_INFO_BAR (bar), _("_Undo"), GTK_RESPONSE_OK), "undo");

  bar->text = gtk_label_new (NULL);
  fse_ui_label_lines (bar->text, 4, -1);
  gtk_label_set_width_chars (GTK_LABEL (bar->text), 14);
  gtk_label_set_xalign (GTK_LABEL (bar->text), 0.0f);
  gtk_box_pack_start (GTK_BOX (gtk_info_bar_get_content_area (GTK_INFO_BAR (bar))), bar->text, TRUE, TRUE, 0);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_undo), bar);
  gtk_widget_show_all (GTK_WIDGET (bar));
  gtk_widget_set_no_show_all (GTK_WIDGET (bar), TRUE);
  gtk_widget_hide (GTK_WIDGET (bar));
}

GtkWidget *
fse_undo_bar_new (void)
{
  return g_object_new (FSE_TYPE_UNDO_BAR, NULL);
}
