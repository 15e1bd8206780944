/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See train-dialog.h.  The widgets have names (gtk_widget_set_name) by which
 * tests find them.
 */
#include "config-i18n.h"

#include "train-dialog.h"

#include <math.h>

#include "loss-plot.h"
#include "message-bar.h"
#include "runs.h"
#include "train-settings.h"
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

  GtkWidget       *message, *settings;
  GtkWidget       *progress, *plot, *bar, *status;
  GtkWidget       *close, *resume, *train;
};

G_DEFINE_TYPE (FseTrainDialog, fse_train_dialog, GTK_TYPE_DIALOG)

static void
update_buttons (FseTrainDialog *dialog)
{
  g_autofree gchar *model      = fse_train_settings_model (FSE_TRAIN_SETTINGS (dialog->settings));
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
  fse_train_settings_take (FSE_TRAIN_SETTINGS (dialog->settings), dialog->request);
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
on_unavailable (FseDeviceCombo *combo, const gchar *sentence, FseTrainDialog *dialog)
{
  fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), GTK_MESSAGE_ERROR, sentence);
}

static GtkWidget *
build_progress (FseTrainDialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  dialog->plot = fse_named (fse_loss_plot_new (), "plot");
  dialog->bar  = fse_named (gtk_progress_bar_new (), "bar");
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (dialog->bar), TRUE);
  atk_object_set_name (gtk_widget_get_accessible (dialog->bar), _("Training progress"));
  dialog->status = fse_named (gtk_label_new (""), "status");
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

GtkWidget *
fse_train_dialog_new (FseHost *host, FseTrainRequest *request)
{
  FseTrainDialog *dialog  = g_object_new (FSE_TYPE_TRAIN_DIALOG, "use-header-bar", 0, NULL);
  GtkWidget      *content = gtk_dialog_get_content_area (GTK_DIALOG (dialog));
  GtkWidget      *box     = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  dialog->host    = host;
  dialog->request = request;
  gtk_window_set_title (GTK_WINDOW (dialog), _("Few-shot Edit: Train"));
  dialog->message  = fse_named (fse_message_bar_new (), "message");
  dialog->settings = fse_train_settings_new (host, request);
  g_signal_connect_swapped (dialog->settings, "changed", G_CALLBACK (update_buttons), dialog);
  g_signal_connect (fse_train_settings_device (FSE_TRAIN_SETTINGS (dialog->settings)), "unavailable",
                    G_CALLBACK (on_unavailable), dialog);
  dialog->progress = build_progress (dialog);
  gtk_container_set_border_width (GTK_CONTAINER (dialog), 12);
  gtk_box_set_spacing (GTK_BOX (content), 12);
  gtk_box_pack_start (GTK_BOX (box), dialog->message, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->settings, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->progress, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), box, TRUE, TRUE, 0);

  dialog->close  = fse_named (gtk_dialog_add_button (GTK_DIALOG (dialog), _("_Cancel"), GTK_RESPONSE_CLOSE), "close");
  dialog->resume = fse_named (gtk_dialog_add_button (GTK_DIALOG (dialog), _("Res_ume"), RESPONSE_RESUME), "resume");
  dialog->train  = fse_named (gtk_dialog_add_button (GTK_DIALOG (dialog), _("_Train"), GTK_RESPONSE_APPLY), "train");
  gtk_widget_set_tooltip_text (dialog->resume, _("Go on with the training that was stopped, from its checkpoint"));
  gtk_style_context_add_class (gtk_widget_get_style_context (dialog->train), GTK_STYLE_CLASS_SUGGESTED_ACTION);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_APPLY);
  gtk_widget_show_all (box);
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
  fse_device_combo_settle (fse_train_settings_device (FSE_TRAIN_SETTINGS (dialog->settings))); /* no thread may outlive the main one */
  gtk_widget_destroy (GTK_WIDGET (dialog));
  fse_ui_breathe ();
  if (! trained)
    g_set_error_literal (error, FSE_ERROR, FSE_ERROR_CANCELLED, "");
  return trained;
}
