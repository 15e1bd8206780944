/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Getting the two pictures of an example.  Layers are read in the main thread,
 * in pieces that no one notices; files are read, and the pair is mended, where
 * there is time: in another thread.
 *
 * Typical use
 *   1. reading = fse_example_reading_begin (host, example, side, &error);
 *   2. in an idle handler, until done: fse_example_reading_on (reading, &done, &error);
 *   3. in a thread: fse_example_reading_end (reading, &before, &after, &error);
 */
#ifndef FSE_EXAMPLE_READING_H
#define FSE_EXAMPLE_READING_H

#include "example.h"

G_BEGIN_DECLS

typedef struct _FseExampleReading FseExampleReading;

/* Main thread.  The example is copied; one of its two sources may be missing.
 * side: pictures with a larger short side are reduced to it. */
FseExampleReading *fse_example_reading_begin (FseHost *host, const FseExample *example, gint side, GError **error);
gboolean           fse_example_reading_on    (FseExampleReading *reading, gboolean *done, GError **error);
/* Any thread.  Takes no more from the host.  A missing source gives NULL. */
gboolean           fse_example_reading_end   (FseExampleReading *reading, FseImage **before, FseImage **after, GError **error);
/* After the end: the sizes before anything was reduced or mended; 0 where there is no such source. */
void               fse_example_reading_sizes (FseExampleReading *reading, gint width[2], gint height[2]);
/* Main thread, at any time. */
void               fse_example_reading_free  (FseExampleReading *reading);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseExampleReading, fse_example_reading_free)

G_END_DECLS

#endif
