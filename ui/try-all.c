/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See try-all.h.
 */
#include "i18n.h"

#include "try-all.h"

#include "gradual.h"
#include "model-folder.h"
#include "runs.h"
#include "surface.h"
#include "ui-init.h"

#define SIDE 176 /* of a picture, of a screen of scale 1 */
#define POLL_MILLISECONDS 50

struct _FseTryAll
{
  GtkBox           parent_instance;
  FseApplyRequest *request;
  FseImage        *picture;
  GPtrArray       *paths;
  guint            next; /* of the paths */
  gboolean         stopped;
  FseModelSlot    *slot;
  FseApplyRun     *run;
  guint            timer;
  GtkWidget       *flow, *bar, *stop;
};

G_DEFINE_TYPE (FseTryAll, fse_try_all, GTK_TYPE_BOX)

static guint picked_signal;

/* --- one edit ------------------------------------------------------------- */

static GtkWidget *
image_of (FseTryAll *all, guint k)
{
  GtkFlowBoxChild *child   = gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (all->flow), k);
  GList           *content = gtk_container_get_children (GTK_CONTAINER (gtk_bin_get_child (GTK_BIN (child))));
  GtkWidget       *image   = content->data;

  g_list_free (content);
  return image;
}

static void
show_error (FseTryAll *all, guint k, const GError *error)
{
  gtk_image_set_from_icon_name (GTK_IMAGE (image_of (all, k)), "dialog-warning-symbolic", GTK_ICON_SIZE_DIALOG);
  gtk_widget_set_tooltip_text (GTK_WIDGET (gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (all->flow), k)), error->message);
}

static void
end_run (FseTryAll *all)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (FseImage) after = fse_apply_run_end (g_steal_pointer (&all->run), &error);
  guint                k     = all->next++;

  if (after)
    fse_surface_show (image_of (all, k), after, SIDE);
  else if (! g_error_matches (error, FSE_ERROR, FSE_ERROR_CANCELLED))
    show_error (all, k, error);
}

static void
start_run (FseTryAll *all)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar  *path  = g_filename_to_utf8 (g_ptr_array_index (all->paths, all->next), -1, NULL, NULL, NULL);

  fse_request_string (&all->request->model, path);
  all->run = fse_apply_run_start (all->slot, all->picture, all->request, &error);
  if (! all->run)
    show_error (all, all->next++, error);
}

/* --- all of them ---------------------------------------------------------- */

static void
update (FseTryAll *all)
{
  guint             n    = all->paths ? all->paths->len : 0;
  gboolean          done = all->next >= n;
  g_autofree gchar *text = g_strdup_printf (_("%u of %u"), MIN (all->next, n), n);

  gtk_widget_set_sensitive (all->stop, ! done && ! all->stopped);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (all->bar), n ? (gdouble) all->next / n : 0.0);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (all->bar), text);
}

static gboolean
look (gpointer data)
{
  FseTryAll *all = data;

  if (all->run && fse_apply_run_finished (all->run))
    end_run (all);
  if (! all->run && ! all->stopped && all->next < all->paths->len)
    start_run (all);
  update (all);
  if (all->run || (! all->stopped && all->next < all->paths->len))
    return G_SOURCE_CONTINUE;
  all->timer = 0;
  g_clear_pointer (&all->slot, fse_model_slot_free); /* memory for the preview */
  return G_SOURCE_REMOVE;
}

void
fse_try_all_stop (FseTryAll *all)
{
  all->stopped = TRUE;
  if (all->run)
    fse_apply_run_cancel (all->run);
  update (all);
}

gboolean
fse_try_all_busy (FseTryAll *all)
{
  return all->timer != 0;
}

static void
clear (FseTryAll *all)
{
  fse_try_all_stop (all);
  g_clear_handle_id (&all->timer, g_source_remove);
  if (all->run)
    {
      G_GNUC_UNUSED g_autoptr (FseImage) after = fse_apply_run_end (g_steal_pointer (&all->run), NULL);
    }
  g_clear_pointer (&all->slot, fse_model_slot_free);
  g_clear_pointer (&all->picture, fse_image_unref);
  g_clear_pointer (&all->paths, g_ptr_array_unref);
  g_clear_pointer (&all->request, fse_apply_request_free);
  all->next = 0;
}

static void
destroy_child (GtkWidget *child, gpointer data)
{
  gtk_widget_destroy (child);
}

static void
add_child (FseTryAll *all, const gchar *path)
{
  GtkWidget        *child = gtk_flow_box_child_new ();
  GtkWidget        *box   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget        *image = gtk_image_new_from_icon_name ("image-loading-symbolic", GTK_ICON_SIZE_DIALOG);
  g_autofree gchar *name  = fse_model_name (path);
  GtkWidget        *label = gtk_label_new (name);

  gtk_widget_set_size_request (image, SIDE, SIDE * 3 / 4);
  fse_ui_label_lines (label, 2, 20);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_container_add (GTK_CONTAINER (box), image);
  gtk_container_add (GTK_CONTAINER (box), label);
  gtk_container_add (GTK_CONTAINER (child), box);
  gtk_widget_set_tooltip_text (child, name);
  atk_object_set_name (gtk_widget_get_accessible (child), name);
  gtk_widget_show_all (box);
  gtk_container_add (GTK_CONTAINER (all->flow), child);
  fse_gradual_show (all->flow, child);
}

void
fse_try_all_start (FseTryAll *all, FseImage *picture, GPtrArray *paths, const FseApplyRequest *request)
{
  g_autofree gchar *text = fse_apply_request_to_text (request);

  clear (all);
  gtk_container_foreach (GTK_CONTAINER (all->flow), destroy_child, NULL);
  all->stopped = FALSE;
  all->picture = fse_image_ref (picture);
  all->paths   = g_ptr_array_ref (paths);
  all->request = fse_apply_request_new ();
  all->slot    = fse_model_slot_new ();
  fse_apply_request_from_text (all->request, text);
  all->request->reference = -1; /* it is a number of one edit's pairs */
  for (guint k = 0; k < paths->len; k++)
    add_child (all, g_ptr_array_index (paths, k));
  all->timer = g_timeout_add (POLL_MILLISECONDS, look, all);
  update (all);
}

/* --- building ------------------------------------------------------------- */

static void
on_child (GtkFlowBox *flow, GtkFlowBoxChild *child, FseTryAll *all)
{
  g_autofree gchar *path = g_strdup (g_ptr_array_index (all->paths, gtk_flow_box_child_get_index (child)));

  g_signal_emit (all, picked_signal, 0, path);
}

static void
dispose (GObject *object)
{
  FseTryAll *all = FSE_TRY_ALL (object);

  if (all->paths)
    clear (all);
  G_OBJECT_CLASS (fse_try_all_parent_class)->dispose (object);
}

static void
fse_try_all_class_init (FseTryAllClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  picked_signal = g_signal_new ("picked", FSE_TYPE_TRY_ALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
fse_try_all_init (FseTryAll *all)
{
  GtkWidget *scroll;
  GtkWidget *label  = gtk_label_new (_("Your picture by each of the edits. Click on the one that you want."));
  GtkWidget *foot   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (all), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (all), 6);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  all->flow = fse_named (gtk_flow_box_new (), "tries");
  gtk_flow_box_set_activate_on_single_click (GTK_FLOW_BOX (all->flow), TRUE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (all->flow), 8);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (all->flow), TRUE);
  gtk_widget_set_valign (all->flow, GTK_ALIGN_START);
  atk_object_set_name (gtk_widget_get_accessible (all->flow), _("Your picture by each of the edits"));
  g_signal_connect (all->flow, "child-activated", G_CALLBACK (on_child), all);
  scroll = fse_ui_scroller (all->flow);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scroll), GTK_SHADOW_IN);
  all->bar = fse_named (gtk_progress_bar_new (), "tries-bar");
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (all->bar), TRUE);
  gtk_widget_set_valign (all->bar, GTK_ALIGN_CENTER);
  atk_object_set_name (gtk_widget_get_accessible (all->bar), _("Edits tried"));
  all->stop = fse_named (gtk_button_new_with_mnemonic (_("Sto_p")), "tries-stop");
  g_signal_connect_swapped (all->stop, "clicked", G_CALLBACK (fse_try_all_stop), all);
  gtk_box_pack_start (GTK_BOX (foot), all->bar, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (foot), all->stop, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (all), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (all), scroll, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (all), foot, FALSE, FALSE, 0);
}

GtkWidget *
fse_try_all_new (void)
{
  return g_object_new (FSE_TYPE_TRY_ALL, NULL);
}
