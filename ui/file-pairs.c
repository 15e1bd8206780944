/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See file-pairs.h.
 */
#include "file-pairs.h"

#include <gio/gio.h>
#include <string.h>

#include "pairing.h"

static gint
by_path (gconstpointer a, gconstpointer b)
{
  return strcmp (*(gchar *const *) a, *(gchar *const *) b);
}

/* All files of a folder and of the folders right within it. */
static void
expand (GPtrArray *files, const gchar *path, gint depth)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_dir_open (path, 0, NULL) : NULL;

  if (! dir)
    {
      g_autofree gchar *type = g_content_type_guess (path, NULL, 0, NULL);
      g_autofree gchar *mime = g_content_type_get_mime_type (type);

      if (depth == 0 || (mime && g_str_has_prefix (mime, "image/")))
        g_ptr_array_add (files, g_strdup (path));
      return;
    }
  for (const gchar *name; depth < 2 && (name = g_dir_read_name (dir));)
    if (name[0] != '.')
      {
        g_autofree gchar *child = g_build_filename (path, name, NULL);

        expand (files, child, depth + 1);
      }
}

/* Files are paired as layers are: their folder is the group that they are in. */
static GPtrArray *
as_layers (GPtrArray *files)
{
  GPtrArray *layers = g_ptr_array_new_with_free_func ((GDestroyNotify) fse_host_layer_free);

  for (guint i = 0; i < files->len; i++)
    {
      FseHostLayer     *layer  = g_new0 (FseHostLayer, 1);
      g_autofree gchar *folder = g_path_get_dirname (g_ptr_array_index (files, i));
      gchar            *dot;

      layer->id         = (gint) i;
      layer->name       = g_filename_display_basename (g_ptr_array_index (files, i));
      layer->group_name = g_filename_display_basename (folder);
      layer->image_name = g_strdup ("");
      layer->group      = -1;
      dot               = strrchr (layer->name, '.');
      if (dot && dot > layer->name)
        *dot = '\0';
      g_ptr_array_add (layers, layer);
    }
  return layers;
}

GPtrArray *
fse_file_pairs (gchar **paths)
{
  GPtrArray            *examples = g_ptr_array_new_with_free_func ((GDestroyNotify) fse_example_free);
  g_autoptr (GPtrArray) files    = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) layers   = NULL;
  g_autoptr (GArray)    pairs    = NULL;
  g_autofree gboolean  *taken    = NULL;

  for (gchar **path = paths; *path; path++)
    expand (files, *path, 0);
  g_ptr_array_sort (files, by_path);
  layers = as_layers (files);
  pairs  = fse_pairing_guess (layers);
  taken  = g_new0 (gboolean, files->len + 1);
  for (guint i = 0; i < pairs->len; i++)
    {
      const FsePairing *pair    = &g_array_index (pairs, FsePairing, i);
      FseExample       *example = fse_example_new ();

      fse_source_set_file (&example->before, g_ptr_array_index (files, pair->before));
      fse_source_set_file (&example->after, g_ptr_array_index (files, pair->after));
      taken[pair->before] = taken[pair->after] = TRUE;
      g_ptr_array_add (examples, example);
    }
  for (guint i = 0; i < files->len; i++)
    if (! taken[i])
      {
        FseExample *example = fse_example_new ();

        fse_source_set_file (&example->before, g_ptr_array_index (files, i));
        g_ptr_array_add (examples, example);
      }
  return examples;
}
