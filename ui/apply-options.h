/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a trained edit is applied: how strongly, with how much detail, from which
 * seed, by which of its pairs, to where, on which device.
 *
 * Signals: "changed" (the result is another one), "strength-changed" (only more
 * or less of the same), "kept" (the same, and something else about it),
 * "unavailable" (const gchar *sentence: no device).
 */
#ifndef FSE_APPLY_OPTIONS_H
#define FSE_APPLY_OPTIONS_H

#include <gtk/gtk.h>

#include "requests.h"

G_BEGIN_DECLS

#define FSE_TYPE_APPLY_OPTIONS (fse_apply_options_get_type ())
G_DECLARE_FINAL_TYPE (FseApplyOptions, fse_apply_options, FSE, APPLY_OPTIONS, GtkGrid)

GtkWidget *fse_apply_options_new       (const FseApplyRequest *request);
/* To and from the request: all but the model.  set: what is shown changes, and is told as if the user did it. */
void       fse_apply_options_take      (FseApplyOptions *options, FseApplyRequest *request);
void       fse_apply_options_set       (FseApplyOptions *options, const FseApplyRequest *request);
/* As fse_reference_button_set_model(). */
void       fse_apply_options_set_model (FseApplyOptions *options, const gchar *path, guint n_pairs);
/* As fse_device_combo_settle(). */
void       fse_apply_options_settle    (FseApplyOptions *options);

G_END_DECLS

#endif
