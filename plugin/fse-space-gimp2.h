/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the numbers of a drawable and the training space: R'G'B'A floats with
 * sRGB's primaries and curve, in which examples are learnt and pictures edited,
 * whatever precision, curve and colour profile their images have.
 *
 * Nothing is clipped: colours outside of sRGB are below 0 or above 1 there.
 *
 * Owns: the transforms.
 * Thread: made and freed in the main thread; the rest in any, for it looks at
 * plain GEGL buffers and memory only.
 */
#ifndef FSE_SPACE_GIMP2_H
#define FSE_SPACE_GIMP2_H

#include <gegl.h>

G_BEGIN_DECLS

typedef struct _FseSpace FseSpace;

/* Of the drawable's image as it is now. */
FseSpace *fse_space_new  (gint drawable);
void      fse_space_free (FseSpace *space);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FseSpace, fse_space_free)

/* A rectangle of a buffer that holds the drawable's numbers, scaled by `scale` <= 1
 * (then the rectangle is of the scaled buffer): width x height x 4 floats. */
void      fse_space_read (FseSpace *space, GeglBuffer *buffer, const GeglRectangle *rectangle, gdouble scale,
                          GeglAbyssPolicy abyss, gfloat *rgba);

/* Writes what an edit made of a rectangle: `out` gets the numbers of `in`, changed by as much
 * as `after` differs from what fse_space_read() gives there.  So no step there and back costs
 * anything: pixels that were not edited keep their bytes, and numbers that the training space
 * cannot hold (a profile that clips) survive.  A change that is no number is none. */
void      fse_space_write (FseSpace *space, GeglBuffer *in, GeglBuffer *out, const GeglRectangle *rectangle,
                           const gfloat *after);

/* out = in + (over - in) * weight, for each pixel, in linear light as GIMP mixes layers; where the
 * weight is 0 or both are equal the bytes of `in`, where it is 1 those of `over`.  All three
 * buffers are of one format. */
void      fse_space_mix   (FseSpace *space, GeglBuffer *in, GeglBuffer *over, GeglBuffer *out,
                           const GeglRectangle *rectangle, const gfloat *weights);

G_END_DECLS

#endif
