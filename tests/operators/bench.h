/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times a row of the operator table, and prints a line of JSON for each of its
 * passes: forward, and backward, as a whole or ("data", "weights") in its two
 * parts.  `gflops` counts the row's own formula, a backward as two forwards;
 * `gbytes_s` what a pass has to read and write at least: inputs and output, or
 * inputs, output's gradient and gradients, each number once.  `ceiling` are
 * the device's own (ceiling.h), measured just before; `share` is the least time
 * that they allow, divided by the time taken, and `bound` says by which.
 */
#ifndef FSE_TEST_BENCH_H
#define FSE_TEST_BENCH_H

#include "case.h"

/* FALSE, with a line that says why, where the row does not run. */
gboolean bench_row (const Case *row, FseDevice *device);

#endif
