/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Train dialog with a host of our own and the real engine: a small training
 * to its end, stopped and resumed.
 */
#include <gtk/gtk.h>

#include <string.h>

#include "dialog-tools.h"
#include "fake-host.h"
#include "model/model-file.h"
#include "model/settings.h"
#include "training/trainer.h"
#include "ui/pair-list.h"
#include "ui/split-preview.h"
#include "ui/train-dialog.h"
#include "ui/ui-init.h"
#include "ui/unfinished.h"

static gchar *folder; /* of this run */

static gboolean
is_idle (GtkWidget *dialog)
{
  return gtk_widget_get_sensitive (dialog_part (dialog, "train"));
}

static gboolean
has_steps (GtkWidget *dialog)
{
  return gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (dialog_part (dialog, "bar"))) > 0.0
         && strstr (gtk_progress_bar_get_text (GTK_PROGRESS_BAR (dialog_part (dialog, "bar"))), "Step") != NULL
         && ! strstr (gtk_progress_bar_get_text (GTK_PROGRESS_BAR (dialog_part (dialog, "bar"))), "Step 0");
}

static void
set_budget (GtkWidget *dialog, gint steps)
{
  gtk_combo_box_set_active (GTK_COMBO_BOX (dialog_part (dialog, "unit")), 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (dialog_part (dialog, "budget")), steps);
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (dialog_part (dialog, "size")), "64");
}

static FseTrainRequest *
new_train_request (const gchar *name)
{
  FseTrainRequest  *request = fse_train_request_new ();
  g_autofree gchar *path    = g_build_filename (folder, name, NULL);

  fse_request_string (&request->model, path);
  g_strfreev (request->settings);
  request->settings = g_strsplit ("batch=2", " ", -1);
  return request;
}

static void
test_train (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("edit"); /* the suffix is added */
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);
  const FseExample           *example;
  guint                       steps;
  gdouble                     loss;

  gtk_widget_show (dialog);
  dialog_screenshot (dialog, "train");
  set_budget (dialog, 6);
  dialog_press (dialog, "train");
  g_assert_cmpuint (request->examples->len, ==, FAKE_PAIRS);
  example = g_ptr_array_index (request->examples, 2);
  g_assert_cmpint (example->before.layer, ==, 12);
  g_assert_cmpint (example->after.layer, ==, 32);
  g_assert_false (is_idle (dialog));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (dialog_part (dialog, "close"))), ==, "_Cancel");
  dialog_wait_for (dialog, "the training ended", is_idle);
  dialog_screenshot (dialog, "train-done");
  dialog_assert_message (dialog, "The edit is saved.");
  g_assert_true (fse_train_dialog_result (FSE_TRAIN_DIALOG (dialog), &steps, &loss));
  g_assert_cmpuint (steps, ==, 6);
  g_assert_cmpfloat (loss, >, 0.0);
  g_assert_true (g_str_has_suffix (request->model, "/edit.fewshot.safetensors"));
  g_assert_true (g_file_test (request->model, G_FILE_TEST_EXISTS));

  dialog_press (dialog, "close");
  g_assert_true (dialog_is_hidden (dialog));
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static void
test_stop_and_resume (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("stopped.fewshot.safetensors");
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);
  guint                       stopped = 0, steps;
  gdouble                     loss;

  gtk_widget_show (dialog);
  g_assert_false (gtk_widget_get_visible (dialog_part (dialog, "resume")));
  set_budget (dialog, 5000);
  dialog_press (dialog, "train");
  dialog_wait_for (dialog, "the first step was shown", has_steps);
  dialog_screenshot (dialog, "training");
  dialog_press (dialog, "close");
  g_assert_false (gtk_widget_get_sensitive (dialog_part (dialog, "close")));
  dialog_wait_for (dialog, "the training stopped", is_idle);
  dialog_assert_message (dialog, "Resume goes on from there");
  g_assert_false (dialog_is_hidden (dialog));
  g_assert_false (g_file_test (request->model, G_FILE_TEST_EXISTS));
  g_assert_cmpint (sscanf (strstr (dialog_message_of (dialog), "step"), "step %u", &stopped), ==, 1);
  dialog_screenshot (dialog, "train-stopped");

  set_budget (dialog, stopped + 3);
  dialog_press (dialog, "resume");
  dialog_wait_for (dialog, "the resumed training ended", is_idle);
  dialog_assert_message (dialog, "The edit is saved.");
  g_assert_true (fse_train_dialog_result (FSE_TRAIN_DIALOG (dialog), &steps, &loss));
  g_assert_cmpuint (steps, ==, stopped + 3);
  g_assert_false (gtk_widget_get_visible (dialog_part (dialog, "resume")));

  /* Its pairs are at hand, as often as it is wanted, and belong to no other training. */
  for (gint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (request->examples->len, ==, 0);
      dialog_press (dialog, "further");
      dialog_wait_for (dialog, "it trained further", is_idle);
      dialog_assert_message (dialog, "The edit is saved.");
    }
  dialog_press (dialog, "back");
  dialog_press (dialog, "clear");
  dialog_press (dialog, "train");
  gtk_info_bar_response (GTK_INFO_BAR (dialog_part (dialog, "taken")), 5); /* replace it */
  dialog_assert_message (dialog, "There are no example pairs");
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static gboolean
is_timed (GtkWidget *dialog)
{
  g_autofree gchar *text = gtk_combo_box_text_get_active_text (GTK_COMBO_BOX_TEXT (dialog_part (dialog, "quality")));

  return strstr (text, ": about ") != NULL;
}

static gchar *
shown (GtkWidget *dialog, const gchar *name)
{
  return gtk_combo_box_text_get_active_text (GTK_COMBO_BOX_TEXT (dialog_part (dialog, name)));
}

/* The qualities say how long they take here; what is left open is settled, shown, and trained by. */
static void
test_quality (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = fse_train_request_new ();
  g_autofree gchar           *model = NULL, *before = NULL, *size = NULL, *width = NULL;
  g_autoptr (FseUnfinished)   found = NULL;
  GtkWidget                  *dialog;
  gdouble                     balanced, quick;

  fse_train_request_automatic (request);
  dialog = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);
  gtk_entry_set_text (GTK_ENTRY (dialog_part (dialog, "name")), "planned");
  before = shown (dialog, "quality");
  g_assert_cmpstr (before, ==, "Balanced");
  gtk_widget_show (dialog);
  dialog_wait_for (dialog, "the device was measured", is_timed);
  size  = shown (dialog, "size");
  width = shown (dialog, "model-size");
  g_assert_nonnull (strstr (size, "Automatic: "));
  g_assert_cmpstr (width, ==, "Automatic: Small"); /* five pairs are worth no more */
  g_assert_cmpint (gtk_combo_box_get_active (GTK_COMBO_BOX (dialog_part (dialog, "unit"))), ==, 1);
  balanced = gtk_spin_button_get_value (GTK_SPIN_BUTTON (dialog_part (dialog, "budget")));
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (dialog_part (dialog, "quality")), "quick");
  quick = gtk_spin_button_get_value (GTK_SPIN_BUTTON (dialog_part (dialog, "budget")));
  g_assert_cmpfloat (quick, >=, 100);
  g_assert_cmpfloat (quick, <, balanced);

  dialog_press (dialog, "train");
  dialog_wait_for (dialog, "the first step was made", has_steps);
  dialog_press (dialog, "close");
  dialog_wait_for (dialog, "the training stopped", is_idle);
  g_assert_cmpstr (request->quality, ==, "quick"); /* what is remembered is what was asked for */
  model = g_build_filename (folder, "models", "planned.fewshot.safetensors", NULL);
  found = fse_unfinished_find (model);
  g_assert_nonnull (found);
  g_assert_cmpstr (found->request->quality, ==, ""); /* and what is resumed is what was begun */
  g_assert_cmpint (found->request->steps, ==, (gint) quick);
  g_assert_cmpint (found->request->size, >=, 64);

  gtk_spin_button_set_value (GTK_SPIN_BUTTON (dialog_part (dialog, "budget")), 77);
  g_assert_cmpstr (gtk_combo_box_get_active_id (GTK_COMBO_BOX (dialog_part (dialog, "quality"))), ==, "own");
  fse_unfinished_drop (model, TRUE);
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static gboolean
shows_example (GtkWidget *dialog)
{
  return fse_split_preview_has_after (FSE_SPLIT_PREVIEW (dialog_part (dialog, "live")));
}

static gboolean
shows_guest (GtkWidget *dialog)
{
  return fse_split_preview_has_after (FSE_SPLIT_PREVIEW (dialog_part (dialog, "guest")));
}

static gboolean
thumbnails_are_there (GtkWidget *dialog)
{
  return ! fse_pair_list_busy (FSE_PAIR_LIST (dialog_part (dialog, "pairs")));
}

static gboolean
is_asked (GtkWidget *dialog)
{
  return gtk_widget_get_visible (dialog_part (dialog, "question"));
}

static gboolean
is_paused (GtkWidget *dialog)
{
  return strcmp (gtk_progress_bar_get_text (GTK_PROGRESS_BAR (dialog_part (dialog, "bar"))), "Paused") == 0;
}

/* Paused it makes no step; kept it writes the model; then it trains further, and is closed with a question. */
static void
test_pause_keep_further (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("kept.fewshot.safetensors");
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);
  g_autofree gchar           *checkpoint = NULL;
  g_autofree gchar           *status     = NULL;
  guint                       steps;
  gdouble                     loss;

  gtk_widget_show (dialog);
  set_budget (dialog, 100000);
  dialog_press (dialog, "train");
  dialog_wait_for (dialog, "an example was shown", shows_example);
  g_assert_true (fse_split_preview_has_truth (FSE_SPLIT_PREVIEW (dialog_part (dialog, "live"))));
  dialog_wait_for (dialog, "the current layer was shown", shows_guest);
  g_assert_true (gtk_widget_get_visible (dialog_part (dialog, "guest")));
  dialog_screenshot (dialog, "live");
  dialog_press (dialog, "pause");
  dialog_wait_for (dialog, "it paused", is_paused);
  checkpoint = fse_checkpoint_path (request->model);
  for (gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
       ! g_file_test (checkpoint, G_FILE_TEST_EXISTS) && g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  for (gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 2; g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, FALSE); /* what was known before is shown */
  status = g_strdup (gtk_label_get_text (GTK_LABEL (dialog_part (dialog, "status"))));
  for (gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 2; g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (dialog_part (dialog, "status"))), ==, status);
  dialog_screenshot (dialog, "paused");
  dialog_press (dialog, "stop");
  dialog_wait_for (dialog, "the model was kept", is_idle);
  dialog_assert_message (dialog, "The edit is saved.");
  g_assert_true (fse_train_dialog_result (FSE_TRAIN_DIALOG (dialog), &steps, &loss));
  g_assert_cmpuint (steps, >, 0);
  g_assert_cmpuint (steps, <, 100000);
  g_assert_true (g_file_test (request->model, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  dialog_screenshot (dialog, "kept");

  dialog_press (dialog, "further");
  dialog_wait_for (dialog, "it trained further", has_steps);
  gtk_window_close (GTK_WINDOW (dialog));
  dialog_wait_for (dialog, "closing asked", is_asked);
  dialog_screenshot (dialog, "question");
  gtk_info_bar_response (GTK_INFO_BAR (dialog_part (dialog, "question")), 3);
  dialog_wait_for (dialog, "the dialog was closed", dialog_is_hidden);
  g_assert_true (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  dialog_destroy (dialog);

  /* The next time it is offered, and needs no layers any more. */
  fake->empty = TRUE;
  g_ptr_array_set_size (request->examples, 0);
  dialog = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);
  gtk_widget_show (dialog);
  dialog_assert_message (dialog, "was interrupted after step");
  dialog_press (dialog, "resume");
  dialog_wait_for (dialog, "it went on", has_steps);
  dialog_press (dialog, "stop");
  dialog_wait_for (dialog, "the model was kept", is_idle);
  dialog_assert_message (dialog, "The edit is saved.");
  g_assert_false (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static gboolean
is_taken (GtkWidget *dialog)
{
  return gtk_widget_get_visible (dialog_part (dialog, "taken"));
}

/* At the end the edit gets another name; the next training never writes over it unasked. */
static void
test_names (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("first.fewshot.safetensors");
  g_autofree gchar           *first   = g_strdup (request->model);
  g_autoptr (FseModelInfo)    info    = NULL;
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);

  gtk_widget_show (dialog);
  set_budget (dialog, 2);
  gtk_entry_set_text (GTK_ENTRY (dialog_part (dialog, "instruction")), "make it warm");
  g_assert_false (gtk_widget_get_visible (dialog_part (dialog, "result")));
  dialog_press (dialog, "train");
  dialog_wait_for (dialog, "the training ended", is_idle);
  g_assert_true (gtk_widget_get_visible (dialog_part (dialog, "result")));
  g_assert_cmpstr (gtk_entry_get_text (GTK_ENTRY (dialog_part (dialog, "result-name"))), ==, "first");
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (dialog_part (dialog, "result-place"))), ==, folder);
  g_assert_false (gtk_widget_get_sensitive (dialog_part (dialog, "rename")));
  gtk_entry_set_text (GTK_ENTRY (dialog_part (dialog, "result-name")), "warm/er");
  dialog_press (dialog, "rename");
  dialog_assert_message (dialog, "choose another one");
  gtk_entry_set_text (GTK_ENTRY (dialog_part (dialog, "result-name")), "warmer");
  dialog_press (dialog, "rename");
  g_assert_false (g_file_test (first, G_FILE_TEST_EXISTS));
  g_assert_true (g_str_has_suffix (request->model, "/warmer.fewshot.safetensors"));
  info = fse_model_info_load (request->model, NULL);
  g_assert_cmpstr (info->instruction, ==, "make it warm");

  dialog_press (dialog, "back");
  gtk_entry_set_text (GTK_ENTRY (dialog_part (dialog, "name")), "warmer");
  dialog_press (dialog, "train");
  g_assert_true (is_taken (dialog));
  dialog_screenshot (dialog, "taken");
  gtk_info_bar_response (GTK_INFO_BAR (dialog_part (dialog, "taken")), 4); /* keep both */
  g_assert_false (is_taken (dialog));
  dialog_wait_for (dialog, "the training ended", is_idle);
  g_assert_true (g_str_has_suffix (request->model, "/warmer 2.fewshot.safetensors"));
  dialog_destroy (dialog);

  dialog = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request); /* proposes a name that is free */
  g_assert_cmpstr (gtk_entry_get_text (GTK_ENTRY (dialog_part (dialog, "name"))), ==, "warmer 3");
  dialog_destroy (dialog);
  fake_host_free (fake);
}

#define MANY 50

static gboolean
has_row (GtkWidget *dialog)
{
  return gtk_widget_get_mapped (dialog_part (dialog, "before"));
}

/* From the dialog's first moment, with fifty pairs, to the finished edit: each click is counted. */
static void
test_heartbeat_and_clicks (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("beat.fewshot.safetensors");
  GtkWidget                  *dialog;
  Heartbeat                   heart;
  guint                       clicks = 0;

  request->steps = 40;
  request->size  = 64;
  for (gint k = 0; k < MANY; k++)
    g_ptr_array_add (request->examples, fse_example_new_layers (10 + k % FAKE_PAIRS, 30 + k % FAKE_PAIRS));
  heartbeat_start (&heart);
  dialog = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);
  fse_ui_open (&fake->host, GTK_WINDOW (dialog));
  dialog_wait_for (dialog, "the first pair was there", has_row);
  heartbeat_end_opening (&heart, "opening with 50 pairs");
  heartbeat_start (&heart);
  dialog_wait_for (dialog, "the thumbnails were there", thumbnails_are_there);
  clicks++;
  dialog_press (dialog, "train");
  dialog_wait_for (dialog, "the training ended", is_idle);
  heartbeat_end (&heart, "50 pairs, training");

  clicks++;
  dialog_press (dialog, "apply-now"); /* the third click is the Apply dialog's own Apply */
  clicks++;
  g_assert_true (dialog_is_hidden (dialog));
  g_assert_cmpuint (clicks, <=, 6);
  g_test_message ("%u clicks from the open Train dialog to the finished edit", clicks);
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static void
test_train_errors (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("never.fewshot.safetensors");
  GtkWidget                  *dialog;
  guint                       steps;
  gdouble                     loss;

  fake->empty = TRUE;
  dialog      = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);
  gtk_widget_show (dialog);
  dialog_press (dialog, "train");
  dialog_assert_message (dialog, "There are no example pairs");
  dialog_screenshot (dialog, "train-error");
  gtk_entry_set_text (GTK_ENTRY (dialog_part (dialog, "name")), "  ");
  dialog_press (dialog, "train");
  dialog_assert_message (dialog, "No model file is named");
  g_assert_false (fse_train_dialog_result (FSE_TRAIN_DIALOG (dialog), &steps, &loss));

  /* Escape and the window's own close do what Cancel does. */
  gtk_window_close (GTK_WINDOW (dialog));
  dialog_wait_for (dialog, "the dialog was closed", dialog_is_hidden);
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static gboolean
has_begun (GtkWidget *dialog)
{
  return gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (dialog_part (dialog, "bar"))) > 0.0;
}

/* Every page, with every question, for those who see nothing and those who have no mouse; in any language. */
static void
check_pages (guint train_key)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("pages");
  g_autofree gchar           *model   = g_strconcat (request->model, ".fewshot.safetensors", NULL);
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);

  gtk_widget_show (dialog);
  gtk_expander_set_expanded (GTK_EXPANDER (dialog_part (dialog, "advanced")), TRUE);
  set_budget (dialog, 100000);
  dialog_assert_usable (dialog);
  gtk_button_clicked (GTK_BUTTON (dialog_part (dialog, "before")));
  dialog_assert_accessible (dialog);
  gtk_popover_popdown (GTK_POPOVER (dialog_part (dialog, "chooser")));
  g_assert_true (g_file_set_contents (model, "", 0, NULL)); /* the name is taken now */
  g_assert_true (gtk_window_mnemonic_activate (GTK_WINDOW (dialog), train_key, GDK_MOD1_MASK));
  dialog_wait_for (dialog, "the name was found taken", is_taken);
  dialog_assert_usable (dialog);
  gtk_info_bar_response (GTK_INFO_BAR (dialog_part (dialog, "taken")), 5); /* replace it */
  dialog_assert_usable (dialog);
  gtk_window_close (GTK_WINDOW (dialog));
  dialog_wait_for (dialog, "closing asked", is_asked);
  dialog_assert_usable (dialog);
  gtk_info_bar_response (GTK_INFO_BAR (dialog_part (dialog, "question")), 1); /* keep training */
  dialog_press (dialog, "pause");
  dialog_assert_usable (dialog); /* the button is called otherwise */
  dialog_press (dialog, "pause");
  dialog_wait_for (dialog, "a step was made", has_begun);
  dialog_press (dialog, "stop");
  dialog_wait_for (dialog, "the model was kept", is_idle);
  g_assert_true (gtk_widget_get_visible (dialog_part (dialog, "result")));
  dialog_assert_usable (dialog);
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static void
test_pages (void)
{
  check_pages (GDK_KEY_t);
}

/* Whatever can be switched on and off has a control of its name, and is asked for where it is not as usual. */
static void
test_switches (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("switches");
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);

  for (const FseSettingHelp *help = fse_settings_help (); help->name; help++)
    if (strcmp (help->values, "on|off") == 0 || strcmp (help->name, "pairing") == 0)
      {
        gboolean   flips = strcmp (help->name, "flips") == 0; /* is asked the other way round */
        GtkWidget *check = dialog_part (dialog, flips ? "sides" : help->name);

        gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (check), strcmp (help->name, "critic") == 0);
      }
  dialog_press (dialog, "train");
  for (const FseSettingHelp *help = fse_settings_help (); help->name; help++)
    if (strcmp (help->values, "on|off") == 0)
      {
        g_autofree gchar *assignment = g_strdup_printf ("%s=%s", help->name, g_str_equal (help->name, "flips") || g_str_equal (help->name, "critic") ? "on" : "off");

        g_assert_true (fse_train_request_has (request, assignment));
      }
  g_assert_true (fse_train_request_has (request, "pairing=one-to-one"));
  dialog_destroy (dialog);
  fake_host_free (fake);
}

/* Run with no OpenCL driver: the dialog opens, and says what to install. */
static void
test_no_device (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("none");
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);

  gtk_widget_show (dialog);
  dialog_wait_for (dialog, "the missing device was told", dialog_has_message);
  dialog_assert_message (dialog, "pocl-opencl-icd");
  dialog_screenshot (dialog, "train-no-device");
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static void
test_german (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("de");
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);

  gtk_widget_show (dialog);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (dialog_part (dialog, "train"))), ==, "_Trainieren");
  dialog_destroy (dialog);

  g_ptr_array_set_size (request->examples, 0);
  g_ptr_array_add (request->examples, fse_example_new_layers (10, 10));
  dialog = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);
  gtk_widget_show (dialog);
  dialog_press (dialog, "train");
  dialog_wait_for (dialog, "the engine refused the pair", dialog_has_message);
  dialog_assert_message (dialog, "Es gibt keine Bearbeitung zu lernen; bitte das Nachher"); /* its own sentence */
  dialog_destroy (dialog);
  fake_host_free (fake);
  check_pages (GDK_KEY_t);
}

int
main (int argc, char **argv)
{
  folder = dialog_tests_start (&argc, &argv);
  if (g_getenv ("OCL_ICD_VENDORS"))
    g_test_add_func ("/train/no OpenCL device", test_no_device);
  else if (g_getenv ("FSE_TEST_LOCALE_DIR"))
    g_test_add_func ("/train/in German", test_german);
  else
    {
      g_test_add_func ("/train/names and keys of all pages", test_pages);
      g_test_add_func ("/train/every switch", test_switches);
      g_test_add_func ("/train/errors", test_train_errors);
      g_test_add_func ("/train/to the end", test_train);
      g_test_add_func ("/train/names", test_names);
      g_test_add_func ("/train/quality", test_quality);
      g_test_add_func ("/train/stopped and resumed", test_stop_and_resume);
      g_test_add_func ("/train/no freeze, three clicks", test_heartbeat_and_clicks);
      g_test_add_func ("/train/paused, kept, trained further", test_pause_keep_further);
    }
  return dialog_tests_end (folder);
}
