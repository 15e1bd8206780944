/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Colour maps read from a bilateral grid.  A work-item is a row (cpu) or a
 * pixel (gpu) of the result, or of the grid for the gradient to it; the range
 * is (1 or x, y, picture).  A cell of the grid is 3 guides x bins x 12 numbers.
 */
#define GUIDES 3
#define MAP 12

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
    float8      first = 0.0f;
    float4      rest = 0.0f;
    for (int k = 0; k < GUIDES; k++)
      {
        const Level l = level (guide[x * GUIDES + k], bins);
        for (int n = 0; n < 4; n++)
          {
            const float tent = ((n & 1) ? px.t : 1.0f - px.t) * ((n >> 1) ? py.t : 1.0f - py.t);
            __global const float *m = grid + ((size_t) py.at[n >> 1] * gw + px.at[n & 1]) * cell + (k * bins + l.low) * MAP;
            first = fma ((float8) (tent * (1.0f - l.t)), vload8 (0, m), first);
            rest = fma ((float4) (tent * (1.0f - l.t)), vload4 (2, m), rest);
            first = fma ((float8) (tent * l.t), vload8 (0, m + MAP), first);
            rest = fma ((float4) (tent * l.t), vload4 (2, m + MAP), rest);
          }
      }
    vstore8 (first, 0, out + x * MAP);
    vstore4 (rest, 2, out + x * MAP);
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
    const Place  px = place (x, f, gw);
    const float8 dfirst = vload8 (0, dy + x * MAP);
    const float4 drest = vload4 (2, dy + x * MAP);
    for (int k = 0; k < GUIDES; k++)
      {
        const Level l = level (guide[x * GUIDES + k], bins);
        float8      first = 0.0f;
        float4      rest = 0.0f;
        for (int n = 0; n < 4; n++)
          {
            const float tent = ((n & 1) ? px.t : 1.0f - px.t) * ((n >> 1) ? py.t : 1.0f - py.t);
            __global const float *m = grid + ((size_t) py.at[n >> 1] * gw + px.at[n & 1]) * cell + (k * bins + l.low) * MAP;
            first = fma ((float8) tent, vload8 (0, m + MAP) - vload8 (0, m), first);
            rest = fma ((float4) tent, vload4 (2, m + MAP) - vload4 (2, m), rest);
          }
        first *= dfirst;
        rest = rest * drest + first.lo + first.hi;
        const float g = l.slope * (rest.x + rest.y + rest.z + rest.w);
        dguide[x * GUIDES + k] = add ? dguide[x * GUIDES + k] + g : g;
      }
  }
}

/* A cell's part for one guide has one owner, who looks through the pixels that read it. */
__kernel SINGLE void
bilateral_slice_backward_grid (IN (guide), IN (dy), OUT (dgrid), const int h, const int w, const int f, const int bins,
                               const int add)
{
  const int gy = get_global_id (1), gh = h / f, gw = w / f, part = bins * MAP;
  OPEN_IN (guide) + get_global_id (2) * h * w * GUIDES;
  OPEN_IN (dy) + get_global_id (2) * h * w * MAP;
  OPEN_OUT (dgrid) + (get_global_id (2) * gh + gy) * gw * GUIDES * part;
  /* a pixel reads cells less than one apart */
  const int reach = (f + 1) / 2, y0 = max (f * gy - reach, 0), y1 = min (f * gy + f + reach, h);
  EACH_X (column, gw * GUIDES)
  {
    const int gx = column / GUIDES, k = column - gx * GUIDES;
    const int x0 = max (f * gx - reach, 0), x1 = min (f * gx + f + reach, w);
    __global float *to = dgrid + (size_t) column * part;
    if (!add)
      for (int i = 0; i < part; i += 4)
        vstore4 ((float4) 0.0f, 0, to + i);
    for (int y = y0; y < y1; y++)
      {
        const float sy = share (place (y, f, gh), gy);
        for (int x = x0; x < x1; x++)
          {
            const float  s = sy * share (place (x, f, gw), gx);
            const size_t p = (size_t) y * w + x;
            const Level  l = level (guide[p * GUIDES + k], bins);
            const float8 first = vload8 (0, dy + p * MAP);
            const float4 rest = vload4 (2, dy + p * MAP);
            __global float *m = to + l.low * MAP;
            vstore8 (fma ((float8) (s * (1.0f - l.t)), first, vload8 (0, m)), 0, m);
            vstore4 (fma ((float4) (s * (1.0f - l.t)), rest, vload4 (2, m)), 2, m);
            m += MAP;
            vstore8 (fma ((float8) (s * l.t), first, vload8 (0, m)), 0, m);
            vstore4 (fma ((float4) (s * l.t), rest, vload4 (2, m)), 2, m);
          }
      }
  }
}
