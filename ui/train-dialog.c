/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See train-dialog.h.  The widgets have names (gtk_widget_set_name) by which
 * tests find them.
 */
#include "i18n.h"

#include "train-dialog.h"

#include "message-bar.h"
#include "model-folder.h"
#include "question-bar.h"
#include "runs.h"
#include "train-progress.h"
#include "train-result.h"
#include "train-settings.h"
#include "ui-init.h"
#include "unfinished.h"

#define POLL_MILLISECONDS 100

enum
{
  RESPONSE_RESUME = 1,
  RESPONSE_PAUSE,
  RESPONSE_STOP,      /* and keep the model */
  RESPONSE_FURTHER,
  RESPONSE_APPLY_NOW,
  RESPONSE_BACK
};

/* Answers to the questions that closing asks, and a name that is taken. */
enum
{
  ANSWER_GO_ON = 1,
  ANSWER_KEEP,
  ANSWER_CLOSE,
  ANSWER_BOTH,
  ANSWER_REPLACE
};

struct _FseTrainDialog
{
  GtkDialog        parent_instance;
  FseHost         *host;
  gint             layer;   /* the current one, or -1 */
  FseTrainRequest *request;
  FseUnfinished   *offered; /* a training that was interrupted some time */
  FseTrainRun     *run;
  guint            timer;
  gboolean         stopping, paused, want_close;

  gboolean         trained, apply_now;
  guint            steps;
  gdouble          loss;

  GtkWidget       *message, *question, *taken, *stack, *settings, *progress, *result;
  GtkWidget       *close, *back, *pause, *stop, *resume, *further, *apply, *train;
};

G_DEFINE_TYPE (FseTrainDialog, fse_train_dialog, GTK_TYPE_DIALOG)

static gboolean
shows_settings (FseTrainDialog *dialog)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (GTK_STACK (dialog->stack)), "settings") == 0;
}

static gboolean
can_resume (FseTrainDialog *dialog)
{
  g_autofree gchar *model      = fse_train_settings_model (FSE_TRAIN_SETTINGS (dialog->settings));
  g_autofree gchar *checkpoint = model[0] ? fse_checkpoint_path (model) : NULL;

  return dialog->offered || (checkpoint && g_file_test (checkpoint, G_FILE_TEST_EXISTS));
}

static void
update_buttons (FseTrainDialog *dialog)
{
  gboolean running  = dialog->run != NULL;
  gboolean settings = shows_settings (dialog);

  gtk_widget_set_sensitive (dialog->train, ! running);
  gtk_widget_set_sensitive (dialog->resume, ! running);
  gtk_widget_set_sensitive (dialog->pause, ! dialog->stopping);
  gtk_widget_set_sensitive (dialog->stop, ! dialog->stopping);
  gtk_widget_set_sensitive (dialog->close, ! dialog->stopping);
  gtk_widget_set_visible (dialog->train, settings);
  gtk_widget_set_visible (dialog->resume, settings && can_resume (dialog));
  gtk_widget_set_visible (dialog->pause, running);
  gtk_widget_set_visible (dialog->stop, running);
  gtk_widget_set_visible (dialog->back, ! running && ! settings);
  gtk_widget_set_visible (dialog->further, ! running && ! settings);
  gtk_widget_set_visible (dialog->apply, ! running && ! settings);
  gtk_widget_set_visible (dialog->result, ! running && dialog->trained);
  gtk_button_set_label (GTK_BUTTON (dialog->pause), dialog->paused ? _("_Go On") : _("_Pause"));
  gtk_button_set_label (GTK_BUTTON (dialog->close), running || ! dialog->trained ? _("_Cancel") : _("_Close"));
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), settings ? GTK_RESPONSE_APPLY : running ? GTK_RESPONSE_NONE : RESPONSE_APPLY_NOW);
}

static void
tell (FseTrainDialog *dialog, GtkMessageType type, const gchar *text)
{
  fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), type, text);
}

/* --- a run ---------------------------------------------------------------- */

static const gchar *
instead_of_steps (FseTrainDialog *dialog)
{
  return dialog->stopping ? _("Stopping; what was learnt is being saved") : dialog->paused ? _("Paused") : NULL;
}

static void
succeed (FseTrainDialog *dialog, const FseSnapshot *snapshot, const gchar *warnings)
{
  g_autofree gchar *text = g_strdup_printf (_("The edit is saved. Filters > Few-shot Edit > Apply… does it to any picture.%s%s"),
                                            warnings ? "\n" : "", warnings ? warnings : "");

  dialog->trained = TRUE;
  dialog->steps   = snapshot->step;
  dialog->loss    = snapshot->loss;
  fse_train_progress_end (FSE_TRAIN_PROGRESS (dialog->progress), TRUE, _("Trained"));
  fse_train_result_set (FSE_TRAIN_RESULT (dialog->result), dialog->request->model);
  tell (dialog, GTK_MESSAGE_INFO, text);
}

static void
fail (FseTrainDialog *dialog, const FseSnapshot *snapshot, const GError *error)
{
  gboolean          stopped = g_error_matches (error, FSE_ERROR, FSE_ERROR_CANCELLED);
  g_autofree gchar *text    = NULL;

  fse_train_progress_end (FSE_TRAIN_PROGRESS (dialog->progress), FALSE, stopped ? _("Stopped") : _("Failed"));
  if (stopped && snapshot->step > 0)
    text = g_strdup_printf (_("Training was stopped after step %u. A checkpoint lies beside the model: "
                              "Resume goes on from there."), snapshot->step);
  tell (dialog, stopped ? GTK_MESSAGE_WARNING : GTK_MESSAGE_ERROR, text ? text : error->message);
  gtk_stack_set_visible_child_name (GTK_STACK (dialog->stack), "settings");
}

/* Those of a resumed training, whose file of pairs goes with the checkpoint: it may be trained further. */
static void
keep_pairs (FseTrainDialog *dialog, FsePairs *pairs)
{
  fse_pairs_free (dialog->request->pairs);
  dialog->request->pairs = pairs;
}

static void
finish (FseTrainDialog *dialog)
{
  g_autoptr (GError) error    = NULL;
  g_autofree gchar  *warnings = fse_train_run_warnings (dialog->run);
  FseSnapshot        snapshot = { 0 };

  fse_train_progress_look (FSE_TRAIN_PROGRESS (dialog->progress), dialog->run, NULL, &snapshot);
  keep_pairs (dialog, dialog->request->examples->len == 0 ? fse_train_run_take_pairs (dialog->run) : NULL);
  if (fse_train_run_end (g_steal_pointer (&dialog->run), &error))
    succeed (dialog, &snapshot, warnings);
  else
    fail (dialog, &snapshot, error);
  dialog->stopping = dialog->paused = FALSE;
  gtk_widget_hide (dialog->question);
  update_buttons (dialog);
  if (dialog->want_close)
    gtk_widget_hide (GTK_WIDGET (dialog));
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
  fse_train_progress_look (FSE_TRAIN_PROGRESS (dialog->progress), dialog->run, instead_of_steps (dialog), &snapshot);
  return G_SOURCE_CONTINUE;
}

/* What Advanced took is given back, where the page to come needs less. */
static void
shrink (FseTrainDialog *dialog)
{
  gint width, height;

  gtk_window_get_size (GTK_WINDOW (dialog), &width, &height);
  gtk_window_resize (GTK_WINDOW (dialog), width, 1);
}

/* A layer that is learnt from shows nothing new. */
static gint
guest_for (FseTrainDialog *dialog)
{
  GPtrArray *examples = dialog->request->examples;

  for (guint i = 0; i < examples->len; i++)
    {
      const FseExample *example = g_ptr_array_index (examples, i);

      if ((! example->before.file && example->before.layer == dialog->layer)
          || (! example->after.file && example->after.layer == dialog->layer))
        return -1;
    }
  return dialog->layer;
}

static void
begin (FseTrainDialog *dialog)
{
  g_autoptr (GError) error  = NULL;
  g_autofree gchar  *folder = g_path_get_dirname (dialog->request->model);

  if (g_str_has_prefix (folder, dialog->host->folder)) /* ours need not exist before */
    g_mkdir_with_parents (folder, 0700);
  tell (dialog, GTK_MESSAGE_INFO, NULL);
  dialog->request->guest = guest_for (dialog);
  dialog->run = fse_train_run_start (dialog->host, dialog->request, FALSE, &error);
  if (! dialog->run)
    {
      tell (dialog, GTK_MESSAGE_ERROR, error->message);
      return;
    }
  g_clear_pointer (&dialog->offered, fse_unfinished_free);
  dialog->stopping = dialog->paused = FALSE;
  fse_train_progress_clear (FSE_TRAIN_PROGRESS (dialog->progress));
  gtk_stack_set_visible_child_name (GTK_STACK (dialog->stack), "progress");
  shrink (dialog);
  dialog->timer = g_timeout_add (POLL_MILLISECONDS, look, dialog);
  update_buttons (dialog);
}

static void
begin_new (FseTrainDialog *dialog, gboolean replace)
{
  FseTrainSettings *settings = FSE_TRAIN_SETTINGS (dialog->settings);
  g_autofree gchar *model    = fse_train_settings_model (settings);
  g_autofree gchar *path     = g_filename_from_utf8 (model, -1, NULL, NULL, NULL);
  g_autofree gchar *half     = path && path[0] ? fse_checkpoint_path (path) : NULL;
  gboolean          whole    = path && g_file_test (path, G_FILE_TEST_IS_REGULAR);
  g_autofree gchar *name     = NULL, *question = NULL;

  gtk_widget_hide (dialog->taken);
  if (! replace && (whole || (half && g_file_test (half, G_FILE_TEST_EXISTS))))
    {
      name     = fse_model_name (path);
      question = g_strdup_printf (whole ? _("There is an edit called “%s” already. Shall the new one replace it?")
                                        : _("The training of “%s” can still be resumed. Shall the new one replace it?"), name);
      tell (dialog, GTK_MESSAGE_INFO, NULL);
      fse_question_bar_ask (dialog->taken, question);
      return;
    }
  fse_train_settings_take (settings, dialog->request);
  dialog->request->resume = dialog->request->further = FALSE;
  keep_pairs (dialog, NULL);
  begin (dialog);
}

static void
on_taken (GtkInfoBar *taken, gint answer, FseTrainDialog *dialog)
{
  if (answer == ANSWER_BOTH)
    fse_train_settings_rename (FSE_TRAIN_SETTINGS (dialog->settings));
  if (answer == ANSWER_BOTH || answer == ANSWER_REPLACE)
    begin_new (dialog, answer == ANSWER_REPLACE);
}

/* With the pairs that lie beside the checkpoint, where they do; how long to
 * train may have been changed meanwhile, the rest may not. */
static void
begin_resumed (FseTrainDialog *dialog)
{
  FseTrainRequest          *request = dialog->request;
  g_autofree gchar         *model   = fse_train_settings_model (FSE_TRAIN_SETTINGS (dialog->settings));
  g_autoptr (FseUnfinished) found   = fse_unfinished_find (model);
  g_autofree gchar         *text    = NULL;
  gboolean                  own; /* the length was set by hand */
  gint                      steps;
  gdouble                   minutes;

  fse_train_settings_take (FSE_TRAIN_SETTINGS (dialog->settings), request);
  own     = ! request->quality[0];
  steps   = request->steps;
  minutes = request->minutes;
  if (found || dialog->offered)
    {
      text = fse_train_request_to_text (found ? found->request : dialog->offered->request);
      fse_train_request_from_text (request, text);
    }
  if (found && own)
    {
      request->steps   = steps;
      request->minutes = minutes;
    }
  request->resume  = TRUE;
  request->further = FALSE;
  keep_pairs (dialog, NULL);
  begin (dialog);
}

static void
begin_further (FseTrainDialog *dialog)
{
  dialog->request->resume  = FALSE;
  dialog->request->further = TRUE;
  begin (dialog);
}

/* --- the user's hand ------------------------------------------------------ */

static void
stop (FseTrainDialog *dialog, gboolean keep)
{
  dialog->stopping = TRUE;
  gtk_widget_hide (dialog->question);
  if (keep)
    fse_train_run_stop (dialog->run);
  else
    fse_train_run_cancel (dialog->run);
  update_buttons (dialog);
}

static void
on_answer (GtkInfoBar *question, gint answer, FseTrainDialog *dialog)
{
  if (! dialog->run || dialog->stopping || (answer != ANSWER_KEEP && answer != ANSWER_CLOSE))
    return;
  dialog->want_close = TRUE;
  stop (dialog, answer == ANSWER_KEEP);
}

static void
on_response (GtkDialog *widget, gint response)
{
  FseTrainDialog *dialog = FSE_TRAIN_DIALOG (widget);

  if (dialog->run)
    {
      if (dialog->stopping)
        return;
      switch (response)
        {
        case GTK_RESPONSE_CLOSE: /* the button */
          stop (dialog, FALSE);
          break;
        case RESPONSE_STOP:
          stop (dialog, TRUE);
          break;
        case RESPONSE_PAUSE:
          dialog->paused = ! dialog->paused;
          fse_train_run_pause (dialog->run, dialog->paused);
          update_buttons (dialog);
          break;
        default: /* Escape, the window's close */
          fse_question_bar_ask (dialog->question, NULL);
        }
      return;
    }
  switch (response)
    {
    case GTK_RESPONSE_APPLY:
      begin_new (dialog, FALSE);
      break;
    case RESPONSE_RESUME:
      begin_resumed (dialog);
      break;
    case RESPONSE_FURTHER:
      begin_further (dialog);
      break;
    case RESPONSE_BACK:
      gtk_stack_set_visible_child_name (GTK_STACK (dialog->stack), "settings");
      tell (dialog, GTK_MESSAGE_INFO, NULL);
      update_buttons (dialog);
      break;
    case RESPONSE_APPLY_NOW:
      dialog->apply_now = TRUE;
      gtk_widget_hide (GTK_WIDGET (dialog));
      break;
    default: /* the button, Escape, the window's close */
      gtk_widget_hide (GTK_WIDGET (dialog));
    }
}

/* --- building ------------------------------------------------------------- */

static void
on_renamed (FseTrainResult *result, const gchar *model, FseTrainDialog *dialog)
{
  fse_request_string (&dialog->request->model, model);
}

static void
on_problem (FseTrainResult *result, const gchar *sentence, FseTrainDialog *dialog)
{
  tell (dialog, GTK_MESSAGE_ERROR, sentence);
}

static void
on_unavailable (FseDeviceCombo *combo, const gchar *sentence, FseTrainDialog *dialog)
{
  tell (dialog, GTK_MESSAGE_ERROR, sentence);
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
  g_clear_pointer (&dialog->offered, fse_unfinished_free);
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
  G_OBJECT_CLASS (klass)->dispose        = dispose;
  GTK_WIDGET_CLASS (klass)->delete_event = on_delete_event;
  GTK_DIALOG_CLASS (klass)->response     = on_response;
}

static void
fse_train_dialog_init (FseTrainDialog *dialog)
{
}

static GtkWidget *
build_question (FseTrainDialog *dialog)
{
  const FseAnswer answers[] = {
    { ANSWER_GO_ON, _("Keep _Training") },
    { ANSWER_KEEP, _("Save the Edit as It Is and Clos_e") },
    { ANSWER_CLOSE, _("Close; Resume _Later") },
  };
  GtkWidget *bar = fse_question_bar_new ("question", _("The training is not at its end. Close all the same?"),
                                         answers, G_N_ELEMENTS (answers));

  g_signal_connect (bar, "response", G_CALLBACK (on_answer), dialog);
  return bar;
}

static GtkWidget *
build_taken (FseTrainDialog *dialog)
{
  const FseAnswer answers[] = { { ANSWER_BOTH, _("Keep _Both") }, { ANSWER_REPLACE, _("Re_place It") } };
  GtkWidget      *bar       = fse_question_bar_new ("taken", "", answers, G_N_ELEMENTS (answers));

  g_signal_connect (bar, "response", G_CALLBACK (on_taken), dialog);
  return bar;
}

static GtkWidget *
add_button (FseTrainDialog *dialog, const gchar *name, const gchar *label, gint response, const gchar *tip)
{
  GtkWidget *button = fse_named (gtk_dialog_add_button (GTK_DIALOG (dialog), label, response), name);

  if (tip)
    gtk_widget_set_tooltip_text (button, tip);
  return button;
}

static void
add_buttons (FseTrainDialog *dialog)
{
  dialog->close   = add_button (dialog, "close", _("_Cancel"), GTK_RESPONSE_CLOSE, NULL);
  dialog->back    = add_button (dialog, "back", _("_Settings"), RESPONSE_BACK, _("Back to the pairs and settings"));
  dialog->pause   = add_button (dialog, "pause", _("_Pause"), RESPONSE_PAUSE, _("Leave the device to others for a while"));
  dialog->resume  = add_button (dialog, "resume", _("Res_ume"), RESPONSE_RESUME,
                                _("Go on with the training that was stopped, from its checkpoint"));
  dialog->further = add_button (dialog, "further", _("Train _Further"), RESPONSE_FURTHER,
                                _("Train as long again, from what is learnt by now"));
  dialog->stop    = add_button (dialog, "stop", _("Stop and _Keep"), RESPONSE_STOP, _("End now, and save the edit as it is"));
  dialog->apply   = add_button (dialog, "apply-now", _("_Apply Now…"), RESPONSE_APPLY_NOW, _("Do the edit to the current layer"));
  dialog->train   = add_button (dialog, "train", _("_Train"), GTK_RESPONSE_APPLY, NULL);
  gtk_style_context_add_class (gtk_widget_get_style_context (dialog->train), GTK_STYLE_CLASS_SUGGESTED_ACTION);
  gtk_style_context_add_class (gtk_widget_get_style_context (dialog->apply), GTK_STYLE_CLASS_SUGGESTED_ACTION);
}

/* A training that was interrupted, by whatever, is offered first thing. */
static void
offer_unfinished (FseTrainDialog *dialog)
{
  g_autofree gchar     *folder = g_build_filename (dialog->host->folder, "models", NULL);
  g_autoptr (GPtrArray) list   = fse_unfinished_list (folder);
  g_autofree gchar     *name = NULL, *text = NULL;

  if (dialog->request->model[0])
    dialog->offered = fse_unfinished_find (dialog->request->model);
  if (! dialog->offered && list->len > 0)
    dialog->offered = g_ptr_array_steal_index (list, 0);
  if (! dialog->offered)
    return;
  name = fse_model_name (dialog->offered->model);
  text = g_strdup_printf (_("The training of “%s” was interrupted after step %u: Resume goes on with it."), name, dialog->offered->step);
  tell (dialog, GTK_MESSAGE_INFO, text);
}

GtkWidget *
fse_train_dialog_new (FseHost *host, gint layer, FseTrainRequest *request)
{
  FseTrainDialog *dialog  = g_object_new (FSE_TYPE_TRAIN_DIALOG, "use-header-bar", 0, NULL);
  GtkWidget      *content = gtk_dialog_get_content_area (GTK_DIALOG (dialog));
  GtkWidget      *box     = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  dialog->host    = host;
  dialog->layer   = layer;
  dialog->request = request;
  gtk_window_set_title (GTK_WINDOW (dialog), _("Few-shot Edit: Train"));
  dialog->message  = fse_named (fse_message_bar_new (), "message");
  dialog->question = build_question (dialog);
  dialog->taken    = build_taken (dialog);
  dialog->stack    = fse_named (gtk_stack_new (), "stack");
  dialog->progress = fse_train_progress_new ();
  dialog->result   = fse_named (fse_train_result_new (), "result");
  dialog->settings = fse_train_settings_new (host, request);
  gtk_stack_set_vhomogeneous (GTK_STACK (dialog->stack), FALSE);
  gtk_stack_set_hhomogeneous (GTK_STACK (dialog->stack), FALSE);
  gtk_stack_add_named (GTK_STACK (dialog->stack), dialog->settings, "settings");
  gtk_stack_add_named (GTK_STACK (dialog->stack), dialog->progress, "progress");
  gtk_box_pack_start (GTK_BOX (dialog->progress), dialog->result, FALSE, FALSE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (dialog), 12);
  gtk_box_set_spacing (GTK_BOX (content), 12);
  gtk_box_pack_start (GTK_BOX (box), dialog->message, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->question, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->taken, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->stack, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (content), box, TRUE, TRUE, 0);
  add_buttons (dialog);
  gtk_widget_show_all (box);
  offer_unfinished (dialog);
  update_buttons (dialog);
  g_signal_connect_swapped (dialog->settings, "changed", G_CALLBACK (update_buttons), dialog);
  g_signal_connect (dialog->result, "renamed", G_CALLBACK (on_renamed), dialog);
  g_signal_connect (dialog->result, "problem", G_CALLBACK (on_problem), dialog);
  g_signal_connect (fse_train_settings_device (FSE_TRAIN_SETTINGS (dialog->settings)), "unavailable",
                    G_CALLBACK (on_unavailable), dialog);
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
fse_train_dialog_run (FseHost *host, gint layer, FseTrainRequest *request, guint *steps, gdouble *loss, gboolean *apply_now, GError **error)
{
  FseTrainDialog *dialog = FSE_TRAIN_DIALOG (fse_train_dialog_new (host, layer, request));
  gboolean        trained;

  fse_ui_run_dialog (host, GTK_WINDOW (dialog));
  trained    = fse_train_dialog_result (dialog, steps, loss);
  *apply_now = dialog->apply_now;
  if (! trained) /* what was chosen comes back the next time */
    {
      fse_train_settings_take (FSE_TRAIN_SETTINGS (dialog->settings), request);
      if (fse_pair_list_is_auto (fse_train_settings_pairs (FSE_TRAIN_SETTINGS (dialog->settings))))
        g_ptr_array_set_size (request->examples, 0);
    }
  fse_train_settings_settle (FSE_TRAIN_SETTINGS (dialog->settings)); /* no thread may outlive the main one */
  gtk_widget_destroy (GTK_WIDGET (dialog));
  fse_ui_breathe ();
  if (! trained)
    g_set_error_literal (error, FSE_ERROR, FSE_ERROR_CANCELLED, "");
  return trained;
}
