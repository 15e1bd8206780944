/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See fake-host.h.
 */
#include "fake-host.h"

#include <math.h>

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
    *before_out = paint (reading->before, SIDE, SIDE, NULL);
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
  return paint (layer, max_side > 0 ? MIN (max_side, 300) : 300, max_side > 0 ? MIN (max_side, 300) * 3 / 4 : 225, error);
}

static void
to_screen (FseHost *host, gint layer, FseImage *picture)
{
}

static gint
add_result (FseHost *host, gint image, gint layer, const FseImage *before, const FseImage *after, const gchar *name, GError **error)
{
  FakeHost *fake = (FakeHost *) host;
  gsize     n    = (gsize) after->width * after->height * 4;
  gdouble   sum  = 0.0;

  g_assert_cmpint (before->width, ==, after->width);
  g_assert_cmpint (before->height, ==, after->height);
  for (gsize i = 0; i < n; i++)
    sum += fabs (after->rgba[i] - before->rgba[i]);
  fake->result_change = sum / n;
  fake->results++;
  g_free (fake->result_name);
  fake->result_name = g_strdup (name);
  return 77;
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
  return NULL;
}

static void
store_values (FseHost *host, const gchar *name, const gchar *text)
{
}

static gulong
parent_window (FseHost *host)
{
  return 0;
}

static gboolean
dark_theme (FseHost *host)
{
  return TRUE; /* GIMP's default */
}

FakeHost *
fake_host_new (const gchar *folder)
{
  FakeHost *fake = g_new0 (FakeHost, 1);

  fake->folder = g_strdup (folder);
  fake->host   = (FseHost) {
    .list_layers = list_layers, .read_begin = read_begin, .read_on = read_on, .read_end = read_end, .can_edit = can_edit, .read_layer = read_layer,
    .to_screen = to_screen, .add_result = add_result, .progress = progress, .message = message,
    .load_values = load_values, .store_values = store_values, .parent_window = parent_window,
    .dark_theme = dark_theme, .folder = fake->folder,
  };
  return fake;
}

void
fake_host_free (FakeHost *fake)
{
  g_free (fake->result_name);
  g_free (fake->folder);
  g_free (fake);
}
