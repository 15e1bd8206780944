/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See device-combo.h.
 */
#include "i18n.h"

#include "device-combo.h"

#include <string.h>

#include "device/device.h"
#include "training/job.h"
#include "ui-init.h"

/* What a thread does for the combo; the combo has it back when the job is finished. */
typedef struct
{
  FseJob    *job;
  GPtrArray *devices;  /* FseDeviceInfo; NULL before they are listed */
  GPtrArray *problems; /* a sentence or "" for each device; NULL before they are tested */
} Work;

struct _FseDeviceCombo
{
  GtkComboBoxText parent_instance;
  Work           *work;     /* NULL: nothing is being done */
  guint           timer;
  gboolean        seen;     /* someone wants to know more of the devices */
  GPtrArray      *devices, *problems;
};

G_DEFINE_TYPE (FseDeviceCombo, fse_device_combo, GTK_TYPE_COMBO_BOX_TEXT)

static guint unavailable_signal, told_signal;

/* --- in the thread -------------------------------------------------------- */

static gboolean
list_devices (gpointer data, GError **error)
{
  Work *work = data;

  work->devices = fse_device_list (error);
  return work->devices != NULL;
}

static gboolean
test_devices (gpointer data, GError **error)
{
  Work *work = data;

  work->problems = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < work->devices->len; i++)
    {
      gchar *problem = fse_device_problem (g_ptr_array_index (work->devices, i), FALSE);

      g_ptr_array_add (work->problems, problem ? problem : g_strdup (""));
    }
  return TRUE;
}

static void
work_free (Work *work)
{
  g_clear_pointer (&work->devices, g_ptr_array_unref);
  g_clear_pointer (&work->problems, g_ptr_array_unref);
  g_free (work);
}

/* --- what is shown -------------------------------------------------------- */

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

/* The device that this choice comes to: the first of that name; of any, the first that passes. */
static gint
place_of (FseDeviceCombo *combo, const gchar *id)
{
  for (guint i = 0; combo->devices && i < combo->devices->len; i++)
    {
      const FseDeviceInfo *info = g_ptr_array_index (combo->devices, i);

      if (id[0] ? strcmp (id, info->name) == 0 : ! combo->problems || ! *(gchar *) g_ptr_array_index (combo->problems, i))
        return (gint) i;
    }
  return -1;
}

gchar *
fse_device_combo_about (FseDeviceCombo *combo)
{
  const gchar         *id     = fse_device_combo_get (combo);
  gint                 place  = place_of (combo, id);
  const FseDeviceInfo *info   = place >= 0 ? g_ptr_array_index (combo->devices, place) : NULL;
  const gchar         *problem = place >= 0 && combo->problems ? g_ptr_array_index (combo->problems, place) : NULL;
  g_autofree gchar    *memory = info ? g_format_size_full (info->memory, G_FORMAT_SIZE_IEC_UNITS) : NULL;
  g_autofree gchar    *has    = info ? g_strdup_printf (_("%s of memory"), memory) : NULL;

  if (! info)
    return g_strdup (combo->work ? _("Looking for devices") : "");
  return g_strdup_printf ("%s%s%s · %s", id[0] ? "" : info->name, id[0] ? "" : " · ", has,
                          ! problem ? _("being tested") : problem[0] ? problem : _("passes its self-test"));
}

static void
tell (FseDeviceCombo *combo)
{
  g_signal_emit (combo, told_signal, 0);
}

static void
fill (FseDeviceCombo *combo)
{
  for (guint i = 0; i < combo->devices->len; i++)
    {
      const FseDeviceInfo *info = g_ptr_array_index (combo->devices, i);
      g_autofree gchar    *text = g_strdup_printf ("%s (%s)", info->name, info->gpu ? _("GPU") : _("CPU"));

      if (! has_id (GTK_COMBO_BOX (combo), info->name))
        gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), info->name, text);
    }
}

/* --- between the threads -------------------------------------------------- */

static gboolean look (gpointer data);

static void
begin (FseDeviceCombo *combo, const gchar *name, FseJobWork what)
{
  combo->work = g_new0 (Work, 1);
  if (combo->devices)
    combo->work->devices = g_ptr_array_ref (combo->devices);
  combo->work->job = fse_job_new (name, what, combo->work);
  if (! combo->timer)
    combo->timer = g_timeout_add (100, look, combo);
}

static void
end (FseDeviceCombo *combo)
{
  g_autoptr (GError) error = NULL;
  Work              *work  = g_steal_pointer (&combo->work);

  if (! fse_job_join (work->job, &error))
    g_signal_emit (combo, unavailable_signal, 0, error->message);
  if (! combo->devices && work->devices)
    {
      combo->devices = g_ptr_array_ref (work->devices);
      fill (combo);
    }
  combo->problems = g_steal_pointer (&work->problems);
  work_free (work);
  tell (combo);
}

static gboolean
look (gpointer data)
{
  FseDeviceCombo *combo = data;

  if (combo->work && fse_job_finished (combo->work->job))
    end (combo);
  if (! combo->work && combo->seen && combo->devices && ! combo->problems)
    begin (combo, "test devices", test_devices);
  if (combo->work)
    return G_SOURCE_CONTINUE;
  combo->timer = 0;
  return G_SOURCE_REMOVE;
}

void
fse_device_combo_settle (FseDeviceCombo *combo)
{
  combo->seen = FALSE;
  while (combo->work && ! fse_job_finished (combo->work->job))
    fse_ui_breathe ();
  if (combo->work)
    end (combo);
}

static void
on_map (FseDeviceCombo *combo)
{
  combo->seen = TRUE;
  if (! combo->timer)
    combo->timer = g_timeout_add (100, look, combo);
}

static void
dispose (GObject *object)
{
  FseDeviceCombo *combo = FSE_DEVICE_COMBO (object);
  Work           *work  = g_steal_pointer (&combo->work);

  g_clear_handle_id (&combo->timer, g_source_remove);
  if (work)
    {
      fse_job_join (work->job, NULL);
      work_free (work);
    }
  g_clear_pointer (&combo->devices, g_ptr_array_unref);
  g_clear_pointer (&combo->problems, g_ptr_array_unref);
  G_OBJECT_CLASS (fse_device_combo_parent_class)->dispose (object);
}

static void
fse_device_combo_class_init (FseDeviceComboClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  unavailable_signal = g_signal_new ("unavailable", FSE_TYPE_DEVICE_COMBO, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_STRING);
  told_signal = g_signal_new ("told", FSE_TYPE_DEVICE_COMBO, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_device_combo_init (FseDeviceCombo *combo)
{
}

void
fse_device_combo_set (FseDeviceCombo *combo, const gchar *device)
{
  if (! has_id (GTK_COMBO_BOX (combo), device))
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), device, device);
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), device);
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
  fse_device_combo_set (combo, device ? device : "");

  g_signal_connect (combo, "map", G_CALLBACK (on_map), NULL);
  g_signal_connect (combo, "changed", G_CALLBACK (tell), NULL);
  begin (combo, "list devices", list_devices);
  return GTK_WIDGET (combo);
}

const gchar *
fse_device_combo_get (FseDeviceCombo *combo)
{
  const gchar *id = gtk_combo_box_get_active_id (GTK_COMBO_BOX (combo));

  return id ? id : "";
}
