/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether the pairs bear out what a model adds to and takes from a picture's
 * own detail (setting `texture`): by how much detail there is, not where.
 */
#ifndef FSE_TEXTURE_H
#define FSE_TEXTURE_H

#include "apply/editor.h"
#include "files/pairs.h"
#include "model/settings.h"
#include "operators/weights.h"

G_BEGIN_DECLS

/* The share of it by which results come nearest to the afters, in the mean amplitude of three bands of detail in fields of 8 x 8 of
 * the model's pixels: least squares over the last pairs (the held-out ones, where there are any).  1 where the model hardly does
 * anything of the kind.  The weight of a pixel is the product of both alphas. */
gboolean fse_texture_measure (FseEditor *editor, FsePairs *pairs, const FseSettings *settings, gdouble *share, GError **error);

/* Whether of a written model's texture so little is borne out that results are better without.  What can't be measured is not. */
gboolean fse_texture_is_unfounded (const gchar *model_path, const gchar *device, FsePairs *pairs, const FseSettings *settings);
/* Makes it nothing in a model's weights, laid out as their arena is. */
void     fse_texture_take_out     (FseWeights *weights, gfloat *values);

G_END_DECLS

#endif
