/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operators/verdict.h"

#include <glib/gstdio.h>

#include "device/cache.h"
#include "operators/clblast.h"

/* What a verdict is good for. */
static gchar *
verdict_key (FseDevice *device)
{
  const FseDeviceInfo *info = fse_device_info (device);

  return g_strjoin ("; ", info->platform, info->platform_version, info->name, info->version, info->driver,
                    "engine " FSE_VERSION, "CLBlast " FSE_CLBLAST_VERSION, NULL);
}

/* NULL where there is to be no cache. */
static gchar *
verdict_path (FseDevice *device, const gchar *subject)
{
  g_autofree gchar *folder = fse_cache_folder ();
  g_autofree gchar *key = verdict_key (device);
  g_autofree gchar *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  g_autofree gchar *name = g_strdup_printf ("%s-%.16s.ini", subject, sum);

  return folder ? g_build_filename (folder, name, NULL) : NULL;
}

GKeyFile *
fse_verdict_load (FseDevice *device, const gchar *subject)
{
  g_autofree gchar    *path = verdict_path (device, subject), *key = verdict_key (device), *known = NULL;
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!path || !g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return NULL;
  known = g_key_file_get_string (file, subject, "device", NULL);
  return g_strcmp0 (known, key) ? NULL : g_steal_pointer (&file);
}

void
fse_verdict_save (FseDevice *device, const gchar *subject, GKeyFile *file)
{
  g_autofree gchar *path = verdict_path (device, subject), *key = verdict_key (device);
  g_autofree gchar *folder = path ? g_path_get_dirname (path) : NULL, *text = NULL;

  if (!path || g_mkdir_with_parents (folder, 0700))
    return;
  g_key_file_set_string (file, subject, "device", key);
  text = g_key_file_to_data (file, NULL, NULL);
  if (!g_file_set_contents (path, text, -1, NULL))
    g_debug ("%s could not be written", path);
}

void
fse_verdict_drop (FseDevice *device, const gchar *subject)
{
  g_autofree gchar *path = verdict_path (device, subject);

  if (path)
    g_unlink (path);
}
