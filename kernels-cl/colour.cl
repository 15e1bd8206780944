/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An affine colour map a pixel.  A map is three rows of four: a row times
 * (r, g, b, 1) is the change of one channel.
 */

/* y = x + map (x, 1) */
__kernel SINGLE void
colour (IN (x), IN (map), OUT (out), const uint pixels, const uint share)
{
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  OPEN_IN (x);
  OPEN_IN (map);
  OPEN_OUT (out);
  for (uint p = first; p < last; p++)
    {
      const float3 v = vload3 (p, x);
      __global const float *m = map + (size_t) p * 12;
      const float4 r = vload4 (0, m), g = vload4 (1, m), b = vload4 (2, m);
      const float3 bias = (float3) (r.w, g.w, b.w);
      const float3 change = (float3) (r.x, g.x, b.x) * v.x + (float3) (r.y, g.y, b.y) * v.y + (float3) (r.z, g.z, b.z) * v.z + bias;
      vstore3 (v + change, p, out);
    }
}

/* dx_m = dy_m + sum_k map[k][m] dy_k;  dmap[k] = dy_k (x, 1) */
__kernel SINGLE void
colour_backward (IN (x), IN (map), IN (dy), OUT (dx), OUT (dmap), const int want_x, const int want_map,
                 const int add_x, const int add_map, const uint pixels, const uint share)
{
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  OPEN_IN (x);
  OPEN_IN (map);
  OPEN_IN (dy);
  OPEN_OUT (dx);
  OPEN_OUT (dmap);
  for (uint p = first; p < last; p++)
    {
      const float3 d = vload3 (p, dy);
      if (want_x)
        {
          __global const float *m = map + (size_t) p * 12;
          float3 g = d + (vload4 (0, m) * d.x + vload4 (1, m) * d.y + vload4 (2, m) * d.z).xyz;
          if (add_x)
            g += vload3 (p, dx);
          vstore3 (g, p, dx);
        }
      if (want_map)
        {
          const float4 v = (float4) (vload3 (p, x), 1.0f);
          __global float *m = dmap + (size_t) p * 12;
          float4 r = v * d.x, g = v * d.y, b = v * d.z;
          if (add_map)
            {
              r += vload4 (0, m);
              g += vload4 (1, m);
              b += vload4 (2, m);
            }
          vstore4 (r, 0, m);
          vstore4 (g, 1, m);
          vstore4 (b, 2, m);
        }
    }
}
