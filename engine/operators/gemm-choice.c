/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CLBlast is tuned for GPUs and wrong on some of them (its issues 533 and
 * 542), so a GPU's first product is preceded by a trial: results against the
 * plain kernel, then time against our own.  The verdict is kept in a file, as
 * the trial compiles dozens of kernels.  On CPU devices our own kernels are
 * several times faster and CLBlast is not even called.
 */
#include "operators/gemm-choice.h"

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "operators/clblast.h"
#include "operators/verdict.h"

#define ATTACHED "gemm-choice"
#define TOLERANCE 1e-4 /* largest |CLBlast - plain| / (1 + |plain|) for values in -1..1 */
#define REPEATS 3
#define SUBJECT "gemm"

typedef struct
{
  gboolean ta, tb;
  gint     m, n, k, batch;
  gfloat   beta;
  gint     pad;    /* of the leading dimensions */
  gboolean shared; /* one A for the whole batch: its stride is 0 */
} Trial;

/* Both of CLBlast's forms (one kernel for small products, several for large
 * ones), all that the operators ask for, and tails. */
static const Trial checks[] = {
  { FALSE, FALSE, 64, 64, 64, 1, 0, 0 },     { FALSE, FALSE, 67, 45, 131, 1, 1, 3 },
  { FALSE, TRUE, 66, 72, 34, 2, 0, 0 },      { TRUE, FALSE, 72, 33, 65, 2, 1, 0 },
  { FALSE, TRUE, 1024, 1024, 32, 2, 0, 0 },  { FALSE, FALSE, 1024, 72, 1024, 2, 0, 0 },
  { TRUE, FALSE, 1024, 72, 1024, 2, 1, 0 },  { FALSE, FALSE, 515, 520, 500, 1, 0, 1 },
  { TRUE, FALSE, 512, 512, 512, 1, 0, 0 },   { FALSE, TRUE, 512, 512, 512, 1, 0.5f, 0 },
  { FALSE, FALSE, 128, 66, 64, 3, 0, 0, TRUE }, { TRUE, FALSE, 64, 66, 128, 3, 0, 0, TRUE },
};
/* Products of matching on 32 x 32 positions, forward and backward. */
static const Trial races[] = {
  { FALSE, TRUE, 1024, 1024, 32, 4, 0, 0 },
  { FALSE, FALSE, 1024, 72, 1024, 4, 0, 0 },
  { TRUE, FALSE, 1024, 72, 1024, 4, 0, 0 },
};

static void
choice_free (gpointer data)
{
  FseGemmChoice *choice = data;

  g_free (choice->reason);
  g_free (choice);
}

/* As choice_free(), for a device on which CLBlast was called. */
static void
choice_free_clblast (gpointer data)
{
  fse_clblast_forget ();
  choice_free (data);
}

/* --- the trial --- */

static gboolean
random_buffer (FseDevice *device, gsize floats, guint32 seed, FseBuffer *buffer, GError **error)
{
  g_autofree gfloat *values = g_new (gfloat, floats);

  for (gsize i = 0; i < floats; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      values[i] = (gfloat) (seed >> 8) / 8388608.0f - 1.0f;
    }
  return fse_device_alloc (device, floats, buffer, error) && fse_device_write (device, *buffer, values, floats, error);
}

/* Buffers and sizes of a trial. */
static gboolean
trial_open (FseDevice *device, const Trial *t, FseGemm *g, GError **error)
{
  gint lda = (t->ta ? t->m : t->k) + t->pad, ldb = (t->tb ? t->k : t->n) + t->pad, ldc = t->n + t->pad;
  gsize size_a = (gsize) lda * (t->ta ? t->k : t->m);

  *g = (FseGemm) {
    .transpose_a = t->ta, .transpose_b = t->tb, .m = t->m, .n = t->n, .k = t->k,
    .alpha = 0.75f, .beta = t->beta, .lda = lda, .ldb = ldb, .ldc = ldc, .batch = t->batch,
    .stride_a = t->shared ? 0 : size_a,
    .stride_b = (gsize) ldb * (t->tb ? t->n : t->k),
    .stride_c = (gsize) ldc * t->m,
  };
  return random_buffer (device, t->shared ? size_a : size_a * t->batch, 1, &g->a, error)
         && random_buffer (device, g->stride_b * t->batch, 2, &g->b, error)
         && random_buffer (device, g->stride_c * t->batch, 3, &g->c, error);
}

static void
trial_close (FseDevice *device, FseGemm *g)
{
  FseBuffer *buffers[] = { &g->a, &g->b, &g->c };

  for (guint i = 0; i < G_N_ELEMENTS (buffers); i++)
    if (buffers[i]->mem)
      fse_device_free (device, buffers[i]);
}

/* The largest difference between CLBlast and the plain kernel, padding of C
 * included: it must stay as it was. */
static gboolean
trial_check (FseDevice *device, const Trial *t, gdouble *worst, GError **error)
{
  FseGemm            g = { 0 };
  gsize              floats;
  g_autofree gfloat *start = NULL, *plain = NULL, *other = NULL;
  gboolean           ok;

  ok = trial_open (device, t, &g, error);
  floats = g.stride_c * t->batch;
  start = g_new (gfloat, floats);
  plain = g_new (gfloat, floats);
  other = g_new (gfloat, floats);
  ok = ok && fse_device_read (device, g.c, start, floats, error)
       && fse_gemm_by (device, FSE_GEMM_PLAIN, &g, error) && fse_device_read (device, g.c, plain, floats, error)
       && fse_device_write (device, g.c, start, floats, error)
       && fse_gemm_by (device, FSE_GEMM_CLBLAST, &g, error) && fse_device_read (device, g.c, other, floats, error);
  for (gsize i = 0; ok && i < floats; i++)
    {
      gdouble off = fabs ((gdouble) other[i] - plain[i]) / (1.0 + fabs ((gdouble) plain[i]));

      /* not-a-number is the worst */
      if (!(off <= *worst))
        *worst = isnan (off) ? INFINITY : off;
    }
  trial_close (device, &g);
  return ok;
}

/* Adds the best time in seconds of each library. */
static gboolean
trial_race (FseDevice *device, const Trial *t, gdouble *clblast, gdouble *own, GError **error)
{
  FseGemm  g = { 0 };
  gboolean ok = trial_open (device, t, &g, error);

  for (gint l = 0; ok && l < 2; l++)
    {
      FseGemmLibrary library = l ? FSE_GEMM_CLBLAST : FSE_GEMM_OWN;
      gdouble        best = INFINITY;

      /* once more than counted: the first may compile */
      for (gint i = 0; ok && i <= REPEATS; i++)
        {
          gint64 start;

          ok = fse_device_finish (device, error);
          start = g_get_monotonic_time ();
          ok = ok && fse_gemm_by (device, library, &g, error) && fse_device_finish (device, error);
          if (i > 0)
            best = MIN (best, (gdouble) (g_get_monotonic_time () - start) * 1e-6);
        }
      *(l ? clblast : own) += best;
    }
  trial_close (device, &g);
  return ok;
}

void
fse_gemm_judge (FseDevice *device, FseGemmChoice *choice)
{
  g_autoptr (GError) error = NULL;
  gdouble            worst = 0, clblast = 0, own = 0;
  gboolean           ok = TRUE;

  g_clear_pointer (&choice->reason, g_free);
  choice->library = FSE_GEMM_OWN;
  for (guint i = 0; ok && i < G_N_ELEMENTS (checks) && worst <= TOLERANCE; i++)
    ok = trial_check (device, &checks[i], &worst, &error);
  if (ok && worst > TOLERANCE)
    {
      choice->reason = g_strdup_printf ("own kernels: CLBlast %s gives wrong results on this device (error %.2g)",
                                        FSE_CLBLAST_VERSION, worst);
      return;
    }
  for (guint i = 0; ok && i < G_N_ELEMENTS (races); i++)
    ok = trial_race (device, &races[i], &clblast, &own, &error);
  if (!ok)
    choice->reason = g_strdup_printf ("own kernels: the trial of CLBlast %s failed. %s", FSE_CLBLAST_VERSION,
                                      error->message);
  else if (clblast > own)
    choice->reason = g_strdup_printf ("own kernels: %.1fx the speed of CLBlast %s on this device",
                                      clblast / MAX (own, 1e-9), FSE_CLBLAST_VERSION);
  else
    {
      choice->library = FSE_GEMM_CLBLAST;
      choice->reason = g_strdup_printf ("CLBlast %s, verified, %.1fx the speed of our own", FSE_CLBLAST_VERSION,
                                        own / MAX (clblast, 1e-9));
    }
}

/* --- the remembered verdict --- */

static gboolean
verdict_load (FseDevice *device, FseGemmChoice *choice)
{
  g_autoptr (GKeyFile) file = fse_verdict_load (device, SUBJECT);
  g_autofree gchar    *library = NULL;

  if (!file)
    return FALSE;
  library = g_key_file_get_string (file, SUBJECT, "library", NULL);
  choice->reason = g_key_file_get_string (file, SUBJECT, "reason", NULL);
  if (choice->reason && library)
    {
      choice->library = !strcmp (library, "clblast") ? FSE_GEMM_CLBLAST : FSE_GEMM_OWN;
      return TRUE;
    }
  g_clear_pointer (&choice->reason, g_free);
  return FALSE;
}

static void
verdict_save (FseDevice *device, const FseGemmChoice *choice)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_string (file, SUBJECT, "library", choice->library == FSE_GEMM_CLBLAST ? "clblast" : "own");
  g_key_file_set_string (file, SUBJECT, "reason", choice->reason);
  fse_verdict_save (device, SUBJECT, file);
}

/* --- the choice --- */

FseGemmChoice *
fse_gemm_choose (FseDevice *device, GError **error)
{
  FseGemmChoice *choice = fse_device_attached (device, ATTACHED);
  const gchar   *wish = g_getenv ("FEW_SHOT_EDIT_GEMM");
  gboolean       gpu = fse_device_info (device)->gpu;

  if (choice)
    return choice;

  if (wish && *wish && strcmp (wish, "own") && strcmp (wish, "clblast") && strcmp (wish, "plain"))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE,
                   _("FEW_SHOT_EDIT_GEMM is \"%s\", which is no library of matrix products: "
                     "set it to own, clblast or plain, or leave it out."),
                   wish);
      return NULL;
    }

  choice = g_new0 (FseGemmChoice, 1);
  choice->forced = wish && *wish;
  if (choice->forced)
    {
      choice->library = !strcmp (wish, "clblast") ? FSE_GEMM_CLBLAST
                        : !strcmp (wish, "plain") ? FSE_GEMM_PLAIN
                                                  : FSE_GEMM_OWN;
      choice->reason = g_strdup_printf ("%s, as FEW_SHOT_EDIT_GEMM says",
                                        choice->library == FSE_GEMM_CLBLAST ? "CLBlast " FSE_CLBLAST_VERSION
                                        : choice->library == FSE_GEMM_PLAIN ? "the plain kernel"
                                                                            : "own kernels");
    }
  else if (!gpu)
    {
      choice->library = FSE_GEMM_OWN;
      choice->reason = g_strdup ("own kernels (CPU device)");
    }
  else if (!verdict_load (device, choice))
    {
      fse_gemm_judge (device, choice);
      verdict_save (device, choice);
    }
  g_debug ("matrix products on %s: %s", fse_device_info (device)->name, choice->reason);
  fse_device_attach (device, ATTACHED, choice,
                     gpu || choice->library == FSE_GEMM_CLBLAST ? choice_free_clblast : choice_free);
  return choice;
}

void
fse_gemm_distrust (FseDevice *device, FseGemmChoice *choice, const gchar *why)
{
  choice->library = FSE_GEMM_OWN;
  g_free (choice->reason);
  choice->reason = g_strdup_printf ("own kernels: CLBlast failed in use. %s", why);
  fse_verdict_drop (device, SUBJECT);
}
