/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/validation.h"

#include <math.h>

/* What doing nothing scores is taken as at least this, so that a held-out pair that the edit leaves alone can be told, too. */
#define LEAST_CHANGE (1.0 / 255)

enum
{
  PIXEL,
  AMPLITUDE,
  N_MEASURES
};

struct _FseValidation
{
  FseStage    *stage;
  FseWeights  *weights;
  guint        n_held_out;
  gint        *reference; /* of each held-out pair, and of the guest: the most similar one that is learnt from */
  FseTape     *tape;
  FseObjective objective; /* slot 0 is the held-out pair, slot 1 its reference */
  FseTensor   *result[N_MEASURES], *copy[N_MEASURES];
};

static gdouble
difference (const gfloat *a, const gfloat *b, gsize floats)
{
  gdouble sum = 0;

  for (gsize i = 0; i < floats; i += 4)
    for (gint c = 0; c < 3; c++)
      sum += fabsf (a[i + c] - b[i + c]);
  return sum;
}

/* before: height x width x 4 */
static gint
most_similar (const FseDataset *data, const gfloat *before, gint n_learnt)
{
  gsize   floats = (gsize) data->height * data->width * 4;
  gdouble least = INFINITY;
  gint    best = 0;

  for (gint i = 0; i < n_learnt; i++)
    {
      gdouble other = difference (before, data->before + i * floats, floats);

      if (other < least)
        {
          least = other;
          best = i;
        }
    }
  return best;
}

static void
measure (FseTape *tape, FseTensor *into[N_MEASURES], FseTensor *picture, FseTensor *truth, FseTensor *mask)
{
  into[PIXEL] = fse_loss_l1 (tape, picture, truth, mask, 1);
  into[AMPLITUDE] = fse_loss_frequency (tape, picture, truth, mask, 1);
  for (gint m = 0; m < N_MEASURES; m++)
    fse_tape_keep (tape, into[m]);
}

FseValidation *
fse_validation_new (FseStage *stage, FseWeights *weights, const FseSettings *settings, guint n_held_out)
{
  FseValidation    *self = g_new0 (FseValidation, 1);
  const FseDataset *data = fse_stage_data (stage);
  FseNet            net = { NULL, weights, settings };
  FseObjective     *o = &self->objective;
  FseTensor        *truth, *mask;
  gsize             floats = (gsize) data->height * data->width * 4;

  self->stage = stage;
  self->weights = weights;
  self->n_held_out = n_held_out;
  self->reference = g_new0 (gint, n_held_out + 1);
  for (guint i = 0; i < n_held_out; i++)
    self->reference[i] = most_similar (data, data->before + (data->n - n_held_out + i) * floats, data->n - n_held_out);
  if (fse_stage_guest (stage))
    self->reference[n_held_out] = most_similar (data, fse_stage_guest (stage), data->n - n_held_out);

  self->tape = net.tape = fse_tape_new (fse_stage_device (stage), FALSE);
  fse_objective_build (o, &net, 2, data->window_height, data->window_width);
  truth = fse_slice_channels (net.tape, fse_tape_rows (net.tape, o->after, 0, 1), 0, 3);
  mask = fse_tape_rows (net.tape, o->mask, 0, 1);
  measure (net.tape, self->result, fse_tape_rows (net.tape, o->result, 0, 1), truth, mask);
  measure (net.tape, self->copy, fse_slice_channels (net.tape, fse_tape_rows (net.tape, o->before, 0, 1), 0, 3), truth, mask);
  return self;
}

void
fse_validation_free (FseValidation *self)
{
  if (!self)
    return;
  fse_tape_free (self->tape);
  g_free (self->reference);
  g_free (self);
}

guint64
fse_validation_memory (FseValidation *self)
{
  return fse_tape_memory (self->tape);
}

gboolean
fse_validation_place (FseValidation *self, GError **error)
{
  return fse_tape_seal (self->tape, error);
}

/* The networks at work on window `place` of held-out pair number `which`, or of the guest, which comes after the last; the averages are in
 * the weights' place. */
static gboolean
look (FseValidation *self, guint which, gint place, GError **error)
{
  gint pairs[2] = { fse_stage_data (self->stage)->n - self->n_held_out + which, self->reference[which] };

  return fse_stage_show (self->stage, &self->objective, pairs, 2, place, error) && fse_tape_forward (self->tape, error);
}

/* Adds the measures of what was looked at last to the sums. */
static gboolean
add_up (FseValidation *self, FseTensor *const measures[N_MEASURES], gdouble sums[N_MEASURES], GError **error)
{
  for (gint m = 0; m < N_MEASURES; m++)
    {
      gfloat value;

      if (!fse_device_read (fse_stage_device (self->stage), measures[m]->data, &value, 1, error))
        return FALSE;
      sums[m] += value;
    }
  return TRUE;
}

static gboolean
look_at_all (FseValidation *self, gdouble *score, GError **error)
{
  gdouble result[N_MEASURES] = { 0 }, copy[N_MEASURES] = { 0 };
  gint    windows = fse_stage_data (self->stage)->windows;

  for (guint i = 0; i < self->n_held_out; i++)
    for (gint place = 0; place < windows * windows; place++)
      if (!look (self, i, place, error) || !add_up (self, self->result, result, error) || !add_up (self, self->copy, copy, error))
        return FALSE;
  *score = 0;
  for (gint m = 0; m < N_MEASURES; m++)
    *score += result[m] / MAX (copy[m], LEAST_CHANGE) / N_MEASURES;
  return TRUE;
}

gboolean
fse_validation_score (FseValidation *self, gdouble *score, GError **error)
{
  gboolean ok = fse_weights_swap_average (self->weights, error) && look_at_all (self, score, error);

  return fse_weights_swap_average (self->weights, ok ? error : NULL) && ok;
}

static gboolean
picture (FseValidation *self, guint which, FseImage *pictures[3], GError **error)
{
  gint     windows = fse_stage_data (self->stage)->windows, middle = windows / 2 * windows + windows / 2;
  gboolean ok = fse_weights_swap_average (self->weights, error) && look (self, which, middle, error);

  return fse_weights_swap_average (self->weights, ok ? error : NULL) && ok
         && fse_stage_read (self->stage, &self->objective, pictures, error);
}

gboolean
fse_validation_example (FseValidation *self, FseImage *pictures[3], GError **error)
{
  return picture (self, 0, pictures, error);
}

gboolean
fse_validation_guest (FseValidation *self, FseImage *pictures[2], GError **error)
{
  FseImage *all[3];

  if (!picture (self, self->n_held_out, all, error))
    return FALSE;
  pictures[0] = all[0];
  pictures[1] = all[1];
  fse_image_unref (all[2]); /* a guest is its own after */
  return TRUE;
}
