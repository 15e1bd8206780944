/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Matrix products of every library against a loop in double, the choice
 * among the libraries, and its memory.  Speaks TAP.
 *
 *   test-gemm --family cpu|gpu --library own|plain|clblast [--tiny]
 *   test-gemm --choice
 *
 * CLBlast compiles for up to a minute on CPU devices: there the full list
 * runs on it, and so does the trial, only where FEW_SHOT_EDIT_TEST_CLBLAST=1.
 */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "operators/gemm-choice.h"

typedef struct
{
  gint     m, n, k, batch;
  gfloat   alpha, beta;
  gint     pad;    /* of leading dimensions */
  gboolean shared; /* the same A for the whole batch: a stride of 0 */
} Product;

static const Product products[] = {
  { 1, 1, 1, 1, 1, 0, 0 },         { 8, 32, 16, 1, 1, 0, 0 },      { 7, 5, 3, 3, 0.5f, 1, 3 },
  { 9, 33, 129, 2, 2, 0.25f, 0 },  { 33, 17, 40, 1, -1, 1, 5 },    { 64, 64, 16, 2, 1, 0, 0 },
  { 65, 16, 300, 1, 1, 1, 0 },     { 130, 72, 257, 2, 1, 0, 1 },   { 66, 66, 128, 3, 0.125f, 0, 0 },
  { 2, 200, 5, 1, 1, 0, 7 },       { 20, 34, 18, 4, 1, 0, 0, TRUE }, { 1, 65, 1, 1, 1, 1, 0 },
};
#define N_TINY 4 /* of these under a slow checking device */

static guint     number, failed;
static gchar    *option_family, *option_library;
static gboolean  option_tiny, option_choice;

static const GOptionEntry entries[] = {
  { "family", 0, 0, G_OPTION_ARG_STRING, &option_family, "Kernel family: cpu or gpu", "FAMILY" },
  { "library", 0, 0, G_OPTION_ARG_STRING, &option_library, "own, plain or clblast", "LIBRARY" },
  { "tiny", 0, 0, G_OPTION_ARG_NONE, &option_tiny, "Only the first few products", NULL },
  { "choice", 0, 0, G_OPTION_ARG_NONE, &option_choice, "Test the choice of the library", NULL },
  { NULL }
};

static void
report (gboolean passed, const gchar *name, const gchar *trouble)
{
  number++;
  if (!passed)
    failed++;
  g_print ("%s %u - %s\n", passed ? "ok" : "not ok", number, name);
  if (!passed)
    g_print ("# %s\n", trouble);
}

static gfloat *
random_floats (gsize n)
{
  gfloat *values = g_new (gfloat, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (gfloat) g_random_double_range (-1, 1);
  return values;
}

static gboolean
upload (FseDevice *device, const gfloat *values, gsize n, FseBuffer *buffer, GError **error)
{
  return fse_device_alloc (device, n, buffer, error) && fse_device_write (device, *buffer, values, n, error);
}

/* The largest error of C, relative to 1 + |C|; infinite where what lies
 * between C's rows was touched. */
static gdouble
largest_error (const FseGemm *g, const gfloat *a, const gfloat *b, const gfloat *before, const gfloat *after)
{
  gdouble worst = 0;

  for (gint z = 0; z < g->batch; z++)
    for (gint i = 0; i < g->m; i++)
      for (gint j = 0; j < g->ldc; j++)
        {
          gsize   at = z * g->stride_c + (gsize) i * g->ldc + j;
          gdouble sum = 0, off;

          if (j >= g->n)
            {
              if (memcmp (&before[at], &after[at], sizeof (gfloat)))
                return INFINITY;
              continue;
            }
          for (gint p = 0; p < g->k; p++)
            sum += (gdouble) a[z * g->stride_a + (g->transpose_a ? (gsize) p * g->lda + i : (gsize) i * g->lda + p)]
                   * b[z * g->stride_b + (g->transpose_b ? (gsize) j * g->ldb + p : (gsize) p * g->ldb + j)];
          sum *= g->alpha;
          if (g->beta != 0)
            sum += (gdouble) g->beta * before[at];
          off = fabs (after[at] - sum) / (1 + fabs (sum));
          if (!(off <= worst))
            worst = isnan (off) ? INFINITY : off;
        }
  return worst;
}

static gboolean
test_product (FseDevice *device, FseGemmLibrary library, const Product *p, gboolean ta, gboolean tb, GError **error)
{
  FseGemm g = {
    .transpose_a = ta, .transpose_b = tb, .m = p->m, .n = p->n, .k = p->k, .alpha = p->alpha, .beta = p->beta,
    .lda = (ta ? p->m : p->k) + p->pad, .ldb = (tb ? p->k : p->n) + p->pad, .ldc = p->n + p->pad, .batch = p->batch,
  };
  gsize              one_a = (gsize) g.lda * (ta ? p->k : p->m), size_a, size_b, size_c;
  g_autofree gfloat *a = NULL, *b = NULL, *before = NULL, *after = NULL;
  g_autofree gchar  *name = NULL, *trouble = NULL;
  gdouble            worst = INFINITY;
  gboolean           ok;

  g.stride_a = p->shared ? 0 : one_a;
  g.stride_b = (gsize) g.ldb * (tb ? p->n : p->k);
  g.stride_c = (gsize) g.ldc * p->m;
  size_a = p->shared ? one_a : one_a * p->batch;
  size_b = g.stride_b * p->batch;
  size_c = g.stride_c * p->batch;
  a = random_floats (size_a);
  b = random_floats (size_b);
  before = random_floats (size_c);
  after = g_new (gfloat, size_c);
  /* where beta is 0, what C held must not be read */
  for (gsize i = 0; p->beta == 0 && i < size_c; i++)
    before[i] = NAN;

  ok = upload (device, a, size_a, &g.a, error) && upload (device, b, size_b, &g.b, error)
       && upload (device, before, size_c, &g.c, error) && fse_gemm_by (device, library, &g, error)
       && fse_device_read (device, g.c, after, size_c, error);
  if (ok)
    worst = largest_error (&g, a, b, before, after);
  fse_device_free (device, &g.a);
  fse_device_free (device, &g.b);
  fse_device_free (device, &g.c);

  name = g_strdup_printf ("gemm %c%c %d x %d x %d, batch %d, alpha %g, beta %g, padding %d", ta ? 'T' : 'N',
                          tb ? 'T' : 'N', p->m, p->n, p->k, p->batch, p->alpha, p->beta, p->pad);
  trouble = g_strdup_printf ("the largest error is %g", worst);
  if (ok)
    report (worst < 1e-5, name, trouble);
  return ok;
}

static gboolean
test_products (FseDevice *device, GError **error)
{
  FseGemmLibrary library = !g_strcmp0 (option_library, "clblast") ? FSE_GEMM_CLBLAST
                           : !g_strcmp0 (option_library, "plain") ? FSE_GEMM_PLAIN
                                                                  : FSE_GEMM_OWN;
  guint          count = option_tiny ? N_TINY : G_N_ELEMENTS (products);

  for (guint i = 0; i < count; i++)
    for (gint t = 0; t < 4; t++)
      if (!test_product (device, library, &products[i], t & 1, t >> 1, error))
        return FALSE;
  return TRUE;
}

/* --- the choice --- */

/* What is said of a freshly opened device; NULL where the choice fails. */
static gchar *
choice_of_new_device (gboolean as_gpu, gdouble *seconds)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (FseDevice) device = fse_device_open ("cpu", &error);
  gint64                start = g_get_monotonic_time ();
  const gchar          *reason;

  if (!device)
    return g_strdup (error->message);
  /* nothing else makes a device without a GPU go through the trial */
  ((FseDeviceInfo *) fse_device_info (device))->gpu = as_gpu;
  reason = fse_gemm_choice (device, &error);
  *seconds = (gdouble) (g_get_monotonic_time () - start) * 1e-6;
  return g_strdup (reason ? reason : error->message);
}

static void
expect_choice (const gchar *name, const gchar *wish, const gchar *pattern)
{
  g_autofree gchar *reason = NULL;
  gdouble           seconds;

  if (wish)
    g_setenv ("FEW_SHOT_EDIT_GEMM", wish, TRUE);
  else
    g_unsetenv ("FEW_SHOT_EDIT_GEMM");
  reason = choice_of_new_device (FALSE, &seconds);
  report (g_pattern_match_simple (pattern, reason), name, reason);
}

static void
test_trial (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("test-gemm-XXXXXX", NULL), *first = NULL, *second = NULL, *third = NULL;
  g_autoptr (GDir)  dir = NULL;
  const gchar      *file;
  gdouble           seconds;

  g_setenv ("FEW_SHOT_EDIT_CACHE", folder, TRUE);
  first = choice_of_new_device (TRUE, &seconds);
  report (g_pattern_match_simple ("CLBlast*verified*", first) || g_pattern_match_simple ("own*speed of CLBlast*", first),
          "the trial of CLBlast ends in a verdict", first);
  g_print ("# %s, after %.1f s\n", first, seconds);
  second = choice_of_new_device (TRUE, &seconds);
  report (!strcmp (first, second) && seconds < 1, "a second start remembers the verdict", second);

  /* a file that says something else is not believed */
  dir = g_dir_open (folder, 0, NULL);
  while ((file = g_dir_read_name (dir)))
    {
      g_autofree gchar *path = g_build_filename (folder, file, NULL);

      if (g_str_has_prefix (file, "gemm-"))
        g_file_set_contents (path, "[gemm]\ndevice=another\nlibrary=clblast\nreason=none\n", -1, NULL);
    }
  third = choice_of_new_device (TRUE, &seconds);
  report (strcmp (third, "none"), "another device's verdict is not taken", third);

  g_dir_rewind (dir);
  while ((file = g_dir_read_name (dir)))
    {
      g_autofree gchar *path = g_build_filename (folder, file, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
test_choice (void)
{
  expect_choice ("a CPU device takes our own kernels", NULL, "own kernels (CPU device)");
  expect_choice ("own can be forced", "own", "own kernels, as FEW_SHOT_EDIT_GEMM says");
  expect_choice ("plain can be forced", "plain", "the plain kernel, as*");
  expect_choice ("CLBlast can be forced", "clblast", "CLBlast *, as*");
  expect_choice ("an unknown library is refused", "mkl", "FEW_SHOT_EDIT_GEMM is \"mkl\", which is no*");
  g_unsetenv ("FEW_SHOT_EDIT_GEMM");
  if (!g_strcmp0 (g_getenv ("FEW_SHOT_EDIT_TEST_CLBLAST"), "1"))
    test_trial ();
  else
    g_print ("ok %u # SKIP the trial of CLBlast takes a minute: FEW_SHOT_EDIT_TEST_CLBLAST=1 runs it\n", ++number);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError)         error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (FseDevice)      device = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  g_random_set_seed (1);
  if (option_family)
    g_setenv ("FEW_SHOT_EDIT_KERNELS", option_family, TRUE);

  if (option_choice)
    test_choice ();
  else
    {
      device = fse_device_open (NULL, &error);
      if (!g_strcmp0 (option_library, "clblast")
          && ((device && fse_device_info (device)->gpu) || !g_strcmp0 (g_getenv ("FEW_SHOT_EDIT_TEST_CLBLAST"), "1")))
        option_tiny = FALSE;
      if (!device || !test_products (device, &error))
        {
          g_print ("Bail out! %s\n", error->message);
          return 1;
        }
    }
  g_print ("1..%u\n", number);
  return failed ? 1 : 0;
}
