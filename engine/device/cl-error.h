/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OpenCL's error numbers in words.
 */
#ifndef FSE_CL_ERROR_H
#define FSE_CL_ERROR_H

#include "device/device.h"

G_BEGIN_DECLS

/* "CL_OUT_OF_RESOURCES (-5): the device ran out of resources", translated.
 * Static for known codes, interned for others. */
const gchar *fse_cl_error_name (cl_int code);

/* Sets `error` from a failed call: `what` is a clause such as "Could not open
 * %s", marked by N_() and translated here, as most calls do not fail.  Memory codes become FSE_ERROR_OUT_OF_MEMORY.  Returns
 * TRUE where code is CL_SUCCESS, and then sets nothing. */
gboolean     fse_cl_check (cl_int code, GError **error, const gchar *what, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS

#endif
