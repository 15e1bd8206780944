/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/augment.h"

#include <math.h>

#include "operators/philox.h"

#define STREAM_AUGMENT 1100
#define DRAWS 64 /* random numbers kept for a slot */

G_STATIC_ASSERT (sizeof (FseAugmentSlot) == 50 * sizeof (gfloat)); /* SLOT of kernels-cl/augment.cl */

void
fse_augment_settings_default (FseAugmentSettings *settings)
{
  /* found on photographs, icons and glyphs of 64 pixels: a third of it was no better */
  *settings = (FseAugmentSettings) {
    .enabled = TRUE,
    .flips = FALSE,
    .aspect = 1.0f,
    .rotation = 10.0f,
    .zoom_in = 0.15f,
    .zoom_out = 0.05f,
    .shift = 0.1f,
    .shear = 0.05f,
    .elastic = 0.06f,
    .hues = FALSE,
    .turn = 180.0f,
    .saturation = 0.5f,
    .p_identity = 0.1f,
  };
}

/* The random numbers of a slot, in order. */
typedef struct
{
  guint64 seed, next;
  guint32 step;
} Draw;

static gfloat
uniform (Draw *draw)
{
  return fse_philox_uniform (draw->seed, draw->step, STREAM_AUGMENT, draw->next++);
}

/* -range .. range */
static gfloat
either_way (Draw *draw, gfloat range)
{
  return (2.0f * uniform (draw) - 1.0f) * range;
}

/* Turns colours about the axis of grays and moves them from or to it, so that black, grays and white stay.
 * The turn is drawn like the warp's strength: small ones are the most frequent. */
static void
draw_colour (Draw *draw, const FseAugmentSettings *s, gfloat m[9])
{
  gboolean turned = uniform (draw) >= s->p_identity && s->enabled && s->hues;
  gfloat   strength, angle, saturation, c, k, mean;

  for (gint i = 0; i < 9; i++)
    m[i] = i % 4 == 0 ? 1.0f : 0.0f;
  if (!turned)
    return;
  strength = uniform (draw);
  angle = either_way (draw, s->turn) * strength * (gfloat) G_PI / 180.0f;
  saturation = expf (either_way (draw, s->saturation) * strength);
  c = cosf (angle) * saturation;
  k = sinf (angle) * saturation / sqrtf (3.0f);
  mean = (1.0f - c) / 3.0f;
  for (gint i = 0; i < 3; i++)
    {
      m[3 * i + i] = mean + c;
      m[3 * i + (i + 1) % 3] = mean - k;
      m[3 * i + (i + 2) % 3] = mean + k;
    }
}

void
fse_augment_draw (FseAugmentSlot *slot, const FseAugmentSettings *s, guint64 seed, guint32 step, guint slot_index)
{
  Draw     draw = { seed, (guint64) slot_index * DRAWS, step };
  gboolean mirrored = uniform (&draw) < 0.5f && s->flips;
  gboolean warped = uniform (&draw) >= s->p_identity && s->enabled;
  gfloat   strength, angle, zoom, shear, c, d;

  slot->pair = slot->left = slot->top = 0;
  for (gint i = 0; i < 32; i++)
    slot->grid[i] = 0.0f;
  for (gint i = 0; i < 6; i++)
    slot->affine[i] = i % 4 == 0 ? 1.0f : 0.0f;

  if (warped)
    {
      strength = uniform (&draw);
      angle = either_way (&draw, s->rotation) * strength * (gfloat) G_PI / 180.0f;
      zoom = either_way (&draw, 1.0f);
      zoom = expf (strength * zoom * (zoom < 0.0f ? s->zoom_in : s->zoom_out));
      shear = either_way (&draw, s->shear) * strength;
      c = zoom * cosf (angle);
      d = zoom * sinf (angle);
      slot->affine[0] = c;
      slot->affine[1] = (shear * c - d) / s->aspect;
      slot->affine[2] = either_way (&draw, s->shift) * strength;
      slot->affine[3] = d * s->aspect;
      slot->affine[4] = c + shear * d;
      slot->affine[5] = either_way (&draw, s->shift) * strength;
      for (gint i = 0; i < 32; i++)
        slot->grid[i] = either_way (&draw, s->elastic) * strength;
    }
  if (mirrored)
    {
      slot->affine[0] = -slot->affine[0];
      slot->affine[3] = -slot->affine[3];
    }
  draw_colour (&draw, s, slot->colour);
}

gboolean
fse_augment (FseDevice *device, FseBuffer before, FseBuffer after, gint n_pairs, gint height, gint width,
             const FseAugmentSlot *slots, gint n_slots, FseBuffer slots_buffer, FseBuffer table, gboolean position,
             FseTensor *x, FseTensor *y, FseTensor *mask, GError **error)
{
  gint     h = x->h, w = x->w;
  FseRange range = fse_device_family (device) == FSE_FAMILY_CPU ? fse_range_single (1, h, n_slots)
                                                                : fse_range_groups (w, h, n_slots, 64, 1, 1);

  g_assert (x->n == n_slots && x->c == 8);
  g_assert (y->n == n_slots && y->h == h && y->w == w && y->c == 8);
  g_assert (mask->n == n_slots && mask->h == h && mask->w == w && mask->c == 1);
  for (gint b = 0; b < n_slots; b++)
    {
      g_assert (slots[b].pair >= 0 && slots[b].pair < n_pairs);
      g_assert (slots[b].left >= 0 && slots[b].left + w <= width && slots[b].top >= 0 && slots[b].top + h <= height);
    }

  return fse_device_send (device, slots_buffer, slots, n_slots * sizeof (FseAugmentSlot) / sizeof (gfloat), error)
         && fse_launch (device, "augment", "augment", range, error,
                        FSE_BUF (before), FSE_BUF (after), FSE_BUF (slots_buffer), FSE_BUF (x->data), FSE_BUF (y->data),
                        FSE_BUF (mask->data), FSE_BUF (table.mem ? table : before), FSE_INT (height), FSE_INT (width),
                        FSE_INT (h), FSE_INT (w), FSE_INT (position), FSE_INT (table.mem != NULL), FSE_END);
}
