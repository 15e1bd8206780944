/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tape that computes some outputs again in backward takes less memory and
 * gives the same bits.
 */
#include "operators/operators.h"
#include "operators/weights.h"
#include "with-device.h"

#include <string.h>

#define SIDE 16
#define CHANNELS 24
#define BLOCKS 4

static FseDevice *device;

typedef struct
{
  FseTape    *tape;
  FseWeights *weights;
} Net;

static FseTensor *
conv (Net *net, FseTensor *x, gint block, const gchar *part)
{
  g_autofree gchar *name = g_strdup_printf ("%d/%s", block, part);

  return fse_conv2d (net->tape, x, fse_weights_get (net->weights, name, 3, 3, CHANNELS, CHANNELS, FSE_INIT_NORMAL, 0.1f),
                     NULL, 1);
}

static FseTensor *
norm (Net *net, FseTensor *x, gint block, const gchar *part)
{
  g_autofree gchar *gamma = g_strdup_printf ("%d/%s/gamma", block, part);
  g_autofree gchar *beta = g_strdup_printf ("%d/%s/beta", block, part);

  return fse_group_norm (net->tape, x, fse_weights_get (net->weights, gamma, 1, 1, 1, CHANNELS, FSE_INIT_NORMAL, 1.0f),
                         fse_weights_get (net->weights, beta, 1, 1, 1, CHANNELS, FSE_INIT_NORMAL, 1.0f), 3, TRUE);
}

/* Residual blocks, in which what is computed again comes alone, one upon the other, and for two readers. */
static FseTensor *
blocks (Net *net, FseTensor *x, FseTensor *noise)
{
  for (gint b = 0; b < BLOCKS; b++)
    {
      g_autofree gchar *name = g_strdup_printf ("%d/noise", b);
      FseTensor        *scale = fse_weights_get (net->weights, name, 1, 1, 1, CHANNELS, FSE_INIT_NORMAL, 1.0f);
      FseTensor        *h = conv (net, norm (net, x, b, "norm1"), b, "conv1");

      h = norm (net, fse_noise_injection (net->tape, h, scale, noise), b, "norm2");
      x = fse_add (net->tape, x, fse_add (net->tape, conv (net, h, b, "conv2"), conv (net, fse_silu (net->tape, h), b, "conv3")));
    }
  return x;
}

/* Loss, and all gradients of two steps; returns the bytes that the tape takes. */
static guint64
run (gboolean recompute, gfloat *loss, gfloat **gradients, gsize *n_gradients)
{
  g_autoptr (FseTape)    tape = fse_tape_new (device, TRUE);
  g_autoptr (FseWeights) weights = fse_weights_new (device, 5);
  g_autoptr (GError)     error = NULL;
  Net                    net = { tape, weights };
  FseTensor             *x = fse_tape_input (tape, 2, SIDE, SIDE, CHANNELS);
  FseTensor             *noise = fse_tape_input (tape, 2, SIDE, SIDE, 1);
  FseTensor             *charge = fse_loss_l2 (tape, blocks (&net, x, noise), x, NULL, 1.0f);
  g_autofree gfloat     *values = g_new (gfloat, fse_tensor_floats (x));
  g_autoptr (GRand)      rand = g_rand_new_with_seed (1);

  fse_tape_keep (tape, charge);
  if (recompute)
    fse_tape_recompute (tape);
  g_assert_true (fse_weights_allocate (weights, TRUE, &error));
  g_assert_true (fse_tape_seal (tape, &error));
  for (gsize i = 0; i < fse_tensor_floats (x); i++)
    values[i] = (gfloat) g_rand_double_range (rand, -1.0, 1.0);
  g_assert_true (fse_device_write (device, x->data, values, fse_tensor_floats (x), &error));
  g_assert_true (fse_device_write (device, noise->data, values, fse_tensor_floats (noise), &error));
  g_assert_true (fse_weights_zero_grad (weights, &error));
  for (gint step = 0; step < 2; step++)
    g_assert_true (fse_tape_forward (tape, &error) && fse_tape_backward (tape, &error));
  *n_gradients = fse_weights_floats (weights);
  *gradients = g_new (gfloat, *n_gradients);
  g_assert_true (fse_device_read (device, charge->data, loss, 1, &error));
  g_assert_true (fse_device_read (device, fse_weights_arena (weights, FSE_ARENA_GRAD), *gradients, *n_gradients, &error));
  return fse_tape_memory (tape);
}

static void
test_recompute (void)
{
  gfloat             loss[2];
  gsize              n[2];
  g_autofree gfloat *kept = NULL, *again = NULL;
  guint64            all = run (FALSE, &loss[0], &kept, &n[0]), less = run (TRUE, &loss[1], &again, &n[1]);

  g_test_message ("%" G_GUINT64_FORMAT " bytes, recomputing %" G_GUINT64_FORMAT, all, less);
  g_assert_cmpuint (less, <, all * 3 / 4);
  g_assert_cmpfloat (loss[0], >, 0.0f);
  g_assert_cmpmem (&loss[0], sizeof loss[0], &loss[1], sizeof loss[1]);
  g_assert_cmpmem (kept, n[0] * sizeof (gfloat), again, n[1] * sizeof (gfloat));
}

static void
add_tests (void)
{
  g_test_add_func ("/recompute/same-bits-in-less-memory", test_recompute);
}

int
main (int argc, char **argv)
{
  return with_device (argc, argv, &device, add_tests);
}
