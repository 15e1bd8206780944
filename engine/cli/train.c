/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * few-shot-edit train: the trainer in a thread of its own, this one watches.
 */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "i18n.h"
#include "model/model-file.h"
#include "training/job.h"
#include "training/plan.h"
#include "training/trainer.h"

typedef struct
{
  gchar  **positional;
  gchar   *output, *size, *steps, *minutes, *seed, *model_size, *device, *init, *instruction, *inverse, *quality;
  gchar  **sets;
  gint     pairs;
  gboolean resume, json;
} Options;

static void
options_clear (Options *options)
{
  g_strfreev (options->positional);
  g_strfreev (options->sets);
  g_free (options->output);
  g_free (options->size);
  g_free (options->steps);
  g_free (options->minutes);
  g_free (options->seed);
  g_free (options->model_size);
  g_free (options->device);
  g_free (options->init);
  g_free (options->instruction);
  g_free (options->inverse);
  g_free (options->quality);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gchar *
describe_settings (void)
{
  GString *text = g_string_new ("Settings for --set, each NAME=VALUE:\n");

  for (const FseSettingHelp *help = fse_settings_help (); help->name; help++)
    g_string_append_printf (text, "  %-20s %s (%s)\n", help->name, help->help, help->values);
  g_string_append (text, "\nPAIRS is a folder with the folders before and after in it, holding pictures of equal names, "
                         "or with\nNAME_before.png and NAME_after.png beside each other. Ctrl+C stops and keeps a "
                         "checkpoint for --resume.");
  return g_string_free (text, FALSE);
}

static gboolean
parse (Options *options, gint *argc, gchar ***argv)
{
  g_autofree gchar  *description = describe_settings ();
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output, "Model file to write (required)", "MODEL" },
    { "pairs", 0, 0, G_OPTION_ARG_INT, &options->pairs, "Learn from the first N pairs only", "N" },
    { "size", 0, 0, G_OPTION_ARG_STRING, &options->size, "Working resolution: about PX x PX pixels in all (128)", "PX" },
    { "steps", 0, 0, G_OPTION_ARG_STRING, &options->steps, "Train for N steps", "N" },
    { "minutes", 0, 0, G_OPTION_ARG_STRING, &options->minutes, "Train for M minutes (5)", "M" },
    { "quality", 0, 0, G_OPTION_ARG_STRING, &options->quality, "quick, balanced or best: chooses size and steps for this device", "QUALITY" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &options->seed, "Start of all randomness (0)", "S" },
    { "device", 0, 0, G_OPTION_ARG_STRING, &options->device, "Device: cpu, gpu, a number or a part of its name", "NAME" },
    { "model-size", 0, 0, G_OPTION_ARG_STRING, &options->model_size, "small, medium, large, or auto: by the number of pairs (small)", "SIZE" },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &options->resume, "Go on from the checkpoint of a stopped training", NULL },
    { "init", 0, 0, G_OPTION_ARG_FILENAME, &options->init, "Start from the weights of another model", "MODEL" },
    { "instruction", 0, 0, G_OPTION_ARG_STRING, &options->instruction, "What the edit does, in words, for the model file", "TEXT" },
    { "inverse", 0, 0, G_OPTION_ARG_STRING, &options->inverse, "What would undo it, in words", "TEXT" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->sets, "Change a setting, see below; may be repeated", "NAME=VALUE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Tell progress and result as lines of JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->positional, NULL, NULL },
    { NULL }
  };

  return fse_cli_parse (argc, argv, "PAIRS", "Learns an edit from before/after pairs, into a model file.", description,
                        entries);
}

static gboolean
set (FseSettings *settings, const gchar *name, const gchar *value, GError **error)
{
  g_autofree gchar *assignment = NULL;

  if (!value)
    return TRUE;
  assignment = g_strdup_printf ("%s=%s", name, value);
  return fse_settings_set (settings, assignment, error);
}

static gboolean
chooses_model_size (const Options *options)
{
  return g_strcmp0 (options->model_size, "auto") == 0;
}

/* Whether --set gives a setting. */
static gboolean
is_set (const Options *options, const gchar *name)
{
  g_autofree gchar *start = g_strconcat (name, "=", NULL);

  for (gchar **one = options->sets; one && *one; one++)
    if (g_str_has_prefix (*one, start))
      return TRUE;
  return FALSE;
}

static gboolean
make_settings (FseSettings *settings, const Options *options, GError **error)
{
  fse_settings_default (settings);
  for (gchar **one = options->sets; one && *one; one++)
    if (!fse_settings_set (settings, *one, error))
      return FALSE;
  return set (settings, "size", options->size, error) && set (settings, "steps", options->steps, error) &&
         set (settings, "minutes", options->minutes, error) && set (settings, "seed", options->seed, error) &&
         (chooses_model_size (options) || set (settings, "model-size", options->model_size, error)) && fse_settings_check (settings, error);
}

/* Before minutes are spent: can the model be saved there, and would anything
 * be lost that is not a model? */
static gboolean
check_output (const gchar *path, gboolean resume, GError **error)
{
  g_autofree gchar *folder = g_path_get_dirname (path), *shown = g_filename_display_name (path);
  g_autofree gchar *checkpoint = fse_checkpoint_path (path), *shown_checkpoint = g_filename_display_name (checkpoint);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
                   _("“%s” is a folder: give the model's file name, such as %s/NAME%s."), shown, shown, FSE_MODEL_SUFFIX);
      return FALSE;
    }
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
                   _("“%s” cannot be written: its folder does not exist; create it first."), shown);
      return FALSE;
    }
  if (access (folder, W_OK) != 0)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
                   _("“%s” cannot be written: you may not write into its folder; choose another one."), shown);
      return FALSE;
    }
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autoptr (FseModelInfo) info = fse_model_info_load (path, NULL);

      if (!info)
        {
          g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
                       _("“%s” exists and is not a model: it is left alone; remove it, or choose another name."), shown);
          return FALSE;
        }
    }
  if (!resume && g_file_test (checkpoint, G_FILE_TEST_EXISTS))
    fse_cli_warn (_("The checkpoint “%s” of a stopped training will be replaced: "
                    "to go on from it, stop now and add --resume."), shown_checkpoint);
  return TRUE;
}

static gboolean
train (gpointer data, GError **error)
{
  return fse_trainer_run (data, error);
}

static void
print_result (FseTrainer *trainer, const gchar *path, gboolean json)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  FseSnapshot       end;

  fse_trainer_snapshot (trainer, &end);
  if (json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      fse_cli_add_text (builder, "event", "done");
      fse_cli_add_text (builder, "model", shown);
      fse_cli_add_number (builder, "steps", end.step);
      fse_cli_add_number (builder, "seconds", end.seconds);
      fse_cli_add_number (builder, "step_flops", end.step_flops);
      fse_cli_add_number (builder, "loss", end.loss);
      fse_cli_add_number (builder, "error", end.error);
      fse_cli_add_number (builder, "copy_error", end.copy_error);
      fse_cli_add_number (builder, "held_out", end.held_out);
      fse_cli_add_number (builder, "validation", end.best_validation);
      fse_cli_add_number (builder, "best_step", end.best_step ? end.best_step : NAN);
      json_builder_end_object (builder);
      fse_cli_print_json (builder);
    }
  else
    {
      g_autofree gchar *time = fse_progress_time (end.seconds);

      printf ("Trained %u step%s in %s", end.step, end.step == 1 ? "" : "s", time);
      if (isfinite (end.error) && end.copy_error > 0)
        printf ("; error %.4f, %.2f of the unedited pictures' %.4f", end.error, end.error / end.copy_error, end.copy_error);
      if (end.best_step)
        printf (".\nOn held-out pairs it scores %.3f (1 is doing nothing), best at step %u", end.best_validation, end.best_step);
      printf (".\nModel: %s\n", shown);
    }
}

static void
print_failure_json (const GError *error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  fse_cli_add_text (builder, "event", "error");
  fse_cli_add_text (builder, "text", error->message);
  json_builder_end_object (builder);
  fse_cli_print_json (builder);
}

static gboolean
watch (FseTrainer *trainer, gboolean json, GError **error)
{
  FseJob         *job = fse_job_new ("trainer", train, trainer);
  FseProgressView view;
  FseSnapshot     snapshot;

  fse_progress_start (&view, json);
  while (!fse_job_finished (job))
    {
      if (fse_cli_stop_asked ())
        fse_trainer_cancel (trainer);
      fse_trainer_snapshot (trainer, &snapshot);
      fse_progress_update (&view, &snapshot);
      g_usleep (G_USEC_PER_SEC / 20);
    }
  fse_progress_end (&view);
  return fse_job_join (job, error);
}

/* Settles what was left to be chosen by the number of pairs and the device's speed, and tells it. */
static gboolean
plan (const Options *options, guint n_pairs, FseSettings *settings, GError **error)
{
  g_autoptr (JsonNode) told = NULL;
  g_autofree gchar    *json = NULL, *time = NULL;
  FsePlanChoice        choice = 0;
  FseQuality           quality;
  FseSpeed             speed;

  if (chooses_model_size (options))
    settings->model_size = fse_plan_model_size (n_pairs);
  if (!options->quality)
    return TRUE;
  if (!options->size && !is_set (options, "size"))
    choice |= FSE_PLAN_SIZE;
  if (chooses_model_size (options) || (!options->model_size && !is_set (options, "model-size")))
    choice |= FSE_PLAN_MODEL_SIZE;
  if (!fse_quality_parse (options->quality, &quality, error) || !fse_speed_measure (options->device, &speed, error))
    return FALSE;
  time = fse_progress_time (fse_plan_make (settings, &speed, quality, n_pairs, choice));
  json = fse_settings_to_json (settings);
  told = json_from_string (json, NULL);
  if (!options->json)
    printf ("Plan: --size %d --model-size %s --steps %u, about %s\n", settings->size,
            json_object_get_string_member (json_node_get_object (told), "model-size"), settings->steps, time);
  return TRUE;
}

static gboolean
run (const Options *options, FseSettings *settings, GError **error)
{
  const gchar           *folder = options->positional[0];
  g_autoptr (FsePairs)   pairs = NULL;
  g_autoptr (FseTrainer) trainer = NULL;

  if (!check_output (options->output, options->resume, error))
    return FALSE;
  fse_cli_catch_signals ();
  pairs = fse_pairs_load (folder, options->pairs, error);
  if (!pairs || !fse_pairs_check (pairs, error))
    return FALSE;
  if (!plan (options, pairs->pairs->len, settings, error))
    return FALSE;

  trainer = fse_trainer_new (pairs, settings, options->output, error);
  if (!trainer)
    return FALSE;
  for (guint i = 0; i < pairs->warnings->len; i++)
    fse_cli_warn ("%s", (const gchar *) g_ptr_array_index (pairs->warnings, i));
  if (pairs->n_moved)
    fse_cli_warn (_("Where such shifts belong to the edit, train with --set align=off."));
  fse_trainer_set_device (trainer, options->device);
  fse_trainer_set_resume (trainer, options->resume);
  fse_trainer_set_init (trainer, options->init);
  fse_trainer_set_words (trainer, options->instruction, options->inverse);
  if (!options->json)
    {
      printf ("Learning from %u pair%s at %d pixels\n", pairs->pairs->len, pairs->pairs->len == 1 ? "" : "s",
              settings->size);
      fflush (stdout);
    }
  g_clear_pointer (&pairs, fse_pairs_free); /* the trainer has what it needs */
  if (!watch (trainer, options->json, error))
    return FALSE;
  print_result (trainer, options->output, options->json);
  return TRUE;
}

FseExit
fse_cli_train (gint argc, gchar **argv)
{
  g_auto (Options)   options = { 0 };
  g_autoptr (GError) error = NULL;
  FseSettings        settings;

  if (!parse (&options, &argc, &argv))
    return FSE_EXIT_USAGE;
  if (!options.positional || options.positional[1])
    return fse_cli_usage ("train", _("One folder with pairs is needed."));
  if (!options.output || !options.output[0])
    return fse_cli_usage ("train", _("The model file to write is missing: add -o MODEL."));
  if (options.steps && options.minutes)
    return fse_cli_usage ("train", _("Give the budget either as --steps or as --minutes, not both."));
  if (options.quality && (options.steps || options.minutes || is_set (&options, "steps") || is_set (&options, "minutes")))
    return fse_cli_usage ("train", _("--quality chooses the budget: give it, or --steps, or --minutes."));
  if (options.quality && options.resume)
    return fse_cli_usage ("train", _("--resume goes on with what the training began with: instead of --quality give the "
                                     "--size, --model-size and --steps that it told as its plan."));
  if (options.resume && options.init)
    return fse_cli_usage ("train", _("--resume goes on from a checkpoint and --init starts anew: give one of them."));
  if (options.pairs < 0)
    return fse_cli_usage ("train", _("--pairs takes a number from 1."));
  if (!make_settings (&settings, &options, &error))
    return fse_cli_fail (error);

  if (run (&options, &settings, &error))
    return FSE_EXIT_DONE;
  if (options.json)
    print_failure_json (error);
  return fse_cli_fail (error);
}
