/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See train-dialog.h.  The widgets have names (gtk_widget_set_name) by which
 * tests find them.
 */
#include "config-i18n.h"

#include "train-dialog.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "device-combo.h"
#include "loss-plot.h"
#include "message-bar.h"
#include "model/model-file.h"
#include "pair-list.h"
#include "runs.h"
#include "ui-init.h"

#define RESPONSE_RESUME 1
#define POLL_MILLISECONDS 100

struct _FseTrainDialog
{
  GtkDialog        parent_instance;
  FseHost         *host;
  FseTrainRequest *request;
  FseTrainRun     *run;
  guint            timer;
  gboolean         stopping;

  gboolean         trained;
  guint            steps;
  gdouble          loss;

  GtkWidget       *message, *settings, *stack, *pairs, *folder, *model, *budget, *unit, *size, *device;
  GtkWidget       *progress, *plot, *bar, *status;
  GtkWidget       *close, *resume, *train;
};

G_DEFINE_TYPE (FseTrainDialog, fse_train_dialog, GTK_TYPE_DIALOG)

/* --- what the widgets say ------------------------------------------------- */

static gchar *
model_path (FseTrainDialog *dialog)
{
  g_autofree gchar *path = g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (dialog->model))));

  if (! path[0] || g_str_has_suffix (path, ".safetensors"))
    return g_steal_pointer (&path);
  return g_strconcat (path, FSE_MODEL_SUFFIX, NULL);
}

static void
take_values (FseTrainDialog *dialog)
{
  FseTrainRequest  *request = dialog->request;
  const gchar      *size    = gtk_combo_box_get_active_id (GTK_COMBO_BOX (dialog->size));
  gboolean          steps   = gtk_combo_box_get_active (GTK_COMBO_BOX (dialog->unit)) == 1;
  gdouble           budget  = gtk_spin_button_get_value (GTK_SPIN_BUTTON (dialog->budget));
  g_autofree gchar *model   = model_path (dialog);

  g_array_set_size (request->before, 0);
  g_array_set_size (request->after, 0);
  if (g_strcmp0 (gtk_stack_get_visible_child_name (GTK_STACK (dialog->stack)), "folder") == 0)
    {
      g_autofree gchar *folder = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog->folder));
      g_autofree gchar *utf8   = folder ? g_filename_to_utf8 (folder, -1, NULL, NULL, NULL) : NULL;

      fse_request_string (&request->folder, utf8);
    }
  else
    {
      fse_pair_list_get (FSE_PAIR_LIST (dialog->pairs), request->before, request->after);
      fse_request_string (&request->folder, "");
    }
  fse_request_string (&request->model, model);
  fse_request_string (&request->device, fse_device_combo_get (FSE_DEVICE_COMBO (dialog->device)));
  request->steps = steps ? (gint) budget : 0;
  if (! steps)
    request->minutes = budget;
  request->size = size ? atoi (size) : 0;
}

static void
update_buttons (FseTrainDialog *dialog)
{
  g_autofree gchar *model      = model_path (dialog);
  g_autofree gchar *checkpoint = model[0] ? fse_checkpoint_path (model) : NULL;
  gboolean          running    = dialog->run != NULL;

  gtk_widget_set_sensitive (dialog->settings, ! running);
  gtk_widget_set_sensitive (dialog->train, ! running);
  gtk_widget_set_sensitive (dialog->resume, ! running);
  gtk_widget_set_visible (dialog->resume, checkpoint && g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  gtk_button_set_label (GTK_BUTTON (dialog->close), running ? _("_Stop") : dialog->trained ? _("_Close") : _("_Cancel"));
  gtk_widget_set_sensitive (dialog->close, ! dialog->stopping);
}

/* --- a run ---------------------------------------------------------------- */

static gchar *
time_text (gdouble seconds)
{
  gint64 whole = (gint64) (seconds + 0.5);

  if (whole >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", (gint) (whole / 3600), (gint) (whole / 60 % 60), (gint) (whole % 60));
  return g_strdup_printf ("%d:%02d", (gint) (whole / 60), (gint) (whole % 60));
}

static gchar *
step_text (const FseSnapshot *snapshot)
{
  g_autofree gchar *step = snapshot->total_steps > 0
                           ? g_strdup_printf (_("Step %u of %u"), snapshot->step, snapshot->total_steps)
                           : g_strdup_printf (_("Step %u"), snapshot->step);
  g_autofree gchar *left = NULL, *time = NULL;

  if (! (snapshot->seconds_left >= 0.0))
    return g_steal_pointer (&step);
  time = time_text (snapshot->seconds_left);
  left = g_strdup_printf (_("%s left"), time);
  return g_strconcat (step, ", ", left, NULL);
}

static void
show_snapshot (FseTrainDialog *dialog, const FseSnapshot *snapshot)
{
  g_autofree gchar  *text   = NULL, *status = NULL, *plot = NULL;
  g_autofree gfloat *curve  = NULL;
  gsize              n      = 0;

  switch (snapshot->phase)
    {
    case FSE_TRAINING_PREPARING:
      text = g_strdup (_("Preparing"));
      gtk_progress_bar_pulse (GTK_PROGRESS_BAR (dialog->bar));
      break;
    case FSE_TRAINING_STEPS:
      text = step_text (snapshot);
      gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (dialog->bar), CLAMP (snapshot->progress, 0.0, 1.0));
      break;
    case FSE_TRAINING_SAVING:
      text = g_strdup (_("Saving"));
      break;
    case FSE_TRAINING_DONE:
      text = g_strdup_printf (_("Step %u"), snapshot->step);
      break;
    }
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (dialog->bar), dialog->stopping ? _("Stopping; the checkpoint is being saved") : text);

  if (isfinite (snapshot->error) && snapshot->step > 0)
    status = g_strdup_printf (_("Error %.4f (%.4f if nothing were edited) on %s"),
                              snapshot->error, snapshot->copy_error, snapshot->device);
  else if (snapshot->device[0])
    status = g_strdup_printf (_("On %s"), snapshot->device);
  gtk_label_set_text (GTK_LABEL (dialog->status), status ? status : "");

  curve = fse_train_run_curve (dialog->run, &n);
  plot  = isfinite (snapshot->loss) && snapshot->step > 0 ? g_strdup_printf (_("Loss %.4g"), snapshot->loss) : g_strdup (_("Loss"));
  fse_loss_plot_set (FSE_LOSS_PLOT (dialog->plot), curve, n, snapshot->progress, plot);
}

static void
finish (FseTrainDialog *dialog)
{
  g_autoptr (GError) error    = NULL;
  g_autofree gchar  *warnings = fse_train_run_warnings (dialog->run);
  g_autofree gchar  *text     = NULL;
  FseSnapshot        snapshot = { 0 };

  if (fse_train_run_look (dialog->run, &snapshot))
    show_snapshot (dialog, &snapshot);
  if (fse_train_run_end (g_steal_pointer (&dialog->run), &error))
    {
      dialog->trained = TRUE;
      dialog->steps   = snapshot.step;
      dialog->loss    = snapshot.loss;
      gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (dialog->bar), 1.0);
      gtk_progress_bar_set_text (GTK_PROGRESS_BAR (dialog->bar), _("Trained"));
      text = g_strdup_printf (_("The edit is saved as %s. Filters > Few-shot Edit > Apply… does it to any picture.%s%s"),
                              dialog->request->model, warnings ? "\n" : "", warnings ? warnings : "");
      fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), GTK_MESSAGE_INFO, text);
    }
  else
    {
      gboolean stopped = g_error_matches (error, FSE_ERROR, FSE_ERROR_CANCELLED);

      gtk_progress_bar_set_text (GTK_PROGRESS_BAR (dialog->bar), stopped ? _("Stopped") : _("Failed"));
      if (stopped && snapshot.step > 0)
        text = g_strdup_printf (_("Training was stopped after step %u. A checkpoint lies beside the model: "
                                  "Resume goes on from there."), snapshot.step);
      fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), stopped ? GTK_MESSAGE_WARNING : GTK_MESSAGE_ERROR,
                            text ? text : error->message);
    }
  dialog->stopping = FALSE;
  update_buttons (dialog);
}

static gboolean
look (gpointer data)
{
  FseTrainDialog *dialog = data;
  FseSnapshot     snapshot;

  if (fse_train_run_finished (dialog->run))
    {
      dialog->timer = 0;
      finish (dialog);
      return G_SOURCE_REMOVE;
    }
  if (fse_train_run_look (dialog->run, &snapshot))
    show_snapshot (dialog, &snapshot);
  else
    gtk_progress_bar_pulse (GTK_PROGRESS_BAR (dialog->bar));
  return G_SOURCE_CONTINUE;
}

static void
begin (FseTrainDialog *dialog, gboolean resume)
{
  g_autoptr (GError) error  = NULL;
  g_autofree gchar  *folder = NULL;

  if (dialog->run)
    return;
  take_values (dialog);
  dialog->request->resume = resume;
  fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), GTK_MESSAGE_INFO, NULL);

  folder = g_path_get_dirname (dialog->request->model);
  if (g_str_has_prefix (folder, dialog->host->folder)) /* ours need not exist before */
    g_mkdir_with_parents (folder, 0700);

  dialog->run = fse_train_run_start (dialog->host, dialog->request, FALSE, &error);
  if (! dialog->run)
    {
      fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), GTK_MESSAGE_ERROR, error->message);
      return;
    }
  gtk_widget_show (dialog->progress);
  fse_loss_plot_set (FSE_LOSS_PLOT (dialog->plot), NULL, 0, 0.0, _("Loss"));
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (dialog->bar), 0.0);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (dialog->bar), _("Preparing"));
  gtk_label_set_text (GTK_LABEL (dialog->status), "");
  dialog->timer = g_timeout_add (POLL_MILLISECONDS, look, dialog);
  update_buttons (dialog);
}

static void
on_response (GtkDialog *widget, gint response)
{
  FseTrainDialog *dialog = FSE_TRAIN_DIALOG (widget);

  switch (response)
    {
    case GTK_RESPONSE_APPLY:
      begin (dialog, FALSE);
      break;
    case RESPONSE_RESUME:
      begin (dialog, TRUE);
      break;
    default: /* the button, Escape, the window's close */
      if (! dialog->run)
        gtk_widget_hide (GTK_WIDGET (dialog));
      else if (! dialog->stopping)
        {
          dialog->stopping = TRUE;
          fse_train_run_cancel (dialog->run);
          update_buttons (dialog);
        }
    }
}

/* --- building ------------------------------------------------------------- */

static void
on_browse (GtkWidget *button, FseTrainDialog *dialog)
{
  GtkWidget        *chooser = gtk_file_chooser_dialog_new (_("Save the Trained Edit As"), GTK_WINDOW (dialog),
                                                           GTK_FILE_CHOOSER_ACTION_SAVE,
                                                           _("_Cancel"), GTK_RESPONSE_CANCEL,
                                                           _("_Save"), GTK_RESPONSE_ACCEPT, NULL);
  GtkFileChooser   *files  = GTK_FILE_CHOOSER (chooser);
  g_autofree gchar *model  = model_path (dialog);
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
        gtk_entry_set_text (GTK_ENTRY (dialog->model), utf8);
    }
  gtk_widget_destroy (chooser);
}

static void
on_unit (GtkComboBox *unit, FseTrainDialog *dialog)
{
  GtkSpinButton *spin  = GTK_SPIN_BUTTON (dialog->budget);
  gboolean       steps = gtk_combo_box_get_active (unit) == 1;

  gtk_spin_button_set_digits (spin, steps ? 0 : 1);
  gtk_spin_button_set_range (spin, steps ? 1.0 : 0.1, steps ? 10000000.0 : 1440.0);
  gtk_spin_button_set_increments (spin, steps ? 100.0 : 1.0, steps ? 1000.0 : 10.0);
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

static GtkWidget *
named (GtkWidget *widget, const gchar *name)
{
  gtk_widget_set_name (widget, name);
  return widget;
}

static GtkWidget *
build_pairs (FseTrainDialog *dialog)
{
  GtkWidget *box      = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *switcher = gtk_stack_switcher_new ();
  GtkWidget *page     = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *hint     = gtk_label_new (_("Two folders “before” and “after” with equal file names, or files "
                                         "NAME_before and NAME_after in one folder."));

  dialog->stack = gtk_stack_new ();
  gtk_stack_set_vhomogeneous (GTK_STACK (dialog->stack), FALSE);
  dialog->pairs  = named (fse_pair_list_new (dialog->host), "pairs");
  dialog->folder = named (gtk_file_chooser_button_new (_("Folder of Example Pairs"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER), "folder");
  atk_object_set_name (gtk_widget_get_accessible (dialog->folder), _("Folder of Example Pairs"));
  gtk_label_set_line_wrap (GTK_LABEL (hint), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (hint), 50);
  gtk_label_set_xalign (GTK_LABEL (hint), 0.0f);
  gtk_style_context_add_class (gtk_widget_get_style_context (hint), GTK_STYLE_CLASS_DIM_LABEL);
  gtk_box_pack_start (GTK_BOX (page), dialog->folder, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), hint, FALSE, FALSE, 0);
  gtk_stack_add_titled (GTK_STACK (dialog->stack), dialog->pairs, "layers", _("Layers of Open Images"));
  gtk_stack_add_titled (GTK_STACK (dialog->stack), page, "folder", _("Folder of Pictures"));
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (switcher), GTK_STACK (dialog->stack));
  gtk_widget_set_halign (switcher, GTK_ALIGN_CENTER);
  gtk_box_pack_start (GTK_BOX (box), switcher, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->stack, TRUE, TRUE, 0);
  return box;
}

static GtkWidget *
build_model_row (FseTrainDialog *dialog)
{
  GtkWidget *box    = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *browse = gtk_button_new_with_mnemonic (_("_Browse…"));

  dialog->model = named (gtk_entry_new (), "model");
  gtk_entry_set_activates_default (GTK_ENTRY (dialog->model), TRUE);
  gtk_entry_set_width_chars (GTK_ENTRY (dialog->model), 36);
  g_signal_connect (browse, "clicked", G_CALLBACK (on_browse), dialog);
  g_signal_connect_swapped (dialog->model, "changed", G_CALLBACK (update_buttons), dialog);
  gtk_box_pack_start (GTK_BOX (box), dialog->model, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), browse, FALSE, FALSE, 0);
  return box;
}

static GtkWidget *
build_budget_row (FseTrainDialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  dialog->budget = named (gtk_spin_button_new_with_range (0.1, 1440.0, 1.0), "budget");
  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (dialog->budget), 1);
  gtk_entry_set_activates_default (GTK_ENTRY (dialog->budget), TRUE);
  dialog->unit = named (gtk_combo_box_text_new (), "unit");
  gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (dialog->unit), _("minutes"));
  gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (dialog->unit), _("steps"));
  atk_object_set_name (gtk_widget_get_accessible (dialog->unit), _("Unit of the training's length"));
  g_signal_connect (dialog->unit, "changed", G_CALLBACK (on_unit), dialog);
  gtk_box_pack_start (GTK_BOX (box), dialog->budget, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->unit, FALSE, FALSE, 0);
  return box;
}

static GtkWidget *
build_size (gint size)
{
  static const gint sizes[] = { 64, 96, 128, 192, 256, 384, 512 };
  GtkComboBoxText  *combo   = GTK_COMBO_BOX_TEXT (named (gtk_combo_box_text_new (), "size"));
  FseSettings       settings;

  fse_settings_default (&settings);
  if (size <= 0)
    size = settings.size;
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
on_unavailable (FseDeviceCombo *combo, const gchar *sentence, FseTrainDialog *dialog)
{
  fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), GTK_MESSAGE_ERROR, sentence);
}

static GtkWidget *
build_settings (FseTrainDialog *dialog)
{
  GtkWidget *box    = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkGrid   *grid   = GTK_GRID (gtk_grid_new ());
  GtkWidget *model  = build_model_row (dialog);
  GtkWidget *budget = build_budget_row (dialog);

  dialog->size   = build_size (dialog->request->size);
  dialog->device = named (fse_device_combo_new (dialog->request->device), "device");
  g_signal_connect (dialog->device, "unavailable", G_CALLBACK (on_unavailable), dialog);
  gtk_grid_set_row_spacing (grid, 6);
  gtk_grid_set_column_spacing (grid, 12);
  fse_ui_grid_row (grid, 0, _("Save the _edit as:"), model);
  fse_ui_grid_row (grid, 1, _("T_rain for:"), budget);
  fse_ui_grid_row (grid, 2, _("_Picture size:"), dialog->size);
  fse_ui_grid_row (grid, 3, _("Run _on:"), dialog->device);
  gtk_label_set_mnemonic_widget (GTK_LABEL (gtk_grid_get_child_at (grid, 0, 0)), dialog->model);
  gtk_label_set_mnemonic_widget (GTK_LABEL (gtk_grid_get_child_at (grid, 0, 1)), dialog->budget);
  gtk_box_pack_start (GTK_BOX (box), build_pairs (dialog), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), GTK_WIDGET (grid), FALSE, FALSE, 0);
  return box;
}

static GtkWidget *
build_progress (FseTrainDialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  dialog->plot = named (fse_loss_plot_new (), "plot");
  dialog->bar  = named (gtk_progress_bar_new (), "bar");
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (dialog->bar), TRUE);
  atk_object_set_name (gtk_widget_get_accessible (dialog->bar), _("Training progress"));
  dialog->status = named (gtk_label_new (""), "status");
  gtk_label_set_xalign (GTK_LABEL (dialog->status), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (dialog->status), PANGO_ELLIPSIZE_END);
  gtk_box_pack_start (GTK_BOX (box), dialog->plot, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->bar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->status, FALSE, FALSE, 0);
  gtk_widget_show_all (box);
  gtk_widget_set_no_show_all (box, TRUE);
  gtk_widget_hide (box);
  return box;
}

static gboolean
on_delete_event (GtkWidget *widget, GdkEventAny *event)
{
  return TRUE; /* on_response() decided; the default would destroy the window */
}

static void
dispose (GObject *object)
{
  FseTrainDialog *dialog = FSE_TRAIN_DIALOG (object);

  g_clear_handle_id (&dialog->timer, g_source_remove);
  if (dialog->run)
    {
      fse_train_run_cancel (dialog->run);
      fse_train_run_end (g_steal_pointer (&dialog->run), NULL);
    }
  G_OBJECT_CLASS (fse_train_dialog_parent_class)->dispose (object);
}

static void
fse_train_dialog_class_init (FseTrainDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose          = dispose;
  GTK_WIDGET_CLASS (klass)->delete_event   = on_delete_event;
  GTK_DIALOG_CLASS (klass)->response       = on_response;
}

static void
fse_train_dialog_init (FseTrainDialog *dialog)
{
}

static void
set_values (FseTrainDialog *dialog)
{
  FseTrainRequest  *request = dialog->request;
  g_autofree gchar *fresh   = request->model[0] ? NULL : fresh_model (dialog->host);

  gtk_entry_set_text (GTK_ENTRY (dialog->model), fresh ? fresh : request->model);
  gtk_combo_box_set_active (GTK_COMBO_BOX (dialog->unit), request->steps > 0 ? 1 : 0);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (dialog->budget), request->steps > 0 ? request->steps : request->minutes);
  if (request->before->len || request->after->len)
    fse_pair_list_set (FSE_PAIR_LIST (dialog->pairs), request->before, request->after);
  else
    fse_pair_list_auto (FSE_PAIR_LIST (dialog->pairs));
  if (request->folder[0])
    {
      gtk_file_chooser_set_filename (GTK_FILE_CHOOSER (dialog->folder), request->folder);
      if (! request->before->len)
        gtk_stack_set_visible_child_name (GTK_STACK (dialog->stack), "folder");
    }
}

GtkWidget *
fse_train_dialog_new (FseHost *host, FseTrainRequest *request)
{
  FseTrainDialog *dialog  = g_object_new (FSE_TYPE_TRAIN_DIALOG, "use-header-bar", 0, NULL);
  GtkWidget      *content = gtk_dialog_get_content_area (GTK_DIALOG (dialog));
  GtkWidget      *box     = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  dialog->host    = host;
  dialog->request = request;
  gtk_window_set_title (GTK_WINDOW (dialog), _("Few-shot Edit: Train"));
  dialog->message  = named (fse_message_bar_new (), "message");
  dialog->settings = build_settings (dialog);
  dialog->progress = build_progress (dialog);
  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  gtk_box_pack_start (GTK_BOX (box), dialog->message, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->settings, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->progress, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), box, TRUE, TRUE, 0);

  dialog->close  = named (gtk_dialog_add_button (GTK_DIALOG (dialog), _("_Cancel"), GTK_RESPONSE_CLOSE), "close");
  dialog->resume = named (gtk_dialog_add_button (GTK_DIALOG (dialog), _("Res_ume"), RESPONSE_RESUME), "resume");
  dialog->train  = named (gtk_dialog_add_button (GTK_DIALOG (dialog), _("_Train"), GTK_RESPONSE_APPLY), "train");
  gtk_widget_set_tooltip_text (dialog->resume, _("Go on with the training that was stopped, from its checkpoint"));
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_APPLY);
  gtk_widget_show_all (box);
  set_values (dialog);
  update_buttons (dialog);
  return GTK_WIDGET (dialog);
}

gboolean
fse_train_dialog_result (FseTrainDialog *dialog, guint *steps, gdouble *loss)
{
  *steps = dialog->steps;
  *loss  = dialog->loss;
  return dialog->trained;
}

gboolean
fse_train_dialog_run (FseHost *host, FseTrainRequest *request, guint *steps, gdouble *loss, GError **error)
{
  FseTrainDialog *dialog = FSE_TRAIN_DIALOG (fse_train_dialog_new (host, request));
  gboolean        trained;

  fse_ui_run_dialog (host, GTK_WINDOW (dialog));
  trained = fse_train_dialog_result (dialog, steps, loss);
  fse_device_combo_settle (FSE_DEVICE_COMBO (dialog->device)); /* no thread may outlive the main one */
  gtk_widget_destroy (GTK_WIDGET (dialog));
  fse_ui_breathe ();
  if (! trained)
    g_set_error_literal (error, FSE_ERROR, FSE_ERROR_CANCELLED, "");
  return trained;
}
