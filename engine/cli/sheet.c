/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * few-shot-edit sheet: before, result and truth side by side, and by how much
 * the result is nearer to the truth than doing nothing is.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/drawing.h"
#include "i18n.h"

#define GAP 8
#define HEADING 24
#define LETTERS 15.0
#define COLUMNS 3

static const gchar *const endings[COLUMNS] = { "_before", "_result", "_after" };
static const gchar *const headings[COLUMNS] = { "before", "result", "truth" };

typedef struct
{
  gchar    *name;
  gchar    *path[COLUMNS];    /* NULL: there is none */
  FseImage *picture[COLUMNS]; /* fitted into a cell */
  gdouble   copy, result;     /* mean |. - truth|; NaN without a truth */
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->name);
  for (gint i = 0; i < COLUMNS; i++)
    {
      g_free (row->path[i]);
      fse_image_unref (row->picture[i]);
    }
  g_free (row);
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Row *const *) a)->name, (*(Row *const *) b)->name);
}

/* NAME_before.*, NAME_result.*, NAME_after.*: rows that have a result. */
static GPtrArray *
find_rows (const gchar *folder, gint max, GError **error)
{
  g_autofree gchar      *shown = g_filename_display_name (folder);
  g_autoptr (GDir)       dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GHashTable) by_stem = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, row_free);
  g_autoptr (GPtrArray)  rows = g_ptr_array_new_with_free_func (row_free);
  GHashTableIter         iter;
  gpointer               row;
  const gchar           *file;

  if (!dir)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO, _("The folder “%s” cannot be read: choose one that exists."), shown);
      return NULL;
    }
  while ((file = g_dir_read_name (dir)))
    {
      g_autofree gchar *stem = g_strndup (file, strcspn (file, "."));

      for (gint i = 0; i < COLUMNS; i++)
        if (g_str_has_suffix (stem, endings[i]))
          {
            Row *at;

            stem[strlen (stem) - strlen (endings[i])] = '\0';
            at = g_hash_table_lookup (by_stem, stem);
            if (!at)
              {
                at = g_new0 (Row, 1);
                at->name = g_steal_pointer (&stem);
                g_hash_table_insert (by_stem, at->name, at);
              }
            g_free (at->path[i]);
            at->path[i] = g_build_filename (folder, file, NULL);
            break;
          }
    }
  g_hash_table_iter_init (&iter, by_stem);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    if (((Row *) row)->path[0] && ((Row *) row)->path[1])
      {
        g_hash_table_iter_steal (&iter);
        g_ptr_array_add (rows, row);
      }
  if (rows->len == 0)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
                   _("“%s” holds no NAME_before.png with a NAME_result.png: put the pictures there under such names."), shown);
      return NULL;
    }
  g_ptr_array_sort (rows, by_name);
  if (max > 0 && rows->len > (guint) max)
    g_ptr_array_set_size (rows, max);
  return g_steal_pointer (&rows);
}

/* Over white, as it is drawn. */
static inline gfloat
channel (const gfloat *pixel, gint c)
{
  return pixel[c] * pixel[3] + 1 - pixel[3];
}

static gdouble
mean_difference (const FseImage *a, const FseImage *truth, GError **error)
{
  g_autoptr (FseImage) fitted = fse_image_scale (a, truth->width, truth->height, error);
  gdouble              sum = 0;
  gsize                n = (gsize) truth->width * truth->height;

  if (!fitted)
    return NAN;
  for (gsize i = 0; i < n; i++)
    for (gint c = 0; c < 3; c++)
      sum += fabsf (channel (fitted->rgba + 4 * i, c) - channel (truth->rgba + 4 * i, c));
  return sum / (3.0 * n);
}

static gboolean
load_row (Row *row, gint cell, GError **error)
{
  g_autoptr (FseImage) truth = NULL;
  gdouble             *measures[] = { &row->copy, &row->result };

  row->copy = row->result = NAN;
  if (row->path[2])
    {
      truth = fse_image_load (row->path[2], error);
      if (!truth || !(row->picture[2] = fse_draw_fit (truth, cell, error)))
        return FALSE;
    }
  for (gint i = 0; i < 2; i++)
    {
      g_autoptr (FseImage) full = fse_image_load (row->path[i], error);

      if (!full || !(row->picture[i] = fse_draw_fit (full, cell, error)))
        return FALSE;
      if (!truth)
        continue;
      *measures[i] = mean_difference (full, truth, error);
      if (!isfinite (*measures[i]))
        return FALSE;
    }
  return TRUE;
}

static FseImage *
draw_sheet (GPtrArray *rows, gint cell, gint columns, GError **error)
{
  gint      height = 0;
  gint      top = HEADING + GAP;
  FseImage *sheet;

  for (guint r = 0; r < rows->len; r++)
    height += ((Row *) g_ptr_array_index (rows, r))->picture[0]->height + GAP;
  sheet = fse_draw_sheet (GAP + columns * (cell + GAP), top + height, error);
  if (!sheet)
    return NULL;

  for (gint i = 0; i < columns; i++)
    {
      g_autoptr (FseImage) heading = fse_draw_text (headings[i], LETTERS);

      if (heading)
        fse_draw_paste (sheet, heading, GAP + i * (cell + GAP), GAP);
    }
  for (guint r = 0; r < rows->len; r++)
    {
      const Row *row = g_ptr_array_index (rows, r);

      for (gint i = 0; i < columns; i++)
        if (row->picture[i])
          fse_draw_paste (sheet, row->picture[i], GAP + i * (cell + GAP), top);
      top += row->picture[0]->height + GAP;
    }
  return sheet;
}

static void
print_rows (GPtrArray *rows)
{
  gdouble copy = 0, result = 0;
  guint   n = 0;

  for (guint r = 0; r < rows->len; r++)
    {
      const Row *row = g_ptr_array_index (rows, r);

      if (!isfinite (row->copy))
        continue;
      if (n++ == 0)
        printf ("%-24s %10s %10s %8s\n", "", "unedited", "result", "ratio");
      printf ("%-24s %10.4f %10.4f %8.3f\n", row->name, row->copy, row->result, row->result / row->copy);
      copy += row->copy;
      result += row->result;
    }
  if (n)
    printf ("%-24s %10.4f %10.4f %8.3f\n", "mean", copy / n, result / n, result / copy);
}

FseExit
fse_cli_sheet (gint argc, gchar **argv)
{
  g_auto (GStrv)        positional = NULL;
  g_autofree gchar     *output = NULL, *shown = NULL;
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (FseImage)  sheet = NULL;
  gint                  max = 0, cell = 192, columns = 2;
  const GOptionEntry    entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Picture to write (required)", "SHEET.png" },
    { "max", 0, 0, G_OPTION_ARG_INT, &max, "Show the first N rows only", "N" },
    { "cell", 0, 0, G_OPTION_ARG_INT, &cell, "Longer side of a picture on the sheet, pixels (192)", "PX" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &positional, NULL, NULL },
    { NULL }
  };

  if (!fse_cli_parse (&argc, &argv, "DIR", "Puts befores, results and truths side by side on one picture.",
                      "DIR holds NAME_before.*, NAME_result.* and, where known, NAME_after.*. For these the mean\n"
                      "absolute error (0..1) of the unedited picture and of the result is printed.", entries))
    return FSE_EXIT_USAGE;
  if (!positional || positional[1])
    return fse_cli_usage ("sheet", _("One folder of pictures is needed."));
  if (!output || !output[0])
    return fse_cli_usage ("sheet", _("The picture to write is missing: add -o SHEET.png."));
  if (max < 0 || cell < 16 || cell > 1024)
    return fse_cli_usage ("sheet", _("--max takes a number from 1, and --cell one from 16 to 1024."));

  rows = find_rows (positional[0], max, &error);
  if (!rows)
    return fse_cli_fail (error);
  for (guint r = 0; r < rows->len; r++)
    {
      Row *row = g_ptr_array_index (rows, r);

      if (!load_row (row, cell, &error))
        return fse_cli_fail (error);
      if (row->picture[2])
        columns = COLUMNS;
    }
  sheet = draw_sheet (rows, cell, columns, &error);
  if (!sheet || !fse_image_save (sheet, output, &error))
    return fse_cli_fail (error);
  print_rows (rows);
  shown = g_filename_display_name (output);
  printf ("Sheet: %s\n", shown);
  return FSE_EXIT_DONE;
}
