/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The safetensors format: 8 bytes of header length, a JSON header, raw
 * tensors.  The reader believes no field before it has checked it against
 * the file's size.
 */
#ifndef FSE_SAFETENSORS_H
#define FSE_SAFETENSORS_H

#include "error.h"

G_BEGIN_DECLS

/* Writing: tensors are copied when added; metadata values are strings. */
typedef struct _FseTensorsWriter FseTensorsWriter;

FseTensorsWriter *fse_tensors_writer_new  (void);
void              fse_tensors_writer_free (FseTensorsWriter *writer);
void              fse_tensors_writer_add_f32 (FseTensorsWriter *writer, const gchar *name,
                                              const gint64 *shape, gint n_dims, const gfloat *values);
void              fse_tensors_writer_add_u8  (FseTensorsWriter *writer, const gchar *name,
                                              const gint64 *shape, gint n_dims, const guint8 *values);
void              fse_tensors_writer_set     (FseTensorsWriter *writer, const gchar *key, const gchar *value);
/* A number as metadata, so that it reads back the same. */
void              fse_tensors_writer_set_number (FseTensorsWriter *writer, const gchar *key, gdouble value);
/* Written under a temporary name beside `path`, synced, renamed: on any
 * failure (disk full ...) what was at `path` is still there.  FSE_ERROR_IO. */
gboolean          fse_tensors_writer_save    (FseTensorsWriter *writer, const gchar *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseTensorsWriter, fse_tensors_writer_free)

/* Reading: the file is mapped; pointers live as long as the reader. */
typedef struct _FseTensorsReader FseTensorsReader;

/* FSE_ERROR_IO where it cannot be opened, FSE_ERROR_BAD_MODEL where it is not
 * a well-formed safetensors file (truncated, overlapping, lying about sizes). */
FseTensorsReader *fse_tensors_reader_open (const gchar *path, GError **error);
/* The same for a file already in memory; `name` is what messages call it. */
FseTensorsReader *fse_tensors_reader_new  (GBytes *file, const gchar *name, GError **error);
void              fse_tensors_reader_free (FseTensorsReader *reader);
const gchar      *fse_tensors_reader_get  (FseTensorsReader *reader, const gchar *key); /* metadata, or NULL */
/* Metadata that must be a number of low..high: FALSE where it is missing or is none. */
gboolean          fse_tensors_reader_number (FseTensorsReader *reader, const gchar *key, gdouble low, gdouble high, gdouble *value);
/* The float32 tensor of that name and exactly that many elements; NULL with
 * FSE_ERROR_BAD_MODEL naming it.  The values are finite or it is an error. */
const gfloat     *fse_tensors_reader_f32  (FseTensorsReader *reader, const gchar *name, gsize n_elements, GError **error);
const guint8     *fse_tensors_reader_u8   (FseTensorsReader *reader, const gchar *name, gsize n_elements, GError **error);
/* Shape of a tensor: number of dimensions (0 = there is none of that name), up to 8 into shape. */
gint              fse_tensors_reader_shape (FseTensorsReader *reader, const gchar *name, gint64 shape[8]);
/* Names of all tensors, NULL-terminated, free with g_strfreev(). */
gchar           **fse_tensors_reader_names (FseTensorsReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseTensorsReader, fse_tensors_reader_free)

G_END_DECLS

#endif
