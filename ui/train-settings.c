/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See train-settings.h.
 */
#include "i18n.h"

#include "train-settings.h"

#include <string.h>

#include "model-folder.h"
#include "quality-combo.h"
#include "train-advanced.h"
#include "train-plan.h"
#include "training/trainer.h"
#include "ui-init.h"

#define LEAST_ADVANCED 150 /* pixels of its height, where the screen is small */
#define TITLE_BAR 48

struct _FseTrainSettings
{
  GtkBox     parent_instance;
  FseHost   *host;
  GtkWidget *pairs, *name, *quality, *sides, *expander, *scroll, *advanced;
};

G_DEFINE_TYPE (FseTrainSettings, fse_train_settings, GTK_TYPE_BOX)

static guint changed_signal;

/* --- values in and out ---------------------------------------------------- */

gchar *
fse_train_settings_model (FseTrainSettings *settings)
{
  g_autofree gchar *name = g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (settings->name))));
  g_autofree gchar *file = NULL;

  if (! name[0])
    return g_strdup ("");
  g_strdelimit (name, "/", '-');
  file = g_str_has_suffix (name, ".safetensors") ? g_strdup (name) : g_strconcat (name, FSE_MODEL_SUFFIX, NULL);
  return g_build_filename (fse_train_advanced_folder (FSE_TRAIN_ADVANCED (settings->advanced)), file, NULL);
}

void
fse_train_settings_take (FseTrainSettings *settings, FseTrainRequest *request)
{
  g_autofree gchar *model = fse_train_settings_model (settings);

  g_ptr_array_unref (request->examples);
  request->examples = fse_pair_list_get (FSE_PAIR_LIST (settings->pairs));
  fse_request_string (&request->folder, "");
  fse_request_string (&request->model, model);
  fse_request_string (&request->quality, fse_quality_combo_get (FSE_QUALITY_COMBO (settings->quality)));
  fse_train_advanced_take (FSE_TRAIN_ADVANCED (settings->advanced), request);
  fse_train_request_set (request, "flips",
                         gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (settings->sides)) ? NULL : "on");
}

FseDeviceCombo *
fse_train_settings_device (FseTrainSettings *settings)
{
  return fse_train_advanced_device (FSE_TRAIN_ADVANCED (settings->advanced));
}

void
fse_train_settings_settle (FseTrainSettings *settings)
{
  fse_quality_combo_settle (FSE_QUALITY_COMBO (settings->quality));
  fse_device_combo_settle (fse_train_settings_device (settings));
}

FsePairList *
fse_train_settings_pairs (FseTrainSettings *settings)
{
  return FSE_PAIR_LIST (settings->pairs);
}

static gboolean
is_taken (const gchar *folder, const gchar *name)
{
  g_autofree gchar *file = g_strconcat (name, FSE_MODEL_SUFFIX, NULL);
  g_autofree gchar *utf8 = g_build_filename (folder, file, NULL);
  g_autofree gchar *path = g_filename_from_utf8 (utf8, -1, NULL, NULL, NULL);
  g_autofree gchar *half = path ? fse_checkpoint_path (path) : NULL;

  return half && (g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (half, G_FILE_TEST_EXISTS));
}

/* "NAME 2", "NAME 3" ...: the first that nothing in the folder has. */
static gchar *
fresh_name (const gchar *folder, const gchar *name)
{
  g_autofree gchar *base = g_strdup (name);
  gchar            *last = strrchr (base, ' ');
  guint64           n;

  if (last && g_ascii_string_to_unsigned (last + 1, 10, 2, 9999, &n, NULL))
    *last = '\0'; /* it is such a name */
  for (guint i = 2;; i++)
    {
      g_autofree gchar *fresh = g_strdup_printf ("%s %u", base, i);

      if (! is_taken (folder, fresh))
        return g_steal_pointer (&fresh);
    }
}

void
fse_train_settings_rename (FseTrainSettings *settings)
{
  const gchar      *name  = gtk_entry_get_text (GTK_ENTRY (settings->name));
  g_autofree gchar *fresh = fresh_name (fse_train_advanced_folder (FSE_TRAIN_ADVANCED (settings->advanced)), name);

  gtk_entry_set_text (GTK_ENTRY (settings->name), fresh);
}

/* --- the user's hand ------------------------------------------------------ */

/* What the choices come to, and how long each quality takes. */
static void
plan (FseTrainSettings *settings)
{
  g_autoptr (FseTrainRequest) request = fse_train_request_new ();
  gboolean                    open, known;
  FseSettings                 planned;
  FseSpeed                    speed;
  guint                       n;

  fse_train_settings_take (settings, request);
  n = request->examples->len;
  g_ptr_array_set_size (request->examples, 0);
  open  = fse_train_plan_is_open (request);
  known = fse_train_plan_known (request->device, &speed);
  fse_train_request_settings (request, &planned);
  fse_train_plan_make (request, known ? &speed : NULL, n, &planned);
  fse_quality_combo_show (FSE_QUALITY_COMBO (settings->quality), request, n);
  fse_train_advanced_show (FSE_TRAIN_ADVANCED (settings->advanced), &planned, known || ! open, open);
}

static void
on_quality (FseTrainSettings *settings)
{
  if (! fse_quality_combo_get (FSE_QUALITY_COMBO (settings->quality))[0])
    gtk_expander_set_expanded (GTK_EXPANDER (settings->expander), TRUE);
  plan (settings);
}

/* The length was set below: that is no quality of ours. */
static void
on_length (FseTrainSettings *settings)
{
  fse_quality_combo_set (FSE_QUALITY_COMBO (settings->quality), "");
  plan (settings);
}

static void
on_changed (FseTrainSettings *settings)
{
  g_signal_emit (settings, changed_signal, 0);
}

static void
on_pairs (FseTrainSettings *settings)
{
  plan (settings);
  on_changed (settings);
}

/* Advanced is as high as it is, or as the screen leaves room for: the buttons below must be seen. */
static void
on_expanded (FseTrainSettings *settings)
{
  GtkWidget   *top     = gtk_widget_get_toplevel (GTK_WIDGET (settings));
  GdkWindow   *window  = gtk_widget_get_window (top);
  GdkDisplay  *display = gtk_widget_get_display (top);
  GdkRectangle area;
  gint         least;

  if (! window || ! gtk_expander_get_expanded (GTK_EXPANDER (settings->expander)))
    return;
  gdk_monitor_get_workarea (gdk_display_get_monitor_at_window (display, window), &area);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (settings->scroll), LEAST_ADVANCED);
  gtk_widget_get_preferred_height (top, &least, NULL);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (settings->scroll),
                                              MAX (area.height - least - TITLE_BAR, 0) + LEAST_ADVANCED);
}

/* --- building ------------------------------------------------------------- */

static void
set_values (FseTrainSettings *settings, const FseTrainRequest *request)
{
  g_autofree gchar *name = request->model[0] ? fse_model_name (request->model) : g_strdup (_("my edit"));

  g_autofree gchar *path = g_filename_from_utf8 (request->model, -1, NULL, NULL, NULL);

  gtk_entry_set_text (GTK_ENTRY (settings->name), name);
  if (request->model[0] ? path && g_file_test (path, G_FILE_TEST_EXISTS) : is_taken (fse_train_advanced_folder (FSE_TRAIN_ADVANCED (settings->advanced)), name))
    fse_train_settings_rename (settings); /* what was learnt shall not be lost */
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (settings->sides), ! fse_train_request_has (request, "flips=on"));
  if (request->examples->len)
    fse_pair_list_set (FSE_PAIR_LIST (settings->pairs), request->examples);
  else if (request->folder[0])
    {
      g_autofree gchar *folder  = g_filename_from_utf8 (request->folder, -1, NULL, NULL, NULL);
      gchar            *paths[] = { folder, NULL };

      fse_pair_list_add_files (FSE_PAIR_LIST (settings->pairs), paths);
    }
  else
    fse_pair_list_auto (FSE_PAIR_LIST (settings->pairs));
}

static void
fse_train_settings_class_init (FseTrainSettingsClass *klass)
{
  changed_signal = g_signal_new ("changed", FSE_TYPE_TRAIN_SETTINGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_train_settings_init (FseTrainSettings *settings)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (settings), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (settings), 12);
}

GtkWidget *
fse_train_settings_new (FseHost *host, const FseTrainRequest *request)
{
  FseTrainSettings *settings = g_object_new (FSE_TYPE_TRAIN_SETTINGS, NULL);
  GtkGrid          *grid     = GTK_GRID (gtk_grid_new ());
  g_autofree gchar *ours     = g_build_filename (host->folder, "models", NULL);
  g_autofree gchar *folder   = request->model[0] ? g_path_get_dirname (request->model) : NULL;

  settings->host     = host;
  settings->pairs    = fse_named (fse_pair_list_new (host), "pairs");
  settings->name     = fse_named (gtk_entry_new (), "name");
  settings->advanced = fse_train_advanced_new (request, folder ? folder : ours);
  settings->quality  = fse_named (fse_quality_combo_new (), "quality");
  settings->sides    = fse_named (gtk_check_button_new_with_mnemonic (_("_Left and right matter")), "sides");
  settings->expander = fse_named (gtk_expander_new_with_mnemonic (_("Ad_vanced")), "advanced");
  gtk_widget_set_tooltip_text (settings->sides, _("As with letters, or a parting of the hair; where they do not, mirrored "
                                                  "pictures are learnt from as well"));
  gtk_entry_set_activates_default (GTK_ENTRY (settings->name), TRUE);
  settings->scroll = fse_ui_scroller (settings->advanced);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (settings->scroll), TRUE);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (settings->scroll), LEAST_ADVANCED);
  gtk_container_add (GTK_CONTAINER (settings->expander), settings->scroll);
  g_signal_connect_swapped (settings->expander, "notify::expanded", G_CALLBACK (on_expanded), settings);
  g_signal_connect_swapped (settings->name, "changed", G_CALLBACK (on_changed), settings);
  g_signal_connect_swapped (settings->advanced, "place-changed", G_CALLBACK (on_changed), settings);

  gtk_grid_set_row_spacing (grid, 6);
  gtk_grid_set_column_spacing (grid, 12);
  fse_ui_grid_row (grid, 0, _("Name of the _edit:"), settings->name, settings->name);
  fse_ui_grid_row (grid, 1, _("_Quality:"), settings->quality, settings->quality);
  gtk_grid_attach (grid, settings->sides, 1, 2, 1, 1);
  gtk_box_pack_start (GTK_BOX (settings), settings->pairs, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (settings), GTK_WIDGET (grid), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (settings), settings->expander, FALSE, FALSE, 0);
  fse_quality_combo_set (FSE_QUALITY_COMBO (settings->quality), request->quality);
  set_values (settings, request);
  plan (settings);
  g_signal_connect_swapped (settings->pairs, "changed", G_CALLBACK (on_pairs), settings);
  g_signal_connect_swapped (settings->quality, "changed", G_CALLBACK (on_quality), settings);
  g_signal_connect_swapped (settings->quality, "measured", G_CALLBACK (plan), settings);
  g_signal_connect_swapped (settings->advanced, "length-changed", G_CALLBACK (on_length), settings);
  g_signal_connect_swapped (settings->advanced, "cost-changed", G_CALLBACK (plan), settings);
  return GTK_WIDGET (settings);
}
