/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/checkpoint.h"

#include "files/safetensors.h"

#define KIND "few-shot-edit checkpoint"
#define FORMAT "1"

static const gchar *arena_names[] = {
  [FSE_ARENA_DATA] = "data",
  [FSE_ARENA_MOMENT1] = "moment1",
  [FSE_ARENA_MOMENT2] = "moment2",
  [FSE_ARENA_EMA] = "ema",
};

/* The settings as far as they must be equal to go on: how long to train may change. */
static gchar *
lasting_settings (const FseSettings *settings)
{
  FseSettings copy = *settings;

  copy.steps = 0;
  copy.minutes = 0;
  return fse_settings_to_json (&copy);
}

gboolean
fse_checkpoint_save (const gchar *path, const FseSettings *settings, const gchar *digest,
                     const FseProgressState *state, FseDevice *device, FseWeights *weights,
                     FseBuffer guard, GError **error)
{
  g_autoptr (FseTensorsWriter) writer = fse_tensors_writer_new ();
  gsize              floats = fse_weights_floats (weights);
  g_autofree gfloat *values = g_new (gfloat, floats);
  g_autofree gchar  *json = lasting_settings (settings);
  gfloat             guard_values[FSE_GUARD_FLOATS];
  gint64             shape[1];

  for (gsize i = 0; i < G_N_ELEMENTS (arena_names); i++)
    if (arena_names[i])
      {
        if (!fse_device_read (device, fse_weights_arena (weights, i), values, floats, error))
          return FALSE;
        shape[0] = floats;
        fse_tensors_writer_add_f32 (writer, arena_names[i], shape, 1, values);
      }
  if (!fse_device_read (device, guard, guard_values, FSE_GUARD_FLOATS, error))
    return FALSE;
  guard_values[FSE_GUARD_NORM] = 0; /* of the last step alone, and it may be not-a-number */
  shape[0] = FSE_GUARD_FLOATS;
  fse_tensors_writer_add_f32 (writer, "guard", shape, 1, guard_values);
  shape[0] = state->curve->len;
  fse_tensors_writer_add_f32 (writer, "curve", shape, 1, (gfloat *) state->curve->data);

  fse_tensors_writer_set (writer, "kind", KIND);
  fse_tensors_writer_set (writer, "format", FORMAT);
  fse_tensors_writer_set (writer, "settings", json);
  fse_tensors_writer_set (writer, "pairs", digest);
  fse_tensors_writer_set_number (writer, "step", state->step);
  fse_tensors_writer_set_number (writer, "seconds", state->seconds);
  fse_tensors_writer_set_number (writer, "loss", state->loss);
  fse_tensors_writer_set_number (writer, "error", state->error);
  return fse_tensors_writer_save (writer, path, error);
}

static gboolean
refuse (GError **error, const gchar *path, const gchar *reason)
{
  g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
               "The checkpoint “%s” %s. Start without resuming to train from the beginning.", path, reason);
  return FALSE;
}

gboolean
fse_checkpoint_load (const gchar *path, const FseSettings *settings, const gchar *digest,
                     FseProgressState *state, FseDevice *device, FseWeights *weights,
                     FseBuffer guard, GError **error)
{
  g_autoptr (FseTensorsReader) reader = NULL;
  g_autofree gchar *json = lasting_settings (settings);
  gsize             floats = fse_weights_floats (weights);
  const gfloat     *values;
  gdouble           step;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
                   "There is no checkpoint “%s” to go on from. Start without resuming to train from the beginning.", path);
      return FALSE;
    }
  reader = fse_tensors_reader_open (path, error);
  if (!reader)
    return FALSE;
  if (g_strcmp0 (fse_tensors_reader_get (reader, "kind"), KIND) != 0
      || g_strcmp0 (fse_tensors_reader_get (reader, "format"), FORMAT) != 0)
    return refuse (error, path, "was not written by this version of Few-shot Edit");
  if (g_strcmp0 (fse_tensors_reader_get (reader, "pairs"), digest) != 0)
    return refuse (error, path, "belongs to other pairs or to another size");
  if (g_strcmp0 (fse_tensors_reader_get (reader, "settings"), json) != 0)
    return refuse (error, path, "belongs to other settings");
  if (!fse_tensors_reader_number (reader, "step", 0, 4e9, &step)
      || !fse_tensors_reader_number (reader, "seconds", 0, 1e9, &state->seconds)
      || !fse_tensors_reader_number (reader, "loss", -1e9, 1e9, &state->loss)
      || !fse_tensors_reader_number (reader, "error", 0, 1e9, &state->error))
    return refuse (error, path, "is damaged");

  for (gsize i = 0; i < G_N_ELEMENTS (arena_names); i++)
    if (arena_names[i])
      {
        values = fse_tensors_reader_f32 (reader, arena_names[i], floats, error);
        if (!values || !fse_device_write (device, fse_weights_arena (weights, i), values, floats, error))
          return FALSE;
      }
  values = fse_tensors_reader_f32 (reader, "guard", FSE_GUARD_FLOATS, error);
  if (!values || !fse_device_write (device, guard, values, FSE_GUARD_FLOATS, error))
    return FALSE;
  values = fse_tensors_reader_f32 (reader, "curve", (gsize) step, error);
  if (!values)
    return FALSE;

  state->step = step;
  g_array_set_size (state->curve, 0);
  g_array_append_vals (state->curve, values, state->step);
  return TRUE;
}
