/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Group normalisation with optional SiLU.
 *
 * A vector seldom holds whole groups and rarely ends with a pixel, so a
 * picture is taken as rows of `period` floats, the least common multiple of
 * the channels and the vector: position j of every row is channel j mod c,
 * and what belongs to a channel is stored once for each position.
 * Sums go position by position, a chunk of rows each, then group by group in
 * a fixed order.  What is left after the last whole row (`rest` floats) is a
 * chunk of its own, of one number a position.
 *
 * coef  [n][4][period]: mean, 1/deviation, scale = gamma/deviation, shift = beta.
 */
#define COEF_MEAN(c) (c)
#define COEF_INVERSE(c) ((c) + period)
#define COEF_SCALE(c) ((c) + 2 * period)
#define COEF_SHIFT(c) ((c) + 3 * period)

/* Numbers of position j in chunk k. */
static inline int
count_of (const int j, const int k, const int rows, const int rows_chunk, const int rest)
{
  const int left = rows - k * rows_chunk;
  return left > 0 ? min (left, rows_chunk) : j < rest;
}

/* du = dy * d/du of the activation at u */
static inline VF
through (const VF u, const VF dy, const int silu)
{
  if (!silu)
    return dy;
  const VF s = fse_sigmoid (u);
  return dy * (s + u * (s - s * s));
}

/* Coefs are those of the vector's first position. */
static inline VF
apply_to (const VF x, __global const float *coef, const int period, const int silu)
{
  const VF u = (x - VREAD (COEF_MEAN (coef))) * VREAD (COEF_SCALE (coef)) + VREAD (COEF_SHIFT (coef));
  return silu ? u * fse_sigmoid (u) : u;
}

static inline VF
backward_to (const VF x, const VF du, __global const float *coef, __global const float *bend, const int period)
{
  return VREAD (COEF_SCALE (coef)) * du + VREAD (bend) * (x - VREAD (COEF_MEAN (coef))) + VREAD (bend + period);
}

#ifdef FSE_CPU

/* part [n][chunks][2][period]: each position's mean, and sum of squared
 * distances from it, around the chunk's first row so that nothing cancels. */
SINGLE __kernel void
group_norm_sums (IN (x), OUT (part), const int period, const int rows, const int rows_chunk, const int rest)
{
  OPEN_IN (x);
  OPEN_OUT (part);
  const int k = get_global_id (0), picture = get_global_id (1);
  const int count = min (rows - k * rows_chunk, rows_chunk);
  x += (size_t) picture * ((size_t) rows * period + rest) + (size_t) min (k * rows_chunk, rows) * period;
  part += ((size_t) picture * get_global_size (0) + k) * 2 * period;
  if (count <= 0)
    {
      for (int j = 0; j < period; j += VW)
        {
          VSTORE (fse_get (x + j, max (rest - j, 0)), part + j);
          VSTORE ((VF) 0.0f, part + period + j);
        }
      return;
    }
  for (int j = 0; j < period; j += VW)
    {
      const VF origin = VREAD (x + j);
      VF sum = 0.0f, squares = 0.0f;
      __global const float *p = x + j;
      for (int i = 0; i < count; i++, p += period)
        {
          const VF d = VREAD (p) - origin;
          sum += d;
          squares = fma (d, d, squares);
        }
      sum *= 1.0f / count;
      VSTORE (origin + sum, part + j);
      VSTORE (max (squares - sum * sum * count, 0.0f), part + period + j);
    }
}

SINGLE __kernel void
group_norm_apply (IN (x), IN (coef), OUT (y), const int period, const int rows, const int rows_chunk, const int rest,
                  const int silu)
{
  OPEN_IN (x);
  OPEN_IN (coef);
  OPEN_OUT (y);
  const int k = get_global_id (0), picture = get_global_id (1);
  const size_t floats = (size_t) rows * period + rest, first = (size_t) k * rows_chunk * period;
  const long count = k + 1 < get_global_size (0) ? (size_t) rows_chunk * period : floats - first;
  x += picture * floats + first;
  y += picture * floats + first;
  coef += (size_t) picture * 4 * period;
  int  j = 0;
  long i = 0;
  for (; i + VW <= count; i += VW, j = j + VW == period ? 0 : j + VW)
    VSTORE (apply_to (VREAD (x + i), coef + j, period, silu), y + i);
  if (i < count)
    fse_put (apply_to (fse_get (x + i, count - i), coef + j, period, silu), y + i, count - i);
}

/* part [n][chunks][2][period]: sums of du and of du (x - mean).  With SiLU du takes dy's
 * place, which nobody reads after this operator: so its exponential is taken once. */
SINGLE __kernel void
group_norm_backward_sums (IN (x), OUT (dy), IN (coef), OUT (part), const int period, const int rows,
                          const int rows_chunk, const int rest, const int silu)
{
  OPEN_IN (x);
  OPEN_OUT (dy);
  OPEN_IN (coef);
  OPEN_OUT (part);
  const int k = get_global_id (0), picture = get_global_id (1);
  const size_t at = (size_t) picture * ((size_t) rows * period + rest) + (size_t) min (k * rows_chunk, rows) * period;
  const int whole = min (rows - k * rows_chunk, rows_chunk);
  x += at;
  dy += at;
  coef += (size_t) picture * 4 * period;
  part += ((size_t) picture * get_global_size (0) + k) * 2 * period;
  for (int j = 0; j < period; j += VW)
    {
      const VF mean = VREAD (COEF_MEAN (coef) + j), scale = VREAD (COEF_SCALE (coef) + j);
      const VF shift = VREAD (COEF_SHIFT (coef) + j);
      VF sum = 0.0f, products = 0.0f;
      size_t p = j;
      for (int i = 0; i < whole; i++, p += period)
        {
          const VF d = VREAD (x + p) - mean;
          const VF du = through (d * scale + shift, VREAD (dy + p), silu);
          if (silu)
            VSTORE (du, dy + p);
          sum += du;
          products = fma (du, d, products);
        }
      if (whole <= 0)
        {
          const long left = max (rest - j, 0);
          const VF d = fse_get (x + p, left) - mean;
          sum = through (d * scale + shift, fse_get (dy + p, left), silu);
          products = sum * d;
          if (silu)
            fse_put (sum, dy + p, left);
        }
      VSTORE (sum, part + j);
      VSTORE (products, part + period + j);
    }
}

/* dx = scale du + slope (x - mean) + offset; bend [n][2][period] is (slope, offset). */
SINGLE __kernel void
group_norm_backward (IN (x), IN (du), IN (coef), IN (bend), OUT (dx), const int period, const int rows,
                     const int rows_chunk, const int rest, const int add)
{
  OPEN_IN (x);
  OPEN_IN (du);
  OPEN_IN (coef);
  OPEN_IN (bend);
  OPEN_OUT (dx);
  const int k = get_global_id (0), picture = get_global_id (1);
  const size_t floats = (size_t) rows * period + rest, first = (size_t) k * rows_chunk * period;
  const long count = k + 1 < get_global_size (0) ? (size_t) rows_chunk * period : floats - first;
  x += picture * floats + first;
  du += picture * floats + first;
  dx += picture * floats + first;
  coef += (size_t) picture * 4 * period;
  bend += (size_t) picture * 2 * period;
  int  j = 0;
  long i = 0;
  for (; i + VW <= count; i += VW, j = j + VW == period ? 0 : j + VW)
    {
      const VF v = backward_to (VREAD (x + i), VREAD (du + i), coef + j, bend + j, period);
      VSTORE (add ? v + VREAD (dx + i) : v, dx + i);
    }
  if (i < count)
    fse_put_or_add (backward_to (fse_get (x + i, count - i), fse_get (du + i, count - i), coef + j, bend + j, period),
                    dx + i, count - i, add);
}

/* Mean and deviation of a group from its positions' (Chan, Golub and LeVeque
 * 1983), and its coef.  One work-item a (group, picture). */
SINGLE __kernel void
group_norm_finish (IN (part), IN (gamma), IN (beta), OUT (coef), const int period, const int rows,
                   const int rows_chunk, const int rest, const int chunks, const int c, const int channels)
{
  OPEN_IN (part);
  OPEN_IN (gamma);
  OPEN_IN (beta);
  OPEN_OUT (coef);
  const int first = get_global_id (0) * channels, picture = get_global_id (1);
  part += (size_t) picture * chunks * 2 * period;
  coef += (size_t) picture * 4 * period;
  float total = 0.0f, all = 0.0f, squares = 0.0f;
  for (int k = 0; k < chunks; k++)
    for (int j0 = first; j0 < period; j0 += c)
      for (int j = j0; j < j0 + channels; j++)
        {
          const int count = count_of (j, k, rows, rows_chunk, rest);
          all += count;
          total = fma ((float) count, part[(size_t) k * 2 * period + j], total);
        }
  const float mean = total / all;
  for (int k = 0; k < chunks; k++)
    for (int j0 = first; j0 < period; j0 += c)
      for (int j = j0; j < j0 + channels; j++)
        {
          const float d = part[(size_t) k * 2 * period + j] - mean;
          squares += fma (d * d, (float) count_of (j, k, rows, rows_chunk, rest), part[((size_t) k * 2 + 1) * period + j]);
        }
  const float inverse = 1.0f / sqrt (squares / all + 1e-5f);
  for (int j0 = 0; j0 < period; j0 += c)
    for (int i = first; i < first + channels; i++)
      {
        COEF_MEAN (coef)[j0 + i] = mean;
        COEF_INVERSE (coef)[j0 + i] = inverse;
        COEF_SCALE (coef)[j0 + i] = inverse * gamma[i];
        COEF_SHIFT (coef)[j0 + i] = beta[i];
      }
}

/* The bend of a group, and its channels' gradients of beta and gamma in this
 * picture: sums [n][2][c].  One work-item a (group, picture). */
SINGLE __kernel void
group_norm_backward_finish (IN (part), IN (gamma), IN (coef), OUT (bend), OUT (sums), const int period,
                            const int chunks, const int c, const int channels, const float size)
{
  OPEN_IN (part);
  OPEN_IN (gamma);
  OPEN_IN (coef);
  OPEN_OUT (bend);
  OPEN_OUT (sums);
  const int first = get_global_id (0) * channels, picture = get_global_id (1);
  part += (size_t) picture * chunks * 2 * period;
  bend += (size_t) picture * 2 * period;
  sums += (size_t) picture * 2 * c;
  const float inverse = COEF_INVERSE (coef + (size_t) picture * 4 * period)[first];
  float all = 0.0f, all_products = 0.0f;
  for (int i = first; i < first + channels; i++)
    {
      float sum = 0.0f, products = 0.0f;
      for (int k = 0; k < chunks; k++)
        for (int j = i; j < period; j += c)
          {
            sum += part[(size_t) k * 2 * period + j];
            products += part[((size_t) k * 2 + 1) * period + j];
          }
      products *= inverse;
      sums[i] = sum;
      sums[c + i] = products;
      all = fma (gamma[i], sum, all);
      all_products = fma (gamma[i], products, all_products);
    }
  const float slope = -inverse * inverse * all_products / size, offset = -inverse * all / size;
  for (int j0 = 0; j0 < period; j0 += c)
    for (int i = first; i < first + channels; i++)
      {
        bend[j0 + i] = slope;
        bend[period + j0 + i] = offset;
      }
}

#else /* FSE_GPU: a work-item takes vectors of 4; sums: 4 vectors abreast, 16 rows */

#define COLUMNS 4
#define LINES 16
#define GROUP __attribute__ ((reqd_work_group_size (COLUMNS, LINES, 1)))

static inline VF
sum_lines (__local VF *all, const VF mine)
{
  const int line = get_local_id (1), column = get_local_id (0);
  barrier (CLK_LOCAL_MEM_FENCE);
  all[line * COLUMNS + column] = mine;
  for (int half_way = LINES / 2; half_way > 0; half_way /= 2)
    {
      barrier (CLK_LOCAL_MEM_FENCE);
      if (line < half_way)
        all[line * COLUMNS + column] += all[(line + half_way) * COLUMNS + column];
    }
  barrier (CLK_LOCAL_MEM_FENCE);
  return all[column];
}

GROUP __kernel void
group_norm_sums (IN (x), OUT (part), const int period, const int rows, const int rows_chunk, const int rest)
{
  OPEN_IN (x);
  OPEN_OUT (part);
  __local VF all[COLUMNS * LINES];
  const int j = get_global_id (0) * VW, line = get_local_id (1), k = get_group_id (1), picture = get_group_id (2);
  const int whole = min (rows - k * rows_chunk, rows_chunk), count = j < period ? max (whole, 1) : 0;
  const long left = whole > 0 ? VW : max (rest - j, 0);
  x += (size_t) picture * ((size_t) rows * period + rest) + (size_t) min (k * rows_chunk, rows) * period + j;
  part += ((size_t) picture * get_num_groups (1) + k) * 2 * period + j;
  const VF origin = count ? fse_get (x, left) : (VF) 0.0f;
  VF sum = 0.0f, squares = 0.0f;
  for (int i = line; i < count; i += LINES)
    {
      const VF d = fse_get (x + (size_t) i * period, left) - origin;
      sum += d;
      squares = fma (d, d, squares);
    }
  sum = sum_lines (all, sum) / max (count, 1);
  squares = sum_lines (all, squares);
  if (line == 0 && count)
    {
      VSTORE (origin + sum, part);
      VSTORE (max (squares - sum * sum * count, 0.0f), part + period);
    }
}

__kernel void
group_norm_apply (IN (x), IN (coef), OUT (y), const int period, const int rows, const int rest, const int silu)
{
  OPEN_IN (x);
  OPEN_IN (coef);
  OPEN_OUT (y);
  const size_t floats = (size_t) rows * period + rest, i = get_global_id (0) * VW;
  const int picture = get_global_id (1);
  if (i >= floats)
    return;
  const int j = i % period;
  x += picture * floats + i;
  coef += (size_t) picture * 4 * period + j;
  fse_put (apply_to (fse_get (x, floats - i), coef, period, silu), y + picture * floats + i, floats - i);
}

GROUP __kernel void
group_norm_backward_sums (IN (x), OUT (dy), IN (coef), OUT (part), const int period, const int rows,
                          const int rows_chunk, const int rest, const int silu)
{
  OPEN_IN (x);
  OPEN_OUT (dy);
  OPEN_IN (coef);
  OPEN_OUT (part);
  __local VF all[COLUMNS * LINES];
  const int j = get_global_id (0) * VW, line = get_local_id (1), k = get_group_id (1), picture = get_group_id (2);
  const int whole = min (rows - k * rows_chunk, rows_chunk), count = j < period ? max (whole, 1) : 0;
  const long left = whole > 0 ? VW : max (rest - j, 0);
  const size_t at = (size_t) picture * ((size_t) rows * period + rest) + (size_t) min (k * rows_chunk, rows) * period + j;
  VF sum = 0.0f, products = 0.0f;
  part += ((size_t) picture * get_num_groups (1) + k) * 2 * period + j;
  coef += (size_t) picture * 4 * period + j;
  if (count)
    {
      const VF mean = VLOAD (COEF_MEAN (coef)), scale = VLOAD (COEF_SCALE (coef)), shift = VLOAD (COEF_SHIFT (coef));
      for (int i = line; i < count; i += LINES)
        {
          const VF d = fse_get (x + at + (size_t) i * period, left) - mean;
          const VF du = through (d * scale + shift, fse_get (dy + at + (size_t) i * period, left), silu);
          if (silu)
            fse_put (du, dy + at + (size_t) i * period, left);
          sum += du;
          products = fma (du, d, products);
        }
    }
  sum = sum_lines (all, sum);
  products = sum_lines (all, products);
  if (line == 0 && count)
    {
      VSTORE (sum, part);
      VSTORE (products, part + period);
    }
}

__kernel void
group_norm_backward (IN (x), IN (du), IN (coef), IN (bend), OUT (dx), const int period, const int rows,
                     const int rest, const int add)
{
  OPEN_IN (x);
  OPEN_IN (du);
  OPEN_IN (coef);
  OPEN_IN (bend);
  OPEN_OUT (dx);
  const size_t floats = (size_t) rows * period + rest, i = get_global_id (0) * VW;
  const int picture = get_global_id (1);
  if (i >= floats)
    return;
  const int j = i % period;
  const size_t at = picture * floats + i;
  coef += (size_t) picture * 4 * period + j;
  bend += (size_t) picture * 2 * period + j;
  fse_put_or_add (backward_to (fse_get (x + at, floats - i), fse_get (du + at, floats - i), coef, bend, period), dx + at,
                  floats - i, add);
}

/* Work-items that finish a group of channels together. */
#define FINISHERS 64
#define FINISH_GROUP __attribute__ ((reqd_work_group_size (FINISHERS, 1, 1)))

/* The sum of the work-items' numbers. */
static inline float
sum_all (__local float *all, const float mine)
{
  const int t = get_local_id (0);
  barrier (CLK_LOCAL_MEM_FENCE);
  all[t] = mine;
  for (int half_way = FINISHERS / 2; half_way > 0; half_way /= 2)
    {
      barrier (CLK_LOCAL_MEM_FENCE);
      if (t < half_way)
        all[t] += all[t + half_way];
    }
  barrier (CLK_LOCAL_MEM_FENCE);
  return all[0];
}

/* Mean and deviation of a group from its positions' (Chan, Golub and LeVeque 1983), and its coef.
 * Range: (groups, pictures) work-groups. */
FINISH_GROUP __kernel void
group_norm_finish (IN (part), IN (gamma), IN (beta), OUT (coef), const int period, const int rows,
                   const int rows_chunk, const int rest, const int chunks, const int c, const int channels)
{
  OPEN_IN (part);
  OPEN_IN (gamma);
  OPEN_IN (beta);
  OPEN_OUT (coef);
  __local float all_of[FINISHERS];
  const int t = get_local_id (0), first = get_group_id (0) * channels, picture = get_group_id (1);
  const int positions = period / c * channels;
  part += (size_t) picture * chunks * 2 * period;
  coef += (size_t) picture * 4 * period;
  float total = 0.0f, all = 0.0f, squares = 0.0f;
  for (int e = t; e < chunks * positions; e += FINISHERS)
    {
      const int k = e / positions, p = e - k * positions, j = p / channels * c + first + p % channels;
      const float count = count_of (j, k, rows, rows_chunk, rest);
      all += count;
      total = fma (count, part[(size_t) k * 2 * period + j], total);
    }
  all = sum_all (all_of, all);
  const float mean = sum_all (all_of, total) / all;
  for (int e = t; e < chunks * positions; e += FINISHERS)
    {
      const int k = e / positions, p = e - k * positions, j = p / channels * c + first + p % channels;
      const float d = part[(size_t) k * 2 * period + j] - mean;
      squares += fma (d * d, (float) count_of (j, k, rows, rows_chunk, rest), part[((size_t) k * 2 + 1) * period + j]);
    }
  const float inverse = 1.0f / sqrt (sum_all (all_of, squares) / all + 1e-5f);
  for (int p = t; p < positions; p += FINISHERS)
    {
      const int i = first + p % channels, j = p / channels * c + i;
      COEF_MEAN (coef)[j] = mean;
      COEF_INVERSE (coef)[j] = inverse;
      COEF_SCALE (coef)[j] = inverse * gamma[i];
      COEF_SHIFT (coef)[j] = beta[i];
    }
}

/* The bend of a group, and its channels' gradients of beta and gamma in this picture: sums [n][2][c].
 * Range: (groups, pictures) work-groups. */
FINISH_GROUP __kernel void
group_norm_backward_finish (IN (part), IN (gamma), IN (coef), OUT (bend), OUT (sums), const int period,
                            const int chunks, const int c, const int channels, const float size)
{
  OPEN_IN (part);
  OPEN_IN (gamma);
  OPEN_IN (coef);
  OPEN_OUT (bend);
  OPEN_OUT (sums);
  __local float sum_of[FINISHERS], products_of[FINISHERS];
  const int t = get_local_id (0), first = get_group_id (0) * channels, picture = get_group_id (1);
  const int abreast = min (channels, FINISHERS), shares = FINISHERS / abreast, share = t / abreast;
  const int per_chunk = period / c;
  part += (size_t) picture * chunks * 2 * period;
  bend += (size_t) picture * 2 * period;
  sums += (size_t) picture * 2 * c;
  const float inverse = COEF_INVERSE (coef + (size_t) picture * 4 * period)[first];
  float all = 0.0f, all_products = 0.0f;
  for (int i0 = 0; i0 < channels; i0 += abreast)
    {
      const int i = first + i0 + t % abreast;
      float sum = 0.0f, products = 0.0f;
      if (share < shares && i < first + channels)
        for (int e = share; e < chunks * per_chunk; e += shares)
          {
            const int k = e / per_chunk, j = i + (e - k * per_chunk) * c;
            sum += part[(size_t) k * 2 * period + j];
            products += part[((size_t) k * 2 + 1) * period + j];
          }
      barrier (CLK_LOCAL_MEM_FENCE);
      sum_of[t] = sum;
      products_of[t] = products * inverse;
      barrier (CLK_LOCAL_MEM_FENCE);
      if (share == 0 && i < first + channels)
        {
          sum = products = 0.0f;
          for (int s = 0; s < shares; s++)
            {
              sum += sum_of[s * abreast + t];
              products += products_of[s * abreast + t];
            }
          sums[i] = sum;
          sums[c + i] = products;
          all = fma (gamma[i], sum, all);
          all_products = fma (gamma[i], products, all_products);
        }
    }
  all = sum_all (sum_of, all);
  all_products = sum_all (products_of, all_products);
  const float slope = -inverse * inverse * all_products / size, offset = -inverse * all / size;
  for (int p = t; p < per_chunk * channels; p += FINISHERS)
    {
      const int j = p / channels * c + first + p % channels;
      bend[j] = slope;
      bend[period + j] = offset;
    }
}

#endif

/* Adds the pictures' sums up, in order, for VW channels.  The modes: 0 leave, 1 write, 2 add. */
SINGLE __kernel void
group_norm_weights (IN (sums), OUT (dgamma), OUT (dbeta), const int n, const int c, const int gamma_mode,
                    const int beta_mode)
{
  OPEN_IN (sums);
  OPEN_OUT (dgamma);
  OPEN_OUT (dbeta);
  const int i = get_global_id (0) * VW;
  if (i >= c)
    return;
  VF beta = 0.0f, gamma = 0.0f;
  for (int picture = 0; picture < n; picture++)
    {
      beta += fse_get (sums + (size_t) picture * 2 * c + i, c - i);
      gamma += fse_get (sums + ((size_t) picture * 2 + 1) * c + i, c - i);
    }
  if (beta_mode)
    fse_put_or_add (beta, dbeta + i, c - i, beta_mode == 2);
  if (gamma_mode)
    fse_put_or_add (gamma, dgamma + i, c - i, gamma_mode == 2);
}
