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
 * The cpu family does 3x3 ones of many channels with fewer products (winograd.h); it goes by rows
 * where they are long enough, and reads weights where they lie, but for dx and for many outputs,
 * where it packs them first (conv2d.cl says how); the gpu family splits what would be too few work-groups for its units into
 * parts, and adds their sums.
 */
#include "operators/conv-tile.h"
#include "operators/operators.h"
#include "operators/pass.h"
#include "operators/winograd.h"

#define CHUNK_PIXELS 512  /* x and dy of so many pixels stay in a core's second cache */
#define MAX_CHUNKS 64     /* bounds the memory of the partial sums */
#define ONTO 3            /* the input that is a residual */
#define FAR_APART 256     /* outputs; weights of so many lie so far apart from channel to channel that few fit the caches */
#define PRODUCT_ROW 64    /* pixels that a work-item of a 1x1 convolution takes where it may */
#define LARGE_WEIGHTS (1 << 17) /* floats; more do not stay in a core's second cache */
/* The gpu family: */
#define GROUPS_UNIT 3     /* work-groups wanted for each unit */
#define LEAST_DEPTH 64    /* of a part */
#define MAX_PARTS 16
#define LEAST_PIXELS 128  /* of a chunk */
#define MAX_PARTIALS (1 << 22) /* floats of partial sums, about */
#define SUM_ACROSS 32     /* as in conv2d_weight.cl */
#define SUM_SLICES 8

enum
{
  FORWARD, /* packed weights, or sums of parts */
  SWAPPED, /* the same for the gradient to the input */
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
  *rows_chunk += *rows_chunk % 2; /* winograd.h wants pairs of them */
  *chunks = ceil_div (*rows, *rows_chunk);
}

/* The gpu family's tiles of rows x columns outputs. */
static FseRange
range_tiles (FseConvTile tile, gint rows, gint columns, gint z)
{
  gint items = fse_conv_tile_items (tile);

  return fse_range_groups ((gsize) ceil_div (rows, tile.m) * items, ceil_div (columns, tile.n), z, items, 1, 1);
}

/* How many times the work-groups there are would fill a GPU's units. */
static gint
shares_wanted (FseDevice *device, gint rows, gint columns)
{
  return GROUPS_UNIT * (gint) fse_device_info (device)->units / fse_conv_groups (rows, columns);
}

/* Pixels of a chunk of the gpu family's weight gradient. */
static gint
chunk_pixels (FseDevice *device, gint pixels, gint rows, gint co)
{
  gint64 most = MAX (MAX_PARTIALS / ((gint64) (rows + 1) * co), 1);
  gint64 chunks = CLAMP (MIN (shares_wanted (device, rows + 1, co), most), 1, ceil_div (pixels, LEAST_PIXELS));

  return ceil_div (pixels, (gint) chunks);
}

/* Parts into which the gpu family's sums for y fall. */
static gint
sum_parts (FseDevice *device, const Conv2d *conv, const Layout *l)
{
  gint depth = conv->k * conv->k * l->ci / (l->up * l->up);

  return CLAMP (shares_wanted (device, l->n * l->ho * l->wo, l->co), 1, CLAMP (depth / LEAST_DEPTH, 1, MAX_PARTS));
}

/* Floats of y, to a four. */
static gsize
slab_floats (const Layout *l)
{
  return ((gsize) l->n * l->ho * l->wo * l->co + 3) / 4 * 4;
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

/* Whether the cpu family does with fewer products. */
static gboolean
by_winograd (FseDevice *device, gint k, const Layout *l)
{
  return k == 3 && l->stride == 1 && l->up == 1 && fse_winograd_serves (device, l->n, l->hi, l->wi, l->ci, l->co);
}

/* Blocks change fastest, or, `blocks_last`, slowest. */
static FseRange
range_blocks (gint blocks, gint others, gint parities, gboolean blocks_last)
{
  return blocks_last ? fse_range_single (others, blocks, parities) : fse_range_single (blocks, others, parities);
}

static gboolean
convolve_tiles (FseNode *node, const Layout *l, FseBuffer x, FseBuffer weight, gboolean swapped, FseBuffer bias,
                gboolean has_bias, const FseBuffer *onto, FseBuffer y, GError **error)
{
  FseDevice          *device = node->device;
  const Conv2d       *conv = node->params;
  const FseConvTiles *tiles = fse_conv_tiles (device, error);
  gint                pixels = l->n * ceil_div (l->ho, l->up) * ceil_div (l->wo, l->up), parts = sum_parts (device, conv, l);
  gsize               floats = (gsize) l->n * l->ho * l->wo * l->co;
  FseConvClass        class = fse_conv_class (device, l->n * l->ho * l->wo, l->co);
  FseBuffer           sums = parts > 1 ? node->scratch[swapped ? SWAPPED : FORWARD] : y;

  return tiles
         && fse_launch (device, tiles->program[FSE_CONV_SUMS][class], "conv2d",
                        range_tiles (tiles->tile[FSE_CONV_SUMS][class], pixels, l->co, l->up * l->up * parts), error,
                        FSE_BUF (x), FSE_BUF (weight), FSE_BUF (bias), FSE_BUF (onto ? *onto : y), FSE_BUF (sums),
                        FSE_INT (l->n), FSE_INT (l->hi), FSE_INT (l->wi), FSE_INT (l->ci), FSE_INT (l->ho),
                        FSE_INT (l->wo), FSE_INT (l->co), FSE_INT (conv->k), FSE_INT (l->stride), FSE_INT (l->up),
                        FSE_INT (has_bias), FSE_INT (onto != NULL), FSE_INT (swapped), FSE_INT (parts), FSE_END)
         && (parts == 1
             || fse_launch (device, tiles->program[FSE_CONV_SUMS][class], "conv2d_sum", fse_range_each (device, floats),
                            error, FSE_BUF (sums), FSE_BUF (bias), FSE_BUF (onto ? *onto : y), FSE_BUF (y),
                            FSE_UINT (floats), FSE_INT (parts), FSE_INT (l->co), FSE_INT (has_bias),
                            FSE_INT (onto != NULL), FSE_END));
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
  FseBuffer  zeros, scratch = node->scratch[swapped ? SWAPPED : FORWARD], used = packed ? scratch : weight;

  if (by_winograd (device, k, l))
    return fse_winograd (device, x, weight, swapped, has_bias ? &bias : NULL, onto, y, scratch, l->n, l->hi, l->wi, l->ci,
                         l->co, error);
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
    return convolve_tiles (node, l, x, weight, swapped, bias, has_bias, onto, y, error);
  return convolve_vectors (node, l, x, weight, swapped, bias, has_bias, onto, y, error);
}

static Layout
layout_forward (const Conv2d *conv, const FseTensor *x, const FseTensor *out)
{
  return (Layout) { out->n, x->h, x->w, x->c, out->h, out->w, out->c, conv->stride, 1 };
}

static Layout
layout_backward (const Conv2d *conv, const FseTensor *x, const FseTensor *out)
{
  return (Layout) { out->n, out->h, out->w, out->c, x->h, x->w, x->c, 1, conv->stride };
}

static gboolean
forward (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0], *weight = node->in[1], *bias = node->in[2], *onto = node->in[ONTO], *out = node->out;
  Layout     l = layout_forward (node->params, x, out);

  return convolve (node, &l, x->data, weight->data, FALSE, bias ? bias->data : weight->data, bias != NULL,
                   onto ? &onto->data : NULL, out->data, error);
}

static gboolean
backward_data (FseNode *node, GError **error)
{
  FseTensor *x = node->in[0], *weight = node->in[1], *out = node->out;
  Layout     l = layout_backward (node->params, x, out);

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

/* The cpu family's partial sums for the gradients to weight and bias, and of how many chunks they are. */
static gboolean
sum_chunks (FseNode *node, gint *chunks, GError **error)
{
  const Conv2d *conv = node->params;
  FseTensor    *x = node->in[0], *out = node->out;
  gboolean      flat = is_product (conv);
  gint          rows, width, rows_chunk;

  chunk_rows (conv, out, &rows, &width, &rows_chunk, chunks);
  if (conv->k == 3 && conv->stride == 1 && fse_winograd_weight_serves (node->device, x->n, x->h, x->w, x->c, out->c))
    return fse_winograd_weight (node->device, x->data, out->grad, node->scratch[PARTIALS], x->n, x->h, x->w, x->c, out->c,
                                rows_chunk, error);
  return fse_launch (node->device, "conv2d_weight", "conv2d_weight",
                     fse_range_single (weight_tiles (node->device, conv->k, conv->stride, x->c, out->c), *chunks, 1), error,
                     FSE_BUF (x->data), FSE_BUF (out->grad), FSE_BUF (node->scratch[PARTIALS]), FSE_INT (flat ? 1 : x->n),
                     FSE_INT (flat ? rows : x->h), FSE_INT (flat ? width : x->w), FSE_INT (x->c),
                     FSE_INT (flat ? rows : out->h), FSE_INT (width), FSE_INT (out->c), FSE_INT (conv->k),
                     FSE_INT (conv->stride), FSE_INT (out->n * out->h * out->w), FSE_INT (rows_chunk), FSE_END);
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

  if (fse_device_family (device) == FSE_FAMILY_GPU)
    {
      const FseConvTiles *tiles = fse_conv_tiles (device, error);
      FseConvClass        class = fse_conv_class (device, pixels, out->c);
      gint                chunk = chunk_pixels (device, pixels, rows, out->c), chunks = ceil_div (pixels, chunk);

      return tiles
             && fse_launch (device, tiles->program[FSE_CONV_WEIGHTS][class], "conv2d_weight",
                            range_tiles (tiles->tile[FSE_CONV_WEIGHTS][class], rows + 1, out->c, chunks), error,
                            FSE_BUF (x->data), FSE_BUF (out->grad), FSE_BUF (partials), FSE_INT (x->n), FSE_INT (x->h),
                            FSE_INT (x->w), FSE_INT (x->c), FSE_INT (out->h), FSE_INT (out->w), FSE_INT (out->c),
                            FSE_INT (conv->k), FSE_INT (conv->stride), FSE_INT (chunk), FSE_END)
             && fse_launch (device, tiles->program[FSE_CONV_WEIGHTS][class], "conv2d_weight_sum",
                            fse_range_groups ((gsize) (rows + 1) * out->c, SUM_SLICES, 1, SUM_ACROSS, SUM_SLICES, 1), error,
                            FSE_BUF (partials), FSE_BUF (dw), FSE_BUF (db), FSE_INT (chunks), FSE_INT (rows),
                            FSE_INT (out->c), FSE_INT (weight_mode), FSE_INT (bias_mode), FSE_END);
    }
  else
    {
      gint chunks;

      return sum_chunks (node, &chunks, error)
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
  gint       taps = conv.k * conv.k, pixels = out->n * out->h * out->w;

  g_assert (weight->n == weight->h && (conv.k == 1 || conv.k == 3) && weight->w == x->c);
  g_assert (stride == 1 || stride == 2);
  g_assert (MAX (x->c, weight->c) <= FSE_ZEROS);
  g_assert (!onto || (onto->n == out->n && onto->h == out->h && onto->w == out->w && onto->c == out->c));
  g_assert (!bias || fse_tensor_floats (bias) == (gsize) weight->c);

  if (fse_device_family (device) == FSE_FAMILY_CPU)
    {
      gint   width = ceil_div (weight->c, block_width (device)) * block_width (device), rows, line, rows_chunk, chunks;
      Layout there = layout_forward (&conv, x, out), back = layout_backward (&conv, x, out);

      chunk_rows (&conv, out, &rows, &line, &rows_chunk, &chunks);
      if (by_winograd (device, conv.k, &there))
        fse_node_scratch (node, FORWARD, fse_winograd_floats (x->c, weight->c), FSE_SCRATCH_FORWARD);
      else if (weight->c >= FAR_APART)
        fse_node_scratch (node, FORWARD, packed_floats (device, taps, x->c, weight->c), FSE_SCRATCH_FORWARD);
      fse_node_scratch (node, SWAPPED,
                        by_winograd (device, conv.k, &back) ? fse_winograd_floats (weight->c, x->c)
                                                            : packed_floats (device, taps, weight->c, x->c),
                        FSE_SCRATCH_BACKWARD);
      fse_node_scratch (node, PARTIALS, (gsize) chunks * (taps * x->c + 1) * width, FSE_SCRATCH_BACKWARD);
    }
  else
    {
      Layout there = layout_forward (&conv, x, out), back = layout_backward (&conv, x, out);
      gint   parts = sum_parts (device, &conv, &there), parts_back = sum_parts (device, &conv, &back);
      gint   chunks = ceil_div (pixels, chunk_pixels (device, pixels, taps * x->c, weight->c));

      if (parts > 1)
        fse_node_scratch (node, FORWARD, parts * slab_floats (&there), FSE_SCRATCH_FORWARD);
      if (parts_back > 1)
        fse_node_scratch (node, SWAPPED, parts_back * slab_floats (&back), FSE_SCRATCH_BACKWARD);
      fse_node_scratch (node, PARTIALS, (gsize) chunks * (taps * x->c + 1) * weight->c, FSE_SCRATCH_BACKWARD);
    }
  return out;
}
