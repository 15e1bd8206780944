/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Goes through the states of the Train dialog with real pairs, for the pictures
 * that tests/ui/screenshots takes; no test.
 *   FSE_PAIRS    a folder of ten pairs or more, or nothing: the fake host's
 *   FSE_STEPS    how long to train
 *   FSE_PICTURE  the current layer, or nothing: soft colours
 */
#include <gtk/gtk.h>

#include <stdlib.h>
#include <string.h>

#include "i18n.h"

#include "dialog-tools.h"
#include "fake-host.h"
#include "ui/pair-list.h"
#include "ui/split-preview.h"
#include "ui/train-dialog.h"

#define SHOWN_WIDTH 720
#define NOWHERE "/proc/edit" /* where no file can be */

static gchar       *folder;
static const gchar *pairs;
static gint         steps;

static gboolean
has_thumbnails (GtkWidget *dialog)
{
  return ! fse_pair_list_busy (FSE_PAIR_LIST (dialog_part (dialog, "pairs")));
}

static gboolean
is_half_done (GtkWidget *dialog)
{
  return gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (dialog_part (dialog, "bar"))) > 0.7
         && fse_split_preview_has_after (FSE_SPLIT_PREVIEW (dialog_part (dialog, "live")));
}

static gboolean
is_idle (GtkWidget *dialog)
{
  return gtk_widget_get_sensitive (dialog_part (dialog, "train"));
}

/* Whatever the language, the last word is another one then. */
static gboolean
is_tested (GtkWidget *dialog)
{
  const gchar *about = gtk_label_get_text (GTK_LABEL (dialog_part (dialog, "about-device")));

  return strstr (about, "·") != NULL && ! g_str_has_suffix (about, _("being tested"));
}

static gboolean
is_measured (GtkWidget *dialog)
{
  g_autofree gchar *text = gtk_combo_box_text_get_active_text (GTK_COMBO_BOX_TEXT (dialog_part (dialog, "quality")));

  return strstr (text, ": ") != NULL;
}

static gboolean
is_stopped (GtkWidget *dialog)
{
  return is_idle (dialog) && dialog_has_message (dialog);
}

static GtkWidget *
open_dialog (FakeHost *fake, FseTrainRequest *request)
{
  GtkWidget *dialog = fse_train_dialog_new (&fake->host, FAKE_PICTURE, request);

  gtk_window_set_default_size (GTK_WINDOW (dialog), SHOWN_WIDTH, -1);
  gtk_widget_show (dialog);
  return dialog;
}

static FseTrainRequest *
new_request (const gchar *name)
{
  FseTrainRequest  *request = fse_train_request_new ();
  g_autofree gchar *model   = g_build_filename (folder, name, NULL);

  fse_request_string (&request->model, model);
  request->steps = steps;
  request->size  = 64;
  if (pairs)
    fse_request_string (&request->folder, pairs);
  return request;
}

static gchar *
save (const gchar *name, FseImage *picture)
{
  gchar *path = g_build_filename (folder, name, NULL);

  g_assert_true (fse_image_save (picture, path, NULL));
  return path;
}

/* A copy that begins at (x, y) and is of that size; what is outside repeats the edge. */
static FseImage *
cut (const FseImage *from, gint x, gint y, gint width, gint height)
{
  FseImage *image = fse_image_new (width, height, NULL);

  image->bits      = 8;
  image->has_alpha = TRUE;
  for (gint v = 0; v < height; v++)
    for (gint u = 0; u < width; u++)
      memcpy (image->rgba + 4 * (v * width + u),
              from->rgba + 4 * (CLAMP (v + y, 0, from->height - 1) * from->width + CLAMP (u + x, 0, from->width - 1)), 4 * sizeof (gfloat));
  return image;
}

static void
add (FseTrainRequest *request, const gchar *before, const gchar *after)
{
  FseExample *example = fse_example_new ();

  fse_source_set_file (&example->before, before);
  fse_source_set_file (&example->after, after);
  g_ptr_array_add (request->examples, example);
}

/* Tiles, so that it can be seen where a thing is. */
static void
tile (FseImage *image)
{
  for (gint y = 0; y < image->height; y++)
    for (gint x = 0; x < image->width; x++)
      for (gint c = 0; c < 3; c++)
        image->rgba[4 * (y * image->width + x) + c] *= (x / 23 * 7 + y / 17 * 5) % 4 ? 1.0f : 0.55f;
}

/* One pair of each kind that something is wrong with. */
static void
show_problems (FakeHost *fake)
{
  g_autoptr (FseTrainRequest) request = new_request ("problems");
  g_autoptr (FseImage)        before = fake->host.read_layer (&fake->host, 10, 256, NULL);
  g_autoptr (FseImage)        after = fake->host.read_layer (&fake->host, 30, 256, NULL);
  g_autoptr (FseImage)        narrow = NULL, moved = NULL, clear = NULL;
  gchar                      *files[5];
  GtkWidget                  *dialog;

  tile (before);
  tile (after);
  narrow = cut (after, 20, 0, after->width - 60, after->height);
  moved  = cut (before, 9, 6, before->width, before->height);
  clear  = cut (after, 0, 0, after->width, after->height);
  for (gint i = 0; i < clear->width * clear->height; i++)
    if (i % clear->width < 0.8 * clear->width)
      clear->rgba[4 * i + 3] = 0.0f;
  files[0] = save ("before.png", before);
  files[1] = save ("after.png", after);
  files[2] = save ("narrow.png", narrow);
  files[3] = save ("moved.png", moved);
  files[4] = save ("clear.png", clear);
  fse_request_string (&request->folder, "");
  add (request, files[0], files[1]);
  for (gint i = 2; i < 5; i++)
    add (request, files[0], files[i]);
  add (request, files[0], files[0]);
  dialog = open_dialog (fake, request);
  dialog_wait_for (dialog, "the thumbnails were there", has_thumbnails);
  gtk_window_resize (GTK_WINDOW (dialog), SHOWN_WIDTH, 900);
  dialog_screenshot (dialog, "train-03-problems");
  dialog_destroy (dialog);
  for (gint i = 0; i < 5; i++)
    g_free (files[i]);
}

/* Nothing to learn from, and nowhere to put it. */
static void
show_errors (FakeHost *fake)
{
  g_autoptr (FseTrainRequest) nothing = fse_train_request_new ();
  g_autoptr (FseTrainRequest) request = new_request (NOWHERE);
  GtkWidget                  *dialog;

  fse_request_string (&request->model, NOWHERE);
  fake->empty = TRUE;
  dialog      = open_dialog (fake, nothing);
  dialog_screenshot (dialog, "train-01-empty");
  dialog_press (dialog, "train");
  dialog_screenshot (dialog, "train-02-error");
  dialog_destroy (dialog);
  fake->empty = FALSE;
  dialog      = open_dialog (fake, request);
  dialog_wait_for (dialog, "the thumbnails were there", has_thumbnails);
  dialog_press (dialog, "train");
  dialog_wait_for (dialog, "the training failed", is_stopped);
  dialog_screenshot (dialog, "train-04-failed");
  dialog_destroy (dialog);
}

/* As a new user finds it. */
static void
show_settings (FakeHost *fake)
{
  g_autoptr (FseTrainRequest) request = new_request ("skin tone");
  GtkWidget                  *dialog;

  request->steps = request->size = 0;
  fse_train_request_automatic (request);
  dialog = open_dialog (fake, request);
  dialog_wait_for (dialog, "the thumbnails were there", has_thumbnails);
  dialog_wait_for (dialog, "the device was measured", is_measured);
  dialog_screenshot (dialog, "train-05-pairs");
  gtk_expander_set_expanded (GTK_EXPANDER (dialog_part (dialog, "advanced")), TRUE);
  dialog_wait_for (dialog, "the device was tested", is_tested);
  dialog_screenshot (dialog, "train-06-advanced");
  gtk_expander_set_expanded (GTK_EXPANDER (dialog_part (dialog, "advanced")), FALSE);
  gtk_button_clicked (GTK_BUTTON (dialog_part (dialog, "before")));
  dialog_screenshot (dialog, "train-07-chooser");
  dialog_destroy (dialog);
}

/* From the pairs to the finished edit, and the next dialogs after it. */
static void
show_training (FakeHost *fake)
{
  g_autoptr (FseTrainRequest) request = new_request ("skin tone");
  GtkWidget                  *dialog  = open_dialog (fake, request);

  dialog_wait_for (dialog, "the thumbnails were there", has_thumbnails);
  dialog_press (dialog, "train");
  dialog_wait_for (dialog, "the training was half done", is_half_done);
  dialog_screenshot (dialog, "train-08-training");
  dialog_press (dialog, "pause");
  dialog_screenshot (dialog, "train-09-paused");
  gtk_window_close (GTK_WINDOW (dialog));
  dialog_screenshot (dialog, "train-10-question");
  gtk_info_bar_response (GTK_INFO_BAR (dialog_part (dialog, "question")), 1);
  dialog_press (dialog, "pause");
  dialog_wait_for (dialog, "the training ended", is_idle);
  dialog_screenshot (dialog, "train-11-finished");
  dialog_press (dialog, "back");
  gtk_entry_set_text (GTK_ENTRY (dialog_part (dialog, "name")), "skin tone");
  dialog_press (dialog, "train");
  dialog_screenshot (dialog, "train-12-name-taken");
  gtk_info_bar_response (GTK_INFO_BAR (dialog_part (dialog, "taken")), 4); /* keep both */
  dialog_wait_for (dialog, "the training was half done", is_half_done);
  dialog_press (dialog, "close");
  dialog_wait_for (dialog, "the training stopped", is_idle);
  dialog_screenshot (dialog, "train-13-stopped");
  dialog_destroy (dialog);
  dialog = open_dialog (fake, request);
  dialog_wait_for (dialog, "the thumbnails were there", has_thumbnails);
  dialog_screenshot (dialog, "train-14-interrupted");
  dialog_destroy (dialog);
}

static void
show (void)
{
  FakeHost            *fake    = fake_host_new (folder);
  g_autoptr (FseImage) picture = g_getenv ("FSE_PICTURE") ? fse_image_load (g_getenv ("FSE_PICTURE"), NULL) : NULL;

  fake->picture = picture;
  show_errors (fake);
  show_problems (fake);
  show_settings (fake);
  show_training (fake);
  fake_host_free (fake);
}

int
main (int argc, char **argv)
{
  folder = dialog_tests_start (&argc, &argv);
  pairs  = g_getenv ("FSE_PAIRS");
  steps  = g_getenv ("FSE_STEPS") ? atoi (g_getenv ("FSE_STEPS")) : 40;
  g_test_add_func ("/show/train", show);
  return dialog_tests_end (folder);
}
