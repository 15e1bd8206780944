/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The course of a training over its budget: how much of it is spent, and
 * what follows from that.  Functions of their arguments alone, so that a
 * resumed run goes the way of an uninterrupted one.
 */
#ifndef FSE_SCHEDULE_H
#define FSE_SCHEDULE_H

#include "model/settings.h"

G_BEGIN_DECLS

/* Share of the budget that is spent, 0..1, after `step` steps in `seconds`:
 * by steps, by minutes, or whichever ends first where both are set. */
gdouble  fse_schedule_spent     (const FseSettings *settings, guint step, gdouble seconds);
/* Whether the pairs are learnt from at half the size at that time. */
gboolean fse_schedule_is_coarse (const FseSettings *settings, gdouble spent);
/* Whether there is such a time at all. */
gboolean fse_schedule_has_coarse (const FseSettings *settings);
/* AdamW's rate for step number `step` (0, 1, ...): a short linear start, then
 * a cosine down to nearly nothing. */
gdouble  fse_schedule_rate      (const FseSettings *settings, gdouble spent, guint step);
/* Whether held-out pairs are to be looked at, now that `spent` has become `now`;
 * since: steps since the last time. */
gboolean fse_schedule_validates (gdouble spent, gdouble now, guint since);

G_END_DECLS

#endif
