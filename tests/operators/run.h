/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One row of the operator table on a device: its random inputs and its tape.
 * The checks (harness.c) and the benchmark (bench.c) are made of it.
 */
#ifndef FSE_TEST_RUN_H
#define FSE_TEST_RUN_H

#include "case.h"

/* One row on its way through the checks. */
typedef struct
{
  const Case *row;
  FseDevice  *device;
  guint       no_grad;           /* bit i: input i gets no gradient, besides those of the row */
  GRand      *rand;
  gboolean    loss;
  gboolean    seeded;            /* the output's gradient is there from a backward before, and may stay */
  gfloat     *in[CASE_INPUTS];   /* what the device gets */
  gdouble    *real[CASE_INPUTS]; /* the same in double */
  gdouble    *expected;
  gfloat     *r;                 /* the probe's weights, NULL for a loss */
  gfloat     *grad[CASE_INPUTS]; /* what backward gave */
  GString    *trouble;           /* lines of diagnosis; empty = passed */
} Run;

/* run_begin() fills `run` (run->in and so on are owned by it) from the row's name: the same numbers each time. */
void     run_begin    (Run *run, const Case *row, FseDevice *device);
void     run_end      (Run *run);
gboolean run_has_grad (const Run *run, gint i);
/* A sealed tape of the row, its inputs written.  extra[i] is the probe on
 * input i where `branches`, which is noted last, so that it writes first; the
 * caller frees it. */
FseTape *run_tape     (Run *run, gboolean branches, FseTensor **in, FseTensor **out, gfloat **extra, GError **error);

#endif
