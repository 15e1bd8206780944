/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/checkpoint.h"

#include "files/safetensors.h"
#include "i18n.h"

#define KIND "few-shot-edit checkpoint"
#define FORMAT "3"

static const gchar *arena_names[] = {
  [FSE_ARENA_DATA] = "data",
  [FSE_ARENA_MOMENT1] = "moment1",
  [FSE_ARENA_MOMENT2] = "moment2",
  [FSE_ARENA_EMA] = "ema",
};

void
fse_progress_state_init (FseProgressState *state)
{
  *state = (FseProgressState) { .errors = g_array_new (FALSE, FALSE, sizeof (FseErrorPoint)),
                                .looks = g_array_new (FALSE, FALSE, sizeof (FseValidationPoint)) };
}

void
fse_progress_state_clear (FseProgressState *state)
{
  g_clear_pointer (&state->errors, g_array_unref);
  g_clear_pointer (&state->looks, g_array_unref);
  g_clear_pointer (&state->kept, g_free);
}

/* The settings as far as they must be equal to go on: how long to train may change, what is kept of it, and what
 * changes the memory alone. */
static gchar *
lasting_settings (const FseSettings *settings)
{
  FseSettings copy = *settings;

  copy.steps = 0;
  copy.minutes = 0;
  copy.keep = FSE_KEEP_AUTO;
  copy.patience = 0;
  copy.recompute = FSE_RECOMPUTE_AUTO;
  return fse_settings_to_json (&copy);
}

/* The looks as a tensor of (step, score): a float holds steps up to 16 millions exactly. */
static void
add_looks (FseTensorsWriter *writer, const GArray *looks)
{
  g_autofree gfloat *values = g_new (gfloat, 2 * looks->len + 1);
  gint64             shape[2] = { looks->len, 2 };

  for (guint i = 0; i < looks->len; i++)
    {
      const FseValidationPoint *look = &g_array_index (looks, FseValidationPoint, i);

      values[2 * i] = look->step;
      values[2 * i + 1] = look->score;
    }
  fse_tensors_writer_add_f32 (writer, "looks", shape, 2, values);
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
  gint64             shape[2] = { 0, 2 };

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
  shape[0] = state->errors->len;
  fse_tensors_writer_add_f32 (writer, "errors", shape, 2, (gfloat *) state->errors->data);
  add_looks (writer, state->looks);
  shape[0] = floats;
  if (state->kept)
    fse_tensors_writer_add_f32 (writer, "kept", shape, 1, state->kept);

  fse_tensors_writer_set (writer, "kind", KIND);
  fse_tensors_writer_set (writer, "format", FORMAT);
  fse_tensors_writer_set (writer, "settings", json);
  fse_tensors_writer_set (writer, "pairs", digest);
  fse_tensors_writer_set_number (writer, "step", state->step);
  fse_tensors_writer_set_number (writer, "seconds", state->seconds);
  fse_tensors_writer_set_number (writer, "loss", state->loss);
  fse_tensors_writer_set_number (writer, "error", state->error);
  fse_tensors_writer_set_number (writer, "best_step", state->best.step);
  fse_tensors_writer_set_number (writer, "best_score", state->best.score);
  return fse_tensors_writer_save (writer, path, error);
}

static gboolean
refuse (GError **error, const gchar *path, const gchar *sentence)
{
  g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL, sentence, path);
  return FALSE;
}

static gboolean
read_looks (FseTensorsReader *reader, FseProgressState *state, gsize floats, GError **error)
{
  gint64        shape[8] = { 0 };
  gint          n_dims = fse_tensors_reader_shape (reader, "looks", shape);
  gsize         n = n_dims == 2 && shape[1] == 2 ? shape[0] : 0;
  const gfloat *values = fse_tensors_reader_f32 (reader, "looks", 2 * n, error);

  if (!values)
    return FALSE;
  g_array_set_size (state->looks, 0);
  for (gsize i = 0; i < n; i++)
    {
      FseValidationPoint look = { values[2 * i], values[2 * i + 1] };

      g_array_append_val (state->looks, look);
    }
  g_clear_pointer (&state->kept, g_free);
  if (fse_tensors_reader_shape (reader, "kept", shape) == 0)
    return TRUE;
  values = fse_tensors_reader_f32 (reader, "kept", floats, error);
  state->kept = values ? g_memdup2 (values, floats * sizeof (gfloat)) : NULL;
  return values != NULL;
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
  gdouble           step, best_step, best_score;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
                   _("There is no checkpoint “%s” to go on from: start without resuming to train from the beginning."), path);
      return FALSE;
    }
  reader = fse_tensors_reader_open (path, error);
  if (!reader)
    return FALSE;
  if (g_strcmp0 (fse_tensors_reader_get (reader, "kind"), KIND) != 0
      || g_strcmp0 (fse_tensors_reader_get (reader, "format"), FORMAT) != 0)
    return refuse (error, path, _("The checkpoint “%s” was not written by this version of Few-shot Edit: "
                                  "start without resuming to train from the beginning."));
  if (g_strcmp0 (fse_tensors_reader_get (reader, "pairs"), digest) != 0)
    return refuse (error, path, _("The checkpoint “%s” belongs to other pairs or to another size: "
                                  "start without resuming to train from the beginning."));
  if (g_strcmp0 (fse_tensors_reader_get (reader, "settings"), json) != 0)
    return refuse (error, path, _("The checkpoint “%s” belongs to other settings: "
                                  "start without resuming to train from the beginning."));
  if (!fse_tensors_reader_number (reader, "step", 0, 4e9, &step)
      || !fse_tensors_reader_number (reader, "seconds", 0, 1e9, &state->seconds)
      || !fse_tensors_reader_number (reader, "loss", -1e9, 1e9, &state->loss)
      || !fse_tensors_reader_number (reader, "error", 0, 1e9, &state->error)
      || !fse_tensors_reader_number (reader, "best_step", 0, 4e9, &best_step)
      || !fse_tensors_reader_number (reader, "best_score", 0, 1e9, &best_score))
    return refuse (error, path, _("The checkpoint “%s” is damaged: "
                                  "start without resuming to train from the beginning."));

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
  values = fse_tensors_reader_f32 (reader, "errors", 2 * (gsize) step, error);
  if (!values || !read_looks (reader, state, floats, error))
    return FALSE;

  state->step = step;
  state->best = (FseValidationPoint) { best_step, best_score };
  g_array_set_size (state->errors, 0);
  g_array_append_vals (state->errors, values, state->step);
  return TRUE;
}
