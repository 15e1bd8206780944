/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model file: NAME.fewshot.safetensors with the averaged weights, the
 * example pairs (they are references when applying), and in its metadata the
 * settings and the training report.  The format is written down in
 * engine/model-file.md.
 */
#ifndef FSE_MODEL_FILE_H
#define FSE_MODEL_FILE_H

#include "model/settings.h"
#include "operators/weights.h"

G_BEGIN_DECLS

/* Grows when files of before no longer fit the networks. */
#define FSE_MODEL_FORMAT 2
#define FSE_MODEL_SUFFIX ".fewshot.safetensors"

typedef struct
{
  gint        format;
  FseSettings settings;
  gint        width, height; /* of the pictures as the model saw them in training */
  guint       n_pairs;
  guint       steps;
  gdouble     seconds;
  gdouble     error, copy_error; /* as in FseSnapshot, at the end */
  guint       held_out;      /* pairs that were not learnt from: the last ones */
  guint       best_step;     /* whose weights these are; 0 = nothing was held out */
  gdouble     validation;    /* what they score on the held-out pairs (1 = doing nothing); NaN = nothing was held out */
  gdouble     detail;        /* 0..1: how much of its own fine detail a picture keeps, as measured on the pairs; 1 = all */
  gsize       n_weights;
  gfloat     *colour_table;  /* FSE_COLOUR_TABLE_FLOATS where settings.colour_base, else NULL */
  gchar      *device;
  gchar      *program; /* "few-shot-edit 0.1.0" */
  gchar      *created; /* ISO 8601, UTC */
  gchar      *instruction, *inverse; /* the edit and its way back in the user's words; "" where not said */
} FseModelInfo;

/* FSE_ERROR_IO or FSE_ERROR_BAD_MODEL (truncated, newer or older version, not a model).
 * Needs no device. */
FseModelInfo *fse_model_info_load (const gchar *path, GError **error);
void          fse_model_info_free (FseModelInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseModelInfo, fse_model_info_free)

/* Writes `path` (temporary file and rename).  values: what to write of each of the weights, an arena of
 * theirs (fse_weights_floats()).  before, after: n_pairs pictures of height x width R'G'B'A bytes. */
gboolean      fse_model_save (const gchar *path, const FseModelInfo *info, FseWeights *weights, const gfloat *values,
                              const guint8 *before, const guint8 *after, GError **error);

/* An opened model file; pointers into it live as long as it. */
typedef struct _FseModelFile FseModelFile;

FseModelFile       *fse_model_open  (const gchar *path, GError **error);
void                fse_model_close (FseModelFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseModelFile, fse_model_close)

const FseModelInfo *fse_model_info   (FseModelFile *file);
const guint8       *fse_model_before (FseModelFile *file, guint pair);
const guint8       *fse_model_after  (FseModelFile *file, guint pair);
/* Fills all weights that were declared (and allocated) from the file, and their averages
 * too where there are any.  FSE_ERROR_BAD_MODEL names one that is missing or of another shape. */
gboolean            fse_model_read_weights (FseModelFile *file, FseDevice *device, FseWeights *weights, GError **error);

G_END_DECLS

#endif
