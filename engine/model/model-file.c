/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model-file.h"

#include <math.h>
#include <string.h>

#include "files/safetensors.h"
#include "i18n.h"
#include "model/colour-table.h"

/* Of a text in the metadata: what is longer was made to do harm. */
#define MOST_CHARACTERS 400

struct _FseModelFile
{
  FseTensorsReader *reader;
  FseModelInfo     *info;
  const guint8     *before, *after;
};

void
fse_model_info_free (FseModelInfo *info)
{
  if (!info)
    return;
  g_free (info->colour_table);
  g_free (info->device);
  g_free (info->program);
  g_free (info->created);
  g_free (info->instruction);
  g_free (info->inverse);
  g_free (info);
}

/* Writing */

gboolean
fse_model_save (const gchar *path, const FseModelInfo *info, FseWeights *weights, const gfloat *values,
                const guint8 *before, const guint8 *after, GError **error)
{
  g_autoptr (FseTensorsWriter) writer = fse_tensors_writer_new ();
  g_autofree gchar *settings = fse_settings_to_json (&info->settings);
  gint64            pairs_shape[4] = { info->n_pairs, info->height, info->width, 4 };

  for (guint i = 0; i < fse_weights_n (weights); i++)
    {
      gsize             at;
      FseTensor        *tensor = fse_weights_nth (weights, i, &at);
      gint64            shape[4] = { tensor->n, tensor->h, tensor->w, tensor->c };
      g_autofree gchar *name = g_strconcat ("weights/", fse_weights_name (weights, i), NULL);

      fse_tensors_writer_add_f32 (writer, name, shape, 4, values + at);
    }
  if (info->colour_table)
    {
      const gint64 shape[4] = { FSE_COLOUR_TABLE_SIDE, FSE_COLOUR_TABLE_SIDE, FSE_COLOUR_TABLE_SIDE, 3 };

      fse_tensors_writer_add_f32 (writer, "colour-table", shape, 4, info->colour_table);
    }
  fse_tensors_writer_add_u8 (writer, "pairs/before", pairs_shape, 4, before);
  fse_tensors_writer_add_u8 (writer, "pairs/after", pairs_shape, 4, after);

  fse_tensors_writer_set (writer, "kind", "few-shot-edit model");
  fse_tensors_writer_set_number (writer, "format", FSE_MODEL_FORMAT);
  fse_tensors_writer_set (writer, "settings", settings);
  fse_tensors_writer_set_number (writer, "width", info->width);
  fse_tensors_writer_set_number (writer, "height", info->height);
  fse_tensors_writer_set_number (writer, "pairs", info->n_pairs);
  fse_tensors_writer_set_number (writer, "steps", info->steps);
  fse_tensors_writer_set_number (writer, "seconds", info->seconds);
  fse_tensors_writer_set_number (writer, "error", info->error);
  fse_tensors_writer_set_number (writer, "copy_error", info->copy_error);
  if (info->held_out)
    {
      fse_tensors_writer_set_number (writer, "held_out", info->held_out);
      fse_tensors_writer_set_number (writer, "best_step", info->best_step);
      fse_tensors_writer_set_number (writer, "validation", info->validation);
    }
  fse_tensors_writer_set_number (writer, "detail", info->detail);
  fse_tensors_writer_set_number (writer, "weights", fse_weights_count (weights));
  fse_tensors_writer_set (writer, "device", info->device);
  fse_tensors_writer_set (writer, "program", info->program);
  fse_tensors_writer_set (writer, "created", info->created);
  if (info->instruction && info->instruction[0])
    fse_tensors_writer_set (writer, "instruction", info->instruction);
  if (info->inverse && info->inverse[0])
    fse_tensors_writer_set (writer, "inverse", info->inverse);
  return fse_tensors_writer_save (writer, path, error);
}

/* Reading: every field is checked before it is used. */

static gboolean
get_number (FseTensorsReader *reader, const gchar *key, gdouble low, gdouble high, gdouble *value, GError **error)
{
  if (fse_tensors_reader_number (reader, key, low, high, value))
    return TRUE;
  g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
               _("The model file's entry “%s” is missing or out of range: train the model again."), key);
  return FALSE;
}

/* "" where there is none. */
static gchar *
get_text (FseTensorsReader *reader, const gchar *key)
{
  const gchar *text = fse_tensors_reader_get (reader, key);

  if (!text || !g_utf8_validate (text, -1, NULL))
    return g_strdup ("");
  return g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), MOST_CHARACTERS));
}

/* What a model has of it whose training held pairs out. */
static gboolean
read_validation (FseTensorsReader *reader, FseModelInfo *info, GError **error)
{
  gdouble held_out, best_step;

  info->validation = NAN;
  if (!fse_tensors_reader_get (reader, "held_out"))
    return TRUE;
  if (!get_number (reader, "held_out", 1, info->n_pairs, &held_out, error)
      || !get_number (reader, "best_step", 1, 4e9, &best_step, error)
      || !get_number (reader, "validation", 0, 1e9, &info->validation, error))
    return FALSE;
  info->held_out = held_out;
  info->best_step = best_step;
  return TRUE;
}

static gboolean
read_colour_table (FseTensorsReader *reader, FseModelInfo *info, GError **error)
{
  const gfloat *table;

  if (!info->settings.colour_base)
    return TRUE;
  table = fse_tensors_reader_f32 (reader, "colour-table", FSE_COLOUR_TABLE_FLOATS, error);
  if (!table)
    return FALSE;
  info->colour_table = g_memdup2 (table, FSE_COLOUR_TABLE_FLOATS * sizeof (gfloat));
  return TRUE;
}

static FseModelInfo *
read_info (FseTensorsReader *reader, const gchar *path, GError **error)
{
  g_autoptr (FseModelInfo) info = g_new0 (FseModelInfo, 1);
  const gchar *kind = fse_tensors_reader_get (reader, "kind");
  const gchar *settings = fse_tensors_reader_get (reader, "settings");
  gdouble      format, width, height, pairs, steps, n_weights;

  if (g_strcmp0 (kind, "few-shot-edit model") != 0)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
                   g_strcmp0 (kind, "few-shot-edit checkpoint") == 0
                     ? _("“%s” is the checkpoint of an unfinished training, not a model: go on training with --resume.")
                     : _("“%s” is not a Few-shot Edit model: choose a file that Train has written."),
                   path);
      return NULL;
    }
  if (!get_number (reader, "format", 1, 1e6, &format, error))
    return NULL;
  if (format > FSE_MODEL_FORMAT)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
                   _("“%s” was written by a newer version of Few-shot Edit (format %.0f; this one reads %d): "
                     "update Few-shot Edit, or train the model again."),
                   path, format, FSE_MODEL_FORMAT);
      return NULL;
    }
  if (format < FSE_MODEL_FORMAT)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
                   _("“%s” was written by an older version of Few-shot Edit (format %.0f; this one reads %d): "
                     "train the model again."),
                   path, format, FSE_MODEL_FORMAT);
      return NULL;
    }
  if (!settings)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
                   _("“%s” does not say with which settings it was trained: train the model again."), path);
      return NULL;
    }
  fse_settings_default (&info->settings);
  if (!fse_settings_from_json (&info->settings, settings, error)
      || !fse_settings_check (&info->settings, error))
    {
      g_autofree gchar *damaged = g_strdup_printf (_("“%s” has damaged settings; train the model again."), path);

      g_prefix_error (error, "%s ", damaged);
      if (error && *error)
        (*error)->code = FSE_ERROR_BAD_MODEL;
      return NULL;
    }
  if (!get_number (reader, "width", 16, 8192, &width, error)
      || !get_number (reader, "height", 16, 8192, &height, error)
      || !get_number (reader, "pairs", 1, 100000, &pairs, error)
      || !get_number (reader, "steps", 0, 4e9, &steps, error)
      || !get_number (reader, "seconds", 0, 1e9, &info->seconds, error)
      || !get_number (reader, "error", 0, 1e3, &info->error, error)
      || !get_number (reader, "copy_error", 0, 1e3, &info->copy_error, error)
      || !get_number (reader, "weights", 1, 1e10, &n_weights, error))
    return NULL;
  if ((gint) width % 16 || (gint) height % 16)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
                   _("“%s” has pictures of %.0f x %.0f pixels, which is no size a model works at: train the model again."),
                   path, width, height);
      return NULL;
    }
  info->format = format;
  info->width = width;
  info->height = height;
  info->n_pairs = pairs;
  info->steps = steps;
  info->n_weights = n_weights;
  info->device = get_text (reader, "device");
  info->program = get_text (reader, "program");
  info->created = get_text (reader, "created");
  info->instruction = get_text (reader, "instruction");
  info->inverse = get_text (reader, "inverse");
  info->detail = 1;
  if (fse_tensors_reader_get (reader, "detail") && !get_number (reader, "detail", 0, 1, &info->detail, error))
    return NULL;
  if (!read_validation (reader, info, error) || !read_colour_table (reader, info, error))
    return NULL;
  return g_steal_pointer (&info);
}

FseModelFile *
fse_model_open (const gchar *path, GError **error)
{
  g_autoptr (FseModelFile) file = g_new0 (FseModelFile, 1);
  gsize bytes;

  file->reader = fse_tensors_reader_open (path, error);
  if (!file->reader)
    return NULL;
  file->info = read_info (file->reader, path, error);
  if (!file->info)
    return NULL;
  bytes = (gsize) file->info->n_pairs * file->info->height * file->info->width * 4;
  file->before = fse_tensors_reader_u8 (file->reader, "pairs/before", bytes, error);
  if (!file->before)
    return NULL;
  file->after = fse_tensors_reader_u8 (file->reader, "pairs/after", bytes, error);
  if (!file->after)
    return NULL;
  return g_steal_pointer (&file);
}

void
fse_model_close (FseModelFile *file)
{
  if (!file)
    return;
  fse_model_info_free (file->info);
  g_clear_pointer (&file->reader, fse_tensors_reader_free);
  g_free (file);
}

FseModelInfo *
fse_model_info_load (const gchar *path, GError **error)
{
  g_autoptr (FseModelFile) file = fse_model_open (path, error);

  return file ? g_steal_pointer (&file->info) : NULL;
}

const FseModelInfo *
fse_model_info (FseModelFile *file)
{
  return file->info;
}

static gsize
picture_bytes (FseModelFile *file)
{
  return (gsize) file->info->height * file->info->width * 4;
}

const guint8 *
fse_model_before (FseModelFile *file, guint pair)
{
  return file->before + pair * picture_bytes (file);
}

const guint8 *
fse_model_after (FseModelFile *file, guint pair)
{
  return file->after + pair * picture_bytes (file);
}

gboolean
fse_model_read_weights (FseModelFile *file, FseDevice *device, FseWeights *weights, GError **error)
{
  gsize              floats = fse_weights_floats (weights);
  g_autofree gfloat *values = g_new0 (gfloat, floats);

  for (guint i = 0; i < fse_weights_n (weights); i++)
    {
      gsize             at;
      FseTensor        *tensor = fse_weights_nth (weights, i, &at);
      g_autofree gchar *name = g_strconcat ("weights/", fse_weights_name (weights, i), NULL);
      gint64            shape[8];
      const gfloat     *stored;

      stored = fse_tensors_reader_f32 (file->reader, name, fse_tensor_floats (tensor), error);
      if (!stored)
        return FALSE;
      if (fse_tensors_reader_shape (file->reader, name, shape) != 4 || shape[0] != tensor->n || shape[1] != tensor->h
          || shape[2] != tensor->w || shape[3] != tensor->c)
        {
          g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
                       _("The model's “%s” has another shape than its settings ask for: train the model again."), name);
          return FALSE;
        }
      memcpy (values + at, stored, fse_tensor_floats (tensor) * sizeof (gfloat));
    }
  if (!fse_device_write (device, fse_weights_arena (weights, FSE_ARENA_DATA), values, floats, error))
    return FALSE;
  return !fse_weights_arena (weights, FSE_ARENA_EMA).mem
         || fse_device_write (device, fse_weights_arena (weights, FSE_ARENA_EMA), values, floats, error);
}
