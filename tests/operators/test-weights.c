/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The weights' arenas and starting values, and what weights and tapes do when
 * the device has no room for them.
 */
#include "operators/weights.h"
#include "with-device.h"

#include <math.h>
#include <string.h>

static FseDevice *device;

static gfloat *
fetch (FseBuffer buffer, gsize n)
{
  gfloat *values = g_new (gfloat, n);

  g_assert_nonnull (buffer.mem);
  g_assert_true (fse_device_read (device, buffer, values, n, NULL));
  return values;
}

/* Out of memory: a sentence with the whole need, and all that was had is given back. */
static void
test_out_of_memory (void)
{
  g_autoptr (FseDevice) small = NULL;
  g_autoptr (GError)    error = NULL;

  g_setenv ("FEW_SHOT_EDIT_MEMORY_LIMIT", "4", TRUE);
  small = fse_device_open (NULL, &error);
  g_unsetenv ("FEW_SHOT_EDIT_MEMORY_LIMIT");
  g_assert_no_error (error);

  {
    g_autoptr (FseTape)    tape = fse_tape_new (small, TRUE);
    g_autoptr (FseWeights) weights = fse_weights_new (small, 1);

    fse_tape_input (tape, 30000, 1, 1, 64);
    g_assert_false (fse_tape_seal (tape, &error));
    g_assert_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY);
    g_assert_nonnull (strstr (error->message, "This needs 8 MB"));
    g_clear_error (&error);

    /* five arenas of 1.2 MB do not fit; trying again does not make it worse */
    fse_weights_get (weights, "large", 1, 1, 1, 300000, FSE_INIT_CONSTANT, 0.0f);
    for (gint i = 0; i < 3; i++)
      {
        g_assert_false (fse_weights_allocate (weights, TRUE, &error));
        g_assert_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY);
        g_clear_error (&error);
      }
  }
  {
    g_autoptr (FseTape) tape = fse_tape_new (small, TRUE);

    fse_tape_input (tape, 15000, 1, 1, 64);
    g_assert_true (fse_tape_seal (tape, &error));
  }
}

/* Starting values hang on seed and name alone, and lie where the arena says. */
static void
test_weights (void)
{
  g_autoptr (FseWeights) one = fse_weights_new (device, 7), two = fse_weights_new (device, 7), other = fse_weights_new (device, 8);
  g_autoptr (GError)     error = NULL;
  FseTensor             *a, *b, *c, *k;
  gsize                  at;
  gdouble                mean = 0.0, square = 0.0;

  fse_weights_get (one, "first", 1, 1, 1, 5, FSE_INIT_CONSTANT, 2.5f);
  a = fse_weights_get (one, "second", 3, 3, 8, 100, FSE_INIT_NORMAL, 0.5f);
  b = fse_weights_get (two, "second", 3, 3, 8, 100, FSE_INIT_NORMAL, 0.5f);
  c = fse_weights_get (other, "second", 3, 3, 8, 100, FSE_INIT_NORMAL, 0.5f);
  g_assert_true (fse_weights_get (one, "second", 3, 3, 8, 100, FSE_INIT_NORMAL, 0.5f) == a);
  g_assert_true (fse_weights_allocate (one, TRUE, &error));
  g_assert_true (fse_weights_allocate (two, FALSE, &error));
  g_assert_true (fse_weights_allocate (other, FALSE, &error));

  g_assert_cmpuint (fse_weights_n (one), ==, 2);
  g_assert_cmpuint (fse_weights_count (one), ==, 7205);
  g_assert_cmpuint (fse_weights_floats (one), ==, 64 + 7232);
  g_assert_cmpstr (fse_weights_name (one, 1), ==, "second");
  g_assert_true (fse_weights_nth (one, 1, &at) == a);
  g_assert_cmpuint (at, ==, 64);

  {
    g_autofree gfloat *x = fetch (a->data, 7200), *y = fetch (b->data, 7200), *z = fetch (c->data, 7200);
    g_autofree gfloat *arena = fetch (fse_weights_arena (one, FSE_ARENA_DATA), fse_weights_floats (one));
    g_autofree gfloat *ema = fetch (fse_weights_arena (one, FSE_ARENA_EMA), fse_weights_floats (one));
    g_autofree gfloat *moment = fetch (fse_weights_arena (one, FSE_ARENA_MOMENT2), fse_weights_floats (one));

    g_assert_cmpmem (x, 7200 * 4, y, 7200 * 4);
    g_assert_true (memcmp (x, z, 7200 * 4) != 0);
    g_assert_cmpmem (arena + 64, 7200 * 4, x, 7200 * 4);
    g_assert_cmpmem (arena, fse_weights_floats (one) * 4, ema, fse_weights_floats (one) * 4);
    for (gint i = 0; i < 64; i++)
      g_assert_cmpfloat (arena[i], ==, i < 5 ? 2.5f : 0.0f);
    for (gsize i = 64 + 7200; i < fse_weights_floats (one); i++)
      g_assert_cmpfloat (arena[i], ==, 0.0f);
    for (gsize i = 0; i < fse_weights_floats (one); i++)
      g_assert_cmpfloat (moment[i], ==, 0.0f);
    for (gint i = 0; i < 7200; i++)
      {
        mean += x[i] / 7200.0;
        square += x[i] * x[i] / 7200.0;
      }
  }
  g_assert_cmpfloat (fabs (mean), <, 0.03);
  g_assert_cmpfloat (fabs (sqrt (square) - 0.5), <, 0.03);

  k = fse_weights_nth (one, 0, NULL);
  g_assert_true (k->grad.mem == fse_weights_arena (one, FSE_ARENA_GRAD).mem);
  g_assert_null (b->grad.mem);
}

static void
add_tests (void)
{
  g_test_add_func ("/weights/values", test_weights);
  g_test_add_func ("/weights/out-of-memory", test_out_of_memory);
}

int
main (int argc, char **argv)
{
  return with_device (argc, argv, &device, add_tests);
}
