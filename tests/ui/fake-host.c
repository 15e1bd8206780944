/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See fake-host.h.
 */
#include "fake-host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 96

static void
add_layer (GPtrArray *layers, gint id, const gchar *format, gint k)
{
  FseHostLayer *layer = g_new0 (FseHostLayer, 1);

  layer->id         = id;
  layer->image      = FAKE_IMAGE;
  layer->name       = k >= 0 ? g_strdup_printf (format, k) : g_strdup (format);
  layer->image_name = g_strdup ("examples.xcf");
  layer->group      = -1;
  layer->width      = SIDE;
  layer->height     = SIDE;
  g_ptr_array_add (layers, layer);
}

static GPtrArray *
list_layers (FseHost *host)
{
  GPtrArray *layers = g_ptr_array_new_with_free_func ((GDestroyNotify) fse_host_layer_free);

  if (((FakeHost *) host)->empty)
    return layers;
  for (gint k = 0; k < FAKE_PAIRS; k++)
    {
      add_layer (layers, 10 + k, "example %d before", k);
      add_layer (layers, 30 + k, "example %d after", k);
    }
  add_layer (layers, FAKE_PICTURE, "Photo", -1);
  return layers;
}

/* Soft colours; the edit warms and darkens them. */
static FseImage *
paint (gint layer, gint width, gint height, GError **error)
{
  FseImage *image = fse_image_new (width, height, error);
  gboolean  after = layer >= 30 && layer < 50;
  gfloat    k     = layer % 20;

  if (! image)
    return NULL;
  image->bits = 8;
  for (gint y = 0; y < height; y++)
    for (gint x = 0; x < width; x++)
      {
        gfloat *pixel = image->rgba + 4 * ((gsize) y * width + x);
        gfloat  u     = (gfloat) x / width, v = (gfloat) y / height;

        pixel[0] = 0.5f + 0.4f * sinf (7.0f * u + k);
        pixel[1] = 0.5f + 0.4f * sinf (5.0f * v + 2.0f * k);
        pixel[2] = 0.5f + 0.4f * sinf (4.0f * (u + v) - k);
        pixel[3] = 1.0f;
        if (after)
          {
            pixel[0] = powf (pixel[0], 0.7f);
            pixel[2] = pixel[2] * 0.4f;
          }
      }
  return image;
}

static FseImage *
layer_as (FseHost *host, gint layer, gint width, gint height, GError **error)
{
  FakeHost *fake = (FakeHost *) host;

  return fake->picture && layer == FAKE_PICTURE ? fse_image_scale (fake->picture, width, height, error)
                                                : paint (layer, width, height, error);
}

typedef struct
{
  FseHostReading reading; /* first: what others see */
  gint           before, after;
} Reading;

static FseHostReading *
read_begin (FseHost *host, gint before, gint after, gint side, GError **error)
{
  Reading *reading = g_new0 (Reading, 1);

  *reading = (Reading) { { { SIDE, after >= 0 ? SIDE : 0 }, { SIDE, after >= 0 ? SIDE : 0 } }, before, after };
  return &reading->reading;
}

static gboolean
read_on (FseHost *host, FseHostReading *reading, gboolean *done, GError **error)
{
  *done = TRUE;
  return TRUE;
}

static void
read_end (FseHost *host, FseHostReading *head, FseImage **before_out, FseImage **after_out)
{
  Reading *reading = (Reading *) head;

  if (before_out)
    *before_out = layer_as (host, reading->before, SIDE, SIDE, NULL);
  if (after_out)
    *after_out = reading->after >= 0 ? paint (reading->after, SIDE, SIDE, NULL) : NULL;
  g_free (reading);
}

static gboolean
can_edit (FseHost *host, gint image, gint layer, GError **error)
{
  if (! ((FakeHost *) host)->empty && image == FAKE_IMAGE)
    return TRUE;
  g_set_error_literal (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE, "The image is not open any more.");
  return FALSE;
}

static FseImage *
read_layer (FseHost *host, gint layer, gint max_side, GError **error)
{
  gint width = ((FakeHost *) host)->width ? ((FakeHost *) host)->width : 300;

  width = max_side > 0 ? MIN (max_side, width) : width;
  return layer_as (host, layer, width, width * 3 / 4, error);
}

static gint
dropped_layer (FseHost *host, const gchar *data)
{
  gint layer = atoi (data);

  return (layer >= 10 && layer < 10 + FAKE_PAIRS) || (layer >= 30 && layer < 30 + FAKE_PAIRS) ? layer : -1;
}

/* An edit of the picture. */
typedef struct
{
  FseHostEdit head; /* first: what others see */
  FseImage   *before, *after;
} Edit;

static FseHostEdit *
edit_begin (FseHost *host, gint image, gint layer, GError **error)
{
  Edit *edit;

  if (! can_edit (host, image, layer, error))
    return NULL;
  edit         = g_new0 (Edit, 1);
  edit->before = read_layer (host, layer, 0, NULL);
  edit->after  = read_layer (host, layer, 0, NULL);
  edit->head   = (FseHostEdit) { .width = edit->before->width, .height = edit->before->height,
                                 .region = { 0, 0, edit->before->width, edit->before->height }, .selected = ((FakeHost *) host)->selected };
  return &edit->head;
}

static gboolean
can_put (FseHost *host, FseHostEdit *edit, FseOutput output, GError **error)
{
  return TRUE;
}

static gboolean
edit_copy (FseHost *host, FseHostEdit *edit, gboolean *done, GError **error)
{
  *done = TRUE;
  return TRUE;
}

/* Nothing of the first third, all of the last. */
gfloat
fake_selection (gdouble x)
{
  return CLAMP (3.0 * x - 1.0, 0.0, 1.0);
}

/* The nearest pixel. */
static void
edit_read (FseHostEdit *head, gdouble scale, gint x, gint y, gint width, gint height, gfloat *rgba)
{
  const FseImage *before = ((Edit *) head)->before;

  memset (rgba, 0, sizeof (gfloat) * 4 * width * height);
  for (gint v = 0; v < height; v++)
    for (gint u = 0; u < width; u++)
      {
        gint from_x = (x + u) / scale, from_y = (y + v) / scale;

        if (from_x >= 0 && from_x < before->width && from_y >= 0 && from_y < before->height)
          memcpy (rgba + 4 * (v * width + u), before->rgba + 4 * (from_y * before->width + from_x), 4 * sizeof (gfloat));
      }
}

static void
edit_read_selection (FseHostEdit *edit, gdouble scale, gint x, gint y, gint width, gint height, gfloat *values)
{
  for (gint i = 0; i < width * height; i++)
    values[i] = edit->selected ? fake_selection ((x + i % width) / (edit->width * scale)) : 1.0f;
}

static void
edit_write (FseHostEdit *head, gint x, gint y, gint width, gint height, const gfloat *rgba)
{
  FseImage *after = ((Edit *) head)->after;

  for (gint v = 0; v < height; v++)
    memcpy (after->rgba + 4 * ((y + v) * after->width + x), rgba + 4 * v * width, 4 * sizeof (gfloat) * width);
}

static gboolean
edit_put (FseHost *host, FseHostEdit *head, FseOutput output, const gchar *name, gboolean *done, gint *layer, GError **error)
{
  FakeHost *fake = (FakeHost *) host;
  Edit     *edit = (Edit *) head;
  gsize     n    = (gsize) head->width * head->height * 4;
  gdouble   sum  = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += fabs (edit->after->rgba[i] - edit->before->rgba[i]);
  fake->result_change = sum / n;
  g_clear_pointer (&fake->result, fse_image_unref);
  fake->result = fse_image_ref (edit->after);
  fake->results++;
  fake->output = output;
  g_free (fake->result_name);
  fake->result_name = g_strdup (name);
  *layer = 77;
  *done  = TRUE;
  return TRUE;
}

static void
edit_free (FseHost *host, FseHostEdit *head)
{
  Edit *edit = (Edit *) head;

  fse_image_unref (edit->before);
  fse_image_unref (edit->after);
  g_free (edit);
}

static void
progress (FseHost *host, const gchar *text, gdouble fraction)
{
}

static void
message (FseHost *host, const gchar *text)
{
}

static gchar *
load_values (FseHost *host, const gchar *name, gboolean session)
{
  return g_strdup (g_hash_table_lookup (((FakeHost *) host)->values, name));
}

static void
store_values (FseHost *host, const gchar *name, const gchar *text)
{
  g_hash_table_insert (((FakeHost *) host)->values, g_strdup (name), g_strdup (text));
}

static gulong
parent_window (FseHost *host)
{
  return 0;
}

static gboolean
dark_theme (FseHost *host)
{
  return ! ((FakeHost *) host)->light;
}

FakeHost *
fake_host_new (const gchar *folder)
{
  FakeHost *fake = g_new0 (FakeHost, 1);

  fake->folder = g_strdup (folder);
  fake->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  fake->host   = (FseHost) {
    .list_layers = list_layers, .read_begin = read_begin, .read_on = read_on, .read_end = read_end, .can_edit = can_edit, .read_layer = read_layer,
    .layer_target = FAKE_LAYER_TARGET, .dropped_layer = dropped_layer,
    .edit_begin = edit_begin, .edit_copy = edit_copy, .edit_read = edit_read, .edit_read_selection = edit_read_selection,
    .edit_write = edit_write, .can_put = can_put, .edit_put = edit_put, .edit_free = edit_free, .progress = progress, .message = message,
    .load_values = load_values, .store_values = store_values, .parent_window = parent_window,
    .dark_theme = dark_theme, .folder = fake->folder,
  };
  return fake;
}

void
fake_host_free (FakeHost *fake)
{
  g_hash_table_unref (fake->values);
  g_clear_pointer (&fake->result, fse_image_unref);
  g_free (fake->result_name);
  g_free (fake->folder);
  g_free (fake);
}
