/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiling kernels and launching them.  Sources are resources of the
 * library; kernels-cl/common.cl stands before each.
 */
#include "device/device.h"

#include <gio/gio.h>
#include <stdarg.h>
#include <string.h>

#include "device/cl-error.h"
#include "device/device-private.h"

#define KERNELS "/few-shot-edit/kernels/"

void
fse_program_free (gpointer program)
{
  clReleaseProgram (program);
}

void
fse_programs_save (FseDevice *device)
{
}

static GBytes *
program_source (const gchar *name, GError **error)
{
  g_autofree gchar *path = g_strdup_printf (KERNELS "%s.cl", name);

  return g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
}

static cl_program
program_build (FseDevice *device, const gchar *name, GError **error)
{
  g_autoptr (GBytes) common = program_source ("common", error);
  g_autoptr (GBytes) source = common ? program_source (name, error) : NULL;
  g_autofree gchar  *options = NULL;
  const char        *parts[2];
  size_t             lengths[2];
  cl_program         program;
  cl_int             code;

  if (!source)
    return NULL;

  parts[0] = g_bytes_get_data (common, &lengths[0]);
  parts[1] = g_bytes_get_data (source, &lengths[1]);
  program = clCreateProgramWithSource (device->context, 2, parts, lengths, &code);
  if (!fse_cl_check (code, error, "hand %s.cl to %s", name, device->info->name))
    return NULL;

  options = device->family == FSE_FAMILY_CPU ? g_strdup_printf ("-cl-std=CL1.2 -cl-mad-enable -DFSE_CPU -DVW=%u", device->vector)
                                             : g_strdup ("-cl-std=CL1.2 -cl-mad-enable -DFSE_GPU");
  code = clBuildProgram (program, 1, &device->info->cl_device, options, NULL, NULL);
  if (code != CL_SUCCESS)
    {
      size_t            length = 0;
      g_autofree gchar *log = NULL;

      clGetProgramBuildInfo (program, device->info->cl_device, CL_PROGRAM_BUILD_LOG, 0, NULL, &length);
      log = g_malloc0 (length + 1);
      clGetProgramBuildInfo (program, device->info->cl_device, CL_PROGRAM_BUILD_LOG, length, log, NULL);
      clReleaseProgram (program);
      g_set_error (error, FSE_ERROR, FSE_ERROR_BUILD,
                   "The kernels of %s.cl do not compile on %s (%s). Choose another device, or update its driver.\n%s",
                   name, device->info->name, fse_cl_error_name (code), log);
      return NULL;
    }

  return program;
}

static cl_kernel
find_kernel (FseDevice *device, const gchar *program_name, const gchar *kernel_name, GError **error)
{
  gchar      key[128];
  cl_kernel  kernel;
  cl_program program;
  cl_int     code;

  g_snprintf (key, sizeof key, "%s/%s", program_name, kernel_name);
  kernel = g_hash_table_lookup (device->kernels, key);
  if (kernel)
    return kernel;

  program = g_hash_table_lookup (device->programs, program_name);
  if (!program)
    {
      program = program_build (device, program_name, error);
      if (!program)
        return NULL;
      g_hash_table_insert (device->programs, g_strdup (program_name), program);
    }

  kernel = clCreateKernel (program, kernel_name, &code);
  if (!fse_cl_check (code, error, "find kernel %s on %s", key, device->info->name))
    return NULL;
  g_hash_table_insert (device->kernels, g_strdup (key), kernel);
  return kernel;
}

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

gboolean
fse_launch (FseDevice *device, const gchar *program, const gchar *kernel_name, FseRange range, GError **error, ...)
{
  cl_kernel kernel = find_kernel (device, program, kernel_name, error);
  cl_int    code = CL_SUCCESS;
  cl_event  event = NULL;
  cl_uint   index = 0;
  va_list   args;
  FseArg    type;

  if (!kernel)
    return FALSE;

  va_start (args, error);
  while ((type = va_arg (args, FseArg)) != FSE_ARG_END && code == CL_SUCCESS)
    switch (type)
      {
      case FSE_ARG_BUFFER:
        {
          FseBuffer buffer = va_arg (args, FseBuffer);
          cl_ulong  at = buffer.at;

          code = clSetKernelArg (kernel, index++, sizeof (cl_mem), &buffer.mem);
          if (code == CL_SUCCESS)
            code = clSetKernelArg (kernel, index++, sizeof at, &at);
          break;
        }
      case FSE_ARG_INT:
        {
          cl_int value = va_arg (args, gint);

          code = clSetKernelArg (kernel, index++, sizeof value, &value);
          break;
        }
      case FSE_ARG_UINT:
        {
          cl_uint value = va_arg (args, guint);

          code = clSetKernelArg (kernel, index++, sizeof value, &value);
          break;
        }
      case FSE_ARG_FLOAT:
        {
          cl_float value = va_arg (args, gdouble);

          code = clSetKernelArg (kernel, index++, sizeof value, &value);
          break;
        }
      case FSE_ARG_LOCAL:
        code = clSetKernelArg (kernel, index++, va_arg (args, gsize), NULL);
        break;
      case FSE_ARG_END:
        break;
      }
  va_end (args);
  if (!fse_cl_check (code, error, "pass argument %u to kernel %s/%s on %s",
                     index ? index - 1 : 0, program, kernel_name, device->info->name))
    return FALSE;

  for (guint i = 0; i < range.dims; i++)
    if (range.global[i] == 0)
      return TRUE;

  code = clEnqueueNDRangeKernel (device->queue, kernel, range.dims, NULL, range.global,
                                 range.local[0] ? range.local : NULL, 0, NULL, device->profile ? &event : NULL);
  if (event)
    {
      gchar key[128];

      g_snprintf (key, sizeof key, "%s/%s", program, kernel_name);
      fse_device_profile_event (device, key, event);
    }
  return fse_cl_check (code, error, "launch kernel %s/%s (%zu x %zu x %zu) on %s", program, kernel_name,
                       range.global[0], range.dims > 1 ? range.global[1] : 1, range.dims > 2 ? range.global[2] : 1,
                       device->info->name);
}
