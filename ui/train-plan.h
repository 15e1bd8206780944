/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a training request leaves to the pairs and to the device, and what these
 * make of it.
 */
#ifndef FSE_TRAIN_PLAN_H
#define FSE_TRAIN_PLAN_H

#include "requests.h"
#include "training/speed.h"

G_BEGIN_DECLS

/* How fast the device trains (as in fse_device_open()).  It is measured once, for as long as the process
 * lives; whoever asks meanwhile waits.  Seconds, so not in the main thread.  Errors: fse_speed_measure()'s. */
gboolean fse_train_plan_measure (const gchar *device, FseSpeed *speed, GError **error);
/* The same where it is measured already, and FALSE where it is not.  Waits for nothing. */
gboolean fse_train_plan_known   (const gchar *device, FseSpeed *speed);

/* Whether what a training will do hangs on the device's speed. */
gboolean fse_train_plan_is_open (const FseTrainRequest *request);

/* Settles in `settings`, which are the request's own, what the request leaves open, for so many pairs, and returns
 * how many seconds the training will take, or < 0 where speed is NULL and that is not known. */
gdouble  fse_train_plan_make    (const FseTrainRequest *request, const FseSpeed *speed, guint n_pairs, FseSettings *settings);
/* From now on the request says so itself, and leaves nothing open. */
void     fse_train_plan_fix     (FseTrainRequest *request, const FseSettings *settings);

G_END_DECLS

#endif
