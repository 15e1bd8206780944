/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Convolution: the gradients to weight and bias.
 *
 *   dw[t, c, o] = sum over pixels of  x[s(pixel, t), c] dy[pixel, o]
 *
 * in chunks of pixels, whose partial sums are then added in order.
 */

#ifdef FSE_CPU

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


/* Rows are (tap, channel of x), one more row of ones gives the bias gradient;
 * columns outputs; the depth is the pixels of one chunk.  Partials [chunk][k k ci + 1][co].
 * Range: (rows / TM, co / TN, chunks) groups. */
TILE_GROUP __kernel void
conv2d_weight (IN (x), IN (dy), OUT (part), const int n, const int hi, const int wi, const int ci,
               const int ho, const int wo, const int co, const int k, const int stride, const int chunk)
{
  OPEN_IN (x);
  OPEN_IN (dy);
  OPEN_OUT (part);
  __local float a[TK][TM + 1], b[TK][TN + 1];
  __local int sy[TK], sx[TK], sn[TK];
  const int t = get_local_id (0), tn = t % LN, tm = t / LN;
  const int rows = k * k * ci + 1, first = get_group_id (0) * TM, o0 = get_group_id (1) * TN;
  const int pixel0 = get_group_id (2) * chunk, pixel1 = min (pixel0 + chunk, n * ho * wo);
  const int row = first + t % TM, tap = row / ci, c = row - tap * ci;
  const int oy = tap / k - k / 2, ox = tap % k - k / 2;
  float acc[RM][RN];
  for (int i = 0; i < RM; i++)
    for (int j = 0; j < RN; j++)
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
      fse_tile_product (a, b, tm, tn, acc);
      barrier (CLK_LOCAL_MEM_FENCE);
    }

  part += (size_t) get_group_id (2) * rows * co;
  for (int i = 0; i < RM; i++)
    for (int j = 0; j < RN; j++)
      {
        const int r = first + tm + LM * i, o = o0 + tn + LN * j;
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
