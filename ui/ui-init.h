/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starting GTK inside a plug-in, and running a dialog that leaves its host
 * usable.
 */
#ifndef FSE_UI_INIT_H
#define FSE_UI_INIT_H

#include <gtk/gtk.h>

#include "fse-host.h"

G_BEGIN_DECLS

/* The host's display, window class and light or dark theme.  Only when a
 * dialog is needed: query and batch never come here.  Fails with a sentence
 * where there is no display. */
gboolean fse_ui_init       (FseHost *host, GError **error);

/* Light or dark as the host is now, and as long as the monitor lives (NULL where the host tells no changes). */
GFileMonitor *fse_ui_follow_theme (FseHost *host);

/* Shows the dialog over the host's window, in the next two turns of the main loop: in the first it is measured,
 * in the second it appears.  It lives until then. */
void     fse_ui_open       (FseHost *host, GtkWindow *dialog);

/* The same, and serves the main context until the dialog is hidden.  Not modal: a training takes minutes, and the user
 * wants to look at pictures meanwhile. */
void     fse_ui_run_dialog (FseHost *host, GtkWindow *dialog);

/* Serves what is waiting, and sleeps a little: for waiting on a thread without
 * blocking the main context. */
void     fse_ui_breathe    (void);

/* A label in front of a widget of a grid, tied for mnemonics and screen readers
 * to `target`: the widget or the one within it that matters. */
void     fse_ui_grid_row   (GtkGrid *grid, gint row, const gchar *label, GtkWidget *widget, GtkWidget *target);

/* For names, which may have any length: within so many characters (-1: any width) and lines, and shortened only past that. */
void     fse_ui_label_lines (GtkWidget *label, gint lines, gint characters);

/* Another text for the choice of that id. */
void     fse_ui_combo_say  (GtkComboBox *combo, const gchar *id, const gchar *text);

/* Scrolls the child up and down.  The Tab key goes to what is within, and passes the scroller by. */
GtkWidget *fse_ui_scroller (GtkWidget *child);

/* A flat button with an icon; the tip is its accessible name as well. */
GtkWidget *fse_ui_icon_button (const gchar *name, const gchar *icon, const gchar *tip);

/* Destroys the popover some time after it was closed. */
void     fse_ui_destroy_closed (GtkWidget *popover);

/* gtk_widget_set_name() that gives the widget back: tests find them by name. */
GtkWidget *fse_named       (GtkWidget *widget, const gchar *name);

G_END_DECLS

#endif
