/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See train-switches.h.
 */
#include "i18n.h"

#include "train-switches.h"

#include "ui-init.h"

struct _FseTrainSwitches
{
  GtkGrid    parent_instance;
  GPtrArray *checks; /* in the order of the table */
  GtkWidget *batch, *rate;
};

G_DEFINE_TYPE (FseTrainSwitches, fse_train_switches, GTK_TYPE_GRID)

static guint changed_signal;

/* off: its word in the settings. */
static const struct
{
  const gchar *name, *off, *label;
  gsize        offset;
} table[] = {
  { "condition-source", "off", N_("See the picture that is edited"), G_STRUCT_OFFSET (FseSettings, condition_source) },
  { "condition-transform", "off", N_("See the change between two examples"), G_STRUCT_OFFSET (FseSettings, condition_transform) },
  { "pairing", "one-to-one", N_("Learn each example from all others"), G_STRUCT_OFFSET (FseSettings, n_to_n) },
  { "skip-connections", "off", N_("Keep the picture's details"), G_STRUCT_OFFSET (FseSettings, skip_connections) },
  { "noise-injection", "off", N_("Learned noise"), G_STRUCT_OFFSET (FseSettings, noise_injection) },
  { "frequency-loss", "off", N_("Compare frequencies, too"), G_STRUCT_OFFSET (FseSettings, frequency_loss) },
  { "detail-loss", "off", N_("Compare fine detail once more"), G_STRUCT_OFFSET (FseSettings, detail_loss) },
  { "explicit-change", "off", N_("Change the picture rather than repaint it"), G_STRUCT_OFFSET (FseSettings, explicit_change) },
  { "texture", "off", N_("Soften or sharpen the picture's detail"), G_STRUCT_OFFSET (FseSettings, texture) },
  { "position", "off", N_("Know the place in the picture"), G_STRUCT_OFFSET (FseSettings, position) },
  { "colour-base", "off", N_("Begin with the edit's colours"), G_STRUCT_OFFSET (FseSettings, colour_base) },
  { "augmentation", "off", N_("Warp the examples at random"), G_STRUCT_OFFSET (FseSettings, augmentation) },
  { "hues", "off", N_("Show the examples in other hues"), G_STRUCT_OFFSET (FseSettings, hues) },
  { "critic", "off", N_("Judge whether results look real: bolder, less faithful"), G_STRUCT_OFFSET (FseSettings, critic) },
  { "progressive", "off", N_("Begin at half the size"), G_STRUCT_OFFSET (FseSettings, progressive) },
  { "align", "off", N_("Align examples that are shifted"), G_STRUCT_OFFSET (FseSettings, align) },
};

const gchar *
fse_train_switch_label (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].name, name))
      return _(table[i].label);
  g_return_val_if_reached (name);
}

void
fse_train_switches_take (FseTrainSwitches *switches, FseTrainRequest *request)
{
  gint        batch = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (switches->batch));
  gdouble     rate  = gtk_spin_button_get_value (GTK_SPIN_BUTTON (switches->rate));
  gchar       text[G_ASCII_DTOSTR_BUF_SIZE];
  FseSettings defaults;

  fse_settings_default (&defaults);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      gboolean on = gtk_toggle_button_get_active (g_ptr_array_index (switches->checks, i));

      fse_train_request_set (request, table[i].name,
                             on == G_STRUCT_MEMBER (gboolean, &defaults, table[i].offset) ? NULL : on ? "on" : table[i].off);
    }
  g_snprintf (text, sizeof text, "%d", batch);
  fse_train_request_set (request, "batch", batch == defaults.batch ? NULL : text);
  g_ascii_formatd (text, sizeof text, "%.6f", rate);
  fse_train_request_set (request, "rate", ABS (rate - defaults.rate) < 5e-7 ? NULL : text);
}

static void
finalize (GObject *object)
{
  g_ptr_array_unref (FSE_TRAIN_SWITCHES (object)->checks);
  G_OBJECT_CLASS (fse_train_switches_parent_class)->finalize (object);
}

static void
fse_train_switches_class_init (FseTrainSwitchesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  changed_signal = g_signal_new ("changed", FSE_TYPE_TRAIN_SWITCHES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_train_switches_init (FseTrainSwitches *switches)
{
  switches->checks = g_ptr_array_new ();
  gtk_grid_set_column_spacing (GTK_GRID (switches), 12);
  gtk_grid_set_row_spacing (GTK_GRID (switches), 3);
}

static void
changed (FseTrainSwitches *switches)
{
  g_signal_emit (switches, changed_signal, 0);
}

static GtkWidget *
add_number (FseTrainSwitches *switches, gint column, const gchar *name, const gchar *label, GtkWidget *spin, guint digits, gdouble value)
{
  GtkWidget *box  = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *text = gtk_label_new_with_mnemonic (label);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), digits);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
  g_signal_connect_swapped (spin, "value-changed", G_CALLBACK (changed), switches);
  gtk_label_set_mnemonic_widget (GTK_LABEL (text), spin);
  gtk_box_pack_start (GTK_BOX (box), text, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), spin, FALSE, FALSE, 0);
  gtk_grid_attach (GTK_GRID (switches), box, column, (G_N_ELEMENTS (table) + 1) / 2, 1, 1);
  return fse_named (spin, name);
}

GtkWidget *
fse_train_switches_new (const FseSettings *settings)
{
  FseTrainSwitches *switches = g_object_new (FSE_TYPE_TRAIN_SWITCHES, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      GtkWidget *check = fse_named (gtk_check_button_new_with_label (_(table[i].label)), table[i].name);

      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (check), G_STRUCT_MEMBER (gboolean, settings, table[i].offset));
      gtk_label_set_line_wrap (GTK_LABEL (gtk_bin_get_child (GTK_BIN (check))), TRUE);
      gtk_widget_set_tooltip_text (check, table[i].name);
      g_signal_connect_swapped (check, "toggled", G_CALLBACK (changed), switches);
      gtk_grid_attach (GTK_GRID (switches), check, (gint) i % 2, (gint) i / 2, 1, 1);
      g_ptr_array_add (switches->checks, check);
    }
  switches->batch = add_number (switches, 0, "batch", _("E_xamples in a step (batch):"), gtk_spin_button_new_with_range (2, 64, 1),
                                0, settings->batch);
  switches->rate  = add_number (switches, 1, "rate", _("Learnin_g rate:"), gtk_spin_button_new_with_range (0.000001, 0.1, 0.0001),
                                6, settings->rate);
  return GTK_WIDGET (switches);
}
