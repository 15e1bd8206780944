/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the Apply dialog's preview shows and when: the layer as a whole, reduced;
 * and, where it is zoomed in, the part that is seen, sharp.  Computed in another
 * thread, by the code and from the numbers of the final result.
 *
 * Main thread.  The owner calls fse_apply_preview_look() every 50 ms or so while no
 * other run works on the slot.
 */
#ifndef FSE_APPLY_PREVIEW_H
#define FSE_APPLY_PREVIEW_H

#include "runs.h"
#include "split-preview.h"

G_BEGIN_DECLS

typedef struct _FseApplyPreview FseApplyPreview;

/* All is borrowed; the request is read whenever a view is computed, and has a model only if one can
 * be applied. */
FseApplyPreview *fse_apply_preview_new     (FseHost *host, gint image, gint layer, FseModelSlot *slot,
                                            const FseApplyRequest *request, FseSplitPreview *widget);
/* Waits for the run. */
void             fse_apply_preview_free    (FseApplyPreview *preview);
/* The layer or the selection may have changed. */
void             fse_apply_preview_reread  (FseApplyPreview *preview);
/* The request is another one: what is under way is given up, and after a moment of calm computed anew. */
void             fse_apply_preview_changed (FseApplyPreview *preview);
/* Only its strength is: what is under way comes to its end, and the next follows at once. */
void             fse_apply_preview_remix   (FseApplyPreview *preview);
/* Another edit: what the last one did is shown no more. */
void             fse_apply_preview_clear   (FseApplyPreview *preview);
/* Gives up what is under way; it is computed the next time. */
void             fse_apply_preview_pause   (FseApplyPreview *preview);

/* Shows what has become ready, and begins what comes next, where `go_on` is set; FALSE with a sentence where it failed. */
gboolean         fse_apply_preview_look    (FseApplyPreview *preview, gboolean go_on, GError **error);
/* A run works on the slot. */
gboolean         fse_apply_preview_busy    (FseApplyPreview *preview);
/* What it does, for a progress bar: 0..1, or < 0 where that is not known; NULL when it rests. */
const gchar     *fse_apply_preview_doing   (FseApplyPreview *preview, gdouble *fraction);
/* The layer as a whole, reduced; borrowed; NULL before it was read. */
FseImage        *fse_apply_preview_picture (FseApplyPreview *preview);

G_END_DECLS

#endif
