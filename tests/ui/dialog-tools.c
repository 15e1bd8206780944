/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See dialog-tools.h.
 */
#include "dialog-tools.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <time.h>

#include "i18n.h"
#include "fake-host.h"
#include "ui/message-bar.h"
#include "ui/model-card.h"
#include "ui/runs.h"

#define PATIENCE_SECONDS 240

typedef struct
{
  const gchar *name;
  GtkWidget   *found;
} Search;

static void
find (GtkWidget *widget, gpointer data)
{
  Search *search = data;

  if (! search->found && g_strcmp0 (gtk_widget_get_name (widget), search->name) == 0)
    search->found = widget;
  if (! search->found && GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), find, search); /* popovers, too */
}

GtkWidget *
dialog_part (GtkWidget *dialog, const gchar *name)
{
  Search search = { name, NULL };

  find (dialog, &search);
  if (! search.found)
    g_error ("the dialog has no “%s”", name);
  return search.found;
}

void
dialog_wait_for (GtkWidget *dialog, const gchar *what, DialogCondition condition)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_USEC_PER_SEC;

  while (! condition (dialog))
    {
      if (g_get_monotonic_time () > end)
        g_error ("waited in vain until %s; the message was: %s", what,
                 fse_message_bar_text (FSE_MESSAGE_BAR (dialog_part (dialog, "message"))));
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (5000);
    }
}

const gchar *
dialog_message_of (GtkWidget *dialog)
{
  return fse_message_bar_text (FSE_MESSAGE_BAR (dialog_part (dialog, "message")));
}

void
dialog_assert_message (GtkWidget *dialog, const gchar *piece)
{
  if (! strstr (dialog_message_of (dialog), piece))
    g_error ("the message should contain “%s”, and is: %s", piece, dialog_message_of (dialog));
}

FseImage *
dialog_stripes (gint width, gint height)
{
  FseImage *image = fse_image_new (width, height, NULL);

  for (gsize i = 0; i < (gsize) width * height; i++)
    for (gint k = 0; k < 4; k++)
      image->rgba[4 * i + k] = k == 3 || i % width % 2 == 0 ? 1.0f : 0.0f;
  image->bits = 8;
  return image;
}

gdouble
dialog_stripes_seen (GtkWidget *image)
{
  GtkAllocation    size;
  cairo_surface_t *surface;
  cairo_t         *cr;
  const guchar    *row;
  gint             from, to;
  gdouble          seen = 0.0;

  gtk_test_widget_wait_for_draw (image);
  gtk_widget_get_allocation (image, &size);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 2 * size.width, 2 * size.height);
  cairo_surface_set_device_scale (surface, 2.0, 2.0);
  cr = cairo_create (surface);
  gtk_widget_draw (image, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  row  = cairo_image_surface_get_data (surface) + (gsize) size.height * cairo_image_surface_get_stride (surface);
  from = size.width - 16; /* in its middle */
  to   = size.width + 16;
  for (gint x = from; x < to; x++)
    seen += ABS (row[4 * x + 4] - row[4 * x]) / 255.0 / (to - from);
  cairo_surface_destroy (surface);
  return seen;
}

void
dialog_screenshot (GtkWidget *dialog, const gchar *name)
{
  const gchar      *target = g_getenv ("FSE_SCREENSHOTS");
  GtkAllocation     size;
  cairo_surface_t  *surface;
  cairo_t          *cr;
  gint              fine;
  g_autofree gchar *path = NULL, *file = NULL;

  if (target)
    for (gint64 end = g_get_monotonic_time () + 500000; g_get_monotonic_time () < end;) /* transitions end */
      g_main_context_iteration (NULL, FALSE);
  gtk_test_widget_wait_for_draw (dialog);
  if (! target)
    return;
  gtk_widget_get_allocation (dialog, &size);
  fine    = gtk_widget_get_scale_factor (dialog);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, fine * size.width, fine * size.height);
  cairo_surface_set_device_scale (surface, fine, fine);
  cr      = cairo_create (surface);
  gtk_widget_draw (dialog, cr);
  file = g_strconcat (name, ".png", NULL);
  path = g_build_filename (target, file, NULL);
  cairo_surface_write_to_png (surface, path);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

void
dialog_press (GtkWidget *dialog, const gchar *name)
{
  GtkWidget *button = dialog_part (dialog, name);

  g_assert_true (gtk_widget_get_sensitive (button));
  g_assert_true (gtk_widget_get_visible (button));
  gtk_button_clicked (GTK_BUTTON (button));
}

gboolean
dialog_is_hidden (GtkWidget *dialog)
{
  return ! gtk_widget_get_visible (dialog);
}

gboolean
dialog_has_message (GtkWidget *dialog)
{
  return dialog_message_of (dialog)[0] != '\0';
}

void
dialog_destroy (GtkWidget *dialog)
{
  gtk_widget_destroy (dialog);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* --- names ----------------------------------------------------------------- */

/* Its own, its label's, or that of the combo box or file chooser whose button it is. */
static gboolean
has_name (GtkWidget *widget)
{
  for (GtkWidget *at = widget; at; at = gtk_widget_get_parent (at))
    {
      AtkObject                 *object = gtk_widget_get_accessible (at);
      g_autoptr (AtkRelationSet) set    = atk_object_ref_relation_set (object);
      const gchar               *name   = atk_object_get_name (object);

      if (atk_relation_set_contains (set, ATK_RELATION_LABELLED_BY)
          || (name && name[0] && (at == widget || GTK_IS_COMBO_BOX (at) || GTK_IS_FILE_CHOOSER_BUTTON (at))))
        return TRUE;
    }
  return FALSE;
}

static void
check_name (GtkWidget *widget, gpointer data)
{
  if (gtk_widget_get_can_focus (widget) && ! GTK_IS_WINDOW (widget) && ! has_name (widget)
      && ! gtk_style_context_has_class (gtk_widget_get_style_context (widget), "close")) /* an info bar's own, never shown */
    {
      g_autoptr (GtkWidgetPath) path = gtk_widget_path_copy (gtk_widget_get_path (widget));
      g_autofree gchar         *text = gtk_widget_path_to_string (path);

      g_error ("this has no accessible name: %s", text);
    }
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), check_name, data); /* popovers, too */
}

void
dialog_assert_accessible (GtkWidget *dialog)
{
  check_name (dialog, NULL);
}

/* --- the Tab key ----------------------------------------------------------- */

/* Boxes of rows and of cards are one stop, and the arrow keys go on from there. */
static void
note_stop (GtkWidget *widget, gpointer data)
{
  GHashTable *stops = data;

  if (! gtk_widget_get_mapped (widget) || ! gtk_widget_is_sensitive (widget))
    return;
  if (gtk_widget_get_can_focus (widget) && ! GTK_IS_WINDOW (widget) && ! GTK_IS_FLOW_BOX_CHILD (widget) && ! GTK_IS_LIST_BOX_ROW (widget))
    g_hash_table_add (stops, widget);
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), note_stop, stops);
}

static void
assert_keyboard (GtkWidget *dialog)
{
  g_autoptr (GHashTable) stops = g_hash_table_new (NULL, NULL), reached = g_hash_table_new (NULL, NULL);
  GHashTableIter         iter;
  gpointer               stop;
  GtkWidget             *focus;

  while (! gtk_window_has_toplevel_focus (GTK_WINDOW (dialog))) /* or rows would not let go in */
    {
      gdk_window_focus (gtk_widget_get_window (dialog), GDK_CURRENT_TIME);
      g_main_context_iteration (NULL, FALSE);
    }
  note_stop (dialog, stops);
  gtk_window_set_focus (GTK_WINDOW (dialog), NULL);
  do
    {
      gtk_widget_child_focus (dialog, GTK_DIR_TAB_FORWARD);
      focus = gtk_window_get_focus (GTK_WINDOW (dialog));
    }
  while (focus && g_hash_table_add (reached, focus));
  g_hash_table_iter_init (&iter, stops);
  while (g_hash_table_iter_next (&iter, &stop, NULL))
    if (! g_hash_table_contains (reached, stop))
      g_error ("the Tab key does not come to a %s called “%s”", G_OBJECT_TYPE_NAME (stop), gtk_widget_get_name (stop));
}

/* --- mnemonics ------------------------------------------------------------- */

static void
note_mnemonic (GtkWidget *widget, gpointer data)
{
  GHashTable *taken = data;

  if (! gtk_widget_get_visible (widget))
    return;
  if (GTK_IS_LABEL (widget) && gtk_label_get_mnemonic_keyval (GTK_LABEL (widget)) != GDK_KEY_VoidSymbol)
    {
      gpointer key = GUINT_TO_POINTER (gtk_label_get_mnemonic_keyval (GTK_LABEL (widget)));

      if (g_hash_table_contains (taken, key))
        g_error ("“%s” has the mnemonic of “%s”", gtk_label_get_label (GTK_LABEL (widget)), (gchar *) g_hash_table_lookup (taken, key));
      g_hash_table_insert (taken, key, (gpointer) gtk_label_get_label (GTK_LABEL (widget)));
    }
  if (GTK_IS_STACK (widget)) /* its other pages are not seen */
    note_mnemonic (gtk_stack_get_visible_child (GTK_STACK (widget)), taken);
  else if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), note_mnemonic, taken);
}

void
dialog_assert_mnemonics (GtkWidget *dialog)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (NULL, NULL);

  note_mnemonic (dialog, taken);
  g_assert_cmpuint (g_hash_table_size (taken), >, 0);
}

void
dialog_assert_usable (GtkWidget *dialog)
{
  gtk_test_widget_wait_for_draw (dialog);
  dialog_assert_accessible (dialog);
  dialog_assert_mnemonics (dialog);
  assert_keyboard (dialog);
}

gboolean
dialog_has_all_models (GtkWidget *dialog)
{
  GtkFlowBox      *flow = GTK_FLOW_BOX (dialog_part (dialog, "models"));
  GtkFlowBoxChild *child;

  for (gint i = 0; (child = gtk_flow_box_get_child_at_index (flow, i)); i++)
    if (! fse_model_card_info (FSE_MODEL_CARD (child)) && ! fse_model_card_trouble (FSE_MODEL_CARD (child)))
      return FALSE;
  return TRUE;
}

/* --- the main thread is never held up -------------------------------------- */

static gint64
thread_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static gboolean
beat (gpointer data)
{
  Heartbeat *heart = data;
  gint64     now   = g_get_monotonic_time (), worked = thread_time ();

  heart->longest   = MAX (heart->longest, now - heart->last);
  heart->most_work = MAX (heart->most_work, worked - heart->worked);
  heart->last      = now;
  heart->worked    = worked;
  return G_SOURCE_CONTINUE;
}

void
heartbeat_start (Heartbeat *heart)
{
  *heart = (Heartbeat) { .last = g_get_monotonic_time (), .worked = thread_time () };
  heart->source = g_timeout_add_full (G_PRIORITY_HIGH, 5, beat, heart, NULL);
}

static void
end (Heartbeat *heart, const gchar *during)
{
  g_source_remove (heart->source);
  g_test_message ("%s: held up for %.1f ms at most by the clock, for %.1f ms by work", during, heart->longest / 1e3, heart->most_work / 1e3);
}

void
heartbeat_end (Heartbeat *heart, const gchar *during)
{
  end (heart, during);
  g_assert_cmpint (heart->most_work, <, DIALOG_HOLD_UP);
}

void
heartbeat_end_opening (Heartbeat *heart, const gchar *during)
{
  end (heart, during);
  g_assert_cmpint (heart->most_work, <, 4 * DIALOG_HOLD_UP);
}

/* --- a run of tests ------------------------------------------------------- */

static void
remove_all (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  for (const gchar *name; dir && (name = g_dir_read_name (dir));)
    {
      g_autofree gchar *child = g_build_filename (path, name, NULL);

      remove_all (child);
    }
  g_remove (path);
}

gchar *
dialog_tests_start (int *argc, char ***argv)
{
  gchar *folder;

  if (g_getenv ("FSE_TEST_LOCALE_DIR"))
    bindtextdomain (GETTEXT_PACKAGE, g_getenv ("FSE_TEST_LOCALE_DIR"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE); /* GLib translates nothing where the program itself has no translation */
  gtk_test_init (argc, argv, NULL);
  setlocale (LC_ALL, ""); /* gtk_test_init() set it to "C" */
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", TRUE, "gtk-enable-animations", FALSE, NULL);
  folder = g_dir_make_tmp ("fse-ui-XXXXXX", NULL);
  g_assert_nonnull (folder);
  return folder;
}

gchar *
dialog_tests_train (const gchar *folder)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseTrainRequest) request = fse_train_request_new ();
  g_autoptr (GError)          error   = NULL;
  gchar                      *model   = g_build_filename (folder, "edit.fewshot.safetensors", NULL);
  FseTrainRun                *run;

  fse_request_string (&request->model, model);
  g_strfreev (request->settings);
  request->settings = g_strsplit ("batch=2", " ", -1);
  request->steps    = 6;
  request->size     = 64;
  for (gint k = 0; k < FAKE_PAIRS; k++)
    g_ptr_array_add (request->examples, fse_example_new_layers (10 + k, 30 + k));
  run = fse_train_run_start (&fake->host, request, FALSE, &error);
  g_assert_no_error (error);
  fse_train_run_end (run, &error);
  g_assert_no_error (error);
  fake_host_free (fake);
  return model;
}

int
dialog_tests_end (gchar *folder)
{
  int code = g_test_run ();

  remove_all (folder);
  g_free (folder);
  return code;
}
