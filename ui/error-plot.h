/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small plot of how much of what doing nothing gets wrong is still wrong.
 */
#ifndef FSE_ERROR_PLOT_H
#define FSE_ERROR_PLOT_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define FSE_TYPE_ERROR_PLOT (fse_error_plot_get_type ())
G_DECLARE_FINAL_TYPE (FseErrorPlot, fse_error_plot, FSE, ERROR_PLOT, GtkDrawingArea)

GtkWidget *fse_error_plot_new (void);
/* `fraction` of the width is filled by the n shares (copied): 0 = all is right, 1 = as wrong as the unedited pictures,
 * NaN = not known. */
void       fse_error_plot_set (FseErrorPlot *plot, const gfloat *shares, gsize n, gdouble fraction);
/* n dots (copied) over the curve: x is 0..1 of its length, y a share. */
void       fse_error_plot_set_dots (FseErrorPlot *plot, const gdouble *x, const gdouble *y, gsize n);

G_END_DECLS

#endif
