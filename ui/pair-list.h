/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of before/after layers in the Train dialog: two columns of layers
 * of the open images, and buttons to pair, add, swap and remove.
 */
#ifndef FSE_PAIR_LIST_H
#define FSE_PAIR_LIST_H

#include <gtk/gtk.h>

#include "fse-host.h"

G_BEGIN_DECLS

#define FSE_TYPE_PAIR_LIST (fse_pair_list_get_type ())
G_DECLARE_FINAL_TYPE (FsePairList, fse_pair_list, FSE, PAIR_LIST, GtkBox)

GtkWidget *fse_pair_list_new  (FseHost *host);
/* Looks at the open images anew and pairs their layers by name or order. */
void       fse_pair_list_auto (FsePairList *list);
void       fse_pair_list_set  (FsePairList *list, const GArray *before, const GArray *after);
/* Complete rows only, into cleared arrays of gint. */
void       fse_pair_list_get  (FsePairList *list, GArray *before, GArray *after);
guint      fse_pair_list_size (FsePairList *list);

G_END_DECLS

#endif
