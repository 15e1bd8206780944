/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See train-advanced.h.
 */
#include "i18n.h"

#include "train-advanced.h"

#include <stdlib.h>
#include <string.h>

#include "model-exchange.h"
#include "model/settings.h"
#include "train-switches.h"
#include "ui-init.h"

#define AUTOMATIC_SIZE "0"
#define AUTOMATIC_MODEL "auto"

struct _FseTrainAdvanced
{
  GtkGrid    parent_instance;
  gchar     *folder;
  GtkWidget *budget, *unit, *model_size, *size, *windows, *seed, *device, *about, *place, *instruction, *inverse, *switches;
};

G_DEFINE_TYPE (FseTrainAdvanced, fse_train_advanced, GTK_TYPE_GRID)

static guint length_signal, cost_signal, place_signal;

/* In the order of FseModelSize. */
static const struct
{
  const gchar *id, *words, *about;
} model_sizes[] = {
  { "small", N_("Small"), N_("Small: the fastest") },
  { "medium", N_("Medium"), N_("Medium") },
  { "large", N_("Large"), N_("Large: for a fast device") },
};

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
  gint         windows = gtk_combo_box_get_active (GTK_COMBO_BOX (advanced->windows));
  g_autofree gchar *so_many = windows == FSE_WINDOWS_AUTO ? NULL : g_strdup_printf ("%d", windows);

  request->steps = in_steps (advanced) ? (gint) budget : 0;
  if (! in_steps (advanced))
    request->minutes = budget;
  request->size = size ? atoi (size) : 0;
  request->seed = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (advanced->seed));
  fse_request_string (&request->device, fse_device_combo_get (FSE_DEVICE_COMBO (advanced->device)));
  fse_train_request_set (request, "model-size", g_strcmp0 (model, model_sizes[FSE_MODEL_SMALL].id) == 0 ? NULL : model);
  fse_train_request_set (request, "windows", so_many);
  fse_request_string (&request->instruction, gtk_entry_get_text (GTK_ENTRY (advanced->instruction)));
  fse_request_string (&request->inverse, gtk_entry_get_text (GTK_ENTRY (advanced->inverse)));
  fse_train_switches_take (FSE_TRAIN_SWITCHES (advanced->switches), request);
}

const gchar *
fse_train_advanced_folder (FseTrainAdvanced *advanced)
{
  return advanced->folder;
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
on_cost (FseTrainAdvanced *advanced)
{
  g_signal_emit (advanced, cost_signal, 0);
}

static void
set_range (FseTrainAdvanced *advanced)
{
  GtkSpinButton *spin  = GTK_SPIN_BUTTON (advanced->budget);
  gboolean       steps = in_steps (advanced);

  gtk_spin_button_set_digits (spin, steps ? 0 : 1);
  gtk_spin_button_set_range (spin, steps ? 1.0 : 0.1, steps ? 10000000.0 : 1440.0);
  gtk_spin_button_set_increments (spin, steps ? 100.0 : 1.0, steps ? 1000.0 : 10.0);
}

static void
on_unit (GtkComboBox *unit, FseTrainAdvanced *advanced)
{
  set_range (advanced);
  on_length (advanced);
}

/* Told to nobody: the user did nothing. */
static void
show_length (FseTrainAdvanced *advanced, guint steps)
{
  g_signal_handlers_block_by_func (advanced->budget, (gpointer) on_length, advanced);
  g_signal_handlers_block_by_func (advanced->unit, (gpointer) on_unit, advanced);
  gtk_combo_box_set_active (GTK_COMBO_BOX (advanced->unit), 1);
  set_range (advanced);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (advanced->budget), steps);
  g_signal_handlers_unblock_by_func (advanced->unit, (gpointer) on_unit, advanced);
  g_signal_handlers_unblock_by_func (advanced->budget, (gpointer) on_length, advanced);
}

static void
say_automatic (GtkWidget *combo, const gchar *id, gboolean known, const gchar *comes_to)
{
  gboolean active = g_strcmp0 (gtk_combo_box_get_active_id (GTK_COMBO_BOX (combo)), id) == 0;

  fse_ui_combo_say (GTK_COMBO_BOX (combo), id, active && known ? comes_to : _("Automatic"));
}

void
fse_train_advanced_show (FseTrainAdvanced *advanced, const FseSettings *settings, gboolean known, gboolean length)
{
  g_autofree gchar *size  = g_strdup_printf (_("Automatic: %d pixels"), settings->size);
  g_autofree gchar *model = g_strdup_printf (_("Automatic: %s"), _(model_sizes[settings->model_size].words));

  say_automatic (advanced->size, AUTOMATIC_SIZE, known, size);
  say_automatic (advanced->model_size, AUTOMATIC_MODEL, known, model);
  if (known && length)
    show_length (advanced, settings->steps);
}

static void
on_told (FseDeviceCombo *device, FseTrainAdvanced *advanced)
{
  g_autofree gchar *text = fse_device_combo_about (device);

  gtk_label_set_text (GTK_LABEL (advanced->about), text);
}

static void
show_place (FseTrainAdvanced *advanced)
{
  gtk_label_set_text (GTK_LABEL (gtk_bin_get_child (GTK_BIN (advanced->place))), advanced->folder);
  gtk_widget_set_tooltip_text (advanced->place, advanced->folder);
}

static void
on_place_chosen (const gchar *folder, const GError *error, gpointer data)
{
  FseTrainAdvanced *advanced = data;
  gchar            *utf8     = g_filename_to_utf8 (folder, -1, NULL, NULL, NULL);

  if (! utf8)
    return;
  g_free (advanced->folder);
  advanced->folder = utf8;
  show_place (advanced);
  g_signal_emit (advanced, place_signal, 0);
}

static void
on_place (FseTrainAdvanced *advanced)
{
  g_autofree gchar *folder = g_filename_from_utf8 (advanced->folder, -1, NULL, NULL, NULL);

  if (folder)
    fse_models_ask_folder (GTK_WIDGET (advanced), _("Folder of the Trained Edits"), _("_Choose"), folder, on_place_chosen, advanced);
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
build_size (FseTrainAdvanced *advanced, gint size)
{
  static const gint sizes[] = { 64, 96, 128, 192, 256, 384, 512 };
  GtkWidget        *combo   = fse_named (gtk_combo_box_text_new (), "size");

  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), AUTOMATIC_SIZE, _("Automatic"));
  if (size <= 0)
    gtk_combo_box_set_active (GTK_COMBO_BOX (combo), 0);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    add_size (GTK_COMBO_BOX (combo), sizes[i], size);
  if (gtk_combo_box_get_active (GTK_COMBO_BOX (combo)) < 0)
    add_size (GTK_COMBO_BOX (combo), size, size);
  g_signal_connect_swapped (combo, "changed", G_CALLBACK (on_cost), advanced);
  gtk_widget_set_tooltip_text (combo, _("The short side at which the edit is learned: smaller is faster, larger sees finer detail"));
  return combo;
}

/* Its rows are the setting's values, from FSE_WINDOWS_AUTO on. */
static GtkWidget *
build_windows (gint windows)
{
  GtkWidget *combo = fse_named (gtk_combo_box_text_new (), "windows");

  gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (combo), _("Automatic"));
  gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (combo), _("The picture as a whole"));
  for (gint times = 2; times <= FSE_MOST_WINDOWS; times++)
    {
      g_autofree gchar *text = g_strdup_printf (_("Parts of it, %d times as large"), times);

      gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (combo), text);
    }
  gtk_combo_box_set_active (GTK_COMBO_BOX (combo), windows);
  gtk_widget_set_tooltip_text (combo, _("The whole tells most; an edit that draws fine lines or grain has to be seen larger. Needs examples of that many pixels"));
  return combo;
}

static GtkWidget *
build_model_size (FseTrainAdvanced *advanced, gboolean automatic, FseModelSize size)
{
  GtkWidget *combo = fse_named (gtk_combo_box_text_new (), "model-size");

  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), AUTOMATIC_MODEL, _("Automatic"));
  for (guint i = 0; i < G_N_ELEMENTS (model_sizes); i++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), model_sizes[i].id, _(model_sizes[i].about));
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), automatic ? AUTOMATIC_MODEL : model_sizes[size].id);
  g_signal_connect_swapped (combo, "changed", G_CALLBACK (on_cost), advanced);
  return combo;
}

/* A GtkFileChooserButton would make its whole dialog at once: as much work as all the rest of ours. */
static void
build_place (FseTrainAdvanced *advanced)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_START);
  advanced->place = fse_named (gtk_button_new (), "place");
  gtk_container_add (GTK_CONTAINER (advanced->place), label);
  g_signal_connect_swapped (advanced->place, "clicked", G_CALLBACK (on_place), advanced);
  show_place (advanced);
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
  cost_signal   = g_signal_new ("cost-changed", FSE_TYPE_TRAIN_ADVANCED, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
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
  advanced->model_size = build_model_size (advanced, fse_train_request_has (request, FSE_MODEL_SIZE_AUTOMATIC), settings.model_size);
  advanced->size       = build_size (advanced, request->size);
  advanced->windows    = build_windows (settings.windows);
  advanced->seed       = fse_named (gtk_spin_button_new_with_range (0, G_MAXINT, 1.0), "seed");
  advanced->device     = fse_named (fse_device_combo_new (request->device), "device");
  advanced->about      = build_about ();
  build_place (advanced);
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
  fse_ui_grid_row (grid, 3, _("Sub_ject seen:"), advanced->windows, advanced->windows);
  fse_ui_grid_row (grid, 4, _("_Seed:"), advanced->seed, advanced->seed);
  fse_ui_grid_row (grid, 5, _("Run _on:"), advanced->device, advanced->device);
  gtk_grid_attach (grid, advanced->about, 1, 6, 1, 1);
  fse_ui_grid_row (grid, 7, _("S_ave in:"), advanced->place, advanced->place);
  fse_ui_grid_row (grid, 8, _("W_hat it does:"), advanced->instruction, advanced->instruction);
  fse_ui_grid_row (grid, 9, _("The way bac_k:"), advanced->inverse, advanced->inverse);
  gtk_grid_attach (grid, advanced->switches, 0, 10, 2, 1);
  g_signal_connect_swapped (advanced->switches, "changed", G_CALLBACK (on_cost), advanced);
  g_signal_connect_swapped (advanced->device, "changed", G_CALLBACK (on_cost), advanced);
  g_signal_connect (advanced->device, "told", G_CALLBACK (on_told), advanced);
  return GTK_WIDGET (advanced);
}
