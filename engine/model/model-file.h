/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a model file tells without loading its weights onto a device.
 * The format is in model-file.md beside this file's folder (engine/).
 */
#ifndef FSE_MODEL_FILE_H
#define FSE_MODEL_FILE_H

#include "model/settings.h"

G_BEGIN_DECLS

#define FSE_MODEL_FORMAT 1
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
  gsize       n_weights;
  gchar      *device;
  gchar      *program; /* "few-shot-edit 0.1.0" */
  gchar      *created; /* ISO 8601, UTC */
} FseModelInfo;

/* FSE_ERROR_IO or FSE_ERROR_BAD_MODEL (truncated, newer version, not a model). */
FseModelInfo *fse_model_info_load (const gchar *path, GError **error);
void          fse_model_info_free (FseModelInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseModelInfo, fse_model_info_free)

G_END_DECLS

#endif
