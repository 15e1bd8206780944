/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Convolution, zero padding k/2: forward and the gradient to the input, which
 * are one kernel (conv2d_weight.cl has the gradients to weight and bias):
 *
 *   y[n, o] = sum over taps t, channels c of  x[n, s(o, t), c] w[t, c]
 *
 * forward:        s = o stride + t - k/2
 * data gradient:  the same with mirrored taps and channels swapped; with
 *                 stride 2 (`up`) only every other tap meets a pixel, which ones
 *                 depends on whether o is odd: four sub-grids, one a parity.
 *
 * The cpu family adds `onto` where `add`: what y holds, or a tensor of its own (a residual).
 * Weights are [k, k, ci, co].  No atomics anywhere: each output has one owner
 * and sums in a fixed order, so a result does not depend on the work size.
 */

#ifdef FSE_CPU

/* Weights as conv2d wants them: [blocks of WIDTH outputs][taps][ci][WIDTH],
 * zeros beyond co, then ci zeros which stand for pixels outside.  `swapped`
 * is for the data gradient: taps mirrored, the roles of ci and co exchanged
 * (they name those of the packed weights).  One work-item a (tap, block); the tap
 * past the last writes the zeros. */
SINGLE __kernel void
conv2d_pack (IN (w), OUT (p), const int taps, const int ci, const int co, const int swapped)
{
  OPEN_IN (w);
  OPEN_OUT (p);
  const int tap = get_global_id (0), block = get_global_id (1);
  const int first = block * WIDTH, count = min (WIDTH, co - first);
  if (tap == taps)
    {
      if (block == 0)
        for (int c = 0; c < ci; c++)
          p[(size_t) get_global_size (1) * taps * ci * WIDTH + c] = 0.0f;
      return;
    }
  p += ((size_t) block * taps + tap) * ci * WIDTH;
  if (swapped)
    {
      w += ((size_t) (taps - 1 - tap) * co + first) * ci;
      for (int c = 0; c < ci; c++, p += WIDTH)
        for (int i = 0; i < WIDTH; i++)
          p[i] = i < count ? w[(size_t) i * ci + c] : 0.0f;
      return;
    }
  w += (size_t) tap * ci * co + first;
  for (int c = 0; c < ci; c++, w += co, p += WIDTH)
    for (int i = 0; i < WIDTH; i += VW)
      VSTORE (fse_get (w + i, count - i), p + i);
}

/* Writes the first `left` of v, plus those of `onto` where `add`. */
INLINE void
put_outputs (VF v, __global const float *onto, __global float *o, const int left, const int add)
{
  if (left >= VW)
    VSTORE (add ? v + VLOAD (onto) : v, o);
  else if (left == HW)
    HSTORE (add ? v.lo + HLOAD (onto) : v.lo, o);
  else
    fse_put (add ? v + fse_get (onto, left) : v, o, left);
}

/* A convolution as conv2d_tile takes it. */
typedef struct
{
  __global const float *x, *w, *zero, *bias, *onto;
  __global float       *y;
  int                   n, hi, wi, ci, ho, wo, co, k, stride, up, has_bias, add;
} Convolution;

/* PX pixels (counted through all pictures) times the outputs of a block, in registers. */
INLINE void
conv2d_tile (const int full, const int rest, const Convolution *s, const int tile, const int block, const int parity)
{
  const int hi = s->hi, wi = s->wi, ci = s->ci, co = s->co, k = s->k, stride = s->stride, up = s->up, add = s->add;
  const int py = parity >> 1, px = parity & 1;
  const int gh = (s->ho - py + up - 1) / up, gw = (s->wo - px + up - 1) / up;
  const int pixels = s->n * gh * gw, first = tile * PX;
  if (first >= pixels)
    return;

  int sy[PX], sx[PX];
  __global const float *at[PX];
  size_t to[PX];
  int row = first / gw, picture = row / gh, gx = first - row * gw, gy = row - picture * gh;
  __global const float *from = s->x + (((size_t) picture * hi + gy * stride) * wi + gx * stride) * ci;
  size_t into = (((size_t) picture * s->ho + gy * up + py) * s->wo + gx * up + px) * co + block * WIDTH;
#pragma unroll
  for (int p = 0; p < PX; p++)
    {
      sy[p] = gy * stride;
      sx[p] = gx * stride;
      at[p] = from;
      to[p] = into;
      if (first + p + 1 >= pixels)
        continue;
      from += stride * ci;
      into += up * co;
      if (++gx < gw)
        continue;
      gx = 0;
      if (++gy == gh)
        {
          gy = 0;
          picture++;
        }
      from = s->x + ((size_t) picture * hi + gy * stride) * wi * ci;
      into = (((size_t) picture * s->ho + gy * up + py) * s->wo + px) * co + block * WIDTH;
    }

  const bool has_bias = s->has_bias;
  __global const float *bias = s->bias;
  VF acc[PX][2];
  HF acc_rest[PX];
  bias += block * WIDTH;
#pragma unroll
  for (int p = 0; p < PX; p++)
    {
#pragma unroll
      for (int v = 0; v < full; v++)
        acc[p][v] = has_bias ? VLOAD (bias + v * VW) : (VF) 0.0f;
      if (rest)
        acc_rest[p] = has_bias ? HLOAD (bias + full * VW) : (HF) 0.0f;
    }

  const int by = k / 2 - py, bx = k / 2 - px;
  for (int ky = up == 2 ? (k / 2 + py) & 1 : 0; ky < k; ky += up)
    for (int kx = up == 2 ? (k / 2 + px) & 1 : 0; kx < k; kx += up)
      {
        const int dy = (ky - by) / up, dx = (kx - bx) / up;
        const long shift = ((long) dy * wi + dx) * ci;
        __global const float *wp = s->w + (((size_t) block * k + ky) * k + kx) * ci * WIDTH;
        __global const float *q[PX];
#pragma unroll
        for (int p = 0; p < PX; p++)
          {
            const bool inside = (uint) (sy[p] + dy) < (uint) hi && (uint) (sx[p] + dx) < (uint) wi;
            q[p] = inside ? at[p] + shift : s->zero;
          }
        for (int c = 0; c < ci; c++, wp += WIDTH)
          {
            VF b[2];
            HF b_rest = 0.0f;
#pragma unroll
            for (int v = 0; v < full; v++)
              b[v] = VLOAD (wp + v * VW);
            if (rest)
              b_rest = HLOAD (wp + full * VW);
#pragma unroll
            for (int p = 0; p < PX; p++)
              {
                const float a = q[p][c];
#pragma unroll
                for (int v = 0; v < full; v++)
                  acc[p][v] = fma ((VF) a, b[v], acc[p][v]);
                if (rest)
                  acc_rest[p] = fma ((HF) a, b_rest, acc_rest[p]);
              }
          }
      }

  const int left = co - block * WIDTH;
#pragma unroll
  for (int p = 0; p < PX; p++)
    if (first + p < pixels)
      {
#pragma unroll
        for (int v = 0; v < full; v++)
          put_outputs (acc[p][v], s->onto + to[p] + v * VW, s->y + to[p] + v * VW, left - v * VW, add);
        if (rest)
          put_outputs ((VF) (acc_rest[p], (HF) 0.0f), s->onto + to[p] + full * VW, s->y + to[p] + full * VW,
                       left - full * VW, add);
      }
}

#define TILE_OF(full, rest)                                                                                            \
  OUTLINE void conv2d_tile_##full##rest (const Convolution *s, const int tile, const int block, const int parity)  \
  {                                                                                                                \
    conv2d_tile (full, rest, s, tile, block, parity);                                                              \
  }
TILE_OF (2, 0)
TILE_OF (1, 1)
TILE_OF (1, 0)

/* P pixels of a row of a 3x3 convolution with stride 1 times the outputs of a
 * block.  An input pixel, once loaded, serves the three outputs beside each
 * other that see it; so the three taps of a row go together, and few loads
 * keep many multiply-adds busy. */
INLINE void
rows_tile (const int full, const int rest, const int P, __global const float *x, __global const float *w,
                 __global const float *zero, __global const float *bias, __global const float *onto, __global float *y,
                 const int row, const int from, const int h, const int width, const int ci, const int co, const int left,
                 const int has_bias, const int add)
{
  const int line = row % h, x0 = min (from, width - P);
  VF acc[VW][2];
  HF acc_rest[VW];
#pragma unroll
  for (int p = 0; p < P; p++)
    {
#pragma unroll
      for (int v = 0; v < full; v++)
        acc[p][v] = has_bias ? VLOAD (bias + v * VW) : (VF) 0.0f;
      if (rest)
        acc_rest[p] = has_bias ? HLOAD (bias + full * VW) : (HF) 0.0f;
    }

  for (int ky = max (0, 1 - line); ky < min (3, h + 1 - line); ky++)
    {
      __global const float *mid = x + ((size_t) (row + ky - 1) * width + x0) * ci;
      __global const float *before = x0 > 0 ? mid - ci : zero, *after = x0 + P < width ? mid + (size_t) P * ci : zero;
      __global const float *wp = w + (size_t) ky * 3 * ci * WIDTH;
      const size_t tap = (size_t) ci * WIDTH;
      for (int c = 0; c < ci; c++, wp += WIDTH, mid++)
        {
          VF b[3][2];
          HF b_rest[3];
#pragma unroll
          for (int t = 0; t < 3; t++)
            {
#pragma unroll
              for (int v = 0; v < full; v++)
                b[t][v] = VLOAD (wp + t * tap + v * VW);
              if (rest)
                b_rest[t] = HLOAD (wp + t * tap + full * VW);
            }
#pragma unroll
          for (int s = -1; s <= P; s++)
            {
              const float a = s < 0 ? before[c] : s < P ? mid[(size_t) s * ci] : after[c];
#pragma unroll
              for (int t = 0; t < 3; t++)
                if (s + 1 - t >= 0 && s + 1 - t < P)
                  {
#pragma unroll
                    for (int v = 0; v < full; v++)
                      acc[s + 1 - t][v] = fma ((VF) a, b[t][v], acc[s + 1 - t][v]);
                    if (rest)
                      acc_rest[s + 1 - t] = fma ((HF) a, b_rest[t], acc_rest[s + 1 - t]);
                  }
            }
        }
    }

#pragma unroll
  for (int p = 0; p < P; p++)
    if (x0 + p >= from)
      {
        const size_t to = ((size_t) row * width + x0 + p) * co;
#pragma unroll
        for (int v = 0; v < full; v++)
          put_outputs (acc[p][v], onto + to + v * VW, y + to + v * VW, left - v * VW, add);
        if (rest)
          put_outputs ((VF) (acc_rest[p], (HF) 0.0f), onto + to + full * VW, y + to + full * VW, left - full * VW, add);
      }
}

/* Pixels of such a tile, as many as leave the sums in registers.  Of the last, which is
 * moved back to end with the row, only those are written that are not another tile's. */
#define ROW_PX(full, rest) (full + rest > 1 ? VW / 2 : VW)

#define ROW_OF(full, rest)                                                                                            \
  OUTLINE void rows_##full##rest (__global const float *x, __global const float *w, __global const float *zero,       \
                                  __global const float *bias, __global const float *onto, __global float *y,          \
                                  const int row, const int h,                                                         \
                                  const int width, const int ci, const int co, const int left, const int has_bias,    \
                                  const int add)                                                                      \
  {                                                                                                                   \
    for (int from = 0; from < width; from += ROW_PX (full, rest))                                                     \
      rows_tile (full, rest, ROW_PX (full, rest), x, w, zero, bias, onto, y, row, from, h, width, ci, co, left,       \
                 has_bias, add);                                                                                      \
  }
ROW_OF (2, 0)
ROW_OF (1, 1)
ROW_OF (1, 0)

/* A row of a picture a work-item.  Range: (blocks, rows), or the other way round (`blocks_last`). */
SINGLE __kernel void
conv2d_rows (IN (x), IN (w), IN (bias), IN (onto), OUT (y), const int h, const int width, const int ci, const int co,
             const int has_bias, const int add, const int blocks_last)
{
  OPEN_IN (x);
  OPEN_IN (w);
  OPEN_IN (bias);
  OPEN_IN (onto);
  OPEN_OUT (y);
  const int blocks = (co + WIDTH - 1) / WIDTH, block = get_global_id (blocks_last ? 1 : 0);
  const int row = get_global_id (blocks_last ? 0 : 1), left = co - WIDTH * block;
  __global const float *zero = w + (size_t) blocks * 9 * ci * WIDTH;
  w += (size_t) block * 9 * ci * WIDTH;
  bias += block * WIDTH;
  onto += block * WIDTH;
  y += block * WIDTH;
#define CALL(full, rest) rows_##full##rest (x, w, zero, bias, onto, y, row, h, width, ci, co, left, has_bias, add)
  BY_OUTPUTS (left, CALL)
#undef CALL
}

/* Range: (blocks, tiles, parities), or (tiles, blocks, parities) where the weights are
 * too large for the cache and each block should be used up first (`blocks_last`). */
SINGLE __kernel void
conv2d (IN (x), IN (w), IN (bias), IN (onto), OUT (y), const int n, const int hi, const int wi, const int ci,
        const int ho, const int wo, const int co, const int k, const int stride, const int up, const int has_bias,
        const int add, const int blocks_last)
{
  OPEN_IN (x);
  OPEN_IN (w);
  OPEN_IN (bias);
  OPEN_IN (onto);
  OPEN_OUT (y);
  const int blocks = (co + WIDTH - 1) / WIDTH;
  const int block = get_global_id (blocks_last ? 1 : 0), tile = get_global_id (blocks_last ? 0 : 1);
  const Convolution all = { x, w, w + (size_t) blocks * k * k * ci * WIDTH, bias, onto, y, n, hi, wi, ci, ho, wo, co, k,
                            stride, up, has_bias, add };
#define CALL(full, rest) conv2d_tile_##full##rest (&all, tile, block, get_global_id (2))
  BY_OUTPUTS (co - WIDTH * block, CALL)
#undef CALL
}

#else /* FSE_GPU */

/* Every pixel's outputs = bias, onto which a matrix product is then added. */
__kernel void
conv2d_bias (IN (bias), OUT (y), const uint co)
{
  OPEN_IN (bias);
  OPEN_OUT (y);
  const uint o = get_global_id (0), pixel = get_global_id (1);
  if (o < co)
    y[(size_t) pixel * co + o] = bias[o];
}

/* Rows are pixels, columns outputs.  `swapped`: the weights are [k, k, co, ci]
 * and mirrored (the data gradient).  Range: (pixels / TM, co / TN, parities) groups. */
TILE_GROUP __kernel void
conv2d (IN (x), IN (w), IN (bias), OUT (y), const int n, const int hi, const int wi, const int ci,
        const int ho, const int wo, const int co, const int k, const int stride, const int up,
        const int has_bias, const int add, const int swapped)
{
  OPEN_IN (x);
  OPEN_IN (w);
  OPEN_IN (bias);
  OPEN_OUT (y);
  __local float a[TK][TM + 1], b[TK][TN + 1];
  __local int sy[TM], sx[TM], sn[TM];
  const int t = get_local_id (0), tn = t % LN, tm = t / LN;
  const int py = get_group_id (2) >> 1, px = get_group_id (2) & 1;
  const int gh = (ho - py + up - 1) / up, gw = (wo - px + up - 1) / up;
  const int pixels = n * gh * gw, first = get_group_id (0) * TM, o0 = get_group_id (1) * TN;

  for (int m = t; m < TM; m += ITEMS)
    {
      const int pixel = min (first + m, pixels - 1), row = pixel / max (gw, 1), picture = row / max (gh, 1);
      sy[m] = row - picture * gh;
      sx[m] = pixel - row * gw;
      sn[m] = picture;
    }
  float acc[RM][RN];
  for (int j = 0; j < RN; j++)
    {
      const int o = o0 + tn + LN * j;
      const float v = has_bias && o < co ? bias[o] : 0.0f;
      for (int i = 0; i < RM; i++)
        acc[i][j] = v;
    }
  barrier (CLK_LOCAL_MEM_FENCE);

  const int by = k / 2 - py, bx = k / 2 - px;
  for (int ky = up == 2 ? (k / 2 + py) & 1 : 0; ky < k; ky += up)
    for (int kx = up == 2 ? (k / 2 + px) & 1 : 0; kx < k; kx += up)
      {
        const int dy = (ky - by) / up, dx = (kx - bx) / up, tap = ky * k + kx;
        for (int c0 = 0; c0 < ci; c0 += TK)
          {
            for (int i = 0; i < TM * TK / ITEMS; i++)
              {
                const int s = t % TK, m = t / TK + i * (ITEMS / TK);
                const int yy = sy[m] * stride + dy, xx = sx[m] * stride + dx;
                const bool inside = first + m < pixels && c0 + s < ci && (uint) yy < (uint) hi && (uint) xx < (uint) wi;
                a[s][m] = inside ? x[(((size_t) sn[m] * hi + yy) * wi + xx) * ci + c0 + s] : 0.0f;
              }
            for (int i = 0; i < TN * TK / ITEMS; i++)
              {
                const int s = swapped ? t % TK : t / TN + i * (ITEMS / TN);
                const int o = swapped ? t / TK + i * (ITEMS / TK) : t % TN;
                const bool inside = c0 + s < ci && o0 + o < co;
                const size_t at = swapped ? ((size_t) (k * k - 1 - tap) * co + o0 + o) * ci + c0 + s
                                          : ((size_t) tap * ci + c0 + s) * co + o0 + o;
                b[s][o] = inside ? w[at] : 0.0f;
              }
            barrier (CLK_LOCAL_MEM_FENCE);
            fse_tile_product (a, b, tm, tn, acc);
            barrier (CLK_LOCAL_MEM_FENCE);
          }
      }

  for (int i = 0; i < RM; i++)
    {
      const int m = tm + LM * i;
      if (first + m >= pixels)
        continue;
      const size_t at = (((size_t) sn[m] * ho + sy[m] * up + py) * wo + sx[m] * up + px) * co;
      for (int j = 0; j < RN; j++)
        {
          const int o = o0 + tn + LN * j;
          if (o < co)
            y[at + o] = add ? y[at + o] + acc[i][j] : acc[i][j];
        }
    }
}

#endif
