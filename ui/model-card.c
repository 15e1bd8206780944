/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See model-card.h.
 */
#include "i18n.h"

#include "model-card.h"

#include <string.h>

#include "surface.h"
#include "ui-init.h"

#define SIDE 80 /* of a thumbnail, of a screen of scale 1 */

struct _FseModelCard
{
  GtkFlowBoxChild parent_instance;
  gchar          *path, *name, *facts, *trouble;
  FseModelLook   *look;
  GCancellable   *cancellable;
  GtkWidget      *pair, *title, *about;
};

G_DEFINE_TYPE (FseModelCard, fse_model_card, GTK_TYPE_FLOW_BOX_CHILD)

static guint looked_signal;

/* --- a picture and its edit ----------------------------------------------- */

GtkWidget *
fse_before_after_new (gint side)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);

  for (gint k = 0; k < 2; k++)
    {
      GtkWidget *image = gtk_image_new_from_icon_name ("image-loading-symbolic", GTK_ICON_SIZE_DND);

      gtk_widget_set_size_request (image, side, side);
      gtk_container_add (GTK_CONTAINER (box), image);
    }
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  g_object_set_data (G_OBJECT (box), "side", GINT_TO_POINTER (side));
  return box;
}

void
fse_before_after_set (GtkWidget *pair, const FseImage *before, const FseImage *after)
{
  GList *images = gtk_container_get_children (GTK_CONTAINER (pair));
  gint   side   = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (pair), "side"));

  fse_surface_show (images->data, before, side);
  fse_surface_show (images->next->data, after, side);
  g_list_free (images);
}

static void
set_icon (GtkWidget *image, gpointer icon)
{
  gtk_image_set_from_icon_name (GTK_IMAGE (image), icon, GTK_ICON_SIZE_DND);
}

/* --- what is known -------------------------------------------------------- */

/* "12.11.2026": the model's own words for it are ISO 8601, UTC. */
static gchar *
date_of (const FseModelInfo *info)
{
  g_autoptr (GDateTime) utc   = g_date_time_new_from_iso8601 (info->created, NULL);
  g_autoptr (GDateTime) local = utc ? g_date_time_to_local (utc) : NULL;

  return local ? g_date_time_format (local, "%x") : g_strdup (info->created);
}

static gchar *
facts_of (const FseModelInfo *info)
{
  g_autofree gchar *date  = date_of (info);
  g_autofree gchar *pairs = g_strdup_printf (ngettext ("%u pair", "%u pairs", info->n_pairs), info->n_pairs);

  return g_strdup_printf ("%s · %s\n%d×%d", date, pairs, info->width, info->height);
}

static void
show (FseModelCard *card)
{
  g_autofree gchar *steps = card->look ? g_strdup_printf (ngettext ("%u step", "%u steps", card->look->info->steps), card->look->info->steps) : NULL;
  const gchar      *told  = card->look ? card->look->info->instruction : "";
  g_autofree gchar *tip   = card->look ? g_strdup_printf ("%s\n%s\n%s%s%s", card->name, card->facts, steps, told[0] ? "\n" : "", told)
                                       : g_strdup (card->trouble ? card->trouble : card->name);
  g_autofree gchar *said  = g_strdup_printf ("%s, %s", card->name, card->look ? card->facts : card->trouble ? card->trouble : "…");

  gtk_label_set_text (GTK_LABEL (card->title), card->name);
  gtk_label_set_text (GTK_LABEL (card->about), card->look ? card->facts : card->trouble ? _("cannot be used") : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (card), tip);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (card)), said);
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (card)), told);
  if (card->look)
    fse_before_after_set (card->pair, card->look->before[0], card->look->after[0]);
  else if (card->trouble)
    gtk_container_foreach (GTK_CONTAINER (card->pair), set_icon, (gpointer) "dialog-warning-symbolic");
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  FseModelCard      *card  = FSE_MODEL_CARD (source);
  g_autoptr (GError) error = NULL;

  card->look = fse_model_look_finish (result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (card->look)
    card->facts = facts_of (card->look->info);
  else
    card->trouble = g_strdup (error->message);
  show (card);
  g_signal_emit (card, looked_signal, 0);
}

/* --- public --------------------------------------------------------------- */

const gchar *
fse_model_card_path (FseModelCard *card)
{
  return card->path;
}

const gchar *
fse_model_card_name (FseModelCard *card)
{
  return card->name;
}

const FseModelInfo *
fse_model_card_info (FseModelCard *card)
{
  return card->look ? card->look->info : NULL;
}

const gchar *
fse_model_card_trouble (FseModelCard *card)
{
  return card->trouble;
}

void
fse_model_card_moved (FseModelCard *card, const gchar *path)
{
  g_free (card->path);
  g_free (card->name);
  card->path = g_strdup (path);
  card->name = fse_model_name (path);
  show (card);
}

gboolean
fse_model_card_matches (FseModelCard *card, const gchar *words)
{
  const gchar      *told = card->look ? card->look->info->instruction : "";
  g_autofree gchar *all  = g_strconcat (card->name, " ", told, " ", card->facts, NULL);

  return g_str_match_string (words, all, TRUE);
}

/* --- life ----------------------------------------------------------------- */

/* Dim beside the name, but not on the colour of what is chosen. */
static void
state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  FseModelCard    *card    = FSE_MODEL_CARD (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (card->about);

  if (gtk_widget_get_state_flags (widget) & GTK_STATE_FLAG_SELECTED)
    gtk_style_context_remove_class (context, GTK_STYLE_CLASS_DIM_LABEL);
  else
    gtk_style_context_add_class (context, GTK_STYLE_CLASS_DIM_LABEL);
  if (GTK_WIDGET_CLASS (fse_model_card_parent_class)->state_flags_changed)
    GTK_WIDGET_CLASS (fse_model_card_parent_class)->state_flags_changed (widget, before);
}

static void
dispose (GObject *object)
{
  g_cancellable_cancel (FSE_MODEL_CARD (object)->cancellable);
  G_OBJECT_CLASS (fse_model_card_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  FseModelCard *card = FSE_MODEL_CARD (object);

  g_clear_pointer (&card->look, fse_model_look_free);
  g_clear_object (&card->cancellable);
  g_free (card->path);
  g_free (card->name);
  g_free (card->facts);
  g_free (card->trouble);
  G_OBJECT_CLASS (fse_model_card_parent_class)->finalize (object);
}

static void
fse_model_card_class_init (FseModelCardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose  = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  GTK_WIDGET_CLASS (klass)->state_flags_changed = state_flags_changed;
  looked_signal = g_signal_new ("looked", FSE_TYPE_MODEL_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_model_card_init (FseModelCard *card)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  card->cancellable = g_cancellable_new ();
  card->pair        = fse_before_after_new (SIDE);
  card->title       = gtk_label_new (NULL);
  card->about       = fse_named (gtk_label_new (NULL), "facts");
  fse_ui_label_lines (card->title, 2, 18);
  gtk_label_set_justify (GTK_LABEL (card->title), GTK_JUSTIFY_CENTER);
  gtk_label_set_justify (GTK_LABEL (card->about), GTK_JUSTIFY_CENTER);
  gtk_label_set_lines (GTK_LABEL (card->about), 2);
  gtk_style_context_add_class (gtk_widget_get_style_context (card->about), GTK_STYLE_CLASS_DIM_LABEL);
  gtk_container_set_border_width (GTK_CONTAINER (box), 6);
  gtk_container_add (GTK_CONTAINER (box), card->pair);
  gtk_container_add (GTK_CONTAINER (box), card->title);
  gtk_container_add (GTK_CONTAINER (box), card->about);
  gtk_container_add (GTK_CONTAINER (card), box);
  gtk_widget_set_valign (GTK_WIDGET (card), GTK_ALIGN_START);
  gtk_widget_show_all (box);
}

GtkWidget *
fse_model_card_new (const gchar *path)
{
  FseModelCard *card = g_object_new (FSE_TYPE_MODEL_CARD, NULL);

  card->path = g_strdup (path);
  card->name = fse_model_name (path);
  show (card);
  fse_model_look_async (card, path, 1, 2 * SIDE, card->cancellable, on_looked, NULL);
  return GTK_WIDGET (card);
}
