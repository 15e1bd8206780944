/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply/inference.h"

#include "model/colour-table.h"
#include "model/mx.h"
#include "model/my.h"
#include "model/vae.h"
#include "operators/philox.h"

#define STREAM_START 2000

struct _FseInference
{
  FseDevice *device;
  gboolean   position; /* the networks are told where they are */
  const gfloat *table; /* borrowed, or NULL */
  gint       height, width, reference_height, reference_width, references;

  /* what the tapes hand on; borrowed from them */
  FseTensor *picture;                    /* [1,h,w,8] */
  FseTensor *before, *after;             /* [references,rh,rw,8] */
  FseTensor *match;                      /* [1,h/4,w/4,32], NULL where there is no matching */
  FseTensor *condition[8];               /* one a reference */
  FseTransform transform;                /* of the first reference; NULLs where there is none */
  FseFeatures features;
  FseTensor *noisy, *time, *signal_out, *noise_out, *next; /* of the sampler tape */
  FseTensor *clean;                      /* predicted latent */
  FseChange  change;

  FseTape   *describe, *look, *step, *decode;
};

/* A pixel as the networks see it.  table: NULL where there is none, and for afters. */
static void
fill_pixel (gfloat to[FSE_PICTURE_CHANNELS], const gfloat rgb[3], const gfloat position[2], const gfloat *table)
{
  for (gint c = 0; c < 3; c++)
    {
      to[c] = rgb[c] - 0.5f;
      to[5 + c] = 0;
    }
  to[3] = position[0];
  to[4] = position[1];
  if (table)
    fse_colour_table_read (table, rgb, to + 5);
}

/* rgba: height x width x 4. */
static gfloat *
picture_channels (const FseInference *self, const gfloat *rgba, gint h, gint w, const gfloat *table)
{
  gfloat *values = g_new (gfloat, (gsize) h * w * FSE_PICTURE_CHANNELS);

  for (gint y = 0; y < h; y++)
    for (gint x = 0; x < w; x++)
      {
        gsize        p = (gsize) y * w + x;
        const gfloat position[2] = { self->position ? (x + 0.5f) * 2 / w - 1 : 0, self->position ? (y + 0.5f) * 2 / h - 1 : 0 };

        fill_pixel (values + p * FSE_PICTURE_CHANNELS, rgba + 4 * p, position, table);
      }
  return values;
}

static FseTensor *
position_channels (FseNet *net, FseTensor *picture)
{
  return fse_average_pool (net->tape, fse_slice_channels (net->tape, picture, 3, 2), 4);
}

static void
build_look (FseInference *self, FseNet *net)
{
  FseTape    *tape = net->tape;
  gboolean    refers = net->settings->n_to_n && net->settings->condition_transform;
  FseFeatures before, after;
  FseTensor  *features = NULL, *reference_features = NULL, *position;

  self->features = fse_vae_encode (net, self->picture);
  position = position_channels (net, self->picture);
  if (refers)
    {
      features = fse_mx_features (net, self->picture);
      reference_features = fse_mx_features (net, self->before);
      before = fse_vae_encode (net, self->before);
      after = fse_vae_encode (net, self->after);
    }

  for (gint i = 0; i < self->references; i++)
    {
      FseTransform moved = { NULL };

      if (refers)
        {
          FseTensor   *x = fse_slice_channels (tape, fse_tape_rows (tape, self->before, i, 1), 0, 3);
          FseTensor   *y = fse_slice_channels (tape, fse_tape_rows (tape, self->after, i, 1), 0, 3);
          FseMatchSide current = { .features = features,
                                   .x_small = fse_average_pool (tape, fse_slice_channels (tape, self->picture, 0, 3), 4) };
          FseMatchSide reference = { .features = fse_tape_rows (tape, reference_features, i, 1),
                                     .x_small = fse_average_pool (tape, x, 4),
                                     .y_small = fse_average_pool (tape, y, 4),
                                     .x_code = fse_tape_rows (tape, before.quarter, i, 1),
                                     .y_code = fse_tape_rows (tape, after.quarter, i, 1) };

          moved = fse_mx_transform (net, &reference, &current);
          if (i == 0)
            self->transform = moved;
        }
      self->condition[i] = fse_my_condition (net, self->features.quarter, refers ? &moved : NULL, position);
      fse_tape_keep (tape, self->condition[i]);
    }
  if (refers) /* small, and what there is to explain */
    {
      fse_tape_keep (tape, self->transform.flow);
      fse_tape_keep (tape, self->transform.moved_x);
      fse_tape_keep (tape, self->transform.moved_y);
    }
  fse_tape_keep (tape, self->features.full);
  fse_tape_keep (tape, self->features.half);
  fse_tape_keep (tape, self->features.quarter);
}

/* z' = noise_out * z + signal_out * clean, both coefficients given by DDIM. */
static void
build_step (FseInference *self, FseNet *net)
{
  FseTape *tape = net->tape;

  self->noisy = fse_tape_input (tape, 1, self->height / 4, self->width / 4, FSE_LATENT_CHANNELS);
  self->time = fse_tape_input (tape, 1, 1, 1, FSE_TIME_FEATURES);
  self->signal_out = fse_tape_input (tape, 1, 1, 1, 1);
  self->noise_out = fse_tape_input (tape, 1, 1, 1, 1);
  self->clean = NULL;
  for (gint i = 0; i < self->references; i++)
    {
      FseTensor *one = fse_my_predict (net, self->noisy, self->time, fse_tape_borrow (tape, self->condition[i]));

      self->clean = self->clean ? fse_add (tape, self->clean, one) : one;
    }
  if (self->references > 1)
    self->clean = fse_scale (tape, self->clean, 1.0f / self->references, 0.0f);
  fse_tape_keep (tape, self->clean);
  self->next = fse_mix (tape, self->clean, self->noisy, self->signal_out, self->noise_out);
  fse_tape_keep (tape, self->next);
}

static void
build_decode (FseInference *self, FseNet *net)
{
  FseTape    *tape = net->tape;
  FseFeatures features = { fse_tape_borrow (tape, self->features.full), fse_tape_borrow (tape, self->features.half),
                           fse_tape_borrow (tape, self->features.quarter) };
  FseTensor  *picture = fse_tape_borrow (tape, self->picture);

  self->change = fse_vae_decode (net, fse_tape_borrow (tape, self->clean), &features, fse_slice_channels (tape, picture, 0, 3),
                                 self->table ? fse_slice_channels (tape, picture, 5, 3) : NULL, NULL);
  fse_tape_keep (tape, self->change.residual);
  if (self->change.flow)
    {
      fse_tape_keep (tape, self->change.flow);
      fse_tape_keep (tape, self->change.grid);
      if (self->change.gain)
        {
          fse_tape_keep (tape, self->change.gain);
          fse_tape_keep (tape, self->change.moved); /* told of by fse_explain() */
        }
      fse_tape_keep (tape, self->change.base);
    }
}

FseInference *
fse_inference_new (FseDevice *device, FseWeights *weights, const FseSettings *settings, const gfloat *table,
                   gint height, gint width, gint reference_height, gint reference_width, gint references, GError **error)
{
  g_autoptr (FseInference) self = g_new0 (FseInference, 1);
  FseNet net = { NULL, weights, settings };

  g_assert (references >= 1 && references <= (gint) G_N_ELEMENTS (self->condition));
  self->device = device;
  self->position = settings->position;
  self->table = table;
  self->height = height;
  self->width = width;
  self->reference_height = reference_height;
  self->reference_width = reference_width;
  self->references = references;

  self->look = net.tape = fse_tape_new (device, FALSE);
  self->picture = fse_tape_input (net.tape, 1, height, width, FSE_PICTURE_CHANNELS);
  self->before = fse_tape_input (net.tape, references, reference_height, reference_width, FSE_PICTURE_CHANNELS);
  self->after = fse_tape_input (net.tape, references, reference_height, reference_width, FSE_PICTURE_CHANNELS);
  build_look (self, &net);
  if (!fse_tape_seal (self->look, error))
    return NULL;

  self->step = net.tape = fse_tape_new (device, FALSE);
  build_step (self, &net);
  if (!fse_tape_seal (self->step, error))
    return NULL;

  self->decode = net.tape = fse_tape_new (device, FALSE);
  build_decode (self, &net);
  if (!fse_tape_seal (self->decode, error))
    return NULL;

  if (settings->n_to_n && settings->condition_transform)
    {
      self->describe = net.tape = fse_tape_new (device, FALSE);
      self->match = fse_unit_norm (net.tape, fse_mx_features (&net, fse_tape_borrow (net.tape, self->picture)), NULL);
      fse_tape_keep (net.tape, self->match);
      if (!fse_tape_seal (self->describe, error))
        return NULL;
    }
  if (!fse_weights_allocate (weights, FALSE, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
fse_inference_free (FseInference *self)
{
  if (!self)
    return;
  fse_tape_free (self->describe);
  fse_tape_free (self->decode);
  fse_tape_free (self->step);
  fse_tape_free (self->look);
  g_free (self);
}

gboolean
fse_inference_set_reference (FseInference *self, gint index, const guint8 *before, const guint8 *after, GError **error)
{
  gsize              pixels = (gsize) self->reference_height * self->reference_width;
  g_autofree gfloat *rgba = g_new (gfloat, pixels * 4);
  const guint8      *sources[] = { before, after };
  FseTensor         *targets[] = { self->before, self->after };

  for (gint s = 0; s < 2; s++)
    {
      g_autofree gfloat *values = NULL;
      FseBuffer          to = targets[s]->data;

      for (gsize i = 0; i < pixels * 4; i++)
        rgba[i] = sources[s][i] / 255.0f;
      values = picture_channels (self, rgba, self->reference_height, self->reference_width, s == 0 ? self->table : NULL);
      to.at += index * pixels * FSE_PICTURE_CHANNELS;
      if (!fse_device_write (self->device, to, values, pixels * FSE_PICTURE_CHANNELS, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
fse_inference_set_picture (FseInference *self, const gfloat *rgba, GError **error)
{
  g_autofree gfloat *values = picture_channels (self, rgba, self->height, self->width, self->table);

  return fse_device_write (self->device, self->picture->data, values,
                           (gsize) self->height * self->width * FSE_PICTURE_CHANNELS, error);
}

gboolean
fse_inference_describe (FseInference *self, gfloat descriptor[FSE_DESCRIPTOR], GError **error)
{
  gsize              places = (gsize) self->match->h * self->match->w;
  g_autofree gfloat *values = g_new (gfloat, places * FSE_DESCRIPTOR);

  g_assert (self->match && self->match->c == FSE_DESCRIPTOR);
  if (!fse_tape_forward (self->describe, error)
      || !fse_device_read (self->device, self->match->data, values, places * FSE_DESCRIPTOR, error))
    return FALSE;
  for (gint c = 0; c < FSE_DESCRIPTOR; c++)
    descriptor[c] = 0;
  for (gsize p = 0; p < places; p++)
    for (gint c = 0; c < FSE_DESCRIPTOR; c++)
      descriptor[c] += values[p * FSE_DESCRIPTOR + c] / places;
  return TRUE;
}

gboolean
fse_inference_look (FseInference *self, GError **error)
{
  return fse_tape_forward (self->look, error);
}

gboolean
fse_inference_start (FseInference *self, guint64 seed, gint left, gint top, gint width, GError **error)
{
  const FseTensor   *z = self->noisy;
  gsize              floats = fse_tensor_floats (z);
  g_autofree gfloat *noise = g_new (gfloat, floats);

  for (gint y = 0; y < z->h; y++)
    for (gint x = 0; x < z->w; x++)
      for (gint c = 0; c < z->c; c++)
        noise[((gsize) y * z->w + x) * z->c + c]
          = fse_philox_normal (seed, 0, STREAM_START, ((guint64) (top / 4 + y) * (width / 4) + left / 4 + x) * z->c + c);
  return fse_device_write (self->device, self->noisy->data, noise, floats, error);
}

gboolean
fse_inference_step (FseInference *self, gdouble t, gdouble next, GError **error)
{
  gfloat time[FSE_TIME_FEATURES], signal, noise, next_signal, next_noise, on_noisy, on_clean;

  fse_my_time (t, time);
  fse_my_schedule (t, &signal, &noise);
  fse_my_schedule (next, &next_signal, &next_noise);
  /* eps = (z - signal clean) / noise;  z' = next_signal clean + next_noise eps */
  on_noisy = next_noise / noise;
  on_clean = next_signal - on_noisy * signal;

  if (!fse_device_write (self->device, self->time->data, time, FSE_TIME_FEATURES, error)
      || !fse_device_write (self->device, self->signal_out->data, &on_clean, 1, error)
      || !fse_device_write (self->device, self->noise_out->data, &on_noisy, 1, error)
      || !fse_tape_forward (self->step, error))
    return FALSE;
  return next <= 0
         || fse_device_copy (self->device, self->next->data, self->noisy->data, fse_tensor_floats (self->noisy), error);
}

gboolean
fse_inference_decode (FseInference *self, FseChangeFields *fields, GError **error)
{
  if (!fse_tape_forward (self->decode, error))
    return FALSE;
  *fields = (FseChangeFields) { self->change.flow, self->change.gain, self->change.grid, self->change.residual };
  return TRUE;
}

const FseTransform *
fse_inference_transform (FseInference *self)
{
  return &self->transform;
}

const FseChange *
fse_inference_change (FseInference *self)
{
  return &self->change;
}
