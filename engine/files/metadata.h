/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a picture file says beside its pixels: EXIF, IPTC and XMP, through gexiv2.
 *
 * Thread: any.
 */
#ifndef FSE_METADATA_H
#define FSE_METADATA_H

#include "error.h"

G_BEGIN_DECLS

/* Puts the metadata of the picture file `from` into the picture file `to`, which has width x height
 * pixels and is upright: what spoke of the old pixels (orientation, size, thumbnail, how they lay in
 * the file) is corrected or left out.  A sentence where that cannot be done, and `to` is as it was; else
 * NULL, also where there is nothing to keep. */
gchar *fse_metadata_copy (const gchar *from, const gchar *to, gint width, gint height);

G_END_DECLS

#endif
