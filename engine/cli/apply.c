/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * few-shot-edit apply: one model, any number of pictures.  What can go wrong
 * with names is found out before the device is opened; a picture that fails
 * does not hold up the others.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "apply/editor.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "training/job.h"

typedef struct
{
  gchar          **positional;
  gchar           *output, *device;
  FseApplySettings settings;
  gint64           seed;
} Options;

/* One picture's way. */
typedef struct
{
  gchar *input, *output;
} Route;

static void
options_clear (Options *options)
{
  g_strfreev (options->positional);
  g_free (options->output);
  g_free (options->device);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
route_free (gpointer data)
{
  Route *route = data;

  g_free (route->input);
  g_free (route->output);
  g_free (route);
}

static gboolean
parse (Options *options, gint *argc, gchar ***argv)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output, "Picture to write, or folder (required)", "OUTPUT" },
    { "steps", 0, 0, G_OPTION_ARG_INT, &options->settings.steps,
      "Sampler steps, 1..100: 1 is faithful, more is livelier (1)", "N" },
    { "strength", 0, 0, G_OPTION_ARG_DOUBLE, &options->settings.strength, "How much of the edit, 0..1 (1)", "X" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options->seed, "Start of all randomness (0)", "S" },
    { "references", 0, 0, G_OPTION_ARG_INT, &options->settings.references, "Training pairs consulted, 1..8", "N" },
    { "detail", 0, 0, G_OPTION_ARG_DOUBLE, &options->settings.detail,
      "How much of its own fine detail a picture keeps, 0..1 (as measured in training)", "X" },
    { "device", 0, 0, G_OPTION_ARG_STRING, &options->device, "Device: cpu, gpu, a number or a part of its name", "NAME" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->positional, NULL, NULL },
    { NULL }
  };

  fse_apply_settings_default (&options->settings);
  options->seed = options->settings.seed;
  if (!fse_cli_parse (argc, argv, "MODEL INPUT…", "Does a learned edit to pictures.",
                      "With several inputs OUTPUT is a folder, made where it does not exist. The kind of file\n"
                      "follows the output's name: .png, .jpg, .webp or .tif.", entries))
    return FALSE;
  options->settings.seed = (guint64) options->seed;
  return TRUE;
}

static gboolean
same_file (const gchar *a, const gchar *b)
{
  GStatBuf one, other;

  return g_stat (a, &one) == 0 && g_stat (b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* The input's own name, with an ending that can be saved. */
static gchar *
name_in_folder (const gchar *folder, const gchar *input)
{
  g_autofree gchar *base = g_path_get_basename (input);
  gchar            *dot;

  if (fse_image_can_save (base))
    return g_build_filename (folder, base, NULL);
  dot = strrchr (base, '.');
  if (dot && dot != base)
    *dot = '\0';
  return g_strconcat (folder, G_DIR_SEPARATOR_S, base, ".png", NULL);
}

static gboolean
check_routes (GPtrArray *routes, GError **error)
{
  for (guint i = 0; i < routes->len; i++)
    {
      const Route      *route = g_ptr_array_index (routes, i);
      g_autofree gchar *shown = g_filename_display_name (route->output);

      for (guint k = 0; k < routes->len; k++)
        {
          const Route      *other = g_ptr_array_index (routes, k);
          g_autofree gchar *shown_other = g_filename_display_name (other->input);

          if (k < i && strcmp (route->output, other->output) == 0)
            {
              g_autofree gchar *shown_input = g_filename_display_name (route->input);

              g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE,
                           "“%s” and “%s” would both be saved as “%s”. Apply to them one after the other.", shown_other,
                           shown_input, shown);
              return FALSE;
            }
          if (same_file (route->output, other->input))
            {
              g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE,
                           "The result would overwrite the input “%s”. Choose another output.", shown_other);
              return FALSE;
            }
        }
    }
  return TRUE;
}

static GPtrArray *
make_routes (const Options *options, GError **error)
{
  gchar               **inputs = options->positional + 1;
  guint                 n = g_strv_length (inputs);
  gboolean              folder = n > 1 || g_str_has_suffix (options->output, G_DIR_SEPARATOR_S) ||
                                 g_file_test (options->output, G_FILE_TEST_IS_DIR);
  g_autofree gchar     *shown = g_filename_display_name (options->output);
  g_autoptr (GPtrArray) routes = g_ptr_array_new_with_free_func (route_free);

  if (folder && g_file_test (options->output, G_FILE_TEST_EXISTS) && !g_file_test (options->output, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, "With several inputs the output must be a folder, and “%s” is a file.",
                   shown);
      return NULL;
    }
  if (!folder && !fse_image_can_save (options->output))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE,
                   "The output “%s” must end in .png, .jpg, .webp or .tif, or be a folder.", shown);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    {
      Route *route = g_new0 (Route, 1);

      route->input = g_strdup (inputs[i]);
      route->output = folder ? name_in_folder (options->output, inputs[i]) : g_strdup (options->output);
      g_ptr_array_add (routes, route);
    }
  if (!check_routes (routes, error))
    return NULL;
  if (folder && g_mkdir_with_parents (options->output, 0777) != 0)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO, "The folder “%s” cannot be made. Choose another output.", shown);
      return NULL;
    }
  return g_steal_pointer (&routes);
}

/* One picture, done in a thread of its own so that this one can be asked to stop. */
typedef struct
{
  FseEditor              *editor;
  const FseApplySettings *settings;
  const Route            *route;
  gint                    done; /* atomic; thousandths */
} Work;

static void
on_progress (gdouble fraction, gpointer data)
{
  Work *work = data;

  g_atomic_int_set (&work->done, (gint) (fraction * 1000));
}

static gboolean
do_one (gpointer data, GError **error)
{
  Work                *work = data;
  g_autoptr (FseImage) picture = fse_image_load (work->route->input, error);
  g_autoptr (FseImage) result = NULL;

  if (!picture)
    return FALSE;
  result = fse_editor_apply (work->editor, picture, work->settings, on_progress, work, error);
  return result && fse_image_save (result, work->route->output, error);
}

static gboolean
watch_one (Work *work, FseProgressView *view, GError **error)
{
  g_autofree gchar *what = g_filename_display_basename (work->route->input);
  FseJob           *job = fse_job_new ("apply", do_one, work);

  while (!fse_job_finished (job))
    {
      if (fse_cli_stop_asked ())
        fse_editor_cancel (work->editor);
      g_usleep (G_USEC_PER_SEC / 200);
      fse_progress_percent (view, what, g_atomic_int_get (&work->done) / 1000.0);
    }
  return fse_job_join (job, error);
}

static FseExit
apply_all (FseEditor *editor, const FseApplySettings *settings, GPtrArray *routes)
{
  FseProgressView view;
  guint           failed = 0;

  fse_progress_start (&view, FALSE);
  for (guint i = 0; i < routes->len; i++)
    {
      Work               work = { editor, settings, g_ptr_array_index (routes, i), 0 };
      g_autofree gchar  *from = g_filename_display_name (work.route->input);
      g_autofree gchar  *to = g_filename_display_name (work.route->output);
      g_autoptr (GError) error = NULL;
      gint64             begin = g_get_monotonic_time ();
      gboolean           ok;

      if (fse_cli_stop_asked ())
        {
          fprintf (stderr, "few-shot-edit: Stopped with %u of %u pictures done.\n", i - failed, routes->len);
          return FSE_EXIT_FAILED;
        }
      ok = watch_one (&work, &view, &error);
      if (view.open)
        fputs ("\r\033[K", stdout);
      view.open = FALSE;
      if (ok)
        printf ("%s -> %s  (%.1f s)\n", from, to, (g_get_monotonic_time () - begin) / 1e6);
      else if (!g_error_matches (error, FSE_ERROR, FSE_ERROR_CANCELLED))
        fse_cli_fail (error);
      fflush (stdout);
      failed += !ok;
    }
  if (fse_cli_stop_asked () && failed)
    fprintf (stderr, "few-shot-edit: Stopped with %u of %u pictures done.\n", routes->len - failed, routes->len);
  else if (failed && routes->len > 1)
    fprintf (stderr, "few-shot-edit: %u of %u pictures failed.\n", failed, routes->len);
  return failed ? FSE_EXIT_FAILED : FSE_EXIT_DONE;
}

FseExit
fse_cli_apply (gint argc, gchar **argv)
{
  g_auto (Options)      options = { 0 };
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) routes = NULL;
  g_autoptr (FseEditor) editor = NULL;

  if (!parse (&options, &argc, &argv))
    return FSE_EXIT_USAGE;
  if (!options.positional || !options.positional[1])
    return fse_cli_usage ("apply", "A model and at least one picture are needed.");
  if (!options.output)
    return fse_cli_usage ("apply", "Where to write is missing: add -o OUTPUT.");
  if (options.seed < 0)
    return fse_cli_usage ("apply", "--seed takes a number from 0.");
  if (!fse_apply_settings_check (&options.settings, &error))
    return fse_cli_fail (error);
  routes = make_routes (&options, &error);
  if (!routes)
    return fse_cli_fail (error);

  fse_cli_catch_signals ();
  editor = fse_editor_open (options.positional[0], options.device, &error);
  if (!editor)
    return fse_cli_fail (error);
  if (fse_editor_passed_over (editor))
    fprintf (stderr, "Passed over: %s\n", fse_editor_passed_over (editor));
  return apply_all (editor, &options.settings, routes);
}
