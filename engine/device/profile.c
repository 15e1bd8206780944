/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the time goes: with FEW_SHOT_EDIT_PROFILE=1 every command's event is
 * kept until some hundreds are there, then read and added up by kernel.
 */
#include "device/device.h"

#include "device/device-private.h"

#define PENDING 2048 /* events kept before they are read */

typedef struct
{
  gchar  *name;
  guint64 count;
  guint64 ns;
  guint64 longest;
} Entry;

typedef struct
{
  Entry   *entry;
  cl_event event;
} Pending;

struct _FseProfile
{
  GHashTable *entries; /* name -> Entry, owned */
  GArray     *pending;
  gint64      since;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->name);
  g_free (entry);
}

gboolean
fse_profile_wanted (void)
{
  const gchar *wish = g_getenv ("FEW_SHOT_EDIT_PROFILE");

  return wish && *wish && g_strcmp0 (wish, "0") != 0;
}

FseProfile *
fse_profile_new (void)
{
  FseProfile *profile = g_new0 (FseProfile, 1);

  profile->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  profile->pending = g_array_new (FALSE, FALSE, sizeof (Pending));
  profile->since = g_get_monotonic_time ();
  return profile;
}

/* Waits for the noted commands and adds up their times. */
static void
collect (FseProfile *profile)
{
  for (guint i = 0; i < profile->pending->len; i++)
    {
      Pending *pending = &g_array_index (profile->pending, Pending, i);
      cl_ulong start = 0, end = 0;

      if (clWaitForEvents (1, &pending->event) == CL_SUCCESS
          && clGetEventProfilingInfo (pending->event, CL_PROFILING_COMMAND_START, sizeof start, &start, NULL) == CL_SUCCESS
          && clGetEventProfilingInfo (pending->event, CL_PROFILING_COMMAND_END, sizeof end, &end, NULL) == CL_SUCCESS
          && end >= start)
        {
          pending->entry->count++;
          pending->entry->ns += end - start;
          pending->entry->longest = MAX (pending->entry->longest, end - start);
        }
      clReleaseEvent (pending->event);
    }
  g_array_set_size (profile->pending, 0);
}

void
fse_profile_free (FseProfile *profile)
{
  if (!profile)
    return;
  collect (profile);
  g_array_unref (profile->pending);
  g_hash_table_unref (profile->entries);
  g_free (profile);
}

gboolean
fse_device_profiles (FseDevice *device)
{
  return device->profile != NULL;
}

void
fse_device_profile_event (FseDevice *device, const gchar *name, cl_event event)
{
  FseProfile *profile = device->profile;
  Pending     pending;

  if (!event)
    return;
  if (!profile)
    {
      clReleaseEvent (event);
      return;
    }
  pending.event = event;
  pending.entry = g_hash_table_lookup (profile->entries, name);
  if (!pending.entry)
    {
      pending.entry = g_new0 (Entry, 1);
      pending.entry->name = g_strdup (name);
      g_hash_table_insert (profile->entries, pending.entry->name, pending.entry);
    }
  g_array_append_val (profile->pending, pending);
  if (profile->pending->len >= PENDING)
    collect (profile);
}

static gint
longest_first (gconstpointer a, gconstpointer b)
{
  const Entry *x = *(const Entry *const *) a, *y = *(const Entry *const *) b;

  return x->ns > y->ns ? -1 : x->ns < y->ns;
}

gchar *
fse_device_profile (FseDevice *device)
{
  FseProfile           *profile = device->profile;
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GString)   text = g_string_new (NULL);
  guint64               ns = 0, count = 0;
  GHashTableIter        iter;
  gpointer              value;
  gdouble               elapsed;

  if (!profile)
    return NULL;
  collect (profile);
  elapsed = (g_get_monotonic_time () - profile->since) / 1e3;

  g_hash_table_iter_init (&iter, profile->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Entry *entry = value;

      g_ptr_array_add (order, entry);
      ns += entry->ns;
      count += entry->count;
    }
  g_ptr_array_sort (order, longest_first);

  g_string_append_printf (text, "%-44s %9s %11s %7s %10s %10s\n", "kernel", "launches", "total ms", "share", "mean us", "longest us");
  for (guint i = 0; i < order->len; i++)
    {
      Entry *entry = order->pdata[i];

      g_string_append_printf (text, "%-44s %9" G_GUINT64_FORMAT " %11.2f %6.1f%% %10.1f %10.1f\n", entry->name, entry->count,
                              entry->ns / 1e6, ns ? 100.0 * entry->ns / ns : 0.0,
                              entry->count ? entry->ns / 1e3 / entry->count : 0.0, entry->longest / 1e3);
    }
  g_string_append_printf (text, "%-44s %9" G_GUINT64_FORMAT " %11.2f of %.2f ms since the device was opened, %s\n", "all", count,
                          ns / 1e6, elapsed, device->info->name);
  return g_strdup (text->str);
}
