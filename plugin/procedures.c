/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables and the argument parsing of the two procedures.
 */
#include "i18n.h"

#include "procedures.h"

#define MENU_PATH N_("<Image>/Filters/Few-shot Edit")

/* Frozen: README.md has the promise.  New arguments go last. */
enum
{
  ARG_RUN_MODE,
  ARG_IMAGE,
  ARG_DRAWABLE,
  N_COMMON_ARGS
};

enum
{
  TRAIN_N_BEFORE = N_COMMON_ARGS,
  TRAIN_BEFORE,
  TRAIN_N_AFTER,
  TRAIN_AFTER,
  TRAIN_FOLDER,
  TRAIN_MODEL,
  TRAIN_MINUTES,
  TRAIN_STEPS,
  TRAIN_SIZE,
  TRAIN_SEED,
  TRAIN_DEVICE,
  TRAIN_N_SETTINGS,
  TRAIN_SETTINGS,
  N_TRAIN_ARGS
};

enum
{
  APPLY_MODEL = N_COMMON_ARGS,
  APPLY_STEPS,
  APPLY_STRENGTH,
  APPLY_SEED,
  APPLY_DEVICE,
  APPLY_OUTPUT,
  N_APPLY_ARGS
};

static const GimpParamDef train_args[] = {
  { GIMP_PDB_INT32, (gchar *) "run-mode", (gchar *) "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1), RUN-WITH-LAST-VALS (2) }" },
  { GIMP_PDB_IMAGE, (gchar *) "image", (gchar *) "Any open image (the menu's; training reads only the layers below)" },
  { GIMP_PDB_DRAWABLE, (gchar *) "drawable", (gchar *) "Any drawable (the menu's)" },
  { GIMP_PDB_INT32, (gchar *) "n-before", (gchar *) "How many before layers" },
  { GIMP_PDB_INT32ARRAY, (gchar *) "before-layers", (gchar *) "Layers as they were before the edit, of any open images" },
  { GIMP_PDB_INT32, (gchar *) "n-after", (gchar *) "How many after layers: as many as before layers" },
  { GIMP_PDB_INT32ARRAY, (gchar *) "after-layers", (gchar *) "The same after the edit, in the same order" },
  { GIMP_PDB_STRING, (gchar *) "pairs-folder", (gchar *) "With no layers given: a folder with before/ and after/, or with NAME_before.* and NAME_after.*" },
  { GIMP_PDB_STRING, (gchar *) "model-file", (gchar *) "The file to write, NAME.fewshot.safetensors" },
  { GIMP_PDB_FLOAT, (gchar *) "minutes", (gchar *) "How long to train" },
  { GIMP_PDB_INT32, (gchar *) "steps", (gchar *) "How many steps to train; 0 = by minutes" },
  { GIMP_PDB_INT32, (gchar *) "size", (gchar *) "Working size, pixels of the short side (64 to 512, a multiple of 16); 0 = the default" },
  { GIMP_PDB_INT32, (gchar *) "seed", (gchar *) "The same seed gives the same training" },
  { GIMP_PDB_STRING, (gchar *) "device", (gchar *) "\"gpu\", \"cpu\" or a part of the OpenCL device's name; \"\" = the best" },
  { GIMP_PDB_INT32, (gchar *) "n-settings", (gchar *) "How many settings" },
  { GIMP_PDB_STRINGARRAY, (gchar *) "settings", (gchar *) "\"NAME=VALUE\", as few-shot-edit train --set; \"resume=on\" goes on from the model's checkpoint" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (train_args) == N_TRAIN_ARGS);

static const GimpParamDef train_returns[] = {
  { GIMP_PDB_STRING, (gchar *) "model-file", (gchar *) "The file that was written" },
  { GIMP_PDB_INT32, (gchar *) "steps", (gchar *) "How many steps were trained" },
  { GIMP_PDB_FLOAT, (gchar *) "loss", (gchar *) "The loss at the end" },
};

static const GimpParamDef apply_args[] = {
  { GIMP_PDB_INT32, (gchar *) "run-mode", (gchar *) "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1), RUN-WITH-LAST-VALS (2) }" },
  { GIMP_PDB_IMAGE, (gchar *) "image", (gchar *) "The image" },
  { GIMP_PDB_DRAWABLE, (gchar *) "drawable", (gchar *) "The layer to edit" },
  { GIMP_PDB_STRING, (gchar *) "model-file", (gchar *) "The trained edit, NAME.fewshot.safetensors" },
  { GIMP_PDB_INT32, (gchar *) "steps", (gchar *) "Sampler steps, 1 to 100: 1 is the most faithful and the fastest" },
  { GIMP_PDB_FLOAT, (gchar *) "strength", (gchar *) "0 = nothing changes, 1 = the whole edit" },
  { GIMP_PDB_INT32, (gchar *) "seed", (gchar *) "The same seed gives the same picture" },
  { GIMP_PDB_STRING, (gchar *) "device", (gchar *) "\"gpu\", \"cpu\" or a part of the OpenCL device's name; \"\" = the best" },
  { GIMP_PDB_INT32, (gchar *) "output", (gchar *) "Where the result goes { NEW-LAYER (0), REPLACE (1), NEW-IMAGE (2) }" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (apply_args) == N_APPLY_ARGS);

static const GimpParamDef apply_returns[] = {
  { GIMP_PDB_LAYER, (gchar *) "layer", (gchar *) "The layer with the result" },
};

void
fse_procedures_install (void)
{
  gimp_install_procedure (FSE_PROC_TRAIN,
                          N_("Learn an edit from pairs of pictures before and after it"),
                          "Trains a small network on before/after examples of one edit, on any OpenCL device, and writes it "
                          "to a model file that plug-in-few-shot-edit-apply applies to other pictures.  Five to fifty pairs "
                          "are right.  Repeating with RUN-WITH-LAST-VALS trains once more and replaces the model.",
                          "The Few-shot Edit authors", "The Few-shot Edit authors", "2026",
                          N_("_Train…"), "RGB*, GRAY*", GIMP_PLUGIN,
                          G_N_ELEMENTS (train_args), G_N_ELEMENTS (train_returns), train_args, train_returns);
  gimp_install_procedure (FSE_PROC_APPLY,
                          N_("Apply an edit that was learned from examples"),
                          "Applies a model file of plug-in-few-shot-edit-train to a layer, where something is selected to that "
                          "part only.  The result is a new layer above it, masked by the selection, or in the layer's "
                          "place, or an image of its own; one undo step takes it back.",
                          "The Few-shot Edit authors", "The Few-shot Edit authors", "2026",
                          N_("_Apply…"), "RGB*, GRAY*", GIMP_PLUGIN,
                          G_N_ELEMENTS (apply_args), G_N_ELEMENTS (apply_returns), apply_args, apply_returns);
  gimp_plugin_menu_register (FSE_PROC_TRAIN, MENU_PATH);
  gimp_plugin_menu_register (FSE_PROC_APPLY, MENU_PATH);
}

/* From the menu and "Repeat last" only the first three arrive. */
static gboolean
common_args (gint n, gint n_all, const GimpParam *params, FseCall *call)
{
  if (n < N_COMMON_ARGS)
    return FALSE;
  call->run_mode = params[ARG_RUN_MODE].data.d_int32;
  call->image    = params[ARG_IMAGE].data.d_image;
  call->drawable = params[ARG_DRAWABLE].data.d_drawable;
  call->complete = n == n_all;
  switch (call->run_mode)
    {
    case GIMP_RUN_NONINTERACTIVE:
      return call->complete;
    case GIMP_RUN_INTERACTIVE:
    case GIMP_RUN_WITH_LAST_VALS:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Where one side is longer, its last examples lack the other. */
static gboolean
take_layers (GPtrArray *examples, gint n_before, const gint32 *before, gint n_after, const gint32 *after)
{
  g_ptr_array_set_size (examples, 0);
  if (n_before < 0 || (n_before > 0 && ! before) || n_after < 0 || (n_after > 0 && ! after))
    return FALSE;
  for (gint i = 0; i < MAX (n_before, n_after); i++)
    g_ptr_array_add (examples, fse_example_new_layers (i < n_before ? before[i] : -1, i < n_after ? after[i] : -1));
  return TRUE;
}

/* "resume=on" is no setting of the engine, but what --resume is to the command. */
static gboolean
take_settings (FseTrainRequest *request, gint n, gchar **values)
{
  gint kept = 0;

  if (n < 0 || (n > 0 && ! values))
    return FALSE;
  g_strfreev (request->settings);
  request->settings = g_new0 (gchar *, n + 1);
  for (gint i = 0; i < n; i++)
    if (g_strcmp0 (values[i], "resume=on") == 0)
      request->resume = TRUE;
    else
      request->settings[kept++] = g_strdup (values[i] ? values[i] : "");
  return TRUE;
}

gboolean
fse_procedures_train_args (gint n, const GimpParam *params, FseCall *call, FseTrainRequest *request)
{
  if (! common_args (n, N_TRAIN_ARGS, params, call))
    return FALSE;
  if (! call->complete)
    return TRUE;
  if (! take_layers (request->examples, params[TRAIN_N_BEFORE].data.d_int32, params[TRAIN_BEFORE].data.d_int32array,
                     params[TRAIN_N_AFTER].data.d_int32, params[TRAIN_AFTER].data.d_int32array)
      || ! take_settings (request, params[TRAIN_N_SETTINGS].data.d_int32, params[TRAIN_SETTINGS].data.d_stringarray))
    return FALSE;
  fse_request_string (&request->folder, params[TRAIN_FOLDER].data.d_string);
  fse_request_string (&request->model, params[TRAIN_MODEL].data.d_string);
  fse_request_string (&request->device, params[TRAIN_DEVICE].data.d_string);
  request->minutes = params[TRAIN_MINUTES].data.d_float;
  request->steps   = params[TRAIN_STEPS].data.d_int32;
  request->size    = params[TRAIN_SIZE].data.d_int32;
  request->seed    = params[TRAIN_SEED].data.d_int32;
  return TRUE;
}

gboolean
fse_procedures_apply_args (gint n, const GimpParam *params, FseCall *call, FseApplyRequest *request)
{
  if (! common_args (n, N_APPLY_ARGS, params, call))
    return FALSE;
  if (! call->complete)
    return TRUE;
  fse_request_string (&request->model, params[APPLY_MODEL].data.d_string);
  fse_request_string (&request->device, params[APPLY_DEVICE].data.d_string);
  request->steps    = params[APPLY_STEPS].data.d_int32;
  request->strength = params[APPLY_STRENGTH].data.d_float;
  request->seed     = params[APPLY_SEED].data.d_int32;
  request->output   = params[APPLY_OUTPUT].data.d_int32;
  return TRUE;
}
