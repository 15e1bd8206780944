/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Standard normal noise as a node of the tape.  The numbers are those of
 * philox.h on the host: fse_philox_normal (seed, step, stream, element).
 */
#include "operators/operators.h"

#define PROGRAM "random"
#define SHARE 16 /* blocks of 4 vectors that a cpu work-item makes */

static gboolean
noise_forward (FseNode *node, GError **error)
{
  const guint *stream = node->params;
  gboolean     cpu = fse_device_family (node->device) == FSE_FAMILY_CPU;
  gsize        n = fse_tensor_floats (node->out);
  gsize        block = 4 * (cpu ? fse_device_vector (node->device) : 4);
  gsize        blocks = (n + block - 1) / block;
  guint        share = cpu ? SHARE : 1;
  FseRange     range = cpu ? fse_range_single ((blocks + share - 1) / share, 1, 1)
                           : fse_range_groups (blocks, 1, 1, 64, 1, 1);

  return fse_launch (node->device, PROGRAM, "noise", range, error,
                     FSE_BUF (node->in[0]->data), FSE_BUF (node->out->data), FSE_UINT (n), FSE_UINT (*stream),
                     FSE_UINT (share), FSE_END);
}

static gboolean
noise_backward (FseNode *node, GError **error)
{
  return TRUE;
}

FseTensor *
fse_noise (FseTape *tape, FseTensor *clock, gint n, gint h, gint w, gint c, guint stream)
{
  static const FseOperator op = { "noise", 0, FALSE, noise_forward, noise_backward };
  FseTensor               *out = fse_tape_tensor (tape, n, h, w, c);

  g_assert (fse_tensor_floats (clock) == 4 && !clock->needs_grad);
  fse_tape_add (tape, &op, &clock, 1, out, &stream, sizeof stream);
  return out;
}
