/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the device can do at most: fused multiply-adds on registers alone, and
 * copying from memory to memory, each in the best of some tries.
 */
#ifndef FSE_TEST_CEILING_H
#define FSE_TEST_CEILING_H

#include "device/device.h"

typedef struct
{
  gdouble gflops;   /* 10^9 operations a second, a multiply-add being two */
  gdouble gbytes_s; /* 10^9 bytes a second, read and written together */
} Ceiling;

gboolean ceiling_measure (FseDevice *device, Ceiling *ceiling, GError **error);

#endif
