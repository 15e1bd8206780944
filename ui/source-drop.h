/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can be dropped onto pairs and the gallery: files from anywhere and, onto pairs,
 * layers out of the host's own windows.
 *
 * Typical use
 *   1. fse_source_drop_enable (widget, host);
 *   2. in its "drag-data-received": layer = fse_source_drop_layer (host, data);
 *      or else paths = fse_source_drop_files (data);
 */
#ifndef FSE_SOURCE_DROP_H
#define FSE_SOURCE_DROP_H

#include <gtk/gtk.h>

#include "fse-host.h"

G_BEGIN_DECLS

/* host NULL: files alone. */
void    fse_source_drop_enable (GtkWidget *widget, FseHost *host);
/* The layer that was dropped, or -1 where it is something else. */
gint    fse_source_drop_layer  (FseHost *host, GtkSelectionData *data);
/* The files and folders, as the file system names them; maybe none.  Free with g_strfreev(). */
gchar **fse_source_drop_files  (GtkSelectionData *data);

G_END_DECLS

#endif
