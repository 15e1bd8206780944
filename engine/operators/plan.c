/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operators/plan.h"

typedef struct
{
  gsize      floats;
  gint       first, last;
  gint       first_again, last_again; /* a second stretch of time; -1 where there is none */
  FseBuffer *place;
  guint      chunk;
  gsize      at;
} Item;

struct _FsePlan
{
  gsize   limit;
  GArray *items;
  GArray *chunks; /* gsize: floats used */
};

FsePlan *
fse_plan_new (gsize chunk_floats)
{
  FsePlan *plan = g_new0 (FsePlan, 1);

  plan->limit = chunk_floats;
  plan->items = g_array_new (FALSE, FALSE, sizeof (Item));
  plan->chunks = g_array_new (FALSE, TRUE, sizeof (gsize));
  return plan;
}

void
fse_plan_free (FsePlan *plan)
{
  g_array_unref (plan->items);
  g_array_unref (plan->chunks);
  g_free (plan);
}

void
fse_plan_add_twice (FsePlan *plan, gsize floats, gint first, gint last, gint first_again, gint last_again, FseBuffer *place)
{
  Item item = { (floats + 63) / 64 * 64, first, last, first_again, last_again, place, 0, 0 };

  g_array_append_val (plan->items, item);
}

void
fse_plan_add (FsePlan *plan, gsize floats, gint first, gint last, FseBuffer *place)
{
  fse_plan_add_twice (plan, floats, first, last, -1, -1, place);
}

static gboolean
alive (const Item *item, gint first, gint last)
{
  return (item->first <= last && first <= item->last) || (item->first_again <= last && first <= item->last_again);
}

static gboolean
together (const Item *a, const Item *b)
{
  return alive (b, a->first, a->last) || (a->first_again >= 0 && alive (b, a->first_again, a->last_again));
}

static gint
larger_first (gconstpointer a, gconstpointer b)
{
  const Item *x = *(const Item *const *) a, *y = *(const Item *const *) b;

  if (x->floats != y->floats)
    return x->floats > y->floats ? -1 : 1;
  return x->first - y->first;
}

static gint
lower_first (gconstpointer a, gconstpointer b)
{
  const Item *x = *(const Item *const *) a, *y = *(const Item *const *) b;

  return x->at < y->at ? -1 : x->at > y->at;
}

/* The lowest gap in `chunk` for `item` among those placed that live at the same time. */
static gsize
lowest_gap (GPtrArray *placed, const Item *item, guint chunk)
{
  g_autoptr (GPtrArray) rivals = g_ptr_array_new ();
  gsize at = 0;

  for (guint i = 0; i < placed->len; i++)
    {
      Item *other = placed->pdata[i];

      if (other->chunk == chunk && together (item, other))
        g_ptr_array_add (rivals, other);
    }
  g_ptr_array_sort (rivals, lower_first);
  for (guint i = 0; i < rivals->len; i++)
    {
      Item *other = rivals->pdata[i];

      if (other->at >= at + item->floats)
        break;
      at = MAX (at, other->at + other->floats);
    }
  return at;
}

void
fse_plan_pack (FsePlan *plan)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new (), placed = g_ptr_array_new ();

  for (guint i = 0; i < plan->items->len; i++)
    g_ptr_array_add (order, &g_array_index (plan->items, Item, i));
  g_ptr_array_sort (order, larger_first);

  for (guint i = 0; i < order->len; i++)
    {
      Item *item = order->pdata[i];

      for (item->chunk = 0;; item->chunk++)
        {
          gsize *used;

          if (item->chunk == plan->chunks->len)
            g_array_set_size (plan->chunks, plan->chunks->len + 1);
          used = &g_array_index (plan->chunks, gsize, item->chunk);
          item->at = lowest_gap (placed, item, item->chunk);
          /* one that is larger than the limit gets a chunk of its own, and the driver's word on it */
          if (item->at + item->floats <= plan->limit || *used == 0)
            {
              *used = MAX (*used, item->at + item->floats);
              break;
            }
        }
      g_ptr_array_add (placed, item);
    }
}

guint64
fse_plan_floats (FsePlan *plan)
{
  guint64 sum = 0;

  for (guint i = 0; i < plan->chunks->len; i++)
    sum += g_array_index (plan->chunks, gsize, i);
  return sum;
}

guint
fse_plan_n_chunks (FsePlan *plan)
{
  return plan->chunks->len;
}

gsize
fse_plan_chunk_floats (FsePlan *plan, guint chunk)
{
  return g_array_index (plan->chunks, gsize, chunk);
}

void
fse_plan_place (FsePlan *plan, const FseBuffer *chunks)
{
  for (guint i = 0; i < plan->items->len; i++)
    {
      Item *item = &g_array_index (plan->items, Item, i);

      item->place->mem = chunks[item->chunk].mem;
      item->place->at = chunks[item->chunk].at + item->at;
    }
}
