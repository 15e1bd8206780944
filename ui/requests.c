/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The requests' life and their text form: a key file of one group, because
 * that survives added and removed fields by itself.
 */
#include "requests.h"

#include <math.h>
#include <string.h>

#include "apply/editor.h"
#include "fse-host.h"

#define GROUP_TRAIN "train"
#define GROUP_APPLY "apply"

void
fse_host_layer_free (FseHostLayer *layer)
{
  if (! layer)
    return;
  g_free (layer->name);
  g_free (layer->image_name);
  g_free (layer->group_name);
  g_free (layer);
}

void
fse_request_string (gchar **field, const gchar *value)
{
  gchar *copy = g_strdup (value ? value : "");

  g_free (*field);
  *field = copy;
}

FseTrainRequest *
fse_train_request_new (void)
{
  FseTrainRequest *request = g_new0 (FseTrainRequest, 1);

  request->examples = g_ptr_array_new_with_free_func ((GDestroyNotify) fse_example_free);
  request->folder   = g_strdup ("");
  request->model    = g_strdup ("");
  request->device   = g_strdup ("");
  request->quality  = g_strdup ("");
  request->instruction = g_strdup ("");
  request->inverse  = g_strdup ("");
  request->settings = g_new0 (gchar *, 1);
  request->minutes  = 5.0;
  request->guest    = -1;
  return request;
}

void
fse_train_request_free (FseTrainRequest *request)
{
  if (! request)
    return;
  g_ptr_array_unref (request->examples);
  g_free (request->folder);
  g_free (request->model);
  g_free (request->device);
  g_free (request->quality);
  g_free (request->instruction);
  g_free (request->inverse);
  g_strfreev (request->settings);
  fse_pairs_free (request->pairs);
  g_free (request);
}

void
fse_train_request_automatic (FseTrainRequest *request)
{
  fse_request_string (&request->quality, "balanced");
  fse_train_request_set (request, "model-size", "auto");
  request->size = 0;
}

gboolean
fse_train_request_has (const FseTrainRequest *request, const gchar *assignment)
{
  return g_strv_contains ((const gchar *const *) request->settings, assignment);
}

void
fse_train_request_set (FseTrainRequest *request, const gchar *name, const gchar *value)
{
  g_autofree gchar *prefix = g_strconcat (name, "=", NULL);
  GPtrArray        *kept   = g_ptr_array_new ();

  for (gchar **setting = request->settings; *setting; setting++)
    if (! g_str_has_prefix (*setting, prefix))
      g_ptr_array_add (kept, g_strdup (*setting));
  if (value)
    g_ptr_array_add (kept, g_strconcat (prefix, value, NULL));
  g_ptr_array_add (kept, NULL);
  g_strfreev (request->settings);
  request->settings = (gchar **) g_ptr_array_free (kept, FALSE);
}

void
fse_train_request_settings (const FseTrainRequest *request, FseSettings *settings)
{
  fse_settings_default (settings);
  for (gchar **assignment = request->settings; *assignment; assignment++)
    fse_settings_set (settings, *assignment, NULL);
  if (request->size > 0)
    settings->size = request->size;
  settings->steps   = MAX (request->steps, 0);
  settings->minutes = request->steps > 0 ? 0.0 : request->minutes;
}

FseApplyRequest *
fse_apply_request_new (void)
{
  FseApplyRequest *request = g_new0 (FseApplyRequest, 1);
  FseApplySettings settings;

  fse_apply_settings_default (&settings);
  request->model    = g_strdup ("");
  request->device   = g_strdup ("");
  request->steps    = settings.steps;
  request->strength = settings.strength;
  request->seed     = (gint) (settings.seed & G_MAXINT);
  request->reference = -1;
  return request;
}

void
fse_apply_request_free (FseApplyRequest *request)
{
  if (! request)
    return;
  g_free (request->model);
  g_free (request->device);
  g_free (request);
}

static GKeyFile *
parse (const gchar *text, const gchar *group)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (! text || ! g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, NULL)
      || ! g_key_file_has_group (file, group))
    return NULL;
  return g_steal_pointer (&file);
}

static void
get_int (GKeyFile *file, const gchar *group, const gchar *key, gint *value)
{
  g_autoptr (GError) error = NULL;
  gint               read  = g_key_file_get_integer (file, group, key, &error);

  if (! error)
    *value = read;
}

static void
get_double (GKeyFile *file, const gchar *group, const gchar *key, gdouble *value)
{
  g_autoptr (GError) error = NULL;
  gdouble            read  = g_key_file_get_double (file, group, key, &error);

  if (! error && isfinite (read))
    *value = read;
}

static void
get_string (GKeyFile *file, const gchar *group, const gchar *key, gchar **value)
{
  gchar *read = g_key_file_get_string (file, group, key, NULL);

  if (read)
    {
      g_free (*value);
      *value = read;
    }
}

/* GLib refuses empty lists. */
static void
set_list (GKeyFile *file, const gchar *group, const gchar *key, gchar **values)
{
  if (values[0])
    g_key_file_set_string_list (file, group, key, (const gchar *const *) values, g_strv_length (values));
}

static void
set_examples (GKeyFile *file, GPtrArray *examples)
{
  g_auto (GStrv) before = NULL, after = NULL, mends = NULL;

  fse_examples_to_text (examples, &before, &after, &mends);
  set_list (file, GROUP_TRAIN, "before", before);
  set_list (file, GROUP_TRAIN, "after", after);
  set_list (file, GROUP_TRAIN, "mends", mends);
}

static GPtrArray *
get_examples (GKeyFile *file)
{
  g_auto (GStrv) before = g_key_file_get_string_list (file, GROUP_TRAIN, "before", NULL, NULL);
  g_auto (GStrv) after  = g_key_file_get_string_list (file, GROUP_TRAIN, "after", NULL, NULL);
  g_auto (GStrv) mends  = g_key_file_get_string_list (file, GROUP_TRAIN, "mends", NULL, NULL);

  return fse_examples_from_text (before, after, mends);
}

gchar *
fse_train_request_to_text (const FseTrainRequest *request)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  set_examples (file, request->examples);
  g_key_file_set_string (file, GROUP_TRAIN, "folder", request->folder);
  g_key_file_set_string (file, GROUP_TRAIN, "model", request->model);
  g_key_file_set_string (file, GROUP_TRAIN, "quality", request->quality);
  g_key_file_set_double (file, GROUP_TRAIN, "minutes", request->minutes);
  g_key_file_set_integer (file, GROUP_TRAIN, "steps", request->steps);
  g_key_file_set_integer (file, GROUP_TRAIN, "size", request->size);
  g_key_file_set_integer (file, GROUP_TRAIN, "seed", request->seed);
  g_key_file_set_string (file, GROUP_TRAIN, "device", request->device);
  g_key_file_set_string (file, GROUP_TRAIN, "instruction", request->instruction);
  g_key_file_set_string (file, GROUP_TRAIN, "inverse", request->inverse);
  g_key_file_set_string_list (file, GROUP_TRAIN, "settings", (const gchar *const *) request->settings,
                              g_strv_length (request->settings));
  return g_key_file_to_data (file, NULL, NULL);
}

gboolean
fse_train_request_from_text (FseTrainRequest *request, const gchar *text)
{
  g_autoptr (GKeyFile) file = parse (text, GROUP_TRAIN);
  gchar              **settings;

  if (! file)
    return FALSE;
  g_ptr_array_unref (request->examples);
  request->examples = get_examples (file);
  get_string (file, GROUP_TRAIN, "folder", &request->folder);
  get_string (file, GROUP_TRAIN, "model", &request->model);
  get_string (file, GROUP_TRAIN, "quality", &request->quality);
  get_double (file, GROUP_TRAIN, "minutes", &request->minutes);
  get_int (file, GROUP_TRAIN, "steps", &request->steps);
  get_int (file, GROUP_TRAIN, "size", &request->size);
  get_int (file, GROUP_TRAIN, "seed", &request->seed);
  get_string (file, GROUP_TRAIN, "device", &request->device);
  get_string (file, GROUP_TRAIN, "instruction", &request->instruction);
  get_string (file, GROUP_TRAIN, "inverse", &request->inverse);
  settings = g_key_file_get_string_list (file, GROUP_TRAIN, "settings", NULL, NULL);
  if (settings)
    {
      g_strfreev (request->settings);
      request->settings = settings;
    }
  return TRUE;
}

static const gchar *const output_names[FSE_N_OUTPUTS] = { "layer", "replace", "image" };

gchar *
fse_apply_request_to_text (const FseApplyRequest *request)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_string (file, GROUP_APPLY, "model", request->model);
  g_key_file_set_integer (file, GROUP_APPLY, "steps", request->steps);
  g_key_file_set_double (file, GROUP_APPLY, "strength", request->strength);
  g_key_file_set_integer (file, GROUP_APPLY, "seed", request->seed);
  g_key_file_set_string (file, GROUP_APPLY, "device", request->device);
  g_key_file_set_integer (file, GROUP_APPLY, "reference", request->reference);
  g_key_file_set_string (file, GROUP_APPLY, "output", output_names[request->output]);
  return g_key_file_to_data (file, NULL, NULL);
}

gboolean
fse_apply_request_from_text (FseApplyRequest *request, const gchar *text)
{
  g_autoptr (GKeyFile) file   = parse (text, GROUP_APPLY);
  g_autofree gchar    *output = NULL;

  if (! file)
    return FALSE;
  get_string (file, GROUP_APPLY, "model", &request->model);
  get_int (file, GROUP_APPLY, "steps", &request->steps);
  get_double (file, GROUP_APPLY, "strength", &request->strength);
  get_int (file, GROUP_APPLY, "seed", &request->seed);
  get_string (file, GROUP_APPLY, "device", &request->device);
  get_int (file, GROUP_APPLY, "reference", &request->reference);
  output = g_key_file_get_string (file, GROUP_APPLY, "output", NULL);
  for (guint i = 0; output && i < FSE_N_OUTPUTS; i++)
    if (strcmp (output, output_names[i]) == 0)
      request->output = i;
  return TRUE;
}
