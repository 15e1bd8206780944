/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See example-reading.h.
 */
#include "i18n.h"

#include "example-reading.h"

struct _FseExampleReading
{
  FseHost        *host;
  FseExample     *example;
  gint            side;
  FseHostReading *layers; /* while the host reads */
  gint            layer_of[2]; /* which of the host's two pictures is the before, the after; -1 = none */
  FseImage       *picture[2];  /* before, after */
  gint            width[2], height[2];
};

FseExampleReading *
fse_example_reading_begin (FseHost *host, const FseExample *example, gint side, GError **error)
{
  FseExampleReading *reading = g_new0 (FseExampleReading, 1);
  const FseSource   *before  = &example->before, *after = &example->after;
  gboolean           b       = ! before->file && before->layer >= 0;
  gboolean           a       = ! after->file && after->layer >= 0;

  reading->host        = host;
  reading->example     = fse_example_copy (example);
  reading->side        = side;
  reading->layer_of[0] = b ? 0 : -1;
  reading->layer_of[1] = a ? (b ? 1 : 0) : -1;
  if (b || a)
    {
      reading->layers = host->read_begin (host, b ? before->layer : after->layer, b && a ? after->layer : -1, side, error);
      if (! reading->layers)
        {
          fse_example_reading_free (reading);
          return NULL;
        }
      for (gint k = 0; k < 2; k++)
        if (reading->layer_of[k] >= 0)
          {
            reading->width[k]  = reading->layers->width[reading->layer_of[k]];
            reading->height[k] = reading->layers->height[reading->layer_of[k]];
          }
    }
  return reading;
}

gboolean
fse_example_reading_on (FseExampleReading *reading, gboolean *done, GError **error)
{
  FseImage *pictures[2] = { NULL, NULL };

  *done = TRUE;
  if (! reading->layers)
    return TRUE;
  if (! reading->host->read_on (reading->host, reading->layers, done, error))
    return FALSE;
  if (*done)
    {
      reading->host->read_end (reading->host, g_steal_pointer (&reading->layers), &pictures[0], &pictures[1]);
      for (gint k = 0; k < 2; k++)
        if (reading->layer_of[k] >= 0)
          reading->picture[k] = pictures[reading->layer_of[k]];
    }
  return TRUE;
}

static gboolean
load_file (FseExampleReading *reading, gint k, const gchar *file, GError **error)
{
  reading->picture[k] = fse_image_load (file, error);
  if (! reading->picture[k])
    return FALSE;
  reading->width[k]  = reading->picture[k]->width;
  reading->height[k] = reading->picture[k]->height;
  return TRUE;
}

static gboolean
reduce (FseImage **picture, gint side, GError **error)
{
  gint      shorter = *picture ? MIN ((*picture)->width, (*picture)->height) : 0;
  gdouble   scale   = (gdouble) side / MAX (shorter, 1);
  FseImage *reduced;

  if (shorter <= side)
    return TRUE;
  reduced = fse_image_scale (*picture, MAX ((gint) ((*picture)->width * scale + 0.5), 1),
                             MAX ((gint) ((*picture)->height * scale + 0.5), 1), error);
  if (! reduced)
    return FALSE;
  fse_image_unref (*picture);
  *picture = reduced;
  return TRUE;
}

gboolean
fse_example_reading_end (FseExampleReading *reading, FseImage **before, FseImage **after, GError **error)
{
  const FseExample *example = reading->example;

  if ((example->before.file && ! load_file (reading, 0, example->before.file, error))
      || (example->after.file && ! load_file (reading, 1, example->after.file, error))
      || ! reduce (&reading->picture[0], reading->side, error)
      || ! reduce (&reading->picture[1], reading->side, error))
    return FALSE;
  if (reading->picture[0] && reading->picture[1])
    return fse_mend_apply (&example->mend, reading->picture[0], reading->picture[1], before, after, error);
  *before = g_steal_pointer (&reading->picture[0]);
  *after  = g_steal_pointer (&reading->picture[1]);
  return TRUE;
}

void
fse_example_reading_sizes (FseExampleReading *reading, gint width[2], gint height[2])
{
  for (gint k = 0; k < 2; k++)
    {
      width[k]  = reading->width[k];
      height[k] = reading->height[k];
    }
}

void
fse_example_reading_free (FseExampleReading *reading)
{
  if (! reading)
    return;
  if (reading->layers)
    reading->host->read_end (reading->host, reading->layers, NULL, NULL);
  for (gint k = 0; k < 2; k++)
    g_clear_pointer (&reading->picture[k], fse_image_unref);
  fse_example_free (reading->example);
  g_free (reading);
}
