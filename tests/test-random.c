/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Philox against the known answers of Random123, the device's words against
 * the host's, and the normal numbers' moments.
 */
#include <math.h>
#include <string.h>

#include "operators/operators.h"
#include "operators/philox.h"

/* kat_vectors of Random123 1.09: counter, key, answer of philox4x32-10 */
static const guint32 known[][10] = {
  { 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000,
    0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 },
  { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
    0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd },
  { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0,
    0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 },
};

static void
test_known (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      guint32 out[4];

      fse_philox4x32 (known[i], known[i] + 4, out);
      g_assert_cmpmem (out, sizeof out, known[i] + 6, sizeof out);
    }
}

static const guint64 seed = G_GUINT64_CONSTANT (0x0123456789abcdef);
static const guint32 step = 77, stream = 5;

static FseDevice *
open_device (gconstpointer family)
{
  g_autoptr (GError) error = NULL;
  FseDevice         *device;

  g_setenv ("FEW_SHOT_EDIT_KERNELS", family, TRUE);
  device = fse_device_open (NULL, &error);
  g_assert_no_error (error);
  return device;
}

static void
test_words (gconstpointer family)
{
  g_autoptr (FseDevice) device = open_device (family);
  g_autoptr (GError)    error = NULL;
  const guint32         clock[4] = { (guint32) seed, (guint32) (seed >> 32), step, 0 };
  guint32               out[203];
  FseBuffer             in, buffer;

  g_assert_true (fse_device_alloc (device, 4, &in, &error));
  g_assert_true (fse_device_alloc (device, 203, &buffer, &error));
  g_assert_true (fse_device_write (device, in, clock, 4, &error));
  g_assert_true (fse_launch (device, "random", "words", fse_range_single (51, 1, 1), &error,
                             FSE_BUF (in), FSE_BUF (buffer), FSE_UINT (203), FSE_UINT (stream), FSE_END));
  g_assert_true (fse_device_read (device, buffer, out, 203, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < 203; i++)
    {
      const guint32 counter[4] = { i / 4, step, stream, 0 };
      guint32       expected[4];

      fse_philox4x32 (counter, clock, expected);
      g_assert_cmphex (out[i], ==, expected[i % 4]);
    }
  fse_device_free (device, &in);
  fse_device_free (device, &buffer);
}

static void
test_normal (gconstpointer family)
{
  const gint            n = 3, h = 97, w = 101, c = 7;
  g_autoptr (FseDevice) device = open_device (family);
  g_autoptr (FseTape)   tape = fse_tape_new (device, FALSE);
  g_autoptr (GError)    error = NULL;
  const guint32         bits[4] = { (guint32) seed, (guint32) (seed >> 32), step, 0 };
  FseTensor            *clock = fse_tape_input (tape, 1, 1, 1, 4);
  FseTensor            *noise = fse_noise (tape, clock, n, h, w, c, stream);
  gsize                 count = fse_tensor_floats (noise);
  g_autofree gfloat    *out = g_new (gfloat, count);
  gdouble               sum = 0.0, squares = 0.0, cubes = 0.0, fourth = 0.0, neighbours = 0.0;

  fse_tape_keep (tape, noise);
  g_assert_true (fse_tape_seal (tape, &error));
  g_assert_true (fse_device_write (device, clock->data, bits, 4, &error));
  g_assert_true (fse_tape_forward (tape, &error));
  g_assert_true (fse_device_read (device, noise->data, out, count, &error));
  g_assert_no_error (error);

  for (gsize i = 0; i < count; i++)
    {
      gdouble x = out[i];

      g_assert_cmpfloat_with_epsilon (x, fse_philox_normal (seed, step, stream, i), 2e-5);
      sum += x;
      squares += x * x;
      cubes += x * x * x;
      fourth += x * x * x * x;
      neighbours += i ? x * out[i - 1] : 0.0;
    }
  /* five standard errors of each */
  g_assert_cmpfloat (fabs (sum / count), <, 5.0 * sqrt (1.0 / count));
  g_assert_cmpfloat (fabs (squares / count - 1.0), <, 5.0 * sqrt (2.0 / count));
  g_assert_cmpfloat (fabs (cubes / count), <, 5.0 * sqrt (15.0 / count));
  g_assert_cmpfloat (fabs (fourth / count - 3.0), <, 5.0 * sqrt (96.0 / count));
  g_assert_cmpfloat (fabs (neighbours / count), <, 5.0 * sqrt (1.0 / count));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random/known-answers", test_known);
  for (gint i = 0; i < 2; i++)
    {
      const gchar      *family = i ? "gpu" : "cpu";
      g_autofree gchar *words_path = g_strdup_printf ("/random/%s/words", family);
      g_autofree gchar *normal_path = g_strdup_printf ("/random/%s/normal", family);

      g_test_add_data_func (words_path, family, test_words);
      g_test_add_data_func (normal_path, family, test_normal);
    }
  return g_test_run ();
}
