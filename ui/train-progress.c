/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See train-progress.h.
 */
#include "i18n.h"

#include "train-progress.h"

#include <math.h>
#include <string.h>

#include "film-strip.h"
#include "error-plot.h"
#include "split-preview.h"
#include "ui-init.h"

struct _FseTrainProgress
{
  GtkBox     parent_instance;
  guint      version, guest_version; /* of what is shown */
  GtkWidget *preview, *guest, *guest_box, *caption, *strip, *plot, *errors, *bar, *status;
};

G_DEFINE_TYPE (FseTrainProgress, fse_train_progress, GTK_TYPE_BOX)

static gchar *
time_text (gdouble seconds)
{
  gint64 whole = (gint64) (seconds + 0.5);

  if (whole >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", (gint) (whole / 3600), (gint) (whole / 60 % 60), (gint) (whole % 60));
  return g_strdup_printf ("%d:%02d", (gint) (whole / 60), (gint) (whole % 60));
}

static gchar *
step_text (const FseSnapshot *snapshot)
{
  g_autofree gchar *step = snapshot->total_steps > 0
                           ? g_strdup_printf (_("Step %u of %u"), snapshot->step, snapshot->total_steps)
                           : g_strdup_printf (_("Step %u"), snapshot->step);
  g_autofree gchar *left = NULL, *time = NULL;

  if (! (snapshot->seconds_left >= 0.0))
    return g_steal_pointer (&step);
  time = time_text (snapshot->seconds_left);
  left = g_strdup_printf (_("%s left"), time);
  return g_strconcat (step, ", ", left, NULL);
}

static gchar *
status_text (const FseSnapshot *snapshot)
{
  g_autofree gchar *memory = snapshot->memory ? g_format_size_full (snapshot->memory, G_FORMAT_SIZE_IEC_UNITS) : NULL;
  g_autofree gchar *where  = memory ? g_strdup_printf (_("%s of memory on %s"), memory, snapshot->device)
                                    : g_strdup_printf (_("On %s"), snapshot->device);

  if (! snapshot->device[0])
    return g_strdup ("");
  if (snapshot->notice[0])
    return g_strdup (snapshot->notice);
  return g_steal_pointer (&where);
}

static void
show_example (FseTrainProgress *progress, FseTrainRun *run, guint step)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (progress->preview);
  FseImage        *pictures[3];

  if (! fse_train_run_example (run, &progress->version, pictures))
    return;
  fse_split_preview_set_before (preview, pictures[0]);
  fse_split_preview_set_after (preview, pictures[1]);
  fse_split_preview_set_truth (preview, pictures[2]);
  fse_film_strip_add (FSE_FILM_STRIP (progress->strip), pictures[1], step);
  for (gint k = 0; k < 3; k++)
    fse_image_unref (pictures[k]);
}

static void
show_guest (FseTrainProgress *progress, FseTrainRun *run)
{
  FseSplitPreview *preview = FSE_SPLIT_PREVIEW (progress->guest);
  FseImage        *pictures[2];

  if (! fse_train_run_guest (run, &progress->guest_version, pictures))
    return;
  fse_split_preview_set_before (preview, pictures[0]);
  fse_split_preview_set_after (preview, pictures[1]);
  fse_image_unref (pictures[0]);
  fse_image_unref (pictures[1]);
  gtk_widget_show (progress->guest_box);
}

/* Under the curve, and read out with it. */
static void
say_error (FseTrainProgress *progress, const gchar *text)
{
  if (strcmp (gtk_label_get_text (GTK_LABEL (progress->errors)), text) == 0)
    return;
  gtk_label_set_text (GTK_LABEL (progress->errors), text);
  atk_object_set_description (gtk_widget_get_accessible (progress->plot), text);
}

static gchar *
error_text (const FseSnapshot *snapshot, gdouble share)
{
  if (! isfinite (share))
    return g_strdup (_("Error"));
  if (! isfinite (snapshot->validation))
    return g_strdup_printf (_("Error: %.0f %% (doing nothing: 100 %%)"), 100.0 * share);
  return g_strdup_printf (_("Error: %.0f %% (doing nothing: 100 %%) · unseen pair (dots): %.0f %%, best %.0f %%"), 100.0 * share,
                          100.0 * snapshot->validation, 100.0 * snapshot->best_validation);
}

/* All as shares of what doing nothing gets wrong. */
static void
show_error (FseTrainProgress *progress, FseTrainRun *run, const FseSnapshot *snapshot)
{
  gsize                          n = 0, n_looks = 0;
  g_autofree gfloat             *curve = fse_train_run_curve (run, &n);
  g_autofree FseValidationPoint *looks = fse_train_run_looks (run, &n_looks);
  g_autofree gdouble            *x     = g_new (gdouble, n_looks + 1);
  g_autofree gdouble            *y     = g_new (gdouble, n_looks + 1);
  g_autofree gchar              *text  = error_text (snapshot, n ? curve[n - 1] : NAN);

  for (gsize i = 0; i < n_looks; i++)
    {
      x[i] = looks[i].step / (gdouble) MAX (snapshot->step, 1);
      y[i] = looks[i].score;
    }
  fse_error_plot_set (FSE_ERROR_PLOT (progress->plot), curve, n, snapshot->progress);
  fse_error_plot_set_dots (FSE_ERROR_PLOT (progress->plot), x, y, n_looks);
  say_error (progress, text);
}

gboolean
fse_train_progress_look (FseTrainProgress *progress, FseTrainRun *run, const gchar *instead, FseSnapshot *snapshot)
{
  GtkProgressBar    *bar   = GTK_PROGRESS_BAR (progress->bar);
  g_autofree gchar  *text  = NULL, *status = NULL;

  if (! fse_train_run_look (run, snapshot))
    {
      gtk_progress_bar_pulse (bar);
      return FALSE;
    }
  switch (snapshot->phase)
    {
    case FSE_TRAINING_PREPARING:
      text = g_strdup (_("Preparing"));
      gtk_progress_bar_pulse (bar);
      break;
    case FSE_TRAINING_STEPS:
      text = step_text (snapshot);
      gtk_progress_bar_set_fraction (bar, CLAMP (snapshot->progress, 0.0, 1.0));
      break;
    case FSE_TRAINING_SAVING:
      text = g_strdup (_("Saving"));
      break;
    case FSE_TRAINING_DONE:
      text = g_strdup_printf (_("Step %u"), snapshot->step);
      break;
    }
  gtk_progress_bar_set_text (bar, instead ? instead : text);
  status = status_text (snapshot);
  gtk_label_set_text (GTK_LABEL (progress->status), status);
  gtk_label_set_text (GTK_LABEL (progress->caption), snapshot->held_out ? _("A pair that is not learnt from") : _("A pair in training"));
  show_example (progress, run, snapshot->step);
  show_guest (progress, run);
  show_error (progress, run, snapshot);
  return TRUE;
}

void
fse_train_progress_clear (FseTrainProgress *progress)
{
  progress->version = progress->guest_version = 0;
  fse_split_preview_set_before (FSE_SPLIT_PREVIEW (progress->guest), NULL);
  fse_split_preview_set_after (FSE_SPLIT_PREVIEW (progress->guest), NULL);
  gtk_widget_hide (progress->guest_box);
  fse_split_preview_set_before (FSE_SPLIT_PREVIEW (progress->preview), NULL);
  fse_split_preview_set_after (FSE_SPLIT_PREVIEW (progress->preview), NULL);
  fse_split_preview_set_truth (FSE_SPLIT_PREVIEW (progress->preview), NULL);
  fse_film_strip_clear (FSE_FILM_STRIP (progress->strip));
  fse_error_plot_set (FSE_ERROR_PLOT (progress->plot), NULL, 0, 0.0);
  fse_error_plot_set_dots (FSE_ERROR_PLOT (progress->plot), NULL, NULL, 0);
  say_error (progress, _("Error"));
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (progress->bar), 0.0);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (progress->bar), _("Preparing"));
  gtk_label_set_text (GTK_LABEL (progress->status), "");
}

void
fse_train_progress_end (FseTrainProgress *progress, gboolean trained, const gchar *text)
{
  if (trained)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (progress->bar), 1.0);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (progress->bar), text);
}

static void
fse_train_progress_class_init (FseTrainProgressClass *klass)
{
}

static GtkWidget *
line_of_words (const gchar *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 60);
  return label;
}

static GtkWidget *
under_title (GtkWidget *label, GtkWidget *picture)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 28);
  gtk_widget_set_size_request (picture, 240, 240);
  atk_object_set_name (gtk_widget_get_accessible (picture), gtk_label_get_text (GTK_LABEL (label)));
  gtk_box_pack_start (GTK_BOX (box), picture, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  return box;
}

static void
fse_train_progress_init (FseTrainProgress *progress)
{
  GtkWidget *pictures = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (progress), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (progress), 6);
  progress->preview = fse_named (fse_split_preview_new (), "live");
  progress->strip   = fse_named (fse_film_strip_new (), "strip");
  progress->plot    = fse_named (fse_error_plot_new (), "plot");
  progress->bar     = fse_named (gtk_progress_bar_new (), "bar");
  progress->errors  = fse_named (line_of_words (_("Error")), "errors");
  progress->status  = fse_named (line_of_words (""), "status");
  progress->guest     = fse_named (fse_split_preview_new (), "guest");
  progress->caption   = gtk_label_new (_("A pair in training"));
  progress->guest_box = under_title (gtk_label_new (_("The current layer")), progress->guest);
  gtk_box_pack_start (GTK_BOX (pictures), under_title (progress->caption, progress->preview), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (pictures), progress->guest_box, TRUE, TRUE, 0);
  gtk_widget_show_all (progress->guest_box);
  gtk_widget_set_no_show_all (progress->guest_box, TRUE);
  gtk_widget_hide (progress->guest_box);
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (progress->bar), TRUE);
  atk_object_set_name (gtk_widget_get_accessible (progress->bar), _("Training progress"));
  gtk_box_pack_start (GTK_BOX (progress), pictures, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (progress), progress->strip, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (progress), progress->plot, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (progress), progress->errors, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (progress), progress->bar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (progress), progress->status, FALSE, FALSE, 0);
}

GtkWidget *
fse_train_progress_new (void)
{
  return g_object_new (FSE_TYPE_TRAIN_PROGRESS, NULL);
}
