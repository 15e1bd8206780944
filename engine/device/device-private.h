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

typedef struct _FseProfile FseProfile;

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
  FseProfile      *profile; /* NULL unless FEW_SHOT_EDIT_PROFILE is set */
};

/* Opens what `info` describes and takes it over; no self-test. */
FseDevice *fse_device_new    (FseDeviceInfo *info, GError **error);
void       fse_program_free  (gpointer program);
/* Writes newly compiled programs to the disk cache; errors cost nothing but time. */
void       fse_programs_save (FseDevice *device);

gboolean    fse_profile_wanted (void);
FseProfile *fse_profile_new    (void);
void        fse_profile_free   (FseProfile *profile);

G_END_DECLS

#endif
