/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tape: the list of operator calls that make one model step, written once
 * as forward code and replayed every step.  Backward is the list reversed.
 *
 * Building the tape only notes shapes.  fse_tape_seal() then knows the life
 * of every tensor, packs them into one arena, and from there on a step
 * allocates nothing, plans nothing and reads nothing back.
 *
 * Owns: its tensors, nodes and arena.  Does not own: weights, device.
 * Thread: the device's.
 *
 * Typical use
 *   1. tape = fse_tape_new (device, TRUE);
 *   2. x = fse_tape_input (tape, n, h, w, c);
 *      y = fse_conv2d (tape, x, weight, bias, 1);  loss = fse_loss_l1 (tape, y, target, NULL, 1.0);
 *   3. fse_weights_allocate (weights, TRUE, &error);  fse_tape_seal (tape, &error);
 *   4. each step: fse_device_write (x->data ...); fse_weights_zero_grad (...);
 *      fse_tape_forward (tape, &error); fse_tape_backward (tape, &error);
 */
#ifndef FSE_TAPE_H
#define FSE_TAPE_H

#include "device/device.h"

G_BEGIN_DECLS

typedef struct _FseTape     FseTape;
typedef struct _FseTensor   FseTensor;
typedef struct _FseNode     FseNode;
typedef struct _FseOperator FseOperator;

typedef enum
{
  FSE_TENSOR_INPUT,   /* written by the caller, lives as long as the tape */
  FSE_TENSOR_WEIGHT,  /* belongs to an FseWeights */
  FSE_TENSOR_PRODUCED /* written by a node */
} FseTensorKind;

/* n x h x w x c float32, c fastest.  `data` and `grad` are valid after the
 * tape is sealed; grad only where needs_grad. */
struct _FseTensor
{
  gint      n, h, w, c;
  FseBuffer data;
  FseBuffer grad;
  gboolean  needs_grad;

  /* of the tape alone */
  FseTensorKind kind;
  FseTensor    *root; /* what this is a view of, or NULL */
  gsize         root_at;
  gboolean      shared_grad; /* views write parts of grad: zero first, always add */
  FseTensor    *grad_owner;  /* whose gradient's memory this one takes over, or NULL */
  gboolean      kept;
  gboolean      detached;
  gboolean      recomputed;  /* let go of between forward and backward */
  gint          first, last;           /* life of data in schedule steps */
  gint          forward_last;          /* its last use in forward, and */
  gint          backward_first;        /* its first in backward, where it is read or written there */
  gint          grad_first, grad_last; /* life of grad */
};

/* What backward reads again; the tape keeps it alive for that. */
enum
{
  FSE_KEEPS_INPUT  = 1 << 0,
  FSE_KEEPS_OUTPUT = 1 << 1
};

struct _FseOperator
{
  const gchar *name;
  guint        keeps;
  gboolean     is_loss; /* a root of backward: ignores its output's gradient */
  gboolean (*forward) (FseNode *node, GError **error);
  /* For each i with in[i]->needs_grad: writes in[i]->grad, or adds to it where
   * accumulate[i]; in order of i (an input may be there twice). */
  gboolean (*backward) (FseNode *node, GError **error);
  /* Bit i: backward does not read input i, whatever `keeps` says. */
  guint    forgets;
  /* Bit i: the output's gradient is that of input i, too.  The tape may then give both
   * one memory, and backward has nothing to write there (fse_node_passes_on()). */
  guint    passes_on;
  /* Forward is quick, and reads nothing but its inputs, which it keeps: where memory counts the tape
   * lets go of the output, and runs forward again when backward wants it. */
  gboolean quick;
  /* The multiply-adds of forward, and those of backward, as one writes them down: what a kernel computes twice counts once.  NULL:
   * so few that memory is what counts. */
  gdouble (*multiply_adds) (const FseNode *node, gboolean backward);
};

typedef enum
{
  FSE_SCRATCH_FORWARD,  /* only inside forward */
  FSE_SCRATCH_BACKWARD, /* only inside backward; none on an inference tape */
  FSE_SCRATCH_BOTH,     /* inside each, not kept from one to the other */
  FSE_SCRATCH_SAVED     /* written in forward, read in backward */
} FseScratchLife;

#define FSE_NODE_INPUTS 12
#define FSE_NODE_SCRATCH 6

struct _FseNode
{
  const FseOperator *op;
  FseTape           *tape;
  FseDevice         *device;
  gint               n_in;
  FseTensor         *in[FSE_NODE_INPUTS]; /* entries may be NULL (no bias) */
  gboolean           accumulate[FSE_NODE_INPUTS];
  FseTensor         *out;
  FseBuffer          scratch[FSE_NODE_SCRATCH];
  gpointer           params; /* copy of the operator's own parameters */

  /* of the tape alone */
  gsize              scratch_floats[FSE_NODE_SCRATCH];
  FseScratchLife     scratch_life[FSE_NODE_SCRATCH];
  gboolean           runs_backward;
  GPtrArray         *zero_first; /* gradients to clear before this node's backward */
  GPtrArray         *run_again;  /* nodes whose forward runs again before it, last first */
  gint               again;      /* the time at which this one's does, or -1 */
};

FseTape   *fse_tape_new  (FseDevice *device, gboolean training);
void       fse_tape_free (FseTape *tape);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseTape, fse_tape_free)

FseDevice *fse_tape_device   (FseTape *tape);
gboolean   fse_tape_training (FseTape *tape);

/* A tensor that the caller fills.  Borrowed from the tape, like all tensors. */
FseTensor *fse_tape_input  (FseTape *tape, gint n, gint h, gint w, gint c);
/* A tensor of another, sealed tape as an input of this one: the same memory, which
 * the other tape must have kept (fse_tape_keep()) and must outlive this tape. */
FseTensor *fse_tape_borrow (FseTape *tape, const FseTensor *x);
/* A tensor that never changes: `values` (n*h*w*c floats) are copied now and
 * uploaded when the tape is sealed. */
FseTensor *fse_tape_constant (FseTape *tape, gint n, gint h, gint w, gint c, const gfloat *values);
/* For operators: the tensor that a node will write. */
FseTensor *fse_tape_tensor (FseTape *tape, gint n, gint h, gint w, gint c);
/* The same data and gradient under another shape of equal size. */
FseTensor *fse_tape_view   (FseTape *tape, FseTensor *x, gint n, gint h, gint w, gint c);
/* Pictures first .. first+count-1 of x, sharing data and gradient. */
FseTensor *fse_tape_rows   (FseTape *tape, FseTensor *x, gint first, gint count);
/* The same data, through which no gradient flows ("sg" of the papers). */
FseTensor *fse_tape_detach (FseTape *tape, FseTensor *x);
/* Keeps a produced tensor's data readable after the step. */
void       fse_tape_keep   (FseTape *tape, FseTensor *x);

/* For operators: notes a call.  `inputs` are n_in tensors (NULL allowed),
 * `out` came from fse_tape_tensor().  params is copied (params_size bytes).
 * out->needs_grad is set where an input needs one and the tape trains. */
FseNode   *fse_tape_add    (FseTape *tape, const FseOperator *op, FseTensor **inputs, gint n_in,
                            FseTensor *out, gconstpointer params, gsize params_size);
/* For operators: asks for scratch memory number `slot`, before the tape is sealed. */
void       fse_node_scratch (FseNode *node, gint slot, gsize floats, FseScratchLife life);

/* For operators with `passes_on`: whether input i has its gradient already, as it took over the output's. */
gboolean   fse_node_passes_on (FseNode *node, gint i);

/* Has a tape that trains compute some of what backward reads again instead of keeping it: it takes less memory and a
 * little more time, and gives the same numbers to the bit.  Before the tape is sealed or its memory asked for. */
void       fse_tape_recompute (FseTape *tape);

/* Gives every tensor its place.  FSE_ERROR_OUT_OF_MEMORY says how much was needed. */
gboolean   fse_tape_seal     (FseTape *tape, GError **error);
/* Bytes that fse_tape_seal() will take; may be asked before it. */
guint64    fse_tape_memory   (FseTape *tape);
/* Floating-point operations of its convolutions and products of matrices, two a multiply-add: of
 * forward, and of backward where the tape is for training. */
gdouble    fse_tape_flops    (FseTape *tape);
gboolean   fse_tape_forward  (FseTape *tape, GError **error);
/* Gradients of all losses by all inputs that need one. */
gboolean   fse_tape_backward (FseTape *tape, GError **error);

static inline gsize
fse_tensor_floats (const FseTensor *x)
{
  return (gsize) x->n * x->h * x->w * x->c;
}

G_END_DECLS

#endif
