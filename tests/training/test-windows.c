/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A change put together from windows (engine/apply/windows.c): windows reach everywhere, what they agree on is what
 * comes out, and where they disagree one fades into the other.
 */
#include <math.h>

#include "apply/windows.h"

#define WINDOW_W 32
#define WINDOW_H 16
#define LEVELS 24 /* of the grid, as far as this test goes */

static FseDevice *device;

/* A field that is the same number everywhere. */
static FseTensor
field (gint w, gint h, gint c, gfloat value)
{
  FseTensor          tensor = { .n = 1, .h = h, .w = w, .c = c };
  gsize              n = (gsize) w * h * c;
  g_autofree gfloat *values = g_new (gfloat, n);

  for (gsize i = 0; i < n; i++)
    values[i] = value;
  g_assert_true (fse_device_alloc (device, n, &tensor.data, NULL));
  g_assert_true (fse_device_write (device, tensor.data, values, n, NULL));
  return tensor;
}

static gfloat *
read_whole (const FseTensor *tensor)
{
  gsize   n = (gsize) tensor->h * tensor->w * tensor->c;
  gfloat *values = g_new (gfloat, n);

  g_assert_true (fse_device_read (device, tensor->data, values, n, NULL));
  return values;
}

/* Adds all windows; value (i) is what window i says of everything. */
static void
add_all (FseWindows *windows, gfloat (*value) (gint i))
{
  for (gint i = 0; i < fse_windows_n (windows); i++)
    {
      FseTensor       flow = field (WINDOW_W, WINDOW_H, 2, value (i)), residual = field (WINDOW_W, WINDOW_H, 3, value (i));
      FseTensor       grid = field (WINDOW_W / 4, WINDOW_H / 4, LEVELS, value (i));
      FseChangeFields fields = { &flow, &grid, &residual };
      FseRectangle    place;

      fse_windows_place (windows, i, &place);
      g_assert_cmpint (place.width, ==, WINDOW_W);
      g_assert_cmpint (place.height, ==, WINDOW_H);
      g_assert_cmpint (place.x % 4 + place.y % 4, ==, 0);
      g_assert_true (fse_windows_add (windows, &place, &fields, NULL));
      fse_device_free (device, &flow.data);
      fse_device_free (device, &grid.data);
      fse_device_free (device, &residual.data);
    }
}

static gfloat
same (gint i)
{
  return 0.75f;
}

static void
test_agree (void)
{
  for (gint count = 1; count <= 4; count++)
    {
      g_autoptr (FseWindows) windows = fse_windows_new (device, count * WINDOW_W, count * WINDOW_H, count);
      FseChangeFields        whole;

      g_assert_cmpint (fse_windows_n (windows), ==, count == 1 ? 1 : (count + 1) * (count + 1));
      add_all (windows, same);
      g_assert_true (fse_windows_end (windows, &whole, NULL));
      for (gint f = 0; f < 3; f++)
        {
          const FseTensor   *tensor = f == 0 ? whole.flow : f == 1 ? whole.grid : whole.residual;
          g_autofree gfloat *values = read_whole (tensor);

          g_assert_cmpint (tensor->w, ==, count * WINDOW_W / (f == 1 ? 4 : 1));
          g_assert_cmpint (tensor->h, ==, count * WINDOW_H / (f == 1 ? 4 : 1));
          /* a shift by half a window is one by less of the whole */
          for (gint i = 0; i < tensor->h * tensor->w * tensor->c; i++)
            g_assert_cmpfloat_with_epsilon (values[i], f == 0 ? 0.75f / count : 0.75f, 1e-6f);
        }
    }
}

static gfloat
by_turns (gint i)
{
  return i % 2;
}

/* Windows that say 0 and 1 by turns, side by side and below each other: what comes out goes from one to the other and never jumps. */
static void
test_fade (void)
{
  g_autoptr (FseWindows) windows = fse_windows_new (device, 2 * WINDOW_W, 2 * WINDOW_H, 2);
  g_autofree gfloat     *values = NULL;
  FseChangeFields        whole;
  gfloat                 least = 1, most = 0;

  add_all (windows, by_turns);
  g_assert_true (fse_windows_end (windows, &whole, NULL));
  values = read_whole (whole.residual);
  for (gint y = 0; y < 2 * WINDOW_H; y++)
    for (gint x = 0; x < 2 * WINDOW_W; x++)
      {
        const gfloat *at = values + ((gsize) y * 2 * WINDOW_W + x) * 3;

        least = MIN (least, at[0]);
        most = MAX (most, at[0]);
        /* over half a window */
        if (x > 0)
          g_assert_cmpfloat (fabsf (at[0] - at[-3]), <=, 1.01f / (WINDOW_W / 2));
        if (y > 0)
          g_assert_cmpfloat (fabsf (at[0] - at[-3 * 2 * WINDOW_W]), <=, 1.01f / (WINDOW_H / 2));
      }
  g_assert_cmpfloat (least, <, 0.05f);
  g_assert_cmpfloat (most, >, 0.95f);
}

/* A model that repaints has no flow and no grid. */
static void
test_repaint (void)
{
  g_autoptr (FseWindows) windows = fse_windows_new (device, 2 * WINDOW_W, 2 * WINDOW_H, 2);
  FseTensor              residual = field (WINDOW_W, WINDOW_H, 3, 0.5f);
  FseChangeFields        fields = { .residual = &residual }, whole;

  for (gint i = 0; i < fse_windows_n (windows); i++)
    {
      FseRectangle place;

      fse_windows_place (windows, i, &place);
      g_assert_true (fse_windows_add (windows, &place, &fields, NULL));
    }
  g_assert_true (fse_windows_end (windows, &whole, NULL));
  g_assert_null (whole.flow);
  g_assert_null (whole.grid);
  g_assert_nonnull (whole.residual);
  fse_device_free (device, &residual.data);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gint               result;

  g_test_init (&argc, &argv, NULL);
  device = fse_device_open (NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/windows/agree", test_agree);
  g_test_add_func ("/windows/fade", test_fade);
  g_test_add_func ("/windows/repaint", test_repaint);
  result = g_test_run ();
  fse_device_close (device);
  return result;
}
