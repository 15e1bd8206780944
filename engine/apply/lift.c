/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply/lift.h"

#include <math.h>

#include "i18n.h"
#include "model/colour-table.h"
#include "model/vae.h"

/* A tile: some tens of milliseconds with all that is read and written, so that cancelling is heard soon; 4 MB each of these. */
#define TILE_SIDE 512
/* Halved tiles stay above this side: below it, memory is short for anything at all. */
#define LEAST_SIDE 64
/* What the flow draws on may be this many times the tile, before the tile is cut instead. */
#define MOST_SOURCE 3
/* Pixels around a source that interpolation reaches for. */
#define REACH 2

/* Pixels on the device and in main memory. */
typedef struct
{
  FseBuffer  buffer;
  gfloat    *host;
  gsize      pixels; /* that there is room for */
} Pixels;

struct _FseLift
{
  FseDevice      *device;
  FseChangeFields fields;
  gint            width, height; /* of the fields */
  FseBuffer       small, table;  /* table: without memory where there is none */
  gfloat         *flow;          /* [height,width,2] in main memory, or NULL */
  FseTape        *smoother;      /* what the bands of detail are made of, or NULL */
  FseTensor      *smoothed;
  FseBuffer       answer;        /* [height,width,4]: the model's own result, where detail is to go */
  gint            side;          /* of tiles, as far as memory allows */
  Pixels          own, source, out;
};

/* One run's arguments. */
typedef struct
{
  const FseRaster *raster;
  gdouble          strength, detail;
  gdouble          done, all; /* pixels */
  FseLiftProgress  go_on;
  gpointer         data;
} Run;

/* The picture as the model saw it, smoothed as the model smoothes it. */
static gboolean
smooth (FseLift *lift, const FseImage *small, GError **error)
{
  gsize              pixels = (gsize) small->width * small->height;
  g_autofree gfloat *rgb = g_new (gfloat, pixels * 3);
  FseTensor         *picture;

  for (gsize i = 0; i < pixels * 3; i++)
    rgb[i] = small->rgba[i / 3 * 4 + i % 3];
  lift->smoother = fse_tape_new (lift->device, FALSE);
  picture = fse_tape_input (lift->smoother, 1, small->height, small->width, 3);
  lift->smoothed = fse_vae_smoothed (lift->smoother, picture);
  fse_tape_keep (lift->smoother, lift->smoothed);
  return fse_tape_seal (lift->smoother, error)
         && fse_device_write (lift->device, picture->data, rgb, pixels * 3, error)
         && fse_tape_forward (lift->smoother, error);
}

FseLift *
fse_lift_new (FseDevice *device, const FseChangeFields *fields, const gfloat *table, const FseImage *small, GError **error)
{
  g_autoptr (FseLift) lift = g_new0 (FseLift, 1);
  gsize               pixels = (gsize) small->width * small->height;

  lift->device = device;
  lift->fields = *fields;
  lift->width = small->width;
  lift->height = small->height;
  lift->side = TILE_SIDE;
  if (!fse_device_alloc (device, pixels * 4, &lift->small, error)
      || !fse_device_write (device, lift->small, small->rgba, pixels * 4, error))
    return NULL;
  if (table
      && (!fse_device_alloc (device, FSE_COLOUR_TABLE_FLOATS, &lift->table, error)
          || !fse_device_write (device, lift->table, table, FSE_COLOUR_TABLE_FLOATS, error)))
    return NULL;
  if (fields->flow)
    {
      lift->flow = g_new (gfloat, pixels * 2);
      if (!fse_device_read (device, fields->flow->data, lift->flow, pixels * 2, error))
        return NULL;
    }
  if (fields->gain && !smooth (lift, small, error))
    return NULL;
  return g_steal_pointer (&lift);
}

static void
pixels_clear (FseLift *lift, Pixels *pixels)
{
  if (pixels->buffer.mem)
    fse_device_free (lift->device, &pixels->buffer);
  g_clear_pointer (&pixels->host, g_free);
  pixels->pixels = 0;
}

void
fse_lift_free (FseLift *lift)
{
  if (!lift)
    return;
  pixels_clear (lift, &lift->own);
  pixels_clear (lift, &lift->source);
  pixels_clear (lift, &lift->out);
  if (lift->small.mem)
    fse_device_free (lift->device, &lift->small);
  if (lift->answer.mem)
    fse_device_free (lift->device, &lift->answer);
  if (lift->table.mem)
    fse_device_free (lift->device, &lift->table);
  fse_tape_free (lift->smoother);
  g_free (lift->flow);
  g_free (lift);
}

static gsize
area (const FseRectangle *rectangle)
{
  return (gsize) rectangle->width * rectangle->height;
}

/* Makes room for a rectangle. */
static gboolean
pixels_fit (FseLift *lift, Pixels *pixels, const FseRectangle *rectangle, GError **error)
{
  gsize needed = area (rectangle);

  if (pixels->pixels >= needed)
    return TRUE;
  pixels_clear (lift, pixels);
  if (!fse_device_alloc (lift->device, needed * 4, &pixels->buffer, error))
    return FALSE;
  pixels->host = g_try_malloc_n (needed, 4 * sizeof (gfloat));
  if (!pixels->host)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY,
                   _("%.0f MB more are needed in main memory than there are: close other programs."), needed * 16 / 1e6);
      return FALSE;
    }
  pixels->pixels = needed;
  return TRUE;
}

static gboolean
pixels_load (FseLift *lift, Pixels *pixels, const FseRaster *raster, const FseRectangle *rectangle, GError **error)
{
  return pixels_fit (lift, pixels, rectangle, error)
         && raster->read (raster->data, rectangle, pixels->host, error)
         && fse_device_write (lift->device, pixels->buffer, pixels->host, area (rectangle) * 4, error);
}

/* The field's pixels that pixels first .. first + count - 1 of `size` are read from. */
static void
field_range (gint first, gint count, gint size, gint field, gint *low, gint *high)
{
  *low = CLAMP ((gint) floor ((first + 0.5) * field / size - 0.5) - 1, 0, field - 1);
  *high = CLAMP ((gint) floor ((first + count - 0.5) * field / size - 0.5) + 2, 0, field - 1);
}

/* An axis of the source: `count` pixels from `first`, displaced by low .. high pixels. */
static void
displaced (gint *first, gint *count, gint size, gdouble low, gdouble high)
{
  /* clamped before the conversion: a runaway flow must not become an address */
  gint from = (gint) floor (CLAMP (*first + low - REACH, 0, size - 1));
  gint to = (gint) ceil (CLAMP (*first + *count - 1 + high + REACH, 0, size - 1));

  *first = from;
  *count = to - from + 1;
}

/* The part of the picture that the flow brings to `tile`.  FALSE where nothing moves there. */
static gboolean
find_source (const FseLift *lift, const Run *run, const FseRectangle *tile, FseRectangle *source)
{
  const FseRaster *raster = run->raster;
  gint             x0, x1, y0, y1;
  gfloat           low[2] = { 0, 0 }, high[2] = { 0, 0 };

  *source = *tile;
  if (!lift->flow)
    return FALSE;
  field_range (tile->x, tile->width, raster->width, lift->width, &x0, &x1);
  field_range (tile->y, tile->height, raster->height, lift->height, &y0, &y1);
  for (gint axis = 0; axis < 2; axis++)
    {
      low[axis] = INFINITY;
      high[axis] = -INFINITY;
      for (gint y = y0; y <= y1; y++)
        for (gint x = x0; x <= x1; x++)
          {
            gfloat d = lift->flow[((gsize) y * lift->width + x) * 2 + axis];

            low[axis] = isfinite (d) ? MIN (low[axis], d) : -INFINITY;
            high[axis] = isfinite (d) ? MAX (high[axis], d) : INFINITY;
          }
    }
  if (low[0] == 0 && high[0] == 0 && low[1] == 0 && high[1] == 0)
    return FALSE;
  displaced (&source->x, &source->width, raster->width, run->strength * low[0] * raster->width / 2,
             run->strength * high[0] * raster->width / 2);
  displaced (&source->y, &source->height, raster->height, run->strength * low[1] * raster->height / 2,
             run->strength * high[1] * raster->height / 2);
  return TRUE;
}

static gboolean
all_finite (const gfloat *rgba, gsize pixels)
{
  for (gsize i = 0; i < pixels * 4; i++)
    if (!isfinite (rgba[i]))
      return FALSE;
  return TRUE;
}

/* Not-a-number (possible in float pictures) never reaches the result. */
static gboolean
check_finite (FseLift *lift, const FseRectangle *tile, const FseRectangle *source, gboolean moves, GError **error)
{
  if (all_finite (lift->out.host, area (tile)))
    return TRUE;
  if (all_finite (lift->own.host, area (tile)) && (!moves || all_finite (lift->source.host, area (source))))
    g_set_error (error, FSE_ERROR, FSE_ERROR_NUMERIC,
                 _("The result holds values that are not numbers, so nothing was changed: "
                   "try another device, or train the model again."));
  else
    g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE,
                 _("The picture holds values that are not numbers: repair it first, e. g. with Colors > Map or a clipping filter."));
  return FALSE;
}

/* `tile` of a picture of width x height, into `out`. */
static gboolean
launch (FseLift *lift, gint width, gint height, gdouble strength, gdouble detail, const FseRectangle *tile, FseBuffer own,
        const FseRectangle *source, FseBuffer from, FseBuffer out, GError **error)
{
  const FseChangeFields *fields = &lift->fields;
  gboolean               explicit = fields->flow != NULL;
  FseRange               range = fse_device_family (lift->device) == FSE_FAMILY_GPU
                                   ? fse_range_groups (tile->width, tile->height, 1, 16, 4, 1)
                                   : fse_range_groups (tile->width, tile->height, 1, 64, 1, 1);

  return fse_launch (lift->device, "change", "lift", range, error,
                     FSE_BUF (own), FSE_BUF (from), FSE_BUF (lift->small),
                     FSE_BUF (explicit ? fields->flow->data : fields->residual->data),
                     FSE_BUF (fields->gain ? fields->gain->data : fields->residual->data),
                     FSE_BUF (fields->gain ? lift->smoothed->data : fields->residual->data),
                     FSE_BUF (explicit ? fields->grid->data : fields->residual->data),
                     FSE_BUF (fields->residual->data), FSE_BUF (detail < 1 ? lift->answer : lift->small),
                     FSE_BUF (lift->table.mem ? lift->table : lift->small), FSE_BUF (out),
                     FSE_INT (width), FSE_INT (height), FSE_INT (lift->width), FSE_INT (lift->height),
                     FSE_INT (tile->x), FSE_INT (tile->y), FSE_INT (tile->width), FSE_INT (tile->height),
                     FSE_INT (source->x), FSE_INT (source->y), FSE_INT (source->width), FSE_INT (source->height),
                     FSE_INT (explicit ? fields->grid->h : 1), FSE_INT (explicit ? fields->grid->w : 1),
                     FSE_INT (FSE_GRID_LEVELS), FSE_INT (explicit), FSE_INT (fields->gain != NULL), FSE_INT (lift->table.mem != NULL),
                     FSE_FLOAT (strength), FSE_FLOAT (detail), FSE_END);
}

/* The model's own result, at its own size. */
static gboolean
find_answer (FseLift *lift, gdouble strength, GError **error)
{
  const FseRectangle whole = { 0, 0, lift->width, lift->height };

  return (lift->answer.mem || fse_device_alloc (lift->device, area (&whole) * 4, &lift->answer, error))
         && launch (lift, lift->width, lift->height, strength, 1, &whole, lift->small, &whole, lift->small, lift->answer, error);
}

static gboolean
lift_tile (FseLift *lift, const Run *run, const FseRectangle *tile, const FseRectangle *source, gboolean moves, GError **error)
{
  return pixels_load (lift, &lift->own, run->raster, tile, error)
         && (!moves || pixels_load (lift, &lift->source, run->raster, source, error))
         && pixels_fit (lift, &lift->out, tile, error)
         && launch (lift, run->raster->width, run->raster->height, run->strength, run->detail, tile, lift->own.buffer, source,
                    moves ? lift->source.buffer : lift->own.buffer, lift->out.buffer, error)
         && fse_device_read (lift->device, lift->out.buffer, lift->out.host, area (tile) * 4, error);
}

static gboolean lift_region (FseLift *lift, Run *run, const FseRectangle *region, GError **error);

/* Both halves, cut across the longer side. */
static gboolean
lift_halves (FseLift *lift, Run *run, const FseRectangle *region, GError **error)
{
  FseRectangle first = *region, second = *region;

  if (region->width > region->height)
    {
      first.width /= 2;
      second.x += first.width;
      second.width -= first.width;
    }
  else
    {
      first.height /= 2;
      second.y += first.height;
      second.height -= first.height;
    }
  return lift_region (lift, run, &first, error) && lift_region (lift, run, &second, error);
}

static gboolean
lift_region (FseLift *lift, Run *run, const FseRectangle *region, GError **error)
{
  g_autoptr (GError) reason = NULL;
  gint               longest = MAX (region->width, region->height);
  FseRectangle       source;
  gboolean           moves;

  if (longest > lift->side)
    return lift_halves (lift, run, region, error);
  moves = find_source (lift, run, region, &source);
  if (area (&source) > MOST_SOURCE * area (region) + TILE_SIDE && longest > LEAST_SIDE)
    return lift_halves (lift, run, region, error);
  if (lift_tile (lift, run, region, &source, moves, &reason))
    {
      run->done += area (region);
      return check_finite (lift, region, &source, moves, error)
             && run->raster->write (run->raster->data, region, lift->out.host, error)
             && run->go_on (run->done / run->all, run->data, error);
    }
  if (g_error_matches (reason, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY) && longest > LEAST_SIDE)
    {
      g_debug ("tiles of %d pixels are too large: %s", longest, reason->message);
      pixels_clear (lift, &lift->own);
      pixels_clear (lift, &lift->source);
      pixels_clear (lift, &lift->out);
      lift->side = MAX (longest / 2, LEAST_SIDE);
      return lift_region (lift, run, region, error);
    }
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

gboolean
fse_lift_run (FseLift *lift, const FseRaster *raster, const FseRectangle *region, gdouble strength,
              gdouble detail, FseLiftProgress go_on, gpointer data, GError **error)
{
  Run run = { .raster = raster, .strength = strength, .detail = detail, .all = area (region), .go_on = go_on, .data = data };

  if (detail < 1 && !find_answer (lift, strength, error))
    return FALSE;
  for (gint y = region->y; y < region->y + region->height; y += TILE_SIDE)
    for (gint x = region->x; x < region->x + region->width; x += TILE_SIDE)
      {
        const FseRectangle tile = { x, y, MIN (TILE_SIDE, region->x + region->width - x),
                                    MIN (TILE_SIDE, region->y + region->height - y) };

        if (!lift_region (lift, &run, &tile, error))
          return FALSE;
      }
  return TRUE;
}
