/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture as its file holds it: numbers of its own depth, in its own colour
 * space, of which rectangles are read and written as FseImage's floats.  So a large
 * one needs no more memory than its own numbers, and what an edit leaves alone
 * stays as it is to the bit.
 *
 * Typical use
 *   1. picture = fse_picture_load ("photo.jpg", &error);
 *   2. result = fse_picture_new_like (picture, "edited.png", &error);
 *   3. fse_picture_read (picture, ...);  fse_picture_write (result, picture, ...);  as often as needed
 *   4. fse_picture_save (result, "edited.png", "photo.jpg", &notice, &error);
 */
#ifndef FSE_PICTURE_H
#define FSE_PICTURE_H

#include "files/image.h"

G_BEGIN_DECLS

typedef struct _FsePicture FsePicture;

/* As fse_image_load(). */
FsePicture *fse_picture_load      (const gchar *path, GError **error);
/* An empty one of the same size that a file of this name can hold: with the other's depth, alpha, gray and
 * profile as far as that kind of file goes.  All numbers 0. */
FsePicture *fse_picture_new_like  (const FsePicture *picture, const gchar *path, GError **error);
void        fse_picture_free      (FsePicture *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FsePicture, fse_picture_free)

gint        fse_picture_width     (const FsePicture *picture);
gint        fse_picture_height    (const FsePicture *picture);
gboolean    fse_picture_has_alpha (const FsePicture *picture);

/* The rectangle from x, y, inside the picture, as R'G'B'A floats (see FseImage), rows without gaps.  Any thread, while
 * nobody writes to the same picture. */
void        fse_picture_read      (const FsePicture *picture, gint x, gint y, gint width, gint height, gfloat *rgba);
/* The reverse.  before: the picture of the same size that was edited, or NULL; pixels that differ from it by
 * nothing keep its numbers, and others change as far as they were edited, whatever a conversion loses on the way.  Not-a-number
 * becomes 0.  A gray picture that is given a colour becomes one of colours.  FSE_ERROR_OUT_OF_MEMORY. */
gboolean    fse_picture_write     (FsePicture *picture, const FsePicture *before, gint x, gint y, gint width, gint height,
                                   const gfloat *rgba, GError **error);
/* Under the name (or another of its kind) that the picture was made for: as fse_image_save(), and with the metadata (EXIF,
 * IPTC, XMP) of the file `origin` (or NULL), all that is still true of the result.  Where they cannot be kept the picture is saved
 * without, and *notice (owned by the caller; else NULL) says so. */
gboolean    fse_picture_save      (const FsePicture *picture, const gchar *path, const gchar *origin, gchar **notice,
                                   GError **error);

G_END_DECLS

#endif
