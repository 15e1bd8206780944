/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * few-shot-edit info: what a model file tells, without a device.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "i18n.h"
#include "model/model-file.h"

static void
print_json (const FseModelInfo *info, const gchar *name)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autofree gchar       *settings = fse_settings_to_json (&info->settings);

  json_builder_begin_object (json);
  fse_cli_add_text (json, "model", name);
  fse_cli_add_number (json, "format", info->format);
  fse_cli_add_number (json, "pairs", info->n_pairs);
  fse_cli_add_number (json, "width", info->width);
  fse_cli_add_number (json, "height", info->height);
  fse_cli_add_number (json, "steps", info->steps);
  fse_cli_add_number (json, "seconds", info->seconds);
  fse_cli_add_number (json, "error", info->error);
  fse_cli_add_number (json, "copy_error", info->copy_error);
  fse_cli_add_number (json, "detail", info->detail);
  fse_cli_add_number (json, "held_out", info->held_out);
  fse_cli_add_number (json, "validation", info->validation);
  fse_cli_add_number (json, "best_step", info->best_step ? info->best_step : info->steps);
  fse_cli_add_number (json, "weights", info->n_weights);
  fse_cli_add_text (json, "device", info->device);
  fse_cli_add_text (json, "program", info->program);
  fse_cli_add_text (json, "created", info->created);
  fse_cli_add_text (json, "instruction", info->instruction);
  fse_cli_add_text (json, "inverse", info->inverse);
  json_builder_set_member_name (json, "settings");
  json_builder_add_value (json, json_from_string (settings, NULL));
  json_builder_end_object (json);
  fse_cli_print_json (json);
}

static void
print_text (const FseModelInfo *info, const gchar *name)
{
  g_autofree gchar       *json = fse_settings_to_json (&info->settings);
  g_autofree gchar       *time = fse_progress_time (info->seconds);
  g_autoptr (JsonNode)    node = json_from_string (json, NULL);
  const FseSettingHelp   *help = fse_settings_help ();

  printf ("%s\n", name);
  printf ("  Format            %d, written by %s\n", info->format, info->program ? info->program : "?");
  if (info->instruction[0])
    printf ("  Edit              %s\n", info->instruction);
  if (info->inverse[0])
    printf ("  Its inverse       %s\n", info->inverse);
  printf ("  Trained           %s on %s\n", info->created ? info->created : "?", info->device ? info->device : "?");
  printf ("  Training          %u step%s in %s, on %u pair%s of %d x %d pixels\n", info->steps, info->steps == 1 ? "" : "s", time, info->n_pairs,
          info->n_pairs == 1 ? "" : "s", info->width, info->height);
  printf ("  Error             %.4f on its own examples", info->error);
  if (info->copy_error > 0)
    printf (", %.2f of the unedited pictures' %.4f", info->error / info->copy_error, info->copy_error);
  if (info->held_out)
    printf ("\n  Validation        %.3f on %u held-out pair%s (1 is doing nothing), with the weights of step %u",
            info->validation, info->held_out, info->held_out == 1 ? "" : "s", info->best_step);
  if (info->detail < 1)
    printf ("\n  Detail            a picture keeps %.0f %% of its own finest detail", 100 * info->detail);
  printf ("\n  Weights           %" G_GSIZE_FORMAT "\n", info->n_weights);
  printf ("  Settings\n");
  for (; help->name; help++)
    {
      JsonNode         *value = json_object_get_member (json_node_get_object (node), help->name);
      g_autofree gchar *text = NULL;

      if (json_node_get_value_type (value) == G_TYPE_BOOLEAN)
        text = g_strdup (json_node_get_boolean (value) ? "on" : "off");
      else if (json_node_get_value_type (value) == G_TYPE_STRING)
        text = json_node_dup_string (value);
      else
        text = g_strdup_printf ("%.10g", json_node_get_double (value));
      printf ("    %-20s %s\n", help->name, text);
    }
}

FseExit
fse_cli_info (gint argc, gchar **argv)
{
  g_auto (GStrv)           positional = NULL;
  g_autoptr (FseModelInfo) info = NULL;
  g_autoptr (GError)       error = NULL;
  g_autofree gchar        *name = NULL;
  gboolean                 json = FALSE;
  const GOptionEntry       entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Tell it as one line of JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &positional, NULL, NULL },
    { NULL }
  };

  if (!fse_cli_parse (&argc, &argv, "MODEL", "Tells what a model file holds. No device is needed.", NULL, entries))
    return FSE_EXIT_USAGE;
  if (!positional || positional[1])
    return fse_cli_usage ("info", _("One model file is needed."));
  info = fse_model_info_load (positional[0], &error);
  if (!info)
    return fse_cli_fail (error);
  name = g_filename_display_name (positional[0]);
  if (json)
    print_json (info, name);
  else
    print_text (info, name);
  return FSE_EXIT_DONE;
}
