/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See quality-combo.h.
 */
#include "i18n.h"

#include "quality-combo.h"

#include <string.h>

#include "train-plan.h"
#include "training/job.h"
#include "ui-init.h"

#define OWN "own" /* the id of "", which would be no id */
#define POLL_MILLISECONDS 50

struct _FseQualityCombo
{
  GtkComboBoxText  parent_instance;
  FseTrainRequest *request; /* what the times are of */
  guint            n_pairs;
  gboolean         asked;   /* someone looks at the choices */
  FseJob          *job;     /* measures `device`, or NULL */
  gchar           *device;  /* measured or being measured last */
  guint            timer;
};

G_DEFINE_TYPE (FseQualityCombo, fse_quality_combo, GTK_TYPE_COMBO_BOX_TEXT)

static guint measured_signal;

static const struct
{
  const gchar *id, *words;
} qualities[] = {
  { "quick", N_("Quick") },
  { "balanced", N_("Balanced") },
  { "best", N_("Best") },
  { OWN, N_("As set under Advanced") },
};

const gchar *
fse_quality_combo_get (FseQualityCombo *combo)
{
  const gchar *id = gtk_combo_box_get_active_id (GTK_COMBO_BOX (combo));

  return id && strcmp (id, OWN) != 0 ? id : "";
}

void
fse_quality_combo_set (FseQualityCombo *combo, const gchar *quality)
{
  if (! gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), quality[0] ? quality : OWN))
    gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), OWN);
}

/* --- what is shown -------------------------------------------------------- */

static gchar *
duration (gdouble seconds)
{
  guint minutes = MAX ((guint) (seconds / 60.0 + 0.5), 1);
  guint hours   = (guint) (seconds / 3600.0 + 0.5);

  if (minutes < 120)
    return g_strdup_printf (ngettext ("about %u minute", "about %u minutes", minutes), minutes);
  return g_strdup_printf (ngettext ("about %u hour", "about %u hours", hours), hours);
}

static void
show_times (FseQualityCombo *combo)
{
  const FseTrainRequest *request = combo->request;
  g_autofree gchar      *own     = g_strdup (request->quality);
  FseSpeed               speed;
  gboolean               known = fse_train_plan_known (request->device, &speed);

  for (guint i = 0; i < G_N_ELEMENTS (qualities); i++)
    {
      g_autofree gchar *time = NULL, *text = NULL;
      FseSettings       settings;

      fse_request_string (&combo->request->quality, strcmp (qualities[i].id, OWN) == 0 ? "" : qualities[i].id);
      fse_train_request_settings (request, &settings);
      if (known)
        time = duration (fse_train_plan_make (request, &speed, combo->n_pairs, &settings));
      text = time ? g_strdup_printf ("%s: %s", _(qualities[i].words), time) : g_strdup (_(qualities[i].words));
      fse_ui_combo_say (GTK_COMBO_BOX (combo), qualities[i].id, text);
    }
  fse_request_string (&combo->request->quality, own);
}

/* --- measuring ------------------------------------------------------------ */

static gboolean
measure (gpointer device, GError **error)
{
  FseSpeed speed;

  return fse_train_plan_measure (device, &speed, error);
}

/* A device that cannot be measured cannot train either, and that is told elsewhere. */
static void
end (FseQualityCombo *combo)
{
  fse_job_join (g_steal_pointer (&combo->job), NULL);
  show_times (combo);
  g_signal_emit (combo, measured_signal, 0);
}

static gboolean look (gpointer data);

static void
begin_if_wanted (FseQualityCombo *combo)
{
  FseSpeed speed;

  if (combo->job || ! gtk_widget_get_mapped (GTK_WIDGET (combo)) || ! (combo->asked || fse_quality_combo_get (combo)[0])
      || g_strcmp0 (combo->device, combo->request->device) == 0 || fse_train_plan_known (combo->request->device, &speed))
    return;
  g_free (combo->device);
  combo->device = g_strdup (combo->request->device);
  combo->job    = fse_job_new ("measure the device", measure, combo->device);
  if (! combo->timer)
    combo->timer = g_timeout_add (POLL_MILLISECONDS, look, combo);
}

static gboolean
look (gpointer data)
{
  FseQualityCombo *combo = data;

  if (combo->job && fse_job_finished (combo->job))
    {
      end (combo);
      begin_if_wanted (combo); /* it may be another device by now */
    }
  if (combo->job)
    return G_SOURCE_CONTINUE;
  combo->timer = 0;
  return G_SOURCE_REMOVE;
}

void
fse_quality_combo_settle (FseQualityCombo *combo)
{
  while (combo->job && ! fse_job_finished (combo->job))
    fse_ui_breathe ();
  if (combo->job)
    end (combo);
}

void
fse_quality_combo_show (FseQualityCombo *combo, const FseTrainRequest *request, guint n_pairs)
{
  g_autofree gchar *text = fse_train_request_to_text (request);

  fse_train_request_from_text (combo->request, text);
  combo->n_pairs = n_pairs;
  show_times (combo);
  begin_if_wanted (combo);
}

static void
on_popup (FseQualityCombo *combo)
{
  combo->asked = TRUE;
  begin_if_wanted (combo);
}

/* --- life ----------------------------------------------------------------- */

static void
dispose (GObject *object)
{
  FseQualityCombo *combo = FSE_QUALITY_COMBO (object);

  g_clear_handle_id (&combo->timer, g_source_remove);
  if (combo->job)
    fse_job_join (g_steal_pointer (&combo->job), NULL);
  G_OBJECT_CLASS (fse_quality_combo_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  FseQualityCombo *combo = FSE_QUALITY_COMBO (object);

  fse_train_request_free (combo->request);
  g_free (combo->device);
  G_OBJECT_CLASS (fse_quality_combo_parent_class)->finalize (object);
}

static void
fse_quality_combo_class_init (FseQualityComboClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose  = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  measured_signal = g_signal_new ("measured", FSE_TYPE_QUALITY_COMBO, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fse_quality_combo_init (FseQualityCombo *combo)
{
  combo->request = fse_train_request_new ();
  g_signal_connect (combo, "map", G_CALLBACK (begin_if_wanted), NULL);
  g_signal_connect (combo, "notify::popup-shown", G_CALLBACK (on_popup), NULL);
}

GtkWidget *
fse_quality_combo_new (void)
{
  GtkWidget *combo = g_object_new (FSE_TYPE_QUALITY_COMBO, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (qualities); i++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), qualities[i].id, _(qualities[i].words));
  return combo;
}
