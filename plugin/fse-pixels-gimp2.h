/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixels of GIMP 2.10's drawables as FseImage, in the training space: what examples
 * and previews are made of.
 *
 * Thread: the main thread only, as everything that touches a drawable.
 */
#ifndef FSE_PIXELS_GIMP2_H
#define FSE_PIXELS_GIMP2_H

#include "files/image.h"

G_BEGIN_DECLS

/* The whole drawable, scaled by `scale` <= 1. */
FseImage *fse_pixels_read_small (gint drawable, gdouble scale, GError **error);

/* The same rectangle, scaled by `scale` <= 1, and with the layer mask
 * in its alpha, in pieces of some milliseconds: read on until done. */
typedef struct _FsePixelsReading FsePixelsReading;

FsePixelsReading *fse_pixels_reading_new  (gint drawable, gint x, gint y, gint width, gint height,
                                           gdouble scale, GError **error);
/* FALSE with error where the drawable is gone. */
gboolean          fse_pixels_reading_on   (FsePixelsReading *reading, gboolean *done, GError **error);
/* Frees; NULL where it was not done. */
FseImage         *fse_pixels_reading_end  (FsePixelsReading *reading);

G_END_DECLS

#endif
