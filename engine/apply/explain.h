/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a result came about: what the networks took from the example that they
 * consulted, and the parts of the change that they put out.
 *
 * Typical use
 *   1. explanation = fse_explain (editor, picture, 0, -1, &error);
 *   2. look at its pictures, all at working size;  fse_explanation_free (explanation);
 */
#ifndef FSE_EXPLAIN_H
#define FSE_EXPLAIN_H

#include "apply/editor.h"

G_BEGIN_DECLS

/* Pictures are NULL where the model has no such part: a model that consults no
 * examples has no reference, one that repaints neither flow nor colours. */
typedef struct
{
  FseImage *picture;          /* as the networks see it */

  /* Mx: how the reference x_i becomes the picture x_j */
  guint     reference;        /* which of the model's pairs, from 0 */
  FseImage *before, *after;   /* x_i and y_i */
  FseImage *match;            /* the flow F as colours, see fse_flow_picture() */
  gdouble   match_reach;      /* its longest arrow, in pixels of the working size */
  FseImage *warped;           /* x_i moved along F */
  FseImage *warped_before;    /* x_i moved by F and recoloured by C: should look like the picture */
  FseImage *warped_after;     /* y_i likewise: what the editor is told of the result */

  /* the change */
  FseImage *flow;             /* the edit's own flow as colours */
  gdouble   flow_reach;
  FseImage *moved;            /* the picture moved along it */
  FseImage *texture;          /* what softening and sharpening add to that; gray where nothing, NULL without texture */
  FseImage *colours;          /* what the colour maps add to both; gray where nothing */
  FseImage *recoloured;       /* the sum of these */
  FseImage *residual;         /* what is painted on top; gray where nothing */
  FseImage *result;           /* the sum of all */
} FseExplanation;

/* One sampler step from the noise of `seed`, strength 1; reference as in FseApplySettings: -1 is the nearest.
 * Errors as of fse_editor_apply(). */
FseExplanation *fse_explain          (FseEditor *editor, const FseImage *picture, guint64 seed, gint reference, GError **error);
void            fse_explanation_free (FseExplanation *explanation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseExplanation, fse_explanation_free)

/* A flow as colours: the hue is the direction (red is to the right, then yellow, green, ... clockwise), the saturation
 * the length as a part of `reach`, which is in the flow's unit for each axis times half the side, that is in pixels.
 * flow: height x width of (dx, dy) in half frames. */
FseImage       *fse_flow_picture     (const gfloat *flow, gint width, gint height, gdouble reach, GError **error);
/* The key to it: a disc of side x side pixels with arrows outward from its centre. */
FseImage       *fse_flow_key         (gint side, GError **error);

G_END_DECLS

#endif
