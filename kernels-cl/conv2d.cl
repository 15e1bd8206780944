/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Convolution, zero padding k/2: forward, its gradients to input, weight and
 * bias.  Forward and the gradient to the input are one kernel:
 *
 *   y[n, o] = sum over taps t, channels c of  x[n, s(o, t), c] w[t, c]
 *
 * forward:        s = o stride + t - k/2
 * data gradient:  the same with mirrored taps and channels swapped; with
 *                 stride 2 (`up`) only every other tap meets a pixel, which ones
 *                 depends on whether o is odd: four sub-grids, one a parity.
 *
 * Weights are [k, k, ci, co].  No atomics anywhere: each output has one owner
 * and sums in a fixed order, so a result does not depend on the work size.
 */

#ifdef FSE_CPU

/* Pixels of a register tile and channels of x in the weight gradient's tile:
 * as many as leave the accumulators in registers (32 with 16 floats, 16 with 8). */
#if VW == 16
#define PX 8
typedef float8 HF;
#define HLOAD(p) vload8 (0, p)
#define HSTORE(v, p) vstore8 (v, 0, p)
#else
#define PX 6
typedef float4 HF;
#define HLOAD(p) vload4 (0, p)
#define HSTORE(v, p) vstore4 (v, 0, p)
#endif
#define HW (VW / 2)
#define WIDTH (2 * VW) /* outputs of a block */
#define INLINE static inline __attribute__ ((always_inline))

/* A block is computed by `full` vectors and perhaps half a one, whichever hold
 * the outputs that it really has: calls CALL (full, rest) with constants. */
#define BY_OUTPUTS(left, CALL) \
  if (left > VW + HW)          \
    CALL (2, 0);               \
  else if (left > VW)          \
    CALL (1, 1);               \
  else if (left > HW)          \
    CALL (1, 0);               \
  else                         \
    CALL (0, 1);

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

/* Writes the first `left` of v, or adds them. */
INLINE void
put_outputs (VF v, __global float *o, const int left, const int add)
{
  if (left >= VW)
    VSTORE (add ? v + VLOAD (o) : v, o);
  else if (left == HW)
    HSTORE (add ? v.lo + HLOAD (o) : v.lo, o);
  else
    fse_put_or_add (v, o, left, add);
}

/* PX pixels (counted through all pictures) times the outputs of a block, in registers. */
INLINE void
conv2d_tile (const int full, const int rest, __global const float *x, __global const float *w,
             __global const float *zero, __global const float *bias, __global float *y, const int tile,
             const int block, const int parity, const int n, const int hi, const int wi, const int ci, const int ho,
             const int wo, const int co, const int k, const int stride, const int up, const int has_bias,
             const int add)
{
  const int py = parity >> 1, px = parity & 1;
  const int gh = (ho - py + up - 1) / up, gw = (wo - px + up - 1) / up;
  const int pixels = n * gh * gw, first = tile * PX;
  if (first >= pixels)
    return;

  int sy[PX], sx[PX];
  long at[PX], to[PX];
  int row = first / gw, picture = row / gh, gx = first - row * gw, gy = row - picture * gh;
#pragma unroll
  for (int p = 0; p < PX; p++)
    {
      sy[p] = gy * stride;
      sx[p] = gx * stride;
      at[p] = (((long) picture * hi + sy[p]) * wi + sx[p]) * ci;
      to[p] = (((long) picture * ho + gy * up + py) * wo + gx * up + px) * co + block * WIDTH;
      if (first + p + 1 < pixels && ++gx == gw)
        {
          gx = 0;
          if (++gy == gh)
            {
              gy = 0;
              picture++;
            }
        }
    }

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
        __global const float *wp = w + (((size_t) block * k + ky) * k + kx) * ci * WIDTH;
        __global const float *q[PX];
#pragma unroll
        for (int p = 0; p < PX; p++)
          {
            const bool inside = (uint) (sy[p] + dy) < (uint) hi && (uint) (sx[p] + dx) < (uint) wi;
            q[p] = inside ? x + at[p] + shift : zero;
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
          put_outputs (acc[p][v], y + to[p] + v * VW, left - v * VW, add);
        if (rest)
          put_outputs ((VF) (acc_rest[p], (HF) 0.0f), y + to[p] + full * VW, left - full * VW, add);
      }
}

/* Range: (blocks, tiles, parities), or (tiles, blocks, parities) where the
 * weights are too large for the cache and each block should be used up first. */
SINGLE __kernel void
conv2d (IN (x), IN (w), IN (bias), OUT (y), const int n, const int hi, const int wi, const int ci, const int ho,
        const int wo, const int co, const int k, const int stride, const int up, const int has_bias, const int add,
        const int tiles_first)
{
  OPEN_IN (x);
  OPEN_IN (w);
  OPEN_IN (bias);
  OPEN_OUT (y);
  const int blocks = (co + WIDTH - 1) / WIDTH, left = co - WIDTH * (int) get_global_id (tiles_first ? 1 : 0);
#define CALL(full, rest)                                                                          \
  conv2d_tile (full, rest, x, w, w + (size_t) blocks * k * k * ci * WIDTH, bias, y,               \
               get_global_id (tiles_first ? 0 : 1), get_global_id (tiles_first ? 1 : 0),          \
               get_global_id (2), n, hi, wi, ci, ho, wo, co, k, stride, up, has_bias, add)
  BY_OUTPUTS (left, CALL)
#undef CALL
}

/* One pixel of the weight gradient: channels q[0 .. PX-1] times outputs d. */
#define WEIGHT_STEP(q, d)                                     \
  {                                                           \
    VF b[2];                                                  \
    HF b_rest = 0.0f;                                         \
    _Pragma ("unroll") for (int v = 0; v < full; v++)         \
      b[v] = VLOAD (d + v * VW);                              \
    if (rest)                                                 \
      b_rest = HLOAD (d + full * VW);                         \
    _Pragma ("unroll") for (int i = 0; i < PX; i++)           \
      {                                                       \
        const float a = q[i];                                 \
        _Pragma ("unroll") for (int v = 0; v < full; v++)     \
          acc[i][v] = fma ((VF) a, b[v], acc[i][v]);          \
        if (rest)                                             \
          acc_rest[i] = fma ((HF) a, b_rest, acc_rest[i]);    \
      }                                                       \
  }

/* dw[tap, c, o] = sum over pixels of x[s(pixel, tap), c] dy[pixel, o], over the
 * rows of one chunk, into the chunk's own partial: [taps ci + 1][blocks WIDTH]
 * whose last row is the bias gradient (x = 1).  Lanes past ci and co hold
 * neighbours' numbers and are never kept; only where that would read past the end
 * of a tensor is the pixel copied out first. */
INLINE void
weight_tile (const int full, const int rest, __global const float *x, __global const float *dy,
             __global float *part, const int block, const int c0, const int tap, const int n, const int hi,
             const int wi, const int ci, const int ho, const int wo, const int co, const int k, const int stride,
             const int pixels, const int rows_chunk)
{
  const int chunk = get_global_id (1), o0 = block * WIDTH, width = full * VW + rest * HW;
  const int row0 = chunk * rows_chunk, row1 = min (row0 + rows_chunk, n * ho);
  const bool bias = tap == k * k;
  VF acc[PX][2];
  HF acc_rest[PX];
#pragma unroll
  for (int i = 0; i < PX; i++)
    {
      acc[i][0] = acc[i][1] = 0.0f;
      acc_rest[i] = 0.0f;
    }

  const int ky = bias ? 0 : tap / k - k / 2, kx = bias ? 0 : tap % k - k / 2;
  const int xs = kx < 0 ? (stride - 1 - kx) / stride : 0, xe = bias ? wo : min (wo, (wi - 1 - kx + stride) / stride);
  /* with stride 1 the last of the rows may be cut short (`pixels`) */
  const size_t x_end = (size_t) (stride == 1 ? pixels : n * hi * wi) * ci, y_end = (size_t) pixels * co;
  for (int row = row0; row < row1; row++)
    {
      const int picture = row / ho, yy = (row - picture * ho) * stride + ky;
      const int last = min (xe, pixels - row * wo);
      if ((uint) yy >= (uint) hi || xs >= last)
        continue;
      const size_t q0 = (((size_t) picture * hi + yy) * wi + xs * stride + kx) * ci + c0;
      const size_t d0 = ((size_t) row * wo + xs) * co + o0;
      __global const float *q = x + q0, *d = dy + d0;
      const size_t more = last - xs - 1;
      const bool whole = d0 + more * co + width <= y_end;
      if (bias && whole)
        for (int p = xs; p < last; p++, d += co)
          {
#pragma unroll
            for (int v = 0; v < full; v++)
              acc[0][v] += VLOAD (d + v * VW);
            if (rest)
              acc_rest[0] += HLOAD (d + full * VW);
          }
      else if (whole && q0 + more * stride * ci + PX <= x_end)
        for (int p = xs; p < last; p++, q += stride * ci, d += co)
          WEIGHT_STEP (q, d)
      else
        for (int p = xs; p < last; p++, q += stride * ci, d += co)
          {
            float tq[PX], td[WIDTH];
            for (int i = 0; i < PX; i++)
              tq[i] = bias ? 1.0f : c0 + i < ci ? q[i] : 0.0f;
            for (int i = 0; i < width; i++)
              td[i] = o0 + i < co ? d[i] : 0.0f;
            WEIGHT_STEP (tq, td)
          }
    }
  const int stride_part = (co + WIDTH - 1) / WIDTH * WIDTH, count = bias ? 1 : ci - c0;
  part += (((size_t) chunk * (k * k * ci + 1)) + (size_t) tap * ci + c0) * stride_part + o0;
#pragma unroll
  for (int i = 0; i < PX; i++)
    if (i < count)
      {
#pragma unroll
        for (int v = 0; v < full; v++)
          VSTORE (acc[i][v], part + (size_t) i * stride_part + v * VW);
        if (rest)
          HSTORE (acc_rest[i], part + (size_t) i * stride_part + full * VW);
      }
}

/* Range: (blocks x groups of PX channels x taps, and the blocks' bias; chunks). */
SINGLE __kernel void
conv2d_weight (IN (x), IN (dy), OUT (part), const int n, const int hi, const int wi, const int ci, const int ho,
               const int wo, const int co, const int k, const int stride, const int pixels, const int rows_chunk)
{
  OPEN_IN (x);
  OPEN_IN (dy);
  OPEN_OUT (part);
  const int blocks = (co + WIDTH - 1) / WIDTH, groups = (ci + PX - 1) / PX, id = get_global_id (0);
  const int block = id % blocks, c0 = id / blocks % groups * PX, tap = id / blocks / groups;
  const int left = co - block * WIDTH;
#define CALL(full, rest)                                                                               \
  weight_tile (full, rest, x, dy, part, block, c0, tap, n, hi, wi, ci, ho, wo, co, k, stride, pixels,  \
               rows_chunk)
  BY_OUTPUTS (left, CALL)
#undef CALL
}

/* Adds up the chunks, in order.  The two modes: 0 leave that gradient, 1 write, 2 add to it.
 * One work-item a row of the partials. */
SINGLE __kernel void
conv2d_weight_sum (IN (part), OUT (dw), OUT (db), const int chunks, const int rows, const int co,
                   const int weight_mode, const int bias_mode)
{
  OPEN_IN (part);
  const int row = get_global_id (0), mode = row < rows ? weight_mode : bias_mode;
  __global float *to = row < rows ? dw_mem + dw_at + (size_t) row * co : db_mem + db_at;
  if (mode == 0)
    return;
  const int stride_part = (co + WIDTH - 1) / WIDTH * WIDTH;
  const size_t step = (size_t) (rows + 1) * stride_part;
  part += (size_t) row * stride_part;
  for (int c = 0; c < co; c += VW)
    {
      VF sum = 0.0f;
      for (int i = 0; i < chunks; i++)
        sum += VLOAD (part + i * step + c);
      fse_put_or_add (sum, to + c, co - c, mode == 2);
    }
}

#else /* FSE_GPU */

/* Implicit matrix product: TM rows x TN columns a work-group, TK deep, staged
 * in local memory; each of the 128 work-items owns 4 x 4 outputs. */
#define TM 64
#define TN 32
#define TK 16
#define ITEMS 128
#define GROUP __attribute__ ((reqd_work_group_size (ITEMS, 1, 1)))

/* acc += a b for one stage */
static inline void
stage (__local const float (*a)[TM + 1], __local const float (*b)[TN + 1], const int tm, const int tn, float acc[4][4])
{
#pragma unroll
  for (int s = 0; s < TK; s++)
    {
      float ra[4], rb[4];
#pragma unroll
      for (int i = 0; i < 4; i++)
        ra[i] = a[s][tm + 16 * i];
#pragma unroll
      for (int j = 0; j < 4; j++)
        rb[j] = b[s][tn + 8 * j];
#pragma unroll
      for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++)
          acc[i][j] = fma (ra[i], rb[j], acc[i][j]);
    }
}

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
GROUP __kernel void
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
  const int t = get_local_id (0), tn = t % 8, tm = t / 8;
  const int py = get_group_id (2) >> 1, px = get_group_id (2) & 1;
  const int gh = (ho - py + up - 1) / up, gw = (wo - px + up - 1) / up;
  const int pixels = n * gh * gw, first = get_group_id (0) * TM, o0 = get_group_id (1) * TN;

  if (t < TM)
    {
      const int pixel = min (first + t, pixels - 1), row = pixel / max (gw, 1), picture = row / max (gh, 1);
      sy[t] = row - picture * gh;
      sx[t] = pixel - row * gw;
      sn[t] = picture;
    }
  float acc[4][4];
  for (int j = 0; j < 4; j++)
    {
      const int o = o0 + tn + 8 * j;
      const float v = has_bias && o < co ? bias[o] : 0.0f;
      for (int i = 0; i < 4; i++)
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
            stage (a, b, tm, tn, acc);
            barrier (CLK_LOCAL_MEM_FENCE);
          }
      }

  for (int i = 0; i < 4; i++)
    {
      const int m = tm + 16 * i;
      if (first + m >= pixels)
        continue;
      const size_t at = (((size_t) sn[m] * ho + sy[m] * up + py) * wo + sx[m] * up + px) * co;
      for (int j = 0; j < 4; j++)
        {
          const int o = o0 + tn + 8 * j;
          if (o < co)
            y[at + o] = add ? y[at + o] + acc[i][j] : acc[i][j];
        }
    }
}

/* Rows are (tap, channel of x), one more row of ones gives the bias gradient;
 * columns outputs; the depth is the pixels of one chunk.  Partials [chunk][k k ci + 1][co].
 * Range: (rows / TM, co / TN, chunks) groups. */
GROUP __kernel void
conv2d_weight (IN (x), IN (dy), OUT (part), const int n, const int hi, const int wi, const int ci,
               const int ho, const int wo, const int co, const int k, const int stride, const int chunk)
{
  OPEN_IN (x);
  OPEN_IN (dy);
  OPEN_OUT (part);
  __local float a[TK][TM + 1], b[TK][TN + 1];
  __local int sy[TK], sx[TK], sn[TK];
  const int t = get_local_id (0), tn = t % 8, tm = t / 8;
  const int rows = k * k * ci + 1, first = get_group_id (0) * TM, o0 = get_group_id (1) * TN;
  const int pixel0 = get_group_id (2) * chunk, pixel1 = min (pixel0 + chunk, n * ho * wo);
  const int row = first + t % TM, tap = row / ci, c = row - tap * ci;
  const int oy = tap / k - k / 2, ox = tap % k - k / 2;
  float acc[4][4];
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++)
      acc[i][j] = 0.0f;

  for (int p = pixel0; p < pixel1; p += TK)
    {
      if (t < TK)
        {
          const int pixel = min (p + t, pixel1 - 1), line = pixel / wo, picture = line / ho;
          sy[t] = (line - picture * ho) * stride;
          sx[t] = (pixel - line * wo) * stride;
          sn[t] = picture;
        }
      barrier (CLK_LOCAL_MEM_FENCE);
      for (int i = 0; i < TM * TK / ITEMS; i++)
        {
          const int s = t / TM + i * (ITEMS / TM), yy = sy[s] + oy, xx = sx[s] + ox;
          float v = 0.0f;
          if (p + s < pixel1)
            {
              if (row == rows - 1)
                v = 1.0f;
              else if (row < rows && (uint) yy < (uint) hi && (uint) xx < (uint) wi)
                v = x[(((size_t) sn[s] * hi + yy) * wi + xx) * ci + c];
            }
          a[s][t % TM] = v;
        }
      for (int i = 0; i < TN * TK / ITEMS; i++)
        {
          const int s = t / TN + i * (ITEMS / TN), o = t % TN;
          b[s][o] = p + s < pixel1 && o0 + o < co ? dy[(size_t) (p + s) * co + o0 + o] : 0.0f;
        }
      barrier (CLK_LOCAL_MEM_FENCE);
      stage (a, b, tm, tn, acc);
      barrier (CLK_LOCAL_MEM_FENCE);
    }

  part += (size_t) get_group_id (2) * rows * co;
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++)
      {
        const int r = first + tm + 16 * i, o = o0 + tn + 8 * j;
        if (r < rows && o < co)
          part[(size_t) r * co + o] = acc[i][j];
      }
}

/* Adds up the chunks, in order.  The two modes: 0 leave that gradient, 1 write, 2 add to it. */
__kernel void
conv2d_weight_sum (IN (part), OUT (dw), OUT (db), const int chunks, const int rows, const int co,
                   const int weight_mode, const int bias_mode)
{
  OPEN_IN (part);
  const size_t e = get_global_id (0), weights = (size_t) rows * co, all = weights + co;
  const int mode = e < weights ? weight_mode : bias_mode;
  if (e >= all || mode == 0)
    return;
  float sum = 0.0f;
  for (int i = 0; i < chunks; i++)
    sum += part[i * all + e];
  __global float *to = e < weights ? dw_mem + dw_at + e : db_mem + db_at + (e - weights);
  *to = mode == 2 ? *to + sum : sum;
}

#endif
