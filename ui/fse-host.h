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
 * assert that.  Work in other threads gets copied pixels (FseImage).
 *
 * Layers and images are the program's own numbers; they can die at any moment
 * (the user closes the image), so each function checks them again.
 */
#ifndef FSE_HOST_H
#define FSE_HOST_H

#include "files/image.h"

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

  /* The layer's pixels (a group's are its projection), numbers as they are in
   * the file; max_side > 0 reduces to at most that many pixels a side. */
  FseImage  *(*read_layer)  (FseHost *host, gint layer, gint max_side, GError **error);

  /* From the numbers of this layer's image to sRGB for the screen, in place. */
  void       (*to_screen)   (FseHost *host, gint layer, FseImage *picture);

  /* Puts `after` as a new layer called `name` above `layer`, which reads as
   * `before`, in one undo step; pixels that are equal in both keep the source's
   * bytes.  The selection becomes the layer's mask.  The new layer's number, or
   * -1 with error. */
  gint       (*add_result)  (FseHost *host, gint image, gint layer,
                             const FseImage *before, const FseImage *after,
                             const gchar *name, GError **error);

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
  const gchar *display;  /* the X display to open, or NULL */
  const gchar *wm_class; /* or NULL */
  const gchar *folder;   /* ours in the user's profile; may not exist yet */
};

void fse_host_layer_free (FseHostLayer *layer);

G_END_DECLS

#endif
