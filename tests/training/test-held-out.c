/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pairs that are held out, and a guest: which they are, what is shown of them,
 * that they leave no trace, and what looking at them decides.
 */
#include <string.h>

#include "examples.h"
#include "model/model-file.h"
#include "training/held-out.h"
#include "trainings.h"

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

/* The plot has a point for each of so few steps, with an error of much less than doing nothing's, and an interruption leaves no trace in it. */
static void
assert_plots_errors (FseTrainer *trainer, gfloat **curve)
{
  g_autofree gfloat *shares = NULL;
  FseSnapshot        snapshot;
  gsize              n;

  fse_trainer_snapshot (trainer, &snapshot);
  shares = fse_trainer_error_curve (trainer, &n);
  g_assert_cmpuint (n, ==, snapshot.step);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (shares[i], <, 0.2);
  g_assert_cmpfloat (shares[n - 1], >, 0);
  if (*curve)
    g_assert_cmpmem (shares, n * sizeof *shares, *curve, n * sizeof *shares);
  else
    *curve = g_steal_pointer (&shares);
}

/* A pair that is held out is looked at, and shown with a guest, without a change of what is learnt from the others; the weights that did
 * best on it are written, also where the best look was before an interruption. */
static void
test_validation (void)
{
  g_autofree gchar    *whole = model_path ("looked"), *parts = model_path ("looked-parts");
  g_autoptr (FsePairs) pairs = example_pairs (3, 64);
  FseSettings          settings = tiny_settings (32);
  g_autofree gfloat   *errors = NULL;
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
    assert_plots_errors (trainer, &errors);
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
    assert_plots_errors (trainer, &errors);
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
test_held_out (void)
{
  static const struct
  {
    gint  setting;
    guint n, expected;
  } cases[] = { { -1, 1, 0 }, { -1, 19, 0 }, { -1, 20, 1 }, { -1, 50, 1 }, { 0, 50, 0 }, { 3, 4, 3 } };
  g_autoptr (FsePairs) pairs = example_pairs (5, 16), ordered = NULL;
  g_autoptr (GError)   error = NULL;
  guint                count;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_true (fse_held_out_count (cases[i].setting, cases[i].n, &count, NULL));
      g_assert_cmpuint (count, ==, cases[i].expected);
    }
  g_assert_false (fse_held_out_count (4, 4, &count, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_USAGE);

  for (gint i = 0; i < 5; i++) /* afters that differ from their befores by 3, 0, 4, 1, 2 hundredths */
    {
      static const gint changes[] = { 3, 0, 4, 1, 2 };
      FsePair          *pair = pairs->pairs->pdata[i];

      for (gint k = 0; k < 16 * 16 * 4; k++)
        pair->after->rgba[k] = pair->before->rgba[k] + (k % 4 < 3 ? 0.01f * changes[i] : 0);
    }
  ordered = fse_held_out_last (pairs, 1);
  g_assert_cmpuint (ordered->pairs->len, ==, 5);
  g_assert_cmpstr (((FsePair *) ordered->pairs->pdata[4])->name, ==, "04");
  g_assert_cmpstr (((FsePair *) ordered->pairs->pdata[3])->name, ==, "03");
}

int
main (int argc, char **argv)
{
  trainings_start (&argc, &argv);
  g_test_add_func ("/held-out/which pairs", test_held_out);
  g_test_add_func ("/held-out/looked at and kept", test_validation);
  g_test_add_func ("/held-out/patience", test_patience);
  return trainings_end ();
}
