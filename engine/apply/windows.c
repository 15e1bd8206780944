/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply/windows.h"

/* A field of the whole: in main memory the weighted sum of what windows say, on the device their mean. */
typedef struct
{
  gint      scale; /* pixels a side of each of its places */
  gfloat    unit;  /* a window's numbers in those of the whole */
  gfloat   *sum, *weight;
  FseTensor tensor;
} Field;

enum
{
  FLOW,
  GAIN,
  GRID,
  RESIDUAL,
  N_FIELDS
};

struct _FseWindows
{
  FseDevice *device;
  gint       width, height, count;
  Field      fields[N_FIELDS];
};

FseWindows *
fse_windows_new (FseDevice *device, gint width, gint height, gint count)
{
  FseWindows *windows = g_new0 (FseWindows, 1);

  g_assert (width % (4 * count) == 0 && height % (4 * count) == 0);
  windows->device = device;
  windows->width = width;
  windows->height = height;
  windows->count = count;
  windows->fields[FLOW] = (Field) { .scale = 1, .unit = 1.0f / count }; /* flows are in half frames */
  windows->fields[GAIN] = (Field) { .scale = 1, .unit = 1.0f };
  windows->fields[GRID] = (Field) { .scale = 4, .unit = 1.0f };
  windows->fields[RESIDUAL] = (Field) { .scale = 1, .unit = 1.0f };
  return windows;
}

void
fse_windows_free (FseWindows *windows)
{
  if (!windows)
    return;
  for (gint f = 0; f < N_FIELDS; f++)
    {
      Field *field = &windows->fields[f];

      if (field->tensor.data.mem)
        fse_device_free (windows->device, &field->tensor.data);
      g_free (field->sum);
      g_free (field->weight);
    }
  g_free (windows);
}

/* Windows each way. */
static gint
each_way (const FseWindows *windows)
{
  return windows->count > 1 ? windows->count + 1 : 1;
}

gint
fse_windows_n (FseWindows *windows)
{
  return each_way (windows) * each_way (windows);
}

/* Where window i of an axis begins. */
static gint
begin (const FseWindows *windows, gint whole, gint i)
{
  gint last = each_way (windows) - 1;

  return last ? i * (whole - whole / windows->count) / last / 4 * 4 : 0;
}

void
fse_windows_place (FseWindows *windows, gint i, FseRectangle *place)
{
  *place = (FseRectangle) { begin (windows, windows->width, i % each_way (windows)),
                            begin (windows, windows->height, i / each_way (windows)),
                            windows->width / windows->count, windows->height / windows->count };
}

/* How much a window counts at place `at` of its `length` places: all but nothing at an edge that lies within the whole, rising
 * towards the window's middle. */
static gfloat
share (gint at, gint length, gboolean first, gboolean last)
{
  gfloat from_start = first ? length : at + 0.5f, to_end = last ? length : length - at - 0.5f;

  return MIN (from_start, to_end);
}

static gboolean
field_add (FseWindows *windows, Field *field, const FseRectangle *place, const FseTensor *window, GError **error)
{
  gint               whole_w = windows->width / field->scale, whole_h = windows->height / field->scale;
  gint               left = place->x / field->scale, top = place->y / field->scale;
  g_autofree gfloat *values = NULL;

  if (!window)
    return TRUE;
  values = g_new (gfloat, fse_tensor_floats (window));
  if (!fse_device_read (windows->device, window->data, values, fse_tensor_floats (window), error))
    return FALSE;
  if (!field->sum)
    {
      field->sum = g_new0 (gfloat, (gsize) whole_w * whole_h * window->c);
      field->weight = g_new0 (gfloat, (gsize) whole_w * whole_h);
      field->tensor = (FseTensor) { .n = 1, .h = whole_h, .w = whole_w, .c = window->c };
    }
  for (gint y = 0; y < window->h; y++)
    for (gint x = 0; x < window->w; x++)
      {
        gsize         to = (gsize) (top + y) * whole_w + left + x;
        const gfloat *from = values + ((gsize) y * window->w + x) * window->c;
        gfloat        weight = share (x, window->w, left == 0, left + window->w == whole_w)
                               * share (y, window->h, top == 0, top + window->h == whole_h);

        for (gint c = 0; c < window->c; c++)
          field->sum[to * window->c + c] += weight * field->unit * from[c];
        field->weight[to] += weight;
      }
  return TRUE;
}

gboolean
fse_windows_add (FseWindows *windows, const FseRectangle *place, const FseChangeFields *fields, GError **error)
{
  return field_add (windows, &windows->fields[FLOW], place, fields->flow, error)
         && field_add (windows, &windows->fields[GAIN], place, fields->gain, error)
         && field_add (windows, &windows->fields[GRID], place, fields->grid, error)
         && field_add (windows, &windows->fields[RESIDUAL], place, fields->residual, error);
}

/* Borrowed; NULL where no window has such a field. */
static gboolean
field_end (FseWindows *windows, Field *field, const FseTensor **whole, GError **error)
{
  gsize floats = fse_tensor_floats (&field->tensor);

  *whole = NULL;
  if (!field->sum)
    return TRUE;
  for (gsize i = 0; i < floats; i++)
    field->sum[i] /= field->weight[i / field->tensor.c];
  if (!fse_device_alloc (windows->device, floats, &field->tensor.data, error)
      || !fse_device_write (windows->device, field->tensor.data, field->sum, floats, error))
    return FALSE;
  g_clear_pointer (&field->sum, g_free);
  g_clear_pointer (&field->weight, g_free);
  *whole = &field->tensor;
  return TRUE;
}

gboolean
fse_windows_end (FseWindows *windows, FseChangeFields *fields, GError **error)
{
  return field_end (windows, &windows->fields[FLOW], &fields->flow, error)
         && field_end (windows, &windows->fields[GAIN], &fields->gain, error)
         && field_end (windows, &windows->fields[GRID], &fields->grid, error)
         && field_end (windows, &windows->fields[RESIDUAL], &fields->residual, error);
}
