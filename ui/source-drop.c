/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See source-drop.h.
 */
#include "source-drop.h"

/* GTK's own list of such targets would ask the session bus for a portal, and wait for its answer. */
#define FILES "text/uri-list"

void
fse_source_drop_enable (GtkWidget *widget, FseHost *host)
{
  GtkTargetList *targets = gtk_target_list_new (NULL, 0);

  if (host && host->layer_target) /* before pictures of it, which the host may offer as well */
    gtk_target_list_add (targets, gdk_atom_intern (host->layer_target, FALSE), 0, 0);
  gtk_target_list_add (targets, gdk_atom_intern_static_string (FILES), 0, 0);
  gtk_drag_dest_set (widget, GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
  gtk_drag_dest_set_target_list (widget, targets);
  gtk_target_list_unref (targets);
}

gint
fse_source_drop_layer (FseHost *host, GtkSelectionData *data)
{
  GdkAtom           target = gtk_selection_data_get_target (data);
  gint              length = gtk_selection_data_get_length (data);
  g_autofree gchar *text   = NULL;

  if (! host->layer_target || target != gdk_atom_intern (host->layer_target, FALSE) || length <= 0)
    return -1;
  text = g_strndup ((const gchar *) gtk_selection_data_get_data (data), length);
  return host->dropped_layer (host, text);
}

gchar **
fse_source_drop_files (GtkSelectionData *data)
{
  g_auto (GStrv) uris  = gtk_selection_data_get_uris (data);
  GPtrArray     *paths = g_ptr_array_new ();

  for (gchar **uri = uris; uri && *uri; uri++)
    {
      gchar *path = g_filename_from_uri (*uri, NULL, NULL);

      if (path)
        g_ptr_array_add (paths, path);
    }
  g_ptr_array_add (paths, NULL);
  return (gchar **) g_ptr_array_free (paths, FALSE);
}
