/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finding the devices of every platform, and choosing one.
 */
#include "device/device.h"

#include <string.h>

#include "device/cache.h"
#include "device/device-private.h"
#include "i18n.h"

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

FseDeviceInfo *
fse_device_info_copy (const FseDeviceInfo *info)
{
  FseDeviceInfo *copy = g_memdup2 (info, sizeof *info);

  copy->name = g_strdup (info->name);
  copy->platform = g_strdup (info->platform);
  copy->platform_version = g_strdup (info->platform_version);
  copy->driver = g_strdup (info->driver);
  copy->version = g_strdup (info->version);
  return copy;
}

/* Drivers' texts may be anything: makes one line of valid UTF-8 of them. */
static gchar *
tidy (gchar *raw)
{
  gchar *text = g_utf8_make_valid (raw, -1);

  g_free (raw);
  for (gchar *c = text; *c; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return g_strstrip (text);
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
  return tidy (text);
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
  return tidy (text);
}

static FseDeviceInfo *
describe (cl_platform_id platform, cl_device_id id)
{
  FseDeviceInfo *info = g_new0 (FseDeviceInfo, 1);
  cl_device_type type = 0;
  cl_uint        units = 0, width = 0;
  cl_ulong       memory = 0, max_alloc = 0;
  cl_bool        unified = CL_FALSE;

  clGetDeviceInfo (id, CL_DEVICE_TYPE, sizeof type, &type, NULL);
  clGetDeviceInfo (id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL);
  clGetDeviceInfo (id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, sizeof width, &width, NULL);
  clGetDeviceInfo (id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL);
  clGetDeviceInfo (id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof max_alloc, &max_alloc, NULL);
  clGetDeviceInfo (id, CL_DEVICE_HOST_UNIFIED_MEMORY, sizeof unified, &unified, NULL);
  info->name = device_text (id, CL_DEVICE_NAME);
  if (!*info->name)
    {
      g_free (info->name);
      info->name = g_strdup ("unnamed device");
    }
  info->driver = device_text (id, CL_DRIVER_VERSION);
  info->version = device_text (id, CL_DEVICE_VERSION);
  info->platform = platform_text (platform, CL_PLATFORM_NAME);
  info->platform_version = platform_text (platform, CL_PLATFORM_VERSION);
  info->gpu = (type & CL_DEVICE_TYPE_CPU) == 0;
  info->units = MAX (units, 1);
  info->vector_width = MAX (width, 1);
  info->memory = memory;
  info->max_alloc = max_alloc;
  info->unified = unified != CL_FALSE;
  info->cl_platform = platform;
  info->cl_device = id;
  return info;
}

FseFamily
fse_device_info_family (const FseDeviceInfo *info)
{
  const gchar *wish = g_getenv ("FEW_SHOT_EDIT_KERNELS");

  if (g_strcmp0 (wish, "cpu") == 0)
    return FSE_FAMILY_CPU;
  if (g_strcmp0 (wish, "gpu") == 0)
    return FSE_FAMILY_GPU;
  return info->gpu ? FSE_FAMILY_GPU : FSE_FAMILY_CPU;
}

/* 0: a graphics card, 1: graphics inside of the processor, 2: the processor. */
static guint
rank (const FseDeviceInfo *info)
{
  return info->gpu ? info->unified : 2;
}

/* Adds the platform's devices; FALSE where it has none. */
static gboolean
add_platform (GPtrArray *list, cl_platform_id platform)
{
  g_autofree cl_device_id *devices = NULL;
  cl_uint                  count = 0, have = 0;

  if (clGetDeviceIDs (platform, CL_DEVICE_TYPE_ALL, 0, NULL, &count) != CL_SUCCESS || count == 0)
    return FALSE;
  devices = g_new0 (cl_device_id, count);
  if (clGetDeviceIDs (platform, CL_DEVICE_TYPE_ALL, count, devices, &have) != CL_SUCCESS)
    return FALSE;
  for (cl_uint i = 0; i < MIN (count, have); i++)
    g_ptr_array_add (list, describe (platform, devices[i]));
  return MIN (count, have) > 0;
}

GPtrArray *
fse_device_list (GError **error)
{
  g_autoptr (GPtrArray)      list = g_ptr_array_new_with_free_func ((GDestroyNotify) fse_device_info_free);
  g_autoptr (GPtrArray)      all = g_ptr_array_new ();
  g_autoptr (GString)        empty = g_string_new (NULL);
  g_autofree cl_platform_id *platforms = NULL;
  cl_uint                    count = 0, have = 0;
  /* A driver sets its devices up when it is asked for them first; PoCL 3.1 lets
   * a second thread see them half done. */
  static GMutex              lock;
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  fse_cache_house_pocl ();
  if (clGetPlatformIDs (0, NULL, &count) == CL_SUCCESS && count > 0)
    {
      platforms = g_new0 (cl_platform_id, count);
      if (clGetPlatformIDs (count, platforms, &have) != CL_SUCCESS)
        have = 0;
    }
  for (cl_uint p = 0; p < MIN (count, have); p++)
    if (!add_platform (all, platforms[p]))
      {
        g_autofree gchar *name = platform_text (platforms[p], CL_PLATFORM_NAME);

        g_string_append_printf (empty, "%s%s", empty->len ? ", " : "", *name ? name : _("unnamed"));
      }

  for (guint want = 0; want <= 2; want++)
    for (guint i = 0; i < all->len; i++)
      if (rank (all->pdata[i]) == want)
        g_ptr_array_add (list, all->pdata[i]);

  if (list->len == 0 && empty->len)
    g_set_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE,
                 _("OpenCL is installed (%s), but it offers no device: check that the driver fits the graphics card and that "
                   "you may use it (the groups “video” and “render”), or install pocl-opencl-icd to compute on the processor."),
                 empty->str);
  else if (list->len == 0)
    g_set_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE,
                 _("No OpenCL device was found: install the driver of your graphics card "
                   "(packages such as nvidia-opencl-icd, mesa-opencl-icd or intel-opencl-icd), "
                   "or pocl-opencl-icd to compute on the processor."));
  return list->len ? g_steal_pointer (&list) : NULL;
}

static gboolean
holds (const gchar *text, const gchar *part)
{
  g_autofree gchar *have = g_utf8_casefold (text, -1), *want = NULL;
  g_autofree gchar *valid = g_utf8_make_valid (part, -1);

  want = g_utf8_casefold (valid, -1);
  return strstr (have, want) != NULL;
}

gboolean
fse_device_info_matches (GPtrArray *list, guint number, const gchar *wish)
{
  const FseDeviceInfo *info = list->pdata[number];
  guint64              place;

  if (!wish)
    return TRUE;
  if (g_ascii_strcasecmp (wish, "gpu") == 0)
    return info->gpu;
  if (g_ascii_strcasecmp (wish, "cpu") == 0)
    return !info->gpu;
  if (g_ascii_string_to_unsigned (wish, 10, 0, list->len - 1, &place, NULL))
    return number == place;
  if (holds (info->name, wish))
    return TRUE;
  for (guint i = 0; i < list->len; i++)
    if (holds (((FseDeviceInfo *) list->pdata[i])->name, wish))
      return FALSE;
  return holds (info->platform, wish);
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
    if (fse_device_info_matches (list, i, name))
      {
        g_autoptr (GError)    reason = NULL;
        g_autoptr (FseDevice) device = fse_device_new (fse_device_info_copy (list->pdata[i]), &reason);

        if (device && fse_self_test (device, FALSE, &reason))
          {
            if (reasons->len)
              device->skipped = g_strdup (reasons->str);
            return g_steal_pointer (&device);
          }
        g_debug ("Passed over: %s", reason->message);
        g_string_append_printf (reasons, "%s%s", reasons->len ? "\n" : "", reason->message);
      }

  if (reasons->len)
    g_set_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE, _("No OpenCL device could be used:\n%s"), reasons->str);
  else
    g_set_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE,
                 _("There is no OpenCL device called “%s”. “few-shot-edit devices” lists those that are there."), name);
  return NULL;
}

gchar *
fse_device_problem (const FseDeviceInfo *info, gboolean again)
{
  g_autoptr (GError)    reason = NULL;
  g_autoptr (FseDevice) device = fse_device_new (fse_device_info_copy (info), &reason);

  if (device && fse_self_test (device, again, &reason))
    return NULL;
  return g_strdup (reason->message);
}

gchar *
fse_device_report (const FseDeviceInfo *info, guint number)
{
  g_autofree gchar *problem = fse_device_problem (info, TRUE);
  gboolean          cpu = fse_device_info_family (info) == FSE_FAMILY_CPU;

  return g_strdup_printf ("%u  %s (%s)\n"
                          "   platform: %s, %s; driver %s\n"
                          "   kernels:  %s, vectors of %u floats; %u compute units\n"
                          "   memory:   %.0f MB, %.0f MB at a time%s\n"
                          "   verdict:  %s\n",
                          number, info->name, info->gpu ? "GPU" : "CPU",
                          info->platform, info->platform_version, info->driver,
                          cpu ? "cpu family" : "gpu family", cpu ? (info->vector_width >= 16 ? 16u : 8u) : 4u, info->units,
                          info->memory / 1e6, info->max_alloc / 1e6, info->unified ? ", shared with the processor" : "",
                          problem ? problem : "passes its self-test");
}
