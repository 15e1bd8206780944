/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the commands of few-shot-edit share.  Results go to standard output,
 * complaints to standard error as "few-shot-edit: sentence"; exit codes are
 * 0 (done), 1 (failed) and 2 (wrong usage).
 */
#ifndef FSE_CLI_H
#define FSE_CLI_H

#include <json-glib/json-glib.h>

#include "error.h"

G_BEGIN_DECLS

typedef enum
{
  FSE_EXIT_DONE = 0,
  FSE_EXIT_FAILED = 1,
  FSE_EXIT_USAGE = 2
} FseExit;

/* The commands; argv[0] is the command's name. */
FseExit fse_cli_train   (gint argc, gchar **argv);
FseExit fse_cli_apply   (gint argc, gchar **argv);
FseExit fse_cli_info    (gint argc, gchar **argv);
FseExit fse_cli_devices (gint argc, gchar **argv);
FseExit fse_cli_explain (gint argc, gchar **argv);
FseExit fse_cli_sheet   (gint argc, gchar **argv);

/* Parses with GOption; FALSE after having complained (exit FSE_EXIT_USAGE).
 * `positional` is what stands behind the options in the help's first line. */
gboolean fse_cli_parse (gint *argc, gchar ***argv, const gchar *positional, const gchar *summary,
                        const gchar *description, const GOptionEntry *entries);

/* Prints the sentence, and tells which exit code it deserves. */
FseExit fse_cli_fail   (const GError *error);
FseExit fse_cli_usage  (const gchar *command, const gchar *format, ...) G_GNUC_PRINTF (2, 3);
void    fse_cli_warn   (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

/* One line of JSON on standard output; the builder's root is complete. */
void    fse_cli_print_json (JsonBuilder *builder);
/* A number that JSON can hold, or null. */
void    fse_cli_add_number (JsonBuilder *builder, const gchar *name, gdouble value);
void    fse_cli_add_text   (JsonBuilder *builder, const gchar *name, const gchar *value);

/* From here on SIGINT, SIGTERM and SIGHUP ask for an orderly end, and the
 * second one kills; a closed pipe and a file-size limit become write errors.
 * Called before other threads are started. */
void     fse_cli_catch_signals (void);
gboolean fse_cli_stop_asked    (void);

G_END_DECLS

#endif
