/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libFuzzer's way into the safetensors reader.  Built with
 * -Dfuzz=enabled under clang; run it on a folder of model files:
 *   build/tests/fuzz/fuzz-safetensors -max_len=65536 FOLDER
 */
#include <stddef.h>
#include <stdint.h>

#include "files/safetensors.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  g_autoptr (GBytes)           file = g_bytes_new_static (bytes, n);
  g_autoptr (FseTensorsReader) reader = fse_tensors_reader_new (file, "input", NULL);
  g_auto (GStrv)               names = reader ? fse_tensors_reader_names (reader) : NULL;

  for (gchar **name = names; name && *name; name++)
    {
      gint64 shape[8];
      gsize  count = 1;

      for (gint i = 0, n_dims = fse_tensors_reader_shape (reader, *name, shape); i < n_dims; i++)
        count *= shape[i];
      fse_tensors_reader_f32 (reader, *name, count, NULL);
      fse_tensors_reader_u8 (reader, *name, count, NULL);
    }
  return 0;
}
