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

/* Vectors a[] become columns: after as many rounds as there are bits in VW, a[i][j] is what a[j][i] was. */
#if VW == 16
#define LOW_HALVES(a, b) \
  ((VF) (a.s0, b.s0, a.s1, b.s1, a.s2, b.s2, a.s3, b.s3, a.s4, b.s4, a.s5, b.s5, a.s6, b.s6, a.s7, b.s7))
#else
#define LOW_HALVES(a, b) ((VF) (a.s0, b.s0, a.s1, b.s1, a.s2, b.s2, a.s3, b.s3))
#endif
INLINE void
transpose (VF a[VW])
{
#pragma unroll
  for (int round = 1; round < VW; round *= 2)
    {
      VF b[VW];
#pragma unroll
      for (int i = 0; i < VW; i += 2)
        {
          const VF u = a[i / 2], v = a[i / 2 + VW / 2], uh = (VF) (u.hi, u.hi), vh = (VF) (v.hi, v.hi);
          b[i] = LOW_HALVES (u, v);
          b[i + 1] = LOW_HALVES (uh, vh);
        }
#pragma unroll
      for (int i = 0; i < VW; i++)
        a[i] = b[i];
    }
}

/* Weights by blocks of outputs: [blocks][taps][ci][WIDTH], zeros beyond co.  `swapped` is for
 * the data gradient: taps mirrored, the roles of ci and co exchanged (they name those of
 * the packed weights).  One work-item a (tap, block). */
SINGLE __kernel void
conv2d_pack (IN (w), OUT (p), const int taps, const int ci, const int co, const int swapped)
{
  OPEN_IN (w);
  OPEN_OUT (p);
  const int tap = get_global_id (0), block = get_global_id (1);
  const int first = block * WIDTH, count = min (WIDTH, co - first);
  p += ((size_t) block * taps + tap) * ci * WIDTH;
  if (swapped)
    {
      w += ((size_t) (taps - 1 - tap) * co + first) * ci;
      const int whole = count == WIDTH ? ci / VW * VW : 0;
      for (int c0 = 0; c0 < whole; c0 += VW)
        for (int o0 = 0; o0 < WIDTH; o0 += VW)
          {
            VF a[VW];
#pragma unroll
            for (int i = 0; i < VW; i++)
              a[i] = VREAD (w + (size_t) (o0 + i) * ci + c0);
            transpose (a);
#pragma unroll
            for (int i = 0; i < VW; i++)
              VSTORE (a[i], p + (c0 + i) * WIDTH + o0);
          }
      p += (size_t) whole * WIDTH;
      for (int c = whole; c < ci; c++, p += WIDTH)
        ROLLED for (int i = 0; i < WIDTH; i++)
          p[i] = i < count ? w[(size_t) i * ci + c] : 0.0f;
      return;
    }
  w += (size_t) tap * ci * co + first;
  if (count == WIDTH)
    for (int c = 0; c < ci; c++, w += co, p += WIDTH)
      {
        const VF u = VREAD (w), v = VREAD (w + VW);
        VSTORE (u, p);
        VSTORE (v, p + VW);
      }
  else
    for (int c = 0; c < ci; c++, w += co, p += WIDTH)
      ROLLED for (int i = 0; i < WIDTH; i += VW)
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

/* A convolution: of x [n, hi, wi, ci] to y [n, ho, wo, co].  w: those of the block, `next` floats from one channel
 * to the next; zero: ci zeros, which stand for pixels outside; stride: pixels of x from one output
 * to the next; up: pixels of y from one of x to the next. */
typedef struct
{
  __global const float *x, *w, *zero, *bias, *onto;
  __global float       *y;
  int                   n, hi, wi, ci, ho, wo, co, k, stride, up, has_bias, add, next;
} Convolution;

/* PX pixels (counted through all pictures) times the outputs of a block, in registers.  Serves every
 * convolution; those below serve what is frequent and large. */
OUTLINE void
any_tile (const Convolution *s, const int tile, const int block, const int parity)
{
  const int hi = s->hi, wi = s->wi, ci = s->ci, co = s->co, k = s->k, stride = s->stride, up = s->up, add = s->add;
  const int next = s->next;
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
  __global const float *bias = s->bias + block * WIDTH;
  VF acc[PX][2];
#pragma unroll
  for (int p = 0; p < PX; p++)
#pragma unroll
    for (int v = 0; v < 2; v++)
      acc[p][v] = has_bias ? VLOAD (bias + v * VW) : (VF) 0.0f;

  const int by = k / 2 - py, bx = k / 2 - px;
  for (int ky = up == 2 ? (k / 2 + py) & 1 : 0; ky < k; ky += up)
    for (int kx = up == 2 ? (k / 2 + px) & 1 : 0; kx < k; kx += up)
      {
        const int dy = (ky - by) / up, dx = (kx - bx) / up;
        const long shift = ((long) dy * wi + dx) * ci;
        __global const float *wp = s->w + (size_t) (ky * k + kx) * ci * next;
        __global const float *q[PX];
#pragma unroll
        for (int p = 0; p < PX; p++)
          {
            const bool inside = (uint) (sy[p] + dy) < (uint) hi && (uint) (sx[p] + dx) < (uint) wi;
            q[p] = inside ? at[p] + shift : s->zero;
          }
        for (int c = 0; c < ci; c++, wp += next)
          {
            const VF b0 = VLOAD (wp), b1 = VLOAD (wp + VW);
#pragma unroll
            for (int p = 0; p < PX; p++)
              {
                const float a = q[p][c];
                acc[p][0] = fma ((VF) a, b0, acc[p][0]);
                acc[p][1] = fma ((VF) a, b1, acc[p][1]);
              }
          }
      }

  const int left = co - block * WIDTH;
#pragma unroll
  for (int p = 0; p < PX; p++)
    if (first + p < pixels)
      {
        put_outputs (acc[p][0], s->onto + to[p], s->y + to[p], left, add);
        if (left > VW)
          put_outputs (acc[p][1], s->onto + to[p] + VW, s->y + to[p] + VW, left - VW, add);
      }
}

/* P pixels of a row of y times the outputs of a block: `full` vectors and, where `rest`, half a one.  An input pixel,
 * once loaded, serves all outputs beside each other that see it; so the taps of a row go together, and few
 * loads keep many multiply-adds busy.  Output p sees pixel i, counted from the first's own, by tap t where
 *
 *   UP i = STRIDE p + t - K / 2
 *
 * Halves go two by two: the pixels p and p + UP share a vector.  Of the last tile, which is moved back to end
 * with the row, only those outputs are written that are not another tile's. */
INLINE void
row_tile (const int full, const int rest, const int K, const int STRIDE, const int UP, const int P, const Convolution s,
          const int picture, const int line, const int from, const int block)
{
  const int hi = s.hi, wi = s.wi, ci = s.ci, co = s.co, add = s.add, has_bias = s.has_bias;
  const int FIRST = UP == 1 ? -(K / 2) : 0, LAST = (STRIDE * (P - 1) + K / 2) / UP, APART = UP == 1 ? STRIDE : 1;
  const int x0 = min (from, s.wo - P), i0 = x0 * STRIDE / UP;
  __global const float *bias = s.bias + block * WIDTH;
  VF sums[VW][2], halves[VW / 2];
#pragma unroll
  for (int v = 0; v < full; v++)
    {
#pragma unroll
      for (int p = 0; p < P; p++)
        sums[p][v] = has_bias ? VLOAD (bias + v * VW) : (VF) 0.0f;
    }
  if (rest)
    {
      const HF part = has_bias ? HLOAD (bias + full * VW) : (HF) 0.0f;
#pragma unroll
      for (int p = 0; p < P / 2; p++)
        halves[p] = (VF) (part, part);
    }

  for (int ky = 0; ky < K; ky++)
    {
      const int seen = STRIDE * line + ky - K / 2, yy = UP == 2 ? seen >> 1 : seen;
      if ((UP == 2 && (seen & 1)) || (uint) yy >= (uint) hi)
        continue;
      __global const float *mid = s.x + (((size_t) picture * hi + yy) * wi + i0) * ci;
      __global const float *before = i0 > 0 ? mid - ci : s.zero;
      __global const float *after = i0 + LAST < wi ? mid + (size_t) LAST * ci : s.zero;
      const size_t next = s.next, tap = ci * next;
      __global const float *wp = s.w + ky * K * tap;
      for (int c = 0; c < ci; c++, wp += next, mid++)
        {
          VF b[3][2], b_rest[3], a[2 * VW + 1];
#pragma unroll
          for (int t = 0; t < K; t++)
            {
#pragma unroll
              for (int v = 0; v < full; v++)
                b[t][v] = VLOAD (wp + t * tap + v * VW);
              if (rest)
                {
                  const HF part = HLOAD (wp + t * tap + full * VW);
                  b_rest[t] = (VF) (part, part);
                }
            }
#pragma unroll
          for (int i = FIRST; i <= LAST; i++)
            {
              const float one = i < 0 ? before[c] : i < LAST ? mid[(size_t) i * ci] : after[c];
              if (rest)
                a[i - FIRST] = one;
#pragma unroll
              for (int t = 0; t < K; t++)
                {
                  const int at = UP * i - t + K / 2, p = at / STRIDE;
                  if (at < 0 || at % STRIDE || p >= P)
                    continue;
#pragma unroll
                  for (int v = 0; v < full; v++)
                    sums[p][v] = fma ((VF) one, b[t][v], sums[p][v]);
                  if (rest && p / UP % 2)
                    {
                      const int pair = p / (2 * UP) * UP + p % UP;
                      const VF both = (VF) (a[i - APART - FIRST].lo, a[i - FIRST].hi);
                      halves[pair] = fma (both, b_rest[t], halves[pair]);
                    }
                }
            }
        }
    }

  const int left = co - block * WIDTH;
#pragma unroll
  for (int p = 0; p < P; p++)
    if (x0 + p >= from)
      {
        const size_t to = (((size_t) picture * s.ho + line) * s.wo + x0 + p) * co + block * WIDTH;
#pragma unroll
        for (int v = 0; v < full; v++)
          put_outputs (sums[p][v], s.onto + to + v * VW, s.y + to + v * VW, left - v * VW, add);
        if (rest)
          {
            const VF both = halves[p / (2 * UP) * UP + p % UP];
            const HF one = p / UP % 2 ? both.hi : both.lo;
            put_outputs ((VF) (one, (HF) 0.0f), s.onto + to + full * VW, s.y + to + full * VW, left - full * VW, add);
          }
      }
}

/* As many pixels as leave the sums in registers. */
#define ROW_PX(full, rest) (full + rest > 1 ? VW / 2 : VW)

#define ROW_OF(NAME, full, rest, K, STRIDE, UP)                                                            \
  OUTLINE void NAME##_##full##rest (const Convolution *s, const int row, const int block)                  \
  {                                                                                                        \
    /* a copy, whose numbers the compiler knows to stay as they are when outputs are written */            \
    const Convolution all = *s;                                                                            \
    const int picture = row / all.ho, line = row - picture * all.ho;                                       \
    for (int from = 0; from < all.wo; from += ROW_PX (full, rest))                                         \
      row_tile (full, rest, K, STRIDE, UP, ROW_PX (full, rest), all, picture, line, from, block);          \
  }
ROW_OF (plain, 2, 0, 3, 1, 1)
ROW_OF (plain, 1, 1, 3, 1, 1)
ROW_OF (plain, 1, 0, 3, 1, 1)
ROW_OF (plain, 0, 1, 3, 1, 1)
ROW_OF (strided, 2, 0, 3, 2, 1)
ROW_OF (strided, 1, 0, 3, 2, 1)
ROW_OF (spread, 2, 0, 3, 1, 2)
ROW_OF (spread, 1, 0, 3, 1, 2)
ROW_OF (product, 2, 0, 1, 1, 1)
ROW_OF (product, 1, 0, 1, 1, 1)

#define WIDE_OR_NOT(NAME)            \
  {                                  \
    if (left > VW)                   \
      NAME##_20 (&all, other, block); \
    else                             \
      NAME##_10 (&all, other, block); \
  }

/* A block of outputs of a row, where they go by rows, or else of a tile.  Range: (blocks, rows or tiles, parities),
 * or the first two exchanged where the weights are too large for the cache and each block should be used up
 * first (`blocks_last`). */
SINGLE __kernel void
conv2d (IN (x), IN (w), IN (zero), IN (bias), IN (onto), OUT (y), const int n, const int hi, const int wi, const int ci,
        const int ho, const int wo, const int co, const int k, const int stride, const int up, const int has_bias,
        const int add, const int packed, const int by_rows, const int blocks_last)
{
  OPEN_IN (x);
  OPEN_IN (w);
  OPEN_IN (zero);
  OPEN_IN (bias);
  OPEN_IN (onto);
  OPEN_OUT (y);
  const int block = get_global_id (blocks_last ? 1 : 0), other = get_global_id (blocks_last ? 0 : 1);
  const int left = co - WIDTH * block;
  w += (size_t) block * (packed ? k * k * ci * WIDTH : WIDTH);
  const Convolution all = { x, w, zero, bias, onto, y, n, hi, wi, ci, ho, wo, co, k, stride, up, has_bias, add, packed ? WIDTH : co };
  if (!by_rows)
    any_tile (&all, other, block, get_global_id (2));
  else if (k == 1)
    WIDE_OR_NOT (product)
  else if (stride == 2)
    WIDE_OR_NOT (strided)
  else if (up == 2)
    WIDE_OR_NOT (spread)
  else if (left > VW + HW)
    plain_20 (&all, other, block);
  else if (left > VW)
    plain_11 (&all, other, block);
  else if (left > HW)
    plain_10 (&all, other, block);
  else
    plain_01 (&all, other, block);
}

#else /* FSE_GPU */

/* Fours that a work-item brings for each stage, in steps of so many rows or columns: of x, of the weights
 * as they are (fours of outputs), and of swapped ones (fours of channels, which are the depth). */
#define DEEP (TK / 4)
#define STEP_DEEP (ITEMS / DEEP)
#define FOURS_X (TM / STEP_DEEP)
#define FOURS_W (TN / STEP_DEEP)
#define STEP_WIDE (ITEMS / (TN / 4))

/* Rows are pixels, columns outputs, the depth is channels of one tap after the other.  `swapped`: the weights
 * are [k, k, co, ci] and mirrored (the data gradient).  Where there are too few tiles for a GPU's units, the depth
 * falls into `parts`, whose sums go to y [parts][floats of y, to a four] without bias and `onto`, for conv2d_sum.
 * While one stage is multiplied, the next is on its way from memory.
 * Range: (pixels / TM, co / TN, parities x parts) groups. */
TILE_GROUP __kernel void
conv2d (IN (x), IN (w), IN (bias), IN (onto), OUT (y), const int n, const int hi, const int wi, const int ci,
        const int ho, const int wo, const int co, const int k, const int stride, const int up,
        const int has_bias, const int add, const int swapped, const int parts)
{
  OPEN_IN (x);
  OPEN_IN (w);
  OPEN_IN (bias);
  OPEN_IN (onto);
  OPEN_OUT (y);
  __local float4 a[2][TM][TK / 4 + 1], b[2][TK][TN / 4 + 1];
  const int t = get_local_id (0), tn = t % LN, tm = t / LN, part = get_group_id (2) / (up * up);
  const int parity = get_group_id (2) - part * up * up, py = parity >> 1, px = parity & 1;
  const int gh = (ho - py + up - 1) / up, gw = (wo - px + up - 1) / up;
  const int pixels = n * gh * gw, first = get_group_id (0) * TM, o0 = get_group_id (1) * TN;
  const bool fours_in = ci % 4 == 0, fours_out = co % 4 == 0;
  const int deep = t % DEEP * 4, row0 = t / DEEP, wide = t % (TN / 4) * 4, deep0 = t / (TN / 4);

  /* taps that meet a pixel: every one, or every other in each direction */
  const int by = k / 2 - py, bx = k / 2 - px, ky0 = up == 2 ? (k / 2 + py) & 1 : 0, kx0 = up == 2 ? (k / 2 + px) & 1 : 0;

  /* where in x the rows of this work-item lie, seen through the tap in the middle, and, bit by bit, the taps inside */
  int  from[FOURS_X];
  uint inside[FOURS_X];
#pragma unroll
  for (int i = 0; i < FOURS_X; i++)
    {
      const int pixel = first + row0 + i * STEP_DEEP, row = pixel / max (gw, 1), picture = row / max (gh, 1);
      const int yy = (row - picture * gh) * stride, xx = (pixel - row * gw) * stride;
      from[i] = ((picture * hi + yy) * wi + xx) * ci + deep;
      inside[i] = 0;
      for (int ky = ky0; ky < k; ky += up)
        for (int kx = kx0; kx < k; kx += up)
          if (pixel < pixels && (uint) (yy + (ky - by) / up) < (uint) hi && (uint) (xx + (kx - bx) / up) < (uint) wi)
            inside[i] |= 1u << (ky * k + kx);
    }
  float4 acc[RM][RN / 4];
#pragma unroll
  for (int i = 0; i < RM; i++)
#pragma unroll
    for (int j = 0; j < RN / 4; j++)
      acc[i][j] = 0.0f;

  const int taps_y = (k - ky0 + up - 1) / up, taps_x = (k - kx0 + up - 1) / up, per_tap = (ci + TK - 1) / TK;
  const int stages = taps_y * taps_x * per_tap, q0 = stages * part / parts, q1 = stages * (part + 1) / parts;
  int at = q0 / per_tap, c0 = (q0 - at * per_tap) * TK, ky = ky0 + at / max (taps_x, 1) * up;
  int kx = kx0 + at % max (taps_x, 1) * up;
  for (int q = q0; q <= q1; q++)
    {
      float4 new_a[FOURS_X], new_b[FOURS_W];
      if (q < q1)
        {
          const int tap = ky * k + kx, ahead = (((ky - by) / up) * wi + (kx - bx) / up) * ci + c0, left = ci - c0 - deep;
#pragma unroll
          for (int i = 0; i < FOURS_X; i++)
            new_a[i] = fse_get_four (x + (from[i] + ahead), inside[i] >> tap & 1 ? left : 0, fours_in);
#pragma unroll
          for (int i = 0; i < FOURS_W; i++)
            if (swapped)
              {
                const int o = o0 + row0 + i * STEP_DEEP;
                new_b[i] = fse_get_four (w + (((k * k - 1 - tap) * co + o) * ci + c0 + deep), o < co ? left : 0, fours_in);
              }
            else
              {
                const int c = c0 + deep0 + i * STEP_WIDE;
                new_b[i] = fse_get_four (w + ((tap * ci + c) * co + o0 + wide), c < ci ? co - o0 - wide : 0, fours_out);
              }
          c0 += TK;
          if (c0 >= ci)
            {
              c0 = 0;
              kx += up;
              if (kx >= k)
                {
                  kx = kx0;
                  ky += up;
                }
            }
        }
      if (q > q0)
        fse_tile_product_rows (a[(q - 1) & 1], b[(q - 1) & 1], tm, tn, acc);
      if (q < q1)
        {
#pragma unroll
          for (int i = 0; i < FOURS_X; i++)
            a[q & 1][row0 + i * STEP_DEEP][deep / 4] = new_a[i];
#pragma unroll
          for (int i = 0; i < FOURS_W; i++)
            if (swapped)
              fse_put_down (&b[q & 1][deep][0], TN / 4 + 1, row0 + i * STEP_DEEP, new_b[i]);
            else
              b[q & 1][deep0 + i * STEP_WIDE][wide / 4] = new_b[i];
        }
      barrier (CLK_LOCAL_MEM_FENCE);
    }

  const size_t slab = ((size_t) n * ho * wo * co + 3) / 4 * 4;
#pragma unroll
  for (int i = 0; i < RM; i++)
    {
      const int pixel = first + tm + LM * i;
      if (pixel >= pixels)
        continue;
      const int row = pixel / gw, picture = row / gh;
      const size_t to = up == 1 ? (size_t) pixel * co
                                : (((size_t) picture * ho + (row - picture * gh) * up + py) * wo + (pixel - row * gw) * up + px) * co;
#pragma unroll
      for (int j = 0; j < RN / 4; j++)
        {
          const int o = o0 + 4 * (tn + LN * j);
          float4 v = acc[i][j];
          if (has_bias && parts == 1)
            v += fse_get_four (bias + o, co - o, fours_out);
          if (add && parts == 1)
            v += fse_get_four (onto + to + o, co - o, fours_out);
          fse_put_four (v, y + part * slab + to + o, co - o, fours_out);
        }
    }
}

/* y = bias + onto + the parts' sums, in order. */
__kernel void
conv2d_sum (IN (sums), IN (bias), IN (onto), OUT (y), const uint floats, const int parts, const int co,
            const int has_bias, const int add)
{
  OPEN_IN (sums);
  OPEN_IN (bias);
  OPEN_IN (onto);
  OPEN_OUT (y);
  const size_t slab = ((size_t) floats + 3) / 4 * 4;
  EACH (i, floats)
    {
      float4 v = add ? fse_get (onto + i, floats - i) : (float4) 0.0f;
      if (has_bias)
        v += (float4) (bias[i % co], bias[(i + 1) % co], bias[(i + 2) % co], bias[(i + 3) % co]);
      for (int p = 0; p < parts; p++)
        v += *(__global const float4 *) (sums + p * slab + i);
      fse_put (v, y + i, floats - i);
    }
}

#endif
