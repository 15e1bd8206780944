/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Colour maps read from a bilateral grid.  A work-item is a row (cpu) or a
 * pixel (gpu) of the result, or of the grid for the gradient to it; the range
 * is (1 or x, y, picture).  A cell of the grid is 3 guides x bins x 12 numbers.
 */
#define GUIDES 3
#define MAP 12
#define MOST_BINS 16 /* as in bilateral.c */
#define MOST_FACTOR 16

/* A map in the first 12 of 16 numbers.  On the cpu family it is read at once, with what
 * follows it, which is computed with and never kept. */
#define MAP_ALONE(p) ((float16) (vload8 (0, p), vload4 (2, p), (float4) 0.0f))
#ifdef FSE_CPU
typedef float16 MAP_ANYWHERE __attribute__ ((aligned (4)));
#define MAP_LOAD(p) (*(__global const MAP_ANYWHERE *) (p))
#else
#define MAP_LOAD(p) MAP_ALONE (p)
#endif

static inline void
map_store (float16 v, __global float *p)
{
  vstore8 (v.lo, 0, p);
  vstore4 (v.hi.lo, 2, p);
}

/* One axis of a position in the grid: between at[0] and at[1] at fraction t. */
typedef struct
{
  int   at[2];
  float t;
} Place;

/* Of pixel o, f pixels a cell. */
static inline Place
place (int o, int f, int size)
{
  const float s = fmax ((o + 0.5f) / f - 0.5f, 0.0f);
  Place p;
  p.at[0] = min ((int) s, size - 1);
  p.at[1] = min (p.at[0] + 1, size - 1);
  p.t = s - p.at[0];
  return p;
}

/* The share that this place has of cell i. */
static inline float
share (Place p, int i)
{
  return (p.at[0] == i ? 1.0f - p.t : 0.0f) + (p.at[1] == i ? p.t : 0.0f);
}

/* A guide of -0.5 .. 0.5 between bins `low` and low + 1; slope is 0 where the clamp holds it. */
typedef struct
{
  int   low;
  float t;
  float slope;
} Level;

static inline Level
level (float guide, int bins)
{
  const float last = bins - 1.0f, v = (guide + 0.5f) * last;
  /* fmax before the conversion: a guide that is not a number must not become an address */
  const float p = fmin (fmax (v, 0.0f), last);
  Level l;
  l.low = min ((int) p, bins - 2);
  /* 0 * v: but it shall still be seen in the result */
  l.t = fma (0.0f, v, p - l.low);
  l.slope = v >= 0.0f && v <= last ? last : 0.0f;
  return l;
}

/* grid [n,h/f,w/f,3*bins*12], guide [n,h,w,3] -> out [n,h,w,12] */
__kernel SINGLE void
bilateral_slice (IN (grid), IN (guide), OUT (out), const int h, const int w, const int f, const int bins)
{
  const int    y = get_global_id (1), gh = h / f, gw = w / f, cell = GUIDES * bins * MAP;
  const size_t row = get_global_id (2) * h + y;
  OPEN_IN (grid) + get_global_id (2) * gh * gw * cell;
  OPEN_IN (guide) + row * w * GUIDES;
  OPEN_OUT (out) + row * w * MAP;
  const Place py = place (y, f, gh);
  EACH_X (x, w)
  {
    const Place px = place (x, f, gw);
    float16     map = 0.0f;
    for (int k = 0; k < GUIDES; k++)
      {
        const Level l = level (guide[x * GUIDES + k], bins);
        for (int n = 0; n < 4; n++)
          {
            const float tent = ((n & 1) ? px.t : 1.0f - px.t) * ((n >> 1) ? py.t : 1.0f - py.t);
            __global const float *m = grid + ((size_t) py.at[n >> 1] * gw + px.at[n & 1]) * cell + (k * bins + l.low) * MAP;
            map = fma ((float16) (tent * (1.0f - l.t)), MAP_LOAD (m), map);
            map = fma ((float16) (tent * l.t), MAP_LOAD (m + MAP), map);
          }
      }
    map_store (map, out + x * MAP);
  }
}

/* How the result would change with each guide: the difference of its two bins. */
__kernel SINGLE void
bilateral_slice_backward_guide (IN (grid), IN (guide), IN (dy), OUT (dguide), const int h, const int w, const int f,
                                const int bins, const int add)
{
  const int    y = get_global_id (1), gh = h / f, gw = w / f, cell = GUIDES * bins * MAP;
  const size_t row = get_global_id (2) * h + y;
  OPEN_IN (grid) + get_global_id (2) * gh * gw * cell;
  OPEN_IN (guide) + row * w * GUIDES;
  OPEN_IN (dy) + row * w * MAP;
  OPEN_OUT (dguide) + row * w * GUIDES;
  const Place py = place (y, f, gh);
  EACH_X (x, w)
  {
    const Place   px = place (x, f, gw);
    const float16 d = MAP_LOAD (dy + x * MAP);
    for (int k = 0; k < GUIDES; k++)
      {
        const Level l = level (guide[x * GUIDES + k], bins);
        float16     change = 0.0f;
        for (int n = 0; n < 4; n++)
          {
            const float tent = ((n & 1) ? px.t : 1.0f - px.t) * ((n >> 1) ? py.t : 1.0f - py.t);
            __global const float *m = grid + ((size_t) py.at[n >> 1] * gw + px.at[n & 1]) * cell + (k * bins + l.low) * MAP;
            change = fma ((float16) tent, MAP_LOAD (m + MAP) - MAP_LOAD (m), change);
          }
        change *= d;
        const float4 sum = change.lo.lo + change.lo.hi + change.hi.lo;
        const float g = l.slope * (sum.x + sum.y + sum.z + sum.w);
        dguide[x * GUIDES + k] = add ? dguide[x * GUIDES + k] + g : g;
      }
  }
}

#ifdef FSE_CPU

/* A cell has one owner, who looks through the pixels that read it. */
__kernel SINGLE void
bilateral_slice_backward_grid (IN (guide), IN (dy), OUT (dgrid), const int h, const int w, const int f, const int bins,
                               const int add)
{
  const int gy = get_global_id (1), gh = h / f, gw = w / f, maps = GUIDES * bins;
  OPEN_IN (guide) + get_global_id (2) * h * w * GUIDES;
  OPEN_IN (dy) + get_global_id (2) * h * w * MAP;
  OPEN_OUT (dgrid) + (get_global_id (2) * gh + gy) * gw * maps * MAP;
  /* a pixel reads cells less than one apart */
  const int reach = (f + 1) / 2, y0 = max (f * gy - reach, 0), y1 = min (f * gy + f + reach, h);
  float16   sums[GUIDES * MOST_BINS];
  float     shares[2 * MOST_FACTOR + 1];

  for (int gx = 0; gx < gw; gx++, dgrid += maps * MAP)
    {
      const int x0 = max (f * gx - reach, 0), x1 = min (f * gx + f + reach, w);
      ROLLED for (int x = x0; x < x1; x++)
        shares[x - x0] = share (place (x, f, gw), gx);
      ROLLED for (int i = 0; i < maps; i++)
        sums[i] = 0.0f;
      for (int y = y0; y < y1; y++)
        {
          const float sy = share (place (y, f, gh), gy);
          __global const float *from = dy + ((size_t) y * w + x0) * MAP, *seen = guide + ((size_t) y * w + x0) * GUIDES;
          for (int x = x0; x < x1; x++, from += MAP, seen += GUIDES)
            {
              const float16 d = sy * shares[x - x0] * MAP_LOAD (from);
#pragma unroll
              for (int k = 0; k < GUIDES; k++)
                {
                  const Level l = level (seen[k], bins);
                  float16 *m = sums + k * bins + l.low;
                  m[0] = fma ((float16) (1.0f - l.t), d, m[0]);
                  m[1] = fma ((float16) l.t, d, m[1]);
                }
            }
        }
      ROLLED for (int i = 0; i < maps; i++)
        map_store (add ? sums[i] + MAP_ALONE (dgrid + i * MAP) : sums[i], dgrid + i * MAP);
    }
}

#else

/* A cell has one work-group, whose work-items have four numbers of one bin's map each, and look through the pixels that
 * read it.  Range: (cells of a row, rows, pictures) groups of GUIDES bins MAP / 4. */
__kernel void
bilateral_slice_backward_grid (IN (guide), IN (dy), OUT (dgrid), const int h, const int w, const int f, const int bins,
                               const int add)
{
  const int gx = get_group_id (0), gy = get_global_id (1), gh = h / f, gw = w / f, t = get_local_id (0);
  const int bin = t / (MAP / 4) % bins, k = t / (MAP / 4) / bins, four = t % (MAP / 4);
  OPEN_IN (guide) + get_global_id (2) * h * w * GUIDES + k;
  OPEN_IN (dy) + get_global_id (2) * h * w * MAP;
  OPEN_OUT (dgrid) + ((get_global_id (2) * gh + gy) * gw + gx) * GUIDES * bins * MAP;
  /* a pixel reads cells less than one apart */
  const int reach = (f + 1) / 2, y0 = max (f * gy - reach, 0), y1 = min (f * gy + f + reach, h);
  const int x0 = max (f * gx - reach, 0), x1 = min (f * gx + f + reach, w);
  float4    sum = 0.0f;

  for (int y = y0; y < y1; y++)
    {
      const float sy = share (place (y, f, gh), gy);
      for (int x = x0; x < x1; x++)
        {
          const int   p = y * w + x;
          const Level l = level (guide[(size_t) p * GUIDES], bins);
          const float tent = l.low == bin ? 1.0f - l.t : l.low + 1 == bin ? l.t : 0.0f;
          sum = fma ((float4) (sy * share (place (x, f, gw), gx) * tent), vload4 (four, dy + (size_t) p * MAP), sum);
        }
    }
  dgrid += (k * bins + bin) * MAP;
  vstore4 (add ? sum + vload4 (four, dgrid) : sum, four, dgrid);
}

#endif
