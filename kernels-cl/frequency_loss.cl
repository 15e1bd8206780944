/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The element-wise parts of the focal frequency loss; its Fourier transforms
 * are matrix products (engine/operators/frequency_loss.c).
 *
 * A spectrum is held as U = [C; S] d [C | S] of one plane, C and S being the
 * cosine and sine matrices: 2h rows of 2k floats, k = w/2 + 1, with
 *   Re D (u, v) = U[u][v] - U[h + u][k + v]
 *   Im D (u, v) = -(U[u][k + v] + U[h + u][v])
 * The other half of the columns mirrors these: `fold` counts it in.
 */

/* Between pictures [n][h][w][c] and planes [n * c][h][w].  On a CPU a
 * work-item is a row of one picture, on a GPU a pixel. */
#ifdef FSE_CPU
#define ROW_OF_PIXELS(x, w) for (int x = 0; x < (w); x++)
#define ROW get_global_id (0)
#define PICTURE get_global_id (1)
#else
#define ROW_OF_PIXELS(x, w) for (int x = get_global_id (0), x##_once = 1; x##_once && x < (w); x##_once = 0)
#define ROW get_global_id (1)
#define PICTURE get_global_id (2)
#endif

/* d = x - t */
SINGLE __kernel void
difference_planes (IN (x), IN (t), OUT (d), const int h, const int w, const int c)
{
  OPEN_IN (x);
  OPEN_IN (t);
  OPEN_OUT (d);
  size_t y = ROW, n = PICTURE;

  ROW_OF_PIXELS (i, w)
    for (int k = 0; k < c; k++)
      {
        size_t at = ((n * h + y) * w + i) * c + k;
        d[((n * c + k) * h + y) * w + i] = x[at] - t[at];
      }
}

SINGLE __kernel void
planes_to_gradient (IN (d), OUT (dx), const int h, const int w, const int c, const int add)
{
  OPEN_IN (d);
  OPEN_OUT (dx);
  size_t y = ROW, n = PICTURE;

  ROW_OF_PIXELS (i, w)
    for (int k = 0; k < c; k++)
      {
        size_t at = ((n * h + y) * w + i) * c + k;
        float  g = d[((n * c + k) * h + y) * w + i];
        dx[at] = add ? dx[at] + g : g;
      }
}

/* Rows u of a plane are shared out in parts of `each`; a part has its own
 * place in `most` and `sums`, so that later sums have a fixed order. */

#ifdef FSE_CPU

/* most[plane][part] = the largest |D|^2 of the part */
SINGLE __kernel void
spectrum_max (IN (u), OUT (most), const int h, const int k, const int each)
{
  OPEN_IN (u);
  OPEN_OUT (most);
  size_t                part = get_global_id (0), plane = get_global_id (1);
  int                   end = min (h, (int) (part + 1) * each);
  __global const float *plane_u = u + plane * 4 * h * k;
  VF                    top = (VF) 0.0f;

  for (int r = part * each; r < end; r++)
    {
      __global const float *a = plane_u + (size_t) r * 2 * k, *b = plane_u + (size_t) (h + r) * 2 * k;
      for (int v = 0; v < k; v += VW)
        {
          VF re = fse_get (a + v, k - v) - fse_get (b + k + v, k - v);
          VF im = fse_get (a + k + v, k - v) + fse_get (b + v, k - v);
          top = fmax (top, fma (re, re, im * im));
        }
    }
  float lane[VW], best = 0.0f;
  VSTORE (top, lane);
  for (int i = 0; i < VW; i++)
    best = fmax (best, lane[i]);
  most[plane * get_global_size (0) + part] = best;
}

/* sums[plane][part] = sum of w |D|^2; u becomes the gradient of
 * factor / 2 * sum w |D|^2 by u, w being taken as constant. */
SINGLE __kernel void
spectrum_weigh (OUT (u), IN (fold), IN (most), OUT (sums), const int h, const int k, const int each,
                const float alpha, const float factor)
{
  OPEN_OUT (u);
  OPEN_IN (fold);
  OPEN_IN (most);
  OPEN_OUT (sums);
  int             parts = get_global_size (0);
  size_t          part = get_global_id (0), plane = get_global_id (1);
  int             end = min (h, (int) (part + 1) * each);
  __global float *plane_u = u + plane * 4 * h * k;
  float           top = 0.0f;
  VF              sum = (VF) 0.0f;

  for (int i = 0; i < parts; i++)
    top = fmax (top, most[plane * parts + i]);
  float scale = top > 1e-30f ? 1.0f / top : 0.0f;

  for (int r = part * each; r < end; r++)
    {
      __global float *a = plane_u + (size_t) r * 2 * k, *b = plane_u + (size_t) (h + r) * 2 * k;
      for (int v = 0; v < k; v += VW)
        {
          int left = k - v;
          VF  re = fse_get (a + v, left) - fse_get (b + k + v, left);
          VF  im = fse_get (a + k + v, left) + fse_get (b + v, left);
          VF  power = fma (re, re, im * im);
          VF  part_of = fmin (power * scale, (VF) 1.0f);
          VF  weight = (alpha == 1.0f ? sqrt (part_of) : pow (part_of, (VF) (0.5f * alpha))) * fse_get (fold + v, left);

          sum = fma (weight, power, sum);
          weight *= factor;
          fse_put (weight * re, a + v, left);
          fse_put (weight * im, a + k + v, left);
          fse_put (weight * im, b + v, left);
          fse_put (-weight * re, b + k + v, left);
        }
    }
  sums[plane * parts + part] = fse_lanes_sum (sum);
}

#else

/* A work-group a part. */
#define GROUP 64

__attribute__ ((reqd_work_group_size (GROUP, 1, 1)))
__kernel void
spectrum_max (IN (u), OUT (most), const int h, const int k, const int each)
{
  OPEN_IN (u);
  OPEN_OUT (most);
  __local float         lane[GROUP];
  size_t                part = get_group_id (0), plane = get_group_id (1);
  int                   me = get_local_id (0), end = min (h, (int) (part + 1) * each);
  __global const float *plane_u = u + plane * 4 * h * k;
  float                 top = 0.0f;

  for (int r = part * each; r < end; r++)
    {
      __global const float *a = plane_u + (size_t) r * 2 * k, *b = plane_u + (size_t) (h + r) * 2 * k;
      for (int v = me; v < k; v += GROUP)
        {
          float re = a[v] - b[k + v], im = a[k + v] + b[v];
          top = fmax (top, fma (re, re, im * im));
        }
    }
  lane[me] = top;
  barrier (CLK_LOCAL_MEM_FENCE);
  for (int s = GROUP / 2; s > 0; s /= 2)
    {
      if (me < s)
        lane[me] = fmax (lane[me], lane[me + s]);
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  if (me == 0)
    most[plane * get_num_groups (0) + part] = lane[0];
}

__attribute__ ((reqd_work_group_size (GROUP, 1, 1)))
__kernel void
spectrum_weigh (OUT (u), IN (fold), IN (most), OUT (sums), const int h, const int k, const int each,
                const float alpha, const float factor)
{
  OPEN_OUT (u);
  OPEN_IN (fold);
  OPEN_IN (most);
  OPEN_OUT (sums);
  __local float   lane[GROUP];
  int             parts = get_num_groups (0);
  size_t          part = get_group_id (0), plane = get_group_id (1);
  int             me = get_local_id (0), end = min (h, (int) (part + 1) * each);
  __global float *plane_u = u + plane * 4 * h * k;
  float           top = 0.0f, sum = 0.0f;

  for (int i = 0; i < parts; i++)
    top = fmax (top, most[plane * parts + i]);
  float scale = top > 1e-30f ? 1.0f / top : 0.0f;

  for (int r = part * each; r < end; r++)
    {
      __global float *a = plane_u + (size_t) r * 2 * k, *b = plane_u + (size_t) (h + r) * 2 * k;
      for (int v = me; v < k; v += GROUP)
        {
          float re = a[v] - b[k + v], im = a[k + v] + b[v];
          float power = fma (re, re, im * im);
          float part_of = fmin (power * scale, 1.0f);
          float weight = (alpha == 1.0f ? sqrt (part_of) : pow (part_of, 0.5f * alpha)) * fold[v];

          sum = fma (weight, power, sum);
          weight *= factor;
          a[v] = weight * re;
          a[k + v] = weight * im;
          b[v] = weight * im;
          b[k + v] = -weight * re;
        }
    }
  lane[me] = sum;
  barrier (CLK_LOCAL_MEM_FENCE);
  for (int s = GROUP / 2; s > 0; s /= 2)
    {
      if (me < s)
        lane[me] += lane[me + s];
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  if (me == 0)
    sums[plane * parts + part] = lane[0];
}

#endif

/* loss = factor * sum of n numbers, by one work-item: there are few. */
SINGLE __kernel void
spectrum_sum (IN (sums), OUT (loss), const int n, const float factor)
{
  OPEN_IN (sums);
  OPEN_OUT (loss);
  float sum = 0.0f;

  for (int i = 0; i < n; i++)
    sum += sums[i];
  if (get_global_id (0) == 0)
    loss[0] = factor * sum;
}
