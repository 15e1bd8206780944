/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/drawing.h"

#include <gegl.h>
#include <math.h>

FseImage *
fse_draw_sheet (gint width, gint height, GError **error)
{
  FseImage *sheet = fse_image_new (width, height, error);

  for (gsize i = 0; sheet && i < (gsize) width * height * 4; i++)
    sheet->rgba[i] = 1;
  return sheet;
}

void
fse_draw_paste (FseImage *sheet, const FseImage *picture, gint left, gint top)
{
  for (gint y = 0; y < picture->height && top + y < sheet->height; y++)
    for (gint x = 0; x < picture->width && left + x < sheet->width; x++)
      {
        const gfloat *from = picture->rgba + ((gsize) y * picture->width + x) * 4;
        gfloat       *to = sheet->rgba + ((gsize) (top + y) * sheet->width + left + x) * 4;

        for (gint c = 0; c < 3; c++)
          to[c] = from[c] * from[3] + to[c] * (1 - from[3]);
      }
}

FseImage *
fse_draw_fit (const FseImage *picture, gint side, GError **error)
{
  gdouble factor = (gdouble) side / MAX (picture->width, picture->height);

  return fse_image_scale (picture, MAX (1, lround (picture->width * factor)), MAX (1, lround (picture->height * factor)), error);
}

FseImage *
fse_draw_text (const gchar *text, gdouble size)
{
  g_autoptr (GeglNode) graph = NULL;
  GeglNode            *node;
  GeglRectangle        box;
  FseImage            *image;

  gegl_init (NULL, NULL);
  if (!gegl_has_operation ("gegl:text"))
    return NULL;
  graph = gegl_node_new ();
  node = gegl_node_new_child (graph, "operation", "gegl:text", "string", text, "size", size, NULL);
  box = gegl_node_get_bounding_box (node);
  if (box.width < 1 || box.height < 1 || box.width > 4096 || box.height > 4096)
    return NULL;
  image = fse_image_new (box.width, box.height, NULL);
  if (image)
    gegl_node_blit (node, 1.0, &box, babl_format ("R'G'B'A float"), image->rgba, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
  return image;
}
