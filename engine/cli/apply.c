/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * few-shot-edit apply: one model, any number of pictures.  What can go wrong
 * with names is found out before the device is opened; a picture that fails
 * does not hold up the others.
 */
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/pipeline.h"
#include "cli/progress.h"
#include "files/disk.h"
#include "i18n.h"

typedef struct
{
  gchar          **positional;
  gchar           *output, *device;
  FseApplySettings settings;
  gint64           seed;
  gboolean         recursive, overwrite;
} Options;

static void
options_clear (Options *options)
{
  g_strfreev (options->positional);
  g_free (options->output);
  g_free (options->device);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse (Options *options, gint *argc, gchar ***argv)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output, "Picture to write, or folder (required)", "OUTPUT" },
    { "recursive", 'r', 0, G_OPTION_ARG_NONE, &options->recursive, "Also the pictures in folders of the folders", NULL },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &options->overwrite, "Also what was finished before", NULL },
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
                      "An INPUT is a picture or a folder of pictures. With several, OUTPUT is a folder, made where it\n"
                      "does not exist; results that are there already, and younger than picture and model, are left as\n"
                      "they are. The kind of file follows the output's name: .png, .jpg, .webp or .tif.", entries))
    return FALSE;
  options->settings.seed = (guint64) options->seed;
  return TRUE;
}

/* What has been said and counted of the pictures so far. */
typedef struct
{
  FseProgressView view;
  GPtrArray      *routes;
  GPtrArray      *failed; /* names for the eye */
  guint           done;
  gint64          begin; /* monotonic */
} Told;

static void
tell_outcome (Told *told, const FseOutcome *outcome)
{
  g_autofree gchar *from = g_filename_display_name (outcome->route->input);
  g_autofree gchar *to = g_filename_display_name (outcome->route->output);

  if (told->view.open)
    fputs ("\r\033[K", stdout);
  told->view.open = FALSE;
  if (!outcome->error)
    {
      printf ("%s -> %s  (%.1f s)\n", from, to, outcome->seconds);
      told->done++;
    }
  else if (!g_error_matches (outcome->error, FSE_ERROR, FSE_ERROR_CANCELLED))
    {
      fse_cli_fail (outcome->error);
      g_ptr_array_add (told->failed, g_steal_pointer (&from));
    }
  if (outcome->notice)
    fse_cli_warn ("%s", outcome->notice);
  fflush (stdout);
}

static void
tell_progress (Told *told, FsePipeline *pipeline)
{
  const FseRoute   *route;
  gdouble           fraction = fse_pipeline_look (pipeline, &route);
  guint             ended = told->done + told->failed->len;
  g_autofree gchar *name = route ? g_filename_display_basename (route->input) : NULL;
  g_autofree gchar *left = NULL, *text = NULL;

  if (!route)
    return;
  if (told->routes->len > 1 && ended > 0)
    left = fse_progress_time ((g_get_monotonic_time () - told->begin) / 1e6 / ended * (told->routes->len - ended));
  text = g_strdup_printf ("%u of %u  %s%s%s", MIN (ended + 1, told->routes->len), told->routes->len, left ? left : "",
                          left ? " left  " : "", name);
  fse_progress_percent (&told->view, text, fraction);
}

/* All threads but this one may be in the middle of something that cannot be interrupted, as a library's
 * loading of a large picture; nobody waits longer than this for it. */
#define PATIENCE 0.7

static gboolean
run_pipeline (FsePipeline *pipeline, Told *told)
{
  gint64 asked = 0; /* to stop, then */

  for (gboolean ended = FALSE; !ended;)
    {
      g_autoptr (FseOutcome) outcome = fse_pipeline_next (pipeline, 0.02, &ended);

      if (outcome)
        tell_outcome (told, outcome);
      tell_progress (told, pipeline);
      if (fse_cli_stop_asked ())
        {
          asked = asked ? asked : g_get_monotonic_time ();
          fse_pipeline_stop (pipeline); /* again and again: an edit that had not begun did not hear it */
        }
      if (asked && (g_get_monotonic_time () - asked) / 1e6 > PATIENCE)
        return FALSE;
    }
  return TRUE;
}

static FseExit
apply_all (FseEditor *editor, const FseApplySettings *settings, GPtrArray *routes)
{
  g_autoptr (GPtrArray) failed = g_ptr_array_new_with_free_func (g_free);
  Told                  told = { .routes = routes, .failed = failed, .begin = g_get_monotonic_time () };
  FsePipeline          *pipeline = fse_pipeline_new (editor, settings, routes);
  gboolean              orderly;

  fse_progress_start (&told.view, FALSE);
  orderly = run_pipeline (pipeline, &told);
  fse_progress_end (&told.view);
  if (failed->len && routes->len > 1)
    {
      fputs ("few-shot-edit: ", stderr);
      fprintf (stderr, ngettext ("%u of %u pictures failed:", "%u of %u pictures failed:", failed->len), failed->len, routes->len);
      fputc ('\n', stderr);
      for (guint i = 0; i < failed->len; i++)
        fprintf (stderr, "  %s\n", (gchar *) g_ptr_array_index (failed, i));
    }
  if (told.done + failed->len < routes->len)
    {
      fputs ("few-shot-edit: ", stderr);
      fprintf (stderr, ngettext ("Stopped with %u of %u picture done: the same command does the rest.",
                                 "Stopped with %u of %u pictures done: the same command does the rest.", routes->len),
               told.done, routes->len);
      fputc ('\n', stderr);
    }
  if (!orderly)
    {
      fse_disk_abandon ();
      fflush (stdout);
      _exit (FSE_EXIT_FAILED);
    }
  fse_pipeline_free (pipeline);
  return told.done < routes->len ? FSE_EXIT_FAILED : FSE_EXIT_DONE;
}

FseExit
fse_cli_apply (gint argc, gchar **argv)
{
  g_auto (Options)      options = { 0 };
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) routes = NULL;
  g_autoptr (FseEditor) editor = NULL;
  FseRoutesAsked        asked;
  guint                 finished;

  if (!parse (&options, &argc, &argv))
    return FSE_EXIT_USAGE;
  if (!options.positional || !options.positional[1])
    return fse_cli_usage ("apply", _("A model and at least one picture are needed."));
  if (!options.output || !options.output[0])
    return fse_cli_usage ("apply", _("Where to write is missing: add -o OUTPUT."));
  if (options.seed < 0)
    return fse_cli_usage ("apply", _("--seed takes a number from 0."));
  if (!fse_apply_settings_check (&options.settings, &error))
    return fse_cli_fail (error);
  asked = (FseRoutesAsked) { options.positional + 1, options.output, options.positional[0], options.recursive,
                             options.overwrite };
  routes = fse_routes_make (&asked, &finished, &error);
  if (!routes)
    return fse_cli_fail (error);
  if (finished)
    printf ("%u finished before; --overwrite does them again.\n", finished);
  if (!routes->len)
    return FSE_EXIT_DONE;

  fse_cli_catch_signals ();
  editor = fse_editor_open (options.positional[0], options.device, &error);
  if (!editor)
    return fse_cli_fail (error);
  if (fse_editor_passed_over (editor))
    {
      fprintf (stderr, _("Passed over: %s"), fse_editor_passed_over (editor));
      fputc ('\n', stderr);
    }
  return apply_all (editor, &options.settings, routes);
}
