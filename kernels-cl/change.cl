/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lifting a change to the picture's own resolution: the model has worked at
 * h x w, the picture is H x W, and
 *   moved = warp (picture, s flow) + s sum_k gain_k warp (band_k, s flow),  base = moved + s warp (table (picture), s flow),
 *   result = colour (base, s slice (grid, moved)) + s residual
 * with the fields read between the model's pixels.  The flow is smooth by nature: by
 * a cubic B-spline, as straight lines would show the kinks of anything less; so is the bands' gain.  Of the bands the finest
 * is the picture itself less its smoothed look at h x w, so that its own pixels' detail is weighed as the model weighs what it sees.  The grid is read at the picture's own places and colours, exactly as
 * the model reads it.  The residual is not smooth: of its four neighbours the one of a
 * pixel's own colour counts most, so that what it recolours keeps the picture's
 * sharp edge (joint bilateral up-sampling, Kopf et al., SIGGRAPH 2007).  One
 * work-item a pixel of a tile; all is computed from the pixel's place in the
 * picture, so that tiles of any size give the same.
 */
#define RANGE 0.08f

/* Of a rectangle of the picture, the pixel at (x, y) from its corner; its edge beyond. */
static inline float4
pixel (__global const float *p, int x, int y, int w, int h)
{
  return vload4 ((size_t) clamp (y, 0, h - 1) * w + clamp (x, 0, w - 1), p);
}

/* A displaced place on an axis of `size` pixels, clamped to it: between whole pixels `at` and at + 1. */
typedef struct
{
  int   at;
  float t;
} Displaced;

static inline Displaced
displace (int from, float by, int size)
{
  Displaced p;
  /* fmax and fmin before the conversion: a flow that is not a number must not become an address */
  const float most = size, whole = floor (fmin (fmax (by, -most), most));

  p.at = from + (int) whole;
  p.t = by - whole;
  if (p.at < 0 || p.at >= size - 1)
    {
      p.at = p.at < 0 ? 0 : size - 1;
      p.t = 0.0f * by; /* but not a number shall still be seen in the result */
    }
  return p;
}

/* map += the grid's at place (fx, fy), in cells, for a pixel's colours: fse_bilateral_slice() of one pixel */
static inline void
read_grid (__global const float *grid, float4 colour, float fx, float fy, int gh, int gw, int levels, float *map)
{
  const float guides[3] = { colour.x, colour.y, colour.z };
  const int   x0 = (int) floor (fx), y0 = (int) floor (fy);
  const float ax = fx - x0, ay = fy - y0;

  for (int g = 0; g < 3; g++)
    {
      const float v = clamp (guides[g], 0.0f, 1.0f) * (levels - 1);
      const int   low = clamp ((int) v, 0, levels - 2);
      const float t = v - low;

      for (int n = 0; n < 4; n++)
        {
          const int    cx = clamp (x0 + (n & 1), 0, gw - 1), cy = clamp (y0 + (n >> 1), 0, gh - 1);
          const float  tent = ((n & 1) ? ax : 1.0f - ax) * ((n >> 1) ? ay : 1.0f - ay);
          __global const float *m = grid + (((size_t) cy * gw + cx) * 3 * levels + g * levels + low) * 12;

          for (int k = 0; k < 12; k++)
            map[k] += tent * ((1.0f - t) * m[k] + t * m[12 + k]);
        }
    }
}

/* Weights of the four pixels around a place at fraction t of its cell. */
static inline float4
b_spline (float t)
{
  const float s = 1.0f - t;

  return (float4) (s * s * s, (3.0f * t - 6.0f) * t * t + 4.0f, (3.0f * s - 6.0f) * s * s + 4.0f, t * t * t) / 6.0f;
}

static inline float4
cubic_spline (float t)
{
  return (float4) (((2.0f - t) * t - 1.0f) * t, (3.0f * t - 5.0f) * t * t + 2.0f, ((4.0f - 3.0f * t) * t + 1.0f) * t,
                   (t - 1.0f) * t * t) * 0.5f;
}

/* A B-spline's weights of the 4 x 4 pixels around fraction (tx, ty), row by row. */
static inline void
spline_weights (float tx, float ty, float *weights)
{
  const float4 across = b_spline (tx), down = b_spline (ty);
  const float  wx[4] = { across.x, across.y, across.z, across.w }, wy[4] = { down.x, down.y, down.z, down.w };

  for (int n = 0; n < 16; n++)
    weights[n] = wx[n & 3] * wy[n >> 2];
}

/* The n-th of the 4 x 4 pixels around (x, y) in a field of w x h, its edge beyond. */
static inline size_t
around (int n, int x, int y, int w, int h)
{
  return (size_t) clamp (y - 1 + (n >> 2), 0, h - 1) * w + clamp (x - 1 + (n & 3), 0, w - 1);
}

/* The flow between its pixels, (x, y) being the one before. */
static inline float2
flow_between (__global const float *flow, int x, int y, const float *weights, int w, int h)
{
  float2 sum = 0.0f;

  for (int n = 0; n < 16; n++)
    sum += weights[n] * vload2 (around (n, x, y, w, h), flow);
  return sum;
}

/* The bands' gain there. */
static inline float3
gain_between (__global const float *gain, int x, int y, const float *weights, int w, int h)
{
  float3 sum = 0.0f;

  for (int n = 0; n < 16; n++)
    sum += weights[n] * vload3 (around (n, x, y, w, h), gain);
  return sum;
}

/* sum_k gain_k band_k at a place of the picture, in pixels of its h x w look; x0: the picture's own colour there. */
static inline float3
weighed_bands (__global const float *smoothed, float3 gain, float3 x0, float fx, float fy, int w, int h)
{
  /* fmax and fmin before the conversion: a place that is not a number must not become an address */
  const float px = fmin (fmax (fx, 0.0f), w - 1.0f), py = fmin (fmax (fy, 0.0f), h - 1.0f);
  const int   x = (int) px, y = (int) py;
  const float tx = px - x, ty = py - y;
  /* sum_k gain_k (x_{k-1} - x_k), by the x_k */
  const float3 weights = (float3) (gain.y - gain.x, gain.z - gain.y, -gain.z);
  float3       sum = gain.x * x0;

  for (int n = 0; n < 4; n++)
    {
      const size_t at = 3 * ((size_t) min (y + (n >> 1), h - 1) * w + min (x + (n & 1), w - 1));
      const float  tent = ((n & 1) ? tx : 1.0f - tx) * ((n >> 1) ? ty : 1.0f - ty);

      sum += tent * (weights.x * vload3 (at, smoothed) + weights.y * vload3 (at + 1, smoothed)
                     + weights.z * vload3 (at + 2, smoothed));
    }
  return sum;
}

/* A picture of w x h pixels enlarged: its colour at fraction (tx, ty) from pixel (x, y). */
static inline float4
enlarged (__global const float *picture, int x, int y, float tx, float ty, int w, int h)
{
  const float4 across = cubic_spline (tx), down = cubic_spline (ty);
  const float  wx[4] = { across.x, across.y, across.z, across.w }, wy[4] = { down.x, down.y, down.z, down.w };
  float4       sum = 0.0f;

  for (int n = 0; n < 16; n++)
    sum += wx[n & 3] * wy[n >> 2] * pixel (picture, x - 1 + (n & 3), y - 1 + (n >> 2), w, h);
  return sum;
}

/* own [rows,columns,4] is the tile whose corner is (tile_x, tile_y) in a picture of
 * W x H; source [source_h,source_w,4], with its corner, holds what the flow brings there; small [h,w,4] is the
 * picture as the model saw it; all R'G'B'A.  flow [h,w,2], gain [h,w,3] of the bands,
 * smoothed [h,w,9] what they are made of (fse_vae_smoothed()), grid [gh,gw,3*levels*12], residual [h,w,3], answer [h,w,4] the model's own
 * result, needed where detail < 1; out [rows,columns,4]. */
__kernel void
lift (IN (own), IN (source), IN (small), IN (flow), IN (gain), IN (smoothed), IN (grid), IN (residual), IN (answer), IN (table), OUT (out),
      const int W, const int H, const int w, const int h,
      const int tile_x, const int tile_y, const int columns, const int rows,
      const int source_x, const int source_y, const int source_w, const int source_h,
      const int gh, const int gw, const int levels, const int explicit, const int has_gain, const int has_table,
      const float strength, const float detail)
{
  OPEN_IN (own);
  OPEN_IN (source);
  OPEN_IN (small);
  OPEN_IN (flow);
  OPEN_IN (gain);
  OPEN_IN (smoothed);
  OPEN_IN (grid);
  OPEN_IN (residual);
  OPEN_IN (answer);
  OPEN_IN (table);
  OPEN_OUT (out);
  const int column = get_global_id (0), row = get_global_id (1), X = tile_x + column, Y = tile_y + row;

  if (column >= columns || row >= rows)
    return;

  const size_t here = (size_t) row * columns + column;
  const float4 old = vload4 (here, own);
  const float  fx = (X + 0.5f) * w / W - 0.5f, fy = (Y + 0.5f) * h / H - 0.5f;
  const int    x0 = (int) floor (fx), y0 = (int) floor (fy);
  const float  ax = fx - x0, ay = fy - y0;
  float        f[12], sum = 0.0f;
  float4       rest = 0.0f, x;

  for (int k = 0; k < 12; k++)
    f[k] = 0.0f;
  for (int n = 0; n < 4; n++)
    {
      const int    sx = clamp (x0 + (n & 1), 0, w - 1), sy = clamp (y0 + (n >> 1), 0, h - 1);
      const size_t at = (size_t) sy * w + sx;
      const float  tent = ((n & 1) ? ax : 1.0f - ax) * ((n >> 1) ? ay : 1.0f - ay);
      const float4 d = vload4 (at, small) - old;
      const float  weight = tent * (0.002f + exp (-dot (d.xyz, d.xyz) / (2.0f * RANGE * RANGE)));

      sum += weight;
      /* a repainting model's residual is the new picture itself, centred */
      rest.xyz += weight * (vload3 (at, residual) - (explicit ? (float3) 0.0f : vload4 (at, small).xyz - 0.5f));
    }

  x = old;
  float3 shift = 0.0f;
  if (explicit)
    {
      float        spline[16];

      spline_weights (ax, ay, spline);
      const float2 d = flow_between (flow, x0, y0, spline, w, h);
      const Displaced px = displace (X, strength * d.x * W * 0.5f, W), py = displace (Y, strength * d.y * H * 0.5f, H);

      if (px.at != X || py.at != Y || px.t != 0.0f || py.t != 0.0f)
        {
          const int    sx = px.at - source_x, sy = py.at - source_y;
          const float4 a = pixel (source, sx, sy, source_w, source_h), b = pixel (source, sx + 1, sy, source_w, source_h);
          const float4 c = pixel (source, sx, sy + 1, source_w, source_h);
          const float4 e = pixel (source, sx + 1, sy + 1, source_w, source_h);

          x = (a * (1.0f - px.t) + b * px.t) * (1.0f - py.t) + (c * (1.0f - px.t) + e * px.t) * py.t;
          if (has_table)
            shift = (fse_table_change (table, a.xyz) * (1.0f - px.t) + fse_table_change (table, b.xyz) * px.t) * (1.0f - py.t)
                    + (fse_table_change (table, c.xyz) * (1.0f - px.t) + fse_table_change (table, e.xyz) * px.t) * py.t;
        }
      else if (has_table)
        shift = fse_table_change (table, x.xyz);
      if (has_gain)
        {
          const float3 g = strength * gain_between (gain, x0, y0, spline, w, h);

          x.xyz += weighed_bands (smoothed, g, x.xyz, (px.at + px.t + 0.5f) * w / W - 0.5f,
                                  (py.at + py.t + 0.5f) * h / H - 0.5f, w, h);
        }
      read_grid (grid, x, (X + 0.5f) * gw / W - 0.5f, (Y + 0.5f) * gh / H - 0.5f, gh, gw, levels, f);
    }
  x.xyz += strength * shift;
  const float3 c = x.xyz - 0.5f;

  rest /= sum;
  float4       y;

  y.x = x.x + strength * (f[0] * c.x + f[1] * c.y + f[2] * c.z + f[3] + rest.x);
  y.y = x.y + strength * (f[4] * c.x + f[5] * c.y + f[6] * c.z + f[7] + rest.y);
  y.z = x.z + strength * (f[8] * c.x + f[9] * c.y + f[10] * c.z + f[11] + rest.z);
  if (detail < 1.0f)
    y = mix (enlarged (answer, x0, y0, ax, ay, w, h), y, detail);
  y.w = old.w; /* alpha passes through */
  vstore4 (y, here, out);
}
