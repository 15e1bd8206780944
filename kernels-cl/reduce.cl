/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sums in an order that does not depend on the device's scheduling: partial
 * sums first, each owned by one work-item or group, then one pass over them.
 */

#define SUM_LANES 256 /* work-items of a gpu group that sums */

/* out[0] = factor * sum of x[0 .. n-1], or += it */
#ifdef FSE_CPU
__kernel SINGLE void
sum (IN (x), OUT (out), const uint n, const float factor, const int add)
{
  OPEN_IN (x);
  OPEN_OUT (out);
  VF all = 0.0f;
  for (uint i = 0; i < n; i += VW)
    all += fse_get (x + i, n - i);
  out[0] = factor * fse_lanes_sum (all) + (add ? out[0] : 0.0f);
}
#else
__kernel void
sum (IN (x), OUT (out), const uint n, const float factor, const int add)
{
  OPEN_IN (x);
  OPEN_OUT (out);
  __local float part[SUM_LANES];
  const uint lane = get_local_id (0);
  float all = 0.0f;
  for (uint i = lane; i < n; i += SUM_LANES)
    all += x[i];
  part[lane] = all;
  for (uint half_way = SUM_LANES / 2; half_way > 0; half_way /= 2)
    {
      barrier (CLK_LOCAL_MEM_FENCE);
      if (lane < half_way)
        part[lane] += part[lane + half_way];
    }
  if (lane == 0)
    out[0] = factor * part[0] + (add ? out[0] : 0.0f);
}
#endif

/* partial[group][chunk][k] = sum over the chunk's pixels of x[group][pixel][k] * (weight[group][pixel] or 1).
 * cpu: a work-item is (channel block, chunk, group); gpu: a group of 32 x 8
 * work-items is 32 channels of a chunk, 8 pixels abreast. */
#ifdef FSE_CPU
__kernel SINGLE void
rows (IN (x), IN (weight), OUT (partial), const int weighted, const uint pixels, const int c, const uint chunk)
{
  const size_t base = get_global_id (2) * (size_t) pixels;
  const uint first = get_global_id (1) * chunk, last = min (pixels, first + chunk);
  const int k = get_global_id (0) * VW;
  OPEN_IN (x) + base * c + k;
  OPEN_IN (weight) + base;
  OPEN_OUT (partial) + (get_global_id (2) * get_global_size (1) + get_global_id (1)) * c + k;
  VF all = 0.0f;
  if (c - k >= VW)
    for (uint p = first; p < last; p++)
      all = fma (VLOAD (x + (size_t) p * c), (VF) (weighted ? weight[p] : 1.0f), all);
  else
    for (uint p = first; p < last; p++)
      all = fma (fse_get (x + (size_t) p * c, c - k), (VF) (weighted ? weight[p] : 1.0f), all);
  fse_put (all, partial, c - k);
}
#else
__kernel void
rows (IN (x), IN (weight), OUT (partial), const int weighted, const uint pixels, const int c, const uint chunk)
{
  __local float part[8][32];
  const size_t base = get_global_id (2) * (size_t) pixels;
  const uint at = get_group_id (1), lane = get_local_id (1), column = get_local_id (0);
  const uint first = at * chunk, last = min (pixels, first + chunk);
  const int k = get_global_id (0);
  OPEN_IN (x) + base * c;
  OPEN_IN (weight) + base;
  OPEN_OUT (partial) + (get_global_id (2) * get_num_groups (1) + at) * c;
  float all = 0.0f;
  if (k < c)
    for (uint p = first + lane; p < last; p += 8)
      all = fma (x[(size_t) p * c + k], weighted ? weight[p] : 1.0f, all);
  part[lane][column] = all;
  barrier (CLK_LOCAL_MEM_FENCE);
  if (lane == 0 && k < c)
    {
      for (int i = 1; i < 8; i++)
        all += part[i][column];
      partial[k] = all;
    }
}
#endif

/* out[group][k] = sum over chunks of partial[group][chunk][k], or += it; x of the range counts channels or blocks */
__kernel SINGLE void
rows_finish (IN (partial), OUT (out), const uint chunks, const int c, const int add)
{
  const int k = get_global_id (0) * VW;
  OPEN_IN (partial) + get_global_id (1) * (size_t) chunks * c;
  OPEN_OUT (out) + get_global_id (1) * c;
  if (k >= c)
    return;
  VF all = 0.0f;
  for (uint i = 0; i < chunks; i++)
    all += fse_get (partial + (size_t) i * c + k, c - k);
  fse_put_or_add (all, out + k, c - k, add);
}
