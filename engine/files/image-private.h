/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the files of the picture reader: the numbers of a picture, what a file's
 * first bytes tell, and the two libraries.
 */
#ifndef FSE_IMAGE_PRIVATE_H
#define FSE_IMAGE_PRIVATE_H

#include <babl/babl.h>

#include "files/picture.h"

G_BEGIN_DECLS

struct _FsePicture
{
  gint        width, height;
  gint        bits;        /* a channel: 8, 16, or 32 for floats */
  gboolean    gray, alpha;
  gboolean    linear;      /* the numbers are light, not R'G'B' */
  gint        channels;    /* 1 to 4: gray or R, G, B, and alpha */
  gsize       step;        /* bytes a pixel */
  GBytes     *profile;     /* the file's, or NULL */
  const Babl *space;       /* the profile's; NULL: that of the training, or one that babl cannot convert to */
  guint8     *numbers;     /* rows from the top, without gaps */
};

/* All numbers 0. */
FsePicture *fse_picture_new          (gint width, gint height, gint bits, gboolean gray, gboolean alpha, GError **error);
/* Says in which profile (or NULL) the numbers are; one of another kind of picture is none. */
void        fse_picture_take_profile (FsePicture *picture, GBytes *profile);

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
  gsize          icc, icc_n;  /* PNG, WebP: where that lies in the file, and its length; 0 = there is none */
  gint           orientation; /* 1..8 as in EXIF; JPEG only, else 1 */
} FsePictureFacts;

/* Looks at the file's structure only; believes no length it did not check. */
FsePictureFacts fse_picture_facts (const guint8 *bytes, gsize n);

/* GdkPixbuf: 8-bit PNG and JPEG and, where its loaders know them, others.  It
 * starts at once, where GEGL first loads all of its operations. */
FsePicture *fse_pixbuf_load (const guint8 *bytes, gsize n, const FsePictureFacts *facts, GError **error);
/* Takes the file's bytes as they come. */
typedef gboolean (*FsePictureSink) (gconstpointer bytes, gsize n, gpointer data, GError **error);
/* An 8-bit picture of colours; format is "png" (without a profile) or "jpeg" (without alpha). */
gboolean    fse_pixbuf_save (const FsePicture *picture, const gchar *format, FsePictureSink sink, gpointer data, GError **error);

/* GEGL: everything else, in its full depth.  The message says what is wrong
 * but not with which file. */
FsePicture *fse_gegl_load   (const gchar *path, const FsePictureFacts *facts, GBytes *profile, GError **error);
gboolean    fse_gegl_save   (const FsePicture *picture, FsePictureKind kind, const gchar *path, GError **error);

/* The profile that an iCCP chunk with this content holds, or NULL; and the whole chunk for a profile. */
GBytes     *fse_png_profile_unpack (const guint8 *chunk, gsize n);
GByteArray *fse_png_profile_chunk  (GBytes *profile);

G_END_DECLS

#endif
