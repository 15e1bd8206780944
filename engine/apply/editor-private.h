/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What explaining a result needs of the editor.
 */
#ifndef FSE_EDITOR_PRIVATE_H
#define FSE_EDITOR_PRIVATE_H

#include "apply/editor.h"
#include "apply/inference.h"
#include "model/model-file.h"

G_BEGIN_DECLS

/* How the last result came about; borrowed, until the editor's next use. */
typedef struct
{
  FseDevice       *device;
  FseModelFile    *model;
  FseInference    *inference;
  FseImage        *seen;      /* the picture as the networks saw it, or the window in its middle */
  gint             reference; /* the nearest pair, -1: none is consulted */
} FseEditorBehind;

FseEditorBehind fse_editor_behind (FseEditor *editor);

G_END_DECLS

#endif
