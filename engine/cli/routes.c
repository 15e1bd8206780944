/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/routes.h"

#include <glib/gstdio.h>
#include <string.h>

#include "files/image.h"
#include "i18n.h"

typedef struct
{
  const FseRoutesAsked *asked;
  GPtrArray            *routes;
  gchar                *output_id; /* of the output folder, which is never looked into; or NULL */
} Making;

static void
route_free (gpointer data)
{
  FseRoute *route = data;

  g_free (route->input);
  g_free (route->output);
  g_free (route);
}

/* The file itself, whatever name it was called by; NULL where there is none. */
static gchar *
file_id (const gchar *path)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return NULL;
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) info.st_dev, (guint64) info.st_ino);
}

/* The input's own name, with an ending that can be saved. */
static gchar *
name_in_folder (const gchar *folder, const gchar *name)
{
  g_autofree gchar *base = g_strdup (name);
  gchar            *dot;

  if (fse_image_can_save (base))
    return g_build_filename (folder, base, NULL);
  dot = strrchr (base, '.');
  if (dot && dot != base)
    *dot = '\0';
  return g_strconcat (folder, G_DIR_SEPARATOR_S, base, ".png", NULL);
}

static void
add_route (Making *making, const gchar *input, gchar *output)
{
  FseRoute *route = g_new0 (FseRoute, 1);

  route->input = g_strdup (input);
  route->output = output;
  g_ptr_array_add (making->routes, route);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  g_autofree gchar *one = g_utf8_collate_key_for_filename (*(gchar *const *) a, -1);
  g_autofree gchar *two = g_utf8_collate_key_for_filename (*(gchar *const *) b, -1);
  gint              order = strcmp (one, two);

  return order ? order : strcmp (*(gchar *const *) a, *(gchar *const *) b);
}

/* Its layers are GIMP's business. */
static gboolean
is_gimp_file (const gchar *name)
{
  g_autofree gchar *lower = g_ascii_strdown (name, -1);

  return g_str_has_suffix (lower, ".xcf");
}

/* The pictures in `folder` go to `output`. */
static gboolean
add_folder (Making *making, const gchar *folder, const gchar *output, GError **error)
{
  g_autofree gchar     *id = file_id (folder);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError)    reason = NULL;
  g_autoptr (GDir)      directory = NULL;
  const gchar          *name;

  if (g_strcmp0 (id, making->output_id) == 0)
    return TRUE;
  directory = g_dir_open (folder, 0, &reason);
  if (!directory)
    {
      g_autofree gchar *shown = g_filename_display_name (folder);

      g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
                   _("The folder “%s” cannot be read (%s): choose another one, or change its rights."), shown, reason->message);
      return FALSE;
    }
  while ((name = g_dir_read_name (directory)))
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);

  for (guint i = 0; i < names->len; i++)
    {
      const gchar      *base = g_ptr_array_index (names, i);
      g_autofree gchar *path = g_build_filename (folder, base, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          g_autofree gchar *below = g_build_filename (output, base, NULL);

          /* A link may lead back. */
          if (making->asked->recursive && !g_file_test (path, G_FILE_TEST_IS_SYMLINK)
              && !add_folder (making, path, below, error))
            return FALSE;
        }
      else if (fse_image_is_named (base) && !is_gimp_file (base))
        add_route (making, path, name_in_folder (output, base));
    }
  return TRUE;
}

static gboolean
check_routes (GPtrArray *routes, GError **error)
{
  g_autoptr (GHashTable) outputs = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) inputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < routes->len; i++)
    {
      FseRoute       *route = g_ptr_array_index (routes, i);
      const FseRoute *other = g_hash_table_lookup (outputs, route->output);
      gchar          *id = file_id (route->input);

      if (other)
        {
          g_autofree gchar *shown = g_filename_display_name (route->output);
          g_autofree gchar *one = g_filename_display_name (other->input), *two = g_filename_display_name (route->input);

          g_free (id);
          g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE,
                       _("“%s” and “%s” would both be saved as “%s”: apply to them one after the other."), one, two, shown);
          return FALSE;
        }
      g_hash_table_insert (outputs, route->output, route);
      if (id)
        g_hash_table_insert (inputs, id, route);
    }
  for (guint i = 0; i < routes->len; i++)
    {
      const FseRoute   *route = g_ptr_array_index (routes, i), *other;
      g_autofree gchar *id = file_id (route->output);

      other = id ? g_hash_table_lookup (inputs, id) : NULL;
      if (other)
        {
          g_autofree gchar *shown = g_filename_display_name (other->input);

          g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("The result would overwrite the input “%s”: choose another output."),
                       shown);
          return FALSE;
        }
    }
  return TRUE;
}

/* Results appear whole or not at all, so one that is there is complete. */
static gboolean
is_finished (const FseRoute *route, const gchar *model)
{
  GStatBuf input, output, learned;

  return g_stat (route->output, &output) == 0 && g_stat (route->input, &input) == 0 && g_stat (model, &learned) == 0
         && output.st_mtime >= input.st_mtime && output.st_mtime >= learned.st_mtime;
}

static gboolean
make_folder (const gchar *folder, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (folder);

  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, FSE_ERROR, FSE_ERROR_IO, _("The folder “%s” cannot be made: choose another output."), shown);
  return FALSE;
}

static gboolean
leave_finished (Making *making, guint *finished, GError **error)
{
  for (guint i = 0; i < making->routes->len;)
    {
      const FseRoute   *route = g_ptr_array_index (making->routes, i);
      g_autofree gchar *folder = g_path_get_dirname (route->output);

      if (!making->asked->overwrite && is_finished (route, making->asked->model))
        {
          g_ptr_array_remove_index (making->routes, i);
          ++*finished;
          continue;
        }
      if (!make_folder (folder, error))
        return FALSE;
      i++;
    }
  return TRUE;
}

/* With an error where it is. */
static gboolean
is_output (Making *making, const gchar *folder, GError **error)
{
  g_autofree gchar *id = file_id (folder), *shown = g_filename_display_name (folder);

  if (g_strcmp0 (id, making->output_id) != 0)
    return FALSE;
  g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("The results would overwrite the pictures in “%s”: choose another output."),
               shown);
  return TRUE;
}

static gboolean
add_all (Making *making, gboolean into_folder, GError **error)
{
  const FseRoutesAsked *asked = making->asked;

  for (guint i = 0; asked->inputs[i]; i++)
    if (g_file_test (asked->inputs[i], G_FILE_TEST_IS_DIR))
      {
        guint before = making->routes->len;

        if (is_output (making, asked->inputs[i], error) || !add_folder (making, asked->inputs[i], asked->output, error))
          return FALSE;
        if (making->routes->len == before)
          {
            g_autofree gchar *shown = g_filename_display_name (asked->inputs[i]);

            g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, asked->recursive
                         ? _("The folder “%s” holds no pictures: name another one.")
                         : _("The folder “%s” holds no pictures: name another one, or add --recursive for folders in it."), shown);
            return FALSE;
          }
      }
    else if (into_folder)
      {
        g_autofree gchar *base = g_path_get_basename (asked->inputs[i]);

        add_route (making, asked->inputs[i], name_in_folder (asked->output, base));
      }
    else
      add_route (making, asked->inputs[i], g_strdup (asked->output));
  return TRUE;
}

GPtrArray *
fse_routes_make (const FseRoutesAsked *asked, guint *finished, GError **error)
{
  gboolean              several = asked->inputs[0] && asked->inputs[1];
  gboolean              from_folder = asked->inputs[0] && g_file_test (asked->inputs[0], G_FILE_TEST_IS_DIR);
  gboolean              is_folder = g_file_test (asked->output, G_FILE_TEST_IS_DIR);
  gboolean              into_folder = several || from_folder || is_folder || g_str_has_suffix (asked->output, G_DIR_SEPARATOR_S);
  g_autofree gchar     *shown = g_filename_display_name (asked->output);
  g_autofree gchar     *output_id = file_id (asked->output);
  g_autoptr (GPtrArray) routes = g_ptr_array_new_with_free_func (route_free);
  Making                making = { asked, routes, output_id };

  *finished = 0;
  if (into_folder && !is_folder && g_file_test (asked->output, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("With several inputs the output must be a folder, and “%s” is a file."),
                   shown);
      return NULL;
    }
  if (!into_folder && !fse_image_can_save (asked->output))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE,
                   _("The output “%s” must end in .png, .jpg, .webp or .tif, or be a folder."), shown);
      return NULL;
    }
  if (!add_all (&making, into_folder, error) || !check_routes (routes, error))
    return NULL;
  if (into_folder && !leave_finished (&making, finished, error))
    return NULL;
  return g_steal_pointer (&routes);
}
