/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finding the pairs in a folder, and what pairs must be like to be learned
 * from.  Each way of laying out pairs on disk is one function that fills a
 * table of names; everything after that is common to all.
 */
#include "files/pairs.h"
#include "i18n.h"

#include <math.h>
#include <string.h>

/* One picture of a pair by name, before any is read. */
typedef struct
{
  gchar *name;
  gchar *before, *after; /* paths; NULL where it is missing */
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->name);
  g_free (entry->before);
  g_free (entry->after);
  g_free (entry);
}

static void
pair_free (gpointer data)
{
  FsePair *pair = data;

  g_free (pair->name);
  fse_image_unref (pair->before);
  fse_image_unref (pair->after);
  g_free (pair);
}

FsePairs *
fse_pairs_new (void)
{
  FsePairs *pairs = g_new0 (FsePairs, 1);

  pairs->pairs = g_ptr_array_new_with_free_func (pair_free);
  pairs->warnings = g_ptr_array_new_with_free_func (g_free);
  return pairs;
}

void
fse_pairs_free (FsePairs *pairs)
{
  if (!pairs)
    return;
  g_ptr_array_unref (pairs->pairs);
  g_ptr_array_unref (pairs->warnings);
  g_free (pairs);
}

FsePairs *
fse_pairs_copy (const FsePairs *pairs)
{
  FsePairs *copy = fse_pairs_new ();

  for (guint i = 0; i < pairs->pairs->len; i++)
    {
      const FsePair *pair = g_ptr_array_index (pairs->pairs, i);
      FsePair       *same = g_new0 (FsePair, 1);

      same->name = g_strdup (pair->name);
      same->before = fse_image_ref (pair->before);
      same->after = fse_image_ref (pair->after);
      g_ptr_array_add (copy->pairs, same);
    }
  return copy;
}

static void
warn (FsePairs *pairs, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static void
warn (FsePairs *pairs, const gchar *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (pairs->warnings, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* Never larger than training can use. */
static FseImage *
reduced (FseImage *image, GError **error)
{
  gint    side = MIN (image->width, image->height);
  gdouble factor = (gdouble) FSE_PAIRS_MAX_SIDE / side;

  if (side <= FSE_PAIRS_MAX_SIDE)
    return fse_image_ref (image);
  return fse_image_scale (image, MAX (1, lround (image->width * factor)), MAX (1, lround (image->height * factor)),
                          error);
}

gboolean
fse_pairs_add (FsePairs *pairs, const gchar *name, FseImage *before, FseImage *after, GError **error)
{
  gdouble              ratio_x = (gdouble) after->width / before->width;
  gdouble              ratio_y = (gdouble) after->height / before->height;
  g_autoptr (FseImage) small_before = NULL;
  g_autoptr (FseImage) small_after = NULL;
  FsePair             *pair;

  /* A pixel more or less on the shorter side is rounding, not another shape. */
  if (fabs (ratio_x / ratio_y - 1) > 0.01 + 1.0 / MIN (before->height, after->height) + 1.0 / MIN (before->width, after->width))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                   _("The before of “%s” is %d x %d pixels and its after %d x %d: they do not show the same frame; "
                     "crop one of them."), name, before->width, before->height, after->width, after->height);
      return FALSE;
    }
  small_before = reduced (before, error);
  if (!small_before)
    return FALSE;
  if (after->width == small_before->width && after->height == small_before->height)
    small_after = fse_image_ref (after);
  else
    small_after = fse_image_scale (after, small_before->width, small_before->height, error);
  if (!small_after)
    return FALSE;
  if (after->width != before->width || after->height != before->height)
    warn (pairs, _("The after of “%s” (%d x %d pixels) was scaled to the size of its before (%d x %d)."), name,
          after->width, after->height, before->width, before->height);

  pair = g_new0 (FsePair, 1);
  pair->name = g_strdup (name);
  pair->before = g_steal_pointer (&small_before);
  pair->after = g_steal_pointer (&small_after);
  g_ptr_array_add (pairs->pairs, pair);
  return TRUE;
}

/* Nothing that an 8-bit screen would show. */
static gboolean
identical (const FsePair *pair)
{
  gsize n = (gsize) pair->before->width * pair->before->height * 4;

  for (gsize i = 0; i < n; i++)
    if (fabsf (pair->before->rgba[i] - pair->after->rgba[i]) > 0.5f / 255)
      return FALSE;
  return TRUE;
}

gboolean
fse_pairs_check (FsePairs *pairs, GError **error)
{
  g_autoptr (GString) same = g_string_new (NULL);
  guint               n_same = 0, n = pairs->pairs->len;

  if (n == 0)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                   _("There are no pairs to learn from: give at least one before with its after, better 5 to 50."));
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    {
      FsePair *pair = g_ptr_array_index (pairs->pairs, i);

      if (!identical (pair))
        continue;
      if (++n_same <= 3)
        g_string_append_printf (same, "%s“%s”", n_same > 1 ? ", " : "", pair->name);
    }
  if (n_same == n)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR, n == 1
                     ? _("The before and the after are identical: there is no edit to learn; edit the after.")
                     : _("Every before is identical to its after: there is no edit to learn; edit the afters."));
      return FALSE;
    }
  if (n_same)
    warn (pairs,
          ngettext ("%u of %u pairs has an after identical to the before (%s%s): right if the edit leaves such pictures alone.",
                    "%u of %u pairs have an after identical to the before (%s%s): right if the edit leaves such pictures alone.", n_same),
          n_same, n, same->str, n_same > 3 ? " ..." : "");
  if (n == 1)
    warn (pairs, _("There is only one pair: the edit is learned from a single example; give 5 or more for a better result."));
  else if (n < 5)
    warn (pairs, _("There are only %u pairs: give 5 or more for a better result."), n);
  return TRUE;
}

static gboolean
put (GHashTable *entries, const gchar *stem, const gchar *path, gboolean after, GError **error)
{
  Entry  *entry = g_hash_table_lookup (entries, stem);
  gchar **slot;

  if (!entry)
    {
      entry = g_new0 (Entry, 1);
      entry->name = g_strdup (stem);
      g_hash_table_insert (entries, entry->name, entry);
    }
  slot = after ? &entry->after : &entry->before;
  if (*slot)
    {
      g_autofree gchar *shown = g_filename_display_name (path), *other = g_filename_display_name (*slot);

      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                   _("“%s” and “%s” have the same name but for the ending: remove the one that is not meant."), other, shown);
      return FALSE;
    }
  *slot = g_strdup (path);
  return TRUE;
}

/* All picture files of a folder; NULL with a sentence where it cannot be listed. */
static GPtrArray *
pictures_in (const gchar *folder, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GDir)   dir = g_dir_open (folder, 0, &reason);
  GPtrArray         *files;
  const gchar       *file;

  if (!dir)
    {
      g_autofree gchar *shown = g_filename_display_name (folder);

      if (!g_file_test (folder, G_FILE_TEST_EXISTS))
        g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR, _("There is no folder “%s”: choose another one."), shown);
      else if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
        g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                     _("“%s” is not a folder: pairs are given as a folder with before/ and after/ in it."), shown);
      else
        g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                     _("The folder “%s” cannot be read (%s): choose another one, or change its rights."), shown, reason->message);
      return NULL;
    }
  files = g_ptr_array_new_with_free_func (g_free);
  while ((file = g_dir_read_name (dir)))
    if (fse_image_is_named (file))
      g_ptr_array_add (files, g_strdup (file));
  return files;
}

static gchar *
stem_of (const gchar *file)
{
  return g_strndup (file, strrchr (file, '.') - file);
}

/* before/NAME.* and after/NAME.* */
static gboolean
list_folders (const gchar *folder, GHashTable *entries, GError **error)
{
  static const gchar *const sides[] = { "before", "after" };

  for (gint after = 0; after < 2; after++)
    {
      g_autofree gchar     *side = g_build_filename (folder, sides[after], NULL);
      g_autoptr (GPtrArray) files = pictures_in (side, error);

      if (!files)
        return FALSE;
      for (guint i = 0; i < files->len; i++)
        {
          const gchar      *file = g_ptr_array_index (files, i);
          g_autofree gchar *path = g_build_filename (side, file, NULL), *stem = stem_of (file);

          if (!put (entries, stem, path, after, error))
            return FALSE;
        }
    }
  return TRUE;
}

/* NAME_before.* and NAME_after.*; other pictures are left alone. */
static gboolean
list_suffixes (const gchar *folder, GHashTable *entries, GError **error)
{
  g_autoptr (GPtrArray) files = pictures_in (folder, error);

  if (!files)
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    {
      const gchar      *file = g_ptr_array_index (files, i);
      g_autofree gchar *path = g_build_filename (folder, file, NULL), *stem = stem_of (file);
      gboolean          after = g_str_has_suffix (stem, "_after");

      if (!after && !g_str_has_suffix (stem, "_before"))
        continue;
      *strrchr (stem, '_') = '\0';
      if (!put (entries, stem, path, after, error))
        return FALSE;
    }
  return TRUE;
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Entry *const *) a)->name, (*(Entry *const *) b)->name);
}

/* The complete table in the order of the names. */
static GPtrArray *
list_entries (const gchar *folder, GError **error)
{
  g_autoptr (GHashTable) entries = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree gchar      *before = g_build_filename (folder, "before", NULL);
  g_autofree gchar      *after = g_build_filename (folder, "after", NULL);
  g_autofree gchar      *shown = g_filename_display_name (folder);
  GPtrArray             *list = g_ptr_array_new_with_free_func (entry_free);
  GHashTableIter         iter;
  gpointer               entry;
  gboolean               ok;

  if (g_file_test (before, G_FILE_TEST_IS_DIR) || g_file_test (after, G_FILE_TEST_IS_DIR))
    ok = list_folders (folder, entries, error);
  else
    ok = list_suffixes (folder, entries, error);

  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    g_ptr_array_add (list, entry);
  g_ptr_array_sort (list, by_name);

  if (ok && list->len == 0)
    {
      ok = FALSE;
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                   _("“%s” holds no pairs: put pictures of equal names into its folders before and after, "
                     "or name them NAME_before.png and NAME_after.png."), shown);
    }
  for (guint i = 0; ok && i < list->len; i++)
    {
      Entry *at = g_ptr_array_index (list, i);

      if (at->before && at->after)
        continue;
      g_free (shown);
      shown = g_filename_display_name (at->before ? at->before : at->after);
      ok = FALSE;
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                   at->before ? _("“%s” has no after of the same name: add it, or remove this one.")
                              : _("“%s” has no before of the same name: add it, or remove this one."),
                   shown);
    }
  if (!ok)
    g_clear_pointer (&list, g_ptr_array_unref);
  return list;
}

static FseImage *
load_side (const gchar *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
  FseImage          *image = fse_image_load (path, &reason);

  /* The caller asked for pairs, so that is what is bad. */
  if (!image)
    g_set_error_literal (error, FSE_ERROR,
                         reason->code == FSE_ERROR_BAD_IMAGE ? FSE_ERROR_BAD_PAIR : reason->code, reason->message);
  return image;
}

FsePairs *
fse_pairs_load (const gchar *folder, guint max, GError **error)
{
  g_autoptr (GPtrArray) entries = list_entries (folder, error);
  g_autoptr (FsePairs)  pairs = fse_pairs_new ();

  if (!entries)
    return NULL;
  for (guint i = 0; i < entries->len && (max == 0 || i < max); i++)
    {
      Entry               *entry = g_ptr_array_index (entries, i);
      g_autofree gchar    *name = g_filename_display_name (entry->name);
      g_autoptr (FseImage) before = load_side (entry->before, error);
      g_autoptr (FseImage) after = before ? load_side (entry->after, error) : NULL;

      if (!before || !after || !fse_pairs_add (pairs, name, before, after, error))
        return NULL;
    }
  return g_steal_pointer (&pairs);
}
