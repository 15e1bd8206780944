/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The memory plan: random stretches never share memory while both are needed,
 * and planning a large model is not felt.
 */
#include "operators/plan.h"

typedef struct
{
  gsize     floats;
  gint      first, last, first_again, last_again; /* again: -1 where there is none */
  FseBuffer place;
} Stretch;

static gboolean
needed_at (const Stretch *s, gint time)
{
  return (time >= s->first && time <= s->last) || (time >= s->first_again && time <= s->last_again);
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  return *(const gint *) a - *(const gint *) b;
}

static void
test_plan_random (void)
{
  for (gint round = 0; round < 200; round++)
    {
      gint                 n = g_test_rand_int_range (1, 80), times = g_test_rand_int_range (1, 60);
      gsize                limit = round % 3 ? 4096 : G_MAXSIZE / 16;
      g_autofree Stretch  *stretches = g_new0 (Stretch, n);
      g_autofree FseBuffer *chunks = NULL;
      FsePlan             *plan = fse_plan_new (limit);
      guint64              most = 0;

      for (gint i = 0; i < n; i++)
        {
          Stretch *s = &stretches[i];
          gint     at[4];

          s->floats = g_test_rand_int_range (1, i % 10 == 0 ? 6000 : 700);
          for (gint k = 0; k < 4; k++)
            at[k] = g_test_rand_int_range (0, times);
          qsort (at, 4, sizeof at[0], by_number);
          s->first = at[0];
          s->last = at[1];
          s->first_again = s->last_again = -1;
          if (g_test_rand_int_range (0, 3) == 0)
            {
              s->first_again = at[2];
              s->last_again = at[3];
              fse_plan_add_twice (plan, s->floats, s->first, s->last, s->first_again, s->last_again, &s->place);
            }
          else
            fse_plan_add (plan, s->floats, s->first, s->last, &s->place);
        }
      fse_plan_pack (plan);

      chunks = g_new0 (FseBuffer, fse_plan_n_chunks (plan));
      for (guint c = 0; c < fse_plan_n_chunks (plan); c++)
        chunks[c] = (FseBuffer) { GSIZE_TO_POINTER (c + 1), 128 };
      fse_plan_place (plan, chunks);

      for (gint i = 0; i < n; i++)
        {
          Stretch *s = &stretches[i];
          guint    chunk = GPOINTER_TO_SIZE (s->place.mem) - 1;

          g_assert_cmpuint (chunk, <, fse_plan_n_chunks (plan));
          g_assert_cmpuint (s->place.at, >=, 128);
          g_assert_cmpuint (s->place.at % 64, ==, 0);
          g_assert_cmpuint (s->place.at - 128 + s->floats, <=, fse_plan_chunk_floats (plan, chunk));
          if (fse_plan_chunk_floats (plan, chunk) > limit)
            {
              gboolean one_is_larger = FALSE;

              for (gint j = 0; j < n; j++)
                one_is_larger = one_is_larger || (stretches[j].place.mem == s->place.mem && stretches[j].floats > limit - 63);
              g_assert_true (one_is_larger);
            }
        }
      for (gint t = 0; t < times; t++)
        {
          guint64 now = 0;

          for (gint i = 0; i < n; i++)
            {
              Stretch *a = &stretches[i];
              gsize    a_end = a->place.at + (a->floats + 63) / 64 * 64;

              if (!needed_at (a, t))
                continue;
              now += a_end - a->place.at;
              for (gint j = 0; j < i; j++)
                {
                  Stretch *b = &stretches[j];

                  if (needed_at (b, t) && a->place.mem == b->place.mem)
                    g_assert_true (a_end <= b->place.at || b->place.at + (b->floats + 63) / 64 * 64 <= a->place.at);
                }
            }
          most = MAX (most, now);
        }
      g_assert_cmpuint (fse_plan_floats (plan), >=, most);
      if (limit > 4096)
        g_assert_cmpuint (fse_plan_floats (plan), <=, 2 * most);
      fse_plan_free (plan);
    }
}

/* As many stretches as a large model has: planning must not be felt. */
static void
test_plan_speed (void)
{
  const gint          n = 4000;
  g_autofree Stretch *stretches = g_new0 (Stretch, n);
  FsePlan            *plan = fse_plan_new (G_MAXSIZE / 16);
  gint64              start = g_get_monotonic_time ();
  gdouble             seconds;

  for (gint i = 0; i < n; i++)
    fse_plan_add (plan, 64 * g_test_rand_int_range (1, 5000), i / 2, i % 3 ? i / 2 + 3 : n - i / 2, &stretches[i].place);
  fse_plan_pack (plan);
  seconds = (g_get_monotonic_time () - start) / 1e6;
  g_test_message ("%d stretches planned in %.2f s", n, seconds);
  g_assert_cmpfloat (seconds, <, 10.0);
  fse_plan_free (plan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/random", test_plan_random);
  g_test_add_func ("/plan/speed", test_plan_speed);
  return g_test_run ();
}
