/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The colour profile in a PNG file (chunk iCCP, PNG specification 11.3.3.3), which
 * GEGL neither reads nor writes where the picture is gray.
 */
#include <gio/gio.h>
#include <string.h>

#include "files/image-private.h"

/* Real ones have some kilobytes. */
#define MOST (16 << 20)

GBytes *
fse_png_profile_unpack (const guint8 *chunk, gsize n)
{
  const guint8 *end = memchr (chunk, 0, MIN (n, 80));
  gsize         head = end ? (gsize) (end - chunk) + 2 : n; /* a name, and how it is packed: there is one way */
  g_autoptr (GConverter)    inflate = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  g_autoptr (GInputStream)  packed = NULL, stream = NULL;
  g_autoptr (GOutputStream) whole = g_memory_output_stream_new_resizable ();

  if (head >= n)
    return NULL;
  packed = g_memory_input_stream_new_from_data (chunk + head, n - head, NULL);
  stream = g_converter_input_stream_new (packed, inflate);
  for (gsize length = 0; length < MOST;)
    {
      guint8 part[4096];
      gssize got = g_input_stream_read (stream, part, sizeof part, NULL, NULL);

      if (got < 0 || !g_output_stream_write_all (whole, part, got, NULL, NULL, NULL))
        return NULL;
      if (got == 0)
        {
          g_output_stream_close (whole, NULL, NULL);
          return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (whole));
        }
      length += got;
    }
  return NULL;
}

static void
append_number (GByteArray *array, guint32 number)
{
  number = GUINT32_TO_BE (number);
  g_byte_array_append (array, (const guint8 *) &number, 4);
}

/* Of ISO 3309, as chunks end with. */
static guint32
checksum (const guint8 *bytes, gsize n)
{
  guint32 crc = 0xFFFFFFFF;

  for (gsize i = 0; i < n; i++)
    {
      crc ^= bytes[i];
      for (gint bit = 0; bit < 8; bit++)
        crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320 : 0);
    }
  return ~crc;
}

GByteArray *
fse_png_profile_chunk (GBytes *profile)
{
  g_autoptr (GConverter)    deflate = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, deflate);
  GByteArray               *chunk = g_byte_array_new ();
  gsize                     length, packed;
  gconstpointer             bytes = g_bytes_get_data (profile, &length);

  g_output_stream_write_all (stream, bytes, length, NULL, NULL, NULL);
  g_output_stream_close (stream, NULL, NULL);
  packed = g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (memory));
  append_number (chunk, packed + 5);
  g_byte_array_append (chunk, (const guint8 *) "iCCPicc\0\0", 9);
  g_byte_array_append (chunk, g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (memory)), packed);
  append_number (chunk, checksum (chunk->data + 4, chunk->len - 4));
  return chunk;
}
