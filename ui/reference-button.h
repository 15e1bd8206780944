/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which of a trained edit's own pairs is consulted: the nearest, or one that
 * the user chooses by thumbnail.
 *
 * Signal: "changed".
 */
#ifndef FSE_REFERENCE_BUTTON_H
#define FSE_REFERENCE_BUTTON_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define FSE_TYPE_REFERENCE_BUTTON (fse_reference_button_get_type ())
G_DECLARE_FINAL_TYPE (FseReferenceButton, fse_reference_button, FSE, REFERENCE_BUTTON, GtkButton)

#define FSE_REFERENCE_AUTOMATIC -1

/* reference: a pair's number from 0, or FSE_REFERENCE_AUTOMATIC. */
GtkWidget *fse_reference_button_new       (gint reference);
gint       fse_reference_button_get       (FseReferenceButton *button);
void       fse_reference_button_set       (FseReferenceButton *button, gint reference);
/* The edit whose pairs are offered, of n of them; NULL: none.  Of another edit than before, the
 * choice is automatic again. */
void       fse_reference_button_set_model (FseReferenceButton *button, const gchar *path, guint n);

G_END_DECLS

#endif
