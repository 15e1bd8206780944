/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Apply dialog with a host of our own and the real engine: an edit previewed
 * and applied.
 */
#include <gtk/gtk.h>

#include <glib/gstdio.h>
#include <string.h>

#include "dialog-tools.h"
#include "fake-host.h"
#include "ui/apply-dialog.h"
#include "ui/apply-memory.h"
#include "ui/model-folder.h"
#include "ui/split-preview.h"
#include "ui/try-all.h"
#include "ui/ui-init.h"

static gchar *folder; /* of this run */
static gchar *model;  /* trained before the tests */

static gboolean
has_preview (GtkWidget *dialog)
{
  return fse_split_preview_has_after (FSE_SPLIT_PREVIEW (dialog_part (dialog, "preview")));
}

static GtkWidget *
open_dialog (FakeHost *fake, FseApplyRequest *request)
{
  GtkWidget *dialog = fse_apply_dialog_new (&fake->host, FAKE_IMAGE, FAKE_PICTURE, request);

  gtk_widget_show (dialog);
  return dialog;
}

static void
test_apply (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  GtkWidget                  *dialog;

  fse_request_string (&request->model, model);
  request->output = FSE_OUTPUT_REPLACE;
  dialog = open_dialog (fake, request);
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
  dialog = open_dialog (fake, request);
  gtk_range_set_value (GTK_RANGE (dialog_part (dialog, "strength")), 70.0);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (dialog_part (dialog, "seed")), 12.0);
  dialog_press (dialog, "apply");
  dialog_press (dialog, "cancel");
  dialog_wait_for (dialog, "the dialog was closed", dialog_is_hidden);
  g_assert_cmpint (fse_apply_dialog_result (FSE_APPLY_DIALOG (dialog)), ==, -1);
  g_assert_cmpuint (fake->results, ==, 0);
  dialog_destroy (dialog);

  /* What was chosen is there the next time all the same, and Reset takes it back. */
  fse_apply_request_free (g_steal_pointer (&request));
  request = fse_apply_request_new ();
  g_assert_true (fse_apply_memory_recall (&fake->host, request));
  g_assert_cmpstr (request->model, ==, model);
  g_assert_cmpfloat (request->strength, ==, 0.7);
  g_assert_cmpint (request->seed, ==, 12);
  dialog = open_dialog (fake, request);
  dialog_press (dialog, "reset");
  g_assert_cmpfloat (request->strength, ==, 1.0);
  g_assert_cmpint (request->seed, ==, 0);
  g_assert_cmpstr (request->model, ==, model);
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static gboolean
all_tried (GtkWidget *dialog)
{
  return ! fse_try_all_busy (FSE_TRY_ALL (dialog_part (dialog, "try-all")));
}

static gboolean
some_tried (GtkWidget *dialog)
{
  return gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (dialog_part (dialog, "tries-bar"))) > 0.0;
}

static gboolean
can_try (GtkWidget *dialog)
{
  return gtk_widget_get_sensitive (dialog_part (dialog, "try"));
}

/* Two edits on a contact sheet; the one that is clicked is the chosen one. */
static void
test_try_all (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autofree gchar           *models  = g_build_filename (folder, "models", NULL);
  g_autofree gchar           *copy    = fse_model_import (model, models, NULL);
  GtkWidget                  *dialog;
  GtkFlowBox                 *tries;

  g_assert_nonnull (copy);
  fse_request_string (&request->model, model);
  dialog = open_dialog (fake, request);
  dialog_wait_for (dialog, "the picture was read", can_try);
  dialog_press (dialog, "try");
  dialog_wait_for (dialog, "all were tried", all_tried);
  dialog_screenshot (dialog, "apply-try-all");
  dialog_assert_accessible (dialog);
  tries = GTK_FLOW_BOX (dialog_part (dialog, "tries"));
  g_assert_nonnull (gtk_flow_box_get_child_at_index (tries, 1));
  g_assert_null (gtk_flow_box_get_child_at_index (tries, 2));
  g_assert_cmpstr (gtk_progress_bar_get_text (GTK_PROGRESS_BAR (dialog_part (dialog, "tries-bar"))), ==, "2 of 2");
  g_signal_emit_by_name (tries, "child-activated", gtk_flow_box_get_child_at_index (tries, g_str_has_prefix (request->model, models) ? 1 : 0));
  g_assert_cmpstr (gtk_stack_get_visible_child_name (GTK_STACK (dialog_part (dialog, "stack"))), ==, "settings");
  dialog_wait_for (dialog, "its preview came", has_preview);
  dialog_destroy (dialog);
  g_unlink (copy);
  fake_host_free (fake);
}

#define MANY 50

static gboolean
has_gallery (GtkWidget *dialog)
{
  return gtk_widget_get_mapped (dialog_part (dialog, "models"));
}

/* Fifty edits in the gallery, the preview, and all of them tried, until Stop. */
static void
test_heartbeat (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autofree gchar           *models  = g_build_filename (folder, "models", NULL);
  g_autoptr (GPtrArray)       copies  = g_ptr_array_new_with_free_func (g_free);
  Heartbeat                   heart;
  GtkWidget                  *dialog;
  gdouble                     seed;

  for (gint k = 0; k < MANY; k++)
    g_ptr_array_add (copies, fse_model_import (model, models, NULL));
  fse_request_string (&request->model, g_ptr_array_index (copies, 0));
  heartbeat_start (&heart);
  dialog = fse_apply_dialog_new (&fake->host, FAKE_IMAGE, FAKE_PICTURE, request);
  fse_ui_open (&fake->host, GTK_WINDOW (dialog));
  dialog_wait_for (dialog, "the gallery was there", has_gallery);
  heartbeat_end_opening (&heart, "opening with a gallery of 50");
  heartbeat_start (&heart);
  dialog_wait_for (dialog, "the preview came", has_preview);
  seed = gtk_spin_button_get_value (GTK_SPIN_BUTTON (dialog_part (dialog, "seed")));
  dialog_press (dialog, "dice");
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (dialog_part (dialog, "seed"))), !=, seed);
  g_assert_cmpint (request->seed, ==, gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (dialog_part (dialog, "seed"))));
  dialog_wait_for (dialog, "the picture was read", can_try);
  dialog_press (dialog, "try");
  dialog_wait_for (dialog, "some were tried", some_tried);
  dialog_press (dialog, "tries-stop");
  dialog_wait_for (dialog, "it stopped", all_tried);
  heartbeat_end (&heart, "a gallery of 50, the preview, Try All");
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (dialog_part (dialog, "tries-bar"))), <, 1.0);
  dialog_destroy (dialog);
  for (gint k = 0; k < MANY; k++)
    g_unlink (g_ptr_array_index (copies, k));
  fake_host_free (fake);
}

static void
test_apply_errors (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autofree gchar           *missing = g_build_filename (folder, "missing.fewshot.safetensors", NULL);
  GtkWidget                  *dialog, *search;

  fse_request_string (&request->model, missing);
  dialog = open_dialog (fake, request);
  dialog_wait_for (dialog, "the missing model was told", dialog_has_message);
  dialog_assert_message (dialog, "missing.fewshot.safetensors");
  g_assert_true (gtk_widget_get_visible (dialog));
  search = dialog_part (dialog, "search"); /* Escape ends the search first */
  gtk_entry_set_text (GTK_ENTRY (search), "none");
  gtk_bindings_activate (G_OBJECT (search), GDK_KEY_Escape, 0);
  g_assert_cmpstr (gtk_entry_get_text (GTK_ENTRY (search)), ==, "");
  g_assert_true (gtk_widget_get_visible (dialog));
  gtk_bindings_activate (G_OBJECT (search), GDK_KEY_Escape, 0);
  dialog_wait_for (dialog, "the dialog was closed", dialog_is_hidden);
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static gboolean
is_light (GtkWidget *dialog)
{
  gboolean dark;

  g_object_get (gtk_widget_get_settings (dialog), "gtk-application-prefer-dark-theme", &dark, NULL);
  return ! dark;
}

static gboolean
is_dark (GtkWidget *dialog)
{
  return ! is_light (dialog);
}

/* The host's theme is changed while the dialog is open, back and forth. */
static void
test_theme (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autofree gchar           *themerc = g_build_filename (folder, "themerc", NULL);
  g_autoptr (GFileMonitor)    monitor = NULL;
  GtkWidget                  *dialog  = open_dialog (fake, request);

  fake->host.theme_file = themerc;
  fake->light           = TRUE;
  monitor = fse_ui_follow_theme (&fake->host);
  g_assert_true (is_light (dialog));
  fake->light = FALSE;
  g_assert_true (g_file_set_contents (themerc, "dark", -1, NULL));
  dialog_wait_for (dialog, "it was dark", is_dark);
  fake->light = TRUE;
  g_assert_true (g_file_set_contents (themerc, "light", -1, NULL));
  dialog_wait_for (dialog, "it was light again", is_light);
  fake->light           = FALSE;
  fake->host.theme_file = NULL; /* as of one that tells no changes */
  g_assert_null (fse_ui_follow_theme (&fake->host));
  g_assert_true (is_dark (dialog));
  dialog_destroy (dialog);
  fake_host_free (fake);
}

static gboolean
can_choose_reference (GtkWidget *dialog)
{
  return gtk_widget_get_sensitive (dialog_part (dialog, "reference"));
}

static void
close_popover (GtkWidget *dialog, const gchar *name)
{
  gtk_popover_popdown (GTK_POPOVER (dialog_part (dialog, name)));
}

/* Every page and popover, for those who see nothing and those who have no mouse; in any language. */
static void
check_pages (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autofree gchar           *models  = g_build_filename (folder, "models", NULL);
  g_autofree gchar           *copy    = fse_model_import (model, models, NULL);
  GtkWidget                  *dialog;

  fse_request_string (&request->model, model);
  dialog = open_dialog (fake, request);
  dialog_wait_for (dialog, "the picture was read", can_try);
  dialog_wait_for (dialog, "the edit was looked into", can_choose_reference);
  dialog_assert_usable (dialog);
  dialog_press (dialog, "reference");
  dialog_assert_accessible (dialog);
  close_popover (dialog, "references");
  dialog_press (dialog, "rename");
  dialog_assert_accessible (dialog);
  dialog_assert_mnemonics (dialog);
  close_popover (dialog, "renaming");
  dialog_press (dialog, "delete");
  dialog_assert_usable (dialog);
  dialog_press (dialog, "undo");
  dialog_press (dialog, "try");
  dialog_assert_usable (dialog);
  dialog_press (dialog, "tries-stop");
  dialog_wait_for (dialog, "it stopped", all_tried);
  dialog_destroy (dialog);
  g_unlink (copy);
  fake_host_free (fake);
}

static void
test_pages (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  GtkWidget                  *dialog  = open_dialog (fake, request);

  dialog_assert_usable (dialog);
  g_assert_false (gtk_widget_get_sensitive (dialog_part (dialog, "apply"))); /* no model yet */
  dialog_destroy (dialog);
  fake_host_free (fake);
  check_pages ();
}

static void
test_german (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autofree gchar           *missing = g_build_filename (folder, "missing.fewshot.safetensors", NULL);
  GtkWidget                  *dialog;

  fse_request_string (&request->model, model);
  dialog = open_dialog (fake, request);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (dialog_part (dialog, "apply"))), ==, "_Anwenden");
  dialog_destroy (dialog);

  fse_request_string (&request->model, missing); /* the engine's own sentence */
  dialog = open_dialog (fake, request);
  dialog_wait_for (dialog, "the missing model was told", dialog_has_message);
  dialog_assert_message (dialog, "Es gibt keine Datei");
  dialog_destroy (dialog);
  fake_host_free (fake);
  check_pages ();
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
      g_test_add_func ("/apply/names and keys of all pages", test_pages);
      g_test_add_func ("/apply/previewed and applied", test_apply);
      g_test_add_func ("/apply/cancelled", test_apply_cancel);
      g_test_add_func ("/apply/errors", test_apply_errors);
      g_test_add_func ("/apply/theme", test_theme);
      g_test_add_func ("/apply/every edit tried", test_try_all);
      g_test_add_func ("/apply/no freeze", test_heartbeat);
    }
  return dialog_tests_end (folder);
}
