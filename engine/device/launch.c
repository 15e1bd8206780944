/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Launching kernels.  Launches go out in batches, and only so many batches
 * may be on their way: a desktop gets its turn on a shared GPU, an error shows
 * soon, and who cancels waits for some hundred launches, not for thousands.
 */
#include "device/device.h"

#include <stdarg.h>

#include "device/device-private.h"
#include "i18n.h"

FseRange
fse_range_single (gsize x, gsize y, gsize z)
{
  return (FseRange) { 3, { x, y, z }, { 1, 1, 1 } };
}

FseRange
fse_range_groups (gsize x, gsize y, gsize z, gsize lx, gsize ly, gsize lz)
{
  return (FseRange) { 3,
                      { (x + lx - 1) / lx * lx, (y + ly - 1) / ly * ly, (z + lz - 1) / lz * lz },
                      { lx, ly, lz } };
}

FseRange
fse_range_each (FseDevice *device, gsize n)
{
  if (device->family == FSE_FAMILY_CPU)
    return fse_range_single ((n + 1023) / 1024, 1, 1);
  return fse_range_groups ((n + 3) / 4, 1, 1, 64, 1, 1);
}

static cl_int
set_arguments (cl_kernel kernel, va_list args, cl_uint *index)
{
  cl_int code = CL_SUCCESS;
  FseArg type;

  while (code == CL_SUCCESS && (type = va_arg (args, FseArg)) != FSE_ARG_END)
    switch (type)
      {
      case FSE_ARG_BUFFER:
        {
          FseBuffer buffer = va_arg (args, FseBuffer);
          cl_ulong  at = buffer.at;

          code = clSetKernelArg (kernel, (*index)++, sizeof (cl_mem), &buffer.mem);
          if (code == CL_SUCCESS)
            code = clSetKernelArg (kernel, (*index)++, sizeof at, &at);
          break;
        }
      case FSE_ARG_INT:
        {
          cl_int value = va_arg (args, gint);

          code = clSetKernelArg (kernel, (*index)++, sizeof value, &value);
          break;
        }
      case FSE_ARG_UINT:
        {
          cl_uint value = va_arg (args, guint);

          code = clSetKernelArg (kernel, (*index)++, sizeof value, &value);
          break;
        }
      case FSE_ARG_FLOAT:
        {
          cl_float value = va_arg (args, gdouble);

          code = clSetKernelArg (kernel, (*index)++, sizeof value, &value);
          break;
        }
      case FSE_ARG_LOCAL:
        code = clSetKernelArg (kernel, (*index)++, va_arg (args, gsize), NULL);
        break;
      case FSE_ARG_END:
        break;
      }
  return code;
}

/* Waits for batch number `slot` and lets it go; its own error, if it had one. */
static cl_int
end_batch (FseDevice *device, guint slot)
{
  cl_event *event = &device->batches[slot];
  cl_int    status = CL_COMPLETE, code;

  if (!*event)
    return CL_SUCCESS;
  code = clWaitForEvents (1, event);
  if (clGetEventInfo (*event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, NULL) == CL_SUCCESS && status < 0)
    code = status;
  clReleaseEvent (*event);
  *event = NULL;
  return code;
}

void
fse_launches_clear (FseDevice *device)
{
  for (guint slot = 0; slot <= FSE_BATCHES; slot++)
    if (device->batches[slot])
      clReleaseEvent (device->batches[slot]);
}

gboolean
fse_launch (FseDevice *device, const gchar *program, const gchar *kernel_name, FseRange range, GError **error, ...)
{
  cl_kernel kernel = fse_program_kernel (device, program, kernel_name, error);
  cl_event  event = NULL;
  cl_uint   index = 0;
  gboolean  ends_batch;
  va_list   args;
  cl_int    code;

  if (!kernel)
    return FALSE;

  va_start (args, error);
  code = set_arguments (kernel, args, &index);
  va_end (args);
  if (!fse_device_check (device, code, error, N_("Could not pass argument %u to kernel %s/%s on %s"),
                         index ? index - 1 : 0, program, kernel_name, device->info->name))
    return FALSE;

  for (guint i = 0; i < range.dims; i++)
    if (range.global[i] == 0)
      return TRUE;

  ends_batch = ++device->launches % FSE_BATCH == 0;
  code = clEnqueueNDRangeKernel (device->queue, kernel, range.dims, NULL, range.global,
                                 range.local[0] ? range.local : NULL, 0, NULL,
                                 device->profile || ends_batch ? &event : NULL);
  if (!fse_device_check (device, code, error, N_("Could not launch kernel %s/%s (%zu x %zu x %zu) on %s"), program, kernel_name,
                         range.global[0], range.dims > 1 ? range.global[1] : 1, range.dims > 2 ? range.global[2] : 1,
                         device->info->name))
    return FALSE;

  if (event && device->profile)
    {
      gchar key[128];

      g_snprintf (key, sizeof key, "%s/%s", program, kernel_name);
      clRetainEvent (event);
      fse_device_profile_event (device, key, event);
    }
  if (ends_batch)
    {
      guint slot = device->launches / FSE_BATCH % FSE_BATCHES;

      clFlush (device->queue);
      code = end_batch (device, slot);
      device->batches[slot] = event;
    }
  else if (event)
    clReleaseEvent (event);
  return fse_device_check (device, code, error, N_("Could not run kernels on %s"), device->info->name);
}

gboolean
fse_device_finish (FseDevice *device, GError **error)
{
  cl_event mark = NULL;
  cl_int   code;

  device->n_waits++;
  /* some drivers drop the work of a lost device and still finish well: its
   * events know better */
  if (clEnqueueMarkerWithWaitList (device->queue, 0, NULL, &mark) == CL_SUCCESS)
    {
      end_batch (device, FSE_BATCHES);
      device->batches[FSE_BATCHES] = mark;
    }
  code = clFinish (device->queue);
  for (guint slot = 0; slot <= FSE_BATCHES; slot++)
    {
      cl_int status = end_batch (device, slot);

      if (code == CL_SUCCESS)
        code = status;
    }
  return fse_device_check (device, code, error, N_("Could not finish the work on %s"), device->info->name);
}

void
fse_device_counts (FseDevice *device, FseDeviceCounts *counts)
{
  *counts = (FseDeviceCounts) { .launches = device->launches, .waits = device->n_waits };
}
