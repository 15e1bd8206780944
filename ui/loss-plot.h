/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small plot of the training's loss.
 */
#ifndef FSE_LOSS_PLOT_H
#define FSE_LOSS_PLOT_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define FSE_TYPE_LOSS_PLOT (fse_loss_plot_get_type ())
G_DECLARE_FINAL_TYPE (FseLossPlot, fse_loss_plot, FSE, LOSS_PLOT, GtkDrawingArea)

GtkWidget *fse_loss_plot_new (void);
/* `fraction` of the width is filled by the n values (copied). */
void       fse_loss_plot_set (FseLossPlot *plot, const gfloat *values, gsize n, gdouble fraction);
/* n dots (copied) over the curve: x is 0..1 of its length, y 0 at the bottom and 1 at the top. */
void       fse_loss_plot_set_dots (FseLossPlot *plot, const gdouble *x, const gdouble *y, gsize n);

G_END_DECLS

#endif
