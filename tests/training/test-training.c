/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training as a whole: it learns, it stops and goes on bit for bit, it
 * repeats itself, every switch trains, and what can go wrong says so.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "apply/detail.h"
#include "examples.h"
#include "files/safetensors.h"
#include "model/model-file.h"
#include "training/dataset.h"
#include "training/trainer.h"

static gchar *folder;

static gchar *
model_path (const gchar *name)
{
  return g_strdup_printf ("%s/%s" FSE_MODEL_SUFFIX, folder, name);
}

static FseSettings
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

static FseTrainer *
trainer_new (const FseSettings *settings, gint n_pairs, const gchar *path)
{
  g_autoptr (FsePairs) pairs = example_pairs (n_pairs, settings->size);
  g_autoptr (GError)   error = NULL;
  FseTrainer          *trainer = fse_trainer_new (pairs, settings, path, &error);

  g_assert_no_error (error);
  return trainer;
}

static void
run (FseTrainer *trainer)
{
  g_autoptr (GError) error = NULL;

  fse_trainer_run (trainer, &error);
  g_assert_no_error (error);
}

/* Names and bytes of all tensors are the same. */
static void
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

static gpointer
run_in_thread (gpointer data)
{
  GError *error = NULL;

  fse_trainer_run (data, &error);
  return error;
}

/* Stopped somewhere and resumed, training ends in the same weights, to the bit;
 * also across the change from half to full size, which comes at step 7 of 14. */
static void
test_resume (void)
{
  g_autofree gchar *whole = model_path ("whole"), *parts = model_path ("parts");
  g_autofree gchar *checkpoint = fse_checkpoint_path (parts);
  FseSettings       settings = tiny_settings (14);

  settings.size = 96;

  {
    g_autoptr (FseTrainer) trainer = trainer_new (&settings, 3, whole);

    run (trainer);
  }
  {
    g_autoptr (FseTrainer) trainer = trainer_new (&settings, 3, parts);
    GThread               *thread = g_thread_new ("trainer", run_in_thread, trainer);
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
    g_assert_error (error, FSE_ERROR, FSE_ERROR_CANCELLED);
    g_assert_nonnull (strstr (error->message, "--resume"));
    fse_trainer_snapshot (trainer, &snapshot);
    g_assert_cmpuint (snapshot.step, <, 14);
    g_assert_true (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
    g_assert_false (g_file_test (parts, G_FILE_TEST_EXISTS));
  }
  {
    g_autoptr (FseTrainer) trainer = trainer_new (&settings, 3, parts);

    fse_trainer_set_resume (trainer, TRUE);
    run (trainer);
    g_assert_false (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  }
  assert_same_tensors (whole, parts);
}

static void
assert_same_picture (const FseImage *picture, const FseImage *other)
{
  g_assert_true (picture->width == other->width && picture->height == other->height);
  for (gsize p = 0; p < (gsize) other->width * other->height * 4; p++)
    g_assert_cmpfloat_with_epsilon (picture->rgba[p], other->rgba[p], 1e-5);
}

/* The pair of that name, not warped, with a result of the same size between; frees the pictures. */
static void
assert_shows (FseImage *pictures[3], FsePairs *pairs, const gchar *name)
{
  guint i = 0;

  while (strcmp (((FsePair *) pairs->pairs->pdata[i])->name, name) != 0)
    i++;
  for (gint k = 0; k < 3; k++)
    {
      FsePair *pair = pairs->pairs->pdata[i];

      g_assert_true (pictures[k]->width == 64 && pictures[k]->height == 64);
      if (k != 1)
        assert_same_picture (pictures[k], k ? pair->after : pair->before);
      fse_image_unref (pictures[k]);
    }
}

/* A pair that is held out is looked at, and shown with a guest, without a change of what is learnt from the others; the weights that did
 * best on it are written, also where the best look was before an interruption. */
static void
test_validation (void)
{
  g_autofree gchar    *whole = model_path ("looked"), *parts = model_path ("looked-parts");
  g_autoptr (FsePairs) pairs = example_pairs (3, 64);
  FseSettings          settings = tiny_settings (32);
  gfloat               best = INFINITY;

  settings.validation = 1;
  settings.keep = FSE_KEEP_BEST;
  {
    g_autoptr (FseTrainer)         trainer = trainer_new (&settings, 3, whole);
    g_autoptr (FseModelInfo)       info = NULL;
    g_autofree FseValidationPoint *looks = NULL;
    FseSnapshot                    snapshot;
    gsize                          n;

    g_assert_nonnull (fse_trainer_held_out (trainer));
    run (trainer);
    fse_trainer_snapshot (trainer, &snapshot);
    looks = fse_trainer_validation_curve (trainer, &n);
    g_assert_cmpuint (n, >=, 3);
    g_assert_cmpuint (looks[n - 1].step, ==, 32);
    for (gsize i = 0; i < n; i++)
      best = MIN (best, looks[i].score);
    g_assert_cmpuint (snapshot.held_out, ==, 1);
    g_assert_cmpfloat (snapshot.best_validation, ==, best);
    info = fse_model_info_load (whole, NULL);
    g_assert_cmpuint (info->held_out, ==, 1);
    g_assert_cmpuint (info->n_pairs, ==, 3);
    g_assert_cmpuint (info->best_step, ==, snapshot.best_step);
    g_assert_cmpfloat (fabs (info->validation - best), <, 1e-6);
    g_test_message ("best %.3f at step %u of %" G_GSIZE_FORMAT " looks", best, info->best_step, n);
    g_assert_cmpfloat (best, <, 1);
  }
  {
    g_autoptr (FseTrainer) trainer = trainer_new (&settings, 3, parts);
    GThread               *thread;
    FseImage              *guest_picture = ((FsePair *) pairs->pairs->pdata[0])->before;
    FseImage              *pictures[3], *guest[2];
    FseSnapshot            snapshot;
    guint                  version = 0, guest_version = 0;
    GError                *error;

    fse_trainer_set_guest (trainer, guest_picture);
    thread = g_thread_new ("trainer", run_in_thread, trainer);
    while (!fse_trainer_example (trainer, &version, pictures))
      g_usleep (1000);
    assert_shows (pictures, pairs, fse_trainer_held_out (trainer));
    g_assert_true (fse_trainer_guest (trainer, &guest_version, guest)); /* shown, and without a trace in the model */
    assert_same_picture (guest[0], guest_picture);
    fse_image_unref (guest[0]);
    fse_image_unref (guest[1]);
    do
      {
        g_usleep (1000);
        fse_trainer_snapshot (trainer, &snapshot);
      }
    while (snapshot.step < 12);
    fse_trainer_cancel (trainer);
    error = g_thread_join (thread);
    g_assert_error (error, FSE_ERROR, FSE_ERROR_CANCELLED);
    g_error_free (error);
  }
  {
    g_autoptr (FseTrainer) trainer = trainer_new (&settings, 3, parts);

    fse_trainer_set_resume (trainer, TRUE);
    run (trainer);
  }
  assert_same_tensors (whole, parts);
}

/* No better for some time: the training ends, and the model is written. */
static void
test_patience (void)
{
  g_autofree gchar        *path = model_path ("patience");
  FseSettings              settings = tiny_settings (120);
  g_autoptr (FseTrainer)   trainer = NULL;
  g_autoptr (FseModelInfo) info = NULL;
  FseSnapshot              snapshot;

  settings.validation = 1;
  settings.rate = 0.1; /* far too much: it gets worse and worse */
  settings.patience = 0.1;
  trainer = trainer_new (&settings, 2, path);
  run (trainer);
  fse_trainer_snapshot (trainer, &snapshot);
  g_test_message ("%s", snapshot.notice);
  g_assert_nonnull (strstr (snapshot.notice, "have not done better since"));
  info = fse_model_info_load (path, NULL);
  g_assert_cmpuint (info->steps, <, 120);
  g_assert_cmpuint (info->steps, ==, snapshot.step);
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
    "noise-injection=off", "frequency-loss=off", "explicit-change=off", "position=off", "augmentation=off", "critic=off",
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
  gdouble               detail;

  g_assert_no_error (error);
  g_assert_true (fse_detail_measurable (kept, 64));
  g_assert_false (fse_detail_measurable (small, 64));
  g_assert_true (fse_detail_measure (editor, kept, 64, &detail, &error));
  g_assert_cmpfloat (detail, ==, 1);
  g_assert_true (fse_detail_measure (editor, wiped, 64, &detail, &error));
  g_test_message ("wiped away: %.3f is left", detail);
  g_assert_cmpfloat (detail, <, 0.3); /* the waves have some fine detail, too, which stays */
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

/* The model cannot be written: the old one stays, and the steps are not lost. */
static void
test_unwritable (void)
{
  g_autofree gchar      *missing = g_strdup_printf ("%s/no/such/folder/m" FSE_MODEL_SUFFIX, folder);
  FseSettings            settings = tiny_settings (1);
  g_autoptr (FseTrainer) trainer = trainer_new (&settings, 2, missing);

  expect_failure (trainer, FSE_ERROR_IO, "no/such/folder");
}

/* What is behind the transparent half of an after teaches nothing, whatever its
 * colours are; the other half and the error of doing nothing stay as they were. */
static void
test_hidden (void)
{
  g_autoptr (FsePairs)   whole = example_pairs (1, 64);
  g_autoptr (FsePairs)   black = example_pairs (1, 64);
  g_autoptr (FsePairs)   white = example_pairs (1, 64);
  FsePairs              *halves[] = { black, white };
  g_autoptr (FseDataset) all = fse_dataset_new (whole, 64, NULL);
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
      sets[k] = fse_dataset_new (halves[k], 64, NULL);
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

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("fse-training-XXXXXX", NULL);
  g_test_add_func ("/training/learns", test_learns);
  g_test_add_func ("/training/apply", test_apply);
  g_test_add_func ("/training/apply to a region", test_region);
  g_test_add_func ("/training/detail that is kept or wiped away", test_detail);
  g_test_add_func ("/training/resume equals uninterrupted", test_resume);
  g_test_add_func ("/training/held-out pairs", test_validation);
  g_test_add_func ("/training/patience", test_patience);
  g_test_add_func ("/training/resume refused", test_resume_refused);
  g_test_add_func ("/training/switches", test_switches);
  g_test_add_func ("/training/hidden colours", test_hidden);
  g_test_add_func ("/training/out of memory", test_out_of_memory);
  g_test_add_func ("/training/unwritable", test_unwritable);
  status = g_test_run ();
  remove_folder ();
  g_free (folder);
  return status;
}
