/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pairing.h.  A layer's key is its name without the word and without what
 * separated it; equal keys make a pair.
 */
#include "config-i18n.h"

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

/* GIMP says "X before #1" or "photo_before.png"; the key keeps numbers. */
static Role
role_of (const gchar *name, gchar **key)
{
  const gchar *before[] = { "before", _("before") };
  const gchar *after[]  = { "after", _("after") };

  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    {
      if ((*key = without_word (name, before[i])))
        return ROLE_BEFORE;
      if ((*key = without_word (name, after[i])))
        return ROLE_AFTER;
    }
  return ROLE_NONE;
}

/* A key of an image's own layers says which image; one made of the image's
 * name is shared among images, and that is its point. */
static Role
role_of_layer (const FseHostLayer *layer, gchar **key)
{
  g_autofree gchar *part = NULL;
  Role              role = role_of (layer->name, &part);

  if (role != ROLE_NONE)
    *key = g_strdup_printf ("layer %s", part);
  else if ((role = role_of (layer->image_name, &part)) != ROLE_NONE)
    *key = g_strdup_printf ("image %s", part);
  return role;
}

static GArray *
guess_by_name (GPtrArray *layers)
{
  GArray               *pairs = g_array_new (FALSE, FALSE, sizeof (FsePairing));
  g_autoptr (GPtrArray) keys  = g_ptr_array_new_with_free_func (g_free);
  g_autofree Role      *roles = g_new0 (Role, layers->len + 1);

  for (guint i = 0; i < layers->len; i++)
    {
      gchar *key = NULL;

      roles[i] = role_of_layer (g_ptr_array_index (layers, i), &key);
      g_ptr_array_add (keys, key ? key : g_strdup (""));
    }
  for (guint i = 0; i < layers->len; i++)
    {
      const FseHostLayer *before = g_ptr_array_index (layers, i);
      gint                best   = -1;

      if (roles[i] != ROLE_BEFORE)
        continue;
      for (guint j = 0; j < layers->len; j++)
        {
          const FseHostLayer *after = g_ptr_array_index (layers, j);

          if (roles[j] != ROLE_AFTER || strcmp (g_ptr_array_index (keys, i), g_ptr_array_index (keys, j)) != 0)
            continue;
          if (best < 0 || after->image == before->image) /* the own image's partner comes first */
            best = (gint) j;
          if (after->image == before->image)
            break;
        }
      if (best >= 0)
        {
          FsePairing pair = { before->id, ((FseHostLayer *) g_ptr_array_index (layers, best))->id };

          roles[best] = ROLE_NONE; /* taken */
          g_array_append_val (pairs, pair);
        }
    }
  return pairs;
}

static GArray *
guess_by_order (GPtrArray *layers)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (FsePairing));
  guint   end;

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
