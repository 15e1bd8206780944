/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Softmax over rows of n floats that lie `ld` apart, and its gradient.  x and
 * y may be the same memory.
 *   y = exp (x - max x) / sum exp (x - max x)
 *   dx = scale * y * (dy - sum y dy)
 */

#ifdef FSE_CPU

/* The last vector of a row, where it is not whole: `fill` stands for what is
 * not there. */
static inline VF
load_tail (__global const float *x, int count, float fill)
{
  float v[VW];

  for (int i = 0; i < VW; i++)
    v[i] = i < count ? x[i] : fill;
  return VLOAD (v);
}

static inline float
max_lanes (VF x)
{
  float v[VW];

  VSTORE (x, v);
  for (int w = VW / 2; w > 0; w /= 2)
    for (int i = 0; i < w; i++)
      v[i] = fmax (v[i], v[i + w]);
  return v[0];
}

/* Work-item: `each` rows. */
SINGLE __kernel void
softmax (IN (x), OUT (y), const int rows, const int n, const int ld, const int each)
{
  OPEN_IN (x);
  OPEN_OUT (y);
  int first = get_global_id (0) * each, end = min (rows, first + each);
  int whole = n / VW * VW, rest = n - whole;

  for (int r = first; r < end; r++)
    {
      __global const float *in = x + (size_t) r * ld;
      __global float       *out = y + (size_t) r * ld;
      VF                    top = (VF) -INFINITY, sum = (VF) 0.0f, last = (VF) 0.0f;

      for (int i = 0; i < whole; i += VW)
        top = fmax (top, VLOAD (in + i));
      if (rest)
        top = fmax (top, load_tail (in + whole, rest, -INFINITY));
      float most = max_lanes (top);

      for (int i = 0; i < whole; i += VW)
        {
          VF e = fse_exp (VLOAD (in + i) - most);
          sum += e;
          VSTORE (e, out + i);
        }
      float total = 0.0f;
      if (rest)
        {
          last = fse_exp (load_tail (in + whole, rest, most) - most);
          float v[VW];
          VSTORE (last, v);
          for (int i = 0; i < rest; i++)
            total += v[i];
        }
      float scale = 1.0f / (total + fse_lanes_sum (sum));

      for (int i = 0; i < whole; i += VW)
        VSTORE (VLOAD (out + i) * scale, out + i);
      if (rest)
        fse_put (last * scale, out + whole, rest);
    }
}

/* dx = scale y (dy - sum y dy), added to what dx holds where `add` */
SINGLE __kernel void
softmax_backward (IN (y), IN (dy), OUT (dx), const int rows, const int n, const int ld, const float scale,
                  const int add, const int each)
{
  OPEN_IN (y);
  OPEN_IN (dy);
  OPEN_OUT (dx);
  int first = get_global_id (0) * each, end = min (rows, first + each);
  int whole = n / VW * VW, rest = n - whole;

  for (int r = first; r < end; r++)
    {
      __global const float *p = y + (size_t) r * ld, *g = dy + (size_t) r * ld;
      __global float       *out = dx + (size_t) r * ld;
      VF                    sum = (VF) 0.0f;

      for (int i = 0; i < whole; i += VW)
        sum = fma (VLOAD (p + i), VLOAD (g + i), sum);
      if (rest)
        sum = fma (fse_get (p + whole, rest), fse_get (g + whole, rest), sum);
      float dot = fse_lanes_sum (sum);

      for (int i = 0; i < whole; i += VW)
        {
          VF d = scale * VLOAD (p + i) * (VLOAD (g + i) - dot);
          VSTORE (add ? d + VLOAD (out + i) : d, out + i);
        }
      if (rest)
        {
          VF d = scale * fse_get (p + whole, rest) * (fse_get (g + whole, rest) - dot);
          fse_put_or_add (d, out + whole, rest, add);
        }
    }
}

#else

/* A work-group a row; the sum's order is fixed by the tree. */
#define GROUP 64

static inline float
group_sum (float v, __local float *lane)
{
  int me = get_local_id (0);

  lane[me] = v;
  barrier (CLK_LOCAL_MEM_FENCE);
  for (int w = GROUP / 2; w > 0; w /= 2)
    {
      if (me < w)
        lane[me] += lane[me + w];
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  v = lane[0];
  barrier (CLK_LOCAL_MEM_FENCE);
  return v;
}

static inline float
group_max (float v, __local float *lane)
{
  int me = get_local_id (0);

  lane[me] = v;
  barrier (CLK_LOCAL_MEM_FENCE);
  for (int w = GROUP / 2; w > 0; w /= 2)
    {
      if (me < w)
        lane[me] = fmax (lane[me], lane[me + w]);
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  v = lane[0];
  barrier (CLK_LOCAL_MEM_FENCE);
  return v;
}

__attribute__ ((reqd_work_group_size (GROUP, 1, 1)))
__kernel void
softmax (IN (x), OUT (y), const int rows, const int n, const int ld, const int each)
{
  OPEN_IN (x);
  OPEN_OUT (y);
  __local float lane[GROUP];
  size_t        row = get_group_id (0) * (size_t) ld;
  int           me = get_local_id (0);
  float         top = -INFINITY, sum = 0.0f;

  for (int i = me; i < n; i += GROUP)
    top = fmax (top, x[row + i]);
  top = group_max (top, lane);
  for (int i = me; i < n; i += GROUP)
    {
      float e = exp (x[row + i] - top);
      y[row + i] = e;
      sum += e;
    }
  float scale = 1.0f / group_sum (sum, lane);
  for (int i = me; i < n; i += GROUP)
    y[row + i] *= scale;
}

__attribute__ ((reqd_work_group_size (GROUP, 1, 1)))
__kernel void
softmax_backward (IN (y), IN (dy), OUT (dx), const int rows, const int n, const int ld, const float scale,
                  const int add, const int each)
{
  OPEN_IN (y);
  OPEN_IN (dy);
  OPEN_OUT (dx);
  __local float lane[GROUP];
  size_t        row = get_group_id (0) * (size_t) ld;
  int           me = get_local_id (0);
  float         dot = 0.0f;

  for (int i = me; i < n; i += GROUP)
    dot += y[row + i] * dy[row + i];
  dot = group_sum (dot, lane);
  for (int i = me; i < n; i += GROUP)
    {
      float d = scale * y[row + i] * (dy[row + i] - dot);
      dx[row + i] = add ? dx[row + i] + d : d;
    }
}

#endif
