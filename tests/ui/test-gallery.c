/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Trained edits as files, and the gallery that shows them.
 */
#include <gtk/gtk.h>

#include <glib/gstdio.h>
#include <string.h>

#include "dialog-tools.h"
#include "fake-host.h"
#include "ui/model-gallery.h"

static gchar *folder;  /* of this run */
static gchar *trained; /* a model */

static gchar *
fresh_folder (const gchar *name)
{
  return g_build_filename (folder, name, NULL);
}

/* Puts copies of the model of these names into a folder. */
static void
put (const gchar *where, const gchar *const *names)
{
  for (gint i = 0; names[i]; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree gchar  *path  = fse_model_import (trained, where, &error);
      g_autofree gchar  *named = NULL;

      g_assert_no_error (error);
      named = fse_model_rename (path, names[i], &error);
      g_assert_no_error (error);
    }
}

static guint
count (GtkWidget *gallery)
{
  g_autoptr (GPtrArray) paths = fse_model_gallery_paths (FSE_MODEL_GALLERY (gallery));

  return paths->len;
}

static const gchar *
chosen_name (GtkWidget *window)
{
  FseModelCard *card = fse_model_gallery_chosen (FSE_MODEL_GALLERY (dialog_part (window, "gallery")));

  return card ? fse_model_card_name (card) : NULL;
}

static gchar *sentence; /* the last trouble */

static void
on_trouble (GtkWidget *gallery, const gchar *text)
{
  g_free (sentence);
  sentence = g_strdup (text);
}

static GtkWidget *
show_gallery (const gchar *where, const gchar *chosen)
{
  GtkWidget *window  = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  GtkWidget *gallery = fse_model_gallery_new (where, chosen);

  gtk_widget_set_name (gallery, "gallery");
  gtk_window_set_default_size (GTK_WINDOW (window), 400, 560);
  g_signal_connect (gallery, "trouble", G_CALLBACK (on_trouble), NULL);
  gtk_container_add (GTK_CONTAINER (window), gallery);
  gtk_widget_show_all (window);
  return window;
}

static const gchar *
page (GtkWidget *window)
{
  return gtk_stack_get_visible_child_name (GTK_STACK (dialog_part (window, "gallery-pages")));
}

/* --- files ---------------------------------------------------------------- */

static void
test_files (void)
{
  g_autofree gchar         *where = fresh_folder ("files/within");
  g_autoptr (GError)        error = NULL;
  g_autofree gchar         *first = fse_model_import (trained, where, &error);
  g_autofree gchar         *second = fse_model_import (trained, where, &error);
  g_autofree gchar         *away = g_build_filename (folder, "away.fewshot.safetensors", NULL);
  g_autofree gchar         *moved = NULL, *name = NULL;
  g_autoptr (GPtrArray)     paths = NULL;
  g_autoptr (FseModelLook)  look = NULL;
  const gchar              *bad[] = { "", "  ", ".hidden", "a/b", "edit 2" };

  g_assert_no_error (error);
  name = fse_model_name (second);
  g_assert_cmpstr (name, ==, "edit 2"); /* the first has the name */
  for (gsize k = 0; k < G_N_ELEMENTS (bad); k++)
    {
      g_autofree gchar *none = fse_model_rename (first, bad[k], &error);

      g_assert_null (none);
      g_assert_error (error, FSE_ERROR, FSE_ERROR_USAGE);
      g_clear_error (&error);
    }
  moved = fse_model_rename (first, " Dusk ", &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (moved, "/Dusk.fewshot.safetensors"));
  g_assert_false (g_file_test (first, G_FILE_TEST_EXISTS));
  g_assert_true (fse_model_export (moved, away, &error));
  g_assert_no_error (error);
  look = fse_model_look (away, 2, 32, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (look->n, ==, 2);
  g_assert_cmpint (MAX (look->before[1]->width, look->before[1]->height), ==, 32);
  paths = fse_models_list (where);
  g_assert_cmpuint (paths->len, ==, 2);
  g_assert_true (fse_model_remove (second, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (second, G_FILE_TEST_EXISTS));
}

/* What is no edit does not get into the folder; a folder that takes nothing says so. */
static void
test_bad_import (void)
{
  g_autofree gchar  *where  = fresh_folder ("bad");
  g_autofree gchar  *lies   = g_build_filename (folder, "lies.fewshot.safetensors", NULL);
  g_autofree gchar  *within = g_build_filename (lies, "within", NULL);
  g_autoptr (GError) error  = NULL;
  g_autofree gchar  *none = NULL, *nowhere = NULL;
  g_autoptr (GPtrArray) paths = NULL;

  g_assert_true (g_file_set_contents (lies, "no model at all", -1, NULL));
  none = fse_model_import (lies, where, &error);
  g_assert_null (none);
  g_assert_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL);
  g_clear_error (&error);
  nowhere = fse_model_import (trained, within, &error); /* beneath a file */
  g_assert_null (nowhere);
  g_assert_error (error, FSE_ERROR, FSE_ERROR_IO);
  paths = fse_models_list (where);
  g_assert_cmpuint (paths->len, ==, 0);
}

/* --- the gallery ---------------------------------------------------------- */

static void
test_search (void)
{
  const gchar      *names[] = { "Dusk over water", "Ink", "Warm skin", NULL };
  g_autofree gchar *where   = fresh_folder ("search");
  GtkWidget        *window, *search;

  put (where, names);
  window = show_gallery (where, NULL);
  dialog_wait_for (window, "the files were looked into", dialog_has_all_models);
  search = dialog_part (window, "search");
  g_assert_cmpuint (count (dialog_part (window, "gallery")), ==, 3);
  dialog_screenshot (window, "gallery");
  for (gint k = 0; k < 2; k++) /* dim letters would not stand out of the colour of the chosen one */
    {
      GtkFlowBox      *flow = GTK_FLOW_BOX (dialog_part (window, "models"));
      GtkFlowBoxChild *card = gtk_flow_box_get_child_at_index (flow, k);

      gtk_flow_box_select_child (flow, gtk_flow_box_get_child_at_index (flow, 0));
      g_assert_cmpint (gtk_style_context_has_class (gtk_widget_get_style_context (dialog_part (GTK_WIDGET (card), "facts")), "dim-label"), ==, k == 1);
    }
  gtk_entry_set_text (GTK_ENTRY (search), "water dusk");
  g_signal_emit_by_name (search, "search-changed");
  g_assert_cmpuint (count (dialog_part (window, "gallery")), ==, 1);
  gtk_entry_set_text (GTK_ENTRY (search), "nothing like this");
  g_signal_emit_by_name (search, "search-changed");
  g_assert_cmpuint (count (dialog_part (window, "gallery")), ==, 0);
  g_assert_cmpstr (page (window), ==, "nothing");
  dialog_screenshot (window, "gallery-nothing");
  gtk_entry_set_text (GTK_ENTRY (search), "");
  g_signal_emit_by_name (search, "search-changed");
  g_assert_cmpstr (page (window), ==, "cards");
  dialog_assert_accessible (window);
  dialog_destroy (window);
}

static gboolean
one_left (GtkWidget *window)
{
  return count (dialog_part (window, "gallery")) == 1;
}

static void
test_delete_and_undo (void)
{
  const gchar      *names[] = { "Dusk", "Ink", NULL };
  g_autofree gchar *where   = fresh_folder ("delete");
  g_autofree gchar *file = NULL, *first = NULL;
  GtkWidget        *window;

  put (where, names);
  window = show_gallery (where, NULL);
  dialog_wait_for (window, "the files were looked into", dialog_has_all_models);
  first = g_strdup (chosen_name (window));
  file  = g_strdup (fse_model_card_path (fse_model_gallery_chosen (FSE_MODEL_GALLERY (dialog_part (window, "gallery")))));
  dialog_press (window, "delete");
  g_assert_true (one_left (window));
  g_assert_cmpstr (chosen_name (window), !=, first);
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS)); /* nothing is lost while it can be undone */
  dialog_screenshot (window, "gallery-undo");
  dialog_press (window, "undo");
  g_assert_cmpuint (count (dialog_part (window, "gallery")), ==, 2);
  g_assert_cmpstr (chosen_name (window), ==, first);
  g_assert_false (gtk_widget_get_visible (dialog_part (window, "undo-bar")));

  dialog_press (window, "delete"); /* and a second one settles the first */
  dialog_press (window, "delete");
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
  g_assert_cmpstr (page (window), ==, "empty");
  g_assert_null (chosen_name (window));
  dialog_press (window, "undo");
  g_assert_true (one_left (window));
  dialog_press (window, "delete");
  dialog_destroy (window); /* closing settles, too */
  {
    g_autoptr (GPtrArray) paths = fse_models_list (where);

    g_assert_cmpuint (paths->len, ==, 0);
  }
}

static void
test_rename (void)
{
  const gchar      *names[] = { "Dusk", "Ink", NULL };
  g_autofree gchar *where   = fresh_folder ("rename");
  g_autofree gchar *dusk    = g_build_filename (where, "Dusk.fewshot.safetensors", NULL);
  g_autofree gchar *dawn    = g_build_filename (where, "Dawn.fewshot.safetensors", NULL);
  GtkWidget        *window, *entry;

  put (where, names);
  window = show_gallery (where, dusk);
  dialog_wait_for (window, "the files were looked into", dialog_has_all_models);
  g_assert_cmpstr (chosen_name (window), ==, "Dusk");
  dialog_press (window, "rename");
  entry = dialog_part (window, "new-name");
  g_assert_cmpstr (gtk_entry_get_text (GTK_ENTRY (entry)), ==, "Dusk");
  gtk_entry_set_text (GTK_ENTRY (entry), "Ink");
  dialog_press (window, "rename-now");
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (dialog_part (window, "trouble"))), "“Ink” already"));
  g_assert_cmpstr (chosen_name (window), ==, "Dusk");
  dialog_screenshot (window, "gallery-rename");
  gtk_entry_set_text (GTK_ENTRY (entry), "Dawn");
  gtk_widget_activate (entry);
  g_assert_cmpstr (chosen_name (window), ==, "Dawn");
  g_assert_true (g_file_test (dawn, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (dusk, G_FILE_TEST_EXISTS));
  dialog_destroy (window);
}

static gboolean
has_two (GtkWidget *window)
{
  return count (dialog_part (window, "gallery")) == 2;
}

static gboolean
has_trouble (GtkWidget *window)
{
  return sentence != NULL;
}

/* Empty at first; then a file is added, and one appears in the folder by itself, as Train writes it. */
static void
test_empty_and_import (void)
{
  const gchar          *names[] = { "From Train", NULL };
  g_autofree gchar     *where   = fresh_folder ("import");
  g_autofree gchar     *lies    = g_build_filename (folder, "lies.fewshot.safetensors", NULL);
  GtkWidget            *window  = show_gallery (where, NULL);
  g_autoptr (GPtrArray) paths   = g_ptr_array_new ();
  FseModelGallery      *gallery = FSE_MODEL_GALLERY (dialog_part (window, "gallery"));

  g_assert_cmpstr (page (window), ==, "empty");
  dialog_screenshot (window, "gallery-empty");
  g_ptr_array_add (paths, trained);
  fse_model_gallery_import (gallery, paths);
  dialog_wait_for (window, "the file was added", one_left);
  dialog_wait_for (window, "it was looked into", dialog_has_all_models);
  g_assert_cmpstr (chosen_name (window), ==, "edit");
  put (where, names);
  dialog_wait_for (window, "the new file was seen", has_two);
  g_assert_cmpstr (chosen_name (window), ==, "edit");

  g_assert_true (g_file_set_contents (lies, "no model at all", -1, NULL));
  g_clear_pointer (&sentence, g_free);
  paths->pdata[0] = lies;
  fse_model_gallery_import (gallery, paths);
  dialog_wait_for (window, "the bad file was told", has_trouble);
  g_assert_nonnull (strstr (sentence, "lies"));
  g_assert_true (has_two (window));
  dialog_destroy (window);
}

/* A file that is none is shown as such; it can be deleted, and cannot be given away. */
static void
test_broken_card (void)
{
  const gchar      *names[] = { "Ink", NULL };
  g_autofree gchar *where   = fresh_folder ("broken");
  g_autofree gchar *broken  = g_build_filename (where, "Broken.fewshot.safetensors", NULL);
  GtkWidget        *window;

  put (where, names);
  g_assert_true (g_file_set_contents (broken, "no model at all", -1, NULL));
  window = show_gallery (where, broken);
  dialog_wait_for (window, "the files were looked into", dialog_has_all_models);
  g_assert_cmpstr (chosen_name (window), ==, "Broken");
  g_assert_null (fse_model_card_info (fse_model_gallery_chosen (FSE_MODEL_GALLERY (dialog_part (window, "gallery")))));
  g_assert_false (gtk_widget_get_sensitive (dialog_part (window, "export")));
  dialog_screenshot (window, "gallery-broken");
  dialog_press (window, "delete");
  g_assert_cmpstr (chosen_name (window), ==, "Ink");
  dialog_destroy (window);
}

/* Another folder, and back. */
static void
test_folder (void)
{
  const gchar      *here[] = { "Ink", NULL }, *there[] = { "Dusk", "Skin", NULL };
  g_autofree gchar *first  = fresh_folder ("here");
  g_autofree gchar *second = fresh_folder ("there");
  GtkWidget        *window, *gallery;

  put (first, here);
  put (second, there);
  window  = show_gallery (first, NULL);
  gallery = dialog_part (window, "gallery");
  g_assert_cmpuint (count (gallery), ==, 1);
  fse_model_gallery_set_folder (FSE_MODEL_GALLERY (gallery), second);
  g_assert_cmpuint (count (gallery), ==, 2);
  g_assert_nonnull (chosen_name (window));
  fse_model_gallery_set_folder (FSE_MODEL_GALLERY (gallery), first);
  g_assert_cmpstr (chosen_name (window), ==, "Ink");
  dialog_destroy (window);
}

int
main (int argc, char **argv)
{
  int code;

  folder  = dialog_tests_start (&argc, &argv);
  trained = dialog_tests_train (folder);
  g_test_add_func ("/gallery/files", test_files);
  g_test_add_func ("/gallery/bad import", test_bad_import);
  g_test_add_func ("/gallery/search", test_search);
  g_test_add_func ("/gallery/delete and undo", test_delete_and_undo);
  g_test_add_func ("/gallery/rename", test_rename);
  g_test_add_func ("/gallery/empty, added, appeared", test_empty_and_import);
  g_test_add_func ("/gallery/a broken file", test_broken_card);
  g_test_add_func ("/gallery/another folder", test_folder);
  code = dialog_tests_end (folder);
  g_free (trained);
  return code;
}
