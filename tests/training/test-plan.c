/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a training is planned with: the course over its budget, and settings
 * by quality, pairs and the device's speed.
 */
#include <math.h>

#include "training/plan.h"
#include "training/schedule.h"

#define BOTH (FSE_PLAN_SIZE | FSE_PLAN_MODEL_SIZE)

/* Seconds a step at 128 pixels, most of them for the pixels. */
static FseSpeed
speed_of (gdouble seconds)
{
  return (FseSpeed) { .base = 0.05 * seconds, .by_pixel = 0.95 * seconds / (128 * 128) };
}

static void
test_budget (void)
{
  FseSettings settings;

  fse_settings_default (&settings);
  settings.steps = 100;
  g_assert_cmpfloat (fse_schedule_spent (&settings, 25, 1e6), ==, 0.25);
  settings.minutes = 1;
  g_assert_cmpfloat (fse_schedule_spent (&settings, 25, 30), ==, 0.5);
  g_assert_cmpfloat (fse_schedule_spent (&settings, 25, 600), ==, 1);
  g_assert_true (fse_schedule_is_coarse (&settings, 0.49) && !fse_schedule_is_coarse (&settings, 0.5));
  settings.size = 64;
  g_assert_false (fse_schedule_has_coarse (&settings) || fse_schedule_is_coarse (&settings, 0));
  g_assert_cmpfloat (fse_schedule_rate (&settings, 0, 0), <, 0.1 * settings.rate);
  g_assert_cmpfloat_with_epsilon (fse_schedule_rate (&settings, 0, 1000), settings.rate, 1e-9);
  g_assert_cmpfloat (fse_schedule_rate (&settings, 1, 1000), <, 0.02 * settings.rate);
}

/* Over a long and a short budget: how often are held-out pairs looked at, and how soon again? */
static void
test_looks (void)
{
  static const guint budgets[] = { 30, 400, 4000 };

  for (gsize b = 0; b < G_N_ELEMENTS (budgets); b++)
    {
      guint looks = 0, last = 0;

      for (guint step = 1; step <= budgets[b]; step++)
        if (fse_schedule_validates ((step - 1.0) / budgets[b], (gdouble) step / budgets[b], step - last))
          {
            g_assert_cmpuint (step - last, >=, 10);
            last = step;
            looks++;
          }
      g_assert_cmpuint (last, ==, budgets[b]);
      g_assert_cmpuint (looks, <=, 40);
      g_assert_cmpuint (looks, >=, MIN (40, budgets[b] / 14));
    }
}

static void
test_qualities (void)
{
  static const gdouble seconds_a_step[] = { 0.002, 0.02, 0.2, 2 };
  static const gdouble most[] = { 120, 360, 1800 };
  FseQuality           quality;
  g_autoptr (GError)   error = NULL;

  g_assert_true (fse_quality_parse ("balanced", &quality, NULL) && quality == FSE_QUALITY_BALANCED);
  g_assert_false (fse_quality_parse ("great", &quality, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_USAGE);

  for (guint n_pairs = 1; n_pairs <= 50; n_pairs += 7)
    for (gsize s = 0; s < G_N_ELEMENTS (seconds_a_step); s++)
      {
        FseSpeed speed = speed_of (seconds_a_step[s]);
        guint    steps = 0;

        for (gint q = FSE_QUALITY_QUICK; q <= FSE_QUALITY_BEST; q++)
          {
            FseSettings settings;
            gdouble     seconds;

            fse_settings_default (&settings);
            seconds = fse_plan_make (&settings, &speed, q, n_pairs, BOTH);
            g_assert_true (fse_settings_check (&settings, NULL));
            g_assert_cmpuint (settings.steps, >=, steps); /* better takes no fewer */
            steps = settings.steps;
            if (settings.size > 64) /* it would have taken a smaller one */
              g_assert_cmpfloat (seconds, <=, most[q]);
            if (seconds_a_step[s] < 0.01)
              g_assert_cmpint (settings.size, ==, q == FSE_QUALITY_QUICK ? 128 : q == FSE_QUALITY_BALANCED ? 192 : 256);
            if (seconds_a_step[s] > 1)
              g_assert_cmpint (settings.size, <, 128);
          }
      }
}

/* What the user has chosen stays. */
static void
test_own_choice (void)
{
  FseSpeed    speed = speed_of (0.2);
  FseSettings settings;
  gdouble     small, large;

  fse_settings_default (&settings);
  settings.size = 80;
  settings.model_size = FSE_MODEL_LARGE;
  fse_plan_make (&settings, &speed, FSE_QUALITY_QUICK, 20, 0);
  g_assert_cmpint (settings.size, ==, 80);
  g_assert_cmpint (settings.model_size, ==, FSE_MODEL_LARGE);
  large = fse_speed_seconds (&speed, &settings, 1000);
  settings.model_size = FSE_MODEL_SMALL;
  small = fse_speed_seconds (&speed, &settings, 1000);
  g_assert_cmpfloat (large, >, 1.5 * small);
  settings.batch *= 2;
  g_assert_cmpfloat (fse_speed_seconds (&speed, &settings, 1000), >, 1.5 * small);
}

/* Of the device that there is. */
static void
test_measure (void)
{
  g_autoptr (GError) error = NULL;
  FseSpeed           speed;

  g_assert_true (fse_speed_measure (NULL, &speed, &error));
  g_assert_no_error (error);
  g_assert_true (speed.base >= 0 && speed.by_pixel > 0);
  g_test_message ("a step at 128 pixels: %.0f ms", 1e3 * (speed.base + speed.by_pixel * 128 * 128));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/budget", test_budget);
  g_test_add_func ("/plan/looks at held-out pairs", test_looks);
  g_test_add_func ("/plan/qualities", test_qualities);
  g_test_add_func ("/plan/own choice", test_own_choice);
  g_test_add_func ("/plan/a device's speed", test_measure);
  return g_test_run ();
}
