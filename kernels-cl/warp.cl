/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bilinear backward warp.  A work-item is a row (cpu) or a pixel (gpu) of the
 * result; the range is (1 or x, y, picture).
 */

/* One axis of a position: between pixels at[0] and at[1] at fraction t;
 * slope is 0 where the clamp holds the position. */
typedef struct
{
  int   at[2];
  float t;
  float slope;
} Axis;

static inline Axis
axis (int i, float flow, int size)
{
  const float v = fma (flow, 0.5f * size, (float) i);
  /* fmax before the conversion: a flow that is not a number must not become an address */
  const float p = fmin (fmax (v, 0.0f), size - 1.0f);
  Axis a;
  a.at[0] = (int) p;
  a.at[1] = min (a.at[0] + 1, size - 1);
  /* 0 * v: but it shall still be seen in the result */
  a.t = fma (0.0f, v, p - a.at[0]);
  a.slope = v >= 0.0f && v <= size - 1.0f ? 0.5f * size : 0.0f;
  return a;
}

__kernel SINGLE void
warp (IN (x), IN (flow), OUT (out), const int h, const int w, const int c)
{
  const int y = get_global_id (1);
  const size_t row = get_global_id (2) * h + y;
  OPEN_IN (x) + get_global_id (2) * h * w * c;
  OPEN_IN (flow) + row * w * 2;
  OPEN_OUT (out) + row * w * c;
  EACH_X (px, w)
  {
    const Axis ax = axis (px, flow[2 * px], w), ay = axis (y, flow[2 * px + 1], h);
    __global const float *upper = x + (size_t) ay.at[0] * w * c, *lower = x + (size_t) ay.at[1] * w * c;
    const int left = ax.at[0] * c, right = ax.at[1] * c;
    for (int k = 0; k < c; k++)
      {
        const float a = upper[left + k], b = upper[right + k], d = lower[left + k], e = lower[right + k];
        const float above = fma (b - a, ax.t, a), below = fma (e - d, ax.t, d);
        out[px * c + k] = fma (below - above, ay.t, above);
      }
  }
}

__kernel SINGLE void
warp_backward_flow (IN (x), IN (flow), IN (dy), OUT (dflow), const int h, const int w, const int c, const int add)
{
  const int y = get_global_id (1);
  const size_t row = get_global_id (2) * h + y;
  OPEN_IN (x) + get_global_id (2) * h * w * c;
  OPEN_IN (flow) + row * w * 2;
  OPEN_IN (dy) + row * w * c;
  OPEN_OUT (dflow) + row * w * 2;
  EACH_X (px, w)
  {
    const Axis ax = axis (px, flow[2 * px], w), ay = axis (y, flow[2 * px + 1], h);
    __global const float *upper = x + (size_t) ay.at[0] * w * c, *lower = x + (size_t) ay.at[1] * w * c;
    const int left = ax.at[0] * c, right = ax.at[1] * c;
    float gx = 0.0f, gy = 0.0f;
    for (int k = 0; k < c; k++)
      {
        const float a = upper[left + k], b = upper[right + k], d = lower[left + k], e = lower[right + k];
        const float g = dy[px * c + k];
        gx = fma (g, fma (e - d - b + a, ay.t, b - a), gx);
        gy = fma (g, fma (e - d - b + a, ax.t, d - a), gy);
      }
    gx *= ax.slope;
    gy *= ay.slope;
    dflow[2 * px] = add ? dflow[2 * px] + gx : gx;
    dflow[2 * px + 1] = add ? dflow[2 * px + 1] + gy : gy;
  }
}

/* dx is added to.  A work-item owns some rows of one channel (gpu) or of all
 * channels (cpu) of one picture of dx, and looks through all pixels for what
 * lands there: no two write the same number, and the order is fixed.  The
 * range is (bands, channels or 1, picture). */
__kernel SINGLE void
warp_backward_x (IN (flow), IN (dy), OUT (dx), const int h, const int w, const int c, const int bands)
{
  const int band = get_global_id (0);
#ifdef FSE_CPU
  const int k0 = 0, k1 = c;
#else
  const int k0 = get_global_id (1), k1 = k0 + 1;
#endif
  const int first = band * h / bands, last = (band + 1) * h / bands;
  OPEN_IN (flow) + get_global_id (2) * h * w * 2;
  OPEN_IN (dy) + get_global_id (2) * h * w * c;
  OPEN_OUT (dx) + get_global_id (2) * h * w * c;
  if (band >= bands)
    return;
  for (int y = 0; y < h; y++)
    for (int px = 0; px < w; px++)
      {
        const size_t p = (size_t) y * w + px;
        const Axis ay = axis (y, flow[2 * p + 1], h);
        if (ay.at[1] < first || ay.at[0] >= last)
          continue;
        const Axis ax = axis (px, flow[2 * p], w);
        for (int j = 0; j < 2; j++)
          {
            if (ay.at[j] < first || ay.at[j] >= last)
              continue;
            __global float *to = dx + (size_t) ay.at[j] * w * c;
            const float share = j ? ay.t : 1.0f - ay.t;
            for (int k = k0; k < k1; k++)
              {
                const float g = share * dy[p * c + k];
                to[ax.at[0] * c + k] += (1.0f - ax.t) * g;
                to[ax.at[1] * c + k] += ax.t * g;
              }
          }
      }
}
