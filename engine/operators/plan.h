/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packs stretches of memory, each needed from a first to a last time, into as
 * little memory as a greedy best fit finds.  Knows nothing of tensors.
 */
#ifndef FSE_PLAN_H
#define FSE_PLAN_H

#include "device/device.h"

G_BEGIN_DECLS

typedef struct _FsePlan FsePlan;

/* chunk_floats: the largest single allocation; more chunks are used beyond it. */
FsePlan *fse_plan_new  (gsize chunk_floats);
void     fse_plan_free (FsePlan *plan);

/* `floats` are needed in times first..last; `place` is filled by fse_plan_place(). */
void     fse_plan_add       (FsePlan *plan, gsize floats, gint first, gint last, FseBuffer *place);
/* ... and again in first_again..last_again: the same place, free in between. */
void     fse_plan_add_twice (FsePlan *plan, gsize floats, gint first, gint last, gint first_again, gint last_again,
                             FseBuffer *place);

void     fse_plan_pack (FsePlan *plan);
guint64  fse_plan_floats (FsePlan *plan);
guint    fse_plan_n_chunks (FsePlan *plan);
gsize    fse_plan_chunk_floats (FsePlan *plan, guint chunk);
/* chunks: one buffer a chunk, of fse_plan_chunk_floats() or more. */
void     fse_plan_place (FsePlan *plan, const FseBuffer *chunks);

G_END_DECLS

#endif
