/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A contact sheet: one picture as every trained edit would make it, computed
 * one after another in another thread.
 *
 * Signal: "picked" (const gchar *path).
 */
#ifndef FSE_TRY_ALL_H
#define FSE_TRY_ALL_H

#include <gtk/gtk.h>

#include "files/image.h"
#include "requests.h"

G_BEGIN_DECLS

#define FSE_TYPE_TRY_ALL (fse_try_all_get_type ())
G_DECLARE_FINAL_TYPE (FseTryAll, fse_try_all, FSE, TRY_ALL, GtkBox)

GtkWidget *fse_try_all_new   (void);
/* Forgets what was there, and begins.  Of the picture a reference is taken; paths
 * are model files; the request says everything else. */
void       fse_try_all_start (FseTryAll *all, FseImage *picture, GPtrArray *paths, const FseApplyRequest *request);
/* Begins no further one; what is done stays.  Waits for nothing. */
void       fse_try_all_stop  (FseTryAll *all);
/* Whether a thread is at work still. */
gboolean   fse_try_all_busy  (FseTryAll *all);

G_END_DECLS

#endif
