/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading safetensors files that may be damaged or made to do harm.  A file
 * is accepted as a whole or not at all: the header's structure, every dtype,
 * shape and offset, and that the tensors cover the data exactly, without
 * holes or overlaps.
 */
#include "files/safetensors.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "files/disk.h"
#include "i18n.h"

#define MAX_HEADER ((guint64) 100 << 20) /* as in the format's own library */
#define MAX_MARKS 1000000                /* commas: bounds the parser's memory */
#define MAX_DEPTH 4                      /* brackets: bounds its recursion */
#define MAX_DIMS 8

typedef struct
{
  const gchar *dtype; /* static */
  gint64       shape[MAX_DIMS];
  gint         n_dims;
  guint64      n_elements;
  guint64      begin, end;
} Tensor;

struct _FseTensorsReader
{
  GBytes       *file;
  gchar        *name; /* for messages */
  const guint8 *data; /* behind the header */
  gsize         n_data;
  GHashTable   *tensors;  /* name -> Tensor */
  GHashTable   *metadata; /* name -> text */
  GHashTable   *copies;   /* name -> floats of tensors that do not lie on a multiple of 4 in the file */
};

static gboolean
refuse (const gchar *name, GError **error, const gchar *what, ...) G_GNUC_PRINTF (3, 4);

static gboolean
refuse (const gchar *name, GError **error, const gchar *what, ...)
{
  g_autofree gchar *text = NULL;
  va_list           arguments;

  va_start (arguments, what);
  text = g_strdup_vprintf (what, arguments);
  va_end (arguments);
  g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL, _("“%s” is not a usable model file (%s): choose a file that Train has written."), name, text);
  return FALSE;
}

typedef struct
{
  const gchar *name;
  guint        size; /* bytes of one element */
} DType;

/* NULL for a type that does not exist. */
static const DType *
find_dtype (const gchar *name)
{
  static const DType dtypes[] = {
    { "F32", 4 }, { "U8", 1 },  { "BOOL", 1 }, { "I8", 1 },  { "F8_E4M3", 1 }, { "F8_E5M2", 1 }, { "I16", 2 }, { "U16", 2 },
    { "F16", 2 }, { "BF16", 2 }, { "I32", 4 },  { "U32", 4 }, { "F64", 8 },     { "I64", 8 },     { "U64", 8 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (name, dtypes[i].name) == 0)
      return &dtypes[i];
  return NULL;
}

/* Before the JSON parser sees it: text, and of a depth and size it can bear. */
static gboolean
harmless (const gchar *text, gsize length)
{
  gint     depth = 0, marks = 0;
  gboolean in_string = FALSE;

  if (length < 2 || text[0] != '{' || !g_utf8_validate (text, length, NULL))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (in_string)
        {
          if (text[i] == '\\')
            i++;
          else if (text[i] == '"')
            in_string = FALSE;
          continue;
        }
      switch (text[i])
        {
        case '"':
          in_string = TRUE;
          break;
        case '{':
        case '[':
          if (++depth > MAX_DEPTH)
            return FALSE;
          break;
        case '}':
        case ']':
          if (--depth < 0)
            return FALSE;
          break;
        case ',':
          if (++marks > MAX_MARKS)
            return FALSE;
          break;
        case '/': /* comments, which the parser would skip */
        case '\'':
          return FALSE;
        default:
          break;
        }
    }
  return depth == 0 && !in_string;
}

static JsonArray *
array_of (JsonObject *object, const gchar *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static gboolean
natural_at (JsonArray *array, guint i, guint64 *value)
{
  JsonNode *node = json_array_get_element (array, i);
  gint64    number;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  number = json_node_get_int (node);
  if (number < 0)
    return FALSE;
  *value = number;
  return TRUE;
}

static gboolean
parse_tensor (FseTensorsReader *reader, const gchar *name, JsonNode *node, GError **error)
{
  g_autofree Tensor *tensor = g_new0 (Tensor, 1);
  JsonObject        *object;
  JsonArray         *shape, *offsets;
  JsonNode          *dtype;
  const DType       *type;
  guint64            n_bytes;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (reader->name, error, _("its header does not describe the tensor “%s”"), name);
  object = json_node_get_object (node);
  dtype = json_object_get_member (object, "dtype");
  shape = array_of (object, "shape");
  offsets = array_of (object, "data_offsets");
  if (!dtype || !JSON_NODE_HOLDS_VALUE (dtype) || json_node_get_value_type (dtype) != G_TYPE_STRING || !shape ||
      !offsets || json_array_get_length (offsets) != 2 || json_array_get_length (shape) > MAX_DIMS)
    return refuse (reader->name, error, _("its header does not describe the tensor “%s”"), name);

  type = find_dtype (json_node_get_string (dtype));
  if (!type)
    return refuse (reader->name, error, _("the tensor “%s” is of an unknown type"), name);
  tensor->dtype = type->name;
  n_bytes = type->size;

  tensor->n_elements = 1;
  tensor->n_dims = json_array_get_length (shape);
  for (gint i = 0; i < tensor->n_dims; i++)
    {
      guint64 side;

      if (!natural_at (shape, i, &side) || !g_uint64_checked_mul (&tensor->n_elements, tensor->n_elements, side))
        return refuse (reader->name, error, _("the shape of the tensor “%s” is impossible"), name);
      tensor->shape[i] = side;
    }
  if (!g_uint64_checked_mul (&n_bytes, n_bytes, tensor->n_elements))
    return refuse (reader->name, error, _("the shape of the tensor “%s” is impossible"), name);

  if (!natural_at (offsets, 0, &tensor->begin) || !natural_at (offsets, 1, &tensor->end) ||
      tensor->begin > tensor->end || tensor->end > reader->n_data)
    return refuse (reader->name, error, _("the tensor “%s” lies outside the file, which may be cut off"), name);
  if (tensor->end - tensor->begin != n_bytes)
    return refuse (reader->name, error, _("the tensor “%s” is not of the size that its shape tells"), name);
  g_hash_table_insert (reader->tensors, g_strdup (name), g_steal_pointer (&tensor));
  return TRUE;
}

static gboolean
parse_metadata (FseTensorsReader *reader, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  const gchar   *key;
  JsonNode      *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (reader->name, error, _("its metadata are not texts"));
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      if (!JSON_NODE_HOLDS_VALUE (value) || json_node_get_value_type (value) != G_TYPE_STRING)
        return refuse (reader->name, error, _("its metadata are not texts"));
      g_hash_table_insert (reader->metadata, g_strdup (key), json_node_dup_string (value));
    }
  return TRUE;
}

static gint
by_place (gconstpointer a, gconstpointer b)
{
  const Tensor *one = *(Tensor *const *) a, *other = *(Tensor *const *) b;

  if (one->begin != other->begin)
    return one->begin < other->begin ? -1 : 1;
  return one->end < other->end ? -1 : one->end > other->end;
}

/* One behind the other from the first byte to the last. */
static gboolean
check_cover (FseTensorsReader *reader, GError **error)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new ();
  guint64               at = 0;
  GHashTableIter        iter;
  gpointer              place;

  g_hash_table_iter_init (&iter, reader->tensors);
  while (g_hash_table_iter_next (&iter, NULL, &place))
    g_ptr_array_add (places, place);
  g_ptr_array_sort (places, by_place);
  for (guint i = 0; i < places->len; i++)
    {
      const Tensor *tensor = g_ptr_array_index (places, i);

      if (tensor->begin != at)
        return refuse (reader->name, error, _("its tensors overlap or leave holes"));
      at = tensor->end;
    }
  if (at != reader->n_data)
    return refuse (reader->name, error, _("it is longer than its tensors"));
  return TRUE;
}

static gboolean
parse (FseTensorsReader *reader, GError **error)
{
  gsize                  n, header;
  const guint8          *bytes = g_bytes_get_data (reader->file, &n);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObjectIter         iter;
  const gchar           *name;
  JsonNode              *node;
  guint64                length;

  if (n == 0)
    return refuse (reader->name, error, _("it is empty"));
  if (n < 8)
    return refuse (reader->name, error, _("it is too short"));
  memcpy (&length, bytes, 8);
  length = GUINT64_FROM_LE (length);
  if (n > 8 && bytes[8] != '{')
    return refuse (reader->name, error, _("it is of another kind"));
  if (length > MAX_HEADER || length > n - 8)
    return refuse (reader->name, error, _("its header does not fit into the file, which may be cut off"));
  header = length;
  if (!harmless ((const gchar *) bytes + 8, header) ||
      !json_parser_load_from_data (parser, (const gchar *) bytes + 8, header, NULL) ||
      !json_parser_get_root (parser) || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return refuse (reader->name, error, _("its header is not well-formed"));

  reader->data = bytes + 8 + header;
  reader->n_data = n - 8 - header;
  json_object_iter_init (&iter, json_node_get_object (json_parser_get_root (parser)));
  while (json_object_iter_next (&iter, &name, &node))
    if (strcmp (name, "__metadata__") == 0 ? !parse_metadata (reader, node, error)
                                           : !parse_tensor (reader, name, node, error))
      return FALSE;
  return check_cover (reader, error);
}

FseTensorsReader *
fse_tensors_reader_new (GBytes *file, const gchar *name, GError **error)
{
  g_autoptr (FseTensorsReader) reader = g_new0 (FseTensorsReader, 1);

  reader->file = g_bytes_ref (file);
  reader->name = g_strdup (name);
  reader->tensors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  reader->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  reader->copies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return parse (reader, error) ? g_steal_pointer (&reader) : NULL;
}

FseTensorsReader *
fse_tensors_reader_open (const gchar *path, GError **error)
{
  g_autofree gchar       *shown = g_filename_display_name (path);
  g_autoptr (GMappedFile) map = fse_disk_map (path, FSE_ERROR_IO, error);
  g_autoptr (GBytes)      file = map ? g_mapped_file_get_bytes (map) : NULL;

  return file ? fse_tensors_reader_new (file, shown, error) : NULL;
}

void
fse_tensors_reader_free (FseTensorsReader *reader)
{
  if (!reader)
    return;
  g_bytes_unref (reader->file);
  g_free (reader->name);
  g_hash_table_unref (reader->tensors);
  g_hash_table_unref (reader->metadata);
  g_hash_table_unref (reader->copies);
  g_free (reader);
}

const gchar *
fse_tensors_reader_get (FseTensorsReader *reader, const gchar *key)
{
  return g_hash_table_lookup (reader->metadata, key);
}

gboolean
fse_tensors_reader_number (FseTensorsReader *reader, const gchar *key, gdouble low, gdouble high, gdouble *value)
{
  const gchar *text = fse_tensors_reader_get (reader, key);
  gchar       *end = NULL;

  *value = text ? g_ascii_strtod (text, &end) : 0;
  return text && end != text && !*end && *value >= low && *value <= high;
}

static const Tensor *
lookup (FseTensorsReader *reader, const gchar *name, const gchar *dtype, gsize n_elements, GError **error)
{
  const Tensor *tensor = g_hash_table_lookup (reader->tensors, name);

  if (!tensor)
    refuse (reader->name, error, _("the tensor “%s” is missing"), name);
  else if (strcmp (tensor->dtype, dtype) != 0)
    refuse (reader->name, error, _("the tensor “%s” is of type %s instead of %s"), name, tensor->dtype, dtype);
  else if (tensor->n_elements != n_elements)
    refuse (reader->name, error, _("the tensor “%s” has %.0f values instead of %.0f"), name, (gdouble) tensor->n_elements,
            (gdouble) n_elements);
  else
    return tensor;
  return NULL;
}

/* The values at an address that floats may be read from. */
static const gfloat *
aligned (FseTensorsReader *reader, const gchar *name, const Tensor *tensor)
{
  const guint8 *values = reader->data + tensor->begin;
  gfloat       *copy;

  if ((guintptr) values % sizeof (gfloat) == 0)
    return (const gfloat *) values;
  copy = g_hash_table_lookup (reader->copies, name);
  if (!copy)
    {
      copy = g_memdup2 (values, tensor->end - tensor->begin);
      g_hash_table_insert (reader->copies, g_strdup (name), copy);
    }
  return copy;
}

const gfloat *
fse_tensors_reader_f32 (FseTensorsReader *reader, const gchar *name, gsize n_elements, GError **error)
{
  const Tensor *tensor = lookup (reader, name, "F32", n_elements, error);
  const gfloat *values;

  if (!tensor)
    return NULL;
  if (n_elements == 0) /* any address that is not NULL: nothing is read from it */
    return (const gfloat *) tensor->shape;
  values = aligned (reader, name, tensor);
  for (gsize i = 0; i < n_elements; i++)
    if (!isfinite (values[i]))
      {
        refuse (reader->name, error, _("the tensor “%s” holds values that are not numbers"), name);
        return NULL;
      }
  return values;
}

const guint8 *
fse_tensors_reader_u8 (FseTensorsReader *reader, const gchar *name, gsize n_elements, GError **error)
{
  const Tensor *tensor = lookup (reader, name, "U8", n_elements, error);

  return tensor ? reader->data + tensor->begin : NULL;
}

gint
fse_tensors_reader_shape (FseTensorsReader *reader, const gchar *name, gint64 shape[8])
{
  const Tensor *tensor = g_hash_table_lookup (reader->tensors, name);

  if (!tensor)
    return 0;
  memcpy (shape, tensor->shape, tensor->n_dims * sizeof *shape);
  return tensor->n_dims;
}

gchar **
fse_tensors_reader_names (FseTensorsReader *reader)
{
  GPtrArray     *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       name;

  g_hash_table_iter_init (&iter, reader->tensors);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_add (names, NULL);
  return (gchar **) g_ptr_array_free (names, FALSE);
}
