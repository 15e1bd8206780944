/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture before and after, on the two sides of a line that the user moves,
 * and beyond a second line, where it is known, what the after should be.  It
 * can be zoomed and moved about.
 *
 * Keys: Left and Right, Home and End move the line, with Shift the second; + and - zoom, 1 shows a pixel
 * as a dot, 0 shows all; with Ctrl, the arrows move the picture.
 *
 * Signal: "view-changed" (another part of the picture is seen, or larger).
 */
#ifndef FSE_SPLIT_PREVIEW_H
#define FSE_SPLIT_PREVIEW_H

#include <gtk/gtk.h>

#include "files/image.h"
#include "picture-view.h"

G_BEGIN_DECLS

#define FSE_TYPE_SPLIT_PREVIEW (fse_split_preview_get_type ())
G_DECLARE_FINAL_TYPE (FseSplitPreview, fse_split_preview, FSE, SPLIT_PREVIEW, GtkDrawingArea)

GtkWidget *fse_split_preview_new         (void);
/* Pictures in sRGB, of one size; copied.  NULL after: the before alone. */
void       fse_split_preview_set_before  (FseSplitPreview *preview, const FseImage *picture);
void       fse_split_preview_set_after   (FseSplitPreview *preview, const FseImage *picture);
gboolean   fse_split_preview_has_after   (FseSplitPreview *preview);
/* NULL: not known. */
void       fse_split_preview_set_truth   (FseSplitPreview *preview, const FseImage *picture);
gboolean   fse_split_preview_has_truth   (FseSplitPreview *preview);
/* What the pictures show has that many pixels, and they are reductions of it; (0, 0): they are all there is. */
void       fse_split_preview_set_size    (FseSplitPreview *preview, gint width, gint height);
/* Sharper pictures of a part of it (copied; either may be NULL), until another size is set or other parts are. */
void       fse_split_preview_set_part    (FseSplitPreview *preview, const GdkRectangle *part,
                                          const FseImage *before, const FseImage *after);
/* Of the line after the before: 0 = nothing of what is seen lies before it, 1 = all. */
void       fse_split_preview_set_split   (FseSplitPreview *preview, gdouble split);

/* Dots of the screen a pixel; FSE_ZOOM_FIT shows all.  The middle stays where it is. */
void       fse_split_preview_set_zoom    (FseSplitPreview *preview, gdouble zoom);
/* As it is now: never 0 where there is a picture. */
gdouble    fse_split_preview_get_zoom    (FseSplitPreview *preview);
/* By one step in or out. */
void       fse_split_preview_zoom_in     (FseSplitPreview *preview);
void       fse_split_preview_zoom_out    (FseSplitPreview *preview);
/* The pixels that are seen; FALSE where there is no picture. */
gboolean   fse_split_preview_get_visible (FseSplitPreview *preview, GdkRectangle *visible);

G_END_DECLS

#endif
