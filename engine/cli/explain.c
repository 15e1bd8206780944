/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * few-shot-edit explain: one sheet that shows how a result came about.
 */
#include <stdio.h>

#include "apply/explain.h"
#include "cli/cli.h"
#include "cli/drawing.h"
#include "i18n.h"

#define GAP 8
#define CAPTION 36 /* two lines */
#define LETTERS 13.0
#define COLUMNS 8 /* the last one holds the key alone */
#define KEY 64

typedef struct
{
  const FseImage *picture; /* NULL: the model has no such part */
  const gchar    *caption;
  gint            side;    /* 0: the cell's */
} Panel;

/* Draws a row of panels; top is its upper edge. */
static gboolean
draw_row (FseImage *sheet, const Panel *panels, gint cell, gint top, GError **error)
{
  for (gint i = 0; i < COLUMNS; i++)
    if (panels[i].picture)
      {
        g_autoptr (FseImage) fitted = fse_draw_fit (panels[i].picture, panels[i].side ? panels[i].side : cell, error);
        g_autoptr (FseImage) caption = fse_draw_text (panels[i].caption, LETTERS);
        gint                 left = GAP + i * (cell + GAP);

        if (!fitted)
          return FALSE;
        if (caption)
          fse_draw_paste (sheet, caption, left, top);
        fse_draw_paste (sheet, fitted, left, top + CAPTION);
      }
  return TRUE;
}

static FseImage *
draw_sheet (const FseExplanation *e, gboolean chosen, gint cell, GError **error)
{
  g_autofree gchar    *match = g_strdup_printf ("flow to it,\nup to %.0f pixels", e->match_reach);
  g_autofree gchar    *flow = g_strdup_printf ("the edit's own flow,\nup to %.1f pixels", e->flow_reach);
  g_autofree gchar    *before = g_strdup_printf ("%s,\nnumber %u: before", chosen ? "the example" : "most similar example", e->reference + 1);
  g_autoptr (FseImage) key = fse_flow_key (KEY, error);
  gint                 height = cell * e->picture->height / MAX (e->picture->width, e->picture->height);
  const Panel          rows[2][COLUMNS] = {
    { { e->picture, "the picture" }, { e->before, before }, { e->after, "the example's after" }, { e->match, match },
      { e->warped, "the example's before,\nmoved along it" }, { e->warped_before, "and recoloured: should\nlook like the picture" },
      { e->warped_after, "its after likewise:\nwhat the editor is told" }, { NULL, NULL } },
    { { e->result, "the result" }, { e->flow, flow }, { e->moved, "the picture,\nmoved along it" },
      { e->texture, "what its detail gains\nor loses (gray: nothing)" }, { e->colours, "what the colour maps\nadd (gray: nothing)" },
      { e->recoloured, "the sum of these" },
      { e->residual, e->flow ? "what is painted on top\n(gray: nothing)" : "all of it is painted" }, { key, "key to\nthe flows", KEY } },
  };
  g_autoptr (FseImage) sheet = NULL;
  gint                 tallest = MAX (height, e->before ? cell * e->before->height / MAX (e->before->width, e->before->height) : 0);

  if (!key)
    return NULL;
  sheet = fse_draw_sheet (GAP + (COLUMNS - 1) * (cell + GAP) + KEY + GAP, 2 * (GAP + CAPTION + MAX (tallest, KEY)) + GAP, error);
  if (!sheet)
    return NULL;
  for (gint r = 0; r < 2; r++)
    if (!draw_row (sheet, rows[r], cell, GAP + r * (GAP + CAPTION + MAX (tallest, KEY)), error))
      return NULL;
  return g_steal_pointer (&sheet);
}

FseExit
fse_cli_explain (gint argc, gchar **argv)
{
  g_auto (GStrv)             positional = NULL;
  g_autofree gchar          *output = NULL, *device = NULL, *shown = NULL;
  g_autoptr (GError)         error = NULL;
  g_autoptr (FseImage)       picture = NULL, sheet = NULL;
  g_autoptr (FseEditor)      editor = NULL;
  g_autoptr (FseExplanation) explanation = NULL;
  gint64                     seed = 0;
  gint                       cell = 192, reference = 0;
  const GOptionEntry         entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Picture to write (required)", "SHEET.png" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "Start of all randomness (0)", "S" },
    { "reference", 0, 0, G_OPTION_ARG_INT, &reference, "The example to consult, counted from 1 (the most similar one)", "N" },
    { "cell", 0, 0, G_OPTION_ARG_INT, &cell, "Longer side of a picture on the sheet, pixels (192)", "PX" },
    { "device", 0, 0, G_OPTION_ARG_STRING, &device, "Device: cpu, gpu, a number or a part of its name", "NAME" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &positional, NULL, NULL },
    { NULL }
  };

  if (!fse_cli_parse (&argc, &argv, "MODEL INPUT", "Shows on one sheet how the result on a picture came about.",
                      "Above: the example that is consulted, and what is carried over from it. Below: the parts of the\n"
                      "change, which add up to the result.", entries))
    return FSE_EXIT_USAGE;
  if (!positional || !positional[1] || positional[2])
    return fse_cli_usage ("explain", _("One model file and one picture are needed."));
  if (!output || !output[0])
    return fse_cli_usage ("explain", _("The picture to write is missing: add -o SHEET.png."));
  if (!fse_image_can_save (output))
    return fse_cli_usage ("explain", _("“%s” has no ending of a picture: end it with .png."), output);
  if (cell < 64 || cell > 1024 || seed < 0 || reference < 0)
    return fse_cli_usage ("explain", _("--cell takes a number from 64 to 1024, --seed one from 0, and --reference one from 1."));

  picture = fse_image_load (positional[1], &error);
  if (!picture || !(editor = fse_editor_open (positional[0], device, &error))
      || !(explanation = fse_explain (editor, picture, seed, reference - 1, &error)) || !(sheet = draw_sheet (explanation, reference > 0, cell, &error))
      || !fse_image_save (sheet, output, &error))
    return fse_cli_fail (error);
  shown = g_filename_display_name (output);
  printf ("Sheet: %s\n", shown);
  return FSE_EXIT_DONE;
}
