/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Apply dialog with a host of our own and the real engine: an edit previewed
 * and applied.
 */
#include <gtk/gtk.h>

#include <string.h>

#include "dialog-tools.h"
#include "fake-host.h"
#include "ui/apply-dialog.h"
#include "ui/runs.h"
#include "ui/split-preview.h"

static gchar *folder; /* of this run */
static gchar *model;  /* trained before the tests */

static gboolean
has_preview (GtkWidget *dialog)
{
  return fse_split_preview_has_after (FSE_SPLIT_PREVIEW (dialog_part (dialog, "preview")));
}

static void
test_apply (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  GtkWidget                  *dialog;

  fse_request_string (&request->model, model);
  request->output = FSE_OUTPUT_REPLACE;
  dialog = fse_apply_dialog_new (&fake->host, FAKE_IMAGE, FAKE_PICTURE, request);
  gtk_widget_show (dialog);
  dialog_wait_for (dialog, "the preview came", has_preview);
  dialog_screenshot (dialog, "apply");
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (dialog_part (dialog, "about"))), "5 pairs"));
  gtk_range_set_value (GTK_RANGE (dialog_part (dialog, "strength")), 40.0);
  dialog_press (dialog, "apply");
  dialog_wait_for (dialog, "the edit was applied", dialog_is_hidden);
  g_assert_cmpint (fse_apply_dialog_result (FSE_APPLY_DIALOG (dialog)), ==, 77);
  g_assert_cmpuint (fake->results, ==, 1);
  g_assert_cmpstr (fake->result_name, ==, "Photo (edit, 40 %)");
  g_assert_cmpfloat (request->strength, ==, 0.4);
  g_assert_cmpint (fake->output, ==, FSE_OUTPUT_REPLACE);
  g_assert_cmpfloat (fake->result_change, >, 0.0);
  dialog_destroy (dialog);
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
  dialog_press (dialog, "apply");
  dialog_press (dialog, "cancel");
  dialog_wait_for (dialog, "the dialog was closed", dialog_is_hidden);
  g_assert_cmpint (fse_apply_dialog_result (FSE_APPLY_DIALOG (dialog)), ==, -1);
  g_assert_cmpuint (fake->results, ==, 0);
  dialog_destroy (dialog);
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
  dialog_wait_for (dialog, "the missing model was told", dialog_has_message);
  dialog_assert_message (dialog, "missing.fewshot.safetensors");
  g_assert_true (gtk_widget_get_visible (dialog));
  dialog_press (dialog, "cancel");
  dialog_wait_for (dialog, "the dialog was closed", dialog_is_hidden);
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static void
test_accessible (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  GtkWidget                  *dialog  = fse_apply_dialog_new (&fake->host, FAKE_IMAGE, FAKE_PICTURE, request);

  gtk_widget_show (dialog);
  gtk_test_widget_wait_for_draw (dialog);
  dialog_screenshot (dialog, "apply-empty");
  dialog_assert_accessible (dialog);
  g_assert_false (gtk_widget_get_sensitive (dialog_part (dialog, "apply"))); /* no model yet */
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static void
test_german (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  GtkWidget                  *dialog;

  fse_request_string (&request->model, model);
  dialog = fse_apply_dialog_new (&fake->host, FAKE_IMAGE, FAKE_PICTURE, request);
  gtk_widget_show (dialog);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (dialog_part (dialog, "apply"))), ==, "_Anwenden");
  dialog_wait_for (dialog, "the preview came", has_preview);
  dialog_screenshot (dialog, "apply-german");
  dialog_destroy (dialog);
  fake_host_free (fake);
}

int
main (int argc, char **argv)
{
  folder = dialog_tests_start (&argc, &argv);
  model  = dialog_tests_train (folder);
  if (g_getenv ("FSE_TEST_LOCALE_DIR"))
    g_test_add_func ("/apply/in German", test_german);
  else
    {
      g_test_add_func ("/apply/accessible names", test_accessible);
      g_test_add_func ("/apply/previewed and applied", test_apply);
      g_test_add_func ("/apply/cancelled", test_apply_cancel);
      g_test_add_func ("/apply/errors", test_apply_errors);
    }
  return dialog_tests_end (folder);
}
