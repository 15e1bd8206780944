/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operators/weights.h"

#include <math.h>
#include <string.h>

#include "operators/philox.h"

typedef struct
{
  gchar    *name;
  FseTensor tensor;
  gsize     at; /* in the arena */
  FseInit   init;
  gfloat    scale;
} Weight;

struct _FseWeights
{
  FseDevice  *device;
  guint64     seed;
  GPtrArray  *list;   /* Weight, owned */
  GHashTable *by_name;
  gsize       floats;
  gboolean    allocated;
  FseBuffer   arena[FSE_ARENA_EMA + 1];
};

static void
weight_free (gpointer data)
{
  Weight *weight = data;

  g_free (weight->name);
  g_free (weight);
}

FseWeights *
fse_weights_new (FseDevice *device, guint64 seed)
{
  FseWeights *weights = g_new0 (FseWeights, 1);

  weights->device = device;
  weights->seed = seed;
  weights->list = g_ptr_array_new_with_free_func (weight_free);
  weights->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  return weights;
}

static void
release (FseWeights *weights)
{
  for (gint i = 0; i <= FSE_ARENA_EMA; i++)
    if (weights->arena[i].mem)
      fse_device_free (weights->device, &weights->arena[i]);
}

void
fse_weights_free (FseWeights *weights)
{
  if (!weights)
    return;
  release (weights);
  g_hash_table_unref (weights->by_name);
  g_ptr_array_unref (weights->list);
  g_free (weights);
}

FseTensor *
fse_weights_get (FseWeights *weights, const gchar *name, gint n, gint h, gint w, gint c, FseInit init, gfloat scale)
{
  Weight *weight = g_hash_table_lookup (weights->by_name, name);

  if (!weight)
    {
      g_assert (!weights->allocated);
      weight = g_new0 (Weight, 1);
      weight->name = g_strdup (name);
      weight->tensor = (FseTensor) { .n = n, .h = h, .w = w, .c = c, .needs_grad = TRUE, .kind = FSE_TENSOR_WEIGHT };
      weight->at = weights->floats;
      weight->init = init;
      weight->scale = scale;
      weights->floats += (fse_tensor_floats (&weight->tensor) + 63) / 64 * 64;
      g_ptr_array_add (weights->list, weight);
      g_hash_table_insert (weights->by_name, weight->name, weight);
    }
  g_assert (weight->tensor.n == n && weight->tensor.h == h && weight->tensor.w == w && weight->tensor.c == c);
  return &weight->tensor;
}

/* Starting values depend on the seed and the weight's name alone, so that a
 * switched-off part does not change the others' start. */
static void
initial_values (FseWeights *weights, const Weight *weight, gfloat *values)
{
  gsize  count = fse_tensor_floats (&weight->tensor);
  guint  stream = g_str_hash (weight->name);

  for (gsize i = 0; i < count; i++)
    values[i] = weight->init == FSE_INIT_CONSTANT ? weight->scale
                                                  : weight->scale * fse_philox_normal (weights->seed, 0, stream, i);
}

gboolean
fse_weights_allocate (FseWeights *weights, gboolean training, GError **error)
{
  g_autofree gfloat *values = NULL;
  gint               last = training ? FSE_ARENA_EMA : FSE_ARENA_DATA;

  if (weights->allocated)
    return TRUE;

  for (gint i = 0; i <= last; i++)
    if (!fse_device_alloc (weights->device, weights->floats + 64, &weights->arena[i], error)
        || !fse_device_zero (weights->device, weights->arena[i], weights->floats, error))
      {
        release (weights); /* a smaller try may follow */
        return FALSE;
      }

  values = g_new0 (gfloat, weights->floats);

  for (guint i = 0; i < weights->list->len; i++)
    {
      Weight *weight = weights->list->pdata[i];

      initial_values (weights, weight, values + weight->at);
      weight->tensor.data = weights->arena[FSE_ARENA_DATA];
      weight->tensor.data.at += weight->at;
      if (training)
        {
          weight->tensor.grad = weights->arena[FSE_ARENA_GRAD];
          weight->tensor.grad.at += weight->at;
        }
    }
  if (!fse_device_write (weights->device, weights->arena[FSE_ARENA_DATA], values, weights->floats, error)
      || (training && !fse_device_write (weights->device, weights->arena[FSE_ARENA_EMA], values, weights->floats, error)))
    {
      release (weights);
      return FALSE;
    }

  weights->allocated = TRUE;
  return TRUE;
}

gboolean
fse_weights_zero_grad (FseWeights *weights, GError **error)
{
  return fse_device_zero (weights->device, weights->arena[FSE_ARENA_GRAD], weights->floats, error);
}

gboolean
fse_weights_swap_average (FseWeights *weights, GError **error)
{
  FseBuffer *arena = weights->arena;

  return fse_device_copy (weights->device, arena[FSE_ARENA_DATA], arena[FSE_ARENA_GRAD], weights->floats, error)
         && fse_device_copy (weights->device, arena[FSE_ARENA_EMA], arena[FSE_ARENA_DATA], weights->floats, error)
         && fse_device_copy (weights->device, arena[FSE_ARENA_GRAD], arena[FSE_ARENA_EMA], weights->floats, error);
}

gsize
fse_weights_floats (FseWeights *weights)
{
  return weights->floats;
}

gsize
fse_weights_count (FseWeights *weights)
{
  gsize count = 0;

  for (guint i = 0; i < weights->list->len; i++)
    count += fse_tensor_floats (&((Weight *) weights->list->pdata[i])->tensor);
  return count;
}

FseBuffer
fse_weights_arena (FseWeights *weights, FseArena arena)
{
  return weights->arena[arena];
}

guint
fse_weights_n (FseWeights *weights)
{
  return weights->list->len;
}

const gchar *
fse_weights_name (FseWeights *weights, guint i)
{
  return ((Weight *) weights->list->pdata[i])->name;
}

FseTensor *
fse_weights_nth (FseWeights *weights, guint i, gsize *at)
{
  Weight *weight = weights->list->pdata[i];

  if (at)
    *at = weight->at;
  return &weight->tensor;
}
