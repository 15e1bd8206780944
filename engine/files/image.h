/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture in main memory, and pictures on disk through GEGL, 8 and 16 bit.
 */
#ifndef FSE_IMAGE_H
#define FSE_IMAGE_H

#include "error.h"

G_BEGIN_DECLS

/* width x height pixels of R'G'B'A floats (sRGB curve, not premultiplied,
 * normally 0..1), rows from the top.  Reference counted; the pixels are not
 * changed once another thread can see them. */
typedef struct
{
  gint     width, height;
  gint     bits;      /* a channel, where it came from: 8, 16 or 32 (float); saving keeps it */
  gboolean has_alpha; /* FALSE: all alpha is 1, and it is saved without */
  gboolean gray;      /* came from a gray picture, and is saved as one */
  GBytes  *profile;   /* ICC, of the file that it came from, or NULL: saving converts the pixels to it and keeps it */
  gfloat  *rgba;
  gint     ref_count;
} FseImage;

/* All pixels 0.  NULL never: sizes are positive and fit in memory (g_try_malloc else error). */
FseImage *fse_image_new   (gint width, gint height, GError **error);
FseImage *fse_image_ref   (FseImage *image);
void      fse_image_unref (FseImage *image);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseImage, fse_image_unref)

/* Reads PNG, JPEG, WebP, TIFF ... whatever GEGL loads.  FSE_ERROR_BAD_IMAGE
 * tells what is wrong with the file (missing, not a picture, empty). */
FseImage *fse_image_load  (const gchar *path, GError **error);
/* Format by the name's ending; written under a temporary name and renamed.
 * JPEG gets transparency laid over white; a gray picture that an edit has
 * coloured is saved in colour. */
gboolean  fse_image_save  (const FseImage *image, const gchar *path, GError **error);
/* Depth, alpha, gray and profile of another picture. */
void      fse_image_take_kind (FseImage *image, const FseImage *from);
/* Whether the file's name is a picture's: it is not hidden, and ends as one. */
gboolean  fse_image_is_named (const gchar *file);
/* Whether the name's ending is one that can be saved. */
gboolean  fse_image_can_save (const gchar *path);

/* A copy of another size: area average when reducing, Catmull-Rom when
 * enlarging; colours are weighted by alpha. */
FseImage *fse_image_scale (const FseImage *image, gint width, gint height, GError **error);

G_END_DECLS

#endif
