/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * few-shot-edit COMMAND ...: finds the command and calls it.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "i18n.h"

static const struct
{
  const gchar *name, *summary;
  FseExit    (*run) (gint argc, gchar **argv);
} commands[] = {
  { "train", "learn an edit from before/after pairs, into a model file", fse_cli_train },
  { "apply", "do a learned edit to pictures", fse_cli_apply },
  { "info", "tell what a model file holds", fse_cli_info },
  { "devices", "list and test the devices that can compute", fse_cli_devices },
  { "explain", "show on one sheet how the result on a picture came about", fse_cli_explain },
  { "sheet", "put befores, results and truths side by side", fse_cli_sheet },
};

static void
print_help (FILE *to)
{
  fputs ("Usage:\n"
         "  few-shot-edit COMMAND [OPTION…]\n"
         "\n"
         "Learns an edit from a few before/after pictures and does it to others.\n"
         "\n"
         "Commands:\n", to);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (to, "  %-9s %s\n", commands[i].name, commands[i].summary);
  fputs ("\n"
         "Options:\n"
         "  --help     show this help; “few-shot-edit COMMAND --help” tells about a command\n"
         "  --version  show the version\n", to);
}

static gboolean
debugging (void)
{
  const gchar *domains = g_getenv ("G_MESSAGES_DEBUG");

  return domains && *domains;
}

/* The picture libraries say in the log what our own errors say better. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  gboolean ours = FALSE;

  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "GLIB_DOMAIN") == 0)
      ours = strcmp (fields[i].value, G_LOG_DOMAIN) == 0;
  if (!ours && !(level & G_LOG_LEVEL_ERROR) && !debugging ())
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, user_data);
}

static void
write_nothing (const gchar *text)
{
}

static FseExit
dispatch (gint argc, gchar **argv)
{
  const gchar *name = argc > 1 ? argv[1] : NULL;

  if (!name)
    {
      print_help (stderr);
      return FSE_EXIT_USAGE;
    }
  /* "help apply" is what fingers type that are used to git's */
  if (strcmp (name, "help") == 0 && argc > 2)
    return dispatch (3, (gchar *[]) { argv[0], argv[2], (gchar *) "--help", NULL });
  if (strcmp (name, "help") == 0 || strcmp (name, "--help") == 0 || strcmp (name, "-h") == 0)
    {
      print_help (stdout);
      return FSE_EXIT_DONE;
    }
  if (strcmp (name, "--version") == 0)
    {
      puts ("few-shot-edit " FSE_VERSION);
      return FSE_EXIT_DONE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (name, commands[i].name) == 0)
      return commands[i].run (argc - 1, argv + 1);
  return fse_cli_usage (NULL, _("There is no command “%s”."), name);
}

gint
main (gint argc, gchar **argv)
{
  FseExit status;

  fse_i18n_start ();
  /* Compilers of kernels and readers of our output expect the point. */
  setlocale (LC_NUMERIC, "C");
  g_log_set_writer_func (write_log, NULL, NULL);
  if (!debugging ())
    g_set_printerr_handler (write_nothing);

  status = dispatch (argc, argv);
  if ((fflush (stdout) != 0 || ferror (stdout)) && status == FSE_EXIT_DONE)
    {
      fprintf (stderr, "few-shot-edit: %s\n", _("The output could not be written."));
      status = FSE_EXIT_FAILED;
    }
  return status;
}
