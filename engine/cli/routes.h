/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From which pictures to which files: what was named on the command line, with
 * folders looked into.
 */
#ifndef FSE_ROUTES_H
#define FSE_ROUTES_H

#include "error.h"

G_BEGIN_DECLS

/* One picture's way. */
typedef struct
{
  gchar *input, *output;
} FseRoute;

typedef struct
{
  gchar      **inputs;    /* pictures and folders, NULL-terminated */
  const gchar *output;    /* a picture, or a folder where there are several inputs */
  const gchar *model;     /* results that are older are made anew */
  gboolean     recursive; /* folders in folders, too */
  gboolean     overwrite; /* finished results are made anew */
} FseRoutesAsked;

/* FseRoute, owned by the array: those still to be done.  A result in a folder counts as finished, and is left
 * out and counted in *finished, where it is younger than its picture and the model.  Pictures of a folder come
 * in the order of their names, and keep their place in it.  The outputs' folders are made.
 * FSE_ERROR_USAGE (two results of one name, an input that would be overwritten, a folder without
 * pictures ...) or FSE_ERROR_IO. */
GPtrArray *fse_routes_make (const FseRoutesAsked *asked, guint *finished, GError **error);

G_END_DECLS

#endif
