/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See apply-dialog.h.  One timer drives it: at most one run is under way, of
 * the small picture (the preview) or of the whole (Apply), and each time a run
 * has ended the timer decides what comes next.
 */
#include "config-i18n.h"

#include "apply-dialog.h"

#include <string.h>

#include "device-combo.h"
#include "message-bar.h"
#include "model/model-file.h"
#include "runs.h"
#include "split-preview.h"
#include "ui-init.h"

#define PREVIEW_SIDE 384
#define POLL_MILLISECONDS 50
#define BEAT_MICROSECONDS 30000  /* of work, between two looks at the user */
#define CALM_MICROSECONDS 300000 /* a slider that moves on makes a preview useless */

struct _FseApplyDialog
{
  GtkDialog        parent_instance;
  FseHost         *host;
  gint             image, layer;
  FseApplyRequest *request;
  gchar           *base_name;
  gint             result;

  FseModelSlot    *slot;
  FseApplyRun     *run;
  gboolean         whole;     /* the run is not a preview */
  gboolean         copied;
  FseImage        *small;
  FseHostEdit     *edit;      /* while the whole is applied: 1. copied, 2. run, 3. put */
  gboolean         want_apply, want_close;
  gint64           stale_since; /* the preview's settings changed then; 0 = it is right */
  guint            timer;

  GtkWidget       *message, *settings, *preview, *model, *about, *strength, *steps, *seed, *device, *bar;
  GtkWidget       *cancel, *apply;
};

G_DEFINE_TYPE (FseApplyDialog, fse_apply_dialog, GTK_TYPE_DIALOG)

static void
take_values (FseApplyDialog *dialog)
{
  FseApplyRequest  *request = dialog->request;
  g_autofree gchar *model   = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog->model));
  g_autofree gchar *utf8    = model ? g_filename_to_utf8 (model, -1, NULL, NULL, NULL) : NULL;

  if (utf8)
    fse_request_string (&request->model, utf8);
  fse_request_string (&request->device, fse_device_combo_get (FSE_DEVICE_COMBO (dialog->device)));
  request->strength = gtk_range_get_value (GTK_RANGE (dialog->strength)) / 100.0;
  request->steps    = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (dialog->steps));
  request->seed     = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (dialog->seed));
}

static void
update (FseApplyDialog *dialog)
{
  gboolean applying = dialog->want_apply || dialog->edit;
  gboolean busy     = dialog->run != NULL;
  gdouble  fraction = busy ? fse_apply_run_fraction (dialog->run) : 0.0;

  gtk_widget_set_sensitive (dialog->settings, ! applying);
  gtk_widget_set_sensitive (dialog->apply, ! applying && dialog->request->model[0]);
  gtk_widget_set_sensitive (dialog->cancel, ! dialog->want_close);
  if (busy && fraction < 0.0)
    gtk_progress_bar_pulse (GTK_PROGRESS_BAR (dialog->bar));
  else
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (dialog->bar), fraction);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (dialog->bar),
                             applying ? _("Applying")
                             : busy || dialog->stale_since ? _("Computing the preview")
                             : fse_split_preview_has_after (FSE_SPLIT_PREVIEW (dialog->preview)) ? _("Preview") : "");
}

/* --- runs ----------------------------------------------------------------- */

static void
fail (FseApplyDialog *dialog, const GError *error)
{
  if (! g_error_matches (error, FSE_ERROR, FSE_ERROR_CANCELLED))
    fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), GTK_MESSAGE_ERROR, error->message);
}

static void
start_preview (FseApplyDialog *dialog)
{
  g_autoptr (GError) error = NULL;

  dialog->stale_since = 0;
  dialog->whole       = FALSE;
  fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), GTK_MESSAGE_INFO, NULL);
  if (dialog->small && dialog->request->model[0]
      && ! (dialog->run = fse_apply_run_start (dialog->slot, dialog->small, dialog->request, &error)))
    fail (dialog, error);
}

static void
end_edit (FseApplyDialog *dialog)
{
  if (dialog->edit)
    dialog->host->edit_free (dialog->host, g_steal_pointer (&dialog->edit));
}

static void
start_whole (FseApplyDialog *dialog)
{
  g_autoptr (GError) error = NULL;

  dialog->want_apply = FALSE;
  dialog->copied     = FALSE;
  take_values (dialog);
  fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), GTK_MESSAGE_INFO, NULL);
  dialog->edit = dialog->host->edit_begin (dialog->host, dialog->image, dialog->layer, &error);
  if (! dialog->edit)
    fail (dialog, error);
}

/* A piece of copying the layer or, after the run, of putting the result; *done when that is there. */
static gboolean
edit_piece (FseApplyDialog *dialog, gboolean *done, GError **error)
{
  g_autofree gchar *name = NULL;

  if (! dialog->copied)
    {
      if (! dialog->host->edit_copy (dialog->host, dialog->edit, &dialog->copied, error))
        return FALSE;
      if (! dialog->copied)
        return TRUE;
      dialog->whole = TRUE;
      dialog->run   = fse_apply_run_start_edit (dialog->slot, dialog->host, dialog->edit, dialog->request, error);
      return dialog->run != NULL;
    }
  name = fse_result_name (dialog->base_name, dialog->request->model, dialog->request->strength);
  return dialog->host->edit_put (dialog->host, dialog->edit, dialog->request->output, name, done, &dialog->result, error);
}

static void
go_on (FseApplyDialog *dialog)
{
  g_autoptr (GError) error = NULL;
  gint64             until = g_get_monotonic_time () + BEAT_MICROSECONDS;
  gboolean           done  = FALSE, ok;

  do
    ok = edit_piece (dialog, &done, &error);
  while (ok && ! done && ! dialog->run && g_get_monotonic_time () < until);
  if (! ok)
    {
      dialog->result = -1;
      fail (dialog, error);
    }
  dialog->want_close |= ok && done;
  if (! ok || done)
    end_edit (dialog);
}

static void
end_run (FseApplyDialog *dialog)
{
  g_autoptr (GError) error = NULL;

  if (dialog->whole)
    {
      if (! fse_apply_run_end_edit (g_steal_pointer (&dialog->run), &error))
        {
          fail (dialog, error);
          end_edit (dialog);
        }
    }
  else
    {
      g_autoptr (FseImage) after = fse_apply_run_end (g_steal_pointer (&dialog->run), &error);

      if (after)
        fse_split_preview_set_after (FSE_SPLIT_PREVIEW (dialog->preview), after);
      else
        fail (dialog, error);
    }
}

static gboolean
look (gpointer data)
{
  FseApplyDialog *dialog = data;

  if (dialog->run && fse_apply_run_finished (dialog->run))
    end_run (dialog);
  if (! dialog->run)
    {
      if (dialog->want_close)
        {
          end_edit (dialog);
          dialog->timer = 0;
          gtk_widget_hide (GTK_WIDGET (dialog));
          return G_SOURCE_REMOVE;
        }
      if (dialog->edit)
        go_on (dialog);
      else if (dialog->want_apply)
        start_whole (dialog);
      else if (dialog->stale_since && g_get_monotonic_time () - dialog->stale_since >= CALM_MICROSECONDS)
        start_preview (dialog);
    }
  update (dialog);
  return G_SOURCE_CONTINUE;
}

static void
on_response (GtkDialog *widget, gint response)
{
  FseApplyDialog *dialog = FSE_APPLY_DIALOG (widget);

  if (response == GTK_RESPONSE_APPLY)
    {
      if (! dialog->edit)
        dialog->want_apply = TRUE;
    }
  else
    dialog->want_close = TRUE;
  if (dialog->run && (! dialog->whole || dialog->want_close))
    fse_apply_run_cancel (dialog->run);
  update (dialog);
}

static void
on_changed (FseApplyDialog *dialog)
{
  take_values (dialog);
  dialog->stale_since = g_get_monotonic_time ();
  if (dialog->run && ! dialog->whole)
    fse_apply_run_cancel (dialog->run);
}

/* --- the model ------------------------------------------------------------ */

static void
show_model (FseApplyDialog *dialog)
{
  g_autoptr (GError)       error = NULL;
  g_autoptr (FseModelInfo) info  = NULL;
  g_autofree gchar        *text = NULL, *pairs = NULL, *path = NULL;

  if (! dialog->request->model[0])
    {
      gtk_label_set_text (GTK_LABEL (dialog->about), _("Choose the file of a trained edit, or train one first."));
      return;
    }
  path = g_filename_from_utf8 (dialog->request->model, -1, NULL, NULL, NULL);
  info = fse_model_info_load (path ? path : dialog->request->model, &error);
  if (! info)
    {
      gtk_label_set_text (GTK_LABEL (dialog->about), "");
      fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), GTK_MESSAGE_ERROR, error->message);
      return;
    }
  pairs = g_strdup_printf (ngettext ("%u pair", "%u pairs", info->n_pairs), info->n_pairs);
  text  = g_strdup_printf (_("Learned from %s in %u steps at %d×%d pixels"), pairs, info->steps, info->width, info->height);
  gtk_label_set_text (GTK_LABEL (dialog->about), text);
}

static void
on_model (FseApplyDialog *dialog)
{
  fse_split_preview_set_after (FSE_SPLIT_PREVIEW (dialog->preview), NULL);
  on_changed (dialog);
  show_model (dialog);
}

static void
on_unavailable (FseDeviceCombo *combo, const gchar *sentence, FseApplyDialog *dialog)
{
  fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), GTK_MESSAGE_ERROR, sentence);
}

/* --- building ------------------------------------------------------------- */

static GtkWidget *
build_model (FseApplyDialog *dialog)
{
  GtkWidget        *button = fse_named (gtk_file_chooser_button_new (_("Choose a Trained Edit"), GTK_FILE_CHOOSER_ACTION_OPEN), "model");
  GtkFileFilter    *filter = gtk_file_filter_new ();
  g_autofree gchar *folder = g_build_filename (dialog->host->folder, "models", NULL);

  gtk_file_filter_set_name (filter, _("Trained edits"));
  gtk_file_filter_add_pattern (filter, "*.safetensors");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (button), filter);
  if (dialog->request->model[0])
    gtk_file_chooser_set_filename (GTK_FILE_CHOOSER (button), dialog->request->model);
  else if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (button), folder);
  g_signal_connect_swapped (button, "file-set", G_CALLBACK (on_model), dialog);
  return button;
}

static GtkWidget *
build_strength (FseApplyDialog *dialog)
{
  GtkWidget *scale = fse_named (gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0.0, 100.0, 1.0), "strength");

  gtk_scale_set_value_pos (GTK_SCALE (scale), GTK_POS_RIGHT);
  gtk_scale_set_digits (GTK_SCALE (scale), 0);
  gtk_range_set_value (GTK_RANGE (scale), dialog->request->strength * 100.0);
  gtk_widget_set_tooltip_text (scale, _("Percent: 0 changes nothing, 100 is the whole edit"));
  g_signal_connect_swapped (scale, "value-changed", G_CALLBACK (on_changed), dialog);
  return scale;
}

static GtkWidget *
build_spin (FseApplyDialog *dialog, const gchar *name, gdouble low, gdouble high, gdouble value, const gchar *tip)
{
  GtkWidget *spin = fse_named (gtk_spin_button_new_with_range (low, high, 1.0), name);

  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
  gtk_entry_set_activates_default (GTK_ENTRY (spin), TRUE);
  gtk_widget_set_tooltip_text (spin, tip);
  g_signal_connect_swapped (spin, "value-changed", G_CALLBACK (on_changed), dialog);
  return spin;
}

static GtkWidget *
build_settings (FseApplyDialog *dialog)
{
  GtkGrid         *grid    = GTK_GRID (gtk_grid_new ());
  FseApplyRequest *request = dialog->request;

  dialog->model    = build_model (dialog);
  dialog->strength = build_strength (dialog);
  dialog->steps    = build_spin (dialog, "steps", 1, 100, request->steps,
                                 _("One step is the most faithful and the fastest; more steps look more real"));
  dialog->seed     = build_spin (dialog, "seed", 0, G_MAXINT, request->seed, _("The same seed gives the same picture"));
  dialog->device   = fse_named (fse_device_combo_new (request->device), "device");
  g_signal_connect (dialog->device, "unavailable", G_CALLBACK (on_unavailable), dialog);
  g_signal_connect_swapped (dialog->device, "changed", G_CALLBACK (on_changed), dialog);
  dialog->about = fse_named (gtk_label_new (NULL), "about");
  gtk_label_set_xalign (GTK_LABEL (dialog->about), 0.0f);
  gtk_label_set_line_wrap (GTK_LABEL (dialog->about), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (dialog->about), 40);
  gtk_style_context_add_class (gtk_widget_get_style_context (dialog->about), GTK_STYLE_CLASS_DIM_LABEL);

  gtk_grid_set_row_spacing (grid, 6);
  gtk_grid_set_column_spacing (grid, 12);
  fse_ui_grid_row (grid, 0, _("Trained _edit:"), dialog->model, dialog->model);
  gtk_grid_attach (grid, dialog->about, 1, 1, 1, 1);
  fse_ui_grid_row (grid, 2, _("_Strength:"), dialog->strength, dialog->strength);
  fse_ui_grid_row (grid, 3, _("Sa_mpler steps:"), dialog->steps, dialog->steps);
  fse_ui_grid_row (grid, 4, _("See_d:"), dialog->seed, dialog->seed);
  fse_ui_grid_row (grid, 5, _("Run _on:"), dialog->device, dialog->device);
  return GTK_WIDGET (grid);
}

static gboolean
on_delete_event (GtkWidget *widget, GdkEventAny *event)
{
  return TRUE; /* on_response() decided; the default would destroy the window */
}

static void
dispose (GObject *object)
{
  FseApplyDialog *dialog = FSE_APPLY_DIALOG (object);

  g_clear_handle_id (&dialog->timer, g_source_remove);
  if (dialog->run)
    {
      fse_apply_run_cancel (dialog->run);
      fse_apply_run_end_edit (g_steal_pointer (&dialog->run), NULL);
    }
  end_edit (dialog);
  g_clear_pointer (&dialog->slot, fse_model_slot_free);
  g_clear_pointer (&dialog->small, fse_image_unref);
  g_clear_pointer (&dialog->base_name, g_free);
  G_OBJECT_CLASS (fse_apply_dialog_parent_class)->dispose (object);
}

static void
fse_apply_dialog_class_init (FseApplyDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose        = dispose;
  GTK_WIDGET_CLASS (klass)->delete_event = on_delete_event;
  GTK_DIALOG_CLASS (klass)->response     = on_response;
}

static void
fse_apply_dialog_init (FseApplyDialog *dialog)
{
  dialog->result = -1;
  dialog->slot   = fse_model_slot_new ();
}

static void
read_small (FseApplyDialog *dialog)
{
  g_autoptr (GError)    error  = NULL;
  g_autoptr (GPtrArray) layers = dialog->host->list_layers (dialog->host);

  for (guint i = 0; i < layers->len; i++)
    {
      const FseHostLayer *layer = g_ptr_array_index (layers, i);

      if (layer->id == dialog->layer)
        dialog->base_name = g_strdup (layer->name);
    }
  if (! dialog->base_name)
    dialog->base_name = g_strdup (_("Layer"));
  dialog->small = dialog->host->read_layer (dialog->host, dialog->layer, PREVIEW_SIDE, &error);
  if (dialog->small)
    fse_split_preview_set_before (FSE_SPLIT_PREVIEW (dialog->preview), dialog->small);
  else
    fail (dialog, error);
}

GtkWidget *
fse_apply_dialog_new (FseHost *host, gint image, gint layer, FseApplyRequest *request)
{
  FseApplyDialog *dialog  = g_object_new (FSE_TYPE_APPLY_DIALOG, "use-header-bar", 0, NULL);
  GtkWidget      *content = gtk_dialog_get_content_area (GTK_DIALOG (dialog));
  GtkWidget      *box     = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  dialog->host    = host;
  dialog->image   = image;
  dialog->layer   = layer;
  dialog->request = request;
  gtk_window_set_title (GTK_WINDOW (dialog), _("Few-shot Edit: Apply"));
  dialog->message  = fse_named (fse_message_bar_new (), "message");
  dialog->preview  = fse_named (fse_split_preview_new (), "preview");
  dialog->settings = build_settings (dialog);
  dialog->bar      = fse_named (gtk_progress_bar_new (), "bar");
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (dialog->bar), TRUE);
  atk_object_set_name (gtk_widget_get_accessible (dialog->bar), _("Applying progress"));
  gtk_container_set_border_width (GTK_CONTAINER (dialog), 12);
  gtk_box_set_spacing (GTK_BOX (content), 12);
  gtk_box_pack_start (GTK_BOX (box), dialog->message, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->preview, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->settings, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->bar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), box, TRUE, TRUE, 0);

  dialog->cancel = fse_named (gtk_dialog_add_button (GTK_DIALOG (dialog), _("_Cancel"), GTK_RESPONSE_CANCEL), "cancel");
  dialog->apply  = fse_named (gtk_dialog_add_button (GTK_DIALOG (dialog), _("_Apply"), GTK_RESPONSE_APPLY), "apply");
  gtk_style_context_add_class (gtk_widget_get_style_context (dialog->apply), GTK_STYLE_CLASS_SUGGESTED_ACTION);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_APPLY);
  gtk_widget_show_all (box);

  read_small (dialog);
  show_model (dialog);
  dialog->stale_since = request->model[0] ? 1 : 0; /* long ago: at once */
  dialog->timer       = g_timeout_add (POLL_MILLISECONDS, look, dialog);
  update (dialog);
  return GTK_WIDGET (dialog);
}

gint
fse_apply_dialog_result (FseApplyDialog *dialog)
{
  return dialog->result;
}

gint
fse_apply_dialog_run (FseHost *host, gint image, gint layer, FseApplyRequest *request, GError **error)
{
  FseApplyDialog *dialog = FSE_APPLY_DIALOG (fse_apply_dialog_new (host, image, layer, request));
  gint            result;

  fse_ui_run_dialog (host, GTK_WINDOW (dialog));
  result = dialog->result;
  fse_device_combo_settle (FSE_DEVICE_COMBO (dialog->device)); /* no thread may outlive the main one */
  gtk_widget_destroy (GTK_WIDGET (dialog));
  fse_ui_breathe ();
  if (result == -1)
    g_set_error_literal (error, FSE_ERROR, FSE_ERROR_CANCELLED, "");
  return result;
}
