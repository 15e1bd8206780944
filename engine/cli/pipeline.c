/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/pipeline.h"
#include "i18n.h"

/* Pixels that wait or are worked on; 3 to 8 bytes each, and a result's as many.  One picture is let in anyway. */
#define MAX_PIXELS ((gsize) 24 << 20)

/* A picture on its way; what failed travels on to be told in its turn. */
typedef struct
{
  FseOutcome *outcome;
  FsePicture *picture, *result;
  gsize       pixels;
} Item;

struct _FsePipeline
{
  FseEditor              *editor;
  const FseApplySettings *settings;
  GPtrArray              *routes;
  GThread                *reader, *worker, *writer;
  GAsyncQueue            *read, *edited, *done; /* of Item, Item, FseOutcome; the last element of each is `end` */
  gint                    stopped;              /* atomic */
  gint                    permille;             /* atomic */
  const FseRoute         *current;              /* atomic */
  gint64                  last;                 /* when the last outcome came; monotonic */

  GMutex                  lock;
  GCond                   room;
  gsize                   pixels; /* in items that are not written yet */
  guint                   items;
};

static Item end; /* marks a queue's end */

static gboolean
stopped (FsePipeline *pipeline)
{
  return g_atomic_int_get (&pipeline->stopped);
}

/* Two pictures may wait for their turn, or one large one. */
static void
wait_for_room (FsePipeline *pipeline)
{
  g_mutex_lock (&pipeline->lock);
  while (!stopped (pipeline) && pipeline->items > 0 && (pipeline->items >= 3 || pipeline->pixels >= MAX_PIXELS))
    g_cond_wait (&pipeline->room, &pipeline->lock);
  g_mutex_unlock (&pipeline->lock);
}

static void
enter (FsePipeline *pipeline, Item *item)
{
  item->pixels = item->picture ? (gsize) fse_picture_width (item->picture) * fse_picture_height (item->picture) : 0;
  g_mutex_lock (&pipeline->lock);
  pipeline->pixels += item->pixels;
  pipeline->items++;
  g_mutex_unlock (&pipeline->lock);
}

static void
leave (FsePipeline *pipeline, Item *item)
{
  g_clear_pointer (&item->picture, fse_picture_free);
  g_clear_pointer (&item->result, fse_picture_free);
  g_mutex_lock (&pipeline->lock);
  pipeline->pixels -= item->pixels;
  pipeline->items--;
  g_cond_signal (&pipeline->room);
  g_mutex_unlock (&pipeline->lock);
  g_free (item);
}

static gpointer
read_all (gpointer data)
{
  FsePipeline *pipeline = data;

  for (guint i = 0; i < pipeline->routes->len; i++)
    {
      Item *item;

      wait_for_room (pipeline);
      if (stopped (pipeline))
        break;
      item = g_new0 (Item, 1);
      item->outcome = g_new0 (FseOutcome, 1);
      item->outcome->route = g_ptr_array_index (pipeline->routes, i);
      item->picture = fse_picture_load (item->outcome->route->input, &item->outcome->error);
      enter (pipeline, item);
      g_async_queue_push (pipeline->read, item);
    }
  g_async_queue_push (pipeline->read, &end);
  return NULL;
}

static void
note_progress (gdouble fraction, gpointer data)
{
  FsePipeline *pipeline = data;

  g_atomic_int_set (&pipeline->permille, (gint) (fraction * 1000));
}

/* NULL: it failed, as the outcome says. */
static FsePicture *
edit (FsePipeline *pipeline, Item *item)
{
  g_autoptr (FsePicture) result = fse_picture_new_like (item->picture, item->outcome->route->output, &item->outcome->error);
  FseRasterPictures      pictures = { item->picture, result };
  FseRaster              raster;

  if (!result)
    return NULL;
  raster = fse_raster_of_pictures (&pictures);
  if (!fse_editor_apply_raster (pipeline->editor, &raster, NULL, pipeline->settings, note_progress, pipeline, &item->outcome->error))
    return NULL;
  return g_steal_pointer (&result);
}

static gpointer
edit_all (gpointer data)
{
  FsePipeline *pipeline = data;
  Item        *item;

  while ((item = g_async_queue_pop (pipeline->read)) != &end)
    {
      if (item->picture && stopped (pipeline))
        g_set_error (&item->outcome->error, FSE_ERROR, FSE_ERROR_CANCELLED, _("Applying the edit was stopped."));
      else if (item->picture)
        {
          g_atomic_int_set (&pipeline->permille, 0);
          g_atomic_pointer_set (&pipeline->current, item->outcome->route);
          item->result = edit (pipeline, item);
        }
      g_clear_pointer (&item->picture, fse_picture_free);
      g_async_queue_push (pipeline->edited, item);
    }
  g_async_queue_push (pipeline->edited, &end);
  return NULL;
}

static gpointer
write_all (gpointer data)
{
  FsePipeline *pipeline = data;
  Item        *item;

  while ((item = g_async_queue_pop (pipeline->edited)) != &end)
    {
      FseOutcome *outcome = item->outcome;
      gint64      now;

      if (item->result)
        fse_picture_save (item->result, outcome->route->output, outcome->route->input, &outcome->notice, &outcome->error);
      leave (pipeline, item);
      now = g_get_monotonic_time ();
      outcome->seconds = (now - pipeline->last) / 1e6;
      pipeline->last = now;
      g_async_queue_push (pipeline->done, outcome);
    }
  g_async_queue_push (pipeline->done, &end);
  return NULL;
}

FsePipeline *
fse_pipeline_new (FseEditor *editor, const FseApplySettings *settings, GPtrArray *routes)
{
  FsePipeline *pipeline = g_new0 (FsePipeline, 1);

  pipeline->editor = editor;
  pipeline->settings = settings;
  pipeline->routes = routes;
  pipeline->read = g_async_queue_new ();
  pipeline->edited = g_async_queue_new ();
  pipeline->done = g_async_queue_new ();
  pipeline->last = g_get_monotonic_time ();
  g_mutex_init (&pipeline->lock);
  g_cond_init (&pipeline->room);
  pipeline->reader = g_thread_new ("read", read_all, pipeline);
  pipeline->worker = g_thread_new ("edit", edit_all, pipeline);
  pipeline->writer = g_thread_new ("write", write_all, pipeline);
  return pipeline;
}

FseOutcome *
fse_pipeline_next (FsePipeline *pipeline, gdouble seconds, gboolean *ended)
{
  gpointer next = g_async_queue_timeout_pop (pipeline->done, (guint64) (seconds * G_USEC_PER_SEC));

  *ended = next == &end;
  return *ended ? NULL : next;
}

gdouble
fse_pipeline_look (FsePipeline *pipeline, const FseRoute **route)
{
  *route = g_atomic_pointer_get (&pipeline->current);
  return g_atomic_int_get (&pipeline->permille) / 1000.0;
}

void
fse_pipeline_stop (FsePipeline *pipeline)
{
  g_atomic_int_set (&pipeline->stopped, TRUE);
  fse_editor_cancel (pipeline->editor);
  g_mutex_lock (&pipeline->lock);
  g_cond_signal (&pipeline->room);
  g_mutex_unlock (&pipeline->lock);
}

void
fse_pipeline_free (FsePipeline *pipeline)
{
  gpointer rest;

  fse_pipeline_stop (pipeline);
  g_thread_join (pipeline->reader);
  g_thread_join (pipeline->worker);
  g_thread_join (pipeline->writer);
  while ((rest = g_async_queue_try_pop (pipeline->done)))
    if (rest != &end)
      fse_outcome_free (rest);
  g_async_queue_unref (pipeline->read);
  g_async_queue_unref (pipeline->edited);
  g_async_queue_unref (pipeline->done);
  g_mutex_clear (&pipeline->lock);
  g_cond_clear (&pipeline->room);
  g_free (pipeline);
}

void
fse_outcome_free (FseOutcome *outcome)
{
  g_clear_error (&outcome->error);
  g_free (outcome->notice);
  g_free (outcome);
}
