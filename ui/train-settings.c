/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See train-settings.h.
 */
#include "config-i18n.h"

#include "train-settings.h"

#include <stdlib.h>
#include <string.h>

#include "model/model-file.h"
#include "pair-list.h"
#include "ui-init.h"

struct _FseTrainSettings
{
  GtkBox     parent_instance;
  FseHost   *host;
  GtkWidget *stack, *pairs, *folder, *model, *budget, *unit, *size, *mirror, *device;
};

G_DEFINE_TYPE (FseTrainSettings, fse_train_settings, GTK_TYPE_BOX)

static guint changed_signal;

/* --- values in and out ---------------------------------------------------- */

gchar *
fse_train_settings_model (FseTrainSettings *settings)
{
  g_autofree gchar *path = g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (settings->model))));

  if (! path[0] || g_str_has_suffix (path, ".safetensors"))
    return g_steal_pointer (&path);
  return g_strconcat (path, FSE_MODEL_SUFFIX, NULL);
}

/* A switch among the settings that the request carries for the engine. */
static gboolean
has_setting (const FseTrainRequest *request, const gchar *assignment)
{
  return g_strv_contains ((const gchar *const *) request->settings, assignment);
}

static void
set_mirror (FseTrainRequest *request, gboolean mirror)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (gchar **setting = request->settings; *setting; setting++)
    if (! g_str_has_prefix (*setting, "flips="))
      g_ptr_array_add (kept, g_strdup (*setting));
  if (mirror)
    g_ptr_array_add (kept, g_strdup ("flips=on"));
  g_ptr_array_add (kept, NULL);
  g_strfreev (request->settings);
  request->settings = (gchar **) g_ptr_array_free (g_steal_pointer (&kept), FALSE);
}

void
fse_train_settings_take (FseTrainSettings *settings, FseTrainRequest *request)
{
  const gchar      *size    = gtk_combo_box_get_active_id (GTK_COMBO_BOX (settings->size));
  gboolean          steps   = gtk_combo_box_get_active (GTK_COMBO_BOX (settings->unit)) == 1;
  gdouble           budget  = gtk_spin_button_get_value (GTK_SPIN_BUTTON (settings->budget));
  g_autofree gchar *model   = fse_train_settings_model (settings);

  g_array_set_size (request->before, 0);
  g_array_set_size (request->after, 0);
  if (g_strcmp0 (gtk_stack_get_visible_child_name (GTK_STACK (settings->stack)), "folder") == 0)
    {
      g_autofree gchar *folder = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (settings->folder));
      g_autofree gchar *utf8   = folder ? g_filename_to_utf8 (folder, -1, NULL, NULL, NULL) : NULL;

      fse_request_string (&request->folder, utf8);
    }
  else
    {
      fse_pair_list_get (FSE_PAIR_LIST (settings->pairs), request->before, request->after);
      fse_request_string (&request->folder, "");
    }
  fse_request_string (&request->model, model);
  fse_request_string (&request->device, fse_device_combo_get (FSE_DEVICE_COMBO (settings->device)));
  request->steps = steps ? (gint) budget : 0;
  if (! steps)
    request->minutes = budget;
  request->size = size ? atoi (size) : 0;
  set_mirror (request, gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (settings->mirror)));
}

FseDeviceCombo *
fse_train_settings_device (FseTrainSettings *settings)
{
  return FSE_DEVICE_COMBO (settings->device);
}

/* A name in our own folder that no model has yet. */
static gchar *
fresh_model (FseHost *host)
{
  for (guint i = 1;; i++)
    {
      g_autofree gchar *name = i == 1 ? g_strdup_printf ("%s" FSE_MODEL_SUFFIX, _("my-edit"))
                                      : g_strdup_printf ("%s-%u" FSE_MODEL_SUFFIX, _("my-edit"), i);
      g_autofree gchar *path = g_build_filename (host->folder, "models", name, NULL);

      if (! g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
}

/* --- building ------------------------------------------------------------- */

static void
on_browse (GtkWidget *button, FseTrainSettings *settings)
{
  GtkWidget        *chooser = gtk_file_chooser_dialog_new (_("Save the Trained Edit As"), GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (settings))),
                                                           GTK_FILE_CHOOSER_ACTION_SAVE,
                                                           _("_Cancel"), GTK_RESPONSE_CANCEL,
                                                           _("_Save"), GTK_RESPONSE_ACCEPT, NULL);
  GtkFileChooser   *files  = GTK_FILE_CHOOSER (chooser);
  g_autofree gchar *model  = fse_train_settings_model (settings);
  g_autofree gchar *folder = g_path_get_dirname (model);
  g_autofree gchar *name   = g_path_get_basename (model);

  gtk_dialog_set_default_response (GTK_DIALOG (chooser), GTK_RESPONSE_ACCEPT);
  gtk_file_chooser_set_do_overwrite_confirmation (files, TRUE);
  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    gtk_file_chooser_set_current_folder (files, folder);
  gtk_file_chooser_set_current_name (files, name);
  if (gtk_dialog_run (GTK_DIALOG (chooser)) == GTK_RESPONSE_ACCEPT)
    {
      g_autofree gchar *chosen = gtk_file_chooser_get_filename (files);
      g_autofree gchar *utf8   = chosen ? g_filename_to_utf8 (chosen, -1, NULL, NULL, NULL) : NULL;

      if (utf8)
        {
          gtk_entry_set_text (GTK_ENTRY (settings->model), utf8);
          gtk_editable_set_position (GTK_EDITABLE (settings->model), -1);
        }
    }
  gtk_widget_destroy (chooser);
}

static void
on_unit (GtkComboBox *unit, FseTrainSettings *settings)
{
  GtkSpinButton *spin  = GTK_SPIN_BUTTON (settings->budget);
  gboolean       steps = gtk_combo_box_get_active (unit) == 1;

  gtk_spin_button_set_digits (spin, steps ? 0 : 1);
  gtk_spin_button_set_range (spin, steps ? 1.0 : 0.1, steps ? 10000000.0 : 1440.0);
  gtk_spin_button_set_increments (spin, steps ? 100.0 : 1.0, steps ? 1000.0 : 10.0);
}

static GtkWidget *
build_pairs (FseTrainSettings *settings)
{
  GtkWidget *box      = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *switcher = gtk_stack_switcher_new ();
  GtkWidget *page     = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *hint     = gtk_label_new (_("Two folders “before” and “after” with equal file names, or files "
                                         "NAME_before and NAME_after in one folder."));

  settings->stack = gtk_stack_new ();
  gtk_stack_set_vhomogeneous (GTK_STACK (settings->stack), FALSE);
  settings->pairs  = fse_named (fse_pair_list_new (settings->host), "pairs");
  settings->folder = fse_named (gtk_file_chooser_button_new (_("Folder of Example Pairs"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER), "folder");
  atk_object_set_name (gtk_widget_get_accessible (settings->folder), _("Folder of Example Pairs"));
  gtk_label_set_line_wrap (GTK_LABEL (hint), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (hint), 50);
  gtk_label_set_xalign (GTK_LABEL (hint), 0.0f);
  gtk_style_context_add_class (gtk_widget_get_style_context (hint), GTK_STYLE_CLASS_DIM_LABEL);
  gtk_box_pack_start (GTK_BOX (page), settings->folder, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), hint, FALSE, FALSE, 0);
  gtk_stack_add_titled (GTK_STACK (settings->stack), settings->pairs, "layers", _("Layers of Open Images"));
  gtk_stack_add_titled (GTK_STACK (settings->stack), page, "folder", _("Folder of Pictures"));
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (switcher), GTK_STACK (settings->stack));
  gtk_widget_set_halign (switcher, GTK_ALIGN_CENTER);
  gtk_box_pack_start (GTK_BOX (box), switcher, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), settings->stack, TRUE, TRUE, 0);
  return box;
}

static void
on_model (GtkEditable *entry, FseTrainSettings *settings)
{
  g_signal_emit (settings, changed_signal, 0);
}

static GtkWidget *
build_model_row (FseTrainSettings *settings)
{
  GtkWidget *box    = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *browse = gtk_button_new_with_mnemonic (_("_Browse…"));

  settings->model = fse_named (gtk_entry_new (), "model");
  gtk_entry_set_activates_default (GTK_ENTRY (settings->model), TRUE);
  gtk_entry_set_width_chars (GTK_ENTRY (settings->model), 36);
  g_signal_connect (browse, "clicked", G_CALLBACK (on_browse), settings);
  g_signal_connect (settings->model, "changed", G_CALLBACK (on_model), settings);
  gtk_box_pack_start (GTK_BOX (box), settings->model, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), browse, FALSE, FALSE, 0);
  return box;
}

static GtkWidget *
build_budget_row (FseTrainSettings *settings)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  settings->budget = fse_named (gtk_spin_button_new_with_range (0.1, 1440.0, 1.0), "budget");
  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (settings->budget), 1);
  gtk_entry_set_activates_default (GTK_ENTRY (settings->budget), TRUE);
  settings->unit = fse_named (gtk_combo_box_text_new (), "unit");
  gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (settings->unit), _("minutes"));
  gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (settings->unit), _("steps"));
  atk_object_set_name (gtk_widget_get_accessible (settings->unit), _("Unit of the training's length"));
  g_signal_connect (settings->unit, "changed", G_CALLBACK (on_unit), settings);
  gtk_box_pack_start (GTK_BOX (box), settings->budget, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), settings->unit, FALSE, FALSE, 0);
  return box;
}

static GtkWidget *
build_size (gint size)
{
  static const gint sizes[] = { 64, 96, 128, 192, 256, 384, 512 };
  GtkComboBoxText  *combo   = GTK_COMBO_BOX_TEXT (fse_named (gtk_combo_box_text_new (), "size"));
  FseSettings       defaults;

  fse_settings_default (&defaults);
  if (size <= 0)
    size = defaults.size;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree gchar *id   = g_strdup_printf ("%d", sizes[i]);
      g_autofree gchar *text = g_strdup_printf (_("%d pixels"), sizes[i]);

      gtk_combo_box_text_append (combo, id, text);
      if (sizes[i] == size)
        gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), id);
    }
  if (gtk_combo_box_get_active (GTK_COMBO_BOX (combo)) < 0)
    {
      g_autofree gchar *id   = g_strdup_printf ("%d", size);
      g_autofree gchar *text = g_strdup_printf (_("%d pixels"), size);

      gtk_combo_box_text_append (combo, id, text);
      gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), id);
    }
  gtk_widget_set_tooltip_text (GTK_WIDGET (combo), _("The short side at which the edit is learned: smaller is faster, larger sees finer detail"));
  return GTK_WIDGET (combo);
}

static void
set_values (FseTrainSettings *settings, const FseTrainRequest *request)
{
  g_autofree gchar *fresh = request->model[0] ? NULL : fresh_model (settings->host);

  gtk_entry_set_text (GTK_ENTRY (settings->model), fresh ? fresh : request->model);
  gtk_editable_set_position (GTK_EDITABLE (settings->model), -1); /* a path's end tells more than its start */
  gtk_combo_box_set_active (GTK_COMBO_BOX (settings->unit), request->steps > 0 ? 1 : 0);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (settings->budget), request->steps > 0 ? request->steps : request->minutes);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (settings->mirror), has_setting (request, "flips=on"));
  if (request->before->len || request->after->len)
    fse_pair_list_set (FSE_PAIR_LIST (settings->pairs), request->before, request->after);
  else
    fse_pair_list_auto (FSE_PAIR_LIST (settings->pairs));
  if (request->folder[0])
    {
      gtk_file_chooser_set_filename (GTK_FILE_CHOOSER (settings->folder), request->folder);
      if (! request->before->len)
        gtk_stack_set_visible_child_name (GTK_STACK (settings->stack), "folder");
    }
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
  GtkWidget        *pairs, *model, *budget;

  settings->host   = host;
  pairs            = build_pairs (settings);
  model            = build_model_row (settings);
  budget           = build_budget_row (settings);
  settings->size   = build_size (request->size);
  settings->mirror = fse_named (gtk_check_button_new_with_mnemonic (_("Also learn from _mirrored pictures")), "mirror");
  settings->device = fse_named (fse_device_combo_new (request->device), "device");
  gtk_widget_set_tooltip_text (settings->mirror, _("Gives more examples; leave it off where left and right matter, as with letters"));

  gtk_grid_set_row_spacing (grid, 6);
  gtk_grid_set_column_spacing (grid, 12);
  fse_ui_grid_row (grid, 0, _("Save the _edit as:"), model, settings->model);
  fse_ui_grid_row (grid, 1, _("Train _for:"), budget, settings->budget);
  fse_ui_grid_row (grid, 2, _("Picture si_ze:"), settings->size, settings->size);
  fse_ui_grid_row (grid, 3, _("Run _on:"), settings->device, settings->device);
  gtk_grid_attach (grid, settings->mirror, 1, 4, 1, 1);
  gtk_box_pack_start (GTK_BOX (settings), pairs, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (settings), GTK_WIDGET (grid), FALSE, FALSE, 0);
  set_values (settings, request);
  return GTK_WIDGET (settings);
}
