/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The choice of the gpu family's convolution tiles.  (That each tile is right
 * is for the operator table, which runs its convolutions by each of them.)
 */
#include "operators/conv-tile.h"

#include <string.h>

static guint    number = 0;
static gboolean failed = FALSE;

static void
report (gboolean good, const gchar *name, const gchar *detail)
{
  g_print ("%s %u - %s\n", good ? "ok" : "not ok", ++number, name);
  if (!good)
    g_print ("# %s\n", detail);
  failed = failed || !good;
}

/* The sentence of a newly opened device's choice under that wish, or of the error. */
static gchar *
choice_under (const gchar *wish)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (FseDevice) device = NULL;
  const FseConvTiles   *tiles = NULL;

  g_setenv ("FEW_SHOT_EDIT_CONV", wish, TRUE);
  device = fse_device_open (NULL, &error);
  if (device)
    tiles = fse_conv_tiles (device, &error);
  return tiles ? g_strdup_printf ("%s; %s", tiles->program[FSE_CONV_SUMS][FSE_CONV_WIDE], tiles->reason) : g_strdup (error->message);
}

static void
expect_choice (const gchar *name, const gchar *wish, const gchar *pattern)
{
  g_autofree gchar *reason = choice_under (wish);

  report (g_pattern_match_simple (pattern, reason), name, reason);
}

static void
test_trial (void)
{
  g_autoptr (GError)    error = NULL;
  g_autofree gchar     *folder = g_dir_make_tmp ("test-conv-tile-XXXXXX", NULL), *text = NULL, *file = NULL;
  g_autoptr (FseDevice) device = NULL;
  g_autoptr (GDir)      dir = NULL;
  const FseConvTiles   *tiles;
  const gchar          *name;
  gint64                start = g_get_monotonic_time ();

  g_unsetenv ("FEW_SHOT_EDIT_CONV");
  g_setenv ("FEW_SHOT_EDIT_CACHE", folder, TRUE);
  device = fse_device_open (NULL, &error);
  tiles = device ? fse_conv_tiles_judge (device, &error) : NULL;
  if (!tiles)
    {
      report (FALSE, "the trial ends in a verdict", error->message);
      return;
    }
  report (g_pattern_match_simple ("the best of * tiles that were checked and timed*", tiles->reason),
          "the trial ends in a verdict", tiles->reason);
  report (g_get_monotonic_time () - start < 3 * FSE_CONV_TRIAL_SECONDS * G_USEC_PER_SEC, "... in its time", tiles->reason);
  g_print ("# %s; forward %s, weights %s\n", tiles->reason, tiles->program[FSE_CONV_SUMS][FSE_CONV_WIDE], tiles->program[FSE_CONV_WEIGHTS][FSE_CONV_WIDE]);

  dir = g_dir_open (folder, 0, NULL);
  while (!file && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, "conv-"))
      file = g_build_filename (folder, name, NULL);
  report (file && g_file_get_contents (file, &text, NULL, NULL) && strstr (text, tiles->reason),
          "the verdict is written to the cache", text ? text : "no file");
}

int
main (int argc, char **argv)
{
  g_setenv ("FEW_SHOT_EDIT_KERNELS", "gpu", TRUE);
  expect_choice ("a CPU device takes the first tile untried", "", "conv2d@TM=64,TN=32,*; the first tile, untried");
  expect_choice ("a trial can be forgone", "default", "conv2d@TM=64,TN=32,*; the first tile, untried");
  expect_choice ("a tile can be forced", "32x32x16-4x4", "conv2d@TM=32,TN=32,TK=16,RM=4,RN=4; *as FEW_SHOT_EDIT_CONV says");
  expect_choice ("an unknown tile is refused", "7x7", "FEW_SHOT_EDIT_CONV is \"7x7\", which is no tile*");
  if (argc > 1 && !strcmp (argv[1], "--trial"))
    test_trial ();
  g_print ("1..%u\n", number);
  return failed ? 1 : 0;
}
