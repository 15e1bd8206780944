/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply/texture.h"

#include <math.h>
#include <string.h>

#include "model/net.h"
#include "model/vae.h"

/* Pairs looked at. */
#define PAIRS 3
/* Side of a field, in the model's pixels. */
#define FIELD 8
/* Mean square of what changes, below which there is nothing to measure: a hundredth of a level of 8 bits. */
#define NOTHING ((0.01 / 255) * (0.01 / 255))

/* Of a warp that is a pixel off, the losses ask for blur, which an eye does not: where less than this is borne out, the texture was
 * learnt from that. */
#define BORNE_OUT 0.15

typedef struct
{
  FseImage *bands[FSE_BANDS]; /* a pixel a field */
} Amplitudes;

static void
amplitudes_clear (Amplitudes *amplitudes)
{
  for (gint k = 0; k < FSE_BANDS; k++)
    g_clear_pointer (&amplitudes->bands[k], fse_image_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Amplitudes, amplitudes_clear)

/* What is left of a picture of width x height pixels once it was seen in that many. */
static FseImage *
smoothed (const FseImage *picture, gint width, gint height, GError **error)
{
  g_autoptr (FseImage) small = fse_image_scale (picture, MAX (width, 1), MAX (height, 1), error);

  return small ? fse_image_scale (small, picture->width, picture->height, error) : NULL;
}

/* |a - b|, weighted by both alphas of the pair, in the mean of each field. */
static FseImage *
amplitude (const FseImage *a, const FseImage *b, const FsePair *pair, gint width, gint height, GError **error)
{
  g_autoptr (FseImage) band = fse_image_new (a->width, a->height, error);

  if (!band)
    return NULL;
  for (gsize p = 0; p < (gsize) a->width * a->height * 4; p += 4)
    {
      gfloat weight = pair->before->rgba[p + 3] * pair->after->rgba[p + 3];

      for (gsize i = p; i < p + 3; i++)
        band->rgba[i] = weight * fabsf (a->rgba[i] - b->rgba[i]);
      band->rgba[p + 3] = 1;
    }
  return fse_image_scale (band, MAX (width / FIELD, 1), MAX (height / FIELD, 1), error);
}

static gboolean
find_amplitudes (const FseImage *picture, const FsePair *pair, const FseSettings *settings, Amplitudes *amplitudes, GError **error)
{
  g_autoptr (FseImage) finer = NULL;
  gint                 width, height;

  fse_net_picture_shape (settings, picture->width, picture->height, &width, &height);
  for (gint k = 0; k < FSE_BANDS; k++)
    {
      g_autoptr (FseImage) coarser = smoothed (picture, width >> (k + 1), height >> (k + 1), error);

      if (!coarser || !(amplitudes->bands[k] = amplitude (finer ? finer : picture, coarser, pair, width, height, error)))
        return FALSE;
      g_clear_pointer (&finer, fse_image_unref);
      finer = g_steal_pointer (&coarser);
    }
  return TRUE;
}

/* The amplitudes of the result, without the model's texture where `plain`. */
static gboolean
find_result (FseEditor *editor, const FsePair *pair, const FseSettings *settings, gboolean plain, Amplitudes *amplitudes, GError **error)
{
  FseApplySettings     apply;
  g_autoptr (FseImage) result = NULL;

  fse_apply_settings_default (&apply);
  apply.detail = 1;
  apply.plain = plain;
  result = fse_editor_apply (editor, pair->before, &apply, NULL, NULL, error);
  return result && find_amplitudes (result, pair, settings, amplitudes, error);
}

/* Adds a pair's part to the sums of least squares; n counts numbers. */
static gboolean
add_pair (FseEditor *editor, const FsePair *pair, const FseSettings *settings, gdouble *product, gdouble *square, gdouble *n, GError **error)
{
  g_auto (Amplitudes) with = { { NULL } }, without = { { NULL } }, wanted = { { NULL } };

  if (!find_result (editor, pair, settings, FALSE, &with, error) || !find_result (editor, pair, settings, TRUE, &without, error)
      || !find_amplitudes (pair->after, pair, settings, &wanted, error))
    return FALSE;
  for (gint k = 0; k < FSE_BANDS; k++)
    for (gsize p = 0; p < (gsize) with.bands[k]->width * with.bands[k]->height * 4; p++)
      if (p % 4 < 3)
        {
          gdouble from = without.bands[k]->rgba[p], done = with.bands[k]->rgba[p] - from;

          *product += done * (wanted.bands[k]->rgba[p] - from);
          *square += done * done;
          *n += 1;
        }
  return TRUE;
}

gboolean
fse_texture_measure (FseEditor *editor, FsePairs *pairs, const FseSettings *settings, gdouble *share, GError **error)
{
  gdouble product = 0, square = 0, n = 0;

  *share = 1;
  for (guint i = pairs->pairs->len, last = i > PAIRS ? i - PAIRS : 0; i > last; i--)
    if (!add_pair (editor, pairs->pairs->pdata[i - 1], settings, &product, &square, &n, error))
      return FALSE;
  if (square > n * NOTHING)
    *share = product / square;
  return TRUE;
}

gboolean
fse_texture_is_unfounded (const gchar *model_path, const gchar *device, FsePairs *pairs, const FseSettings *settings)
{
  g_autoptr (GError)    problem = NULL;
  g_autoptr (FseEditor) editor = NULL;
  gdouble               share;

  if (!settings->texture || !settings->explicit_change)
    return FALSE;
  editor = fse_editor_open (model_path, device, &problem);
  if (!editor || !fse_texture_measure (editor, pairs, settings, &share, &problem))
    {
      g_info ("The texture could not be measured: %s", problem->message);
      return FALSE;
    }
  g_debug ("the pairs bear out %.3f of the texture", share);
  return share < BORNE_OUT;
}

void
fse_texture_take_out (FseWeights *weights, gfloat *values)
{
  for (guint i = 0; i < fse_weights_n (weights); i++)
    {
      gsize      at;
      FseTensor *weight = fse_weights_nth (weights, i, &at);

      if (g_str_has_prefix (fse_weights_name (weights, i), FSE_VAE_GAIN "/"))
        memset (values + at, 0, fse_tensor_floats (weight) * sizeof (gfloat));
    }
}
