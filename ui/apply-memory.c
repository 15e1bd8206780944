/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See apply-memory.h.  The text is the request's, with a group for the rest.
 */
#include "apply-memory.h"

#define NAME "apply-dialog"
#define GROUP "dialog"

static GKeyFile *
load (FseHost *host)
{
  g_autofree gchar    *text = host->load_values (host, NAME, FALSE);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (! text || ! g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, NULL))
    return NULL;
  return g_steal_pointer (&file);
}

gboolean
fse_apply_memory_recall (FseHost *host, FseApplyRequest *request)
{
  g_autofree gchar *text = host->load_values (host, NAME, FALSE);

  return text && fse_apply_request_from_text (request, text);
}

void
fse_apply_memory_store (FseHost *host, const FseApplyRequest *request, const gchar *folder)
{
  g_autofree gchar    *text = fse_apply_request_to_text (request);
  g_autofree gchar    *utf8 = g_filename_to_utf8 (folder, -1, NULL, NULL, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree gchar    *all  = NULL;

  g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, NULL);
  if (utf8)
    g_key_file_set_string (file, GROUP, "folder", utf8);
  all = g_key_file_to_data (file, NULL, NULL);
  host->store_values (host, NAME, all);
}

gchar *
fse_apply_memory_folder (FseHost *host)
{
  g_autoptr (GKeyFile) file = load (host);
  g_autofree gchar    *utf8 = file ? g_key_file_get_string (file, GROUP, "folder", NULL) : NULL;
  g_autofree gchar    *path = utf8 ? g_filename_from_utf8 (utf8, -1, NULL, NULL, NULL) : NULL;

  /* One that is gone (a stick that is not there) is not worth an empty gallery. */
  if (path && g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_steal_pointer (&path);
  return g_build_filename (host->folder, "models", NULL);
}

void
fse_apply_memory_propose (FseHost *host, const gchar *model)
{
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autofree gchar           *folder  = fse_apply_memory_folder (host);

  fse_apply_memory_recall (host, request);
  fse_request_string (&request->model, model);
  request->reference = -1;
  fse_apply_memory_store (host, request, folder);
}
