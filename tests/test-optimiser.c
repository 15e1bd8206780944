/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ten steps of the optimiser against a loop in C, in both kernel families,
 * with gradients that need clipping and one that is not a number.
 */
#include <math.h>

#include "operators/optimiser.h"

#define STEPS 10
#define BAD_STEP 4 /* the gradient of this one holds a not-a-number */

typedef struct
{
  gsize    n;
  gdouble *w, *m, *v, *ema;
  gdouble  guard[4];
} Model;

static void
model_step (Model *model, const gfloat *grad, const FseStep *step)
{
  gdouble sum = 0.0, norm, factor = model->guard[FSE_GUARD_FACTOR], clip, t;

  for (gsize i = 0; i < model->n; i++)
    sum += (gdouble) grad[i] * grad[i];
  norm = sqrt (sum);
  model->guard[FSE_GUARD_NORM] = norm;
  if (!isfinite (norm))
    {
      model->guard[FSE_GUARD_SKIPPED] += 1.0;
      model->guard[FSE_GUARD_FACTOR] = factor / 2.0;
      return;
    }
  t = model->guard[FSE_GUARD_TAKEN] += 1.0;
  model->guard[FSE_GUARD_FACTOR] = MIN (factor * 1.01, 1.0);
  clip = step->clip > 0.0 && norm > step->clip ? step->clip / norm : 1.0;
  for (gsize i = 0; i < model->n; i++)
    {
      gdouble g = clip * grad[i], b1 = step->beta1, b2 = step->beta2, up;

      model->m[i] = b1 * model->m[i] + (1.0 - b1) * g;
      model->v[i] = b2 * model->v[i] + (1.0 - b2) * g * g;
      up = model->m[i] / (1.0 - pow (b1, t)) / (sqrt (model->v[i] / (1.0 - pow (b2, t))) + step->epsilon);
      model->w[i] -= step->rate * factor * (up + step->weight_decay * model->w[i]);
      model->ema[i] = step->ema_decay * model->ema[i] + (1.0 - step->ema_decay) * model->w[i];
    }
}

static void
check (FseDevice *device, FseBuffer buffer, const gdouble *expected, gsize n, gdouble tolerance)
{
  g_autofree gfloat *now = g_new (gfloat, n);
  g_autoptr (GError) error = NULL;

  g_assert_true (fse_device_read (device, buffer, now, n, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    {
      if (isfinite (expected[i]))
        g_assert_cmpfloat_with_epsilon (now[i], expected[i], tolerance * (1.0 + fabs (expected[i])));
      else
        g_assert_false (isfinite (now[i]));
    }
}

static void
test_steps (gconstpointer family)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (FseDevice)  device = NULL;
  g_autoptr (FseWeights) weights = NULL;
  g_autoptr (GRand)      rand = g_rand_new_with_seed (7);
  const gfloat           guard_start[FSE_GUARD_FLOATS] = { 0, 0, 1, 0 };
  g_autofree gfloat     *start = NULL, *grad = NULL;
  FseBuffer              guard, scratch;
  Model                  model;

  g_setenv ("FEW_SHOT_EDIT_KERNELS", family, TRUE);
  device = fse_device_open (NULL, &error);
  g_assert_no_error (error);
  weights = fse_weights_new (device, 1);
  fse_weights_get (weights, "a", 3, 3, 12, 66, FSE_INIT_NORMAL, 0.5);
  fse_weights_get (weights, "b", 1, 1, 1, 5, FSE_INIT_CONSTANT, 1.0);
  fse_weights_get (weights, "c", 3, 3, 32, 64, FSE_INIT_NORMAL, 0.1);
  g_assert_true (fse_weights_allocate (weights, TRUE, &error));
  g_assert_true (fse_device_alloc (device, FSE_GUARD_FLOATS, &guard, &error));
  g_assert_true (fse_device_alloc (device, fse_optimiser_scratch (weights), &scratch, &error));
  g_assert_true (fse_device_write (device, guard, guard_start, FSE_GUARD_FLOATS, &error));

  model.n = fse_weights_floats (weights);
  model.w = g_new0 (gdouble, model.n);
  model.m = g_new0 (gdouble, model.n);
  model.v = g_new0 (gdouble, model.n);
  model.ema = g_new0 (gdouble, model.n);
  for (gint i = 0; i < 4; i++)
    model.guard[i] = guard_start[i];
  start = g_new (gfloat, model.n);
  grad = g_new (gfloat, model.n);
  g_assert_true (fse_device_read (device, fse_weights_arena (weights, FSE_ARENA_DATA), start, model.n, &error));
  for (gsize i = 0; i < model.n; i++)
    model.w[i] = model.ema[i] = start[i];

  for (guint s = 1; s <= STEPS; s++)
    {
      const FseStep step = { .rate = 1e-2 / s, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 1e-2,
                             .clip = s % 3 ? 1.0 : 0.0, .ema_decay = (1.0 + s) / (10.0 + s), .step = s };

      for (gsize i = 0; i < model.n; i++)
        grad[i] = (gfloat) g_rand_double_range (rand, -0.1, 0.1) * (s > 6 ? 0.01f : 1.0f);
      if (s == BAD_STEP)
        grad[1234] = NAN;
      if (s == BAD_STEP + 1)
        grad[77] = INFINITY;
      model_step (&model, grad, &step);
      g_assert_true (fse_device_write (device, fse_weights_arena (weights, FSE_ARENA_GRAD), grad, model.n, &error));
      g_assert_true (fse_optimiser_step (device, weights, guard, scratch, &step, &error));
      g_assert_no_error (error);

      check (device, guard, model.guard, 4, 1e-5);
      check (device, fse_weights_arena (weights, FSE_ARENA_DATA), model.w, model.n, 2e-6);
      check (device, fse_weights_arena (weights, FSE_ARENA_MOMENT1), model.m, model.n, 1e-6);
      check (device, fse_weights_arena (weights, FSE_ARENA_MOMENT2), model.v, model.n, 1e-6);
      check (device, fse_weights_arena (weights, FSE_ARENA_EMA), model.ema, model.n, 2e-6);
    }
  g_assert_cmpfloat (model.guard[FSE_GUARD_SKIPPED], ==, 2.0);
  g_assert_cmpfloat (model.guard[FSE_GUARD_TAKEN], ==, STEPS - 2.0);

  g_free (model.w);
  g_free (model.m);
  g_free (model.v);
  g_free (model.ema);
  fse_device_free (device, &guard);
  fse_device_free (device, &scratch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/optimiser/cpu", "cpu", test_steps);
  g_test_add_data_func ("/optimiser/gpu", "gpu", test_steps);
  return g_test_run ();
}
