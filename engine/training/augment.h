/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The training batch, made on the device: each slot is a pair seen through a
 * random warp (rotation, zoom, shift, shear, elastic) and in other hues, the
 * same for before and after, so that a few pairs are many.
 *
 * Coordinates are normalised: -1..1 spans the picture, pixel i of w lies at
 * (2 i + 1) / w - 1.
 *
 * Thread: fse_augment() the device's; the others any.
 *
 * Typical use, for each step and slot
 *   1. fse_augment_draw (&slot[b], &settings, seed, step, b);  slot[b].pair = ...;
 *   2. fse_augment (device, before, after, n_pairs, height, width, slot, n_slots, buffer, table, TRUE, x, y, mask, &error);
 */
#ifndef FSE_AUGMENT_H
#define FSE_AUGMENT_H

#include "operators/tape.h"

G_BEGIN_DECLS

/* Where a slot's pixels come from: target position (x, y) looks at source
 *   affine * (x, y, 1) + displacement (x, y),
 * affine = { xx, xy, x0,  yx, yy, y0 }; xx < 0 is a mirrored slot.  The displacement is a 4 x 4 grid of
 * (dx, dy), rows of y first, whose corners are the picture's corners, with
 * Catmull-Rom splines between.  A pixel's R'G'B' is multiplied with the matrix `colour`, rows first, and clamped
 * to 0..1.  left, top: of the window that the slot sees, in pixels of its picture; target coordinates
 * are the window's, and what the warp reaches beyond it is the picture's.  Copied to the device as it is: 50 words. */
typedef struct
{
  gint   pair;
  gfloat affine[6];
  gfloat grid[32];
  gfloat colour[9];
  gint   left, top;
} FseAugmentSlot;

/* How far a slot may go.  All of one slot is scaled by one draw from 0..1, so
 * that gentle views are the most frequent. */
typedef struct
{
  gboolean enabled;
  gboolean flips;      /* left and right change places half of the time, enabled or not */
  gfloat   aspect;     /* width / height: rotation and shear keep pixels square */
  gfloat   rotation;   /* degrees, either way */
  gfloat   zoom_in;    /* natural logarithm of the largest enlargement */
  gfloat   zoom_out;   /* natural logarithm of the largest reduction: shows the clamped edge */
  gfloat   shift;      /* normalised units, each axis, either way */
  gfloat   shear;      /* horizontal shift by vertical position, either way */
  gfloat   elastic;    /* normalised units, each node of the grid, either way */
  gboolean hues;       /* where it is enabled, colours turn about the grays, too */
  gfloat   turn;       /* degrees, either way */
  gfloat   saturation; /* natural logarithm of the largest change of saturation, either way */
  gfloat   p_identity; /* share of slots that are not warped (they may be flipped and turned), and of those that keep their hues */
} FseAugmentSettings;

void     fse_augment_settings_default (FseAugmentSettings *settings);

/* Fills a slot but for its pair and its window (which is at 0, 0), as a function of its arguments alone. */
void     fse_augment_draw (FseAugmentSlot *slot, const FseAugmentSettings *settings, guint64 seed, guint32 step,
                           guint slot_index);

/* Makes the batch.  before, after: [n_pairs, height, width, 4], R'G'B' 0..1 and the
 * pixel's weight in the loss; h x w, the windows' shape, may be smaller.  slots_buffer: room for n_slots slots.
 *   x, y  [n_slots, h, w, 8] = R'G'B' - 0.5, position in the window (2; zeros
 *         where !position), rest (3), of before and after
 *   the rest is zeros, but for x where table.mem: a colour table's change of the pixel
 *   mask  [n_slots, h, w, 1], the smaller of both weights
 * Catmull-Rom, clamped to 0..1, edge clamped; what does not move keeps its bits. */
gboolean fse_augment (FseDevice *device, FseBuffer before, FseBuffer after, gint n_pairs, gint height, gint width,
                      const FseAugmentSlot *slots, gint n_slots, FseBuffer slots_buffer, FseBuffer table,
                      gboolean position, FseTensor *x, FseTensor *y, FseTensor *mask, GError **error);

G_END_DECLS

#endif
