/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One trained edit in the gallery: what it did to its first example, its name,
 * and how it was learnt.
 */
#ifndef FSE_MODEL_CARD_H
#define FSE_MODEL_CARD_H

#include <gtk/gtk.h>

#include "model-folder.h"

G_BEGIN_DECLS

#define FSE_TYPE_MODEL_CARD (fse_model_card_get_type ())
G_DECLARE_FINAL_TYPE (FseModelCard, fse_model_card, FSE, MODEL_CARD, GtkFlowBoxChild)

/* The file is looked into by another thread; "looked" is emitted when that is done. */
GtkWidget          *fse_model_card_new     (const gchar *path);
const gchar        *fse_model_card_path    (FseModelCard *card);
const gchar        *fse_model_card_name    (FseModelCard *card); /* UTF-8 */
/* NULL before it was looked into, and where it is none that can be applied. */
const FseModelInfo *fse_model_card_info    (FseModelCard *card);
/* Why it is none, or NULL. */
const gchar        *fse_model_card_trouble (FseModelCard *card);
/* Another file from now on, of the same contents. */
void                fse_model_card_moved   (FseModelCard *card, const gchar *path);
/* Whether it has all of the words in its name, its instruction or facts. */
gboolean            fse_model_card_matches (FseModelCard *card, const gchar *words);

/* A picture and its edit side by side, `side` of the screen's pixels each. */
GtkWidget          *fse_before_after_new   (gint side);
void                fse_before_after_set   (GtkWidget *pair, const FseImage *before, const FseImage *after);

G_END_DECLS

#endif
