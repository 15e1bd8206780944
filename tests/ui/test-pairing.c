/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which layers are taken for pairs, and that a request survives being stored.
 * Needs no display.
 */
#include <gtk/gtk.h>

#include "ui/pair-check.h"
#include "ui/pairing.h"
#include "ui/requests.h"

static void
add (GPtrArray *layers, gint id, gint image, const gchar *name, const gchar *image_name)
{
  FseHostLayer *layer = g_new0 (FseHostLayer, 1);

  layer->id         = id;
  layer->image      = image;
  layer->name       = g_strdup (name);
  layer->image_name = g_strdup (image_name);
  layer->group      = -1;
  g_ptr_array_add (layers, layer);
}

static GPtrArray *
new_layers (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) fse_host_layer_free);
}

static void
assert_pairs (GPtrArray *layers, guint n, const gint expected[][2])
{
  g_autoptr (GArray) pairs = fse_pairing_guess (layers);

  g_assert_cmpuint (pairs->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (g_array_index (pairs, FsePairing, i).before, ==, expected[i][0]);
      g_assert_cmpint (g_array_index (pairs, FsePairing, i).after, ==, expected[i][1]);
    }
}

static void
test_names (void)
{
  g_autoptr (GPtrArray) layers = new_layers ();

  add (layers, 1, 1, "Background", "x.xcf");
  add (layers, 2, 1, "cat After", "x.xcf");
  add (layers, 3, 1, "cat before", "x.xcf");
  add (layers, 4, 1, "dog_BEFORE", "x.xcf");
  add (layers, 5, 1, "dog after", "x.xcf");
  add (layers, 6, 1, "bird before", "x.xcf");
  add (layers, 7, 1, "thereafter", "x.xcf"); /* no word of its own */
  assert_pairs (layers, 2, (const gint[][2]) { { 3, 2 }, { 4, 5 } });
}

static void
test_image_names (void)
{
  g_autoptr (GPtrArray) layers = new_layers ();

  add (layers, 1, 1, "Background", "007_before.png");
  add (layers, 2, 2, "Background", "007_after.png");
  add (layers, 3, 3, "Background", "008_after.jpg");
  add (layers, 4, 4, "Background", "008_before.jpg");
  assert_pairs (layers, 2, (const gint[][2]) { { 1, 2 }, { 4, 3 } });
}

static void
test_own_image_first (void)
{
  g_autoptr (GPtrArray) layers = new_layers ();

  add (layers, 1, 1, "after", "a.xcf");
  add (layers, 2, 1, "before", "a.xcf");
  add (layers, 3, 2, "before", "b.xcf");
  add (layers, 4, 2, "after", "b.xcf");
  assert_pairs (layers, 2, (const gint[][2]) { { 2, 1 }, { 3, 4 } });
}

static void
test_order (void)
{
  g_autoptr (GPtrArray) layers = new_layers ();

  add (layers, 1, 1, "Background", "a.xcf");
  add (layers, 2, 1, "Retouched", "a.xcf");
  add (layers, 3, 2, "Alone", "b.xcf");
  add (layers, 4, 3, "Background", "c.xcf");
  add (layers, 5, 3, "Copy", "c.xcf");
  assert_pairs (layers, 2, (const gint[][2]) { { 1, 2 }, { 4, 5 } });
}

static void
test_groups (void)
{
  g_autoptr (GPtrArray) layers = new_layers ();
  const struct { gint id; const gchar *name, *group; } all[] = {
    { 1, "Before", NULL }, { 2, "cat", "Before" }, { 3, "dog", "Before" }, { 4, "bird", "Before" },
    { 5, "After", NULL }, { 6, "dog #1", "After" }, { 7, "cat #1", "After" }, { 8, "Layer 7", "After" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      FseHostLayer *layer;

      add (layers, all[i].id, 1, all[i].name, "x.xcf");
      layer             = g_ptr_array_index (layers, i);
      layer->is_group   = all[i].group == NULL;
      layer->group      = all[i].group ? (all[i].id < 5 ? 1 : 5) : -1;
      layer->group_name = g_strdup (all[i].group);
    }
  /* Equal names first; what is left by order. */
  assert_pairs (layers, 3, (const gint[][2]) { { 2, 7 }, { 3, 6 }, { 4, 8 } });
}

static void
test_other_words (void)
{
  g_autoptr (GPtrArray) layers = new_layers ();

  add (layers, 1, 1, "src_01", "x.xcf");
  add (layers, 2, 1, "dst_01", "x.xcf");
  add (layers, 3, 1, "Photo", "x.xcf");
  add (layers, 4, 1, "Photo copy", "x.xcf");
  add (layers, 5, 1, "input 2", "x.xcf");
  add (layers, 6, 1, "output 2", "x.xcf");
  assert_pairs (layers, 3, (const gint[][2]) { { 1, 2 }, { 5, 6 }, { 3, 4 } });
}

/* --- what is wrong with a pair -------------------------------------------- */

/* Spots at places of no order; `dx` moves all of them. */
static FseImage *
spots (gint width, gint height, gint dx, gfloat red, gfloat alpha)
{
  FseImage *image = fse_image_new (width, height, NULL);

  image->has_alpha = alpha < 1.0f;
  for (gint i = 0; i < width * height; i++)
    {
      image->rgba[4 * i]     = red;
      image->rgba[4 * i + 3] = alpha;
    }
  for (guint k = 0; k < 40; k++)
    {
      gint cx = (gint) (k * 7919u % (guint) width) + dx, cy = (gint) (k * 104729u % (guint) height);

      for (gint y = MAX (cy - 5, 0); y < MIN (cy + 5, height); y++)
        for (gint x = MAX (cx - 5, 0); x < MIN (cx + 5, width); x++)
          image->rgba[4 * (y * width + x) + 1] = 0.3f + 0.01f * k;
    }
  return image;
}

static void
assert_check (FseImage *before, FseImage *after, FsePairProblem problem, FsePairCheck *check)
{
  const FseMend nothing = { FALSE, 0.0, 0.0 };

  fse_pair_check (check, &nothing, before, after, (const gint[2]) { before->width, after->width },
                  (const gint[2]) { before->height, after->height });
  g_assert_cmpint (check->problem, ==, problem);
  g_assert_true ((check->text != NULL) == (problem != FSE_PAIR_GOOD));
}

static void
test_check (void)
{
  g_autoptr (FseImage) plain = spots (200, 160, 0, 0.1f, 1.0f), red = spots (200, 160, 0, 0.6f, 1.0f);
  g_autoptr (FseImage) clear = spots (200, 160, 0, 0.6f, 0.2f), wide = spots (240, 120, 0, 0.6f, 1.0f);
  g_autoptr (FseImage) large = fse_image_scale (red, 400, 320, NULL), moved = spots (200, 160, 12, 0.6f, 1.0f);
  g_autoptr (FseImage) b = NULL, a = NULL;
  FsePairCheck         check;

  assert_check (plain, red, FSE_PAIR_GOOD, &check);
  assert_check (plain, plain, FSE_PAIR_IDENTICAL, &check);
  fse_pair_check_clear (&check);
  assert_check (plain, clear, FSE_PAIR_TRANSPARENT, &check);
  fse_pair_check_clear (&check);
  assert_check (plain, large, FSE_PAIR_SCALED, &check);
  fse_pair_check_clear (&check);

  /* What is offered mends it. */
  assert_check (plain, wide, FSE_PAIR_SHAPES, &check);
  fse_pair_check_clear (&check);
  g_assert_true (fse_mend_apply (&check.mend, plain, wide, &b, &a, NULL));
  g_assert_cmpfloat_with_epsilon ((gdouble) b->width / b->height, (gdouble) a->width / a->height, 0.03);
  g_clear_pointer (&b, fse_image_unref);
  g_clear_pointer (&a, fse_image_unref);
  assert_check (plain, moved, FSE_PAIR_SHIFTED, &check);
  fse_pair_check_clear (&check);
  g_assert_cmpfloat_with_epsilon (check.mend.dx, 12.0 / 200, 0.006);
  g_assert_cmpfloat_with_epsilon (check.mend.dy, 0.0, 0.006);
  g_assert_true (fse_mend_apply (&check.mend, plain, moved, &b, &a, NULL));
  assert_check (b, a, FSE_PAIR_GOOD, &check);
}

static void
test_none (void)
{
  g_autoptr (GPtrArray) layers = new_layers ();

  assert_pairs (layers, 0, NULL);
  add (layers, 1, 1, "", "");
  assert_pairs (layers, 0, NULL);
}

static void
test_train_request (void)
{
  g_autoptr (FseTrainRequest) a = fse_train_request_new ();
  g_autoptr (FseTrainRequest) b = fse_train_request_new ();
  g_autofree gchar           *text = NULL;
  FseExample                 *example;

  g_ptr_array_add (a->examples, fse_example_new_layers (4, 14));
  g_ptr_array_add (a->examples, fse_example_new_layers (5, 15));
  example       = fse_example_new_layers (6, -1);
  example->mend = (FseMend) { TRUE, 0.125, -0.25 };
  fse_source_set_file (&example->before, "/some where/a;b.png");
  g_ptr_array_add (a->examples, example);
  fse_request_string (&a->folder, "/a folder/with = signs; and ümlauts");
  fse_request_string (&a->model, "x\ny.fewshot.safetensors");
  fse_request_string (&a->device, "gpu");
  g_strfreev (a->settings);
  a->settings = g_strsplit ("batch=2 flips=on", " ", -1);
  a->minutes  = 0.3;
  a->steps    = 12;
  a->size     = 96;
  a->seed     = -3;
  text = fse_train_request_to_text (a);
  g_assert_true (fse_train_request_from_text (b, text));
  g_assert_cmpuint (b->examples->len, ==, 3);
  example = g_ptr_array_index (b->examples, 1);
  g_assert_cmpint (example->before.layer, ==, 5);
  g_assert_cmpint (example->after.layer, ==, 15);
  example = g_ptr_array_index (b->examples, 2);
  g_assert_cmpstr (example->before.file, ==, "/some where/a;b.png");
  g_assert_false (fse_source_is_set (&example->after));
  g_assert_true (example->mend.crop);
  g_assert_cmpfloat (example->mend.dx, ==, 0.125);
  g_assert_cmpfloat (example->mend.dy, ==, -0.25);
  g_assert_cmpstr (b->folder, ==, a->folder);
  g_assert_cmpstr (b->model, ==, a->model);
  g_assert_cmpstr (b->device, ==, "gpu");
  g_assert_cmpstrv (b->settings, a->settings);
  g_assert_cmpfloat (b->minutes, ==, 0.3);
  g_assert_cmpint (b->steps, ==, 12);
  g_assert_cmpint (b->size, ==, 96);
  g_assert_cmpint (b->seed, ==, -3);
}

static void
test_apply_request (void)
{
  g_autoptr (FseApplyRequest) a = fse_apply_request_new ();
  g_autoptr (FseApplyRequest) b = fse_apply_request_new ();
  g_autofree gchar           *text = NULL;

  fse_request_string (&a->model, "m");
  a->strength = 0.25;
  a->steps    = 8;
  text        = fse_apply_request_to_text (a);
  g_assert_true (fse_apply_request_from_text (b, text));
  g_assert_cmpstr (b->model, ==, "m");
  g_assert_cmpfloat (b->strength, ==, 0.25);
  g_assert_cmpint (b->steps, ==, 8);

  g_assert_false (fse_apply_request_from_text (b, "no key file"));
  g_assert_false (fse_apply_request_from_text (b, "[train]\nmodel=x\n"));
  g_assert_true (fse_apply_request_from_text (b, "[apply]\nsteps=many\nstrength=nan\nunknown=1\n"));
  g_assert_cmpint (b->steps, ==, 8);
  g_assert_cmpfloat (b->strength, ==, 0.25);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pairing/layer names", test_names);
  g_test_add_func ("/pairing/image names", test_image_names);
  g_test_add_func ("/pairing/the own image's partner first", test_own_image_first);
  g_test_add_func ("/pairing/order", test_order);
  g_test_add_func ("/pairing/groups", test_groups);
  g_test_add_func ("/pairing/other words", test_other_words);
  g_test_add_func ("/pairing/nothing", test_none);
  g_test_add_func ("/pairs/what is wrong", test_check);
  g_test_add_func ("/requests/train", test_train_request);
  g_test_add_func ("/requests/apply", test_apply_request);
  return g_test_run ();
}
