/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one error domain of the engine.
 *
 * Who detects an error writes the whole sentence, with what to do next; who
 * passes it on adds nothing.  Every fallible function returns TRUE (or a
 * pointer) on success and takes a GError last.
 */
#ifndef FSE_ERROR_H
#define FSE_ERROR_H

#include <glib.h>

G_BEGIN_DECLS

#define FSE_ERROR (fse_error_quark ())

typedef enum
{
  FSE_ERROR_NO_DEVICE,     /* no OpenCL device, or none of the asked name */
  FSE_ERROR_DEVICE,        /* a device call failed; text names the code */
  FSE_ERROR_OUT_OF_MEMORY, /* device or host memory; text says how much */
  FSE_ERROR_BUILD,         /* a kernel does not compile on this device */
  FSE_ERROR_NUMERIC,       /* not-a-number where none can be accepted */
  FSE_ERROR_CANCELLED,     /* the caller asked to stop */
  FSE_ERROR_BAD_MODEL,     /* a model file or checkpoint that is not one */
  FSE_ERROR_BAD_PAIR,      /* the example pairs cannot be used as they are */
  FSE_ERROR_BAD_IMAGE,     /* a picture that cannot be read or used */
  FSE_ERROR_IO,            /* reading or writing a file failed */
  FSE_ERROR_USAGE          /* a setting that does not exist or is out of range */
} FseErrorCode;

GQuark fse_error_quark (void);

G_END_DECLS

#endif
