/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ceiling.h"

#include <math.h>

#define CHAINS 24     /* independent multiply-adds, as many as hide their latency */
#define COPY_FLOATS (1 << 24) /* 64 MiB: more than the caches hold */
#define TRIES 5

static const gchar source[] =
  "#if VW == 16\n"
  "typedef float16 V;\n"
  "#elif VW == 8\n"
  "typedef float8 V;\n"
  "#else\n"
  "typedef float4 V;\n"
  "#endif\n"
  "#define CHAINS 24\n"
  "__kernel void multiply_add (__global float *out, const int steps, const float a)\n"
  "{\n"
  "  V x[CHAINS];\n"
  "  for (int k = 0; k < CHAINS; k++)\n"
  "    x[k] = (V) (k + get_global_id (0));\n"
  "  for (int i = 0; i < steps; i++)\n"
  "    {\n"
  "      _Pragma (\"unroll\") for (int k = 0; k < CHAINS; k++)\n"
  "        x[k] = fma (x[k], (V) a, (V) a);\n"
  "    }\n"
  "  V sum = 0.0f;\n"
  "  for (int k = 0; k < CHAINS; k++)\n"
  "    sum += x[k];\n"
  "  out[get_global_id (0)] = sum.s0 + sum.s1 + sum.s2 + sum.s3;\n"
  "}\n"
  "__kernel void copy (__global const V *from, __global V *to, const int each)\n"
  "{\n"
  "  const size_t step = each > 1 ? 1 : get_global_size (0);\n"
  "  size_t i = get_global_id (0) * each;\n"
  "  for (int k = 0; k < each; k++, i += step)\n"
  "    to[i] = from[i];\n"
  "}\n";

/* The two kernels; they live as long as the device. */
typedef struct
{
  cl_program program;
  cl_kernel  multiply_add, copy;
  FseBuffer  from, to;
} Kernels;

static void
kernels_free (gpointer data)
{
  Kernels *kernels = data;

  clReleaseKernel (kernels->multiply_add);
  clReleaseKernel (kernels->copy);
  clReleaseProgram (kernels->program);
  g_free (kernels);
}

static gint
vector_floats (FseDevice *device)
{
  return fse_device_family (device) == FSE_FAMILY_CPU ? (gint) fse_device_vector (device) : 4;
}

static Kernels *
kernels_get (FseDevice *device, GError **error)
{
  Kernels           *kernels = fse_device_attached (device, "ceiling");
  g_autofree Kernels *made = NULL;
  g_autofree gchar  *options = g_strdup_printf ("-cl-std=CL1.2 -cl-mad-enable -DVW=%d", vector_floats (device));
  cl_device_id       id = fse_device_info (device)->cl_device;
  const gchar       *text = source;
  cl_context         context;
  cl_int             code;

  if (kernels)
    return kernels;
  made = g_new0 (Kernels, 1);
  code = clGetCommandQueueInfo (fse_device_queue (device), CL_QUEUE_CONTEXT, sizeof context, &context, NULL);
  if (code == CL_SUCCESS)
    made->program = clCreateProgramWithSource (context, 1, &text, NULL, &code);
  if (code == CL_SUCCESS)
    code = clBuildProgram (made->program, 1, &id, options, NULL, NULL);
  if (code == CL_SUCCESS)
    made->multiply_add = clCreateKernel (made->program, "multiply_add", &code);
  if (code == CL_SUCCESS)
    made->copy = clCreateKernel (made->program, "copy", &code);
  if (code != CL_SUCCESS)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BUILD, "The kernels of the ceiling cannot be made (%d).", code);
      return NULL;
    }
  if (!fse_device_alloc (device, COPY_FLOATS, &made->from, error)
      || !fse_device_alloc (device, COPY_FLOATS, &made->to, error)
      || !fse_device_zero (device, made->from, COPY_FLOATS, error)
      || !fse_device_zero (device, made->to, COPY_FLOATS, error))
    return NULL;
  kernels = g_steal_pointer (&made);
  fse_device_attach (device, "ceiling", kernels, kernels_free);
  return kernels;
}

/* Seconds of the best of some launches. */
static gdouble
best_time (FseDevice *device, cl_kernel kernel, gsize global, gsize local, GError **error)
{
  gdouble best = HUGE_VAL;

  for (gint i = 0; i < TRIES; i++)
    {
      gint64 start = g_get_monotonic_time ();
      cl_int code = clEnqueueNDRangeKernel (fse_device_queue (device), kernel, 1, NULL, &global, &local, 0, NULL, NULL);

      if (code != CL_SUCCESS)
        {
          g_set_error (error, FSE_ERROR, FSE_ERROR_DEVICE, "A kernel of the ceiling does not start (%d).", code);
          return -1.0;
        }
      if (!fse_device_finish (device, error))
        return -1.0;
      best = MIN (best, (g_get_monotonic_time () - start) * 1e-6);
    }
  return best;
}

gboolean
ceiling_measure (FseDevice *device, Ceiling *ceiling, GError **error)
{
  gboolean cpu = fse_device_family (device) == FSE_FAMILY_CPU;
  guint    units = fse_device_info (device)->units;
  cl_int   vector = vector_floats (device), vectors = COPY_FLOATS / vector;
  cl_int   steps = cpu ? 1 << 16 : 1 << 11, each = cpu ? 4096 : 1;
  gsize    items = cpu ? 4 * units : 64 * 64 * units, local = cpu ? 1 : 64;
  gfloat   factor = 0.5f;
  Kernels *kernels = kernels_get (device, error);
  gdouble  seconds;

  if (!kernels)
    return FALSE;
  clSetKernelArg (kernels->multiply_add, 0, sizeof (cl_mem), &kernels->to.mem);
  clSetKernelArg (kernels->multiply_add, 1, sizeof steps, &steps);
  clSetKernelArg (kernels->multiply_add, 2, sizeof factor, &factor);
  clSetKernelArg (kernels->copy, 0, sizeof (cl_mem), &kernels->from.mem);
  clSetKernelArg (kernels->copy, 1, sizeof (cl_mem), &kernels->to.mem);
  clSetKernelArg (kernels->copy, 2, sizeof each, &each);

  seconds = best_time (device, kernels->multiply_add, items, local, error);
  if (seconds < 0.0)
    return FALSE;
  ceiling->gflops = 2.0 * CHAINS * vector * steps * items / seconds * 1e-9;
  seconds = best_time (device, kernels->copy, vectors / each, local, error);
  if (seconds < 0.0)
    return FALSE;
  ceiling->gbytes_s = 2.0 * COPY_FLOATS * sizeof (gfloat) / seconds * 1e-9;
  return TRUE;
}
