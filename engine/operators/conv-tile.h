/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the gpu family's convolutions are tiled, chosen once for a device.
 *
 * What is best differs from GPU to GPU, so some tiles are tried at a GPU's first
 * convolution: each is checked against sums in double, then timed on shapes
 * of the models.  The verdict is remembered (verdict.h).  The trial ends after
 * FSE_CONV_TRIAL_SECONDS with the best so far.  Devices of other kinds, which
 * run the gpu family in tests alone, take the first tile untried.
 * FEW_SHOT_EDIT_CONV=default does so on GPUs, too, and a tile's name
 * (64x32x16-4x4) forces that one.
 *
 * Thread: the device's.
 */
#ifndef FSE_CONV_TILE_H
#define FSE_CONV_TILE_H

#include "device/device.h"

G_BEGIN_DECLS

#define FSE_CONV_TRIAL_SECONDS 40

/* m x n outputs a work-group, k deep, rm x rn of them a work-item. */
typedef struct
{
  gint m, n, k, rm, rn;
} FseConvTile;

/* Passes that are tiled each for itself. */
typedef enum
{
  FSE_CONV_SUMS,    /* forward and the gradient to the input */
  FSE_CONV_WEIGHTS, /* the gradient to the weights */
  FSE_N_CONV_PASSES
} FseConvPass;

/* Convolutions that have a tile in common: by outputs, and by whether a GPU's units have their hands full with them. */
typedef enum
{
  FSE_CONV_NARROW, /* up to 16 outputs */
  FSE_CONV_MIDDLE, /* up to 32 */
  FSE_CONV_WIDE,
  FSE_CONV_MANY_NARROW,
  FSE_CONV_MANY_MIDDLE,
  FSE_CONV_MANY_WIDE,
  FSE_N_CONV_CLASSES
} FseConvClass;

typedef struct
{
  FseConvTile tile[FSE_N_CONV_PASSES][FSE_N_CONV_CLASSES];
  gchar      *program[FSE_N_CONV_PASSES][FSE_N_CONV_CLASSES]; /* as fse_launch() takes it */
  gchar      *reason;                                        /* one sentence */
} FseConvTiles;

/* Work-groups of a middling tile, by which work is judged before a tile is chosen. */
static inline gint
fse_conv_groups (gint rows, gint columns)
{
  return (rows + 63) / 64 * ((columns + 31) / 32);
}

static inline gint
fse_conv_tile_items (FseConvTile tile)
{
  return tile.m / tile.rm * (tile.n / tile.rn);
}

/* The class of a convolution by pixels and channels of what the pass reads from or writes to its output. */
FseConvClass fse_conv_class (FseDevice *device, gint pixels, gint outputs);

/* The device's tiles, chosen now where they were not yet.  Owned by the device.
 * Fails only where FEW_SHOT_EDIT_CONV holds a word that is no tile. */
const FseConvTiles *fse_conv_tiles (FseDevice *device, GError **error);

/* The trial itself, which fse_conv_tiles() does on a GPU that it has not met
 * before; the verdict is the device's from then on.  Owned by the device. */
const FseConvTiles *fse_conv_tiles_judge (FseDevice *device, GError **error);

G_END_DECLS

#endif
