/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixels between GIMP 2.10's drawables and FseImage.
 *
 * Thread: the main thread only, as everything that touches a drawable.
 */
#ifndef FSE_PIXELS_GIMP2_H
#define FSE_PIXELS_GIMP2_H

#include "files/image.h"

G_BEGIN_DECLS

/* A rectangle of a drawable, in the drawable's own coordinates; `masked`
 * multiplies the layer mask, where there is one in use, into alpha. */
FseImage *fse_pixels_read          (gint drawable, gint x, gint y, gint width, gint height,
                                    gboolean masked, GError **error);
/* The whole drawable reduced, scale < 1. */
FseImage *fse_pixels_read_small    (gint drawable, gdouble scale, GError **error);

/* The same rectangle, scaled by `scale` <= 1, and with the layer mask
 * in its alpha, in pieces of some milliseconds: read on until done. */
typedef struct _FsePixelsReading FsePixelsReading;

FsePixelsReading *fse_pixels_reading_new  (gint drawable, gint x, gint y, gint width, gint height,
                                           gdouble scale, GError **error);
/* FALSE with error where the drawable is gone. */
gboolean          fse_pixels_reading_on   (FsePixelsReading *reading, gboolean *done, GError **error);
/* Frees; NULL where it was not done. */
FseImage         *fse_pixels_reading_end  (FsePixelsReading *reading);
/* All of `after` into `drawable`; where a pixel of `after` equals `before`'s,
 * the bytes of `source` are copied, so that rounding touches nothing that was
 * not edited. */
gboolean  fse_pixels_write         (gint drawable, gint source, const FseImage *before, const FseImage *after,
                                    GError **error);
/* mask *= other; both of one size. */
void      fse_pixels_multiply_mask (gint mask, gint other);

G_END_DECLS

#endif
