/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One row of the operator table.  A row says how to put the operator on a
 * tape and how to compute it naively in double; the harness derives from it
 *   - each kernel family against the naive formula,
 *   - backward against finite differences of the naive formula,
 *   - a benchmark.
 */
#ifndef FSE_TEST_CASE_H
#define FSE_TEST_CASE_H

#include "operators/operators.h"

#define CASE_INPUTS 8

typedef struct
{
  gint n, h, w, c;
} CaseShape;

typedef struct _Case Case;

struct _Case
{
  const gchar *name;       /* "conv2d 3x3 stride 2, odd sizes" */
  gint         n_in;
  CaseShape    in[CASE_INPUTS];
  CaseShape    out;
  guint        no_grad;    /* bit i: input i has no gradient */
  gdouble      low, high;  /* inputs are uniform in low..high (0, 0: -1..1) */
  gint         p[4];       /* the row's own integers (stride, groups, shift ...) */
  gdouble      f[4];       /* and reals (weights, factors) */
  gdouble      tolerance;  /* largest |device - naive| / (1 + |naive|); 0: 2e-5 */
  gdouble      grad_tolerance; /* the same for gradients, relative to the gradient's scale; 0: 1e-3 */
  gboolean     tiny;       /* also run under oclgrind */
  gboolean     bench;      /* a shape of real use: run by the benchmark only */
  /* Optional: changes the random inputs to what the operator needs (a positive mask, flows). */
  void       (*prepare) (const Case *c, gfloat **in);
  FseTensor *(*build)   (const Case *c, FseTape *tape, FseTensor **in);
  /* out and in are double arrays in [n,h,w,c] order. */
  void       (*naive)   (const Case *c, gdouble *const *in, gdouble *out);
  /* For the benchmark, where the operator is made of products (may be NULL): operations of forward. */
  gdouble    (*flops)   (const Case *c);
  gboolean     parts; /* the benchmark times the gradient of input 0 and those of the others apart */
};

/* Each tests/operators/NAME.c ends with its rows in
 *   const CaseTable NAME_cases = { rows, G_N_ELEMENTS (rows) };
 * and has a line in table.c and one in meson.build.
 *
 * A row whose out is a single float is taken for a loss: it is itself the root
 * of backward.  Every other row gets the root sum (out * r), r random. */
typedef struct
{
  const Case *rows;
  gsize       n_rows;
} CaseTable;

extern const CaseTable *const case_tables[];
extern const gsize            n_case_tables;

/* Floats of a shape. */
static inline gsize
case_floats (CaseShape s)
{
  return (gsize) s.n * s.h * s.w * s.c;
}

#endif
