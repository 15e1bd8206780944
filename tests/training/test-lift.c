/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lifting a change (engine/apply/lift.c) to a picture of the model's own size
 * must give what the model's own operators give, and a grid that is the same everywhere
 * must recolour a picture of any size alike.
 */
#include <math.h>

#include "apply/lift.h"
#include "model/vae.h"

#define SIZE 32

static FseDevice *device;

static gfloat *
fill (FseTensor *x, gfloat amount)
{
  g_autoptr (GError) error = NULL;
  gsize              n = fse_tensor_floats (x);
  gfloat            *values = g_new (gfloat, n);

  for (gsize i = 0; i < n; i++)
    values[i] = amount * g_test_rand_double_range (-1, 1);
  fse_device_write (device, x->data, values, n, &error);
  g_assert_no_error (error);
  return values;
}

/* A picture of SIZE x SIZE colours, each `scale` x `scale` pixels. */
static FseImage *
picture_of (const gfloat *centred, gint scale)
{
  g_autoptr (GError) error = NULL;
  FseImage          *image = fse_image_new (scale * SIZE, scale * SIZE, &error);

  g_assert_no_error (error);
  for (gint y = 0; y < image->height; y++)
    for (gint x = 0; x < image->width; x++)
      {
        gfloat *to = image->rgba + ((gsize) y * image->width + x) * 4;

        for (gint c = 0; c < 3; c++)
          to[c] = centred[((y / scale) * SIZE + x / scale) * 3 + c] + 0.5f;
        to[3] = 1;
      }
  return image;
}

/* Flow, grid and residual of these amounts, on the device and by the model's operators; then by fse_lift(). */
static gdouble
worst_difference (gfloat flow_amount, gfloat grid_amount, gfloat residual_amount, gdouble strength)
{
  g_autoptr (GError)   error = NULL;
  FseTape             *tape = fse_tape_new (device, FALSE);
  FseTensor           *x = fse_tape_input (tape, 1, SIZE, SIZE, 3);
  FseTensor           *flow = fse_tape_input (tape, 1, SIZE, SIZE, 2);
  FseTensor           *grid = fse_tape_input (tape, 1, SIZE / 4, SIZE / 4, FSE_GRID_CHANNELS);
  FseTensor           *residual = fse_tape_input (tape, 1, SIZE, SIZE, 3);
  FseTensor           *moved = fse_warp (tape, x, fse_scale (tape, flow, strength, 0));
  FseTensor           *map = fse_scale (tape, fse_bilateral_slice (tape, grid, moved), strength, 0);
  FseTensor           *expected = fse_add (tape, fse_colour_transform (tape, moved, map), fse_scale (tape, residual, strength, 0));
  FseChangeFields      fields = { flow, grid, residual };
  g_autoptr (FseImage) small = NULL, result = NULL;
  g_autofree gfloat   *colours = NULL, *values = g_new (gfloat, SIZE * SIZE * 3);
  gdouble              worst = 0;

  fse_tape_keep (tape, expected);
  fse_tape_seal (tape, &error);
  g_assert_no_error (error);
  colours = fill (x, 0.5f);
  g_free (fill (flow, flow_amount));
  g_free (fill (grid, grid_amount));
  g_free (fill (residual, residual_amount));
  fse_tape_forward (tape, &error);
  g_assert_no_error (error);
  fse_device_read (device, expected->data, values, SIZE * SIZE * 3, &error);
  g_assert_no_error (error);

  small = picture_of (colours, 1);
  result = picture_of (colours, 1);
  fse_lift (device, small, small, &fields, strength, result, &error);
  g_assert_no_error (error);
  for (gsize p = 0; p < SIZE * SIZE; p++)
    for (gint c = 0; c < 3; c++)
      worst = MAX (worst, fabs (result->rgba[4 * p + c] - 0.5f - values[3 * p + c]));
  fse_tape_free (tape);
  return worst;
}

static void
test_own_size (void)
{
  g_assert_cmpfloat (worst_difference (0.2f, 0.5f, 0.3f, 1.0), <, 1e-4);
  g_assert_cmpfloat (worst_difference (0.0f, 0.5f, 0.0f, 1.0), <, 1e-5);
  g_assert_cmpfloat (worst_difference (0.2f, 0.5f, 0.3f, 0.4), <, 1e-4);
}

/* A grid that is the same everywhere depends on colour alone: a picture of doubled pixels is recoloured as the small one. */
static void
test_twice_the_size (void)
{
  g_autoptr (GError)   error = NULL;
  FseTape             *tape = fse_tape_new (device, FALSE);
  FseTensor           *flow = fse_tape_input (tape, 1, SIZE, SIZE, 2);
  FseTensor           *grid = fse_tape_input (tape, 1, SIZE / 4, SIZE / 4, FSE_GRID_CHANNELS);
  FseTensor           *residual = fse_tape_input (tape, 1, SIZE, SIZE, 3);
  FseTensor           *kept = fse_add (tape, flow, flow);
  FseChangeFields      fields = { flow, grid, residual };
  g_autoptr (FseImage) small = NULL, large = NULL, of_small = NULL, of_large = NULL;
  g_autofree gfloat   *colours = g_new (gfloat, SIZE * SIZE * 3), *cells = NULL;
  gdouble              moved = 0;

  fse_tape_keep (tape, kept);
  fse_tape_seal (tape, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < SIZE * SIZE * 3; i++)
    colours[i] = g_test_rand_double_range (-0.5, 0.5);
  g_free (fill (flow, 0.0f));
  g_free (fill (residual, 0.0f));
  cells = fill (grid, 0.5f);
  for (gsize i = FSE_GRID_CHANNELS; i < fse_tensor_floats (grid); i++)
    cells[i] = cells[i % FSE_GRID_CHANNELS];
  fse_device_write (device, grid->data, cells, fse_tensor_floats (grid), &error);
  g_assert_no_error (error);

  small = picture_of (colours, 1);
  large = picture_of (colours, 2);
  of_small = picture_of (colours, 1);
  of_large = picture_of (colours, 2);
  fse_lift (device, small, small, &fields, 1, of_small, &error);
  g_assert_no_error (error);
  fse_lift (device, large, small, &fields, 1, of_large, &error);
  g_assert_no_error (error);
  for (gint y = 0; y < 2 * SIZE; y++)
    for (gint x = 0; x < 2 * SIZE; x++)
      for (gint c = 0; c < 3; c++)
        {
          gsize one = 4 * ((y / 2) * SIZE + x / 2) + c;

          moved = MAX (moved, fabs (of_small->rgba[one] - small->rgba[one]));
          g_assert_cmpfloat (fabs (of_large->rgba[4 * (y * 2 * SIZE + x) + c] - of_small->rgba[one]), <, 1e-5);
        }
  g_assert_cmpfloat (moved, >, 0.1);
  fse_tape_free (tape);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gint               result;

  g_test_init (&argc, &argv, NULL);
  device = fse_device_open (NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/lift/a picture of the model's size", test_own_size);
  g_test_add_func ("/lift/a picture of twice the size", test_twice_the_size);
  result = g_test_run ();
  fse_device_close (device);
  return result;
}
