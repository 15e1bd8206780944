/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The choice of an OpenCL device.  Listing devices loads every driver, which
 * can take seconds, so a thread does it; and once the combo is seen, another
 * one asks each device for its self-test.
 */
#ifndef FSE_DEVICE_COMBO_H
#define FSE_DEVICE_COMBO_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define FSE_TYPE_DEVICE_COMBO (fse_device_combo_get_type ())
G_DECLARE_FINAL_TYPE (FseDeviceCombo, fse_device_combo, FSE, DEVICE_COMBO, GtkComboBoxText)

/* "unavailable" (const gchar *sentence) is emitted where there is no device;
 * "told" when fse_device_combo_about() has become another text. */
GtkWidget   *fse_device_combo_new (const gchar *device);
/* As in fse_device_open(); "" = the best. */
const gchar *fse_device_combo_get (FseDeviceCombo *combo);
void         fse_device_combo_set (FseDeviceCombo *combo, const gchar *device);
/* What is known of the chosen device: memory, and whether it passes its self-test.  Free it. */
gchar       *fse_device_combo_about (FseDeviceCombo *combo);
/* Waits for the threads, serving the main context: before the process ends. */
void         fse_device_combo_settle (FseDeviceCombo *combo);

G_END_DECLS

#endif
