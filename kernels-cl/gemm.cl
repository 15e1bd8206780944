/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * C = alpha op(A) op(B) + beta C, row-major, strided batch; op is the
 * transpose where `ta`, `tb`.  Sums over k run in blocks in a fixed order, so
 * a result does not depend on how many cores there are.
 */

/* One thread an element: slow, and simple enough to be believed.  The other
 * kernels and CLBlast are checked against it. */
__kernel void
gemm_plain (IN (a), IN (b), OUT (c), const int m, const int n, const int k, const float alpha, const float beta,
            const int ta, const int tb, const int lda, const int ldb, const int ldc,
            const uint stride_a, const uint stride_b, const uint stride_c)
{
  OPEN_IN (a);
  OPEN_IN (b);
  OPEN_OUT (c);
  size_t j = get_global_id (0), i = get_global_id (1), z = get_global_id (2);

  if (j >= n || i >= m)
    return;
  a += z * stride_a;
  b += z * stride_b;
  c += z * stride_c;
  float sum = 0.0f;
  for (size_t p = 0; p < k; p++)
    sum += a[ta ? p * lda + i : i * lda + p] * b[tb ? j * ldb + p : p * ldb + j];
  size_t at = i * ldc + j;
  c[at] = beta == 0.0f ? alpha * sum : alpha * sum + beta * c[at];
}

#ifdef FSE_CPU

/* A register tile is MT rows by one or two vectors; that fills 16 of the 32
 * (AVX-512) or 8 of the 16 registers. */
#if VW == 16
#define MT 8
#else
#define MT 4
#endif
#define PANEL (2 * VW)
#define KB 128     /* of k at a time: a packed panel of B stays in the first-level cache */

/* What a tile's rows of C become: alpha times the sums, plus `keep` times what is there. */
typedef struct
{
  __global float *at; /* the first row's first column */
  int             ld;
  int             rows, wide; /* of the tile, so many are C's */
  float           alpha, keep;
} Target;

/* Rows of A, whose numbers lie `step` apart, times the packed panel, over kn of k, into the target. */
#define DEFINE_TILE(NAME, NV)                                                 \
  OUTLINE void NAME (__global const float *const *row, int step, const VF *panel, int kn, Target to) \
  {                                                                           \
    VF sum[MT][NV];                                                           \
    _Pragma ("unroll") for (int p = 0; p < MT; p++)                           \
      _Pragma ("unroll") for (int v = 0; v < NV; v++) sum[p][v] = (VF) 0.0f;  \
    for (int i = 0; i < kn; i++)                                              \
      {                                                                       \
        VF b[NV];                                                             \
        _Pragma ("unroll") for (int v = 0; v < NV; v++) b[v] = panel[2 * i + v]; \
        _Pragma ("unroll") for (int p = 0; p < MT; p++)                       \
          {                                                                   \
            VF x = (VF) (row[p][(size_t) i * step]);                          \
            _Pragma ("unroll") for (int v = 0; v < NV; v++) sum[p][v] = fma (x, b[v], sum[p][v]); \
          }                                                                   \
      }                                                                       \
    if (to.rows >= MT && to.wide >= NV * VW)                                  \
      {                                                                       \
        _Pragma ("unroll") for (int p = 0; p < MT; p++, to.at += to.ld)       \
          _Pragma ("unroll") for (int v = 0; v < NV; v++)                     \
            {                                                                 \
              VF r = to.alpha * sum[p][v];                                    \
              if (to.keep != 0.0f)                                            \
                r += to.keep * VLOAD (to.at + v * VW);                        \
              VSTORE (r, to.at + v * VW);                                     \
            }                                                                 \
        return;                                                               \
      }                                                                       \
    VF all[MT * NV];                                                          \
    _Pragma ("unroll") for (int p = 0; p < MT; p++)                           \
      _Pragma ("unroll") for (int v = 0; v < NV; v++) all[p * NV + v] = sum[p][v]; \
    ROLLED for (int i = 0; i < min (to.rows, MT) * NV; i++)                   \
      {                                                                       \
        __global float *o = to.at + (size_t) (i / NV) * to.ld + i % NV * VW;  \
        VF r = to.alpha * all[i];                                             \
        if (to.keep != 0.0f)                                                  \
          r += to.keep * fse_get (o, to.wide - i % NV * VW);                  \
        fse_put (r, o, to.wide - i % NV * VW);                                \
      }                                                                       \
  }

DEFINE_TILE (tile_1, 1)
DEFINE_TILE (tile_2, 2)

/* kn rows of B from (k0, n0) as rows of PANEL floats, zeros where B ends */
static inline void
pack_b (__global const float *b, int tb, int ldb, int k0, int kn, int n0, int n, VF *panel)
{
  float *out = (float *) panel;
  int    wide = min (n - n0, PANEL);

  if (wide < PANEL)
    ROLLED for (int i = 0; i < 2 * kn; i++)
      panel[i] = (VF) 0.0f;

  if (!tb)
    {
      __global const float *in = b + (size_t) k0 * ldb + n0;
      if (wide == PANEL)
        for (int i = 0; i < kn; i++, in += ldb)
          {
            panel[2 * i] = VLOAD (in);
            panel[2 * i + 1] = VLOAD (in + VW);
          }
      else
        for (int i = 0; i < kn; i++, in += ldb)
          ROLLED for (int j = 0; j < wide; j++)
            out[i * PANEL + j] = in[j];
    }
  else
    {
      __global const float *in = b + (size_t) n0 * ldb + k0;
      int                   j = 0;

      /* 4 x 4 at a time: transposed in registers */
      for (; j + 4 <= wide; j += 4)
        {
          __global const float *q = in + (size_t) j * ldb;
          int                   i = 0;
          for (; i + 4 <= kn; i += 4)
            {
              float4 r0 = vload4 (0, q + i), r1 = vload4 (0, q + ldb + i);
              float4 r2 = vload4 (0, q + 2 * (size_t) ldb + i), r3 = vload4 (0, q + 3 * (size_t) ldb + i);
              float *o = out + i * PANEL + j;
              vstore4 ((float4) (r0.x, r1.x, r2.x, r3.x), 0, o);
              vstore4 ((float4) (r0.y, r1.y, r2.y, r3.y), 0, o + PANEL);
              vstore4 ((float4) (r0.z, r1.z, r2.z, r3.z), 0, o + 2 * PANEL);
              vstore4 ((float4) (r0.w, r1.w, r2.w, r3.w), 0, o + 3 * PANEL);
            }
          ROLLED for (; i < kn; i++)
            for (int e = 0; e < 4; e++)
              out[i * PANEL + j + e] = q[(size_t) e * ldb + i];
        }
      ROLLED for (; j < wide; j++)
        ROLLED for (int i = 0; i < kn; i++)
          out[i * PANEL + j] = in[(size_t) j * ldb + i];
    }
}

/* C [m, n] = alpha op(A) op(B) + beta C.  Where A is transposed, lda should be no
 * multiple of 1024 bytes, or its rows share few sets of the cache. */
OUTLINE void
multiply (__global const float *a, const int ta, const int lda, __global const float *b, const int tb, const int ldb,
          __global float *c, const int ldc, const int m, const int n, const int k, const float alpha, const float beta)
{
  VF panel[2 * KB];

  for (int k0 = 0; k0 < k; k0 += KB)
    {
      int   kn = min (KB, k - k0);
      float keep = k0 ? 1.0f : beta;

      for (int n0 = 0; n0 < n; n0 += PANEL)
        {
          int wide = min (n - n0, PANEL);

          pack_b (b, tb, ldb, k0, kn, n0, n, panel);
          for (int t = 0; t < m; t += MT)
            {
              const Target to = { c + (size_t) t * ldc + n0, ldc, m - t, wide, alpha, keep };
              /* rows past the last are computed as the last, and not stored */
              __global const float *row[MT];
#pragma unroll
              for (int p = 0; p < MT; p++)
                row[p] = a + (size_t) min (t + p, m - 1) * (ta ? 1 : lda) + (size_t) k0 * (ta ? lda : 1);
              if (wide > VW)
                tile_2 (row, ta ? lda : 1, panel, kn, to);
              else
                tile_1 (row, ta ? lda : 1, panel, kn, to);
            }
        }
    }
}

/* Work-item (x, y, z): rows x * rows .. of the columns y * panels * PANEL ..
 * of matrix z.  rows is a multiple of MT. */
SINGLE __kernel void
gemm (IN (a), IN (b), OUT (c), const int m, const int n, const int k, const float alpha, const float beta,
      const int ta, const int tb, const int lda, const int ldb, const int ldc,
      const uint stride_a, const uint stride_b, const uint stride_c, const int rows, const int panels)
{
  OPEN_IN (a);
  OPEN_IN (b);
  OPEN_OUT (c);
  const int    m0 = get_global_id (0) * rows, n0 = get_global_id (1) * panels * PANEL;
  const size_t z = get_global_id (2);

  multiply (a + z * stride_a + (size_t) m0 * (ta ? 1 : lda), ta, lda, b + z * stride_b + (size_t) n0 * (tb ? ldb : 1), tb,
            ldb, c + z * stride_c + (size_t) m0 * ldc + n0, ldc, min (m - m0, rows), min (n - n0, panels * PANEL), k,
            alpha, beta);
}

#else

/* A work-group of 16 x 16 makes a tile of 64 x 64, a work-item 4 x 4 of it
 * with steps of 16, so that neighbours read and write neighbouring floats. */
#define TILE 64
#define TILE_K 16
#define SIDE 16
#define EACH_SIDE (TILE / SIDE)

/* TILE_K x TILE of op(X) into local memory as [k][row or column]; `along` says
 * that the TILE direction is the contiguous one in memory. */
static inline void
stage (__global const float *x, int ld, int along, int k0, int k, int first, int end,
       __local float (*tile)[TILE + 1], int me)
{
  for (int i = me; i < TILE * TILE_K; i += SIDE * SIDE)
    {
      int p = along ? i / TILE : i % TILE_K;
      int q = along ? i % TILE : i / TILE_K;
      int kk = k0 + p, mm = first + q;
      float v = 0.0f;
      if (kk < k && mm < end)
        v = along ? x[(size_t) kk * ld + mm] : x[(size_t) mm * ld + kk];
      tile[p][q] = v;
    }
}

__attribute__ ((reqd_work_group_size (SIDE, SIDE, 1)))
__kernel void
gemm (IN (a), IN (b), OUT (c), const int m, const int n, const int k, const float alpha, const float beta,
      const int ta, const int tb, const int lda, const int ldb, const int ldc,
      const uint stride_a, const uint stride_b, const uint stride_c)
{
  OPEN_IN (a);
  OPEN_IN (b);
  OPEN_OUT (c);
  __local float tile_a[TILE_K][TILE + 1], tile_b[TILE_K][TILE + 1];
  int           x = get_local_id (0), y = get_local_id (1), me = y * SIDE + x;
  int           m0 = get_group_id (1) * TILE, n0 = get_group_id (0) * TILE;
  float         acc[EACH_SIDE][EACH_SIDE];

  a += get_group_id (2) * (size_t) stride_a;
  b += get_group_id (2) * (size_t) stride_b;
  c += get_group_id (2) * (size_t) stride_c;
  for (int i = 0; i < EACH_SIDE; i++)
    for (int j = 0; j < EACH_SIDE; j++)
      acc[i][j] = 0.0f;

  for (int k0 = 0; k0 < k; k0 += TILE_K)
    {
      stage (a, lda, ta, k0, k, m0, m, tile_a, me);
      stage (b, ldb, !tb, k0, k, n0, n, tile_b, me);
      barrier (CLK_LOCAL_MEM_FENCE);
      for (int p = 0; p < TILE_K; p++)
        {
          float u[EACH_SIDE], v[EACH_SIDE];
#pragma unroll
          for (int i = 0; i < EACH_SIDE; i++)
            {
              u[i] = tile_a[p][y + i * SIDE];
              v[i] = tile_b[p][x + i * SIDE];
            }
#pragma unroll
          for (int i = 0; i < EACH_SIDE; i++)
#pragma unroll
            for (int j = 0; j < EACH_SIDE; j++)
              acc[i][j] = fma (u[i], v[j], acc[i][j]);
        }
      barrier (CLK_LOCAL_MEM_FENCE);
    }

  for (int i = 0; i < EACH_SIDE; i++)
    for (int j = 0; j < EACH_SIDE; j++)
      {
        int r = m0 + y + i * SIDE, s = n0 + x + j * SIDE;
        if (r < m && s < n)
          {
            size_t at = (size_t) r * ldc + s;
            c[at] = beta == 0.0f ? alpha * acc[i][j] : alpha * acc[i][j] + beta * c[at];
          }
      }
}

#endif
