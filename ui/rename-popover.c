/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See rename-popover.h.
 */
#include "i18n.h"

#include "rename-popover.h"

#include "ui-init.h"

typedef struct
{
  FseRenamed renamed;
  gpointer   data;
  GtkWidget *popover, *entry, *trouble;
} Question;

static void
on_answer (Question *question)
{
  g_autoptr (GError) error = NULL;

  if (question->renamed (gtk_entry_get_text (GTK_ENTRY (question->entry)), question->data, &error))
    {
      gtk_popover_popdown (GTK_POPOVER (question->popover));
      return;
    }
  gtk_label_set_text (GTK_LABEL (question->trouble), error ? error->message : "");
  gtk_widget_set_visible (question->trouble, error != NULL);
}

void
fse_rename_popup (GtkWidget *over, const gchar *name, FseRenamed renamed, gpointer data)
{
  Question  *question = g_new0 (Question, 1);
  GtkWidget *grid     = gtk_grid_new ();
  GtkWidget *button   = fse_named (gtk_button_new_with_mnemonic (_("Re_name")), "rename-now");

  question->renamed = renamed;
  question->data    = data;
  question->popover = fse_named (gtk_popover_new (over), "renaming");
  question->entry   = fse_named (gtk_entry_new (), "new-name");
  question->trouble = fse_named (gtk_label_new (NULL), "trouble");
  gtk_entry_set_text (GTK_ENTRY (question->entry), name);
  gtk_entry_set_width_chars (GTK_ENTRY (question->entry), 24);
  atk_object_set_name (gtk_widget_get_accessible (question->entry), _("New name"));
  gtk_label_set_line_wrap (GTK_LABEL (question->trouble), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (question->trouble), 30);
  gtk_label_set_xalign (GTK_LABEL (question->trouble), 0.0f);
  gtk_widget_set_no_show_all (question->trouble, TRUE);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_container_set_border_width (GTK_CONTAINER (grid), 6);
  gtk_grid_attach (GTK_GRID (grid), question->entry, 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), button, 1, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), question->trouble, 0, 1, 2, 1);
  gtk_container_add (GTK_CONTAINER (question->popover), grid);
  gtk_widget_show_all (grid);
  g_object_set_data_full (G_OBJECT (question->popover), "question", question, g_free);
  g_signal_connect_swapped (question->entry, "activate", G_CALLBACK (on_answer), question);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_answer), question);
  fse_ui_destroy_closed (question->popover);
  gtk_popover_popup (GTK_POPOVER (question->popover));
  gtk_widget_grab_focus (question->entry);
}
