/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See example.h.
 */
#include "i18n.h"

#include "example.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
fse_source_set_layer (FseSource *source, gint layer)
{
  g_clear_pointer (&source->file, g_free);
  source->layer = layer;
}

void
fse_source_set_file (FseSource *source, const gchar *file)
{
  gchar *copy = g_strdup (file);

  g_free (source->file);
  source->file  = copy;
  source->layer = -1;
}

void
fse_source_copy (FseSource *to, const FseSource *from)
{
  if (from->file)
    fse_source_set_file (to, from->file);
  else
    fse_source_set_layer (to, from->layer);
}

gboolean
fse_source_is_set (const FseSource *source)
{
  return source->file || source->layer >= 0;
}

FseExample *
fse_example_new (void)
{
  return fse_example_new_layers (-1, -1);
}

FseExample *
fse_example_new_layers (gint before, gint after)
{
  FseExample *example = g_new0 (FseExample, 1);

  example->before.layer = before;
  example->after.layer  = after;
  return example;
}

FseExample *
fse_example_copy (const FseExample *example)
{
  FseExample *copy = fse_example_new ();

  fse_source_copy (&copy->before, &example->before);
  fse_source_copy (&copy->after, &example->after);
  copy->mend = example->mend;
  return copy;
}

void
fse_example_free (FseExample *example)
{
  if (! example)
    return;
  g_free (example->before.file);
  g_free (example->after.file);
  g_free (example);
}

gboolean
fse_example_is_complete (const FseExample *example)
{
  return fse_source_is_set (&example->before) && fse_source_is_set (&example->after);
}

void
fse_example_swap (FseExample *example)
{
  FseSource before = example->before;

  example->before  = example->after;
  example->after   = before;
  example->mend.dx = -example->mend.dx;
  example->mend.dy = -example->mend.dy;
}

/* --- text ----------------------------------------------------------------- */

static gchar *
source_to_text (const FseSource *source)
{
  gchar *uri = source->file ? g_filename_to_uri (source->file, NULL, NULL) : NULL;

  return uri ? uri : g_strdup_printf ("%d", source->layer);
}

static void
source_from_text (FseSource *source, const gchar *text)
{
  g_autofree gchar *file = g_str_has_prefix (text, "file:") ? g_filename_from_uri (text, NULL, NULL) : NULL;
  gint64            layer;

  if (file)
    fse_source_set_file (source, file);
  else if (g_ascii_string_to_signed (text, 10, 0, G_MAXINT, &layer, NULL))
    fse_source_set_layer (source, (gint) layer);
}

static gchar *
mend_to_text (const FseMend *mend)
{
  gchar x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup_printf ("%s %s %s", mend->crop ? "crop" : "whole", g_ascii_dtostr (x, sizeof x, mend->dx),
                          g_ascii_dtostr (y, sizeof y, mend->dy));
}

static void
mend_from_text (FseMend *mend, const gchar *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 3);

  if (g_strv_length (words) != 3)
    return;
  mend->crop = strcmp (words[0], "crop") == 0;
  mend->dx   = g_ascii_strtod (words[1], NULL);
  mend->dy   = g_ascii_strtod (words[2], NULL);
  if (! (fabs (mend->dx) < 0.5) || ! (fabs (mend->dy) < 0.5))
    mend->dx = mend->dy = 0.0;
}

void
fse_examples_to_text (GPtrArray *examples, gchar ***before, gchar ***after, gchar ***mends)
{
  *before = g_new0 (gchar *, examples->len + 1);
  *after  = g_new0 (gchar *, examples->len + 1);
  *mends  = g_new0 (gchar *, examples->len + 1);
  for (guint i = 0; i < examples->len; i++)
    {
      const FseExample *example = g_ptr_array_index (examples, i);

      (*before)[i] = source_to_text (&example->before);
      (*after)[i]  = source_to_text (&example->after);
      (*mends)[i]  = mend_to_text (&example->mend);
    }
}

GPtrArray *
fse_examples_from_text (gchar **before, gchar **after, gchar **mends)
{
  GPtrArray *examples = g_ptr_array_new_with_free_func ((GDestroyNotify) fse_example_free);
  guint      n_before = before ? g_strv_length (before) : 0;
  guint      n_after  = after ? g_strv_length (after) : 0;
  guint      n_mends  = mends ? g_strv_length (mends) : 0;

  for (guint i = 0; i < MAX (n_before, n_after); i++)
    {
      FseExample *example = fse_example_new ();

      if (i < n_before)
        source_from_text (&example->before, before[i]);
      if (i < n_after)
        source_from_text (&example->after, after[i]);
      if (i < n_mends)
        mend_from_text (&example->mend, mends[i]);
      g_ptr_array_add (examples, example);
    }
  return examples;
}

/* --- mending -------------------------------------------------------------- */

static FseImage *
cut (const FseImage *image, gint x, gint y, gint width, gint height, GError **error)
{
  FseImage *part = fse_image_new (width, height, error);

  if (! part)
    return NULL;
  part->bits      = image->bits;
  part->has_alpha = image->has_alpha;
  part->gray      = image->gray;
  for (gint row = 0; row < height; row++)
    memcpy (part->rgba + (gsize) row * width * 4, image->rgba + ((gsize) (y + row) * image->width + x) * 4,
            (gsize) width * 4 * sizeof (gfloat));
  return part;
}

/* The largest middle part of width : height. */
static FseImage *
cut_to_shape (FseImage *image, gdouble aspect, GError **error)
{
  gint width  = MIN (image->width, MAX (1, (gint) (image->height * aspect + 0.5)));
  gint height = MIN (image->height, MAX (1, (gint) (image->width / aspect + 0.5)));

  return cut (image, (image->width - width) / 2, (image->height - height) / 2, width, height, error);
}

/* The part of a picture that begins at the share dx, dy of it (negative: that ends so far from its end). */
static FseImage *
cut_shifted (FseImage *image, gdouble dx, gdouble dy, GError **error)
{
  gint x = (gint) lround (dx * image->width);
  gint y = (gint) lround (dy * image->height);

  return cut (image, MAX (x, 0), MAX (y, 0), MAX (image->width - abs (x), 1), MAX (image->height - abs (y), 1), error);
}

gboolean
fse_mend_apply (const FseMend *mend, FseImage *before, FseImage *after, FseImage **before_out, FseImage **after_out, GError **error)
{
  g_autoptr (FseImage) b = fse_image_ref (before);
  g_autoptr (FseImage) a = fse_image_ref (after);

  if (mend->crop)
    {
      gdouble aspect_b = (gdouble) b->width / b->height, aspect_a = (gdouble) a->width / a->height;
      gdouble aspect   = sqrt (aspect_b * aspect_a); /* neither loses all of the difference */

      g_clear_pointer (&b, fse_image_unref);
      g_clear_pointer (&a, fse_image_unref);
      if (! (b = cut_to_shape (before, aspect, error)) || ! (a = cut_to_shape (after, aspect, error)))
        return FALSE;
    }
  if (mend->dx != 0.0 || mend->dy != 0.0)
    {
      FseImage *shifted_b = cut_shifted (b, -mend->dx, -mend->dy, error);
      FseImage *shifted_a = shifted_b ? cut_shifted (a, mend->dx, mend->dy, error) : NULL;

      fse_image_unref (b);
      fse_image_unref (a);
      b = shifted_b;
      a = shifted_a;
      if (! a)
        return FALSE;
    }
  *before_out = g_steal_pointer (&b);
  *after_out  = g_steal_pointer (&a);
  return TRUE;
}
