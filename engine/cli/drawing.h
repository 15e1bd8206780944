/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sheets of pictures with words.
 */
#ifndef FSE_CLI_DRAWING_H
#define FSE_CLI_DRAWING_H

#include "files/image.h"

G_BEGIN_DECLS

/* A white picture. */
FseImage *fse_draw_sheet (gint width, gint height, GError **error);
/* Lays a picture over the sheet, cut at its edges. */
void      fse_draw_paste (FseImage *sheet, const FseImage *picture, gint left, gint top);
/* The picture fitted into a square of side x side pixels. */
FseImage *fse_draw_fit   (const FseImage *picture, gint side, GError **error);
/* Words as a picture, size in pixels; NULL where this GEGL draws no text: a
 * sheet without words is one, too. */
FseImage *fse_draw_text  (const gchar *text, gdouble size);

G_END_DECLS

#endif
