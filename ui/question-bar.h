/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A question within a dialog, with a button for each answer: nothing else is
 * held up meanwhile.  It is hidden until it is shown, and once it is answered.
 *
 * Signal: GtkInfoBar's "response" with the answer.
 */
#ifndef FSE_QUESTION_BAR_H
#define FSE_QUESTION_BAR_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  gint         answer; /* > 0 */
  const gchar *label;  /* with a mnemonic */
} FseAnswer;

GtkWidget *fse_question_bar_new (const gchar *name, const gchar *question, const FseAnswer *answers, guint n_answers);
/* NULL: the question that it was made with. */
void       fse_question_bar_ask (GtkWidget *bar, const gchar *question);

G_END_DECLS

#endif
