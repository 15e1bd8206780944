/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Matrix products: how our own kernels are launched.
 */
#include "operators/gemm.h"

#include "operators/clblast.h"
#include "operators/gemm-choice.h"

#define LANE_TILES 4   /* work-items wanted for each core, so that none waits long for the last */
#define GPU_TILE 64    /* as in gemm.cl */
#define GPU_SIDE 16

static gint
ceil_div (gint a, gint b)
{
  return (a + b - 1) / b;
}

static gboolean
launch_own (FseDevice *device, const FseGemm *g, GError **error)
{
  if (fse_device_family (device) == FSE_FAMILY_GPU)
    {
      gsize x = (gsize) ceil_div (g->n, GPU_TILE) * GPU_SIDE, y = (gsize) ceil_div (g->m, GPU_TILE) * GPU_SIDE;

      return fse_launch (device, "gemm", "gemm", fse_range_groups (x, y, g->batch, GPU_SIDE, GPU_SIDE, 1), error,
                         FSE_BUF (g->a), FSE_BUF (g->b), FSE_BUF (g->c), FSE_INT (g->m), FSE_INT (g->n),
                         FSE_INT (g->k), FSE_FLOAT (g->alpha), FSE_FLOAT (g->beta), FSE_INT (g->transpose_a),
                         FSE_INT (g->transpose_b), FSE_INT (g->lda), FSE_INT (g->ldb), FSE_INT (g->ldc),
                         FSE_UINT (g->stride_a), FSE_UINT (g->stride_b), FSE_UINT (g->stride_c), FSE_END);
    }
  else
    {
      gint vector = (gint) fse_device_vector (device), panel = 2 * vector, tile = vector == 16 ? 8 : 4;
      gint wanted = LANE_TILES * (gint) fse_device_info (device)->units;
      /* of a transposed A few rows at a time, which the first cache keeps from panel to panel */
      gint rows = g->transpose_a ? 64 : 256;
      gint panels = g->transpose_a ? 4 : 1;
      gint n_panels = ceil_div (g->n, panel);

      /* Smaller ones where cores would idle. */
      while (panels > 1
             && (gint64) ceil_div (g->m, rows) * ceil_div (n_panels, panels) * g->batch < wanted)
        panels /= 2;
      while (rows > tile && (gint64) ceil_div (g->m, rows) * ceil_div (n_panels, panels) * g->batch < wanted)
        rows /= 2;
      return fse_launch (device, "gemm", "gemm",
                         fse_range_single (ceil_div (g->m, rows), ceil_div (n_panels, panels), g->batch), error,
                         FSE_BUF (g->a), FSE_BUF (g->b), FSE_BUF (g->c), FSE_INT (g->m), FSE_INT (g->n),
                         FSE_INT (g->k), FSE_FLOAT (g->alpha), FSE_FLOAT (g->beta), FSE_INT (g->transpose_a),
                         FSE_INT (g->transpose_b), FSE_INT (g->lda), FSE_INT (g->ldb), FSE_INT (g->ldc),
                         FSE_UINT (g->stride_a), FSE_UINT (g->stride_b), FSE_UINT (g->stride_c), FSE_INT (rows),
                         FSE_INT (panels), FSE_END);
    }
}

static gboolean
launch_plain (FseDevice *device, const FseGemm *g, GError **error)
{
  return fse_launch (device, "gemm", "gemm_plain", fse_range_groups (g->n, g->m, g->batch, 8, 8, 1), error,
                     FSE_BUF (g->a), FSE_BUF (g->b), FSE_BUF (g->c), FSE_INT (g->m), FSE_INT (g->n), FSE_INT (g->k),
                     FSE_FLOAT (g->alpha), FSE_FLOAT (g->beta), FSE_INT (g->transpose_a), FSE_INT (g->transpose_b),
                     FSE_INT (g->lda), FSE_INT (g->ldb), FSE_INT (g->ldc), FSE_UINT (g->stride_a),
                     FSE_UINT (g->stride_b), FSE_UINT (g->stride_c), FSE_END);
}

gboolean
fse_gemm_by (FseDevice *device, FseGemmLibrary library, const FseGemm *g, GError **error)
{
  g_assert (g->m > 0 && g->n > 0 && g->k > 0 && g->batch > 0);
  g_assert (MAX (g->stride_a, MAX (g->stride_b, g->stride_c)) <= G_MAXUINT);
  switch (library)
    {
    case FSE_GEMM_PLAIN:
      return launch_plain (device, g, error);
    case FSE_GEMM_CLBLAST:
      return fse_clblast_gemm (device, g, error);
    default:
      return launch_own (device, g, error);
    }
}

gboolean
fse_gemm (FseDevice *device, gboolean transpose_a, gboolean transpose_b, gint m, gint n, gint k, gfloat alpha,
          FseBuffer a, gint lda, FseBuffer b, gint ldb, gfloat beta, FseBuffer c, gint ldc, gint batch,
          gsize stride_a, gsize stride_b, gsize stride_c, GError **error)
{
  const FseGemm g = {
    .transpose_a = transpose_a, .transpose_b = transpose_b, .m = m, .n = n, .k = k,
    .alpha = alpha, .beta = beta, .a = a, .b = b, .c = c, .lda = lda, .ldb = ldb, .ldc = ldc,
    .batch = batch, .stride_a = stride_a, .stride_b = stride_b, .stride_c = stride_c,
  };
  FseGemmChoice     *choice = fse_gemm_choose (device, error);
  g_autoptr (GError) failure = NULL;

  if (!choice)
    return FALSE;
  if (choice->library != FSE_GEMM_CLBLAST || choice->forced)
    return fse_gemm_by (device, choice->library, &g, error);

  /* CLBlast writes C in its last launch: when it fails, C is as it was. */
  if (fse_clblast_gemm (device, &g, &failure))
    return TRUE;
  fse_gemm_distrust (device, choice, failure->message);
  return launch_own (device, &g, error);
}

const gchar *
fse_gemm_choice (FseDevice *device, GError **error)
{
  FseGemmChoice *choice = fse_gemm_choose (device, error);

  return choice ? choice->reason : NULL;
}
