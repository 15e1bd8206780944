/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Options, complaints and JSON, alike in all commands.
 */
#include <math.h>
#include <stdio.h>

#include "cli/cli.h"
#include "i18n.h"

gboolean
fse_cli_parse (gint *argc, gchar ***argv, const gchar *positional, const gchar *summary, const gchar *description,
               const GOptionEntry *entries)
{
  g_autoptr (GOptionContext) context = g_option_context_new (positional);
  g_autoptr (GError)         error = NULL;
  const gchar               *command = (*argv)[0];
  g_autofree gchar          *program = g_strconcat ("few-shot-edit ", command, NULL);

  g_set_prgname (program); /* what the help's first line calls it */
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  fse_cli_usage (command, "%s.", error->message);
  return FALSE;
}

FseExit
fse_cli_fail (const GError *error)
{
  fprintf (stderr, "few-shot-edit: %s\n", error->message);
  return g_error_matches (error, FSE_ERROR, FSE_ERROR_USAGE) ? FSE_EXIT_USAGE : FSE_EXIT_FAILED;
}

FseExit
fse_cli_usage (const gchar *command, const gchar *format, ...)
{
  g_autofree gchar *text = NULL, *called = NULL;
  va_list           arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  called = command ? g_strconcat (command, " --help", NULL) : g_strdup ("--help");
  fputs ("few-shot-edit: ", stderr);
  fprintf (stderr, _("%s “few-shot-edit %s” tells how it is used."), text, called);
  fputc ('\n', stderr);
  return FSE_EXIT_USAGE;
}

void
fse_cli_warn (const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list           arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fputs ("few-shot-edit: ", stderr);
  fprintf (stderr, _("Warning: %s"), text);
  fputc ('\n', stderr);
}

void
fse_cli_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode)      root = json_builder_get_root (builder);
  g_autofree gchar         *text = NULL;

  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  puts (text);
  fflush (stdout);
}

void
fse_cli_add_number (JsonBuilder *builder, const gchar *name, gdouble value)
{
  json_builder_set_member_name (builder, name);
  if (!isfinite (value))
    json_builder_add_null_value (builder);
  else if (value == floor (value) && fabs (value) < 1e15)
    json_builder_add_int_value (builder, (gint64) value);
  else
    json_builder_add_double_value (builder, value);
}

void
fse_cli_add_text (JsonBuilder *builder, const gchar *name, const gchar *value)
{
  json_builder_set_member_name (builder, name);
  if (value)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}
