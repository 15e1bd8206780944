# SPDX-License-Identifier: GPL-3.0-or-later
"""A 3-D colour look-up table fitted to pairs: what an edit is worth that knows nothing but a pixel's colour.

An affine map carries the change on to colours that no pair has; a table with trilinear reading is added to it.
"""
import itertools

import numpy as np

SIZE = 17
# How much the table's bends may cost; the best on pairs left out is taken.
SMOOTH = (1e-4, 1e-3, 1e-2, 1e-1)
PIXELS = 20000
ROUNDS = 200


def corners(colours, size):
    """The eight grid points around each colour [n, 3], and their trilinear weights."""
    place = np.clip(colours, 0, 1) * (size - 1)
    low = np.minimum(place.astype(int), size - 2)
    part = place - low
    for corner in itertools.product((0, 1), repeat=3):
        index = low + corner
        weight = np.where(corner, part, 1 - part).prod(axis=1)
        yield (index[:, 0] * size + index[:, 1]) * size + index[:, 2], weight


def _with_one(colours):
    return np.concatenate([colours, np.ones((len(colours), 1))], axis=1)


def _affine(before, after):
    """The least-squares map [4, 3], drawn a little to leaving colours as they are, in directions in which no colours differ."""
    x = _with_one(before)
    identity = np.eye(4, 3)
    ridge = 1e-6 * len(before)
    return identity + np.linalg.solve(x.T @ x + ridge * np.eye(4), x.T @ (after - before))


def _roughness(table):
    """The gradient of half the squared second differences."""
    grid = table.reshape(SIZE, SIZE, SIZE, 3)
    out = np.zeros_like(grid)
    for axis in range(3):
        bend = np.diff(grid, 2, axis)
        for at, factor in ((0, 1), (1, -2), (2, 1)):
            part = [slice(None)] * 4
            part[axis] = slice(at, at + SIZE - 2)
            out[tuple(part)] += factor * bend
    return out.reshape(-1, 3)


class Lut:
    """Fitted to colours [n, 3] before and after."""

    def __init__(self, before, after, smooth=1e-3):
        self.affine = _affine(before, after)
        around = list(corners(before, SIZE))
        charge = smooth * len(before) / SIZE**3

        def spread(values):
            table = np.zeros((SIZE**3, 3))
            for index, weight in around:
                for c in range(3):
                    table[:, c] += np.bincount(index, weight * values[:, c], SIZE**3)
            return table

        def normal(table):
            read = sum(weight[:, None] * table[index] for index, weight in around)
            return spread(read) + charge * (_roughness(table) + 1e-3 * table)

        # Conjugate gradients from nothing: where no colour is, the table stays small.
        self.table = np.zeros((SIZE**3, 3))
        rest = spread(after - _with_one(before) @ self.affine)
        step, energy = rest.copy(), np.square(rest).sum()
        least = 1e-8 * np.square(spread(after)).sum()
        for _ in range(ROUNDS):
            if energy <= least:
                break
            image = normal(step)
            length = energy / (step * image).sum()
            self.table += length * step
            rest -= length * image
            energy, last = np.square(rest).sum(), energy
            step = rest + energy / last * step

    def __call__(self, colours):
        """Colours [..., 3] after."""
        flat = colours.reshape(-1, 3)
        added = sum(weight[:, None] * self.table[index] for index, weight in corners(flat, SIZE))
        return np.clip(_with_one(flat) @ self.affine + added, 0, 1).reshape(colours.shape)


def fit(befores, afters, seed=0):
    """Of pictures [n, h, w, 3]: the table whose smoothness serves pairs best that it was not fitted to."""
    random = np.random.default_rng(seed)

    def colours(pairs):
        x, y = befores[pairs].reshape(-1, 3), afters[pairs].reshape(-1, 3)
        some = random.permutation(len(x))[:PIXELS]
        return x[some], y[some]

    every = np.arange(len(befores))
    held, kept = every[::4], np.setdiff1d(every, every[::4])
    if len(kept) == 0:
        return Lut(*colours(every))
    learn, (x, y) = colours(kept), colours(held)
    errors = [np.abs(Lut(*learn, smooth)(x) - y).mean() for smooth in SMOOTH]
    return Lut(*colours(every), SMOOTH[int(np.argmin(errors))])
