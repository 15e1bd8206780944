# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of an evaluation, task x method x pairs x seed, and what is kept of each.

    OUT/grid.json                                what all cells share: size, budget, clock
    OUT/data/TASK/{train,test}/NNN_{before,after}.png       the pictures at that size; features.npz
    OUT/cells/TASK/METHOD/PAIRS-SEED/record.json    how it was learnt: times, steps, device, commit, date
                                     scores.json    how good it is
                                     pictures/NNN.png, and of the engine's model.fewshot.safetensors, train.log

A file is there when it is whole, so that an interrupted run goes on where it was; to have a thing done again, delete its file.
"""
import datetime
import json
import os
import platform
import random
import shutil
import subprocess
import time

import numpy as np
from PIL import Image

import measures
import methods

SHARED = ('data', 'size', 'steps', 'minutes', 'clock', 'many_time')
# In dB: what counts for equal pictures, whose own is infinite.
MOST_PSNR = 99.0


def write_json(path, value):
    with open(path + '.new', 'w', encoding='utf-8') as file:
        json.dump(value, file, indent=1)
    os.replace(path + '.new', path)


def read_json(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def _processor():
    try:
        with open('/proc/cpuinfo', encoding='utf-8') as file:
            return next(line.split(':', 1)[1].strip() for line in file if line.startswith('model name'))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _commit(tool):
    """The commit of the working tree that holds the program; with a mark where files were changed since."""
    said = subprocess.run(['git', '-C', os.path.dirname(os.path.realpath(tool)), 'describe', '--always', '--dirty', '--exclude=*'],
                          capture_output=True, text=True, check=False)
    return said.stdout.strip() or 'unknown'


class Grid:
    def __init__(self, options):
        self.data, self.out, self.tool = options.data, options.out, options.tool
        self.size, self.steps, self.minutes, self.clock = options.size, options.steps, options.minutes, options.clock
        self.many, self.many_time = options.many, options.many_time
        self.now = time.process_time if self.clock == 'cpu' else time.monotonic
        self.commit, self.processor = _commit(self.tool), f'{os.cpu_count()} x {_processor()}'
        shared = {name: getattr(self, name) for name in SHARED}
        shared['data'] = os.path.realpath(self.data)
        path = os.path.join(self.out, 'grid.json')
        if os.path.exists(path):
            for name, value in read_json(path).items():
                if value != shared[name]:
                    raise ValueError(f'{self.out} was begun with {name} = {value}, not {shared[name]}: give another folder.')
        else:
            os.makedirs(self.out, exist_ok=True)
            write_json(path, shared)

    def tasks(self):
        return sorted(t for t in os.listdir(self.data) if os.path.isdir(os.path.join(self.data, t, 'train')))

    def folder_of(self, task, part):
        """The task's pictures at the grid's size, made where they are not there."""
        name, _, draw = task.partition('~')
        folder, source = os.path.join(self.out, 'data', task, part), os.path.join(self.data, name, part)
        if not os.path.isdir(folder):
            shutil.rmtree(folder + '.new', ignore_errors=True)
            os.makedirs(folder + '.new')
            names = self.names(source)
            if draw and part == 'train':
                random.Random(int(draw)).shuffle(names)
            for number, name in enumerate(names):
                for tag in ('before', 'after'):
                    picture = Image.open(os.path.join(source, f'{name}_{tag}.png')).convert('RGB')
                    if picture.size != (self.size, self.size):
                        picture = picture.resize((self.size, self.size), Image.LANCZOS)
                    picture.save(os.path.join(folder + '.new', f'{number:03}_{tag}.png' if draw else f'{name}_{tag}.png'))
            os.rename(folder + '.new', folder)
        return folder

    @staticmethod
    def names(folder):
        return sorted(f[:-len('_before.png')] for f in os.listdir(folder) if f.endswith('_before.png'))

    @staticmethod
    def read(folder, tag, size, count=None):
        """The pictures of a folder, bytes [n, size, size, 3]."""
        names = Grid.names(folder)[:count]
        found = np.empty((len(names), size, size, 3), np.uint8)
        for i, name in enumerate(names):
            found[i] = Image.open(os.path.join(folder, f'{name}_{tag}.png')).convert('RGB')
        return found

    def cells(self, tasks, names, pairs, seeds):
        """In the order in which they are done: all methods and tasks with few seeds come before more seeds."""
        for seed in seeds:
            for count in pairs:
                for name in names:
                    if seed == seeds[0] or methods.parse(name)[0] not in methods.WITHOUT_CHANCE:
                        yield from (Cell(self, task, name, count, seed) for task in tasks)


class Cell:
    def __init__(self, grid, task, method, pairs, seed):
        self.grid, self.task, self.method, self.pairs, self.seed = grid, task, method, pairs, seed
        self.folder = os.path.join(grid.out, 'cells', task, method, f'{pairs}-{seed}')

    def other(self, method):
        return Cell(self.grid, self.task, method, self.pairs, self.seed)

    def folder_of(self, part):
        return self.grid.folder_of(self.task, part)

    def names(self, part):
        return self.grid.names(self.folder_of(part))[:self.pairs if part == 'train' else None]

    def pictures(self, part, tag):
        return self.grid.read(self.folder_of(part), tag, self.grid.size, self.pairs if part == 'train' else None)

    def results(self):
        return np.stack([np.asarray(Image.open(os.path.join(self.folder, 'pictures', name + '.png'))) for name in self.names('test')])

    def done(self):
        return os.path.exists(os.path.join(self.folder, 'record.json'))

    def record(self):
        """How it went; where it did not yet, it is done now."""
        path = os.path.join(self.folder, 'record.json')
        if self.done():
            return read_json(path)
        os.makedirs(os.path.join(self.folder, 'pictures'), exist_ok=True)
        begun = time.monotonic()
        results, record = methods.METHODS[methods.parse(self.method)[0]](self)
        for name, picture in zip(self.names('test'), results):
            Image.fromarray(picture).save(os.path.join(self.folder, 'pictures', name + '.png'))
        record = dict(task=self.task, method=self.method, pairs=self.pairs, seed=self.seed, size=self.grid.size,
                      clock=self.grid.clock, wall_seconds=time.monotonic() - begun, commit=self.grid.commit,
                      machine=self.grid.processor, date=datetime.datetime.now().isoformat(timespec='seconds')) | record
        scores = os.path.join(self.folder, 'scores.json')
        if os.path.exists(scores):
            os.remove(scores)
        write_json(path, record)
        return record

    def scores(self):
        """The scores so far, or nothing."""
        path = os.path.join(self.folder, 'scores.json')
        return read_json(path) if os.path.exists(path) else None


class Scorer:
    """Scores cells of one task after another; what belongs to the task is computed once."""

    def __init__(self, net):
        self.net, self.task, self.truth = net, None, None

    def _truth_of(self, cell):
        """Features of the task's pictures, kept in OUT/data/TASK/features.npz, as they take longer than a cell's."""
        if self.task == cell.task:
            return self.truth
        path = os.path.join(cell.grid.out, 'data', cell.task, 'features.npz')
        if not os.path.exists(path):
            before, _ = self.net.describe(cell.pictures('test', 'before'))
            after, maps = self.net.describe(cell.pictures('test', 'after'))
            learn = [self.net.describe(cell.grid.read(cell.folder_of('train'), tag, cell.grid.size))[0] for tag in ('before', 'after')]
            with open(path + '.new', 'wb') as file:
                np.savez(file, before=before, after=after, change=learn[1] - learn[0],
                         **{f'maps{tap}': np.stack(m).astype(np.float16) for tap, m in enumerate(zip(*maps))})
            os.replace(path + '.new', path)
        with np.load(path) as kept:
            self.truth = {name: kept[name] for name in ('before', 'after', 'change')}
            taps = [kept[name] for name in sorted(kept.files) if name.startswith('maps')]
        self.truth['maps'] = list(zip(*taps))
        self.truth['components'] = measures.Components(np.concatenate([self.truth['before'], self.truth['after']]))
        self.task = cell.task
        return self.truth

    def __call__(self, cell):
        """Writes what scores.json lacks."""
        found = cell.scores() or {}
        if not cell.done() or ('kid' in found or not self.net) and found:
            return
        results = cell.results()
        if not found:
            before, truth, given = (p / 255.0 for p in (cell.pictures('test', 'before'), cell.pictures('test', 'after'), results))
            found['pictures'] = dict(
                l1=[measures.l1(r, t) for r, t in zip(given, truth)],
                copy=[measures.l1(b, t) for b, t in zip(before, truth)],
                psnr=[min(MOST_PSNR, measures.psnr(r, t)) for r, t in zip(given, truth)],
                ssim=[measures.ssim(r, t) for r, t in zip(given, truth)],
                outside=[measures.outside(b, r, t) for b, r, t in zip(before, given, truth)])
        if self.net:
            import featurenet
            truth = self._truth_of(cell)
            features, maps = self.net.describe(results)
            found['pictures']['perceptual'] = [featurenet.distance(m, t) for m, t in zip(maps, truth['maps'])]
            count, a, b = len(results), truth['components'](features), truth['components'](truth['after'])
            terms = measures.kid_terms(features, truth['after'])
            found['kid'] = [measures.kid(terms), measures.interval(lambda w: measures.kid(terms, w), count)]
            found['frechet'] = [measures.frechet(a, b), measures.interval(lambda w: measures.frechet(a, b, w), count)]
            wanted = truth['change'][:cell.pairs].mean(axis=0)
            found['alignment'] = measures.alignment(features - truth['before'], wanted)
            found['alignment_of_truth'] = measures.alignment(truth['after'] - truth['before'], wanted)
        write_json(os.path.join(cell.folder, 'scores.json'), found)
