/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the files of the picture reader: what a file's first bytes tell,
 * and its two libraries.
 */
#ifndef FSE_IMAGE_PRIVATE_H
#define FSE_IMAGE_PRIVATE_H

#include <babl/babl.h>

#include "files/image.h"

G_BEGIN_DECLS

typedef enum
{
  FSE_PICTURE_OTHER,
  FSE_PICTURE_PNG,
  FSE_PICTURE_JPEG,
  FSE_PICTURE_WEBP,
  FSE_PICTURE_TIFF,
  FSE_PICTURE_XCF
} FsePictureKind;

typedef struct
{
  FsePictureKind kind;
  gboolean       complete;    /* the file does not end before its picture does */
  gint           bits;        /* PNG, JPEG: a channel; else 0 */
  gboolean       gray;        /* PNG, JPEG */
  gboolean       profile;     /* PNG, TIFF: has a colour profile of its own */
  gint           orientation; /* 1..8 as in EXIF; JPEG only, else 1 */
} FsePictureFacts;

/* Looks at the file's structure only; believes no length it did not check. */
FsePictureFacts fse_picture_facts (const guint8 *bytes, gsize n);

/* GdkPixbuf: 8-bit PNG and JPEG and, where its loaders know them, others.  It
 * starts at once, where GEGL first loads all of its operations. */
FseImage *fse_pixbuf_load (const guint8 *bytes, gsize n, const FsePictureFacts *facts, GError **error);
/* The whole file as bytes; format is "png" (without a profile) or "jpeg". */
gboolean  fse_pixbuf_save (const FseImage *image, const gchar *format, GBytes **bytes, GError **error);

/* GEGL: everything else, in its full depth.  The message says what is wrong
 * but not with which file. */
FseImage *fse_gegl_load (const gchar *path, const FsePictureFacts *facts, GError **error);
gboolean  fse_gegl_save (const FseImage *image, FsePictureKind kind, const gchar *path, GError **error);

/* The profile as a babl space: that of an RGB picture, and one that babl can convert to;
 * else NULL. */
const Babl *fse_profile_space (GBytes *profile);

/* The pixels as a file holds them: 1 (gray), 2 (gray, alpha), 3 or 4 channels
 * of 8 or 16 bit; not-a-number becomes 0.  Free with g_free(). */
gpointer  fse_image_pack (const FseImage *image, gint channels, gint bits, GError **error);

G_END_DECLS

#endif
