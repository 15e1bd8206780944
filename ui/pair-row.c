/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pair-row.h.
 */
#include "i18n.h"

#include "pair-row.h"

#include "source-chooser.h"
#include "source-drop.h"
#include "surface.h"
#include "ui-init.h"

struct _FsePairRow
{
  GtkListBoxRow  parent_instance;
  FseHost       *host;
  FsePairLooker *looker;
  GPtrArray     *layers;
  FseExample    *example;
  FsePairCheck   check;
  gboolean       unreadable;
  guint          number;
  GtkWidget     *use, *side[2], *picture[2], *title, *problem, *icon, *text, *mend;
};

G_DEFINE_TYPE (FsePairRow, fse_pair_row, GTK_TYPE_LIST_BOX_ROW)

static guint changed_signal, dropped_signal;

/* --- what is shown -------------------------------------------------------- */

static gchar *
name_of (FsePairRow *row, const FseSource *source)
{
  if (source->file)
    return g_filename_display_basename (source->file);
  for (guint i = 0; i < row->layers->len; i++)
    {
      const FseHostLayer *layer = g_ptr_array_index (row->layers, i);

      if (layer->id == source->layer)
        return g_strdup (layer->name);
    }
  return g_strdup (source->layer < 0 ? _("choose a picture") : _("a layer that is gone"));
}

static void
show_names (FsePairRow *row)
{
  g_autofree gchar *before = name_of (row, &row->example->before);
  g_autofree gchar *after  = name_of (row, &row->example->after);
  g_autofree gchar *title  = g_strdup_printf ("%u. %s → %s", row->number, before, after);
  g_autofree gchar *first  = g_strdup_printf (_("Before: %s"), before);
  g_autofree gchar *second = g_strdup_printf (_("After: %s"), after);
  g_autofree gchar *use    = g_strdup_printf (_("Learn from pair %u"), row->number);

  gtk_label_set_text (GTK_LABEL (row->title), title);
  gtk_widget_set_tooltip_text (row->title, title);
  gtk_widget_set_tooltip_text (row->side[0], first);
  gtk_widget_set_tooltip_text (row->side[1], second);
  gtk_widget_set_tooltip_text (row->use, use);
  atk_object_set_name (gtk_widget_get_accessible (row->side[0]), first);
  atk_object_set_name (gtk_widget_get_accessible (row->side[1]), second);
  atk_object_set_name (gtk_widget_get_accessible (row->use), use);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (row)), title);
}

static const gchar *
mend_label (FsePairProblem problem)
{
  switch (problem)
    {
    case FSE_PAIR_SHAPES:
      return _("Cut to One Shape");
    case FSE_PAIR_SHIFTED:
      return _("Align");
    case FSE_PAIR_IDENTICAL:
    case FSE_PAIR_TRANSPARENT:
      return _("Leave It Out");
    default:
      return NULL;
    }
}

static void
show_problem (FsePairRow *row, const gchar *icon, const gchar *text, const gchar *mend)
{
  gtk_image_set_from_icon_name (GTK_IMAGE (row->icon), icon, GTK_ICON_SIZE_BUTTON);
  gtk_label_set_text (GTK_LABEL (row->text), text ? text : "");
  gtk_widget_set_visible (row->problem, text != NULL);
  gtk_widget_set_visible (row->mend, mend != NULL);
  if (mend)
    gtk_button_set_label (GTK_BUTTON (row->mend), mend);
}

static void
show_check (FsePairRow *row)
{
  const gchar *mend = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (row->use)) ? mend_label (row->check.problem) : NULL;

  show_problem (row, row->check.problem == FSE_PAIR_SCALED ? "dialog-information-symbolic" : "dialog-warning-symbolic",
                row->check.text, mend);
}

static void
show_picture (FsePairRow *row, gint k, const FseImage *picture)
{
  if (picture)
    fse_surface_show (row->picture[k], picture, FSE_THUMBNAIL);
  else
    gtk_image_set_from_icon_name (GTK_IMAGE (row->picture[k]), "list-add-symbolic", GTK_ICON_SIZE_DND);
}

static void
on_seen (const FsePairView *view, gpointer data)
{
  FsePairRow *row = data;

  show_picture (row, 0, view->before);
  show_picture (row, 1, view->after);
  fse_pair_check_clear (&row->check);
  row->check      = view->check;
  row->check.text = g_strdup (view->check.text);
  row->unreadable = view->error != NULL;
  if (view->error)
    show_problem (row, "dialog-error-symbolic", view->error->message, NULL);
  else
    show_check (row);
  g_signal_emit (row, changed_signal, 0);
}

/* The example is another one now. */
static void
renew (FsePairRow *row)
{
  fse_pair_check_clear (&row->check);
  row->unreadable = FALSE;
  show_names (row);
  show_problem (row, "", NULL, NULL);
  fse_pair_looker_forget (row->looker, row);
  fse_pair_looker_look (row->looker, row->example, on_seen, row);
  g_signal_emit (row, changed_signal, 0);
}

/* --- the user's hand ------------------------------------------------------ */

static void
set_source (FsePairRow *row, gint k, const FseSource *source)
{
  g_clear_pointer (&row->layers, g_ptr_array_unref);
  row->layers = row->host->list_layers (row->host);
  fse_source_copy (k == 0 ? &row->example->before : &row->example->after, source);
  row->example->mend = (FseMend) { FALSE, 0.0, 0.0 };
  renew (row);
}

static void
on_before_chosen (const FseSource *source, gpointer row)
{
  set_source (row, 0, source);
}

static void
on_after_chosen (const FseSource *source, gpointer row)
{
  set_source (row, 1, source);
}

static void
on_side (GtkWidget *button, FsePairRow *row)
{
  fse_source_chooser_popup (button, row->host, row->looker, TRUE,
                            button == row->side[0] ? on_before_chosen : on_after_chosen, row);
}

static void
on_side_dropped (GtkWidget *button, GdkDragContext *context, gint x, gint y, GtkSelectionData *data, guint info, guint time,
                 FsePairRow *row)
{
  g_auto (GStrv) files  = fse_source_drop_files (data);
  FseSource      source = { fse_source_drop_layer (row->host, data), files[0] };

  if (fse_source_is_set (&source))
    set_source (row, button == row->side[0] ? 0 : 1, &source);
  gtk_drag_finish (context, fse_source_is_set (&source), FALSE, time);
}

static void
on_use (GtkWidget *use, FsePairRow *row)
{
  show_check (row);
  g_signal_emit (row, changed_signal, 0);
}

static void
on_mend (GtkWidget *button, FsePairRow *row)
{
  if (row->check.problem == FSE_PAIR_SHAPES || row->check.problem == FSE_PAIR_SHIFTED)
    {
      row->example->mend = row->check.mend;
      renew (row);
    }
  else
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (row->use), FALSE);
}

static void
on_swap (GtkWidget *button, FsePairRow *row)
{
  fse_pair_row_swap (row);
}

static void
on_drop (GtkWidget *button, FsePairRow *row)
{
  g_signal_emit (row, dropped_signal, 0);
}

/* --- public --------------------------------------------------------------- */

const FseExample *
fse_pair_row_example (FsePairRow *row)
{
  return row->example;
}

gboolean
fse_pair_row_used (FsePairRow *row)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (row->use)) && fse_example_is_complete (row->example)
         && ! row->unreadable;
}

gboolean
fse_pair_row_doubtful (FsePairRow *row)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (row->use))
         && (row->unreadable || (row->check.problem != FSE_PAIR_GOOD && row->check.problem != FSE_PAIR_SCALED));
}

gboolean
fse_pair_row_fill (FsePairRow *row, gint layer)
{
  const FseSource source = { layer, NULL };
  gint            k      = fse_source_is_set (&row->example->before) ? 1 : 0;

  if (fse_source_is_set (k == 0 ? &row->example->before : &row->example->after))
    return FALSE;
  set_source (row, k, &source);
  return TRUE;
}

void
fse_pair_row_swap (FsePairRow *row)
{
  fse_example_swap (row->example);
  renew (row);
}

void
fse_pair_row_set_number (FsePairRow *row, guint number)
{
  row->number = number;
  show_names (row);
}

/* --- building ------------------------------------------------------------- */

static GtkWidget *
icon_button (FsePairRow *row, const gchar *name, const gchar *icon, const gchar *tip, GCallback clicked)
{
  GtkWidget *button = fse_ui_icon_button (name, icon, tip);

  g_signal_connect (button, "clicked", clicked, row);
  return button;
}

static GtkWidget *
build_side (FsePairRow *row, gint k)
{
  row->side[k]    = fse_named (gtk_button_new (), k == 0 ? "before" : "after");
  row->picture[k] = gtk_image_new_from_icon_name ("image-loading-symbolic", GTK_ICON_SIZE_DND);
  gtk_widget_set_size_request (row->picture[k], FSE_THUMBNAIL, FSE_THUMBNAIL * 3 / 4);
  gtk_widget_set_valign (row->side[k], GTK_ALIGN_CENTER);
  gtk_container_add (GTK_CONTAINER (row->side[k]), row->picture[k]);
  g_signal_connect (row->side[k], "clicked", G_CALLBACK (on_side), row);
  g_signal_connect (row->side[k], "drag-data-received", G_CALLBACK (on_side_dropped), row);
  return row->side[k];
}

static GtkWidget *
build_words (FsePairRow *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  row->title = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (row->title), 0.0f);
  fse_ui_label_lines (row->title, 3, -1);
  row->problem = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  row->icon    = gtk_image_new ();
  gtk_widget_set_valign (row->icon, GTK_ALIGN_START);
  row->text = fse_named (gtk_label_new (NULL), "problem");
  gtk_label_set_xalign (GTK_LABEL (row->text), 0.0f);
  gtk_label_set_line_wrap (GTK_LABEL (row->text), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (row->text), 20);
  gtk_label_set_max_width_chars (GTK_LABEL (row->text), 40);
  row->mend = fse_named (gtk_button_new_with_label (_("Align")), "mend");
  gtk_widget_set_halign (row->mend, GTK_ALIGN_START);
  g_signal_connect (row->mend, "clicked", G_CALLBACK (on_mend), row);
  gtk_box_pack_start (GTK_BOX (row->problem), row->icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row->problem), row->text, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), row->title, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row->problem, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row->mend, FALSE, FALSE, 0);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_show_all (box);
  gtk_widget_set_no_show_all (row->problem, TRUE);
  gtk_widget_set_no_show_all (row->mend, TRUE);
  gtk_widget_hide (row->problem);
  gtk_widget_hide (row->mend);
  return box;
}

static void
dispose (GObject *object)
{
  FsePairRow *row = FSE_PAIR_ROW (object);

  if (row->looker)
    fse_pair_looker_forget (row->looker, row);
  row->looker = NULL;
  G_OBJECT_CLASS (fse_pair_row_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  FsePairRow *row = FSE_PAIR_ROW (object);

  fse_pair_check_clear (&row->check);
  g_clear_pointer (&row->example, fse_example_free);
  g_clear_pointer (&row->layers, g_ptr_array_unref);
  G_OBJECT_CLASS (fse_pair_row_parent_class)->finalize (object);
}

static void
fse_pair_row_class_init (FsePairRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose  = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  changed_signal = g_signal_new ("changed", FSE_TYPE_PAIR_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  dropped_signal = g_signal_new ("dropped", FSE_TYPE_PAIR_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_pair_row_init (FsePairRow *row)
{
  GtkWidget *box   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *arrow = gtk_label_new ("→");

  row->use = fse_named (gtk_check_button_new (), "use");
  gtk_widget_set_valign (row->use, GTK_ALIGN_CENTER);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (row->use), TRUE);
  g_signal_connect (row->use, "toggled", G_CALLBACK (on_use), row);
  gtk_container_set_border_width (GTK_CONTAINER (box), 6);
  gtk_box_pack_start (GTK_BOX (box), row->use, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), build_side (row, 0), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), arrow, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), build_side (row, 1), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), build_words (row), TRUE, TRUE, 6);
  gtk_box_pack_start (GTK_BOX (box), icon_button (row, "swap", "object-flip-horizontal-symbolic", _("Swap before and after"),
                                                  G_CALLBACK (on_swap)), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), icon_button (row, "drop", "edit-delete-symbolic", _("Take this pair out of the list"),
                                                  G_CALLBACK (on_drop)), FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_show_all (box);
}

GtkWidget *
fse_pair_row_new (FseHost *host, FsePairLooker *looker, GPtrArray *layers, const FseExample *example)
{
  FsePairRow *row = g_object_new (FSE_TYPE_PAIR_ROW, NULL);

  row->host    = host;
  row->looker  = looker;
  row->layers  = g_ptr_array_ref (layers);
  row->example = fse_example_copy (example);
  for (gint k = 0; k < 2; k++)
    fse_source_drop_enable (row->side[k], host);
  show_names (row);
  fse_pair_looker_look (looker, row->example, on_seen, row);
  return GTK_WIDGET (row);
}
