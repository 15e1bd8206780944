/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/colour-table.h"

void
fse_colour_table_corners (const gfloat rgb[3], guint node[8], gfloat weight[8])
{
  guint  low[3];
  gfloat part[3];

  for (gint c = 0; c < 3; c++)
    {
      gfloat place = CLAMP (rgb[c], 0.0f, 1.0f) * (FSE_COLOUR_TABLE_SIDE - 1);

      low[c] = MIN ((guint) place, FSE_COLOUR_TABLE_SIDE - 2);
      part[c] = place - low[c];
    }
  for (guint corner = 0; corner < 8; corner++)
    {
      node[corner] = 0;
      weight[corner] = 1;
      for (gint c = 0; c < 3; c++)
        {
          guint high = corner >> c & 1;

          node[corner] = node[corner] * FSE_COLOUR_TABLE_SIDE + low[c] + high;
          weight[corner] *= high ? part[c] : 1 - part[c];
        }
    }
}

void
fse_colour_table_read (const gfloat *table, const gfloat rgb[3], gfloat change[3])
{
  guint  node[8];
  gfloat weight[8];

  fse_colour_table_corners (rgb, node, weight);
  for (gint c = 0; c < 3; c++)
    {
      change[c] = 0;
      for (gint corner = 0; corner < 8; corner++)
        change[c] += weight[corner] * table[3 * node[corner] + c];
    }
}
