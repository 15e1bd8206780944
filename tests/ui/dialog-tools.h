/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the dialogs' tests share: finding controls by their names, waiting,
 * pressing, pictures of a dialog, and a run's start and end.
 *
 * FSE_SCREENSHOTS=FOLDER writes pictures of the dialogs there, to look at.
 */
#ifndef FSE_DIALOG_TOOLS_H
#define FSE_DIALOG_TOOLS_H

#include <gtk/gtk.h>

#include "files/image.h"

G_BEGIN_DECLS

typedef gboolean (*DialogCondition) (GtkWidget *dialog);

/* Starts GTK, and makes the run's folder. */
gchar       *dialog_tests_start     (int *argc, char ***argv);
/* Trains a model of a few steps on the fake host's five pairs; its file, "edit.fewshot.safetensors" in the folder. */
gchar       *dialog_tests_train     (const gchar *folder);
/* Runs the tests, and removes the folder. */
int          dialog_tests_end       (gchar *folder);

/* The control of that name, which must be there. */
GtkWidget   *dialog_part              (GtkWidget *dialog, const gchar *name);
void         dialog_press             (GtkWidget *dialog, const gchar *name);
/* Serves the main context until it holds; `what` is for the error. */
void         dialog_wait_for          (GtkWidget *dialog, const gchar *what, DialogCondition condition);
gboolean     dialog_is_hidden         (GtkWidget *dialog);
gboolean     dialog_has_message       (GtkWidget *dialog);
const gchar *dialog_message_of        (GtkWidget *dialog);
void         dialog_assert_message    (GtkWidget *dialog, const gchar *piece);
/* That whoever cannot see the dialog is told what each control is: those that are hidden now, too. */
void         dialog_assert_accessible (GtkWidget *dialog);
/* That no two controls that are seen have one mnemonic. */
void         dialog_assert_mnemonics  (GtkWidget *dialog);
/* Both, once it is drawn, and that the Tab key comes to each control that can be used now. */
void         dialog_assert_usable     (GtkWidget *dialog);
/* Whether its gallery has looked into every file. */
gboolean     dialog_has_all_models    (GtkWidget *dialog);
/* A picture of black and white stripes, each a pixel wide; and how much of them is seen where it is shown, on a screen
 * of two pixels a dot: 1 all, 0 all is gray. */
FseImage    *dialog_stripes           (gint width, gint height);
gdouble      dialog_stripes_seen      (GtkWidget *image);
void         dialog_screenshot        (GtkWidget *dialog, const gchar *name);
void         dialog_destroy           (GtkWidget *dialog);

/* How long the main thread was held up at most: by the clock, and by its own work, which no other program makes
 * longer and which is what must stay below DIALOG_HOLD_UP. */
#define DIALOG_HOLD_UP 100000 /* microseconds */
typedef struct
{
  guint  source;
  gint64 last, longest;
  gint64 worked, most_work;
} Heartbeat;
void         heartbeat_start          (Heartbeat *heart);
/* Stops it, tells both under that name, and checks the second. */
void         heartbeat_end            (Heartbeat *heart, const gchar *during);
/* The same of a dialog's opening, from before it is made: GTK's own start is in it, and what shares the processor's
 * caches makes its work two to four times as long, so that the bound is as many times as wide. */
void         heartbeat_end_opening    (Heartbeat *heart, const gchar *during);

G_END_DECLS

#endif
