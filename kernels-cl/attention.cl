/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attention without a matrix of scores: the cpu family alone, as a program with gemm.cl,
 * whose products it is made of (elsewhere it is matrix products and softmax.cl).
 *
 *   S = scale Q K^T,  P = exp (S - level of the row),  O = P V
 *
 * A work-item has QUERIES rows of S, and KEYS columns of them at a time: with each more
 * keys, the largest score seen so far may rise, and what was summed under the old one is
 * scaled down (Milakov and Gimelshein, arXiv 1805.02867; Dao and others, arXiv 2205.14135).
 * level = largest + log (sum of exponentials) is what backward needs to have P again:
 *
 *   D = sum over values of O dO,  dP = dO V^T,  dS = scale P (dP - D)
 *   dQ = dS K,  dK = dS^T Q,  dV = P^T dO
 *
 * There a work-item has a chunk of queries, and the chunks' dK and dV are added up in order.
 */
#ifdef FSE_CPU

#define QUERIES 128 /* as in attention.c */
#define KEYS 64
#define MOST_QUERIES 256 /* of a chunk of backward */

INLINE float
largest_lane (VF v)
{
#if VW == 16
  const float8 a = fmax (v.lo, v.hi);
#else
  const float8 a = v;
#endif
  const float4 b = fmax (a.lo, a.hi);
  const float2 c = fmax (b.lo, b.hi);
  return fmax (c.x, c.y);
}

/* x *= factor, n numbers */
INLINE void
scale_row (__global float *x, const int n, const float factor)
{
  ROLLED for (int i = 0; i < n; i += VW)
    fse_put (factor * fse_get (x + i, n - i), x + i, n - i);
}

/* What lies past the last of n scores, up to a whole vector, weighs nothing. */
INLINE void
end_row (__global float *s, const int n)
{
  for (int j = n; j % VW; j++)
    s[j] = -INFINITY;
}

/* The rows' scores of the next keys become weights under what is now the largest score of each row; sums and out follow.
 * A function of its own like the next, as PoCL compiles a kernel's own code three times. */
OUTLINE void
weigh (__global float *scores, float *largest, VF *sum, __global float *out, const int rows, const int keys, const int e,
       const int begun)
{
  for (int r = 0; r < rows; r++)
    {
      __global float *s = scores + r * KEYS;
      VF              most = (VF) -INFINITY;

      end_row (s, keys);
      for (int j = 0; j < keys; j += VW)
        most = fmax (most, VLOAD (s + j));
      const float top = fmax (largest[r], largest_lane (most));
      if (top > largest[r] && begun)
        {
          const VF less = fse_exp ((VF) (largest[r] - top));

          sum[r] *= less;
          scale_row (out + (size_t) r * e, e, less.s0);
        }
      largest[r] = top;
      for (int j = 0; j < keys; j += VW)
        {
          const VF p = fse_exp (VLOAD (s + j) - top);

          sum[r] += p;
          VSTORE (p, s + j);
        }
    }
}

/* Scores become P, and dP dS. */
OUTLINE void
slope (__global float *scores, __global float *slopes, __global const float *level, const float *mean, const int rows,
       const int keys, const float scale)
{
  for (int r = 0; r < rows; r++)
    for (int j = 0; j < keys; j += VW)
      {
        const int at = r * KEYS + j;
        const VF  p = fse_exp (VLOAD (scores + at) - level[r]);

        VSTORE (p, scores + at);
        VSTORE (scale * p * (VLOAD (slopes + at) - mean[r]), slopes + at);
      }
}

/* Range: (blocks of QUERIES, pictures).  scores: QUERIES KEYS floats a work-item. */
SINGLE __kernel void
attention_forward (IN (q), IN (k), IN (v), OUT (out), OUT (level), OUT (scores), const int tq, const int tk, const int d,
                   const int e, const float scale)
{
  const int    first = get_global_id (0) * QUERIES, rows = min (QUERIES, tq - first);
  const size_t picture = get_global_id (1), query = picture * tq + first;
  OPEN_IN (q) + query * d;
  OPEN_IN (k) + picture * tk * d;
  OPEN_IN (v) + picture * tk * e;
  OPEN_OUT (out) + query * e;
  OPEN_OUT (level) + query;
  OPEN_OUT (scores) + (picture * get_global_size (0) + get_global_id (0)) * QUERIES * KEYS;
  float largest[QUERIES];
  VF    sum[QUERIES];

  ROLLED for (int r = 0; r < rows; r++)
    {
      largest[r] = -INFINITY;
      sum[r] = 0.0f;
    }
  for (int k0 = 0; k0 < tk; k0 += KEYS)
    {
      const int keys = min (KEYS, tk - k0);

      multiply (q, 0, d, k + (size_t) k0 * d, 1, d, scores, KEYS, rows, keys, d, scale, 0.0f);
      weigh (scores, largest, sum, out, rows, keys, e, k0 > 0);
      multiply (scores, 0, KEYS, v + (size_t) k0 * e, 0, e, out, e, rows, e, keys, 1.0f, k0 ? 1.0f : 0.0f);
    }
  ROLLED for (int r = 0; r < rows; r++)
    {
      const float all = fse_lanes_sum (sum[r]);

      scale_row (out + (size_t) r * e, e, 1.0f / all);
      level[r] = largest[r] + log (all);
    }
}

/* Range: (chunks, pictures).  scores: 2 QUERIES KEYS floats a work-item; keys and values: for dK and dV, whether to keep
 * what is there; they lie [chunk][picture] */
SINGLE __kernel void
attention_backward (IN (q), IN (k), IN (v), IN (out), IN (d_out), IN (level), OUT (dq), OUT (dk), OUT (dv), OUT (scores),
                    const int tq, const int tk, const int d, const int e, const float scale, const int chunk,
                    const int q_mode, const int k_mode, const int v_mode)
{
  const int    first = get_global_id (0) * chunk, end = min (tq, first + chunk);
  const size_t picture = get_global_id (1), query = picture * tq + first;
  const size_t part = get_global_id (0) * get_global_size (1) + picture;
  OPEN_IN (q) + query * d;
  OPEN_IN (k) + picture * tk * d;
  OPEN_IN (v) + picture * tk * e;
  OPEN_IN (out) + query * e;
  OPEN_IN (d_out) + query * e;
  OPEN_IN (level) + query;
  OPEN_OUT (dq) + query * d;
  OPEN_OUT (dk) + part * tk * d;
  OPEN_OUT (dv) + part * tk * e;
  OPEN_OUT (scores) + (picture * get_global_size (0) + get_global_id (0)) * 2 * QUERIES * KEYS;
  __global float *slopes = scores + QUERIES * KEYS;
  float           mean[MOST_QUERIES];

  ROLLED for (int r = 0; r < end - first; r++)
    {
      VF sum = 0.0f;

      ROLLED for (int i = 0; i < e; i += VW)
        sum = fma (fse_get (out + (size_t) r * e + i, e - i), fse_get (d_out + (size_t) r * e + i, e - i), sum);
      mean[r] = fse_lanes_sum (sum);
    }
  for (int k0 = 0; k0 < tk; k0 += KEYS)
    for (int r0 = 0; r0 < end - first; r0 += QUERIES)
      {
        const int    keys = min (KEYS, tk - k0), rows = min (QUERIES, end - first - r0);
        const size_t to_d = (size_t) k0 * d, to_e = (size_t) k0 * e, from_d = (size_t) r0 * d, from_e = (size_t) r0 * e;

        multiply (q + from_d, 0, d, k + to_d, 1, d, scores, KEYS, rows, keys, d, scale, 0.0f);
        multiply (d_out + from_e, 0, e, v + to_e, 1, e, slopes, KEYS, rows, keys, e, 1.0f, 0.0f);
        slope (scores, slopes, level + r0, mean + r0, rows, keys, scale);
        if (v_mode)
          multiply (scores, 1, KEYS, d_out + from_e, 0, e, dv + to_e, e, keys, e, rows, 1.0f,
                    r0 || v_mode == 2 ? 1.0f : 0.0f);
        if (k_mode)
          multiply (slopes, 1, KEYS, q + from_d, 0, d, dk + to_d, d, keys, d, rows, 1.0f,
                    r0 || k_mode == 2 ? 1.0f : 0.0f);
        if (q_mode)
          multiply (slopes, 0, KEYS, k + to_d, 0, d, dq + from_d, d, rows, d, keys, 1.0f,
                    k0 || q_mode == 2 ? 1.0f : 0.0f);
      }
}

/* to = the sum of chunks times n floats, in order, added to what is there where `add` */
SINGLE __kernel void
attention_sum (IN (parts), OUT (to), const int chunks, const uint n, const int add)
{
  OPEN_IN (parts);
  OPEN_OUT (to);

  EACH (i, n)
    {
      VF sum = VLOAD (parts + i);

      for (int c = 1; c < chunks; c++)
        sum += VLOAD (parts + (size_t) c * n + i);
      fse_put_or_add (sum, to + i, (long) n - i, add);
    }
}

#endif
