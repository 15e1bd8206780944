/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/net.h"

#include <math.h>

void
fse_net_working_shape (gint size, gint width, gint height, gint *working_width, gint *working_height)
{
  /* beyond 4 : 1 a side of a few pixels would tell nothing */
  gdouble aspect = CLAMP ((gdouble) width / height, 0.25, 4.0);

  *working_width = MAX (16, (gint) floor (size * sqrt (aspect) / 16 + 0.5) * 16);
  *working_height = MAX (16, (gint) floor (size / sqrt (aspect) / 16 + 0.5) * 16);
}

void
fse_net_picture_shape (const FseSettings *settings, gint width, gint height, gint *picture_width, gint *picture_height)
{
  fse_net_working_shape (settings->size, width, height, picture_width, picture_height);
  *picture_width *= MAX (settings->windows, 1); /* models from before there were windows say nothing of them */
  *picture_height *= MAX (settings->windows, 1);
}

gint
fse_net_width (const FseNet *net)
{
  static const gint widths[] = { [FSE_MODEL_SMALL] = 16, [FSE_MODEL_MEDIUM] = 24, [FSE_MODEL_LARGE] = 32 };

  return widths[net->settings->model_size];
}

static FseTensor *
weight (FseNet *net, const gchar *name, const gchar *part, gint n, gint h, gint w, gint c, FseInit init, gfloat scale)
{
  g_autofree gchar *full = g_strconcat (name, "/", part, NULL);
  FseTensor        *tensor = fse_weights_get (net->weights, full, n, h, w, c, init, scale);

  return net->frozen ? fse_tape_detach (net->tape, tensor) : tensor;
}

static FseTensor *
conv (FseNet *net, const gchar *name, FseTensor *x, gint channels, gint kernel, gint stride, gboolean zero, FseTensor *onto)
{
  gfloat     deviation = 1.0f / sqrtf (3.0f * kernel * kernel * x->c);
  FseTensor *w = weight (net, name, "weight", kernel, kernel, x->c, channels,
                         zero ? FSE_INIT_CONSTANT : FSE_INIT_NORMAL, zero ? 0.0f : deviation);
  FseTensor *b = weight (net, name, "bias", 1, 1, 1, channels, FSE_INIT_CONSTANT, 0.0f);

  return fse_conv2d_onto (net->tape, x, w, b, stride, onto);
}

FseTensor *
fse_net_conv (FseNet *net, const gchar *name, FseTensor *x, gint channels, gint kernel, gint stride, gboolean zero)
{
  return conv (net, name, x, channels, kernel, stride, zero, NULL);
}

FseTensor *
fse_net_conv_onto (FseNet *net, const gchar *name, FseTensor *x, gint kernel, gboolean zero, FseTensor *onto)
{
  return conv (net, name, x, onto->c, kernel, 1, zero, onto);
}

FseTensor *
fse_net_norm (FseNet *net, const gchar *name, FseTensor *x, gboolean silu)
{
  FseTensor *gamma = weight (net, name, "gamma", 1, 1, 1, x->c, FSE_INIT_CONSTANT, 1.0f);
  FseTensor *beta = weight (net, name, "beta", 1, 1, 1, x->c, FSE_INIT_CONSTANT, 0.0f);

  return fse_group_norm (net->tape, x, gamma, beta, MAX (1, x->c / 8), silu);
}

FseTensor *
fse_net_residual (FseNet *net, const gchar *name, FseTensor *x, gint channels, FseTensor *time)
{
  g_autofree gchar *n1 = g_strconcat (name, "/norm1", NULL), *n2 = g_strconcat (name, "/norm2", NULL);
  g_autofree gchar *c1 = g_strconcat (name, "/conv1", NULL), *c2 = g_strconcat (name, "/conv2", NULL);
  g_autofree gchar *t = g_strconcat (name, "/time", NULL), *s = g_strconcat (name, "/skip", NULL);
  FseTensor *h = fse_net_conv (net, c1, fse_net_norm (net, n1, x, TRUE), channels, 3, 1, FALSE);

  if (time)
    h = fse_add_channels (net->tape, h, fse_net_conv (net, t, time, channels, 1, 1, FALSE));
  if (x->c != channels)
    x = fse_net_conv (net, s, x, channels, 1, 1, FALSE);
  return fse_net_conv_onto (net, c2, fse_net_norm (net, n2, h, TRUE), 3, TRUE, x);
}

FseTensor *
fse_net_position (FseNet *net, gint n, gint h, gint w)
{
  g_autofree gfloat *values = g_new (gfloat, (gsize) n * h * w * 2);
  gfloat            *v = values;

  for (gint b = 0; b < n; b++)
    for (gint y = 0; y < h; y++)
      for (gint x = 0; x < w; x++)
        {
          *v++ = (x + 0.5f) * 2 / w - 1;
          *v++ = (y + 0.5f) * 2 / h - 1;
        }
  return fse_tape_constant (net->tape, n, h, w, 2, values);
}

FseTensor *
fse_net_zeros (FseNet *net, gint n, gint h, gint w, gint c)
{
  g_autofree gfloat *values = g_new0 (gfloat, (gsize) n * h * w * c);

  return fse_tape_constant (net->tape, n, h, w, c, values);
}
