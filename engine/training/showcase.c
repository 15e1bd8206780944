/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/showcase.h"

/* Reading three small pictures once a second costs nothing that could be measured, and looking at a held-out pair
 * a sixth of a step. */
#define SECONDS 1.0

void
fse_showcase_init (FseShowcase *showcase)
{
  g_mutex_init (&showcase->lock);
}

static void
replace (FseShowcase *showcase, FseImage *const pictures[3])
{
  for (gint k = 0; k < 3; k++)
    {
      g_clear_pointer (&showcase->pictures[k], fse_image_unref);
      showcase->pictures[k] = pictures[k];
    }
}

void
fse_showcase_clear (FseShowcase *showcase)
{
  replace (showcase, (FseImage *[3]) { NULL, NULL, NULL });
  g_mutex_clear (&showcase->lock);
}

gboolean
fse_showcase_keep (FseShowcase *showcase, FseStage *stage, FseValidation *validation, GError **error)
{
  gint64    now = g_get_monotonic_time ();
  FseImage *pictures[3];

  if (!g_atomic_int_get (&showcase->wanted) || now - showcase->when < SECONDS * 1e6)
    return TRUE;
  showcase->when = now;
  if (validation ? !fse_validation_example (validation, pictures, error) : !fse_stage_example (stage, pictures, error))
    return FALSE;
  g_mutex_lock (&showcase->lock);
  replace (showcase, pictures);
  showcase->version++;
  g_mutex_unlock (&showcase->lock);
  return TRUE;
}

gboolean
fse_showcase_look (FseShowcase *showcase, guint *version, FseImage *pictures[3])
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&showcase->lock);

  g_atomic_int_set (&showcase->wanted, 1);
  if (showcase->version == *version)
    return FALSE;
  *version = showcase->version;
  for (gint k = 0; k < 3; k++)
    pictures[k] = fse_image_ref (showcase->pictures[k]);
  return TRUE;
}
