/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GIMP 2.10 as the host of ui/: see ui/fse-host.h for what it does.
 */
#ifndef FSE_HOST_GIMP2_H
#define FSE_HOST_GIMP2_H

#include "ui/fse-host.h"

G_BEGIN_DECLS

/* The one host of this process; the thread that calls this first is the main
 * thread from then on.  GEGL must be initialised. */
FseHost *fse_host_gimp2 (void);

G_END_DECLS

#endif
