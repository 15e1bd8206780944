/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a training or an applying run is asked to do: the arguments of the two
 * procedures, the fields of the two dialogs, and the values that "Repeat last"
 * repeats are all one of these.
 */
#ifndef FSE_REQUESTS_H
#define FSE_REQUESTS_H

#include "example.h"
#include "files/pairs.h"
#include "model/settings.h"

G_BEGIN_DECLS

/* Among a training's settings: the model is as wide as the number of pairs is worth. */
#define FSE_MODEL_SIZE_AUTOMATIC "model-size=auto"

typedef struct
{
  GPtrArray *examples; /* FseExample */
  gchar     *folder;   /* UTF-8; used when there are no examples */
  gchar     *model;    /* UTF-8; the file to write */
  gchar     *quality;  /* "quick", "balanced", "best": the budget, and the size where it is 0, from the device's speed; or "": */
  gdouble    minutes;  /* > 0, unless steps are given */
  gint       steps;    /* > 0: the budget instead of minutes */
  gint       size;     /* working size, 0 = the engine's default */
  gint       seed;
  gchar     *device;   /* "" = the best */
  gchar    **settings; /* "NAME=VALUE", NULL-terminated; or FSE_MODEL_SIZE_AUTOMATIC */
  gchar     *instruction, *inverse; /* the edit and its way back in words, for the model file; "" = not said */
  gboolean   resume;   /* go on from the model's checkpoint */
  gboolean   further;  /* start from the weights of the model that is there */
  gint       guest;    /* the layer on which the edit is shown as it is by now, or -1; not stored */
  FsePairs  *pairs;    /* owned; used when there are neither examples nor a folder, or NULL; not stored */
} FseTrainRequest;

typedef struct
{
  gchar    *model; /* UTF-8 */
  gint      steps;
  gdouble   strength;
  gint      seed;
  gchar    *device;
  gint      reference; /* the number of the training pair to consult; -1 = the nearest */
  FseOutput output;
} FseApplyRequest;

/* With the engine's defaults. */
FseTrainRequest *fse_train_request_new  (void);
void             fse_train_request_free (FseTrainRequest *request);
FseApplyRequest *fse_apply_request_new  (void);
void             fse_apply_request_free (FseApplyRequest *request);

/* To and from the text that hosts store.  From: what the text does not say, or
 * says wrongly, stays as it is in the request; FALSE where it is no such text. */
gchar   *fse_train_request_to_text   (const FseTrainRequest *request);
gboolean fse_train_request_from_text (FseTrainRequest *request, const gchar *text);
gchar   *fse_apply_request_to_text   (const FseApplyRequest *request);
gboolean fse_apply_request_from_text (FseApplyRequest *request, const gchar *text);

/* Leaves to the pairs and the device what can be left to them: what a dialog begins with. */
void     fse_train_request_automatic (FseTrainRequest *request);

/* Whether `assignment` ("NAME=VALUE") is among the request's settings; and sets
 * one there, or (value NULL) leaves it to the engine. */
gboolean fse_train_request_has       (const FseTrainRequest *request, const gchar *assignment);
void     fse_train_request_set       (FseTrainRequest *request, const gchar *name, const gchar *value);

/* The engine's settings as the request's list sets them; what is wrong there is left out. */
void     fse_train_request_settings  (const FseTrainRequest *request, FseSettings *settings);

/* Replaces an owned string. */
void     fse_request_string          (gchar **field, const gchar *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseTrainRequest, fse_train_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseApplyRequest, fse_apply_request_free)

G_END_DECLS

#endif
