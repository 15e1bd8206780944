/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * y[n, i, j, o] = bias[o] + sum over ky, kx, c of
 *                 x[n, i stride + ky - k/2, j stride + kx - k/2, c] weight[ky, kx, c, o]
 *
 * with zeros outside x.  Backward:
 *   dx      the same sum over dy with mirrored taps and swapped channels;
 *   dweight [ky, kx, c, o] = sum over pixels of x dy, in chunks of rows whose
 *           partial sums are then added in order (no atomics);
 *   dbias   [o] = sum over pixels of dy, as one more row of the same partials.
 *
 * The cpu family goes by rows where they are long enough, and reads weights where they
 * lie, but for dx and for many outputs, where it packs them first (conv2d.cl says
 * how); on the gpu family a 1x1 convolution is a plain matrix product.
 */
#include "operators/conv-tile.h"
#include "operators/gemm.h"
#include "operators/operators.h"
#include "operators/pass.h"

#define CHUNK_PIXELS 512  /* x and dy of so many pixels stay in a core's second cache */
#define MAX_CHUNKS 64     /* bounds the memory of the partial sums */
#define ONTO 3            /* the input that is a residual */
#define FAR_APART 256     /* outputs; weights of so many lie so far apart from channel to channel that few fit the caches */
#define PRODUCT_ROW 64    /* pixels that a work-item of a 1x1 convolution takes where it may */
#define LARGE_WEIGHTS (1 << 17) /* floats; more do not stay in a core's second cache */

enum
{
  PACKED,
  PACKED_SWAPPED,
  PARTIALS
};

/* What becomes of a gradient's sum; the numbers are conv2d_weight.cl's. */
typedef enum
{
  SUM_NONE,
  SUM_WRITE,
  SUM_ADD
} SumMode;

typedef struct
{
  gint k;
  gint stride;
} Conv2d;

/* How one launch of the common kernel is laid out. */
typedef struct
{
  gint n, hi, wi, ci, ho, wo, co;
  gint stride; /* source pixels from one output to the next */
  gint up;     /* 2: the outputs fall into four grids by parity */
} Layout;

static gint
ceil_div (gint a, gint b)
{
  return (a + b - 1) / b;
}

/* Outputs of a block of the cpu family: two vectors. */
static gint
block_width (FseDevice *device)
{
  return 2 * (gint) fse_device_vector (device);
}

static gint
tile_pixels (FseDevice *device)
{
  return fse_device_vector (device) == 16 ? 8 : 6;
}

static gsize
packed_floats (FseDevice *device, gint taps, gint ci, gint co)
{
  gint width = block_width (device);

  return (gsize) ceil_div (co, width) * taps * ci * width;
}

/* A 1x1 convolution without stride has no borders: its pixels can be regrouped at will. */
static gboolean
is_product (const Conv2d *conv)
{
  return conv->k == 1 && conv->stride == 1;
}

/* Output rows, and how many of them a chunk of the weight gradient takes. */
static void
chunk_rows (const Conv2d *conv, const FseTensor *out, gint *rows, gint *width, gint *rows_chunk, gint *chunks)
{
  gint pixels = out->n * out->h * out->w;

  *width = is_product (conv) ? MIN (pixels, 64) : out->w;
  *rows = ceil_div (pixels, *width);
  *rows_chunk = MAX (ceil_div (CHUNK_PIXELS, *width), ceil_div (*rows, MAX_CHUNKS));
  *chunks = ceil_div (*rows, *rows_chunk);
}

/* The gpu family's tiles of rows x columns outputs. */
static FseRange
range_tiles (FseConvTile tile, gint rows, gint columns, gint z)
{
  gint items = fse_conv_tile_items (tile);

  return fse_range_groups ((gsize) ceil_div (rows, tile.m) * items, ceil_div (columns, tile.n), z, items, 1, 1);
}

/* Lays `l` out for the cpu family's kernel for rows, which wants rows as long as its tiles; FALSE where it does not serve. */
static gboolean
lay_in_rows (FseDevice *device, gint k, Layout *l)
{
  gint vector = (gint) fse_device_vector (device), last = (l->co - 1) % block_width (device) + 1;
  gint tile = last > vector ? vector / 2 : vector;

  if (k == 1 && l->stride == 1 && l->up == 1)
    {
      gint pixels = l->n * l->ho * l->wo;

      if (pixels % PRODUCT_ROW == 0)
        {
          l->n = 1;
          l->hi = l->ho = pixels / PRODUCT_ROW;
          l->wi = l->wo = PRODUCT_ROW;
        }
      return l->wo >= tile;
    }
  return k == 3 && l->wo >= tile && (l->up == 1 || l->wo % 2 == 0);
}

/* Blocks change fastest, or, `blocks_last`, slowest. */
static FseRange
range_blocks (gint blocks, gint others, gint parities, gboolean blocks_last)
{
  return blocks_last ? fse_range_single (others, blocks, parities) : fse_range_single (blocks, others, parities);
}

static gboolean
convolve_tiles (FseNode *node, const Layout *l, FseBuffer x, FseBuffer weight, gboolean swapped, FseBuffer bias,
                gboolean has_bias, gboolean add, FseBuffer y, GError **error)
{
  const FseConvTiles *tiles = fse_conv_tiles (node->device, error);
  gint                pixels = l->n * ceil_div (l->ho, l->up) * ceil_div (l->wo, l->up);
  FseRange            range;

  if (!tiles)
    return FALSE;
  range = range_tiles (tiles->tile[FSE_CONV_SUMS], pixels, l->co, l->up * l->up);
  return fse_launch (node->device, tiles->program[FSE_CONV_SUMS], "conv2d", range, error, FSE_BUF (x), FSE_BUF (weight),
                     FSE_BUF (bias), FSE_BUF (y), FSE_INT (l->n), FSE_INT (l->hi), FSE_INT (l->wi), FSE_INT (l->ci),
                     FSE_INT (l->ho), FSE_INT (l->wo), FSE_INT (l->co), FSE_INT (((const Conv2d *) node->params)->k),
                     FSE_INT (l->stride), FSE_INT (l->up), FSE_INT (has_bias), FSE_INT (add), FSE_INT (swapped), FSE_END);
}

static gboolean
convolve_vectors (FseNode *node, const Layout *l, FseBuffer x, FseBuffer weight, gboolean swapped, FseBuffer bias,
                  gboolean has_bias, const FseBuffer *onto, FseBuffer y, GError **error)
{
  FseDevice *device = node->device;
  gint       k = ((const Conv2d *) node->params)->k, blocks = ceil_div (l->co, block_width (device));
  gboolean   blocks_last = (gsize) k * k * l->ci * l->co > LARGE_WEIGHTS, packed = swapped || l->co >= FAR_APART;
  Layout     rows = *l;
  gboolean   by_rows = lay_in_rows (device, k, &rows);
  gint       tiles = ceil_div (l->n * ceil_div (l->ho, l->up) * ceil_div (l->wo, l->up), tile_pixels (device));
  FseBuffer  zeros, used = packed ? node->scratch[swapped ? PACKED_SWAPPED : PACKED] : weight;

  return fse_device_zeros (device, &zeros, error)
         && (!packed || fse_launch (device, "conv2d", "conv2d_pack", fse_range_single (k * k, blocks, 1), error,
                                    FSE_BUF (weight), FSE_BUF (used), FSE_INT (k * k), FSE_INT (l->ci), FSE_INT (l->co),
                                    FSE_INT (swapped), FSE_END))
         && fse_launch (device, "conv2d", "conv2d",
                        by_rows ? range_blocks (blocks, rows.n * rows.ho, 1, blocks_last)
                                : range_blocks (blocks, tiles, l->up * l->up, blocks_last),
                        error, FSE_BUF (x), FSE_BUF (used), FSE_BUF (zeros), FSE_BUF (bias), FSE_BUF (onto ? *onto : y),
                        FSE_BUF (y), FSE_INT (rows.n), FSE_INT (rows.hi), FSE_INT (rows.wi), FSE_INT (l->ci),
                        FSE_INT (rows.ho), FSE_INT (rows.wo), FSE_INT (l->co), FSE_INT (k), FSE_INT (l->stride),
                        FSE_INT (l->up), FSE_INT (has_bias), FSE_INT (onto != NULL), FSE_INT (packed),
                        FSE_INT (by_rows), FSE_INT (blocks_last), FSE_END);
}

static gboolean
convolve (FseNode *node, const Layout *l, FseBuffer x, FseBuffer weight, gboolean swapped, FseBuffer bias,
          gboolean has_bias, const FseBuffer *onto, FseBuffer y, GError **error)
{
  if (fse_device_family (node->device) == FSE_FAMILY_GPU)
    return convolve_tiles (node, l, x, weight, swapped, bias, has_bias, onto != NULL, y, error);
  return convolve_vectors (node, l, x, weight, swapped, bias, has_bias, onto, y, error);
}

/* Without a residual. */
static gboolean
forward_alone (FseNode *node, const FseBuffer *onto, GError **error)
{
  const Conv2d *conv = node->params;
  FseTensor    *x = node->in[0], *weight = node->in[1], *bias = node->in[2], *out = node->out;
  Layout        l = { out->n, x->h, x->w, x->c, out->h, out->w, out->c, conv->stride, 1 };
  gint          pixels = out->n * out->h * out->w;

  if (fse_device_family (node->device) == FSE_FAMILY_GPU && is_product (conv))
    {
      const FseConvTiles *tiles = fse_conv_tiles (node->device, error);

      return tiles
             && (!bias || fse_launch (node->device, tiles->program[FSE_CONV_SUMS], "conv2d_bias",
                                      fse_range_groups (out->c, pixels, 1, 32, 1, 1), error, FSE_BUF (bias->data),
                                      FSE_BUF (out->data), FSE_UINT (out->c), FSE_END))
             && fse_gemm (node->device, FALSE, FALSE, pixels, out->c, x->c, 1.0f, x->data, x->c, weight->data, out->c,
                          bias ? 1.0f : 0.0f, out->data, out->c, 1, 0, 0, 0, error);
    }
  return convolve (node, &l, x->data, weight->data, FALSE, bias ? bias->data : weight->data, bias != NULL, onto,
                   out->data, error);
}

static gboolean
forward (FseNode *node, GError **error)
{
  FseTensor *onto = node->in[ONTO], *out = node->out;
  gsize      n = fse_tensor_floats (out);

  if (!onto || fse_device_family (node->device) == FSE_FAMILY_CPU)
    return forward_alone (node, onto ? &onto->data : NULL, error);
  return forward_alone (node, NULL, error)
         && fse_launch (node->device, "elementwise", "add", fse_range_each (node->device, n), error, FSE_BUF (out->data),
                        FSE_BUF (onto->data), FSE_BUF (out->data), FSE_UINT (n), FSE_END);
}

static gboolean
backward_data (FseNode *node, GError **error)
{
  const Conv2d *conv = node->params;
  FseTensor    *x = node->in[0], *weight = node->in[1], *out = node->out;
  Layout        l = { out->n, out->h, out->w, out->c, x->h, x->w, x->c, 1, conv->stride };

  if (fse_device_family (node->device) == FSE_FAMILY_GPU && is_product (conv))
    return fse_gemm (node->device, FALSE, TRUE, out->n * out->h * out->w, x->c, out->c, 1.0f, out->grad, out->c,
                     weight->data, out->c, node->accumulate[0] ? 1.0f : 0.0f, x->grad, x->c, 1, 0, 0, 0, error);
  return convolve (node, &l, out->grad, weight->data, TRUE, weight->data, FALSE, node->accumulate[0] ? &x->grad : NULL,
                   x->grad, error);
}

/* Work-items that the cpu family's gradient of weights takes for a chunk; conv2d_weight.cl says which does what. */
static gint
weight_tiles (FseDevice *device, gint k, gint stride, gint ci, gint co)
{
  gint     vector = (gint) fse_device_vector (device), wide = (co + vector - 1) / (2 * vector);
  gint     narrow = ceil_div (co, 2 * vector) - wide;
  gboolean by_rows = vector == 16 && k == 3 && stride == 1;
  gint     wide_tiles = wide * ceil_div (ci, by_rows ? vector / 4 : vector / 2);

  return (by_rows ? 3 : k * k) * (wide_tiles + narrow * ceil_div (ci, vector / 2)) + ceil_div (co, vector);
}

static gboolean
backward_weight (FseNode *node, SumMode weight_mode, SumMode bias_mode, GError **error)
{
  const Conv2d *conv = node->params;
  FseDevice    *device = node->device;
  FseTensor    *x = node->in[0], *weight = node->in[1], *bias = node->in[2], *out = node->out;
  FseBuffer     partials = node->scratch[PARTIALS];
  FseBuffer     dw = weight_mode ? weight->grad : partials, db = bias_mode ? bias->grad : partials;
  gint          taps = conv->k * conv->k, rows = taps * x->c, pixels = out->n * out->h * out->w;
  gint          lines, width, lines_chunk, chunks;

  chunk_rows (conv, out, &lines, &width, &lines_chunk, &chunks);

  if (fse_device_family (device) == FSE_FAMILY_GPU)
    {
      const FseConvTiles *tiles = fse_conv_tiles (device, error);
      const gchar        *program = tiles ? tiles->program[FSE_CONV_WEIGHTS] : NULL;

      return tiles
             && fse_launch (device, program, "conv2d_weight",
                            range_tiles (tiles->tile[FSE_CONV_WEIGHTS], rows + 1, out->c, chunks), error,
                            FSE_BUF (x->data), FSE_BUF (out->grad), FSE_BUF (partials), FSE_INT (x->n), FSE_INT (x->h),
                            FSE_INT (x->w), FSE_INT (x->c), FSE_INT (out->h), FSE_INT (out->w), FSE_INT (out->c),
                            FSE_INT (conv->k), FSE_INT (conv->stride), FSE_INT (lines_chunk * width), FSE_END)
             && fse_launch (device, program, "conv2d_weight_sum",
                            fse_range_groups ((gsize) (rows + 1) * out->c, 1, 1, 64, 1, 1), error, FSE_BUF (partials),
                            FSE_BUF (dw), FSE_BUF (db), FSE_INT (chunks), FSE_INT (rows), FSE_INT (out->c),
                            FSE_INT (weight_mode), FSE_INT (bias_mode), FSE_END);
    }
  else
    {
      gboolean flat = is_product (conv);

      return fse_launch (device, "conv2d_weight", "conv2d_weight",
                         fse_range_single (weight_tiles (device, conv->k, conv->stride, x->c, out->c), chunks, 1), error,
                         FSE_BUF (x->data), FSE_BUF (out->grad), FSE_BUF (partials), FSE_INT (flat ? 1 : x->n),
                         FSE_INT (flat ? lines : x->h), FSE_INT (flat ? width : x->w), FSE_INT (x->c),
                         FSE_INT (flat ? lines : out->h), FSE_INT (width), FSE_INT (out->c), FSE_INT (conv->k),
                         FSE_INT (conv->stride), FSE_INT (pixels), FSE_INT (lines_chunk), FSE_END)
             && fse_launch (device, "conv2d_weight", "conv2d_weight_sum", fse_range_single (rows + 1, 1, 1), error,
                            FSE_BUF (partials), FSE_BUF (dw), FSE_BUF (db), FSE_INT (chunks), FSE_INT (rows),
                            FSE_INT (out->c), FSE_INT (weight_mode), FSE_INT (bias_mode), FSE_END);
    }
}

static SumMode
sum_mode (FseNode *node, gint i)
{
  if (!node->in[i] || !node->in[i]->needs_grad)
    return SUM_NONE;
  return node->accumulate[i] ? SUM_ADD : SUM_WRITE;
}

static gboolean
backward (FseNode *node, GError **error)
{
  SumMode weight_mode = sum_mode (node, 1), bias_mode = sum_mode (node, 2);

  return (!node->in[0]->needs_grad || backward_data (node, error))
         && ((!weight_mode && !bias_mode) || backward_weight (node, weight_mode, bias_mode, error))
         && (!node->in[ONTO] || fse_pass_gradient (node, ONTO, 1.0f, error));
}

/* Of the picture's gradient and of the weight's as many as of forward. */
static gdouble
multiply_adds (const FseNode *node, gboolean backward)
{
  const FseTensor *weight = node->in[1];
  gdouble          forth = (gdouble) fse_tensor_floats (node->out) * fse_tensor_floats (weight) / weight->c;

  return backward ? forth * ((node->in[0]->needs_grad != 0) + (weight->needs_grad != 0)) : forth;
}

static const FseOperator conv2d = {
  .name = "conv2d",
  .keeps = FSE_KEEPS_INPUT,
  .forgets = 1 << ONTO,
  .passes_on = 1 << ONTO,
  .forward = forward,
  .backward = backward,
  .multiply_adds = multiply_adds,
};

FseTensor *
fse_conv2d (FseTape *tape, FseTensor *x, FseTensor *weight, FseTensor *bias, gint stride)
{
  return fse_conv2d_onto (tape, x, weight, bias, stride, NULL);
}

FseTensor *
fse_conv2d_onto (FseTape *tape, FseTensor *x, FseTensor *weight, FseTensor *bias, gint stride, FseTensor *onto)
{
  FseDevice *device = fse_tape_device (tape);
  Conv2d     conv = { weight->n, stride };
  FseTensor *inputs[4] = { x, weight, bias, onto };
  FseTensor *out = fse_tape_tensor (tape, x->n, ceil_div (x->h, stride), ceil_div (x->w, stride), weight->c);
  FseNode   *node = fse_tape_add (tape, &conv2d, inputs, 4, out, &conv, sizeof conv);
  gint       taps = conv.k * conv.k, width = weight->c, rows, line, rows_chunk, chunks;

  g_assert (weight->n == weight->h && (conv.k == 1 || conv.k == 3) && weight->w == x->c);
  g_assert (stride == 1 || stride == 2);
  g_assert (MAX (x->c, weight->c) <= FSE_ZEROS);
  g_assert (!onto || (onto->n == out->n && onto->h == out->h && onto->w == out->w && onto->c == out->c));
  g_assert (!bias || fse_tensor_floats (bias) == (gsize) weight->c);

  if (fse_device_family (device) == FSE_FAMILY_CPU)
    {
      width = ceil_div (weight->c, block_width (device)) * block_width (device);
      if (weight->c >= FAR_APART)
        fse_node_scratch (node, PACKED, packed_floats (device, taps, x->c, weight->c), FSE_SCRATCH_FORWARD);
      fse_node_scratch (node, PACKED_SWAPPED, packed_floats (device, taps, weight->c, x->c), FSE_SCRATCH_BACKWARD);
    }
  chunk_rows (&conv, out, &rows, &line, &rows_chunk, &chunks);
  fse_node_scratch (node, PARTIALS, (gsize) chunks * (taps * x->c + 1) * width, FSE_SCRATCH_BACKWARD);
  return out;
}
