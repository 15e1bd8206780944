/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bringing trained edits into a folder and giving them away: the questions
 * to the user, and the copying, which another thread does.
 *
 * Main thread.
 */
#ifndef FSE_MODEL_EXCHANGE_H
#define FSE_MODEL_EXCHANGE_H

#include <gtk/gtk.h>

#include "model-folder.h"

G_BEGIN_DECLS

/* path: of the last file that was written, or NULL; error: the first, or NULL. */
typedef void (*FseModelsCopied) (const gchar *path, const GError *error, gpointer data);

/* `over` is where the questions appear; it lives until the copying is done, but `copied` is not
 * called after `cancellable` was. */
void fse_models_import     (GtkWidget *over, GPtrArray *paths, const gchar *folder, GCancellable *cancellable,
                            FseModelsCopied copied, gpointer data);
void fse_models_ask_import (GtkWidget *over, const gchar *folder, GCancellable *cancellable, FseModelsCopied copied, gpointer data);
void fse_models_ask_export (GtkWidget *over, const gchar *path, GCancellable *cancellable, FseModelsCopied copied, gpointer data);
/* Only asks; `chosen` is called where there is an answer.  `accept` is what its button says. */
void fse_models_ask_folder (GtkWidget *over, const gchar *title, const gchar *accept, const gchar *folder,
                            FseModelsCopied chosen, gpointer data);

G_END_DECLS

#endif
