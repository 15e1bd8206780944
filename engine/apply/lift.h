/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Applies a change that was found at working resolution to the picture at
 * its own, in tiles: what is in memory at a time does not grow with the picture.
 * A pixel's result is a function of its place in the picture alone, so that
 * tiles meet without a seam, whatever their size.
 *
 * Owns: the tiles' memory.  Borrows: device, fields, small.
 *
 * Typical use
 *   1. lift = fse_lift_new (device, &fields, table, small, &error);
 *   2. fse_lift_run (lift, &raster, &region, strength, 1, go_on, data, &error);
 */
#ifndef FSE_LIFT_H
#define FSE_LIFT_H

#include "apply/inference.h"
#include "apply/raster.h"

G_BEGIN_DECLS

typedef struct _FseLift FseLift;

/* small: the picture as the model saw it, of the fields' size.  table: the model's colour table, or NULL. */
FseLift *fse_lift_new  (FseDevice *device, const FseChangeFields *fields, const gfloat *table, const FseImage *small,
                        GError **error);
void     fse_lift_free (FseLift *lift);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseLift, fse_lift_free)

/* Called after each tile with the part that is done, 0..1; FALSE with error stops. */
typedef gboolean (*FseLiftProgress) (gdouble fraction, gpointer data, GError **error);

/* The region of the raster, which is the whole picture that the model saw.  strength 0..1
 * scales flow, bilateral grid and residual alike; alpha is the picture's.  detail 0..1: 1 changes the picture's own
 * pixels, 0 enlarges the model's own result smoothly, between lies between.  Where the device's memory runs
 * short, tiles are halved until they fit.  FSE_ERROR_NUMERIC or FSE_ERROR_BAD_IMAGE (whose fault it
 * is) where a result is not a number: it is not written. */
gboolean fse_lift_run (FseLift *lift, const FseRaster *raster, const FseRectangle *region, gdouble strength,
                       gdouble detail, FseLiftProgress go_on, gpointer data, GError **error);

G_END_DECLS

#endif
