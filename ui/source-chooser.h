/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A popover that shows all layers of the open images by thumbnail, to choose
 * one of them, or a file.
 */
#ifndef FSE_SOURCE_CHOOSER_H
#define FSE_SOURCE_CHOOSER_H

#include <gtk/gtk.h>

#include "pair-look.h"

G_BEGIN_DECLS

typedef void (*FseSourceChosen) (const FseSource *source, gpointer data);

/* Pops up over `over`, and is gone once something is chosen or it is left.
 * `data` must live as long as `over`.  files: whether a file may be chosen. */
void fse_source_chooser_popup (GtkWidget *over, FseHost *host, FsePairLooker *looker, gboolean files,
                               FseSourceChosen chosen, gpointer data);

/* All pictures that GTK can name, and ours. */
void fse_add_picture_filter   (GtkFileChooser *chooser);

G_END_DECLS

#endif
