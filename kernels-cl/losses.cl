/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Losses: means of an error over all numbers, weighted by a mask a pixel.
 * Forward: each work-item sums its share, loss_finish adds the sums in order.
 * Backward reads the factor that loss_finish left.
 */
#define L1 0

/* The mask's value for each of the VW numbers from number i on, c numbers a pixel. */
static inline VF
mask_lanes (__global const float *mask, size_t i, uint n, uint c)
{
  float lanes[VW];
  uint p = (uint) i / c, k = (uint) i - p * c;
  float m = mask[p];
  for (int l = 0; l < VW; l++)
    {
      lanes[l] = m;
      if (++k == c && i + l + 1 < n)
        {
          k = 0;
          m = mask[++p];
        }
    }
  return VLOAD (lanes);
}

/* partial[2 work-item] = sum of mask |d| or mask d^2, d = x - target; [.. + 1] = sum of mask */
__kernel SINGLE void
difference (IN (x), IN (target), IN (mask), OUT (partial), const int kind, const int targeted, const int masked,
            const uint n, const uint c)
{
  OPEN_IN (x);
  OPEN_IN (target);
  OPEN_IN (mask);
  OPEN_OUT (partial);
  VF sum = 0.0f, weights = 0.0f;
  EACH (i, n)
  {
    VF d = fse_get (x + i, n - i);
    if (targeted)
      d -= fse_get (target + i, n - i);
    VF e = kind == L1 ? fabs (d) : d * d;
    if (masked)
      {
        VF m = mask_lanes (mask, i, n, c);
        if (i + VW > n)
          {
            float inside[VW];
            VSTORE (m, inside);
            for (int l = n - i; l < VW; l++)
              inside[l] = 0.0f;
            m = VLOAD (inside);
          }
        e *= m;
        weights += m;
      }
    sum += e;
  }
  partial[2 * get_global_id (0)] = fse_lanes_sum (sum);
  partial[2 * get_global_id (0) + 1] = fse_lanes_sum (weights);
}

/* out[0] = factor[0] * sum; factor[0] = weight / max (sum of mask, 1), or weight / n where there is no mask */
#ifdef FSE_CPU
__kernel SINGLE void
loss_finish (IN (partial), OUT (out), OUT (factor), const uint parts, const float weight, const float n)
{
  OPEN_IN (partial);
  OPEN_OUT (out);
  OPEN_OUT (factor);
  float sum = 0.0f, weights = 0.0f;
  for (uint i = 0; i < parts; i++)
    {
      sum += partial[2 * i];
      weights += partial[2 * i + 1];
    }
  factor[0] = weight / (n > 0.0f ? n : max (weights, 1.0f));
  out[0] = factor[0] * sum;
}
#else
__kernel void
loss_finish (IN (partial), OUT (out), OUT (factor), const uint parts, const float weight, const float n)
{
  OPEN_IN (partial);
  OPEN_OUT (out);
  OPEN_OUT (factor);
  __local float sums[256], weights[256];
  const uint lane = get_local_id (0);
  float sum = 0.0f, all = 0.0f;
  for (uint i = lane; i < parts; i += 256)
    {
      sum += partial[2 * i];
      all += partial[2 * i + 1];
    }
  sums[lane] = sum;
  weights[lane] = all;
  for (uint half_way = 128; half_way > 0; half_way /= 2)
    {
      barrier (CLK_LOCAL_MEM_FENCE);
      if (lane < half_way)
        {
          sums[lane] += sums[lane + half_way];
          weights[lane] += weights[lane + half_way];
        }
    }
  if (lane == 0)
    {
      factor[0] = weight / (n > 0.0f ? n : max (weights[0], 1.0f));
      out[0] = factor[0] * sums[0];
    }
}
#endif

/* dx = factor mask sign (d), or factor mask 2 d; sign (0) = 0 */
__kernel SINGLE void
difference_backward (IN (x), IN (target), IN (mask), IN (factor), OUT (dx), const int kind, const int targeted,
                     const int masked, const uint n, const uint c, const int add)
{
  OPEN_IN (x);
  OPEN_IN (target);
  OPEN_IN (mask);
  OPEN_IN (factor);
  OPEN_OUT (dx);
  const float f = factor[0];
  EACH (i, n)
  {
    VF d = fse_get (x + i, n - i);
    if (targeted)
      d -= fse_get (target + i, n - i);
    /* what is not a number passes through, for the guard to see */
    VF g = kind == L1 ? (d > 0.0f ? (VF) f : d < 0.0f ? (VF) -f : f * d) : 2.0f * f * d;
    if (masked)
      g *= mask_lanes (mask, i, n, c);
    fse_put_or_add (g, dx + i, n - i, add);
  }
}

/* stats [pixel, 2c] = (mu, logvar): partial = sum of (mu^2 + exp (logvar) - 1 - logvar) / 2 */
__kernel SINGLE void
divergence (IN (stats), OUT (partial), const uint pixels, const int c, const uint share)
{
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  OPEN_IN (stats);
  OPEN_OUT (partial);
  VF sum = 0.0f;
  for (uint p = first; p < last; p++)
    for (int k = 0; k < c; k += VW)
      {
        __global const float *s = stats + (size_t) p * 2 * c + k;
        VF mu = fse_get (s, c - k), logvar = clamp (fse_get (s + c, c - k), (VF) -30.0f, (VF) 20.0f);
        /* lanes beyond c hold mu = logvar = 0 and add nothing */
        sum += 0.5f * (mu * mu + (fse_exp (logvar) - 1.0f - logvar));
      }
  if (first < pixels)
    {
      partial[2 * get_global_id (0)] = fse_lanes_sum (sum);
      partial[2 * get_global_id (0) + 1] = 0.0f;
    }
}

__kernel SINGLE void
divergence_backward (IN (stats), OUT (dstats), const float factor, const uint pixels, const int c, const uint share,
                     const int add)
{
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  OPEN_IN (stats);
  OPEN_OUT (dstats);
  for (uint p = first; p < last; p++)
    for (int k = 0; k < c; k += VW)
      {
        const size_t at = (size_t) p * 2 * c + k;
        VF mu = fse_get (stats + at, c - k), raw = fse_get (stats + at + c, c - k);
        VF slope = 0.5f * factor * (fse_exp (raw) - 1.0f);
        fse_put_or_add (factor * mu, dstats + at, c - k, add);
        fse_put_or_add (raw < -30.0f || raw > 20.0f ? (VF) 0.0f : slope, dstats + at + c, c - k, add);
      }
}
