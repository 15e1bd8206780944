/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training as a whole: it learns, it stops and goes on bit for bit, it
 * repeats itself, every switch trains, and what can go wrong says so.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "apply/detail.h"
#include "apply/texture.h"
#include "examples.h"
#include "files/safetensors.h"
#include "model/model-file.h"
#include "model/vae.h"
#include "training/dataset.h"
#include "trainings.h"

/* 5 pairs of a colour edit: the error on them falls far below that of doing
 * nothing, in training and through the model file and the editor. */
static void
test_learns (void)
{
  g_autofree gchar      *path = model_path ("learns");
  FseSettings            settings = tiny_settings (160);
  g_autoptr (FseTrainer) trainer = trainer_new (&settings, 5, path);
  g_autoptr (FsePairs)   pairs = example_pairs (5, 64);
  g_autoptr (GError)     error = NULL;
  g_autoptr (FseEditor)  editor = NULL;
  FseApplySettings       apply;
  FseSnapshot            snapshot;
  gdouble                result_error = 0, copy_error = 0;

  run (trainer);
  fse_trainer_snapshot (trainer, &snapshot);
  g_assert_cmpint (snapshot.phase, ==, FSE_TRAINING_DONE);
  g_assert_cmpuint (snapshot.step, ==, 160);
  g_assert_cmpuint (snapshot.skipped, ==, 0);
  g_test_message ("train error %.4f, copy %.4f", snapshot.error, snapshot.copy_error);
  g_assert_cmpfloat (snapshot.error, <, 0.5 * snapshot.copy_error);

  editor = fse_editor_open (path, NULL, &error);
  g_assert_no_error (error);
  fse_apply_settings_default (&apply);
  for (guint i = 0; i < 5; i++)
    {
      FsePair             *pair = pairs->pairs->pdata[i];
      g_autoptr (FseImage) result = fse_editor_apply (editor, pair->before, &apply, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (result->width, ==, 64);
      for (gsize k = 0; k < 64 * 64 * 4; k++)
        {
          result_error += fabsf (result->rgba[k] - pair->after->rgba[k]);
          copy_error += fabsf (pair->before->rgba[k] - pair->after->rgba[k]);
        }
    }
  g_test_message ("applied: %.3f of doing nothing", result_error / copy_error);
  g_assert_cmpfloat (result_error, <, 0.35 * copy_error);
}

/* Whether a training could be stopped after some steps, and not only at its end, which a fast device comes to first. */
static gboolean
is_stopped_midway (const FseSettings *settings, const gchar *path)
{
  g_autoptr (FseTrainer) trainer = trainer_new (settings, 3, path);
  GThread               *thread = g_thread_new ("trainer", run_in_thread, trainer);
  g_autofree gchar      *checkpoint = fse_checkpoint_path (path);
  g_autoptr (GError)     error = NULL;
  FseSnapshot            snapshot;

  do
    {
      g_usleep (1000);
      fse_trainer_snapshot (trainer, &snapshot);
    }
  while (snapshot.step < 4);
  fse_trainer_cancel (trainer);
  error = g_thread_join (thread);
  if (!error)
    {
      g_assert_cmpint (g_remove (path), ==, 0);
      return FALSE;
    }
  g_assert_error (error, FSE_ERROR, FSE_ERROR_CANCELLED);
  g_assert_nonnull (strstr (error->message, "--resume"));
  fse_trainer_snapshot (trainer, &snapshot);
  g_assert_cmpuint (snapshot.step, <, settings->steps);
  g_assert_true (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  return TRUE;
}

/* Stopped somewhere and resumed, training ends in the same weights, to the bit;
 * also across the change from half to full size, which comes half way. */
static void
test_resume (void)
{
  g_autofree gchar *whole = model_path ("whole"), *parts = model_path ("parts");
  g_autofree gchar *checkpoint = fse_checkpoint_path (parts);
  FseSettings       settings = tiny_settings (14);

  settings.size = 96;
  while (!is_stopped_midway (&settings, parts))
    settings.steps *= 4;
  {
    g_autoptr (FseTrainer) trainer = trainer_new (&settings, 3, parts);

    fse_trainer_set_resume (trainer, TRUE);
    run (trainer);
    g_assert_false (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  }
  {
    g_autoptr (FseTrainer) trainer = trainer_new (&settings, 3, whole);

    run (trainer);
  }
  assert_same_tensors (whole, parts);
}

static void
expect_failure (FseTrainer *trainer, FseErrorCode code, const gchar *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (fse_trainer_run (trainer, &error));
  g_assert_error (error, FSE_ERROR, (gint) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_resume_refused (void)
{
  g_autofree gchar *path = model_path ("refused");
  FseSettings       settings = tiny_settings (3);

  {
    g_autoptr (FseTrainer) trainer = trainer_new (&settings, 2, path);

    fse_trainer_set_resume (trainer, TRUE);
    expect_failure (trainer, FSE_ERROR_BAD_MODEL, "no checkpoint");
  }
  {
    /* a checkpoint that is cut short */
    g_autofree gchar      *checkpoint = fse_checkpoint_path (path);
    g_autoptr (FseTrainer) trainer = trainer_new (&settings, 2, path);

    g_assert_true (g_file_set_contents (checkpoint, "\x10\0\0\0\0\0\0\0{\"a\":", 13, NULL));
    fse_trainer_set_resume (trainer, TRUE);
    expect_failure (trainer, FSE_ERROR_BAD_MODEL, "");
  }
}

/* Each switch away from its default builds, trains, saves and applies. */
static void
test_switches (void)
{
  static const gchar *assignments[] = {
    "pairing=one-to-one", "condition-source=off", "condition-transform=off", "skip-connections=off",
    "noise-injection=off", "frequency-loss=off", "detail-loss=off", "explicit-change=off", "texture=off", "position=off", "augmentation=off", "hues=off", "critic=on",
    "flips=on",
    "model-size=medium", "size=96",
  };
  g_autofree gchar *path = model_path ("switch");

  for (gsize i = 0; i < G_N_ELEMENTS (assignments); i++)
    {
      FseSettings            settings = tiny_settings (2);
      g_autoptr (FsePairs)   pairs = example_pairs (2, 64);
      g_autoptr (GError)     error = NULL;
      g_autoptr (FseTrainer) trainer = NULL;
      g_autoptr (FseEditor)  editor = NULL;
      g_autoptr (FseImage)   result = NULL;
      FsePair               *pair = pairs->pairs->pdata[0];
      FseApplySettings       apply;
      FseSnapshot            snapshot;

      fse_settings_set (&settings, assignments[i], &error);
      g_assert_no_error (error);
      trainer = trainer_new (&settings, 2, path);
      run (trainer);
      fse_trainer_snapshot (trainer, &snapshot);
      g_assert_true (isfinite (snapshot.loss));
      g_assert_cmpuint (snapshot.skipped, ==, 0);

      editor = fse_editor_open (path, NULL, &error);
      g_assert_no_error (error);
      fse_apply_settings_default (&apply);
      apply.steps = 2;
      apply.references = 2;
      result = fse_editor_apply (editor, pair->before, &apply, NULL, NULL, &error);
      g_assert_no_error (error);
    }
}

/* Strength 0 is the input to the bit; the same seed gives the same picture; an
 * odd size comes out at that size; alpha passes through. */
static void
test_apply (void)
{
  g_autofree gchar     *path = model_path ("learns");
  g_autoptr (GError)    error = NULL;
  g_autoptr (FseEditor) editor = fse_editor_open (path, NULL, &error);
  g_autoptr (FseImage)  picture = fse_image_new (101, 67, NULL);
  g_autoptr (FseImage)  zero = NULL, one = NULL, again = NULL;
  FseApplySettings      apply;
  gsize                 floats = 101 * 67 * 4;

  g_assert_no_error (error);
  for (gsize i = 0; i < floats; i++)
    picture->rgba[i] = (i * 7919 % 1000) / 999.0f;
  fse_apply_settings_default (&apply);
  apply.strength = 0;
  zero = fse_editor_apply (editor, picture, &apply, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (zero->rgba, floats * 4, picture->rgba, floats * 4);

  apply.strength = 1;
  apply.seed = 3;
  one = fse_editor_apply (editor, picture, &apply, NULL, NULL, &error);
  g_assert_no_error (error);
  again = fse_editor_apply (editor, picture, &apply, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (one->width, ==, 101);
  g_assert_cmpint (one->height, ==, 67);
  g_assert_cmpmem (one->rgba, floats * 4, again->rgba, floats * 4);
  g_assert_cmpint (memcmp (one->rgba, picture->rgba, floats * 4), !=, 0);
  for (gsize i = 3; i < floats; i += 4)
    g_assert_cmpfloat (one->rgba[i], ==, picture->rgba[i]);

  apply.steps = 0;
  g_assert_null (fse_editor_apply (editor, picture, &apply, NULL, NULL, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_USAGE);
}

static void
cancel_it (gdouble fraction, gpointer data)
{
  if (fraction > 0.05)
    fse_editor_cancel (data);
}

/* A region by itself is cut out of what the whole becomes, to the bit, and nothing else is written;
 * asked to stop, the editor stops. */
static void
test_region (void)
{
  g_autofree gchar     *path = model_path ("learns");
  g_autoptr (GError)    error = NULL;
  g_autoptr (FseEditor) editor = fse_editor_open (path, NULL, &error);
  g_autoptr (FseImage)  picture = fse_image_new (150, 90, NULL), part = fse_image_new (150, 90, NULL);
  g_autoptr (FseImage)  whole = NULL, seen = NULL;
  FseRasterImages       images = { picture, part };
  FseRaster             raster = fse_raster_of_images (&images);
  const FseRectangle    region = { 31, 7, 88, 60 };
  FseApplySettings      apply;

  g_assert_no_error (error);
  for (gsize i = 0; i < 150 * 90 * 4; i++)
    picture->rgba[i] = (i * 7919 % 1000) / 999.0f;
  fse_apply_settings_default (&apply);
  whole = fse_editor_apply (editor, picture, &apply, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (fse_editor_apply_raster (editor, &raster, &region, &apply, NULL, NULL, &error));
  g_assert_no_error (error);
  for (gint y = 0; y < 90; y++)
    for (gint x = 0; x < 150; x++)
      for (gint c = 0; c < 4; c++)
        {
          gsize    i = ((gsize) y * 150 + x) * 4 + c;
          gboolean in = x >= 31 && x < 31 + 88 && y >= 7 && y < 67;

          g_assert_cmpfloat (part->rgba[i], ==, in ? whole->rgba[i] : 0);
        }

  /* the look at the picture made once serves as well; so does a pair of the caller's choice, but it must exist */
  raster.seen = seen = fse_editor_see (editor, &raster, NULL, NULL, &error);
  g_assert_no_error (error);
  memset (part->rgba, 0, 150 * 90 * 16);
  g_assert_true (fse_editor_apply_raster (editor, &raster, NULL, &apply, NULL, NULL, &error));
  g_assert_cmpmem (part->rgba, 150 * 90 * 16, whole->rgba, 150 * 90 * 16);
  apply.reference = 4;
  g_assert_true (fse_editor_apply_raster (editor, &raster, NULL, &apply, NULL, NULL, &error));
  apply.reference = 5;
  g_assert_false (fse_editor_apply_raster (editor, &raster, NULL, &apply, NULL, NULL, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_USAGE);
  g_clear_error (&error);

  apply.reference = -1;
  g_assert_null (fse_editor_apply (editor, picture, &apply, cancel_it, editor, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_CANCELLED);
}

/* Three pairs that are larger than the model's working size and full of fine detail, which the after, a
 * recolouring otherwise, keeps or has lost. */
static FsePairs *
detailed_pairs (gboolean kept)
{
  FsePairs *pairs = example_pairs (3, 200);

  for (guint i = 0; i < 3; i++)
    {
      FsePair *pair = pairs->pairs->pdata[i];

      for (gsize p = 0; p < 200 * 200 * 4; p += 4)
        for (gint c = 0; c < 3; c++)
          {
            gfloat grain = ((p / 4 + p / 800) % 2) ? 0.1f : -0.1f;

            pair->before->rgba[p + c] += grain;
            pair->after->rgba[p + c] += kept ? 0.7f * grain : 0;
          }
    }
  return pairs;
}

static void
test_detail (void)
{
  g_autofree gchar     *path = model_path ("learns");
  g_autoptr (GError)    error = NULL;
  g_autoptr (FseEditor) editor = fse_editor_open (path, NULL, &error);
  g_autoptr (FsePairs)  kept = detailed_pairs (TRUE), wiped = detailed_pairs (FALSE), small = example_pairs (3, 64);
  FseSettings           settings;
  gdouble               detail;

  g_assert_no_error (error);
  fse_settings_default (&settings);
  settings.size = 64;
  g_assert_true (fse_detail_measurable (kept, &settings));
  g_assert_false (fse_detail_measurable (small, &settings));
  g_assert_true (fse_detail_measure (editor, kept, &settings, &detail, &error));
  g_assert_cmpfloat (detail, ==, 1);
  g_assert_true (fse_detail_measure (editor, wiped, &settings, &detail, &error));
  g_test_message ("wiped away: %.3f is left", detail);
  g_assert_cmpfloat (detail, <, 0.3); /* the waves have some fine detail, too, which stays */
}

/* The trained model, which then takes three tenths of all detail away. */
static gchar *
softening_model (void)
{
  g_autofree gchar            *from = model_path ("learns"), *data = NULL;
  gchar                       *path = model_path ("softens");
  gsize                        length;
  g_autoptr (GBytes)           file = NULL;
  g_autoptr (FseTensorsReader) reader = NULL;
  g_autoptr (GError)           error = NULL;
  gfloat                      *bias; /* within data */

  g_file_get_contents (from, &data, &length, &error);
  g_assert_no_error (error);
  file = g_bytes_new_static (data, length);
  reader = fse_tensors_reader_new (file, from, &error);
  g_assert_no_error (error);
  bias = (gfloat *) fse_tensors_reader_f32 (reader, "weights/" FSE_VAE_GAIN "/bias", FSE_BANDS, &error);
  g_assert_no_error (error);
  for (gint k = 0; k < FSE_BANDS; k++)
    bias[k] = -0.3f;
  g_file_set_contents (path, data, length, &error);
  g_assert_no_error (error);
  return path;
}

/* Afters as the model makes them bear all of its texture out, and as it would without texture, none. */
static void
test_texture (void)
{
  g_autofree gchar     *path = softening_model ();
  g_autoptr (GError)    error = NULL;
  g_autoptr (FseEditor) editor = fse_editor_open (path, NULL, &error);
  FseSettings           settings;

  g_assert_no_error (error);
  fse_settings_default (&settings);
  settings.size = 64;
  for (gint plain = 0; plain < 2; plain++)
    {
      g_autoptr (FsePairs) pairs = detailed_pairs (TRUE);
      FseApplySettings     apply;
      gdouble              share;

      fse_apply_settings_default (&apply);
      apply.detail = 1;
      apply.plain = plain;
      for (guint i = 0; i < 3; i++)
        {
          FsePair *pair = pairs->pairs->pdata[i];

          fse_image_unref (pair->after);
          pair->after = fse_editor_apply (editor, pair->before, &apply, NULL, NULL, &error);
          g_assert_no_error (error);
        }
      g_assert_true (fse_texture_measure (editor, pairs, &settings, &share, &error));
      g_assert_cmpfloat_with_epsilon (share, plain ? 0 : 1, 1e-5);
    }
}

/* A device with too little memory: a sentence that says how much was needed. */
static void
test_out_of_memory (void)
{
  g_autofree gchar      *path = model_path ("memory");
  FseSettings            settings = tiny_settings (2);
  g_autoptr (FseTrainer) trainer = trainer_new (&settings, 2, path);

  g_setenv ("FEW_SHOT_EDIT_MEMORY_LIMIT", "20", TRUE);
  expect_failure (trainer, FSE_ERROR_OUT_OF_MEMORY, "MB");
  g_unsetenv ("FEW_SHOT_EDIT_MEMORY_LIMIT");
}

/* Numbers computed twice rather than kept: the memory told before the first step is less, and the model is the same; where
 * memory is short it is done unasked. */
static void
test_recompute (void)
{
  static const FseRecompute wishes[3] = { FSE_RECOMPUTE_OFF, FSE_RECOMPUTE_ON, FSE_RECOMPUTE_AUTO };
  gchar                    *paths[3];
  guint64                   memory[3];

  for (gint i = 0; i < 3; i++)
    {
      g_autofree gchar *name = g_strdup_printf ("recompute %d", i), *limit = NULL;
      FseSettings       settings = tiny_settings (2);
      g_autoptr (FseTrainer) trainer = NULL;
      FseSnapshot       snapshot;

      if (wishes[i] == FSE_RECOMPUTE_AUTO)
        {
          limit = g_strdup_printf ("%.2f", (memory[0] + memory[1]) / 2e6);
          g_setenv ("FEW_SHOT_EDIT_MEMORY_LIMIT", limit, TRUE);
        }
      settings.recompute = wishes[i];
      paths[i] = model_path (name);
      trainer = trainer_new (&settings, 2, paths[i]);
      run (trainer);
      fse_trainer_snapshot (trainer, &snapshot);
      memory[i] = snapshot.memory;
    }
  g_unsetenv ("FEW_SHOT_EDIT_MEMORY_LIMIT");
  g_test_message ("%.1f MB, recomputing %.1f MB", memory[0] / 1e6, memory[1] / 1e6);
  g_assert_cmpuint (memory[1], <, memory[0] * 19 / 20);
  g_assert_cmpuint (memory[2], ==, memory[1]);
  assert_same_tensors (paths[0], paths[1]);
  assert_same_tensors (paths[0], paths[2]);
  for (gint i = 0; i < 3; i++)
    g_free (paths[i]);
}

/* The model cannot be written: the old one stays, and the steps are not lost. */
static void
test_unwritable (void)
{
  g_autofree gchar      *missing = model_path ("no/such/folder/m");
  FseSettings            settings = tiny_settings (1);
  g_autoptr (FseTrainer) trainer = trainer_new (&settings, 2, missing);

  expect_failure (trainer, FSE_ERROR_IO, "no/such/folder");
}

/* How many pairs are held out, which, and that one is always left to learn from. */
/* What is behind the transparent half of an after teaches nothing, whatever its
 * colours are; the other half and the error of doing nothing stay as they were. */
static void
test_hidden (void)
{
  g_autoptr (FsePairs)   whole = example_pairs (1, 64);
  g_autoptr (FsePairs)   black = example_pairs (1, 64);
  g_autoptr (FsePairs)   white = example_pairs (1, 64);
  FsePairs              *halves[] = { black, white };
  g_autoptr (FseDataset) all = fse_dataset_new (whole, 64, 1, NULL);
  FseDataset            *sets[2];
  gdouble                difference = 0;

  for (gint k = 0; k < 2; k++)
    {
      FseImage *after = ((FsePair *) halves[k]->pairs->pdata[0])->after;
      gfloat   *rgba = after->rgba;

      after->has_alpha = TRUE;
      for (gint p = 0; p < 64 * 64; p++)
        for (gint c = 0; p % 64 < 32 && c < 4; c++)
          rgba[4 * p + c] = c == 3 ? 0 : k;
      sets[k] = fse_dataset_new (halves[k], 64, 1, NULL);
    }
  for (gint p = 0; p < 64 * 64; p++)
    for (gint c = 0; c < 4; c++)
      {
        gboolean seen = p % 64 >= 32;
        gint     at = 4 * p + c;

        g_assert_cmpfloat (sets[0]->before[at], ==, c == 3 ? seen : all->before[at]);
        g_assert_cmpfloat (sets[0]->after[at], ==, c == 3 ? seen : seen ? all->after[at] : all->before[at]);
        difference += seen && c < 3 ? fabsf (all->before[at] - all->after[at]) : 0;
      }
  g_assert_cmpstr (sets[0]->digest, ==, sets[1]->digest);
  g_assert_cmpfloat_with_epsilon (sets[0]->copy_error, difference / (64 * 32 * 3), 1e-6);
  for (gint k = 0; k < 2; k++)
    fse_dataset_free (sets[k]);
}

int
main (int argc, char **argv)
{
  trainings_start (&argc, &argv);
  g_test_add_func ("/training/learns", test_learns);
  g_test_add_func ("/training/apply", test_apply);
  g_test_add_func ("/training/apply to a region", test_region);
  g_test_add_func ("/training/detail that is kept or wiped away", test_detail);
  g_test_add_func ("/training/texture that is borne out or not", test_texture);
  g_test_add_func ("/training/resume equals uninterrupted", test_resume);
  g_test_add_func ("/training/resume refused", test_resume_refused);
  g_test_add_func ("/training/switches", test_switches);
  g_test_add_func ("/training/hidden colours", test_hidden);
  g_test_add_func ("/training/out of memory", test_out_of_memory);
  g_test_add_func ("/training/recompute", test_recompute);
  g_test_add_func ("/training/unwritable", test_unwritable);
  return trainings_end ();
}
