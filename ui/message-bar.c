/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See message-bar.h.
 */
#include "i18n.h"

#include "message-bar.h"

struct _FseMessageBar
{
  GtkInfoBar parent_instance;
  GtkWidget *icon, *label;
};

G_DEFINE_TYPE (FseMessageBar, fse_message_bar, GTK_TYPE_INFO_BAR)

static void
fse_message_bar_class_init (FseMessageBarClass *klass)
{
}

static void
fse_message_bar_init (FseMessageBar *bar)
{
  GtkWidget *content = gtk_info_bar_get_content_area (GTK_INFO_BAR (bar));

  bar->label = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (bar->label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (bar->label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (bar->label), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (bar->label), 30);
  gtk_label_set_max_width_chars (GTK_LABEL (bar->label), 60);
  gtk_label_set_xalign (GTK_LABEL (bar->label), 0.0f);
  gtk_widget_set_can_focus (bar->label, FALSE);
  bar->icon = gtk_image_new ();
  gtk_widget_set_valign (bar->icon, GTK_ALIGN_START);
  gtk_container_add (GTK_CONTAINER (content), bar->icon);
  gtk_container_add (GTK_CONTAINER (content), bar->label);
  gtk_widget_show (bar->icon);
  gtk_widget_show (bar->label);
  gtk_widget_set_no_show_all (GTK_WIDGET (bar), TRUE);
}

GtkWidget *
fse_message_bar_new (void)
{
  return g_object_new (FSE_TYPE_MESSAGE_BAR, NULL);
}

void
fse_message_bar_show (FseMessageBar *bar, GtkMessageType type, const gchar *text)
{
  gtk_label_set_text (GTK_LABEL (bar->label), text ? text : "");
  gtk_info_bar_set_message_type (GTK_INFO_BAR (bar), type);
  gtk_image_set_from_icon_name (GTK_IMAGE (bar->icon),
                                type == GTK_MESSAGE_ERROR ? "dialog-error-symbolic"
                                : type == GTK_MESSAGE_WARNING ? "dialog-warning-symbolic" : "dialog-information-symbolic",
                                GTK_ICON_SIZE_BUTTON);
  gtk_widget_set_visible (GTK_WIDGET (bar), text != NULL);
}

const gchar *
fse_message_bar_text (FseMessageBar *bar)
{
  return gtk_label_get_text (GTK_LABEL (bar->label));
}
