/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One edit of one layer, as ui/fse-host.h describes it: a copy of the layer in
 * its own precision, the result beside it, and the result's way into GIMP.  Both
 * are GEGL buffers of this process, which GEGL moves to disk where memory is
 * short, and which any thread may use, as it may not use a drawable's.
 *
 * Thread: the main thread, but for read, read_selection and write.
 */
#ifndef FSE_EDIT_GIMP2_H
#define FSE_EDIT_GIMP2_H

#include "fse-space-gimp2.h"
#include "ui/fse-host.h"

G_BEGIN_DECLS

typedef struct _FseResult FseResult;

typedef struct
{
  FseHostEdit   head; /* first: what others see */
  gint          image, drawable;
  GeglRectangle region;
  FseSpace     *space;
  GeglBuffer   *source;    /* the layer's numbers, at 0, 0 */
  GeglBuffer   *result;    /* the region's, at its place in the layer */
  GeglBuffer   *selection; /* the region's, at its place in the layer; NULL = nothing is selected */
  gint          row;       /* of the layer: copied up to here */
  FseResult    *put;       /* from the first call of put */
} FseEdit;

/* The caller has checked that the layer can be edited. */
FseHostEdit *fse_edit_begin          (gint drawable, GError **error);
gboolean     fse_edit_copy           (FseHostEdit *edit, gboolean *done, GError **error);
void         fse_edit_read           (FseHostEdit *edit, gdouble scale, gint x, gint y, gint width, gint height, gfloat *rgba);
void         fse_edit_read_selection (FseHostEdit *edit, gdouble scale, gint x, gint y, gint width, gint height,
                                      gfloat *values);
void         fse_edit_write          (FseHostEdit *edit, gint x, gint y, gint width, gint height, const gfloat *rgba);
void         fse_edit_free           (FseHost *host, FseHostEdit *edit);

/* --- the result's way into GIMP: fse-result-gimp2.c ----------------------- */

/* Rows of a region of this width that are moved in one piece: some milliseconds. */
gint         fse_edit_rows           (gint width);

/* Whether a layer takes a result: before all that is done for it. */
gboolean     fse_result_check       (gint drawable, FseOutput output, GError **error);
FseResult   *fse_result_new          (FseEdit *edit, FseOutput output, const gchar *name, GError **error);
gboolean     fse_result_on           (FseResult *result, gboolean *done, gint *layer, GError **error);
/* Takes back what is not in an image yet. */
void         fse_result_free         (FseResult *result);

G_END_DECLS

#endif
