/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures seen through windows.  A change put together from windows (engine/apply/windows.c): they reach everywhere, what they
 * agree on is what comes out, and where they disagree one fades into the other.  Which edits want windows
 * (engine/training/windows-choice.c), and one that does, trained and applied.
 */
#include <math.h>
#include <string.h>

#include "apply/editor.h"
#include "apply/windows.h"
#include "model/model-file.h"
#include "training/dataset.h"
#include "training/windows-choice.h"
#include "trainings.h"

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
      FseTensor       gain = field (WINDOW_W, WINDOW_H, 3, value (i)), grid = field (WINDOW_W / 4, WINDOW_H / 4, LEVELS, value (i));
      FseChangeFields fields = { .flow = &flow, .gain = &gain, .grid = &grid, .residual = &residual };
      FseRectangle    place;

      fse_windows_place (windows, i, &place);
      g_assert_cmpint (place.width, ==, WINDOW_W);
      g_assert_cmpint (place.height, ==, WINDOW_H);
      g_assert_cmpint (place.x % 4 + place.y % 4, ==, 0);
      g_assert_true (fse_windows_add (windows, &place, &fields, NULL));
      fse_device_free (device, &flow.data);
      fse_device_free (device, &gain.data);
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
      for (gint f = 0; f < 4; f++)
        {
          const FseTensor   *tensor = f == 0 ? whole.flow : f == 1 ? whole.grid : f == 2 ? whole.gain : whole.residual;
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

/* How afters come from befores. */
typedef enum
{
  CONTRAST, /* twice the contrast, of all */
  MIRROR,   /* other places */
  SMOOTH,   /* without its grain */
  INK       /* its grain, drawn with black ink */
} Edit;

#define SIDE 128

/* Waves with grain; nothing of it is drawn at random. */
static gfloat
wave (gint x, gint y, gint number, gint c)
{
  return 0.5f + 0.15f * sinf (x * 0.05f * (1 + number % 3) + c) * cosf (y * 0.04f + number);
}

static gfloat
grain (gint x, gint y, gint number)
{
  return ((x * 7 + y * 13 + number * 5) * 31 % 17) / 17.0f - 0.47f;
}

static FsePairs *
pairs_of (Edit edit, gint n)
{
  FsePairs *pairs = fse_pairs_new ();

  for (gint i = 0; i < n; i++)
    {
      g_autoptr (FseImage) before = fse_image_new (SIDE, SIDE, NULL), after = fse_image_new (SIDE, SIDE, NULL);
      g_autofree gchar    *name = g_strdup_printf ("%d", i);

      for (gint y = 0; y < SIDE; y++)
        for (gint x = 0; x < SIDE; x++)
          for (gint c = 0; c < 4; c++)
            {
              gsize  at = ((gsize) y * SIDE + x) * 4 + c;
              gfloat own = wave (x, y, i, c), fine = 0.05f * grain (x, y, i), other = wave (SIDE - 1 - x, y, i, c);

              before->rgba[at] = c == 3 ? 1 : own + fine;
              after->rgba[at] = c == 3            ? 1
                                : edit == CONTRAST ? 0.5f + 2 * (own + fine - 0.5f)
                                : edit == MIRROR   ? other + 0.05f * grain (SIDE - 1 - x, y, i)
                                : edit == SMOOTH   ? own
                                                   : CLAMP (0.9f - (fine > 0.01f ? 0.8f : 0), 0, 1);
            }
      g_assert_true (fse_pairs_add (pairs, name, before, after, NULL));
    }
  return pairs;
}

static void
test_choice (void)
{
  static const struct
  {
    Edit    edit;
    gdouble low, high;
    gint    windows;
  } expected[] = { { CONTRAST, 0.9, 1.1, 1 }, { MIRROR, 0.9, 1.1, 1 }, { SMOOTH, 0, 0.2, 2 }, { INK, 5, INFINITY, 2 } };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (FsePairs) pairs = pairs_of (expected[i].edit, 3);
      gdouble              fineness;
      gint                 automatic = FSE_WINDOWS_AUTO, none = 1, many = 4, large = FSE_WINDOWS_AUTO;

      g_assert_true (fse_windows_fineness (pairs, 64, &fineness, NULL));
      g_test_message ("edit %d: fine detail grows %.3f times as much as the rest", expected[i].edit, fineness);
      g_assert_cmpfloat (fineness, >=, expected[i].low);
      g_assert_cmpfloat (fineness, <=, expected[i].high);
      g_assert_true (fse_windows_choose (pairs, 64, &automatic, NULL));
      g_assert_cmpint (automatic, ==, expected[i].windows);
      g_assert_true (fse_windows_choose (pairs, 64, &none, NULL));
      g_assert_cmpint (none, ==, 1);
      /* no more than there are pixels for */
      g_assert_true (fse_windows_choose (pairs, 64, &many, NULL));
      g_assert_cmpint (many, ==, 2);
      g_assert_true (fse_windows_choose (pairs, SIDE, &large, NULL));
      g_assert_cmpint (large, ==, 1);
    }
}

/* What the model file keeps of a pair is the window in which most changes. */
static void
test_kept_window (void)
{
  g_autoptr (FsePairs)   pairs = pairs_of (SMOOTH, 2);
  g_autoptr (FseDataset) data = NULL;
  g_autofree guint8     *after = NULL;
  FsePair               *pair = pairs->pairs->pdata[1];
  gint                   left, top;

  for (gint y = 80; y < 90; y++) /* in the lower left */
    for (gint x = 20; x < 30; x++)
      pair->after->rgba[((gsize) y * SIDE + x) * 4] = 1;
  data = fse_dataset_new (pairs, 64, 2, NULL);
  g_assert_cmpint (data->width, ==, SIDE);
  g_assert_cmpint (data->window_width, ==, 64);
  fse_dataset_window (data, 2, &left, &top);
  g_assert_cmpint (left, ==, 0);
  g_assert_cmpint (top, ==, 64);
  after = fse_dataset_bytes (data, data->after);
  g_assert_cmpuint (after[((gsize) 64 * 64 + (85 - 64) * 64 + 25) * 4], ==, 255);
}

static gdouble
distance (const FseImage *a, const FseImage *b)
{
  gdouble sum = 0;

  for (gsize i = 0; i < (gsize) a->width * a->height * 4; i++)
    sum += fabsf (a->rgba[i] - b->rgba[i]);
  return sum / a->width / a->height / 3;
}

/* Trains so many steps, and says what the model file tells; all that is trained here is seen through two windows a side. */
static FseModelInfo *
trained (const gchar *path, FsePairs *pairs, guint steps)
{
  FseSettings            settings = tiny_settings (steps);
  g_autoptr (GError)     error = NULL;
  g_autoptr (FseTrainer) trainer = fse_trainer_new (pairs, &settings, path, &error);
  FseModelInfo          *info;

  g_assert_no_error (error);
  run (trainer);
  info = fse_model_info_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (info->settings.windows, ==, 2);
  return info;
}

/* Ink from the grain of a picture: more than half of it is learnt, in a few steps; a part is what the whole has there; and a larger picture
 * is done through the same windows. */
static void
test_training (void)
{
  g_autofree gchar        *path = model_path ("ink");
  g_autoptr (FsePairs)     pairs = pairs_of (INK, 5);
  g_autoptr (FseModelInfo) info = trained (path, pairs, 60);
  g_autoptr (GError)       error = NULL;
  g_autoptr (FseEditor)    editor = NULL;
  g_autoptr (FseImage)     whole = NULL, part = fse_image_new (SIDE, SIDE, NULL), large = fse_image_new (300, 200, NULL), result = NULL;
  const FsePair           *pair = pairs->pairs->pdata[2];
  const FseRectangle       region = { 40, 30, 50, 60 };
  FseRasterImages          images = { pair->before, part };
  FseRaster                raster = fse_raster_of_images (&images);
  FseApplySettings         apply;
  gdouble                  untouched, left;

  g_assert_false (info->settings.position);
  g_assert_cmpint (info->width, ==, 64);
  g_assert_cmpfloat (info->detail, ==, 1);

  editor = fse_editor_open (path, NULL, &error);
  g_assert_no_error (error);
  fse_apply_settings_default (&apply);
  whole = fse_editor_apply (editor, pair->before, &apply, NULL, NULL, &error);
  g_assert_no_error (error);
  untouched = distance (pair->before, pair->after);
  left = distance (whole, pair->after);
  g_test_message ("%.3f of %.3f is left", left, untouched);
  g_assert_cmpfloat (left, <, 0.5 * untouched);

  g_assert_true (fse_editor_apply_raster (editor, &raster, &region, &apply, NULL, NULL, &error));
  for (gint y = region.y; y < region.y + region.height; y++)
    g_assert_cmpmem (part->rgba + ((gsize) y * SIDE + region.x) * 4, region.width * 4 * sizeof (gfloat),
                     whole->rgba + ((gsize) y * SIDE + region.x) * 4, region.width * 4 * sizeof (gfloat));

  for (gsize i = 0; i < 300 * 200 * 4; i++)
    large->rgba[i] = 0.5f;
  result = fse_editor_apply (editor, large, &apply, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (result->width, ==, 300);
  g_assert_cmpint (result->height, ==, 200);
}

/* Windows show all that the pairs have: that larger pictures lose their detail, too, follows from what these lose. */
static void
test_wiped (void)
{
  g_autofree gchar        *path = model_path ("smooth");
  g_autoptr (FsePairs)     pairs = pairs_of (SMOOTH, 3);
  g_autoptr (FseModelInfo) info = trained (path, pairs, 2);

  g_assert_cmpfloat (info->detail, ==, 0);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int                result;

  trainings_start (&argc, &argv);
  device = fse_device_open (NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/windows/agree", test_agree);
  g_test_add_func ("/windows/fade", test_fade);
  g_test_add_func ("/windows/repaint", test_repaint);
  g_test_add_func ("/windows/choice", test_choice);
  g_test_add_func ("/windows/kept of a pair", test_kept_window);
  g_test_add_func ("/windows/training", test_training);
  g_test_add_func ("/windows/wiped detail", test_wiped);
  result = trainings_end ();
  fse_device_close (device);
  return result;
}
