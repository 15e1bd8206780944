/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program without pictures of its own, for the dialogs' tests: two images of
 * layers "example N before" and "example N after", painted by a formula.
 */
#ifndef FSE_FAKE_HOST_H
#define FSE_FAKE_HOST_H

#include "ui/fse-host.h"

G_BEGIN_DECLS

#define FAKE_PAIRS 5
/* Layer numbers: before k is 10 + k, after k is 30 + k, and this one is alone. */
#define FAKE_PICTURE 50
#define FAKE_IMAGE 1
/* A layer is dragged as its number. */
#define FAKE_LAYER_TARGET "application/x-fake-layer"

typedef struct
{
  FseHost   host; /* first: what the dialogs get */
  gboolean  empty;         /* no images are open */
  gboolean  light;         /* its theme; else dark, as GIMP's is at first */
  gint      width;         /* of the picture, which is 3/4 of that high; 0: 300 */
  FseImage *picture;       /* what it shows, stretched to that shape, or NULL: soft colours; the caller's */
  gboolean  selected;      /* of the picture, from nothing on its left to all on its right */
  guint     results;       /* edits that were put */
  FseOutput output;        /* of the last */
  gchar    *result_name;
  gdouble   result_change; /* mean |after - before| of the last */
  FseImage *result;        /* what was written of the last, not mixed by the selection */
  gchar      *folder;
  GHashTable *values; /* remembered: name -> text */
} FakeHost;

/* `folder` is where models go; it need not exist. */
FakeHost *fake_host_new  (const gchar *folder);
void      fake_host_free (FakeHost *fake);
/* How much is selected, where something is, at that part of the picture's width, 0..1. */
gfloat    fake_selection (gdouble x);

G_END_DECLS

#endif
