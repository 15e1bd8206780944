/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See reference-button.h.  The thumbnails are read, in another thread, when the
 * popover opens.
 */
#include "i18n.h"

#include "reference-button.h"

#include "gradual.h"
#include "model-card.h"
#include "ui-init.h"

#define SIDE 56

struct _FseReferenceButton
{
  GtkButton     parent_instance;
  gint          reference;
  gchar        *model;
  guint         n;
  GtkWidget    *label;
};

G_DEFINE_TYPE (FseReferenceButton, fse_reference_button, GTK_TYPE_BUTTON)

static guint changed_signal;

static gchar *
name_of (gint reference)
{
  return reference == FSE_REFERENCE_AUTOMATIC ? g_strdup (_("The most similar pair")) : g_strdup_printf (_("Pair %d"), reference + 1);
}

gint
fse_reference_button_get (FseReferenceButton *button)
{
  return button->reference;
}

void
fse_reference_button_set (FseReferenceButton *button, gint reference)
{
  g_autofree gchar *name = name_of (reference);

  gtk_label_set_text (GTK_LABEL (button->label), name);
  if (reference == button->reference)
    return;
  button->reference = reference;
  g_signal_emit (button, changed_signal, 0);
}

void
fse_reference_button_set_model (FseReferenceButton *button, const gchar *path, guint n)
{
  gboolean other = button->model && g_strcmp0 (path, button->model) != 0;

  if (path)
    {
      g_free (button->model);
      button->model = g_strdup (path);
    }
  button->n = path ? n : 0;
  gtk_widget_set_sensitive (GTK_WIDGET (button), button->n > 0);
  if (other || (path && button->reference >= (gint) n))
    fse_reference_button_set (button, FSE_REFERENCE_AUTOMATIC);
}

/* --- the popover ---------------------------------------------------------- */

static void
add_child (GtkFlowBox *flow, gint reference, GtkWidget *content)
{
  GtkWidget        *child = gtk_flow_box_child_new ();
  g_autofree gchar *name  = name_of (reference);

  gtk_container_add (GTK_CONTAINER (child), content);
  gtk_widget_set_tooltip_text (child, name);
  atk_object_set_name (gtk_widget_get_accessible (child), name);
  gtk_widget_show_all (content);
  gtk_container_add (GTK_CONTAINER (flow), child);
  fse_gradual_show (GTK_WIDGET (flow), child);
}

static void
on_child (GtkFlowBox *flow, GtkFlowBoxChild *child, GtkWidget *popover)
{
  GtkWidget *button = gtk_popover_get_relative_to (GTK_POPOVER (popover));

  fse_reference_button_set (FSE_REFERENCE_BUTTON (button), gtk_flow_box_child_get_index (child) - 1);
  gtk_popover_popdown (GTK_POPOVER (popover));
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer flow)
{
  g_autoptr (GError)       error = NULL;
  g_autoptr (FseModelLook) seen  = fse_model_look_finish (result, &error);
  GtkFlowBoxChild         *child;

  for (guint k = 0; seen && (child = gtk_flow_box_get_child_at_index (flow, k + 1)) && k < seen->n; k++)
    fse_before_after_set (gtk_bin_get_child (GTK_BIN (child)), seen->before[k], seen->after[k]);
}

static GtkWidget *
flow_new (FseReferenceButton *button)
{
  GtkFlowBox *flow      = GTK_FLOW_BOX (fse_named (gtk_flow_box_new (), "pairs"));
  GtkWidget  *automatic = gtk_label_new (_("The most\nsimilar"));

  gtk_label_set_justify (GTK_LABEL (automatic), GTK_JUSTIFY_CENTER);
  gtk_flow_box_set_selection_mode (flow, GTK_SELECTION_SINGLE);
  gtk_flow_box_set_activate_on_single_click (flow, TRUE);
  gtk_flow_box_set_min_children_per_line (flow, 3);
  gtk_flow_box_set_max_children_per_line (flow, 3);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (flow)), _("The trained edit's pairs"));
  add_child (flow, FSE_REFERENCE_AUTOMATIC, automatic);
  for (guint k = 0; k < button->n; k++)
    add_child (flow, k, fse_before_after_new (SIDE));
  gtk_flow_box_select_child (flow, gtk_flow_box_get_child_at_index (flow, button->reference + 1));
  return GTK_WIDGET (flow);
}

static void
open_popover (FseReferenceButton *button)
{
  GtkWidget               *popover     = fse_named (gtk_popover_new (GTK_WIDGET (button)), "references");
  GtkWidget               *flow        = flow_new (button);
  GtkWidget               *scroll      = fse_ui_scroller (flow);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_signal_connect (flow, "child-activated", G_CALLBACK (on_child), popover);
  g_signal_connect_object (flow, "destroy", G_CALLBACK (g_cancellable_cancel), cancellable, G_CONNECT_SWAPPED);
  fse_model_look_async (button, button->model, 0, 2 * SIDE, cancellable, on_looked, flow);

  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroll), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroll), 260);
  gtk_container_add (GTK_CONTAINER (popover), scroll);
  gtk_container_set_border_width (GTK_CONTAINER (popover), 6);
  gtk_widget_show_all (scroll);
  fse_ui_destroy_closed (popover);
  gtk_popover_popup (GTK_POPOVER (popover));
}

static void
on_clicked (GtkButton *clicked)
{
  FseReferenceButton *button = FSE_REFERENCE_BUTTON (clicked);

  if (button->model)
    open_popover (button);
}

/* --- life ----------------------------------------------------------------- */

static void
finalize (GObject *object)
{
  g_free (FSE_REFERENCE_BUTTON (object)->model);
  G_OBJECT_CLASS (fse_reference_button_parent_class)->finalize (object);
}

static void
fse_reference_button_class_init (FseReferenceButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  GTK_BUTTON_CLASS (klass)->clicked = on_clicked;
  changed_signal = g_signal_new ("changed", FSE_TYPE_REFERENCE_BUTTON, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_reference_button_init (FseReferenceButton *button)
{
  button->label     = gtk_label_new (NULL);
  button->reference = FSE_REFERENCE_AUTOMATIC;
  gtk_label_set_xalign (GTK_LABEL (button->label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (button->label), PANGO_ELLIPSIZE_END);
  gtk_container_add (GTK_CONTAINER (button), button->label);
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
}

GtkWidget *
fse_reference_button_new (gint reference)
{
  FseReferenceButton *button = g_object_new (FSE_TYPE_REFERENCE_BUTTON, NULL);

  fse_reference_button_set (button, reference);
  return GTK_WIDGET (button);
}
