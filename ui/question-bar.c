/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See question-bar.h.
 */
#include "question-bar.h"

#include "ui-init.h"

GtkWidget *
fse_question_bar_new (const gchar *name, const gchar *question, const FseAnswer *answers, guint n_answers)
{
  GtkInfoBar *bar   = GTK_INFO_BAR (fse_named (gtk_info_bar_new (), name));
  GtkWidget  *label = gtk_label_new (question);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (label), 20); /* no thin column beside wide buttons */
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_container_add (GTK_CONTAINER (gtk_info_bar_get_content_area (bar)), label);
  g_object_set_data (G_OBJECT (bar), "label", label);
  /* One under the other: in other languages they are long. */
  gtk_orientable_set_orientation (GTK_ORIENTABLE (gtk_info_bar_get_action_area (bar)), GTK_ORIENTATION_VERTICAL);
  for (guint i = 0; i < n_answers; i++)
    gtk_info_bar_add_button (bar, answers[i].label, answers[i].answer);
  gtk_info_bar_set_message_type (bar, GTK_MESSAGE_QUESTION);
  g_signal_connect_after (bar, "response", G_CALLBACK (gtk_widget_hide), NULL);
  gtk_widget_show_all (GTK_WIDGET (bar));
  gtk_widget_set_no_show_all (GTK_WIDGET (bar), TRUE);
  gtk_widget_hide (GTK_WIDGET (bar));
  return GTK_WIDGET (bar);
}

void
fse_question_bar_ask (GtkWidget *bar, const gchar *question)
{
  if (question)
    gtk_label_set_text (GTK_LABEL (g_object_get_data (G_OBJECT (bar), "label")), question);
  gtk_widget_show (bar);
}
