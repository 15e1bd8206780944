/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pair-look.h.  One wish at a time: its layers are read in an idle
 * handler, then a job loads its files and does the arithmetic.
 */
#include "pair-look.h"

#include "example-reading.h"
#include "training/job.h"

#define LOOK_SIDE 256
#define POLL_MILLISECONDS 15

typedef struct
{
  FseExample        *example;
  FsePairSeen        seen; /* NULL: taken back */
  gpointer           data;
  FseExampleReading *reading;
  FseJob            *job;
  FsePairView        view;
} Wish;

struct _FsePairLooker
{
  FseHost *host;
  GQueue   waiting;
  Wish    *wish; /* at hand */
  guint    source;
};

static void
wish_free (Wish *wish)
{
  if (wish->job)
    fse_job_join (wish->job, NULL);
  g_clear_pointer (&wish->reading, fse_example_reading_free);
  g_clear_pointer (&wish->view.before, fse_image_unref);
  g_clear_pointer (&wish->view.after, fse_image_unref);
  fse_pair_check_clear (&wish->view.check);
  g_clear_error (&wish->view.error);
  fse_example_free (wish->example);
  g_free (wish);
}

/* A copy of its own: the colours will be changed for the screen. */
static FseImage *
thumbnail (const FseImage *picture, GError **error)
{
  gdouble scale = MIN (2.0 * FSE_THUMBNAIL / MAX (picture->width, picture->height), 1.0);

  return fse_image_scale (picture, MAX ((gint) (picture->width * scale + 0.5), 1),
                          MAX ((gint) (picture->height * scale + 0.5), 1), error);
}

static gboolean
work (gpointer data, GError **error)
{
  Wish                *wish = data;
  g_autoptr (FseImage) before = NULL, after = NULL;
  gint                 width[2], height[2];

  if (! fse_example_reading_end (wish->reading, &before, &after, error))
    return FALSE;
  fse_example_reading_sizes (wish->reading, width, height);
  if (before && ! (wish->view.before = thumbnail (before, error)))
    return FALSE;
  if (after && ! (wish->view.after = thumbnail (after, error)))
    return FALSE;
  if (before && after)
    fse_pair_check (&wish->view.check, &wish->example->mend, before, after, width, height);
  return TRUE;
}

static void
deliver (FsePairLooker *looker)
{
  Wish *wish = g_steal_pointer (&looker->wish);

  if (wish->job)
    fse_job_join (g_steal_pointer (&wish->job), &wish->view.error);
  if (wish->seen)
    wish->seen (&wish->view, wish->data);
  wish_free (wish);
}

static gboolean on_idle (gpointer data);

static gboolean
on_poll (gpointer data)
{
  FsePairLooker *looker = data;

  if (! fse_job_finished (looker->wish->job))
    return G_SOURCE_CONTINUE;
  looker->source = g_idle_add (on_idle, looker);
  deliver (looker);
  return G_SOURCE_REMOVE;
}

static gboolean
on_idle (gpointer data)
{
  FsePairLooker *looker = data;
  gboolean       done   = FALSE;

  if (! looker->wish && ! (looker->wish = g_queue_pop_head (&looker->waiting)))
    {
      looker->source = 0;
      return G_SOURCE_REMOVE;
    }
  if (! looker->wish->reading
      && ! (looker->wish->reading = fse_example_reading_begin (looker->host, looker->wish->example, LOOK_SIDE, &looker->wish->view.error)))
    {
      deliver (looker);
      return G_SOURCE_CONTINUE;
    }
  if (! fse_example_reading_on (looker->wish->reading, &done, &looker->wish->view.error))
    deliver (looker);
  else if (done)
    {
      looker->wish->job = fse_job_new ("look at a pair", work, looker->wish);
      looker->source    = g_timeout_add (POLL_MILLISECONDS, on_poll, looker);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

FsePairLooker *
fse_pair_looker_new (FseHost *host)
{
  FsePairLooker *looker = g_new0 (FsePairLooker, 1);

  looker->host = host;
  g_queue_init (&looker->waiting);
  return looker;
}

void
fse_pair_looker_free (FsePairLooker *looker)
{
  if (! looker)
    return;
  g_clear_handle_id (&looker->source, g_source_remove);
  g_clear_pointer (&looker->wish, wish_free);
  g_queue_clear_full (&looker->waiting, (GDestroyNotify) wish_free);
  g_free (looker);
}

void
fse_pair_looker_look (FsePairLooker *looker, const FseExample *example, FsePairSeen seen, gpointer data)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->example = fse_example_copy (example);
  wish->seen    = seen;
  wish->data    = data;
  g_queue_push_tail (&looker->waiting, wish);
  if (! looker->source)
    looker->source = g_idle_add (on_idle, looker);
}

void
fse_pair_looker_forget (FsePairLooker *looker, gpointer data)
{
  for (GList *at = looker->waiting.head; at;)
    {
      GList *next = at->next;
      Wish  *wish = at->data;

      if (wish->data == data)
        {
          g_queue_delete_link (&looker->waiting, at);
          wish_free (wish);
        }
      at = next;
    }
  if (looker->wish && looker->wish->data == data)
    looker->wish->seen = NULL;
}

gboolean
fse_pair_looker_busy (FsePairLooker *looker)
{
  return looker->source != 0;
}
