/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operators/conv-tile.h"

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "operators/conv-trial.h"
#include "operators/verdict.h"

#define ATTACHED "conv-tiles"
#define SUBJECT "conv"

/* Work-items are a multiple of m, n and k each, and share m k and n k evenly, as
 * conv2d.cl and conv2d_weight.cl want it. */
static const FseConvTile tiles[] = {
  { 64, 32, 16, 4, 4 }, { 64, 64, 16, 4, 4 },  { 64, 64, 16, 8, 4 },
  { 32, 32, 16, 2, 4 }, { 128, 64, 8, 8, 4 },
};

/* "64x32x16-4x4"; free it. */
static gchar *
tile_name (FseConvTile t)
{
  return g_strdup_printf ("%dx%dx%d-%dx%d", t.m, t.n, t.k, t.rm, t.rn);
}

/* FALSE where there is no tile of that name. */
static gboolean
tile_named (const gchar *name, FseConvTile *tile)
{
  for (guint i = 0; name && i < G_N_ELEMENTS (tiles); i++)
    {
      g_autofree gchar *known = tile_name (tiles[i]);

      if (!strcmp (name, known))
        {
          *tile = tiles[i];
          return TRUE;
        }
    }
  return FALSE;
}

static void
take (FseConvTiles *choice, FseConvPass pass, FseConvTile t)
{
  static const gchar *const names[] = { [FSE_CONV_SUMS] = "conv2d", [FSE_CONV_WEIGHTS] = "conv2d_weight" };

  choice->tile[pass] = t;
  g_free (choice->program[pass]);
  choice->program[pass] = g_strdup_printf ("%s@TM=%d,TN=%d,TK=%d,RM=%d,RN=%d", names[pass], t.m, t.n, t.k, t.rm, t.rn);
}

static void
tiles_free (gpointer data)
{
  FseConvTiles *choice = data;

  for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
    g_free (choice->program[pass]);
  g_free (choice->reason);
  g_free (choice);
}

/* Tries every tile for both passes. */
static void
judge (FseDevice *device, FseConvTiles *choice)
{
  gint64      start = g_get_monotonic_time (), end = start + FSE_CONV_TRIAL_SECONDS * G_USEC_PER_SEC;
  gdouble     first[FSE_N_CONV_PASSES] = { 0 }, best[FSE_N_CONV_PASSES] = { INFINITY, INFINITY };
  FseConvTile winner[FSE_N_CONV_PASSES] = { tiles[0], tiles[0] };
  guint       tried = 0;

  for (guint i = 0; i < G_N_ELEMENTS (tiles) && (i == 0 || g_get_monotonic_time () < end); i++)
    {
      g_autofree gchar  *name = tile_name (tiles[i]);
      g_autoptr (GError) error = NULL;
      gdouble            seconds[FSE_N_CONV_PASSES];

      for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
        take (choice, pass, tiles[i]);
      if (!fse_conv_trial (device, seconds, &error))
        {
          g_debug ("Convolutions by tiles of %s are not used: %s", name, error->message);
          continue;
        }
      g_debug ("Convolutions by tiles of %s: forward %.3f ms, weights %.3f ms", name, seconds[FSE_CONV_SUMS] * 1e3,
               seconds[FSE_CONV_WEIGHTS] * 1e3);
      for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
        {
          if (tried == 0)
            first[pass] = seconds[pass];
          if (seconds[pass] < best[pass])
            {
              best[pass] = seconds[pass];
              winner[pass] = tiles[i];
            }
        }
      tried++;
    }
  for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
    take (choice, pass, winner[pass]);
  g_free (choice->reason);
  if (tried == 0)
    choice->reason = g_strdup ("the first tile, as none passed the trial");
  else
    choice->reason = g_strdup_printf ("the best of %u tiles that were checked and timed in %.1f s: forward %.2fx, "
                                      "weights %.2fx the speed of the first",
                                      tried, (g_get_monotonic_time () - start) * 1e-6,
                                      first[FSE_CONV_SUMS] / best[FSE_CONV_SUMS],
                                      first[FSE_CONV_WEIGHTS] / best[FSE_CONV_WEIGHTS]);
}

static const gchar *const keys[] = { [FSE_CONV_SUMS] = "sums", [FSE_CONV_WEIGHTS] = "weights" };

static gboolean
verdict_load (FseDevice *device, FseConvTiles *choice)
{
  g_autoptr (GKeyFile) file = fse_verdict_load (device, SUBJECT);
  FseConvTile          tile[FSE_N_CONV_PASSES];

  for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
    {
      g_autofree gchar *name = file ? g_key_file_get_string (file, SUBJECT, keys[pass], NULL) : NULL;

      if (!tile_named (name, &tile[pass]))
        return FALSE;
    }
  for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
    take (choice, pass, tile[pass]);
  g_free (choice->reason);
  choice->reason = g_key_file_get_string (file, SUBJECT, "reason", NULL);
  return TRUE;
}

static void
verdict_save (FseDevice *device, const FseConvTiles *choice)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
    {
      g_autofree gchar *name = tile_name (choice->tile[pass]);

      g_key_file_set_string (file, SUBJECT, keys[pass], name);
    }
  g_key_file_set_string (file, SUBJECT, "reason", choice->reason);
  fse_verdict_save (device, SUBJECT, file);
}

/* The device's own, made with the first tile where there was none. */
static FseConvTiles *
attached (FseDevice *device, gboolean *is_new)
{
  FseConvTiles *choice = fse_device_attached (device, ATTACHED);

  *is_new = choice == NULL;
  if (choice)
    return choice;
  choice = g_new0 (FseConvTiles, 1);
  for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
    take (choice, pass, tiles[0]);
  choice->reason = g_strdup ("the first tile, untried");
  fse_device_attach (device, ATTACHED, choice, tiles_free);
  return choice;
}

const FseConvTiles *
fse_conv_tiles_judge (FseDevice *device, GError **error)
{
  gboolean      is_new;
  FseConvTiles *choice = attached (device, &is_new);

  judge (device, choice);
  verdict_save (device, choice);
  return choice;
}

const FseConvTiles *
fse_conv_tiles (FseDevice *device, GError **error)
{
  const gchar  *wish = g_getenv ("FEW_SHOT_EDIT_CONV");
  FseConvTile   wished;
  gboolean      is_new;
  FseConvTiles *choice;

  if (wish && *wish && strcmp (wish, "default") && !tile_named (wish, &wished))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE,
                   _("FEW_SHOT_EDIT_CONV is \"%s\", which is no tile of convolutions: "
                     "set it to default or 64x32x16-4x4, or leave it out."),
                   wish);
      return NULL;
    }
  choice = attached (device, &is_new);
  if (!is_new)
    return choice;

  if (wish && *wish && strcmp (wish, "default"))
    {
      for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
        take (choice, pass, wished);
      g_free (choice->reason);
      choice->reason = g_strdup_printf ("tiles of %s, as FEW_SHOT_EDIT_CONV says", wish);
    }
  else if (!(wish && *wish) && fse_device_info (device)->gpu && fse_device_family (device) == FSE_FAMILY_GPU
           && !verdict_load (device, choice))
    fse_conv_tiles_judge (device, error);
  g_debug ("convolutions on %s: %s", fse_device_info (device)->name, choice->reason);
  return choice;
}
