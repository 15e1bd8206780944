/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operators/philox.h"

#include <math.h>

void
fse_philox4x32 (const guint32 counter[4], const guint32 key[2], guint32 out[4])
{
  guint32 c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  guint32 k0 = key[0], k1 = key[1];

  for (gint round = 0; round < 10; round++)
    {
      guint64 p0 = (guint64) 0xD2511F53u * c0;
      guint64 p1 = (guint64) 0xCD9E8D57u * c2;

      c0 = (guint32) (p1 >> 32) ^ c1 ^ k0;
      c1 = (guint32) p1;
      c2 = (guint32) (p0 >> 32) ^ c3 ^ k1;
      c3 = (guint32) p0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

static void
words (guint64 seed, guint32 step, guint32 stream, guint64 element, guint32 out[4])
{
  guint64       block = element / 4;
  const guint32 counter[4] = { (guint32) block, step, stream, (guint32) (block >> 32) };
  const guint32 key[2] = { (guint32) seed, (guint32) (seed >> 32) };

  fse_philox4x32 (counter, key, out);
}

gfloat
fse_philox_uniform (guint64 seed, guint32 step, guint32 stream, guint64 element)
{
  guint32 out[4];

  words (seed, step, stream, element, out);
  return (out[element % 4] >> 8) * 0x1p-24f;
}

gfloat
fse_philox_normal (guint64 seed, guint32 step, guint32 stream, guint64 element)
{
  guint32 out[4];
  guint   pair = element % 4 / 2 * 2;
  gdouble u1, u2, r;

  words (seed, step, stream, element, out);
  u1 = (out[pair] + 1.0) * 0x1p-32;
  u2 = out[pair + 1] * 0x1p-32;
  r = sqrt (-2.0 * log (u1));
  return element % 2 ? r * sin (2 * G_PI * u2) : r * cos (2 * G_PI * u2);
}
