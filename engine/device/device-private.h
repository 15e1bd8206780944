/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of this folder share.  No other folder includes it, but
 * tests/device does, for the counters.
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

/* Numbers on their way to the device. */
typedef struct
{
  gfloat  *host;
  gsize    floats; /* that `host` has room for */
  cl_event event;  /* of the command that fetches them, or NULL */
} FseSending;

#define FSE_SENDINGS 64

/* Launches between two flushes, and how many such batches may be on their way. */
#define FSE_BATCH 50
#define FSE_BATCHES 8

struct _FseDevice
{
  FseDeviceInfo   *info; /* owned */
  FseFamily        family;
  guint            vector;
  cl_context       context;
  cl_command_queue queue;
  GArray          *attached;
  FseProfile      *profile; /* NULL unless FEW_SHOT_EDIT_PROFILE is set */
  gchar           *skipped; /* why devices before this one were passed over, or NULL */

  /* memory.c */
  GArray          *chunks;
  guint64          bytes; /* of all chunks */
  guint64          limit; /* bytes that may be had in all */

  /* transfer.c */
  FseBuffer        zeros; /* fse_device_zeros(), or none yet */
  FseSending       sendings[FSE_SENDINGS];
  guint64          n_sent;
  guint64          n_waits;  /* how often the host waited for the device's answer */

  /* program.c */
  GHashTable      *programs; /* name -> cl_program */
  GHashTable      *kernels;  /* "program/kernel" -> cl_kernel */
  gboolean         keeps;    /* the driver keeps compiled kernels by itself */
  guint            n_built;    /* programs compiled from source */
  guint            n_loaded;   /* binaries taken from the disk cache */
  guint            n_saved;    /* binaries written to it */

  /* launch.c */
  guint64          launches;
  cl_event         batches[FSE_BATCHES + 1]; /* and one more for what ends them all */
  GMutex           lock;   /* of `notice`, which the driver's threads write */
  gchar           *notice; /* the driver's own last words about an error, or NULL */
};

/* Opens what `info` describes and takes it over; no self-test. */
FseDevice     *fse_device_new       (FseDeviceInfo *info, GError **error);
FseDeviceInfo *fse_device_info_copy (const FseDeviceInfo *info);
/* Whether a wish such as "gpu", "1" or "radeon" means list's element number
 * `number`.  NULL means any. */
gboolean       fse_device_info_matches (GPtrArray *list, guint number, const gchar *wish);
/* fse_cl_check() with the driver's own words added, where it has said something. */
gboolean       fse_device_check (FseDevice *device, cl_int code, GError **error, const gchar *what, ...) G_GNUC_PRINTF (4, 5);

/* memory.c */
void fse_memory_init  (FseDevice *device);
void fse_memory_clear (FseDevice *device);

/* transfer.c; the queue must be empty */
void fse_sendings_clear (FseDevice *device);

/* program.c */
void         fse_programs_init  (FseDevice *device);
void         fse_programs_clear (FseDevice *device);
/* Borrowed. */
cl_kernel    fse_program_kernel (FseDevice *device, const gchar *program, const gchar *kernel, GError **error);
/* SHA-256 in hex of all that the program's compiled form depends on. */
gchar       *fse_program_key    (FseDevice *device, const gchar *program, GError **error);

/* launch.c */
void fse_launches_clear (FseDevice *device);

/* self-test.c: FALSE with the reason.  `again`: also where it has passed before. */
gboolean fse_self_test (FseDevice *device, gboolean again, GError **error);

/* profile.c */
gboolean    fse_profile_wanted (void);
FseProfile *fse_profile_new    (void);
void        fse_profile_free   (FseProfile *profile);

G_END_DECLS

#endif
