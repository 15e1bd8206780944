/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looks at examples, one after another, without ever holding up the main
 * thread: their thumbnails, and what is wrong with them.
 *
 * Main thread.
 */
#ifndef FSE_PAIR_LOOK_H
#define FSE_PAIR_LOOK_H

#include "pair-check.h"

G_BEGIN_DECLS

#define FSE_THUMBNAIL 96 /* pixels of the longer side, of a screen of scale 1 */

typedef struct
{
  FseImage    *before, *after; /* twice FSE_THUMBNAIL, in sRGB; NULL where there is none */
  FsePairCheck check;          /* of complete examples */
  GError      *error;          /* what could not be read */
} FsePairView;

/* The view is borrowed. */
typedef void (*FsePairSeen) (const FsePairView *view, gpointer data);

typedef struct _FsePairLooker FsePairLooker;

FsePairLooker *fse_pair_looker_new    (FseHost *host);
/* Waits for the thread; nothing is called any more. */
void           fse_pair_looker_free   (FsePairLooker *looker);
/* Calls `seen` once, later, in the main thread; `data` names the wish. */
void           fse_pair_looker_look   (FsePairLooker *looker, const FseExample *example, FsePairSeen seen, gpointer data);
/* Takes back all wishes of this name. */
void           fse_pair_looker_forget (FsePairLooker *looker, gpointer data);
gboolean       fse_pair_looker_busy   (FsePairLooker *looker);

G_END_DECLS

#endif
