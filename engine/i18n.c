/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n.h"

#include <locale.h>

gchar *
fse_i18n_folder (void)
{
  static const gchar *const places[] = { "locale", "../po" };
  g_autofree gchar         *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree gchar         *folder = program ? g_path_get_dirname (program) : NULL;

  for (guint i = 0; folder && i < G_N_ELEMENTS (places); i++)
    {
      g_autofree gchar *place = g_build_filename (folder, places[i], NULL);

      if (g_file_test (place, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&place);
    }
  return g_strdup (FSE_LOCALE_DIR);
}

void
fse_i18n_start (void)
{
  g_autofree gchar *folder = fse_i18n_folder ();

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, folder);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE); /* GLib translates nothing where the program itself has no translation */
}
