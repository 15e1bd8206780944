# SPDX-License-Identifier: GPL-3.0-or-later
"""How far pictures are from the truth: one picture at a time, and sets of them by their features.

Pictures are float64 arrays [h, w, 3] from 0 to 1, features are [pictures, dims]. A set of results and the set of truths have the
same pictures in the same order.
"""
import numpy as np

# Pixels that the truth changes by at most this much, with their neighbours up to MARGIN, are outside of the edit.
UNCHANGED = 1 / 255
MARGIN = 2
# Pictures with less than this part of their pixels outside are not asked.
LEAST_OUTSIDE = 0.01
# A Frechet distance needs many more pictures than dimensions: it is taken on the first principal components.
COMPONENTS = 16
DRAWS = 400


def l1(result, truth):
    return float(np.abs(result - truth).mean())


def psnr(result, truth):
    """In dB; infinite for equal pictures."""
    error = np.square(result - truth).mean()
    return float('inf') if error == 0 else float(-10 * np.log10(error))


def _blur(picture, sigma=1.5, radius=5):
    taps = np.exp(-0.5 * np.square(np.arange(-radius, radius + 1) / sigma))
    taps /= taps.sum()
    for axis in (0, 1):
        size = picture.shape[axis] - 2 * radius
        picture = sum(tap * picture.take(np.arange(i, i + size), axis) for i, tap in enumerate(taps))
    return picture


def ssim(a, b):
    """Of Wang et al. 2004: an 11x11 Gaussian window of sigma 1.5, where it lies inside of the picture; mean of the channels."""
    c1, c2 = 0.01**2, 0.03**2
    mean_a, mean_b = _blur(a), _blur(b)
    var_a, var_b = _blur(a * a) - mean_a**2, _blur(b * b) - mean_b**2
    covariance = _blur(a * b) - mean_a * mean_b
    return float((((2 * mean_a * mean_b + c1) * (2 * covariance + c2)) /
                  ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))).mean())


def outside_of_edit(before, truth):
    """Where the truth leaves a pixel and its neighbours alone: booleans [h, w]."""
    touched = np.abs(truth - before).max(axis=2) > UNCHANGED
    padded = np.pad(touched, MARGIN)
    height, width = touched.shape
    spread = [padded[y:y + height, x:x + width] for y in range(2 * MARGIN + 1) for x in range(2 * MARGIN + 1)]
    return ~np.any(spread, axis=0)


def outside(before, result, truth):
    """The mean change outside of the edit; None where the truth leaves nearly nothing alone."""
    kept = outside_of_edit(before, truth)
    return float(np.abs(result - before)[kept].mean()) if kept.mean() >= LEAST_OUTSIDE else None


def alignment(change, wanted):
    """The mean cosine of each picture's change of features [pictures, dims] with the wanted one [dims]; no change counts as 0."""
    length = np.linalg.norm(change, axis=1) * np.linalg.norm(wanted)
    return float(np.where(length > 1e-9, change @ wanted / np.maximum(length, 1e-9), 0).mean())


def kid_terms(results, truths):
    """What `kid` takes the mean of, for each two pictures: [pictures, pictures]. A picture is never held against itself or its own
    truth, so that equal distributions give 0 on the mean (at times less), and equal sets exactly 0."""
    def kernel(x, y):
        return (x @ y.T / x.shape[1] + 1)**3
    cross = kernel(results, truths)
    terms = kernel(results, results) + kernel(truths, truths) - cross - cross.T
    np.fill_diagonal(terms, 0)
    return terms


def kid(terms, weights=None):
    """Squared maximum mean discrepancy with the kernel (x.y/d + 1)^3. `weights`: how often each picture counts."""
    w = np.ones(len(terms)) if weights is None else weights
    return float(w @ terms @ w / (w.sum()**2 - np.square(w).sum()))


class Components:
    """The first principal components of a set of features."""

    def __init__(self, features, count=COMPONENTS):
        self.mean = features.mean(axis=0)
        # Of n pictures with many more dimensions the small Gram matrix has the same components.
        centred = features - self.mean
        values, vectors = np.linalg.eigh(centred @ centred.T)
        best = np.argsort(values)[::-1][:min(count, len(features) - 1)]
        self.axes = centred.T @ vectors[:, best] / np.sqrt(np.maximum(values[best], 1e-12))

    def __call__(self, features):
        return (features - self.mean) @ self.axes


def _root(matrix):
    values, vectors = np.linalg.eigh(matrix)
    return vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T


def frechet(a, b, weights=None):
    """Squared Frechet distance of two normal distributions with the sets' means and covariances."""
    w = np.ones(len(a)) if weights is None else weights
    mean_a, mean_b = (w @ x / w.sum() for x in (a, b))
    cov_a, cov_b = ((x - m).T * w @ (x - m) / (w.sum() - 1) for x, m in ((a, mean_a), (b, mean_b)))
    root = _root(cov_a)
    return float(np.square(mean_a - mean_b).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * np.trace(_root(root @ cov_b @ root)))


def interval(measure, count, seed=0):
    """Half the width of a 95 % interval of `measure (weights)` for `count` pictures, by the bootstrap: 1.96 of its deviations
    when pictures are drawn with replacement."""
    random = np.random.default_rng(seed)
    draws = [measure(random.multinomial(count, np.full(count, 1 / count)).astype(float)) for _ in range(DRAWS)]
    return float(1.96 * np.std(draws))
