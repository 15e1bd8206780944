/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finding the devices of every platform, and choosing one.
 */
#include "device/device.h"

#include <string.h>

#include "device/cl-error.h"
#include "device/device-private.h"

void
fse_device_info_free (FseDeviceInfo *info)
{
  if (!info)
    return;
  g_free (info->name);
  g_free (info->platform);
  g_free (info->platform_version);
  g_free (info->driver);
  g_free (info->version);
  g_free (info);
}

static gchar *
device_text (cl_device_id id, cl_device_info what)
{
  size_t length = 0;
  gchar *text;

  if (clGetDeviceInfo (id, what, 0, NULL, &length) != CL_SUCCESS)
    return g_strdup ("");
  text = g_malloc0 (length + 1);
  clGetDeviceInfo (id, what, length, text, NULL);
  return g_strstrip (text);
}

static gchar *
platform_text (cl_platform_id id, cl_platform_info what)
{
  size_t length = 0;
  gchar *text;

  if (clGetPlatformInfo (id, what, 0, NULL, &length) != CL_SUCCESS)
    return g_strdup ("");
  text = g_malloc0 (length + 1);
  clGetPlatformInfo (id, what, length, text, NULL);
  return g_strstrip (text);
}

static FseDeviceInfo *
describe (cl_platform_id platform, cl_device_id id)
{
  FseDeviceInfo *info = g_new0 (FseDeviceInfo, 1);
  cl_device_type type = 0;
  cl_uint        units = 0, width = 0;
  cl_ulong       memory = 0, max_alloc = 0;

  clGetDeviceInfo (id, CL_DEVICE_TYPE, sizeof type, &type, NULL);
  clGetDeviceInfo (id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL);
  clGetDeviceInfo (id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, sizeof width, &width, NULL);
  clGetDeviceInfo (id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL);
  clGetDeviceInfo (id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof max_alloc, &max_alloc, NULL);
  info->name = device_text (id, CL_DEVICE_NAME);
  info->driver = device_text (id, CL_DRIVER_VERSION);
  info->version = device_text (id, CL_DEVICE_VERSION);
  info->platform = platform_text (platform, CL_PLATFORM_NAME);
  info->platform_version = platform_text (platform, CL_PLATFORM_VERSION);
  info->gpu = (type & CL_DEVICE_TYPE_CPU) == 0;
  info->units = units;
  info->vector_width = width;
  info->memory = memory;
  info->max_alloc = max_alloc;
  info->cl_platform = platform;
  info->cl_device = id;
  return info;
}

GPtrArray *
fse_device_list (GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) fse_device_info_free);
  cl_platform_id platforms[32];
  cl_uint        n_platforms = 0;

  if (clGetPlatformIDs (G_N_ELEMENTS (platforms), platforms, &n_platforms) != CL_SUCCESS)
    n_platforms = 0;

  for (gint gpu = 1; gpu >= 0; gpu--)
    for (cl_uint p = 0; p < MIN (n_platforms, G_N_ELEMENTS (platforms)); p++)
      {
        cl_device_id devices[32];
        cl_uint      n_devices = 0;

        if (clGetDeviceIDs (platforms[p], CL_DEVICE_TYPE_ALL, G_N_ELEMENTS (devices), devices, &n_devices) != CL_SUCCESS)
          continue;
        for (cl_uint d = 0; d < MIN (n_devices, G_N_ELEMENTS (devices)); d++)
          {
            FseDeviceInfo *info = describe (platforms[p], devices[d]);

            if (info->gpu == gpu)
              g_ptr_array_add (list, info);
            else
              fse_device_info_free (info);
          }
      }

  if (list->len == 0)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE,
                   "No OpenCL device was found. Install the driver of your graphics card "
                   "(packages such as nvidia-opencl-icd, mesa-opencl-icd or intel-opencl-icd), "
                   "or pocl-opencl-icd to compute on the processor.");
      return NULL;
    }
  return g_steal_pointer (&list);
}

static gboolean
matches (const FseDeviceInfo *info, const gchar *name)
{
  g_autofree gchar *have = NULL, *want = NULL;

  if (!name)
    return TRUE;
  if (g_ascii_strcasecmp (name, "gpu") == 0)
    return info->gpu;
  if (g_ascii_strcasecmp (name, "cpu") == 0)
    return !info->gpu;
  have = g_utf8_casefold (info->name, -1);
  want = g_utf8_casefold (name, -1);
  return strstr (have, want) != NULL;
}

FseDevice *
fse_device_open (const gchar *name, GError **error)
{
  g_autoptr (GPtrArray) list = fse_device_list (error);
  g_autoptr (GString)   reasons = g_string_new (NULL);

  if (!list)
    return NULL;
  if (!name || !*name)
    name = g_getenv ("FEW_SHOT_EDIT_DEVICE");
  if (name && !*name)
    name = NULL;

  for (guint i = 0; i < list->len; i++)
    if (matches (g_ptr_array_index (list, i), name))
      {
        g_autoptr (GError) reason = NULL;
        FseDeviceInfo     *info = g_ptr_array_index (list, i);
        FseDevice         *device;

        list->pdata[i] = NULL;
        device = fse_device_new (info, &reason);
        if (device)
          return device;
        g_string_append_printf (reasons, "\n%s", reason->message);
      }

  if (reasons->len)
    g_set_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE, "No OpenCL device could be used:%s", reasons->str);
  else
    g_set_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE,
                 "There is no OpenCL device called “%s”. “few-shot-edit devices” lists those that are there.", name);
  return NULL;
}
