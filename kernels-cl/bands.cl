/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bands of detail, weighed: of each pixel `count` bands of three channels
 * with a gain each.
 */

/* y = x + sum_k gain[k] band_k */
__kernel SINGLE void
bands (IN (x), IN (band), IN (gain), OUT (out), const int count, const uint pixels, const uint share)
{
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  OPEN_IN (x);
  OPEN_IN (band);
  OPEN_IN (gain);
  OPEN_OUT (out);
  for (uint p = first; p < last; p++)
    {
      float3 y = vload3 (p, x);
      for (int k = 0; k < count; k++)
        y += gain[(size_t) p * count + k] * vload3 ((size_t) p * count + k, band);
      vstore3 (y, p, out);
    }
}

/* dx = dy;  dband_k = gain[k] dy;  dgain[k] = band_k . dy */
__kernel SINGLE void
bands_backward (IN (band), IN (gain), IN (dy), OUT (dx), OUT (dband), OUT (dgain),
                const int want_x, const int want_band, const int want_gain,
                const int add_x, const int add_band, const int add_gain,
                const int count, const uint pixels, const uint share)
{
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  OPEN_IN (band);
  OPEN_IN (gain);
  OPEN_IN (dy);
  OPEN_OUT (dx);
  OPEN_OUT (dband);
  OPEN_OUT (dgain);
  for (uint p = first; p < last; p++)
    {
      const float3 d = vload3 (p, dy);
      if (want_x)
        vstore3 (add_x ? d + vload3 (p, dx) : d, p, dx);
      for (int k = 0; k < count; k++)
        {
          const size_t at = (size_t) p * count + k;
          if (want_band)
            {
              float3 g = gain[at] * d;
              if (add_band)
                g += vload3 (at, dband);
              vstore3 (g, at, dband);
            }
          if (want_gain)
            {
              const float g = dot (vload3 (at, band), d);
              dgain[at] = add_gain ? dgain[at] + g : g;
            }
        }
    }
}
