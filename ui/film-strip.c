/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See film-strip.h.
 */
#include "i18n.h"

#include "film-strip.h"

#include "surface.h"
#include "ui-init.h"

#define MOST 12
#define SIDE 64

struct _FseFilmStrip
{
  GtkScrolledWindow parent_instance;
  GtkWidget        *box;
  guint             last;  /* step of the latest picture */
  guint             every; /* steps between two pictures */
};

G_DEFINE_TYPE (FseFilmStrip, fse_film_strip, GTK_TYPE_SCROLLED_WINDOW)

guint
fse_film_strip_size (FseFilmStrip *strip)
{
  GList *children = gtk_container_get_children (GTK_CONTAINER (strip->box));
  guint  n        = g_list_length (children);

  g_list_free (children);
  return n;
}

static void
destroy_child (GtkWidget *child, gpointer data)
{
  gtk_widget_destroy (child);
}

void
fse_film_strip_clear (FseFilmStrip *strip)
{
  gtk_container_foreach (GTK_CONTAINER (strip->box), destroy_child, NULL);
  strip->last  = 0;
  strip->every = 1;
}

static void
thin_out (FseFilmStrip *strip)
{
  GList *children = gtk_container_get_children (GTK_CONTAINER (strip->box));
  guint  i        = 0;

  for (GList *at = children; at; at = at->next)
    if (i++ % 2 == 1)
      gtk_widget_destroy (at->data);
  g_list_free (children);
}

void
fse_film_strip_add (FseFilmStrip *strip, const FseImage *picture, guint step)
{
  GtkWidget           *box, *image, *label;
  g_autofree gchar    *number  = g_strdup_printf ("%u", step);
  g_autofree gchar    *name    = g_strdup_printf (_("After step %u"), step);
  gdouble              scale   = MIN (2.0 * SIDE / MAX (picture->width, picture->height), 1.0);
  g_autoptr (FseImage) small   = NULL;

  if (strip->last > 0 && step < strip->last + strip->every)
    return;
  small = fse_image_scale (picture, MAX ((gint) (picture->width * scale), 1), MAX ((gint) (picture->height * scale), 1), NULL);
  if (! small)
    return;
  if (fse_film_strip_size (strip) >= MOST)
    {
      thin_out (strip);
      strip->every = MAX (2 * strip->every, step / MOST);
    }
  strip->last = MAX (step, 1);
  image = fse_named (gtk_image_new (), "film-picture");
  fse_surface_show (image, small, SIDE);
  label = gtk_label_new (number);
  box   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  atk_object_set_name (gtk_widget_get_accessible (image), name);
  gtk_widget_set_tooltip_text (box, name);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), GTK_STYLE_CLASS_DIM_LABEL);
  gtk_box_pack_start (GTK_BOX (box), image, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (strip->box), box);
  gtk_widget_show_all (box);
}

static void
fse_film_strip_class_init (FseFilmStripClass *klass)
{
}

static void
fse_film_strip_init (FseFilmStrip *strip)
{
  strip->every = 1;
  strip->box   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (strip), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_container_add (GTK_CONTAINER (strip), strip->box);
  gtk_widget_set_size_request (GTK_WIDGET (strip), -1, SIDE + 40);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (strip)), _("Results so far"));
}

GtkWidget *
fse_film_strip_new (void)
{
  return g_object_new (FSE_TYPE_FILM_STRIP, NULL);
}
