/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See train-plan.h.
 */
#include "train-plan.h"

#include "training/plan.h"

static GMutex      measuring; /* one at a time: two would make each other slow */
static GMutex      lock;      /* of: */
static GHashTable *speeds;    /* device -> FseSpeed */

gboolean
fse_train_plan_known (const gchar *device, FseSpeed *speed)
{
  const FseSpeed *known;

  g_mutex_lock (&lock);
  known = speeds ? g_hash_table_lookup (speeds, device) : NULL;
  if (known)
    *speed = *known;
  g_mutex_unlock (&lock);
  return known != NULL;
}

static void
remember (const gchar *device, const FseSpeed *speed)
{
  g_mutex_lock (&lock);
  if (! speeds)
    speeds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_replace (speeds, g_strdup (device), g_memdup2 (speed, sizeof *speed));
  g_mutex_unlock (&lock);
}

gboolean
fse_train_plan_measure (const gchar *device, FseSpeed *speed, GError **error)
{
  gboolean ok;

  g_mutex_lock (&measuring);
  ok = fse_train_plan_known (device, speed);
  if (! ok && (ok = fse_speed_measure (device[0] ? device : NULL, speed, error)))
    remember (device, speed);
  g_mutex_unlock (&measuring);
  return ok;
}

gboolean
fse_train_plan_is_open (const FseTrainRequest *request)
{
  return request->quality[0] != '\0';
}

gdouble
fse_train_plan_make (const FseTrainRequest *request, const FseSpeed *speed, guint n_pairs, FseSettings *settings)
{
  gboolean      automatic = fse_train_request_has (request, FSE_MODEL_SIZE_AUTOMATIC);
  FsePlanChoice choice    = (request->size > 0 ? 0 : FSE_PLAN_SIZE) | (automatic ? FSE_PLAN_MODEL_SIZE : 0);
  FseQuality    quality;

  if (automatic)
    settings->model_size = fse_plan_model_size (n_pairs);
  if (! speed)
    return -1.0;
  if (fse_train_plan_is_open (request) && fse_quality_parse (request->quality, &quality, NULL))
    return fse_plan_make (settings, speed, quality, n_pairs, choice);
  return settings->steps > 0 ? fse_speed_seconds (speed, settings, settings->steps) : 60.0 * settings->minutes;
}

void
fse_train_plan_fix (FseTrainRequest *request, const FseSettings *settings)
{
  static const gchar *const sizes[] = { [FSE_MODEL_SMALL] = NULL, [FSE_MODEL_MEDIUM] = "medium", [FSE_MODEL_LARGE] = "large" };

  fse_train_request_set (request, "model-size", sizes[settings->model_size]);
  if (! fse_train_plan_is_open (request))
    return;
  fse_request_string (&request->quality, "");
  request->steps = (gint) settings->steps;
  request->size  = settings->size;
}
