/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Convolution: the gradients to weight and bias.
 *
 *   dw[t, c, o] = sum over pixels of  x[s(pixel, t), c] dy[pixel, o]
 *
 * in chunks of pixels, whose partial sums are then added in order.
 *
 * On the cpu family, outputs past co and channels past ci are neighbours' numbers: they are
 * read and multiplied, and their sums never kept.
 */

#ifdef FSE_CPU

/* What a work-item has of a launch: rows row0 .. row1 - 1 of dy.  With stride 1 the last row may be
 * cut short (`pixels`). */
typedef struct
{
  __global const float *x, *dy;
  int                   hi, wi, ci, ho, wo, co, k, stride, pixels, row0, row1;
} Pass;

/* The loops over a tile stand in macros, as the compiler keeps sums in registers only where it sees them all in one function. */

/* sums[][t][i] += channels q[t][i] times the outputs at d, for taps from .. to - 1; q is the first tap's pixel. */
#define ADD_TAPS(from, to, q, d)                                                   \
  {                                                                                \
    VF b[2];                                                                       \
    HF b_rest = 0.0f;                                                              \
    _Pragma ("unroll") for (int v = 0; v < full; v++) b[v] = VLOAD (d + v * VW);   \
    if (rest)                                                                      \
      b_rest = HLOAD (d + full * VW);                                              \
    _Pragma ("unroll") for (int t = from; t < to; t++)                             \
      _Pragma ("unroll") for (int i = 0; i < C; i++)                               \
        {                                                                          \
          const float a = q[(long) t * s->ci + i];                                 \
          _Pragma ("unroll") for (int v = 0; v < full; v++)                        \
            sums[v][t][i] = fma ((VF) a, b[v], sums[v][t][i]);                     \
          if (rest)                                                                \
            sums_rest[t][i] = fma ((HF) a, b_rest, sums_rest[t][i]);               \
        }                                                                          \
  }

/* Taps tap .. tap + T - 1 into the chunk's partial: [taps ci + 1][blocks WIDTH], whose last row is the bias gradient. */
#define PUT_TAPS(T)                                                                             \
  {                                                                                             \
    const int step = (s->co + WIDTH - 1) / WIDTH * WIDTH;                                       \
    part += (size_t) (tap * s->ci + c0) * step + o0;                                            \
    _Pragma ("unroll") for (int t = 0; t < T; t++)                                              \
      _Pragma ("unroll") for (int i = 0; i < C; i++)                                            \
        if (c0 + i < s->ci)                                                                     \
          {                                                                                     \
            __global float *to = part + (t * s->ci + i) * step;                                 \
            /* one by one: a loop over both would become a copy, for which the sums go to memory */ \
            VSTORE (sums[0][t][i], to);                                                         \
            if (full > 1)                                                                       \
              VSTORE (sums[1][t][i], to + VW);                                                  \
            if (rest)                                                                           \
              HSTORE (sums_rest[t][i], to + full * VW);                                         \
          }                                                                                     \
  }

#define CLEAR_TAPS(T)                                            \
  _Pragma ("unroll") for (int t = 0; t < T; t++)                 \
    _Pragma ("unroll") for (int i = 0; i < C; i++)               \
      {                                                          \
        sums[0][t][i] = sums[1][t][i] = 0.0f;                    \
        sums_rest[t][i] = 0.0f;                                  \
      }

/* One tap. */
INLINE void
weight_tap (const int full, const int rest, const Pass *s, __global float *part, const int o0, const int c0, const int tap)
{
  const int C = HW, stride = s->stride, ky = tap / s->k - s->k / 2, kx = tap % s->k - s->k / 2;
  const int xs = kx < 0 ? (stride - 1 - kx) / stride : 0, xe = min (s->wo, (s->wi - 1 - kx + stride) / stride);
  VF sums[2][1][HW];
  HF sums_rest[1][HW];
  CLEAR_TAPS (1)
  for (int row = s->row0; row < s->row1; row++)
    {
      const int picture = row / s->ho, yy = (row - picture * s->ho) * stride + ky;
      const int last = min (xe, s->pixels - row * s->wo);
      if ((uint) yy >= (uint) s->hi)
        continue;
      __global const float *q = s->x + (((size_t) picture * s->hi + yy) * s->wi + xs * stride + kx) * s->ci + c0;
      __global const float *d = s->dy + ((size_t) row * s->wo + xs) * s->co + o0;
      for (int p = xs; p < last; p++, q += stride * s->ci, d += s->co)
        ADD_TAPS (0, 1, q, d)
    }
  PUT_TAPS (1)
}

#if VW == 16
/* The three taps of a row of a 3x3 kernel with stride 1: 24 sums, enough to hide a multiply-add's latency. */
INLINE void
weight_row (const int full, const int rest, const Pass *s, __global float *part, const int o0, const int c0, const int ky)
{
  const int C = 4, w = s->wo, ci = s->ci, co = s->co, tap = ky * 3;
  VF sums[2][3][4];
  HF sums_rest[3][4];
  CLEAR_TAPS (3)
  for (int row = s->row0; row < s->row1; row++)
    {
      if ((uint) (row % s->ho + ky - 1) >= (uint) s->ho)
        continue;
      __global const float *q = s->x + (size_t) (row + ky - 1) * w * ci + c0 - ci;
      __global const float *d = s->dy + (size_t) row * w * co + o0;
      if (w > 1)
        {
          ADD_TAPS (1, 3, q, d)
          q += ci;
          d += co;
          for (int p = w - 2; p > 0; p--, q += ci, d += co)
            ADD_TAPS (0, 3, q, d)
          ADD_TAPS (0, 2, q, d)
        }
      else
        ADD_TAPS (1, 2, q, d)
    }
  PUT_TAPS (3)
}

/* sums[t] += channels q d[t], for those of the three pixels of dy that saw one of x by taps from .. to - 1. */
#define ADD_PIXELS(from, to, q, d)                                      \
  {                                                                     \
    VF seen[3];                                                         \
    _Pragma ("unroll") for (int t = from; t < to; t++)                  \
      seen[t] = VLOAD (d + (long) (1 - t) * co);                        \
    _Pragma ("unroll") for (int i = 0; i < C; i++)                      \
      {                                                                 \
        const VF a = q[i];                                              \
        _Pragma ("unroll") for (int t = from; t < to; t++)              \
          sums[0][t][i] = fma (a, seen[t], sums[0][t][i]);              \
      }                                                                 \
  }

/* The same for one vector: a channel of x, once loaded, meets the three pixels of dy that saw it. */
INLINE void
weight_row_single (const Pass *s, __global float *part, const int o0, const int c0, const int ky)
{
  const int full = 1, rest = 0, C = HW, w = s->wo, ci = s->ci, co = s->co, tap = ky * 3;
  VF sums[2][3][HW];
  HF sums_rest[3][HW];
  CLEAR_TAPS (3)
  for (int row = s->row0; row < s->row1; row++)
    {
      if ((uint) (row % s->ho + ky - 1) >= (uint) s->ho)
        continue;
      __global const float *q = s->x + (size_t) (row + ky - 1) * w * ci + c0;
      __global const float *d = s->dy + (size_t) row * w * co + o0;
      if (w > 1)
        {
          ADD_PIXELS (0, 2, q, d)
          q += ci;
          d += co;
          for (int p = w - 2; p > 0; p--, q += ci, d += co)
            ADD_PIXELS (0, 3, q, d)
          ADD_PIXELS (1, 3, q, d)
        }
      else
        ADD_PIXELS (1, 2, q, d)
    }
  PUT_TAPS (3)
}
#endif

/* The bias gradient of VW outputs. */
OUTLINE void
weight_bias (const Pass *s, __global float *part, const int o0)
{
  const int step = (s->co + WIDTH - 1) / WIDTH * WIDTH, first = s->row0 * s->wo;
  __global const float *d = s->dy + (size_t) first * s->co + o0;
  int count = min (s->row1 * s->wo, s->pixels) - first;
  VF sum[4] = { 0.0f, 0.0f, 0.0f, 0.0f };
  for (; count >= 4; count -= 4, d += 4 * (size_t) s->co)
#pragma unroll
    for (int i = 0; i < 4; i++)
      sum[i] += VLOAD (d + (size_t) i * s->co);
  ROLLED for (; count > 0; count--, d += s->co)
    sum[0] += VLOAD (d);
  VSTORE (sum[0] + sum[1] + (sum[2] + sum[3]), part + (size_t) s->k * s->k * s->ci * step + o0);
}

#define TILE(NAME, CALL)                                                                              \
  OUTLINE void NAME (const Pass *s, __global float *part, const int o0, const int c0, const int tap)  \
  {                                                                                                   \
    CALL;                                                                                             \
  }
TILE (tap_2, weight_tap (2, 0, s, part, o0, c0, tap))
TILE (tap_1, weight_tap (1, 0, s, part, o0, c0, tap))
#if VW == 16
TILE (row_2, weight_row (2, 0, s, part, o0, c0, tap))
TILE (row_1_half, weight_row (1, 1, s, part, o0, c0, tap))
TILE (row_1, weight_row_single (s, part, o0, c0, tap))
#endif

/* Range: (tiles, chunks).  Tiles of a tap, or of a row of taps, are groups of channels of each block of two vectors,
 * then those of the last block where it has one vector or less; after all taps come the vectors of the bias. */
SINGLE __kernel void
conv2d_weight (IN (x), IN (dy), OUT (part), const int n, const int hi, const int wi, const int ci, const int ho,
               const int wo, const int co, const int k, const int stride, const int pixels, const int rows_chunk)
{
  OPEN_IN (x);
  OPEN_IN (dy);
  OPEN_OUT (part);
  const bool by_rows = VW == 16 && k == 3 && stride == 1;
  const int blocks = (co + WIDTH - 1) / WIDTH, wide = (co + VW - 1) / WIDTH, id = get_global_id (0);
  const int per_wide = by_rows ? HW / 2 : HW, wide_tiles = wide * ((ci + per_wide - 1) / per_wide);
  const int tiles = wide_tiles + (blocks - wide) * ((ci + HW - 1) / HW), taps = by_rows ? 3 : k * k;
  const int tap = id / tiles, tile = id - tap * tiles, chunk = get_global_id (1), row0 = chunk * rows_chunk;
  const Pass pass = { x, dy, hi, wi, ci, ho, wo, co, k, stride, pixels, row0, min (row0 + rows_chunk, n * ho) };
  part += (size_t) chunk * (k * k * ci + 1) * blocks * WIDTH;
  if (tap >= taps)
    weight_bias (&pass, part, (id - taps * tiles) * VW);
  else if (tile < wide_tiles)
    {
      const int o0 = tile % wide * WIDTH, c0 = tile / wide * per_wide;
#if VW == 16
      if (by_rows && co - o0 > VW + HW)
        row_2 (&pass, part, o0, c0, tap);
      else if (by_rows)
        row_1_half (&pass, part, o0, c0, tap);
      else
#endif
        tap_2 (&pass, part, o0, c0, tap);
    }
  else
    {
      const int o0 = wide * WIDTH, c0 = (tile - wide_tiles) * HW;
#if VW == 16
      if (by_rows)
        row_1 (&pass, part, o0, c0, tap);
      else
#endif
        tap_1 (&pass, part, o0, c0, tap);
    }
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

/* Fours that a work-item brings for each stage, in steps of so many pixels: of x and of dy. */
#define FOURS_X (TM * TK / 4 / ITEMS)
#define FOURS_DY (TN * TK / 4 / ITEMS)
#define STEP_X (ITEMS / (TM / 4))
#define STEP_DY (ITEMS / (TN / 4))

/* Rows are (tap, channel of x), one more row of ones gives the bias gradient;
 * columns outputs; the depth is the pixels of one chunk.  Partials [chunk][k k ci + 1][co].
 * While one stage is multiplied, the next is on its way from memory.
 * Range: (rows / TM, co / TN, chunks) groups. */
TILE_GROUP __kernel void
conv2d_weight (IN (x), IN (dy), OUT (part), const int n, const int hi, const int wi, const int ci,
               const int ho, const int wo, const int co, const int k, const int stride, const int chunk)
{
  OPEN_IN (x);
  OPEN_IN (dy);
  OPEN_OUT (part);
  __local float4 a[2][TK][TM / 4 + 1], b[2][TK][TN / 4 + 1];
  const int t = get_local_id (0), tn = t % LN, tm = t / LN;
  const int rows = k * k * ci + 1, first = get_group_id (0) * TM, o0 = get_group_id (1) * TN;
  const int pixel0 = get_group_id (2) * chunk, pixel1 = min (pixel0 + chunk, n * ho * wo);
  const bool fours_in = ci % 4 == 0, fours_out = co % 4 == 0;

  /* the rows that this work-item brings: four channels of one tap, where channels are fours */
  const int row = first + t % (TM / 4) * 4, tap = row / ci, c = row - tap * ci;
  const int oy = tap / k - k / 2, ox = tap % k - k / 2, wide = o0 + t % (TN / 4) * 4;
  /* where the pixels of this work-item lie: in the grid of dy, and in x, seen through the row's tap */
  int sy[FOURS_X], sx[FOURS_X], from[FOURS_X];
#pragma unroll
  for (int i = 0; i < FOURS_X; i++)
    {
      const int pixel = pixel0 + t / (TM / 4) + i * STEP_X, line = pixel / wo, picture = line / ho;
      sy[i] = line - picture * ho;
      sx[i] = pixel - line * wo;
      from[i] = ((picture * hi + sy[i] * stride) * wi + sx[i] * stride) * ci;
    }
  float4 acc[RM][RN / 4];
#pragma unroll
  for (int i = 0; i < RM; i++)
#pragma unroll
    for (int j = 0; j < RN / 4; j++)
      acc[i][j] = 0.0f;

  const int stages = max (pixel1 - pixel0 + TK - 1, 0) / TK;
  for (int q = 0; q <= stages; q++)
    {
      const int p = pixel0 + q * TK;
      float4 new_a[FOURS_X], new_b[FOURS_DY];
      if (q < stages)
        {
#pragma unroll
          for (int i = 0; i < FOURS_X; i++)
            {
              const bool there = p + t / (TM / 4) + i * STEP_X < pixel1;
              const int yy = sy[i] * stride, xx = sx[i] * stride;
              new_a[i] = 0.0f;
              if (fours_in && there && row < rows - 1 && (uint) (yy + oy) < (uint) hi && (uint) (xx + ox) < (uint) wi)
                new_a[i] = *(__global const float4 *) (x + (from[i] + (oy * wi + ox) * ci + c));
              else if (fours_in)
                new_a[i].x = there && row == rows - 1;
              else if (there)
                {
                  float each[4];
                  for (int e = 0; e < 4; e++)
                    {
                      const int tap_e = (row + e) / ci, ye = tap_e / k - k / 2, xe = tap_e % k - k / 2;
                      const bool inside = (uint) (yy + ye) < (uint) hi && (uint) (xx + xe) < (uint) wi;
                      each[e] = row + e < rows - 1 && inside ? x[from[i] + (ye * wi + xe) * ci + row + e - tap_e * ci]
                                                             : row + e == rows - 1;
                    }
                  new_a[i] = (float4) (each[0], each[1], each[2], each[3]);
                }
              sx[i] += TK;
              from[i] += TK * stride * ci;
              while (sx[i] >= wo)
                {
                  sx[i] -= wo;
                  from[i] += (wi - wo) * stride * ci;
                  if (++sy[i] == ho)
                    {
                      sy[i] = 0;
                      from[i] += (hi - ho * stride) * wi * ci;
                    }
                }
            }
#pragma unroll
          for (int i = 0; i < FOURS_DY; i++)
            {
              const int pixel = p + t / (TN / 4) + i * STEP_DY;
              new_b[i] = fse_get_four (dy + (pixel * co + wide), pixel < pixel1 ? co - wide : 0, fours_out);
            }
        }
      if (q > 0)
        fse_tile_product (a[(q - 1) & 1], b[(q - 1) & 1], tm, tn, acc);
      if (q < stages)
        {
#pragma unroll
          for (int i = 0; i < FOURS_X; i++)
            a[q & 1][t / (TM / 4) + i * STEP_X][t % (TM / 4)] = new_a[i];
#pragma unroll
          for (int i = 0; i < FOURS_DY; i++)
            b[q & 1][t / (TN / 4) + i * STEP_DY][t % (TN / 4)] = new_b[i];
        }
      barrier (CLK_LOCAL_MEM_FENCE);
    }

  part += (size_t) get_group_id (2) * rows * co;
#pragma unroll
  for (int i = 0; i < RM; i++)
    {
      const int r = first + 4 * (tm + LM * (i / 4)) + i % 4;
#pragma unroll
      for (int j = 0; j < RN / 4; j++)
        {
          const int o = o0 + 4 * (tn + LN * j);
          fse_put_four (acc[i][j], part + (size_t) r * co + o, r < rows ? co - o : 0, fours_out);
        }
    }
}

/* Adds up the chunks: SLICES of them abreast, each in order, then the slices in order.
 * The two modes: 0 leave that gradient, 1 write, 2 add to it. */
#define ACROSS 32
#define SLICES 8

__attribute__ ((reqd_work_group_size (ACROSS, SLICES, 1))) __kernel void
conv2d_weight_sum (IN (part), OUT (dw), OUT (db), const int chunks, const int rows, const int co,
                   const int weight_mode, const int bias_mode)
{
  OPEN_IN (part);
  OPEN_OUT (dw);
  OPEN_OUT (db);
  __local float sums[SLICES][ACROSS];
  const size_t n = (size_t) rows * co, all = n + co, i = get_global_id (0);
  const int slice = get_local_id (1), me = get_local_id (0);
  float sum = 0.0f;
  if (i < all)
    for (int chunk = slice; chunk < chunks; chunk += SLICES)
      sum += part[chunk * all + i];
  sums[slice][me] = sum;
  barrier (CLK_LOCAL_MEM_FENCE);
  if (slice > 0 || i >= all)
    return;
  for (int s = 1; s < SLICES; s++)
    sum += sums[s][me];
  const int mode = i < n ? weight_mode : bias_mode;
  __global float *to = i < n ? dw + i : db + (i - n);
  if (mode)
    *to = mode == 2 ? *to + sum : sum;
}

#endif
