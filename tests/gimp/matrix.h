/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kinds of images that matrix.c makes.
 */
#ifndef FSE_MATRIX_H
#define FSE_MATRIX_H

#include <libgimp/gimp.h>

G_BEGIN_DECLS

typedef enum
{
  PROFILE_NONE,
  PROFILE_SRGB, /* attached; gray: the same curve */
  PROFILE_WIDE  /* Adobe RGB (1998) compatible; gray: the curve of L* */
} Profile;

typedef enum
{
  SELECT_NONE,
  SELECT_BOX,
  SELECT_SOFT
} Selection;

/* As the procedure's last argument. */
typedef enum
{
  OUTPUT_LAYER,
  OUTPUT_REPLACE,
  OUTPUT_IMAGE
} Output;

typedef enum
{
  EDIT_REAL,
  EDIT_IDENTITY, /* a model that changes nothing */
  EDIT_NOTHING   /* strength 0 */
} Edit;

/* What else a cell may have. */
enum
{
  ALPHA = 1,
  MASK  = 2, /* the source layer, in use */
  GROUP = 4  /* the source layer is in one */
};

typedef struct
{
  gboolean      gray;
  GimpPrecision precision;
  Profile       profile;
  guint         more;
  Selection     selection;
  gint          x, y, width, height; /* of the layer; the canvas is 72 x 60 */
  Output        output;
  Edit          edit;
  gboolean      plain; /* not of the rows: made as a float image without a profile */
} Cell;

extern const Cell  matrix_cells[];
extern const guint matrix_n_cells;

gchar *matrix_cell_name (const Cell *cell);

G_END_DECLS

#endif
