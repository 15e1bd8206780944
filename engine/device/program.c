/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiling kernels.  Sources are resources of the library;
 * kernels-cl/common.cl stands before each.
 *
 * A program compiled from source goes to the disk cache at once, so that a
 * process that is killed leaves it, too.  PoCL is the exception: it compiles
 * a kernel at its first launch and keeps it on disk by itself (cache.c tells
 * it where); to ask it for a binary would compile all kernels a second time.
 *
 * Reading a program's text, and PoCL's own declarations before it, takes it as long as compiling
 * a kernel, and more with each kernel of the same program: so some files are one program there.
 *
 * A program's name may end in definitions: "conv2d@TM=64,TN=32" is conv2d.cl
 * with these macros, a program of its own.
 */
#include "device/device.h"

#include <gio/gio.h>
#include <string.h>

#include "device/cache.h"
#include "device/cl-error.h"
#include "device/device-private.h"
#include "i18n.h"

#define KERNELS "/few-shot-edit/kernels/"

/* Files that are one program on PoCL. */
static const gchar *const together[][9] = {
  { "conv2d", "conv2d_weight", "winograd", "winograd_weight", "group_norm", "gemm", "attention", "softmax" },
  { "elementwise", "concat", "resample", "reduce", "random", "optimiser" },
  { "augment", "bands", "bilateral", "colour", "warp", "losses", "frequency_loss" },
};

static void
program_free (gpointer data)
{
  clReleaseProgram (data);
}

static void
kernel_free (gpointer data)
{
  clReleaseKernel (data);
}

void
fse_programs_init (FseDevice *device)
{
  device->keeps = strstr (device->info->platform, "Portable Computing Language") != NULL;
  device->programs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, program_free);
  device->kernels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, kernel_free);
}

void
fse_programs_clear (FseDevice *device)
{
  g_hash_table_unref (device->kernels);
  g_hash_table_unref (device->programs);
}

static GBytes *
program_source (const gchar *name, GError **error)
{
  g_autofree gchar *path = g_strdup_printf (KERNELS "%.*s.cl", (int) strcspn (name, "@"), name);
  GBytes           *source = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  if (!source)
    g_set_error (error, FSE_ERROR, FSE_ERROR_BUILD,
                 _("There are no kernels called “%s” in this build: install Few-shot Edit again."), name);
  return source;
}

static gchar *
program_options (FseDevice *device, const gchar *name)
{
  GString *options = g_string_new ("-cl-std=CL1.2 -cl-mad-enable");

  if (device->family == FSE_FAMILY_CPU)
    g_string_append_printf (options, " -DFSE_CPU -DVW=%u", device->vector);
  else
    g_string_append (options, " -DFSE_GPU");
  if (strchr (name, '@'))
    {
      g_auto (GStrv) definitions = g_strsplit (strchr (name, '@') + 1, ",", -1);

      for (gchar **one = definitions; *one; one++)
        g_string_append_printf (options, " -D%s", *one);
    }
  return g_string_free (options, FALSE);
}

/* ... and with the cpu family everywhere, as one uses the other's functions. */
static const gchar *const products[] = { "gemm", "attention", NULL };
static const gchar *const sums[] = { "conv2d", "conv2d_weight", "winograd", "winograd_weight", NULL };

/* The files that are one program with `name`, or NULL. */
static const gchar *const *
group_of (FseDevice *device, const gchar *name)
{
  if (device->family != FSE_FAMILY_CPU)
    return NULL;
  if (device->keeps)
    for (guint i = 0; i < G_N_ELEMENTS (together); i++)
      for (guint k = 0; together[i][k]; k++)
        if (strcmp (together[i][k], name) == 0)
          return together[i];
  return g_strv_contains (products, name) ? products : g_strv_contains (sums, name) ? sums : NULL;
}

/* The texts of a program, common.cl's first: GBytes, or NULL where there is no such file. */
static GPtrArray *
program_files (FseDevice *device, const gchar *name, GError **error)
{
  g_autoptr (GPtrArray)     files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const gchar *const        alone[] = { name, NULL };
  const gchar *const       *names = group_of (device, name);
  GBytes                   *source = program_source ("common", error);

  if (source)
    g_ptr_array_add (files, source);
  for (names = names ? names : alone; source && *names; names++)
    {
      source = program_source (*names, error);
      if (source)
        g_ptr_array_add (files, source);
    }
  return source ? g_steal_pointer (&files) : NULL;
}

gchar *
fse_program_key (FseDevice *device, const gchar *name, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GPtrArray) files = program_files (device, name, error);
  g_autofree gchar     *options = program_options (device, name);
  const FseDeviceInfo  *info = device->info;
  const gchar          *texts[] = { name, options, info->platform, info->platform_version, info->name,
                                    info->version, info->driver, FSE_VERSION };

  if (!files)
    return NULL;
  for (guint i = 0; i < files->len; i++)
    g_checksum_update (sum, g_bytes_get_data (files->pdata[i], NULL), g_bytes_get_size (files->pdata[i]));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_checksum_update (sum, (const guchar *) texts[i], strlen (texts[i]) + 1);
  return g_strdup (g_checksum_get_string (sum));
}

static cl_program
build_source (FseDevice *device, const gchar *name, GError **error)
{
  g_autoptr (GPtrArray) files = program_files (device, name, error);
  g_autofree gchar     *options = program_options (device, name);
  gint64                start = g_get_monotonic_time ();
  g_autofree const char **parts = NULL;
  g_autofree size_t    *lengths = NULL;
  cl_program            program;
  cl_int                code;

  if (!files)
    return NULL;

  parts = g_new (const char *, files->len);
  lengths = g_new (size_t, files->len);
  for (guint i = 0; i < files->len; i++)
    parts[i] = g_bytes_get_data (files->pdata[i], &lengths[i]);
  program = clCreateProgramWithSource (device->context, files->len, parts, lengths, &code);
  if (!fse_device_check (device, code, error, N_("Could not hand %s.cl to %s"), name, device->info->name))
    return NULL;

  code = clBuildProgram (program, 1, &device->info->cl_device, options, NULL, NULL);
  if (code != CL_SUCCESS)
    {
      size_t            length = 0;
      g_autofree gchar *log = NULL, *valid = NULL;

      clGetProgramBuildInfo (program, device->info->cl_device, CL_PROGRAM_BUILD_LOG, 0, NULL, &length);
      log = g_malloc0 (length + 1);
      clGetProgramBuildInfo (program, device->info->cl_device, CL_PROGRAM_BUILD_LOG, length, log, NULL);
      valid = g_utf8_make_valid (log, -1);
      clReleaseProgram (program);
      g_set_error (error, FSE_ERROR, FSE_ERROR_BUILD,
                   _("The kernels of %s.cl do not compile on %s (%s): choose another device, or update its driver.\n%s"),
                   name, device->info->name, fse_cl_error_name (code), valid);
      return NULL;
    }

  device->n_built++;
  g_debug ("%s.cl compiled from source in %.0f ms", name, (g_get_monotonic_time () - start) / 1e3);
  return program;
}

/* The program out of the disk cache, or NULL. */
static cl_program
load_program (FseDevice *device, const gchar *name, const gchar *key)
{
  g_autoptr (GBytes)   binary = fse_cache_load (name, key);
  g_autofree gchar    *options = program_options (device, name);
  size_t               length = 0;
  const unsigned char *data;
  cl_int               status = CL_SUCCESS, code;
  cl_program           program;

  if (!binary)
    return NULL;
  data = g_bytes_get_data (binary, &length);
  program = clCreateProgramWithBinary (device->context, 1, &device->info->cl_device, &length, &data, &status, &code);
  if (code == CL_SUCCESS && status == CL_SUCCESS
      && clBuildProgram (program, 1, &device->info->cl_device, options, NULL, NULL) == CL_SUCCESS)
    {
      device->n_loaded++;
      return program;
    }
  if (program)
    clReleaseProgram (program);
  g_debug ("The cached %s.cl is refused and will be made anew", name);
  fse_cache_drop (name, key);
  return NULL;
}

static void
save_program (FseDevice *device, const gchar *name, const gchar *key, cl_program program)
{
  g_autofree guchar *binary = NULL;
  size_t             length = 0;

  if (clGetProgramInfo (program, CL_PROGRAM_BINARY_SIZES, sizeof length, &length, NULL) != CL_SUCCESS || length == 0)
    return;
  binary = g_try_malloc (length);
  if (binary && clGetProgramInfo (program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) == CL_SUCCESS
      && fse_cache_save (name, key, binary, length))
    device->n_saved++;
}

static cl_program
find_program (FseDevice *device, const gchar *name, GError **error)
{
  const gchar *const *group = group_of (device, name);
  cl_program          program;
  g_autofree gchar   *key = NULL, *folder = NULL;

  if (group)
    name = group[0];
  program = g_hash_table_lookup (device->programs, name);
  if (program)
    return program;
  key = fse_program_key (device, name, error);
  if (!key)
    return NULL;
  folder = device->keeps ? NULL : fse_cache_folder ();
  program = folder ? load_program (device, name, key) : NULL;
  if (!program)
    {
      program = build_source (device, name, error);
      if (!program)
        return NULL;
      if (folder)
        save_program (device, name, key, program);
    }
  g_hash_table_insert (device->programs, g_strdup (name), program);
  return program;
}

cl_kernel
fse_program_kernel (FseDevice *device, const gchar *program_name, const gchar *name, GError **error)
{
  gchar      key[128];
  cl_program program;
  cl_kernel  kernel;
  cl_int     code;

  g_snprintf (key, sizeof key, "%s/%s", program_name, name);
  kernel = g_hash_table_lookup (device->kernels, key);
  if (kernel)
    return kernel;

  program = find_program (device, program_name, error);
  if (!program)
    return NULL;
  kernel = clCreateKernel (program, name, &code);
  if (!fse_device_check (device, code, error, N_("Could not find kernel %s on %s"), key, device->info->name))
    return NULL;
  g_hash_table_insert (device->kernels, g_strdup (key), kernel);
  return kernel;
}
