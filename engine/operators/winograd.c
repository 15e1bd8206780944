/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operators/winograd.h"

#define SEEN 4096       /* as in winograd.cl, */
#define MOST 32         /* like this */
#define ABREAST 8       /* tiles; or a half of that, there */
#define ROWS 64         /* as in winograd_weight.cl */
#define LEAST_CHANNELS 16
#define BLOCK_MOST 32   /* outputs of a block, whose weights lie together: two vectors, of 16 at most */
#define LEAST_TILES 256 /* with fewer, the way of weights and of their gradients is longer than what it saves */
#define BLOCKS_UNIT 4   /* wanted for each core, so that none idles */

static gint
tiles_of (gint n, gint h, gint w)
{
  return n * (h / 2) * (w / 2);
}

/* Whole vectors of input channels, whole tiles, and enough of both. */
static gboolean
fits (FseDevice *device, gint n, gint h, gint w, gint ci)
{
  return fse_device_family (device) == FSE_FAMILY_CPU && h % 2 == 0 && w % 2 == 0 && tiles_of (n, h, w) >= LEAST_TILES
         && ci % (gint) fse_device_vector (device) == 0 && ci >= LEAST_CHANNELS;
}

gboolean
fse_winograd_serves (FseDevice *device, gint n, gint h, gint w, gint ci, gint co)
{
  return fits (device, n, h, w, ci) && co % (gint) (fse_device_vector (device) / 2) == 0 && tiles_of (n, h, w) % ABREAST == 0
         && ci <= SEEN / ABREAST;
}

gboolean
fse_winograd_weight_serves (FseDevice *device, gint n, gint h, gint w, gint ci, gint co)
{
  return fits (device, n, h, w, ci) && co % (gint) fse_device_vector (device) == 0 && co >= LEAST_CHANNELS;
}

gsize
fse_winograd_floats (gint ci, gint co)
{
  return (gsize) 16 * (ci + 1) * ((co + BLOCK_MOST - 1) / BLOCK_MOST * BLOCK_MOST);
}

gboolean
fse_winograd (FseDevice *device, FseBuffer x, FseBuffer weight, gboolean swapped, const FseBuffer *bias, const FseBuffer *onto,
              FseBuffer y, FseBuffer scratch, gint n, gint h, gint w, gint ci, gint co, GError **error)
{
  gint      vector = (gint) fse_device_vector (device), tiles = tiles_of (n, h, w);
  gint      wanted = tiles / (BLOCKS_UNIT * (gint) fse_device_info (device)->units);
  gint      each = CLAMP (MIN (wanted, SEEN / ci), ABREAST, MOST) / ABREAST * ABREAST;
  FseBuffer zeros;

  return fse_device_zeros (device, &zeros, error)
         && fse_launch (device, "winograd", "winograd_weights", fse_range_single (ci / vector, (co + vector - 1) / vector, 1), error,
                        FSE_BUF (weight), FSE_BUF (scratch), FSE_INT (ci), FSE_INT (co), FSE_INT (swapped), FSE_END)
         && fse_launch (device, "winograd", "winograd", fse_range_single ((tiles + each - 1) / each, 1, 1), error,
                        FSE_BUF (x), FSE_BUF (scratch), FSE_BUF (zeros), FSE_BUF (bias ? *bias : weight),
                        FSE_BUF (onto ? *onto : y), FSE_BUF (y), FSE_INT (tiles), FSE_INT (each), FSE_INT (h), FSE_INT (w),
                        FSE_INT (ci), FSE_INT (co), FSE_INT (bias != NULL), FSE_INT (onto != NULL), FSE_END);
}

gboolean
fse_winograd_weight (FseDevice *device, FseBuffer x, FseBuffer dy, FseBuffer partials, gint n, gint h, gint w, gint ci, gint co,
                     gint rows_chunk, GError **error)
{
  gint      vector = (gint) fse_device_vector (device), chunks = (n * h + rows_chunk - 1) / rows_chunk;
  gint      tiles = (ci + ROWS - 1) / ROWS * ((co + 2 * vector - 1) / (2 * vector)) + co / vector;
  FseBuffer zeros;

  return fse_device_zeros (device, &zeros, error)
         && fse_launch (device, "winograd_weight", "winograd_weight", fse_range_single (tiles, chunks, 1), error, FSE_BUF (x),
                        FSE_BUF (dy), FSE_BUF (zeros), FSE_BUF (partials), FSE_INT (n), FSE_INT (h), FSE_INT (w), FSE_INT (ci),
                        FSE_INT (co), FSE_INT (rows_chunk), FSE_END);
}
