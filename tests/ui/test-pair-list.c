/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is dropped onto the list of pairs.  The data come from a selection, as they
 * do in a drag; only the hand is missing.
 */
#include <gtk/gtk.h>
#include <gdk/gdkx.h>

#include <string.h>

#include "dialog-tools.h"
#include "fake-host.h"
#include "ui/film-strip.h"
#include "ui/model-card.h"
#include "ui/pair-list.h"
#include "ui/pair-look.h"
#include "ui/pair-row.h"

#define URI_TARGET "text/uri-list"

static gchar *folder; /* of this run */

typedef struct
{
  GtkWidget   *source, *onto;
  const gchar *text;
  gboolean     dropped;
} Drop;

static void
on_get (GtkWidget *source, GtkSelectionData *data, guint info, guint time, const Drop *drop)
{
  gtk_selection_data_set (data, gtk_selection_data_get_target (data), 8, (const guchar *) drop->text, (gint) strlen (drop->text));
}

static void
on_received (GtkWidget *source, GtkSelectionData *data, guint time, Drop *drop)
{
  g_autoptr (GdkDragContext) context = g_object_new (gdk_x11_drag_context_get_type (), NULL);

  g_assert_cmpint (gtk_selection_data_get_length (data), ==, strlen (drop->text));
  g_signal_emit_by_name (drop->onto, "drag-data-received", context, 0, 0, data, 0, time);
  drop->dropped = TRUE;
}

/* As if the text were dragged there; it must be something that is taken. */
static void
drop_onto (GtkWidget *onto, const gchar *target, const gchar *text)
{
  GdkAtom selection = gdk_atom_intern ("FSE_TEST", FALSE), atom = gdk_atom_intern (target, FALSE);
  Drop    drop      = { gtk_invisible_new (), onto, text, FALSE };

  g_assert_true (gtk_target_list_find (gtk_drag_dest_get_target_list (onto), atom, NULL));
  gtk_selection_add_target (drop.source, selection, atom, 0);
  g_signal_connect (drop.source, "selection-get", G_CALLBACK (on_get), &drop);
  g_signal_connect (drop.source, "selection-received", G_CALLBACK (on_received), &drop);
  g_assert_true (gtk_selection_owner_set (drop.source, selection, GDK_CURRENT_TIME));
  g_assert_true (gtk_selection_convert (drop.source, selection, atom, GDK_CURRENT_TIME));
  while (! drop.dropped)
    g_main_context_iteration (NULL, TRUE);
  gtk_widget_destroy (drop.source);
}

static gboolean
is_calm (GtkWidget *window)
{
  return ! fse_pair_list_busy (FSE_PAIR_LIST (dialog_part (window, "pairs")));
}

static GtkWidget *
show_list (FakeHost *fake)
{
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);

  gtk_container_add (GTK_CONTAINER (window), fse_pair_list_new (&fake->host));
  gtk_widget_set_name (gtk_bin_get_child (GTK_BIN (window)), "pairs");
  gtk_widget_show_all (window);
  return window;
}

static FsePairRow *
row_at (GtkWidget *window, gint k)
{
  return FSE_PAIR_ROW (gtk_list_box_get_row_at_index (GTK_LIST_BOX (dialog_part (window, "pair-box")), k));
}

static void
assert_layers (GtkWidget *window, gint k, gint before, gint after)
{
  const FseExample *example = fse_pair_row_example (row_at (window, k));

  g_assert_cmpint (example->before.layer, ==, before);
  g_assert_cmpint (example->after.layer, ==, after);
}

/* The first is a before, the next its after, and so on; on a picture it takes that one's place. */
static void
test_layers (void)
{
  FakeHost  *fake   = fake_host_new (folder);
  GtkWidget *window = show_list (fake);
  GtkWidget *box    = dialog_part (window, "pair-box");

  drop_onto (box, FAKE_LAYER_TARGET, "10");
  assert_layers (window, 0, 10, -1);
  drop_onto (box, FAKE_LAYER_TARGET, "30");
  assert_layers (window, 0, 10, 30);
  drop_onto (box, FAKE_LAYER_TARGET, "11");
  assert_layers (window, 1, 11, -1);
  drop_onto (dialog_part (GTK_WIDGET (row_at (window, 0)), "after"), FAKE_LAYER_TARGET, "32");
  assert_layers (window, 0, 10, 32);
  drop_onto (box, FAKE_LAYER_TARGET, "4711"); /* of another program */
  assert_layers (window, 1, 11, -1);
  g_assert_cmpuint (fse_pair_list_size (FSE_PAIR_LIST (dialog_part (window, "pairs"))), ==, 1);
  dialog_wait_for (window, "the thumbnails were there", is_calm);
  dialog_destroy (window);
  fake_host_free (fake);
}

static void
test_files (void)
{
  FakeHost           *fake   = fake_host_new (folder);
  GtkWidget          *window = show_list (fake);
  g_autoptr (FseImage) image = fake->host.read_layer (&fake->host, 10, 64, NULL);
  g_autofree gchar   *before = g_build_filename (folder, "cat before.png", NULL);
  g_autofree gchar   *after  = g_build_filename (folder, "cat after.png", NULL);
  g_autofree gchar   *first  = g_filename_to_uri (before, NULL, NULL);
  g_autofree gchar   *second = g_filename_to_uri (after, NULL, NULL);
  g_autofree gchar   *both   = g_strconcat (second, "\r\n", first, "\r\n", NULL);
  const FseExample   *example;

  g_assert_true (fse_image_save (image, before, NULL));
  g_assert_true (fse_image_save (image, after, NULL));
  drop_onto (dialog_part (window, "pair-box"), URI_TARGET, both);
  example = fse_pair_row_example (row_at (window, 0));
  g_assert_cmpstr (example->before.file, ==, before);
  g_assert_cmpstr (example->after.file, ==, after);
  drop_onto (dialog_part (GTK_WIDGET (row_at (window, 0)), "after"), URI_TARGET, first);
  g_assert_cmpstr (fse_pair_row_example (row_at (window, 0))->after.file, ==, before);
  dialog_wait_for (window, "the thumbnails were there", is_calm);
  dialog_destroy (window);
  fake_host_free (fake);
}

static void
assert_count (GtkWidget *window, const gchar *piece)
{
  const gchar *text = gtk_label_get_text (GTK_LABEL (dialog_part (window, "count")));

  if (! strstr (text, piece))
    g_error ("the count should contain “%s”, and is: %s", piece, text);
}

static GtkWidget *
in_row (GtkWidget *window, gint k, const gchar *name)
{
  return dialog_part (GTK_WIDGET (row_at (window, k)), name);
}

/* Paired, swapped, ticked off, taken out; and what is counted. */
static void
test_hand (void)
{
  FakeHost             *fake   = fake_host_new (folder);
  GtkWidget            *window = show_list (fake);
  FsePairList          *list   = FSE_PAIR_LIST (dialog_part (window, "pairs"));
  g_autoptr (GPtrArray) left   = NULL;

  assert_count (window, "No pairs yet");
  dialog_press (window, "auto");
  dialog_wait_for (window, "the thumbnails were there", is_calm);
  assert_count (window, "5 pairs: enough to begin; 20 are good");
  gtk_button_clicked (GTK_BUTTON (in_row (window, 1, "swap")));
  assert_layers (window, 0, 10, 30);
  assert_layers (window, 1, 31, 11);
  dialog_press (window, "swap-all");
  for (gint k = 0; k < FAKE_PAIRS; k++)
    assert_layers (window, k, k == 1 ? 11 : 30 + k, k == 1 ? 31 : 10 + k);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (in_row (window, 0, "use")), FALSE);
  assert_count (window, "4 pairs: 5 are the least");
  gtk_button_clicked (GTK_BUTTON (in_row (window, 2, "drop")));
  assert_count (window, "3 pairs");
  left = fse_pair_list_get (list);
  g_assert_cmpuint (left->len, ==, 3);
  g_assert_cmpint (((FseExample *) g_ptr_array_index (left, 0))->before.layer, ==, 11); /* not the one that is ticked off */
  g_assert_cmpint (((FseExample *) g_ptr_array_index (left, 1))->before.layer, ==, 33);
  dialog_press (window, "clear");
  assert_count (window, "No pairs yet");
  g_assert_null (row_at (window, 0));
  dialog_wait_for (window, "the looking ended", is_calm);
  dialog_destroy (window);
  fake_host_free (fake);
}

/* A new pair's pictures are chosen by their thumbnails, of all open images. */
static void
test_chooser (void)
{
  FakeHost   *fake   = fake_host_new (folder);
  GtkWidget  *window = show_list (fake);
  GtkFlowBox *layers;

  dialog_press (window, "add");
  assert_layers (window, 0, -1, -1);
  dialog_press (window, "before");
  layers = GTK_FLOW_BOX (dialog_part (window, "layers"));
  dialog_wait_for (window, "the thumbnails were there", is_calm);
  g_assert_nonnull (gtk_flow_box_get_child_at_index (layers, 2 * FAKE_PAIRS)); /* and the photo */
  g_signal_emit_by_name (layers, "child-activated", gtk_flow_box_get_child_at_index (layers, 2 * FAKE_PAIRS));
  assert_layers (window, 0, FAKE_PICTURE, -1);
  dialog_wait_for (window, "the thumbnail was there", is_calm);
  dialog_press (window, "after");
  dialog_destroy (window); /* while the other chooser is open, and its thumbnails are being made */
  fake_host_free (fake);
}

/* Thumbnails have the pixels of a screen of two a dot, wherever they come from. */
static void
test_fine_thumbnails (void)
{
  FakeHost            *fake    = fake_host_new (folder);
  GtkWidget           *window  = show_list (fake), *other = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  GtkWidget           *box     = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *pair = fse_before_after_new (80), *strip = fse_film_strip_new ();
  g_autoptr (FseImage) large   = dialog_stripes (2 * FSE_THUMBNAIL, 2 * FSE_THUMBNAIL), card = dialog_stripes (160, 120), small = dialog_stripes (128, 128);
  g_autofree gchar    *before  = g_build_filename (folder, "stripes before.png", NULL);
  g_autofree gchar    *uri     = g_filename_to_uri (before, NULL, NULL);
  g_autoptr (GList)    images  = gtk_container_get_children (GTK_CONTAINER (pair));

  g_assert_true (fse_image_save (large, before, NULL));
  dialog_press (window, "add");
  drop_onto (dialog_part (window, "before"), URI_TARGET, uri);
  dialog_wait_for (window, "the thumbnail was there", is_calm);
  g_assert_cmpfloat (dialog_stripes_seen (gtk_bin_get_child (GTK_BIN (dialog_part (window, "before")))), >, 0.9);

  gtk_container_add (GTK_CONTAINER (other), box);
  gtk_container_add (GTK_CONTAINER (box), pair);
  gtk_container_add (GTK_CONTAINER (box), strip);
  fse_before_after_set (pair, card, card);
  fse_film_strip_add (FSE_FILM_STRIP (strip), small, 1);
  gtk_widget_show_all (other);
  g_assert_cmpfloat (dialog_stripes_seen (images->data), >, 0.9);
  g_assert_cmpfloat (dialog_stripes_seen (images->next->data), >, 0.9);
  g_assert_cmpfloat (dialog_stripes_seen (dialog_part (strip, "film-picture")), >, 0.9);
  dialog_destroy (other);
  dialog_destroy (window);
  fake_host_free (fake);
}

int
main (int argc, char **argv)
{
  folder = dialog_tests_start (&argc, &argv);
  g_test_add_func ("/pairs/layers dropped", test_layers);
  g_test_add_func ("/pairs/files dropped", test_files);
  g_test_add_func ("/pairs/swapped, ticked off, taken out", test_hand);
  g_test_add_func ("/pairs/chosen by thumbnail", test_chooser);
  g_test_add_func ("/pairs/thumbnails on a fine screen", test_fine_thumbnails);
  return dialog_tests_end (folder);
}
