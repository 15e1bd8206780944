/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Buttons to zoom a preview, and how far it is.
 */
#ifndef FSE_ZOOM_BAR_H
#define FSE_ZOOM_BAR_H

#include "split-preview.h"

G_BEGIN_DECLS

/* The preview is borrowed. */
GtkWidget *fse_zoom_bar_new (FseSplitPreview *preview);

G_END_DECLS

#endif
