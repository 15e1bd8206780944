/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a device must get right before it is trusted: one small kernel for
 * each way of computing that the real kernels use.  Kept apart from those, so
 * that a self-test compiles little.
 */

#define TEST_GROUP 64 /* as in self-test.c */
#define TEST_SIDE 8

/* y = x / (1 + e^-x) */
__kernel SINGLE void
test_silu (IN (x), OUT (y), const uint n)
{
  OPEN_IN (x);
  OPEN_OUT (y);

  EACH (i, n)
    {
      VF v = VLOAD (x + i);

      VSTORE (v * fse_sigmoid (v), y + i);
    }
}

/* y_i = x_j where finite, else -1; j = the high half of i * 2654435769 scaled to 0..n-1,
 * which is the arithmetic of the random numbers */
__kernel SINGLE void
test_gather (IN (x), OUT (y), const uint n)
{
  OPEN_IN (x);
  OPEN_OUT (y);

  EACH (i, n)
    for (uint k = (uint) i; k < min ((uint) i + VW, n); k++)
      {
        float v = x[mul_hi (k * 2654435769u, n)];

        y[k] = isfinite (v) ? v : -1.0f;
      }
}

#ifdef FSE_CPU

/* Zero-padded 3x3 convolution of x [h,w,ci] with k [3,3,ci,co]; a row of 4 pixels a work-item */
__kernel SINGLE void
test_conv (IN (x), IN (k), OUT (y), const int h, const int w, const int ci, const int co)
{
  OPEN_IN (x);
  OPEN_IN (k);
  OPEN_OUT (y);
  int x0 = get_global_id (0) * 4, row = get_global_id (1), c0 = get_global_id (2) * VW;
  VF  sum[4] = { (VF) 0.0f, (VF) 0.0f, (VF) 0.0f, (VF) 0.0f };

  for (int ky = max (0, 1 - row); ky < min (3, h + 1 - row); ky++)
    for (int kx = 0; kx < 3; kx++)
      for (int c = 0; c < ci; c++)
        {
          VF weight = fse_get (k + ((ky * 3 + kx) * ci + c) * co + c0, co - c0);

#pragma unroll
          for (int p = 0; p < 4; p++)
            {
              int xx = x0 + p + kx - 1;

              sum[p] = fma ((VF) (xx < 0 || xx >= w ? 0.0f : x[((row + ky - 1) * w + xx) * ci + c]), weight, sum[p]);
            }
        }
  for (int p = 0; p < 4; p++)
    if (x0 + p < w)
      fse_put (sum[p], y + (row * w + x0 + p) * co + c0, co - c0);
}

/* c [m,n] = a [m,k] b [k,n] */
__kernel SINGLE void
test_gemm (IN (a), IN (b), OUT (c), const int m, const int n, const int k)
{
  OPEN_IN (a);
  OPEN_IN (b);
  OPEN_OUT (c);
  int j = get_global_id (0) * VW, i = get_global_id (1);
  VF  sum = (VF) 0.0f;

  for (int p = 0; p < k; p++)
    sum = fma ((VF) (a[i * k + p]), fse_get (b + p * n + j, n - j), sum);
  fse_put (sum, c + i * n + j, n - j);
}

/* y[0] = sum of x */
__kernel SINGLE void
test_sum (IN (x), OUT (y), const uint n)
{
  OPEN_IN (x);
  OPEN_OUT (y);
  VF sum = (VF) 0.0f;

  for (uint i = 0; i < n; i += VW)
    sum += fse_get (x + i, (long) n - i);
  y[0] = fse_lanes_sum (sum);
}

#else

__kernel void
test_conv (IN (x), IN (k), OUT (y), const int h, const int w, const int ci, const int co)
{
  OPEN_IN (x);
  OPEN_IN (k);
  OPEN_OUT (y);
  int   c = get_global_id (0), column = get_global_id (1), row = get_global_id (2);
  float sum = 0.0f;

  if (c >= co || column >= w || row >= h)
    return;
  for (int ky = max (0, 1 - row); ky < min (3, h + 1 - row); ky++)
    for (int kx = max (0, 1 - column); kx < min (3, w + 1 - column); kx++)
      for (int i = 0; i < ci; i++)
        sum = fma (x[((row + ky - 1) * w + column + kx - 1) * ci + i], k[((ky * 3 + kx) * ci + i) * co + c], sum);
  y[(row * w + column) * co + c] = sum;
}

/* Tiles in local memory, as the real one has them */
__kernel __attribute__ ((reqd_work_group_size (TEST_SIDE, TEST_SIDE, 1))) void
test_gemm (IN (a), IN (b), OUT (c), const int m, const int n, const int k)
{
  OPEN_IN (a);
  OPEN_IN (b);
  OPEN_OUT (c);
  __local float ta[TEST_SIDE][TEST_SIDE + 1], tb[TEST_SIDE][TEST_SIDE + 1];
  int   lx = get_local_id (0), ly = get_local_id (1);
  int   j = get_global_id (0), i = get_global_id (1);
  float sum = 0.0f;

  for (int p = 0; p < k; p += TEST_SIDE)
    {
      ta[ly][lx] = i < m && p + lx < k ? a[i * k + p + lx] : 0.0f;
      tb[ly][lx] = j < n && p + ly < k ? b[(p + ly) * n + j] : 0.0f;
      barrier (CLK_LOCAL_MEM_FENCE);
      for (int q = 0; q < TEST_SIDE; q++)
        sum = fma (ta[ly][q], tb[q][lx], sum);
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  if (i < m && j < n)
    c[i * n + j] = sum;
}

__kernel __attribute__ ((reqd_work_group_size (TEST_GROUP, 1, 1))) void
test_sum (IN (x), OUT (y), const uint n)
{
  OPEN_IN (x);
  OPEN_OUT (y);
  __local float part[TEST_GROUP];
  uint  l = get_local_id (0);
  float sum = 0.0f;

  for (uint i = l; i < n; i += TEST_GROUP)
    sum += x[i];
  part[l] = sum;
  barrier (CLK_LOCAL_MEM_FENCE);
  for (uint half_way = TEST_GROUP / 2; half_way > 0; half_way /= 2)
    {
      if (l < half_way)
        part[l] += part[l + half_way];
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  if (l == 0)
    y[0] = part[0];
}

#endif
