/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Applies a change that was found at working resolution to the picture at
 * its own.
 */
#ifndef FSE_LIFT_H
#define FSE_LIFT_H

#include "apply/inference.h"
#include "files/image.h"

G_BEGIN_DECLS

/* small: the picture as the model saw it, of the fields' size.  strength 0..1
 * scales flow, bilateral grid and residual alike.  result: of the picture's size,
 * written; alpha is the picture's.  In bands of rows, so that no kernel runs long. */
gboolean fse_lift (FseDevice *device, const FseImage *picture, const FseImage *small, const FseChangeFields *fields,
                   gdouble strength, FseImage *result, GError **error);

G_END_DECLS

#endif
