/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fitting a colour table to pairs, and whether it is worth having: four times it is
 * fitted to three quarters of the pairs and held against the rest.
 *
 * Thread: any.
 */
#ifndef FSE_COLOUR_FIT_H
#define FSE_COLOUR_FIT_H

#include "model/colour-table.h"
#include "training/dataset.h"

G_BEGIN_DECLS

/* Of the data's first n pairs.  What is left of the difference between before and after
 * in pairs that the table was not fitted to, 0..: 0 = nothing, 1 = as much as without it.  *smooth: what bends should
 * cost, as it leaves least there.  Takes a part of a second, in threads of its own. */
gdouble fse_colour_fit_judge (const FseDataset *data, gint n, gdouble *smooth);

/* Fits a table to the data's first n pairs: affine, plus bends where there are colours
 * enough to tell; smooth between and beyond them, the more so the more bends cost. */
void    fse_colour_fit       (const FseDataset *data, gint n, gdouble smooth, gfloat table[FSE_COLOUR_TABLE_FLOATS]);

G_END_DECLS

#endif
