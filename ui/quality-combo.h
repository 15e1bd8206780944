/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How well an edit shall be learnt, and how long each choice takes on the device,
 * which another thread measures once that is of interest.
 *
 * Signals: "changed" (the combo's own), "measured".
 */
#ifndef FSE_QUALITY_COMBO_H
#define FSE_QUALITY_COMBO_H

#include <gtk/gtk.h>

#include "requests.h"

G_BEGIN_DECLS

#define FSE_TYPE_QUALITY_COMBO (fse_quality_combo_get_type ())
G_DECLARE_FINAL_TYPE (FseQualityCombo, fse_quality_combo, FSE, QUALITY_COMBO, GtkComboBoxText)

GtkWidget   *fse_quality_combo_new    (void);
/* As in FseTrainRequest: "" = the length is set elsewhere. */
const gchar *fse_quality_combo_get    (FseQualityCombo *combo);
void         fse_quality_combo_set    (FseQualityCombo *combo, const gchar *quality);
/* What else the times depend on; of the examples only their number. */
void         fse_quality_combo_show   (FseQualityCombo *combo, const FseTrainRequest *request, guint n_pairs);
/* Waits for the thread, serving the main context: before the process ends. */
void         fse_quality_combo_settle (FseQualityCombo *combo);

G_END_DECLS

#endif
