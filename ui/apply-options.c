/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See apply-options.h.
 */
#include "i18n.h"

#include "apply-options.h"

#include "device-combo.h"
#include "reference-button.h"
#include "ui-init.h"

struct _FseApplyOptions
{
  GtkGrid    parent_instance;
  GtkWidget *strength, *detail, *seed, *reference, *output, *device;
};

G_DEFINE_TYPE (FseApplyOptions, fse_apply_options, GTK_TYPE_GRID)

static guint changed_signal, strength_signal, kept_signal, unavailable_signal;

static void
changed (FseApplyOptions *options)
{
  g_signal_emit (options, changed_signal, 0);
}

static void
kept (FseApplyOptions *options)
{
  g_signal_emit (options, kept_signal, 0);
}

/* --- strength ------------------------------------------------------------- */

static void
on_strength (FseApplyOptions *options)
{
  g_signal_emit (options, strength_signal, 0);
}

static void
build_strength (FseApplyOptions *options)
{
  GtkWidget *scale = fse_named (gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0.0, 100.0, 1.0), "strength");

  gtk_scale_set_value_pos (GTK_SCALE (scale), GTK_POS_RIGHT);
  gtk_scale_set_digits (GTK_SCALE (scale), 0);
  gtk_range_set_increments (GTK_RANGE (scale), 1.0, 10.0);
  gtk_widget_set_tooltip_text (scale, _("Percent: 0 changes nothing, 100 is the whole edit"));
  g_signal_connect_swapped (scale, "value-changed", G_CALLBACK (on_strength), options);
  options->strength = scale;
}

/* --- detail --------------------------------------------------------------- */

/* Sampler steps, and what they are to a user. */
static const struct
{
  gint         steps;
  const gchar *word;
} details[] = {
  { 1, N_("Faithful") },
  { 4, N_("Balanced") },
  { 16, N_("Lively") },
  { 50, N_("Liveliest") },
};

static void
add_detail (GtkComboBoxText *combo, const gchar *word, gint steps)
{
  g_autofree gchar *id    = g_strdup_printf ("%d", steps);
  g_autofree gchar *count = g_strdup_printf (ngettext ("%d step", "%d steps", steps), steps);
  g_autofree gchar *text  = word ? g_strdup_printf ("%s (%s)", word, count) : g_strdup (count);

  gtk_combo_box_text_append (combo, id, text);
}

static void
show_detail (FseApplyOptions *options, gint steps)
{
  g_autofree gchar *id = g_strdup_printf ("%d", steps);

  if (! gtk_combo_box_set_active_id (GTK_COMBO_BOX (options->detail), id))
    {
      add_detail (GTK_COMBO_BOX_TEXT (options->detail), NULL, steps);
      gtk_combo_box_set_active_id (GTK_COMBO_BOX (options->detail), id);
    }
}

static void
build_detail (FseApplyOptions *options)
{
  GtkWidget *combo = fse_named (gtk_combo_box_text_new (), "detail");

  for (guint k = 0; k < G_N_ELEMENTS (details); k++)
    add_detail (GTK_COMBO_BOX_TEXT (combo), _(details[k].word), details[k].steps);
  gtk_widget_set_tooltip_text (combo, _("One step is the most faithful and the fastest; more steps look more real"));
  g_signal_connect_swapped (combo, "changed", G_CALLBACK (changed), options);
  options->detail = combo;
}

/* --- seed ----------------------------------------------------------------- */

static void
on_dice (FseApplyOptions *options)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (options->seed), g_random_int_range (0, 1000000));
}

static GtkWidget *
build_seed (FseApplyOptions *options)
{
  GtkWidget *box  = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *dice = fse_ui_icon_button ("dice", "media-playlist-shuffle-symbolic", _("Throw the dice for another seed"));

  options->seed = fse_named (gtk_spin_button_new_with_range (0, G_MAXINT, 1.0), "seed");
  gtk_entry_set_activates_default (GTK_ENTRY (options->seed), TRUE);
  gtk_widget_set_tooltip_text (options->seed, _("The same seed gives the same picture"));
  g_signal_connect_swapped (options->seed, "value-changed", G_CALLBACK (changed), options);
  g_signal_connect_swapped (dice, "clicked", G_CALLBACK (on_dice), options);
  gtk_box_pack_start (GTK_BOX (box), options->seed, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), dice, FALSE, FALSE, 0);
  return box;
}

/* --- output --------------------------------------------------------------- */

/* Nothing is to be computed anew, but remembered. */
static void
build_output (FseApplyOptions *options)
{
  const gchar *const words[FSE_N_OUTPUTS] = { N_("A new layer above it"), N_("The layer itself"), N_("A new image") };

  options->output = fse_named (gtk_combo_box_text_new (), "output");
  for (gint k = 0; k < FSE_N_OUTPUTS; k++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (options->output), NULL, _(words[k]));
  gtk_widget_set_tooltip_text (options->output, _("Where the result goes; each is one step to undo. Only what is selected is edited."));
  g_signal_connect_swapped (options->output, "changed", G_CALLBACK (kept), options);
}

/* --- all ------------------------------------------------------------------ */

static void
on_unavailable (FseDeviceCombo *combo, const gchar *sentence, FseApplyOptions *options)
{
  g_signal_emit (options, unavailable_signal, 0, sentence);
}

void
fse_apply_options_take (FseApplyOptions *options, FseApplyRequest *request)
{
  const gchar *steps = gtk_combo_box_get_active_id (GTK_COMBO_BOX (options->detail));

  fse_request_string (&request->device, fse_device_combo_get (FSE_DEVICE_COMBO (options->device)));
  request->strength  = gtk_range_get_value (GTK_RANGE (options->strength)) / 100.0;
  request->steps     = steps ? (gint) g_ascii_strtoll (steps, NULL, 10) : request->steps;
  request->seed      = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (options->seed));
  request->output    = gtk_combo_box_get_active (GTK_COMBO_BOX (options->output));
  request->reference = fse_reference_button_get (FSE_REFERENCE_BUTTON (options->reference));
}

void
fse_apply_options_set (FseApplyOptions *options, const FseApplyRequest *request)
{
  gtk_range_set_value (GTK_RANGE (options->strength), request->strength * 100.0);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (options->seed), request->seed);
  fse_reference_button_set (FSE_REFERENCE_BUTTON (options->reference), request->reference);
  show_detail (options, request->steps);
  gtk_combo_box_set_active (GTK_COMBO_BOX (options->output), request->output);
  fse_device_combo_set (FSE_DEVICE_COMBO (options->device), request->device);
}

void
fse_apply_options_set_model (FseApplyOptions *options, const gchar *path, guint n_pairs)
{
  fse_reference_button_set_model (FSE_REFERENCE_BUTTON (options->reference), path, n_pairs);
}

void
fse_apply_options_settle (FseApplyOptions *options)
{
  fse_device_combo_settle (FSE_DEVICE_COMBO (options->device));
}

static void
fse_apply_options_class_init (FseApplyOptionsClass *klass)
{
  changed_signal  = g_signal_new ("changed", FSE_TYPE_APPLY_OPTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  strength_signal = g_signal_new ("strength-changed", FSE_TYPE_APPLY_OPTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  kept_signal     = g_signal_new ("kept", FSE_TYPE_APPLY_OPTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  unavailable_signal = g_signal_new ("unavailable", FSE_TYPE_APPLY_OPTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
fse_apply_options_init (FseApplyOptions *options)
{
  GtkGrid *grid = GTK_GRID (options);

  gtk_grid_set_row_spacing (grid, 6);
  gtk_grid_set_column_spacing (grid, 12);
}

GtkWidget *
fse_apply_options_new (const FseApplyRequest *request)
{
  FseApplyOptions *options = g_object_new (FSE_TYPE_APPLY_OPTIONS, NULL);
  GtkGrid         *grid    = GTK_GRID (options);
  GtkWidget       *seed    = build_seed (options);

  build_strength (options);
  build_detail (options);
  build_output (options);
  options->reference = fse_named (fse_reference_button_new (request->reference), "reference");
  options->device    = fse_named (fse_device_combo_new (request->device), "device");
  gtk_widget_set_tooltip_text (options->reference, _("Which of the pairs that it has learnt from the edit is taken from"));
  fse_ui_grid_row (grid, 0, _("_Strength:"), options->strength, options->strength);
  fse_ui_grid_row (grid, 1, _("_Detail:"), options->detail, options->detail);
  fse_ui_grid_row (grid, 2, _("S_eed:"), seed, options->seed);
  fse_ui_grid_row (grid, 3, _("E_xample:"), options->reference, options->reference);
  fse_ui_grid_row (grid, 4, _("Resu_lt:"), options->output, options->output);
  fse_ui_grid_row (grid, 5, _("Run _on:"), options->device, options->device);
  fse_apply_options_set (options, request);
  g_signal_connect_swapped (options->reference, "changed", G_CALLBACK (changed), options);
  g_signal_connect_swapped (options->device, "changed", G_CALLBACK (changed), options);
  g_signal_connect (options->device, "unavailable", G_CALLBACK (on_unavailable), options);
  return GTK_WIDGET (options);
}
