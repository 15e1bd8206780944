/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/my.h"

#include <math.h>

#define TIME_CHANNELS 64

void
fse_my_time (gdouble t, gfloat features[FSE_TIME_FEATURES])
{
  gint half = FSE_TIME_FEATURES / 2;

  for (gint i = 0; i < half; i++)
    {
      gdouble angle = t * pow (1000.0, 1.0 - i / (gdouble) (half - 1));

      features[i] = sin (angle);
      features[half + i] = cos (angle);
    }
}

void
fse_my_schedule (gdouble t, gfloat *signal, gfloat *noise)
{
  *signal = cos (t * G_PI / 2);
  *noise = sin (t * G_PI / 2);
}

FseTensor *
fse_my_condition (FseNet *net, FseTensor *source, const FseTransform *transform, FseTensor *position)
{
  FseTensor *parts[8];
  gint       n_parts = 0;

  if (net->settings->condition_source)
    parts[n_parts++] = source;
  if (transform && net->settings->condition_transform)
    {
      parts[n_parts++] = transform->flow;
      parts[n_parts++] = transform->colour;
      parts[n_parts++] = transform->pulled;
      parts[n_parts++] = transform->moved_y;
      parts[n_parts++] = transform->moved_x;
    }
  parts[n_parts++] = position;
  return fse_concat (net->tape, parts, n_parts);
}

static FseTensor *
attention_block (FseNet *net, const gchar *name, FseTensor *x)
{
  g_autofree gchar *norm = g_strconcat (name, "/norm", NULL), *qkv_name = g_strconcat (name, "/qkv", NULL);
  g_autofree gchar *out_name = g_strconcat (name, "/out", NULL);
  FseTape   *tape = net->tape;
  gint       c = x->c;
  FseTensor *qkv = fse_net_conv (net, qkv_name, fse_net_norm (net, norm, x, FALSE), 3 * c, 1, 1, FALSE);
  FseTensor *out = fse_attention (tape, fse_slice_channels (tape, qkv, 0, c), fse_slice_channels (tape, qkv, c, c),
                                  fse_slice_channels (tape, qkv, 2 * c, c), 1.0f / sqrtf (c));

  return fse_net_conv_onto (net, out_name, out, 1, TRUE, x);
}

FseTensor *
fse_my_predict (FseNet *net, FseTensor *noisy, FseTensor *time, FseTensor *condition)
{
  FseTape   *tape = net->tape;
  gint       u = 4 * fse_net_width (net);
  gint       channels = noisy->c + condition->c;
  FseTensor *parts[3] = { noisy, condition, NULL };
  gint       n_parts = 2;
  FseTensor *e, *a, *b, *m;

  if (channels % 8)
    parts[n_parts++] = fse_net_zeros (net, noisy->n, noisy->h, noisy->w, 8 - channels % 8);

  e = fse_silu (tape, fse_net_conv (net, "my/time1", time, TIME_CHANNELS, 1, 1, FALSE));
  e = fse_silu (tape, fse_net_conv (net, "my/time2", e, TIME_CHANNELS, 1, 1, FALSE));

  a = fse_net_conv (net, "my/in", fse_concat (tape, parts, n_parts), u, 3, 1, FALSE);
  a = fse_net_residual (net, "my/quarter1", a, u, e);
  b = fse_net_conv (net, "my/down1", a, 2 * u, 3, 2, FALSE);
  b = fse_net_residual (net, "my/eighth1", b, 2 * u, e);
  b = fse_net_residual (net, "my/eighth2", b, 2 * u, e);
  m = fse_net_conv (net, "my/down2", b, 2 * u, 3, 2, FALSE);
  m = fse_net_residual (net, "my/sixteenth1", m, 2 * u, e);
  m = attention_block (net, "my/attention", m);
  m = fse_net_residual (net, "my/sixteenth2", m, 2 * u, e);

  parts[0] = fse_net_conv (net, "my/up2", fse_upsample_nearest (tape, m), 2 * u, 3, 1, FALSE);
  parts[1] = b;
  b = fse_net_residual (net, "my/eighth3", fse_concat (tape, parts, 2), 2 * u, e);
  parts[0] = fse_net_conv (net, "my/up1", fse_upsample_nearest (tape, b), u, 3, 1, FALSE);
  parts[1] = a;
  a = fse_net_residual (net, "my/quarter2", fse_concat (tape, parts, 2), u, e);
  return fse_net_conv (net, "my/out", fse_net_norm (net, "my/out/norm", a, TRUE), FSE_LATENT_CHANNELS, 3, 1, FALSE);
}
