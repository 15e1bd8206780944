/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a device computes what it should.  Drivers exist that compile
 * wrongly for some processors, that lose memory fences, or that crash; such a
 * device must not spoil a picture or disable the others.
 *
 * A verdict "passed" is remembered beside the compiled kernels, under a key
 * that changes with the driver.  A test that takes the whole process down is
 * found by the mark it leaves; the device is tried once more, then left alone
 * until its driver changes or a person asks (fse_device_problem).
 */
#include "device/device.h"

#include <math.h>

#include "device/cache.h"
#include "device/device-private.h"
#include "i18n.h"

#define PROGRAM "self_test"
#define GROUP 64 /* as in self_test.cl */
#define SIDE 8
#define TRIES 2

#define CONV_H 7
#define CONV_W 11
#define CONV_CI 5
#define CONV_CO 24
#define GEMM_M 19
#define GEMM_N 40
#define GEMM_K 37
#define SUM_N 10007
#define SILU_N 1520
#define GATHER_N 1000

typedef struct
{
  FseDevice *device;
  FseBuffer  a, b, out;
} Test;

/* The same numbers in every test: a spread over -1..1 without a pattern. */
static gfloat
number (guint i)
{
  guint32 x = i * 2654435761u;

  x ^= x >> 15;
  x *= 2246822519u;
  x ^= x >> 13;
  return (gfloat) (x >> 8) / (1 << 23) - 1.0f;
}

static gfloat *
numbers (guint n, guint start)
{
  gfloat *values = g_new (gfloat, n);

  for (guint i = 0; i < n; i++)
    values[i] = number (start + i);
  return values;
}

static gboolean
check (Test *test, const gchar *what, const gdouble *expected, guint n, gdouble scale, GError **error)
{
  g_autofree gfloat *got = g_new (gfloat, n);

  if (!fse_device_read (test->device, test->out, got, n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!(fabs (got[i] - expected[i]) <= 1e-5 * (scale + fabs (expected[i]))))
      {
        g_set_error (error, FSE_ERROR, FSE_ERROR_DEVICE,
                     _("%s fails its self-test (%s): it gives %.7g where %.7g is right; update its driver, or choose another device."),
                     test->device->info->name, what, got[i], expected[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
test_silu (Test *test, GError **error)
{
  g_autofree gfloat  *x = numbers (SILU_N, 1);
  g_autofree gdouble *y = g_new (gdouble, SILU_N);

  for (guint i = 0; i < SILU_N; i++)
    {
      x[i] *= i % 2 ? 80.0f : 3.0f;
      y[i] = x[i] / (1.0 + exp (-(gdouble) x[i]));
    }
  return fse_device_write (test->device, test->a, x, SILU_N, error)
         && fse_launch (test->device, PROGRAM, "test_silu", fse_range_each (test->device, SILU_N), error,
                        FSE_BUF (test->a), FSE_BUF (test->out), FSE_UINT (SILU_N), FSE_END)
         && check (test, _("exponential function"), y, SILU_N, 1.0, error);
}

static gboolean
test_gather (Test *test, GError **error)
{
  g_autofree gfloat  *x = numbers (GATHER_N, 2);
  g_autofree gdouble *y = g_new (gdouble, GATHER_N);

  x[17] = NAN;
  x[500] = INFINITY;
  for (guint32 i = 0; i < GATHER_N; i++)
    {
      gfloat v = x[((guint64) (guint32) (i * 2654435769u) * GATHER_N) >> 32];

      y[i] = isfinite (v) ? v : -1.0;
    }
  return fse_device_write (test->device, test->a, x, GATHER_N, error)
         && fse_launch (test->device, PROGRAM, "test_gather", fse_range_each (test->device, GATHER_N), error,
                        FSE_BUF (test->a), FSE_BUF (test->out), FSE_UINT (GATHER_N), FSE_END)
         && check (test, _("reading at computed places"), y, GATHER_N, 0.0, error);
}

static gboolean
test_sum (Test *test, GError **error)
{
  g_autofree gfloat *x = numbers (SUM_N, 3);
  gdouble            sum = 0.0;
  gboolean           cpu = test->device->family == FSE_FAMILY_CPU;

  for (guint i = 0; i < SUM_N; i++)
    sum += x[i];
  return fse_device_write (test->device, test->a, x, SUM_N, error)
         && fse_launch (test->device, PROGRAM, "test_sum",
                        cpu ? fse_range_single (1, 1, 1) : fse_range_groups (GROUP, 1, 1, GROUP, 1, 1), error,
                        FSE_BUF (test->a), FSE_BUF (test->out), FSE_UINT (SUM_N), FSE_END)
         && check (test, _("sum"), &sum, 1, 100.0, error);
}

static gboolean
test_gemm (Test *test, GError **error)
{
  g_autofree gfloat  *a = numbers (GEMM_M * GEMM_K, 4), *b = numbers (GEMM_K * GEMM_N, 5);
  g_autofree gdouble *c = g_new0 (gdouble, GEMM_M * GEMM_N);
  guint               v = test->device->vector;
  gboolean            cpu = test->device->family == FSE_FAMILY_CPU;

  for (guint i = 0; i < GEMM_M; i++)
    for (guint k = 0; k < GEMM_K; k++)
      for (guint j = 0; j < GEMM_N; j++)
        c[i * GEMM_N + j] += (gdouble) a[i * GEMM_K + k] * b[k * GEMM_N + j];
  return fse_device_write (test->device, test->a, a, GEMM_M * GEMM_K, error)
         && fse_device_write (test->device, test->b, b, GEMM_K * GEMM_N, error)
         && fse_launch (test->device, PROGRAM, "test_gemm",
                        cpu ? fse_range_single ((GEMM_N + v - 1) / v, GEMM_M, 1)
                            : fse_range_groups (GEMM_N, GEMM_M, 1, SIDE, SIDE, 1), error,
                        FSE_BUF (test->a), FSE_BUF (test->b), FSE_BUF (test->out),
                        FSE_INT (GEMM_M), FSE_INT (GEMM_N), FSE_INT (GEMM_K), FSE_END)
         && check (test, _("matrix product"), c, GEMM_M * GEMM_N, 1.0, error);
}

static gboolean
test_conv (Test *test, GError **error)
{
  g_autofree gfloat  *x = numbers (CONV_H * CONV_W * CONV_CI, 6), *k = numbers (9 * CONV_CI * CONV_CO, 7);
  g_autofree gdouble *y = g_new0 (gdouble, CONV_H * CONV_W * CONV_CO);
  guint               v = test->device->vector;
  gboolean            cpu = test->device->family == FSE_FAMILY_CPU;

  for (gint row = 0; row < CONV_H; row++)
    for (gint column = 0; column < CONV_W; column++)
      for (gint t = 0; t < 9; t++)
        {
          gint yy = row + t / 3 - 1, xx = column + t % 3 - 1;

          if (yy < 0 || yy >= CONV_H || xx < 0 || xx >= CONV_W)
            continue;
          for (gint i = 0; i < CONV_CI; i++)
            for (gint c = 0; c < CONV_CO; c++)
              y[(row * CONV_W + column) * CONV_CO + c] += (gdouble) x[(yy * CONV_W + xx) * CONV_CI + i]
                                                          * k[(t * CONV_CI + i) * CONV_CO + c];
        }
  return fse_device_write (test->device, test->a, x, CONV_H * CONV_W * CONV_CI, error)
         && fse_device_write (test->device, test->b, k, 9 * CONV_CI * CONV_CO, error)
         && fse_launch (test->device, PROGRAM, "test_conv",
                        cpu ? fse_range_single ((CONV_W + 3) / 4, CONV_H, (CONV_CO + v - 1) / v)
                            : fse_range_groups (CONV_CO, CONV_W, CONV_H, SIDE, SIDE, 1), error,
                        FSE_BUF (test->a), FSE_BUF (test->b), FSE_BUF (test->out), FSE_INT (CONV_H),
                        FSE_INT (CONV_W), FSE_INT (CONV_CI), FSE_INT (CONV_CO), FSE_END)
         && check (test, _("convolution"), y, CONV_H * CONV_W * CONV_CO, 1.0, error);
}

static gboolean
run_tests (FseDevice *device, GError **error)
{
  Test     test = { device };
  gboolean passed = fse_device_alloc (device, SUM_N, &test.a, error)
                    && fse_device_alloc (device, SUM_N, &test.b, error)
                    && fse_device_alloc (device, SUM_N, &test.out, error)
                    && test_silu (&test, error) && test_gather (&test, error) && test_sum (&test, error)
                    && test_gemm (&test, error) && test_conv (&test, error)
                    && fse_device_finish (device, error);

  fse_device_free (device, &test.a);
  fse_device_free (device, &test.b);
  fse_device_free (device, &test.out);
  return passed;
}

/* The hook for tests: is this device to fail? */
static gboolean
shall_fail (FseDevice *device)
{
  const gchar          *wish = g_getenv ("FEW_SHOT_EDIT_FAIL_DEVICE");
  g_autoptr (GPtrArray) list = wish && *wish ? fse_device_list (NULL) : NULL;

  for (guint i = 0; list && i < list->len; i++)
    if (((FseDeviceInfo *) list->pdata[i])->cl_device == device->info->cl_device
        && fse_device_info_matches (list, i, wish))
      return TRUE;
  return FALSE;
}

gboolean
fse_self_test (FseDevice *device, gboolean again, GError **error)
{
  g_autofree gchar *key = fse_program_key (device, PROGRAM, error);
  guint             crashes = 0;
  gchar            *mark;
  gboolean          passed;

  if (!key)
    return FALSE;
  if (shall_fail (device))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_DEVICE,
                   _("%s fails its self-test, because FEW_SHOT_EDIT_FAIL_DEVICE says so: unset that, or choose another device."),
                   device->info->name);
      return FALSE;
    }
  if (!again && fse_cache_passed (key))
    return TRUE;

  mark = fse_cache_test_begin (key, &crashes);
  if (crashes >= TRIES && !again)
    {
      fse_cache_test_end (mark);
      g_set_error (error, FSE_ERROR, FSE_ERROR_DEVICE,
                   _("The driver of %s has crashed in earlier self-tests: update it, or try it again with “few-shot-edit devices”."),
                   device->info->name);
      return FALSE;
    }
  passed = run_tests (device, error);
  fse_cache_test_end (mark);
  if (passed)
    {
      fse_cache_forgive (key);
      fse_cache_set_passed (key);
    }
  return passed;
}
