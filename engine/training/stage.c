/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/stage.h"

#include "model/colour-table.h"
#include "model/my.h"
#include "operators/philox.h"
#include "training/augment.h"

/* Share of slots that train at pure noise: what one sampler step starts from. */
#define PURE_NOISE 0.5f
/* Host random streams; the device has its own numbers. */
#define STREAM_PAIR 1000
#define STREAM_TIME 1001
#define STREAM_WINDOW 1002

struct _FseStage
{
  FseDevice         *device;
  const FseSettings *settings;
  FseDataset        *data;
  FseTape           *tape;
  FseObjective       objective;
  gint               batch, n_learnt; /* slots; pairs that may be drawn */
  gfloat            *guest; /* height x width x 4; NULL where there is none */
  FseAugmentSlot    *slots;
  const gfloat      *table;           /* borrowed, or NULL */
  FseBuffer          before, after, slots_buffer, table_buffer;
};

static gsize
picture_floats (const FseStage *stage)
{
  return (gsize) stage->data->height * stage->data->width * 4;
}

FseStage *
fse_stage_new (FseDevice *device, FseWeights *weights, const FseSettings *settings, FsePairs *pairs, guint held_out,
               const gfloat *table, gint size, gint batch, GError **error)
{
  g_autoptr (FseStage) stage = g_new0 (FseStage, 1);
  FseNet               net;

  stage->device = device;
  stage->settings = settings;
  stage->batch = batch;
  stage->table = table;
  stage->data = fse_dataset_new (pairs, size, MAX (settings->windows, 1), error); /* auto: who knows the pairs has not chosen */
  if (!stage->data)
    return NULL;
  stage->n_learnt = stage->data->n - held_out;
  stage->slots = g_new0 (FseAugmentSlot, batch);
  stage->tape = fse_tape_new (device, TRUE);
  net = (FseNet) { stage->tape, weights, settings };
  fse_objective_build (&stage->objective, &net, batch, stage->data->window_height, stage->data->window_width);
  return g_steal_pointer (&stage);
}

void
fse_stage_free (FseStage *stage)
{
  FseBuffer *buffers[] = { &stage->before, &stage->after, &stage->slots_buffer, &stage->table_buffer };

  if (!stage)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (buffers); i++)
    if (buffers[i]->mem)
      fse_device_free (stage->device, buffers[i]);
  fse_tape_free (stage->tape);
  fse_dataset_free (stage->data);
  g_free (stage->guest);
  g_free (stage->slots);
  g_free (stage);
}

gboolean
fse_stage_invite (FseStage *stage, const FseImage *guest, GError **error)
{
  gint                 width = stage->data->width, height = stage->data->height;
  g_autoptr (FseImage) small = fse_image_scale (guest, width, height, error);

  if (!small)
    return FALSE;
  stage->guest = g_new (gfloat, picture_floats (stage));
  for (gsize i = 0; i < picture_floats (stage); i++)
    stage->guest[i] = i % 4 == 3 ? 1.0f : small->rgba[i] > 0.0f ? MIN (small->rgba[i], 1.0f) : 0.0f;
  return TRUE;
}

const gfloat *
fse_stage_guest (FseStage *stage)
{
  return stage->guest;
}

/* Pairs on the device, the guest as well. */
static gint
n_shown (const FseStage *stage)
{
  return stage->data->n + (stage->guest != NULL);
}

static gboolean
place_pictures (FseStage *stage, const gfloat *values, FseBuffer *buffer, GError **error)
{
  gsize     floats = stage->data->n * picture_floats (stage);
  FseBuffer last;

  if (!fse_device_alloc (stage->device, n_shown (stage) * picture_floats (stage), buffer, error)
      || !fse_device_write (stage->device, *buffer, values, floats, error))
    return FALSE;
  last = (FseBuffer) { buffer->mem, buffer->at + floats };
  return !stage->guest || fse_device_write (stage->device, last, stage->guest, picture_floats (stage), error);
}

void
fse_stage_recompute (FseStage *stage)
{
  fse_tape_recompute (stage->tape);
}

guint64
fse_stage_memory (FseStage *stage)
{
  return fse_tape_memory (stage->tape) + 2 * n_shown (stage) * picture_floats (stage) * sizeof (gfloat);
}

gdouble
fse_stage_flops (FseStage *stage)
{
  return fse_tape_flops (stage->tape);
}

gboolean
fse_stage_place (FseStage *stage, GError **error)
{
  return fse_tape_seal (stage->tape, error)
         && fse_device_alloc (stage->device, stage->batch * sizeof (FseAugmentSlot) / sizeof (gfloat), &stage->slots_buffer, error)
         && place_pictures (stage, stage->data->before, &stage->before, error)
         && place_pictures (stage, stage->data->after, &stage->after, error)
         && (!stage->table
             || (fse_device_alloc (stage->device, FSE_COLOUR_TABLE_FLOATS, &stage->table_buffer, error)
                 && fse_device_write (stage->device, stage->table_buffer, stage->table, FSE_COLOUR_TABLE_FLOATS, error)));
}

static void
augment_settings (FseStage *stage, FseAugmentSettings *augment)
{
  fse_augment_settings_default (augment);
  augment->enabled = stage->settings->augmentation;
  augment->flips = stage->settings->flips;
  augment->hues = stage->settings->hues;
  augment->aspect = (gfloat) stage->data->window_width / stage->data->window_height;
}

/* Puts the first n of the stage's slots into the objective, at these diffusion times. */
static gboolean
fill (FseStage *stage, FseObjective *o, gint n, const gfloat *t, guint32 step, GError **error)
{
  const FseSettings *s = stage->settings;
  g_autofree gfloat *time = g_new (gfloat, n * FSE_TIME_FEATURES);
  g_autofree gfloat *signal = g_new (gfloat, n), *noise = g_new (gfloat, n);
  guint32            clock[4] = { (guint32) s->seed, (guint32) (s->seed >> 32), step, 0 };

  for (gint b = 0; b < n; b++)
    {
      fse_my_time (t[b], time + b * FSE_TIME_FEATURES);
      fse_my_schedule (t[b], &signal[b], &noise[b]);
    }
  return fse_device_send (stage->device, o->clock->data, clock, 4, error)
         && fse_device_send (stage->device, o->time->data, time, n * FSE_TIME_FEATURES, error)
         && fse_device_send (stage->device, o->signal->data, signal, n, error)
         && fse_device_send (stage->device, o->noise->data, noise, n, error)
         && fse_augment (stage->device, stage->before, stage->after, n_shown (stage), stage->data->height,
                         stage->data->width, stage->slots, n, stage->slots_buffer, stage->table_buffer, s->position,
                         o->before, o->after, o->mask, error);
}

/* Any window of the picture, as likely as any other. */
static void
draw_window (const FseStage *stage, guint32 step, gint b)
{
  const FseDataset *data = stage->data;
  guint64           seed = stage->settings->seed;

  stage->slots[b].left = fse_philox_uniform (seed, step, STREAM_WINDOW, 2 * b) * (data->width - data->window_width + 1);
  stage->slots[b].top = fse_philox_uniform (seed, step, STREAM_WINDOW, 2 * b + 1) * (data->height - data->window_height + 1);
}

gboolean
fse_stage_draw (FseStage *stage, guint32 step, GError **error)
{
  guint64            seed = stage->settings->seed;
  g_autofree gfloat *t = g_new (gfloat, stage->batch);
  FseAugmentSettings augment;

  augment_settings (stage, &augment);
  for (gint b = 0; b < stage->batch; b++)
    {
      gfloat which = fse_philox_uniform (seed, step, STREAM_TIME, 2 * b);

      t[b] = which < PURE_NOISE ? 1.0f : fse_philox_uniform (seed, step, STREAM_TIME, 2 * b + 1);
      fse_augment_draw (&stage->slots[b], &augment, seed, step, b);
      stage->slots[b].pair = fse_philox_uniform (seed, step, STREAM_PAIR, b) * stage->n_learnt;
      draw_window (stage, step, b);
    }
  return fill (stage, &stage->objective, stage->batch, t, step, error);
}

gboolean
fse_stage_show (FseStage *stage, FseObjective *objective, const gint *pairs, gint n, gint place, GError **error)
{
  g_autofree gfloat *t = g_new (gfloat, n);
  FseAugmentSettings augment;

  g_assert (n <= stage->batch);
  augment_settings (stage, &augment);
  augment.enabled = augment.flips = FALSE;
  for (gint b = 0; b < n; b++)
    {
      t[b] = 1;
      fse_augment_draw (&stage->slots[b], &augment, 0, 0, b);
      stage->slots[b].pair = pairs[b];
      fse_dataset_window (stage->data, place, &stage->slots[b].left, &stage->slots[b].top);
    }
  return fill (stage, objective, n, t, 0, error);
}

gboolean
fse_stage_run (FseStage *stage, GError **error)
{
  return fse_tape_forward (stage->tape, error) && fse_tape_backward (stage->tape, error);
}

const FseTensor *
fse_stage_loss (FseStage *stage, FseLossTerm term)
{
  return stage->objective.loss[term];
}

const FseTensor *
fse_stage_unedited (FseStage *stage)
{
  return stage->objective.unedited;
}

/* The first of a batch of centred pictures. */
static FseImage *
read_picture (FseStage *stage, const FseTensor *tensor, GError **error)
{
  gsize                n = (gsize) tensor->h * tensor->w;
  g_autofree gfloat   *values = g_new (gfloat, n * tensor->c);
  g_autoptr (FseImage) image = fse_image_new (tensor->w, tensor->h, error);

  if (!image || !fse_device_read (stage->device, tensor->data, values, n * tensor->c, error))
    return NULL;
  image->bits = 8;
  for (gsize i = 0; i < n; i++)
    {
      for (gint c = 0; c < 3; c++)
        {
          gfloat value = values[i * tensor->c + c] + 0.5f;

          image->rgba[4 * i + c] = value > 0.0f ? MIN (value, 1.0f) : 0.0f; /* not-a-number is 0 */
        }
      image->rgba[4 * i + 3] = 1.0f;
    }
  return g_steal_pointer (&image);
}

gboolean
fse_stage_example (FseStage *stage, FseImage *pictures[3], GError **error)
{
  return fse_stage_read (stage, &stage->objective, pictures, error);
}

gboolean
fse_stage_read (FseStage *stage, const FseObjective *objective, FseImage *pictures[3], GError **error)
{
  const FseTensor *tensors[3] = { objective->before, objective->result, objective->after };

  for (gint k = 0; k < 3; k++)
    if (!(pictures[k] = read_picture (stage, tensors[k], error)))
      {
        while (k-- > 0)
          g_clear_pointer (&pictures[k], fse_image_unref);
        return FALSE;
      }
  return TRUE;
}

const FseDataset *
fse_stage_data (FseStage *stage)
{
  return stage->data;
}

FseDevice *
fse_stage_device (FseStage *stage)
{
  return stage->device;
}
