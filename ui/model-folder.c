/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See model-folder.h.
 */
#include "i18n.h"

#include "model-folder.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

gchar *
fse_model_name (const gchar *path)
{
  gchar *name = g_filename_display_basename (path);

  if (g_str_has_suffix (name, FSE_MODEL_SUFFIX))
    name[strlen (name) - strlen (FSE_MODEL_SUFFIX)] = '\0';
  return name;
}

/* --- the list ------------------------------------------------------------- */

typedef struct
{
  gchar *path;
  gint64 when;
} Entry;

static gint
newest_first (gconstpointer a, gconstpointer b)
{
  const Entry *first = a, *second = b;

  return first->when != second->when ? (first->when < second->when ? 1 : -1) : g_strcmp0 (first->path, second->path);
}

GPtrArray *
fse_models_list (const gchar *folder)
{
  g_autoptr (GDir)   dir     = g_dir_open (folder, 0, NULL);
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  GPtrArray         *paths   = g_ptr_array_new_with_free_func (g_free);
  const gchar       *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      Entry    entry = { NULL, 0 };
      GStatBuf status;

      if (! g_str_has_suffix (name, FSE_MODEL_SUFFIX) || name[0] == '.')
        continue;
      entry.path = g_build_filename (folder, name, NULL);
      if (g_stat (entry.path, &status) == 0)
        entry.when = status.st_mtime;
      g_array_append_val (entries, entry);
    }
  g_array_sort (entries, newest_first);
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (paths, g_array_index (entries, Entry, i).path);
  return paths;
}

/* --- moving files --------------------------------------------------------- */

static gchar *
path_in (const gchar *folder, const gchar *name, GError **error)
{
  g_autofree gchar *file  = g_strconcat (name, FSE_MODEL_SUFFIX, NULL);
  g_autofree gchar *local = g_filename_from_utf8 (file, -1, NULL, NULL, NULL);

  if (local)
    return g_build_filename (folder, local, NULL);
  g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE,
               _("“%s” cannot be written in this system's character set: choose another name."), name);
  return NULL;
}

/* Written under a hidden name and renamed: a copy is whole or not there. */
static gboolean
copy (const gchar *from, const gchar *to, GError **error)
{
  g_autoptr (GFile)  source = g_file_new_for_path (from);
  g_autofree gchar  *folder = g_path_get_dirname (to);
  g_autofree gchar  *base   = g_path_get_basename (to);
  g_autofree gchar  *hidden = g_strdup_printf (".%s.%08x", base, g_random_int ());
  g_autofree gchar  *part   = g_build_filename (folder, hidden, NULL);
  g_autoptr (GFile)  target = g_file_new_for_path (part);
  g_autofree gchar  *shown  = g_filename_display_name (to);
  g_autoptr (GError) reason = NULL;

  if (g_file_copy (source, target, G_FILE_COPY_TARGET_DEFAULT_PERMS, NULL, NULL, NULL, &reason))
    {
      if (g_rename (part, to) == 0)
        return TRUE;
      reason = g_error_new_literal (G_FILE_ERROR, g_file_error_from_errno (errno), g_strerror (errno));
    }
  g_unlink (part);
  g_set_error (error, FSE_ERROR, FSE_ERROR_IO, _("“%s” cannot be written (%s): choose another folder."), shown, reason->message);
  return FALSE;
}

gchar *
fse_model_import (const gchar *path, const gchar *folder, GError **error)
{
  g_autoptr (FseModelInfo) info  = fse_model_info_load (path, error);
  g_autofree gchar        *name  = fse_model_name (path);
  g_autofree gchar        *shown = g_filename_display_name (folder);
  g_autofree gchar        *to    = NULL;

  if (! info)
    return NULL;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO, _("The folder “%s” cannot be made (%s): choose another one."),
                   shown, g_strerror (errno));
      return NULL;
    }
  to = path_in (folder, name, error);
  for (guint n = 2; to && g_file_test (to, G_FILE_TEST_EXISTS); n++)
    {
      g_autofree gchar *next = g_strdup_printf ("%s %u", name, n);

      g_free (to);
      to = path_in (folder, next, error);
    }
  return to && copy (path, to, error) ? g_steal_pointer (&to) : NULL;
}

gboolean
fse_model_export (const gchar *path, const gchar *to, GError **error)
{
  return g_strcmp0 (path, to) == 0 || copy (path, to, error);
}

gchar *
fse_model_rename (const gchar *path, const gchar *name, GError **error)
{
  g_autofree gchar *trimmed = g_strstrip (g_strdup (name));
  g_autofree gchar *folder  = g_path_get_dirname (path);
  g_autofree gchar *to      = NULL;

  if (! trimmed[0] || trimmed[0] == '.' || strchr (trimmed, G_DIR_SEPARATOR))
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_USAGE,
                           _("A name has at least one letter, no slash, and no dot in front: choose another one."));
      return NULL;
    }
  to = path_in (folder, trimmed, error);
  if (! to || strcmp (to, path) == 0)
    return g_steal_pointer (&to);
  if (g_file_test (to, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("There is an edit called “%s” already: choose another name."), trimmed);
      return NULL;
    }
  if (g_rename (path, to) == 0)
    return g_steal_pointer (&to);
  g_set_error (error, FSE_ERROR, FSE_ERROR_IO, _("It cannot be called “%s” (%s): choose another name."), trimmed, g_strerror (errno));
  return NULL;
}

gboolean
fse_model_remove (const gchar *path, GError **error)
{
  g_autoptr (GFile)  file   = g_file_new_for_path (path);
  g_autofree gchar  *name   = fse_model_name (path);
  g_autoptr (GError) reason = NULL;

  if (g_file_trash (file, NULL, NULL) || g_file_delete (file, NULL, &reason))
    return TRUE;
  g_set_error (error, FSE_ERROR, FSE_ERROR_IO, _("“%s” cannot be deleted (%s): change the rights of its folder."), name, reason->message);
  return FALSE;
}

/* --- looking into one ----------------------------------------------------- */

static FseImage *
picture (const guint8 *bytes, gint width, gint height, gint side, GError **error)
{
  g_autoptr (FseImage) whole = fse_image_new (width, height, error);
  gdouble              scale = (gdouble) side / MAX (width, height);

  if (! whole)
    return NULL;
  whole->bits      = 8;
  whole->has_alpha = TRUE;
  for (gsize i = 0; i < (gsize) width * height * 4; i++)
    whole->rgba[i] = bytes[i] / 255.0f;
  if (scale >= 1.0)
    return g_steal_pointer (&whole);
  return fse_image_scale (whole, MAX ((gint) (width * scale + 0.5), 1), MAX ((gint) (height * scale + 0.5), 1), error);
}

FseModelLook *
fse_model_look (const gchar *path, guint most, gint side, GError **error)
{
  g_autoptr (FseModelFile) file = fse_model_open (path, error);
  g_autoptr (FseModelLook) look = NULL;
  const FseModelInfo      *info = file ? fse_model_info (file) : NULL;

  if (! file)
    return NULL;
  look       = g_new0 (FseModelLook, 1);
  look->info = fse_model_info_load (path, error);
  if (! look->info)
    return NULL;
  look->n      = most > 0 ? MIN (most, info->n_pairs) : info->n_pairs;
  look->before = g_new0 (FseImage *, look->n);
  look->after  = g_new0 (FseImage *, look->n);
  for (guint k = 0; k < look->n; k++)
    if (! (look->before[k] = picture (fse_model_before (file, k), info->width, info->height, side, error))
        || ! (look->after[k] = picture (fse_model_after (file, k), info->width, info->height, side, error)))
      return NULL;
  return g_steal_pointer (&look);
}

void
fse_model_look_free (FseModelLook *look)
{
  if (! look)
    return;
  for (guint k = 0; k < look->n; k++)
    {
      g_clear_pointer (&look->before[k], fse_image_unref);
      g_clear_pointer (&look->after[k], fse_image_unref);
    }
  g_free (look->before);
  g_free (look->after);
  g_clear_pointer (&look->info, fse_model_info_free);
  g_free (look);
}

typedef struct
{
  gchar *path;
  guint  most;
  gint   side;
} Wish;

static void
wish_free (gpointer data)
{
  g_free (((Wish *) data)->path);
  g_free (data);
}

static void
look_in_thread (gpointer data, gpointer unused)
{
  g_autoptr (GTask) task  = data;
  const Wish       *wish  = g_task_get_task_data (task);
  GError           *error = NULL;
  FseModelLook     *look;

  if (g_task_return_error_if_cancelled (task))
    return;
  look = fse_model_look (wish->path, wish->most, wish->side, &error);
  if (look)
    g_task_return_pointer (task, look, (GDestroyNotify) fse_model_look_free);
  else
    g_task_return_error (task, error);
}

void
fse_model_look_async (gpointer source, const gchar *path, guint most, gint side, GCancellable *cancellable,
                      GAsyncReadyCallback done, gpointer data)
{
  static GThreadPool *pool; /* of one thread: fifty edits shall not take the processor from whoever opens the dialog */
  GTask              *task = g_task_new (source, cancellable, done, data);
  Wish               *wish = g_new0 (Wish, 1);

  if (! pool)
    pool = g_thread_pool_new (look_in_thread, NULL, 1, FALSE, NULL);
  *wish = (Wish) { g_strdup (path), most, side };
  g_task_set_task_data (task, wish, wish_free);
  g_thread_pool_push (pool, task, NULL);
}

FseModelLook *
fse_model_look_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
