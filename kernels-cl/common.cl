/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prepended to every program.  Two families share each file:
 *   FSE_CPU  one work-item a work-group, explicit vectors of VW floats;
 *   FSE_GPU  work-groups, local memory.
 *
 * A buffer travels as (memory, number of its first float): IN and OUT declare
 * the two arguments, OPEN_IN and OPEN_OUT make the pointer.  Buffers start at
 * multiples of 64 floats and are padded to that, so whole vectors may be read
 * and written past a tensor's last element, never past its padding.  Tensors of
 * a tape may moreover be read for 64 floats past their end.
 */
#define IN(x) __global const float *x##_mem, const ulong x##_at
#define OUT(x) __global float *x##_mem, const ulong x##_at
#define OPEN_IN(x) __global const float *x = x##_mem + x##_at
#define OPEN_OUT(x) __global float *x = x##_mem + x##_at

/* Before a loop that runs seldom or over few numbers: the compiler shall not
 * unroll and vectorise it, which would buy nothing and cost a user's first start. */
#ifdef __clang__
#define ROLLED _Pragma ("clang loop unroll(disable) vectorize(disable)")
#else
#define ROLLED
#endif

#ifdef FSE_CPU
#define SINGLE __attribute__ ((reqd_work_group_size (1, 1, 1)))
#if VW == 16
typedef float16 VF;
typedef int16 VI;
#define VLOAD(p) vload16 (0, p)
#define AS_VF as_float16
#define AS_VI as_int16
#define CONVERT_VI convert_int16
#else
typedef float8 VF;
typedef int8 VI;
#define VLOAD(p) vload8 (0, p)
#define AS_VF as_float8
#define AS_VI as_int8
#define CONVERT_VI convert_int8
#endif
/* Convolutions take their outputs in blocks of two vectors, halves of a vector at the
 * end of the last block; a register tile is that times PX pixels (or, for the gradient
 * of weights, channels): as many as leave the sums in registers (32 with 16 floats, 16 with 8). */
#if VW == 16
#define PX 8
typedef float8 HF;
#define HLOAD(p) vload8 (0, p)
#else
#define PX 6
typedef float4 HF;
#define HLOAD(p) vload4 (0, p)
#endif
#define HW (VW / 2)
#define WIDTH (2 * VW)
#define INLINE static inline __attribute__ ((always_inline))
/* What a kernel calls but seldom: PoCL compiles a kernel's own code three times, and a function that is not inlined once. */
#define OUTLINE static __attribute__ ((noinline))

/* Vectors at any float's place.  PoCL's own vstoren () writes 16 bytes at a time.  What its vloadn () reads (VLOAD) is
 * computed with so, too, where two of them meet, which VREAD avoids; but the sums of convolutions stay in
 * registers with VLOAD alone. */
typedef VF VF_ANYWHERE __attribute__ ((aligned (4)));
typedef HF HF_ANYWHERE __attribute__ ((aligned (4)));
#define DEFINE_STORE(TYPE, SPACE)                      \
  INLINE __attribute__ ((overloadable)) void           \
  fse_store (const TYPE v, SPACE float *p)             \
  {                                                    \
    *(SPACE TYPE##_ANYWHERE *) p = v;                  \
  }
DEFINE_STORE (VF, __global)
DEFINE_STORE (VF, __private)
DEFINE_STORE (HF, __global)
DEFINE_STORE (HF, __private)
#define VSTORE(v, p) fse_store (v, p)
#define HSTORE(v, p) fse_store (v, p)
#define VREAD(p) (*(__global const VF_ANYWHERE *) (p))

/* for each vector of n floats that is this work-item's: 1024 floats each */
#define EACH(i, n)                                                            \
  for (size_t i = get_global_id (0) * 1024,                                   \
              i##_end = min ((size_t) (n), (size_t) (get_global_id (0) + 1) * 1024); \
       i < i##_end; i += VW)
/* for each x of a row of w, of which the cpu family has a work-item for the whole */
#define EACH_X(x, w) for (int x = 0; x < (w); x++)
#else
#define SINGLE
#define VW 4
typedef float4 VF;
typedef int4 VI;
#define VLOAD(p) vload4 (0, p)
#define VREAD(p) VLOAD (p)
#define VSTORE(v, p) vstore4 (v, 0, p)
#define AS_VF as_float4
#define AS_VI as_int4
#define CONVERT_VI convert_int4
#define EACH(i, n)                                                            \
  for (size_t i = get_global_id (0) * 4; i < (n); i += get_global_size (0) * 4)

/* Convolutions are implicit matrix products: TM rows x TN columns a work-group, TK deep, staged
 * in local memory in fours along rows and columns; each work-item owns RM x RN outputs, in fours that
 * lie LM or LN fours apart.  The sizes come with the program's name (engine/operators/conv-tile.h). */
#ifdef TM
#define LM (TM / RM)
#define LN (TN / RN)
#define ITEMS (LM * LN)
#define TILE_GROUP __attribute__ ((reqd_work_group_size (ITEMS, 1, 1)))

/* acc += a b for one stage, whose lines are of one depth; tm and tn are the first of the work-item's fours of rows and
 * of columns. */
static inline void
fse_tile_product (__local const float4 (*a)[TM / 4 + 1], __local const float4 (*b)[TN / 4 + 1], const int tm,
                  const int tn, float4 acc[RM][RN / 4])
{
  /* not all of TK: some drivers lose their way in so long a body */
#pragma unroll 4
  for (int s = 0; s < TK; s++)
    {
      float4 rb[RN / 4];
#pragma unroll
      for (int j = 0; j < RN / 4; j++)
        rb[j] = b[s][tn + LN * j];
#pragma unroll
      for (int i = 0; i < RM / 4; i++)
        {
          const float4 ra = a[s][tm + LM * i];
#pragma unroll
          for (int j = 0; j < RN / 4; j++)
            {
              acc[4 * i][j] = fma ((float4) ra.x, rb[j], acc[4 * i][j]);
              acc[4 * i + 1][j] = fma ((float4) ra.y, rb[j], acc[4 * i + 1][j]);
              acc[4 * i + 2][j] = fma ((float4) ra.z, rb[j], acc[4 * i + 2][j]);
              acc[4 * i + 3][j] = fma ((float4) ra.w, rb[j], acc[4 * i + 3][j]);
            }
        }
    }
}

/* The same where a's lines are of one row each, of which the work-item has those LM apart. */
static inline void
fse_tile_product_rows (__local const float4 (*a)[TK / 4 + 1], __local const float4 (*b)[TN / 4 + 1], const int tm,
                       const int tn, float4 acc[RM][RN / 4])
{
#define ADD_DEPTH(e, part)                                       \
  {                                                              \
    _Pragma ("unroll") for (int j = 0; j < RN / 4; j++)          \
    {                                                            \
      const float4 rb = b[4 * s + e][tn + LN * j];               \
      _Pragma ("unroll") for (int i = 0; i < RM; i++)            \
        acc[i][j] = fma ((float4) ra[i].part, rb, acc[i][j]);    \
    }                                                            \
  }
#pragma unroll 1
  for (int s = 0; s < TK / 4; s++)
    {
      float4 ra[RM];
#pragma unroll
      for (int i = 0; i < RM; i++)
        ra[i] = a[tm + LM * i][s];
      ADD_DEPTH (0, x)
      ADD_DEPTH (1, y)
      ADD_DEPTH (2, z)
      ADD_DEPTH (3, w)
    }
#undef ADD_DEPTH
}

/* Four floats of which `left` are there, zeros beyond; `fours`: there are all or none, at a multiple of 16 bytes. */
static inline float4
fse_get_four (__global const float *p, const int left, const bool fours)
{
  float4 v = 0.0f;

  if (left <= 0)
    return v;
  if (fours)
    return *(__global const float4 *) p;
  v.x = p[0];
  if (left > 1)
    v.y = p[1];
  if (left > 2)
    v.z = p[2];
  if (left > 3)
    v.w = p[3];
  return v;
}

/* Four numbers that follow one another in depth, of one column, from a line of `fours` fours on. */
static inline void
fse_put_down (__local float4 *line, const int fours, const int column, const float4 v)
{
  __local float *p = (__local float *) line + column;

  p[0] = v.x;
  p[4 * fours] = v.y;
  p[8 * fours] = v.z;
  p[12 * fours] = v.w;
}

static inline void
fse_put_four (const float4 v, __global float *p, const int left, const bool fours)
{
  if (left <= 0)
    return;
  if (fours)
    {
      *(__global float4 *) p = v;
      return;
    }
  p[0] = v.x;
  if (left > 1)
    p[1] = v.y;
  if (left > 2)
    p[2] = v.z;
  if (left > 3)
    p[3] = v.w;
}
#endif
#define EACH_X(x, w)                \
  const int x = get_global_id (0);  \
  if (x < (w))
#endif

/* e^x, accurate to about 2 ulp for |x| < 87, 0 and +large beyond: a polynomial,
 * because the library's is not vectorised and differs between drivers. */
static inline VF
fse_exp (VF x)
{
  x = clamp (x, (VF) -87.0f, (VF) 88.0f);
  /* rounds to the nearest whole number by adding 1.5 * 2^23: rint () is not vectorised everywhere */
  VF k = fma (x, (VF) 1.44269504f, (VF) 12582912.0f) - 12582912.0f;
  VF r = fma (k, (VF) -0.693359375f, x);
  r = fma (k, (VF) 2.12194440e-4f, r);
  VF p = (VF) 1.9875691500e-4f;
  p = fma (p, r, (VF) 1.3981999507e-3f);
  p = fma (p, r, (VF) 8.3334519073e-3f);
  p = fma (p, r, (VF) 4.1665795894e-2f);
  p = fma (p, r, (VF) 1.6666665459e-1f);
  p = fma (p, r, (VF) 5.0000001201e-1f);
  p = fma (p, r * r, r) + 1.0f;
  return p * AS_VF ((CONVERT_VI (k) + 127) << 23);
}

static inline VF
fse_sigmoid (VF x)
{
  return 1.0f / (1.0f + fse_exp (-x));
}

/* Part of a vector, where fewer than VW floats are left: zeros beyond, and
 * nothing written beyond.  Gradients of weights need the latter, because the
 * global norm reads the padding too.  On the cpu family the parts that models have
 * (8 channels, colours, flows) do without the way through memory. */
#ifdef FSE_CPU
OUTLINE VF
fse_get_part (__global const float *p, int left)
{
  VF    v = 0.0f;
  float part[VW];
#if VW > 8
  if (left == 8)
    {
      v.lo = vload8 (0, p);
      return v;
    }
#endif
  VSTORE (v, part);
  ROLLED for (int k = 0; k < left; k++)
    part[k] = p[k];
  return VLOAD (part);
}

OUTLINE void
fse_put_part (VF v, __global float *p, int left)
{
  float part[VW];
#if VW > 8
  if (left == 8)
    {
      HSTORE (v.lo, p);
      return;
    }
#endif
  VSTORE (v, part);
  ROLLED for (int k = 0; k < left; k++)
    p[k] = part[k];
}

static inline VF
fse_get (__global const float *p, long left)
{
  VF v = 0.0f;

  if (left >= VW)
    return VLOAD (p);
  if (left == 3)
    v.s012 = vload3 (0, p);
  else if (left == 2)
    v.s01 = vload2 (0, p);
  else
    v = fse_get_part (p, (int) max (left, 0L));
  return v;
}

static inline void
fse_put (VF v, __global float *p, long left)
{
  if (left >= VW)
    VSTORE (v, p);
  else if (left == 3)
    vstore3 (v.s012, 0, p);
  else if (left == 2)
    vstore2 (v.s01, 0, p);
  else
    fse_put_part (v, p, (int) max (left, 0L));
}
#else
/* min (left, VW) of a number that may be beyond an int, with no comparison of longs: Mesa 22.3 takes 3 for more than 3 there. */
static inline int
fse_count (long left)
{
  return (int) (left >> 31) > 0 ? VW : min ((int) left, VW);
}

static inline VF
fse_get (__global const float *p, long left)
{
  const int count = fse_count (left);
  VF        v = 0.0f;

  if (count == VW)
    return VLOAD (p);
  if (count > 0)
    v.x = p[0];
  if (count > 1)
    v.y = p[1];
  if (count > 2)
    v.z = p[2];
  return v;
}

static inline void
fse_put (VF v, __global float *p, long left)
{
  const int count = fse_count (left);

  if (count == VW)
    {
      VSTORE (v, p);
      return;
    }
  if (count > 0)
    p[0] = v.x;
  if (count > 1)
    p[1] = v.y;
  if (count > 2)
    p[2] = v.z;
}
#endif

/* The same, adding to what is there where `add`. */
static inline void
fse_put_or_add (VF v, __global float *p, long left, int add)
{
  if (add)
    v += fse_get (p, left);
  fse_put (v, p, left);
}

static inline float
fse_lanes_sum (VF v)
{
  float part[VW], sum = 0.0f;
  VSTORE (v, part);
  for (int k = 0; k < VW; k++)
    sum += part[k];
  return sum;
}

/* The change that a colour table (engine/model/colour-table.h) holds for a colour, read trilinearly. */
#define TABLE_SIDE 17

static inline float3
fse_table_change (__global const float *table, float3 colour)
{
  /* fmax and fmin rather than clamp(): what is not a number must not become an address */
  const float3 place = fmin (fmax (colour, 0.0f), 1.0f) * (TABLE_SIDE - 1.0f);
  const int3   low = min (convert_int3 (place), TABLE_SIDE - 2);
  const float3 part = place - convert_float3 (low);
  float3       change = 0.0f;

  for (int n = 0; n < 8; n++)
    {
      const int   r = n & 1, g = n >> 1 & 1, b = n >> 2;
      const float weight = (r ? part.x : 1.0f - part.x) * (g ? part.y : 1.0f - part.y) * (b ? part.z : 1.0f - part.z);

      change += weight * vload3 (((low.x + r) * TABLE_SIDE + low.y + g) * TABLE_SIDE + low.z + b, table);
    }
  return change;
}
