/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What works on each number or each pixel by itself.  Flat kernels serve both
 * families by EACH(); n counts floats.  `pixels` kernels give a work-item
 * `share` pixels: many on the cpu family, one on the gpu family.
 */

__kernel SINGLE void
silu (IN (x), OUT (out), const uint n)
{
  OPEN_IN (x);
  OPEN_OUT (out);
  EACH (i, n)
  {
    VF v = fse_get (x + i, n - i);
    fse_put (v * fse_sigmoid (v), out + i, n - i);
  }
}

/* d silu = s (1 + x (1 - s)) */
__kernel SINGLE void
silu_backward (IN (x), IN (dy), OUT (dx), const uint n, const int add)
{
  OPEN_IN (x);
  OPEN_IN (dy);
  OPEN_OUT (dx);
  EACH (i, n)
  {
    VF v = fse_get (x + i, n - i);
    VF s = fse_sigmoid (v);
    fse_put_or_add (fse_get (dy + i, n - i) * s * fma (v, 1.0f - s, (VF) 1.0f), dx + i, n - i, add);
  }
}

__kernel SINGLE void
add (IN (a), IN (b), OUT (out), const uint n)
{
  OPEN_IN (a);
  OPEN_IN (b);
  OPEN_OUT (out);
  EACH (i, n)
    fse_put (fse_get (a + i, n - i) + fse_get (b + i, n - i), out + i, n - i);
}

/* out = factor x + offset, or out += it */
__kernel SINGLE void
scale (IN (x), OUT (out), const float factor, const float offset, const uint n, const int add)
{
  OPEN_IN (x);
  OPEN_OUT (out);
  EACH (i, n)
    fse_put_or_add (fma (fse_get (x + i, n - i), (VF) factor, (VF) offset), out + i, n - i, add);
}

/* A picture at a time: out = a[picture] x + b[picture] y; n counts a picture's floats. */
__kernel SINGLE void
blend (IN (x), IN (y), IN (a), IN (b), OUT (out), const uint n)
{
  const size_t at = get_global_id (1) * n;
  OPEN_IN (x) + at;
  OPEN_IN (y) + at;
  OPEN_IN (a);
  OPEN_IN (b);
  OPEN_OUT (out) + at;
  const float fa = a[get_global_id (1)], fb = b[get_global_id (1)];
  EACH (i, n)
    fse_put (fa * fse_get (x + i, n - i) + fb * fse_get (y + i, n - i), out + i, n - i);
}

__kernel SINGLE void
blend_backward (IN (dy), IN (factor), OUT (dx), const uint n, const int add)
{
  const size_t at = get_global_id (1) * n;
  OPEN_IN (dy) + at;
  OPEN_IN (factor);
  OPEN_OUT (dx) + at;
  const float f = factor[get_global_id (1)];
  EACH (i, n)
    fse_put_or_add (f * fse_get (dy + i, n - i), dx + i, n - i, add);
}

/* x [group, pixel, c] + v [group, c] * (noise [group, pixel] or 1) */
__kernel SINGLE void
add_rows (IN (x), IN (v), IN (noise), OUT (out), const int weighted, const uint pixels, const int c, const uint share)
{
  const size_t at = get_global_id (1) * (size_t) pixels;
  OPEN_IN (x) + at * c;
  OPEN_IN (v) + get_global_id (1) * c;
  OPEN_IN (noise) + at;
  OPEN_OUT (out) + at * c;

#ifdef FSE_GPU
  /* neighbours take neighbouring floats */
  for (uint i = get_global_id (0); i < pixels * c; i += get_global_size (0))
    {
      const uint p = i / c, k = i - p * c;
      out[i] = fma (v[k], weighted ? noise[p] : 1.0f, x[i]);
    }
#else
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  for (uint p = first; p < last; p++)
    {
      const float f = weighted ? noise[p] : 1.0f;
      for (int k = 0; k < c; k += VW)
        fse_put (fma (fse_get (v + k, c - k), (VF) f, fse_get (x + (size_t) p * c + k, c - k)),
                 out + (size_t) p * c + k, c - k);
    }
#endif
}

/* stats [pixel, 2c] = (mu, logvar); z = mu + exp (logvar / 2) noise */
__kernel SINGLE void
sample_gaussian (IN (stats), IN (noise), OUT (z), const uint pixels, const int c, const uint share)
{
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  OPEN_IN (stats);
  OPEN_IN (noise);
  OPEN_OUT (z);
  for (uint p = first; p < last; p++)
    for (int k = 0; k < c; k += VW)
      {
        __global const float *s = stats + (size_t) p * 2 * c + k;
        VF logvar = clamp (fse_get (s + c, c - k), (VF) -10.0f, (VF) 4.0f);
        VF e = fse_get (noise + (size_t) p * c + k, c - k);
        fse_put (fma (fse_exp (0.5f * logvar), e, fse_get (s, c - k)), z + (size_t) p * c + k, c - k);
      }
}

__kernel SINGLE void
sample_gaussian_backward (IN (stats), IN (noise), IN (dz), OUT (dstats), const uint pixels, const int c, const uint share,
                          const int add)
{
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  OPEN_IN (stats);
  OPEN_IN (noise);
  OPEN_IN (dz);
  OPEN_OUT (dstats);
  for (uint p = first; p < last; p++)
    for (int k = 0; k < c; k += VW)
      {
        const size_t at = (size_t) p * 2 * c + k;
        VF raw = fse_get (stats + at + c, c - k);
        VF logvar = clamp (raw, (VF) -10.0f, (VF) 4.0f);
        VF g = fse_get (dz + (size_t) p * c + k, c - k);
        VF slope = 0.5f * fse_exp (0.5f * logvar) * fse_get (noise + (size_t) p * c + k, c - k) * g;
        fse_put_or_add (g, dstats + at, c - k, add);
        fse_put_or_add (raw == logvar ? slope : (VF) 0.0f, dstats + at + c, c - k, add);
      }
}

/* y = x exp (log_scale) / sqrt (sum x^2 + 1e-6) */
__kernel SINGLE void
unit_norm (IN (x), IN (log_scale), OUT (out), const int scaled, const uint pixels, const int c, const uint share)
{
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  OPEN_IN (x);
  OPEN_IN (log_scale);
  OPEN_OUT (out);
  const float g = scaled ? exp (log_scale[0]) : 1.0f;
  for (uint p = first; p < last; p++)
    {
      __global const float *row = x + (size_t) p * c;
      VF squares = 0.0f;
      for (int k = 0; k < c; k += VW)
        {
          VF v = fse_get (row + k, c - k);
          squares = fma (v, v, squares);
        }
      const float f = g / sqrt (fse_lanes_sum (squares) + 1e-6f);
      for (int k = 0; k < c; k += VW)
        fse_put (f * fse_get (row + k, c - k), out + (size_t) p * c + k, c - k);
    }
}

/* dx = g r (dy - x r^2 (x . dy)), r = 1 / sqrt (sum x^2 + 1e-6);
 * partial[work-item] = sum g r (x . dy), for the gradient of log_scale */
__kernel SINGLE void
unit_norm_backward (IN (x), IN (log_scale), IN (dy), OUT (dx), OUT (partial), const int scaled, const int wanted,
                    const uint pixels, const int c, const uint share, const int add)
{
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  OPEN_IN (x);
  OPEN_IN (log_scale);
  OPEN_IN (dy);
  OPEN_OUT (dx);
  OPEN_OUT (partial);
  const float g = scaled ? exp (log_scale[0]) : 1.0f;
  float sum = 0.0f;
  for (uint p = first; p < last; p++)
    {
      __global const float *row = x + (size_t) p * c, *drow = dy + (size_t) p * c;
      VF squares = 0.0f, dots = 0.0f;
      for (int k = 0; k < c; k += VW)
        {
          VF v = fse_get (row + k, c - k);
          squares = fma (v, v, squares);
          dots = fma (v, fse_get (drow + k, c - k), dots);
        }
      const float r2 = 1.0f / (fse_lanes_sum (squares) + 1e-6f);
      const float f = g * sqrt (r2), dot = fse_lanes_sum (dots);
      sum = fma (f, dot, sum);
      if (wanted)
        for (int k = 0; k < c; k += VW)
          fse_put_or_add (f * (fse_get (drow + k, c - k) - fse_get (row + k, c - k) * (r2 * dot)),
                          dx + (size_t) p * c + k, c - k, add);
    }
  if (scaled && first < pixels)
    partial[get_global_id (0)] = sum;
}
