/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The training batch: each slot is one pair seen through a random affine and
 * elastic warp and in other hues, the same for before and after.  A work-item is a row (cpu) or
 * a pixel (gpu); the range is (1 or x, y, slot).
 *
 * A slot is 50 numbers: pair, affine[6], grid[4][4][2], colour[3][3], and the left and top of the window that it sees.
 */
#define SLOT 50

/* Catmull-Rom weights at fraction t between taps 1 and 2 of four; exactly (0, 1, 0, 0) at t = 0. */
static inline float4
catmull_rom (float t)
{
  const float t2 = t * t, t3 = t2 * t;
  return (float4) (-0.5f * t3 + t2 - 0.5f * t, 1.5f * t3 - 2.5f * t2 + 1.0f, -1.5f * t3 + 2.0f * t2 + 0.5f * t,
                   0.5f * t3 - 0.5f * t2);
}

/* picture at (px, py), R'G'B' and weight, clamped to 0..1 and at the edge */
static inline float4
sample (__global const float *picture, int h, int w, int ix, int iy, float tx, float ty)
{
  if (tx == 0.0f && ty == 0.0f)
    return vload4 ((size_t) clamp (iy, 0, h - 1) * w + clamp (ix, 0, w - 1), picture);

  const float4 wx = catmull_rom (tx), wy = catmull_rom (ty);
  const float rows[4] = { wy.x, wy.y, wy.z, wy.w };
  const int x0 = clamp (ix - 1, 0, w - 1), x1 = clamp (ix, 0, w - 1), x2 = clamp (ix + 1, 0, w - 1), x3 = clamp (ix + 2, 0, w - 1);
  float4 sum = 0.0f;
  for (int j = 0; j < 4; j++)
    {
      __global const float *line = picture + (size_t) clamp (iy + j - 1, 0, h - 1) * w * 4;
      const float4 v = vload4 (x0, line) * wx.x + vload4 (x1, line) * wx.y + vload4 (x2, line) * wx.z + vload4 (x3, line) * wx.w;
      sum += rows[j] * v;
    }
  return clamp (sum, 0.0f, 1.0f);
}

/* v's R'G'B' by the slot's matrix, its weight as it is; what is the identity changes no bit */
static inline float4
recolour (float4 v, __global const float *m)
{
  return (float4) (clamp (m[0] * v.x + m[1] * v.y + m[2] * v.z, 0.0f, 1.0f), clamp (m[3] * v.x + m[4] * v.y + m[5] * v.z, 0.0f, 1.0f),
                   clamp (m[6] * v.x + m[7] * v.y + m[8] * v.z, 0.0f, 1.0f), v.w);
}

/* before, after [n_pairs,of_h,of_w,4], of each the slot's window -> x, y [slots,h,w,8] = (R'G'B' - 0.5, position, rest), mask [slots,h,w,1];
 * the rest is zeros, but for x where there is a table: its change of the colour */
__kernel SINGLE void
augment (IN (before), IN (after), IN (slots), OUT (x), OUT (y), OUT (mask), IN (table), const int of_h, const int of_w, const int h, const int w,
         const int position, const int has_table)
{
  const int row = get_global_id (1);
  const size_t pixel = (get_global_id (2) * h + row) * w;
  OPEN_IN (slots) + get_global_id (2) * SLOT;
  const size_t pair = (size_t) as_int (slots[0]) * of_h * of_w * 4;
  OPEN_IN (before) + pair;
  OPEN_IN (after) + pair;
  OPEN_OUT (x) + pixel * 8;
  OPEN_OUT (y) + pixel * 8;
  OPEN_OUT (mask) + pixel;
  OPEN_IN (table);
  __global const float *grid = slots + 7, *colour = slots + 39;

  const int left = as_int (slots[48]), top = as_int (slots[49]);

  /* A mirrored slot starts from the mirrored pixel, and all else is a small
   * displacement from there: so what does not move keeps its bits. */
  const int mirrored = slots[1] < 0.0f;
  const float sign = mirrored ? -1.0f : 1.0f;
  const float axx = sign * slots[1] - 1.0f, axy = slots[2], ax = slots[3];
  const float ayx = sign * slots[4], ayy = slots[5] - 1.0f, ay = slots[6];
  const float cy = (2 * row + 1) / (float) h - 1.0f;

  /* the grid's four columns at this row; its corners are the picture's */
  const float gy = (cy + 1.0f) * 1.5f;
  const int gj = min ((int) gy, 2);
  const float4 gw = catmull_rom (gy - gj);
  const float weights[4] = { gw.x, gw.y, gw.z, gw.w };
  float2 columns[4];
  for (int i = 0; i < 4; i++)
    {
      columns[i] = 0.0f;
      for (int j = 0; j < 4; j++)
        columns[i] += weights[j] * vload2 (clamp (gj + j - 1, 0, 3) * 4 + i, grid);
    }

  EACH_X (px, w)
  {
    const int from = mirrored ? w - 1 - px : px;
    const float cx = (2 * from + 1) / (float) w - 1.0f;
    const float gx = (cx + 1.0f) * 1.5f;
    const int gi = min ((int) gx, 2);
    const float4 gv = catmull_rom (gx - gi);
    const float2 elastic = gv.x * columns[max (gi - 1, 0)] + gv.y * columns[gi] + gv.z * columns[gi + 1] + gv.w * columns[min (gi + 2, 3)];
    const float dx = axx * cx + axy * cy + ax + elastic.x, dy = ayx * cx + ayy * cy + ay + elastic.y;
    /* far outside is as good as one pixel outside: a bounded float converts safely */
    const float sx = clamp (left + from + dx * 0.5f * w, -1.0f, (float) of_w);
    const float sy = clamp (top + row + dy * 0.5f * h, -1.0f, (float) of_h);
    const float fx = floor (sx), fy = floor (sy);
    const float4 b = recolour (sample (before, of_h, of_w, (int) fx, (int) fy, sx - fx, sy - fy), colour);
    const float4 a = recolour (sample (after, of_h, of_w, (int) fx, (int) fy, sx - fx, sy - fy), colour);
    const float second = position ? cy + dy : 0.0f;
    const float3 change = has_table ? fse_table_change (table, b.xyz) : (float3) 0.0f;
    const float first = position ? cx + dx : 0.0f;
    vstore4 ((float4) (b.xyz - 0.5f, first), 2 * px, x);
    vstore4 ((float4) (second, change), 2 * px + 1, x);
    vstore4 ((float4) (a.xyz - 0.5f, first), 2 * px, y);
    vstore4 ((float4) (second, (float3) 0.0f), 2 * px + 1, y);
    mask[px] = min (b.w, a.w);
  }
}
