/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See train-advanced.h.
 */
#include "config-i18n.h"

#include "train-advanced.h"

#include <stdlib.h>
#include <string.h>

#include "model/settings.h"
#include "train-switches.h"
#include "ui-init.h"

struct _FseTrainAdvanced
{
  GtkGrid    parent_instance;
  gchar     *folder;
  GtkWidget *budget, *unit, *model_size, *size, *seed, *device, *about, *place, *instruction, *inverse, *switches;
};

G_DEFINE_TYPE (FseTrainAdvanced, fse_train_advanced, GTK_TYPE_GRID)

static guint length_signal, place_signal;

/* --- values in and out ---------------------------------------------------- */

static gboolean
in_steps (FseTrainAdvanced *advanced)
{
  return gtk_combo_box_get_active (GTK_COMBO_BOX (advanced->unit)) == 1;
}

void
fse_train_advanced_take (FseTrainAdvanced *advanced, FseTrainRequest *request)
{
  gdouble      budget = gtk_spin_button_get_value (GTK_SPIN_BUTTON (advanced->budget));
  const gchar *size   = gtk_combo_box_get_active_id (GTK_COMBO_BOX (advanced->size));
  const gchar *model  = gtk_combo_box_get_active_id (GTK_COMBO_BOX (advanced->model_size));

  request->steps = in_steps (advanced) ? (gint) budget : 0;
  if (! in_steps (advanced))
    request->minutes = budget;
  request->size = size ? atoi (size) : 0;
  request->seed = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (advanced->seed));
  fse_request_string (&request->device, fse_device_combo_get (FSE_DEVICE_COMBO (advanced->device)));
  fse_train_request_set (request, "model-size", g_strcmp0 (model, "small") == 0 ? NULL : model);
  fse_request_string (&request->instruction, gtk_entry_get_text (GTK_ENTRY (advanced->instruction)));
  fse_request_string (&request->inverse, gtk_entry_get_text (GTK_ENTRY (advanced->inverse)));
  fse_train_switches_take (FSE_TRAIN_SWITCHES (advanced->switches), request);
}

const gchar *
fse_train_advanced_folder (FseTrainAdvanced *advanced)
{
  return advanced->folder;
}

gdouble
fse_train_advanced_minutes (FseTrainAdvanced *advanced)
{
  return in_steps (advanced) ? -1.0 : gtk_spin_button_get_value (GTK_SPIN_BUTTON (advanced->budget));
}

void
fse_train_advanced_set_minutes (FseTrainAdvanced *advanced, gdouble minutes)
{
  gtk_combo_box_set_active (GTK_COMBO_BOX (advanced->unit), 0);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (advanced->budget), minutes);
}

FseDeviceCombo *
fse_train_advanced_device (FseTrainAdvanced *advanced)
{
  return FSE_DEVICE_COMBO (advanced->device);
}

/* --- the user's hand ------------------------------------------------------ */

static void
on_length (FseTrainAdvanced *advanced)
{
  g_signal_emit (advanced, length_signal, 0);
}

static void
on_unit (GtkComboBox *unit, FseTrainAdvanced *advanced)
{
  GtkSpinButton *spin  = GTK_SPIN_BUTTON (advanced->budget);
  gboolean       steps = in_steps (advanced);

  gtk_spin_button_set_digits (spin, steps ? 0 : 1);
  gtk_spin_button_set_range (spin, steps ? 1.0 : 0.1, steps ? 10000000.0 : 1440.0);
  gtk_spin_button_set_increments (spin, steps ? 100.0 : 1.0, steps ? 1000.0 : 10.0);
  on_length (advanced);
}

static void
on_told (FseDeviceCombo *device, FseTrainAdvanced *advanced)
{
  g_autofree gchar *text = fse_device_combo_about (device);

  gtk_label_set_text (GTK_LABEL (advanced->about), text);
}

static void
on_place (GtkFileChooser *place, FseTrainAdvanced *advanced)
{
  g_autofree gchar *chosen = gtk_file_chooser_get_filename (place);
  gchar            *utf8   = chosen ? g_filename_to_utf8 (chosen, -1, NULL, NULL, NULL) : NULL;

  if (! utf8)
    return;
  g_free (advanced->folder);
  advanced->folder = utf8;
  g_signal_emit (advanced, place_signal, 0);
}

/* --- building ------------------------------------------------------------- */

static GtkWidget *
build_about (void)
{
  GtkWidget *label = fse_named (gtk_label_new (_("Looking for devices")), "about-device");

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), GTK_STYLE_CLASS_DIM_LABEL);
  return label;
}

static GtkWidget *
build_budget (FseTrainAdvanced *advanced)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  advanced->budget = fse_named (gtk_spin_button_new_with_range (0.1, 1440.0, 1.0), "budget");
  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (advanced->budget), 1);
  gtk_entry_set_activates_default (GTK_ENTRY (advanced->budget), TRUE);
  advanced->unit = fse_named (gtk_combo_box_text_new (), "unit");
  gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (advanced->unit), _("minutes"));
  gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (advanced->unit), _("steps"));
  atk_object_set_name (gtk_widget_get_accessible (advanced->unit), _("Unit of the training's length"));
  g_signal_connect (advanced->unit, "changed", G_CALLBACK (on_unit), advanced);
  g_signal_connect_swapped (advanced->budget, "value-changed", G_CALLBACK (on_length), advanced);
  gtk_box_pack_start (GTK_BOX (box), advanced->budget, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), advanced->unit, FALSE, FALSE, 0);
  return box;
}

static void
add_size (GtkComboBox *combo, gint size, gint chosen)
{
  g_autofree gchar *id   = g_strdup_printf ("%d", size);
  g_autofree gchar *text = g_strdup_printf (_("%d pixels"), size);

  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), id, text);
  if (size == chosen)
    gtk_combo_box_set_active_id (combo, id);
}

static GtkWidget *
build_size (gint size)
{
  static const gint sizes[] = { 64, 96, 128, 192, 256, 384, 512 };
  GtkWidget        *combo   = fse_named (gtk_combo_box_text_new (), "size");
  FseSettings       defaults;

  fse_settings_default (&defaults);
  if (size <= 0)
    size = defaults.size;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    add_size (GTK_COMBO_BOX (combo), sizes[i], size);
  if (gtk_combo_box_get_active (GTK_COMBO_BOX (combo)) < 0)
    add_size (GTK_COMBO_BOX (combo), size, size);
  gtk_widget_set_tooltip_text (combo, _("The short side at which the edit is learned: smaller is faster, larger sees finer detail"));
  return combo;
}

static GtkWidget *
build_model_size (FseModelSize size)
{
  GtkWidget *combo = fse_named (gtk_combo_box_text_new (), "model-size");

  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), "small", _("Small: the fastest"));
  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), "medium", _("Medium"));
  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), "large", _("Large: for a fast device"));
  gtk_combo_box_set_active (GTK_COMBO_BOX (combo), size);
  return combo;
}

static GtkWidget *
build_place (FseTrainAdvanced *advanced)
{
  GtkWidget *place = fse_named (gtk_file_chooser_button_new (_("Folder of the Trained Edits"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER), "place");

  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (place), advanced->folder);
  g_signal_connect (place, "file-set", G_CALLBACK (on_place), advanced);
  return place;
}

static GtkWidget *
build_words (const gchar *name, const gchar *words, const gchar *tip)
{
  GtkWidget *entry = fse_named (gtk_entry_new (), name);

  gtk_entry_set_text (GTK_ENTRY (entry), words);
  gtk_entry_set_max_length (GTK_ENTRY (entry), 200);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_widget_set_tooltip_text (entry, tip);
  return entry;
}

static void
finalize (GObject *object)
{
  FseTrainAdvanced *advanced = FSE_TRAIN_ADVANCED (object);

  g_free (advanced->folder);
  G_OBJECT_CLASS (fse_train_advanced_parent_class)->finalize (object);
}

static void
fse_train_advanced_class_init (FseTrainAdvancedClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  length_signal = g_signal_new ("length-changed", FSE_TYPE_TRAIN_ADVANCED, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  place_signal  = g_signal_new ("place-changed", FSE_TYPE_TRAIN_ADVANCED, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_train_advanced_init (FseTrainAdvanced *advanced)
{
  gtk_grid_set_row_spacing (GTK_GRID (advanced), 6);
  gtk_grid_set_column_spacing (GTK_GRID (advanced), 12);
  gtk_container_set_border_width (GTK_CONTAINER (advanced), 6);
}

GtkWidget *
fse_train_advanced_new (const FseTrainRequest *request, const gchar *folder)
{
  FseTrainAdvanced *advanced = g_object_new (FSE_TYPE_TRAIN_ADVANCED, NULL);
  GtkGrid          *grid     = GTK_GRID (advanced);
  GtkWidget        *budget   = build_budget (advanced);
  FseSettings       settings;

  fse_train_request_settings (request, &settings);
  advanced->folder     = g_strdup (folder);
  advanced->model_size = build_model_size (settings.model_size);
  advanced->size       = build_size (request->size);
  advanced->seed       = fse_named (gtk_spin_button_new_with_range (0, G_MAXINT, 1.0), "seed");
  advanced->device     = fse_named (fse_device_combo_new (request->device), "device");
  advanced->about      = build_about ();
  advanced->place      = build_place (advanced);
  advanced->switches   = fse_train_switches_new (&settings);
  advanced->instruction = build_words ("instruction", request->instruction,
                                       _("The edit in words, such as “make it night”: shown where edits are chosen"));
  advanced->inverse     = build_words ("inverse", request->inverse, _("What would undo the edit, such as “make it day”"));
  gtk_widget_set_tooltip_text (advanced->seed, _("The same seed gives the same training"));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (advanced->seed), request->seed);
  gtk_combo_box_set_active (GTK_COMBO_BOX (advanced->unit), request->steps > 0 ? 1 : 0);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (advanced->budget), request->steps > 0 ? request->steps : request->minutes);
  fse_ui_grid_row (grid, 0, _("Train _for:"), budget, advanced->budget);
  fse_ui_grid_row (grid, 1, _("_Model:"), advanced->model_size, advanced->model_size);
  fse_ui_grid_row (grid, 2, _("Picture si_ze:"), advanced->size, advanced->size);
  fse_ui_grid_row (grid, 3, _("See_d:"), advanced->seed, advanced->seed);
  fse_ui_grid_row (grid, 4, _("Run _on:"), advanced->device, advanced->device);
  gtk_grid_attach (grid, advanced->about, 1, 5, 1, 1);
  fse_ui_grid_row (grid, 6, _("Save _in:"), advanced->place, advanced->place);
  fse_ui_grid_row (grid, 7, _("W_hat it does:"), advanced->instruction, advanced->instruction);
  fse_ui_grid_row (grid, 8, _("The wa_y back:"), advanced->inverse, advanced->inverse);
  gtk_grid_attach (grid, advanced->switches, 0, 9, 2, 1);
  g_signal_connect (advanced->device, "told", G_CALLBACK (on_told), advanced);
  return GTK_WIDGET (advanced);
}
