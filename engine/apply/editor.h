/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Applying a trained edit to a picture.
 *
 * Owns: the model, its references, the device.
 * Thread: one at a time; fse_editor_cancel() from any.
 *
 * Typical use
 *   1. editor = fse_editor_open ("warm.fewshot.safetensors", NULL, &error);
 *   2. fse_apply_settings_default (&settings);
 *   3. result = fse_editor_apply (editor, picture, &settings, NULL, NULL, &error);
 */
#ifndef FSE_EDITOR_H
#define FSE_EDITOR_H

#include "apply/raster.h"

G_BEGIN_DECLS

typedef struct _FseEditor FseEditor;

typedef struct
{
  gint    steps;      /* of the sampler, 1..100: 1 is the faithful end, more the realistic one */
  gdouble strength;   /* 0..1; 0 is exactly the input */
  guint64 seed;       /* the same seed gives the same picture */
  gint    references; /* training pairs consulted, 1..8; the nearest ones */
  gdouble detail;     /* how much of its own fine detail the picture keeps, 0..1; -1: what the model was measured to leave */
  gboolean plain;     /* leaves out what the model adds to and takes from the picture's own detail: to measure that */
  gint    reference;  /* the one pair to consult instead, counted from 0; -1: the nearest */
} FseApplySettings;

void       fse_apply_settings_default (FseApplySettings *settings);
/* FSE_ERROR_USAGE says the allowed range. */
gboolean   fse_apply_settings_check   (const FseApplySettings *settings, GError **error);

/* 0..1; called in the editor's thread. */
typedef void (*FseProgress) (gdouble fraction, gpointer data);

/* device: as in fse_device_open().  FSE_ERROR_BAD_MODEL, FSE_ERROR_NO_DEVICE ... */
FseEditor *fse_editor_open  (const gchar *model_path, const gchar *device, GError **error);
void       fse_editor_close (FseEditor *editor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseEditor, fse_editor_close)

/* The picture as the model sees it, reduced to its working size: read once, for the raster's `seen`. */
FseImage  *fse_editor_see   (FseEditor *editor, const FseRaster *raster, FseProgress progress, gpointer data, GError **error);
/* The edit of `region` (NULL: all) of a picture.  The networks look at the whole raster, reduced to the
 * model's working size, and only the region is written: it is cut out of what the whole would
 * have become.  Memory does not grow with the picture.  What was found for a picture is kept: the next
 * region, strength or detail of the same picture, with the same other settings, only writes.
 * Progress is told, and cancelling heard, at least every second or so; where FALSE is
 * returned, the caller throws away what was written. */
gboolean   fse_editor_apply_raster (FseEditor *editor, const FseRaster *raster, const FseRectangle *region,
                                    const FseApplySettings *settings, FseProgress progress, gpointer data, GError **error);
/* The same of a picture in memory: a new one of its size and kind; alpha passes through. */
FseImage  *fse_editor_apply (FseEditor *editor, const FseImage *picture, const FseApplySettings *settings,
                             FseProgress progress, gpointer data, GError **error);
void       fse_editor_cancel (FseEditor *editor);
/* Devices that were skipped for this one, and why; or NULL. */
const gchar *fse_editor_passed_over (FseEditor *editor);

G_END_DECLS

#endif
