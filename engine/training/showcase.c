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
replace (FseImage **shown, FseImage *const *pictures, gint n)
{
  for (gint k = 0; k < n; k++)
    {
      g_clear_pointer (&shown[k], fse_image_unref);
      shown[k] = pictures ? pictures[k] : NULL;
    }
}

void
fse_showcase_clear (FseShowcase *showcase)
{
  replace (showcase->pictures, NULL, 3);
  replace (showcase->guest, NULL, 2);
  g_mutex_clear (&showcase->lock);
}

gboolean
fse_showcase_keep (FseShowcase *showcase, FseStage *stage, FseValidation *validation, gboolean held_out, gboolean guest,
                   GError **error)
{
  gint64    now = g_get_monotonic_time ();
  FseImage *pictures[3], *of_guest[2] = { NULL, NULL };

  if (!g_atomic_int_get (&showcase->wanted) || now - showcase->when < SECONDS * 1e6)
    return TRUE;
  showcase->when = now;
  if (guest && !fse_validation_guest (validation, of_guest, error))
    return FALSE;
  if (held_out ? !fse_validation_example (validation, pictures, error) : !fse_stage_example (stage, pictures, error))
    {
      replace (of_guest, NULL, 2);
      return FALSE;
    }
  g_mutex_lock (&showcase->lock);
  replace (showcase->pictures, pictures, 3);
  replace (showcase->guest, of_guest, 2);
  showcase->version++;
  g_mutex_unlock (&showcase->lock);
  return TRUE;
}

static gboolean
look (FseShowcase *showcase, guint *version, FseImage *const *shown, FseImage **pictures, gint n)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&showcase->lock);

  g_atomic_int_set (&showcase->wanted, 1);
  if (showcase->version == *version || !shown[0])
    return FALSE;
  *version = showcase->version;
  for (gint k = 0; k < n; k++)
    pictures[k] = fse_image_ref (shown[k]);
  return TRUE;
}

gboolean
fse_showcase_look (FseShowcase *showcase, guint *version, FseImage *pictures[3])
{
  return look (showcase, version, showcase->pictures, pictures, 3);
}

gboolean
fse_showcase_guest (FseShowcase *showcase, guint *version, FseImage *pictures[2])
{
  return look (showcase, version, showcase->guest, pictures, 2);
}
