/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Changing a picture's size.  A work-item is one small-side row of a picture
 * (cpu) or one of its vectors (gpu): rows of the range are (x, y, picture).
 * Each gradient is gathered, so that each number has one owner.
 */
#ifdef FSE_CPU
/* for every x of the row and every vector k of its channels */
#define ROW_EACH(px, k, w, c)                       \
  for (int px = 0; px < (w); px++)                  \
    for (int k = 0; k < (c); k += VW)
#else
#define ROW_EACH(px, k, w, c)                                               \
  const int blocks = ((c) + VW - 1) / VW;                                   \
  const int px = get_global_id (0) / blocks;                                \
  const int k = (get_global_id (0) - px * blocks) * VW;                     \
  if (px < (w))
#endif

/* x [n,h,w,c] -> out [n,2h,2w,c] */
__kernel SINGLE void
nearest (IN (x), OUT (out), const int h, const int w, const int c)
{
  const size_t row = get_global_id (2) * h + get_global_id (1);
  const size_t line = (size_t) 2 * w * c;
  OPEN_IN (x) + row * w * c;
  OPEN_OUT (out) + row * 2 * line;
  ROW_EACH (px, k, w, c)
  {
    VF v = fse_get (x + px * c + k, c - k);
    __global float *to = out + 2 * px * c + k;
    fse_put (v, to, c - k);
    fse_put (v, to + c, c - k);
    fse_put (v, to + line, c - k);
    fse_put (v, to + line + c, c - k);
  }
}

__kernel SINGLE void
nearest_backward (IN (dy), OUT (dx), const int h, const int w, const int c, const int add)
{
  const size_t row = get_global_id (2) * h + get_global_id (1);
  const size_t line = (size_t) 2 * w * c;
  OPEN_IN (dy) + row * 2 * line;
  OPEN_OUT (dx) + row * w * c;
  ROW_EACH (px, k, w, c)
  {
    __global const float *from = dy + 2 * px * c + k;
    VF sum = fse_get (from, c - k) + fse_get (from + c, c - k) + fse_get (from + line, c - k) + fse_get (from + line + c, c - k);
    fse_put_or_add (sum, dx + px * c + k, c - k, add);
  }
}

/* x [n,h,w,c] -> out [n,h/f,w/f,c]; h and w are out's */
__kernel SINGLE void
average (IN (x), OUT (out), const int h, const int w, const int c, const int f)
{
  const size_t row = get_global_id (2) * h + get_global_id (1);
  const size_t line = (size_t) f * w * c;
  OPEN_IN (x) + row * f * line;
  OPEN_OUT (out) + row * w * c;
  ROW_EACH (px, k, w, c)
  {
    VF sum = 0.0f;
    for (int j = 0; j < f; j++)
      for (int i = 0; i < f; i++)
        sum += fse_get (x + j * line + (size_t) (px * f + i) * c + k, c - k);
    fse_put (sum * (1.0f / (f * f)), out + px * c + k, c - k);
  }
}

__kernel SINGLE void
average_backward (IN (dy), OUT (dx), const int h, const int w, const int c, const int f, const int add)
{
  const size_t row = get_global_id (2) * h + get_global_id (1);
  const size_t line = (size_t) f * w * c;
  OPEN_IN (dy) + row * w * c;
  OPEN_OUT (dx) + row * f * line;
  ROW_EACH (px, k, w, c)
  {
    VF v = fse_get (dy + px * c + k, c - k) * (1.0f / (f * f));
    for (int j = 0; j < f; j++)
      for (int i = 0; i < f; i++)
        fse_put_or_add (v, dx + j * line + (size_t) (px * f + i) * c + k, c - k, add);
  }
}

/* Where output position o of a picture f times as large looks: between at[0] and at[1], at fraction t. */
static inline float
tent (int o, int f, int size, int *at)
{
  const float s = max ((o + 0.5f) / f - 0.5f, 0.0f);
  at[0] = min ((int) s, size - 1);
  at[1] = min (at[0] + 1, size - 1);
  return s - at[0];
}

/* x [n,h,w,c] -> out [n,fh,fw,c]; the range's rows are out's */
__kernel SINGLE void
bilinear (IN (x), OUT (out), const int h, const int w, const int c, const int f)
{
  int ys[2], xs[2];
  const int y = get_global_id (1);
  const float ty = tent (y, f, h, ys);
  OPEN_IN (x) + get_global_id (2) * h * w * c;
  OPEN_OUT (out) + (get_global_id (2) * h * f + y) * w * f * c;
  __global const float *upper = x + (size_t) ys[0] * w * c, *lower = x + (size_t) ys[1] * w * c;
  ROW_EACH (px, k, w * f, c)
  {
    const float tx = tent (px, f, w, xs);
    VF a = fse_get (upper + xs[0] * c + k, c - k), b = fse_get (upper + xs[1] * c + k, c - k);
    VF d = fse_get (lower + xs[0] * c + k, c - k), e = fse_get (lower + xs[1] * c + k, c - k);
    a = fma (b - a, (VF) tx, a);
    d = fma (e - d, (VF) tx, d);
    fse_put (fma (d - a, (VF) ty, a), out + (size_t) px * c + k, c - k);
  }
}

/* The share that output o has of input i. */
static inline float
tent_share (int o, int f, int size, int i)
{
  int at[2];
  const float t = tent (o, f, size, at);
  return (at[0] == i ? 1.0f - t : 0.0f) + (at[1] == i ? t : 0.0f);
}

#define MOST_FACTOR 8

__kernel SINGLE void
bilinear_backward (IN (dy), OUT (dx), const int h, const int w, const int c, const int f, const int add)
{
  const int y = get_global_id (1);
  OPEN_IN (dy) + get_global_id (2) * h * f * w * f * c;
  OPEN_OUT (dx) + (get_global_id (2) * h + y) * w * c;
  /* an output looks at inputs less than one apart: 2 f of them look here */
  const int reach = (f + 1) / 2;
  const int y0 = max (f * y - reach, 0), y1 = min (f * y + f + reach, h * f);
  float shares[2 * MOST_FACTOR + 2];
  for (int oy = y0; oy < y1; oy++)
    shares[oy - y0] = tent_share (oy, f, h, y);
  ROW_EACH (px, k, w, c)
  {
    const int x0 = max (f * px - reach, 0), x1 = min (f * px + f + reach, w * f);
    VF sum = 0.0f;
    for (int ox = x0; ox < x1; ox++)
      {
        __global const float *from = dy + ((size_t) y0 * w * f + ox) * c + k;
        VF column = 0.0f;
        for (int oy = y0; oy < y1; oy++, from += w * f * c)
          column = fma (fse_get (from, c - k), (VF) shares[oy - y0], column);
        sum = fma (column, (VF) tent_share (ox, f, w, px), sum);
      }
    fse_put_or_add (sum, dx + (size_t) px * c + k, c - k, add);
  }
}
