/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Trained edits as files of a folder: finding them, looking into them, and what
 * a user does with them.
 *
 * Paths are in the system's own encoding, names in UTF-8 and without suffix.
 * Any thread; a file is large enough that copying and looking belong into
 * another than the main one.
 */
#ifndef FSE_MODEL_FOLDER_H
#define FSE_MODEL_FOLDER_H

#include <gio/gio.h>

#include "files/image.h"
#include "model/model-file.h"

G_BEGIN_DECLS

/* What the name of a file says; free it. */
gchar     *fse_model_name   (const gchar *path);
/* Paths, owned, the newest first; none where there is no such folder. */
GPtrArray *fse_models_list  (const gchar *folder);

/* Copies a trained edit into the folder, which is made where it is missing, under its own name
 * or, where that is taken, "NAME 2", "NAME 3" ...; the copy's path, or NULL with a sentence
 * where it is no trained edit or the folder takes no file. */
gchar     *fse_model_import (const gchar *path, const gchar *folder, GError **error);
/* Copies it to `to`, over what may be there. */
gboolean   fse_model_export (const gchar *path, const gchar *to, GError **error);
/* The new path, in the same folder; FSE_ERROR_USAGE where the name is empty, taken, or cannot be one. */
gchar     *fse_model_rename (const gchar *path, const gchar *name, GError **error);
/* To the desktop's trash, or for good where there is none. */
gboolean   fse_model_remove (const gchar *path, GError **error);

typedef struct
{
  FseModelInfo *info;
  guint         n; /* pictures of each kind, in sRGB; not premultiplied */
  FseImage    **before, **after;
} FseModelLook;

/* The first `most` pairs (0 = all), reduced to `side` pixels of the longer side where they are larger. */
FseModelLook *fse_model_look      (const gchar *path, guint most, gint side, GError **error);
void          fse_model_look_free (FseModelLook *look);
/* The same in another thread, one after the other.  Called in the main one, and so is done, which gets it from finish, NULL
 * with an error where it failed or was cancelled.  The source is kept until then. */
void          fse_model_look_async  (gpointer source, const gchar *path, guint most, gint side, GCancellable *cancellable,
                                     GAsyncReadyCallback done, gpointer data);
FseModelLook *fse_model_look_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseModelLook, fse_model_look_free)

G_END_DECLS

#endif
