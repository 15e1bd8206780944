/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/schedule.h"

#include <math.h>

#define WARM_UP_STEPS 50
#define LAST_RATE 1e-5
/* The share of the budget spent at half size first, and the size from which that is done. */
#define COARSE_SHARE 0.5
#define COARSE_FROM 96
/* Looks at the held-out pairs in a training, and the steps between two at least: a look costs a
 * sixth of a step for each pair, so that all of them take about a thirtieth of the time. */
#define VALIDATIONS 40
#define VALIDATION_STEPS 10

gdouble
fse_schedule_spent (const FseSettings *settings, guint step, gdouble seconds)
{
  gdouble by_steps = 0, by_time = 0;

  if (settings->steps)
    by_steps = step / (gdouble) settings->steps;
  if (settings->minutes > 0)
    by_time = seconds / (settings->minutes * 60);
  return MIN (1.0, MAX (by_steps, by_time));
}

gboolean
fse_schedule_has_coarse (const FseSettings *settings)
{
  return settings->progressive && settings->size >= COARSE_FROM;
}

gboolean
fse_schedule_is_coarse (const FseSettings *settings, gdouble spent)
{
  return fse_schedule_has_coarse (settings) && spent < COARSE_SHARE;
}

gdouble
fse_schedule_rate (const FseSettings *settings, gdouble spent, guint step)
{
  gdouble rate = LAST_RATE + (settings->rate - LAST_RATE) * 0.5 * (1 + cos (G_PI * spent));

  return rate * MIN (1.0, (step + 1) / (gdouble) WARM_UP_STEPS);
}

gboolean
fse_schedule_validates (gdouble spent, gdouble now, guint since)
{
  return since >= VALIDATION_STEPS && floor (now * VALIDATIONS) > floor (spent * VALIDATIONS);
}
