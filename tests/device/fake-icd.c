/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An OpenCL driver that is good for nothing, for test-device.c: installed
 * beside a working one it stands for the broken drivers of the world.
 * FAKE_ICD says what it offers:
 *   empty   a platform without devices
 *   broken  two GPUs of one unprintable name, whose contexts cannot be made
 */
#include <CL/cl_icd.h>
#include <glib.h>
#include <string.h>

struct _cl_platform_id
{
  cl_icd_dispatch *dispatch;
};

struct _cl_device_id
{
  cl_icd_dispatch *dispatch;
};

static cl_icd_dispatch       dispatch;
static struct _cl_platform_id platform = { &dispatch };
static struct _cl_device_id   devices[2] = { { &dispatch }, { &dispatch } };

cl_int fake_get_platforms (cl_uint n_entries, cl_platform_id *list, cl_uint *count);

static cl_int
answer (gconstpointer value, size_t length, size_t room, void *to, size_t *needed)
{
  if (to && room < length)
    return CL_INVALID_VALUE;
  if (to)
    memcpy (to, value, length);
  if (needed)
    *needed = length;
  return CL_SUCCESS;
}

static cl_int CL_API_CALL
get_platform_info (cl_platform_id id, cl_platform_info what, size_t room, void *to, size_t *needed)
{
  const gchar *text;

  switch (what)
    {
    case CL_PLATFORM_NAME:
      text = "Fake Platform";
      break;
    case CL_PLATFORM_VERSION:
      text = "OpenCL 1.2 fake";
      break;
    case CL_PLATFORM_EXTENSIONS:
      text = "cl_khr_icd";
      break;
    case CL_PLATFORM_ICD_SUFFIX_KHR:
      text = "FAKE";
      break;
    default:
      text = "";
    }
  return answer (text, strlen (text) + 1, room, to, needed);
}

static cl_int CL_API_CALL
get_device_ids (cl_platform_id id, cl_device_type type, cl_uint n_entries, cl_device_id *list, cl_uint *count)
{
  if (g_strcmp0 (g_getenv ("FAKE_ICD"), "broken") != 0)
    return CL_DEVICE_NOT_FOUND;
  for (cl_uint i = 0; list && i < MIN (n_entries, 2); i++)
    list[i] = &devices[i];
  if (count)
    *count = 2;
  return CL_SUCCESS;
}

static cl_int CL_API_CALL
get_device_info (cl_device_id id, cl_device_info what, size_t room, void *to, size_t *needed)
{
  switch (what)
    {
    case CL_DEVICE_TYPE:
      {
        cl_device_type type = CL_DEVICE_TYPE_GPU;

        return answer (&type, sizeof type, room, to, needed);
      }
    case CL_DEVICE_NAME:
      return answer ("  Tw\xffin\nGr\xc3\xa4""fik  ", sizeof "  Tw\xffin\nGr\xc3\xa4""fik  ", room, to, needed);
    case CL_DRIVER_VERSION:
    case CL_DEVICE_VERSION:
      return answer ("", 1, room, to, needed);
    default:
      return CL_INVALID_VALUE;
    }
}

static cl_context CL_API_CALL
create_context (const cl_context_properties *properties, cl_uint count, const cl_device_id *list,
                void (CL_CALLBACK *notify) (const char *, const void *, size_t, void *), void *user, cl_int *code)
{
  if (notify)
    notify ("the moon is in the wrong house", NULL, 0, user);
  *code = CL_OUT_OF_RESOURCES;
  return NULL;
}

cl_int
fake_get_platforms (cl_uint n_entries, cl_platform_id *list, cl_uint *count)
{
  dispatch.clGetPlatformInfo = get_platform_info;
  dispatch.clGetDeviceIDs = get_device_ids;
  dispatch.clGetDeviceInfo = get_device_info;
  dispatch.clCreateContext = create_context;
  if (list && n_entries)
    list[0] = &platform;
  if (count)
    *count = 1;
  return CL_SUCCESS;
}

/* What the loader asks a driver's library for. */

CL_API_ENTRY cl_int CL_API_CALL
clGetPlatformInfo (cl_platform_id id, cl_platform_info what, size_t room, void *to, size_t *needed)
{
  return get_platform_info (id, what, room, to, needed);
}

CL_API_ENTRY void *CL_API_CALL
clGetExtensionFunctionAddress (const char *name)
{
  if (strcmp (name, "clIcdGetPlatformIDsKHR") == 0)
    return (void *) fake_get_platforms;
  if (strcmp (name, "clGetPlatformInfo") == 0)
    return (void *) get_platform_info;
  return NULL;
}
