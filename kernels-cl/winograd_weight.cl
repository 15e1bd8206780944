/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The gradient to the weights of 3x3 convolutions by fewer products, for the shapes of winograd.cl:
 *
 *   dw = G' [ sum over tiles of  (B' d B) . (A dy A') ] G
 *
 * Each of the 16 numbers in the middle is a product of matrices over the tiles: 4 products for each output
 * and pair of channels where the plain sum has 9.
 */
#ifdef FSE_CPU

#define ROWS 64 /* channels of x whose sums a work-item has, at most */
/* A vector more, as in winograd.cl. */
#define PLACE_ROWS (MOST * ROWS + VW)
#define PLACE_EDGES (MOST * WIDTH + VW)
#define PLACE_PRODUCTS (2 * ROWS + 1)

/* What A does to two numbers of a column, and then of a row. */
INLINE void
spread_two (const VF a, const VF b, VF *to, const int step)
{
  to[0] = a;
  to[step] = a + b;
  to[2 * step] = a - b;
  to[3 * step] = -b;
}

/* What G' does to four. */
INLINE void
gather_four (const VF a, const VF b, const VF c, const VF d, VF *to, const int step)
{
  const VF ends = 0.5f * (b + c);

  to[0] = a + ends;
  to[step] = 0.5f * (b - c);
  to[2 * step] = ends + d;
}

/* edges[place][tile][WIDTH] of one vector or two of dy */
OUTLINE void
spread_tiles (const int vectors, __global const float *dy, float *edges, const int first, const int count, const int h, const int w,
              const int co)
{
  for (int t = 0; t < count; t++, edges += WIDTH)
    {
      const Spot            at = spot_of (first + t, h, w);
      __global const float *above = dy + (((size_t) at.picture * h + at.y) * w + at.x) * co, *below = above + (size_t) w * co;

      for (int v = 0; v < vectors * VW; v += VW)
        {
          VF half_way[8], place[4];
#pragma unroll
          for (int i = 0; i < 2; i++)
            spread_two (VREAD (above + i * co + v), VREAD (below + i * co + v), half_way + i, 2);
#pragma unroll
          for (int y = 0; y < 4; y++)
            {
              spread_two (half_way[2 * y], half_way[2 * y + 1], place, 1);
#pragma unroll
              for (int i = 0; i < 4; i++)
                VSTORE (place[i], edges + (4 * y + i) * PLACE_EDGES + v);
            }
        }
    }
}

/* sums[channel][2] += one place of so many tiles */
INLINE void
add_sums (const int vectors, const float *seen, const float *edges, VF *sums, const int count, const int channels)
{
  for (int c = 0; c < channels; c += ABREAST, seen += ABREAST, sums += 2 * ABREAST)
    {
      VF           all[ABREAST][2];
      const float *a = seen, *b = edges;

#pragma unroll
      for (int i = 0; i < ABREAST; i++)
        {
          all[i][0] = sums[2 * i];
          all[i][1] = sums[2 * i + 1];
        }
      for (int t = 0; t < count; t++, a += channels, b += WIDTH)
        {
          const VF b0 = VLOAD (b), b1 = vectors > 1 ? VLOAD (b + VW) : b0;
#pragma unroll
          for (int i = 0; i < ABREAST; i++)
            {
              const float one = a[i];
              all[i][0] = fma ((VF) one, b0, all[i][0]);
              if (vectors > 1)
                all[i][1] = fma ((VF) one, b1, all[i][1]);
            }
        }
#pragma unroll
      for (int i = 0; i < ABREAST; i++)
        {
          sums[2 * i] = all[i][0];
          if (vectors > 1)
            sums[2 * i + 1] = all[i][1];
        }
    }
}

OUTLINE void
add_products (const float *seen, const float *edges, VF *sums, const int count, const int channels)
{
  add_sums (2, seen, edges, sums, count, channels);
}

OUTLINE void
add_products_single (const float *seen, const float *edges, VF *sums, const int count, const int channels)
{
  add_sums (1, seen, edges, sums, count, channels);
}

/* The sums as taps, into the chunk's partial; `step`: from one of its rows to the next. */
OUTLINE void
put_taps (const int vectors, const VF *sums, __global float *part, const int channels, const int ci, const int step)
{
  for (int c = 0; c < channels; c++, part += step)
    for (int v = 0; v < vectors; v++)
      {
        const VF *from = sums + 2 * c + v;
        VF        half_way[12], taps[3];

#pragma unroll
        for (int i = 0; i < 4; i++)
          gather_four (from[i * PLACE_PRODUCTS], from[(4 + i) * PLACE_PRODUCTS], from[(8 + i) * PLACE_PRODUCTS],
                       from[(12 + i) * PLACE_PRODUCTS], half_way + i, 4);
#pragma unroll
        for (int y = 0; y < 3; y++)
          {
            gather_four (half_way[4 * y], half_way[4 * y + 1], half_way[4 * y + 2], half_way[4 * y + 3], taps, 1);
#pragma unroll
            for (int x = 0; x < 3; x++)
              VSTORE (taps[x], part + (size_t) (3 * y + x) * ci * step + v * VW);
          }
      }
}

/* Partials as conv2d_weight () writes them, of so many rows of dy a chunk, an even number.
 * Range: (groups of channels times blocks of outputs, then vectors of the bias; chunks). */
SINGLE __kernel void
winograd_weight (IN (x), IN (dy), IN (zero), OUT (part), const int n, const int h, const int w, const int ci, const int co,
                 const int rows_chunk)
{
  OPEN_IN (x);
  OPEN_IN (dy);
  OPEN_IN (zero);
  OPEN_OUT (part);
  const int  blocks = (co + WIDTH - 1) / WIDTH, step = blocks * WIDTH, tiles = (ci + ROWS - 1) / ROWS * blocks;
  const int  id = get_global_id (0), chunk = get_global_id (1), row0 = chunk * rows_chunk, row1 = min (row0 + rows_chunk, n * h);
  const Pass pass = { x, dy, h, w, ci, h, w, co, 3, 1, n * h * w, row0, row1 };

  part += (size_t) chunk * (9 * ci + 1) * step;
  if (id >= tiles)
    {
      weight_bias (&pass, part, (id - tiles) * VW);
      return;
    }
  const int o0 = id % blocks * WIDTH, c0 = id / blocks * ROWS, channels = min (ROWS, ci - c0), vectors = min (2, (co - o0) / VW);
  const int across = w / 2, end = row1 / 2 * across;
  VF        seen[16 * PLACE_ROWS / VW], edges[16 * PLACE_EDGES / VW], sums[16 * PLACE_PRODUCTS];

  for (int i = 0; i < 16 * PLACE_PRODUCTS; i++)
    sums[i] = 0.0f;
  for (int first = row0 / 2 * across; first < end; first += MOST)
    {
      const int    count = min (MOST, end - first);
      const float *a = (const float *) seen, *b = (const float *) edges;

      see_tiles (x + c0, zero, (float *) seen, PLACE_ROWS, first, count, h, w, ci, channels);
      spread_tiles (vectors, dy + o0, (float *) edges, first, count, h, w, co);
      for (int i = 0; i < 16; i++, a += PLACE_ROWS, b += PLACE_EDGES)
        if (vectors > 1)
          add_products (a, b, sums + i * PLACE_PRODUCTS, count, channels);
        else
          add_products_single (a, b, sums + i * PLACE_PRODUCTS, count, channels);
    }
  put_taps (vectors, sums, part + (size_t) c0 * step + o0, channels, ci, step);
}

#endif
