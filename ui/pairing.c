/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pairing.h.  A layer's key is its name without the word and without what
 * separated it; equal keys make a pair.
 */
#include "i18n.h"

#include "pairing.h"

#include <string.h>

typedef enum
{
  ROLE_NONE,
  ROLE_BEFORE,
  ROLE_AFTER
} Role;

static gboolean
is_word_at (const gchar *text, const gchar *at, gsize length)
{
  const gchar *before = at > text ? g_utf8_find_prev_char (text, at) : NULL;

  return (! before || ! g_unichar_isalpha (g_utf8_get_char (before)))
         && ! g_unichar_isalpha (g_utf8_get_char (at + length));
}

/* The name without `word`, or NULL where it does not contain it as a word. */
static gchar *
without_word (const gchar *name, const gchar *word)
{
  g_autofree gchar *folded = g_utf8_casefold (name, -1);
  g_autofree gchar *sought = g_utf8_casefold (word, -1);
  gsize             length = strlen (sought);

  if (length == 0)
    return NULL;
  for (gchar *at = folded; (at = strstr (at, sought)); at += length)
    if (is_word_at (folded, at, length))
      {
        g_autofree gchar *head = g_strndup (folded, at - folded);
        gchar            *key  = g_strconcat (head, at + length, NULL);

        return g_strstrip (g_strdelimit (key, "_-#:.,()[] ", ' '));
      }
  return NULL;
}

/* What people and programs call the two; "copy" is what GIMP calls a duplicate. */
static const gchar *const before_words[] = { "before", N_("before"), "src", "source", "original", N_("original"), "orig", "input" };
static const gchar *const after_words[]  = { "after", N_("after"), "dst", "dest", "target", "edited", N_("edited"), "edit", "output",
                                             "result", "retouched", "copy", N_("copy") };

/* GIMP says "X before #1" or "photo_before.png"; the key keeps numbers. */
static Role
role_of (const gchar *name, gchar **key)
{
  *key = NULL;
  if (! name)
    return ROLE_NONE;
  for (guint i = 0; i < G_N_ELEMENTS (after_words); i++)
    if ((*key = without_word (name, after_words[i])) || (*key = without_word (name, _(after_words[i]))))
      return ROLE_AFTER;
  for (guint i = 0; i < G_N_ELEMENTS (before_words); i++)
    if ((*key = without_word (name, before_words[i])) || (*key = without_word (name, _(before_words[i]))))
      return ROLE_BEFORE;
  return ROLE_NONE;
}

/* In one image no two layers have the same name: the second "cat" is "cat #1". */
static gchar *
plain_name (const gchar *name)
{
  gchar *plain = g_utf8_casefold (name, -1);
  gchar *hash  = strrchr (plain, '#');

  if (hash && hash > plain && hash[1] && strspn (hash + 1, "0123456789") == strlen (hash + 1))
    *hash = '\0';
  return g_strstrip (g_strdelimit (plain, "_-#:.,()[] ", ' '));
}

/* A group called "Before" says so of what is in it; one called "cat before" is a picture itself. */
static gboolean
is_container (const FseHostLayer *layer)
{
  g_autofree gchar *part = NULL;

  return layer->is_group && role_of (layer->name, &part) != ROLE_NONE && ! part[0];
}

/* A key of an image's own layers says which image; one made of the image's
 * name is shared among images, and that is its point. */
static Role
role_of_layer (const FseHostLayer *layer, gchar **key)
{
  g_autofree gchar *plain = plain_name (layer->name);
  g_autofree gchar *own = NULL, *group = NULL, *image = NULL;
  Role              role;

  if (is_container (layer))
    *key = NULL;
  else if ((role = role_of (layer->group_name, &group)) != ROLE_NONE && ! group[0])
    {
      *key = g_strdup_printf ("group %s", plain);
      return role;
    }
  else if ((role = role_of (layer->name, &own)) != ROLE_NONE)
    {
      *key = g_strdup_printf ("layer %s", own);
      return role;
    }
  else if ((role = role_of (layer->image_name, &image)) != ROLE_NONE)
    {
      *key = g_strdup_printf ("image %s", image);
      return role;
    }
  else
    *key = g_strdup_printf ("layer %s", plain);
  return ROLE_NONE;
}

typedef struct
{
  GPtrArray *layers, *keys;
  Role      *roles; /* ROLE_NONE, and no key: taken */
  GArray    *pairs;
} Guess;

static void
pair_up (Guess *guess, guint before, guint after)
{
  FsePairing pair = { ((FseHostLayer *) g_ptr_array_index (guess->layers, before))->id,
                      ((FseHostLayer *) g_ptr_array_index (guess->layers, after))->id };

  g_array_append_val (guess->pairs, pair);
  guess->roles[before] = guess->roles[after] = ROLE_NONE;
  g_clear_pointer (&g_ptr_array_index (guess->keys, before), g_free);
  g_clear_pointer (&g_ptr_array_index (guess->keys, after), g_free);
}

/* Layers of this role get the after of their key; the own image's comes first. */
static void
pair_by_key (Guess *guess, Role role)
{
  for (guint i = 0; i < guess->layers->len; i++)
    {
      const FseHostLayer *before = g_ptr_array_index (guess->layers, i);
      const gchar        *key    = g_ptr_array_index (guess->keys, i);
      gint                best   = -1;

      if (guess->roles[i] != role || ! key)
        continue;
      for (guint j = 0; j < guess->layers->len; j++)
        {
          const FseHostLayer *after = g_ptr_array_index (guess->layers, j);

          if (guess->roles[j] != ROLE_AFTER || g_strcmp0 (key, g_ptr_array_index (guess->keys, j)) != 0)
            continue;
          if (best < 0 || after->image == before->image)
            best = (gint) j;
          if (after->image == before->image)
            break;
        }
      if (best >= 0)
        pair_up (guess, i, (guint) best);
    }
}

/* What is left in the groups "Before" and "After" of one image: by order. */
static void
pair_groups_by_order (Guess *guess)
{
  for (guint i = 0; i < guess->layers->len; i++)
    {
      const FseHostLayer *before = g_ptr_array_index (guess->layers, i);

      if (guess->roles[i] != ROLE_BEFORE || ! g_str_has_prefix (g_ptr_array_index (guess->keys, i), "group "))
        continue;
      for (guint j = 0; j < guess->layers->len; j++)
        {
          const FseHostLayer *after = g_ptr_array_index (guess->layers, j);

          if (guess->roles[j] == ROLE_AFTER && after->image == before->image
              && g_str_has_prefix (g_ptr_array_index (guess->keys, j), "group "))
            {
              pair_up (guess, i, j);
              break;
            }
        }
    }
}

static GArray *
guess_by_name (GPtrArray *layers)
{
  g_autoptr (GPtrArray) keys  = g_ptr_array_new_with_free_func (g_free);
  g_autofree Role      *roles = g_new0 (Role, layers->len + 1);
  Guess                 guess = { layers, keys, roles, g_array_new (FALSE, FALSE, sizeof (FsePairing)) };

  for (guint i = 0; i < layers->len; i++)
    {
      gchar *key = NULL;

      roles[i] = role_of_layer (g_ptr_array_index (layers, i), &key);
      g_ptr_array_add (keys, key);
    }
  pair_by_key (&guess, ROLE_BEFORE);
  pair_by_key (&guess, ROLE_NONE); /* "cat" is the before of "cat edited" */
  pair_groups_by_order (&guess);
  return guess.pairs;
}

static GArray *
guess_by_order (GPtrArray *all)
{
  GArray               *pairs  = g_array_new (FALSE, FALSE, sizeof (FsePairing));
  g_autoptr (GPtrArray) layers = g_ptr_array_new (); /* a group is one picture */
  guint                 end;

  for (guint i = 0; i < all->len; i++)
    if (((FseHostLayer *) g_ptr_array_index (all, i))->group == -1)
      g_ptr_array_add (layers, g_ptr_array_index (all, i));
  for (guint start = 0; start < layers->len; start = end)
    {
      const FseHostLayer *first = g_ptr_array_index (layers, start);

      for (end = start; end < layers->len; end++)
        if (((FseHostLayer *) g_ptr_array_index (layers, end))->image != first->image)
          break;
      if ((end - start) % 2 != 0)
        continue;
      for (guint i = start; i + 1 < end; i += 2)
        {
          FsePairing pair = { ((FseHostLayer *) g_ptr_array_index (layers, i))->id,
                              ((FseHostLayer *) g_ptr_array_index (layers, i + 1))->id };

          g_array_append_val (pairs, pair);
        }
    }
  return pairs;
}

GArray *
fse_pairing_guess (GPtrArray *layers)
{
  GArray *pairs = guess_by_name (layers);

  if (pairs->len > 0)
    return pairs;
  g_array_unref (pairs);
  return guess_by_order (layers);
}
