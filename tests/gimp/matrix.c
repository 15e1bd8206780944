/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plug-in for tests only: makes pictures of one content in all kinds of images
 * (precision, profile, alpha, selection, offsets, mask, group), has the edit
 * applied to each, and checks each byte of what must stay, and that the edit looks
 * the same whatever image it was done in.
 *
 * GIMP itself converts the content into each kind of image, and each result back,
 * so that none of the plug-in's own conversions is checked by itself.
 *   (fse-test-matrix RUN-NONINTERACTIVE edit-model identity-model)
 * Prints the lines "FSE ok - ..." that the runner looks for.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gegl.h>
#include <libgimp/gimp.h>

#include "matrix.h"

#define CANVAS_WIDTH 72
#define CANVAS_HEIGHT 60

static const gchar *edit_model, *identity_model;

static gboolean failed; /* in this cell */

static void G_GNUC_PRINTF (2, 3)
check (gboolean good, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list           arguments;

  if (good)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  failed = TRUE;
  printf ("# %s\n", text);
}

/* --- the content ---------------------------------------------------------- */

static gboolean
is_float (const Cell *cell)
{
  return cell->precision >= GIMP_PRECISION_HALF_LINEAR;
}

/* In sRGB; a float image holds colours darker than black and brighter than white, too. (GIMP itself cuts off
 * the darker ones on the way to the wide profile, whose curve has no negative side.) */
static void
paint (const Cell *cell, gfloat *rgba)
{
  gfloat low   = ! is_float (cell) || cell->profile == PROFILE_WIDE ? 0.05f : -0.1f;
  gfloat range = is_float (cell) ? 1.5f : 0.9f;

  for (gint y = 0; y < cell->height; y++)
    for (gint x = 0; x < cell->width; x++)
      {
        gfloat *pixel = rgba + 4 * (y * cell->width + x);

        pixel[0] = low + range * (0.5f + 0.5f * sinf (0.11f * x + 0.05f * y));
        pixel[1] = low + range * (0.5f + 0.5f * sinf (0.07f * y - 0.04f * x + 1.0f));
        pixel[2] = low + range * (0.5f + 0.5f * cosf (0.09f * x + 0.08f * y));
        /* Holes with colour in them, half covered places, and whole ones. */
        pixel[3] = cell->more & ALPHA ? CLAMP (1.4f * sinf (0.2f * x + 0.1f * y) + 0.7f, 0.0f, 1.0f) : 1.0f;
      }
}

static GimpColorProfile *
profile_of (const Cell *cell)
{
  switch (cell->profile)
    {
    case PROFILE_SRGB:
      return cell->gray ? gimp_color_profile_new_d65_gray_srgb_trc () : gimp_color_profile_new_rgb_srgb ();
    case PROFILE_WIDE:
      return cell->gray ? gimp_color_profile_new_d50_gray_lab_trc () : gimp_color_profile_new_rgb_adobe ();
    default:
      return NULL;
    }
}

static void
write_floats (gint drawable, const gchar *format, const gfloat *values)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);

  gegl_buffer_set (buffer, gegl_buffer_get_extent (buffer), 0, babl_format (format), values, GEGL_AUTO_ROWSTRIDE);
  gegl_buffer_flush (buffer);
}

static gint
add_layer (gint image, gint parent, const gchar *name, const Cell *cell)
{
  gint               layer = gimp_layer_new (image, name, cell->width, cell->height,
                                             cell->more & ALPHA ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE, 100.0,
                                             gimp_image_get_default_new_layer_mode (image));
  g_autofree gfloat *rgba = g_new (gfloat, 4 * cell->width * cell->height);

  paint (cell, rgba);
  write_floats (layer, "R'G'B'A float", rgba);
  gimp_image_insert_layer (image, layer, parent, 0);
  gimp_layer_set_offsets (layer, cell->x, cell->y);
  return layer;
}

static void
add_mask (gint layer, const Cell *cell)
{
  gint               mask   = gimp_layer_create_mask (layer, GIMP_ADD_MASK_WHITE);
  g_autofree gfloat *values = g_new (gfloat, cell->width * cell->height);

  for (gint i = 0; i < cell->width * cell->height; i++)
    values[i] = (i % cell->width) / (gfloat) cell->width;
  write_floats (mask, "Y float", values);
  gimp_layer_add_mask (layer, mask);
}

static void
select_part (gint image, const Cell *cell)
{
  switch (cell->selection)
    {
    case SELECT_BOX:
      gimp_image_select_rectangle (image, GIMP_CHANNEL_OP_REPLACE, 20, 12, 25, 18);
      break;
    case SELECT_SOFT:
      gimp_image_select_ellipse (image, GIMP_CHANNEL_OP_REPLACE, 24, 14, 24, 30);
      gimp_selection_feather (image, 8.0);
      break;
    default:
      break;
    }
}

typedef struct
{
  gint image, layer, below, group;
} Made;

static Made
make (const Cell *cell)
{
  GimpColorProfile *profile = profile_of (cell);
  Made              made;

  made.image = gimp_image_new_with_precision (CANVAS_WIDTH, CANVAS_HEIGHT, GIMP_RGB, GIMP_PRECISION_FLOAT_GAMMA);
  gimp_image_undo_disable (made.image);
  made.below = add_layer (made.image, -1, "Below", cell);
  made.group = -1;
  if (cell->more & GROUP)
    {
      made.group = gimp_layer_group_new (made.image);
      gimp_image_insert_layer (made.image, made.group, -1, 0);
    }
  made.layer = add_layer (made.image, made.group, "Photo", cell);
  if (cell->gray)
    gimp_image_convert_grayscale (made.image);
  if (profile && ! cell->plain)
    gimp_image_convert_color_profile (made.image, profile, GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, FALSE);
  if (cell->precision != GIMP_PRECISION_FLOAT_GAMMA && ! cell->plain)
    gimp_image_convert_precision (made.image, cell->precision);
  if (cell->more & MASK)
    add_mask (made.layer, cell);
  select_part (made.image, cell);
  gimp_image_undo_enable (made.image);
  gimp_image_set_active_layer (made.image, made.layer);
  gimp_image_clean_all (made.image);
  g_clear_object (&profile);
  return made;
}

/* --- looking -------------------------------------------------------------- */

/* As they are stored. */
static GBytes *
bytes_of (gint drawable, const GeglRectangle *part)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  const Babl            *format = gimp_drawable_get_format (drawable);
  GeglRectangle          box    = part ? *part : *gegl_buffer_get_extent (buffer);
  gsize                  size   = (gsize) box.width * box.height * babl_format_get_bytes_per_pixel (format);
  gpointer               bytes  = g_malloc0 (size);

  gegl_buffer_get (buffer, &box, 1.0, format, bytes, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return g_bytes_new_take (bytes, size);
}

static gboolean
same_bytes (gint drawable, const GeglRectangle *part, GBytes *bytes)
{
  g_autoptr (GBytes) now = bytes_of (drawable, part);

  return g_bytes_equal (now, bytes);
}

static gfloat *
floats_of (gint drawable, const gchar *format, gint channels, const GeglRectangle *part)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  gfloat                *values = g_new0 (gfloat, channels * part->width * part->height);

  gegl_buffer_get (buffer, part, 1.0, babl_format (format), values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return values;
}

/* What the layer looks like, in sRGB floats: GIMP converts. */
static gfloat *
looks (gint layer, const GeglRectangle *part)
{
  gint    image = gimp_image_new_with_precision (CANVAS_WIDTH, CANVAS_HEIGHT, GIMP_RGB, GIMP_PRECISION_FLOAT_GAMMA);
  gint    copy  = gimp_layer_new_from_drawable (layer, image);
  gfloat *rgba;

  gimp_image_insert_layer (image, copy, -1, 0);
  rgba = floats_of (copy, "R'G'B'A float", 4, part);
  gimp_image_delete (image);
  return rgba;
}

/* --- applying ------------------------------------------------------------- */

static gint
apply (const Cell *cell, const Made *made)
{
  gint       n      = 0, layer = -1;
  GimpParam *values = gimp_run_procedure ("plug-in-few-shot-edit-apply", &n,
                                          GIMP_PDB_INT32, GIMP_RUN_NONINTERACTIVE, GIMP_PDB_IMAGE, made->image,
                                          GIMP_PDB_DRAWABLE, made->layer,
                                          GIMP_PDB_STRING, cell->edit == EDIT_IDENTITY ? identity_model : edit_model,
                                          GIMP_PDB_INT32, 1, GIMP_PDB_FLOAT, cell->edit == EDIT_NOTHING ? 0.0 : 1.0,
                                          GIMP_PDB_INT32, 1, GIMP_PDB_STRING, "", GIMP_PDB_INT32, cell->output, GIMP_PDB_END);

  if (values[0].data.d_status == GIMP_PDB_SUCCESS)
    layer = values[1].data.d_layer;
  else
    check (FALSE, "it failed: %s", n > 1 ? values[1].data.d_string : "");
  gimp_destroy_params (values, n);
  return layer;
}

/* The edit of this content in a float image without a profile: what all others shall look like. */
static const gfloat *
reference (const Cell *cell)
{
  static GHashTable *known = NULL;
  g_autofree gchar  *key   = g_strdup_printf ("%d %d %d %d %d %d", cell->width, cell->height, cell->more & ALPHA, cell->gray,
                                              is_float (cell), cell->profile == PROFILE_WIDE);
  gfloat            *rgba;

  if (! known)
    known = g_hash_table_new (g_str_hash, g_str_equal);
  rgba = g_hash_table_lookup (known, key);
  if (! rgba)
    {
      /* The content is the cell's own, only the image is another. */
      Cell          plain = *cell;
      Made          made;
      gint          layer;
      GeglRectangle whole = { 0, 0, cell->width, cell->height };

      plain.selection = SELECT_NONE;
      plain.output    = OUTPUT_LAYER;
      plain.more     &= ALPHA;
      plain.x         = plain.y = 0;
      plain.plain     = TRUE;
      made = make (&plain);
      layer = apply (&plain, &made);
      rgba  = looks (layer, &whole);
      gimp_image_delete (made.image);
      g_hash_table_insert (known, g_steal_pointer (&key), rgba);
    }
  return rgba;
}

/* --- checking ------------------------------------------------------------- */

/* The selection's box in the layer, as the selection itself says. */
static GeglRectangle
region_of (const Cell *cell, gint image)
{
  GeglRectangle box = { cell->x, cell->y, cell->width, cell->height }, selected, region;
  gint          some, x, y, right, bottom;

  gimp_selection_bounds (image, &some, &x, &y, &right, &bottom);
  selected = (GeglRectangle) { x, y, right - x, bottom - y };
  if (! some)
    region = box;
  else
    gegl_rectangle_intersect (&region, &box, &selected);
  region.x -= cell->x;
  region.y -= cell->y;
  return region;
}

/* How much each pixel of the region is selected. */
static gfloat *
selected (const Cell *cell, gint image, const GeglRectangle *region)
{
  GeglRectangle part   = { region->x + cell->x, region->y + cell->y, region->width, region->height };
  gfloat       *values = floats_of (gimp_image_get_selection (image), "Y float", 1, &part);

  for (gint i = 0; cell->selection == SELECT_NONE && i < part.width * part.height; i++)
    values[i] = 1.0f;
  return values;
}

static gdouble
tolerance (const Cell *cell)
{
  switch (cell->precision)
    {
    case GIMP_PRECISION_U8_LINEAR:
      return 0.04; /* a step in the dark is 0.05 of sRGB wide */
    case GIMP_PRECISION_U8_GAMMA:
      return 0.012;
    case GIMP_PRECISION_HALF_LINEAR:
    case GIMP_PRECISION_HALF_GAMMA:
    case GIMP_PRECISION_U16_LINEAR:
      return 0.008; /* the edit sharpens, and its gain makes more of a rounding */
    default:
      return 0.002;
    }
}

/* Whether the image can hold this colour, so that it must look right there: integers are cut off at 0 and 1,
 * and 8 linear bits have no shades of the dark. */
static gboolean
can_hold (const Cell *cell, const gfloat *pixel)
{
  gfloat   low  = cell->precision == GIMP_PRECISION_U8_LINEAR ? 0.3f : 0.02f;
  gboolean good = pixel[3] >= 0.004f;

  for (gint c = 0; c < 3 && ! is_float (cell); c++)
    good &= pixel[c] > low && pixel[c] < 0.98f;
  return good;
}

/* `result` is the region as it looks after the edit; source the layer as it looked. */
static void
check_look (const Cell *cell, const GeglRectangle *region, const gfloat *before, const gfloat *result, const gfloat *weights)
{
  const gfloat *whole = reference (cell);
  gdouble       off   = 0.0, moved = 0.0;

  for (gint y = 0; y < region->height; y++)
    for (gint x = 0; x < region->width; x++)
      {
        gint          i     = y * region->width + x;
        const gfloat *truth = whole + 4 * ((region->y + y) * cell->width + region->x + x);

        for (gint c = 0; c < 3; c++)
          {
            if (weights[i] >= 1.0f && can_hold (cell, truth))
              off = MAX (off, fabs (result[4 * i + c] - truth[c]));
            moved = MAX (moved, fabs (result[4 * i + c] - before[4 * i + c]));
          }
      }
  check (off <= tolerance (cell), "looks otherwise than in a float image: %g", off);
  check (moved > 0.02, "nothing was edited: %g", moved);
}

/* Bytes of the region before and after: those of strength 0, and of an edit that changes nothing. */
static void
check_equal (const Cell *cell, gint layer, const GeglRectangle *part, GBytes *before, const gfloat *numbers)
{
  const gchar       *format = cell->gray ? "Y'A float" : "R'G'B'A float";
  gint               n      = (cell->gray ? 2 : 4) * part->width * part->height;
  g_autofree gfloat *now    = floats_of (layer, format, cell->gray ? 2 : 4, part);
  gdouble            off    = 0.0;

  if (cell->edit == EDIT_NOTHING || ! is_float (cell))
    check (same_bytes (layer, part, before), "the pixels are not the same bytes");
  for (gint i = 0; i < n; i++)
    off = MAX (off, fabs (now[i] - numbers[i]));
  check (off <= 1.0 / 65535.0, "pixels changed by %g", off);
}

static void
check_alpha (gint layer, const GeglRectangle *part, const gfloat *before)
{
  g_autofree gfloat *now = floats_of (layer, "R'G'B'A float", 4, part);
  gboolean           ok  = TRUE;

  for (gint i = 0; i < part->width * part->height; i++)
    ok &= now[4 * i + 3] == before[4 * i + 3];
  check (ok, "alpha changed");
}

static void
check_new_layer (const Cell *cell, const Made *made, gint layer, const GeglRectangle *region, const gfloat *weights)
{
  GeglRectangle      all  = { 0, 0, region->width, region->height };
  g_autofree gchar  *name = gimp_item_get_name (layer);
  gint               mask = gimp_layer_get_mask (layer), x, y;
  gboolean           alone = cell->output == OUTPUT_IMAGE;

  gimp_drawable_offsets (layer, &x, &y);
  check (gimp_drawable_get_format (layer) == gimp_drawable_get_format (made->layer), "it has another format");
  check (gimp_drawable_width (layer) == region->width && gimp_drawable_height (layer) == region->height, "it has another size");
  check (strcmp (name, cell->edit == EDIT_NOTHING    ? "Photo (edit, 0 %)"
                       : cell->edit == EDIT_IDENTITY ? "Photo (identity, 100 %)"
                                                     : "Photo (edit, 100 %)") == 0, "it is called %s", name);
  check ((mask != -1) == ((cell->more & MASK) || cell->selection != SELECT_NONE), "it has a mask, or none");
  if (alone)
    {
      gint              image = gimp_item_get_image (layer);
      GimpColorProfile *ours  = gimp_image_get_effective_color_profile (image);
      GimpColorProfile *other = gimp_image_get_effective_color_profile (made->image);

      check (image != made->image, "it is in the source's image");
      check (gimp_image_width (image) == region->width && gimp_image_height (image) == region->height && x == 0 && y == 0,
             "the image has not its size");
      check (gimp_image_get_precision (image) == gimp_image_get_precision (made->image), "the image has another precision");
      check (gimp_color_profile_is_equal (ours, other), "the image has another profile");
      g_object_unref (ours);
      g_object_unref (other);
    }
  else
    {
      check (x == cell->x + region->x && y == cell->y + region->y, "it lies at %d, %d", x, y);
      check (gimp_item_get_parent (layer) == made->group, "it is in another group");
      check (gimp_image_get_item_position (made->image, layer) == 0
             && gimp_image_get_item_position (made->image, made->layer) == 1, "it is not right above its source");
    }
  if (mask != -1)
    {
      g_autofree gfloat *shown  = floats_of (mask, "Y float", 1, &all);
      g_autofree gfloat *theirs = cell->more & MASK ? floats_of (gimp_layer_get_mask (made->layer), "Y float", 1, region) : NULL;
      gdouble            off    = 0.0;

      for (gint i = 0; i < region->width * region->height; i++)
        off = MAX (off, fabs (shown[i] - weights[i] * (theirs ? theirs[i] : 1.0f)));
      check (off <= (is_float (cell) ? 1e-3 : 0.51 / 255.0), "its mask is off by %g", off);
    }
}

/* The result in the layer's place: what is not selected keeps its bytes. */
static void
check_replaced (const Cell *cell, const Made *made, gint layer, GBytes *before, const GeglRectangle *region, const gfloat *weights)
{
  g_autoptr (GBytes) now    = bytes_of (layer, NULL);
  gsize              bytes  = g_bytes_get_size (now) / (cell->width * cell->height);
  const guint8      *a      = g_bytes_get_data (before, NULL), *b = g_bytes_get_data (now, NULL);
  gint               others = 0;

  check (layer == made->layer, "another layer was given back");
  check (gimp_image_get_active_layer (made->image) == made->layer, "another layer is the active one");
  for (gint y = 0; y < cell->height; y++)
    for (gint x = 0; x < cell->width; x++)
      {
        gint     u = x - region->x, v = y - region->y;
        gboolean in = u >= 0 && v >= 0 && u < region->width && v < region->height && weights[v * region->width + u] > 0.0f;
        gsize    at = (y * cell->width + x) * bytes;

        others += ! in && memcmp (a + at, b + at, bytes) != 0;
      }
  check (others == 0, "%d pixels that are not selected changed", others);
}

static gint
count_layers (gint image)
{
  gint             n   = 0;
  G_GNUC_UNUSED g_autofree gint *ids = gimp_image_get_layers (image, &n);

  return n;
}

static void
check_cell (const Cell *cell)
{
  Made               made     = make (cell);
  GeglRectangle      region   = region_of (cell, made.image);
  GeglRectangle      target   = cell->output == OUTPUT_REPLACE ? region : (GeglRectangle) { 0, 0, region.width, region.height };
  const gchar       *numbers  = cell->gray ? "Y'A float" : "R'G'B'A float";
  g_autoptr (GBytes) source   = bytes_of (made.layer, NULL), part = bytes_of (made.layer, &region);
  g_autoptr (GBytes) below    = bytes_of (made.below, NULL);
  g_autoptr (GBytes) chosen   = bytes_of (gimp_image_get_selection (made.image), NULL);
  g_autofree gfloat *before   = looks (made.layer, &region);
  g_autofree gfloat *old      = floats_of (made.layer, numbers, cell->gray ? 2 : 4, &region);
  g_autofree gfloat *alpha    = floats_of (made.layer, "R'G'B'A float", 4, &region);
  g_autofree gfloat *weights  = selected (cell, made.image, &region);
  gint               layer    = apply (cell, &made);

  if (layer != -1)
    {
      if (cell->output == OUTPUT_REPLACE)
        check_replaced (cell, &made, layer, source, &region, weights);
      else
        {
          check_new_layer (cell, &made, layer, &region, weights);
          check (same_bytes (made.layer, NULL, source), "the source changed");
        }
      check (gimp_image_is_dirty (made.image) == (cell->output != OUTPUT_IMAGE), "the source's image was changed, or was not");
      check (count_layers (made.image) == 2 + (cell->output == OUTPUT_LAYER && made.group == -1), "there are other layers");
      check (same_bytes (made.below, NULL, below), "the other layer changed");
      check (same_bytes (gimp_image_get_selection (made.image), NULL, chosen), "the selection changed");
      check_alpha (layer, &target, alpha);
      if (cell->edit == EDIT_REAL)
        {
          g_autofree gfloat *result = looks (layer, &target);

          check_look (cell, &region, before, result, weights);
        }
      else
        check_equal (cell, layer, &target, part, old);
      if (cell->output == OUTPUT_IMAGE)
        gimp_image_delete (gimp_item_get_image (layer));
    }
  gimp_image_delete (made.image);
}

/* `only`: run it where this is a part of its name; NULL: run it. */
static void
run_cell (const Cell *cell, const gchar *only)
{
  g_autofree gchar *name = matrix_cell_name (cell);

  if (! only || strstr (name, only))
    {
      failed = FALSE;
      check_cell (cell);
      printf ("FSE %s - %s\n", failed ? "not ok" : "ok", name);
      fflush (stdout);
    }
}


/* --- the plug-in ---------------------------------------------------------- */

static void
query (void)
{
  static const GimpParamDef arguments[] = {
    { GIMP_PDB_INT32, (gchar *) "run-mode", (gchar *) "RUN-NONINTERACTIVE" },
    { GIMP_PDB_STRING, (gchar *) "edit", (gchar *) "A trained model" },
    { GIMP_PDB_STRING, (gchar *) "identity", (gchar *) "A model that changes nothing" },
  };

  gimp_install_procedure ("fse-test-matrix", "Tests plug-in-few-shot-edit-apply", "", "", "", "", NULL, NULL, GIMP_PLUGIN,
                          G_N_ELEMENTS (arguments), 0, arguments, NULL);
}

static void
run (const gchar *name, gint n_params, const GimpParam *params, gint *n_values, GimpParam **values)
{
  static GimpParam result;

  result.type          = GIMP_PDB_STATUS;
  result.data.d_status = GIMP_PDB_SUCCESS;
  *n_values            = 1;
  *values              = &result;
  gegl_init (NULL, NULL);
  gimp_plugin_enable_precision ();
  edit_model     = params[1].data.d_string;
  identity_model = params[2].data.d_string;
  for (guint i = 0; i < matrix_n_cells; i++)
    run_cell (&matrix_cells[i], g_getenv ("FSE_CELL"));
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
