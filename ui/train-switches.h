/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of the method, each with its switch, and the two numbers of the
 * optimiser: for those who want to know what a part is good for.
 *
 * Signal: "changed".
 */
#ifndef FSE_TRAIN_SWITCHES_H
#define FSE_TRAIN_SWITCHES_H

#include <gtk/gtk.h>

#include "model/settings.h"
#include "requests.h"

G_BEGIN_DECLS

#define FSE_TYPE_TRAIN_SWITCHES (fse_train_switches_get_type ())
G_DECLARE_FINAL_TYPE (FseTrainSwitches, fse_train_switches, FSE, TRAIN_SWITCHES, GtkGrid)

/* settings: what the switches begin with. */
GtkWidget *fse_train_switches_new  (const FseSettings *settings);
/* Sets in the request what differs from the engine's defaults, and nothing else. */
void       fse_train_switches_take (FseTrainSwitches *switches, FseTrainRequest *request);
/* What the dialog calls a part, by its name in the settings: for advice that names the control. */
const gchar *fse_train_switch_label (const gchar *name);

G_END_DECLS

#endif
