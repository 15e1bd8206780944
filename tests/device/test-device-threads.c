/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two threads ask for the devices at once, before any driver is set up: a
 * dialog lists them while its preview opens one.
 */
#include "device/device.h"

static gpointer
list (gpointer data)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) devices = fse_device_list (&error);

  return GUINT_TO_POINTER (devices ? devices->len : 0);
}

static void
test_two_threads (void)
{
  GThread *first  = g_thread_new ("first", list, NULL);
  GThread *second = g_thread_new ("second", list, NULL);

  g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (first)), ==, GPOINTER_TO_UINT (g_thread_join (second)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/device/two threads list the devices at once", test_two_threads);
  return g_test_run ();
}
