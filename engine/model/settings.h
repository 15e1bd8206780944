/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that can be set about a model and its training, each by one
 * name: the same in `--set NAME=VALUE`, in the model file and in the dialogs.
 */
#ifndef FSE_SETTINGS_H
#define FSE_SETTINGS_H

#include "error.h"

G_BEGIN_DECLS

typedef enum
{
  FSE_MODEL_SMALL,
  FSE_MODEL_MEDIUM,
  FSE_MODEL_LARGE
} FseModelSize;

#define FSE_WINDOWS_AUTO 0
#define FSE_MOST_WINDOWS 4

typedef enum
{
  FSE_KEEP_AUTO, /* the last ones, unless they score far worse than the best */
  FSE_KEEP_BEST,
  FSE_KEEP_LAST
} FseKeep;

typedef enum
{
  FSE_RECOMPUTE_AUTO, /* where a step does not fit into the device's memory otherwise */
  FSE_RECOMPUTE_ON,
  FSE_RECOMPUTE_OFF
} FseRecompute;

typedef struct
{
  /* The paper's parts; each is an ablation (DESIGN: engine/method.md). */
  gboolean n_to_n;              /* pairing=n-to-n or one-to-one */
  gboolean condition_source;
  gboolean condition_transform;
  gboolean skip_connections;
  gboolean noise_injection;
  gboolean frequency_loss;
  gboolean detail_loss;
  /* Ours on top. */
  gboolean explicit_change;
  gboolean texture;             /* the picture's own detail may be softened or sharpened */
  gboolean position;            /* coordinate channels */
  gboolean colour_base;         /* start from a fitted colour table; training turns it off for pairs that it does not help */
  gboolean augmentation;
  gboolean hues;
  gboolean critic;              /* results are also judged by a network that knows real afters: bolder, and less faithful */
  gboolean progressive;         /* half the size for the first half of the budget, from size 96 up */
  gboolean flips;               /* mirrored copies; off where left and right matter */

  FseModelSize model_size;
  gint     size;                /* what the networks see at once, 64..512, multiple of 16: about size x size pixels, whatever the aspect */
  gint     windows;             /* 1: that is the whole picture, reduced; 2..4: it is seen through windows, this many times as large; 0: as the pairs want it */
  gint     batch;               /* pairs a step, >= 2 */
  gdouble  rate;                /* AdamW's peak learning rate */
  guint64  seed;
  guint    steps;               /* budget in steps, or 0 */
  gdouble  minutes;             /* budget in minutes, or 0; with neither: 5 minutes */
  gint     validation;          /* pairs held out, or -1: by how many there are */
  FseKeep  keep;                /* which weights are written, where pairs are held out */
  gdouble  patience;            /* share of the budget without a better score after which training ends; 0 = none */
  FseRecompute recompute;       /* whether a step computes some numbers twice rather than keep them: less memory, the same result */
  gboolean align;               /* afters that are shifted otherwise than most are moved onto their befores */
} FseSettings;

void     fse_settings_default (FseSettings *settings);
/* "NAME=VALUE"; FSE_ERROR_USAGE names the switch or the allowed values. */
gboolean fse_settings_set     (FseSettings *settings, const gchar *assignment, GError **error);
/* Checks ranges of all fields. */
gboolean fse_settings_check   (const FseSettings *settings, GError **error);
/* "NAME" + allowed values + one line of help each, NULL name ends. */
typedef struct
{
  const gchar *name, *values, *help;
} FseSettingHelp;
const FseSettingHelp *fse_settings_help (void);
/* All settings as one line of JSON, and back (unknown names are an error). */
gchar   *fse_settings_to_json   (const FseSettings *settings);
gboolean fse_settings_from_json (FseSettings *settings, const gchar *json, GError **error);

G_END_DECLS

#endif
