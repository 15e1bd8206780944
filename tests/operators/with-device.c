/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "with-device.h"

int
with_device (int argc, char **argv, FseDevice **device, void (*add_tests) (void))
{
  g_autoptr (GError) error = NULL;
  int                result;

  g_test_init (&argc, &argv, NULL);
  *device = fse_device_open (NULL, &error);
  if (!*device)
    {
      g_print ("Bail out! %s\n", error->message);
      return 1;
    }
  add_tests ();
  result = g_test_run ();
  fse_device_close (*device);
  return result;
}
