/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Guessing which layers are before and after of one example.
 */
#ifndef FSE_PAIRING_H
#define FSE_PAIRING_H

#include "fse-host.h"

G_BEGIN_DECLS

typedef struct
{
  gint before, after; /* layers */
} FsePairing;

/* Pairs (FsePairing) among the layers (FseHostLayer, bottom first in each
 * image), by the first rule that finds any:
 * 1. "X before" and "X after" ("before", "src", "source", "original", "input" and "after",
 *    "dst", "target", "edited", "output", "copy" ..., in English or the user's language,
 *    anywhere in the name, any case), or just "X" and "X after"; layers of equal names, or
 *    else in their order, in groups called "Before" and "After"; where a layer's name
 *    has no such word, the image's name counts;
 * 2. images with an even number of layers: from the bottom, each layer is the
 *    before of the one above it.
 * Layers without a partner are left out. */
GArray *fse_pairing_guess (GPtrArray *layers);

G_END_DECLS

#endif
