/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/metadata.h"
#include "i18n.h"

#include <gexiv2/gexiv2.h>
#include <string.h>

/* How the old pixels lay in their file: of a TIFF these are tags like any other. */
static const gchar *const layout[] = {
  "ImageWidth", "ImageLength", "BitsPerSample", "Compression", "PhotometricInterpretation", "FillOrder", "StripOffsets",
  "SamplesPerPixel", "RowsPerStrip", "StripByteCounts", "PlanarConfiguration", "Predictor", "TileWidth", "TileLength",
  "TileOffsets", "TileByteCounts", "SubIFDs", "ExtraSamples", "SampleFormat", "JPEGTables", "JPEGProc",
  "JPEGInterchangeFormat", "JPEGInterchangeFormatLength", "YCbCrCoefficients", "YCbCrSubSampling", "YCbCrPositioning",
  "ReferenceBlackWhite", "InterColorProfile", "NewSubfileType", "SubfileType", "ColorMap",
};

static void
start (void)
{
  static gsize started = 0;

  if (g_once_init_enter (&started))
    {
      gexiv2_initialize (); /* for threads */
      /* Its remarks about odd tags go past our own log. */
      gexiv2_log_set_level (GEXIV2_LOG_LEVEL_MUTE);
      g_once_init_leave (&started, 1);
    }
}

static void
forget_pixels (GExiv2Metadata *metadata, gint width, gint height)
{
  g_auto (GStrv) tags = gexiv2_metadata_get_exif_tags (metadata);

  for (guint i = 0; tags && tags[i]; i++)
    {
      const gchar *name = strrchr (tags[i], '.');
      gboolean     image = g_str_has_prefix (tags[i], "Exif.Image.");
      gboolean     other = g_str_has_prefix (tags[i], "Exif.SubImage") || g_str_has_prefix (tags[i], "Exif.Image2")
                           || g_str_has_prefix (tags[i], "Exif.Image3");

      for (guint k = 0; image && name && !other && k < G_N_ELEMENTS (layout); k++)
        other = strcmp (name + 1, layout[k]) == 0;
      if (other)
        gexiv2_metadata_try_clear_tag (metadata, tags[i], NULL);
    }
  gexiv2_metadata_try_erase_exif_thumbnail (metadata, NULL);
  if (gexiv2_metadata_try_has_tag (metadata, "Exif.Image.Orientation", NULL))
    gexiv2_metadata_try_set_orientation (metadata, GEXIV2_ORIENTATION_NORMAL, NULL);
  if (gexiv2_metadata_try_has_tag (metadata, "Xmp.tiff.Orientation", NULL))
    gexiv2_metadata_try_set_tag_long (metadata, "Xmp.tiff.Orientation", 1, NULL);
  if (gexiv2_metadata_try_has_tag (metadata, "Exif.Photo.PixelXDimension", NULL))
    {
      gexiv2_metadata_try_set_tag_long (metadata, "Exif.Photo.PixelXDimension", width, NULL);
      gexiv2_metadata_try_set_tag_long (metadata, "Exif.Photo.PixelYDimension", height, NULL);
    }
}

gchar *
fse_metadata_copy (const gchar *from, const gchar *to, gint width, gint height)
{
  g_autoptr (GExiv2Metadata) metadata = NULL;
  g_autoptr (GError)         error = NULL;
  g_autofree gchar          *shown = g_filename_display_name (from);

  start ();
  metadata = gexiv2_metadata_new ();
  if (!gexiv2_metadata_open_path (metadata, from, &error))
    {
      /* A kind of file that it does not know holds no metadata that it could keep. */
      g_debug ("%s: %s", shown, error->message);
      return NULL;
    }
  if (!gexiv2_metadata_has_exif (metadata) && !gexiv2_metadata_has_iptc (metadata) && !gexiv2_metadata_has_xmp (metadata))
    return NULL;
  forget_pixels (metadata, width, height);
  if (gexiv2_metadata_save_file (metadata, to, &error))
    return NULL;
  return g_strdup_printf (_("The metadata of “%s” could not be kept: %s."), shown, error->message);
}
