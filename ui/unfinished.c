/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See unfinished.h.  The pairs are a safetensors file: for pair k the tensors
 * before.k and after.k of height x width x 4 x 2 bytes, high byte first.
 */
#include "i18n.h"

#include "unfinished.h"

#include <glib/gstdio.h>

#include <string.h>
#include <sys/stat.h>

#include "files/safetensors.h"
#include "training/trainer.h"

#define KIND "few-shot-edit pairs"
#define SUFFIX_CHECKPOINT ".checkpoint"
#define FULL 65535.0f

void
fse_unfinished_free (FseUnfinished *unfinished)
{
  if (! unfinished)
    return;
  g_free (unfinished->model);
  fse_train_request_free (unfinished->request);
  g_free (unfinished);
}

static gchar *
pairs_path (const gchar *model)
{
  return g_strconcat (model, ".pairs", NULL);
}

static void
add_picture (FseTensorsWriter *writer, const gchar *side, guint k, FseImage *picture)
{
  g_autofree gchar  *name     = g_strdup_printf ("%s.%u", side, k);
  gint64             shape[4] = { picture->height, picture->width, 4, 2 };
  gsize              n        = (gsize) picture->width * picture->height * 4;
  g_autofree guint8 *bytes    = g_malloc (2 * n);

  for (gsize i = 0; i < n; i++)
    {
      gfloat value = picture->rgba[i] > 0.0f ? MIN (picture->rgba[i], 1.0f) : 0.0f; /* not-a-number is 0 */
      guint  whole = (guint) (value * FULL + 0.5f);

      bytes[2 * i]     = whole >> 8;
      bytes[2 * i + 1] = whole & 255;
      picture->rgba[i] = whole / FULL;
    }
  fse_tensors_writer_add_u8 (writer, name, shape, 4, bytes);
}

gboolean
fse_unfinished_save (const gchar *model, const FseTrainRequest *request, FsePairs *pairs, GError **error)
{
  g_autoptr (FseTensorsWriter) writer = fse_tensors_writer_new ();
  g_autofree gchar            *path   = pairs_path (model);
  g_autofree gchar            *text   = fse_train_request_to_text (request);

  fse_tensors_writer_set (writer, "kind", KIND);
  fse_tensors_writer_set (writer, "request", text);
  fse_tensors_writer_set_number (writer, "pairs", pairs->pairs->len);
  for (guint k = 0; k < pairs->pairs->len; k++)
    {
      FsePair          *pair = g_ptr_array_index (pairs->pairs, k);
      g_autofree gchar *key  = g_strdup_printf ("name.%u", k);

      add_picture (writer, "before", k, pair->before);
      add_picture (writer, "after", k, pair->after);
      fse_tensors_writer_set (writer, key, pair->name);
    }
  return fse_tensors_writer_save (writer, path, error);
}

static FseTensorsReader *
open_pairs (const gchar *model, GError **error)
{
  g_autofree gchar            *path   = pairs_path (model);
  g_autoptr (FseTensorsReader) reader = fse_tensors_reader_open (path, error);

  if (reader && g_strcmp0 (fse_tensors_reader_get (reader, "kind"), KIND) != 0)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
                           _("The pairs beside the checkpoint were written by another version: train anew."));
      return NULL;
    }
  return g_steal_pointer (&reader);
}

static FseImage *
read_picture (FseTensorsReader *reader, const gchar *side, guint k, GError **error)
{
  g_autofree gchar *name     = g_strdup_printf ("%s.%u", side, k);
  gint64            shape[8] = { 0 };
  FseImage         *picture;
  const guint8     *bytes;
  gsize             n;

  if (fse_tensors_reader_shape (reader, name, shape) != 4 || shape[0] < 1 || shape[0] > G_MAXINT16
      || shape[1] < 1 || shape[1] > G_MAXINT16 || shape[2] != 4 || shape[3] != 2)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_MODEL, _("The pairs beside the checkpoint are damaged: train anew."));
      return NULL;
    }
  n     = (gsize) shape[0] * shape[1] * 4;
  bytes = fse_tensors_reader_u8 (reader, name, 2 * n, error);
  picture = bytes ? fse_image_new ((gint) shape[1], (gint) shape[0], error) : NULL;
  if (! picture)
    return NULL;
  picture->bits      = 16;
  picture->has_alpha = TRUE;
  for (gsize i = 0; i < n; i++)
    picture->rgba[i] = (bytes[2 * i] << 8 | bytes[2 * i + 1]) / FULL;
  return picture;
}

FsePairs *
fse_unfinished_pairs (const gchar *model, GError **error)
{
  g_autoptr (FseTensorsReader) reader = open_pairs (model, error);
  g_autoptr (FsePairs)         pairs  = fse_pairs_new ();
  gdouble                      n      = 0.0;

  if (! reader)
    return NULL;
  fse_tensors_reader_number (reader, "pairs", 0, 100000, &n);
  for (guint k = 0; k < (guint) n; k++)
    {
      g_autofree gchar    *key    = g_strdup_printf ("name.%u", k);
      const gchar         *name   = fse_tensors_reader_get (reader, key);
      g_autoptr (FseImage) before = read_picture (reader, "before", k, error);
      g_autoptr (FseImage) after  = before ? read_picture (reader, "after", k, error) : NULL;

      if (! after || ! fse_pairs_add (pairs, name ? name : "", before, after, error))
        return NULL;
    }
  return g_steal_pointer (&pairs);
}

static FseUnfinished *
look_at (const gchar *model)
{
  g_autofree gchar            *path       = fse_checkpoint_path (model);
  g_autoptr (FseTensorsReader) checkpoint = fse_tensors_reader_open (path, NULL);
  g_autoptr (FseTensorsReader) pairs      = checkpoint ? open_pairs (model, NULL) : NULL;
  g_autoptr (FseTrainRequest)  request    = fse_train_request_new ();
  gchar                       *utf8       = g_filename_to_utf8 (model, -1, NULL, NULL, NULL);
  FseUnfinished               *found;
  gdouble                      step;
  GStatBuf                     status;

  if (! pairs || ! utf8 || ! fse_train_request_from_text (request, fse_tensors_reader_get (pairs, "request"))
      || ! fse_tensors_reader_number (checkpoint, "step", 1, 4e9, &step) || g_stat (path, &status) != 0)
    {
      g_free (utf8);
      return NULL;
    }
  fse_request_string (&request->model, utf8); /* the files may have been moved */
  fse_request_string (&request->folder, "");
  g_ptr_array_set_size (request->examples, 0);
  request->resume = TRUE;

  found          = g_new0 (FseUnfinished, 1);
  found->model   = utf8;
  found->request = g_steal_pointer (&request);
  found->step    = (guint) step;
  found->when    = status.st_mtime;
  return found;
}

FseUnfinished *
fse_unfinished_find (const gchar *model)
{
  g_autofree gchar *path = g_filename_from_utf8 (model, -1, NULL, NULL, NULL);

  return path && path[0] ? look_at (path) : NULL;
}

static gint
latest_first (gconstpointer a, gconstpointer b)
{
  gint64 x = (*(FseUnfinished *const *) a)->when, y = (*(FseUnfinished *const *) b)->when;

  return x < y ? 1 : x > y ? -1 : 0;
}

GPtrArray *
fse_unfinished_list (const gchar *folder)
{
  GPtrArray       *list = g_ptr_array_new_with_free_func ((GDestroyNotify) fse_unfinished_free);
  g_autoptr (GDir) dir  = g_dir_open (folder, 0, NULL);

  for (const gchar *name; dir && (name = g_dir_read_name (dir));)
    if (g_str_has_suffix (name, SUFFIX_CHECKPOINT))
      {
        g_autofree gchar *model = g_build_filename (folder, name, NULL);
        FseUnfinished    *found;

        model[strlen (model) - strlen (SUFFIX_CHECKPOINT)] = '\0';
        found = look_at (model);
        if (found)
          g_ptr_array_add (list, found);
      }
  g_ptr_array_sort (list, latest_first);
  return list;
}

void
fse_unfinished_drop (const gchar *model, gboolean checkpoint)
{
  g_autofree gchar *pairs = pairs_path (model);
  g_autofree gchar *path  = fse_checkpoint_path (model);

  g_unlink (pairs);
  if (checkpoint)
    g_unlink (path);
}
