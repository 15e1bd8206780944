/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * few-shot-edit devices: every OpenCL device, its self-test, and who
 * multiplies matrices on it.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "device/device.h"
#include "i18n.h"
#include "operators/gemm.h"

/* The sentence on matrix products, or why there is none; free it. */
static gchar *
gemm_of (guint number, GError **error)
{
  g_autofree gchar     *name = g_strdup_printf ("%u", number);
  g_autoptr (FseDevice) device = fse_device_open (name, error);

  return device ? g_strdup (fse_gemm_choice (device, error)) : NULL;
}

static void
print_text (const FseDeviceInfo *info, guint number)
{
  g_autofree gchar  *report = fse_device_report (info, number);
  g_autoptr (GError) error = NULL;
  g_autofree gchar  *gemm = gemm_of (number, &error);

  fputs (report, stdout);
  if (gemm)
    printf ("   matrices: %s\n", gemm);
  fflush (stdout);
}

static void
add_json (JsonBuilder *json, const FseDeviceInfo *info, guint number)
{
  g_autofree gchar  *problem = fse_device_problem (info, TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree gchar  *gemm = problem ? NULL : gemm_of (number, &error);

  json_builder_begin_object (json);
  fse_cli_add_number (json, "number", number);
  fse_cli_add_text (json, "name", info->name);
  fse_cli_add_text (json, "type", info->gpu ? "gpu" : "cpu");
  fse_cli_add_text (json, "platform", info->platform);
  fse_cli_add_text (json, "platform_version", info->platform_version);
  fse_cli_add_text (json, "driver", info->driver);
  fse_cli_add_text (json, "version", info->version);
  fse_cli_add_number (json, "units", info->units);
  fse_cli_add_number (json, "memory", info->memory);
  fse_cli_add_number (json, "max_alloc", info->max_alloc);
  fse_cli_add_text (json, "kernels", fse_device_info_family (info) == FSE_FAMILY_CPU ? "cpu" : "gpu");
  json_builder_set_member_name (json, "usable");
  json_builder_add_boolean_value (json, problem == NULL);
  fse_cli_add_text (json, "problem", problem);
  fse_cli_add_text (json, "matrices", gemm);
  json_builder_end_object (json);
}

FseExit
fse_cli_devices (gint argc, gchar **argv)
{
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError)    error = NULL;
  g_auto (GStrv)        positional = NULL;
  gboolean              json = FALSE;
  const GOptionEntry    entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Tell it as one line of JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &positional, NULL, NULL },
    { NULL }
  };

  if (!fse_cli_parse (&argc, &argv, NULL, "Lists and tests the devices that can compute. The first that passes is the one that is used.",
                      NULL, entries))
    return FSE_EXIT_USAGE;
  if (positional)
    return fse_cli_usage ("devices", _("“%s” is one argument too many."), positional[0]);
  list = fse_device_list (&error);
  if (!list)
    return fse_cli_fail (error);

  if (json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_array (builder);
      for (guint i = 0; i < list->len; i++)
        add_json (builder, g_ptr_array_index (list, i), i);
      json_builder_end_array (builder);
      fse_cli_print_json (builder);
    }
  else
    for (guint i = 0; i < list->len; i++)
      print_text (g_ptr_array_index (list, i), i);
  return FSE_EXIT_DONE;
}
