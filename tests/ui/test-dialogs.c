/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two dialogs with a host of our own and the real engine: a small training
 * to its end, stopped and resumed, and an edit previewed and applied.
 *
 * FSE_SCREENSHOTS=FOLDER writes pictures of the dialogs there, to look at.
 */
#include <gtk/gtk.h>

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "fake-host.h"
#include "ui/apply-dialog.h"
#include "ui/config-i18n.h"
#include "ui/message-bar.h"
#include "ui/split-preview.h"
#include "ui/train-dialog.h"

#define PATIENCE_SECONDS 240

static gchar *folder; /* of this run */
static gchar *model;  /* trained by the first test of training */

/* --- tools ---------------------------------------------------------------- */

static GtkWidget *
find (GtkWidget *widget, const gchar *name)
{
  GtkWidget *found = NULL;

  if (g_strcmp0 (gtk_widget_get_name (widget), name) == 0)
    return widget;
  if (GTK_IS_CONTAINER (widget))
    {
      GList *children = gtk_container_get_children (GTK_CONTAINER (widget));

      for (GList *at = children; at && ! found; at = at->next)
        found = find (at->data, name);
      g_list_free (children);
    }
  return found;
}

static GtkWidget *
part (GtkWidget *dialog, const gchar *name)
{
  GtkWidget *found = find (dialog, name);

  if (! found)
    g_error ("the dialog has no “%s”", name);
  return found;
}

typedef gboolean (*Condition) (GtkWidget *dialog);

static void
wait_for (GtkWidget *dialog, const gchar *what, Condition condition)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_USEC_PER_SEC;

  while (! condition (dialog))
    {
      if (g_get_monotonic_time () > end)
        g_error ("waited in vain until %s; the message was: %s", what,
                 fse_message_bar_text (FSE_MESSAGE_BAR (part (dialog, "message"))));
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (5000);
    }
}

static const gchar *
message_of (GtkWidget *dialog)
{
  return fse_message_bar_text (FSE_MESSAGE_BAR (part (dialog, "message")));
}

static void
assert_message (GtkWidget *dialog, const gchar *piece)
{
  if (! strstr (message_of (dialog), piece))
    g_error ("the message should contain “%s”, and is: %s", piece, message_of (dialog));
}

static void
screenshot (GtkWidget *dialog, const gchar *name)
{
  const gchar      *target = g_getenv ("FSE_SCREENSHOTS");
  GtkAllocation     size;
  cairo_surface_t  *surface;
  cairo_t          *cr;
  g_autofree gchar *path = NULL, *file = NULL;

  if (target)
    for (gint64 end = g_get_monotonic_time () + 500000; g_get_monotonic_time () < end;) /* transitions end */
      g_main_context_iteration (NULL, FALSE);
  gtk_test_widget_wait_for_draw (dialog);
  if (! target)
    return;
  gtk_widget_get_allocation (dialog, &size);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, size.width, size.height);
  cr      = cairo_create (surface);
  gtk_widget_draw (dialog, cr);
  file = g_strconcat (name, ".png", NULL);
  path = g_build_filename (target, file, NULL);
  cairo_surface_write_to_png (surface, path);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

static void
press (GtkWidget *dialog, const gchar *name)
{
  GtkWidget *button = part (dialog, name);

  g_assert_true (gtk_widget_get_sensitive (button));
  g_assert_true (gtk_widget_get_visible (button));
  gtk_button_clicked (GTK_BUTTON (button));
}

static gboolean
is_idle (GtkWidget *dialog)
{
  return gtk_widget_get_sensitive (part (dialog, "train"));
}

static gboolean
has_steps (GtkWidget *dialog)
{
  return gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (part (dialog, "bar"))) > 0.0
         && strstr (gtk_progress_bar_get_text (GTK_PROGRESS_BAR (part (dialog, "bar"))), "Step") != NULL
         && ! strstr (gtk_progress_bar_get_text (GTK_PROGRESS_BAR (part (dialog, "bar"))), "Step 0");
}

static gboolean
has_preview (GtkWidget *dialog)
{
  return fse_split_preview_has_after (FSE_SPLIT_PREVIEW (part (dialog, "preview")));
}

static gboolean
is_hidden (GtkWidget *dialog)
{
  return ! gtk_widget_get_visible (dialog);
}

static gboolean
has_message (GtkWidget *dialog)
{
  return message_of (dialog)[0] != '\0';
}

static void
set_budget (GtkWidget *dialog, gint steps)
{
  gtk_combo_box_set_active (GTK_COMBO_BOX (part (dialog, "unit")), 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (part (dialog, "budget")), steps);
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (part (dialog, "size")), "64");
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
destroy (GtkWidget *dialog)
{
  gtk_widget_destroy (dialog);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* --- the train dialog ----------------------------------------------------- */

static void
test_train (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("edit"); /* the suffix is added */
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, request);
  guint                       steps;
  gdouble                     loss;

  gtk_widget_show (dialog);
  screenshot (dialog, "train");
  set_budget (dialog, 6);
  press (dialog, "train");
  g_assert_cmpuint (request->before->len, ==, FAKE_PAIRS);
  g_assert_cmpint (g_array_index (request->before, gint, 2), ==, 12);
  g_assert_cmpint (g_array_index (request->after, gint, 2), ==, 32);
  g_assert_false (is_idle (dialog));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (part (dialog, "close"))), ==, "_Stop");
  wait_for (dialog, "the training ended", is_idle);
  screenshot (dialog, "train-done");
  assert_message (dialog, "The edit is saved as");
  g_assert_true (fse_train_dialog_result (FSE_TRAIN_DIALOG (dialog), &steps, &loss));
  g_assert_cmpuint (steps, ==, 6);
  g_assert_cmpfloat (loss, >, 0.0);
  g_assert_true (g_str_has_suffix (request->model, "/edit.fewshot.safetensors"));
  g_assert_true (g_file_test (request->model, G_FILE_TEST_EXISTS));
  g_free (model);
  model = g_strdup (request->model);

  press (dialog, "close");
  g_assert_true (is_hidden (dialog));
  destroy (dialog);
  fake_host_free (fake);
}

static void
test_stop_and_resume (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("stopped.fewshot.safetensors");
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, request);
  guint                       stopped = 0, steps;
  gdouble                     loss;

  gtk_widget_show (dialog);
  g_assert_false (gtk_widget_get_visible (part (dialog, "resume")));
  set_budget (dialog, 5000);
  press (dialog, "train");
  wait_for (dialog, "the first step was shown", has_steps);
  screenshot (dialog, "training");
  press (dialog, "close");
  g_assert_false (gtk_widget_get_sensitive (part (dialog, "close")));
  wait_for (dialog, "the training stopped", is_idle);
  assert_message (dialog, "Resume goes on from there");
  g_assert_false (is_hidden (dialog));
  g_assert_false (g_file_test (request->model, G_FILE_TEST_EXISTS));
  g_assert_cmpint (sscanf (strstr (message_of (dialog), "step"), "step %u", &stopped), ==, 1);
  screenshot (dialog, "train-stopped");

  set_budget (dialog, stopped + 3);
  press (dialog, "resume");
  wait_for (dialog, "the resumed training ended", is_idle);
  assert_message (dialog, "The edit is saved as");
  g_assert_true (fse_train_dialog_result (FSE_TRAIN_DIALOG (dialog), &steps, &loss));
  g_assert_cmpuint (steps, ==, stopped + 3);
  g_assert_false (gtk_widget_get_visible (part (dialog, "resume")));
  destroy (dialog);
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
  dialog      = fse_train_dialog_new (&fake->host, request);
  gtk_widget_show (dialog);
  press (dialog, "train");
  assert_message (dialog, "There are no example pairs");
  screenshot (dialog, "train-error");
  gtk_entry_set_text (GTK_ENTRY (part (dialog, "model")), "  ");
  press (dialog, "train");
  assert_message (dialog, "No model file is named");
  g_assert_false (fse_train_dialog_result (FSE_TRAIN_DIALOG (dialog), &steps, &loss));

  /* Escape and the window's own close do what Cancel does. */
  gtk_window_close (GTK_WINDOW (dialog));
  wait_for (dialog, "the dialog was closed", is_hidden);
  destroy (dialog);
  fake_host_free (fake);
}

/* --- the apply dialog ----------------------------------------------------- */

static void
test_apply (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  GtkWidget                  *dialog;

  g_assert_nonnull (model);
  fse_request_string (&request->model, model);
  dialog = fse_apply_dialog_new (&fake->host, FAKE_IMAGE, FAKE_PICTURE, request);
  gtk_widget_show (dialog);
  wait_for (dialog, "the preview came", has_preview);
  screenshot (dialog, "apply");
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (part (dialog, "about"))), "5 pairs"));
  gtk_range_set_value (GTK_RANGE (part (dialog, "strength")), 40.0);
  press (dialog, "apply");
  wait_for (dialog, "the edit was applied", is_hidden);
  g_assert_cmpint (fse_apply_dialog_result (FSE_APPLY_DIALOG (dialog)), ==, 77);
  g_assert_cmpuint (fake->results, ==, 1);
  g_assert_cmpstr (fake->result_name, ==, "Photo (edit)");
  g_assert_cmpfloat (request->strength, ==, 0.4);
  destroy (dialog);
  fake_host_free (fake);
}

static void
test_apply_cancel (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  GtkWidget                  *dialog;

  fse_request_string (&request->model, model);
  dialog = fse_apply_dialog_new (&fake->host, FAKE_IMAGE, FAKE_PICTURE, request);
  gtk_widget_show (dialog);
  press (dialog, "apply");
  press (dialog, "cancel");
  wait_for (dialog, "the dialog was closed", is_hidden);
  g_assert_cmpint (fse_apply_dialog_result (FSE_APPLY_DIALOG (dialog)), ==, -1);
  g_assert_cmpuint (fake->results, ==, 0);
  destroy (dialog);
  fake_host_free (fake);
}

static void
test_apply_errors (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autofree gchar           *missing = g_build_filename (folder, "missing.fewshot.safetensors", NULL);
  GtkWidget                  *dialog;

  fse_request_string (&request->model, missing);
  dialog = fse_apply_dialog_new (&fake->host, FAKE_IMAGE, FAKE_PICTURE, request);
  gtk_widget_show (dialog);
  wait_for (dialog, "the missing model was told", has_message);
  assert_message (dialog, "missing.fewshot.safetensors");
  g_assert_true (gtk_widget_get_visible (dialog));
  press (dialog, "cancel");
  wait_for (dialog, "the dialog was closed", is_hidden);
  destroy (dialog);
  fake_host_free (fake);
}

/* --- both ----------------------------------------------------------------- */

/* Whoever cannot see the dialog must be told what each control is. */
static void
assert_accessible (GtkWidget *widget)
{
  AtkObject *object = gtk_widget_get_accessible (widget);

  if (gtk_widget_get_can_focus (widget) && gtk_widget_get_visible (widget) && ! GTK_IS_WINDOW (widget)
      && ! GTK_IS_SCROLLED_WINDOW (widget))
    {
      const gchar    *name      = atk_object_get_name (object);
      AtkRelationSet *relations = atk_object_ref_relation_set (object);
      gboolean        labelled  = atk_relation_set_contains (relations, ATK_RELATION_LABELLED_BY);

      for (GtkWidget *at = widget; at && ! labelled; at = gtk_widget_get_parent (at))
        { /* the button inside of a file chooser button or combo box */
          g_autoptr (AtkRelationSet) set = atk_object_ref_relation_set (gtk_widget_get_accessible (at));

          labelled = atk_relation_set_contains (set, ATK_RELATION_LABELLED_BY)
                     || (at != widget && (GTK_IS_COMBO_BOX (at) || GTK_IS_FILE_CHOOSER_BUTTON (at))
                         && atk_object_get_name (gtk_widget_get_accessible (at)));
        }
      g_object_unref (relations);
      if (! labelled && ! (name && name[0]))
        g_error ("a %s called “%s” has no accessible name", G_OBJECT_TYPE_NAME (widget), gtk_widget_get_name (widget));
    }
  if (GTK_IS_CONTAINER (widget))
    {
      GList *children = gtk_container_get_children (GTK_CONTAINER (widget));

      for (GList *at = children; at; at = at->next)
        assert_accessible (at->data);
      g_list_free (children);
    }
}

static void
test_accessible (void)
{
  FakeHost                   *fake  = fake_host_new (folder);
  g_autoptr (FseTrainRequest) train = new_train_request ("a11y");
  g_autoptr (FseApplyRequest) apply = fse_apply_request_new ();
  GtkWidget                  *dialog;

  dialog = fse_train_dialog_new (&fake->host, train);
  gtk_widget_show (dialog);
  gtk_test_widget_wait_for_draw (dialog);
  assert_accessible (dialog);
  destroy (dialog);

  dialog = fse_apply_dialog_new (&fake->host, FAKE_IMAGE, FAKE_PICTURE, apply);
  gtk_widget_show (dialog);
  gtk_test_widget_wait_for_draw (dialog);
  screenshot (dialog, "apply-empty");
  assert_accessible (dialog);
  g_assert_false (gtk_widget_get_sensitive (part (dialog, "apply"))); /* no model yet */
  destroy (dialog);
  fake_host_free (fake);
}

/* Run with no OpenCL driver: the dialog opens, and says what to install. */
static void
test_no_device (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("none");
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, request);

  gtk_widget_show (dialog);
  wait_for (dialog, "the missing device was told", has_message);
  assert_message (dialog, "pocl-opencl-icd");
  screenshot (dialog, "train-no-device");
  destroy (dialog);
  fake_host_free (fake);
}

static void
test_german (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = new_train_request ("de");
  GtkWidget                  *dialog  = fse_train_dialog_new (&fake->host, request);

  gtk_widget_show (dialog);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (part (dialog, "train"))), ==, "_Trainieren");
  screenshot (dialog, "train-german");
  destroy (dialog);
  fake_host_free (fake);
}

int
main (int argc, char **argv)
{
  int code;

  if (g_getenv ("FSE_TEST_LOCALE_DIR"))
    bindtextdomain (GETTEXT_PACKAGE, g_getenv ("FSE_TEST_LOCALE_DIR"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE); /* GLib translates nothing where the program itself has no translation */
  gtk_test_init (&argc, &argv, NULL);
  setlocale (LC_ALL, ""); /* gtk_test_init() set it to "C" */
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", TRUE, NULL);
  folder = g_dir_make_tmp ("fse-ui-XXXXXX", NULL);
  g_assert_nonnull (folder);

  if (g_getenv ("OCL_ICD_VENDORS"))
    g_test_add_func ("/dialogs/no OpenCL device", test_no_device);
  else if (g_getenv ("FSE_TEST_LOCALE_DIR"))
    g_test_add_func ("/dialogs/in German", test_german);
  else
    {
      g_test_add_func ("/dialogs/accessible names", test_accessible);
      g_test_add_func ("/dialogs/train/errors", test_train_errors);
      g_test_add_func ("/dialogs/train/to the end", test_train);
      g_test_add_func ("/dialogs/train/stopped and resumed", test_stop_and_resume);
      g_test_add_func ("/dialogs/apply/previewed and applied", test_apply);
      g_test_add_func ("/dialogs/apply/cancelled", test_apply_cancel);
      g_test_add_func ("/dialogs/apply/errors", test_apply_errors);
    }
  code = g_test_run ();

  {
    g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

    for (const gchar *name; dir && (name = g_dir_read_name (dir));)
      {
        g_autofree gchar *path = g_build_filename (folder, name, NULL);

        g_unlink (path);
      }
    g_rmdir (folder);
  }
  return code;
}
