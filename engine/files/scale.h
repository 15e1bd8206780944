/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making a picture larger or smaller, with its rows coming in one after the
 * other: what is kept is the new width by the old height, however wide the
 * old one is.
 *
 * Typical use
 *   1. scaler = fse_scaler_new (6000, 4000, 160, 112, FALSE, &error);
 *   2. fse_scaler_rows (scaler, band, 128) ... until all 4000 are in;
 *   3. small = fse_scaler_end (scaler, &error);
 */
#ifndef FSE_SCALE_H
#define FSE_SCALE_H

#include "files/image.h"

G_BEGIN_DECLS

typedef struct _FseScaler FseScaler;

/* Area average when reducing, Catmull-Rom when enlarging, each side on its own;
 * has_alpha: colours are weighted by alpha, else alpha is taken for 1. */
FseScaler *fse_scaler_new  (gint from_width, gint from_height, gint to_width, gint to_height, gboolean has_alpha,
                            GError **error);
void       fse_scaler_free (FseScaler *scaler);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseScaler, fse_scaler_free)

/* The next `rows` rows from the top, R'G'B'A. */
void       fse_scaler_rows (FseScaler *scaler, const gfloat *rgba, gint rows);
/* The new picture, after the last row.  Colours are not clamped. */
FseImage  *fse_scaler_end  (FseScaler *scaler, GError **error);

G_END_DECLS

#endif
