/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All weights of a model in one arena, with gradients, AdamW moments and the
 * exponential moving average in arenas of the same layout: saving, clipping,
 * stepping and averaging are one launch each.
 *
 * Model code asks for its weights by name while it builds a tape; the first
 * to ask declares.  After fse_weights_allocate() no new name may appear.
 */
#ifndef FSE_WEIGHTS_H
#define FSE_WEIGHTS_H

#include "operators/tape.h"

G_BEGIN_DECLS

typedef struct _FseWeights FseWeights;

typedef enum
{
  FSE_INIT_CONSTANT, /* every element = scale */
  FSE_INIT_NORMAL    /* Philox normal, standard deviation = scale */
} FseInit;

typedef enum
{
  FSE_ARENA_DATA,
  FSE_ARENA_GRAD,
  FSE_ARENA_MOMENT1,
  FSE_ARENA_MOMENT2,
  FSE_ARENA_EMA
} FseArena;

FseWeights *fse_weights_new  (FseDevice *device, guint64 seed);
void        fse_weights_free (FseWeights *weights);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseWeights, fse_weights_free)

/* The weight of that name and shape.  Convolution weights are [kh, kw, ci, co]
 * in (n, h, w, c); vectors are [1, 1, 1, c].  Borrowed.  NULL never: a name
 * asked for again with another shape is a programming error. */
FseTensor  *fse_weights_get      (FseWeights *weights, const gchar *name, gint n, gint h, gint w, gint c,
                                  FseInit init, gfloat scale);
/* Memory for all that was declared; initial values written.  training = FALSE: data only. */
gboolean    fse_weights_allocate (FseWeights *weights, gboolean training, GError **error);
gboolean    fse_weights_zero_grad (FseWeights *weights, GError **error);

/* The averages and the weights change places: once to look at a picture with
 * the averages, and once more to go on.  The gradients are lost. */
gboolean    fse_weights_swap_average (FseWeights *weights, GError **error);

gsize       fse_weights_floats (FseWeights *weights); /* of one arena, padding included */
gsize       fse_weights_count  (FseWeights *weights); /* parameters, padding left out */
FseBuffer   fse_weights_arena  (FseWeights *weights, FseArena arena);

/* For files: name, shape and place in the arena of weight number i. */
guint       fse_weights_n    (FseWeights *weights);
const gchar *fse_weights_name (FseWeights *weights, guint i);
FseTensor  *fse_weights_nth  (FseWeights *weights, guint i, gsize *at);

G_END_DECLS

#endif
