# SPDX-License-Identifier: GPL-3.0-or-later
"""pix2pix (Isola et al. 2017) in PyTorch, to compare with: U-Net, PatchGAN and L1.

Published: width 64, batches of one picture, each shifted and mirrored at random, Adam at 2e-4 with betas 0.5 and 0.999, L1 100
times the adversarial loss, batch norm by the picture's own statistics and dropout, both also when it is applied.
Improved, for few pairs and little time: the engine's augmentation, width 32, batches of 4, a rate that falls to nothing over the
budget, averaged weights, no dropout when it is applied.
"""
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

WIDEST = 8  # times the width


def _norm(channels):
    # At a batch of one, batch norm is this.
    return nn.InstanceNorm2d(channels, affine=True)


class Level(nn.Module):
    """A size of the U-Net: down, the smaller sizes, up, joined to what came in."""

    def __init__(self, outer, inner, within, dropout):
        super().__init__()
        # One pixel has no deviation to be normed by: the innermost size goes without.
        self.down = nn.Sequential(nn.LeakyReLU(0.2), nn.Conv2d(outer, inner, 4, 2, 1), *([_norm(inner)] if within else []))
        self.within = within
        self.up = nn.Sequential(nn.ReLU(), nn.ConvTranspose2d(inner * (2 if within else 1), outer, 4, 2, 1), _norm(outer))
        self.dropout = dropout

    def forward(self, x, drop):
        inside = self.down(x)
        if self.within:
            inside = self.within(inside, drop)
        up = self.up(inside)
        return torch.cat([x, functional.dropout(up, 0.5, drop and self.dropout)], 1)


class Generator(nn.Module):
    def __init__(self, size, width):
        super().__init__()
        depth = int(np.log2(size))
        channels = [width * min(WIDEST, 2**i) for i in range(depth)]
        level = None
        for i in range(depth - 1, 0, -1):
            level = Level(channels[i - 1], channels[i], level,
                          dropout=channels[i - 1] == channels[i] and i < depth - 1)
        self.first = nn.Conv2d(3, width, 4, 2, 1)
        self.level = level
        self.last = nn.Sequential(nn.ReLU(), nn.ConvTranspose2d(2 * width, 3, 4, 2, 1), nn.Tanh())

    def forward(self, x, drop=True):
        return self.last(self.level(self.first(x), drop))


def discriminator(width):
    """PatchGAN with patches of 70 pixels: judges input and output together."""
    layers = [nn.Conv2d(6, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for stride, i in ((2, 1), (2, 2), (1, 3)):
        layers += [nn.Conv2d(width * 2**(i - 1), width * 2**i, 4, stride, 1), _norm(width * 2**i), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Conv2d(width * 8, 1, 4, 1, 1))


def start(module):
    """The published starting values."""
    for part in module.modules():
        if isinstance(part, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(part.weight, 0, 0.02)
            nn.init.zeros_(part.bias)
        elif isinstance(part, nn.InstanceNorm2d):
            nn.init.normal_(part.weight, 1, 0.02)
    return module


def jitter(pictures, random):
    """Of [2, c, s, s]: enlarged by an eighth, cut out anywhere, mirrored or not."""
    size = pictures.shape[-1]
    big = functional.interpolate(pictures, (size * 9 // 8,) * 2, mode='bilinear', align_corners=False)
    y, x = random.integers(0, size // 8 + 1, 2)
    cut = big[..., y:y + size, x:x + size]
    return cut.flip(-1) if random.random() < 0.5 else cut


def warp(pictures, random):
    """Of [2, c, s, s]: turned, zoomed, shifted and bent as engine/method.md says under "A batch"."""
    size, amount = pictures.shape[-1], random.random()
    angle = amount * random.uniform(-1, 1) * np.pi / 18
    zoom = np.exp(amount * random.uniform(-0.15, 0.05))
    shift = amount * 2 * random.uniform(-0.05, 0.05, 2)
    matrix = torch.tensor([[zoom * np.cos(angle), -zoom * np.sin(angle), shift[0]],
                           [zoom * np.sin(angle), zoom * np.cos(angle), shift[1]]], dtype=torch.float32)
    grid = functional.affine_grid(matrix[None], (1, 3, size, size), align_corners=False)
    bend = torch.tensor(amount * 2 * random.uniform(-0.03, 0.03, (1, 2, 4, 4)), dtype=torch.float32)
    grid = grid + functional.interpolate(bend, (size, size), mode='bicubic', align_corners=True).permute(0, 2, 3, 1)
    return functional.grid_sample(pictures, grid.expand(len(pictures), -1, -1, -1), mode='bicubic',
                                  padding_mode='reflection', align_corners=False).clamp(-1, 1)


def _tensor(pictures):
    """Of bytes [..., s, s, 3], numbers [..., 3, s, s] from -1 to 1."""
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(pictures, -1, -3))).float() / 127.5 - 1


def learn_and_apply(befores, afters, inputs, seconds, clock, seed, improved):
    """Trains on pictures, bytes [n, s, s, 3], until `clock ()` has gone `seconds` further; s is a power of two.
    Returns the results for `inputs`, bytes, too, and how it went."""
    torch.manual_seed(seed)
    # One thread: threads that wait for each other would burn the processor time that both contestants are given.
    torch.set_num_threads(1 if clock is time.process_time else torch.get_num_threads())
    device = torch.device('cuda' if clock is not time.process_time and torch.cuda.is_available() else 'cpu')
    random = np.random.default_rng(seed)
    width, batch, change = (32, 4, warp) if improved else (64, 1, jitter)
    begun = clock()
    painter = start(Generator(befores.shape[1], width)).to(device)
    judge = start(discriminator(width)).to(device)
    optimisers = [torch.optim.Adam(net.parameters(), 2e-4, (0.5, 0.999)) for net in (painter, judge)]
    mean = [p.detach().clone() for p in painter.parameters()]
    loss, steps = functional.binary_cross_entropy_with_logits, 0
    while clock() - begun < seconds or steps == 0:
        if improved:
            for optimiser in optimisers:
                optimiser.param_groups[0]['lr'] = 2e-4 * min(1, max(0.01, 2 - 2 * (clock() - begun) / seconds))
        drawn = [change(_tensor(np.stack([befores[i], afters[i]])), random) for i in random.integers(0, len(befores), batch)]
        before, after = torch.stack(drawn, 1).to(device)
        painted = painter(before)

        seen = judge(torch.cat([before, painted.detach()], 1))
        real = judge(torch.cat([before, after], 1))
        optimisers[1].zero_grad()
        (0.5 * (loss(seen, torch.zeros_like(seen)) + loss(real, torch.ones_like(real)))).backward()
        optimisers[1].step()

        seen = judge(torch.cat([before, painted], 1))
        optimisers[0].zero_grad()
        (loss(seen, torch.ones_like(seen)) + 100 * functional.l1_loss(painted, after)).backward()
        optimisers[0].step()
        steps += 1
        if improved:
            for kept, now in zip(mean, painter.parameters()):
                kept.lerp_(now.detach(), 1 - min(0.998, (1 + steps) / (10 + steps)))
    if improved:
        for kept, now in zip(mean, painter.parameters()):
            now.data.copy_(kept)
    trained = clock()
    with torch.no_grad():
        out = [painter(_tensor(p[None]).to(device), not improved)[0].cpu().numpy() for p in inputs]
    results = np.uint8(np.round((np.stack(out).transpose(0, 2, 3, 1) + 1) * 127.5))
    return results, dict(steps=steps, train_clock=trained - begun, apply_clock=(clock() - trained) / len(inputs),
                         weights=sum(p.numel() for p in painter.parameters()))
