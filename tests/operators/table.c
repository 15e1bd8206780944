/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The operator table: one line for each file of rows beside this one.
 */
#include "case.h"

#define TABLES(X) \
  X (warp) \
  X (bilateral) \
  X (bands) \
  X (colour) \
  X (random) \
  X (attention) \
  X (frequency_loss) \
  X (losses) \
  X (concat) \
  X (conv2d) \
  X (group_norm) \
  X (elementwise) \
  X (resample)

#define DECLARE(name) extern const CaseTable name##_cases;
#define ENTRY(name) &name##_cases,

TABLES (DECLARE)

const CaseTable *const case_tables[] = { TABLES (ENTRY) };
const gsize n_case_tables = G_N_ELEMENTS (case_tables);
