#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluation's measures and its look-up table against values known beforehand."""
import sys

try:
    import numpy as np
except ImportError:
    print('1..0 # SKIP python3-numpy is not installed')
    sys.exit(0)
import lut
import measures

random = np.random.default_rng(0)
picture = random.random((32, 32, 3))
shifted = picture + 0.1
partly = picture.copy()
partly[:16] = 0
drift = picture.copy()
drift[16:] += 0.02


def curve(colours):
    return np.stack([colours[..., 0]**2, 0.5 * colours[..., 1] + 0.2, 1 - colours[..., 2]], axis=-1)


def kid(results, truths, weights=None):
    return measures.kid(measures.kid_terms(results, truths), weights)


def dull(colours):
    return colours @ np.array([[0.6, 0.1, 0.0], [0.1, 0.7, 0.1], [0.0, 0.1, 0.5]]) + 0.05


seen = random.random((8, 40, 40, 3))
learnt = lut.fit(seen, curve(seen))
carried = lut.fit(0.5 * seen, dull(0.5 * seen))
grey = np.repeat(seen[..., :1], 3, axis=-1)
from_grey = lut.fit(grey, 0.8 * grey)

many = random.standard_normal((400, 8))
other = 2 * random.standard_normal((400, 8)) + 1
features = random.standard_normal((60, 64))
draws = np.array([kid(*random.standard_normal((2, 40, 16))) for _ in range(200)])
means = [random.standard_normal(50) for _ in range(40)]
halves = [measures.interval(lambda w, x=x: w @ x / w.sum(), 50) for x in means]
within = sum(abs(x.mean()) <= half for x, half in zip(means, halves))
wide = np.concatenate([5 * random.standard_normal((60, 3)), 0.01 * random.standard_normal((60, 61))], axis=1)
direction = np.eye(64)[0]

rows = [
    ('L1 of a shift by 0.1 is 0.1', abs(measures.l1(shifted, picture) - 0.1) < 1e-12),
    ('PSNR of a shift by 0.1 is 20 dB', abs(measures.psnr(shifted, picture) - 20) < 1e-9),
    ('PSNR of equal pictures is infinite', measures.psnr(picture, picture) == float('inf')),
    ('SSIM of equal pictures is 1', abs(measures.ssim(picture, picture) - 1) < 1e-9),
    ('SSIM of two flat pictures is that of their means',
     abs(measures.ssim(np.full((16, 16, 3), 0.2), np.full((16, 16, 3), 0.6)) - 0.2401 / 0.4001) < 1e-9),
    ('SSIM of a negative is below 0', measures.ssim(picture, 1 - picture) < 0),
    ('outside begins two pixels from what the truth touches',
     measures.outside_of_edit(picture, partly).sum() == 32 * 14 and measures.outside_of_edit(picture, partly)[18:].all()),
    ('outside sees only what the truth leaves alone', abs(measures.outside(picture, drift, partly) - 0.02) < 1e-9),
    ('outside is None where the truth changes all', measures.outside(picture, picture, shifted) is None),
    ('alignment of the wanted change is 1, of its opposite -1, of none 0',
     abs(measures.alignment(np.outer([1, 2, -1, 0], direction), 3 * direction) - 0.25) < 1e-12),
    ('KID of one distribution is 0 on the mean', abs(draws.mean()) < 4 * draws.std() / len(draws)**0.5),
    ('KID of equal sets is 0', abs(kid(features, features)) < 1e-12),
    ('KID of distributions apart is above 0', kid(features, features + 1) > 0.5),
    ('KID counts a picture drawn twice like two pictures, but not against each other',
     abs(kid(features, features + 1, np.full(60, 2.0)) - kid(features, features + 1)) < 1e-9),
    ('Frechet distance of normal distributions is that of their means and deviations',
     abs(measures.frechet(many, other) - 16) < 2.5),
    ('Frechet distance of a shift by 1 in 8 dimensions is 8', abs(measures.frechet(many, many + 1) - 8) < 1e-6),
    ('the first components hold what differs', np.linalg.norm(measures.Components(wide, 3)(wide)) / np.linalg.norm(
        wide - wide.mean(0)) > 0.999),
    ("a mean's interval is 1.96 of its deviations", abs(np.mean(halves) * 50**0.5 / 1.96 - 1) < 0.1),
    ('19 of 20 intervals hold the truth', within >= 34),
    ('a table learns a colour curve', np.abs(learnt(picture) - curve(picture)).max() < 0.02),
    ('a table carries a linear change on to colours unseen', np.abs(carried(picture) - dull(picture)).max() < 0.02),
    ('a table that saw only greys leaves hues in place', np.abs(from_grey(picture) - picture).max() < 0.25),
    ('a table serves a single pair', np.abs(lut.fit(seen[:1], dull(seen[:1]))(picture) - dull(picture)).max() < 0.02),
]
print('TAP version 13')
for n, (name, good) in enumerate(rows, 1):
    print(f"{'ok' if good else 'not ok'} {n} - {name}")
print(f'1..{len(rows)}')
sys.exit(not all(good for _, good in rows))
