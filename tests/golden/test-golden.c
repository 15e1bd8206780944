/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine against golden.json, which make-golden computed with PyTorch in
 * double precision: the outputs of the model's blocks, all losses, the
 * gradient of every weight, and the loss of the first steps of a training run.
 *
 *   test-golden golden.json
 *
 * A wanted change of the model, of a loss's weight or of the schedule belongs
 * into make-golden, too, which then writes golden.json anew.
 */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>

#include "../training/examples.h"
#include "files/safetensors.h"
#include "model/my.h"
#include "model/vae.h"
#include "operators/philox.h"
#include "training/objective.h"
#include "training/trainer.h"

/* Single precision against double: about ten times what was measured on a
 * processor with either kernel family (behind each), for other devices'
 * rounding.  In units of */
#define BLOCK_BOUND 2e-4    /* a block's deviation: 1.3e-5, but 1.0e-4 for what a flow of 8e-6 moves */
#define GRADIENT_BOUND 2e-2 /* a gradient's norm: 2e-5; but 5e-3 where rounding gives one of an L1 term's differences the other sign, 1.1e-2 on an NVIDIA GPU */
#define LOSS_BOUND 1e-5     /* a loss: 2e-7 */
#define ERROR_BOUND 1e-4    /* the same after ten steps, of the error alone: 9e-7 */
/* How far a weight went: 3e-4.  AdamW starts as the sign of the gradient, so
 * that one that is nearly zero may turn with its rounding. */
#define TRAINED_BOUND 2e-3

#define STRIDE 7919 /* of the kept samples, as in make-golden */

static JsonObject *golden;

static gdouble
setting (const gchar *name)
{
  return json_object_get_double_member (json_object_get_object_member (golden, "settings"), name);
}

static FseSettings
settings_of_golden (void)
{
  FseSettings settings;

  fse_settings_default (&settings);
  settings.augmentation = FALSE;
  settings.colour_base = FALSE;
  settings.critic = TRUE;
  settings.progressive = FALSE;
  settings.model_size = FSE_MODEL_SMALL;
  settings.size = setting ("size");
  settings.batch = setting ("batch");
  settings.rate = setting ("rate");
  settings.seed = setting ("seed");
  settings.steps = json_array_get_length (json_object_get_array_member (golden, "errors"));
  return settings;
}

/* A model on a tape, with the weights that make-golden gives it. */
typedef struct
{
  FseSettings  settings;
  FseDevice   *device;
  FseWeights  *weights;
  FseTape     *tape;
  FseNet       net;
  FseObjective o; /* its inputs at least */
} Bench;

static void
bench_init (Bench *bench, gboolean training)
{
  g_autoptr (GError) error = NULL;

  bench->settings = settings_of_golden ();
  bench->device = fse_device_open (NULL, &error);
  g_assert_no_error (error);
  bench->weights = fse_weights_new (bench->device, bench->settings.seed);
  bench->tape = fse_tape_new (bench->device, training);
  bench->net = (FseNet) { bench->tape, bench->weights, &bench->settings };
}

static void
bench_clear (Bench *bench)
{
  fse_tape_free (bench->tape);
  fse_weights_free (bench->weights);
  fse_device_close (bench->device);
}

static gfloat *
read_buffer (FseDevice *device, FseBuffer buffer, gsize n)
{
  g_autoptr (GError) error = NULL;
  gfloat            *values = g_new (gfloat, n);

  fse_device_read (device, buffer, values, n, &error);
  g_assert_no_error (error);
  return values;
}

static void
write_buffer (FseDevice *device, FseBuffer buffer, gconstpointer values, gsize n)
{
  g_autoptr (GError) error = NULL;

  fse_device_write (device, buffer, values, n, &error);
  g_assert_no_error (error);
}

/* Parts that start as zero would hide what they stand behind: every weight gets some noise. */
static void
shake (Bench *bench)
{
  gfloat amount = setting ("shake");

  for (guint i = 0; i < fse_weights_n (bench->weights); i++)
    {
      FseTensor         *weight = fse_weights_nth (bench->weights, i, NULL);
      guint              stream = g_str_hash (fse_weights_name (bench->weights, i));
      gsize              n = fse_tensor_floats (weight);
      g_autofree gfloat *values = read_buffer (bench->device, weight->data, n);

      for (gsize k = 0; k < n; k++)
        values[k] += amount * fse_philox_normal (bench->settings.seed, 1, stream, k);
      write_buffer (bench->device, weight->data, values, n);
    }
}

/* Slot b is pair b, seen as it is. */
static void
write_inputs (Bench *bench)
{
  FseObjective      *o = &bench->o;
  gint               n = bench->settings.batch, size = bench->settings.size;
  JsonArray         *times = json_object_get_array_member (json_object_get_object_member (golden, "settings"), "times");
  g_autofree gfloat *pictures = g_new0 (gfloat, fse_tensor_floats (o->pictures));
  g_autofree gfloat *mask = g_new (gfloat, fse_tensor_floats (o->mask));
  g_autofree gfloat *time = g_new (gfloat, n * FSE_TIME_FEATURES);
  g_autofree gfloat *signal = g_new (gfloat, n), *noise = g_new (gfloat, n);
  guint32            clock[4] = { (guint32) bench->settings.seed, (guint32) (bench->settings.seed >> 32), 0, 0 };
  gfloat            *p = pictures, *m = mask;

  for (gint slot = 0; slot < 2 * n; slot++)
    for (gint y = 0; y < size; y++)
      for (gint x = 0; x < size; x++, p += FSE_PICTURE_CHANNELS)
        {
          for (gint c = 0; c < 3; c++)
            p[c] = (slot < n ? example_pixel (slot, x, y, c) : example_edited (slot - n, x, y, c)) - 0.5f;
          p[3] = (2 * x + 1) / (gfloat) size - 1;
          p[4] = (2 * y + 1) / (gfloat) size - 1;
          if (slot < n)
            *m++ = (x + 2 * y) % 5 / 4.0f;
        }
  for (gint b = 0; b < n; b++)
    {
      gdouble t = json_array_get_double_element (times, b);

      fse_my_time (t, time + b * FSE_TIME_FEATURES);
      fse_my_schedule (t, &signal[b], &noise[b]);
    }
  write_buffer (bench->device, o->pictures->data, pictures, fse_tensor_floats (o->pictures));
  write_buffer (bench->device, o->mask->data, mask, fse_tensor_floats (o->mask));
  write_buffer (bench->device, o->time->data, time, n * FSE_TIME_FEATURES);
  write_buffer (bench->device, o->signal->data, signal, n);
  write_buffer (bench->device, o->noise->data, noise, n);
  write_buffer (bench->device, o->clock->data, clock, 4);
}

static void
forward (Bench *bench, gboolean training)
{
  g_autoptr (GError) error = NULL;

  if (fse_weights_allocate (bench->weights, training, &error) && fse_tape_seal (bench->tape, &error))
    {
      shake (bench);
      write_inputs (bench);
      fse_tape_forward (bench->tape, &error);
    }
  g_assert_no_error (error);
}

/* How far `value` is from `expected`, in units of `scale`; says so where that is too far. */
static gdouble
compare (const gchar *name, const gchar *what, gdouble value, gdouble expected, gdouble scale, gdouble bound)
{
  gdouble distance = fabs (value - expected) / scale;

  if (!(distance <= bound))
    {
      g_test_message ("%s, %s: %.7g, but golden.json has %.7g", name, what, value, expected);
      g_test_fail ();
    }
  return distance;
}

static gdouble
compare_samples (const gchar *name, JsonObject *expected, const gfloat *values, gsize n, gdouble scale, gdouble bound)
{
  JsonArray *samples = json_object_get_array_member (expected, "values");
  gdouble    worst = 0;

  for (guint k = 0; k < json_array_get_length (samples); k++)
    {
      gsize            at = (guint64) k * STRIDE % n;
      g_autofree gchar *what = g_strdup_printf ("element %" G_GSIZE_FORMAT, at);

      worst = MAX (worst, compare (name, what, values[at], json_array_get_double_element (samples, k), scale, bound));
    }
  return worst;
}

static void
compare_block (Bench *bench, const gchar *name, FseTensor *x)
{
  JsonObject        *expected = json_object_get_object_member (json_object_get_object_member (golden, "blocks"), name);
  gdouble            deviation = json_object_get_double_member (expected, "deviation");
  gsize              n = fse_tensor_floats (x);
  g_autofree gfloat *values = read_buffer (bench->device, x->data, n);
  gdouble            sum = 0, squares = 0, worst, w;

  g_assert_cmpint (n, ==, json_object_get_int_member (expected, "count"));
  for (gsize i = 0; i < n; i++)
    sum += values[i];
  for (gsize i = 0; i < n; i++)
    squares += (values[i] - sum / n) * (values[i] - sum / n);
  worst = compare (name, "mean", sum / n, json_object_get_double_member (expected, "mean"), deviation, BLOCK_BOUND);
  w = compare (name, "deviation", sqrt (squares / n), deviation, deviation, BLOCK_BOUND);
  worst = MAX (worst, w);
  w = compare_samples (name, expected, values, n, deviation, BLOCK_BOUND);
  g_test_message ("%s: within %.1e of its deviation", name, MAX (worst, w));
}

/* Each block by its own function: where the whole is wrong, this says where it begins to be. */
static void
test_blocks (void)
{
  Bench         bench;
  FseNet       *net = &bench.net;
  FseObjective *o = &bench.o;
  FseTensor    *x, *x_small, *y_small, *y_code, *posterior, *z, *features, *noisy, *position, *predicted;
  FseFeatures   codes, skips;
  FseTransform  moved;
  FseChange     change;
  gint          n, size;

  bench_init (&bench, FALSE);
  n = bench.settings.batch;
  size = bench.settings.size;
  *o = (FseObjective) { .pictures = fse_tape_input (bench.tape, 2 * n, size, size, FSE_PICTURE_CHANNELS),
                        .mask = fse_tape_input (bench.tape, n, size, size, 1),
                        .clock = fse_tape_input (bench.tape, 1, 1, 1, 4),
                        .time = fse_tape_input (bench.tape, n, 1, 1, FSE_TIME_FEATURES),
                        .signal = fse_tape_input (bench.tape, n, 1, 1, 1),
                        .noise = fse_tape_input (bench.tape, n, 1, 1, 1) };
  fse_tape_keep (bench.tape, o->mask); /* which no block asks for */
  o->before = fse_tape_rows (bench.tape, o->pictures, 0, n);
  o->after = fse_tape_rows (bench.tape, o->pictures, n, n);
  x = fse_slice_channels (bench.tape, o->before, 0, 3);
  x_small = fse_average_pool (bench.tape, x, 4);
  y_small = fse_average_pool (bench.tape, fse_slice_channels (bench.tape, o->after, 0, 3), 4);

  codes = fse_vae_encode (net, o->pictures);
  skips = fse_features_rows (net, &codes, 0, n);
  y_code = fse_tape_rows (bench.tape, codes.quarter, n, n);
  posterior = fse_vae_posterior (net, y_code);
  z = fse_sample_gaussian (bench.tape, posterior,
                           fse_noise (bench.tape, o->clock, n, size / 4, size / 4, FSE_LATENT_CHANNELS, 1));
  features = fse_mx_features (net, o->before);
  moved = fse_mx_transform (net,
                            &(FseMatchSide) { .features = fse_roll (bench.tape, features, 1),
                                              .x_small = fse_roll (bench.tape, x_small, 1),
                                              .y_small = fse_roll (bench.tape, y_small, 1),
                                              .x_code = fse_roll (bench.tape, skips.quarter, 1),
                                              .y_code = fse_roll (bench.tape, y_code, 1) },
                            &(FseMatchSide) { .features = features, .x_small = x_small });
  noisy = fse_mix (bench.tape, z,
                   fse_noise (bench.tape, o->clock, n, size / 4, size / 4, FSE_LATENT_CHANNELS, 2),
                   o->signal, o->noise);
  position = fse_average_pool (bench.tape, fse_slice_channels (bench.tape, o->before, 3, 2), 4);
  predicted = fse_my_predict (net, noisy, o->time, fse_my_condition (net, skips.quarter, &moved, position));
  change = fse_vae_decode (net, predicted, &skips, x, NULL, o->clock);

  {
    const struct
    {
      const gchar *name;
      FseTensor   *x;
    } blocks[] = {
      { "encoder full", codes.full }, { "encoder half", codes.half }, { "encoder quarter", codes.quarter },
      { "posterior", posterior }, { "latent", z },
      { "mx features", features }, { "mx flow", moved.flow }, { "mx colour", moved.colour },
      { "mx pulled", moved.pulled }, { "mx moved_y", moved.moved_y }, { "mx moved_x", moved.moved_x },
      { "noisy", noisy }, { "prediction", predicted },
      { "decoder flow", change.flow }, { "decoder gain", change.gain }, { "decoder grid", change.grid }, { "decoder residual", change.residual },
      { "decoder base", change.base }, { "decoder result", change.result },
    };

    g_assert_cmpint (G_N_ELEMENTS (blocks), ==,
                     json_object_get_size (json_object_get_object_member (golden, "blocks")));
    for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
      fse_tape_keep (bench.tape, blocks[i].x);
    forward (&bench, FALSE);
    for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
      compare_block (&bench, blocks[i].name, blocks[i].x);
  }
  bench_clear (&bench);
}

/* The terms' weights are the constants that change most: their own words, where golden.json is of others. */
static void
test_weights (void)
{
  JsonObject *weights = json_object_get_object_member (json_object_get_object_member (golden, "settings"), "weights");

  g_assert_cmpint (json_object_get_size (weights), ==, FSE_N_LOSSES);
  for (FseLossTerm i = 0; i < FSE_N_LOSSES; i++)
    {
      const gchar *name = fse_loss_name (i);
      gdouble      expected = json_object_get_double_member (weights, name);

      if (fabs (fse_loss_weight (i) - expected) > 1e-6)
        {
          g_test_message ("the %s loss weighs %g, but golden.json was made with %g: put the new one into make-golden "
                          "and run it", name, fse_loss_weight (i), expected);
          g_test_fail ();
        }
    }
}

/* All losses of one step, and how every weight should move. */
static void
test_objective (void)
{
  JsonObject        *losses = json_object_get_object_member (golden, "losses");
  JsonObject        *gradients = json_object_get_object_member (golden, "gradients");
  g_autoptr (GError) error = NULL;
  gdouble            whole = 0, worst = 0;
  Bench              bench;

  bench_init (&bench, TRUE);
  fse_objective_build (&bench.o, &bench.net, bench.settings.batch, bench.settings.size, bench.settings.size);
  forward (&bench, TRUE);
  fse_weights_zero_grad (bench.weights, &error);
  g_assert_no_error (error);
  fse_tape_backward (bench.tape, &error);
  g_assert_no_error (error);

  g_assert_cmpint (json_object_get_size (losses), ==, FSE_N_LOSSES);
  for (FseLossTerm i = 0; i < FSE_N_LOSSES; i++)
    {
      gdouble            expected = json_object_get_double_member (losses, fse_loss_name (i));
      g_autofree gfloat *value = read_buffer (bench.device, bench.o.loss[i]->data, 1);

      g_test_message ("loss %s: within %.1e", fse_loss_name (i),
                      compare (fse_loss_name (i), "loss", *value, expected, expected, LOSS_BOUND));
    }

  g_assert_cmpint (fse_weights_n (bench.weights), ==, json_object_get_size (gradients));
  for (guint i = 0; i < fse_weights_n (bench.weights); i++)
    {
      JsonObject *expected = json_object_get_object_member (gradients, fse_weights_name (bench.weights, i));

      g_assert_nonnull (expected);
      whole = hypot (whole, json_object_get_double_member (expected, "norm"));
    }
  for (guint i = 0; i < fse_weights_n (bench.weights); i++)
    {
      const gchar       *name = fse_weights_name (bench.weights, i);
      JsonObject        *expected = json_object_get_object_member (gradients, name);
      gdouble            norm = json_object_get_double_member (expected, "norm"), own = 0, scale, w;
      FseTensor         *weight = fse_weights_nth (bench.weights, i, NULL);
      gsize              n = fse_tensor_floats (weight);
      g_autofree gfloat *values = read_buffer (bench.device, weight->grad, n);

      g_assert_cmpint (n, ==, json_object_get_int_member (expected, "count"));
      for (gsize k = 0; k < n; k++)
        own += values[k] * values[k];
      /* some are zero by rights (a bias that softmax cancels), up to rounding */
      scale = norm + 1e-4 * whole;
      w = compare (name, "norm of the gradient", sqrt (own), norm, scale, GRADIENT_BOUND);
      worst = MAX (worst, w);
      w = compare_samples (name, expected, values, n, scale / sqrt (n), GRADIENT_BOUND);
      worst = MAX (worst, w);
    }
  g_test_message ("gradients of %u weights: within %.1e of each one's norm", fse_weights_n (bench.weights), worst);
  bench_clear (&bench);
}

/* The weights in the model file, which are the averaged ones: each tensor's norm, measured by how far it moved. */
static void
compare_trained (const gchar *path)
{
  JsonObject                  *trained = json_object_get_object_member (golden, "trained");
  g_autoptr (GError)           error = NULL;
  g_autoptr (FseTensorsReader) reader = fse_tensors_reader_open (path, &error);
  JsonObjectIter               iter;
  const gchar                 *name;
  JsonNode                    *node;
  gdouble                      worst = 0;

  g_assert_no_error (error);
  json_object_iter_init (&iter, trained);
  while (json_object_iter_next (&iter, &name, &node))
    {
      JsonObject       *expected = json_node_get_object (node);
      gint64            n = json_object_get_int_member (expected, "count");
      g_autofree gchar *stored = g_strconcat ("weights/", name, NULL);
      const gfloat     *values = fse_tensors_reader_f32 (reader, stored, n, &error);
      gdouble           squares = 0, w;

      g_assert_no_error (error);
      for (gint64 k = 0; k < n; k++)
        squares += (gdouble) values[k] * values[k];
      w = compare (name, "norm after training", sqrt (squares), json_object_get_double_member (expected, "norm"),
                   json_object_get_double_member (expected, "moved"), TRAINED_BOUND);
      worst = MAX (worst, w);
    }
  g_test_message ("averaged weights: within %.1e of their way", worst);
}

/* A training run's first steps: the choice of pairs and times, noise, losses,
 * gradients, clipping, AdamW, its schedule and the average, all at once. */
static void
test_curve (void)
{
  FseSettings            settings = settings_of_golden ();
  JsonArray             *expected = json_object_get_array_member (golden, "errors");
  g_autofree gchar      *folder = g_dir_make_tmp ("fse-golden-XXXXXX", NULL);
  g_autofree gchar      *path = g_build_filename (folder, "golden.fewshot.safetensors", NULL);
  g_autoptr (FsePairs)   pairs = example_pairs (setting ("pairs"), settings.size);
  g_autoptr (GError)     error = NULL;
  g_autoptr (FseTrainer) trainer = fse_trainer_new (pairs, &settings, path, &error);
  g_autofree gfloat     *errors = NULL;
  gsize                  n;

  g_assert_no_error (error);
  fse_trainer_run (trainer, &error);
  g_assert_no_error (error);
  compare_trained (path);
  g_unlink (path);
  g_rmdir (folder);

  errors = fse_trainer_error_curve (trainer, &n);
  g_assert_cmpint (n, ==, settings.steps);
  for (gsize i = 0; i < n; i++)
    {
      gdouble           golden_error = json_array_get_double_element (expected, i);
      g_autofree gchar *name = g_strdup_printf ("step %" G_GSIZE_FORMAT, i + 1);
      gdouble           distance = compare (name, "error", errors[i], golden_error, golden_error, ERROR_BOUND);

      g_test_message ("%s: error %.6f, within %.1e", name, golden_error, distance);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError)     error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  json_parser_load_from_file (parser, argv[1], &error);
  g_assert_no_error (error);
  golden = json_node_get_object (json_parser_get_root (parser));

  g_test_add_func ("/golden/weights of the losses", test_weights);
  g_test_add_func ("/golden/blocks", test_blocks);
  g_test_add_func ("/golden/losses and gradients", test_objective);
  g_test_add_func ("/golden/training steps", test_curve);
  return g_test_run ();
}
