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
#define ROUNDS 100
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

/* The equations that bends solve, a symmetric matrix by its diagonals: the entries at (i, i + APART) of each.  Samples
 * tie the nodes of a cell, bends those that are two steps apart on an axis. */
#define DIAGONALS 17
#define STEP(r, g, b) (((r) * SIDE + (g)) * SIDE + (b))
static const gint apart[DIAGONALS] = {
  0,
  STEP (0, 0, 1), STEP (0, 1, -1), STEP (0, 1, 0), STEP (0, 1, 1),
  STEP (1, -1, -1), STEP (1, -1, 0), STEP (1, -1, 1), STEP (1, 0, -1), STEP (1, 0, 0), STEP (1, 0, 1),
  STEP (1, 1, -1), STEP (1, 1, 0), STEP (1, 1, 1),
  STEP (0, 0, 2), STEP (0, 2, 0), STEP (2, 0, 0)
};

typedef struct
{
  gdouble at[DIAGONALS][NODES];
} Matrix;

typedef gdouble Planes[3][NODES];

static guint
diagonal (gint distance)
{
  guint d = 0;

  while (apart[d] != distance)
    d++;
  return d;
}

/* What samples say, without charges. */
static Matrix *
matrix_of_samples (const GArray *samples)
{
  Matrix *matrix = g_new0 (Matrix, 1);
  guint   which[8][8] = { { 0 } };

  for (gint k = 0; k < 8; k++)
    for (gint l = 0; l < 8; l++)
      {
        gint distance = STEP ((l & 1) - (k & 1), (l >> 1 & 1) - (k >> 1 & 1), (l >> 2) - (k >> 2));

        which[k][l] = distance >= 0 ? diagonal (distance) : DIAGONALS;
      }
  for (guint s = 0; s < samples->len; s++)
    {
      guint  node[8];
      gfloat weight[8];

      fse_colour_table_corners (g_array_index (samples, Sample, s).x, node, weight);
      for (gint k = 0; k < 8; k++)
        for (gint l = 0; l < 8; l++)
          if (which[k][l] < DIAGONALS)
            matrix->at[which[k][l]][node[k]] += weight[k] * weight[l];
    }
  return matrix;
}

/* `charge` for what squares of second differences, and of sizes, sum up to. */
static void
matrix_charge (Matrix *matrix, gdouble charge)
{
  static const gint axes[3] = { STEP (1, 0, 0), STEP (0, 1, 0), STEP (0, 0, 1) };

  for (gint i = 0; i < NODES; i++)
    matrix->at[0][i] += charge * SMALL;
  for (gint axis = 0; axis < 3; axis++)
    {
      gint     step = axes[axis];
      gdouble *same = matrix->at[0], *next = matrix->at[diagonal (step)], *second = matrix->at[diagonal (2 * step)];

      for (gint i = 0; i + 2 * step < NODES; i++)
        if (i / step % SIDE < SIDE - 2)
          {
            same[i] += charge;
            same[i + step] += 4 * charge;
            same[i + 2 * step] += charge;
            next[i] -= 2 * charge;
            next[i + step] -= 2 * charge;
            second[i] += charge;
          }
    }
}

/* out = matrix times x, for each colour */
static void
multiply (const Matrix *matrix, Planes x, Planes out)
{
  for (gint c = 0; c < 3; c++)
    {
      for (gint i = 0; i < NODES; i++)
        out[c][i] = matrix->at[0][i] * x[c][i];
      for (gint d = 1; d < DIAGONALS; d++)
        {
          const gdouble *m = matrix->at[d], *low = x[c], *high = x[c] + apart[d];
          gdouble       *to_low = out[c], *to_high = out[c] + apart[d];

          for (gint i = 0; i < NODES - apart[d]; i++)
            {
              to_low[i] += m[i] * high[i];
              to_high[i] += m[i] * low[i];
            }
        }
    }
}

static gdouble
product (Planes a, Planes b)
{
  gdouble sum = 0;

  for (gint c = 0; c < 3; c++)
    for (gint i = 0; i < NODES; i++)
      sum += a[c][i] * b[c][i];
  return sum;
}

/* a = a scale + b factor */
static void
combine (Planes a, gdouble scale, Planes b, gdouble factor)
{
  for (gint c = 0; c < 3; c++)
    for (gint i = 0; i < NODES; i++)
      a[c][i] = scale * a[c][i] + factor * b[c][i];
}

static void
scale (const Matrix *matrix, Planes x, Planes out)
{
  for (gint c = 0; c < 3; c++)
    for (gint i = 0; i < NODES; i++)
      out[c][i] = x[c][i] / matrix->at[0][i];
}

/* rest: on entry the right-hand side; x: zeros.  Nodes are weighed by how much is known of them (Jacobi's
 * preconditioner). */
static void
conjugate_gradients (const Matrix *matrix, Planes rest, Planes x)
{
  g_autofree Planes *scaled = g_new (Planes, 1), *step = g_new (Planes, 1), *image = g_new (Planes, 1);
  gdouble            energy, least;

  scale (matrix, rest, *scaled);
  memcpy (*step, *scaled, sizeof (Planes));
  energy = product (rest, *scaled);
  least = ENOUGH * energy;
  for (gint round = 0; round < ROUNDS && energy > least; round++)
    {
      gdouble length, next;

      multiply (matrix, *step, *image);
      length = energy / product (*step, *image);
      combine (x, 1, *step, length);
      combine (rest, 1, *image, -length);
      scale (matrix, rest, *scaled);
      next = product (rest, *scaled);
      combine (*step, next / energy, *scaled, 1);
      energy = next;
    }
}

static void
fit (const GArray *samples, const Matrix *unbent, gdouble smooth, gfloat table[FLOATS])
{
  g_autofree Matrix *matrix = g_memdup2 (unbent, sizeof (Matrix));
  g_autofree Planes *bends = g_new0 (Planes, 1), *rest = g_new0 (Planes, 1);
  gdouble            m[4][3], change[3];

  matrix_charge (matrix, smooth * samples->len / NODES);
  fit_affine (samples, m);
  for (guint s = 0; s < samples->len; s++)
    {
      const Sample *p = &g_array_index (samples, Sample, s);
      guint         node[8];
      gfloat        weight[8];

      fse_colour_table_corners (p->x, node, weight);
      affine_change (m, p->x, change);
      for (gint c = 0; c < 3; c++)
        for (gint k = 0; k < 8; k++)
          (*rest)[c][node[k]] += weight[k] * (p->y[c] - p->x[c] - change[c]);
    }
  conjugate_gradients (matrix, *rest, *bends);
  for (gint i = 0; i < NODES; i++)
    {
      const gfloat x[3]
          = { i / (SIDE * SIDE) / (SIDE - 1.0f), i / SIDE % SIDE / (SIDE - 1.0f), i % SIDE / (SIDE - 1.0f) };

      affine_change (m, x, change);
      for (gint c = 0; c < 3; c++)
        table[3 * i + c] = change[c] + (*bends)[c][i];
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
  Fold *fold = user_data;
  g_autoptr (GArray) learnt = take_samples (fold->data, fold->n, fold->number, FALSE);
  g_autoptr (GArray) held = take_samples (fold->data, fold->n, fold->number, TRUE);
  g_autofree Matrix *matrix = matrix_of_samples (learnt);
  g_autofree gfloat *table = g_new (gfloat, FLOATS);

  for (guint i = 0; i < G_N_ELEMENTS (smoothness) && learnt->len > 0 && held->len > 0; i++)
    {
      fit (learnt, matrix, smoothness[i], table);
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
  g_autofree Matrix *matrix = matrix_of_samples (samples);

  memset (table, 0, FLOATS * sizeof (gfloat));
  if (samples->len)
    fit (samples, matrix, smooth, table);
}
