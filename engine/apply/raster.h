/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture that is read and written by rectangles, wherever its pixels are:
 * so that a large one need not be in memory as floats.
 *
 * Thread: both functions are called in the editor's thread; a host whose pixels
 * belong to another thread hands the call over and waits.
 */
#ifndef FSE_RASTER_H
#define FSE_RASTER_H

#include "files/picture.h"

G_BEGIN_DECLS

/* Pixels, from the top left. */
typedef struct
{
  gint x, y, width, height;
} FseRectangle;

/* Pixels are R'G'B'A floats as in FseImage, rows from the top, without gaps; values
 * below 0 and above 1 are allowed. */
typedef struct
{
  gint     width, height;
  gboolean has_alpha; /* FALSE: all alpha is 1 */
  /* What fse_editor_see() gave for this picture, at this or another scale, so that it need not be
   * read as a whole again; borrowed.  NULL: it is read. */
  FseImage *seen;

  /* Fills `rgba` with a rectangle that lies inside the picture: always the picture
   * before the edit, also where `write` has been. */
  gboolean (*read)  (gpointer data, const FseRectangle *rectangle, gfloat *rgba, GError **error);
  /* Takes a rectangle of the result.  Each pixel of the region asked for comes
   * once, in no promised order. */
  gboolean (*write) (gpointer data, const FseRectangle *rectangle, const gfloat *rgba, GError **error);
  gpointer data;
} FseRaster;

/* Reads `from`, writes `to` (of the same size).  Borrows both, and `images`, where they are kept. */
typedef struct
{
  const FseImage *from;
  FseImage       *to;
} FseRasterImages;

FseRaster fse_raster_of_images (FseRasterImages *images);

/* The same of pictures in their own depth; what is not edited keeps its numbers. */
typedef struct
{
  const FsePicture *from;
  FsePicture       *to;
} FseRasterPictures;

FseRaster fse_raster_of_pictures (FseRasterPictures *pictures);

G_END_DECLS

#endif
