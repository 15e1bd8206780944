/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pairs at the working resolution, ready for the device.
 */
#ifndef FSE_DATASET_H
#define FSE_DATASET_H

#include "files/pairs.h"

G_BEGIN_DECLS

typedef struct
{
  gint    n, height, width; /* height and width: multiples of 16 */
  gfloat *before, *after;   /* n x height x width x 4: R'G'B' 0..1 and the pixel's weight in the loss */
  gdouble copy_error;       /* mean |before - after| over R'G'B', 0..1 */
  gchar  *digest;           /* tells data sets apart: hexadecimal SHA-256 of all pixels */
} FseDataset;

/* A copy of the pairs at working resolution; pairs of another aspect than the
 * median one are stretched.  A pixel's weight is the product of both alphas;
 * where it is nothing, the after is the before. */
FseDataset *fse_dataset_new   (FsePairs *pairs, gint size, GError **error);
void        fse_dataset_free  (FseDataset *dataset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseDataset, fse_dataset_free)

/* n x height x width x 4 R'G'B'A bytes of `values`, for the model file; free it. */
guint8     *fse_dataset_bytes (const FseDataset *dataset, const gfloat *values);

G_END_DECLS

#endif
