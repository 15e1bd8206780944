/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening and closing a device, and its memory.  Listing and choosing is
 * discovery.c's, compiling and launching program.c's.
 */
#include "device/device.h"

#include <string.h>

#include "device/cl-error.h"
#include "device/device-private.h"

typedef struct
{
  gchar         *key;
  gpointer       data;
  GDestroyNotify destroy;
} Attached;

FseDevice *
fse_device_new (FseDeviceInfo *info, GError **error)
{
  g_autoptr (FseDevice) device = g_new0 (FseDevice, 1);
  const gchar *family = g_getenv ("FEW_SHOT_EDIT_KERNELS");
  cl_int       code;
  cl_context_properties properties[] = {
    CL_CONTEXT_PLATFORM, (cl_context_properties) info->cl_platform, 0
  };

  device->info = info;
  device->chunks = g_array_new (FALSE, FALSE, sizeof (FseChunk));
  device->attached = g_array_new (FALSE, FALSE, sizeof (Attached));
  device->programs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, fse_program_free);
  device->kernels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) clReleaseKernel);

  device->family = info->gpu ? FSE_FAMILY_GPU : FSE_FAMILY_CPU;
  if (g_strcmp0 (family, "cpu") == 0)
    device->family = FSE_FAMILY_CPU;
  else if (g_strcmp0 (family, "gpu") == 0)
    device->family = FSE_FAMILY_GPU;

  device->vector = info->vector_width >= 16 ? 16 : 8;

  device->context = clCreateContext (properties, 1, &info->cl_device, NULL, NULL, &code);
  if (!fse_cl_check (code, error, "open %s", info->name))
    return NULL;
  if (fse_profile_wanted ())
    device->profile = fse_profile_new ();
  device->queue = clCreateCommandQueue (device->context, info->cl_device,
                                        device->profile ? CL_QUEUE_PROFILING_ENABLE : 0, &code);
  if (!fse_cl_check (code, error, "make a command queue on %s", info->name))
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

  fse_programs_save (device);
  g_hash_table_unref (device->kernels);
  g_hash_table_unref (device->programs);
  for (guint i = 0; i < device->chunks->len; i++)
    clReleaseMemObject (g_array_index (device->chunks, FseChunk, i).mem);
  g_array_unref (device->chunks);
  if (device->queue)
    clReleaseCommandQueue (device->queue);
  if (device->context)
    clReleaseContext (device->context);
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

cl_context
fse_device_context (FseDevice *device)
{
  return device->context;
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

/* Memory.  A freed chunk waits for a request of its size or a little less;
 * when the device refuses memory, all waiting chunks go back first. */

static void
release_waiting (FseDevice *device)
{
  for (guint i = device->chunks->len; i > 0; i--)
    {
      FseChunk *chunk = &g_array_index (device->chunks, FseChunk, i - 1);

      if (!chunk->used)
        {
          clReleaseMemObject (chunk->mem);
          g_array_remove_index_fast (device->chunks, i - 1);
        }
    }
}

gboolean
fse_device_alloc (FseDevice *device, gsize floats, FseBuffer *buffer, GError **error)
{
  gsize    rounded = (MAX (floats, 1) + 63) / 64 * 64;
  FseChunk chunk = { NULL, rounded, TRUE };
  cl_int   code;

  for (guint i = 0; i < device->chunks->len; i++)
    {
      FseChunk *waiting = &g_array_index (device->chunks, FseChunk, i);

      if (!waiting->used && waiting->floats >= rounded && waiting->floats <= rounded + rounded / 8)
        {
          waiting->used = TRUE;
          *buffer = (FseBuffer) { waiting->mem, 0 };
          return TRUE;
        }
    }

  chunk.mem = clCreateBuffer (device->context, CL_MEM_READ_WRITE, rounded * sizeof (gfloat), NULL, &code);
  if (code == CL_MEM_OBJECT_ALLOCATION_FAILURE || code == CL_OUT_OF_RESOURCES)
    {
      clFinish (device->queue);
      release_waiting (device);
      chunk.mem = clCreateBuffer (device->context, CL_MEM_READ_WRITE, rounded * sizeof (gfloat), NULL, &code);
    }
  if (!fse_cl_check (code, error, "get %.1f MB of memory on %s", rounded * 4 / 1e6, device->info->name))
    return FALSE;

  g_array_append_val (device->chunks, chunk);
  *buffer = (FseBuffer) { chunk.mem, 0 };
  return TRUE;
}

void
fse_device_free (FseDevice *device, FseBuffer *buffer)
{
  for (guint i = 0; i < device->chunks->len; i++)
    {
      FseChunk *chunk = &g_array_index (device->chunks, FseChunk, i);

      if (chunk->mem == buffer->mem)
        chunk->used = FALSE;
    }
  buffer->mem = NULL;
  buffer->at = 0;
}

/* The event that a command is to fill in, and its noting afterwards. */
#define EVENT(device, event) ((device)->profile ? &(event) : NULL)

gboolean
fse_device_write (FseDevice *device, FseBuffer buffer, const void *host, gsize floats, GError **error)
{
  cl_event event = NULL;
  cl_int   code = clEnqueueWriteBuffer (device->queue, buffer.mem, CL_TRUE, buffer.at * 4, floats * 4, host,
                                        0, NULL, EVENT (device, event));

  fse_device_profile_event (device, "(write)", event);
  return fse_cl_check (code, error, "write to %s", device->info->name);
}

gboolean
fse_device_read (FseDevice *device, FseBuffer buffer, void *host, gsize floats, GError **error)
{
  cl_event event = NULL;
  cl_int   code = clEnqueueReadBuffer (device->queue, buffer.mem, CL_TRUE, buffer.at * 4, floats * 4, host,
                                       0, NULL, EVENT (device, event));

  fse_device_profile_event (device, "(read)", event);
  return fse_cl_check (code, error, "read from %s", device->info->name);
}

gboolean
fse_device_zero (FseDevice *device, FseBuffer buffer, gsize floats, GError **error)
{
  gfloat   zero = 0;
  cl_event event = NULL;
  cl_int   code = clEnqueueFillBuffer (device->queue, buffer.mem, &zero, sizeof zero, buffer.at * 4, floats * 4,
                                       0, NULL, EVENT (device, event));

  fse_device_profile_event (device, "(clear)", event);
  return fse_cl_check (code, error, "clear memory on %s", device->info->name);
}

gboolean
fse_device_copy (FseDevice *device, FseBuffer from, FseBuffer to, gsize floats, GError **error)
{
  cl_event event = NULL;
  cl_int   code = clEnqueueCopyBuffer (device->queue, from.mem, to.mem, from.at * 4, to.at * 4, floats * 4,
                                       0, NULL, EVENT (device, event));

  fse_device_profile_event (device, "(copy)", event);
  return fse_cl_check (code, error, "copy memory on %s", device->info->name);
}

gboolean
fse_device_finish (FseDevice *device, GError **error)
{
  return fse_cl_check (clFinish (device->queue), error, "finish the work on %s", device->info->name);
}
