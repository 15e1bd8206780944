/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Philox4x32-10 and Box-Muller, the device's side of engine/operators/philox.h:
 * key = seed, counter = (element / 4, step, stream, 0), word = element % 4.
 * A vector's lanes are VW counters.
 */
#if defined FSE_CPU && VW == 16
typedef uint16 VU;
typedef ulong16 VL;
#define CONVERT_VU convert_uint16
#define CONVERT_VL convert_ulong16
#define CONVERT_VF convert_float16
#define AS_VU as_uint16
#define LANES (VU) (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#elif defined FSE_CPU
typedef uint8 VU;
typedef ulong8 VL;
#define CONVERT_VU convert_uint8
#define CONVERT_VL convert_ulong8
#define CONVERT_VF convert_float8
#define AS_VU as_uint8
#define LANES (VU) (0, 1, 2, 3, 4, 5, 6, 7)
#else
typedef uint4 VU;
typedef ulong4 VL;
#define CONVERT_VU convert_uint4
#define CONVERT_VL convert_ulong4
#define CONVERT_VF convert_float4
#define AS_VU as_uint4
#define LANES (VU) (0, 1, 2, 3)
#endif

typedef struct
{
  VU w[4];
} Words;

static inline Words
philox (VU c0, uint c1, uint c2, uint k0, uint k1)
{
  Words v = { { c0, (VU) c1, (VU) c2, (VU) 0 } };
  for (int round = 0; round < 10; round++)
    {
      VL p0 = CONVERT_VL (v.w[0]) * 0xD2511F53ul, p1 = CONVERT_VL (v.w[2]) * 0xCD9E8D57ul;
      v.w[0] = CONVERT_VU (p1 >> 32) ^ v.w[1] ^ k0;
      v.w[1] = CONVERT_VU (p1);
      v.w[2] = CONVERT_VU (p0 >> 32) ^ v.w[3] ^ k1;
      v.w[3] = CONVERT_VU (p0);
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
  return v;
}

/* log ((word + 1) / 2^32), by a polynomial (the one of Cephes' logf); near 1 it
 * takes 1 - u exactly from the word's complement. */
static inline VF
log_uniform (VU word)
{
  VF u = (CONVERT_VF (word) + 1.0f) * 0x1p-32f;
  VI bits = AS_VI (u);
  VI e = ((bits - 0x3f3504f3) >> 23);
  VF f = AS_VF (bits - (e << 23)) - 1.0f;
  VF exponent = CONVERT_VF (e);
  f = word > 0xC0000000u ? CONVERT_VF (~word) * -0x1p-32f : f;
  exponent = word > 0xC0000000u ? (VF) 0.0f : exponent;
  VF p = (VF) 7.0376836292e-2f;
  p = fma (p, f, (VF) -1.1514610310e-1f);
  p = fma (p, f, (VF) 1.1676998740e-1f);
  p = fma (p, f, (VF) -1.2420140846e-1f);
  p = fma (p, f, (VF) 1.4249322787e-1f);
  p = fma (p, f, (VF) -1.6668057665e-1f);
  p = fma (p, f, (VF) 2.0000714765e-1f);
  p = fma (p, f, (VF) -2.4999993993e-1f);
  p = fma (p, f, (VF) 3.3333331174e-1f);
  VF z = f * f;
  p = fma (p * f, z, -0.5f * z);
  return fma (exponent, (VF) 0.693147180559945f, f + p);
}

/* cos and sin of 2 pi word / 2^32: quarter turns by the top bits, the rest by
 * the polynomials of Cephes' sinf and cosf on -pi/4 .. pi/4 */
static inline void
turn (VU word, VF *cosine, VF *sine)
{
  VU quarter = (word + 0x20000000u) >> 30;
  VF r = CONVERT_VF (AS_VI (word - (quarter << 30))) * 1.4629180792671596e-9f;
  VF z = r * r;
  VF s = fma (fma (fma ((VF) -1.9515295891e-4f, z, (VF) 8.3321608736e-3f), z, (VF) -1.6666654611e-1f), z * r, r);
  VF c = fma (fma (fma ((VF) 2.443315711809948e-5f, z, (VF) -1.388731625493765e-3f), z, (VF) 4.166664568298827e-2f), z * z,
              fma (z, (VF) -0.5f, (VF) 1.0f));
  VF a = (quarter & 1u) == 1u ? s : c, b = (quarter & 1u) == 1u ? c : s;
  *cosine = quarter == 1u || quarter == 2u ? -a : a;
  *sine = quarter >= 2u ? -b : b;
}

/* Writes lane l of a, b, c, d to p[4l .. 4l+3], of which `left` exist. */
static inline void
put_interleaved (VF a, VF b, VF c, VF d, __global float *p, long left)
{
#ifndef FSE_CPU
  fse_put ((VF) (a.s0, b.s0, c.s0, d.s0), p, left);
  if (left > 4)
    fse_put ((VF) (a.s1, b.s1, c.s1, d.s1), p + 4, left - 4);
  if (left > 8)
    fse_put ((VF) (a.s2, b.s2, c.s2, d.s2), p + 8, left - 8);
  if (left > 12)
    fse_put ((VF) (a.s3, b.s3, c.s3, d.s3), p + 12, left - 12);
#else
#if VW == 16
#define FOUR(l) a.s##l, b.s##l, c.s##l, d.s##l
  VF q[4] = { (VF) (FOUR (0), FOUR (1), FOUR (2), FOUR (3)), (VF) (FOUR (4), FOUR (5), FOUR (6), FOUR (7)),
              (VF) (FOUR (8), FOUR (9), FOUR (a), FOUR (b)), (VF) (FOUR (c), FOUR (d), FOUR (e), FOUR (f)) };
#else
#define FOUR(l) a.s##l, b.s##l, c.s##l, d.s##l
  VF q[4] = { (VF) (FOUR (0), FOUR (1)), (VF) (FOUR (2), FOUR (3)), (VF) (FOUR (4), FOUR (5)), (VF) (FOUR (6), FOUR (7)) };
#endif
  for (int i = 0; i < 4; i++)
    if (left > i * VW)
      fse_put (q[i], p + i * VW, left - i * VW);
#endif
}

/* A work-item makes blocks of 4 VW numbers: `share` of them.  clock holds, as
 * uint bits, (seed low, seed high, step, 0). */
__kernel SINGLE void
noise (IN (clock), OUT (out), const uint n, const uint stream, const uint share)
{
  OPEN_IN (clock);
  OPEN_OUT (out);
  const uint k0 = as_uint (clock[0]), k1 = as_uint (clock[1]), step = as_uint (clock[2]);
  for (uint b = get_global_id (0) * share; b < (get_global_id (0) + 1) * share; b++)
    {
      const size_t i = (size_t) b * 4 * VW;
      if (i >= n)
        break;
      Words v = philox (b * VW + LANES, step, stream, k0, k1);
      VF c0, s0, c1, s1;
      VF r0 = sqrt (max (-2.0f * log_uniform (v.w[0]), (VF) 0.0f));
      VF r1 = sqrt (max (-2.0f * log_uniform (v.w[2]), (VF) 0.0f));
      turn (v.w[1], &c0, &s0);
      turn (v.w[3], &c1, &s1);
      put_interleaved (r0 * c0, r0 * s0, r1 * c1, r1 * s1, out + i, n - i);
    }
}

/* The words themselves, as uint bits: for the test against known answers. */
__kernel SINGLE void
words (IN (clock), OUT (out), const uint n, const uint stream)
{
  OPEN_IN (clock);
  OPEN_OUT (out);
  const size_t i = get_global_id (0) * 4 * VW;
  if (i >= n)
    return;
  Words v = philox ((uint) get_global_id (0) * VW + LANES, as_uint (clock[2]), stream, as_uint (clock[0]), as_uint (clock[1]));
  put_interleaved (AS_VF (v.w[0]), AS_VF (v.w[1]), AS_VF (v.w[2]), AS_VF (v.w[3]), out + i, n - i);
}
