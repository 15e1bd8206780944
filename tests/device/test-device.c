/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The device layer at work: memory, launching, the disk cache, profiling.
 */
#include "test-device.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "device/cache.h"
#include "device/cl-error.h"

#define N 1000

gchar *test_folder;

static void
remove_tree (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar     *name;

  while (dir && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *inner = g_build_filename (path, name, NULL);

      if (g_file_test (inner, G_FILE_TEST_IS_DIR) && !g_file_test (inner, G_FILE_TEST_IS_SYMLINK))
        remove_tree (inner);
      else
        g_unlink (inner);
    }
  g_rmdir (path);
}

gchar *
test_fresh_cache (const gchar *name)
{
  gchar *folder = g_build_filename (test_folder, name, NULL);

  remove_tree (folder);
  g_setenv ("FEW_SHOT_EDIT_CACHE", folder, TRUE);
  return folder;
}

static FseDevice *
open_any (void)
{
  g_autoptr (GError) error = NULL;
  FseDevice         *device = fse_device_open ("cpu", &error);

  g_assert_no_error (error);
  g_assert_nonnull (device);
  return device;
}

void
test_kernel (FseDevice *device)
{
  g_autoptr (GError) error = NULL;
  gfloat             x[N], y[N];
  FseBuffer          in, out;

  for (gint i = 0; i < N; i++)
    x[i] = (i - 500) / 50.0f;
  g_assert_true (fse_device_alloc (device, N, &in, &error));
  g_assert_true (fse_device_alloc (device, N, &out, &error));
  g_assert_true (fse_device_write (device, in, x, N, &error));
  g_assert_true (fse_launch (device, "self_test", "test_silu", fse_range_each (device, N), &error,
                             FSE_BUF (in), FSE_BUF (out), FSE_UINT (N), FSE_END));
  g_assert_true (fse_device_read (device, out, y, N, &error));
  for (gint i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (y[i], x[i] / (1.0 + exp (-x[i])), 1e-5);
  fse_device_free (device, &in);
  fse_device_free (device, &out);
}

static void
test_traffic (void)
{
  g_autoptr (FseDevice) device = open_any ();
  g_autoptr (GError)    error = NULL;
  gfloat                values[200], back[200];
  FseBuffer             a, b, again;
  cl_mem                was;

  for (gint i = 0; i < 200; i++)
    values[i] = i * 0.5f;
  g_assert_true (fse_device_alloc (device, 200, &a, &error));
  g_assert_true (fse_device_alloc (device, 200, &b, &error));
  g_assert_true (a.mem != b.mem);
  g_assert_true (fse_device_write (device, a, values, 200, &error));
  g_assert_true (fse_device_copy (device, a, b, 200, &error));
  g_assert_true (fse_device_zero (device, (FseBuffer) { b.mem, 64 }, 64, &error));
  g_assert_true (fse_device_read (device, b, back, 200, &error));
  for (gint i = 0; i < 200; i++)
    g_assert_cmpfloat (back[i], ==, i >= 64 && i < 128 ? 0.0f : values[i]);

  /* a freed chunk is had again by a like request, and not by a much smaller one */
  was = b.mem;
  fse_device_free (device, &b);
  g_assert_null (b.mem);
  g_assert_true (fse_device_alloc (device, 64, &b, &error));
  g_assert_true (b.mem != was);
  g_assert_true (fse_device_alloc (device, 250, &again, &error));
  g_assert_true (again.mem == was);
}

static void
test_limit (void)
{
  g_autoptr (FseDevice) device = NULL;
  g_autoptr (GError)    error = NULL;
  FseBuffer             a, b;

  g_setenv ("FEW_SHOT_EDIT_MEMORY_LIMIT", "2", TRUE);
  device = open_any ();
  g_unsetenv ("FEW_SHOT_EDIT_MEMORY_LIMIT");

  g_assert_true (fse_device_alloc (device, 300000, &a, &error));
  g_assert_false (fse_device_alloc (device, 300000, &b, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY);
  g_assert_nonnull (strstr (error->message, "1 MB more"));
  g_assert_nonnull (strstr (error->message, "of the 2 MB that FEW_SHOT_EDIT_MEMORY_LIMIT allows"));
  g_assert_null (b.mem);
  g_clear_error (&error);

  /* waiting memory makes room for what is of another size */
  fse_device_free (device, &a);
  g_assert_true (fse_device_alloc (device, 450000, &b, &error));
  g_assert_cmpuint (device->bytes, <=, 2000000);
  fse_device_free (device, &b);
  g_assert_false (fse_device_alloc (device, 600000, &b, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY);
  g_clear_error (&error);
  test_kernel (device);
}

static void
test_too_large (void)
{
  g_autoptr (FseDevice) device = open_any ();
  g_autoptr (GError)    error = NULL;
  const guint64         most = fse_device_info (device)->max_alloc;
  const gsize           sizes[] = { most / 4 + 64, G_MAXSIZE / 4, G_MAXSIZE };
  FseBuffer             buffer;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_assert_false (fse_device_alloc (device, sizes[i], &buffer, &error));
      g_assert_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY);
      g_assert_nonnull (strstr (error->message, "at a time"));
      g_clear_error (&error);
    }
  test_kernel (device);
}

static void
assert_refused (gboolean launched, GError **error, const gchar *word)
{
  g_assert_false (launched);
  g_assert_nonnull (*error);
  g_assert_true ((*error)->domain == FSE_ERROR);
  if (!strstr ((*error)->message, word))
    g_error ("“%s” does not say “%s”", (*error)->message, word);
  g_clear_error (error);
}

static void
test_wrong_launches (void)
{
  g_autoptr (FseDevice) device = open_any ();
  g_autoptr (GError)    error = NULL;
  FseRange              range = fse_range_each (device, N);
  FseBuffer             buffer;

  g_assert_true (fse_device_alloc (device, N, &buffer, &error));
  assert_refused (fse_launch (device, "self_test", "no_such_kernel", range, &error, FSE_END), &error, "self_test/no_such_kernel");
  assert_refused (fse_launch (device, "no_such_program", "test_silu", range, &error, FSE_END), &error, "no_such_program");
  assert_refused (fse_launch (device, "self_test", "test_silu", range, &error, FSE_BUF (buffer), FSE_BUF (buffer), FSE_UINT (N),
                              FSE_INT (1), FSE_END),
                  &error, "argument 5");
  assert_refused (fse_launch (device, "self_test", "test_gather", range, &error, FSE_BUF (buffer), FSE_END), &error, "test_gather");
  range = (FseRange) { 1, { 1 << 20 }, { 1 << 20 } };
  assert_refused (fse_launch (device, "self_test", "test_silu", range, &error, FSE_BUF (buffer), FSE_BUF (buffer), FSE_UINT (0),
                              FSE_END),
                  &error, "1048576");
  /* nothing to do is done */
  g_assert_true (fse_launch (device, "self_test", "test_silu", fse_range_each (device, 0), &error, FSE_BUF (buffer),
                             FSE_BUF (buffer), FSE_UINT (0), FSE_END));
  test_kernel (device);
}

static void
test_many_launches (void)
{
  g_autoptr (FseDevice) device = open_any ();
  g_autoptr (GError)    error = NULL;
  FseBuffer             a, b;
  gfloat                x = 1.0f, y;

  g_assert_true (fse_device_alloc (device, 64, &a, &error));
  g_assert_true (fse_device_alloc (device, 64, &b, &error));
  g_assert_true (fse_device_zero (device, b, 64, &error));
  g_assert_true (fse_device_write (device, a, &x, 1, &error));
  for (guint i = 0; i < FSE_BATCH * (FSE_BATCHES + 3); i++)
    {
      g_assert_true (fse_launch (device, "self_test", "test_silu", fse_range_each (device, 1), &error,
                                 FSE_BUF (i % 2 ? b : a), FSE_BUF (i % 2 ? a : b), FSE_UINT (1), FSE_END));
      x = x / (1.0f + expf (-x));
    }
  g_assert_true (fse_device_finish (device, &error));
  g_assert_true (fse_device_read (device, a, &y, 1, &error));
  g_assert_cmpfloat_with_epsilon (y, x, 1e-5);
}

static void
test_families (void)
{
  const gchar *families[] = { "cpu", "gpu" };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (FseDevice) device = NULL;
      g_autoptr (GError)    error = NULL;

      g_setenv ("FEW_SHOT_EDIT_KERNELS", families[i], TRUE);
      device = open_any ();
      g_unsetenv ("FEW_SHOT_EDIT_KERNELS");
      g_assert_cmpint (fse_device_family (device), ==, i == 0 ? FSE_FAMILY_CPU : FSE_FAMILY_GPU);
      g_assert_true (fse_self_test (device, TRUE, &error));
      test_kernel (device);
    }
}

/* The disk cache.  PoCL's programs do not go there by themselves (program.c
 * says why), so the device is told that it is another driver's. */

static FseDevice *
open_cached (void)
{
  FseDevice *device = open_any ();

  g_assert_cmpuint (device->n_loaded, ==, 0);
  device->keeps = FALSE;
  return device;
}

/* The cache's file of the program, and its name. */
static gchar *
cached_file (FseDevice *device)
{
  g_autofree gchar *folder = fse_cache_folder ();
  g_autofree gchar *key = fse_program_key (device, "self_test", NULL);
  g_autofree gchar *file = g_strdup_printf ("self_test-%s", key);

  return g_build_filename (folder, file, NULL);
}

/* Opens, runs a kernel, and says whether it came from the cache. */
static gboolean
was_cached (gchar **path)
{
  g_autoptr (FseDevice) device = open_cached ();
  guint                 built = device->n_built;

  test_kernel (device);
  if (path)
    *path = cached_file (device);
  if (device->n_loaded)
    return TRUE;
  g_assert_cmpuint (device->n_built, ==, built + 1);
  return FALSE;
}

static void
test_cache (void)
{
  g_autofree gchar *path = NULL, *content = NULL, *sum = NULL, *refused = NULL;
  gsize             length;
  gint64            start;

  g_free (test_fresh_cache ("cache"));
  /* the first open tests the device and so compiles before we can say a word */
  fse_device_close (open_any ());
  g_assert_false (was_cached (&path));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  start = g_get_monotonic_time ();
  g_assert_true (was_cached (NULL));
  g_test_message ("second start in %.0f ms", (g_get_monotonic_time () - start) / 1e3);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));

  /* damaged in the middle, cut, empty, something else: made anew each time */
  content[length / 2] ^= 1;
  g_assert_true (g_file_set_contents (path, content, length, NULL));
  g_assert_false (was_cached (NULL));
  g_assert_true (was_cached (NULL));
  content[length / 2] ^= 1;
  g_assert_true (g_file_set_contents (path, content, length / 3, NULL));
  g_assert_false (was_cached (NULL));
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_false (was_cached (NULL));
  g_assert_true (g_file_set_contents (path, "few-shot-edit kernels 1\n", -1, NULL));
  g_assert_false (was_cached (NULL));
  g_assert_true (was_cached (NULL));

  /* whole, but nothing that a driver takes */
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "rubbish", -1);
  refused = g_strdup_printf ("few-shot-edit kernels 1\n%s\nrubbish", sum);
  g_assert_true (g_file_set_contents (path, refused, -1, NULL));
  g_assert_false (was_cached (NULL));
  g_assert_true (was_cached (NULL));
}

static void
test_cache_off (void)
{
  g_autoptr (FseDevice) device = NULL;
  g_autofree gchar     *place = g_build_filename (test_folder, "a file", NULL);

  g_setenv ("FEW_SHOT_EDIT_CACHE", "off", TRUE);
  device = open_cached ();
  g_assert_null (fse_cache_folder ());
  test_kernel (device);
  g_assert_cmpuint (device->n_saved, ==, 0);
  g_clear_pointer (&device, fse_device_close);

  /* a folder that cannot be is no error */
  g_assert_true (g_file_set_contents (place, "", 0, NULL));
  g_setenv ("FEW_SHOT_EDIT_CACHE", place, TRUE);
  device = open_cached ();
  test_kernel (device);
  g_assert_cmpuint (device->n_saved, ==, 0);
}

static void
test_cache_key (void)
{
  g_autoptr (FseDevice) device = open_any ();
  g_autofree gchar     *one = fse_program_key (device, "self_test", NULL), *same = NULL, *family = NULL, *driver = NULL,
                       *program = NULL;

  same = fse_program_key (device, "self_test", NULL);
  g_assert_cmpstr (one, ==, same);
  device->family = FSE_FAMILY_GPU;
  family = fse_program_key (device, "self_test", NULL);
  g_assert_cmpstr (one, !=, family);
  device->family = FSE_FAMILY_CPU;
  program = fse_program_key (device, "common", NULL);
  g_assert_cmpstr (one, !=, program);
  g_free (device->info->driver);
  device->info->driver = g_strdup ("next year's");
  driver = fse_program_key (device, "self_test", NULL);
  g_assert_cmpstr (one, !=, driver);
}

static void
test_old_files (void)
{
  g_autofree gchar *folder = test_fresh_cache ("old");
  g_autofree gchar *old = g_build_filename (folder, "gemm-old", NULL), *young = g_build_filename (folder, "gemm-young", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (young, "x", 1, NULL));
  g_assert_true (g_file_set_contents (old, "x", 1, NULL));
  {
    g_autoptr (GFile) file = g_file_new_for_path (old);
    guint64           then = g_get_real_time () / G_USEC_PER_SEC - 100 * 24 * 3600;

    g_assert_true (g_file_set_attribute_uint64 (file, G_FILE_ATTRIBUTE_TIME_MODIFIED, then, 0, NULL, NULL));
  }
  g_assert_true (fse_cache_save ("gemm", "new", "binary", 6));
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (young, G_FILE_TEST_EXISTS));
}

static void
test_profile (void)
{
  g_autoptr (FseDevice) device = open_any ();
  g_autofree gchar     *table = fse_device_profile (device);

  g_assert_null (table);
  g_assert_false (fse_device_profiles (device));
  g_clear_pointer (&device, fse_device_close);

  g_setenv ("FEW_SHOT_EDIT_PROFILE", "1", TRUE);
  device = open_any ();
  g_unsetenv ("FEW_SHOT_EDIT_PROFILE");
  for (gint i = 0; i < 60; i++)
    test_kernel (device);
  table = fse_device_profile (device);
  g_assert_nonnull (table);
  g_assert_true (g_regex_match_simple ("self_test/test_silu +60 ", table, 0, 0));
  g_assert_true (g_regex_match_simple ("\\(write\\) +60 ", table, 0, 0));
}

static void
note_order (gpointer data)
{
  g_string_append ((GString *) data, "x");
}

static void
check_last (gpointer data)
{
  g_assert_cmpuint (((GString *) data)->len, ==, 0);
}

static void
test_attach (void)
{
  FseDevice          *device = open_any ();
  g_autoptr (GString) order = g_string_new (NULL);

  fse_device_attach (device, "first", order, note_order);
  fse_device_attach (device, "second", order, check_last);
  g_assert_true (fse_device_attached (device, "first") == order);
  g_assert_null (fse_device_attached (device, "third"));
  fse_device_close (device);
  g_assert_cmpstr (order->str, ==, "x");
}

static void
test_error_names (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (strstr (fse_cl_error_name (CL_OUT_OF_RESOURCES), "CL_OUT_OF_RESOURCES (-5)"));
  g_assert_nonnull (strstr (fse_cl_error_name (CL_INVALID_COMMAND_QUEUE), "lost"));
  g_assert_cmpstr (fse_cl_error_name (-12345), ==, "OpenCL code -12345");

  g_assert_true (fse_cl_check (CL_SUCCESS, &error, "nothing"));
  g_assert_no_error (error);
  g_assert_false (fse_cl_check (CL_MEM_OBJECT_ALLOCATION_FAILURE, &error, "Could not get %d bytes", 7));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY);
  g_assert_nonnull (strstr (error->message, "Could not get 7 bytes: CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)"));
  g_clear_error (&error);
  g_assert_false (fse_cl_check (CL_INVALID_COMMAND_QUEUE, &error, "Could not run"));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_DEVICE);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int                result;

  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("FEW_SHOT_EDIT_DEVICE");
  g_unsetenv ("FEW_SHOT_EDIT_KERNELS");
  test_folder = g_dir_make_tmp ("test-device-XXXXXX", &error);
  g_assert_no_error (error);
  g_free (test_fresh_cache ("shared"));

  g_test_add_func ("/device/error-names", test_error_names);
  g_test_add_func ("/device/memory/traffic", test_traffic);
  g_test_add_func ("/device/memory/limit", test_limit);
  g_test_add_func ("/device/memory/too-large", test_too_large);
  g_test_add_func ("/device/launch/wrong", test_wrong_launches);
  g_test_add_func ("/device/launch/many", test_many_launches);
  g_test_add_func ("/device/families", test_families);
  g_test_add_func ("/device/profile", test_profile);
  g_test_add_func ("/device/attach", test_attach);
  g_test_add_func ("/device/cache/key", test_cache_key);
  g_test_add_func ("/device/cache/binaries", test_cache);
  g_test_add_func ("/device/cache/off", test_cache_off);
  g_test_add_func ("/device/cache/old-files", test_old_files);
  test_choice_add ();
  result = g_test_run ();
  remove_tree (test_folder);
  g_free (test_folder);
  return result;
}
