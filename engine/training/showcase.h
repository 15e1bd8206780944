/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The latest example of a training for others to look at: before, result and
 * after of a held-out pair, or of one just learnt from where there is none; and
 * before and result of a guest.
 */
#ifndef FSE_SHOWCASE_H
#define FSE_SHOWCASE_H

#include "training/validation.h"

G_BEGIN_DECLS

typedef struct
{
  gint      wanted; /* atomic: somebody has looked */
  gint64    when;   /* monotonic, of the pictures; the trainer's alone */
  GMutex    lock;   /* of what follows */
  FseImage *pictures[3], *guest[2]; /* the guest's are NULL where there is none */
  guint     version;
} FseShowcase;

void     fse_showcase_init  (FseShowcase *showcase);
void     fse_showcase_clear (FseShowcase *showcase);
/* The trainer's thread, after a step; about once a second it does something.  validation: NULL where
 * there is neither a held-out pair nor a guest. */
gboolean fse_showcase_keep  (FseShowcase *showcase, FseStage *stage, FseValidation *validation, gboolean held_out, gboolean guest,
                             GError **error);
/* Any thread: new references, or FALSE where *version is the latest. */
gboolean fse_showcase_look  (FseShowcase *showcase, guint *version, FseImage *pictures[3]);
gboolean fse_showcase_guest (FseShowcase *showcase, guint *version, FseImage *pictures[2]);

G_END_DECLS

#endif
