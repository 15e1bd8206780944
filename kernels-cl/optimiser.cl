/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The update of all weights: squares of the gradient, the verdict, AdamW.
 */

/* partial[work-item] = sum of its g^2 */
__kernel SINGLE void
squares (IN (grad), OUT (partial), const uint n)
{
  OPEN_IN (grad);
  OPEN_OUT (partial);
  VF sum = 0.0f;
  EACH (i, n)
  {
    VF g = VLOAD (grad + i);
    sum = fma (g, g, sum);
  }
  partial[get_global_id (0)] = fse_lanes_sum (sum);
}

/* guard as FSE_GUARD_*; verdict: [0] factor of the gradient (0 where the step
 * is skipped), [1] rate, [2] 1 / (1 - beta1^t), [3] 1 / (1 - beta2^t), [4] 1
 * where the step is taken.  log_beta are natural logarithms. */
static inline void
judge (float sum, __global float *guard, __global float *verdict, float rate, float clip, float log_beta1, float log_beta2)
{
  const float norm = sqrt (sum);
  /* by the bits: a compiler may believe that nothing is infinite */
  const int finite = (as_uint (norm) & 0x7f800000u) != 0x7f800000u;
  float factor = guard[2] > 0.0f ? guard[2] : 1.0f;
  guard[0] = norm;
  if (finite)
    {
      guard[3] += 1.0f;
      verdict[0] = clip > 0.0f && norm > clip ? clip / norm : 1.0f;
      verdict[1] = rate * factor;
      verdict[2] = -1.0f / expm1 (guard[3] * log_beta1);
      verdict[3] = -1.0f / expm1 (guard[3] * log_beta2);
      guard[2] = min (factor * 1.01f, 1.0f);
    }
  else
    {
      guard[1] += 1.0f;
      guard[2] = max (factor * 0.5f, 1e-6f);
    }
  verdict[4] = finite ? 1.0f : 0.0f;
}

#ifdef FSE_CPU
__kernel SINGLE void
verdict (IN (partial), OUT (guard), OUT (verdict), const uint parts, const float rate, const float clip,
         const float log_beta1, const float log_beta2)
{
  OPEN_IN (partial);
  OPEN_OUT (guard);
  OPEN_OUT (verdict);
  VF all = 0.0f;
  for (uint i = 0; i < parts; i += VW)
    all += fse_get (partial + i, parts - i);
  judge (fse_lanes_sum (all), guard, verdict, rate, clip, log_beta1, log_beta2);
}
#else
__kernel void
verdict (IN (partial), OUT (guard), OUT (verdict), const uint parts, const float rate, const float clip,
         const float log_beta1, const float log_beta2)
{
  OPEN_IN (partial);
  OPEN_OUT (guard);
  OPEN_OUT (verdict);
  __local float part[256];
  const uint lane = get_local_id (0);
  float all = 0.0f;
  for (uint i = lane; i < parts; i += 256)
    all += partial[i];
  part[lane] = all;
  for (uint half_way = 128; half_way > 0; half_way /= 2)
    {
      barrier (CLK_LOCAL_MEM_FENCE);
      if (lane < half_way)
        part[lane] += part[lane + half_way];
    }
  if (lane == 0)
    judge (part[0], guard, verdict, rate, clip, log_beta1, log_beta2);
}
#endif

/* n is a multiple of 64 here, so whole vectors are exact */
__kernel SINGLE void
adamw (OUT (weight), IN (grad), OUT (moment1), OUT (moment2), OUT (ema), IN (verdict), const uint n,
       const float beta1, const float beta2, const float epsilon, const float weight_decay, const float ema_decay)
{
  OPEN_OUT (weight);
  OPEN_IN (grad);
  OPEN_OUT (moment1);
  OPEN_OUT (moment2);
  OPEN_OUT (ema);
  OPEN_IN (verdict);
  if (verdict[4] == 0.0f)
    return;
  const float factor = verdict[0], rate = verdict[1], unbias1 = verdict[2], unbias2 = verdict[3];
  EACH (i, n)
  {
    VF g = factor * VLOAD (grad + i), w = VLOAD (weight + i);
    VF m = fma (g - VLOAD (moment1 + i), (VF) (1.0f - beta1), VLOAD (moment1 + i));
    VF v = fma (g * g - VLOAD (moment2 + i), (VF) (1.0f - beta2), VLOAD (moment2 + i));
    VF e = VLOAD (ema + i);
    VSTORE (m, moment1 + i);
    VSTORE (v, moment2 + i);
    w -= rate * (m * unbias1 / (sqrt (v * unbias2) + epsilon) + weight_decay * w);
    VSTORE (w, weight + i);
    VSTORE (fma (w - e, (VF) (1.0f - ema_decay), e), ema + i);
  }
}
