/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The element-wise parts of the frequency loss; its Fourier transforms are
 * matrix products (engine/operators/frequency_loss.c).
 *
 * A spectrum is held as U = [C; S] p [C | S] of one plane p, C and S being the
 * cosine and sine matrices: 2h rows of 2k floats, k = w/2 + 1, with
 *   Re P (u, v) = U[u][v] - U[h + u][k + v]
 *   Im P (u, v) = -(U[u][k + v] + U[h + u][v])
 * The other half of the columns mirrors these: `fold` counts it in.
 */

/* Between pictures [n][h][w][c] and planes [n * c][h][w], each pixel times its
 * weight where there is a mask [n][h][w].  On a CPU a work-item is a row of one
 * picture, on a GPU a pixel. */
#ifdef FSE_CPU
#define ROW_OF_PIXELS(x, w) for (int x = 0; x < (w); x++)
#define ROW get_global_id (0)
#define PICTURE get_global_id (1)
#else
#define ROW_OF_PIXELS(x, w) for (int x = get_global_id (0), x##_once = 1; x##_once && x < (w); x##_once = 0)
#define ROW get_global_id (1)
#define PICTURE get_global_id (2)
#endif

SINGLE __kernel void
to_planes (IN (x), IN (mask), OUT (p), const int h, const int w, const int c, const int masked)
{
  OPEN_IN (x);
  OPEN_IN (mask);
  OPEN_OUT (p);
  size_t y = ROW, n = PICTURE;

  ROW_OF_PIXELS (i, w)
    {
      size_t pixel = (n * h + y) * w + i;
      float  m = masked ? mask[pixel] : 1.0f;

      for (int k = 0; k < c; k++)
        p[((n * c + k) * h + y) * w + i] = m * x[pixel * c + k];
    }
}

SINGLE __kernel void
planes_to_gradient (IN (d), IN (mask), OUT (dx), const int h, const int w, const int c, const int masked, const int add)
{
  OPEN_IN (d);
  OPEN_IN (mask);
  OPEN_OUT (dx);
  size_t y = ROW, n = PICTURE;

  ROW_OF_PIXELS (i, w)
    {
      size_t pixel = (n * h + y) * w + i;
      float  m = masked ? mask[pixel] : 1.0f;

      for (int k = 0; k < c; k++)
        {
          float g = m * d[((n * c + k) * h + y) * w + i];
          dx[pixel * c + k] = add ? dx[pixel * c + k] + g : g;
        }
    }
}

/* |P|^2 has this added under the root, so that the gradient stays finite at 0. */
#define FLOOR 1e-6f

/* Rows u of a plane are shared out in parts of `each`; a part has its own
 * place in `sums`, so that later sums have a fixed order.
 *
 * u holds the spectra of x, t those of the target, planes in the same order.
 * sums[plane][part] = sum of | |X| - |T| |; u becomes the gradient of factor
 * times that sum by u. */

#ifdef FSE_CPU

SINGLE __kernel void
compare_amplitudes (OUT (u), IN (t), IN (fold), OUT (sums), const int h, const int k, const int each, const float factor)
{
  OPEN_OUT (u);
  OPEN_IN (t);
  OPEN_IN (fold);
  OPEN_OUT (sums);
  size_t part = get_global_id (0), plane = get_global_id (1);
  int    end = min (h, (int) (part + 1) * each);
  VF     sum = (VF) 0.0f;

  for (int r = part * each; r < end; r++)
    {
      size_t                cosines = (plane * 2 * h + r) * 2 * k, sines = (plane * 2 * h + h + r) * 2 * k;
      __global float       *a = u + cosines, *b = u + sines;
      __global const float *ta = t + cosines, *tb = t + sines;
      for (int v = 0; v < k; v += VW)
        {
          int left = k - v;
          VF  re = fse_get (a + v, left) - fse_get (b + k + v, left);
          VF  im = fse_get (a + k + v, left) + fse_get (b + v, left);
          VF  tre = fse_get (ta + v, left) - fse_get (tb + k + v, left);
          VF  tim = fse_get (ta + k + v, left) + fse_get (tb + v, left);
          VF  own = sqrt (fma (re, re, fma (im, im, (VF) FLOOR)));
          VF  d = own - sqrt (fma (tre, tre, fma (tim, tim, (VF) FLOOR)));
          VF  times = fse_get (fold + v, left);

          sum = fma (fabs (d), times, sum);
          times *= sign (d) * factor / own;
          fse_put (times * re, a + v, left);
          fse_put (times * im, a + k + v, left);
          fse_put (times * im, b + v, left);
          fse_put (-times * re, b + k + v, left);
        }
    }
  sums[plane * get_global_size (0) + part] = fse_lanes_sum (sum);
}

#else

/* A work-group a part. */
#define GROUP 64

__attribute__ ((reqd_work_group_size (GROUP, 1, 1)))
__kernel void
compare_amplitudes (OUT (u), IN (t), IN (fold), OUT (sums), const int h, const int k, const int each, const float factor)
{
  OPEN_OUT (u);
  OPEN_IN (t);
  OPEN_IN (fold);
  OPEN_OUT (sums);
  __local float lane[GROUP];
  size_t        part = get_group_id (0), plane = get_global_id (1);
  int           me = get_local_id (0), end = min (h, (int) (part + 1) * each);
  float         sum = 0.0f;

  for (int r = part * each; r < end; r++)
    {
      size_t                cosines = (plane * 2 * h + r) * 2 * k, sines = (plane * 2 * h + h + r) * 2 * k;
      __global float       *a = u + cosines, *b = u + sines;
      __global const float *ta = t + cosines, *tb = t + sines;
      for (int v = me; v < k; v += GROUP)
        {
          float re = a[v] - b[k + v], im = a[k + v] + b[v];
          float tre = ta[v] - tb[k + v], tim = ta[k + v] + tb[v];
          float own = sqrt (fma (re, re, fma (im, im, FLOOR)));
          float d = own - sqrt (fma (tre, tre, fma (tim, tim, FLOOR)));
          float times = fold[v];

          sum = fma (fabs (d), times, sum);
          times *= sign (d) * factor / own;
          a[v] = times * re;
          a[k + v] = times * im;
          b[v] = times * im;
          b[k + v] = -times * re;
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
    sums[plane * get_num_groups (0) + part] = lane[0];
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
