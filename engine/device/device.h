/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One OpenCL device: its context, its in-order queue, its memory, its
 * compiled kernels.  Everything above this folder speaks to OpenCL through
 * this header only.
 *
 * Owns: context, queue, programs, the memory handed out by
 * fse_device_alloc().  Does not own: anything of the operators.
 * Thread: a device is used by one thread at a time (the one that trains or
 * applies); fse_device_list() may be called from any thread.
 *
 * Typical use
 *   1. dev = fse_device_open (NULL, &error);
 *   2. fse_device_alloc (dev, n, &buf, &error);
 *   3. fse_device_write (dev, buf, host, n, &error);
 *   4. fse_launch (dev, "program", "kernel", range, &error, FSE_BUF (buf), ..., FSE_END);
 *   5. fse_device_read (dev, buf, host, n, &error);      waits for the queue
 *   6. fse_device_free (dev, &buf);  fse_device_close (dev);
 */
#ifndef FSE_DEVICE_H
#define FSE_DEVICE_H

#ifndef CL_TARGET_OPENCL_VERSION
#define CL_TARGET_OPENCL_VERSION 120
#endif
#include <CL/cl.h>

#include "error.h"

G_BEGIN_DECLS

typedef struct _FseDevice FseDevice;

/* A stretch of device memory: float number `at` of `mem` is its first.
 * Starts are multiples of 64 floats and lengths are rounded up to that in
 * memory, so a kernel may touch whole 16-vectors at the end. */
typedef struct
{
  cl_mem mem;
  gsize  at;
} FseBuffer;

/* Which of its two forms a kernel takes: `cpu` is one work-item a work-group
 * with explicit vectors, `gpu` is work-groups with local memory. */
typedef enum
{
  FSE_FAMILY_CPU,
  FSE_FAMILY_GPU
} FseFamily;

/* What is known of a device without opening it.  All strings owned. */
typedef struct
{
  gchar       *name;
  gchar       *platform;
  gchar       *platform_version;
  gchar       *driver;
  gchar       *version;
  gboolean     gpu;
  guint        units;
  guint64      memory;    /* bytes */
  guint64      max_alloc; /* bytes of the largest single allocation */
  guint        vector_width; /* preferred floats a vector, 1..16 */
  gboolean     unified;      /* shares the processor's memory */
  cl_platform_id cl_platform;
  cl_device_id   cl_device;
} FseDeviceInfo;

void       fse_device_info_free (FseDeviceInfo *info);

/* Every device of every platform, GPUs first (elements FseDeviceInfo, freed
 * with the array).  No platform at all: NULL with FSE_ERROR_NO_DEVICE whose
 * text says what to install. */
GPtrArray *fse_device_list (GError **error);

/* The kernel family that the device will be given. */
FseFamily  fse_device_info_family (const FseDeviceInfo *info);
/* Runs the self-test on a listed device, under a second where kernels are
 * cached.  NULL: it passes.  Else the reason why it cannot be used; free it.
 * again: also where the verdict is remembered. */
gchar     *fse_device_problem     (const FseDeviceInfo *info, gboolean again);
/* Some lines for a person: `number` (its place in the list), name, platform
 * and driver, kernel family and vector width, memory, verdict of the
 * self-test.  Ends in a line feed; free it. */
gchar     *fse_device_report      (const FseDeviceInfo *info, guint number);

/* Opens the first device that passes its self-test.  `name` (may be NULL) is
 * "cpu", "gpu", a place in fse_device_list() ("0", "1"), or a part of the
 * name of a device or of its platform, any case; where it is NULL the
 * environment variable FEW_SHOT_EDIT_DEVICE is used, where set.  A device that
 * fails is skipped; when all fail the error tells each one's reason.
 *
 * Environment: FEW_SHOT_EDIT_KERNELS=cpu|gpu forces the kernel family,
 * FEW_SHOT_EDIT_MEMORY_LIMIT=MB caps the memory taken, FEW_SHOT_EDIT_CACHE=FOLDER|off
 * says where compiled kernels are kept (PoCL's own cache goes there, too), and FEW_SHOT_EDIT_FAIL_DEVICE=NAME
 * (as above) makes devices fail their self-test, for tests of what follows. */
FseDevice *fse_device_open  (const gchar *name, GError **error);
void       fse_device_close (FseDevice *device);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseDevice, fse_device_close)

const FseDeviceInfo *fse_device_info   (FseDevice *device);
FseFamily            fse_device_family (FseDevice *device);
cl_command_queue     fse_device_queue  (FseDevice *device);
/* Which devices were passed over for this one, and why, a line each; or NULL. */
const gchar         *fse_device_skipped (FseDevice *device);
/* Floats of the explicit vector in cpu-family kernels (8 or 16). */
guint                fse_device_vector (FseDevice *device);

/* Something of another room that lives and dies with the device (a verdict on
 * its GEMM, say).  `destroy` is called by fse_device_close(), newest first. */
void     fse_device_attach   (FseDevice *device, const gchar *key, gpointer data, GDestroyNotify destroy);
gpointer fse_device_attached (FseDevice *device, const gchar *key);

/* Memory: `floats` counts 4-byte elements.  Freed chunks are kept for the
 * next request of a like size. */
gboolean fse_device_alloc (FseDevice *device, gsize floats, FseBuffer *buffer, GError **error);
void     fse_device_free  (FseDevice *device, FseBuffer *buffer);
gboolean fse_device_write (FseDevice *device, FseBuffer buffer, const void *host, gsize floats, GError **error);
/* The same without waiting: `host` is copied, and the device fetches the copy
 * when all that was queued before is done.  For the small things of each step. */
gboolean fse_device_send  (FseDevice *device, FseBuffer buffer, const void *host, gsize floats, GError **error);
gboolean fse_device_read  (FseDevice *device, FseBuffer buffer, void *host, gsize floats, GError **error);
gboolean fse_device_zero  (FseDevice *device, FseBuffer buffer, gsize floats, GError **error);
/* FSE_ZEROS floats that are zero and stay so.  Owned by the device. */
#define FSE_ZEROS 4096
gboolean fse_device_zeros (FseDevice *device, FseBuffer *zeros, GError **error);
gboolean fse_device_copy  (FseDevice *device, FseBuffer from, FseBuffer to, gsize floats, GError **error);
/* Waits until all that was launched is done, and reports what went wrong. */
gboolean fse_device_finish (FseDevice *device, GError **error);

/* The global and local size of a launch; local 0 leaves the choice to the driver. */
typedef struct
{
  guint dims;
  gsize global[3];
  gsize local[3];
} FseRange;

/* A range in the cpu family's form: one work-item a group. */
FseRange fse_range_single (gsize x, gsize y, gsize z);
/* A range in the gpu family's form: `x` rounded up to a multiple of `lx`, etc. */
FseRange fse_range_groups (gsize x, gsize y, gsize z, gsize lx, gsize ly, gsize lz);
/* The range of an element-wise kernel written with EACH() of common.cl over n floats. */
FseRange fse_range_each (FseDevice *device, gsize n);

typedef enum
{
  FSE_ARG_END,
  FSE_ARG_BUFFER,
  FSE_ARG_INT,
  FSE_ARG_UINT,
  FSE_ARG_FLOAT,
  FSE_ARG_LOCAL /* bytes of local memory */
} FseArg;

#define FSE_BUF(b) FSE_ARG_BUFFER, (FseBuffer) (b)
#define FSE_INT(i) FSE_ARG_INT, (gint) (i)
#define FSE_UINT(u) FSE_ARG_UINT, (guint) (u)
#define FSE_FLOAT(f) FSE_ARG_FLOAT, (gdouble) (f)
#define FSE_LOCAL(bytes) FSE_ARG_LOCAL, (gsize) (bytes)
#define FSE_END FSE_ARG_END

/* Queues kernel `kernel` of kernels-cl/`program`.cl.  The program is compiled
 * (or taken from the disk cache) at its first use; macros may follow its name
 * ("conv2d@TM=64,TN=32").  Arguments in the order of the kernel; a buffer fills
 * the two arguments that IN(x)/OUT(x) declare. */
gboolean fse_launch (FseDevice *device, const gchar *program, const gchar *kernel, FseRange range, GError **error, ...);

/* Since the device was opened: kernels launched, and how often the host waited
 * for an answer (reads, writes, fse_device_finish()). */
typedef struct
{
  guint64 launches, waits;
} FseDeviceCounts;

void     fse_device_counts (FseDevice *device, FseDeviceCounts *counts);

/* Where the time goes.  With FEW_SHOT_EDIT_PROFILE=1 in the environment when
 * the device is opened: a table of launches, total, share, mean and longest
 * time by kernel, longest total first; else NULL.  Waits for the queue; free
 * it.  fse_device_close() logs it with g_info(), too. */
gchar   *fse_device_profile       (FseDevice *device);
gboolean fse_device_profiles      (FseDevice *device);
/* For commands queued by others on fse_device_queue(): adds the event to the
 * table under `name`, and takes it over.  NULL is allowed. */
void     fse_device_profile_event (FseDevice *device, const gchar *name, cl_event event);

G_END_DECLS

#endif
