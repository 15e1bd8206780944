/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pairs at the resolution at which they are worked on, ready for the device.
 */
#ifndef FSE_DATASET_H
#define FSE_DATASET_H

#include "files/pairs.h"

G_BEGIN_DECLS

typedef struct
{
  gint    n, height, width;           /* of the pictures */
  gint    window_height, window_width; /* of what is seen at once; multiples of 16, `windows` of them a side */
  gint    windows;
  gfloat *before, *after;   /* n x height x width x 4: R'G'B' 0..1 and the pixel's weight in the loss */
  gdouble copy_error;       /* mean |before - after| over R'G'B', 0..1 */
  gchar  *digest;           /* tells data sets apart: hexadecimal SHA-256 of all pixels */
} FseDataset;

/* The before of median aspect, whose shape all take; borrowed. */
const FseImage *fse_dataset_typical (FsePairs *pairs);

/* A copy of the pairs, seen through `windows` windows a side of about size x size pixels; pairs of another aspect than the
 * median one are stretched.  A pixel's weight is the product of both alphas;
 * where it is nothing, the after is the before. */
FseDataset *fse_dataset_new   (FsePairs *pairs, gint size, gint windows, GError **error);
void        fse_dataset_free  (FseDataset *dataset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseDataset, fse_dataset_free)

/* Left and top of window `place`, 0 .. windows^2 - 1; they lie side by side, row by row. */
void        fse_dataset_window (const FseDataset *dataset, gint place, gint *left, gint *top);
/* R'G'B'A bytes of `values` for the model file, n x window_height x window_width x 4: of each pair the window in
 * which most changes; free it. */
guint8     *fse_dataset_bytes  (const FseDataset *dataset, const gfloat *values);

G_END_DECLS

#endif
