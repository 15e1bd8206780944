/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See apply-dialog.h.  One timer drives it: at most one run is under way, of the
 * preview or of the layer (Apply), and each time a run has ended the timer decides
 * what comes next.
 */
#include "i18n.h"

#include "apply-dialog.h"

#include <string.h>

#include "apply-memory.h"
#include "apply-options.h"
#include "apply-preview.h"
#include "message-bar.h"
#include "model-gallery.h"
#include "try-all.h"
#include "ui-init.h"
#include "zoom-bar.h"

#define TRY_SIDE 360            /* pixels of the longer side */
#define POLL_MILLISECONDS 50
#define BEAT_MICROSECONDS 30000 /* of work, between two looks at the user */

enum
{
  RESPONSE_RESET = 1,
  RESPONSE_TRY,
  RESPONSE_BACK
};

struct _FseApplyDialog
{
  GtkDialog        parent_instance;
  FseHost         *host;
  gint             image, layer;
  FseApplyRequest *request;
  gchar           *base_name;
  gint             result;

  FseModelSlot    *slot;
  FseApplyPreview *view;
  FseHostEdit     *edit; /* while the layer is edited: 1. copied, 2. run, 3. put */
  gboolean         copied;
  FseApplyRun     *run;
  gboolean         want_apply, want_close;
  guint            timer;

  GtkWidget       *message, *stack, *settings, *gallery, *about, *preview, *options, *tries, *bar;
  GtkWidget       *reset, *try, *back, *cancel, *apply;
};

G_DEFINE_TYPE (FseApplyDialog, fse_apply_dialog, GTK_TYPE_DIALOG)

static void
tell (FseApplyDialog *dialog, GtkMessageType type, const gchar *text)
{
  fse_message_bar_show (FSE_MESSAGE_BAR (dialog->message), type, text);
}

static void
fail (FseApplyDialog *dialog, const GError *error)
{
  if (! g_error_matches (error, FSE_ERROR, FSE_ERROR_CANCELLED))
    tell (dialog, GTK_MESSAGE_ERROR, error->message);
}

static gboolean
is_trying (FseApplyDialog *dialog)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (GTK_STACK (dialog->stack)), "tries") == 0;
}

/* Whether an edit is chosen, and nothing is known that speaks against it. */
static gboolean
has_model (FseApplyDialog *dialog)
{
  FseModelCard *card = fse_model_gallery_chosen (FSE_MODEL_GALLERY (dialog->gallery));

  return card && ! fse_model_card_trouble (card) && dialog->request->model[0];
}

static void
update_bar (FseApplyDialog *dialog, gboolean applying)
{
  GtkProgressBar *bar      = GTK_PROGRESS_BAR (dialog->bar);
  gdouble         fraction = 0.0;
  const gchar    *text     = fse_apply_preview_doing (dialog->view, &fraction);

  if (applying)
    {
      text     = _("Applying");
      fraction = dialog->run ? fse_apply_run_fraction (dialog->run) : -1.0;
    }
  if (fraction < 0.0)
    gtk_progress_bar_pulse (bar);
  else
    gtk_progress_bar_set_fraction (bar, fraction);
  gtk_progress_bar_set_text (bar, text ? text : "");
}

static void
update (FseApplyDialog *dialog)
{
  gboolean applying = dialog->want_apply || dialog->edit;
  gboolean trying   = is_trying (dialog);

  gtk_widget_set_sensitive (dialog->settings, ! applying);
  gtk_widget_set_sensitive (dialog->apply, ! applying && has_model (dialog));
  gtk_widget_set_sensitive (dialog->cancel, ! dialog->want_close);
  gtk_widget_set_sensitive (dialog->reset, ! applying);
  gtk_widget_set_sensitive (dialog->try, ! applying && fse_apply_preview_picture (dialog->view) && has_model (dialog));
  gtk_widget_set_visible (dialog->reset, ! trying);
  gtk_widget_set_visible (dialog->try, ! trying);
  gtk_widget_set_visible (dialog->apply, ! trying);
  gtk_widget_set_visible (dialog->bar, ! trying);
  gtk_widget_set_visible (dialog->back, trying);
  update_bar (dialog, applying);
}

/* --- the edit ------------------------------------------------------------- */

static void
end_edit (FseApplyDialog *dialog)
{
  if (dialog->edit)
    dialog->host->edit_free (dialog->host, g_steal_pointer (&dialog->edit));
}

static void
start_edit (FseApplyDialog *dialog)
{
  g_autoptr (GError) error = NULL;

  dialog->want_apply = FALSE;
  dialog->copied     = FALSE;
  tell (dialog, GTK_MESSAGE_INFO, NULL);
  dialog->edit = dialog->host->edit_begin (dialog->host, dialog->image, dialog->layer, &error);
  if (! dialog->edit)
    fail (dialog, error);
  else if (! dialog->host->can_put (dialog->host, dialog->edit, dialog->request->output, &error))
    {
      end_edit (dialog);
      fail (dialog, error);
    }
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
      dialog->run = fse_apply_run_start_edit (dialog->slot, dialog->host, dialog->edit, dialog->request, error);
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

  if (fse_apply_run_end_edit (g_steal_pointer (&dialog->run), &error))
    return;
  fail (dialog, error);
  end_edit (dialog);
}

static void
close_now (FseApplyDialog *dialog)
{
  dialog->timer = 0;
  fse_apply_memory_store (dialog->host, dialog->request, fse_model_gallery_folder (FSE_MODEL_GALLERY (dialog->gallery)));
  gtk_widget_hide (GTK_WIDGET (dialog));
}

/* Whatever works on the device is one thing at a time. */
static void
look_at_preview (FseApplyDialog *dialog)
{
  g_autoptr (GError) error = NULL;
  gboolean           free  = ! dialog->edit && ! dialog->want_apply && ! dialog->want_close && ! is_trying (dialog)
                             && ! fse_try_all_busy (FSE_TRY_ALL (dialog->tries));

  if (! fse_apply_preview_look (dialog->view, free, &error))
    fail (dialog, error);
}

static gboolean
look (gpointer data)
{
  FseApplyDialog *dialog = data;

  if (dialog->run && fse_apply_run_finished (dialog->run))
    end_run (dialog);
  look_at_preview (dialog);
  if (! dialog->run && ! fse_apply_preview_busy (dialog->view) && ! fse_try_all_busy (FSE_TRY_ALL (dialog->tries)))
    {
      if (dialog->want_close)
        {
          close_now (dialog);
          return G_SOURCE_REMOVE;
        }
      if (dialog->edit)
        go_on (dialog);
      else if (dialog->want_apply)
        start_edit (dialog);
    }
  update (dialog);
  return G_SOURCE_CONTINUE;
}

/* --- the user's hand ------------------------------------------------------ */

static void
take (FseApplyDialog *dialog)
{
  fse_apply_options_take (FSE_APPLY_OPTIONS (dialog->options), dialog->request);
}

static void
on_changed (FseApplyDialog *dialog)
{
  take (dialog);
  fse_apply_preview_changed (dialog->view);
}

static void
on_strength (FseApplyDialog *dialog)
{
  take (dialog);
  fse_apply_preview_remix (dialog->view);
}

/* The layer may have been painted on meanwhile, or another part be selected. */
static void
on_active (FseApplyDialog *dialog)
{
  if (gtk_window_is_active (GTK_WINDOW (dialog)) && ! dialog->edit)
    fse_apply_preview_reread (dialog->view);
}

static void
show_about (FseApplyDialog *dialog, const FseModelInfo *info)
{
  g_autofree gchar *pairs = info ? g_strdup_printf (ngettext ("%u pair", "%u pairs", info->n_pairs), info->n_pairs) : NULL;
  g_autofree gchar *text  = info ? g_strdup_printf (_("Learned from %s in %u steps at %d×%d pixels"), pairs, info->steps,
                                                    info->width, info->height)
                                 : g_strdup ("");
  g_autofree gchar *all   = info && info->instruction[0] ? g_strconcat (info->instruction, "\n", text, NULL) : g_strdup (text);

  gtk_label_set_text (GTK_LABEL (dialog->about), all);
}

/* The gallery tells of a card when it is chosen, and again when its file was looked into. */
static void
on_model (FseApplyDialog *dialog)
{
  FseModelCard       *card    = fse_model_gallery_chosen (FSE_MODEL_GALLERY (dialog->gallery));
  const FseModelInfo *info    = card ? fse_model_card_info (card) : NULL;
  const gchar        *trouble = card ? fse_model_card_trouble (card) : NULL;
  g_autofree gchar   *model   = card && ! trouble ? g_filename_to_utf8 (fse_model_card_path (card), -1, NULL, NULL, NULL) : NULL;
  gboolean            other   = strcmp (model ? model : "", dialog->request->model) != 0;

  fse_request_string (&dialog->request->model, model);
  fse_apply_options_set_model (FSE_APPLY_OPTIONS (dialog->options), info ? fse_model_card_path (card) : NULL, info ? info->n_pairs : 0);
  if (other)
    tell (dialog, GTK_MESSAGE_INFO, NULL);
  if (trouble)
    tell (dialog, GTK_MESSAGE_ERROR, trouble);
  if (other || trouble)
    fse_apply_preview_clear (dialog->view);
  show_about (dialog, info);
  update (dialog);
}

static void
on_trouble (GtkWidget *widget, const gchar *sentence, FseApplyDialog *dialog)
{
  tell (dialog, GTK_MESSAGE_ERROR, sentence);
}

static void
reset (FseApplyDialog *dialog)
{
  g_autoptr (FseApplyRequest) defaults = fse_apply_request_new ();

  fse_apply_options_set (FSE_APPLY_OPTIONS (dialog->options), defaults);
}

static void
show_page (FseApplyDialog *dialog, const gchar *name)
{
  gtk_stack_set_visible_child_name (GTK_STACK (dialog->stack), name);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), is_trying (dialog) ? RESPONSE_BACK : GTK_RESPONSE_APPLY);
  update (dialog);
}

static void
try_all (FseApplyDialog *dialog)
{
  const FseImage       *small = fse_apply_preview_picture (dialog->view);
  g_autoptr (GPtrArray) paths = fse_model_gallery_paths (FSE_MODEL_GALLERY (dialog->gallery));
  g_autoptr (GError)    error = NULL;
  g_autoptr (FseImage)  tiny  = NULL;
  gdouble               scale = MIN ((gdouble) TRY_SIDE / MAX (small->width, small->height), 1.0);

  tiny = fse_image_scale (small, MAX ((gint) (small->width * scale + 0.5), 1),
                          MAX ((gint) (small->height * scale + 0.5), 1), &error);
  if (! tiny)
    {
      fail (dialog, error);
      return;
    }
  fse_apply_preview_pause (dialog->view);
  fse_try_all_start (FSE_TRY_ALL (dialog->tries), tiny, paths, dialog->request);
  show_page (dialog, "tries");
}

static void
on_picked (GtkWidget *tries, const gchar *path, FseApplyDialog *dialog)
{
  fse_try_all_stop (FSE_TRY_ALL (tries));
  fse_model_gallery_choose (FSE_MODEL_GALLERY (dialog->gallery), path);
  show_page (dialog, "settings");
}

static void
on_response (GtkDialog *widget, gint response)
{
  FseApplyDialog *dialog = FSE_APPLY_DIALOG (widget);

  switch (response)
    {
    case GTK_RESPONSE_APPLY:
      dialog->want_apply = has_model (dialog) && ! dialog->edit;
      fse_apply_preview_pause (dialog->view);
      break;
    case RESPONSE_RESET:
      reset (dialog);
      break;
    case RESPONSE_TRY:
      try_all (dialog);
      break;
    case RESPONSE_BACK:
      fse_try_all_stop (FSE_TRY_ALL (dialog->tries));
      show_page (dialog, "settings");
      break;
    default: /* the button, Escape, the window's close */
      dialog->want_close = TRUE;
      dialog->want_apply = FALSE;
      fse_try_all_stop (FSE_TRY_ALL (dialog->tries));
      fse_apply_preview_pause (dialog->view);
      if (dialog->run)
        fse_apply_run_cancel (dialog->run);
    }
  update (dialog);
}

/* --- building ------------------------------------------------------------- */

static GtkWidget *
build_left (FseApplyDialog *dialog, const gchar *folder)
{
  GtkWidget        *box  = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  g_autofree gchar *path = dialog->request->model[0] ? g_filename_from_utf8 (dialog->request->model, -1, NULL, NULL, NULL) : NULL;

  dialog->gallery = fse_named (fse_model_gallery_new (folder, path), "gallery");
  dialog->about   = fse_named (gtk_label_new (NULL), "about");
  gtk_label_set_xalign (GTK_LABEL (dialog->about), 0.0f);
  gtk_label_set_line_wrap (GTK_LABEL (dialog->about), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (dialog->about), 40);
  gtk_style_context_add_class (gtk_widget_get_style_context (dialog->about), GTK_STYLE_CLASS_DIM_LABEL);
  gtk_box_pack_start (GTK_BOX (box), dialog->gallery, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->about, FALSE, FALSE, 0);
  return box;
}

static GtkWidget *
build_right (FseApplyDialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  dialog->preview = fse_named (fse_split_preview_new (), "preview");
  dialog->options = fse_named (fse_apply_options_new (dialog->request), "options");
  gtk_box_pack_start (GTK_BOX (box), dialog->preview, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), fse_zoom_bar_new (FSE_SPLIT_PREVIEW (dialog->preview)), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->options, FALSE, FALSE, 0);
  return box;
}

static void
build (FseApplyDialog *dialog, const gchar *folder)
{
  GtkWidget *content = gtk_dialog_get_content_area (GTK_DIALOG (dialog));
  GtkWidget *box     = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  dialog->message  = fse_named (fse_message_bar_new (), "message");
  dialog->stack    = fse_named (gtk_stack_new (), "stack");
  dialog->settings = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  dialog->tries    = fse_named (fse_try_all_new (), "try-all");
  dialog->bar      = fse_named (gtk_progress_bar_new (), "bar");
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (dialog->bar), TRUE);
  atk_object_set_name (gtk_widget_get_accessible (dialog->bar), _("Applying progress"));
  gtk_box_pack_start (GTK_BOX (dialog->settings), build_left (dialog, folder), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (dialog->settings), build_right (dialog), TRUE, TRUE, 0);
  gtk_stack_add_named (GTK_STACK (dialog->stack), dialog->settings, "settings");
  gtk_stack_add_named (GTK_STACK (dialog->stack), dialog->tries, "tries");
  gtk_container_set_border_width (GTK_CONTAINER (dialog), 12);
  gtk_box_set_spacing (GTK_BOX (content), 12);
  gtk_box_pack_start (GTK_BOX (box), dialog->message, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->stack, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), dialog->bar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), box, TRUE, TRUE, 0);
}

static GtkWidget *
add_button (FseApplyDialog *dialog, const gchar *name, const gchar *label, gint response, const gchar *tip)
{
  GtkWidget *button = fse_named (gtk_dialog_add_button (GTK_DIALOG (dialog), label, response), name);

  gtk_widget_set_tooltip_text (button, tip);
  if (response == RESPONSE_RESET || response == RESPONSE_TRY)
    gtk_button_box_set_child_secondary (GTK_BUTTON_BOX (gtk_widget_get_parent (button)), button, TRUE);
  return button;
}

static void
add_buttons (FseApplyDialog *dialog)
{
  dialog->reset  = add_button (dialog, "reset", _("_Reset"), RESPONSE_RESET, _("All settings as they were the first time"));
  dialog->try    = add_button (dialog, "try", _("_Try All…"), RESPONSE_TRY, _("See this picture by each of the trained edits"));
  dialog->back   = add_button (dialog, "back", _("_Back"), RESPONSE_BACK, NULL);
  dialog->cancel = add_button (dialog, "cancel", _("_Cancel"), GTK_RESPONSE_CANCEL, NULL);
  dialog->apply  = add_button (dialog, "apply", _("_Apply"), GTK_RESPONSE_APPLY, NULL);
  gtk_style_context_add_class (gtk_widget_get_style_context (dialog->apply), GTK_STYLE_CLASS_SUGGESTED_ACTION);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_APPLY);
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
  g_clear_pointer (&dialog->view, fse_apply_preview_free);
  g_clear_pointer (&dialog->slot, fse_model_slot_free);
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
  fse_request_string (&dialog->base_name, _("Layer"));
}

/* The result is called after it. */
static void
name_layer (FseApplyDialog *dialog)
{
  g_autoptr (GPtrArray) layers = dialog->host->list_layers (dialog->host);

  for (guint i = 0; i < layers->len; i++)
    {
      const FseHostLayer *layer = g_ptr_array_index (layers, i);

      if (layer->id == dialog->layer)
        fse_request_string (&dialog->base_name, layer->name);
    }
}

GtkWidget *
fse_apply_dialog_new (FseHost *host, gint image, gint layer, FseApplyRequest *request)
{
  FseApplyDialog   *dialog = g_object_new (FSE_TYPE_APPLY_DIALOG, "use-header-bar", 0, NULL);
  g_autofree gchar *folder = fse_apply_memory_folder (host);

  dialog->host    = host;
  dialog->image   = image;
  dialog->layer   = layer;
  dialog->request = request;
  gtk_window_set_title (GTK_WINDOW (dialog), _("Few-shot Edit: Apply"));
  gtk_window_set_default_size (GTK_WINDOW (dialog), 960, 680);
  build (dialog, folder);
  add_buttons (dialog);
  gtk_widget_show_all (gtk_dialog_get_content_area (GTK_DIALOG (dialog)));
  g_signal_connect_swapped (dialog->gallery, "changed", G_CALLBACK (on_model), dialog);
  g_signal_connect (dialog->gallery, "trouble", G_CALLBACK (on_trouble), dialog);
  g_signal_connect_swapped (dialog->options, "changed", G_CALLBACK (on_changed), dialog);
  g_signal_connect_swapped (dialog->options, "strength-changed", G_CALLBACK (on_strength), dialog);
  g_signal_connect_swapped (dialog->options, "kept", G_CALLBACK (take), dialog);
  g_signal_connect (dialog->options, "unavailable", G_CALLBACK (on_trouble), dialog);
  g_signal_connect (dialog->tries, "picked", G_CALLBACK (on_picked), dialog);

  g_signal_connect (dialog, "notify::is-active", G_CALLBACK (on_active), NULL);

  name_layer (dialog);
  dialog->view = fse_apply_preview_new (host, image, layer, dialog->slot, request, FSE_SPLIT_PREVIEW (dialog->preview));
  on_model (dialog);
  dialog->timer = g_timeout_add (POLL_MILLISECONDS, look, dialog);
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
  fse_apply_options_settle (FSE_APPLY_OPTIONS (dialog->options)); /* no thread may outlive the main one */
  gtk_widget_destroy (GTK_WIDGET (dialog));
  fse_ui_breathe ();
  if (result == -1)
    g_set_error_literal (error, FSE_ERROR, FSE_ERROR_CANCELLED, "");
  return result;
}
