/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GIMP 2.10 as the host: layers, pixels, edits, values, windows.
 *
 * libgimp speaks to GIMP over one wire without locks, and a drawable's
 * GeglBuffer fetches its tiles over the same wire; a second thread on it ends
 * the process.  So every function asserts that it is in the main thread.
 *
 * Pixels travel as R'G'B'A floats in the drawable's own space: the numbers of
 * the file, whatever its profile says, so that what is not edited comes back
 * as it was.
 */
#include "i18n.h"

#include "fse-host-gimp2.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <libgimp/gimp.h>

#include "fse-edit-gimp2.h"
#include "fse-pixels-gimp2.h"

#define VALUES_VERSION 1

static GThread *main_thread;

#define ON_MAIN_THREAD() g_assert (g_thread_self () == main_thread)

/* --- layers -------------------------------------------------------------- */

static gboolean
check_layer (gint32 layer, GError **error)
{
  g_autofree gchar *name = NULL;

  if (! gimp_item_is_valid (layer))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                   _("There is no layer with the number %d (any more): give layers of images that are open."), layer);
      return FALSE;
    }
  name = gimp_item_get_name (layer);
  if (! gimp_item_is_layer (layer))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                   _("“%s” is not a layer: choose a layer, not a mask, channel or selection."), name);
      return FALSE;
    }
  if (gimp_drawable_is_indexed (layer))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                   _("The layer “%s” is in an indexed image: convert to RGB first (Image > Mode > RGB)."), name);
      return FALSE;
    }
  return TRUE;
}

static void
add_layers (GPtrArray *layers, gint32 image, const gchar *image_name, gint32 group, const gint *ids, gint n)
{
  g_autofree gchar *group_name = group != -1 ? gimp_item_get_name (group) : NULL;

  for (gint i = n - 1; i >= 0; i--) /* GIMP lists the top layer first */
    {
      FseHostLayer *layer = g_new0 (FseHostLayer, 1);

      layer->id         = ids[i];
      layer->image      = image;
      layer->name       = gimp_item_get_name (ids[i]);
      layer->image_name = g_strdup (image_name);
      layer->group      = group;
      layer->group_name = g_strdup (group_name);
      layer->is_group   = gimp_item_is_group (ids[i]);
      layer->width      = gimp_drawable_width (ids[i]);
      layer->height     = gimp_drawable_height (ids[i]);
      g_ptr_array_add (layers, layer);
      if (layer->is_group)
        {
          gint             n_children = 0;
          g_autofree gint *children   = gimp_item_get_children (ids[i], &n_children);

          add_layers (layers, image, image_name, ids[i], children, n_children);
        }
    }
}

static gint
compare_ints (gconstpointer a, gconstpointer b)
{
  return *(const gint *) a - *(const gint *) b;
}

static GPtrArray *
list_layers (FseHost *host)
{
  GPtrArray       *layers   = g_ptr_array_new_with_free_func ((GDestroyNotify) fse_host_layer_free);
  gint             n_images = 0;
  g_autofree gint *images   = gimp_image_list (&n_images);

  ON_MAIN_THREAD ();
  if (n_images > 1)
    qsort (images, n_images, sizeof (gint), compare_ints);
  for (gint i = 0; i < n_images; i++)
    {
      g_autofree gchar *image_name = gimp_image_get_name (images[i]);
      gint              n          = 0;
      g_autofree gint  *ids        = gimp_image_get_layers (images[i], &n);

      add_layers (layers, images[i], image_name, -1, ids, n);
    }
  return layers;
}

static GeglRectangle
layer_rectangle (gint32 layer)
{
  GeglRectangle rectangle = { 0, 0, gimp_drawable_width (layer), gimp_drawable_height (layer) };

  gimp_drawable_offsets (layer, &rectangle.x, &rectangle.y);
  return rectangle;
}

typedef struct
{
  FseHostReading    reading; /* first: what others see */
  FsePixelsReading *pixels[2];
  gboolean          done[2];
} Reading;

static FsePixelsReading *
begin_one (gint layer, GeglRectangle part, gint side, gint *width, gint *height, GError **error)
{
  gint shorter = MIN (part.width, part.height);

  *width  = part.width;
  *height = part.height;
  return fse_pixels_reading_new (layer, part.x, part.y, part.width, part.height,
                                 side > 0 && shorter > side ? (gdouble) side / shorter : 1.0, error);
}

/* What both layers cover, each in its own coordinates: by their offsets where
 * their canvases have one size. */
static gboolean
common_parts (gint before, gint after, GeglRectangle *b, GeglRectangle *a, GError **error)
{
  GeglRectangle whole_b = layer_rectangle (before), whole_a = layer_rectangle (after), common;
  gint32        image_b = gimp_item_get_image (before), image_a = gimp_item_get_image (after);

  *b = (GeglRectangle) { 0, 0, whole_b.width, whole_b.height };
  *a = (GeglRectangle) { 0, 0, whole_a.width, whole_a.height };
  if (gimp_image_width (image_b) != gimp_image_width (image_a) || gimp_image_height (image_b) != gimp_image_height (image_a))
    return TRUE;
  if (! gegl_rectangle_intersect (&common, &whole_b, &whole_a))
    {
      g_autofree gchar *name_b = gimp_item_get_name (before);
      g_autofree gchar *name_a = gimp_item_get_name (after);

      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_PAIR,
                   _("The layers “%s” and “%s” do not overlap: put the after layer exactly over its before."),
                   name_b, name_a);
      return FALSE;
    }
  *b = (GeglRectangle) { common.x - whole_b.x, common.y - whole_b.y, common.width, common.height };
  *a = (GeglRectangle) { common.x - whole_a.x, common.y - whole_a.y, common.width, common.height };
  return TRUE;
}

static FseHostReading *
read_begin (FseHost *host, gint before, gint after, gint side, GError **error)
{
  Reading      *reading;
  GeglRectangle b, a;

  ON_MAIN_THREAD ();
  if (! check_layer (before, error) || (after != -1 && ! check_layer (after, error)))
    return NULL;
  if (after == -1)
    b = (GeglRectangle) { 0, 0, gimp_drawable_width (before), gimp_drawable_height (before) };
  else if (! common_parts (before, after, &b, &a, error))
    return NULL;

  reading            = g_new0 (Reading, 1);
  reading->pixels[0] = begin_one (before, b, side, &reading->reading.width[0], &reading->reading.height[0], error);
  if (reading->pixels[0] && after != -1)
    reading->pixels[1] = begin_one (after, a, side, &reading->reading.width[1], &reading->reading.height[1], error);
  reading->done[1] = after == -1;
  if (! reading->pixels[0] || (after != -1 && ! reading->pixels[1]))
    {
      g_clear_pointer (&reading->pixels[0], fse_pixels_reading_end);
      g_free (reading);
      return NULL;
    }
  return &reading->reading;
}

static gboolean
read_on (FseHost *host, FseHostReading *head, gboolean *done, GError **error)
{
  Reading *reading = (Reading *) head;
  gint     k       = reading->done[0] ? 1 : 0;

  ON_MAIN_THREAD ();
  if (! reading->done[k] && ! fse_pixels_reading_on (reading->pixels[k], &reading->done[k], error))
    return FALSE;
  *done = reading->done[0] && reading->done[1];
  return TRUE;
}

static void
read_end (FseHost *host, FseHostReading *head, FseImage **before_out, FseImage **after_out)
{
  Reading  *reading = (Reading *) head;
  FseImage *before  = fse_pixels_reading_end (reading->pixels[0]);
  FseImage *after   = reading->pixels[1] ? fse_pixels_reading_end (reading->pixels[1]) : NULL;

  if (before_out)
    *before_out = g_steal_pointer (&before);
  if (after_out)
    *after_out = g_steal_pointer (&after);
  g_clear_pointer (&before, fse_image_unref);
  g_clear_pointer (&after, fse_image_unref);
  g_free (reading);
}

static gboolean
is_attached (gint32 image, gint32 layer)
{
  gint             n    = 0;
  g_autofree gint *tops = gimp_image_get_layers (image, &n);
  gint32           top  = layer;

  for (gint32 parent = layer; parent != -1; parent = gimp_item_get_parent (parent))
    top = parent;
  for (gint i = 0; i < n; i++)
    if (tops[i] == top)
      return TRUE;
  return FALSE;
}

static gboolean
can_edit (FseHost *host, gint image, gint layer, GError **error)
{
  g_autofree gchar *name = NULL;

  ON_MAIN_THREAD ();
  if (! gimp_image_is_valid (image))
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                           _("The image is not open any more: open it again and repeat."));
      return FALSE;
    }
  if (! check_layer (layer, error))
    return FALSE;
  name = gimp_item_get_name (layer);
  if (gimp_item_get_image (layer) != image || ! is_attached (image, layer))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                   _("The layer “%s” is not in the given image: give a layer of that image."), name);
      return FALSE;
    }
  if (gimp_image_get_floating_sel (image) != -1)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                           _("The image has a floating selection: anchor it first (Layer > Anchor Layer)."));
      return FALSE;
    }
  return TRUE;
}

static FseImage *
read_layer (FseHost *host, gint layer, gint max_side, GError **error)
{
  gint longer;

  ON_MAIN_THREAD ();
  if (! check_layer (layer, error))
    return NULL;
  longer = MAX (gimp_drawable_width (layer), gimp_drawable_height (layer));
  return fse_pixels_read_small (layer, max_side > 0 && longer > max_side ? (gdouble) max_side / longer : 1.0, error);
}

/* --- editing a layer ------------------------------------------------------ */

static FseHostEdit *
edit_begin (FseHost *host, gint image, gint layer, GError **error)
{
  return can_edit (host, image, layer, error) ? fse_edit_begin (layer, error) : NULL;
}

static gboolean
edit_copy (FseHost *host, FseHostEdit *edit, gboolean *done, GError **error)
{
  ON_MAIN_THREAD ();
  return fse_edit_copy (edit, done, error);
}

static gboolean
can_put (FseHost *host, FseHostEdit *head, FseOutput output, GError **error)
{
  ON_MAIN_THREAD ();
  return fse_result_check (((FseEdit *) head)->drawable, output, error);
}

static gboolean
edit_put (FseHost *host, FseHostEdit *head, FseOutput output, const gchar *name, gboolean *done, gint *layer, GError **error)
{
  FseEdit *edit = (FseEdit *) head;

  if (! can_edit (host, edit->image, edit->drawable, error)) /* the user may have closed it meanwhile */
    return FALSE;
  if (gimp_drawable_width (edit->drawable) != head->width || gimp_drawable_height (edit->drawable) != head->height)
    {
      g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                           _("The layer's size changed while the edit was computed: repeat the edit."));
      return FALSE;
    }
  if (! edit->put && ! (edit->put = fse_result_new (edit, output, name, error)))
    return FALSE;
  return fse_result_on (edit->put, done, layer, error);
}

/* --- progress, messages, values ------------------------------------------ */

static void
progress (FseHost *host, const gchar *text, gdouble fraction)
{
  ON_MAIN_THREAD ();
  if (! text && fraction >= 1.0)
    {
      gimp_progress_end ();
      return;
    }
  if (text)
    gimp_progress_init (text);
  if (fraction < 0.0)
    gimp_progress_pulse ();
  else
    gimp_progress_update (fraction);
}

static void
message (FseHost *host, const gchar *text)
{
  ON_MAIN_THREAD ();
  gimp_message (text);
}

/* What gimp_set_data() keeps: other versions of this program may read it. */
typedef struct
{
  guint32 version;
  guint32 length; /* of the text behind this header, its NUL included */
} ValuesHeader;

static gchar *
load_session_values (const gchar *name)
{
  gint              size = gimp_get_data_size (name);
  g_autofree gchar *data = NULL;
  ValuesHeader      header;

  if (size <= (gint) sizeof header)
    return NULL;
  data = g_malloc (size);
  if (! gimp_get_data (name, data))
    return NULL;
  memcpy (&header, data, sizeof header);
  if (header.version != VALUES_VERSION || header.length != size - sizeof header || data[size - 1] != '\0')
    return NULL;
  return g_strdup (data + sizeof header);
}

static gchar *
values_path (FseHost *host, const gchar *name)
{
  g_autofree gchar *file = g_strconcat (name, ".ini", NULL);

  return g_build_filename (host->folder, file, NULL);
}

static gchar *
load_values (FseHost *host, const gchar *name, gboolean session)
{
  g_autofree gchar *path = values_path (host, name);
  gchar            *text = NULL;

  ON_MAIN_THREAD ();
  text = load_session_values (name);
  if (! text && ! session && ! g_file_get_contents (path, &text, NULL, NULL))
    text = NULL;
  return text;
}

static void
store_values (FseHost *host, const gchar *name, const gchar *text)
{
  g_autofree gchar *path   = values_path (host, name);
  gsize             length = strlen (text) + 1;
  g_autofree gchar *data   = g_malloc (sizeof (ValuesHeader) + length);
  ValuesHeader      header = { VALUES_VERSION, length };

  ON_MAIN_THREAD ();
  memcpy (data, &header, sizeof header);
  memcpy (data + sizeof header, text, length);
  gimp_set_data (name, data, sizeof header + length);
  /* Losing these between sessions is a pity, no error. */
  if (g_mkdir_with_parents (host->folder, 0700) != 0 || ! g_file_set_contents (path, text, -1, NULL))
    g_debug ("%s was not stored", path);
}

/* --- windows -------------------------------------------------------------- */

static gulong
parent_window (FseHost *host)
{
  gulong window;

  ON_MAIN_THREAD ();
  window = (gulong) (guint32) gimp_progress_get_window_handle ();
  if (window == 0 && gimp_default_display () > 0) /* -1 would show an error to the user */
    window = (gulong) (guint32) gimp_display_get_window_handle (gimp_default_display ());
  return window;
}

static gboolean
dark_theme (FseHost *host)
{
  g_autofree gchar *theme = gimp_gimprc_query ("theme");

  ON_MAIN_THREAD ();
  return g_strcmp0 (theme, "Dark") == 0 || g_strcmp0 (theme, "Gray") == 0;
}

/* GIMP's own "PROCESS:ITEM", which other processes get as well. */
static gint
dropped_layer (FseHost *host, const gchar *data)
{
  gint process, item;

  ON_MAIN_THREAD ();
  if (sscanf (data, "%d:%d", &process, &item) != 2 || process != gimp_getpid ()
      || ! gimp_item_is_valid (item) || ! gimp_item_is_layer (item))
    return -1;
  return item;
}

FseHost *
fse_host_gimp2 (void)
{
  static FseHost host = {
    .list_layers   = list_layers,
    .read_begin    = read_begin,
    .read_on       = read_on,
    .read_end      = read_end,
    .can_edit      = can_edit,
    .read_layer    = read_layer,
    .layer_target  = "application/x-gimp-layer-id",
    .dropped_layer = dropped_layer,
    .edit_begin    = edit_begin,
    .edit_copy     = edit_copy,
    .edit_read     = fse_edit_read,
    .edit_read_selection = fse_edit_read_selection,
    .edit_write    = fse_edit_write,
    .can_put       = can_put,
    .edit_put      = edit_put,
    .edit_free     = fse_edit_free,
    .progress      = progress,
    .message       = message,
    .load_values   = load_values,
    .store_values  = store_values,
    .parent_window = parent_window,
    .dark_theme    = dark_theme,
  };

  if (! main_thread)
    {
      main_thread   = g_thread_self ();
      host.display  = gimp_display_name ();
      host.wm_class = gimp_wm_class ();
      host.folder   = g_build_filename (gimp_directory (), "few-shot-edit", NULL);
      host.theme_file = g_build_filename (gimp_directory (), "themerc", NULL);
    }
  ON_MAIN_THREAD ();
  return &host;
}
