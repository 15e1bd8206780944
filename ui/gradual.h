/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lists that may be long: their children are shown some at a time, because to draw
 * the icons and measure the words of all would hold up the main thread too long.
 *
 * Typical use
 *   1. gtk_container_add (GTK_CONTAINER (list), child);
 *   2. fse_gradual_show (list, child), instead of gtk_widget_show (child).
 */
#ifndef FSE_GRADUAL_H
#define FSE_GRADUAL_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* At once, or in one of the next turns of the main loop, in the list's order.  From then on gtk_widget_show_all()
 * leaves the child to this. */
void fse_gradual_show (GtkWidget *list, GtkWidget *child);

G_END_DECLS

#endif
