/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Being asked to stop.  The signals are blocked everywhere and taken by a
 * thread that waits for them: a handler would be replaced by LLVM's, which a
 * CPU driver brings along, and that one deletes the files of the kernel just
 * being compiled before it passes the signal on.
 */
#include <signal.h>
#include <unistd.h>

#include "cli/cli.h"

static gint     asked = 0; /* atomic */
static sigset_t waited_for;
static sigset_t ignored; /* by whoever started us: nohup, or a script's background */

static gpointer
wait_for_signals (gpointer data)
{
  for (;;)
    {
      int number;

      if (sigwait (&waited_for, &number) != 0 || sigismember (&ignored, number))
        continue;
      if (g_atomic_int_add (&asked, 1) > 0)
        {
          /* Asked twice: at once, then. */
          signal (number, SIG_DFL);
          pthread_sigmask (SIG_UNBLOCK, &waited_for, NULL);
          kill (getpid (), number);
        }
    }
  return NULL;
}

void
fse_cli_catch_signals (void)
{
  static const int asking[] = { SIGINT, SIGTERM, SIGHUP };

  sigemptyset (&waited_for);
  sigemptyset (&ignored);
  for (guint i = 0; i < G_N_ELEMENTS (asking); i++)
    {
      struct sigaction before;

      sigaddset (&waited_for, asking[i]);
      if (sigaction (asking[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN)
        sigaddset (&ignored, asking[i]);
    }
  /* Threads inherit the mask, so this comes before any is started. */
  pthread_sigmask (SIG_BLOCK, &waited_for, NULL);
  g_thread_unref (g_thread_new ("signals", wait_for_signals, NULL));
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
}

gboolean
fse_cli_stop_asked (void)
{
  return g_atomic_int_get (&asked) > 0;
}
