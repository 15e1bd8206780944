/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures for the screen.
 */
#ifndef FSE_SURFACE_H
#define FSE_SURFACE_H

#include <cairo.h>

#include "files/image.h"

G_BEGIN_DECLS

/* The picture, which is in sRGB, as cairo wants it. */
cairo_surface_t *fse_surface_new (const FseImage *picture);
/* From now on its longer side takes that many of the screen's own pixels. */
void             fse_surface_fit (cairo_surface_t *surface, gdouble side);

G_END_DECLS

#endif
