/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A popover that asks for another name.
 */
#ifndef FSE_RENAME_POPOVER_H
#define FSE_RENAME_POPOVER_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* FALSE with a sentence, which the popover shows: it is asked again. */
typedef gboolean (*FseRenamed) (const gchar *name, gpointer data, GError **error);

/* `data` must live as long as `over`. */
void fse_rename_popup (GtkWidget *over, const gchar *name, FseRenamed renamed, gpointer data);

G_END_DECLS

#endif
