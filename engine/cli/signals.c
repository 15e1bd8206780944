/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Being asked to stop.  The handler only raises a flag; whoever works looks
 * at it several times a second.
 */
#include <signal.h>

#include "cli/cli.h"

static volatile sig_atomic_t asked = 0;

static void
on_signal (int number)
{
  asked = 1;
}

void
fse_cli_catch_signals (void)
{
  static const int asking[] = { SIGINT, SIGTERM, SIGHUP };
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART | SA_RESETHAND };
  struct sigaction before;

  sigemptyset (&action.sa_mask);
  for (guint i = 0; i < G_N_ELEMENTS (asking); i++)
    {
      /* nohup and scripts in the background have their reasons. */
      sigaction (asking[i], NULL, &before);
      if (before.sa_handler != SIG_IGN)
        sigaction (asking[i], &action, NULL);
    }
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
}

gboolean
fse_cli_stop_asked (void)
{
  return asked != 0;
}
