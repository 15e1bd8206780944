/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing a file whole or not at all, and the sentences for what a disk
 * refuses.
 *
 * Typical use
 *   1. g_auto (FseDiskFile) file = FSE_DISK_FILE_INIT;
 *   2. fse_disk_create (&file, path, &error);
 *   3. fse_disk_write (&file, bytes, n, &error);      as often as needed
 *   4. fse_disk_commit (&file, &error);               only now `path` changes
 */
#ifndef FSE_DISK_H
#define FSE_DISK_H

#include "error.h"

G_BEGIN_DECLS

typedef struct
{
  gchar *path;  /* the target, links followed */
  gchar *temp;  /* the file being written, beside it */
  gchar *shown; /* the target's name for messages */
  gint   fd;
} FseDiskFile;

/* A library that writes a file of its own gets the temporary one's name with this ending. */
#define FSE_DISK_DRAFT ".draft"

#define FSE_DISK_FILE_INIT { NULL, NULL, NULL, -1 }

/* An empty temporary file beside `path`. */
gboolean fse_disk_create (FseDiskFile *file, const gchar *path, GError **error);
gboolean fse_disk_write  (FseDiskFile *file, const void *bytes, gsize n, GError **error);
/* Syncs and renames over `path`. */
gboolean fse_disk_commit (FseDiskFile *file, GError **error);
/* Removes the temporary file, where it was not committed, and frees. */
void     fse_disk_clear  (FseDiskFile *file);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FseDiskFile, fse_disk_clear)

/* Removes the temporary files of all threads: before a process ends that cannot wait for them. */
void     fse_disk_abandon (void);

/* Maps a regular file.  `code` is the error's where the file itself cannot be
 * had; an empty file is mapped as 0 bytes. */
GMappedFile *fse_disk_map (const gchar *path, FseErrorCode code, GError **error);

G_END_DECLS

#endif
