/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Goes through the states of the Apply dialog, for the pictures that
 * tests/ui/screenshots takes; no test.
 *   FSE_MODELS   a folder of trained edits, or nothing: one that is trained here
 *   FSE_MODEL    the name of the one that is chosen, or nothing: the newest
 *   FSE_PICTURE  the layer, or nothing: soft colours
 */
#include <gtk/gtk.h>

#include <string.h>

#include "dialog-tools.h"
#include "fake-host.h"
#include "ui/apply-dialog.h"
#include "ui/model-folder.h"
#include "ui/model-gallery.h"
#include "ui/split-preview.h"
#include "ui/try-all.h"

#define WIDE 2400 /* so large that computing can be seen, and the preview has a sharp part */

static gchar *folder; /* of this run */

static FseModelGallery *
gallery_of (GtkWidget *dialog)
{
  return FSE_MODEL_GALLERY (dialog_part (dialog, "gallery"));
}

static gboolean
has_picture (GtkWidget *dialog)
{
  return fse_split_preview_get_zoom (FSE_SPLIT_PREVIEW (dialog_part (dialog, "preview"))) > 0.0;
}

static gboolean
has_preview (GtkWidget *dialog)
{
  return fse_split_preview_has_after (FSE_SPLIT_PREVIEW (dialog_part (dialog, "preview")));
}

/* Nothing is being computed any more. */
static gboolean
is_calm (GtkWidget *dialog)
{
  return has_preview (dialog) && gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (dialog_part (dialog, "bar"))) == 0.0;
}

static gboolean
is_at_work (GtkWidget *dialog)
{
  return gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (dialog_part (dialog, "bar"))) > 0.3;
}

static gboolean
some_tried (GtkWidget *dialog)
{
  return gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (dialog_part (dialog, "tries-bar"))) > 0.0;
}

static gboolean
all_tried (GtkWidget *dialog)
{
  return ! fse_try_all_busy (FSE_TRY_ALL (dialog_part (dialog, "try-all")));
}

static GtkWidget *
open_dialog (FakeHost *fake, FseApplyRequest *request)
{
  GtkWidget *dialog = fse_apply_dialog_new (&fake->host, FAKE_IMAGE, FAKE_PICTURE, request);

  gtk_widget_show (dialog);
  return dialog;
}

/* What the dialog deletes and renames are copies. */
static void
put_models (const gchar *models)
{
  const gchar          *names[] = { "Dusk over the water", "Ink", "Warm skin", "my edit" };
  const gchar          *from    = g_getenv ("FSE_MODELS");
  g_autoptr (GPtrArray) paths   = from ? fse_models_list (from) : g_ptr_array_new_with_free_func (g_free);

  if (! from)
    g_ptr_array_add (paths, dialog_tests_train (folder));
  for (guint k = 0; k < (from ? paths->len : G_N_ELEMENTS (names)); k++)
    {
      g_autofree gchar *copy = fse_model_import (g_ptr_array_index (paths, from ? k : 0), models, NULL);

      if (! from)
        g_free (fse_model_rename (copy, names[k], NULL));
    }
}

static void
search (GtkWidget *dialog, const gchar *words)
{
  gtk_entry_set_text (GTK_ENTRY (dialog_part (dialog, "search")), words);
  g_signal_emit_by_name (dialog_part (dialog, "search"), "search-changed");
}

static void
shoot_popover (GtkWidget *dialog, const gchar *button, const gchar *popover, const gchar *name)
{
  dialog_press (dialog, button);
  dialog_screenshot (dialog, name);
  gtk_popover_popdown (GTK_POPOVER (dialog_part (dialog, popover)));
}

/* What can be done to the edits. */
static void
show_gallery (GtkWidget *dialog)
{
  search (dialog, "nothing like this");
  dialog_screenshot (dialog, "apply-05-no-match");
  search (dialog, "");
  shoot_popover (dialog, "reference", "references", "apply-06-example");
  shoot_popover (dialog, "rename", "renaming", "apply-07-rename");
  dialog_press (dialog, "delete");
  dialog_screenshot (dialog, "apply-08-deleted");
  dialog_press (dialog, "undo");
}

static void
show_tries (GtkWidget *dialog)
{
  dialog_press (dialog, "try");
  dialog_wait_for (dialog, "some were tried", some_tried);
  dialog_screenshot (dialog, "apply-09-trying");
  dialog_wait_for (dialog, "all were tried", all_tried);
  dialog_screenshot (dialog, "apply-10-tried");
  dialog_press (dialog, "back");
}

static void
show_errors (FakeHost *fake, GtkWidget *dialog, const gchar *models)
{
  g_autofree gchar *broken = g_build_filename (models, "Broken.fewshot.safetensors", NULL);
  g_autofree gchar *chosen = g_strdup (fse_model_card_path (fse_model_gallery_chosen (gallery_of (dialog))));

  fake->empty = TRUE;
  dialog_press (dialog, "apply");
  dialog_wait_for (dialog, "the error was told", dialog_has_message);
  dialog_screenshot (dialog, "apply-11-error");
  fake->empty = FALSE;
  g_assert_true (g_file_set_contents (broken, "no edit at all", -1, NULL));
  fse_model_gallery_choose (gallery_of (dialog), broken);
  dialog_wait_for (dialog, "it was looked into", dialog_has_all_models);
  dialog_screenshot (dialog, "apply-12-broken");
  fse_model_gallery_choose (gallery_of (dialog), chosen);
}

static void
show (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseImage)        picture = g_getenv ("FSE_PICTURE") ? fse_image_load (g_getenv ("FSE_PICTURE"), NULL) : NULL;
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autofree gchar           *models  = g_build_filename (folder, "models", NULL);
  GtkWidget                  *dialog;

  fake->picture = picture;
  fake->width   = WIDE;
  dialog        = open_dialog (fake, request);
  dialog_wait_for (dialog, "the picture was there", has_picture);
  dialog_screenshot (dialog, "apply-01-empty");
  dialog_destroy (dialog);

  put_models (models);
  if (g_getenv ("FSE_MODEL"))
    {
      g_autofree gchar *path = g_strdup_printf ("%s/%s.fewshot.safetensors", models, g_getenv ("FSE_MODEL"));

      fse_request_string (&request->model, path);
    }
  dialog = open_dialog (fake, request);
  dialog_wait_for (dialog, "the edits were looked into", dialog_has_all_models);
  dialog_wait_for (dialog, "the preview was being computed", is_at_work);
  dialog_screenshot (dialog, "apply-02-working");
  dialog_wait_for (dialog, "the preview came", is_calm);
  dialog_screenshot (dialog, "apply-03-preview");
  fse_split_preview_set_zoom (FSE_SPLIT_PREVIEW (dialog_part (dialog, "preview")), 1.0);
  dialog_screenshot (dialog, "apply-04-zoomed");
  dialog_wait_for (dialog, "its sharp part came", is_calm);
  show_gallery (dialog);
  show_tries (dialog);
  show_errors (fake, dialog, models);
  dialog_wait_for (dialog, "the preview came back", is_calm);
  dialog_press (dialog, "apply");
  dialog_wait_for (dialog, "it was being applied", is_at_work);
  dialog_screenshot (dialog, "apply-13-applying");
  dialog_press (dialog, "cancel"); /* which leaves no time for a picture */
  dialog_wait_for (dialog, "the dialog was closed", dialog_is_hidden);
  dialog_destroy (dialog);
  fake_host_free (fake);
}

int
main (int argc, char **argv)
{
  folder = dialog_tests_start (&argc, &argv);
  g_test_add_func ("/show/apply", show);
  return dialog_tests_end (folder);
}
