/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See model-gallery.h.  What was deleted only disappears from view until it
 * can no longer be undone: whatever ends the program before, the file is there.
 */
#include "i18n.h"

#include "model-gallery.h"

#include <string.h>

#include "gradual.h"
#include "model-exchange.h"
#include "rename-popover.h"
#include "source-drop.h"
#include "ui-init.h"
#include "undo-bar.h"

#define SETTLE_MILLISECONDS 300 /* files come in pieces */

struct _FseModelGallery
{
  GtkBox        parent_instance;
  gchar        *folder;
  gchar        *doomed; /* the file that is deleted, unless that is undone */
  guint         list_timer;
  GFileMonitor *monitor;
  GCancellable *cancellable;
  GtkWidget    *search, *stack, *flow, *undo;
  GtkWidget    *export, *rename, *remove;
};

G_DEFINE_TYPE (FseModelGallery, fse_model_gallery, GTK_TYPE_BOX)

static guint changed_signal, trouble_signal, folder_signal;

static void
tell (FseModelGallery *gallery, const gchar *sentence)
{
  g_signal_emit (gallery, trouble_signal, 0, sentence);
}

/* --- cards ---------------------------------------------------------------- */

static FseModelCard *
card_at (FseModelGallery *gallery, gint i)
{
  return (FseModelCard *) gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (gallery->flow), i);
}

static FseModelCard *
find_card (FseModelGallery *gallery, const gchar *path)
{
  FseModelCard *card;

  for (gint i = 0; (card = card_at (gallery, i)); i++)
    if (strcmp (fse_model_card_path (card), path) == 0)
      return card;
  return NULL;
}

static gboolean
is_shown (FseModelGallery *gallery, FseModelCard *card)
{
  const gchar *words = gtk_entry_get_text (GTK_ENTRY (gallery->search));

  return g_strcmp0 (fse_model_card_path (card), gallery->doomed) != 0 && (! words[0] || fse_model_card_matches (card, words));
}

static gboolean
filter (GtkFlowBoxChild *child, gpointer gallery)
{
  return is_shown (gallery, FSE_MODEL_CARD (child));
}

FseModelCard *
fse_model_gallery_chosen (FseModelGallery *gallery)
{
  GList        *chosen = gtk_flow_box_get_selected_children (GTK_FLOW_BOX (gallery->flow));
  FseModelCard *card   = chosen ? chosen->data : NULL;

  g_list_free (chosen);
  return card;
}

static void
choose_card (FseModelGallery *gallery, FseModelCard *card)
{
  if (card)
    gtk_flow_box_select_child (GTK_FLOW_BOX (gallery->flow), GTK_FLOW_BOX_CHILD (card));
  else
    gtk_flow_box_unselect_all (GTK_FLOW_BOX (gallery->flow));
}

/* The one at this place, or else the one before it. */
static void
choose_near (FseModelGallery *gallery, gint place)
{
  FseModelCard *card, *best = NULL;

  for (gint i = 0; (card = card_at (gallery, i)); i++)
    if (is_shown (gallery, card) && (! best || i <= place))
      best = card;
  choose_card (gallery, best);
}

static void
update (FseModelGallery *gallery)
{
  gboolean      any = FALSE, shown = FALSE;
  FseModelCard *card;

  for (gint i = 0; (card = card_at (gallery, i)); i++)
    {
      any   = any || g_strcmp0 (fse_model_card_path (card), gallery->doomed) != 0;
      shown = shown || is_shown (gallery, card);
    }
  card = fse_model_gallery_chosen (gallery);
  gtk_stack_set_visible_child_name (GTK_STACK (gallery->stack), shown ? "cards" : any ? "nothing" : "empty");
  gtk_widget_set_sensitive (gallery->search, any);
  gtk_widget_set_sensitive (gallery->export, card && fse_model_card_info (card));
  gtk_widget_set_sensitive (gallery->rename, card != NULL);
  gtk_widget_set_sensitive (gallery->remove, card != NULL);
}

static void
on_chosen (FseModelGallery *gallery)
{
  update (gallery);
  g_signal_emit (gallery, changed_signal, 0);
}

static void
on_looked (FseModelCard *card, FseModelGallery *gallery)
{
  update (gallery);
  if (card == fse_model_gallery_chosen (gallery))
    g_signal_emit (gallery, changed_signal, 0);
}

static FseModelCard *
add_card (FseModelGallery *gallery, const gchar *path, gint place)
{
  GtkWidget *card = fse_model_card_new (path);

  g_signal_connect (card, "looked", G_CALLBACK (on_looked), gallery);
  gtk_flow_box_insert (GTK_FLOW_BOX (gallery->flow), card, place);
  fse_gradual_show (gallery->flow, card);
  return FSE_MODEL_CARD (card);
}

void
fse_model_gallery_choose (FseModelGallery *gallery, const gchar *path)
{
  FseModelCard *card = find_card (gallery, path);

  choose_card (gallery, card ? card : add_card (gallery, path, 0));
}

GPtrArray *
fse_model_gallery_paths (FseModelGallery *gallery)
{
  GPtrArray    *paths = g_ptr_array_new_with_free_func (g_free);
  FseModelCard *card;

  for (gint i = 0; (card = card_at (gallery, i)); i++)
    if (is_shown (gallery, card))
      g_ptr_array_add (paths, g_strdup (fse_model_card_path (card)));
  return paths;
}

/* --- the folder ----------------------------------------------------------- */

/* Cards for the files that came, none for those that went. */
static void
list_again (FseModelGallery *gallery)
{
  g_autoptr (GPtrArray) paths = fse_models_list (gallery->folder);
  FseModelCard         *card;
  gint                  place = 0;

  for (gint i = 0; (card = card_at (gallery, i));)
    if (! g_file_test (fse_model_card_path (card), G_FILE_TEST_EXISTS) && fse_model_card_info (card))
      gtk_widget_destroy (GTK_WIDGET (card));
    else
      i++;
  for (guint i = 0; i < paths->len; i++)
    if (! find_card (gallery, g_ptr_array_index (paths, i)))
      add_card (gallery, g_ptr_array_index (paths, i), place++);
    else
      place++;
  if (! fse_model_gallery_chosen (gallery))
    choose_near (gallery, 0);
  update (gallery);
}

static gboolean
on_list_timer (gpointer gallery)
{
  FSE_MODEL_GALLERY (gallery)->list_timer = 0;
  list_again (gallery);
  return G_SOURCE_REMOVE;
}

static void
on_folder_event (FseModelGallery *gallery)
{
  if (! gallery->list_timer)
    gallery->list_timer = g_timeout_add (SETTLE_MILLISECONDS, on_list_timer, gallery);
}

static void
watch (FseModelGallery *gallery)
{
  g_autoptr (GFile) file = g_file_new_for_path (gallery->folder);

  g_clear_object (&gallery->monitor);
  gallery->monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (gallery->monitor)
    g_signal_connect_swapped (gallery->monitor, "changed", G_CALLBACK (on_folder_event), gallery);
}

const gchar *
fse_model_gallery_folder (FseModelGallery *gallery)
{
  return gallery->folder;
}

void
fse_model_gallery_set_folder (FseModelGallery *gallery, const gchar *folder)
{
  FseModelCard *card;

  fse_undo_bar_settle (FSE_UNDO_BAR (gallery->undo));
  while ((card = card_at (gallery, 0)))
    gtk_widget_destroy (GTK_WIDGET (card));
  g_free (gallery->folder);
  gallery->folder = g_strdup (folder);
  watch (gallery);
  list_again (gallery);
  on_chosen (gallery);
  g_signal_emit (gallery, folder_signal, 0);
}

static void
on_folder_chosen (const gchar *folder, const GError *error, gpointer gallery)
{
  fse_model_gallery_set_folder (gallery, folder);
}

static void
on_folder (FseModelGallery *gallery)
{
  fse_models_ask_folder (GTK_WIDGET (gallery), _("Show the Trained Edits of a Folder"), _("_Show"), gallery->folder,
                         on_folder_chosen, gallery);
}

/* --- import and export ---------------------------------------------------- */

static void
on_imported (const gchar *last, const GError *error, gpointer data)
{
  FseModelGallery *gallery = data;

  watch (gallery); /* the folder may have been made just now */
  list_again (gallery);
  if (last)
    fse_model_gallery_choose (gallery, last);
  if (error)
    tell (gallery, error->message);
}

void
fse_model_gallery_import (FseModelGallery *gallery, GPtrArray *paths)
{
  if (paths->len > 0)
    fse_models_import (GTK_WIDGET (gallery), paths, gallery->folder, gallery->cancellable, on_imported, gallery);
}

static void
on_import (FseModelGallery *gallery)
{
  fse_models_ask_import (GTK_WIDGET (gallery), gallery->folder, gallery->cancellable, on_imported, gallery);
}

static void
on_dropped (GtkWidget *widget, GdkDragContext *context, gint x, gint y, GtkSelectionData *data, guint info, guint time)
{
  g_auto (GStrv)        files = fse_source_drop_files (data);
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  for (gint i = 0; files[i]; i++)
    g_ptr_array_add (paths, files[i]);
  fse_model_gallery_import (FSE_MODEL_GALLERY (widget), paths);
  gtk_drag_finish (context, paths->len > 0, FALSE, time);
}

static void
on_exported (const gchar *to, const GError *error, gpointer gallery)
{
  if (error)
    tell (gallery, error->message);
}

static void
on_export (FseModelGallery *gallery)
{
  FseModelCard *card = fse_model_gallery_chosen (gallery);

  if (card && fse_model_card_info (card))
    fse_models_ask_export (GTK_WIDGET (gallery), fse_model_card_path (card), gallery->cancellable, on_exported, gallery);
}

/* --- rename and delete ---------------------------------------------------- */

static gboolean
on_renamed (const gchar *name, gpointer data, GError **error)
{
  FseModelGallery  *gallery = data;
  FseModelCard     *card    = fse_model_gallery_chosen (gallery);
  g_autofree gchar *path    = card ? fse_model_rename (fse_model_card_path (card), name, error) : NULL;

  if (! path)
    return FALSE;
  fse_model_card_moved (card, path);
  on_chosen (gallery);
  return TRUE;
}

static void
on_rename (FseModelGallery *gallery)
{
  FseModelCard *card = fse_model_gallery_chosen (gallery);

  if (card)
    fse_rename_popup (GTK_WIDGET (card), fse_model_card_name (card), on_renamed, gallery);
}

/* It cannot be undone any more. */
static void
on_settled (FseModelGallery *gallery)
{
  g_autofree gchar  *path  = g_steal_pointer (&gallery->doomed);
  g_autoptr (GError) error = NULL;
  FseModelCard      *card  = find_card (gallery, path);

  if (! fse_model_remove (path, &error))
    {
      tell (gallery, error->message);
      gtk_flow_box_invalidate_filter (GTK_FLOW_BOX (gallery->flow));
    }
  else if (card)
    gtk_widget_destroy (GTK_WIDGET (card));
  update (gallery);
}

static void
on_remove (FseModelGallery *gallery)
{
  FseModelCard     *card = fse_model_gallery_chosen (gallery);
  g_autofree gchar *text = card ? g_strdup_printf (_("“%s” was deleted."), fse_model_card_name (card)) : NULL;
  gint              place;

  if (! card)
    return;
  place = gtk_flow_box_child_get_index (GTK_FLOW_BOX_CHILD (card));
  fse_undo_bar_offer (FSE_UNDO_BAR (gallery->undo), text);
  gallery->doomed = g_strdup (fse_model_card_path (card));
  gtk_flow_box_invalidate_filter (GTK_FLOW_BOX (gallery->flow));
  choose_near (gallery, place);
  on_chosen (gallery);
}

static void
on_undone (FseModelGallery *gallery)
{
  g_autofree gchar *path = g_steal_pointer (&gallery->doomed);

  gtk_flow_box_invalidate_filter (GTK_FLOW_BOX (gallery->flow));
  fse_model_gallery_choose (gallery, path);
  update (gallery);
}

static gboolean
on_key (GtkWidget *flow, GdkEventKey *event, FseModelGallery *gallery)
{
  switch (event->keyval)
    {
    case GDK_KEY_F2:
      on_rename (gallery);
      return TRUE;
    case GDK_KEY_Delete:
      on_remove (gallery);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
on_search (FseModelGallery *gallery)
{
  gtk_flow_box_invalidate_filter (GTK_FLOW_BOX (gallery->flow));
  update (gallery);
}

/* Escape ends the search first, and then what it does elsewhere in a dialog. */
static void
on_stop_search (FseModelGallery *gallery)
{
  GtkWidget *top = gtk_widget_get_toplevel (GTK_WIDGET (gallery));

  if (gtk_entry_get_text_length (GTK_ENTRY (gallery->search)) > 0)
    gtk_entry_set_text (GTK_ENTRY (gallery->search), "");
  else if (GTK_IS_DIALOG (top))
    g_signal_emit_by_name (top, "close");
}

/* --- building ------------------------------------------------------------- */

static GtkWidget *
tool (FseModelGallery *gallery, const gchar *name, const gchar *icon, const gchar *tip, void (*clicked) (FseModelGallery *))
{
  GtkWidget *button = fse_ui_icon_button (name, icon, tip);

  g_signal_connect_swapped (button, "clicked", G_CALLBACK (clicked), gallery);
  return button;
}

static GtkWidget *
build_head (FseModelGallery *gallery)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gallery->search = fse_named (gtk_search_entry_new (), "search");
  gtk_entry_set_placeholder_text (GTK_ENTRY (gallery->search), _("Search"));
  atk_object_set_name (gtk_widget_get_accessible (gallery->search), _("Search the trained edits"));
  g_signal_connect_swapped (gallery->search, "search-changed", G_CALLBACK (on_search), gallery);
  g_signal_connect_swapped (gallery->search, "stop-search", G_CALLBACK (on_stop_search), gallery);
  gtk_box_pack_start (GTK_BOX (box), gallery->search, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), tool (gallery, "folder", "folder-symbolic", _("Show the trained edits of another folder"), on_folder),
                      FALSE, FALSE, 0);
  return box;
}

static GtkWidget *
build_cards (FseModelGallery *gallery)
{
  GtkWidget *scroll;

  gallery->flow = fse_named (gtk_flow_box_new (), "models");
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (gallery->flow), GTK_SELECTION_SINGLE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (gallery->flow), 1);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (gallery->flow), 8);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (gallery->flow), TRUE);
  gtk_flow_box_set_filter_func (GTK_FLOW_BOX (gallery->flow), filter, gallery, NULL);
  gtk_widget_set_valign (gallery->flow, GTK_ALIGN_START);
  atk_object_set_name (gtk_widget_get_accessible (gallery->flow), _("Trained edits"));
  g_signal_connect_swapped (gallery->flow, "selected-children-changed", G_CALLBACK (on_chosen), gallery);
  g_signal_connect (gallery->flow, "key-press-event", G_CALLBACK (on_key), gallery);
  scroll = fse_ui_scroller (gallery->flow);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scroll), GTK_SHADOW_IN);
  return scroll;
}

static GtkWidget *
build_words (const gchar *icon, const gchar *text)
{
  GtkWidget *box   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *image = gtk_image_new_from_icon_name (icon, GTK_ICON_SIZE_DIALOG);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_style_context_add_class (gtk_widget_get_style_context (box), GTK_STYLE_CLASS_DIM_LABEL);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_container_add (GTK_CONTAINER (box), image);
  gtk_container_add (GTK_CONTAINER (box), label);
  return box;
}

static GtkWidget *
build_tools (FseModelGallery *gallery)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gallery->export = tool (gallery, "export", "document-save-as-symbolic", _("Save a copy of the edit, to give it away"), on_export);
  gallery->rename = tool (gallery, "rename", "document-edit-symbolic", _("Rename the edit (F2)"), on_rename);
  gallery->remove = tool (gallery, "delete", "user-trash-symbolic", _("Delete the edit (Del)"), on_remove);
  gtk_container_add (GTK_CONTAINER (box), tool (gallery, "import", "list-add-symbolic", _("Add trained edits from files"), on_import));
  gtk_container_add (GTK_CONTAINER (box), gallery->export);
  gtk_container_add (GTK_CONTAINER (box), gallery->rename);
  gtk_container_add (GTK_CONTAINER (box), gallery->remove);
  return box;
}

static void
dispose (GObject *object)
{
  FseModelGallery *gallery = FSE_MODEL_GALLERY (object);

  if (gallery->flow)
    fse_undo_bar_settle (FSE_UNDO_BAR (gallery->undo));
  g_clear_handle_id (&gallery->list_timer, g_source_remove);
  g_clear_object (&gallery->monitor);
  g_cancellable_cancel (gallery->cancellable);
  if (gallery->flow) /* it forgets its children one by one; nobody is left to be told */
    g_signal_handlers_disconnect_by_data (gallery->flow, gallery);
  gallery->flow = NULL;
  G_OBJECT_CLASS (fse_model_gallery_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  FseModelGallery *gallery = FSE_MODEL_GALLERY (object);

  g_clear_object (&gallery->cancellable);
  g_free (gallery->doomed);
  g_free (gallery->folder);
  G_OBJECT_CLASS (fse_model_gallery_parent_class)->finalize (object);
}

static void
fse_model_gallery_class_init (FseModelGalleryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose                = dispose;
  G_OBJECT_CLASS (klass)->finalize               = finalize;
  GTK_WIDGET_CLASS (klass)->drag_data_received   = on_dropped;
  changed_signal = g_signal_new ("changed", FSE_TYPE_MODEL_GALLERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  trouble_signal = g_signal_new ("trouble", FSE_TYPE_MODEL_GALLERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
  folder_signal  = g_signal_new ("folder-changed", FSE_TYPE_MODEL_GALLERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_model_gallery_init (FseModelGallery *gallery)
{
  GtkWidget *head = build_head (gallery);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (gallery), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (gallery), 6);
  gallery->cancellable = g_cancellable_new ();
  gallery->stack       = fse_named (gtk_stack_new (), "gallery-pages");
  gtk_stack_add_named (GTK_STACK (gallery->stack), build_cards (gallery), "cards");
  gtk_stack_add_named (GTK_STACK (gallery->stack),
                       build_words ("document-new-symbolic",
                                    _("There is no trained edit here yet. Train one with Filters > Few-shot Edit > Train…, or add a file.")),
                       "empty");
  gtk_stack_add_named (GTK_STACK (gallery->stack), build_words ("edit-find-symbolic", _("No edit has these words.")), "nothing");
  gtk_widget_show_all (gallery->stack); /* or no page of it can be chosen */
  gtk_container_add (GTK_CONTAINER (gallery), head);
  gtk_box_pack_start (GTK_BOX (gallery), gallery->stack, TRUE, TRUE, 0);
  gallery->undo = fse_named (fse_undo_bar_new (), "undo-bar");
  g_signal_connect_swapped (gallery->undo, "undone", G_CALLBACK (on_undone), gallery);
  g_signal_connect_swapped (gallery->undo, "settled", G_CALLBACK (on_settled), gallery);
  gtk_container_add (GTK_CONTAINER (gallery), gallery->undo);
  gtk_container_add (GTK_CONTAINER (gallery), build_tools (gallery));
  fse_source_drop_enable (GTK_WIDGET (gallery), NULL);
}

GtkWidget *
fse_model_gallery_new (const gchar *folder, const gchar *chosen)
{
  FseModelGallery *gallery = g_object_new (FSE_TYPE_MODEL_GALLERY, NULL);

  gallery->folder = g_strdup (folder);
  if (chosen)
    fse_model_gallery_choose (gallery, chosen);
  watch (gallery);
  list_again (gallery);
  return GTK_WIDGET (gallery);
}
