/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the device test share.
 */
#ifndef FSE_TEST_DEVICE_H
#define FSE_TEST_DEVICE_H

#include "device/device-private.h"

/* A folder of the test's own; it goes at the end. */
extern gchar *test_folder;

/* Makes `name` in test_folder the cache, empty. */
gchar *test_fresh_cache (const gchar *name);
/* Runs a kernel over n floats and checks what it gives. */
void   test_kernel      (FseDevice *device);

void   test_choice_add  (void);

#endif
