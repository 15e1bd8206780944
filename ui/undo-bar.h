/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bar that offers for some seconds to take something back.
 *
 * Signals: "undone", or "settled" when it was not.
 */
#ifndef FSE_UNDO_BAR_H
#define FSE_UNDO_BAR_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define FSE_TYPE_UNDO_BAR (fse_undo_bar_get_type ())
G_DECLARE_FINAL_TYPE (FseUndoBar, fse_undo_bar, FSE, UNDO_BAR, GtkInfoBar)

GtkWidget *fse_undo_bar_new    (void);
/* What was offered before is settled first. */
void       fse_undo_bar_offer  (FseUndoBar *bar, const gchar *text);
/* At once; nothing where nothing is offered. */
void       fse_undo_bar_settle (FseUndoBar *bar);

G_END_DECLS

#endif
