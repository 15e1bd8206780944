/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files and folders as example pairs: by their names, as layers are paired.
 */
#ifndef FSE_FILE_PAIRS_H
#define FSE_FILE_PAIRS_H

#include "example.h"

G_BEGIN_DECLS

/* NULL-terminated paths of pictures, and of folders whose pictures are meant, and those of the folders right
 * within.  FseExample, owned by the array: the pairs, then each picture that is left over, as a before alone.
 * Any thread; reads the folders, not the pictures. */
GPtrArray *fse_file_pairs (gchar **paths);

G_END_DECLS

#endif
