/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of example pairs in the Train dialog, and all ways to fill it:
 * pairing the layers of the open images, choosing them, files, folders, drops.
 *
 * Signal: "changed" (how many there are, or which).
 */
#ifndef FSE_PAIR_LIST_H
#define FSE_PAIR_LIST_H

#include <gtk/gtk.h>

#include "pair-look.h"

G_BEGIN_DECLS

#define FSE_PAIRS_LEAST 5
#define FSE_PAIRS_GOOD 20

#define FSE_TYPE_PAIR_LIST (fse_pair_list_get_type ())
G_DECLARE_FINAL_TYPE (FsePairList, fse_pair_list, FSE, PAIR_LIST, GtkBox)

GtkWidget     *fse_pair_list_new       (FseHost *host);
/* Looks at the open images anew, and pairs their layers by name or order. */
void           fse_pair_list_auto      (FsePairList *list);
/* Replaces all. */
void           fse_pair_list_set       (FsePairList *list, GPtrArray *examples);
/* Whether it is what fse_pair_list_auto() would make of the open images. */
gboolean       fse_pair_list_is_auto   (FsePairList *list);
/* Files and folders, as the file system names them: paired by their names, or
 * by order; what has no partner becomes a pair that wants its other half. */
void           fse_pair_list_add_files (FsePairList *list, gchar **paths);
/* Copies of those that are to be learnt from (FseExample, owned). */
GPtrArray     *fse_pair_list_get       (FsePairList *list);
guint          fse_pair_list_size      (FsePairList *list);
/* How many of those have something wrong; whether thumbnails are still coming. */
guint          fse_pair_list_doubts    (FsePairList *list);
gboolean       fse_pair_list_busy      (FsePairList *list);
FsePairLooker *fse_pair_list_looker    (FsePairList *list);

G_END_DECLS

#endif
