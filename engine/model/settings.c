/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One table of all settings drives `--set`, the help, the checks and the
 * JSON of the model file, so that a name means the same everywhere.
 */
#include "model/settings.h"
#include "i18n.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

typedef enum
{
  KIND_SWITCH, /* gboolean; words[0] = FALSE, words[1] = TRUE */
  KIND_CHOICE, /* an enum counted from 0, one word each */
  KIND_INT,    /* gint or guint: both hold what the range allows */
  KIND_AUTO,   /* gint; words[0] = min */
  KIND_SEED,   /* guint64 */
  KIND_REAL    /* gdouble */
} Kind;

typedef struct
{
  Kind         kind;
  gsize        offset;
  gdouble      min, max;
  gint         step; /* an int must be a multiple of it */
  const gchar *words[4];
} Setting;

/* Exact as a number in every JSON reader. */
#define MAX_SEED 9007199254740991.0

#define AT(field) G_STRUCT_OFFSET (FseSettings, field)
#define SWITCH(field) { KIND_SWITCH, AT (field), 0, 1, 1, { "off", "on" } }

/* In the order of `help` below. */
static const Setting settings_table[] = {
  { KIND_SWITCH, AT (n_to_n), 0, 1, 1, { "one-to-one", "n-to-n" } },
  SWITCH (condition_source),
  SWITCH (condition_transform),
  SWITCH (skip_connections),
  SWITCH (noise_injection),
  SWITCH (frequency_loss),
  SWITCH (detail_loss),
  SWITCH (explicit_change),
  SWITCH (texture),
  SWITCH (position),
  SWITCH (colour_base),
  SWITCH (augmentation),
  SWITCH (hues),
  SWITCH (critic),
  SWITCH (progressive),
  SWITCH (flips),
  { KIND_CHOICE, AT (model_size), 0, 2, 1, { "small", "medium", "large" } },
  { KIND_INT, AT (size), 64, 512, 16 },
  { KIND_AUTO, AT (windows), FSE_WINDOWS_AUTO, FSE_MOST_WINDOWS, 1, { "auto" } },
  { KIND_INT, AT (batch), 2, 64, 1 },
  { KIND_REAL, AT (rate), 1e-6, 0.1 },
  { KIND_SEED, AT (seed), 0, MAX_SEED },
  { KIND_INT, AT (steps), 0, 10000000, 1 },
  { KIND_REAL, AT (minutes), 0, 100000 },
  { KIND_AUTO, AT (validation), -1, 100, 1, { "auto" } },
  { KIND_CHOICE, AT (keep), 0, 2, 1, { "auto", "best", "last" } },
  { KIND_REAL, AT (patience), 0, 1 },
  { KIND_CHOICE, AT (recompute), 0, 2, 1, { "auto", "on", "off" } },
  SWITCH (align),
};

static const FseSettingHelp help[] = {
  { "pairing", "n-to-n|one-to-one", "learn from every ordered pair of examples, or from each example alone" },
  { "condition-source", "on|off", "the editor sees the picture it edits" },
  { "condition-transform", "on|off", "the editor sees the flow and colour change between two examples" },
  { "skip-connections", "on|off", "the decoder receives the details of the picture it edits" },
  { "noise-injection", "on|off", "learned noise for each channel of the decoder" },
  { "frequency-loss", "on|off", "charge differences in frequency beside those in pixels" },
  { "detail-loss", "on|off", "charge differences in fine detail once more" },
  { "explicit-change", "on|off", "put out a change of the picture rather than repainted pixels" },
  { "texture", "on|off", "soften or sharpen the picture's own detail, of three finenesses" },
  { "position", "on|off", "the networks see where in the frame they are" },
  { "colour-base", "on|off", "start from a table of colours fitted to the examples, where that helps" },
  { "augmentation", "on|off", "warp and crop the examples at random" },
  { "hues", "on|off", "also learn from the examples in other hues, unless the edit is one of colour" },
  { "critic", "on|off", "a second network judges in training whether results look real: bolder, and less faithful" },
  { "progressive", "on|off", "spend the first half of the budget at half the size" },
  { "flips", "on|off", "also learn from mirrored examples; leave off where left and right matter" },
  { "model-size", "small|medium|large", "width of the networks" },
  { "size", "64..512, a multiple of 16", "working resolution: a picture is worked on at about size x size pixels" },
  { "windows", "auto|1..4", "see pictures through windows, so many times as large as they would be as a whole: for edits that draw fine detail or wipe it away" },
  { "batch", "2..64", "examples in one step" },
  { "rate", "0.000001..0.1", "peak learning rate" },
  { "seed", "0..9007199254740991", "start of all randomness" },
  { "steps", "0..10000000", "training budget in steps; 0 leaves it to the minutes" },
  { "minutes", "0..100000", "training budget in minutes; 0 leaves it to the steps, or to 5 minutes" },
  { "validation", "auto|0..100", "pairs held out, not learnt from, to see how well the edit does on them" },
  { "keep", "auto|best|last", "weights to write: those that did best on the held-out pairs, the last, or the last unless they do far worse" },
  { "patience", "0..1", "end where the held-out pairs have not done better for this share of the budget; 0 never does" },
  { "recompute", "auto|on|off", "compute some numbers of a step twice rather than keep them: less memory, a little slower, the same result; auto does where memory is short" },
  { "align", "on|off", "move afters that are shifted otherwise than most; off where such shifts are part of the edit" },
  { NULL },
};

G_STATIC_ASSERT (G_N_ELEMENTS (settings_table) + 1 == G_N_ELEMENTS (help));

#define FIELD(settings, setting, type) G_STRUCT_MEMBER (type, settings, (setting)->offset)

void
fse_settings_default (FseSettings *settings)
{
  *settings = (FseSettings) {
    .n_to_n = TRUE,
    .condition_source = TRUE,
    .condition_transform = TRUE,
    .skip_connections = TRUE,
    .noise_injection = TRUE,
    .frequency_loss = TRUE,
    .detail_loss = TRUE,
    .explicit_change = TRUE,
    .texture = TRUE,
    .position = TRUE,
    .colour_base = TRUE,
    .augmentation = TRUE,
    .hues = TRUE,
    .critic = FALSE,
    .progressive = TRUE,
    .flips = FALSE,
    .model_size = FSE_MODEL_SMALL,
    .size = 128,
    .windows = FSE_WINDOWS_AUTO,
    .batch = 4,
    .rate = 1e-3,
    .validation = -1,
    .keep = FSE_KEEP_AUTO,
    .recompute = FSE_RECOMPUTE_AUTO,
    .align = TRUE,
  };
}

const FseSettingHelp *
fse_settings_help (void)
{
  return help;
}

static gint
find (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings_table); i++)
    if (strcmp (name, help[i].name) == 0)
      return i;
  return -1;
}

static gdouble
value_of (const FseSettings *settings, const Setting *setting)
{
  switch (setting->kind)
    {
    case KIND_SWITCH:
      return FIELD (settings, setting, gboolean);
    case KIND_CHOICE:
      return FIELD (settings, setting, FseModelSize);
    case KIND_INT:
    case KIND_AUTO:
      return FIELD (settings, setting, gint);
    case KIND_SEED:
      return FIELD (settings, setting, guint64);
    case KIND_REAL:
      return FIELD (settings, setting, gdouble);
    }
  g_assert_not_reached ();
}

/* Also FALSE for not-a-number. */
static gboolean
in_range (const Setting *setting, gdouble value)
{
  if (!(value >= setting->min && value <= setting->max))
    return FALSE;
  return setting->kind != KIND_INT || (gint) value % setting->step == 0;
}

static gboolean
parse_number (const Setting *setting, const gchar *text, gdouble *value)
{
  gchar *end;

  if (setting->kind == KIND_REAL)
    {
      *value = g_ascii_strtod (text, &end);
      return end != text && *end == '\0' && isfinite (*value);
    }
  else
    {
      guint64 number;

      if (!g_ascii_string_to_unsigned (text, 10, 0, (guint64) MAX_SEED, &number, NULL))
        return FALSE;
      *value = number;
      return TRUE;
    }
}

static gboolean
set_value (FseSettings *settings, gint index, const gchar *text)
{
  const Setting *setting = &settings_table[index];
  gdouble        value;

  if (setting->kind == KIND_AUTO && strcmp (text, setting->words[0]) == 0)
    {
      FIELD (settings, setting, gint) = (gint) setting->min;
      return TRUE;
    }
  if (setting->kind == KIND_SWITCH || setting->kind == KIND_CHOICE)
    {
      for (gint i = 0; i < (gint) G_N_ELEMENTS (setting->words) && setting->words[i]; i++)
        if (strcmp (text, setting->words[i]) == 0)
          {
            if (setting->kind == KIND_SWITCH)
              FIELD (settings, setting, gboolean) = i;
            else
              FIELD (settings, setting, FseModelSize) = (FseModelSize) i;
            return TRUE;
          }
      return FALSE;
    }

  if (!parse_number (setting, text, &value) || !in_range (setting, value)
      || (setting->kind == KIND_AUTO && value == setting->min))
    return FALSE;
  if (setting->kind == KIND_INT || setting->kind == KIND_AUTO)
    FIELD (settings, setting, gint) = (gint) value;
  else if (setting->kind == KIND_SEED)
    FIELD (settings, setting, guint64) = (guint64) value;
  else
    FIELD (settings, setting, gdouble) = value;
  return TRUE;
}

gboolean
fse_settings_set (FseSettings *settings, const gchar *assignment, GError **error)
{
  const gchar      *equals = strchr (assignment, '=');
  g_autofree gchar *name = equals ? g_strndup (assignment, equals - assignment) : g_strdup (assignment);
  gint              index = find (name);

  if (index < 0)
    {
      g_autoptr (GString) names = g_string_new (help[0].name);

      for (gint i = 1; help[i].name; i++)
        g_string_append_printf (names, ", %s", help[i].name);
      g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("There is no setting called “%s”; there are: %s."), name,
                   names->str);
      return FALSE;
    }
  if (!equals)
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("The setting %s needs a value: %s=VALUE, where VALUE is %s."),
                   name, name, help[index].values);
      return FALSE;
    }
  if (!set_value (settings, index, equals + 1))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("“%s” is no value for %s; allowed: %s."), equals + 1, name,
                   help[index].values);
      return FALSE;
    }
  return TRUE;
}

gboolean
fse_settings_check (const FseSettings *settings, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings_table); i++)
    if (!in_range (&settings_table[i], value_of (settings, &settings_table[i])))
      {
        gchar text[G_ASCII_DTOSTR_BUF_SIZE];

        g_ascii_formatd (text, sizeof text, "%.16g", value_of (settings, &settings_table[i]));
        g_set_error (error, FSE_ERROR, FSE_ERROR_USAGE, _("The setting %s is %s; allowed: %s."), help[i].name, text,
                     help[i].values);
        return FALSE;
      }
  return TRUE;
}

gchar *
fse_settings_to_json (const FseSettings *settings)
{
  g_autoptr (JsonBuilder)   builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode)      root = NULL;

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (settings_table); i++)
    {
      const Setting *setting = &settings_table[i];
      gdouble        value = value_of (settings, setting);

      json_builder_set_member_name (builder, help[i].name);
      if (setting->kind == KIND_AUTO && value == setting->min)
        json_builder_add_string_value (builder, setting->words[0]);
      else if (setting->kind == KIND_SWITCH || setting->kind == KIND_CHOICE)
        {
          gint word = CLAMP ((gint) value, 0, (gint) setting->max);

          if (strcmp (setting->words[0], "off") == 0)
            json_builder_add_boolean_value (builder, word);
          else
            json_builder_add_string_value (builder, setting->words[word]);
        }
      else if (setting->kind == KIND_REAL)
        json_builder_add_double_value (builder, isfinite (value) ? value : 0);
      else
        json_builder_add_int_value (builder, (gint64) value);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}

/* The text that `--set` would take for this value, or NULL for an array or so. */
static gchar *
node_text (JsonNode *node)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_BOOLEAN:
      return g_strdup (json_node_get_boolean (node) ? "on" : "off");
    case G_TYPE_STRING:
      return json_node_dup_string (node);
    case G_TYPE_INT64:
      return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
    case G_TYPE_DOUBLE:
      return g_strdup (g_ascii_dtostr (text, sizeof text, json_node_get_double (node)));
    default:
      return NULL;
    }
}

gboolean
fse_settings_from_json (FseSettings *settings, const gchar *json, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode              *root;
  JsonObjectIter         iter;
  const gchar           *name;
  JsonNode              *node;

  fse_settings_default (settings);
  settings->texture = FALSE; /* models older than it have no weights for it, and do not name it */
  /* The parser descends as deep as the text does, and settings are flat. */
  if (!g_str_has_prefix (json, "{") || strchr (json + 1, '{') || strchr (json, '[') ||
      !json_parser_load_from_data (parser, json, -1, NULL))
    {
      g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL, _("The settings are not well-formed: the file is damaged."));
      return FALSE;
    }

  root = json_parser_get_root (parser);
  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &name, &node))
    {
      g_autofree gchar *text = node_text (node);
      gint              index = find (name);

      if (index < 0)
        {
          g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
                       _("The settings hold “%s”, which this version does not know: use a newer Few-shot Edit."), name);
          return FALSE;
        }
      if (!text || !set_value (settings, index, text))
        {
          g_set_error (error, FSE_ERROR, FSE_ERROR_BAD_MODEL,
                       _("The settings hold a wrong value for %s (allowed: %s): the file is damaged."), name,
                       help[index].values);
          return FALSE;
        }
    }
  return TRUE;
}
