/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an edit does to colours wherever they are: a table over R'G'B' whose
 * nodes hold the change of a colour, read trilinearly.  Where the pairs' edit
 * is one of colour, the networks start from it (training/colour-fit.h).
 */
#ifndef FSE_COLOUR_TABLE_H
#define FSE_COLOUR_TABLE_H

#include <glib.h>

G_BEGIN_DECLS

/* Nodes along each colour; node i stands for i / (SIDE - 1).  Known to kernels-cl/common.cl. */
#define FSE_COLOUR_TABLE_SIDE 17
#define FSE_COLOUR_TABLE_NODES (FSE_COLOUR_TABLE_SIDE * FSE_COLOUR_TABLE_SIDE * FSE_COLOUR_TABLE_SIDE)
#define FSE_COLOUR_TABLE_FLOATS (3 * FSE_COLOUR_TABLE_NODES)

/* The eight nodes around a colour (clamped to 0..1), red counting slowest, and their weights. */
void fse_colour_table_corners (const gfloat rgb[3], guint node[8], gfloat weight[8]);

/* table: [red][green][blue][3].  change: what is to be added to a colour. */
void fse_colour_table_read    (const gfloat *table, const gfloat rgb[3], gfloat change[3]);

G_END_DECLS

#endif
