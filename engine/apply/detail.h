/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether an edit leaves a picture's own fine detail, below what the model's
 * working size can show, or wipes it away, as painting does: measured on pairs
 * that are larger than that size.
 */
#ifndef FSE_DETAIL_H
#define FSE_DETAIL_H

#include "apply/editor.h"
#include "files/pairs.h"
#include "model/settings.h"

G_BEGIN_DECLS

/* Whether any pair is that much larger than what a model with these settings makes of it. */
gboolean fse_detail_measurable (FsePairs *pairs, const FseSettings *settings);
/* The share 0..1 of its own detail that a picture keeps: least squares over the last pairs (the
 * held-out ones, where there are any) between lifting the change to the picture's own pixels
 * and enlarging the model's own result.  1 where more than half is kept, and where no pair is large enough
 * to tell.  The weight of a pixel is the product of both alphas. */
gboolean fse_detail_measure    (FseEditor *editor, FsePairs *pairs, const FseSettings *settings, gdouble *detail, GError **error);

G_END_DECLS

#endif
