/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture in main memory.
 */
#include "files/image.h"
#include "i18n.h"

/* 4 GiB of floats: a file that claims more is lying or beyond this program. */
#define MAX_PIXELS ((gsize) 1 << 28)

FseImage *
fse_image_new (gint width, gint height, GError **error)
{
  FseImage *image;
  gfloat   *rgba = NULL;

  if (width < 1 || height < 1)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_IMAGE, _("A picture of %d x %d pixels holds nothing: choose another one."), width, height);
      return NULL;
    }
  if ((gsize) width <= MAX_PIXELS / height)
    rgba = g_try_malloc0_n ((gsize) width * height, 4 * sizeof (gfloat));
  if (!rgba)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_OUT_OF_MEMORY,
                   _("A picture of %d x %d pixels needs %.1f GB of memory, more than there is: use a smaller one."),
                   width, height, (gdouble) width * height * 16 / 1e9);
      return NULL;
    }
  image = g_new0 (FseImage, 1);
  image->width = width;
  image->height = height;
  image->bits = 8;
  image->rgba = rgba;
  image->ref_count = 1;
  return image;
}

FseImage *
fse_image_ref (FseImage *image)
{
  g_atomic_int_inc (&image->ref_count);
  return image;
}

void
fse_image_unref (FseImage *image)
{
  if (!image || !g_atomic_int_dec_and_test (&image->ref_count))
    return;
  g_clear_pointer (&image->profile, g_bytes_unref);
  g_free (image->rgba);
  g_free (image);
}

void
fse_image_take_kind (FseImage *image, const FseImage *from)
{
  image->bits = from->bits;
  image->has_alpha = from->has_alpha;
  image->gray = from->gray;
  g_clear_pointer (&image->profile, g_bytes_unref);
  image->profile = from->profile ? g_bytes_ref (from->profile) : NULL;
}
