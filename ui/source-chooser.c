/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See source-chooser.h.
 */
#include "i18n.h"

#include "source-chooser.h"

#include "gradual.h"
#include "surface.h"
#include "ui-init.h"

typedef struct
{
  GtkWidget      *over, *popover;
  FsePairLooker  *looker;
  GPtrArray      *wishes; /* the images that wait for their thumbnails */
  FseSourceChosen chosen;
  gpointer        data;
} Chooser;

/* The looker is there as long as `over` is. */
static void
forget_wishes (Chooser *chooser)
{
  for (guint i = 0; i < chooser->wishes->len; i++)
    fse_pair_looker_forget (chooser->looker, g_ptr_array_index (chooser->wishes, i));
  g_ptr_array_set_size (chooser->wishes, 0);
}

static void
chooser_free (Chooser *chooser)
{
  g_ptr_array_unref (chooser->wishes);
  g_free (chooser);
}

static void
on_seen (const FsePairView *view, gpointer data)
{
  if (view->before)
    fse_surface_show (data, view->before, FSE_THUMBNAIL);
  else
    gtk_image_set_from_icon_name (data, "dialog-warning-symbolic", GTK_ICON_SIZE_DIALOG);
}

static void
on_child (GtkFlowBox *box, GtkFlowBoxChild *child, Chooser *chooser)
{
  FseSource source = { GPOINTER_TO_INT (g_object_get_data (G_OBJECT (child), "layer")), NULL };

  chooser->chosen (&source, chooser->data);
  gtk_popover_popdown (GTK_POPOVER (chooser->popover));
}

static void
on_file_response (GtkWidget *dialog, gint response, Chooser *chooser)
{
  g_autofree gchar *file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog)) : NULL;
  FseSource         source = { -1, file };

  if (file)
    chooser->chosen (&source, chooser->data);
  gtk_widget_destroy (dialog);
  gtk_popover_popdown (GTK_POPOVER (chooser->popover));
}

void
fse_add_picture_filter (GtkFileChooser *files)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _("Pictures"));
  gtk_file_filter_add_mime_type (filter, "image/*");
  gtk_file_chooser_add_filter (files, filter);
}

static void
on_file (GtkWidget *button, Chooser *chooser)
{
  GtkWidget *dialog = gtk_file_chooser_dialog_new (_("Choose a Picture"), GTK_WINDOW (gtk_widget_get_toplevel (chooser->over)),
                                                   GTK_FILE_CHOOSER_ACTION_OPEN, _("_Cancel"), GTK_RESPONSE_CANCEL,
                                                   _("_Open"), GTK_RESPONSE_ACCEPT, NULL);

  fse_add_picture_filter (GTK_FILE_CHOOSER (dialog));
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_file_response), chooser);
  gtk_widget_show (dialog);
}

static void
add_layer (Chooser *chooser, GtkContainer *flow, const FseHostLayer *layer)
{
  GtkWidget            *child = gtk_flow_box_child_new ();
  GtkWidget            *box   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget            *image = gtk_image_new_from_icon_name ("image-x-generic-symbolic", GTK_ICON_SIZE_DIALOG);
  GtkWidget            *label = gtk_label_new (layer->name);
  g_autofree gchar     *name  = g_strdup_printf (_("%s (%s)"), layer->name, layer->image_name);
  g_autoptr (FseExample) example = fse_example_new_layers (layer->id, -1);

  gtk_widget_set_size_request (image, FSE_THUMBNAIL, FSE_THUMBNAIL);
  fse_ui_label_lines (label, 2, 14);
  gtk_label_set_width_chars (GTK_LABEL (label), 12);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_box_pack_start (GTK_BOX (box), image, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (child), box);
  gtk_widget_set_tooltip_text (child, name);
  atk_object_set_name (gtk_widget_get_accessible (child), name);
  g_object_set_data (G_OBJECT (child), "layer", GINT_TO_POINTER (layer->id));
  gtk_widget_show_all (box);
  gtk_container_add (flow, child);
  fse_gradual_show (GTK_WIDGET (flow), child);
  g_ptr_array_add (chooser->wishes, image);
  fse_pair_looker_look (chooser->looker, example, on_seen, image);
}

void
fse_source_chooser_popup (GtkWidget *over, FseHost *host, FsePairLooker *looker, gboolean files,
                          FseSourceChosen chosen, gpointer data)
{
  Chooser              *chooser = g_new0 (Chooser, 1);
  GtkWidget            *box     = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget            *flow    = fse_named (gtk_flow_box_new (), "layers");
  GtkWidget            *scroll  = fse_ui_scroller (flow);
  g_autoptr (GPtrArray) layers  = host->list_layers (host);

  chooser->over    = over;
  chooser->looker  = looker;
  chooser->chosen  = chosen;
  chooser->data    = data;
  chooser->wishes  = g_ptr_array_new ();
  chooser->popover = fse_named (gtk_popover_new (over), "chooser");
  g_object_set_data_full (G_OBJECT (chooser->popover), "chooser", chooser, (GDestroyNotify) chooser_free);
  g_signal_connect_swapped (chooser->popover, "destroy", G_CALLBACK (forget_wishes), chooser);
  g_signal_connect_object (over, "destroy", G_CALLBACK (gtk_widget_destroy), chooser->popover, G_CONNECT_SWAPPED);
  fse_ui_destroy_closed (chooser->popover);

  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 4);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), 3);
  gtk_flow_box_set_activate_on_single_click (GTK_FLOW_BOX (flow), TRUE);
  atk_object_set_name (gtk_widget_get_accessible (flow), _("Layers of the open images"));
  for (guint i = 0; i < layers->len; i++)
    add_layer (chooser, GTK_CONTAINER (flow), g_ptr_array_index (layers, i));
  g_signal_connect (flow, "child-activated", G_CALLBACK (on_child), chooser);

  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroll), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroll), 300);
  gtk_container_set_border_width (GTK_CONTAINER (box), 6);
  gtk_box_pack_start (GTK_BOX (box), layers->len ? scroll : gtk_label_new (_("No image is open.")), TRUE, TRUE, 0);
  if (files)
    {
      GtkWidget *button = gtk_button_new_with_mnemonic (_("Choose a _File…"));

      g_signal_connect (button, "clicked", G_CALLBACK (on_file), chooser);
      gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
    }
  gtk_container_add (GTK_CONTAINER (chooser->popover), box);
  gtk_widget_show_all (box);
  gtk_popover_popup (GTK_POPOVER (chooser->popover));
}
