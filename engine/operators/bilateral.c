/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Colour maps from a bilateral grid (HDRNet, Gharbi et al., arXiv 1707.02880):
 * a coarse grid of cells, each with a map for every level of a guide,
 *   out (p) = sum_k grid (p / f, k, level (guide_k (p))),
 * read bilinearly between cells and linearly between levels, so that a smooth
 * grid gives maps that change where the guide does.  HDRNet learns one guide;
 * here the pixel's own r, g and b are three, whose maps are added.
 */
#include "operators/operators.h"

#define PROGRAM "bilateral"
#define GUIDES 3
#define MAP 12
#define MOST_BINS 16 /* as in bilateral.cl */
#define MOST_FACTOR 16

typedef struct
{
  gint factor, bins;
} Slice;

static FseRange
range_rows (FseDevice *device, gint columns, gint rows, gint n)
{
  return fse_device_family (device) == FSE_FAMILY_CPU ? fse_range_single (1, rows, n)
                                                      : fse_range_groups (columns, rows, n, 64, 1, 1);
}

/* A cell of the grid for the gpu family's work-group, a row of them for the cpu family's. */
static FseRange
range_cells (FseDevice *device, const FseTensor *grid)
{
  gsize numbers = grid->c / 4;

  if (fse_device_family (device) == FSE_FAMILY_CPU)
    return fse_range_single (1, grid->h, grid->n);
  return fse_range_groups (grid->w * numbers, grid->h, grid->n, numbers, 1, 1);
}

static gboolean
slice_forward (FseNode *node, GError **error)
{
  const Slice *p = node->params;
  FseTensor   *guide = node->in[1];

  return fse_launch (node->device, PROGRAM, "bilateral_slice", range_rows (node->device, guide->w, guide->h, guide->n), error,
                     FSE_BUF (node->in[0]->data), FSE_BUF (guide->data), FSE_BUF (node->out->data),
                     FSE_INT (guide->h), FSE_INT (guide->w), FSE_INT (p->factor), FSE_INT (p->bins), FSE_END);
}

static gboolean
slice_backward (FseNode *node, GError **error)
{
  const Slice *p = node->params;
  FseTensor   *grid = node->in[0], *guide = node->in[1];

  if (grid->needs_grad
      && !fse_launch (node->device, PROGRAM, "bilateral_slice_backward_grid",
                      range_cells (node->device, grid), error,
                      FSE_BUF (guide->data), FSE_BUF (node->out->grad), FSE_BUF (grid->grad),
                      FSE_INT (guide->h), FSE_INT (guide->w), FSE_INT (p->factor), FSE_INT (p->bins),
                      FSE_INT (node->accumulate[0]), FSE_END))
    return FALSE;
  if (!guide->needs_grad)
    return TRUE;
  return fse_launch (node->device, PROGRAM, "bilateral_slice_backward_guide",
                     range_rows (node->device, guide->w, guide->h, guide->n), error,
                     FSE_BUF (grid->data), FSE_BUF (guide->data), FSE_BUF (node->out->grad), FSE_BUF (guide->grad),
                     FSE_INT (guide->h), FSE_INT (guide->w), FSE_INT (p->factor), FSE_INT (p->bins),
                     FSE_INT (node->accumulate[1]), FSE_END);
}

FseTensor *
fse_bilateral_slice (FseTape *tape, FseTensor *grid, FseTensor *guide)
{
  static const FseOperator op = { "bilateral_slice", FSE_KEEPS_INPUT, FALSE, slice_forward, slice_backward };
  const Slice              p = { guide->h / grid->h, grid->c / (GUIDES * MAP) };
  FseTensor               *in[2] = { grid, guide };
  FseTensor               *out = fse_tape_tensor (tape, guide->n, guide->h, guide->w, MAP);

  g_assert (guide->c == GUIDES && grid->n == guide->n && grid->c == GUIDES * p.bins * MAP);
  g_assert (p.bins >= 2 && p.bins <= MOST_BINS && p.factor <= MOST_FACTOR);
  g_assert (guide->h == p.factor * grid->h && guide->w == p.factor * grid->w);
  fse_tape_add (tape, &op, in, 2, out, &p, sizeof p);
  return out;
}
