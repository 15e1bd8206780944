/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Zooming and panning: what is under the pointer stays there, and no picture
 * leaves its area.
 */
#include <glib.h>

#include "ui/picture-view.h"

static FsePictureView
large (void)
{
  return (FsePictureView) { 400.0, 300.0, 4000.0, 2000.0, FSE_ZOOM_FIT, 0.0, 0.0 };
}

static void
test_fit (void)
{
  FsePictureView view = large (), small = { 400.0, 300.0, 10.0, 10.0, FSE_ZOOM_FIT, 0.0, 0.0 };
  gdouble        x, y;
  gint           left, top, width, height;

  g_assert_cmpfloat (fse_picture_view_scale (&view), ==, 0.1);
  g_assert_false (fse_picture_view_hides (&view));
  fse_picture_view_origin (&view, &x, &y);
  g_assert_cmpfloat (x, ==, 0.0);
  g_assert_cmpfloat (y, ==, 50.0);
  fse_picture_view_visible (&view, &left, &top, &width, &height);
  g_assert_cmpint (left, ==, 0);
  g_assert_cmpint (top, ==, 0);
  g_assert_cmpint (width, ==, 4000);
  g_assert_cmpint (height, ==, 2000);
  g_assert_cmpfloat (fse_picture_view_scale (&small), ==, 4.0); /* enlarged, but not without end */
}

/* The pixel under a point of the area. */
static void
pixel_at (const FsePictureView *view, gdouble x, gdouble y, gdouble *pixel_x, gdouble *pixel_y)
{
  gdouble left, top, scale = fse_picture_view_scale (view);

  fse_picture_view_origin (view, &left, &top);
  *pixel_x = (x - left) / scale;
  *pixel_y = (y - top) / scale;
}

static void
test_zoom_keeps_the_point (void)
{
  FsePictureView view = large ();
  gdouble        x, y, was_x, was_y, slack = 0.0;

  pixel_at (&view, 150.0, 120.0, &was_x, &was_y);
  for (gint k = 0; k < 6; k++)
    {
      fse_picture_view_zoom_at (&view, fse_picture_view_scale (&view) * 1.7, 150.0, 120.0);
      pixel_at (&view, 150.0, 120.0, &x, &y);
      slack += 0.51 / fse_picture_view_scale (&view); /* half a dot, from rounding */
      g_assert_cmpfloat_with_epsilon (x, was_x, slack);
    }
  g_assert_true (fse_picture_view_hides (&view));
  fse_picture_view_zoom_at (&view, 1000.0, 150.0, 120.0);
  g_assert_cmpfloat (fse_picture_view_scale (&view), ==, FSE_ZOOM_MOST);
  fse_picture_view_zoom_at (&view, 0.01, 150.0, 120.0); /* smaller than all of it */
  g_assert_cmpfloat (view.zoom, ==, FSE_ZOOM_FIT);
}

static void
test_pan_has_an_end (void)
{
  FsePictureView view = large ();
  gint           left, top, width, height;

  fse_picture_view_zoom_at (&view, 1.0, 200.0, 150.0);
  fse_picture_view_pan (&view, 1e6, 1e6);
  fse_picture_view_visible (&view, &left, &top, &width, &height);
  g_assert_cmpint (left, ==, 0);
  g_assert_cmpint (top, ==, 0);
  g_assert_cmpint (width, ==, 400);
  g_assert_cmpint (height, ==, 300);
  fse_picture_view_pan (&view, -1e6, -1e6);
  fse_picture_view_visible (&view, &left, &top, &width, &height);
  g_assert_cmpint (left, ==, 3600);
  g_assert_cmpint (top, ==, 1700);
  fse_picture_view_pan (&view, 30.0, -5.0); /* at once: the end is no store of steps */
  fse_picture_view_visible (&view, &left, &top, &width, &height);
  g_assert_cmpint (left, ==, 3570);
  g_assert_cmpint (top, ==, 1700);
}

/* One to one is possible for a picture that would be enlarged. */
static void
test_small_at_one (void)
{
  FsePictureView view = { 400.0, 300.0, 100.0, 50.0, FSE_ZOOM_FIT, 0.0, 0.0 };
  gdouble        x, y;

  fse_picture_view_zoom_at (&view, 1.0, 200.0, 150.0);
  g_assert_cmpfloat (fse_picture_view_scale (&view), ==, 1.0);
  fse_picture_view_origin (&view, &x, &y);
  g_assert_cmpfloat (x, ==, 150.0);
  g_assert_cmpfloat (y, ==, 125.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture view/fits", test_fit);
  g_test_add_func ("/picture view/zooming keeps the point", test_zoom_keeps_the_point);
  g_test_add_func ("/picture view/panning has an end", test_pan_has_an_end);
  g_test_add_func ("/picture view/a small picture at its size", test_small_at_one);
  return g_test_run ();
}
