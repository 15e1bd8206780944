/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/cl-error.h"
#include "i18n.h"

static const struct
{
  cl_int       code;
  const gchar *text;
} names[] = {
  { -1, N_("CL_DEVICE_NOT_FOUND (-1): no such device") },
  { -2, N_("CL_DEVICE_NOT_AVAILABLE (-2): the device is busy or switched off") },
  { -3, N_("CL_COMPILER_NOT_AVAILABLE (-3): the driver has no compiler") },
  { -4, N_("CL_MEM_OBJECT_ALLOCATION_FAILURE (-4): not enough device memory") },
  { -5, N_("CL_OUT_OF_RESOURCES (-5): the device ran out of memory or other resources, or a kernel ran too long") },
  { -6, N_("CL_OUT_OF_HOST_MEMORY (-6): not enough main memory") },
  { -7, "CL_PROFILING_INFO_NOT_AVAILABLE (-7)" },
  { -8, "CL_MEM_COPY_OVERLAP (-8)" },
  { -9, "CL_IMAGE_FORMAT_MISMATCH (-9)" },
  { -11, N_("CL_BUILD_PROGRAM_FAILURE (-11): the kernel does not compile") },
  { -12, N_("CL_MAP_FAILURE (-12): memory could not be mapped") },
  { -13, "CL_MISALIGNED_SUB_BUFFER_OFFSET (-13)" },
  { -14, N_("CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST (-14): an earlier command failed") },
  { -15, "CL_COMPILE_PROGRAM_FAILURE (-15)" },
  { -16, N_("CL_LINKER_NOT_AVAILABLE (-16): the driver has no linker") },
  { -17, "CL_LINK_PROGRAM_FAILURE (-17)" },
  { -19, "CL_KERNEL_ARG_INFO_NOT_AVAILABLE (-19)" },
  { -30, "CL_INVALID_VALUE (-30)" },
  { -31, "CL_INVALID_DEVICE_TYPE (-31)" },
  { -32, "CL_INVALID_PLATFORM (-32)" },
  { -33, "CL_INVALID_DEVICE (-33)" },
  { -34, "CL_INVALID_CONTEXT (-34)" },
  { -35, "CL_INVALID_QUEUE_PROPERTIES (-35)" },
  { -36, N_("CL_INVALID_COMMAND_QUEUE (-36): the device was lost, perhaps because its driver was restarted") },
  { -37, "CL_INVALID_HOST_PTR (-37)" },
  { -38, "CL_INVALID_MEM_OBJECT (-38)" },
  { -42, "CL_INVALID_BINARY (-42)" },
  { -43, "CL_INVALID_BUILD_OPTIONS (-43)" },
  { -44, "CL_INVALID_PROGRAM (-44)" },
  { -45, "CL_INVALID_PROGRAM_EXECUTABLE (-45)" },
  { -46, "CL_INVALID_KERNEL_NAME (-46)" },
  { -47, "CL_INVALID_KERNEL_DEFINITION (-47)" },
  { -48, "CL_INVALID_KERNEL (-48)" },
  { -49, "CL_INVALID_ARG_INDEX (-49)" },
  { -50, "CL_INVALID_ARG_VALUE (-50)" },
  { -51, "CL_INVALID_ARG_SIZE (-51)" },
  { -52, "CL_INVALID_KERNEL_ARGS (-52)" },
  { -53, "CL_INVALID_WORK_DIMENSION (-53)" },
  { -54, "CL_INVALID_WORK_GROUP_SIZE (-54)" },
  { -55, "CL_INVALID_WORK_ITEM_SIZE (-55)" },
  { -56, "CL_INVALID_GLOBAL_OFFSET (-56)" },
  { -57, "CL_INVALID_EVENT_WAIT_LIST (-57)" },
  { -58, "CL_INVALID_EVENT (-58)" },
  { -59, "CL_INVALID_OPERATION (-59)" },
  { -61, N_("CL_INVALID_BUFFER_SIZE (-61): larger than the device allows") },
  { -63, "CL_INVALID_GLOBAL_WORK_SIZE (-63)" },
  { -64, "CL_INVALID_PROPERTY (-64)" },
  { -1001, N_("CL_PLATFORM_NOT_FOUND_KHR (-1001): no OpenCL driver is installed") },
  { -9999, N_("code -9999: an access outside of a buffer (NVIDIA)") },
};

const gchar *
fse_cl_error_name (cl_int code)
{
  g_autofree gchar *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].code == code)
      return _(names[i].text);

  text = g_strdup_printf ("OpenCL code %d", code);
  return g_intern_string (text);
}

gboolean
fse_cl_check (cl_int code, GError **error, const gchar *what, ...)
{
  g_autofree gchar *phrase = NULL;
  va_list           args;

  if (code == CL_SUCCESS)
    return TRUE;

  va_start (args, what);
  phrase = g_strdup_vprintf (_(what), args);
  va_end (args);

  switch (code)
    {
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_OUT_OF_RESOURCES:
    case CL_OUT_OF_HOST_MEMORY:
    case CL_INVALID_BUFFER_SIZE:
      g_set_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY,
                   _("%s: %s; choose a smaller size or another device."),
                   phrase, fse_cl_error_name (code));
      break;
    case CL_INVALID_COMMAND_QUEUE:
    case CL_DEVICE_NOT_AVAILABLE:
      g_set_error (error, FSE_ERROR, FSE_ERROR_DEVICE,
                   _("%s: %s; start again; where it happens again, choose another device or update its driver."),
                   phrase, fse_cl_error_name (code));
      break;
    default:
      g_set_error (error, FSE_ERROR, FSE_ERROR_DEVICE,
                   _("%s: %s; choose another device, or update its driver."),
                   phrase, fse_cl_error_name (code));
    }
  return FALSE;
}
