/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures for the screen.
 */
#ifndef FSE_SURFACE_H
#define FSE_SURFACE_H

#include <gtk/gtk.h>

#include "files/image.h"

G_BEGIN_DECLS

/* The picture, which is in sRGB, as cairo wants it. */
cairo_surface_t *fse_surface_new  (const FseImage *picture);
/* Puts it into a GtkImage, where its longer side takes that many dots: on a fine screen as sharp as it has pixels. */
void             fse_surface_show (GtkWidget *image, const FseImage *picture, gint side);

G_END_DECLS

#endif
