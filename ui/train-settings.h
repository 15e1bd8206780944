/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Train dialog before a training: what to learn from, what the edit is
 * called, how well it shall be learnt.
 */
#ifndef FSE_TRAIN_SETTINGS_H
#define FSE_TRAIN_SETTINGS_H

#include <gtk/gtk.h>

#include "device-combo.h"
#include "fse-host.h"
#include "pair-list.h"
#include "requests.h"

G_BEGIN_DECLS

#define FSE_TYPE_TRAIN_SETTINGS (fse_train_settings_get_type ())
G_DECLARE_FINAL_TYPE (FseTrainSettings, fse_train_settings, FSE, TRAIN_SETTINGS, GtkBox)

/* The host is borrowed; the widgets start with the request's values.
 * "changed" is emitted when the model's name or the pairs change. */
GtkWidget      *fse_train_settings_new    (FseHost *host, const FseTrainRequest *request);
void            fse_train_settings_take   (FseTrainSettings *settings, FseTrainRequest *request);
/* Another name, which no edit has yet. */
void            fse_train_settings_rename (FseTrainSettings *settings);
/* The file to write, with its suffix; "" where none is named.  Free it. */
gchar          *fse_train_settings_model  (FseTrainSettings *settings);
FsePairList    *fse_train_settings_pairs  (FseTrainSettings *settings);
FseDeviceCombo *fse_train_settings_device (FseTrainSettings *settings);
/* Waits for its threads, serving the main context: before the process ends. */
void            fse_train_settings_settle (FseTrainSettings *settings);

G_END_DECLS

#endif
