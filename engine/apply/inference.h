/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The networks at work on one picture of one shape: three tapes (look, one
 * sampler step, decode) that share the weights, so that any number of
 * sampler steps costs memory and planning once.
 *
 * Owns: its tapes.  Borrows: device, weights.
 */
#ifndef FSE_INFERENCE_H
#define FSE_INFERENCE_H

#include "model/mx.h"
#include "model/vae.h"

G_BEGIN_DECLS

typedef struct _FseInference FseInference;

/* height x width: of the picture; reference_height x reference_width: of the
 * `references` training pairs consulted.  Declares all weights: on return they
 * are allocated, and yet to be filled where this was the first.  table: the model's colour table, borrowed
 * for good, or NULL. */
FseInference *fse_inference_new  (FseDevice *device, FseWeights *weights, const FseSettings *settings,
                                  const gfloat *table, gint height, gint width, gint reference_height, gint reference_width,
                                  gint references, GError **error);
void          fse_inference_free (FseInference *inference);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseInference, fse_inference_free)

/* Sets reference `index`: R'G'B'A bytes of a training pair, reference_height x reference_width. */
gboolean      fse_inference_set_reference (FseInference *inference, gint index, const guint8 *before, const guint8 *after,
                                           GError **error);
/* The picture: height x width x 4 floats, R'G'B' used. */
gboolean      fse_inference_set_picture   (FseInference *inference, const gfloat *rgba, GError **error);

/* Mean matching features (unit vectors) of what was set as the picture: 32 numbers
 * whose product with another picture's tells how near it is.  Only where the model
 * consults references at all: pairing n-to-n with condition-transform. */
#define FSE_DESCRIPTOR 32
gboolean      fse_inference_describe (FseInference *inference, gfloat descriptor[FSE_DESCRIPTOR], GError **error);

/* Encodes the picture and the references; before sampling. */
gboolean      fse_inference_look   (FseInference *inference, GError **error);
/* Starts from the noise of `seed`.  left, top: of the inference's picture in a whole of so much width, in pixels, multiples of 4: where
 * two pictures of one whole overlap, their noise is the same. */
gboolean      fse_inference_start  (FseInference *inference, guint64 seed, gint left, gint top, gint width, GError **error);
/* From time t to time `next` (DDIM, Song et al., arXiv 2010.02502, eta = 0); next = 0 ends. */
gboolean      fse_inference_step   (FseInference *inference, gdouble t, gdouble next, GError **error);
/* The change, on the picture's grid and on the device: flow [h,w,2], residual [h,w,3], the bands' gain [h,w,3] (NULL without
 * texture), and the colour maps' bilateral grid [h/4,w/4,3*levels*12].
 * Where the model repaints (explicit-change off) all but the residual are NULL, and it
 * is the whole new picture, minus 0.5.  Borrowed. */
typedef struct
{
  const FseTensor *flow, *gain, *grid, *residual;
} FseChangeFields;
gboolean      fse_inference_decode (FseInference *inference, FseChangeFields *fields, GError **error);

/* What there is to explain after that, on the device.  Of the transform: flow, moved_x and moved_y of the first reference,
 * NULL where none is consulted; of the change: residual, and flow and base where the model does not repaint. */
const FseTransform *fse_inference_transform (FseInference *inference);
const FseChange    *fse_inference_change    (FseInference *inference);

G_END_DECLS

#endif
