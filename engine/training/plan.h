/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What to train with: sensible settings from how many pairs there are, how
 * fast the device is, and how well the edit is to be learnt.
 *
 * Typical use
 *   1. fse_speed_measure (device_name, &speed, &error);
 *   2. fse_settings_default (&settings);
 *      seconds = fse_plan_make (&settings, &speed, FSE_QUALITY_BALANCED, n_pairs, FSE_PLAN_SIZE | FSE_PLAN_MODEL_SIZE);
 */
#ifndef FSE_PLAN_H
#define FSE_PLAN_H

#include "training/speed.h"

G_BEGIN_DECLS

typedef enum
{
  FSE_QUALITY_QUICK,    /* to see whether it will do: two minutes */
  FSE_QUALITY_BALANCED, /* six minutes */
  FSE_QUALITY_BEST      /* half an hour */
} FseQuality;

/* "quick", "balanced" or "best"; FSE_ERROR_USAGE lists them. */
gboolean     fse_quality_parse   (const gchar *text, FseQuality *quality, GError **error);

/* What is to be chosen beside the steps; what is not stays as it is set. */
typedef enum
{
  FSE_PLAN_SIZE = 1 << 0,
  FSE_PLAN_MODEL_SIZE = 1 << 1
} FsePlanChoice;

/* Sets the steps (minutes to none) and what else is to be chosen, and returns the seconds that this will take.  Those
 * are the quality's time at most: a fast device is done earlier, where more steps would only learn the pairs by
 * heart; a slow one gets a smaller size, and where even the least is too much for it, more time. */
gdouble      fse_plan_make       (FseSettings *settings, const FseSpeed *speed, FseQuality quality, guint n_pairs,
                                  FsePlanChoice choice);
/* The model-size for so many pairs. */
FseModelSize fse_plan_model_size (guint n_pairs);

G_END_DECLS

#endif
