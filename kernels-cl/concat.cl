/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Moving channels between tensors: concat and slice, and their gradients.
 */

/* to[pixel][to_first + k] = from[pixel][from_first + k], k < count, or += it */
__kernel SINGLE void
copy_channels (IN (from), const int from_c, const int from_first, OUT (to), const int to_c, const int to_first,
               const int count, const uint pixels, const uint share, const int add)
{
  OPEN_IN (from) + from_first;
  OPEN_OUT (to) + to_first;
#ifdef FSE_GPU
  for (uint i = get_global_id (0); i < pixels * count; i += get_global_size (0))
    {
      const uint p = i / count, k = i - p * count;
      const float v = from[(size_t) p * from_c + k];
      __global float *at = to + (size_t) p * to_c + k;
      *at = add ? *at + v : v;
    }
#else
  const uint first = get_global_id (0) * share, last = min (pixels, first + share);
  const int whole = count - count % VW;
  from += (size_t) first * from_c;
  to += (size_t) first * to_c;
  for (uint p = first; p < last; p++, from += from_c, to += to_c)
    {
      if (add)
        {
          for (int k = 0; k < whole; k += VW)
            VSTORE (VLOAD (to + k) + VLOAD (from + k), to + k);
          for (int k = whole; k < count; k++)
            to[k] += from[k];
        }
      else
        {
          for (int k = 0; k < whole; k += VW)
            VSTORE (VLOAD (from + k), to + k);
          for (int k = whole; k < count; k++)
            to[k] = from[k];
        }
    }
#endif
}

/* to = from, or += it: n floats in a row */
__kernel SINGLE void
copy (IN (from), OUT (to), const uint n, const int add)
{
  OPEN_IN (from);
  OPEN_OUT (to);
  EACH (i, n)
    fse_put_or_add (fse_get (from + i, n - i), to + i, n - i, add);
}
