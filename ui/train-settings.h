/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The upper part of the Train dialog: what to learn from, where to save it,
 * how long and on what to train.
 */
#ifndef FSE_TRAIN_SETTINGS_H
#define FSE_TRAIN_SETTINGS_H

#include <gtk/gtk.h>

#include "device-combo.h"
#include "fse-host.h"
#include "requests.h"

G_BEGIN_DECLS

#define FSE_TYPE_TRAIN_SETTINGS (fse_train_settings_get_type ())
G_DECLARE_FINAL_TYPE (FseTrainSettings, fse_train_settings, FSE, TRAIN_SETTINGS, GtkBox)

/* The host is borrowed; the widgets start with the request's values.
 * "changed" is emitted when the model's name changes. */
GtkWidget      *fse_train_settings_new    (FseHost *host, const FseTrainRequest *request);
void            fse_train_settings_take   (FseTrainSettings *settings, FseTrainRequest *request);
/* The file to write, with its suffix; "" where none is named.  Free it. */
gchar          *fse_train_settings_model  (FseTrainSettings *settings);
FseDeviceCombo *fse_train_settings_device (FseTrainSettings *settings);

G_END_DECLS

#endif
