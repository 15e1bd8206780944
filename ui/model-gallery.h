/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The trained edits to choose from: those of one folder, and the one that is
 * asked for, wherever it lies.
 *
 * Signals: "changed" (another one is chosen, or it is known by now what it is),
 * "trouble" (const gchar *sentence), "folder-changed".
 */
#ifndef FSE_MODEL_GALLERY_H
#define FSE_MODEL_GALLERY_H

#include <gtk/gtk.h>

#include "model-card.h"

G_BEGIN_DECLS

#define FSE_TYPE_MODEL_GALLERY (fse_model_gallery_get_type ())
G_DECLARE_FINAL_TYPE (FseModelGallery, fse_model_gallery, FSE, MODEL_GALLERY, GtkBox)

/* folder: may not exist yet.  chosen: a file, or NULL for the newest one. */
GtkWidget    *fse_model_gallery_new        (const gchar *folder, const gchar *chosen);
const gchar  *fse_model_gallery_folder     (FseModelGallery *gallery);
/* Shows the edits of another folder. */
void          fse_model_gallery_set_folder (FseModelGallery *gallery, const gchar *folder);
/* The chosen edit, or NULL where there is none. */
FseModelCard *fse_model_gallery_chosen     (FseModelGallery *gallery);
void          fse_model_gallery_choose     (FseModelGallery *gallery, const gchar *path);
/* The files of all edits that the search leaves, in their order; owned. */
GPtrArray    *fse_model_gallery_paths      (FseModelGallery *gallery);
/* Copies files into the folder, later, and chooses the last. */
void          fse_model_gallery_import     (FseModelGallery *gallery, GPtrArray *paths);

G_END_DECLS

#endif
