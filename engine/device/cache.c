/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program's file is: a line naming the format, a line with the SHA-256 of
 * the rest, and the rest, the driver's binary.  Files appear by rename, so a
 * reader sees all of one or none.
 */
#include "device/cache.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include <utime.h>

#define FORMAT "few-shot-edit kernels 1\n"
#define HEX 64                  /* digits of a SHA-256 */
#define OLD (90 * 24 * 60 * 60) /* seconds after which an unused file goes */
#define STILL 10                /* seconds that a self-test may be under way */

gchar *
fse_cache_folder (void)
{
  const gchar *wish = g_getenv ("FEW_SHOT_EDIT_CACHE");

  if (wish && g_strcmp0 (wish, "off") == 0)
    return NULL;
  if (wish && *wish)
    return g_strdup (wish);
  return g_build_filename (g_get_user_cache_dir (), "few-shot-edit", "kernels", NULL);
}

void
fse_cache_house_pocl (void)
{
  static gsize      done = 0;
  g_autofree gchar *folder = NULL, *house = NULL;

  if (!g_once_init_enter (&done))
    return;
  folder = fse_cache_folder ();
  house = folder ? g_build_filename (folder, "pocl", NULL) : NULL;
  if (house && g_mkdir_with_parents (house, 0700) == 0 && g_access (house, W_OK) == 0)
    g_setenv ("POCL_CACHE_DIR", house, TRUE);
  g_once_init_leave (&done, 1);
}

static gchar *
cache_path (const gchar *what, const gchar *key)
{
  g_autofree gchar *folder = fse_cache_folder ();
  g_autofree gchar *file = g_strdup_printf ("%s-%s", what, key);

  return folder ? g_build_filename (folder, file, NULL) : NULL;
}

GBytes *
fse_cache_load (const gchar *name, const gchar *key)
{
  const gsize       head = strlen (FORMAT) + HEX + 1;
  g_autofree gchar *path = cache_path (name, key);
  g_autofree gchar *content = NULL, *sum = NULL;
  gsize             length = 0;

  if (!path || !g_file_get_contents (path, &content, &length, NULL))
    return NULL;
  if (length > head && memcmp (content, FORMAT, strlen (FORMAT)) == 0)
    {
      sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) content + head, length - head);
      if (memcmp (sum, content + strlen (FORMAT), HEX) == 0)
        {
          g_utime (path, NULL); /* in use: keeps it from getting old */
          return g_bytes_new (content + head, length - head);
        }
    }
  g_debug ("%s is damaged and will be made anew", path);
  g_unlink (path);
  return NULL;
}

void
fse_cache_drop (const gchar *name, const gchar *key)
{
  g_autofree gchar *path = cache_path (name, key);

  if (path)
    g_unlink (path);
}

/* Programs of drivers and versions that are gone. */
static void
remove_old (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gint64           now = g_get_real_time () / G_USEC_PER_SEC;
  const gchar     *name;

  while (dir && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (folder, name, NULL);
      GStatBuf          status;

      if (g_stat (path, &status) == 0 && S_ISREG (status.st_mode) && now - status.st_mtime > OLD)
        g_unlink (path);
    }
}

static gboolean
write_file (const gchar *path, const gchar *content, gsize length)
{
  g_autofree gchar  *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  if (g_mkdir_with_parents (folder, 0700) == 0 && g_file_set_contents (path, content, length, &error))
    return TRUE;
  g_debug ("No kernel cache: %s", error ? error->message : g_strerror (errno));
  return FALSE;
}

gboolean
fse_cache_save (const gchar *name, const gchar *key, gconstpointer binary, gsize length)
{
  g_autofree gchar   *path = cache_path (name, key);
  g_autofree gchar   *sum = NULL, *folder = NULL;
  g_autoptr (GString) content = NULL;

  if (!path)
    return FALSE;
  folder = g_path_get_dirname (path);
  remove_old (folder);

  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, binary, length);
  content = g_string_sized_new (length + 2 * HEX);
  g_string_append_printf (content, FORMAT "%s\n", sum);
  g_string_append_len (content, binary, length);
  return write_file (path, content->str, content->len);
}

/* Self-tests */

gboolean
fse_cache_passed (const gchar *key)
{
  g_autofree gchar *path = cache_path ("passed", key);

  if (!path || !g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;
  g_utime (path, NULL);
  return TRUE;
}

void
fse_cache_set_passed (const gchar *key)
{
  g_autofree gchar *path = cache_path ("passed", key);

  if (path)
    write_file (path, "yes\n", 4);
}

/* Looks at the marks of tests of this key: "testing-KEY.PID".  Those of living
 * processes, and quite new ones (whose process may live in another container),
 * are tests under way. */
static guint
count_crashes (const gchar *key, gboolean forgive)
{
  g_autofree gchar *folder = fse_cache_folder ();
  g_autofree gchar *start = g_strdup_printf ("testing-%s.", key);
  g_autoptr (GDir)  dir = folder ? g_dir_open (folder, 0, NULL) : NULL;
  gint64            now = g_get_real_time () / G_USEC_PER_SEC;
  guint             crashes = 0;
  const gchar      *name;

  while (dir && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (folder, name, NULL);
      GStatBuf          status;
      gint64            pid;

      if (!g_str_has_prefix (name, start) || g_stat (path, &status) != 0)
        continue;
      pid = g_ascii_strtoll (name + strlen (start), NULL, 10);
      if (now - status.st_mtime <= STILL || (pid > 0 && (kill ((pid_t) pid, 0) == 0 || errno != ESRCH)))
        continue;
      crashes++;
      if (forgive)
        g_unlink (path);
    }
  return crashes;
}

gchar *
fse_cache_test_begin (const gchar *key, guint *crashes)
{
  g_autofree gchar *what = g_strdup_printf ("testing-%s.%ld", key, (long) getpid ());
  g_autofree gchar *folder = fse_cache_folder ();
  gchar            *path = folder ? g_build_filename (folder, what, NULL) : NULL;

  *crashes = count_crashes (key, FALSE);
  if (path)
    write_file (path, "", 0);
  return path;
}

void
fse_cache_test_end (gchar *mark)
{
  if (mark)
    g_unlink (mark);
  g_free (mark);
}

void
fse_cache_forgive (const gchar *key)
{
  count_crashes (key, TRUE);
}
