/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lifting a change (engine/apply/lift.c) to a picture of the model's own size
 * must give what the model's own operators give, and a grid that is the same everywhere
 * must recolour a picture of any size alike; tiles of any size meet without a seam.
 */
#include <math.h>

#include "apply/lift.h"
#include "model/colour-table.h"
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

static gboolean
never_stop (gdouble fraction, gpointer data, GError **error)
{
  return TRUE;
}

static gboolean
count_tiles (gdouble fraction, gpointer data, GError **error)
{
  ++*(gint *) data;
  return TRUE;
}

/* All of `picture`, whose look at working size is `small`, into `result`. */
static void
lift_whole (const FseImage *picture, const FseImage *small, const FseChangeFields *fields, const gfloat *table,
            gdouble strength, gdouble detail, FseImage *result)
{
  g_autoptr (GError)  error = NULL;
  g_autoptr (FseLift) lift = fse_lift_new (device, fields, table, small, &error);
  FseRasterImages     images = { picture, result };
  FseRaster           raster = fse_raster_of_images (&images);
  const FseRectangle  whole = { 0, 0, picture->width, picture->height };

  g_assert_no_error (error);
  fse_lift_run (lift, &raster, &whole, strength, detail, never_stop, NULL, &error);
  g_assert_no_error (error);
}

/* A flow that turns and enlarges: linear in place, as a spline keeps it. */
static void
fill_linear (FseTensor *flow, gfloat amount)
{
  g_autoptr (GError) error = NULL;
  gfloat             values[SIZE * SIZE * 2];

  for (gint y = 0; y < SIZE; y++)
    for (gint x = 0; x < SIZE; x++)
      {
        gfloat u = 2.0f * x / SIZE - 1, v = 2.0f * y / SIZE - 1;

        values[(y * SIZE + x) * 2] = amount * (0.7f * u - 0.4f * v + 0.1f);
        values[(y * SIZE + x) * 2 + 1] = amount * (0.4f * u + 0.7f * v - 0.2f);
      }
  fse_device_write (device, flow->data, values, G_N_ELEMENTS (values), &error);
  g_assert_no_error (error);
}

/* A gain that is the same everywhere, as a spline keeps it. */
static void
fill_even (FseTensor *gain, gfloat amount)
{
  gfloat values[SIZE * SIZE * FSE_BANDS];

  for (gint i = 0; i < SIZE * SIZE * FSE_BANDS; i++)
    values[i] = amount * (0.5f - i % FSE_BANDS);
  g_assert_true (fse_device_write (device, gain->data, values, G_N_ELEMENTS (values), NULL));
}

/* A table of this much change. */
static gfloat *
table_of (gfloat amount)
{
  gfloat *table = g_new (gfloat, FSE_COLOUR_TABLE_FLOATS);

  for (gsize i = 0; i < FSE_COLOUR_TABLE_FLOATS; i++)
    table[i] = amount * g_test_rand_double_range (-1, 1);
  return table;
}

/* What the table changes of centred colours. */
static void
fill_shift (FseTensor *shift, const gfloat *table, const gfloat *centred)
{
  g_autofree gfloat *values = g_new0 (gfloat, SIZE * SIZE * 3);

  for (gsize i = 0; table && i < SIZE * SIZE * 3; i += 3)
    {
      const gfloat rgb[3] = { centred[i] + 0.5f, centred[i + 1] + 0.5f, centred[i + 2] + 0.5f };

      fse_colour_table_read (table, rgb, values + i);
    }
  g_assert_true (fse_device_write (device, shift->data, values, SIZE * SIZE * 3, NULL));
}

/* A change's parts, by the most of each. */
typedef struct
{
  gfloat flow, gain, grid, residual, table;
} Amounts;

/* The bands of detail of x, weighed, added to what they were moved with. */
static FseTensor *
weighed (FseTape *tape, FseTensor *x, FseTensor *moved, FseTensor *by, FseTensor *gain)
{
  FseTensor *smoothed = fse_vae_smoothed (tape, x), *bands[FSE_BANDS];

  for (gint k = 0; k < FSE_BANDS; k++)
    bands[k] = fse_add (tape, k ? fse_slice_channels (tape, smoothed, 3 * k - 3, 3) : x,
                        fse_scale (tape, fse_slice_channels (tape, smoothed, 3 * k, 3), -1, 0));
  return fse_weigh_bands (tape, moved, fse_warp (tape, fse_concat (tape, bands, FSE_BANDS), by), gain);
}

/* Flow, gain, grid, residual and colour table of these amounts, on the device and by the model's operators; then by fse_lift(). */
static gdouble
worst_difference (Amounts amounts, gdouble strength, gdouble detail)
{
  g_autoptr (GError)   error = NULL;
  FseTape             *tape = fse_tape_new (device, FALSE);
  FseTensor           *x = fse_tape_input (tape, 1, SIZE, SIZE, 3);
  FseTensor           *flow = fse_tape_input (tape, 1, SIZE, SIZE, 2);
  FseTensor           *grid = fse_tape_input (tape, 1, SIZE / 4, SIZE / 4, FSE_GRID_CHANNELS);
  FseTensor           *residual = fse_tape_input (tape, 1, SIZE, SIZE, 3);
  FseTensor           *shift = fse_tape_input (tape, 1, SIZE, SIZE, 3);
  FseTensor           *by = fse_scale (tape, flow, strength, 0);
  FseTensor           *gain = fse_tape_input (tape, 1, SIZE, SIZE, FSE_BANDS);
  FseTensor           *moved = weighed (tape, x, fse_warp (tape, x, by), by, fse_scale (tape, gain, strength, 0));
  FseTensor           *shifted = fse_add (tape, moved, fse_scale (tape, fse_warp (tape, shift, by), strength, 0));
  FseTensor           *map = fse_scale (tape, fse_bilateral_slice (tape, grid, moved), strength, 0);
  FseTensor           *expected = fse_add (tape, fse_colour_transform (tape, shifted, map), fse_scale (tape, residual, strength, 0));
  FseChangeFields      fields = { flow, amounts.gain > 0 ? gain : NULL, grid, residual };
  g_autoptr (FseImage) small = NULL, result = NULL;
  g_autofree gfloat   *colours = NULL, *values = g_new (gfloat, SIZE * SIZE * 3);
  g_autofree gfloat   *table = amounts.table > 0 ? table_of (amounts.table) : NULL;
  gdouble              worst = 0;

  fse_tape_keep (tape, expected);
  fse_tape_seal (tape, &error);
  g_assert_no_error (error);
  colours = fill (x, 0.5f);
  fill_shift (shift, table, colours);
  fill_linear (flow, amounts.flow);
  fill_even (gain, amounts.gain);
  g_free (fill (grid, amounts.grid));
  g_free (fill (residual, amounts.residual));
  fse_tape_forward (tape, &error);
  g_assert_no_error (error);
  fse_device_read (device, expected->data, values, SIZE * SIZE * 3, &error);
  g_assert_no_error (error);

  small = picture_of (colours, 1);
  result = picture_of (colours, 1);
  lift_whole (small, small, &fields, table, strength, detail, result);
  for (gsize p = 0; p < SIZE * SIZE; p++)
    for (gint c = 0; c < 3 && p / SIZE % (SIZE - 1) && p % SIZE % (SIZE - 1); c++) /* a spline rounds the edge's kink */
      worst = MAX (worst, fabs (result->rgba[4 * p + c] - 0.5f - values[3 * p + c]));
  fse_tape_free (tape);
  return worst;
}

static void
test_own_size (void)
{
  g_assert_cmpfloat (worst_difference ((Amounts) { .flow = 0.2f, .grid = 0.5f, .residual = 0.3f }, 1.0, 1.0), <, 1e-4);
  g_assert_cmpfloat (worst_difference ((Amounts) { .grid = 0.5f }, 1.0, 1.0), <, 1e-5);
  g_assert_cmpfloat (worst_difference ((Amounts) { .flow = 0.2f, .grid = 0.5f, .residual = 0.3f }, 0.4, 1.0), <, 1e-4);
  g_assert_cmpfloat (worst_difference ((Amounts) { .flow = 0.2f, .grid = 0.5f, .residual = 0.3f }, 0.4, 0.0), <, 1e-4);
  g_assert_cmpfloat (worst_difference ((Amounts) { .grid = 0.5f, .residual = 0.3f, .table = 0.3f }, 1.0, 1.0), <, 1e-4);
  g_assert_cmpfloat (worst_difference ((Amounts) { .flow = 0.2f, .grid = 0.5f, .residual = 0.3f, .table = 0.3f }, 0.4, 1.0), <, 1e-4);
  g_assert_cmpfloat (worst_difference ((Amounts) { .gain = 1.0f }, 1.0, 1.0), <, 1e-5);
  g_assert_cmpfloat (worst_difference ((Amounts) { .flow = 0.2f, .gain = 0.7f, .grid = 0.5f, .residual = 0.3f, .table = 0.3f }, 0.4, 1.0), <, 1e-4);
}

/* All bands taken away leave a picture of its look's coarsest structure, at any size: of one that is twice as large, too,
 * where the look is the same. */
static void
test_softened (void)
{
  g_autoptr (GError)   error = NULL;
  FseTape             *tape = fse_tape_new (device, FALSE);
  FseTensor           *x = fse_tape_input (tape, 1, SIZE, SIZE, 3), *smoothed = fse_vae_smoothed (tape, x);
  FseTensor           *flow = fse_tape_input (tape, 1, SIZE, SIZE, 2), *gain = fse_tape_input (tape, 1, SIZE, SIZE, FSE_BANDS);
  FseTensor           *grid = fse_tape_input (tape, 1, SIZE / 4, SIZE / 4, FSE_GRID_CHANNELS);
  FseTensor           *residual = fse_tape_input (tape, 1, SIZE, SIZE, 3);
  FseChangeFields      fields = { flow, gain, grid, residual };
  g_autofree gfloat   *colours = NULL, *values = g_new (gfloat, SIZE * SIZE * 3 * FSE_BANDS), *minus = g_new (gfloat, SIZE * SIZE * FSE_BANDS);
  g_autoptr (FseImage) small = NULL, large = NULL, result = NULL;

  fse_tape_keep (tape, smoothed);
  for (gint i = 0; i < 4; i++)
    fse_tape_keep (tape, fse_scale (tape, (FseTensor *[]) { flow, gain, grid, residual }[i], 1, 0));
  fse_tape_seal (tape, &error);
  g_assert_no_error (error);
  colours = fill (x, 0.5f);
  g_free (fill (flow, 0));
  g_free (fill (grid, 0));
  g_free (fill (residual, 0));
  for (gsize i = 0; i < SIZE * SIZE * FSE_BANDS; i++)
    minus[i] = -1;
  fse_device_write (device, gain->data, minus, SIZE * SIZE * FSE_BANDS, &error);
  fse_tape_forward (tape, &error);
  fse_device_read (device, smoothed->data, values, SIZE * SIZE * 3 * FSE_BANDS, &error);
  g_assert_no_error (error);

  small = picture_of (colours, 1);
  large = picture_of (colours, 2);
  result = picture_of (colours, 2);
  lift_whole (large, small, &fields, NULL, 1, 1, result);
  for (gint y = 1; y < 2 * SIZE - 1; y++)
    for (gint i = 1; i < 2 * SIZE - 1; i++)
      for (gint c = 0; c < 3; c++)
        {
          /* between the look's pixels, a quarter of the way */
          gint   x0 = (i - 1) / 2, y0 = (y - 1) / 2;
          gfloat tx = i % 2 ? 0.25f : 0.75f, ty = y % 2 ? 0.25f : 0.75f, wanted = 0;

          for (gint n = 0; n < 4; n++)
            wanted += (n & 1 ? tx : 1 - tx) * (n >> 1 ? ty : 1 - ty)
                      * values[((y0 + (n >> 1)) * SIZE + x0 + (n & 1)) * 3 * FSE_BANDS + 3 * (FSE_BANDS - 1) + c];
          g_assert_cmpfloat_with_epsilon (result->rgba[(y * 2 * SIZE + i) * 4 + c] - 0.5f, wanted, 1e-5f);
        }
  fse_tape_free (tape);
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
  FseChangeFields      fields = { .flow = flow, .grid = grid, .residual = residual };
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
  lift_whole (small, small, &fields, NULL, 1, 1, of_small);
  lift_whole (large, small, &fields, NULL, 1, 1, of_large);
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

/* A picture made to show seams: a ramp, sharp edges, noise, values beyond 0..1, alpha. */
static FseImage *
seam_picture (gint width, gint height)
{
  g_autoptr (GError) error = NULL;
  FseImage          *image = fse_image_new (width, height, &error);

  g_assert_no_error (error);
  image->has_alpha = TRUE;
  for (gint y = 0; y < height; y++)
    for (gint x = 0; x < width; x++)
      {
        gfloat *to = image->rgba + ((gsize) y * width + x) * 4;

        to[0] = 1.4f * x / width - 0.2f;
        to[1] = (x / 31 + y / 17) % 2;
        to[2] = g_test_rand_double_range (0, 1);
        to[3] = (gfloat) y / height;
      }
  return image;
}

/* A change with everything in it, of a model that worked at SIZE x SIZE; the flow leads out of the picture, too. */
typedef struct
{
  FseTape        *tape;
  FseChangeFields fields;
} Change;

static Change
seam_change (FseDevice *on)
{
  g_autoptr (GError) error = NULL;
  FseDevice         *old = device;
  FseTape           *tape = fse_tape_new (on, FALSE);
  FseTensor         *flow = fse_tape_input (tape, 1, SIZE, SIZE, 2);
  FseTensor         *gain = fse_tape_input (tape, 1, SIZE, SIZE, FSE_BANDS);
  FseTensor         *grid = fse_tape_input (tape, 1, SIZE / 4, SIZE / 4, FSE_GRID_CHANNELS);
  FseTensor         *residual = fse_tape_input (tape, 1, SIZE, SIZE, 3);
  gfloat             waves[SIZE * SIZE * 2];

  fse_tape_keep (tape, fse_add (tape, flow, flow));
  fse_tape_seal (tape, &error);
  g_assert_no_error (error);
  for (gint y = 0; y < SIZE; y++)
    for (gint x = 0; x < SIZE; x++)
      {
        waves[(y * SIZE + x) * 2] = 0.4f * sinf (0.2f * x + 0.1f * y);
        waves[(y * SIZE + x) * 2 + 1] = y < SIZE / 3 ? 0 : 0.4f * cosf (0.15f * x - 0.2f * y);
      }
  device = on;
  fse_device_write (device, flow->data, waves, G_N_ELEMENTS (waves), &error);
  g_assert_no_error (error);
  g_free (fill (gain, 0.8f));
  g_free (fill (grid, 0.5f));
  g_free (fill (residual, 0.3f));
  device = old;
  return (Change) { tape, { flow, gain, grid, residual } };
}

/* Piece by piece, at any offset, a picture becomes what it becomes as a whole, to the bit. */
static void
test_pieces (void)
{
  g_autoptr (GError)   error = NULL;
  Change               change = seam_change (device);
  g_autoptr (FseImage) picture = seam_picture (331, 203), whole = seam_picture (331, 203), parts = seam_picture (331, 203);
  g_autoptr (FseImage) small = fse_image_scale (picture, SIZE, SIZE, &error);
  g_autoptr (FseLift)  lift = fse_lift_new (device, &change.fields, NULL, small, &error);
  FseRasterImages      images = { picture, parts };
  FseRaster            raster = fse_raster_of_images (&images);

  g_assert_no_error (error);
  lift_whole (picture, small, &change.fields, NULL, 0.8, 0.7, whole);
  for (gint y = 0; y < 203; y += 41)
    for (gint x = 0; x < 331; x += 67)
      {
        const FseRectangle piece = { x, y, MIN (67, 331 - x), MIN (41, 203 - y) };

        fse_lift_run (lift, &raster, &piece, 0.8, 0.7, never_stop, NULL, &error);
        g_assert_no_error (error);
      }
  g_assert_cmpmem (parts->rgba, 331 * 203 * 16, whole->rgba, 331 * 203 * 16);
  for (gsize i = 3; i < 331 * 203 * 4; i += 4)
    g_assert_cmpfloat (whole->rgba[i], ==, picture->rgba[i]);
  fse_tape_free (change.tape);
}

/* Where a device's memory is short, tiles are halved, and the result is the same to the bit. */
static void
test_short_memory (void)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (FseDevice) poor = NULL;
  Change                change = seam_change (device), same;
  g_autoptr (FseImage)  picture = seam_picture (701, 503), whole = seam_picture (701, 503), parts = seam_picture (701, 503);
  g_autoptr (FseImage)  small = fse_image_scale (picture, SIZE, SIZE, &error);
  const FseTensor      *from[4] = { change.fields.flow, change.fields.gain, change.fields.grid, change.fields.residual }, *to[4];
  gint                  tiles = 0;

  g_setenv ("FEW_SHOT_EDIT_MEMORY_LIMIT", "6", TRUE);
  poor = fse_device_open (NULL, &error);
  g_unsetenv ("FEW_SHOT_EDIT_MEMORY_LIMIT");
  g_assert_no_error (error);
  same = seam_change (poor);
  to[0] = same.fields.flow;
  to[1] = same.fields.gain;
  to[2] = same.fields.grid;
  to[3] = same.fields.residual;
  for (gint i = 0; i < 4; i++)
    {
      g_autofree gfloat *values = g_new (gfloat, fse_tensor_floats (from[i]));

      fse_device_read (device, from[i]->data, values, fse_tensor_floats (from[i]), &error);
      fse_device_write (poor, to[i]->data, values, fse_tensor_floats (from[i]), &error);
      g_assert_no_error (error);
    }
  lift_whole (picture, small, &change.fields, NULL, 1, 0.7, whole);
  {
    FseRasterImages     images = { picture, parts };
    FseRaster           raster = fse_raster_of_images (&images);
    const FseRectangle  all = { 0, 0, 701, 503 };
    g_autoptr (FseLift) lift = fse_lift_new (poor, &same.fields, NULL, small, &error);

    g_assert_no_error (error);
    fse_lift_run (lift, &raster, &all, 1, 0.7, count_tiles, &tiles, &error);
    g_assert_no_error (error);
  }
  g_assert_cmpint (tiles, >, 4);
  g_assert_cmpmem (parts->rgba, 701 * 503 * 16, whole->rgba, 701 * 503 * 16);
  fse_tape_free (same.tape);
  fse_tape_free (change.tape);
}

/* A change of nothing gives the picture's own bits, and a number that is none is refused with whose fault it is. */
static void
test_nothing_and_no_number (void)
{
  g_autoptr (GError)   error = NULL;
  Change               change = seam_change (device);
  g_autoptr (FseImage) picture = seam_picture (99, 70), result = seam_picture (99, 70);
  g_autoptr (FseImage) small = fse_image_scale (picture, SIZE, SIZE, &error);
  g_autoptr (FseLift)  lift = NULL;
  FseRasterImages      images = { picture, result };
  FseRaster            raster = fse_raster_of_images (&images);
  const FseRectangle   whole = { 0, 0, 99, 70 };
  gfloat               none = NAN;

  g_free (fill ((FseTensor *) change.fields.flow, 0.0f));
  g_free (fill ((FseTensor *) change.fields.gain, 0.0f));
  g_free (fill ((FseTensor *) change.fields.grid, 0.0f));
  g_free (fill ((FseTensor *) change.fields.residual, 0.0f));
  lift_whole (picture, small, &change.fields, NULL, 1, 1, result);
  g_assert_cmpmem (result->rgba, 99 * 70 * 16, picture->rgba, 99 * 70 * 16);

  lift = fse_lift_new (device, &change.fields, NULL, small, &error);
  picture->rgba[4 * 99 * 40] = INFINITY;
  g_assert_false (fse_lift_run (lift, &raster, &whole, 1, 1, never_stop, NULL, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE);
  g_clear_error (&error);
  picture->rgba[4 * 99 * 40] = 0;
  fse_device_write (device, change.fields.flow->data, &none, 1, &error);
  g_clear_pointer (&lift, fse_lift_free);
  lift = fse_lift_new (device, &change.fields, NULL, small, &error);
  g_assert_no_error (error);
  g_assert_false (fse_lift_run (lift, &raster, &whole, 1, 1, never_stop, NULL, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_NUMERIC);
  fse_tape_free (change.tape);
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
  g_test_add_func ("/lift/softened to the coarsest", test_softened);
  g_test_add_func ("/lift/a picture of twice the size", test_twice_the_size);
  g_test_add_func ("/lift/pieces meet", test_pieces);
  g_test_add_func ("/lift/short memory halves the tiles", test_short_memory);
  g_test_add_func ("/lift/nothing, and what is no number", test_nothing_and_no_number);
  result = g_test_run ();
  fse_device_close (device);
  return result;
}
