/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the dialogs and the batch runs need from the program they live in.
 *
 * The program (GIMP 2.10 today) fills one FseHost; nothing in this folder
 * knows another way to it, so that a port to another program is one new file
 * (plugin/fse-host-gimp2.c is this one) and the dialogs can be tested with a
 * host of the test's own.
 *
 * Thread: every function is called in the main thread only, and the host may
 * assert that, but for those that say otherwise: they look at copied pixels.
 *
 * Pixels are in the training space: R'G'B'A floats with sRGB's primaries and curve,
 * converted from the image's precision and colour profile and, when written, back to
 * them.  Colours outside of sRGB are below 0 or above 1.
 *
 * Layers and images are the program's own numbers; they can die at any moment
 * (the user closes the image), so each function checks them again.
 */
#ifndef FSE_HOST_H
#define FSE_HOST_H

#include "apply/raster.h"

G_BEGIN_DECLS

/* One layer of an open image. */
typedef struct
{
  gint     id;
  gint     image;
  gchar   *name;
  gchar   *image_name;
  gchar   *group_name; /* of the layer group that it is in, or NULL */
  gint     group;      /* that group's number, or -1 */
  gboolean is_group;   /* it holds layers itself; its pixels are their projection */
  gint     width, height;
} FseHostLayer;

/* Layers that are being read, see read_begin; the host's own fields follow. */
typedef struct
{
  gint width[2], height[2]; /* of what is read of each, not reduced; 0 where there is no second */
} FseHostReading;

/* Where a result goes. */
typedef enum
{
  FSE_OUTPUT_LAYER,   /* a new layer above its source */
  FSE_OUTPUT_REPLACE, /* in the layer's place */
  FSE_OUTPUT_IMAGE,   /* a new image */
  FSE_N_OUTPUTS
} FseOutput;

/* A layer that is being edited: a copy of it as it was, and what becomes of it.  Rectangles are
 * in the layer's own coordinates.  The host's own fields follow. */
typedef struct
{
  gint         width, height; /* of the layer */
  gboolean     has_alpha;
  FseRectangle region;        /* what is to be computed: all, or the selection's box */
  gboolean     selected;      /* something is selected */
} FseHostEdit;

typedef struct _FseHost FseHost;

struct _FseHost
{
  /* --- pictures ------------------------------------------------------- */

  /* All layers of all open images (FseHostLayer, owned by the array): images
   * in the order of their numbers, layers from the bottom up, groups too. */
  GPtrArray *(*list_layers) (FseHost *host);

  /* The two layers' pixels where they lie one over the other, so both of one
   * size; layer masks are multiplied into alpha.  Layers of two canvases of
   * different size are taken whole, and so is `before` where `after` is -1.
   * side > 0: reduced to that short side while they are read, where they are larger.
   * In pieces of some milliseconds, so that a dialog lives on: begin, then
   * read_on until *done, then read_end, which frees, also before it is done
   * (the outputs may be NULL).
   * FSE_ERROR_BAD_IMAGE (dead, indexed, not a layer) or FSE_ERROR_BAD_PAIR
   * (they do not overlap) with a sentence. */
  FseHostReading *(*read_begin) (FseHost *host, gint before, gint after, gint side, GError **error);
  gboolean        (*read_on)    (FseHost *host, FseHostReading *reading, gboolean *done, GError **error);
  void            (*read_end)   (FseHost *host, FseHostReading *reading, FseImage **before_out, FseImage **after_out);

  /* Whether a result for this layer of this image could be written. */
  gboolean   (*can_edit)    (FseHost *host, gint image, gint layer, GError **error);

  /* The layer's pixels (a group's are its projection);
   * max_side > 0 reduces to at most that many pixels a side. */
  FseImage  *(*read_layer)  (FseHost *host, gint layer, gint max_side, GError **error);

  /* What a layer that is dragged out of the program's windows is offered as, or NULL; and the layer
   * that the data of such a drop mean, or -1 where it is none of ours. */
  const gchar *layer_target;
  gint       (*dropped_layer) (FseHost *host, const gchar *data);

  /* --- editing a layer ------------------------------------------------- *
   * 1. begin and, until *done, copy: in pieces of some milliseconds;
   * 2. read and write: in any one thread, in any order, while the main thread does other things;
   * 3. put, until *done: the result appears at the end of it, in one undo step;
   * 4. free, which before the end of 3 leaves the image as it was. */

  /* FSE_ERROR_BAD_IMAGE (dead, indexed, not in the image, the selection is beside it ...). */
  FseHostEdit *(*edit_begin) (FseHost *host, gint image, gint layer, GError **error);
  gboolean     (*edit_copy)  (FseHost *host, FseHostEdit *edit, gboolean *done, GError **error);
  /* A rectangle of the layer as it would be at `scale` <= 1 of its size: width x height x 4 floats,
   * rows without gaps; outside of the layer all is 0.  Any thread. */
  void         (*edit_read)  (FseHostEdit *edit, gdouble scale, gint x, gint y, gint width, gint height, gfloat *rgba);
  /* How much each of these pixels is selected, 0..1; 1 where nothing is selected.  Any thread. */
  void         (*edit_read_selection) (FseHostEdit *edit, gdouble scale, gint x, gint y, gint width, gint height,
                                       gfloat *values);
  /* What becomes of a rectangle of the region; what is equal to what edit_read() gave keeps the
   * source's bytes, and so does what is never written.  Any thread. */
  void         (*edit_write) (FseHostEdit *edit, gint x, gint y, gint width, gint height, const gfloat *rgba);
  /* Whether the result will be taken: asked right after begin, so that nothing is computed in vain. */
  gboolean     (*can_put)    (FseHost *host, FseHostEdit *edit, FseOutput output, GError **error);
  /* The region as a new layer called `name` above the source, masked by the selection and the source's mask;
   * or in the source's place, mixed by the selection; or as an image of its own.  *layer is the layer that
   * holds the result. */
  gboolean     (*edit_put)   (FseHost *host, FseHostEdit *edit, FseOutput output, const gchar *name, gboolean *done,
                              gint *layer, GError **error);
  void         (*edit_free)  (FseHost *host, FseHostEdit *edit);

  /* --- the program's own progress bar (batch and repeat, not dialogs) --- */

  /* text != NULL starts or renames it, fraction < 0 pulses, and (NULL, 1)
   * ends it. */
  void       (*progress)    (FseHost *host, const gchar *text, gdouble fraction);

  /* A notice that does not stop the work (a warning about the pairs, say). */
  void       (*message)     (FseHost *host, const gchar *text);

  /* --- values remembered ---------------------------------------------- */

  /* Text stored under this name, or NULL; `session`: only what was stored
   * since the program started. */
  gchar     *(*load_values)  (FseHost *host, const gchar *name, gboolean session);
  void       (*store_values) (FseHost *host, const gchar *name, const gchar *text);

  /* --- windows -------------------------------------------------------- */

  gulong       (*parent_window) (FseHost *host); /* X11 window, or 0 */
  gboolean     (*dark_theme)    (FseHost *host);
  const gchar *theme_file; /* is written when the theme was changed; or NULL */
  const gchar *display;  /* the X display to open, or NULL */
  const gchar *wm_class; /* or NULL */
  const gchar *folder;   /* ours in the user's profile; may not exist yet */
};

void fse_host_layer_free (FseHostLayer *layer);

G_END_DECLS

#endif
