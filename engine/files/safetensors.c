/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing safetensors files.  Reading is safetensors-reader.c's.
 */
#include "files/safetensors.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "files/disk.h"

typedef struct
{
  gchar  *name;
  gchar  *dtype;
  gint64 *shape;
  gint    n_dims;
  guint8 *bytes;
  gsize   n_bytes;
} Tensor;

struct _FseTensorsWriter
{
  GPtrArray  *floats; /* written first: whole multiples of 4 bytes keep each other aligned */
  GPtrArray  *bytes;
  GHashTable *metadata;
};

static void
tensor_free (gpointer data)
{
  Tensor *tensor = data;

  g_free (tensor->name);
  g_free (tensor->shape);
  g_free (tensor->bytes);
  g_free (tensor);
}

FseTensorsWriter *
fse_tensors_writer_new (void)
{
  FseTensorsWriter *writer = g_new0 (FseTensorsWriter, 1);

  writer->floats = g_ptr_array_new_with_free_func (tensor_free);
  writer->bytes = g_ptr_array_new_with_free_func (tensor_free);
  writer->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return writer;
}

void
fse_tensors_writer_free (FseTensorsWriter *writer)
{
  if (!writer)
    return;
  g_ptr_array_unref (writer->floats);
  g_ptr_array_unref (writer->bytes);
  g_hash_table_unref (writer->metadata);
  g_free (writer);
}

static void
add (GPtrArray *tensors, gchar *dtype, gsize element, const gchar *name, const gint64 *shape, gint n_dims,
     const void *values)
{
  Tensor *tensor = g_new0 (Tensor, 1);

  tensor->name = g_utf8_make_valid (name, -1);
  tensor->dtype = dtype;
  tensor->n_dims = n_dims;
  tensor->shape = g_memdup2 (shape, n_dims * sizeof *shape);
  tensor->n_bytes = element;
  for (gint i = 0; i < n_dims; i++)
    tensor->n_bytes *= shape[i];
  tensor->bytes = g_memdup2 (values, tensor->n_bytes);
  g_ptr_array_add (tensors, tensor);
}

void
fse_tensors_writer_add_f32 (FseTensorsWriter *writer, const gchar *name, const gint64 *shape, gint n_dims,
                            const gfloat *values)
{
  G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN); /* as the format */
  add (writer->floats, "F32", sizeof *values, name, shape, n_dims, values);
}

void
fse_tensors_writer_add_u8 (FseTensorsWriter *writer, const gchar *name, const gint64 *shape, gint n_dims,
                           const guint8 *values)
{
  add (writer->bytes, "U8", 1, name, shape, n_dims, values);
}

void
fse_tensors_writer_set (FseTensorsWriter *writer, const gchar *key, const gchar *value)
{
  g_hash_table_insert (writer->metadata, g_utf8_make_valid (key, -1), g_utf8_make_valid (value, -1));
}

void
fse_tensors_writer_set_number (FseTensorsWriter *writer, const gchar *key, gdouble value)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  fse_tensors_writer_set (writer, key, g_ascii_dtostr (text, sizeof text, value));
}

static void
describe (JsonBuilder *json, GPtrArray *tensors, gsize *offset)
{
  for (guint i = 0; i < tensors->len; i++)
    {
      const Tensor *tensor = g_ptr_array_index (tensors, i);

      json_builder_set_member_name (json, tensor->name);
      json_builder_begin_object (json);
      json_builder_set_member_name (json, "dtype");
      json_builder_add_string_value (json, tensor->dtype);
      json_builder_set_member_name (json, "shape");
      json_builder_begin_array (json);
      for (gint d = 0; d < tensor->n_dims; d++)
        json_builder_add_int_value (json, tensor->shape[d]);
      json_builder_end_array (json);
      json_builder_set_member_name (json, "data_offsets");
      json_builder_begin_array (json);
      json_builder_add_int_value (json, *offset);
      *offset += tensor->n_bytes;
      json_builder_add_int_value (json, *offset);
      json_builder_end_array (json);
      json_builder_end_object (json);
    }
}

/* The header's text, padded with blanks so that the data begins at a multiple of 8. */
static GString *
make_header (FseTensorsWriter *writer)
{
  g_autoptr (JsonBuilder)   json = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode)      root = NULL;
  g_autoptr (GList)         keys = g_list_sort (g_hash_table_get_keys (writer->metadata), (GCompareFunc) strcmp);
  g_autofree gchar         *text = NULL;
  GString                  *header;
  gsize                     offset = 0;

  json_builder_begin_object (json);
  if (keys)
    {
      json_builder_set_member_name (json, "__metadata__");
      json_builder_begin_object (json);
      for (GList *key = keys; key; key = key->next)
        {
          json_builder_set_member_name (json, key->data);
          json_builder_add_string_value (json, g_hash_table_lookup (writer->metadata, key->data));
        }
      json_builder_end_object (json);
    }
  describe (json, writer->floats, &offset);
  describe (json, writer->bytes, &offset);
  json_builder_end_object (json);

  root = json_builder_get_root (json);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  header = g_string_new (text);
  while (header->len % 8)
    g_string_append_c (header, ' ');
  return header;
}

static gboolean
write_all (FseDiskFile *file, GPtrArray *tensors, GError **error)
{
  for (guint i = 0; i < tensors->len; i++)
    {
      const Tensor *tensor = g_ptr_array_index (tensors, i);

      if (!fse_disk_write (file, tensor->bytes, tensor->n_bytes, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
fse_tensors_writer_save (FseTensorsWriter *writer, const gchar *path, GError **error)
{
  g_auto (FseDiskFile) file = FSE_DISK_FILE_INIT;
  g_autoptr (GString)  header = make_header (writer);
  guint64              length = GUINT64_TO_LE (header->len);

  return fse_disk_create (&file, path, error) &&
         fse_disk_write (&file, &length, sizeof length, error) &&
         fse_disk_write (&file, header->str, header->len, error) &&
         write_all (&file, writer->floats, error) &&
         write_all (&file, writer->bytes, error) &&
         fse_disk_commit (&file, error);
}
