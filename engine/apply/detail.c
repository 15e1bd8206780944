/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply/detail.h"

#include "model/net.h"

/* Pairs looked at: a second or two on a processor. */
#define PAIRS 3
/* By how much a pair's side must exceed what the model sees of it. */
#define LARGER 1.25
/* Mean square of the detail, below which there is none to measure: half a level of 8 bits. */
#define NOTHING ((0.5 / 255) * (0.5 / 255))
/* A warp that is a pixel off makes least squares ask for blur, which an eye does not: detail counts
 * as wiped away only where most of it has to go. */
#define WIPED 0.5

/* Adds a pair's part to the sums of least squares; n counts numbers. */
static gboolean
add_pair (FseEditor *editor, const FsePair *pair, gdouble *product, gdouble *square, gdouble *n, GError **error)
{
  FseApplySettings     settings;
  g_autoptr (FseImage) own = NULL, wiped = NULL;

  fse_apply_settings_default (&settings);
  settings.detail = 1;
  own = fse_editor_apply (editor, pair->before, &settings, NULL, NULL, error);
  if (!own)
    return FALSE;
  settings.detail = 0;
  wiped = fse_editor_apply (editor, pair->before, &settings, NULL, NULL, error);
  if (!wiped)
    return FALSE;
  for (gsize p = 0; p < (gsize) own->width * own->height * 4; p += 4)
    {
      gdouble weight = pair->before->rgba[p + 3] * pair->after->rgba[p + 3];

      for (gsize i = p; i < p + 3; i++)
        {
          gdouble fine = own->rgba[i] - wiped->rgba[i];

          *product += weight * fine * (pair->after->rgba[i] - wiped->rgba[i]);
          *square += weight * fine * fine;
        }
      *n += 3 * weight;
    }
  return TRUE;
}

static gboolean
is_larger (const FsePair *pair, const FseSettings *settings)
{
  gint width, height;

  fse_net_picture_shape (settings, pair->before->width, pair->before->height, &width, &height);
  return pair->before->width >= LARGER * width && pair->before->height >= LARGER * height;
}

gboolean
fse_detail_measurable (FsePairs *pairs, const FseSettings *settings)
{
  for (guint i = 0; i < pairs->pairs->len; i++)
    if (is_larger (pairs->pairs->pdata[i], settings))
      return TRUE;
  return FALSE;
}

gboolean
fse_detail_measure (FseEditor *editor, FsePairs *pairs, const FseSettings *settings, gdouble *detail, GError **error)
{
  gdouble product = 0, square = 0, n = 0;
  guint   looked_at = 0;

  *detail = 1;
  for (guint i = pairs->pairs->len; i > 0 && looked_at < PAIRS; i--)
    {
      const FsePair *pair = pairs->pairs->pdata[i - 1];

      if (!is_larger (pair, settings))
        continue;
      if (!add_pair (editor, pair, &product, &square, &n, error))
        return FALSE;
      looked_at++;
    }
  if (square > n * NOTHING && product < WIPED * square)
    *detail = MAX (product / square, 0);
  return TRUE;
}
