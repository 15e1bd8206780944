# SPDX-License-Identifier: GPL-3.0-or-later
"""What an evaluation found, as OUT/index.html with its contact sheets, and the same tables as OUT/results.md."""
import collections
import html
import os
import urllib.parse

import numpy as np

import grid
import methods
import plot
import sheet

Measure = collections.namedtuple('Measure', 'name title digits better of explained')


def _of_pictures(name, factor=1):
    def value(scores):
        values = [v for v in scores['pictures'].get(name, []) if v is not None]
        return factor * float(np.mean(values)) if values else None
    return value


def _ratio(scores):
    return sum(scores['pictures']['l1']) / max(1e-9, sum(scores['pictures']['copy']))


def _of_set(name, factor=1):
    return lambda scores: factor * scores[name][0] if name in scores else None


MEASURES = [
    Measure('ratio', 'L1 ratio', 3, -1, _ratio, 'mean absolute difference to the truth, as a part of that of the untouched picture'),
    Measure('psnr', 'PSNR', 2, 1, _of_pictures('psnr'), 'in dB, mean of the pictures'),
    Measure('ssim', 'SSIM', 3, 1, _of_pictures('ssim'), 'Gaussian window of 11 pixels'),
    Measure('perceptual', 'Perceptual', 3, -1, _of_pictures('perceptual'), 'distance of nsfwjs InceptionV3 feature maps, uncalibrated'),
    Measure('kid', 'KID x 1000', 1, -1, _of_set('kid', 1000), 'kernel distance of the sets of nsfwjs InceptionV3 features'),
    Measure('frechet', 'Frechet', 2, -1, _of_set('frechet'), 'distance on the first 16 principal components of those features'),
    Measure('alignment', 'Alignment', 3, 1, lambda scores: scores.get('alignment'),
            "cosine of the result's change of features with the training pairs' mean change"),
    Measure('outside', 'Outside', 2, -1, _of_pictures('outside', 255), 'mean change, of 255, where the truth leaves the picture alone'),
]
BY_NAME = {m.name: m for m in MEASURES}
# Measures of single pictures, in which a method is held against ours picture by picture.
PAIRED = {'ratio': 'l1', 'psnr': 'psnr', 'ssim': 'ssim', 'perceptual': 'perceptual', 'outside': 'outside'}


def short(cell):
    scores = cell.scores()
    return f'L1 ratio {_ratio(scores):.3f}, PSNR {BY_NAME["psnr"].of(scores):.2f}'


class Found:
    """All scored cells: [task, method, pairs] -> [(record, scores) of each seed]."""

    def __init__(self, out):
        self.cells = collections.defaultdict(list)
        for folder, _, files in sorted(os.walk(os.path.join(out, 'cells'))):
            if 'record.json' in files and 'scores.json' in files:
                record = grid.read_json(os.path.join(folder, 'record.json'))
                key = record['task'], record['method'], record['pairs']
                self.cells[key].append((record, grid.read_json(os.path.join(folder, 'scores.json'))))
        self.records = [record for cell in self.cells.values() for record, _ in cell]
        self.tasks = sorted({task for task, _, _ in self.cells})
        self.pairs = sorted({pairs for _, _, pairs in self.cells})
        order = list(methods.METHODS)
        self.methods = sorted({method for _, method, _ in self.cells},
                              key=lambda m: (order.index(methods.parse(m)[0]), len(methods.parse(m)[1]), m))

    def value(self, key, measure):
        """The mean of the seeds, or None."""
        values = [v for v in (measure.of(scores) for _, scores in self.cells.get(key, [])) if v is not None]
        return float(np.mean(values)) if values else None

    def half(self, key, measure):
        """Half of a 95 % interval over the pictures of KID and Frechet distance."""
        if measure.name not in ('kid', 'frechet'):
            return None
        halves = [scores[measure.name][1] for _, scores in self.cells.get(key, []) if measure.name in scores]
        return float(np.mean(halves)) * (1000 if measure.name == 'kid' else 1) if halves else None

    def spread(self, key, measure):
        """The deviation between seeds, or None."""
        values = [v for v in (measure.of(scores) for _, scores in self.cells.get(key, [])) if v is not None]
        return float(np.std(values, ddof=1)) if len(values) > 1 else None

    def against_ours(self, key, measure):
        """1 where the method is better than ours on the same pictures beyond a 95 % interval, -1 where worse, 0 where neither can
        be told; None where there is nothing to compare."""
        task, method, pairs = key
        name, ours = PAIRED.get(measure.name), self.cells.get((task, 'ours', pairs))
        if method == 'ours' or not name or not ours:
            return None
        each = [np.array([[np.nan if v is None else v for v in scores['pictures'].get(name, [])] for _, scores in cell]).mean(axis=0)
                for cell in (self.cells[key], ours)]
        if each[0].shape != each[1].shape:
            return None
        gain = measure.better * (each[0] - each[1])
        gain = gain[~np.isnan(gain)]
        if len(gain) < 2 or abs(gain.mean()) <= 1.96 * gain.std(ddof=1) / len(gain)**0.5:
            return 0
        return 1 if gain.mean() > 0 else -1

    def columns(self):
        return [m for m in MEASURES if any(self.value(key, m) is not None for key in self.cells)]


def _table(found, task, pairs):
    """Heads, and rows of cells: (text, class)."""
    columns = found.columns()
    rows = []
    shown = [m for m in found.methods if (task, m, pairs) in found.cells]
    # The best that anybody reached with these pairs; what other pairs reached is beside it.
    best = {}
    for m in columns:
        values = [v for v in (found.value((task, name, pairs), m) for name in shown if name != 'pix2pix-many') if v is not None]
        best[m.name] = (max if m.better > 0 else min)(values) if values else None
    for name in shown:
        key = task, name, pairs
        row = [(name, '')]
        for m in columns:
            value, half, spread = found.value(key, m), found.half(key, m), found.spread(key, m)
            if value is None:
                row.append(('', ''))
                continue
            text = f'{value:.{m.digits}f}'
            if half is not None:
                text += f' ± {half:.{m.digits}f}'
            if spread is not None:
                text += f' (s {spread:.{m.digits}f})'
            mark = {1: ' >', -1: ' <', 0: ' =', None: ''}[found.against_ours(key, m)]
            # One that changes nothing changes nothing outside: no feat.
            row.append((text + mark, 'best' if value == best[m.name] and not (m.name == 'outside' and name == 'copy') else ''))
        cell = found.cells[key]
        for field, digits in (('train_clock', 0), ('apply_clock', 3)):
            row.append((f'{np.mean([r[field] for r, _ in cell]):.{digits}f}', ''))
        row.append((str(round(np.mean([r['steps'] for r, _ in cell]))) if 'steps' in cell[0][0] else '', ''))
        row.append((str(len(cell)), ''))
        rows.append(row)
    return ['method'] + [m.title for m in columns] + ['train s', 'apply s', 'steps', 'seeds'], rows


def _switches(found, pairs):
    """How much worse each switch makes it: the ratio to ours of perceptual distance, L1 and KID, worst first."""
    names = [m for m in found.methods if m.startswith('ours+')]
    rows, shown = [], []
    for name in names:
        values = {}
        for task in found.tasks:
            for m in ('perceptual', 'ratio', 'kid'):
                pair = [found.value((task, n, pairs), BY_NAME[m]) for n in (name, 'ours')]
                if None not in pair and pair[1] > 0:
                    values[task, m] = pair[0] / pair[1]
        if values:
            shown.append((name, values))
    keys = [(t, m) for m in ('perceptual', 'ratio', 'kid') for t in found.tasks if any((t, m) in v for _, v in shown)]
    judged = 'perceptual' if any(m == 'perceptual' for _, m in keys) else 'ratio'

    def harm(values):
        return float(np.exp(np.mean([np.log(max(v, 1e-3)) for (_, m), v in values.items() if m == judged] or [0])))
    for name, values in sorted(shown, key=lambda s: -harm(s[1])):
        rows.append([(name[len('ours+'):], ''), (f'{harm(values):.3f}', 'best' if harm(values) > 1 else '')] +
                    [(f'{values[k]:.2f}' if k in values else '', '') for k in keys])
    return ['switch', f'harm ({BY_NAME[judged].title})'] + [f'{BY_NAME[m].title} {t}' for t, m in keys], rows


def _markdown(head, rows):
    lines = ['| ' + ' | '.join(head) + ' |', '|' + ' --- |' * len(head)]
    lines += ['| ' + ' | '.join(f'**{text}**' if style == 'best' else text for text, style in row) + ' |' for row in rows]
    return '\n'.join(lines)


def _html(head, rows):
    lines = ['<table><tr>' + ''.join(f'<th>{html.escape(h)}</th>' for h in head) + '</tr>']
    lines += ['<tr>' + ''.join(f'<td class="{style}">{html.escape(text)}</td>' for text, style in row) + '</tr>' for row in rows]
    return '\n'.join(lines) + '</table>'


STYLE = """body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 90em; padding: 0 1em }
table { border-collapse: collapse; margin: 1em 0 } td, th { padding: .2em .6em; border-bottom: 1px solid #ddd; text-align: right }
td:first-child, th:first-child { text-align: left } .best { font-weight: bold } img { max-width: 100% }"""

LEGEND = """Bold is the best of the methods with the same pairs. After a number, "=": on the same pictures no different from ours
beyond a 95 % interval; ">": better than ours; "<": worse. ± is half of a 95 % interval over the pictures, s the deviation
between seeds. Feature distances are on the InceptionV3 of the npm package nsfwjs: not comparable with published ones."""


def write(whole):
    """Writes the page and the tables of all that `whole.out` holds; returns a line that says where they are."""
    found = Found(whole.out)
    if not found.cells:
        return f'{whole.out} holds no results.'
    budget = f'{whole.steps} steps' if whole.steps else f'{whole.minutes:g} minutes'
    said = {field: ', '.join(sorted({str(r[field]) for r in found.records if field in r})) for field in ('commit', 'machine', 'device')}
    dates = sorted(r['date'][:10] for r in found.records)
    about = (f'{whole.size} px, {budget} of ours, seconds of {"processor time" if whole.clock == "cpu" else "the clock"}. '
             f'{" to ".join(dict.fromkeys([dates[0], dates[-1]]))}, commit {said["commit"]}, on {said["machine"]}, {said["device"]}.')
    text, page = ['# What was found', '', about, '', LEGEND], [
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Evaluation</title><style>{STYLE}</style>',
        f'<h1>What was found</h1><p>{html.escape(about)}</p><p>{html.escape(LEGEND)}</p><ul>',
        ''.join(f'<li>{m.title}: {html.escape(m.explained)}; {"more" if m.better > 0 else "less"} is better</li>' for m in MEASURES), '</ul>']

    def section(level, title, table):
        text.extend(['', '#' * level + ' ' + title, '', _markdown(*table)])
        page.extend([f'<h{level}>{html.escape(title)}</h{level}>', _html(*table)])

    for task in found.tasks:
        page.append(f'<h2>{html.escape(task)}</h2>')
        text.extend(['', f'## {task}'])
        for pairs in found.pairs:
            table = _table(found, task, pairs)
            if table[1]:
                section(3, f'{task}, {pairs} pairs', table)
                for seed, picture in sheet.write(whole, found, task, pairs):
                    page.append(f'<p>Seed {seed}<br><img src="{urllib.parse.quote(picture)}" alt="contact sheet"></p>')
        if len(found.pairs) > 1:
            page.extend(plot.lines(m.title, {
                name: [(n, found.value((task, name, n), m)) for n in found.pairs if found.value((task, name, n), m) is not None]
                for name in found.methods if '+' not in name}) for m in found.columns())
    for pairs in found.pairs:
        table = _switches(found, pairs)
        if table[1]:
            section(2, f'Switches, {pairs} pairs: ratio to ours, above 1 is worse', table)
            page.append(plot.bars(table[0][1], [(row[0][0], float(row[1][0])) for row in table[1]]))
    with open(os.path.join(whole.out, 'results.md'), 'w', encoding='utf-8') as file:
        file.write('\n'.join(text) + '\n')
    with open(os.path.join(whole.out, 'index.html'), 'w', encoding='utf-8') as file:
        file.write('\n'.join(page) + '\n</html>\n')
    return f'See {os.path.join(whole.out, "index.html")}; the tables are in results.md beside it.'
