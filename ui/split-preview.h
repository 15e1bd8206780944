/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture before and after, on the two sides of a line that the user moves;
 * and beyond a second line, where it is known, what the after should be.
 */
#ifndef FSE_SPLIT_PREVIEW_H
#define FSE_SPLIT_PREVIEW_H

#include <gtk/gtk.h>

#include "files/image.h"

G_BEGIN_DECLS

#define FSE_TYPE_SPLIT_PREVIEW (fse_split_preview_get_type ())
G_DECLARE_FINAL_TYPE (FseSplitPreview, fse_split_preview, FSE, SPLIT_PREVIEW, GtkDrawingArea)

GtkWidget *fse_split_preview_new        (void);
/* Pictures in sRGB, of one size; copied.  NULL after: the before alone. */
void       fse_split_preview_set_before (FseSplitPreview *preview, const FseImage *picture);
void       fse_split_preview_set_after  (FseSplitPreview *preview, const FseImage *picture);
gboolean   fse_split_preview_has_after  (FseSplitPreview *preview);
/* NULL: not known. */
void       fse_split_preview_set_truth  (FseSplitPreview *preview, const FseImage *picture);
gboolean   fse_split_preview_has_truth  (FseSplitPreview *preview);
/* Of the line after the before: 0 = nothing of it, 1 = all of it. */
void       fse_split_preview_set_split  (FseSplitPreview *preview, gdouble split);

G_END_DECLS

#endif
