/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operators/conv-trial.h"

#include <math.h>

#include "operators/operators.h"

#define TOLERANCE 1e-4 /* largest |device - double| / (1 + |double|) */
#define SAMPLES 48     /* numbers of a result that are checked */
#define REPEATS 5
#define CALLS 10       /* timed together: waiting for each would be a good part of its time */
#define SLOW 0.01      /* seconds of a call, from which on one is enough */

/* A 3x3 convolution of the trial. */
typedef struct
{
  gint n, h, w, ci, co, stride;
} Shape;

static const Shape checks[] = { { 2, 9, 7, 20, 35, 1 }, { 2, 13, 11, 40, 24, 2 }, { 1, 8, 9, 12, 12, 1 } };
static const Shape races[] = {
  { 4, 128, 128, 16, 16, 1 }, { 4, 64, 64, 32, 32, 1 },   { 4, 32, 32, 64, 64, 1 },  { 4, 16, 16, 128, 128, 1 },
  { 4, 256, 256, 16, 16, 1 }, { 4, 128, 128, 32, 32, 1 }, { 4, 128, 128, 64, 64, 1 },
};

/* One convolution on a tape, under the loss `count` mean |y|, so that dy is 1 or -1. */
typedef struct
{
  Shape      shape;
  FseDevice *device;
  FseTape   *tape;
  FseTensor *x, *w, *bias, *y;
  gfloat    *x_values, *w_values, *bias_values, *y_values; /* the last: NULL until read */
} Trial;

static void
trial_close (Trial *t)
{
  fse_tape_free (t->tape);
  g_free (t->x_values);
  g_free (t->w_values);
  g_free (t->bias_values);
  g_free (t->y_values);
}

static gfloat *
random_values (gsize count, guint32 seed)
{
  gfloat *values = g_new (gfloat, count);

  for (gsize i = 0; i < count; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      values[i] = (gfloat) (seed >> 8) / 8388608.0f - 1.0f;
    }
  return values;
}

static gboolean
trial_open (FseDevice *device, const Shape *s, gboolean to_x, Trial *t, GError **error)
{
  gsize count = (gsize) s->n * ((s->h + s->stride - 1) / s->stride) * ((s->w + s->stride - 1) / s->stride) * s->co;

  *t = (Trial) { .shape = *s, .device = device, .tape = fse_tape_new (device, TRUE) };
  t->x = fse_tape_input (t->tape, s->n, s->h, s->w, s->ci);
  t->w = fse_tape_input (t->tape, 3, 3, s->ci, s->co);
  t->bias = fse_tape_input (t->tape, 1, 1, 1, s->co);
  t->x->needs_grad = to_x;
  t->w->needs_grad = t->bias->needs_grad = TRUE;
  t->y = fse_conv2d (t->tape, t->x, t->w, t->bias, s->stride);
  fse_tape_keep (t->tape, t->y);
  fse_loss_l1 (t->tape, t->y, NULL, NULL, (gfloat) count);
  t->x_values = random_values (fse_tensor_floats (t->x), 1);
  t->w_values = random_values (fse_tensor_floats (t->w), 2);
  t->bias_values = random_values (s->co, 3);
  return fse_tape_seal (t->tape, error)
         && fse_device_write (device, t->x->data, t->x_values, fse_tensor_floats (t->x), error)
         && fse_device_write (device, t->w->data, t->w_values, fse_tensor_floats (t->w), error)
         && fse_device_write (device, t->bias->data, t->bias_values, s->co, error);
}

/* x at a place that may lie outside, where it is 0. */
static gdouble
x_at (const Trial *t, gint n, gint i, gint j, gint c)
{
  const FseTensor *x = t->x;

  if (i < 0 || i >= x->h || j < 0 || j >= x->w)
    return 0.0;
  return t->x_values[(((gsize) n * x->h + i) * x->w + j) * x->c + c];
}

/* dy at a number of y. */
static gdouble
dy_of (const Trial *t, gsize e)
{
  return t->y_values[e] > 0.0f ? 1.0 : t->y_values[e] < 0.0f ? -1.0 : 0.0;
}

static gdouble
dy_at (const Trial *t, gint n, gint i, gint j, gint o)
{
  return dy_of (t, (((gsize) n * t->y->h + i) * t->y->w + j) * t->y->c + o);
}

/* Element e of y, of the gradient to x, of that to w, or of that to the bias, in double. */
static gdouble
y_exact (const Trial *t, gsize e)
{
  gint    o = e % t->y->c, j = e / t->y->c % t->y->w, i = e / t->y->c / t->y->w % t->y->h;
  gint    n = e / t->y->c / t->y->w / t->y->h, s = t->shape.stride;
  gdouble sum = t->bias_values[o];

  for (gint tap = 0; tap < 9; tap++)
    for (gint c = 0; c < t->x->c; c++)
      sum += x_at (t, n, i * s + tap / 3 - 1, j * s + tap % 3 - 1, c)
             * t->w_values[((gsize) tap * t->x->c + c) * t->y->c + o];
  return sum;
}

static gdouble
dx_exact (const Trial *t, gsize e)
{
  gint    c = e % t->x->c, j = e / t->x->c % t->x->w, i = e / t->x->c / t->x->w % t->x->h;
  gint    n = e / t->x->c / t->x->w / t->x->h, s = t->shape.stride;
  gdouble sum = 0.0;

  for (gint tap = 0; tap < 9; tap++)
    {
      gint yi = i - tap / 3 + 1, yj = j - tap % 3 + 1;

      if (yi < 0 || yj < 0 || yi % s || yj % s || yi / s >= t->y->h || yj / s >= t->y->w)
        continue;
      for (gint o = 0; o < t->y->c; o++)
        sum += dy_at (t, n, yi / s, yj / s, o) * t->w_values[((gsize) tap * t->x->c + c) * t->y->c + o];
    }
  return sum;
}

static gdouble
dw_exact (const Trial *t, gsize e)
{
  gint    o = e % t->y->c, c = e / t->y->c % t->x->c, tap = e / t->y->c / t->x->c, s = t->shape.stride;
  gdouble sum = 0.0;

  for (gint n = 0; n < t->y->n; n++)
    for (gint i = 0; i < t->y->h; i++)
      for (gint j = 0; j < t->y->w; j++)
        sum += x_at (t, n, i * s + tap / 3 - 1, j * s + tap % 3 - 1, c) * dy_at (t, n, i, j, o);
  return sum;
}

static gdouble
dbias_exact (const Trial *t, gsize o)
{
  gdouble sum = 0.0;

  for (gsize pixel = 0; pixel < (gsize) t->y->n * t->y->h * t->y->w; pixel++)
    sum += dy_of (t, pixel * t->y->c + o);
  return sum;
}

/* Raises `worst` to the largest error of some elements, the first and the last among them. */
static gboolean
compare (const Trial *t, FseBuffer buffer, gsize count, gdouble (*exact) (const Trial *, gsize), gdouble *worst,
         GError **error)
{
  g_autofree gfloat *values = g_new (gfloat, count);

  if (!fse_device_read (t->device, buffer, values, count, error))
    return FALSE;
  for (gsize k = 0; k < SAMPLES; k++)
    {
      gsize   e = k * (count - 1) / (SAMPLES - 1);
      gdouble right = exact (t, e), off = fabs (values[e] - right) / (1.0 + fabs (right));

      /* not-a-number is the worst */
      if (!(off <= *worst))
        *worst = isnan (off) ? INFINITY : off;
    }
  return TRUE;
}

static gboolean
trial_check (FseDevice *device, const Shape *shape, gdouble *worst, GError **error)
{
  Trial    t;
  gboolean ok = trial_open (device, shape, TRUE, &t, error) && fse_tape_forward (t.tape, error)
                && fse_tape_backward (t.tape, error);

  if (ok)
    {
      gsize count = fse_tensor_floats (t.y);

      t.y_values = g_new (gfloat, count);
      ok = fse_device_read (device, t.y->data, t.y_values, count, error)
           && compare (&t, t.y->data, count, y_exact, worst, error)
           && compare (&t, t.x->grad, fse_tensor_floats (t.x), dx_exact, worst, error)
           && compare (&t, t.w->grad, fse_tensor_floats (t.w), dw_exact, worst, error)
           && compare (&t, t.bias->grad, shape->co, dbias_exact, worst, error);
    }
  trial_close (&t);
  return ok;
}

/* Seconds of a call of a pass, of so many timed together; less than 0 after an error. */
static gdouble
trial_time (const Trial *t, FseConvPass pass, gint calls, GError **error)
{
  gint64   start;
  gboolean ok = fse_device_finish (t->device, error);

  start = g_get_monotonic_time ();
  for (gint call = 0; ok && call < calls; call++)
    ok = pass == FSE_CONV_SUMS ? fse_tape_forward (t->tape, error) : fse_tape_backward (t->tape, error);
  ok = ok && fse_device_finish (t->device, error);
  return ok ? (gdouble) (g_get_monotonic_time () - start) * 1e-6 / calls : -1.0;
}

/* Adds the best time in seconds of forward, and of the gradient to the weights. */
static gboolean
trial_race (FseDevice *device, const Shape *shape, FseConvSeconds *seconds, GError **error)
{
  Trial    t;
  gboolean ok = trial_open (device, shape, FALSE, &t, error);

  for (gint pass = 0; ok && pass < FSE_N_CONV_PASSES; pass++)
    {
      gdouble best = INFINITY;

      /* the first call may compile; where the second is slow already, it shall do */
      ok = trial_time (&t, pass, 1, error) >= 0.0;
      for (gint i = 0; ok && i <= REPEATS && (i == 0 || best < SLOW); i++)
        {
          gdouble now = trial_time (&t, pass, i == 0 ? 1 : CALLS, error);

          ok = now >= 0.0;
          if (ok)
            best = MIN (best, now);
        }
      seconds->of[pass][fse_conv_class (device, shape->n * shape->h * shape->w, shape->co)] += best;
    }
  trial_close (&t);
  return ok;
}

gboolean
fse_conv_trial (FseDevice *device, FseConvSeconds *seconds, GError **error)
{
  gdouble worst = 0.0;

  *seconds = (FseConvSeconds) { 0 };
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    if (!trial_check (device, &checks[i], &worst, error))
      return FALSE;
  if (worst > TOLERANCE)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_DEVICE, "its results are wrong (error %.2g)", worst);
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (races); i++)
    if (!trial_race (device, &races[i], seconds, error))
      return FALSE;
  return TRUE;
}
