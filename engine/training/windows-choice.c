/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/windows-choice.h"

#include <math.h>

#include "model/net.h"
#include "training/dataset.h"

/* Ink drawings of photographs have 12 to 19, icons drawn anew 2, recolouring and warps 0.7 to 1.3, paintings 0.03 to 0.2. */
#define DRAWS_DETAIL 4.0
/* What takes the place of fine detail is coarser: a painting's strokes are seen best through this many, not through the most. */
#define WIPING_WINDOWS 2
/* Half a level of 8 bits: flat pictures have no structure to compare with. */
#define NOTHING ((0.5 / 255) * (0.5 / 255))

typedef struct
{
  gdouble fine, coarse; /* mean squares */
} Energy;

static gboolean
energy_of (const FseImage *image, const FsePair *pair, gint width, gint height, Energy *energy, GError **error)
{
  g_autoptr (FseImage) small = fse_image_scale (image, width, height, error);
  g_autoptr (FseImage) smooth = small ? fse_image_scale (small, image->width, image->height, error) : NULL;
  gdouble weights = 0, fine = 0, coarse = 0, mean[3] = { 0 };

  if (!smooth)
    return FALSE;
  for (gsize p = 0; p < (gsize) image->width * image->height * 4; p += 4)
    {
      gdouble weight = pair->before->rgba[p + 3] * pair->after->rgba[p + 3];

      for (gint c = 0; c < 3; c++)
        {
          gdouble left = smooth->rgba[p + c], lost = image->rgba[p + c] - left;

          if (!isfinite (lost))
            continue;
          fine += weight * lost * lost;
          coarse += weight * left * left;
          mean[c] += weight * left;
        }
      weights += weight;
    }
  if (weights > 0)
    {
      for (gint c = 0; c < 3; c++)
        coarse -= mean[c] * mean[c] / weights;
      energy->fine += fine / weights;
      energy->coarse += MAX (coarse, 0) / weights;
    }
  return TRUE;
}

gboolean
fse_windows_fineness (FsePairs *pairs, gint size, gdouble *fineness, GError **error)
{
  Energy before = { 0, 0 }, after = { 0, 0 };
  gdouble least = NOTHING * pairs->pairs->len;

  for (guint i = 0; i < pairs->pairs->len; i++)
    {
      const FsePair *pair = pairs->pairs->pdata[i];
      gint           width, height;

      fse_net_working_shape (size, pair->before->width, pair->before->height, &width, &height);
      if (!energy_of (pair->before, pair, width, height, &before, error)
          || !energy_of (pair->after, pair, width, height, &after, error))
        return FALSE;
    }
  *fineness = MAX (after.fine, least) / MAX (before.fine, least) * MAX (before.coarse, least) / MAX (after.coarse, least);
  return TRUE;
}

gboolean
fse_windows_choose (FsePairs *pairs, gint size, gint *windows, GError **error)
{
  const FseImage *typical = fse_dataset_typical (pairs);
  gint            width, height, room;
  gdouble         fineness = 0;

  fse_net_working_shape (size, typical->width, typical->height, &width, &height);
  room = CLAMP (MIN (typical->width / width, typical->height / height), 1, FSE_MOST_WINDOWS);
  if (*windows == FSE_WINDOWS_AUTO && room > 1)
    {
      if (!fse_windows_fineness (pairs, size, &fineness, error))
        return FALSE;
      g_debug ("fine detail grows %.2f times as much as coarse structure", fineness);
      *windows = fineness > DRAWS_DETAIL ? room : fineness < FSE_WIPES_DETAIL ? MIN (room, WIPING_WINDOWS) : 1;
    }
  *windows = CLAMP (*windows, 1, room);
  return TRUE;
}
