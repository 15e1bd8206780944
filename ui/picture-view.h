/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which part of a picture an area shows, how large: the arithmetic of zooming
 * and panning.  Plain numbers; no widget.
 *
 * Areas are in dots of the screen, pictures in pixels of their own.
 */
#ifndef FSE_PICTURE_VIEW_H
#define FSE_PICTURE_VIEW_H

#include <glib.h>

G_BEGIN_DECLS

#define FSE_ZOOM_FIT 0.0 /* all of it, at most four times enlarged */
#define FSE_ZOOM_MOST 16.0

typedef struct
{
  gdouble area_width, area_height; /* > 0 */
  gdouble width, height;           /* of the picture, > 0 */
  gdouble zoom;                    /* dots a pixel, or FSE_ZOOM_FIT */
  gdouble centre_x, centre_y;      /* the pixel in the middle of the area; nothing where it fits */
} FsePictureView;

/* Dots a pixel, now. */
gdouble  fse_picture_view_scale   (const FsePictureView *view);
/* Where the picture's first pixel lies in the area. */
void     fse_picture_view_origin  (const FsePictureView *view, gdouble *x, gdouble *y);
/* The pixels that are seen, whole ones, within the picture. */
void     fse_picture_view_visible (const FsePictureView *view, gint *x, gint *y, gint *width, gint *height);
/* Whether some are not. */
gboolean fse_picture_view_hides   (const FsePictureView *view);

/* The pixel under the point (x, y) of the area stays there.  A zoom that shows all becomes
 * FSE_ZOOM_FIT where it was to be smaller than that. */
void     fse_picture_view_zoom_at (FsePictureView *view, gdouble zoom, gdouble x, gdouble y);
/* The picture moves by so many dots, as far as it goes. */
void     fse_picture_view_pan     (FsePictureView *view, gdouble dx, gdouble dy);

G_END_DECLS

#endif
