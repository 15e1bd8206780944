/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program of tests that share one device, the one that the engine takes of itself. */
#ifndef FSE_TEST_WITH_DEVICE_H
#define FSE_TEST_WITH_DEVICE_H

#include "device/device.h"

/* main() of it: opens the device, adds the tests, runs them and closes it.  `device` is where the tests look for it.  Returns the exit
 * code: 1 where there is no device. */
int with_device (int argc, char **argv, FseDevice **device, void (*add_tests) (void));

#endif
