/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See train-result.h.
 */
#include "i18n.h"

#include "train-result.h"

#include "model-folder.h"
#include "ui-init.h"

struct _FseTrainResult
{
  GtkGrid    parent_instance;
  gchar     *model; /* in the system's encoding */
  GtkWidget *name, *rename, *place, *show;
};

G_DEFINE_TYPE (FseTrainResult, fse_train_result, GTK_TYPE_GRID)

static guint renamed_signal, problem_signal;

static void
on_typed (FseTrainResult *result)
{
  g_autofree gchar *name = result->model ? fse_model_name (result->model) : NULL;

  gtk_widget_set_sensitive (result->rename, g_strcmp0 (gtk_entry_get_text (GTK_ENTRY (result->name)), name) != 0);
}

static void
show_model (FseTrainResult *result)
{
  g_autofree gchar *name   = fse_model_name (result->model);
  g_autofree gchar *folder = g_path_get_dirname (result->model);
  g_autofree gchar *shown  = g_filename_display_name (folder);

  gtk_entry_set_text (GTK_ENTRY (result->name), name);
  gtk_label_set_text (GTK_LABEL (result->place), shown);
  gtk_widget_set_tooltip_text (result->place, shown);
  on_typed (result);
}

static void
on_rename (FseTrainResult *result)
{
  g_autoptr (GError) error = NULL;
  gchar             *now   = fse_model_rename (result->model, gtk_entry_get_text (GTK_ENTRY (result->name)), &error);
  g_autofree gchar  *utf8  = now ? g_filename_to_utf8 (now, -1, NULL, NULL, NULL) : NULL;

  if (! now)
    {
      g_signal_emit (result, problem_signal, 0, error->message);
      return;
    }
  g_free (result->model);
  result->model = now;
  show_model (result);
  g_signal_emit (result, renamed_signal, 0, utf8 ? utf8 : "");
}

/* --- the folder ----------------------------------------------------------- */

/* The file manager that selects a file is asked over the session bus; where
 * there is none, whatever opens folders does. */
static void
on_shown (GObject *bus, GAsyncResult *answer, gpointer data)
{
  g_autoptr (FseTrainResult) result = data;
  g_autoptr (GVariant)       reply  = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), answer, NULL);
  g_autofree gchar          *folder = NULL, *uri = NULL;
  g_autoptr (GError)         error  = NULL;

  if (reply || ! result->model)
    return;
  folder = g_path_get_dirname (result->model);
  uri    = g_filename_to_uri (folder, NULL, NULL);
  if (! g_app_info_launch_default_for_uri (uri, NULL, &error))
    g_signal_emit (result, problem_signal, 0, error->message);
}

static void
on_bus (GObject *source, GAsyncResult *answer, gpointer data)
{
  g_autoptr (FseTrainResult)  result = data;
  g_autoptr (GError)          error  = NULL;
  g_autoptr (GDBusConnection) bus    = g_bus_get_finish (answer, &error);
  g_autofree gchar           *uri    = g_filename_to_uri (result->model, NULL, NULL);
  const gchar                *uris[] = { uri, NULL };

  if (! bus)
    g_signal_emit (result, problem_signal, 0, error->message);
  else
    g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1",
                            "ShowItems", g_variant_new ("(^ass)", uris, ""), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                            on_shown, g_object_ref (result));
}

static void
on_show (FseTrainResult *result)
{
  g_bus_get (G_BUS_TYPE_SESSION, NULL, on_bus, g_object_ref (result));
}

/* --- life ----------------------------------------------------------------- */

void
fse_train_result_set (FseTrainResult *result, const gchar *model)
{
  g_free (result->model);
  result->model = g_filename_from_utf8 (model, -1, NULL, NULL, NULL);
  if (result->model)
    show_model (result);
}

static void
finalize (GObject *object)
{
  g_free (FSE_TRAIN_RESULT (object)->model);
  G_OBJECT_CLASS (fse_train_result_parent_class)->finalize (object);
}

static void
fse_train_result_class_init (FseTrainResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  renamed_signal = g_signal_new ("renamed", FSE_TYPE_TRAIN_RESULT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  problem_signal = g_signal_new ("problem", FSE_TYPE_TRAIN_RESULT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
fse_train_result_init (FseTrainResult *result)
{
  GtkGrid *grid = GTK_GRID (result);

  gtk_grid_set_row_spacing (grid, 6);
  gtk_grid_set_column_spacing (grid, 12);
  result->name   = fse_named (gtk_entry_new (), "result-name");
  result->rename = fse_named (gtk_button_new_with_mnemonic (_("Re_name")), "rename");
  result->place  = fse_named (gtk_label_new (NULL), "result-place");
  result->show   = fse_named (gtk_button_new_with_mnemonic (_("Show in Fol_der")), "show-folder");
  gtk_label_set_xalign (GTK_LABEL (result->place), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (result->place), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_selectable (GTK_LABEL (result->place), TRUE);
  g_signal_connect_swapped (result->name, "changed", G_CALLBACK (on_typed), result);
  g_signal_connect_swapped (result->name, "activate", G_CALLBACK (on_rename), result);
  g_signal_connect_swapped (result->rename, "clicked", G_CALLBACK (on_rename), result);
  g_signal_connect_swapped (result->show, "clicked", G_CALLBACK (on_show), result);
  fse_ui_grid_row (grid, 0, _("Name of the _edit:"), result->name, result->name);
  gtk_grid_attach (grid, result->rename, 2, 0, 1, 1);
  fse_ui_grid_row (grid, 1, _("Saved in:"), result->place, result->place);
  gtk_grid_attach (grid, result->show, 2, 1, 1, 1);
}

GtkWidget *
fse_train_result_new (void)
{
  return g_object_new (FSE_TYPE_TRAIN_RESULT, NULL);
}
