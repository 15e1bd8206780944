/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings: every name can be set, told, checked, and survives the way
 * through JSON.
 */
#include <math.h>
#include <string.h>

#include "model/settings.h"

static void
expect (const gchar *assignment, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  FseSettings        settings, before;

  fse_settings_default (&settings);
  before = settings;
  g_assert_false (fse_settings_set (&settings, assignment, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_USAGE);
  if (!strstr (error->message, words))
    g_error ("“%s” does not say “%s”", error->message, words);
  g_assert_cmpmem (&settings, sizeof settings, &before, sizeof before);
}

static void
set (FseSettings *settings, const gchar *assignment)
{
  GError *error = NULL;

  fse_settings_set (settings, assignment, &error);
  g_assert_no_error (error);
}

static void
test_defaults (void)
{
  FseSettings settings;
  GError     *error = NULL;

  fse_settings_default (&settings);
  fse_settings_check (&settings, &error);
  g_assert_no_error (error);
  g_assert_true (settings.n_to_n && settings.condition_source && settings.condition_transform);
  g_assert_true (settings.skip_connections && settings.noise_injection && settings.frequency_loss && settings.detail_loss);
  g_assert_true (settings.explicit_change && settings.texture && settings.position && settings.augmentation);
  g_assert_false (settings.flips || settings.critic);
}

static void
test_set (void)
{
  FseSettings settings;

  fse_settings_default (&settings);
  set (&settings, "pairing=one-to-one");
  set (&settings, "condition-source=off");
  set (&settings, "flips=on");
  set (&settings, "model-size=large");
  set (&settings, "size=96");
  set (&settings, "rate=1e-3");
  set (&settings, "seed=9007199254740991");
  set (&settings, "steps=12");
  set (&settings, "minutes=0.5");
  g_assert_false (settings.n_to_n);
  g_assert_false (settings.condition_source);
  g_assert_true (settings.flips);
  g_assert_cmpint (settings.model_size, ==, FSE_MODEL_LARGE);
  g_assert_cmpint (settings.size, ==, 96);
  g_assert_cmpfloat (settings.rate, ==, 1e-3);
  g_assert_true (settings.seed == G_GUINT64_CONSTANT (9007199254740991));
  g_assert_cmpuint (settings.steps, ==, 12);
  g_assert_cmpfloat (settings.minutes, ==, 0.5);

  expect ("colour=blue", "pairing, condition-source");
  expect ("", "no setting");
  expect ("=on", "no setting");
  expect ("flips", "needs a value");
  expect ("flips=", "on|off");
  expect ("flips=maybe", "on|off");
  expect ("pairing=on", "n-to-n|one-to-one");
  expect ("model-size=huge", "medium");
  expect ("size=100", "multiple of 16");
  expect ("size=48", "64");
  expect ("size=528", "512");
  expect ("batch=1", "2..64");
  expect ("windows=0", "auto|1..4"); /* which is how auto is kept */
  expect ("batch=2.5", "2..64");
  expect ("seed=-1", "0..");
  expect ("seed=99999999999999999999", "0..");
  expect ("rate=nan", "0.1");
  expect ("rate=1,5", "0.1");
  expect ("rate=inf", "0.1");
  expect ("minutes=-1", "0..");
  expect ("validation=-1", "auto|0..100");
  expect ("validation=some", "auto|0..100");
  expect ("steps= 5", "0..");
}

static void
test_check (void)
{
  FseSettings        settings;
  g_autoptr (GError) size = NULL, rate = NULL;

  fse_settings_default (&settings);
  settings.size = 130;
  g_assert_false (fse_settings_check (&settings, &size));
  g_assert_error (size, FSE_ERROR, FSE_ERROR_USAGE);
  g_assert_nonnull (strstr (size->message, "size is 130"));
  fse_settings_default (&settings);
  settings.rate = NAN;
  g_assert_false (fse_settings_check (&settings, &rate));
  g_assert_nonnull (strstr (rate->message, "rate"));
}

/* Each name of the help takes each of its words, and JSON keeps what was set. */
static void
test_all_names (void)
{
  const FseSettingHelp *help = fse_settings_help ();
  FseSettings           all;

  fse_settings_default (&all);
  for (; help->name; help++)
    {
      g_auto (GStrv) words = g_strsplit (strcmp (help->name, "validation") == 0 ? "auto|0|64"
                                         : strcmp (help->name, "windows") == 0  ? "auto|1|4"
                                         : strstr (help->values, "..") ? "64" : help->values, "|", -1);

      for (gchar **word = words; *word; word++)
        {
          g_autofree gchar *assignment = g_strdup_printf ("%s=%s", help->name,
                                                          strstr ("rate patience", help->name) ? "0.01" : *word);
          g_autofree gchar *json = NULL, *again = NULL;
          FseSettings       back;
          GError           *error = NULL;

          set (&all, assignment);
          json = fse_settings_to_json (&all);
          g_assert_null (strchr (json, '\n'));
          g_assert_nonnull (strstr (json, help->name));
          fse_settings_from_json (&back, json, &error);
          g_assert_no_error (error);
          again = fse_settings_to_json (&back);
          g_assert_cmpstr (json, ==, again);
        }
    }
}

static void
test_json (void)
{
  static const gchar *const bad[] = { "", "[]", "{", "{\"size\":\"128\"", "{\"colour\":1}", "{\"size\":127}",
                                      "{\"size\":[128]}", "{\"size\":{}}", "{\"flips\":1}", "{\"rate\":null}",
                                      "{\"seed\":1.5}", "nonsense" };
  FseSettings settings;
  GError     *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) reason = NULL;

      if (fse_settings_from_json (&settings, bad[i], &reason))
        g_error ("accepted: %s", bad[i]);
      g_assert_error (reason, FSE_ERROR, FSE_ERROR_BAD_MODEL);
    }
  fse_settings_from_json (&settings, "{\"minutes\":3,\"flips\":true,\"pairing\":\"one-to-one\"}", &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (settings.minutes, ==, 3);
  g_assert_true (settings.flips && !settings.n_to_n && settings.augmentation);
  g_assert_false (settings.texture); /* older than texture */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/defaults", test_defaults);
  g_test_add_func ("/settings/set", test_set);
  g_test_add_func ("/settings/check", test_check);
  g_test_add_func ("/settings/all-names", test_all_names);
  g_test_add_func ("/settings/json", test_json);
  return g_test_run ();
}
