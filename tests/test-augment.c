/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The batch maker against a plain formula in double, in both kernel families;
 * that no warp means no change, to the bit; and what the draws promise.
 */
#include <math.h>
#include <string.h>

#include "model/colour-table.h"
#include "training/augment.h"

#define PAIRS 3
#define H 17 /* of a window */
#define W 23
#define PICTURE_H 29
#define PICTURE_W 37
#define SLOTS 5

static void
spline (gdouble t, gdouble weight[4])
{
  weight[0] = ((-0.5 * t + 1.0) * t - 0.5) * t;
  weight[1] = (1.5 * t - 2.5) * t * t + 1.0;
  weight[2] = ((-1.5 * t + 2.0) * t + 0.5) * t;
  weight[3] = (0.5 * t - 0.5) * t * t;
}

static void
naive_position (const FseAugmentSlot *slot, gint x, gint y, gdouble *px, gdouble *py)
{
  gdouble cx = (2 * x + 1) / (gdouble) W - 1.0, cy = (2 * y + 1) / (gdouble) H - 1.0;
  /* the grid lies in the mirrored frame, where the slot is mirrored */
  gdouble gx = ((slot->affine[0] < 0 ? -cx : cx) + 1.0) * 1.5, gy = (cy + 1.0) * 1.5;
  gint    gi = (gint) gx, gj = (gint) gy;
  gdouble wx[4], wy[4];

  *px = slot->affine[0] * cx + slot->affine[1] * cy + slot->affine[2];
  *py = slot->affine[3] * cx + slot->affine[4] * cy + slot->affine[5];
  spline (gx - gi, wx);
  spline (gy - gj, wy);
  for (gint j = 0; j < 4; j++)
    for (gint i = 0; i < 4; i++)
      {
        const gfloat *node = slot->grid + (CLAMP (gj + j - 1, 0, 3) * 4 + CLAMP (gi + i - 1, 0, 3)) * 2;

        *px += wx[i] * wy[j] * node[0];
        *py += wx[i] * wy[j] * node[1];
      }
}

/* px, py: in the slot's window */
static gdouble
naive_sample (const FseAugmentSlot *slot, const gfloat *picture, gdouble px, gdouble py, gint k)
{
  gdouble sx = CLAMP (slot->left + ((px + 1.0) * W - 1.0) / 2.0, -1.0, PICTURE_W);
  gdouble sy = CLAMP (slot->top + ((py + 1.0) * H - 1.0) / 2.0, -1.0, PICTURE_H);
  gint    ix = (gint) floor (sx), iy = (gint) floor (sy);
  gdouble wx[4], wy[4], sum = 0.0;

  spline (sx - ix, wx);
  spline (sy - iy, wy);
  for (gint j = 0; j < 4; j++)
    for (gint i = 0; i < 4; i++)
      sum += wx[i] * wy[j] * picture[(CLAMP (iy + j - 1, 0, PICTURE_H - 1) * PICTURE_W + CLAMP (ix + i - 1, 0, PICTURE_W - 1)) * 4 + k];
  return CLAMP (sum, 0.0, 1.0);
}

typedef struct
{
  FseDevice *device;
  FseTape   *tape;
  FseTensor *x, *y, *mask;
  FseBuffer  before, after, slots, table; /* table: without memory, unless a test gives it some */
  gfloat    *pictures[2];
  gfloat    *out[2], *out_mask;
} Fixture;

static void
set_up (Fixture *f, gconstpointer family)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand)  rand = g_rand_new_with_seed (3);
  gsize              n = PAIRS * PICTURE_H * PICTURE_W * 4;

  g_setenv ("FEW_SHOT_EDIT_KERNELS", family, TRUE);
  f->device = fse_device_open (NULL, &error);
  g_assert_no_error (error);
  f->tape = fse_tape_new (f->device, FALSE);
  f->x = fse_tape_input (f->tape, SLOTS, H, W, 8);
  f->y = fse_tape_input (f->tape, SLOTS, H, W, 8);
  f->mask = fse_tape_input (f->tape, SLOTS, H, W, 1);
  g_assert_true (fse_tape_seal (f->tape, &error));
  for (gint i = 0; i < 2; i++)
    {
      FseBuffer *buffer = i ? &f->after : &f->before;

      f->pictures[i] = g_new (gfloat, n);
      f->out[i] = g_new (gfloat, SLOTS * H * W * 8);
      for (gsize e = 0; e < n; e++)
        f->pictures[i][e] = (gfloat) g_rand_double (rand);
      g_assert_true (fse_device_alloc (f->device, n, buffer, &error));
      g_assert_true (fse_device_write (f->device, *buffer, f->pictures[i], n, &error));
    }
  f->out_mask = g_new (gfloat, SLOTS * H * W);
  g_assert_true (fse_device_alloc (f->device, SLOTS * sizeof (FseAugmentSlot) / sizeof (gfloat), &f->slots, &error));
}

static void
tear_down (Fixture *f, gconstpointer family)
{
  fse_device_free (f->device, &f->before);
  fse_device_free (f->device, &f->after);
  fse_device_free (f->device, &f->slots);
  fse_tape_free (f->tape);
  fse_device_close (f->device);
  for (gint i = 0; i < 2; i++)
    {
      g_free (f->pictures[i]);
      g_free (f->out[i]);
    }
  g_free (f->out_mask);
}

static void
make_batch (Fixture *f, const FseAugmentSlot *slot, gboolean position)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (fse_augment (f->device, f->before, f->after, PAIRS, PICTURE_H, PICTURE_W, slot, SLOTS, f->slots, f->table, position,
                              f->x, f->y, f->mask, &error));
  g_assert_true (fse_device_read (f->device, f->x->data, f->out[0], SLOTS * H * W * 8, &error));
  g_assert_true (fse_device_read (f->device, f->y->data, f->out[1], SLOTS * H * W * 8, &error));
  g_assert_true (fse_device_read (f->device, f->mask->data, f->out_mask, SLOTS * H * W, &error));
  g_assert_no_error (error);
}

static gdouble
naive_colour (const FseAugmentSlot *slot, const gdouble rgb[3], gint k)
{
  gdouble sum = 0.0;

  for (gint i = 0; i < 3; i++)
    sum += slot->colour[3 * k + i] * rgb[i];
  return CLAMP (sum, 0.0, 1.0);
}

/* A window of each slot's own: from one corner of the picture to the other. */
static void
place (FseAugmentSlot *slot, gint b)
{
  slot->left = b * (PICTURE_W - W) / (SLOTS - 1);
  slot->top = b * (PICTURE_H - H) / (SLOTS - 1);
}

/* Strong warps, so that much comes from outside the window and the picture. */
static void
test_formula (Fixture *f, gconstpointer family)
{
  FseAugmentSettings settings;
  FseAugmentSlot     slot[SLOTS];

  fse_augment_settings_default (&settings);
  settings.flips = settings.hues = TRUE;
  settings.rotation = 60;
  settings.zoom_in = settings.zoom_out = 0.7f;
  settings.shift = settings.shear = settings.elastic = 0.3f;
  settings.aspect = W / (gfloat) H;
  settings.p_identity = 0;
  for (gint b = 0; b < SLOTS; b++)
    {
      fse_augment_draw (&slot[b], &settings, 42, 7, b);
      slot[b].pair = (b * 2 + 1) % PAIRS;
      place (&slot[b], b);
    }
  make_batch (f, slot, TRUE);
  for (gint b = 0; b < SLOTS; b++)
    for (gint p = 0; p < H * W; p++)
      {
        gdouble px, py, weight[2];

        naive_position (&slot[b], p % W, p / W, &px, &py);
        for (gint side = 0; side < 2; side++)
          {
            const gfloat *out = f->out[side] + ((gsize) b * H * W + p) * 8;
            const gfloat *picture = f->pictures[side] + (gsize) slot[b].pair * PICTURE_H * PICTURE_W * 4;

            gdouble       rgb[3];

            for (gint k = 0; k < 3; k++)
              rgb[k] = naive_sample (&slot[b], picture, px, py, k);
            for (gint k = 0; k < 3; k++)
              g_assert_cmpfloat_with_epsilon (out[k], naive_colour (&slot[b], rgb, k) - 0.5, 1e-4);
            g_assert_cmpfloat_with_epsilon (out[3], px, 1e-5);
            g_assert_cmpfloat_with_epsilon (out[4], py, 1e-5);
            for (gint k = 5; k < 8; k++)
              g_assert_cmpfloat (out[k], ==, 0.0);
            weight[side] = naive_sample (&slot[b], picture, px, py, 3);
          }
        g_assert_cmpfloat_with_epsilon (f->out_mask[b * H * W + p], MIN (weight[0], weight[1]), 1e-4);
      }
}

/* With a colour table, a before's rest is the table's change of its colour. */
static void
test_table (Fixture *f, gconstpointer family)
{
  g_autofree gfloat *table = g_new (gfloat, FSE_COLOUR_TABLE_FLOATS);
  FseAugmentSettings settings;
  FseAugmentSlot     slot[SLOTS];

  for (gint i = 0; i < FSE_COLOUR_TABLE_FLOATS; i++)
    table[i] = g_test_rand_double_range (-1, 1);
  g_assert_true (fse_device_alloc (f->device, FSE_COLOUR_TABLE_FLOATS, &f->table, NULL));
  g_assert_true (fse_device_write (f->device, f->table, table, FSE_COLOUR_TABLE_FLOATS, NULL));
  fse_augment_settings_default (&settings);
  for (gint b = 0; b < SLOTS; b++)
    fse_augment_draw (&slot[b], &settings, 42, 7, b);
  make_batch (f, slot, TRUE);
  for (gint side = 0; side < 2; side++)
    for (gint p = 0; p < SLOTS * H * W; p++)
      {
        const gfloat *out = f->out[side] + (gsize) p * 8;
        const gfloat  rgb[3] = { out[0] + 0.5f, out[1] + 0.5f, out[2] + 0.5f };
        gfloat        change[3];

        fse_colour_table_read (table, rgb, change);
        for (gint c = 0; c < 3; c++)
          g_assert_cmpfloat_with_epsilon (out[5 + c], side == 0 ? change[c] : 0, 1e-4);
      }
  fse_device_free (f->device, &f->table);
}

/* No warp, mirrored or not: the source's own numbers, and no position. */
static void
test_still (Fixture *f, gconstpointer family)
{
  FseAugmentSettings settings;
  FseAugmentSlot     slot[SLOTS];
  gint               mirrored = 0;

  fse_augment_settings_default (&settings);
  settings.enabled = FALSE;
  settings.flips = TRUE;
  for (gint b = 0; b < SLOTS; b++)
    {
      fse_augment_draw (&slot[b], &settings, 5, 3, b);
      slot[b].pair = b % PAIRS;
      place (&slot[b], b);
      mirrored += slot[b].affine[0] < 0;
    }
  g_assert_cmpint (mirrored, >, 0);
  g_assert_cmpint (mirrored, <, SLOTS);
  make_batch (f, slot, FALSE);
  for (gint b = 0; b < SLOTS; b++)
    for (gint p = 0; p < H * W; p++)
      for (gint side = 0; side < 2; side++)
        {
          gint          from_x = slot[b].left + (slot[b].affine[0] < 0 ? W - 1 - p % W : p % W);
          gint          from_y = slot[b].top + p / W;
          const gfloat *out = f->out[side] + ((gsize) b * H * W + p) * 8;
          const gfloat *picture = f->pictures[side] + (((gsize) slot[b].pair * PICTURE_H + from_y) * PICTURE_W + from_x) * 4;

          for (gint k = 0; k < 3; k++)
            g_assert_cmpfloat (out[k], ==, picture[k] - 0.5f);
          for (gint k = 3; k < 8; k++)
            g_assert_cmpfloat (out[k], ==, 0.0);
        }
}

static void
test_draws (void)
{
  FseAugmentSettings settings;
  FseAugmentSlot     slot, again, other;
  gint               still = 0, mirrored = 0;
  const gint         n = 4000;

  fse_augment_settings_default (&settings);
  settings.flips = TRUE;
  for (gint step = 0; step < n; step++)
    {
      gfloat most = 0.0f;

      fse_augment_draw (&slot, &settings, 9, step, 2);
      fse_augment_draw (&again, &settings, 9, step, 2);
      fse_augment_draw (&other, &settings, 9, step, 3);
      g_assert_cmpmem (&slot, sizeof slot, &again, sizeof again);
      for (gint i = 0; i < 32; i++)
        most = MAX (most, fabsf (slot.grid[i]));
      g_assert_cmpfloat (most, <=, settings.elastic);
      g_assert_cmpfloat (fabsf (slot.affine[2]), <=, settings.shift);
      g_assert_cmpfloat (fabs (atan2 (slot.affine[3], fabs (slot.affine[0]))), <=, settings.rotation * G_PI / 180 + 1e-5);
      if (most > 0.0f)
        g_assert_true (memcmp (&slot, &other, sizeof slot) != 0);
      still += most == 0.0f;
      mirrored += slot.affine[0] < 0;
    }
  /* five standard errors */
  g_assert_cmpfloat (fabs (still / (gdouble) n - settings.p_identity), <, 5 * sqrt (0.1 * 0.9 / n));
  g_assert_cmpfloat (fabs (mirrored / (gdouble) n - 0.5), <, 5 * 0.5 / sqrt (n));
}

/* White stays white and gray gray, colours change, and what is not asked for stays as it is. */
static void
test_hues (void)
{
  FseAugmentSettings settings;
  FseAugmentSlot     slot;
  gint               changed = 0;
  const gint         n = 1000;

  fse_augment_settings_default (&settings);
  for (gint step = 0; step < n; step++)
    {
      gdouble strong = 0.0;

      settings.hues = TRUE;
      fse_augment_draw (&slot, &settings, 9, step, 0);
      for (gint k = 0; k < 3; k++)
        {
          g_assert_cmpfloat_with_epsilon (slot.colour[3 * k] + slot.colour[3 * k + 1] + slot.colour[3 * k + 2], 1.0f, 1e-5f);
          g_assert_cmpfloat_with_epsilon (slot.colour[k] + slot.colour[3 + k] + slot.colour[6 + k], 1.0f, 1e-5f);
          strong = MAX (strong, fabs (slot.colour[4 * k] - 1.0));
        }
      changed += strong > 0.0;
      settings.hues = FALSE;
      fse_augment_draw (&slot, &settings, 9, step, 0);
      for (gint i = 0; i < 9; i++)
        g_assert_cmpfloat (slot.colour[i], ==, i % 4 == 0 ? 1.0f : 0.0f);
    }
  g_assert_cmpfloat (fabs (changed / (gdouble) n - 1.0 + settings.p_identity), <, 5 * sqrt (0.1 * 0.9 / n));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/augment/draws", test_draws);
  g_test_add_func ("/augment/hues", test_hues);
  g_test_add ("/augment/cpu/formula", Fixture, "cpu", set_up, test_formula, tear_down);
  g_test_add ("/augment/cpu/still", Fixture, "cpu", set_up, test_still, tear_down);
  g_test_add ("/augment/cpu/colour table", Fixture, "cpu", set_up, test_table, tear_down);
  g_test_add ("/augment/gpu/formula", Fixture, "gpu", set_up, test_formula, tear_down);
  g_test_add ("/augment/gpu/still", Fixture, "gpu", set_up, test_still, tear_down);
  g_test_add ("/augment/gpu/colour table", Fixture, "gpu", set_up, test_table, tear_down);
  return g_test_run ();
}
