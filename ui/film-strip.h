/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A contact sheet over time: results of a training, the first to the latest.
 * It never has more than a dozen: then every second one goes.
 */
#ifndef FSE_FILM_STRIP_H
#define FSE_FILM_STRIP_H

#include <gtk/gtk.h>

#include "files/image.h"

G_BEGIN_DECLS

#define FSE_TYPE_FILM_STRIP (fse_film_strip_get_type ())
G_DECLARE_FINAL_TYPE (FseFilmStrip, fse_film_strip, FSE, FILM_STRIP, GtkScrolledWindow)

GtkWidget *fse_film_strip_new   (void);
void       fse_film_strip_clear (FseFilmStrip *strip);
/* Keeps a small copy, or leaves it out where one of nearly that step is there. */
void       fse_film_strip_add   (FseFilmStrip *strip, const FseImage *picture, guint step);
guint      fse_film_strip_size  (FseFilmStrip *strip);

G_END_DECLS

#endif
