/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply/lift.h"

#include "model/vae.h"

/* Pixels a launch. */
#define BAND_PIXELS (1 << 20)

static gboolean
lift_bands (FseDevice *device, const FseImage *picture, const FseImage *small, const FseChangeFields *fields,
            gdouble strength, FseBuffer whole, FseBuffer seen, FseBuffer band, gint band_rows, FseImage *result, GError **error)
{
  gsize    row = (gsize) picture->width * 4;
  gboolean moves = fields->flow != NULL;

  if (!fse_device_write (device, whole, picture->rgba, row * picture->height, error)
      || !fse_device_write (device, seen, small->rgba, (gsize) small->width * small->height * 4, error))
    return FALSE;

  for (gint first = 0; first < picture->height; first += band_rows)
    {
      gint     rows = MIN (band_rows, picture->height - first);
      FseRange range = fse_device_family (device) == FSE_FAMILY_GPU
                         ? fse_range_groups (picture->width, rows, 1, 16, 4, 1)
                         : fse_range_groups (picture->width, rows, 1, 64, 1, 1);

      if (!fse_launch (device, "change", "lift", range, error,
                       FSE_BUF (whole), FSE_BUF (seen),
                       FSE_BUF (moves ? fields->flow->data : fields->residual->data),
                       FSE_BUF (moves ? fields->grid->data : fields->residual->data),
                       FSE_BUF (fields->residual->data), FSE_BUF (band),
                       FSE_INT (picture->width), FSE_INT (picture->height), FSE_INT (small->width), FSE_INT (small->height),
                       FSE_INT (first), FSE_INT (rows),
                       FSE_INT (moves ? fields->grid->h : 1), FSE_INT (moves ? fields->grid->w : 1), FSE_INT (FSE_GRID_LEVELS),
                       FSE_INT (moves), FSE_FLOAT (strength), FSE_END)
          || !fse_device_read (device, band, result->rgba + first * row, rows * row, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
fse_lift (FseDevice *device, const FseImage *picture, const FseImage *small, const FseChangeFields *fields,
          gdouble strength, FseImage *result, GError **error)
{
  gint      band_rows = CLAMP (BAND_PIXELS / picture->width, 1, picture->height);
  gsize     row = (gsize) picture->width * 4;
  FseBuffer whole = { NULL }, seen = { NULL }, band = { NULL };
  gboolean  ok;

  ok = fse_device_alloc (device, row * picture->height, &whole, error)
       && fse_device_alloc (device, (gsize) small->width * small->height * 4, &seen, error)
       && fse_device_alloc (device, row * band_rows, &band, error)
       && lift_bands (device, picture, small, fields, strength, whole, seen, band, band_rows, result, error);
  if (whole.mem)
    fse_device_free (device, &whole);
  if (seen.mem)
    fse_device_free (device, &seen);
  if (band.mem)
    fse_device_free (device, &band);
  return ok;
}
