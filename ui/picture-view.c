/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See picture-view.h.
 */
#include "picture-view.h"

#include <math.h>

#define FIT_MOST 4.0

static gdouble
fitting (const FsePictureView *view)
{
  return MIN (view->area_width / view->width, view->area_height / view->height);
}

gdouble
fse_picture_view_scale (const FsePictureView *view)
{
  return view->zoom > 0.0 ? view->zoom : MIN (fitting (view), FIT_MOST);
}

/* Centred where there is room, and never with room on one side alone. */
static gdouble
origin (gdouble area, gdouble size, gdouble scale, gdouble centre)
{
  gdouble length = size * scale;

  if (length <= area)
    return floor ((area - length) / 2.0);
  return round (CLAMP (area / 2.0 - centre * scale, area - length, 0.0));
}

void
fse_picture_view_origin (const FsePictureView *view, gdouble *x, gdouble *y)
{
  gdouble scale = fse_picture_view_scale (view);

  *x = origin (view->area_width, view->width, scale, view->centre_x);
  *y = origin (view->area_height, view->height, scale, view->centre_y);
}

static void
seen (gdouble area, gdouble size, gdouble scale, gdouble first, gint *from, gint *length)
{
  gint low  = (gint) CLAMP (floor (-first / scale), 0.0, size - 1.0);
  gint high = (gint) CLAMP (ceil ((area - first) / scale), low + 1.0, size);

  *from   = low;
  *length = high - low;
}

void
fse_picture_view_visible (const FsePictureView *view, gint *x, gint *y, gint *width, gint *height)
{
  gdouble scale = fse_picture_view_scale (view), left, top;

  fse_picture_view_origin (view, &left, &top);
  seen (view->area_width, view->width, scale, left, x, width);
  seen (view->area_height, view->height, scale, top, y, height);
}

gboolean
fse_picture_view_hides (const FsePictureView *view)
{
  return fse_picture_view_scale (view) > fitting (view) * (1.0 + 1e-9);
}

/* The centre follows from where the picture lies. */
static void
settle (FsePictureView *view, gdouble left, gdouble top)
{
  gdouble scale = fse_picture_view_scale (view), x, y;

  view->centre_x = (view->area_width / 2.0 - left) / scale;
  view->centre_y = (view->area_height / 2.0 - top) / scale;
  fse_picture_view_origin (view, &x, &y); /* not further than it goes */
  view->centre_x = (view->area_width / 2.0 - x) / scale;
  view->centre_y = (view->area_height / 2.0 - y) / scale;
}

void
fse_picture_view_zoom_at (FsePictureView *view, gdouble zoom, gdouble x, gdouble y)
{
  gdouble scale = fse_picture_view_scale (view), left, top, pixel_x, pixel_y, fit = MIN (fitting (view), FIT_MOST);

  fse_picture_view_origin (view, &left, &top);
  pixel_x    = (x - left) / scale;
  pixel_y    = (y - top) / scale;
  view->zoom = zoom < MIN (fit, 1.0) ? FSE_ZOOM_FIT : MIN (zoom, FSE_ZOOM_MOST);
  scale      = fse_picture_view_scale (view);
  settle (view, x - pixel_x * scale, y - pixel_y * scale);
}

void
fse_picture_view_pan (FsePictureView *view, gdouble dx, gdouble dy)
{
  gdouble left, top;

  fse_picture_view_origin (view, &left, &top);
  settle (view, left + dx, top + dy);
}
