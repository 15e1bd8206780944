/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The safetensors reader against files that lie, and the writer against a
 * disk that fills.
 */
#include <math.h>
#include <signal.h>
#include <sys/resource.h>

#include "files/safetensors.h"
#include "fixtures.h"

static gchar *folder;

static const gint64 shape_a[] = { 2, 3 }, shape_b[] = { 5 }, shape_c[] = { 0, 4 };
static const gfloat values_a[] = { 1, -2, 3.5, 0, 1e-30f, 7e20f };
static const guint8 values_b[] = { 0, 1, 127, 128, 255 };

static FseTensorsWriter *
make_writer (void)
{
  FseTensorsWriter *writer = fse_tensors_writer_new ();

  fse_tensors_writer_add_u8 (writer, "reference \"b\"", shape_b, 1, values_b);
  fse_tensors_writer_add_f32 (writer, "a", shape_a, 2, values_a);
  fse_tensors_writer_add_f32 (writer, "c", shape_c, 2, NULL);
  fse_tensors_writer_add_f32 (writer, "scalar", NULL, 0, values_a + 2);
  fse_tensors_writer_set (writer, "format", "1");
  fse_tensors_writer_set (writer, "text", "line\n“quoted” \\ \"plain\"");
  return writer;
}

static gchar *
save_one (const gchar *name)
{
  gchar                       *path = g_build_filename (folder, name, NULL);
  g_autoptr (FseTensorsWriter) writer = make_writer ();
  GError                      *error = NULL;

  fse_tensors_writer_save (writer, path, &error);
  g_assert_no_error (error);
  return path;
}

static void
check_one (FseTensorsReader *reader)
{
  GError       *error = NULL;
  const gfloat *a = fse_tensors_reader_f32 (reader, "a", 6, &error);
  const guint8 *b;
  gint64        shape[8];

  g_assert_no_error (error);
  g_assert_cmpmem (a, sizeof values_a, values_a, sizeof values_a);
  b = fse_tensors_reader_u8 (reader, "reference \"b\"", 5, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (b, sizeof values_b, values_b, sizeof values_b);
  g_assert_nonnull (fse_tensors_reader_f32 (reader, "c", 0, NULL));
  g_assert_cmpfloat (*fse_tensors_reader_f32 (reader, "scalar", 1, NULL), ==, 3.5);
  g_assert_cmpint (fse_tensors_reader_shape (reader, "a", shape), ==, 2);
  g_assert_cmpint (shape[0], ==, 2);
  g_assert_cmpint (shape[1], ==, 3);
  g_assert_cmpint (fse_tensors_reader_shape (reader, "d", shape), ==, 0);
  g_assert_cmpstr (fse_tensors_reader_get (reader, "format"), ==, "1");
  g_assert_cmpstr (fse_tensors_reader_get (reader, "text"), ==, "line\n“quoted” \\ \"plain\"");
  g_assert_null (fse_tensors_reader_get (reader, "other"));
}

static void
test_round_trip (void)
{
  g_autofree gchar            *path = save_one ("one.safetensors"), *bytes = NULL;
  GError                      *error = NULL;
  g_autoptr (FseTensorsReader) reader = fse_tensors_reader_open (path, &error);
  g_auto (GStrv)               names = NULL;
  guint64                      header;
  gsize                        n;

  g_assert_no_error (error);
  check_one (reader);
  names = fse_tensors_reader_names (reader);
  g_assert_cmpuint (g_strv_length (names), ==, 4);
  /* Floats may be read in place by any tool that maps the file. */
  g_file_get_contents (path, &bytes, &n, &error);
  g_assert_no_error (error);
  memcpy (&header, bytes, 8);
  g_assert_cmpuint (header % 8, ==, 0);
  g_assert_cmpuint (fixture_count (folder), ==, 1);
}

static void
expect_wrong (FseTensorsReader *reader, const gchar *name, gsize n, const gchar *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (fse_tensors_reader_f32 (reader, name, n, &error));
  g_assert_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_wrong_questions (void)
{
  g_autofree gchar            *path = save_one ("questions.safetensors"), *bad = g_build_filename (folder, "nan", NULL);
  g_autoptr (FseTensorsReader) reader = fse_tensors_reader_open (path, NULL);
  g_autoptr (FseTensorsWriter) writer = fse_tensors_writer_new ();
  g_autoptr (FseTensorsReader) numbers = NULL;
  gfloat                       values[] = { 1, NAN, 3 };

  expect_wrong (reader, "d", 1, "missing");
  expect_wrong (reader, "a", 7, "values");
  expect_wrong (reader, "reference \"b\"", 5, "type");
  fse_tensors_writer_add_f32 (writer, "weights", (gint64[]) { 3 }, 1, values);
  g_assert_true (fse_tensors_writer_save (writer, bad, NULL));
  numbers = fse_tensors_reader_open (bad, NULL);
  g_assert_nonnull (numbers);
  expect_wrong (numbers, "weights", 3, "not numbers");
}

static GBytes *
file_of (const gchar *header, gsize data)
{
  guint64     length = GUINT64_TO_LE (strlen (header));
  GByteArray *file = g_byte_array_new ();

  g_byte_array_append (file, (guint8 *) &length, 8);
  g_byte_array_append (file, (const guint8 *) header, strlen (header));
  g_byte_array_set_size (file, file->len + data);
  memset (file->data + file->len - data, 0, data);
  return g_byte_array_free_to_bytes (file);
}

#define TENSOR(name, type, shape, begin, end) \
  "\"" name "\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

static const struct
{
  const gchar *what, *header;
  gsize        data;
} lies[] = {
  { "not JSON", "{hello", 0 },
  { "an array", "[]", 0 },
  { "nothing", "", 0 },
  { "a comment", "{/*x*/}", 0 },
  { "too deep", "{\"a\":[[[[[[1]]]]]]}", 0 },
  { "unbalanced", "{\"a\":[}", 0 },
  { "tensor is a number", "{\"a\":1}", 0 },
  { "tensor without dtype", "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4 },
  { "dtype unknown", "{" TENSOR ("a", "F99", "[1]", "0", "4") "}", 4 },
  { "shape negative", "{" TENSOR ("a", "F32", "[-1]", "0", "4") "}", 4 },
  { "shape not whole", "{" TENSOR ("a", "F32", "[1.5]", "0", "4") "}", 4 },
  { "shape a text", "{" TENSOR ("a", "F32", "[\"1\"]", "0", "4") "}", 4 },
  { "shape overflows", "{" TENSOR ("a", "F32", "[4294967296,4294967296,2]", "0", "4") "}", 4 },
  { "bytes overflow", "{" TENSOR ("a", "F32", "[4611686018427387904]", "0", "0") "}", 0 },
  { "number overflows", "{" TENSOR ("a", "F32", "[99999999999999999999999]", "0", "4") "}", 4 },
  { "nine dimensions", "{" TENSOR ("a", "F32", "[1,1,1,1,1,1,1,1,1]", "0", "4") "}", 4 },
  { "beyond the end", "{" TENSOR ("a", "F32", "[2]", "0", "8") "}", 4 },
  { "ends before it begins", "{" TENSOR ("a", "F32", "[1]", "4", "0") "}", 4 },
  { "begins below zero", "{" TENSOR ("a", "F32", "[1]", "-4", "0") "}", 4 },
  { "one offset", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4 },
  { "size against shape", "{" TENSOR ("a", "F32", "[2]", "0", "4") "}", 4 },
  { "overlap", "{" TENSOR ("a", "F32", "[2]", "0", "8") "," TENSOR ("b", "F32", "[2]", "4", "12") "}", 12 },
  { "the same place", "{" TENSOR ("a", "F32", "[1]", "0", "4") "," TENSOR ("b", "F32", "[1]", "0", "4") "}", 4 },
  { "hole", "{" TENSOR ("a", "F32", "[1]", "0", "4") "," TENSOR ("b", "F32", "[1]", "8", "12") "}", 12 },
  { "bytes behind", "{" TENSOR ("a", "F32", "[1]", "0", "4") "}", 5 },
  { "metadata not texts", "{\"__metadata__\":{\"a\":1}}", 0 },
  { "metadata an array", "{\"__metadata__\":[]}", 0 },
};

static void
test_lies (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autoptr (GBytes)           file = file_of (lies[i].header, lies[i].data);
      g_autoptr (GError)           error = NULL;
      g_autoptr (FseTensorsReader) reader = fse_tensors_reader_new (file, "lie", &error);

      if (reader)
        g_error ("accepted: %s", lies[i].what);
      g_assert_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL);
    }
}

/* What is unusual but right. */
static void
test_accepted (void)
{
  static const gchar *const headers[] = {
    "{}", "{}      ", "{\"__metadata__\":{}}",
    "{" TENSOR ("odd", "U8", "[3]", "0", "3") "," TENSOR ("f", "F32", "[2]", "3", "11") "}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (GBytes)           file = file_of (headers[i], strstr (headers[i], "odd") ? 11 : 0);
      GError                      *error = NULL;
      g_autoptr (FseTensorsReader) reader = fse_tensors_reader_new (file, "odd", &error);

      g_assert_no_error (error);
      if (strstr (headers[i], "odd"))
        g_assert_cmpfloat (fse_tensors_reader_f32 (reader, "f", 2, NULL)[1], ==, 0);
    }
}

static void
expect_unopened (const gchar *path, FseErrorCode code, const gchar *words)
{
  g_autoptr (GError)           error = NULL;
  g_autoptr (FseTensorsReader) reader = fse_tensors_reader_open (path, &error);

  g_assert_null (reader);
  g_assert_error (error, FSE_ERROR, (gint) code);
  if (!strstr (error->message, words))
    g_error ("“%s” does not say “%s”", error->message, words);
}

static void
test_bad_files (void)
{
  g_autofree gchar *path = g_build_filename (folder, "bad.safetensors", NULL);

  expect_unopened ("/nowhere/at/all", FSE_ERROR_IO, "no file");
  expect_unopened (folder, FSE_ERROR_IO, "folder");
  fixture_write (path, "", 0);
  expect_unopened (path, FSE_ERROR_BAD_MODEL, "empty");
  fixture_write (path, "\x89PNG\r\n\x1a\n and so on", -1);
  expect_unopened (path, FSE_ERROR_BAD_MODEL, "another kind");
  fixture_write (path, "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10);
  expect_unopened (path, FSE_ERROR_BAD_MODEL, "cut off");
  fixture_write (path, "\0\0\0\x10\0\0\0\0{}", 10);
  expect_unopened (path, FSE_ERROR_BAD_MODEL, "cut off");
}

/* Whatever the bytes are: refused with a sentence, or a reader that answers. */
static void
try_bytes (const guint8 *bytes, gsize n)
{
  g_autoptr (GBytes)           file = g_bytes_new (bytes, n);
  g_autoptr (GError)           error = NULL;
  g_autoptr (FseTensorsReader) reader = fse_tensors_reader_new (file, "mutant", &error);
  g_auto (GStrv)               names = NULL;

  if (!reader)
    {
      g_assert_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  names = fse_tensors_reader_names (reader);
  for (gchar **name = names; *name; name++)
    {
      gint64        shape[8];
      gint          n_dims = fse_tensors_reader_shape (reader, *name, shape);
      gsize         count = 1;
      const gfloat *floats;
      const guint8 *raw;
      volatile gint last = 0;

      for (gint i = 0; i < n_dims; i++)
        count *= shape[i];
      floats = fse_tensors_reader_f32 (reader, *name, count, NULL);
      raw = fse_tensors_reader_u8 (reader, *name, count, NULL);
      if (floats && count)
        g_assert_true (isfinite (floats[count - 1]));
      if (raw && count)
        last = raw[count - 1];
      (void) last;
    }
}

static void
test_mutations (void)
{
  static const gchar *const words[] = { "9", "-", "0", "[", "]", "{", "}", "\"", ",", ":", "F32", "U8", "99999999999",
                                        "18446744073709551615", "1e9", "null", "\\u0000", "\xff", "[[[[[[[[" };
  g_autofree gchar  *path = save_one ("mutated.safetensors"), *bytes = NULL;
  g_autoptr (GRand)  random = g_rand_new_with_seed (9);
  gsize              n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  for (gsize cut = 0; cut <= n; cut++)
    try_bytes ((guint8 *) bytes, cut);
  for (gint round = 0; round < 6000; round++)
    {
      g_autoptr (GByteArray) mutant = g_byte_array_new ();

      g_byte_array_append (mutant, (guint8 *) bytes, n);
      for (gint hits = g_rand_int_range (random, 1, 4); hits > 0; hits--)
        {
          /* Mostly in the header, where it hurts. */
          guint        at = g_rand_int_range (random, 0, g_rand_boolean (random) ? 16 : mutant->len);
          guint        length = g_rand_int_range (random, 1, 25), from;
          const gchar *word = words[g_rand_int_range (random, 0, G_N_ELEMENTS (words))];

          switch (g_rand_int_range (random, 0, 5))
            {
            case 0:
              mutant->data[at] ^= 1 << g_rand_int_range (random, 0, 8);
              break;
            case 1:
              mutant->data[at] = g_rand_int_range (random, 0, 256);
              break;
            case 2: /* a word in place of what is there */
              memcpy (mutant->data + at, word, MIN (strlen (word), mutant->len - at));
              break;
            case 3: /* a stretch taken out */
              g_byte_array_remove_range (mutant, at, MIN (length, mutant->len - at));
              break;
            default: /* a stretch copied elsewhere */
              from = g_rand_int_range (random, 0, mutant->len);
              length = MIN (length, mutant->len - MAX (from, at));
              memmove (mutant->data + at, mutant->data + from, length);
              break;
            }
          if (mutant->len < 17)
            break;
        }
      try_bytes (mutant->data, mutant->len);
    }
}

/* A header that would cost a recursive parser its stack, and one that would cost it its memory. */
static void
test_exhausting (void)
{
  g_autofree gchar *deep = g_strnfill (2000000, '['), *wide = g_strnfill (2000002, ',');
  g_autofree gchar *deep_header = g_strconcat ("{\"a\":", deep, NULL);
  g_autoptr (GBytes) deep_file = file_of (deep_header, 0), wide_file = NULL;

  g_assert_null (fse_tensors_reader_new (deep_file, "deep", NULL));
  wide[0] = '{';
  wide[2000001] = '}';
  wide_file = file_of (wide, 0);
  g_assert_null (fse_tensors_reader_new (wide_file, "wide", NULL));
}

static void
test_disk_full (void)
{
  g_autofree gchar            *path = save_one ("full.safetensors");
  g_autoptr (FseTensorsWriter) writer = make_writer ();
  g_autofree gfloat           *many = g_new0 (gfloat, 10000);
  g_autoptr (GError)           error = NULL;
  g_autoptr (FseTensorsReader) reader = NULL;
  guint                        files = fixture_count (folder);
  struct rlimit                limit, small;

  fse_tensors_writer_add_f32 (writer, "many", (gint64[]) { 10000 }, 1, many);
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &limit);
  small = limit;
  small.rlim_cur = 20000;
  setrlimit (RLIMIT_FSIZE, &small);
  g_assert_false (fse_tensors_writer_save (writer, path, &error));
  setrlimit (RLIMIT_FSIZE, &limit);
  g_assert_error (error, FSE_ERROR, FSE_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "full"));
  g_assert_cmpuint (fixture_count (folder), ==, files);
  reader = fse_tensors_reader_open (path, NULL);
  g_assert_nonnull (reader);
  check_one (reader);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  folder = fixture_folder ();
  g_test_add_func ("/safetensors/round-trip", test_round_trip);
  g_test_add_func ("/safetensors/wrong-questions", test_wrong_questions);
  g_test_add_func ("/safetensors/lies", test_lies);
  g_test_add_func ("/safetensors/accepted", test_accepted);
  g_test_add_func ("/safetensors/bad-files", test_bad_files);
  g_test_add_func ("/safetensors/mutations", test_mutations);
  g_test_add_func ("/safetensors/exhausting", test_exhausting);
  g_test_add_func ("/safetensors/disk-full", test_disk_full);
  status = g_test_run ();
  fixture_remove (folder);
  g_free (folder);
  return status;
}
