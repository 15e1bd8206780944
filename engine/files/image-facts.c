/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the structure of a picture file tells before a library decodes it:
 * libraries fill a cut-off picture with gray or black and call it a success.
 */
#include "files/image-private.h"

#include <string.h>

typedef struct
{
  const guint8 *bytes;
  gsize         n;
  gboolean      big_endian;
} View;

/* 0 beyond the end. */
static guint32
get (const View *view, gsize at, guint size)
{
  guint32 value = 0;

  if (at > view->n || view->n - at < size)
    return 0;
  for (guint i = 0; i < size; i++)
    value |= (guint32) view->bytes[at + i] << (8 * (view->big_endian ? size - 1 - i : i));
  return value;
}

static void
png_facts (View view, FsePictureFacts *facts)
{
  gsize at = 8;

  view.big_endian = TRUE;
  facts->kind = FSE_PICTURE_PNG;
  facts->bits = get (&view, 24, 1) == 16 ? 16 : 8;
  facts->gray = (get (&view, 25, 1) & ~4u) == 0;
  while (at + 12 <= view.n)
    {
      guint32 length = get (&view, at, 4);

      if (length > view.n - at - 12)
        return;
      if (memcmp (view.bytes + at + 4, "iCCP", 4) == 0)
        {
          facts->profile = TRUE;
          facts->icc = at + 8;
          facts->icc_n = length;
        }
      if (memcmp (view.bytes + at + 4, "IEND", 4) == 0)
        {
          facts->complete = TRUE;
          return;
        }
      at += 12 + (gsize) length;
    }
}

/* The orientation tag in an APP1 segment's content. */
static gint
exif_orientation (View view)
{
  gsize directory;
  guint entries;

  if (view.n < 14 || memcmp (view.bytes, "Exif\0\0", 6) != 0)
    return 1;
  view.bytes += 6;
  view.n -= 6;
  view.big_endian = view.bytes[0] == 'M';
  directory = get (&view, 4, 4);
  entries = get (&view, directory, 2);
  for (guint i = 0; i < entries; i++)
    {
      gsize entry = directory + 2 + 12 * (gsize) i;

      if (entry + 12 > view.n)
        break;
      if (get (&view, entry, 2) == 0x0112)
        {
          guint32 value = get (&view, entry + 8, 2);

          return value >= 1 && value <= 8 ? value : 1;
        }
    }
  return 1;
}

static void
jpeg_facts (View view, FsePictureFacts *facts)
{
  gsize at = 2;

  view.big_endian = TRUE;
  facts->kind = FSE_PICTURE_JPEG;
  facts->bits = 8;
  while (at + 4 <= view.n && view.bytes[at] == 0xFF)
    {
      guint8  marker = view.bytes[at + 1];
      guint32 length = get (&view, at + 2, 2);

      if (marker == 0xFF) /* padding */
        {
          at++;
          continue;
        }
      if (length < 2 || length + 2 > view.n - at)
        return;
      if (marker == 0xE1 && facts->orientation == 1)
        facts->orientation = exif_orientation ((View) { view.bytes + at + 4, length - 2 });
      if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)
        facts->gray = get (&view, at + 9, 1) == 1;
      at += 2 + length;
      if (marker == 0xDA)
        {
          /* Coded data never holds FF D9, so the first one is the end. */
          while (at + 2 <= view.n)
            {
              const guint8 *found = memchr (view.bytes + at, 0xFF, view.n - at - 1);

              if (!found)
                return;
              if (found[1] == 0xD9)
                {
                  facts->complete = TRUE;
                  return;
                }
              at = found - view.bytes + 1;
            }
        }
    }
}

static gsize
tiff_size (guint type)
{
  static const guint8 sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 };

  return type < G_N_ELEMENTS (sizes) ? sizes[type] : 0;
}

/* A value of the directory entry at `entry`, whose values stand in it or elsewhere. */
static gboolean
tiff_value (const View *view, gsize entry, guint32 index, guint32 *value)
{
  gsize   size = tiff_size (get (view, entry + 2, 2));
  guint32 count = get (view, entry + 4, 4);
  gsize   at = entry + 8;

  if ((size != 2 && size != 4) || index >= count)
    return FALSE;
  if (size * count > 4)
    at = get (view, at, 4);
  at += size * index;
  if (at > view->n || view->n - at < size)
    return FALSE;
  *value = get (view, at, size);
  return TRUE;
}

static void
tiff_facts (View view, FsePictureFacts *facts)
{
  gsize directory, offsets = 0, counts = 0;
  guint entries;

  facts->kind = FSE_PICTURE_TIFF;
  view.big_endian = view.bytes[0] == 'M';
  if (get (&view, 2, 2) != 42) /* BigTIFF: left to the library */
    {
      facts->complete = TRUE;
      return;
    }
  directory = get (&view, 4, 4);
  entries = get (&view, directory, 2);
  if (directory < 8 || entries == 0 || directory + 2 + 12 * (gsize) entries > view.n)
    return;
  for (guint i = 0; i < entries; i++)
    {
      gsize   entry = directory + 2 + 12 * (gsize) i;
      guint   tag = get (&view, entry, 2);
      guint64 size = (guint64) tiff_size (get (&view, entry + 2, 2)) * get (&view, entry + 4, 4);

      if (size > 4 && (size > view.n || get (&view, entry + 8, 4) > view.n - size))
        return;
      if (tag == 273 || tag == 324) /* where the strips or tiles begin */
        offsets = entry;
      else if (tag == 279 || tag == 325) /* and their lengths */
        counts = entry;
      else if (tag == 34675)
        facts->profile = TRUE;
    }
  if (!offsets || !counts)
    return;
  for (guint32 i = 0; i < get (&view, offsets + 4, 4); i++)
    {
      guint32 offset, count;

      if (!tiff_value (&view, offsets, i, &offset) || !tiff_value (&view, counts, i, &count))
        return;
      if (offset > view.n || count > view.n - offset)
        return;
    }
  facts->complete = TRUE;
}

static void
webp_facts (View view, FsePictureFacts *facts)
{
  facts->kind = FSE_PICTURE_WEBP;
  facts->complete = get (&view, 4, 4) <= view.n - 8;
  for (gsize at = 12; at + 8 <= view.n;)
    {
      guint32 length = get (&view, at + 4, 4);

      if (length > view.n - at - 8)
        return;
      if (memcmp (view.bytes + at, "ICCP", 4) == 0)
        {
          facts->icc = at + 8;
          facts->icc_n = length;
        }
      at += 8 + (gsize) length + (length & 1);
    }
}

FsePictureFacts
fse_picture_facts (const guint8 *bytes, gsize n)
{
  FsePictureFacts facts = { .kind = FSE_PICTURE_OTHER, .orientation = 1 };
  View            view = { bytes, n, FALSE };

  if (n >= 8 && memcmp (bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
    png_facts (view, &facts);
  else if (n >= 3 && memcmp (bytes, "\xFF\xD8\xFF", 3) == 0)
    jpeg_facts (view, &facts);
  else if (n >= 12 && memcmp (bytes, "RIFF", 4) == 0 && memcmp (bytes + 8, "WEBP", 4) == 0)
    webp_facts (view, &facts);
  else if (n >= 8 && (memcmp (bytes, "II*\0", 4) == 0 || memcmp (bytes, "MM\0*", 4) == 0 ||
                      memcmp (bytes, "II+\0", 4) == 0 || memcmp (bytes, "MM\0+", 4) == 0))
    tiff_facts (view, &facts);
  else if (n >= 9 && memcmp (bytes, "gimp xcf ", 9) == 0)
    facts.kind = FSE_PICTURE_XCF;
  else
    facts.complete = TRUE;
  return facts;
}
