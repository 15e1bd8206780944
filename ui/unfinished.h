/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Trainings that were interrupted.  Beside the trainer's checkpoint lie the
 * pairs as they were learnt from, and the request, so that a training goes on
 * when its layers are long gone: after GIMP was closed, or died.
 *
 * Any thread.
 */
#ifndef FSE_UNFINISHED_H
#define FSE_UNFINISHED_H

#include "files/pairs.h"
#include "requests.h"

G_BEGIN_DECLS

typedef struct
{
  gchar           *model;   /* UTF-8; the file that the training will write */
  FseTrainRequest *request; /* as it was started, with resume set and no examples */
  guint            step;    /* done */
  gint64           when;    /* of the checkpoint, seconds since 1970 */
} FseUnfinished;

void       fse_unfinished_free  (FseUnfinished *unfinished);

/* Rounds the pairs' pixels to what the file can hold (16 bits), so that
 * learning from them and learning from the file is the same.  `model` is in the
 * system's encoding, here and below. */
gboolean   fse_unfinished_save  (const gchar *model, const FseTrainRequest *request, FsePairs *pairs, GError **error);
/* FSE_ERROR_IO or FSE_ERROR_BAD_MODEL where there are none. */
FsePairs  *fse_unfinished_pairs (const gchar *model, GError **error);
/* The one of this model (UTF-8), or NULL where it cannot go on. */
FseUnfinished *fse_unfinished_find (const gchar *model);
/* Those in a folder that can go on (FseUnfinished, owned), the latest first. */
GPtrArray *fse_unfinished_list  (const gchar *folder);
/* Drops the pairs, and the checkpoint too where `checkpoint` is set. */
void       fse_unfinished_drop  (const gchar *model, gboolean checkpoint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseUnfinished, fse_unfinished_free)

G_END_DECLS

#endif
