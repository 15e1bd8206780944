/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was found out about a device by trial, remembered in a file of the cache
 * folder: good for this very device, driver and version of the engine.
 */
#ifndef FSE_VERDICT_H
#define FSE_VERDICT_H

#include "device/device.h"

G_BEGIN_DECLS

/* What is known of `subject` ("gemm"), in the group of that name; NULL where
 * nothing is, or there is to be no cache. */
GKeyFile *fse_verdict_load (FseDevice *device, const gchar *subject);
/* A verdict that cannot be written costs the next start a trial, no more. */
void      fse_verdict_save (FseDevice *device, const gchar *subject, GKeyFile *file);
void      fse_verdict_drop (FseDevice *device, const gchar *subject);

G_END_DECLS

#endif
