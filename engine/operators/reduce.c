/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operators/reduce.h"

#define LANES 256        /* as in kernels-cl/reduce.cl */
#define CHUNK 512        /* pixels of a partial sum */
#define PIXELS_SHARE 128 /* pixels of a cpu work-item */

gboolean
fse_reduce_sum (FseDevice *device, FseBuffer x, gsize n, gfloat factor, FseBuffer out, gboolean add, GError **error)
{
  FseRange range = fse_device_family (device) == FSE_FAMILY_CPU ? fse_range_single (1, 1, 1)
                                                                : fse_range_groups (LANES, 1, 1, LANES, 1, 1);

  return fse_launch (device, "reduce", "sum", range, error,
                     FSE_BUF (x), FSE_BUF (out), FSE_UINT (n), FSE_FLOAT (factor), FSE_INT (add), FSE_END);
}

static gint
n_chunks (gint pixels)
{
  return (pixels + CHUNK - 1) / CHUNK;
}

gsize
fse_reduce_rows_scratch (gint groups, gint pixels, gint c)
{
  return (gsize) groups * n_chunks (pixels) * c;
}

gboolean
fse_reduce_rows (FseDevice *device, FseBuffer x, const FseBuffer *weight, gint groups, gint pixels, gint c,
                 FseBuffer scratch, FseBuffer out, gboolean add, GError **error)
{
  gboolean cpu = fse_device_family (device) == FSE_FAMILY_CPU;
  gint     vector = cpu ? (gint) fse_device_vector (device) : 4;
  gint     blocks = (c + vector - 1) / vector;
  gint     chunks = n_chunks (pixels);
  FseRange range = cpu ? fse_range_single (blocks, chunks, groups)
                       : fse_range_groups (c, (gsize) chunks * 8, groups, 32, 8, 1);
  FseRange finish = cpu ? fse_range_single (blocks, groups, 1) : fse_range_groups (blocks, groups, 1, 32, 1, 1);

  return fse_launch (device, "reduce", "rows", range, error,
                     FSE_BUF (x), FSE_BUF (weight ? *weight : x), FSE_BUF (scratch), FSE_INT (weight != NULL),
                     FSE_UINT (pixels), FSE_INT (c), FSE_UINT (CHUNK), FSE_END)
         && fse_launch (device, "reduce", "rows_finish", finish, error,
                        FSE_BUF (scratch), FSE_BUF (out), FSE_UINT (chunks), FSE_INT (c), FSE_INT (add), FSE_END);
}

guint
fse_pixels_share (FseDevice *device)
{
  return fse_device_family (device) == FSE_FAMILY_CPU ? PIXELS_SHARE : 1;
}

FseRange
fse_range_pixels (FseDevice *device, gsize pixels, gsize groups)
{
  if (fse_device_family (device) == FSE_FAMILY_CPU)
    return fse_range_single ((pixels + PIXELS_SHARE - 1) / PIXELS_SHARE, groups, 1);
  return fse_range_groups (pixels, groups, 1, 64, 1, 1);
}
