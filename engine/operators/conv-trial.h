/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Convolutions as the device does them now: checked on odd shapes, a stride
 * and tails against sums in double, then timed on shapes of the models.
 */
#ifndef FSE_CONV_TRIAL_H
#define FSE_CONV_TRIAL_H

#include "operators/conv-tile.h"

G_BEGIN_DECLS

typedef struct
{
  gdouble of[FSE_N_CONV_PASSES][FSE_N_CONV_CLASSES];
} FseConvSeconds;

/* Seconds of the shapes of each class, by pass; or FALSE with the reason why this is not to be used. */
gboolean fse_conv_trial (FseDevice *device, FseConvSeconds *seconds, GError **error);

G_END_DECLS

#endif
