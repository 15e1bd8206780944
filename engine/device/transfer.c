/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Moving numbers between main memory and the device, and on the device.
 */
#include "device/device.h"

#include <string.h>

#include "device/device-private.h"
#include "i18n.h"

/* The event that a command is to fill in, if anyone wants it. */
#define EVENT(device, event) ((device)->profile ? &(event) : NULL)

gboolean
fse_device_write (FseDevice *device, FseBuffer buffer, const void *host, gsize floats, GError **error)
{
  cl_event event = NULL;
  cl_int   code;

  if (floats == 0)
    return TRUE;
  device->n_waits++;
  code = clEnqueueWriteBuffer (device->queue, buffer.mem, CL_TRUE, buffer.at * 4, floats * 4, host,
                               0, NULL, EVENT (device, event));

  fse_device_profile_event (device, "(write)", event);
  return fse_device_check (device, code, error, N_("Could not write to %s"), device->info->name);
}

/* The numbers wait in a ring of the device's own until it has fetched them; a
 * place of the ring is used again when its last command is done, which 64
 * commands later it nearly always is. */
gboolean
fse_device_send (FseDevice *device, FseBuffer buffer, const void *host, gsize floats, GError **error)
{
  FseSending *sending = &device->sendings[device->n_sent++ % FSE_SENDINGS];
  cl_int      code = CL_SUCCESS;

  if (floats == 0)
    return TRUE;
  if (sending->event)
    {
      code = clWaitForEvents (1, &sending->event);
      clReleaseEvent (sending->event);
      sending->event = NULL;
    }
  if (!fse_device_check (device, code, error, N_("Could not write to %s"), device->info->name))
    return FALSE;
  if (sending->floats < floats)
    {
      g_free (sending->host);
      sending->host = g_new (gfloat, floats);
      sending->floats = floats;
    }
  memcpy (sending->host, host, floats * sizeof (gfloat));
  code = clEnqueueWriteBuffer (device->queue, buffer.mem, CL_FALSE, buffer.at * 4, floats * 4, sending->host,
                               0, NULL, &sending->event);
  if (!fse_device_check (device, code, error, N_("Could not write to %s"), device->info->name))
    return FALSE;
  if (device->profile)
    {
      clRetainEvent (sending->event);
      fse_device_profile_event (device, "(send)", sending->event);
    }
  return TRUE;
}

void
fse_sendings_clear (FseDevice *device)
{
  for (guint i = 0; i < FSE_SENDINGS; i++)
    {
      if (device->sendings[i].event)
        clReleaseEvent (device->sendings[i].event);
      g_free (device->sendings[i].host);
    }
}

gboolean
fse_device_read (FseDevice *device, FseBuffer buffer, void *host, gsize floats, GError **error)
{
  cl_event event = NULL;
  cl_int   code;

  if (floats == 0)
    return TRUE;
  device->n_waits++;
  code = clEnqueueReadBuffer (device->queue, buffer.mem, CL_TRUE, buffer.at * 4, floats * 4, host,
                              0, NULL, EVENT (device, event));

  fse_device_profile_event (device, "(read)", event);
  return fse_device_check (device, code, error, N_("Could not read from %s"), device->info->name);
}

gboolean
fse_device_zero (FseDevice *device, FseBuffer buffer, gsize floats, GError **error)
{
  gfloat   zeros[16] = { 0 };
  /* PoCL writes a pattern at a time: a float is a sixteenth of what the processor could */
  gsize    pattern = floats % 16 || buffer.at % 16 ? sizeof zeros[0] : sizeof zeros;
  cl_event event = NULL;
  cl_int   code;

  if (floats == 0)
    return TRUE;
  code = clEnqueueFillBuffer (device->queue, buffer.mem, zeros, pattern, buffer.at * 4, floats * 4,
                              0, NULL, EVENT (device, event));

  fse_device_profile_event (device, "(clear)", event);
  return fse_device_check (device, code, error, N_("Could not clear memory on %s"), device->info->name);
}

gboolean
fse_device_zeros (FseDevice *device, FseBuffer *zeros, GError **error)
{
  if (!device->zeros.mem
      && (!fse_device_alloc (device, FSE_ZEROS, &device->zeros, error)
          || !fse_device_zero (device, device->zeros, FSE_ZEROS, error)))
    return FALSE;
  *zeros = device->zeros;
  return TRUE;
}

gboolean
fse_device_copy (FseDevice *device, FseBuffer from, FseBuffer to, gsize floats, GError **error)
{
  cl_event event = NULL;
  cl_int   code;

  if (floats == 0)
    return TRUE;
  code = clEnqueueCopyBuffer (device->queue, from.mem, to.mem, from.at * 4, to.at * 4, floats * 4,
                              0, NULL, EVENT (device, event));

  fse_device_profile_event (device, "(copy)", event);
  return fse_device_check (device, code, error, N_("Could not copy memory on %s"), device->info->name);
}
