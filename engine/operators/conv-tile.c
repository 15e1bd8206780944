/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operators/conv-tile.h"

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "operators/conv-trial.h"
#include "operators/verdict.h"

#define ATTACHED "conv-tiles"
#define SUBJECT "conv"
#define FULL_HANDS 6 /* work-groups for each unit, from which on there are many */

static const gchar *const keys[] = { [FSE_CONV_SUMS] = "sums", [FSE_CONV_WEIGHTS] = "weights" };

/* As conv2d.cl and conv2d_weight.cl want it: rm and rn are fours; work-items are a multiple of m / 4, n / 4 and k / 4,
 * and share m k / 4 and n k / 4 evenly. */
static const FseConvTile tiles[] = {
  { 64, 32, 16, 4, 4 }, { 64, 16, 16, 4, 4 }, { 32, 32, 16, 4, 4 },  { 128, 32, 16, 8, 4 },
  { 64, 64, 16, 4, 4 }, { 64, 64, 16, 8, 4 }, { 128, 64, 16, 8, 8 },
};

FseConvClass
fse_conv_class (FseDevice *device, gint pixels, gint outputs)
{
  gboolean many = fse_conv_groups (pixels, outputs) >= FULL_HANDS * (gint) fse_device_info (device)->units;

  return (outputs <= 16 ? FSE_CONV_NARROW : outputs <= 32 ? FSE_CONV_MIDDLE : FSE_CONV_WIDE)
         + (many ? FSE_CONV_MANY_NARROW - FSE_CONV_NARROW : 0);
}

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
take (FseConvTiles *choice, FseConvPass pass, FseConvClass class, FseConvTile t)
{
  static const gchar *const names[] = { [FSE_CONV_SUMS] = "conv2d", [FSE_CONV_WEIGHTS] = "conv2d_weight" };
  gchar                   **program = &choice->program[pass][class];

  choice->tile[pass][class] = t;
  g_free (*program);
  *program = g_strdup_printf ("%s@TM=%d,TN=%d,TK=%d,RM=%d,RN=%d", names[pass], t.m, t.n, t.k, t.rm, t.rn);
}

static void
take_for_all (FseConvTiles *choice, FseConvTile t)
{
  for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
    for (gint class = 0; class < FSE_N_CONV_CLASSES; class++)
      take (choice, pass, class, t);
}

static void
tiles_free (gpointer data)
{
  FseConvTiles *choice = data;

  for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
    for (gint class = 0; class < FSE_N_CONV_CLASSES; class++)
      g_free (choice->program[pass][class]);
  g_free (choice->reason);
  g_free (choice);
}

/* Tries every tile. */
static void
judge (FseDevice *device, FseConvTiles *choice)
{
  gint64         start = g_get_monotonic_time (), end = start + FSE_CONV_TRIAL_SECONDS * G_USEC_PER_SEC;
  FseConvSeconds first = { 0 }, best = { 0 };
  FseConvTile    winner[FSE_N_CONV_PASSES][FSE_N_CONV_CLASSES];
  gdouble        first_sum = 0.0, best_sum = 0.0;
  guint          tried = 0;

  for (guint i = 0; i < G_N_ELEMENTS (tiles) && (i == 0 || g_get_monotonic_time () < end); i++)
    {
      g_autofree gchar  *name = tile_name (tiles[i]);
      g_autoptr (GError) error = NULL;
      FseConvSeconds     seconds;

      take_for_all (choice, tiles[i]);
      if (!fse_conv_trial (device, &seconds, &error))
        {
          g_debug ("Convolutions by tiles of %s are not used: %s", name, error->message);
          continue;
        }
      for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
        {
          const gdouble *of = seconds.of[pass];

          g_debug ("Convolutions by tiles of %s, %s: %.3f, %.3f, %.3f, many %.3f, %.3f, %.3f ms", name, keys[pass],
                   of[FSE_CONV_NARROW] * 1e3, of[FSE_CONV_MIDDLE] * 1e3, of[FSE_CONV_WIDE] * 1e3,
                   of[FSE_CONV_MANY_NARROW] * 1e3, of[FSE_CONV_MANY_MIDDLE] * 1e3, of[FSE_CONV_MANY_WIDE] * 1e3);
          for (gint class = 0; class < FSE_N_CONV_CLASSES; class++)
            if (tried == 0 || seconds.of[pass][class] < best.of[pass][class])
              {
                best.of[pass][class] = seconds.of[pass][class];
                winner[pass][class] = tiles[i];
              }
        }
      if (tried++ == 0)
        first = seconds;
    }
  take_for_all (choice, tiles[0]);
  for (gint pass = 0; tried > 0 && pass < FSE_N_CONV_PASSES; pass++)
    for (gint class = 0; class < FSE_N_CONV_CLASSES; class++)
      {
        take (choice, pass, class, winner[pass][class]);
        first_sum += first.of[pass][class];
        best_sum += best.of[pass][class];
      }
  g_free (choice->reason);
  if (tried == 0)
    choice->reason = g_strdup ("the first tile, as none passed the trial");
  else
    choice->reason = g_strdup_printf ("the best of %u tiles that were checked and timed in %.1f s, each for its class: "
                                      "%.2fx the speed of the first",
                                      tried, (g_get_monotonic_time () - start) * 1e-6, first_sum / best_sum);
}

/* "sums-0"; free it. */
static gchar *
verdict_key (FseConvPass pass, FseConvClass class)
{
  return g_strdup_printf ("%s-%d", keys[pass], class);
}

static gboolean
verdict_load (FseDevice *device, FseConvTiles *choice)
{
  g_autoptr (GKeyFile) file = fse_verdict_load (device, SUBJECT);
  FseConvTile          tile[FSE_N_CONV_PASSES][FSE_N_CONV_CLASSES];

  for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
    for (gint class = 0; class < FSE_N_CONV_CLASSES; class++)
      {
        g_autofree gchar *key = verdict_key (pass, class);
        g_autofree gchar *name = file ? g_key_file_get_string (file, SUBJECT, key, NULL) : NULL;

        if (!tile_named (name, &tile[pass][class]))
          return FALSE;
      }
  for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
    for (gint class = 0; class < FSE_N_CONV_CLASSES; class++)
      take (choice, pass, class, tile[pass][class]);
  g_free (choice->reason);
  choice->reason = g_key_file_get_string (file, SUBJECT, "reason", NULL);
  return TRUE;
}

static void
verdict_save (FseDevice *device, const FseConvTiles *choice)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  for (gint pass = 0; pass < FSE_N_CONV_PASSES; pass++)
    for (gint class = 0; class < FSE_N_CONV_CLASSES; class++)
      {
        g_autofree gchar *name = tile_name (choice->tile[pass][class]), *key = verdict_key (pass, class);

        g_key_file_set_string (file, SUBJECT, key, name);
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
  take_for_all (choice, tiles[0]);
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
      take_for_all (choice, wished);
      g_free (choice->reason);
      choice->reason = g_strdup_printf ("tiles of %s, as FEW_SHOT_EDIT_CONV says", wish);
    }
  else if (!(wish && *wish) && fse_device_info (device)->gpu && fse_device_family (device) == FSE_FAMILY_GPU
           && !verdict_load (device, choice))
    fse_conv_tiles_judge (device, error);
  g_debug ("convolutions on %s: %s", fse_device_info (device)->name, choice->reason);
  return choice;
}
