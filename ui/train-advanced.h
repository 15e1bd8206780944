/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What few need to know of a training: its length, sizes, seed, device, where
 * the file goes, and every switch of the engine.
 *
 * Signals: "length-changed", "cost-changed" (what else the time depends on), "place-changed".
 */
#ifndef FSE_TRAIN_ADVANCED_H
#define FSE_TRAIN_ADVANCED_H

#include <gtk/gtk.h>

#include "device-combo.h"
#include "requests.h"

G_BEGIN_DECLS

#define FSE_TYPE_TRAIN_ADVANCED (fse_train_advanced_get_type ())
G_DECLARE_FINAL_TYPE (FseTrainAdvanced, fse_train_advanced, FSE, TRAIN_ADVANCED, GtkGrid)

/* folder: where the model goes, UTF-8; it may not exist yet. */
GtkWidget      *fse_train_advanced_new         (const FseTrainRequest *request, const gchar *folder);
void            fse_train_advanced_take        (FseTrainAdvanced *advanced, FseTrainRequest *request);
const gchar    *fse_train_advanced_folder      (FseTrainAdvanced *advanced);
/* What the automatic choices come to, where that is known; the length is one of them where `length` is set. */
void            fse_train_advanced_show        (FseTrainAdvanced *advanced, const FseSettings *settings, gboolean known,
                                                gboolean length);
FseDeviceCombo *fse_train_advanced_device      (FseTrainAdvanced *advanced);

G_END_DECLS

#endif
