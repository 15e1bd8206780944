/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A step's floating-point operations, as the tape counts them, against a count by hand.
 */
#include "operators/operators.h"
#include "operators/weights.h"
#include "with-device.h"

static FseDevice *device;

static FseTensor *
one_by_one (FseTape *tape, FseWeights *weights, FseTensor *x, const gchar *name)
{
  return fse_conv2d (tape, x, fse_weights_get (weights, name, 1, 1, 16, 16, FSE_INIT_NORMAL, 0.1f), NULL, 1);
}

/* Nothing wants the gradient of an input. */
static void
test_flops (void)
{
  static const gdouble strided = 4 * 4 * 16 * 3 * 3 * 8, pointwise = 4 * 4 * 16 * 16, matching = 16 * 16 * (16 + 16);

  for (gint training = 0; training < 2; training++)
    {
      g_autoptr (FseWeights) weights = fse_weights_new (device, 3);
      g_autoptr (FseTape)    tape = fse_tape_new (device, training);
      FseTensor             *x = fse_tape_input (tape, 1, 8, 8, 8);

      x = fse_conv2d (tape, x, fse_weights_get (weights, "strided", 3, 3, 8, 16, FSE_INIT_NORMAL, 0.1f), NULL, 2);
      x = fse_attention (tape, one_by_one (tape, weights, x, "q"), one_by_one (tape, weights, x, "k"),
                         one_by_one (tape, weights, x, "v"), 1.0f);
      fse_loss_l1 (tape, x, NULL, NULL, 1.0f);
      g_assert_cmpfloat (fse_tape_flops (tape), ==, 2 * (training ? 2 * strided + 3 * 3 * pointwise + 3 * matching
                                                                  : strided + 3 * pointwise + matching));
    }
}

static void
add_tests (void)
{
  g_test_add_func ("/flops/counted", test_flops);
}

int
main (int argc, char **argv)
{
  return with_device (argc, argv, &device, add_tests);
}
