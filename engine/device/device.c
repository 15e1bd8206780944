/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening and closing a device.  Listing and choosing is discovery.c's,
 * memory memory.c's, compiling program.c's, launching launch.c's.
 */
#include "device/device.h"

#include <string.h>

#include "device/cl-error.h"
#include "device/device-private.h"
#include "i18n.h"

typedef struct
{
  gchar         *key;
  gpointer       data;
  GDestroyNotify destroy;
} Attached;

/* Drivers call this, from threads of their own, to say more about an error
 * than its number. */
static void CL_CALLBACK
note_words (const char *words, const void *data, size_t length, void *user)
{
  FseDevice *device = user;

  g_mutex_lock (&device->lock);
  g_free (device->notice);
  device->notice = g_utf8_make_valid (words, -1);
  g_mutex_unlock (&device->lock);
}

gboolean
fse_device_check (FseDevice *device, cl_int code, GError **error, const gchar *what, ...)
{
  g_autofree gchar *phrase = NULL, *notice = NULL;
  va_list           args;

  if (code == CL_SUCCESS)
    return TRUE;

  va_start (args, what);
  phrase = g_strdup_vprintf (_(what), args);
  va_end (args);
  fse_cl_check (code, error, "%s", phrase);

  g_mutex_lock (&device->lock);
  notice = g_steal_pointer (&device->notice);
  g_mutex_unlock (&device->lock);
  if (notice && *notice && error && *error)
    {
      gchar *message = (*error)->message;

      (*error)->message = g_strdup_printf (_("%s The driver says: %s"), message, notice);
      g_free (message);
    }
  return FALSE;
}

FseDevice *
fse_device_new (FseDeviceInfo *info, GError **error)
{
  g_autoptr (FseDevice) device = g_new0 (FseDevice, 1);
  cl_int       code;
  cl_context_properties properties[] = {
    CL_CONTEXT_PLATFORM, (cl_context_properties) info->cl_platform, 0
  };

  device->info = info;
  device->attached = g_array_new (FALSE, FALSE, sizeof (Attached));
  g_mutex_init (&device->lock);
  fse_memory_init (device);
  fse_programs_init (device);
  device->family = fse_device_info_family (info);
  device->vector = info->vector_width >= 16 ? 16 : 8;

  device->context = clCreateContext (properties, 1, &info->cl_device, note_words, device, &code);
  if (!fse_device_check (device, code, error, N_("Could not open %s"), info->name))
    return NULL;
  if (fse_profile_wanted ())
    device->profile = fse_profile_new ();
  device->queue = clCreateCommandQueue (device->context, info->cl_device,
                                        device->profile ? CL_QUEUE_PROFILING_ENABLE : 0, &code);
  if (!fse_device_check (device, code, error, N_("Could not make a command queue on %s"), info->name))
    return NULL;

  return g_steal_pointer (&device);
}

void
fse_device_close (FseDevice *device)
{
  if (!device)
    return;

  if (device->queue)
    clFinish (device->queue);
  for (guint i = device->attached->len; i > 0; i--)
    {
      Attached *attached = &g_array_index (device->attached, Attached, i - 1);

      if (attached->destroy)
        attached->destroy (attached->data);
      g_free (attached->key);
    }
  g_array_unref (device->attached);

  if (device->profile)
    {
      g_autofree gchar *table = fse_device_profile (device);

      g_info ("%s", table);
      fse_profile_free (device->profile);
    }

  g_debug ("%s: %" G_GUINT64_FORMAT " launches, %" G_GUINT64_FORMAT " waits", device->info->name, device->launches, device->n_waits);
  fse_programs_clear (device);
  fse_launches_clear (device);
  fse_sendings_clear (device);
  fse_memory_clear (device);
  if (device->queue)
    clReleaseCommandQueue (device->queue);
  if (device->context)
    clReleaseContext (device->context);
  g_mutex_clear (&device->lock);
  g_free (device->notice);
  g_free (device->skipped);
  fse_device_info_free (device->info);
  g_free (device);
}

const FseDeviceInfo *
fse_device_info (FseDevice *device)
{
  return device->info;
}

FseFamily
fse_device_family (FseDevice *device)
{
  return device->family;
}

cl_command_queue
fse_device_queue (FseDevice *device)
{
  return device->queue;
}

const gchar *
fse_device_skipped (FseDevice *device)
{
  return device->skipped;
}

guint
fse_device_vector (FseDevice *device)
{
  return device->vector;
}

void
fse_device_attach (FseDevice *device, const gchar *key, gpointer data, GDestroyNotify destroy)
{
  Attached attached = { g_strdup (key), data, destroy };

  g_array_append_val (device->attached, attached);
}

gpointer
fse_device_attached (FseDevice *device, const gchar *key)
{
  for (guint i = 0; i < device->attached->len; i++)
    {
      Attached *attached = &g_array_index (device->attached, Attached, i);

      if (strcmp (attached->key, key) == 0)
        return attached->data;
    }
  return NULL;
}
