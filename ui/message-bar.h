/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one place of a dialog where sentences to the user appear.
 */
#ifndef FSE_MESSAGE_BAR_H
#define FSE_MESSAGE_BAR_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define FSE_TYPE_MESSAGE_BAR (fse_message_bar_get_type ())
G_DECLARE_FINAL_TYPE (FseMessageBar, fse_message_bar, FSE, MESSAGE_BAR, GtkInfoBar)

GtkWidget   *fse_message_bar_new  (void);
/* NULL hides it. */
void         fse_message_bar_show (FseMessageBar *bar, GtkMessageType type, const gchar *text);
const gchar *fse_message_bar_text (FseMessageBar *bar); /* "" when hidden */

G_END_DECLS

#endif
