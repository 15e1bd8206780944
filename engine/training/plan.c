/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/plan.h"
#include "i18n.h"

#include <math.h>

/* A model of twice the weights wants more to learn from. */
#define MEDIUM_FROM 30
#define MEDIUM_SIZE 128

static const struct
{
  const gchar *name;
  gdouble      seconds; /* at most, where the device can */
  guint        least;   /* steps, below which the size is reduced rather */
  guint        enough;  /* steps for 20 pairs; more of them are learnt from longer */
  gint         largest; /* size that is asked for */
} qualities[] = {
  [FSE_QUALITY_QUICK] = { "quick", 120, 400, 1000, 128 },
  [FSE_QUALITY_BALANCED] = { "balanced", 360, 800, 2500, 192 },
  [FSE_QUALITY_BEST] = { "best", 1800, 1500, 6000, 256 },
};

/* From the largest. */
static const gint sizes[] = { 256, 192, 128, 96, 64 };

gboolean
fse_quality_parse (const gchar *text, FseQuality *quality, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (qualities); i++)
    if (g_strcmp0 (text, qualities[i].name) == 0)
      {
        *quality = (FseQuality) i;
        return TRUE;
      }
  g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("“%s” is no quality; there are: quick, balanced, best."), text);
  return FALSE;
}

FseModelSize
fse_plan_model_size (guint n_pairs)
{
  return n_pairs >= MEDIUM_FROM ? FSE_MODEL_MEDIUM : FSE_MODEL_SMALL;
}

/* Steps that fit into the seconds. */
static guint
steps_within (const FseSettings *settings, const FseSpeed *speed, gdouble seconds)
{
  gdouble none = fse_speed_seconds (speed, settings, 0);
  gdouble step = (fse_speed_seconds (speed, settings, 1000) - none) / 1000;

  return CLAMP ((seconds - none) / step, 0, 1e6);
}

static gboolean
is_enough (const FseSettings *settings, const FseSpeed *speed, FseQuality quality)
{
  return steps_within (settings, speed, qualities[quality].seconds) >= qualities[quality].least;
}

/* The largest size at which enough steps fit into the quality's time, else the smallest. */
static void
choose_size (FseSettings *settings, const FseSpeed *speed, FseQuality quality)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i] <= qualities[quality].largest)
      {
        settings->size = sizes[i];
        if (is_enough (settings, speed, quality))
          return;
      }
}

gdouble
fse_plan_make (FseSettings *settings, const FseSpeed *speed, FseQuality quality, guint n_pairs, FsePlanChoice choice)
{
  guint enough = qualities[quality].enough * CLAMP (sqrt (n_pairs / 20.0), 0.5, 1.5);

  settings->minutes = 0;
  if (choice & FSE_PLAN_MODEL_SIZE)
    settings->model_size = FSE_MODEL_SMALL;
  if (choice & FSE_PLAN_SIZE)
    choose_size (settings, speed, quality);
  if (choice & FSE_PLAN_MODEL_SIZE) /* more pixels are worth more than more weights */
    {
      settings->model_size = fse_plan_model_size (n_pairs);
      if (settings->size < MEDIUM_SIZE || !is_enough (settings, speed, quality))
        settings->model_size = FSE_MODEL_SMALL;
    }
  /* whole hundreds: the figures promise no more */
  settings->steps = CLAMP (steps_within (settings, speed, qualities[quality].seconds), qualities[quality].least, enough);
  settings->steps = MAX (settings->steps / 100, 1) * 100;
  return fse_speed_seconds (speed, settings, settings->steps);
}
