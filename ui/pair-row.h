/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One pair in the Train dialog's list: both thumbnails, whether it is used,
 * what is wrong with it and what would mend that.
 *
 * Signals: "changed" (what it is, or whether it is used), "dropped" (it shall
 * be taken out of the list).
 */
#ifndef FSE_PAIR_ROW_H
#define FSE_PAIR_ROW_H

#include <gtk/gtk.h>

#include "pair-look.h"

G_BEGIN_DECLS

#define FSE_TYPE_PAIR_ROW (fse_pair_row_get_type ())
G_DECLARE_FINAL_TYPE (FsePairRow, fse_pair_row, FSE, PAIR_ROW, GtkListBoxRow)

/* Host and looker are borrowed; layers (FseHostLayer) are where names come
 * from, a reference is kept; the example is copied. */
GtkWidget        *fse_pair_row_new        (FseHost *host, FsePairLooker *looker, GPtrArray *layers, const FseExample *example);
const FseExample *fse_pair_row_example    (FsePairRow *row);
/* Complete, readable, ticked. */
gboolean          fse_pair_row_used       (FsePairRow *row);
/* Takes the layer for the first of its two pictures that is missing; FALSE where none is. */
gboolean          fse_pair_row_fill       (FsePairRow *row, gint layer);
void              fse_pair_row_swap       (FsePairRow *row);
void              fse_pair_row_set_number (FsePairRow *row, guint number);
/* Has something wrong that the user should decide on. */
gboolean          fse_pair_row_doubtful   (FsePairRow *row);

G_END_DECLS

#endif
