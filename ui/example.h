/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One example of the edit as the user names it: where its two pictures come
 * from, and what has to be mended before they are learnt from.
 */
#ifndef FSE_EXAMPLE_H
#define FSE_EXAMPLE_H

#include "fse-host.h"

G_BEGIN_DECLS

/* A file, or else a layer of an open image, or else (layer < 0) nothing yet. */
typedef struct
{
  gint   layer;
  gchar *file; /* in the system's own encoding, or NULL */
} FseSource;

void     fse_source_set_layer (FseSource *source, gint layer);
void     fse_source_set_file  (FseSource *source, const gchar *file);
void     fse_source_copy      (FseSource *to, const FseSource *from);
gboolean fse_source_is_set    (const FseSource *source);

/* Done to the pair in this order. */
typedef struct
{
  gboolean crop;   /* both are cut about their centres to one shape */
  gdouble  dx, dy; /* what is at (x, y) in the before is at (x + dx, y + dy) in the after, as
                    * shares of width and height: both are cut to what they share */
} FseMend;

typedef struct
{
  FseSource before, after;
  FseMend   mend;
} FseExample;

FseExample *fse_example_new         (void);
FseExample *fse_example_new_layers  (gint before, gint after);
FseExample *fse_example_copy        (const FseExample *example);
void        fse_example_free        (FseExample *example);
gboolean    fse_example_is_complete (const FseExample *example);
/* Of another picture nothing is known to mend. */
void        fse_example_swap        (FseExample *example);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseExample, fse_example_free)

/* Three lists of one length, for a key file; free with g_strfreev().  From:
 * what cannot be read is nothing yet. */
void        fse_examples_to_text    (GPtrArray *examples, gchar ***before, gchar ***after, gchar ***mends);
GPtrArray  *fse_examples_from_text  (gchar **before, gchar **after, gchar **mends);

/* Both pictures mended, new references; they may be of different size still.
 * Any thread. */
gboolean    fse_mend_apply          (const FseMend *mend, FseImage *before, FseImage *after,
                                     FseImage **before_out, FseImage **after_out, GError **error);

G_END_DECLS

#endif
