/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Listing, choosing and testing devices.  What an OpenCL loader finds is
 * settled at its first call, so the machines of other people are played in
 * processes of their own, with a driver that fails (fake-icd.c).
 */
#include "test-device.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "device/cache.h"

static void
test_list (void)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) list = fse_device_list (&error);

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, >=, 1);
  for (guint i = 0; i < list->len; i++)
    {
      FseDeviceInfo    *info = list->pdata[i];
      g_autofree gchar *problem = fse_device_problem (info, TRUE), *report = fse_device_report (info, i);

      g_assert_cmpstr (info->name, !=, "");
      g_assert_true (g_utf8_validate (info->name, -1, NULL));
      g_assert_cmpstr (problem, ==, NULL);
      g_assert_nonnull (strstr (report, info->name));
      g_assert_nonnull (strstr (report, "passes its self-test"));
      g_assert_true (g_str_has_suffix (report, "\n"));
      if (i > 0)
        g_assert_false (info->gpu && !((FseDeviceInfo *) list->pdata[i - 1])->gpu);
    }
}

static void
test_names (void)
{
  g_autoptr (GPtrArray) list = fse_device_list (NULL);
  FseDeviceInfo        *last = list->pdata[list->len - 1];
  g_autofree gchar     *shout = g_utf8_strup (last->name, -1), *place = g_strdup_printf ("%u", list->len - 1);
  g_autofree gchar     *beyond = g_strdup_printf ("%u", list->len + 70000);
  const gchar          *good[] = { NULL, "", "cpu", "CPU", last->name, shout, place, last->platform };
  const gchar          *bad[] = { "no such thing", beyond, "-1", "\xff\xfe", "%s%n" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError)    error = NULL;
      g_autoptr (FseDevice) device = fse_device_open (good[i], &error);

      g_assert_no_error (error);
      g_assert_nonnull (device);
      g_assert_null (fse_device_skipped (device));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (fse_device_open (bad[i], &error));
      g_assert_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE);
      g_assert_nonnull (strstr (error->message, "few-shot-edit devices"));
    }

  {
    g_autoptr (GError) error = NULL;

    g_setenv ("FEW_SHOT_EDIT_DEVICE", "nothing of the kind", TRUE);
    g_assert_null (fse_device_open (NULL, &error));
    g_unsetenv ("FEW_SHOT_EDIT_DEVICE");
    g_assert_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE);
    g_assert_nonnull (strstr (error->message, "“nothing of the kind”"));
  }
}

static void
test_verdict (void)
{
  g_autoptr (FseDevice) first = NULL, second = NULL;
  g_autofree gchar     *key = NULL;

  g_free (test_fresh_cache ("verdict"));
  first = fse_device_open ("cpu", NULL);
  second = fse_device_open ("cpu", NULL);
  key = fse_program_key (first, "self_test", NULL);
  g_assert_cmpuint (first->n_built, ==, 1);
  g_assert_cmpuint (second->n_built, ==, 0);
  g_assert_true (fse_cache_passed (key));
  g_assert_false (fse_cache_passed ("another"));
}

static void
leave_mark (const gchar *folder, const gchar *key, guint pid, guint age)
{
  g_autofree gchar *name = g_strdup_printf ("testing-%s.%u", key, pid);
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_true (g_file_set_attribute_uint64 (file, G_FILE_ATTRIBUTE_TIME_MODIFIED,
                                              g_get_real_time () / G_USEC_PER_SEC - age, 0, NULL, NULL));
}

/* A driver that has taken processes down is left alone after the second time. */
static void
test_crashes (void)
{
  g_autofree gchar     *folder = test_fresh_cache ("crashes");
  g_autoptr (GPtrArray) list = fse_device_list (NULL);
  g_autoptr (FseDevice) device = fse_device_open ("cpu", NULL);
  g_autofree gchar     *key = fse_program_key (device, "self_test", NULL), *problem = NULL;
  g_autofree gchar     *passed = g_strdup_printf ("%s/passed-%s", folder, key);
  g_autoptr (GError)    error = NULL;

  g_clear_pointer (&device, fse_device_close);
  g_unlink (passed);
  leave_mark (folder, key, 2000000001, 60);
  leave_mark (folder, key, 1, 60);         /* lives */
  leave_mark (folder, key, 2000000002, 0); /* may be another container's */
  device = fse_device_open ("cpu", &error);
  g_assert_no_error (error);
  g_clear_pointer (&device, fse_device_close);

  g_unlink (passed);
  leave_mark (folder, key, 2000000001, 60);
  leave_mark (folder, key, 2000000002, 60);
  for (guint i = 0; i < list->len; i++)
    if (((FseDeviceInfo *) list->pdata[i])->gpu)
      {
        g_test_skip ("needs a machine with one device");
        return;
      }
  device = fse_device_open ("cpu", &error);
  g_assert_null (device);
  g_assert_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE);
  g_assert_nonnull (strstr (error->message, "crashed"));
  g_clear_error (&error);

  /* a person asks, and it does well */
  problem = fse_device_problem (list->pdata[0], TRUE);
  g_assert_null (problem);
  device = fse_device_open ("cpu", &error);
  g_assert_no_error (error);
}

static void
test_fail_hook (void)
{
  g_autoptr (GPtrArray) list = fse_device_list (NULL);
  g_autoptr (GError)    error = NULL;
  g_autofree gchar     *problem = NULL;

  g_setenv ("FEW_SHOT_EDIT_FAIL_DEVICE", "cpu", TRUE);
  g_assert_null (fse_device_open ("cpu", &error));
  problem = fse_device_problem (list->pdata[list->len - 1], TRUE);
  g_unsetenv ("FEW_SHOT_EDIT_FAIL_DEVICE");
  g_assert_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE);
  g_assert_nonnull (strstr (error->message, ((FseDeviceInfo *) list->pdata[list->len - 1])->name));
  g_assert_nonnull (strstr (error->message, "self-test"));
  g_assert_nonnull (problem);
}

/* Other people's machines */

static void
test_no_driver (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (fse_device_list (&error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE);
  g_assert_nonnull (strstr (error->message, "pocl-opencl-icd"));
  g_clear_error (&error);
  g_assert_null (fse_device_open ("gpu", &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE);
}

static void
test_empty_driver (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (fse_device_open (NULL, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE);
  g_assert_nonnull (strstr (error->message, "Fake Platform"));
}

/* The broken GPUs come first, are passed over, and the processor serves. */
static void
test_broken_driver (void)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) list = fse_device_list (&error);
  g_autoptr (FseDevice) device = NULL;
  const gchar          *skipped, *again;

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, >=, 3);
  for (guint i = 0; i < 2; i++)
    {
      FseDeviceInfo    *info = list->pdata[i];
      g_autofree gchar *report = fse_device_report (info, i);

      g_assert_true (info->gpu);
      g_assert_cmpstr (info->name, ==, "Tw\xef\xbf\xbdin Gr\xc3\xa4""fik");
      g_assert_nonnull (strstr (report, "CL_OUT_OF_RESOURCES"));
      g_assert_nonnull (strstr (report, "The driver says: the moon is in the wrong house"));
    }

  device = fse_device_open (NULL, &error);
  g_assert_no_error (error);
  g_assert_false (fse_device_info (device)->gpu);
  skipped = fse_device_skipped (device);
  g_assert_nonnull (skipped);
  again = strstr (skipped, "Gr\xc3\xa4""fik");
  g_assert_nonnull (again);
  g_assert_nonnull (strstr (again + 1, "Gr\xc3\xa4""fik")); /* both are told */
  test_kernel (device);

  g_assert_null (fse_device_open ("GPU", &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_NO_DEVICE);
  g_assert_nonnull (strstr (error->message, "CL_OUT_OF_RESOURCES"));
  g_clear_error (&error);
  g_assert_null (fse_device_open ("GR\xc3\x84""FIK", &error));
  g_assert_nonnull (strstr (error->message, "CL_OUT_OF_RESOURCES"));
  g_clear_error (&error);
  g_assert_null (fse_device_open ("fake plat", &error));
  g_assert_nonnull (strstr (error->message, "CL_OUT_OF_RESOURCES"));
}

/* Lets the loader find the fake driver, and the real ones where `beside`. */
static gboolean
install_fake (const gchar *what, gboolean beside)
{
  const gchar      *library = g_getenv ("FAKE_ICD_LIBRARY");
  g_autofree gchar *folder = g_build_filename (test_folder, what, NULL), *fake = g_build_filename (folder, "fake.icd", NULL);
  g_autoptr (GDir)  dir = beside ? g_dir_open ("/etc/OpenCL/vendors", 0, NULL) : NULL;
  const gchar      *name;

  if (!library || (beside && !dir))
    return FALSE;
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (fake, library, -1, NULL));
  while (dir && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *from = g_build_filename ("/etc/OpenCL/vendors", name, NULL);
      g_autofree gchar *to = g_build_filename (folder, name, NULL), *content = NULL;
      gsize             length;

      if (g_file_get_contents (from, &content, &length, NULL))
        g_assert_true (g_file_set_contents (to, content, length, NULL));
    }
  g_setenv ("OCL_ICD_VENDORS", folder, TRUE);
  g_setenv ("FAKE_ICD", what, TRUE);
  return TRUE;
}

static void
trap (const gchar *test)
{
  g_test_trap_subprocess (test, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_unsetenv ("OCL_ICD_VENDORS");
  g_test_trap_assert_passed ();
}

static void
play_no_driver (void)
{
  g_setenv ("OCL_ICD_VENDORS", "/nonexistent", TRUE);
  trap ("/device/choice/no-driver/subprocess");
}

static void
play_empty_driver (void)
{
  if (!install_fake ("empty", FALSE))
    {
      g_test_skip ("no fake driver at hand");
      return;
    }
  trap ("/device/choice/empty-driver/subprocess");
}

static void
play_broken_driver (void)
{
  if (!install_fake ("broken", TRUE))
    {
      g_test_skip ("no fake driver at hand");
      return;
    }
  trap ("/device/choice/broken-driver/subprocess");
}

void
test_choice_add (void)
{
  g_test_add_func ("/device/choice/list", test_list);
  g_test_add_func ("/device/choice/names", test_names);
  g_test_add_func ("/device/choice/verdict", test_verdict);
  g_test_add_func ("/device/choice/crashes", test_crashes);
  g_test_add_func ("/device/choice/fail-hook", test_fail_hook);
  g_test_add_func ("/device/choice/no-driver", play_no_driver);
  g_test_add_func ("/device/choice/no-driver/subprocess", test_no_driver);
  g_test_add_func ("/device/choice/empty-driver", play_empty_driver);
  g_test_add_func ("/device/choice/empty-driver/subprocess", test_empty_driver);
  g_test_add_func ("/device/choice/broken-driver", play_broken_driver);
  g_test_add_func ("/device/choice/broken-driver/subprocess", test_broken_driver);
}
