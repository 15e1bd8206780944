# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets: test pictures down, methods across."""
import os

from PIL import Image, ImageDraw

ROWS = 8
LEAST_SIDE = 96
HEAD = 18
GAP = 2
# So many columns at most: what is more goes on below.
COLUMNS = 10


def _sheet(columns, names, side):
    """Columns [(title, {name: path})] of pictures that are enlarged to `side`."""
    width, height = len(columns) * (side + GAP), HEAD + len(names) * (side + GAP)
    out = Image.new('RGB', (width, height), 'white')
    draw = ImageDraw.Draw(out)
    for x, (title, paths) in enumerate(columns):
        draw.text((x * (side + GAP) + 2, 3), title[:side // 6], fill='black')
        for y, name in enumerate(names):
            picture = Image.open(paths(name)).convert('RGB').resize((side, side), Image.BICUBIC)
            out.paste(picture, (x * (side + GAP), HEAD + y * (side + GAP)))
    return out


def write(whole, found, task, pairs):
    """Writes OUT/sheets/TASK-PAIRS-SEED-N.png; returns [(seed, path from OUT)]."""
    data = whole.folder_of(task, 'test')
    # Spread over the test pictures, always the same ones.
    names = whole.names(data)
    names = names[::max(1, len(names) // ROWS)][:ROWS]
    side = max(LEAST_SIDE, whole.size)
    written = []
    for seed in sorted({record['seed'] for key, cell in found.cells.items() if key[0] == task and key[2] == pairs for record, _ in cell}):
        columns = []
        for method in found.methods:
            pictures = os.path.join(whole.out, 'cells', task, method, f'{pairs}-{seed}', 'pictures')
            if method != 'copy' and os.path.exists(os.path.join(os.path.dirname(pictures), 'record.json')):
                columns.append((method.removeprefix('ours+'), lambda name, d=pictures: os.path.join(d, name + '.png')))
        ends = [[(tag, lambda name, t=tag: os.path.join(data, f'{name}_{t}.png'))] for tag in ('before', 'after')]
        for part, start in enumerate(range(0, len(columns), COLUMNS)):
            path = os.path.join('sheets', f'{task}-{pairs}-{seed}-{part}.png')
            os.makedirs(os.path.join(whole.out, 'sheets'), exist_ok=True)
            _sheet(ends[0] + columns[start:start + COLUMNS] + ends[1], names, side).save(os.path.join(whole.out, path))
            written.append((seed, path))
    return written
