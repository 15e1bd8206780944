/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See model-exchange.h.
 */
#include "i18n.h"

#include "model-exchange.h"

/* --- copying -------------------------------------------------------------- */

/* What is asked for, and what becomes of it. */
typedef struct
{
  GtkWidget      *over;
  GPtrArray      *paths;
  gchar          *to; /* a folder for import, a file for export */
  GCancellable   *cancellable;
  FseModelsCopied copied;
  gpointer        data;
  gchar          *last;
} Wish;

static Wish *
wish_new (GtkWidget *over, GCancellable *cancellable, FseModelsCopied copied, gpointer data)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->over        = over;
  wish->paths       = g_ptr_array_new_with_free_func (g_free);
  wish->cancellable = cancellable ? g_object_ref (cancellable) : NULL;
  wish->copied      = copied;
  wish->data        = data;
  return wish;
}

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  g_ptr_array_unref (wish->paths);
  g_clear_object (&wish->cancellable);
  g_free (wish->to);
  g_free (wish->last);
  g_free (wish);
}

static void
finish (GTask *task, GError *error)
{
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
import (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Wish   *wish  = data;
  GError *first = NULL;

  for (guint i = 0; i < wish->paths->len; i++)
    {
      gchar *path = fse_model_import (g_ptr_array_index (wish->paths, i), wish->to, first ? NULL : &first);

      if (! path)
        continue;
      g_free (wish->last);
      wish->last = path;
    }
  finish (task, first);
}

static void
export (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Wish   *wish  = data;
  GError *error = NULL;

  if (fse_model_export (g_ptr_array_index (wish->paths, 0), wish->to, &error))
    wish->last = g_strdup (wish->to);
  finish (task, error);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Wish              *wish  = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (! g_task_propagate_boolean (G_TASK (result), &error) && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  wish->copied (wish->last, error, wish->data);
}

/* Takes the wish. */
static void
start (Wish *wish, GTaskThreadFunc work)
{
  g_autoptr (GTask) task = g_task_new (wish->over, wish->cancellable, on_done, NULL);

  g_task_set_task_data (task, wish, wish_free);
  g_task_run_in_thread (task, work);
}

void
fse_models_import (GtkWidget *over, GPtrArray *paths, const gchar *folder, GCancellable *cancellable,
                   FseModelsCopied copied, gpointer data)
{
  Wish *wish = wish_new (over, cancellable, copied, data);

  for (guint i = 0; i < paths->len; i++)
    g_ptr_array_add (wish->paths, g_strdup (g_ptr_array_index (paths, i)));
  wish->to = g_strdup (folder);
  start (wish, import);
}

/* --- asking --------------------------------------------------------------- */

/* The dialog owns the wish until it is answered. */
static GtkFileChooser *
ask (Wish *wish, const gchar *title, GtkFileChooserAction action, const gchar *accept, void (*answered) (GtkWidget *, gint, Wish *))
{
  GtkWidget *dialog = gtk_file_chooser_dialog_new (title, GTK_WINDOW (gtk_widget_get_toplevel (wish->over)), action,
                                                   _("_Cancel"), GTK_RESPONSE_CANCEL, accept, GTK_RESPONSE_ACCEPT, NULL);

  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog), TRUE);
  g_object_set_data_full (G_OBJECT (dialog), "wish", wish, wish_free);
  g_signal_connect (dialog, "response", G_CALLBACK (answered), wish);
  gtk_widget_show (dialog);
  return GTK_FILE_CHOOSER (dialog);
}

static void
on_import_answered (GtkWidget *dialog, gint response, Wish *wish)
{
  GSList *files = gtk_file_chooser_get_filenames (GTK_FILE_CHOOSER (dialog));

  for (GSList *at = files; at; at = at->next)
    g_ptr_array_add (wish->paths, at->data);
  g_slist_free (files);
  if (response == GTK_RESPONSE_ACCEPT && wish->paths->len > 0)
    start (g_object_steal_data (G_OBJECT (dialog), "wish"), import);
  gtk_widget_destroy (dialog);
}

void
fse_models_ask_import (GtkWidget *over, const gchar *folder, GCancellable *cancellable, FseModelsCopied copied, gpointer data)
{
  Wish           *wish   = wish_new (over, cancellable, copied, data);
  GtkFileFilter  *filter = gtk_file_filter_new ();
  GtkFileChooser *dialog;

  wish->to = g_strdup (folder);
  dialog   = ask (wish, _("Add Trained Edits"), GTK_FILE_CHOOSER_ACTION_OPEN, _("_Add"), on_import_answered);
  gtk_file_filter_set_name (filter, _("Trained edits"));
  gtk_file_filter_add_pattern (filter, "*" FSE_MODEL_SUFFIX);
  gtk_file_chooser_add_filter (dialog, filter);
  gtk_file_chooser_set_select_multiple (dialog, TRUE);
}

static void
on_export_answered (GtkWidget *dialog, gint response, Wish *wish)
{
  if (response == GTK_RESPONSE_ACCEPT && (wish->to = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog))))
    start (g_object_steal_data (G_OBJECT (dialog), "wish"), export);
  gtk_widget_destroy (dialog);
}

void
fse_models_ask_export (GtkWidget *over, const gchar *path, GCancellable *cancellable, FseModelsCopied copied, gpointer data)
{
  Wish             *wish = wish_new (over, cancellable, copied, data);
  g_autofree gchar *name = g_filename_display_basename (path);
  GtkFileChooser   *dialog;

  g_ptr_array_add (wish->paths, g_strdup (path));
  dialog = ask (wish, _("Save a Copy of the Trained Edit"), GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), on_export_answered);
  gtk_file_chooser_set_do_overwrite_confirmation (dialog, TRUE);
  gtk_file_chooser_set_current_name (dialog, name);
}

static void
on_folder_answered (GtkWidget *dialog, gint response, Wish *wish)
{
  g_autofree gchar *folder = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog)) : NULL;

  if (folder)
    wish->copied (folder, NULL, wish->data);
  gtk_widget_destroy (dialog);
}

void
fse_models_ask_folder (GtkWidget *over, const gchar *title, const gchar *accept, const gchar *folder,
                       FseModelsCopied chosen, gpointer data)
{
  GtkFileChooser *dialog = ask (wish_new (over, NULL, chosen, data), title, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, accept,
                                on_folder_answered);

  gtk_file_chooser_set_current_folder (dialog, folder);
}
