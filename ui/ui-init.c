/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See ui-init.h.
 */
#include "i18n.h"

#include "ui-init.h"

#include <gdk/gdk.h>
#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>
#endif

#define THEME_MILLISECONDS 500

typedef struct
{
  FseHost *host;
  guint    timer;
} ThemeWatch;

static void
theme_watch_free (gpointer data, GClosure *closure)
{
  ThemeWatch *watch = data;

  g_clear_handle_id (&watch->timer, g_source_remove);
  g_free (watch);
}

static gboolean
take_theme (gpointer data)
{
  ThemeWatch *watch = data;

  watch->timer = 0;
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", watch->host->dark_theme (watch->host), NULL);
  return G_SOURCE_REMOVE;
}

/* A little later: the host has its own windows to draw anew, and would let us wait for its answer. */
static void
on_theme_file (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  ThemeWatch *watch = data;

  if (watch->timer == 0)
    watch->timer = g_timeout_add (THEME_MILLISECONDS, take_theme, watch);
}

GFileMonitor *
fse_ui_follow_theme (FseHost *host)
{
  ThemeWatch        *watch   = g_new0 (ThemeWatch, 1);
  g_autoptr (GFile)  file    = host->theme_file ? g_file_new_for_path (host->theme_file) : NULL;
  GFileMonitor      *monitor = file ? g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL) : NULL;

  watch->host = host;
  take_theme (watch);
  if (monitor)
    g_signal_connect_data (monitor, "changed", G_CALLBACK (on_theme_file), watch, theme_watch_free, 0);
  else
    g_free (watch);
  return monitor;
}

gboolean
fse_ui_init (FseHost *host, GError **error)
{
  static GFileMonitor *theme; /* until the process ends */

  if (host->display && host->display[0])
    g_setenv ("DISPLAY", host->display, TRUE);
  /* GIMP 2.10 is an X11 program: only an X11 dialog can lie over its window. */
  gdk_set_allowed_backends ("x11,*");
  if (! gtk_init_check (NULL, NULL)) /* gtk_init() would end the process */
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_USAGE,
                           _("There is no display for the dialog: call the procedure with RUN-NONINTERACTIVE instead."));
      return FALSE;
    }
  if (host->wm_class)
    gdk_set_program_class (host->wm_class);
  if (! theme)
    theme = fse_ui_follow_theme (host);
  return TRUE;
}

static void
attach (FseHost *host, GtkWindow *dialog)
{
#ifdef GDK_WINDOWING_X11
  GdkDisplay *display = gtk_widget_get_display (GTK_WIDGET (dialog));
  gulong      parent  = host->parent_window (host);

  if (parent != 0 && GDK_IS_X11_DISPLAY (display))
    {
      GdkWindow *window = gdk_x11_window_foreign_new_for_display (display, parent);

      if (window)
        {
          gtk_widget_realize (GTK_WIDGET (dialog)); /* or it has no window of its own yet */
          gdk_window_set_transient_for (gtk_widget_get_window (GTK_WIDGET (dialog)), window);
          return;
        }
    }
#endif
  gtk_window_set_position (dialog, GTK_WIN_POS_CENTER);
}

typedef struct
{
  FseHost   *host;
  GtkWindow *dialog;
} Opening;

static gboolean
on_open (gpointer data)
{
  const Opening *opening = data;

  if (gtk_widget_get_realized (GTK_WIDGET (opening->dialog)))
    {
      gtk_window_present (opening->dialog);
      return G_SOURCE_REMOVE;
    }
  attach (opening->host, opening->dialog);
  gtk_widget_realize (GTK_WIDGET (opening->dialog));
  return G_SOURCE_CONTINUE;
}

void
fse_ui_open (FseHost *host, GtkWindow *dialog)
{
  Opening *opening = g_new0 (Opening, 1);

  *opening = (Opening) { host, dialog };
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, on_open, opening, g_free);
}

void
fse_ui_run_dialog (FseHost *host, GtkWindow *dialog)
{
  g_autoptr (GMainLoop) loop   = g_main_loop_new (NULL, FALSE);
  gulong                hidden = g_signal_connect_swapped (dialog, "hide", G_CALLBACK (g_main_loop_quit), loop);

  fse_ui_open (host, dialog);
  g_main_loop_run (loop);
  g_signal_handler_disconnect (dialog, hidden);
}

void
fse_ui_breathe (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_usleep (20000);
}

void
fse_ui_grid_row (GtkGrid *grid, gint row, const gchar *text, GtkWidget *widget, GtkWidget *target)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), target);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_grid_attach (grid, label, 0, row, 1, 1);
  gtk_grid_attach (grid, widget, 1, row, 1, 1);
}

void
fse_ui_combo_say (GtkComboBox *combo, const gchar *id, const gchar *text)
{
  GtkTreeModel *model = gtk_combo_box_get_model (combo);
  GtkTreeIter   iter;

  for (gboolean more = gtk_tree_model_get_iter_first (model, &iter); more; more = gtk_tree_model_iter_next (model, &iter))
    {
      g_autofree gchar *there = NULL;

      gtk_tree_model_get (model, &iter, gtk_combo_box_get_id_column (combo), &there, -1);
      if (g_strcmp0 (there, id) == 0)
        gtk_list_store_set (GTK_LIST_STORE (model), &iter, gtk_combo_box_get_entry_text_column (combo), text, -1);
    }
}

void
fse_ui_label_lines (GtkWidget *label, gint lines, gint characters)
{
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (label), lines);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), characters);
}

GtkWidget *
fse_ui_scroller (GtkWidget *child)
{
  GtkWidget *scroll = gtk_scrolled_window_new (NULL, NULL);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_can_focus (scroll, FALSE);
  gtk_container_add (GTK_CONTAINER (scroll), child);
  return scroll;
}

GtkWidget *
fse_ui_icon_button (const gchar *name, const gchar *icon, const gchar *tip)
{
  GtkWidget *button = fse_named (gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON), name);

  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_tooltip_text (button, tip);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  atk_object_set_name (gtk_widget_get_accessible (button), tip);
  return button;
}

static gboolean
destroy_later (gpointer popover)
{
  gtk_widget_destroy (popover);
  return G_SOURCE_REMOVE;
}

static void
on_closed (GtkPopover *popover)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, destroy_later, g_object_ref (popover), g_object_unref);
}

void
fse_ui_destroy_closed (GtkWidget *popover)
{
  g_signal_connect (popover, "closed", G_CALLBACK (on_closed), NULL);
}

GtkWidget *
fse_named (GtkWidget *widget, const gchar *name)
{
  gtk_widget_set_name (widget, name);
  return widget;
}
