/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How training shows its progress: a line that is written over on a terminal,
 * a line every few seconds elsewhere, or JSON.
 */
#ifndef FSE_PROGRESS_H
#define FSE_PROGRESS_H

#include "training/trainer.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean json;
  gboolean terminal;
  gboolean open;       /* the terminal's line has no end yet */
  gint64   last;       /* when it was shown; monotonic */
  FseSnapshot shown;
} FseProgressView;

void   fse_progress_start  (FseProgressView *view, gboolean json);
/* Shows what is new, as often as is right for the kind. */
void   fse_progress_update (FseProgressView *view, const FseSnapshot *snapshot);
/* The same for a single number, while applying: nothing where it is not a terminal. */
void   fse_progress_percent (FseProgressView *view, const gchar *what, gdouble fraction);
/* Before anything else is printed. */
void   fse_progress_end    (FseProgressView *view);

/* "1:05" or "2:03:04"; free it. */
gchar *fse_progress_time   (gdouble seconds);

G_END_DECLS

#endif
