/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See device-combo.h.
 */
#include "config-i18n.h"

#include "device-combo.h"

#include "device/device.h"
#include "training/job.h"
#include "ui-init.h"

typedef struct
{
  FseJob    *job;
  GPtrArray *devices;
} Listing;

struct _FseDeviceCombo
{
  GtkComboBoxText parent_instance;
  Listing        *listing; /* NULL when done */
  guint           timer;
};

G_DEFINE_TYPE (FseDeviceCombo, fse_device_combo, GTK_TYPE_COMBO_BOX_TEXT)

static guint unavailable_signal;

static gboolean
list_devices (gpointer data, GError **error)
{
  Listing *listing = data;

  listing->devices = fse_device_list (error);
  return listing->devices != NULL;
}

static gboolean
has_id (GtkComboBox *combo, const gchar *id)
{
  GtkTreeModel *model = gtk_combo_box_get_model (combo);
  GtkTreeIter   iter;

  for (gboolean more = gtk_tree_model_get_iter_first (model, &iter); more; more = gtk_tree_model_iter_next (model, &iter))
    {
      g_autofree gchar *present = NULL;

      gtk_tree_model_get (model, &iter, gtk_combo_box_get_id_column (combo), &present, -1);
      if (g_strcmp0 (present, id) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
fill (FseDeviceCombo *combo)
{
  g_autoptr (GError) error   = NULL;
  Listing           *listing = g_steal_pointer (&combo->listing);

  if (! fse_job_join (listing->job, &error))
    g_signal_emit (combo, unavailable_signal, 0, error->message);
  for (guint i = 0; listing->devices && i < listing->devices->len; i++)
    {
      const FseDeviceInfo *info = g_ptr_array_index (listing->devices, i);
      g_autofree gchar    *text = g_strdup_printf ("%s (%s)", info->name, info->gpu ? _("GPU") : _("CPU"));

      if (! has_id (GTK_COMBO_BOX (combo), info->name))
        gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), info->name, text);
    }
  g_clear_pointer (&listing->devices, g_ptr_array_unref);
  g_free (listing);
}

static gboolean
look (gpointer data)
{
  FseDeviceCombo *combo = data;

  if (combo->listing && ! fse_job_finished (combo->listing->job))
    return G_SOURCE_CONTINUE;
  combo->timer = 0;
  if (combo->listing)
    fill (combo);
  return G_SOURCE_REMOVE;
}

void
fse_device_combo_settle (FseDeviceCombo *combo)
{
  while (combo->listing && ! fse_job_finished (combo->listing->job))
    fse_ui_breathe ();
  if (combo->listing)
    fill (combo);
}

static void
dispose (GObject *object)
{
  FseDeviceCombo *combo = FSE_DEVICE_COMBO (object);

  g_clear_handle_id (&combo->timer, g_source_remove);
  if (combo->listing)
    {
      Listing *listing = g_steal_pointer (&combo->listing);

      fse_job_join (listing->job, NULL);
      g_clear_pointer (&listing->devices, g_ptr_array_unref);
      g_free (listing);
    }
  G_OBJECT_CLASS (fse_device_combo_parent_class)->dispose (object);
}

static void
fse_device_combo_class_init (FseDeviceComboClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  unavailable_signal = g_signal_new ("unavailable", FSE_TYPE_DEVICE_COMBO, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
fse_device_combo_init (FseDeviceCombo *combo)
{
}

GtkWidget *
fse_device_combo_new (const gchar *device)
{
  FseDeviceCombo  *combo = g_object_new (FSE_TYPE_DEVICE_COMBO, NULL);
  GtkComboBoxText *text  = GTK_COMBO_BOX_TEXT (combo);
  GList           *cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (combo));

  /* Device names are long; the dialog shall not be as wide as they are. */
  g_object_set (cells->data, "ellipsize", PANGO_ELLIPSIZE_END, "width-chars", 24, NULL);
  g_list_free (cells);
  gtk_combo_box_text_append (text, "", _("Best available"));
  if (device && device[0])
    gtk_combo_box_text_append (text, device, device);
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), device ? device : "");

  combo->listing      = g_new0 (Listing, 1);
  combo->listing->job = fse_job_new ("list devices", list_devices, combo->listing);
  combo->timer        = g_timeout_add (100, look, combo);
  return GTK_WIDGET (combo);
}

const gchar *
fse_device_combo_get (FseDeviceCombo *combo)
{
  const gchar *id = gtk_combo_box_get_active_id (GTK_COMBO_BOX (combo));

  return id ? id : "";
}
