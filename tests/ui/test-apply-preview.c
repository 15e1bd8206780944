/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The preview of the Apply dialog beside what Apply then makes of the layer: where each pixel is
 * shown as a dot, they are the same pixels, whatever was chosen.
 */
#include <gtk/gtk.h>

#include <stdlib.h>
#include <string.h>

#include "dialog-tools.h"
#include "fake-host.h"
#include "ui/apply-dialog.h"
#include "ui/split-preview.h"
#include "ui/surface.h"

#define WIDTH 1300 /* more than the preview of the whole has */
#define RIM 80     /* pixels of the screen in which words and lines may lie over the picture */
#define REFERENCE 1

static gchar    *folder; /* of this run */
static gchar    *model;  /* trained before the tests */
static FseImage *wanted; /* the picture that shall be seen */

static FseSplitPreview *
preview_of (GtkWidget *dialog)
{
  return FSE_SPLIT_PREVIEW (dialog_part (dialog, "preview"));
}

static gboolean
has_preview (GtkWidget *dialog)
{
  return fse_split_preview_has_after (preview_of (dialog));
}

/* The greatest difference of the widget, as it is drawn, from `wanted`, in 255ths. */
static gint
difference (GtkWidget *dialog)
{
  FseSplitPreview *preview = preview_of (dialog);
  gint             fine    = gtk_widget_get_scale_factor (GTK_WIDGET (preview)); /* pixels of the screen a dot of GTK */
  gint             width   = fine * gtk_widget_get_allocated_width (GTK_WIDGET (preview));
  gint             height  = fine * gtk_widget_get_allocated_height (GTK_WIDGET (preview));
  cairo_surface_t *seen    = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_surface_t *right   = fse_surface_new (wanted);
  cairo_t         *cr;
  GdkRectangle     visible;
  gint             most = 0;

  cairo_surface_set_device_scale (seen, fine, fine);
  cr = cairo_create (seen);
  g_assert_true (fse_split_preview_get_visible (preview, &visible));
  g_assert_cmpint (visible.width, ==, width); /* a pixel is a dot, and the picture larger than the widget */
  g_assert_cmpint (visible.height, ==, height);
  gtk_widget_draw (GTK_WIDGET (preview), cr);
  cairo_surface_flush (seen);
  for (gint y = RIM; y < height - RIM; y++)
    {
      const guchar *a = cairo_image_surface_get_data (seen) + y * cairo_image_surface_get_stride (seen) + 4 * RIM;
      const guchar *b = cairo_image_surface_get_data (right) + (visible.y + y) * cairo_image_surface_get_stride (right)
                        + 4 * (visible.x + RIM);

      for (gint i = 0; i < 4 * (width - 2 * RIM); i++)
        most = MAX (most, abs (a[i] - b[i]));
    }
  cairo_destroy (cr);
  cairo_surface_destroy (seen);
  cairo_surface_destroy (right);
  return most;
}

static gboolean
is_as_wanted (GtkWidget *dialog)
{
  return difference (dialog) == 0;
}

static GtkWidget *
open_dialog (FakeHost *fake, FseApplyRequest *request)
{
  GtkWidget *dialog = fse_apply_dialog_new (&fake->host, FAKE_IMAGE, FAKE_PICTURE, request);

  gtk_widget_show (dialog);
  dialog_wait_for (dialog, "the preview came", has_preview);
  return dialog;
}

static void
close_dialog (GtkWidget *dialog, const gchar *button)
{
  dialog_press (dialog, button);
  dialog_wait_for (dialog, "it ended", dialog_is_hidden);
  dialog_destroy (dialog);
}

/* With Ctrl, an arrow moves the picture. */
static void
press_key (GtkWidget *widget, guint key)
{
  GdkEvent *event = gdk_event_new (GDK_KEY_PRESS);

  event->key.window = g_object_ref (gtk_widget_get_window (widget));
  event->key.keyval = key;
  event->key.state  = GDK_CONTROL_MASK;
  gdk_event_set_device (event, gdk_seat_get_keyboard (gdk_display_get_default_seat (gtk_widget_get_display (widget))));
  gtk_widget_event (widget, event);
  gdk_event_free (event);
}

/* The middle of the picture by its pixels, and another part of it. */
static void
look_closely (GtkWidget *dialog)
{
  FseSplitPreview *preview = preview_of (dialog);
  GdkRectangle     first, second;

  fse_split_preview_set_split (preview, 0.0);
  dialog_press (dialog, "zoom-one");
  fse_split_preview_get_visible (preview, &first);
  dialog_wait_for (dialog, "the part was as the result", is_as_wanted);
  press_key (GTK_WIDGET (preview), GDK_KEY_Right);
  press_key (GTK_WIDGET (preview), GDK_KEY_Down);
  fse_split_preview_get_visible (preview, &second);
  g_assert_cmpint (second.x, >, first.x);
  g_assert_cmpint (second.y, >, first.y);
  dialog_wait_for (dialog, "the next part was, too", is_as_wanted);
}

static FseImage *
apply (FakeHost *fake, FseApplyRequest *request)
{
  close_dialog (open_dialog (fake, request), "apply");
  return fse_image_ref (fake->result);
}

/* Strength, detail and seed as chosen by hand; what the last dialog was left with goes into the next. */
static void
test_sharp (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autoptr (FseImage)        before  = NULL;
  GtkWidget                  *dialog;

  fake->width = WIDTH;
  fse_request_string (&request->model, model);
  dialog = open_dialog (fake, request);
  gtk_range_set_value (GTK_RANGE (dialog_part (dialog, "strength")), 60.0);
  gtk_combo_box_set_active (GTK_COMBO_BOX (dialog_part (dialog, "detail")), 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (dialog_part (dialog, "seed")), 12.0);
  g_assert_cmpint (request->steps, >, 1); /* so the seed counts */
  close_dialog (dialog, "apply");
  before = fake->host.read_layer (&fake->host, FAKE_PICTURE, 0, NULL);
  wanted = fse_image_ref (before);
  dialog = open_dialog (fake, request);
  dialog_press (dialog, "zoom-one");
  g_assert_cmpint (difference (dialog), >, 0); /* the comparison sees the edit */
  fse_image_unref (wanted);
  wanted = fse_image_ref (fake->result);
  look_closely (dialog);
  close_dialog (dialog, "cancel");
  g_clear_pointer (&wanted, fse_image_unref);
  fake_host_free (fake);
}

/* What is not selected is seen as it will stay, and what is half selected half edited. */
static void
test_selection (void)
{
  FakeHost                   *fake    = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request = fse_apply_request_new ();
  g_autoptr (FseImage)        before  = NULL;
  g_autoptr (FseImage)        after   = NULL;
  GtkWidget                  *dialog;

  fake->width    = WIDTH;
  fake->selected = TRUE;
  fse_request_string (&request->model, model);
  before = fake->host.read_layer (&fake->host, FAKE_PICTURE, 0, NULL);
  after  = apply (fake, request);
  wanted = fse_image_new (before->width, before->height, NULL);
  for (gint i = 0; i < 4 * before->width * before->height; i++)
    wanted->rgba[i] = before->rgba[i] + fake_selection ((gdouble) (i / 4 % WIDTH) / WIDTH) * (after->rgba[i] - before->rgba[i]);
  dialog = open_dialog (fake, request);
  look_closely (dialog);
  close_dialog (dialog, "cancel");
  g_clear_pointer (&wanted, fse_image_unref);
  fake_host_free (fake);
}

static GtkFlowBoxChild *
pair (GtkWidget *dialog, gint reference)
{
  return gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (dialog_part (dialog, "pairs")), reference + 1);
}

/* The pair to go by is chosen from pictures, and the result goes by it. */
static void
test_reference (void)
{
  FakeHost                   *fake      = fake_host_new (folder);
  g_autoptr (FseApplyRequest) request   = fse_apply_request_new ();
  g_autoptr (FseImage)        automatic = NULL;
  GtkWidget                  *dialog;

  fse_request_string (&request->model, model);
  automatic = apply (fake, request);
  dialog    = open_dialog (fake, request);
  dialog_press (dialog, "reference");
  g_assert_true (gtk_flow_box_child_is_selected (pair (dialog, -1)));
  g_assert_nonnull (pair (dialog, FAKE_PAIRS - 1));
  g_assert_null (pair (dialog, FAKE_PAIRS));
  dialog_assert_accessible (dialog_part (dialog, "references"));
  gtk_widget_activate (GTK_WIDGET (pair (dialog, REFERENCE)));
  g_assert_cmpint (request->reference, ==, REFERENCE);
  dialog_press (dialog, "apply");
  dialog_wait_for (dialog, "it was applied", dialog_is_hidden);
  dialog_destroy (dialog);
  g_assert_cmpuint (fake->results, ==, 2);
  g_assert_cmpint (memcmp (automatic->rgba, fake->result->rgba, 4 * sizeof (gfloat) * automatic->width * automatic->height), !=, 0);
  fake_host_free (fake);
}

int
main (int argc, char **argv)
{
  folder = dialog_tests_start (&argc, &argv);
  model  = dialog_tests_train (folder);
  if (g_getenv ("GDK_SCALE"))
    g_test_add_func ("/preview/sharp on a fine screen", test_sharp);
  else
    {
      g_test_add_func ("/preview/mixed by the selection", test_selection);
      g_test_add_func ("/preview/the pair to go by", test_reference);
    }
  return dialog_tests_end (folder);
}
