/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Device memory.
 *
 * A freed chunk waits for a request of its size or a little less; when memory
 * runs short, all waiting chunks go back first.
 */
#include "device/device.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device/device-private.h"
#include "i18n.h"

#define MB 1e6
#define LARGE_PAGES (4 * MB) /* requests from here on are worth large pages */
#define LARGE (32 * MB) /* requests from here on are held against what the machine has left */

void
fse_memory_init (FseDevice *device)
{
  const gchar *wish = g_getenv ("FEW_SHOT_EDIT_MEMORY_LIMIT");
  gdouble      limit = wish ? g_ascii_strtod (wish, NULL) * MB : 0.0;

  device->chunks = g_array_new (FALSE, FALSE, sizeof (FseChunk));
  device->limit = device->info->memory ? device->info->memory : G_MAXUINT64;
  if (limit > 0.0 && limit < device->limit)
    device->limit = limit;
}

static void
release_waiting (FseDevice *device)
{
  for (guint i = device->chunks->len; i > 0; i--)
    {
      FseChunk *chunk = &g_array_index (device->chunks, FseChunk, i - 1);

      if (!chunk->used)
        {
          clReleaseMemObject (chunk->mem);
          device->bytes -= chunk->floats * sizeof (gfloat);
          g_array_remove_index_fast (device->chunks, i - 1);
        }
    }
}

void
fse_memory_clear (FseDevice *device)
{
  for (guint i = 0; i < device->chunks->len; i++)
    clReleaseMemObject (g_array_index (device->chunks, FseChunk, i).mem);
  g_array_unref (device->chunks);
}

static FseChunk *
find_waiting (FseDevice *device, gsize floats)
{
  for (guint i = 0; i < device->chunks->len; i++)
    {
      FseChunk *waiting = &g_array_index (device->chunks, FseChunk, i);

      if (!waiting->used && waiting->floats >= floats && waiting->floats <= floats + floats / 8)
        return waiting;
    }
  return NULL;
}

/* A step of training goes through some hundred megabytes again and again. Where the processor is the device it would
 * spend a tenth of the time on looking up small pages; Linux may give large ones where it is asked to, before
 * the memory is touched. */
static void
ask_for_large_pages (FseDevice *device, cl_mem mem, gsize bytes)
{
#ifdef MADV_HUGEPAGE
  gsize   page = (gsize) sysconf (_SC_PAGESIZE);
  cl_int  code;
  guint8 *start = clEnqueueMapBuffer (device->queue, mem, CL_TRUE, CL_MAP_WRITE_INVALIDATE_REGION, 0, bytes, 0, NULL,
                                      NULL, &code);
  guint8 *from = (guint8 *) (((gsize) start + page - 1) / page * page);

  if (code != CL_SUCCESS || !start)
    return;
  madvise (from, (gsize) (start + bytes - from) / page * page, MADV_HUGEPAGE);
  clEnqueueUnmapMemObject (device->queue, mem, start, 0, NULL, NULL);
#endif
}

/* Memory that is really there: many drivers give it at first use only, and
 * would fail in the middle of a step. */
static cl_mem
get_memory (FseDevice *device, gsize bytes, cl_int *code)
{
  cl_mem mem = clCreateBuffer (device->context, CL_MEM_READ_WRITE, bytes, NULL, code);
  gfloat zero = 0;

  if (*code == CL_SUCCESS && !device->info->gpu && bytes >= LARGE_PAGES)
    ask_for_large_pages (device, mem, bytes);
  if (*code != CL_SUCCESS || !device->info->gpu)
    return mem;
  *code = clEnqueueFillBuffer (device->queue, mem, &zero, sizeof zero, 0, sizeof zero, 0, NULL, NULL);
  if (*code == CL_SUCCESS)
    *code = clFinish (device->queue);
  if (*code == CL_SUCCESS)
    return mem;
  clReleaseMemObject (mem);
  return NULL;
}

/* What is left of the machine's memory.  Linux promises more than it has and
 * then kills whom it finds, so a device that lives in it is asked first. */
static guint64
main_memory_left (void)
{
  g_autofree gchar *text = NULL;
  const gchar      *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return G_MAXUINT64;
  line = strstr (text, "MemAvailable:");
  return line ? g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024 : G_MAXUINT64;
}

static gboolean
fits_main_memory (FseDevice *device, guint64 bytes)
{
  return bytes < LARGE || (device->info->gpu && !device->info->unified) || bytes < main_memory_left ();
}

static gboolean
is_shortage (cl_int code)
{
  return code == CL_MEM_OBJECT_ALLOCATION_FAILURE || code == CL_OUT_OF_RESOURCES || code == CL_OUT_OF_HOST_MEMORY
         || code == CL_INVALID_BUFFER_SIZE;
}

gboolean
fse_device_alloc (FseDevice *device, gsize floats, FseBuffer *buffer, GError **error)
{
  const FseDeviceInfo *info = device->info;
  gsize                rounded = (MAX (floats, 1) + 63) / 64 * 64;
  guint64              bytes = (guint64) rounded * sizeof (gfloat);
  FseChunk             chunk = { NULL, rounded, TRUE };
  FseChunk            *waiting = find_waiting (device, rounded);
  cl_int               code = CL_SUCCESS;

  *buffer = (FseBuffer) { NULL, 0 };
  if (waiting)
    {
      waiting->used = TRUE;
      buffer->mem = waiting->mem;
      return TRUE;
    }

  if (floats > G_MAXSIZE / 8 || (info->max_alloc && bytes > info->max_alloc))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY,
                   _("A single block of %.0f MB is needed, but %s gives at most %.0f MB at a time: "
                     "choose a smaller size, or another device."),
                   floats * 4 / MB, info->name, info->max_alloc / MB);
      return FALSE;
    }

  if (bytes > device->limit || device->bytes > device->limit - bytes)
    release_waiting (device);
  if (bytes > device->limit || device->bytes > device->limit - bytes)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY,
                   device->limit < info->memory
                     ? _("%.0f MB more are needed on %s, but %.0f of the %.0f MB that FEW_SHOT_EDIT_MEMORY_LIMIT allows are in use: "
                         "choose a smaller size, or another device.")
                     : _("%.0f MB more are needed on %s, but %.0f of the %.0f MB that it has are in use: "
                         "choose a smaller size, or another device."),
                   bytes / MB, info->name, device->bytes / MB, device->limit / MB);
      return FALSE;
    }

  for (gint tries = 0; tries < 2; tries++)
    {
      if (fits_main_memory (device, bytes))
        chunk.mem = get_memory (device, bytes, &code);
      else
        code = CL_OUT_OF_HOST_MEMORY;
      if (!is_shortage (code))
        break;
      clFinish (device->queue);
      release_waiting (device);
    }
  if (is_shortage (code))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY,
                   _("%s has no room for %.0f MB more: it has %.0f MB in all, of which %.0f MB are in use here "
                     "and others may use the rest; close other programs, choose a smaller size, or another device."),
                   info->name, bytes / MB, info->memory / MB, device->bytes / MB);
      return FALSE;
    }
  if (!fse_device_check (device, code, error, N_("Could not get %.1f MB of memory on %s"), bytes / MB, info->name))
    return FALSE;

  device->bytes += bytes;
  g_array_append_val (device->chunks, chunk);
  buffer->mem = chunk.mem;
  return TRUE;
}

void
fse_device_free (FseDevice *device, FseBuffer *buffer)
{
  for (guint i = 0; i < device->chunks->len; i++)
    {
      FseChunk *chunk = &g_array_index (device->chunks, FseChunk, i);

      if (chunk->mem == buffer->mem)
        chunk->used = FALSE;
    }
  buffer->mem = NULL;
  buffer->at = 0;
}
