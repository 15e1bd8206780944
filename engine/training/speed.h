/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How fast a device trains, so that what a training will take can be told
 * before it begins.
 */
#ifndef FSE_SPEED_H
#define FSE_SPEED_H

#include "model/settings.h"

G_BEGIN_DECLS

/* Of a step of the default settings: seconds = base + by_pixel * pixels of a picture. */
typedef struct
{
  gdouble base, by_pixel;
} FseSpeed;

/* Takes some steps on pictures of its own, of 64 and of 128 pixels: a second or so on a processor, a quarter of a
 * minute where kernels are yet to be compiled.  It tells the device as it is now, so ask again when it may be
 * busier or idle.  device: as in fse_device_open().  FSE_ERROR_NO_DEVICE, FSE_ERROR_OUT_OF_MEMORY ... */
gboolean fse_speed_measure (const gchar *device, FseSpeed *speed, GError **error);

/* Seconds of a training of `steps` steps with these settings, held-out pairs and saving included. */
gdouble  fse_speed_seconds (const FseSpeed *speed, const FseSettings *settings, guint steps);

G_END_DECLS

#endif
