/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reader of `path` sees the old file or the new one, never a half; a full
 * disk or a killed program leaves the old one.
 */
#include "files/disk.h"
#include "i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Temporary files that are there now. */
static GMutex  open_lock;
static GSList *open_files;

static void
remember (const gchar *temp)
{
  g_mutex_lock (&open_lock);
  open_files = g_slist_prepend (open_files, g_strdup (temp));
  g_mutex_unlock (&open_lock);
}

static void
forget (const gchar *temp)
{
  GSList *found;

  g_mutex_lock (&open_lock);
  found = g_slist_find_custom (open_files, temp, (GCompareFunc) strcmp);
  if (found)
    {
      g_free (found->data);
      open_files = g_slist_delete_link (open_files, found);
    }
  g_mutex_unlock (&open_lock);
}

void
fse_disk_abandon (void)
{
  g_mutex_lock (&open_lock);
  for (GSList *at = open_files; at; at = at->next)
    {
      g_autofree gchar *draft = g_strconcat (at->data, FSE_DISK_DRAFT, NULL);

      g_unlink (at->data);
      g_unlink (draft);
    }
  /* Kept locked: no other thread may make a new one. */
}

static gboolean
refuse (const gchar *shown, gint code, GError **error)
{
  switch (code)
    {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
                   _("“%s” could not be saved, as the disk is full, and what was there before is unchanged: "
                     "free some space and try again."), shown);
      break;
    case ENOENT:
    case ENOTDIR:
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
                   _("“%s” could not be saved: its folder does not exist; create the folder first."), shown);
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO,
                   _("“%s” could not be saved: you may not write into its folder; choose another one."), shown);
      break;
    case EISDIR:
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO, _("“%s” could not be saved: it is a folder; give a file's name."), shown);
      break;
    default:
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO, _("“%s” could not be saved (%s): choose another place."), shown, g_strerror (code));
    }
  return FALSE;
}

gboolean
fse_disk_create (FseDiskFile *file, const gchar *path, GError **error)
{
  g_autofree gchar *folder = NULL;
  gchar            *real;
  struct stat       there;
  gboolean          exists;

  file->shown = g_filename_display_name (path);
  /* A link keeps pointing to what it points to now. */
  real = realpath (path, NULL);
  file->path = g_strdup (real ? real : path);
  free (real);

  exists = stat (file->path, &there) == 0;
  if (exists && S_ISDIR (there.st_mode))
    return refuse (file->shown, EISDIR, error);
  if (exists && !S_ISREG (there.st_mode))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_IO, _("“%s” could not be saved, as it is no ordinary file: choose another name."), file->shown);
      return FALSE;
    }

  folder = g_path_get_dirname (file->path);
  file->temp = g_build_filename (folder, ".few-shot-edit-XXXXXX.tmp", NULL);
  file->fd = g_mkstemp_full (file->temp, O_RDWR | O_CLOEXEC, 0666);
  if (file->fd < 0)
    {
      gint code = errno;

      g_clear_pointer (&file->temp, g_free);
      return refuse (file->shown, code, error);
    }
  remember (file->temp);
  if (exists && fchmod (file->fd, there.st_mode & 07777) != 0)
    g_debug ("%s keeps the default mode: %s", file->shown, g_strerror (errno));
  return TRUE;
}

gboolean
fse_disk_write (FseDiskFile *file, const void *bytes, gsize n, GError **error)
{
  const gchar *at = bytes;

  while (n > 0)
    {
      /* Linux takes at most 2 GB at once. */
      gssize written = write (file->fd, at, MIN (n, (gsize) 1 << 30));

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return refuse (file->shown, written < 0 ? errno : ENOSPC, error);
      at += written;
      n -= written;
    }
  return TRUE;
}

gboolean
fse_disk_commit (FseDiskFile *file, GError **error)
{
  g_autofree gchar *folder = g_path_get_dirname (file->path);
  gint              fd = file->fd, folder_fd;

  if (fsync (fd) != 0)
    return refuse (file->shown, errno, error);
  file->fd = -1;
  if (close (fd) != 0)
    return refuse (file->shown, errno, error);
  if (g_rename (file->temp, file->path) != 0)
    return refuse (file->shown, errno, error);
  forget (file->temp);
  g_clear_pointer (&file->temp, g_free);

  /* The new name survives a power cut too; where a file system cannot, the file is there all the same. */
  folder_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd >= 0)
    {
      if (fsync (folder_fd) != 0)
        g_debug ("%s: %s", folder, g_strerror (errno));
      close (folder_fd);
    }
  return TRUE;
}

void
fse_disk_clear (FseDiskFile *file)
{
  if (file->fd >= 0)
    close (file->fd);
  file->fd = -1;
  if (file->temp)
    {
      g_unlink (file->temp);
      forget (file->temp);
    }
  g_clear_pointer (&file->temp, g_free);
  g_clear_pointer (&file->path, g_free);
  g_clear_pointer (&file->shown, g_free);
}

GMappedFile *
fse_disk_map (const gchar *path, FseErrorCode code, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  g_autoptr (GError) reason = NULL;
  GMappedFile      *map;
  struct stat       there;
  gint              fd;

  /* Non-blocking, or a pipe of that name would be waited for. */
  fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    {
      if (errno == ENOENT || errno == ENOTDIR)
        g_set_error (error, FSE_ERROR, code, _("There is no file “%s”: choose another one."), shown);
      else
        g_set_error (error, FSE_ERROR, code,
                     _("“%s” cannot be read (%s): choose another file, or change its rights."), shown, g_strerror (errno));
      return NULL;
    }
  if (fstat (fd, &there) != 0 || !S_ISREG (there.st_mode))
    {
      g_set_error (error, FSE_ERROR, code, S_ISDIR (there.st_mode) ? _("“%s” is a folder, not a file: choose a file.")
                                                                   : _("“%s” is no ordinary file: choose another one."), shown);
      close (fd);
      return NULL;
    }
  map = g_mapped_file_new_from_fd (fd, FALSE, &reason);
  close (fd);
  if (!map)
    g_set_error (error, FSE_ERROR, code, _("“%s” cannot be read (%s): choose another file, or change its rights."), shown, reason->message);
  return map;
}
