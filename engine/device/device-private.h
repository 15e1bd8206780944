/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of this folder share.  No other folder includes it.
 */
#ifndef FSE_DEVICE_PRIVATE_H
#define FSE_DEVICE_PRIVATE_H

#include "device/device.h"

G_BEGIN_DECLS

typedef struct
{
  cl_mem   mem;
  gsize    floats;
  gboolean used;
} FseChunk;

struct _FseDevice
{
  FseDeviceInfo   *info; /* owned */
  FseFamily        family;
  guint            vector;
  cl_context       context;
  cl_command_queue queue;
  GHashTable      *programs; /* name -> program, program.c's */
  GHashTable      *kernels;  /* "program/kernel" -> cl_kernel */
  GArray          *chunks;
  GArray          *attached;
};

/* Opens what `info` describes and takes it over; no self-test. */
FseDevice *fse_device_new    (FseDeviceInfo *info, GError **error);
void       fse_program_free  (gpointer program);
/* Writes newly compiled programs to the disk cache; errors cost nothing but time. */
void       fse_programs_save (FseDevice *device);

G_END_DECLS

#endif
