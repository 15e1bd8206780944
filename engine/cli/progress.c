/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Progress for eyes and for programs.
 */
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

#define TERMINAL_PERIOD (G_USEC_PER_SEC / 5)
#define JSON_PERIOD G_USEC_PER_SEC
#define PLAIN_PERIOD (5 * G_USEC_PER_SEC)

void
fse_progress_start (FseProgressView *view, gboolean json)
{
  *view = (FseProgressView) { .json = json };
  view->terminal = !json && isatty (STDOUT_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  view->shown.phase = (FseTrainingPhase) -1;
}

gchar *
fse_progress_time (gdouble seconds)
{
  guint whole = (guint) CLAMP (seconds + 0.5, 0, 1e9);

  if (whole >= 3600)
    return g_strdup_printf ("%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
  return g_strdup_printf ("%u:%02u", whole / 60, whole % 60);
}

static guint
columns (void)
{
  struct winsize size;

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
    return size.ws_col;
  return 80;
}

/* Cut to the width: a line that wraps cannot be written over. */
static void
write_over (FseProgressView *view, const gchar *text)
{
  g_autofree gchar *cut = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), (glong) columns () - 1));

  printf ("\r%s\033[K", cut);
  fflush (stdout);
  view->open = TRUE;
}

static gchar *
describe (const FseSnapshot *snapshot)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (snapshot->phase == FSE_TRAINING_PREPARING)
    return g_strdup ("Preparing the device ...");
  if (snapshot->phase == FSE_TRAINING_SAVING)
    return g_strdup_printf ("Saving after step %u ...", snapshot->step);

  g_string_append_printf (text, "step %u", snapshot->step);
  if (snapshot->total_steps)
    g_string_append_printf (text, " of %u", snapshot->total_steps);
  g_string_append_printf (text, " (%.0f %%)", floor (snapshot->progress * 100));
  if (isfinite (snapshot->error))
    g_string_append_printf (text, "  error %.4f", snapshot->error);
  if (isfinite (snapshot->copy_error))
    g_string_append_printf (text, " (unedited %.4f)", snapshot->copy_error);
  if (isfinite (snapshot->validation))
    g_string_append_printf (text, "  held out %.3f", snapshot->validation);
  if (snapshot->skipped)
    g_string_append_printf (text, "  skipped %u", snapshot->skipped);
  if (snapshot->seconds_left >= 0)
    {
      g_autofree gchar *left = fse_progress_time (snapshot->seconds_left);

      g_string_append_printf (text, "  %s left", left);
    }
  return g_strdup (text->str);
}

static void
print_json (const FseSnapshot *snapshot)
{
  static const gchar *const phases[] = { "preparing", "training", "saving", "done" };
  g_autoptr (JsonBuilder)   json = json_builder_new ();

  json_builder_begin_object (json);
  fse_cli_add_text (json, "event", "progress");
  fse_cli_add_text (json, "phase", phases[snapshot->phase]);
  fse_cli_add_number (json, "step", snapshot->step);
  fse_cli_add_number (json, "total_steps", snapshot->total_steps ? snapshot->total_steps : NAN);
  fse_cli_add_number (json, "progress", snapshot->progress);
  fse_cli_add_number (json, "seconds", snapshot->seconds);
  fse_cli_add_number (json, "seconds_left", snapshot->seconds_left >= 0 ? snapshot->seconds_left : NAN);
  fse_cli_add_number (json, "loss", snapshot->loss);
  fse_cli_add_number (json, "error", snapshot->error);
  fse_cli_add_number (json, "copy_error", snapshot->copy_error);
  fse_cli_add_number (json, "held_out", snapshot->held_out);
  fse_cli_add_number (json, "validation", snapshot->validation);
  fse_cli_add_number (json, "best_validation", snapshot->best_validation);
  fse_cli_add_number (json, "best_step", snapshot->best_step ? snapshot->best_step : NAN);
  fse_cli_add_number (json, "skipped", snapshot->skipped);
  fse_cli_add_text (json, "device", *snapshot->device ? snapshot->device : NULL);
  fse_cli_add_text (json, "notice", *snapshot->notice ? snapshot->notice : NULL);
  fse_cli_add_number (json, "memory", snapshot->memory ? (gdouble) snapshot->memory : NAN);
  json_builder_end_object (json);
  fse_cli_print_json (json);
}

void
fse_progress_update (FseProgressView *view, const FseSnapshot *snapshot)
{
  gint64   now = g_get_monotonic_time ();
  gint64   period = view->json ? JSON_PERIOD : view->terminal ? TERMINAL_PERIOD : PLAIN_PERIOD;
  gboolean turned = snapshot->phase != view->shown.phase;

  if (snapshot->phase == FSE_TRAINING_DONE && !view->json)
    return;
  if (!turned && (snapshot->step == view->shown.step || now - view->last < period))
    return;
  if (turned && snapshot->phase == FSE_TRAINING_STEPS && !view->json)
    {
      fse_progress_end (view);
      printf ("Device: %s", snapshot->device);
      if (snapshot->memory)
        printf (", %.0f MB of its memory", snapshot->memory / 1e6);
      putchar ('\n');
    }

  if (!view->json && strcmp (snapshot->notice, view->shown.notice) != 0)
    {
      fse_progress_end (view);
      puts (snapshot->notice);
    }
  if (view->json)
    print_json (snapshot);
  else
    {
      g_autofree gchar *text = describe (snapshot);

      if (view->terminal)
        write_over (view, text);
      else
        {
          puts (text);
          fflush (stdout);
        }
    }
  view->last = now;
  view->shown = *snapshot;
}

void
fse_progress_percent (FseProgressView *view, const gchar *what, gdouble fraction)
{
  gint64 now = g_get_monotonic_time ();

  if (!view->terminal || now - view->last < TERMINAL_PERIOD)
    return;
  else
    {
      g_autofree gchar *text = g_strdup_printf ("%s  %.0f %%", what, fraction * 100);

      write_over (view, text);
      view->last = now;
    }
}

void
fse_progress_end (FseProgressView *view)
{
  if (view->open)
    {
      putchar ('\n');
      fflush (stdout);
    }
  view->open = FALSE;
}
