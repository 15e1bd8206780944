# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to learn an edit from pairs, by name: the engine's, and those it is compared with.

A method is a function of a Cell that returns the results for the cell's test pictures, bytes [n, s, s, 3], and what there is to
record: `train_clock` seconds in all, `apply_clock` seconds a picture, both by the grid's clock.
"""
import json
import os
import shutil
import subprocess
import tempfile
import time

import numpy as np
from PIL import Image

import lut

# Every switch of the method the other way, one at a time.
SWITCHES = ['pairing=one-to-one', 'condition-source=off', 'condition-transform=off', 'skip-connections=off', 'noise-injection=off',
            'frequency-loss=off', 'detail-loss=off', 'explicit-change=off', 'texture=off', 'position=off', 'colour-base=off', 'augmentation=off', 'hues=off', 'progressive=off', 'critic=on',
            'validation=0', 'flips=on']
GROUPS = {
    'switches': ['ours+' + switch for switch in SWITCHES],
    'peers': ['copy', 'lut', 'gmic', 'nearest', 'nearest-change', 'pix2pix', 'pix2pix-improved'],
}
NEAREST_SIDE = 16


class Unavailable(Exception):
    """A method needs something that is not on this machine; the text says what."""


def expand(names):
    """Names with groups written out. Of names that are no method's: an error."""
    found = [name for given in names for name in GROUPS.get(given, [given])]
    for name in found:
        if parse(name)[0] not in METHODS:
            raise ValueError(f"There is no method '{name}'; there are {', '.join(METHODS)}, "
                             f"ours+SETTING=VALUE, ours@SAMPLER-STEPS, and the groups {', '.join(GROUPS)}.")
    return list(dict.fromkeys(found))


def parse(name):
    """('ours', ['rate=0.002'], 4) for ours+rate=0.002@4."""
    head, _, sampler = name.partition('@')
    base, *settings = head.split('+')
    return base, settings, int(sampler or 1)


def run(arguments, log=None):
    """Runs a program; returns what it took, (wall, processor) seconds. One that fails is an error with its last words."""
    with tempfile.TemporaryFile('w+') if log is None else open(log, 'w+', encoding='utf-8') as said:
        begun = time.monotonic()
        with subprocess.Popen([str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said) as process:
            _, status, use = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(map(str, arguments[:3]))} ... failed:\n{said.read()[-2000:]}")
        return time.monotonic() - begun, use.ru_utime + use.ru_stime


def _took(cell, both):
    return both[1] if cell.grid.clock == 'cpu' else both[0]


def ours(cell):
    """A name with a sampler's steps (@4) serves itself of the model that the same name without them has trained."""
    _, settings, sampler = parse(cell.method)
    trainer = cell.other(cell.method.partition('@')[0])
    model = os.path.join(trainer.folder, 'model.fewshot.safetensors')
    trained = trainer.record()['train_clock'] if trainer.folder != cell.folder else None
    if trained is None:
        budget = ['--steps', cell.grid.steps] if cell.grid.steps else ['--minutes', cell.grid.minutes]
        changes = [part for setting in settings for part in ('--set', setting)]
        trained = _took(cell, run([cell.grid.tool, 'train', cell.folder_of('train'), '-o', model, '--pairs', cell.pairs,
                                   '--seed', cell.seed, '--size', cell.grid.size, *budget, *changes],
                                  os.path.join(cell.folder, 'train.log')))
    names = cell.names('test')
    with tempfile.TemporaryDirectory() as out:
        inputs = [os.path.join(cell.folder_of('test'), name + '_before.png') for name in names]
        applied = _took(cell, run([cell.grid.tool, 'apply', model, *inputs, '-o', out, '--steps', sampler, '--seed', cell.seed]))
        results = np.stack([np.asarray(Image.open(os.path.join(out, name + '_before.png')).convert('RGB')) for name in names])
    info = json.loads(subprocess.run([cell.grid.tool, 'info', model, '--json'], check=True, capture_output=True, text=True).stdout)
    return results, dict(train_clock=trained, apply_clock=applied / len(names), steps=info['steps'], device=info['device'],
                         model_bytes=os.path.getsize(model))


def copy(cell):
    return cell.pictures('test', 'before'), dict(train_clock=0, apply_clock=0)


def _timed(cell, learn):
    """For a method that learns in no time: `learn (befores, afters)` gives the function of one picture to the result."""
    clock = cell.grid.now
    begun = clock()
    edit = learn(cell.pictures('train', 'before'), cell.pictures('train', 'after'))
    learnt = clock()
    results = np.stack([edit(p) for p in cell.pictures('test', 'before')])
    return results, dict(train_clock=learnt - begun, apply_clock=(clock() - learnt) / len(results))


def _bytes(picture):
    return np.uint8(np.round(np.clip(picture, 0, 1) * 255))


def fitted_lut(cell):
    def learn(befores, afters):
        table = lut.fit(befores / 255, afters / 255, cell.seed)
        return lambda picture: _bytes(table(picture / 255))
    return _timed(cell, learn)


def gmic(cell):
    """G'MIC's "CLUT from after-before layers", on the first pair: it takes one."""
    if not shutil.which('gmic'):
        raise Unavailable("Debian's package gmic is not installed")

    def learn(_befores, _afters):
        first = os.path.join(cell.folder_of('train'), cell.names('train')[0])
        with tempfile.TemporaryDirectory() as out:
            image = os.path.join(out, 'hald.png')
            run(['gmic', first + '_after.png', first + '_before.png', 'fx_clut_from_ab', f'0,4,{out},clut,50', 'keep[0]', 'output', image])
            hald = np.asarray(Image.open(image).convert('RGB')) / 255
        size = round(hald[..., 0].size**(1 / 3))
        # In a Hald picture red goes fastest; the table's first axis is red.
        table = hald.reshape(size, size, size, 3).transpose(2, 1, 0, 3).reshape(-1, 3)

        def edit(picture):
            flat = picture.reshape(-1, 3) / 255
            return _bytes(sum(w[:, None] * table[i] for i, w in lut.corners(flat, size)).reshape(picture.shape))
        return edit
    return _timed(cell, learn)


def _nearest(cell, result):
    """By the colours of 16 x 16 fields."""
    def small(picture):
        return np.asarray(Image.fromarray(picture).resize((NEAREST_SIDE, NEAREST_SIDE), Image.BOX), float)

    def learn(befores, afters):
        known = np.stack([small(p) for p in befores])

        def edit(picture):
            best = int(np.argmin(np.square(known - small(picture)).sum((1, 2, 3))))
            return result(picture, befores[best], afters[best])
        return edit
    return _timed(cell, learn)


def nearest(cell):
    """The after of the training pair whose before is nearest."""
    return _nearest(cell, lambda _picture, _before, after: after)


def nearest_change(cell):
    """The nearest pair's change added to the picture."""
    return _nearest(cell, lambda picture, before, after: np.uint8(np.clip(picture.astype(int) + after - before, 0, 255)))


def _pix2pix(cell, pairs, seconds, improved):
    try:
        import pix2pix
    except ImportError as missing:
        raise Unavailable("Debian's package python3-torch is not installed") from missing
    return pix2pix.learn_and_apply(*pairs, cell.pictures('test', 'before'), seconds, cell.grid.now, cell.seed, improved)


def _same_time(cell):
    return cell.other('ours').record()['train_clock']


def pix2pix_published(cell):
    return _pix2pix(cell, (cell.pictures('train', 'before'), cell.pictures('train', 'after')), _same_time(cell), False)


def pix2pix_improved(cell):
    return _pix2pix(cell, (cell.pictures('train', 'before'), cell.pictures('train', 'after')), _same_time(cell), True)


def pix2pix_many(cell):
    """The improved form on thousands of pairs, and with many times the time."""
    folder = cell.grid.many and os.path.join(cell.grid.many, cell.task, 'train')
    if not folder or not os.path.isdir(folder):
        raise Unavailable(f'--many has no pairs of {cell.task}; tests/eval/make-many makes them')
    pairs = cell.grid.read(folder, 'before', cell.grid.size), cell.grid.read(folder, 'after', cell.grid.size)
    results, record = _pix2pix(cell, pairs, cell.grid.many_time * _same_time(cell), True)
    return results, dict(record, pairs_seen=len(pairs[0]))


METHODS = {
    'ours': ours, 'copy': copy, 'lut': fitted_lut, 'gmic': gmic, 'nearest': nearest, 'nearest-change': nearest_change,
    'pix2pix': pix2pix_published, 'pix2pix-improved': pix2pix_improved, 'pix2pix-many': pix2pix_many,
}
# The same with every seed.
WITHOUT_CHANCE = ('copy', 'lut', 'gmic', 'nearest', 'nearest-change')
