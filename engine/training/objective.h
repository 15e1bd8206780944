/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One training step's graph: a batch of pairs in, all losses out.  Mx, the
 * VAE and My are trained jointly, end to end; engine/method.md has the
 * formulas.
 *
 * Each of the n slots of a batch is a pair with its own augmentation.  Slot
 * b's x is the picture to edit (j) and slot b+1's pair its reference (i): every
 * picture is encoded once and serves in both roles.
 */
#ifndef FSE_OBJECTIVE_H
#define FSE_OBJECTIVE_H

#include "model/net.h"

G_BEGIN_DECLS

typedef enum
{
  FSE_LOSS_PIXEL,     /* mean |result - y| */
  FSE_LOSS_BASE,      /* the moved and recoloured picture alone */
  FSE_LOSS_RESIDUAL,  /* mean |residual|: repainting costs */
  FSE_LOSS_FREQUENCY, /* of result against y */
  FSE_LOSS_DETAIL,    /* the same, of what is fine in them; at the settings' size alone, not at half of it */
  FSE_LOSS_LATENT,    /* diffusion: predicted clean latent against the encoded one */
  FSE_LOSS_PRIOR,     /* KL of the posterior */
  FSE_LOSS_MATCH,     /* x_i moved by [F, C] against x_j */
  FSE_LOSS_CONVINCE,  /* the critic's verdict on the result against 1: for all but the critic */
  FSE_LOSS_REAL,      /* its verdict on y against 1, */
  FSE_LOSS_FAKE,      /* and on the result against -1: for the critic alone */
  FSE_N_LOSSES
} FseLossTerm;

typedef struct
{
  /* inputs */
  FseTensor *pictures; /* [2n,h,w,8]: n befores, then their n afters */
  FseTensor *before, *after; /* the two halves of it */
  FseTensor *mask;     /* [n,h,w,1] */
  FseTensor *clock;    /* [1,1,1,4], see fse_noise() */
  FseTensor *time;     /* [n,1,1,32] */
  FseTensor *signal, *noise; /* [n,1,1,1]: of the schedule at that time */
  /* results, kept */
  FseTensor *loss[FSE_N_LOSSES]; /* weighted; NULL where switched off */
  FseTensor *unedited; /* mean |x - y|: what the pixel loss is where nothing is done */
  FseTensor *result;   /* [n,h,w,3], centred */
} FseObjective;

const gchar *fse_loss_name   (FseLossTerm term);
/* The factor that loss[term] carries. */
gfloat       fse_loss_weight (FseLossTerm term);
/* Whether the term teaches the critic alone, and so says nothing of how well the edit is learnt. */
gboolean     fse_loss_is_critics (FseLossTerm term);

/* Notes the whole step on net->tape, for n pairs of h x w.  On a tape that does
 * not train no noise is injected: the results are then those of applying. */
void fse_objective_build (FseObjective *objective, FseNet *net, gint n, gint h, gint w);

G_END_DECLS

#endif
