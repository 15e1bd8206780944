/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 3x3 convolutions with stride 1 by fewer products: the cpu family alone, where there are whole vectors
 * of channels and enough tiles (Winograd's F (2x2, 3x3): Lavin and Gray, arXiv 1509.09308).
 *
 *   y = A' [ (G w G') . (B' d B) ] A
 *
 * d are the 4 x 4 pixels that a tile of 2 x 2 outputs sees; each of the 16 numbers in the middle
 * is a product of matrices over the channels: 4 products an output where the plain sum has 9.
 * What belongs to a block of tiles stays in a core's second cache from one end to the other.
 *
 * Where half a vector of outputs is left, its lanes are pairs: an output's sum over the even channels, and that over the odd ones.
 */
#ifdef FSE_CPU

#define SEEN 4096 /* numbers of a block's tiles, all channels, at one of the 16 places */
#define MOST 32   /* tiles of a block; both as in winograd.c */
#if VW == 16
#define ABREAST 8 /* tiles whose sums are in registers */
#define IN_PAIRS(a) ((a).s0101010101010101)
#define EVEN_AND_ODD(v) ((v).s02468ace + (v).s13579bdf)
#else
#define ABREAST 4
#define IN_PAIRS(a) ((a).s01010101)
#define EVEN_AND_ODD(v) ((v).s0246 + (v).s1357)
#endif
#define PLACE_SEEN (SEEN + VW) /* a vector more: else all 16 places would share few sets of the first cache */
#define PLACE_SUMS (2 * MOST + 1)
#define PLACE_WEIGHTS(ci) (((ci) + 1) * WIDTH)

/* What G does to three numbers of a column, and then of a row. */
INLINE void
spread_three (const VF a, const VF b, const VF c, VF *to, const int step)
{
  const VF ends = 0.5f * (a + c), mid = 0.5f * b;

  to[0] = a;
  to[step] = ends + mid;
  to[2 * step] = ends - mid;
  to[3 * step] = c;
}

/* What B' does to four. */
INLINE void
see_four (const VF a, const VF b, const VF c, const VF d, VF *to, const int step)
{
  to[0] = a - c;
  to[step] = b + c;
  to[2 * step] = c - b;
  to[3 * step] = b - d;
}

/* w [3][3][ci][co], or, `swapped`, [3][3][co][ci] with its taps mirrored (the data gradient's) -> u [co / WIDTH][16][ci + 1][WIDTH],
 * in a last half of a vector two channels a row.  Range: (ci, co) in vectors. */
SINGLE __kernel void
winograd_weights (IN (w), OUT (u), const int ci, const int co, const int swapped)
{
  OPEN_IN (w);
  OPEN_OUT (u);
  const int  c0 = get_global_id (0) * VW, o0 = get_global_id (1) * VW;
  const bool halved = co - o0 < VW;
  VF         all[9][VW];

  for (int tap = 0; tap < 9; tap++)
    {
      __global const float *from = w + (size_t) (swapped ? 8 - tap : tap) * ci * co;
      from += swapped ? (size_t) o0 * ci + c0 : (size_t) c0 * co + o0;
#pragma unroll
      for (int i = 0; i < VW; i++)
        {
          __global const float *row = from + (size_t) i * (swapped ? ci : co);
          if (!halved)
            all[tap][i] = VREAD (row);
          else if (!swapped)
            all[tap][i] = (VF) (HLOAD (row), (HF) 0.0f);
          else
            all[tap][i] = i < HW ? VREAD (row) : (VF) 0.0f;
        }
      if (swapped)
        transpose (all[tap]);
      if (halved)
#pragma unroll
        for (int i = 0; i < HW; i++)
          all[tap][i] = LOW_HALVES (all[tap][2 * i], all[tap][2 * i + 1]);
    }
  u += (size_t) (o0 / WIDTH) * 16 * PLACE_WEIGHTS (ci) + (halved ? c0 / 2 : c0) * WIDTH + o0 % WIDTH;
  for (int i = 0; i < (halved ? HW : VW); i++, u += WIDTH)
    {
      VF half_way[12], place[4];
#pragma unroll
      for (int x = 0; x < 3; x++)
        spread_three (all[x][i], all[3 + x][i], all[6 + x][i], half_way + x, 3);
#pragma unroll
      for (int y = 0; y < 4; y++)
        {
          spread_three (half_way[3 * y], half_way[3 * y + 1], half_way[3 * y + 2], place, 1);
#pragma unroll
          for (int x = 0; x < 4; x++)
            VSTORE (place[x], u + (4 * y + x) * PLACE_WEIGHTS (ci));
        }
    }
}

/* Where the tile lies whose number among all of a convolution's is `tile`. */
typedef struct
{
  int picture, y, x; /* its first pixel */
} Spot;

INLINE Spot
spot_of (const int tile, const int h, const int w)
{
  const int row = tile / (w / 2), picture = row / (h / 2);

  return (Spot) { picture, 2 * (row - picture * (h / 2)), 2 * (tile - row * (w / 2)) };
}

/* seen[place][tile][channel] of tiles first .. first + count - 1 and of so many channels, of the ci that a pixel has;
 * `place_step`: from one place to the next */
OUTLINE void
see_tiles (__global const float *x, __global const float *zero, float *seen, const int place_step, const int first, const int count,
           const int h, const int w, const int ci, const int channels)
{
  for (int t = 0; t < count; t++, seen += channels)
    {
      const Spot            at = spot_of (first + t, h, w);
      __global const float *pixel[16];

#pragma unroll
      for (int i = 0; i < 16; i++)
        {
          const int  py = at.y + i / 4 - 1, px = at.x + i % 4 - 1;
          const bool inside = (uint) py < (uint) h && (uint) px < (uint) w;
          pixel[i] = inside ? x + (((size_t) at.picture * h + py) * w + px) * ci : zero;
        }
      for (int c = 0; c < channels; c += VW)
        {
          VF half_way[16], place[4];
#pragma unroll
          for (int i = 0; i < 4; i++)
            see_four (VREAD (pixel[i] + c), VREAD (pixel[4 + i] + c), VREAD (pixel[8 + i] + c), VREAD (pixel[12 + i] + c),
                      half_way + i, 4);
#pragma unroll
          for (int y = 0; y < 4; y++)
            {
              see_four (half_way[4 * y], half_way[4 * y + 1], half_way[4 * y + 2], half_way[4 * y + 3], place, 1);
#pragma unroll
              for (int i = 0; i < 4; i++)
                VSTORE (place[i], seen + (4 * y + i) * place_step + c);
            }
        }
    }
}

/* sums[tile][2] of one place: `count` tiles, a multiple of ABREAST, times so many vectors of the block's weights. */
INLINE void
place_sums (const int vectors, const float *seen, __global const float *u, VF *sums, const int count, const int ci)
{
  for (int t = 0; t < count; t += ABREAST, seen += ABREAST * ci, sums += 2 * ABREAST)
    {
      VF                    all[ABREAST][2];
      const float          *row[ABREAST];
      __global const float *b = u;

#pragma unroll
      for (int p = 0; p < ABREAST; p++)
        {
          all[p][0] = all[p][1] = 0.0f;
          row[p] = seen + p * ci;
        }
      for (int c = 0; c < ci; c++, b += WIDTH)
        {
          const VF b0 = VLOAD (b), b1 = vectors > 1 ? VLOAD (b + VW) : b0;
#pragma unroll
          for (int p = 0; p < ABREAST; p++)
            {
              const float a = row[p][c];
              all[p][0] = fma ((VF) a, b0, all[p][0]);
              if (vectors > 1)
                all[p][1] = fma ((VF) a, b1, all[p][1]);
            }
        }
#pragma unroll
      for (int p = 0; p < ABREAST; p++)
        {
          sums[2 * p] = all[p][0];
          if (vectors > 1)
            sums[2 * p + 1] = all[p][1];
        }
    }
}

OUTLINE void
place_product (const float *seen, __global const float *u, VF *sums, const int count, const int ci)
{
  place_sums (2, seen, u, sums, count, ci);
}

OUTLINE void
place_product_single (const float *seen, __global const float *u, VF *sums, const int count, const int ci)
{
  place_sums (1, seen, u, sums, count, ci);
}

/* The same of a half of a vector: two channels at once.  sums[tile][2], as above. */
OUTLINE void
place_product_half (const float *seen, __global const float *u, VF *sums, const int count, const int ci)
{
  for (int t = 0; t < count; t += ABREAST, seen += ABREAST * ci, sums += 2 * ABREAST)
    {
      VF                    all[ABREAST];
      __global const float *b = u;

#pragma unroll
      for (int p = 0; p < ABREAST; p++)
        all[p] = 0.0f;
      for (int c = 0; c < ci; c += 2, b += WIDTH)
        {
          const VF weights = VLOAD (b);
#pragma unroll
          for (int p = 0; p < ABREAST; p++)
            all[p] = fma (IN_PAIRS (vload2 (0, seen + p * ci + c)), weights, all[p]);
        }
#pragma unroll
      for (int p = 0; p < ABREAST; p++)
        sums[2 * p] = all[p];
    }
}

/* The tiles' outputs of a block, of which `left` are left: one vector or two, or a half of one, or one and a half. */
OUTLINE void
put_tiles (const int left, const VF *sums, __global const float *bias, __global const float *onto, __global float *y, const int first,
           const int count, const int h, const int w, const int co, const int has_bias, const int add)
{
  for (int t = 0; t < count; t++)
    {
      const Spot   at = spot_of (first + t, h, w);
      const size_t to = (((size_t) at.picture * h + at.y) * w + at.x) * co;

      for (int v = 0; v < 2 && v * VW < left; v++)
        {
          const bool halved = left - v * VW == HW;
          const VF   more = has_bias ? fse_get (bias + v * VW, left - v * VW) : (VF) 0.0f;
          VF         half_way[8];
#pragma unroll
          for (int i = 0; i < 4; i++)
            {
              const VF a = sums[i * PLACE_SUMS + 2 * t + v], b = sums[(4 + i) * PLACE_SUMS + 2 * t + v];
              const VF c = sums[(8 + i) * PLACE_SUMS + 2 * t + v], d = sums[(12 + i) * PLACE_SUMS + 2 * t + v];
              half_way[i] = a + b + c;
              half_way[4 + i] = b - c - d;
            }
#pragma unroll
          for (int i = 0; i < 2; i++)
            {
              const VF    *from = half_way + 4 * i;
              const size_t o = to + (size_t) i * w * co + v * VW;
              VF           pair[2] = { from[0] + from[1] + from[2], from[1] - from[2] - from[3] };
#pragma unroll
              for (int x = 0; x < 2; x++)
                put_outputs ((halved ? (VF) (EVEN_AND_ODD (pair[x]), (HF) 0.0f) : pair[x]) + more, onto + o + x * co, y + o + x * co,
                             left - v * VW, add);
            }
        }
    }
}

/* x [n,h,w,ci] to y [n,h,w,co], plus `onto` where `add`.  Range: blocks of `each` tiles. */
SINGLE __kernel void
winograd (IN (x), IN (u), IN (zero), IN (bias), IN (onto), OUT (y), const int tiles, const int each, const int h, const int w,
          const int ci, const int co, const int has_bias, const int add)
{
  OPEN_IN (x);
  OPEN_IN (u);
  OPEN_IN (zero);
  OPEN_IN (bias);
  OPEN_IN (onto);
  OPEN_OUT (y);
  const int first = get_global_id (0) * each, count = min (each, tiles - first);
  VF        seen[16 * PLACE_SEEN / VW], sums[16 * PLACE_SUMS];

  see_tiles (x, zero, (float *) seen, PLACE_SEEN, first, count, h, w, ci, ci);
  for (int o = 0; o < co; o += WIDTH, u += 16 * PLACE_WEIGHTS (ci))
    {
      const int halves = min (4, (co - o) / HW), vectors = halves / 2;

      for (int i = 0; i < 16; i++)
        {
          const float          *tile = (const float *) seen + i * PLACE_SEEN;
          __global const float *weights = u + i * PLACE_WEIGHTS (ci);
          VF                   *place = sums + i * PLACE_SUMS;

          if (vectors == 2)
            place_product (tile, weights, place, count, ci);
          else if (vectors == 1)
            place_product_single (tile, weights, place, count, ci);
          if (halves % 2)
            place_product_half (tile, weights + vectors * VW, place + vectors, count, ci);
        }
      put_tiles (co - o, sums, bias + o, onto + o, y + o, first, count, h, w, co, has_bias, add);
    }
}

#endif
