/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See gradual.h.
 */
#include "gradual.h"

#define AT_ONCE 8 /* children: about what is seen of a list without scrolling */
#define MILLISECONDS 20

typedef struct
{
  GtkContainer *list;
  guint         left;   /* how many more may be shown in this turn */
  guint         source; /* the next turn, or 0 */
} Gradual;

static void
gradual_free (gpointer data)
{
  Gradual *gradual = data;

  g_clear_handle_id (&gradual->source, g_source_remove);
  g_free (gradual);
}

static void
show_if_left (GtkWidget *child, gpointer data)
{
  Gradual *gradual = data;

  if (gradual->left == 0 || gtk_widget_get_visible (child))
    return;
  gradual->left--;
  gtk_widget_show (child);
}

static gboolean
on_turn (gpointer data)
{
  Gradual *gradual = data;

  gradual->left = AT_ONCE;
  gtk_container_foreach (gradual->list, show_if_left, gradual);
  if (gradual->left == 0)
    return G_SOURCE_CONTINUE;
  gradual->source = 0;
  return G_SOURCE_REMOVE;
}

void
fse_gradual_show (GtkWidget *list, GtkWidget *child)
{
  Gradual *gradual = g_object_get_data (G_OBJECT (list), "gradual");

  if (! gradual)
    {
      gradual       = g_new0 (Gradual, 1);
      gradual->list = GTK_CONTAINER (list);
      g_object_set_data_full (G_OBJECT (list), "gradual", gradual, gradual_free);
    }
  gtk_widget_set_no_show_all (child, TRUE);
  if (gradual->source == 0)
    {
      gradual->left   = AT_ONCE;
      gradual->source = g_timeout_add (MILLISECONDS, on_turn, gradual);
    }
  show_if_left (child, gradual);
}
