/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pair-list.h.
 */
#include "i18n.h"

#include "pair-list.h"

#include "file-pairs.h"
#include "pair-row.h"
#include "pairing.h"
#include "source-chooser.h"
#include "source-drop.h"
#include "ui-init.h"

#define AT_ONCE 4 /* rows: about what is seen without scrolling */
#define MAKER_MILLISECONDS 20
#define N_BUTTONS 6

struct _FsePairList
{
  GtkBox         parent_instance;
  FseHost       *host;
  FsePairLooker *looker;
  GPtrArray     *layers; /* as the host listed them last */
  GQueue         waiting; /* FseExample without a row yet, in order behind those that have one */
  guint          maker;   /* makes the next rows, or 0 */
  guint          left;    /* how many rows may be made before that */
  gboolean       quiet;   /* much changes at once */
  GtkWidget     *box, *count, *all;
};

G_DEFINE_TYPE (FsePairList, fse_pair_list, GTK_TYPE_BOX)

static guint changed_signal;

/* Calls what with each row. */
static void
each_row (FsePairList *list, void (*call) (FsePairRow *row, gpointer data), gpointer data)
{
  GList *rows = gtk_container_get_children (GTK_CONTAINER (list->box));

  for (GList *at = rows; at; at = at->next)
    call (at->data, data);
  g_list_free (rows);
}

/* --- the count ------------------------------------------------------------ */

static gchar *
advice (guint n)
{
  g_autofree gchar *pairs = g_strdup_printf (ngettext ("%u pair", "%u pairs", n), n);

  if (n == 0)
    return g_strdup (_("No pairs yet"));
  if (n < FSE_PAIRS_LEAST)
    return g_strdup_printf (_("%s: %d are the least that is worth training"), pairs, FSE_PAIRS_LEAST);
  if (n < FSE_PAIRS_GOOD)
    return g_strdup_printf (_("%s: enough to begin; %d are good"), pairs, FSE_PAIRS_GOOD);
  return g_strdup_printf (_("%s: a good number"), pairs);
}

static void
number_row (FsePairRow *row, gpointer data)
{
  fse_pair_row_set_number (row, ++*(guint *) data);
}

static void
changed (FsePairList *list)
{
  guint             doubts = fse_pair_list_doubts (list);
  g_autofree gchar *text   = advice (fse_pair_list_size (list));
  g_autofree gchar *more   = doubts ? g_strdup_printf (ngettext ("%u needs a look", "%u need a look", doubts), doubts) : NULL;
  g_autofree gchar *both   = more ? g_strconcat (text, " · ", more, NULL) : g_strdup (text);

  gtk_label_set_text (GTK_LABEL (list->count), both);
  gtk_widget_set_sensitive (list->all, gtk_list_box_get_row_at_index (GTK_LIST_BOX (list->box), 0) != NULL);
  g_signal_emit (list, changed_signal, 0);
}

static void
renumber (FsePairList *list)
{
  guint number = 0;

  each_row (list, number_row, &number);
  changed (list);
}

/* --- rows ----------------------------------------------------------------- */

static void
destroy_row (FsePairRow *row, gpointer data)
{
  gtk_widget_destroy (GTK_WIDGET (row));
}

static void
on_row_changed (FsePairList *list)
{
  if (! list->quiet)
    changed (list);
}

static void
on_dropped (FsePairRow *row, FsePairList *list)
{
  gtk_widget_destroy (GTK_WIDGET (row));
  renumber (list);
}

static void
make_row (FsePairList *list, const FseExample *example)
{
  GtkWidget *row = fse_pair_row_new (list->host, list->looker, list->layers, example);

  g_signal_connect_swapped (row, "changed", G_CALLBACK (on_row_changed), list);
  g_signal_connect (row, "dropped", G_CALLBACK (on_dropped), list);
  gtk_container_add (GTK_CONTAINER (list->box), row);
  gtk_widget_show (row);
}

static void
make_rows (FsePairList *list, guint most)
{
  guint number = 0;

  for (guint k = 0; k < most && list->waiting.length > 0; k++)
    {
      g_autoptr (FseExample) example = g_queue_pop_head (&list->waiting);

      make_row (list, example);
    }
  each_row (list, number_row, &number);
}

static gboolean
on_maker (gpointer data)
{
  FsePairList *list = data;

  make_rows (list, AT_ONCE);
  if (list->waiting.length > 0)
    return G_SOURCE_CONTINUE;
  list->maker = 0;
  return G_SOURCE_REMOVE;
}

/* A row has icons to draw and words to measure: some at once, the others in the next turns of the main loop. */
static void
add_row (FsePairList *list, const FseExample *example)
{
  if (list->maker == 0)
    {
      list->left  = AT_ONCE;
      list->maker = g_timeout_add (MAKER_MILLISECONDS, on_maker, list);
    }
  if (list->left > 0)
    make_row (list, example);
  else
    g_queue_push_tail (&list->waiting, fse_example_copy (example));
  list->left -= list->left > 0;
}

static void
clear (FsePairList *list)
{
  g_queue_clear_full (&list->waiting, (GDestroyNotify) fse_example_free);
  each_row (list, destroy_row, NULL);
  list->left = AT_ONCE;
}

static void
list_layers (FsePairList *list)
{
  g_clear_pointer (&list->layers, g_ptr_array_unref);
  list->layers = list->host->list_layers (list->host);
}

void
fse_pair_list_set (FsePairList *list, GPtrArray *examples)
{
  list_layers (list);
  clear (list);
  for (guint i = 0; i < examples->len; i++)
    add_row (list, g_ptr_array_index (examples, i));
  renumber (list);
}

void
fse_pair_list_auto (FsePairList *list)
{
  g_autoptr (GArray) pairs = NULL;

  list_layers (list);
  pairs = fse_pairing_guess (list->layers);
  clear (list);
  for (guint i = 0; i < pairs->len; i++)
    {
      const FsePairing      *pair    = &g_array_index (pairs, FsePairing, i);
      g_autoptr (FseExample) example = fse_example_new_layers (pair->before, pair->after);

      add_row (list, example);
    }
  renumber (list);
}

static void
collect (FsePairRow *row, gpointer examples)
{
  if (fse_pair_row_used (row))
    g_ptr_array_add (examples, fse_example_copy (fse_pair_row_example (row)));
}

GPtrArray *
fse_pair_list_get (FsePairList *list)
{
  GPtrArray *examples = g_ptr_array_new_with_free_func ((GDestroyNotify) fse_example_free);

  each_row (list, collect, examples);
  for (GList *at = list->waiting.head; at; at = at->next)
    if (fse_example_is_complete (at->data))
      g_ptr_array_add (examples, fse_example_copy (at->data));
  return examples;
}

gboolean
fse_pair_list_is_auto (FsePairList *list)
{
  g_autoptr (GPtrArray) examples = fse_pair_list_get (list);
  g_autoptr (GPtrArray) layers   = list->host->list_layers (list->host);
  g_autoptr (GArray)    pairs    = fse_pairing_guess (layers);

  if (examples->len != pairs->len)
    return FALSE;
  for (guint i = 0; i < pairs->len; i++)
    {
      const FsePairing *pair    = &g_array_index (pairs, FsePairing, i);
      const FseExample *example = g_ptr_array_index (examples, i);

      if (example->before.file || example->after.file || example->before.layer != pair->before || example->after.layer != pair->after
          || example->mend.crop || example->mend.dx != 0.0 || example->mend.dy != 0.0)
        return FALSE;
    }
  return TRUE;
}

static void
count_used (FsePairRow *row, gpointer n)
{
  *(guint *) n += fse_pair_row_used (row);
}

guint
fse_pair_list_size (FsePairList *list)
{
  guint n = 0;

  each_row (list, count_used, &n);
  for (GList *at = list->waiting.head; at; at = at->next)
    n += fse_example_is_complete (at->data);
  return n;
}

static void
count_doubtful (FsePairRow *row, gpointer n)
{
  *(guint *) n += fse_pair_row_doubtful (row);
}

guint
fse_pair_list_doubts (FsePairList *list)
{
  guint n = 0;

  each_row (list, count_doubtful, &n);
  return n;
}

gboolean
fse_pair_list_busy (FsePairList *list)
{
  return list->maker != 0 || fse_pair_looker_busy (list->looker);
}

FsePairLooker *
fse_pair_list_looker (FsePairList *list)
{
  return list->looker;
}

/* --- files ---------------------------------------------------------------- */

void
fse_pair_list_add_files (FsePairList *list, gchar **paths)
{
  g_autoptr (GPtrArray) examples = fse_file_pairs (paths);

  for (guint i = 0; i < examples->len; i++)
    add_row (list, g_ptr_array_index (examples, i));
  renumber (list);
}

/* First comes the before, then its after. */
static void
add_layer (FsePairList *list, gint layer)
{
  g_autoptr (FseExample) example = fse_example_new_layers (layer, -1);
  g_autoptr (GList)      rows    = NULL;
  GList                 *last;

  make_rows (list, G_MAXUINT);
  rows = gtk_container_get_children (GTK_CONTAINER (list->box));
  last = g_list_last (rows);
  list_layers (list);
  if (! last || ! fse_pair_row_fill (last->data, layer))
    add_row (list, example);
  renumber (list);
}

static void
on_list_drop (GtkWidget *box, GdkDragContext *context, gint x, gint y, GtkSelectionData *data, guint info, guint time,
              FsePairList *list)
{
  g_auto (GStrv) files = fse_source_drop_files (data);
  gint           layer = fse_source_drop_layer (list->host, data);

  if (layer >= 0)
    add_layer (list, layer);
  else
    fse_pair_list_add_files (list, files);
  gtk_drag_finish (context, layer >= 0 || files[0], FALSE, time);
}

static void
on_files_response (GtkWidget *dialog, gint response, FsePairList *list)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      GSList                *names = gtk_file_chooser_get_filenames (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GPtrArray)  paths = g_ptr_array_new_with_free_func (g_free);

      for (GSList *at = names; at; at = at->next)
        g_ptr_array_add (paths, at->data);
      g_slist_free (names);
      g_ptr_array_add (paths, NULL);
      fse_pair_list_add_files (list, (gchar **) paths->pdata);
    }
  gtk_widget_destroy (dialog);
}

static void
ask_for_files (FsePairList *list, gboolean folder)
{
  GtkWidget      *top    = gtk_widget_get_toplevel (GTK_WIDGET (list));
  GtkWidget      *dialog = gtk_file_chooser_dialog_new (folder ? _("Add a Folder of Pairs") : _("Add Pictures"), GTK_WINDOW (top),
                                                        folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER : GTK_FILE_CHOOSER_ACTION_OPEN,
                                                        _("_Cancel"), GTK_RESPONSE_CANCEL, _("_Add"), GTK_RESPONSE_ACCEPT, NULL);

  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), ! folder);
  if (! folder)
    fse_add_picture_filter (GTK_FILE_CHOOSER (dialog));
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_files_response), list);
  gtk_widget_show (dialog);
}

/* --- the user's hand ------------------------------------------------------ */

static void
on_auto (GtkWidget *button, FsePairList *list)
{
  fse_pair_list_auto (list);
}

static void
on_add (GtkWidget *button, FsePairList *list)
{
  g_autoptr (FseExample) example = fse_example_new ();

  list_layers (list);
  add_row (list, example);
  renumber (list);
}

static void
on_files (GtkWidget *button, FsePairList *list)
{
  ask_for_files (list, FALSE);
}

static void
on_folder (GtkWidget *button, FsePairList *list)
{
  ask_for_files (list, TRUE);
}

static void
swap_row (FsePairRow *row, gpointer data)
{
  fse_pair_row_swap (row);
}

static void
on_swap_all (GtkWidget *button, FsePairList *list)
{
  make_rows (list, G_MAXUINT);
  list->quiet = TRUE;
  each_row (list, swap_row, NULL);
  list->quiet = FALSE;
  changed (list);
}

static void
on_clear (GtkWidget *button, FsePairList *list)
{
  clear (list);
  renumber (list);
}

/* --- building ------------------------------------------------------------- */

static GtkWidget *
add_button (FsePairList *list, GtkWidget *flow, const gchar *name, const gchar *label, const gchar *tip, GCallback clicked)
{
  GtkWidget *button = fse_named (gtk_button_new_with_mnemonic (label), name);
  GtkWidget *child  = gtk_flow_box_child_new ();

  gtk_widget_set_tooltip_text (button, tip);
  g_signal_connect (button, "clicked", clicked, list);
  gtk_container_add (GTK_CONTAINER (child), button);
  gtk_widget_set_can_focus (child, FALSE);
  gtk_container_add (GTK_CONTAINER (flow), child);
  return button;
}

/* A flow box stops the Tab key at children that hold buttons: here each button is a stop of its own. */
static gboolean
on_focus (GtkWidget *flow, GtkDirectionType direction)
{
  gint             step  = direction == GTK_DIR_TAB_BACKWARD || direction == GTK_DIR_UP || direction == GTK_DIR_LEFT ? -1 : 1;
  GtkWidget       *at    = gtk_container_get_focus_child (GTK_CONTAINER (flow));
  gint             place = at ? gtk_flow_box_child_get_index (GTK_FLOW_BOX_CHILD (at)) + step : step > 0 ? 0 : N_BUTTONS - 1;
  GtkFlowBoxChild *child;

  for (; place >= 0 && (child = gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (flow), place)); place += step)
    if (gtk_widget_child_focus (gtk_bin_get_child (GTK_BIN (child)), direction))
      return TRUE;
  g_signal_stop_emission_by_name (flow, "focus");
  return FALSE;
}

static GtkWidget *
build_buttons (FsePairList *list)
{
  GtkWidget *flow = gtk_flow_box_new ();

  g_signal_connect (flow, "focus", G_CALLBACK (on_focus), NULL);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), N_BUTTONS);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), 2);
  add_button (list, flow, "auto", _("Pair La_yers"),
              _("Look at the open images again, and pair their layers by name (“… before”, “… after”), by group or by order"),
              G_CALLBACK (on_auto));
  add_button (list, flow, "add", _("_New Pair"), _("Add an empty pair; then choose its two pictures"), G_CALLBACK (on_add));
  add_button (list, flow, "files", _("Add F_iles…"), _("Add pictures, which are paired by their names"), G_CALLBACK (on_files));
  add_button (list, flow, "folder", _("Add Fol_der…"),
              _("Add a folder with “before” and “after” in it, or with files NAME_before and NAME_after"), G_CALLBACK (on_folder));
  list->all = add_button (list, flow, "swap-all", _("S_wap All"), _("Exchange before and after in all pairs"), G_CALLBACK (on_swap_all));
  add_button (list, flow, "clear", _("Clea_r"), _("Take all pairs out of the list"), G_CALLBACK (on_clear));
  return flow;
}

static GtkWidget *
build_placeholder (void)
{
  GtkWidget *label = gtk_label_new (_("Show what you want: pictures before and after your edit.\n"
                                      "Drop files or layers here, or pair the layers of your open images."));

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 50);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), GTK_STYLE_CLASS_DIM_LABEL);
  gtk_widget_set_margin_top (label, 48);
  gtk_widget_set_margin_bottom (label, 48);
  gtk_widget_show (label);
  return label;
}

static void
dispose (GObject *object)
{
  FsePairList *list = FSE_PAIR_LIST (object);

  g_clear_handle_id (&list->maker, g_source_remove);
  g_queue_clear_full (&list->waiting, (GDestroyNotify) fse_example_free);
  G_OBJECT_CLASS (fse_pair_list_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  FsePairList *list = FSE_PAIR_LIST (object);

  g_clear_pointer (&list->looker, fse_pair_looker_free);
  g_clear_pointer (&list->layers, g_ptr_array_unref);
  G_OBJECT_CLASS (fse_pair_list_parent_class)->finalize (object);
}

static void
fse_pair_list_class_init (FsePairListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose  = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  changed_signal = g_signal_new ("changed", FSE_TYPE_PAIR_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_pair_list_init (FsePairList *list)
{
  GtkWidget *scrolled;

  gtk_orientable_set_orientation (GTK_ORIENTABLE (list), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (list), 6);
  list->layers = g_ptr_array_new ();

  list->box = fse_named (gtk_list_box_new (), "pair-box");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list->box), GTK_SELECTION_NONE);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (list->box), build_placeholder ());
  atk_object_set_name (gtk_widget_get_accessible (list->box), _("Example pairs"));
  g_signal_connect (list->box, "drag-data-received", G_CALLBACK (on_list_drop), list);

  scrolled = fse_ui_scroller (list->box);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scrolled), GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 220);
  gtk_box_pack_start (GTK_BOX (list), build_buttons (list), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (list), scrolled, TRUE, TRUE, 0);

  list->count = fse_named (gtk_label_new (NULL), "count");
  gtk_label_set_line_wrap (GTK_LABEL (list->count), TRUE);
  gtk_label_set_xalign (GTK_LABEL (list->count), 0.0f);
  gtk_box_pack_start (GTK_BOX (list), list->count, FALSE, FALSE, 0);
}

GtkWidget *
fse_pair_list_new (FseHost *host)
{
  FsePairList *list = g_object_new (FSE_TYPE_PAIR_LIST, NULL);

  list->host   = host;
  list->looker = fse_pair_looker_new (host);
  fse_source_drop_enable (list->box, host);
  changed (list);
  return GTK_WIDGET (list);
}
