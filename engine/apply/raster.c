/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply/raster.h"

#include <string.h>

/* Row `row` of the rectangle. */
static gfloat *
row_of (const FseImage *image, const FseRectangle *rectangle, gint row)
{
  return image->rgba + ((gsize) (rectangle->y + row) * image->width + rectangle->x) * 4;
}

static gboolean
read_image (gpointer data, const FseRectangle *rectangle, gfloat *rgba, GError **error)
{
  FseRasterImages *images = data;
  gsize            floats = (gsize) rectangle->width * 4;

  for (gint row = 0; row < rectangle->height; row++)
    memcpy (rgba + row * floats, row_of (images->from, rectangle, row), floats * sizeof (gfloat));
  return TRUE;
}

static gboolean
write_image (gpointer data, const FseRectangle *rectangle, const gfloat *rgba, GError **error)
{
  FseRasterImages *images = data;
  gsize            floats = (gsize) rectangle->width * 4;

  for (gint row = 0; row < rectangle->height; row++)
    memcpy (row_of (images->to, rectangle, row), rgba + row * floats, floats * sizeof (gfloat));
  return TRUE;
}

FseRaster
fse_raster_of_images (FseRasterImages *images)
{
  return (FseRaster) { .width = images->from->width, .height = images->from->height, .has_alpha = images->from->has_alpha,
                       .read = read_image, .write = write_image, .data = images };
}

static gboolean
read_picture (gpointer data, const FseRectangle *rectangle, gfloat *rgba, GError **error)
{
  FseRasterPictures *pictures = data;

  fse_picture_read (pictures->from, rectangle->x, rectangle->y, rectangle->width, rectangle->height, rgba);
  return TRUE;
}

static gboolean
write_picture (gpointer data, const FseRectangle *rectangle, const gfloat *rgba, GError **error)
{
  FseRasterPictures *pictures = data;

  return fse_picture_write (pictures->to, pictures->from, rectangle->x, rectangle->y, rectangle->width, rectangle->height, rgba, error);
}

FseRaster
fse_raster_of_pictures (FseRasterPictures *pictures)
{
  return (FseRaster) { .width = fse_picture_width (pictures->from), .height = fse_picture_height (pictures->from),
                       .has_alpha = fse_picture_has_alpha (pictures->from),
                       .read = read_picture, .write = write_picture, .data = pictures };
}
