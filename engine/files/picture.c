/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/picture.h"

#include <math.h>
#include <string.h>

#include "files/image-private.h"
#include "i18n.h"

/* A tint that an eye might see. */
#define VISIBLE (2 / 255.0f)
/* What moved by less was not edited: a tenth of the last digit that 16 bits can tell. */
#define NOTHING 1e-6f
/* 4 GiB of floats: a file that claims more is lying or beyond this program. */
#define MAX_PIXELS ((gsize) 1 << 28)

FsePicture *
fse_picture_new (gint width, gint height, gint bits, gboolean gray, gboolean alpha, GError **error)
{
  gint        channels = (gray ? 1 : 3) + (alpha ? 1 : 0);
  gsize       step = (gsize) channels * bits / 8;
  gpointer    numbers = NULL;
  FsePicture *picture;

  if (width < 1 || height < 1)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE, _("A picture of %d x %d pixels holds nothing: choose another one."), width, height);
      return NULL;
    }
  if ((gsize) width <= MAX_PIXELS / height)
    numbers = g_try_malloc0_n ((gsize) width * height, step);
  if (!numbers)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY,
                   _("A picture of %d x %d pixels needs %.1f GB of memory, more than there is: use a smaller one."),
                   width, height, (gdouble) width * height * step / 1e9);
      return NULL;
    }
  picture = g_new0 (FsePicture, 1);
  *picture = (FsePicture) { .width = width, .height = height, .bits = bits, .gray = gray, .alpha = alpha,
                            .channels = channels, .step = step, .numbers = numbers };
  return picture;
}

void
fse_picture_free (FsePicture *picture)
{
  if (!picture)
    return;
  g_clear_pointer (&picture->profile, g_bytes_unref);
  g_free (picture->numbers);
  g_free (picture);
}

gint
fse_picture_width (const FsePicture *picture)
{
  return picture->width;
}

gint
fse_picture_height (const FsePicture *picture)
{
  return picture->height;
}

gboolean
fse_picture_has_alpha (const FsePicture *picture)
{
  return picture->alpha;
}

void
fse_picture_take_profile (FsePicture *picture, GBytes *profile)
{
  gsize         length = 0;
  const guint8 *bytes = profile ? g_bytes_get_data (profile, &length) : NULL;
  const gchar  *reason = NULL;

  g_clear_pointer (&picture->profile, g_bytes_unref);
  picture->space = NULL;
  if (length < 128 || length > G_MAXINT32 || memcmp (bytes + 16, picture->gray ? "GRAY" : "RGB ", 4) != 0)
    return; /* not one of this kind of picture */
  babl_init ();
  picture->profile = g_bytes_ref (profile);
  picture->space = babl_space_from_icc ((const char *) bytes, (int) length, BABL_ICC_INTENT_RELATIVE_COLORIMETRIC, &reason);
  if (reason || (picture->space && (babl_space_is_cmyk (picture->space) || babl_space_is_gray (picture->space) != picture->gray)))
    picture->space = NULL;
}

/* --- numbers and floats ---------------------------------------------------- */

/* The numbers' own values of n pixels from `from`, as four channels. */
static void
unpack (const FsePicture *picture, gsize from, gint n, gfloat *rgba)
{
  const gint    channels = picture->channels, colours = picture->gray ? 1 : 3;
  const guint8 *bytes = picture->numbers + from * picture->step;

  for (gint i = 0; i < n; i++, rgba += 4, bytes += picture->step)
    {
      const guint16 *words = (const guint16 *) bytes;
      const gfloat  *reals = (const gfloat *) bytes;
      gfloat         v[4];

      for (gint c = 0; c < channels; c++)
        v[c] = picture->bits == 8 ? bytes[c] / 255.0f : picture->bits == 16 ? words[c] / 65535.0f : reals[c];
      rgba[0] = v[0];
      rgba[1] = v[colours > 1 ? 1 : 0];
      rgba[2] = v[colours > 1 ? 2 : 0];
      rgba[3] = picture->alpha ? v[colours] : 1.0f;
    }
}

/* The reverse, of one pixel. */
static void
pack (FsePicture *picture, gsize at, const gfloat rgba[4])
{
  const gint colours = picture->gray ? 1 : 3;
  guint8    *bytes = picture->numbers + at * picture->step;
  guint16   *words = (guint16 *) bytes;
  gfloat    *reals = (gfloat *) bytes;

  for (gint c = 0; c < picture->channels; c++)
    {
      gfloat value = c == colours ? rgba[3] : rgba[c];

      if (picture->bits == 8)
        bytes[c] = value > 0 ? (guint8) (MIN (value, 1) * 255 + 0.5f) : 0;
      else if (picture->bits == 16)
        words[c] = value > 0 ? (guint16) (MIN (value, 1) * 65535 + 0.5f) : 0;
      else
        reals[c] = value;
    }
}

/* The numbers' colour space, as floats. */
static const Babl *
own_format (const FsePicture *picture)
{
  return babl_format_with_space (picture->linear ? "RGBA float" : "R'G'B'A float", picture->space);
}

static gboolean
converts (const FsePicture *picture)
{
  return picture->space || picture->linear;
}

static void
to_training (const FsePicture *picture, gfloat *rgba, gint n)
{
  if (converts (picture))
    babl_process (babl_fish (own_format (picture), babl_format ("R'G'B'A float")), rgba, rgba, n);
}

static void
to_own (const FsePicture *picture, gfloat *rgba, gint n)
{
  if (converts (picture))
    babl_process (babl_fish (babl_format ("R'G'B'A float"), own_format (picture)), rgba, rgba, n);
}

void
fse_picture_read (const FsePicture *picture, gint x, gint y, gint width, gint height, gfloat *rgba)
{
  for (gint row = 0; row < height; row++, rgba += (gsize) width * 4)
    {
      unpack (picture, (gsize) (y + row) * picture->width + x, width, rgba);
      to_training (picture, rgba, width);
    }
}

/* --- writing -------------------------------------------------------------- */

/* What can stand in a file. */
static void
make_clean (const FsePicture *picture, const gfloat *rgba, gfloat *clean, gint n)
{
  for (gint i = 0; i < n; i++, rgba += 4, clean += 4)
    {
      gfloat alpha = isfinite (rgba[3]) ? CLAMP (rgba[3], 0, 1) : 1;

      for (gint c = 0; c < 3; c++)
        {
          clean[c] = isfinite (rgba[c]) ? rgba[c] : 0;
          if (!picture->alpha && alpha < 1) /* over white, as paper would be */
            clean[c] = clean[c] * alpha + 1 - alpha;
        }
      clean[3] = picture->alpha ? alpha : 1;
    }
}

static gboolean
is_tinted (const gfloat *rgba, gint n)
{
  for (gint i = 0; i < n; i++, rgba += 4)
    if (fabsf (rgba[0] - rgba[1]) > VISIBLE || fabsf (rgba[0] - rgba[2]) > VISIBLE)
      return TRUE;
  return FALSE;
}

/* An edit has coloured a gray photograph: then colour is what counts. */
static gboolean
give_colour (FsePicture *picture, GError **error)
{
  FsePicture        *colour = fse_picture_new (picture->width, picture->height, picture->bits, FALSE, picture->alpha, error);
  FsePicture         swap;
  g_autofree gfloat *row = g_new (gfloat, (gsize) picture->width * 4);

  if (!colour)
    return FALSE;
  for (gint y = 0; y < picture->height; y++)
    {
      fse_picture_read (picture, 0, y, picture->width, 1, row);
      for (gint x = 0; x < picture->width; x++)
        pack (colour, (gsize) y * picture->width + x, row + 4 * x);
    }
  swap = *picture;
  *picture = *colour;
  *colour = swap;
  fse_picture_free (colour);
  return TRUE;
}

static gboolean
was_edited (const gfloat *before, const gfloat *after)
{
  for (gint c = 0; c < 4; c++)
    if (!(fabsf (after[c] - before[c]) <= NOTHING * MAX (fabsf (before[c]), 1.0f)))
      return TRUE;
  return FALSE;
}

static gboolean
same_profile (const FsePicture *a, const FsePicture *b)
{
  return a->linear == b->linear && a->space == b->space
         && (a->profile == b->profile || (a->profile && b->profile && g_bytes_equal (a->profile, b->profile)));
}

/* A row of `picture`.  scratch: four rows of floats. */
static void
write_row (FsePicture *picture, const FsePicture *before, gsize at, gint n, const gfloat *after, gfloat *scratch)
{
  gboolean same = before && same_profile (picture, before);
  gboolean keep = same && picture->bits == before->bits && picture->channels == before->channels;
  gfloat  *own = scratch, *were = scratch + (gsize) n * 4, *back = scratch + (gsize) n * 8, *round = scratch + (gsize) n * 12;

  memcpy (own, after, (gsize) n * 4 * sizeof (gfloat));
  to_own (picture, own, n);
  if (same)
    {
      unpack (before, at, n, were);
      memcpy (back, were, (gsize) n * 4 * sizeof (gfloat));
      to_training (before, back, n);
    }
  if (same && converts (picture))
    {
      memcpy (round, back, (gsize) n * 4 * sizeof (gfloat));
      to_own (picture, round, n);
      for (gsize i = 0; i < (gsize) n * 4; i++)
        if (isfinite (round[i]) && isfinite (were[i]))
          own[i] += were[i] - round[i];
    }
  for (gint i = 0; i < n; i++)
    if (keep && !was_edited (back + 4 * i, after + 4 * i))
      memcpy (picture->numbers + (at + i) * picture->step, before->numbers + (at + i) * picture->step, picture->step);
    else
      pack (picture, at + i, own + 4 * i);
}

gboolean
fse_picture_write (FsePicture *picture, const FsePicture *before, gint x, gint y, gint width, gint height,
                   const gfloat *rgba, GError **error)
{
  g_autofree gfloat *scratch = g_new (gfloat, (gsize) width * 20);
  gfloat            *clean = scratch + (gsize) width * 16;

  for (gint row = 0; row < height; row++, rgba += (gsize) width * 4)
    {
      make_clean (picture, rgba, clean, width);
      if (picture->gray && is_tinted (clean, width) && !give_colour (picture, error))
        return FALSE;
      write_row (picture, before, (gsize) (y + row) * picture->width + x, width, clean, scratch);
    }
  return TRUE;
}
