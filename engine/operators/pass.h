/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For operators whose output's gradient is, up to a factor, an input's, too.
 */
#ifndef FSE_PASS_H
#define FSE_PASS_H

#include "operators/tape.h"

G_BEGIN_DECLS

/* Writes factor times the output's gradient to that of input i, or adds it; nothing
 * where none is wanted, or where it took over the output's. */
gboolean fse_pass_gradient (FseNode *node, gint i, gfloat factor, GError **error);

G_END_DECLS

#endif
