/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table is an affine map by least squares, and beside it bends that
 * minimise
 *   mean |read (bends, x) - what the affine map leaves|^2 + smooth second differences^2 + a little of their size
 * by conjugate gradients from zero: where no pair has a colour, bends stay small.
 */
#include "training/colour-fit.h"

#include <math.h>
#include <string.h>

#define SIDE FSE_COLOUR_TABLE_SIDE
#define NODES FSE_COLOUR_TABLE_NODES
#define FLOATS FSE_COLOUR_TABLE_FLOATS
/* Pixels that are looked at, evenly spread. */
#define MOST_PIXELS 20000
/* How much bends may cost, for each pixel and node: a graded photograph has soft bends and wants them carried on to rare
 * colours, a drawing's few colours have hard ones. */
static const gdouble smoothness[] = { 1e-3, 1e-2, 1e-1, 1 };
#define SMALL 1e-3
#define RIDGE 1e-6
#define ROUNDS 200
#define ENOUGH 1e-8
/* A table is judged by as many fits, each of which is held against the pairs that it was not fitted to. */
#define FOLDS 4

typedef struct
{
  gfloat x[3], y[3];
} Sample;

/* Every FOLDS-th pair from `fold` on (held), or all others; all pairs where fold < 0. */
static GArray *
take_samples (const FseDataset *data, gint n, gint fold, gboolean held)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (Sample));
  gsize   pixels = (gsize) data->height * data->width;
  gsize   stride = n * pixels / MOST_PIXELS | 1; /* odd: not the same columns in each row */

  for (gint i = 0; i < n; i++)
    if (fold < 0 || (i % FOLDS == fold) == held)
      for (gsize p = (i * 7) % stride; p < pixels; p += stride)
        {
          const gfloat *x = data->before + (i * pixels + p) * 4, *y = data->after + (i * pixels + p) * 4;
          Sample        sample = { { x[0], x[1], x[2] }, { y[0], y[1], y[2] } };

          if (y[3] > 0.5f)
            g_array_append_val (samples, sample);
        }
  return samples;
}

/* a [4][4] m [4][3] = b [4][3], a symmetric and positive: Gauss without pivots. */
static void
solve (gdouble a[4][4], gdouble b[4][3])
{
  for (gint k = 0; k < 4; k++)
    for (gint i = 0; i < 4; i++)
      {
        gdouble f = i == k ? 0 : a[i][k] / a[k][k];

        for (gint j = 0; j < 4; j++)
          a[i][j] -= f * a[k][j];
        for (gint c = 0; c < 3; c++)
          b[i][c] -= f * b[k][c];
      }
  for (gint i = 0; i < 4; i++)
    for (gint c = 0; c < 3; c++)
      b[i][c] /= a[i][i];
}

/* The affine change: y - x = (x, 1) m, drawn a little to no change. */
static void
fit_affine (const GArray *samples, gdouble m[4][3])
{
  gdouble a[4][4] = { { 0 } };

  memset (m, 0, 4 * 3 * sizeof (gdouble));
  for (guint s = 0; s < samples->len; s++)
    {
      const Sample *p = &g_array_index (samples, Sample, s);
      gdouble       row[4] = { p->x[0], p->x[1], p->x[2], 1 };

      for (gint i = 0; i < 4; i++)
        {
          for (gint j = 0; j < 4; j++)
            a[i][j] += row[i] * row[j];
          for (gint c = 0; c < 3; c++)
            m[i][c] += row[i] * (p->y[c] - p->x[c]);
        }
    }
  for (gint i = 0; i < 4; i++)
    a[i][i] += RIDGE * samples->len + G_MINDOUBLE;
  solve (a, m);
}

static void
affine_change (gdouble m[4][3], const gfloat x[3], gdouble change[3])
{
  for (gint c = 0; c < 3; c++)
    change[c] = m[0][c] * x[0] + m[1][c] * x[1] + m[2][c] * x[2] + m[3][c];
}

/* Where each sample is read. */
typedef struct
{
  guint  node[8];
  gfloat weight[8];
} Reading;

/* out = (readings' transpose times readings + charges) times table */
static void
normal (const Reading *readings, guint n, gdouble smooth, const gdouble *table, gdouble *out)
{
  static const gint steps[3] = { SIDE * SIDE, SIDE, 1 };

  smooth *= (gdouble) n / NODES;
  for (gsize i = 0; i < FLOATS; i++)
    out[i] = smooth * SMALL * table[i];
  for (guint s = 0; s < n; s++)
    {
      const Reading *r = &readings[s];
      gdouble        value[3] = { 0 };

      for (gint k = 0; k < 8; k++)
        for (gint c = 0; c < 3; c++)
          value[c] += r->weight[k] * table[3 * r->node[k] + c];
      for (gint k = 0; k < 8; k++)
        for (gint c = 0; c < 3; c++)
          out[3 * r->node[k] + c] += r->weight[k] * value[c];
    }
  for (gint axis = 0; axis < 3; axis++)
    for (gint i = 0; i < NODES; i++)
      if (i / steps[axis] % SIDE >= 2)
        for (gint c = 0; c < 3; c++)
          {
            gint    at[3] = { 3 * (i - 2 * steps[axis]) + c, 3 * (i - steps[axis]) + c, 3 * i + c };
            gdouble bend = smooth * (table[at[0]] - 2 * table[at[1]] + table[at[2]]);

            out[at[0]] += bend;
            out[at[1]] -= 2 * bend;
            out[at[2]] += bend;
          }
}

static gdouble
product (const gdouble *a, const gdouble *b)
{
  gdouble sum = 0;

  for (gsize i = 0; i < FLOATS; i++)
    sum += a[i] * b[i];
  return sum;
}

/* rest: on entry the right-hand side. */
static void
conjugate_gradients (const Reading *readings, guint n, gdouble smooth, gdouble *rest, gdouble *table)
{
  g_autofree gdouble *step = g_memdup2 (rest, FLOATS * sizeof (gdouble)), *image = g_new (gdouble, FLOATS);
  gdouble             energy = product (rest, rest), least = ENOUGH * energy;

  for (gint round = 0; round < ROUNDS && energy > least; round++)
    {
      gdouble length, next;

      normal (readings, n, smooth, step, image);
      length = energy / product (step, image);
      for (gsize i = 0; i < FLOATS; i++)
        {
          table[i] += length * step[i];
          rest[i] -= length * image[i];
        }
      next = product (rest, rest);
      for (gsize i = 0; i < FLOATS; i++)
        step[i] = rest[i] + next / energy * step[i];
      energy = next;
    }
}

static void
fit (const GArray *samples, gdouble smooth, gfloat table[FLOATS])
{
  g_autofree Reading *readings = g_new (Reading, samples->len);
  g_autofree gdouble *bends = g_new0 (gdouble, FLOATS), *rest = g_new0 (gdouble, FLOATS);
  gdouble             m[4][3], change[3];

  fit_affine (samples, m);
  for (guint s = 0; s < samples->len; s++)
    {
      const Sample *p = &g_array_index (samples, Sample, s);

      fse_colour_table_corners (p->x, readings[s].node, readings[s].weight);
      affine_change (m, p->x, change);
      for (gint c = 0; c < 3; c++)
        for (gint k = 0; k < 8; k++)
          rest[3 * readings[s].node[k] + c] += readings[s].weight[k] * (p->y[c] - p->x[c] - change[c]);
    }
  conjugate_gradients (readings, samples->len, smooth, rest, bends);
  for (gint i = 0; i < NODES; i++)
    {
      const gfloat x[3] = { i / (SIDE * SIDE) / (SIDE - 1.0f), i / SIDE % SIDE / (SIDE - 1.0f), i % SIDE / (SIDE - 1.0f) };

      affine_change (m, x, change);
      for (gint c = 0; c < 3; c++)
        table[3 * i + c] = change[c] + bends[3 * i + c];
    }
}

/* What there was of change in the samples, and what the table leaves of it. */
typedef struct
{
  gdouble all, left;
} Change;

static void
add_change (Change *sum, const gfloat *table, const GArray *samples)
{
  for (guint s = 0; s < samples->len; s++)
    {
      const Sample *p = &g_array_index (samples, Sample, s);
      gfloat        change[3];

      fse_colour_table_read (table, p->x, change);
      for (gint c = 0; c < 3; c++)
        {
          sum->left += fabs (CLAMP (p->x[c] + change[c], 0.0f, 1.0f) - p->y[c]);
          sum->all += fabs (p->x[c] - p->y[c]);
        }
    }
}

typedef struct
{
  const FseDataset *data;
  gint              n, number;
  Change            changes[G_N_ELEMENTS (smoothness)];
} Fold;

static gpointer
judge_fold (gpointer user_data)
{
  Fold              *fold = user_data;
  g_autoptr (GArray) learnt = take_samples (fold->data, fold->n, fold->number, FALSE);
  g_autoptr (GArray) held = take_samples (fold->data, fold->n, fold->number, TRUE);
  g_autofree gfloat *table = g_new (gfloat, FLOATS);

  for (guint i = 0; i < G_N_ELEMENTS (smoothness) && learnt->len > 0 && held->len > 0; i++)
    {
      fit (learnt, smoothness[i], table);
      add_change (&fold->changes[i], table, held);
    }
  return NULL;
}

gdouble
fse_colour_fit_judge (const FseDataset *data, gint n, gdouble *smooth)
{
  Change   sums[G_N_ELEMENTS (smoothness)] = { { 0 } };
  Fold     folds[FOLDS];
  GThread *threads[FOLDS];
  guint    best = 0;

  for (gint k = 0; k < FOLDS; k++)
    {
      folds[k] = (Fold) { .data = data, .n = n, .number = k };
      threads[k] = g_thread_new ("colour fit", judge_fold, &folds[k]);
    }
  for (gint k = 0; k < FOLDS; k++)
    {
      g_thread_join (threads[k]);
      for (guint i = 0; i < G_N_ELEMENTS (smoothness); i++)
        {
          sums[i].all += folds[k].changes[i].all;
          sums[i].left += folds[k].changes[i].left;
        }
    }
  for (guint i = 1; i < G_N_ELEMENTS (smoothness); i++)
    if (sums[i].left < sums[best].left)
      best = i;
  *smooth = smoothness[best];
  return sums[best].all > 0 ? sums[best].left / sums[best].all : 1;
}

void
fse_colour_fit (const FseDataset *data, gint n, gdouble smooth, gfloat table[FSE_COLOUR_TABLE_FLOATS])
{
  g_autoptr (GArray) samples = take_samples (data, n, -1, FALSE);

  memset (table, 0, FLOATS * sizeof (gfloat));
  if (samples->len)
    fit (samples, smooth, table);
}
