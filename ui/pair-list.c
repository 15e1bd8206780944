/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pair-list.h.
 */
#include "config-i18n.h"

#include "pair-list.h"

#include "pairing.h"

enum
{
  COLUMN_BEFORE,      /* gint: layer, -1 = not chosen */
  COLUMN_BEFORE_TEXT,
  COLUMN_AFTER,
  COLUMN_AFTER_TEXT,
  N_COLUMNS
};

struct _FsePairList
{
  GtkBox        parent_instance;
  FseHost      *host;
  GtkListStore *pairs;
  GtkListStore *choices; /* layer, text */
  GtkWidget    *view;
  GtkWidget    *swap, *remove;
  GtkWidget    *hint;
};

G_DEFINE_TYPE (FsePairList, fse_pair_list, GTK_TYPE_BOX)

/* How many there are, or how to get some. */
static void
changed (FsePairList *list)
{
  guint             n    = fse_pair_list_size (list);
  g_autofree gchar *text = NULL;

  if (n == 0)
    text = g_strdup (_("No pairs yet: name layers “X before” and “X after”, each after over its before, "
                       "or use a folder of pictures."));
  else if (n < 5)
    text = g_strdup_printf (ngettext ("%u pair; five or more are better", "%u pairs; five or more are better", n), n);
  else
    text = g_strdup_printf (ngettext ("%u pair", "%u pairs", n), n);
  gtk_label_set_text (GTK_LABEL (list->hint), text);
}

static const gchar *
text_of (FsePairList *list, gint layer, gchar **buffer)
{
  GtkTreeModel *model = GTK_TREE_MODEL (list->choices);
  GtkTreeIter   iter;

  for (gboolean more = gtk_tree_model_get_iter_first (model, &iter); more; more = gtk_tree_model_iter_next (model, &iter))
    {
      gint id;

      gtk_tree_model_get (model, &iter, 0, &id, 1, buffer, -1);
      if (id == layer)
        return *buffer;
      g_clear_pointer (buffer, g_free);
    }
  return _("Choose a layer…");
}

static void
set_cell (FsePairList *list, GtkTreeIter *row, gint column, gint layer)
{
  g_autofree gchar *buffer = NULL;

  gtk_list_store_set (list->pairs, row, column, layer, column + 1, text_of (list, layer, &buffer), -1);
}

static void
add_row (FsePairList *list, gint before, gint after, GtkTreeIter *row)
{
  gtk_list_store_append (list->pairs, row);
  set_cell (list, row, COLUMN_BEFORE, before);
  set_cell (list, row, COLUMN_AFTER, after);
}

static GPtrArray *
refresh_choices (FsePairList *list)
{
  GPtrArray *layers = list->host->list_layers (list->host);

  gtk_list_store_clear (list->choices);
  for (guint i = 0; i < layers->len; i++)
    {
      const FseHostLayer *layer = g_ptr_array_index (layers, i);
      g_autofree gchar   *text  = g_strdup_printf ("%s (%s)", layer->name, layer->image_name);

      gtk_list_store_insert_with_values (list->choices, NULL, -1, 0, layer->id, 1, text, -1);
    }
  return layers;
}

void
fse_pair_list_auto (FsePairList *list)
{
  g_autoptr (GPtrArray) layers = refresh_choices (list);
  g_autoptr (GArray)    pairs  = fse_pairing_guess (layers);

  gtk_list_store_clear (list->pairs);
  for (guint i = 0; i < pairs->len; i++)
    {
      const FsePairing *pair = &g_array_index (pairs, FsePairing, i);
      GtkTreeIter       row;

      add_row (list, pair->before, pair->after, &row);
    }
  changed (list);
}

void
fse_pair_list_set (FsePairList *list, const GArray *before, const GArray *after)
{
  g_ptr_array_unref (refresh_choices (list));
  gtk_list_store_clear (list->pairs);
  for (guint i = 0; i < MAX (before->len, after->len); i++)
    {
      GtkTreeIter row;

      add_row (list, i < before->len ? g_array_index (before, gint, i) : -1,
               i < after->len ? g_array_index (after, gint, i) : -1, &row);
    }
  changed (list);
}

void
fse_pair_list_get (FsePairList *list, GArray *before, GArray *after)
{
  GtkTreeModel *model = GTK_TREE_MODEL (list->pairs);
  GtkTreeIter   row;

  g_array_set_size (before, 0);
  g_array_set_size (after, 0);
  for (gboolean more = gtk_tree_model_get_iter_first (model, &row); more; more = gtk_tree_model_iter_next (model, &row))
    {
      gint b, a;

      gtk_tree_model_get (model, &row, COLUMN_BEFORE, &b, COLUMN_AFTER, &a, -1);
      if (b >= 0 && a >= 0)
        {
          g_array_append_val (before, b);
          g_array_append_val (after, a);
        }
    }
}

guint
fse_pair_list_size (FsePairList *list)
{
  g_autoptr (GArray) before = g_array_new (FALSE, FALSE, sizeof (gint));
  g_autoptr (GArray) after  = g_array_new (FALSE, FALSE, sizeof (gint));

  fse_pair_list_get (list, before, after);
  return before->len;
}

/* --- the user's hand ------------------------------------------------------ */

static void
on_chosen (GtkCellRendererCombo *cell, const gchar *path, GtkTreeIter *choice, FsePairList *list)
{
  gint        column = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (cell), "column"));
  gint        layer;
  GtkTreeIter row;

  gtk_tree_model_get (GTK_TREE_MODEL (list->choices), choice, 0, &layer, -1);
  if (gtk_tree_model_get_iter_from_string (GTK_TREE_MODEL (list->pairs), &row, path))
    {
      set_cell (list, &row, column, layer);
      changed (list);
    }
}

static void
on_add (GtkWidget *button, FsePairList *list)
{
  g_autoptr (GtkTreePath) path = NULL;
  GtkTreeIter             row;

  g_ptr_array_unref (refresh_choices (list));
  add_row (list, -1, -1, &row);
  path = gtk_tree_model_get_path (GTK_TREE_MODEL (list->pairs), &row);
  gtk_tree_view_set_cursor (GTK_TREE_VIEW (list->view), path, NULL, FALSE);
  gtk_widget_grab_focus (list->view);
}

/* Row references, because rows move while they are worked on. */
static GList *
selected_rows (FsePairList *list)
{
  GtkTreeModel *model = NULL;
  GList        *paths = gtk_tree_selection_get_selected_rows (gtk_tree_view_get_selection (GTK_TREE_VIEW (list->view)), &model);

  for (GList *at = paths; at; at = at->next)
    {
      GtkTreePath *path = at->data;

      at->data = gtk_tree_row_reference_new (model, path);
      gtk_tree_path_free (path);
    }
  return paths;
}

static void
for_selected (FsePairList *list, void (*change) (FsePairList *list, GtkTreeIter *row))
{
  GList *rows = selected_rows (list);

  for (GList *at = rows; at; at = at->next)
    {
      g_autoptr (GtkTreePath) path = gtk_tree_row_reference_get_path (at->data);
      GtkTreeIter             row;

      if (path && gtk_tree_model_get_iter (GTK_TREE_MODEL (list->pairs), &row, path))
        change (list, &row);
    }
  g_list_free_full (rows, (GDestroyNotify) gtk_tree_row_reference_free);
  changed (list);
}

static void
remove_row (FsePairList *list, GtkTreeIter *row)
{
  gtk_list_store_remove (list->pairs, row);
}

static void
swap_row (FsePairList *list, GtkTreeIter *row)
{
  gint before, after;

  gtk_tree_model_get (GTK_TREE_MODEL (list->pairs), row, COLUMN_BEFORE, &before, COLUMN_AFTER, &after, -1);
  set_cell (list, row, COLUMN_BEFORE, after);
  set_cell (list, row, COLUMN_AFTER, before);
}

static void
on_remove (GtkWidget *button, FsePairList *list)
{
  for_selected (list, remove_row);
}

static void
on_swap (GtkWidget *button, FsePairList *list)
{
  for_selected (list, swap_row);
}

static void
on_selection (GtkTreeSelection *selection, FsePairList *list)
{
  gboolean some = gtk_tree_selection_count_selected_rows (selection) > 0;

  gtk_widget_set_sensitive (list->swap, some);
  gtk_widget_set_sensitive (list->remove, some);
}

/* --- building ------------------------------------------------------------- */

static void
add_column (FsePairList *list, const gchar *title, gint column)
{
  GtkCellRenderer   *cell        = gtk_cell_renderer_combo_new ();
  GtkTreeViewColumn *view_column = gtk_tree_view_column_new_with_attributes (title, cell, "text", column + 1, NULL);

  g_object_set (cell, "model", list->choices, "text-column", 1, "has-entry", FALSE, "editable", TRUE,
                "ellipsize", PANGO_ELLIPSIZE_MIDDLE, NULL);
  g_object_set_data (G_OBJECT (cell), "column", GINT_TO_POINTER (column));
  g_signal_connect (cell, "changed", G_CALLBACK (on_chosen), list);
  gtk_tree_view_column_set_expand (view_column, TRUE);
  gtk_tree_view_column_set_sizing (view_column, GTK_TREE_VIEW_COLUMN_FIXED);
  gtk_tree_view_column_set_fixed_width (view_column, 180);
  gtk_tree_view_column_set_resizable (view_column, TRUE);
  gtk_tree_view_append_column (GTK_TREE_VIEW (list->view), view_column);
}

static GtkWidget *
add_button (FsePairList *list, GtkBox *box, const gchar *label, const gchar *tip, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_tooltip_text (button, tip);
  g_signal_connect (button, "clicked", clicked, list);
  gtk_box_pack_start (box, button, FALSE, FALSE, 0);
  return button;
}

static void
on_auto (GtkWidget *button, FsePairList *list)
{
  fse_pair_list_auto (list);
}

static void
finalize (GObject *object)
{
  FsePairList *list = FSE_PAIR_LIST (object);

  g_clear_object (&list->pairs);
  g_clear_object (&list->choices);
  G_OBJECT_CLASS (fse_pair_list_parent_class)->finalize (object);
}

static void
fse_pair_list_class_init (FsePairListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
}

static void
fse_pair_list_init (FsePairList *list)
{
  GtkWidget        *scrolled = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget        *buttons  = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkTreeSelection *selection;

  gtk_orientable_set_orientation (GTK_ORIENTABLE (list), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (list), 6);
  list->pairs   = gtk_list_store_new (N_COLUMNS, G_TYPE_INT, G_TYPE_STRING, G_TYPE_INT, G_TYPE_STRING);
  list->choices = gtk_list_store_new (2, G_TYPE_INT, G_TYPE_STRING);

  list->view = gtk_tree_view_new_with_model (GTK_TREE_MODEL (list->pairs));
  add_column (list, _("Before"), COLUMN_BEFORE);
  add_column (list, _("After"), COLUMN_AFTER);
  selection = gtk_tree_view_get_selection (GTK_TREE_VIEW (list->view));
  gtk_tree_selection_set_mode (selection, GTK_SELECTION_MULTIPLE);
  g_signal_connect (selection, "changed", G_CALLBACK (on_selection), list);
  atk_object_set_name (gtk_widget_get_accessible (list->view), _("Example pairs"));

  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scrolled), GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 150);
  gtk_container_add (GTK_CONTAINER (scrolled), list->view);
  gtk_box_pack_start (GTK_BOX (list), scrolled, TRUE, TRUE, 0);

  add_button (list, GTK_BOX (buttons), _("_Pair Automatically"),
              _("Look at the open images again, and pair their layers by name (“… before”, “… after”) or by order"),
              G_CALLBACK (on_auto));
  add_button (list, GTK_BOX (buttons), _("A_dd"), _("Add a pair; then choose its two layers"), G_CALLBACK (on_add));
  list->swap   = add_button (list, GTK_BOX (buttons), _("S_wap"), _("Exchange before and after in the selected pairs"),
                             G_CALLBACK (on_swap));
  list->remove = add_button (list, GTK_BOX (buttons), _("_Remove"), _("Take the selected pairs out of the list"),
                             G_CALLBACK (on_remove));
  gtk_box_pack_start (GTK_BOX (list), buttons, FALSE, FALSE, 0);
  list->hint = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (list->hint), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (list->hint), 50);
  gtk_label_set_xalign (GTK_LABEL (list->hint), 0.0f);
  gtk_style_context_add_class (gtk_widget_get_style_context (list->hint), GTK_STYLE_CLASS_DIM_LABEL);
  gtk_box_pack_start (GTK_BOX (list), list->hint, FALSE, FALSE, 0);
  on_selection (selection, list);
}

GtkWidget *
fse_pair_list_new (FseHost *host)
{
  FsePairList *list = g_object_new (FSE_TYPE_PAIR_LIST, NULL);

  list->host = host;
  return GTK_WIDGET (list);
}
