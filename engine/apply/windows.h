/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture that the networks see through windows: where these lie, and the
 * change as a whole, put together from theirs.  Windows overlap, and fade into
 * each other over all of the overlap, so that no seam shows where two
 * disagree.
 *
 * Owns: the whole's fields.  Borrows: device.
 *
 * Typical use
 *   1. windows = fse_windows_new (device, width, height, count);
 *   2. for each of fse_windows_n (): fse_windows_place (windows, i, &place);
 *      edit that part; fse_windows_add (windows, &place, &its_fields, &error);
 *   3. fse_windows_end (windows, &fields, &error);
 */
#ifndef FSE_WINDOWS_H
#define FSE_WINDOWS_H

#include "apply/inference.h"
#include "apply/raster.h"

G_BEGIN_DECLS

typedef struct _FseWindows FseWindows;

/* width x height: of the whole picture, `count` windows each way.  They lie closer than side by side: one more each way. */
FseWindows *fse_windows_new   (FseDevice *device, gint width, gint height, gint count);
void        fse_windows_free  (FseWindows *windows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseWindows, fse_windows_free)

gint        fse_windows_n     (FseWindows *windows);
/* In pixels of the whole; multiples of 4. */
void        fse_windows_place (FseWindows *windows, gint i, FseRectangle *place);
/* One window's change. */
gboolean    fse_windows_add   (FseWindows *windows, const FseRectangle *place, const FseChangeFields *fields, GError **error);
/* The whole's, on the device; borrowed.  After all windows were added. */
gboolean    fse_windows_end   (FseWindows *windows, FseChangeFields *fields, GError **error);

G_END_DECLS

#endif
