/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See trainings.h.
 */
#include "trainings.h"

#include <glib/gstdio.h>

#include "examples.h"
#include "files/safetensors.h"
#include "model/model-file.h"

static gchar *folder;

gchar *
model_path (const gchar *name)
{
  return g_strdup_printf ("%s/%s" FSE_MODEL_SUFFIX, folder, name);
}

FseSettings
tiny_settings (guint steps)
{
  FseSettings settings;

  fse_settings_default (&settings);
  settings.size = 64;
  settings.batch = 2;
  settings.steps = steps;
  settings.minutes = 0;
  settings.seed = 7;
  return settings;
}

FseTrainer *
trainer_new (const FseSettings *settings, gint n_pairs, const gchar *path)
{
  g_autoptr (FsePairs) pairs = example_pairs (n_pairs, settings->size);
  g_autoptr (GError)   error = NULL;
  FseTrainer          *trainer = fse_trainer_new (pairs, settings, path, &error);

  g_assert_no_error (error);
  return trainer;
}

void
run (FseTrainer *trainer)
{
  g_autoptr (GError) error = NULL;

  fse_trainer_run (trainer, &error);
  g_assert_no_error (error);
}

/* Names and bytes of all tensors are the same. */
void
assert_same_tensors (const gchar *path1, const gchar *path2)
{
  g_autoptr (GError)           error = NULL;
  g_autoptr (FseTensorsReader) one = fse_tensors_reader_open (path1, &error);
  g_autoptr (FseTensorsReader) two = fse_tensors_reader_open (path2, &error);
  g_auto (GStrv)               names = NULL;

  g_assert_no_error (error);
  names = fse_tensors_reader_names (one);
  g_assert_cmpuint (g_strv_length (names), >, 50);
  for (gsize i = 0; names[i]; i++)
    if (g_str_has_prefix (names[i], "weights/"))
      {
        gint64        shape[8];
        gint          n_dims = fse_tensors_reader_shape (one, names[i], shape);
        gsize         count = 1;
        const gfloat *a, *b;

        for (gint d = 0; d < n_dims; d++)
          count *= shape[d];
        a = fse_tensors_reader_f32 (one, names[i], count, &error);
        b = fse_tensors_reader_f32 (two, names[i], count, &error);
        g_assert_no_error (error);
        g_assert_cmpmem (a, count * 4, b, count * 4);
      }
}

gpointer
run_in_thread (gpointer data)
{
  GError *error = NULL;

  fse_trainer_run (data, &error);
  return error;
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar     *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree gchar *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

void
trainings_start (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  folder = g_dir_make_tmp ("fse-training-XXXXXX", NULL);
  g_assert_nonnull (folder);
}

int
trainings_end (void)
{
  int status = g_test_run ();

  remove_folder ();
  g_free (folder);
  return status;
}
