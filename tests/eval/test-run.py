#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluation from end to end on pictures of its own, with a small feature net made up here.

    test-run.py FEW-SHOT-EDIT
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import torch
    from PIL import Image
except ImportError as missing:
    print(f'1..0 # SKIP {missing}')
    sys.exit(0)
import featurenet
import grid
import methods

HERE = os.path.dirname(os.path.abspath(__file__))
SIZE = 64
LEARN, TRY = 6, 5
FONT = '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf'
random = np.random.default_rng(1)
rows = []


def row(name, good):
    rows.append(bool(good))
    print(f"{'ok' if good else 'not ok'} {len(rows)} - {name}", flush=True)


def write_pairs(folder, count, edit):
    os.makedirs(folder)
    for i in range(count):
        small = Image.fromarray(np.uint8(random.integers(0, 256, (5, 5, 3))))
        before = np.asarray(small.resize((2 * SIZE, 2 * SIZE), Image.BICUBIC))
        for tag, picture in (('before', before), ('after', edit(before))):
            Image.fromarray(picture).save(os.path.join(folder, f'{i:03}_{tag}.png'))


def darken(picture):
    return np.uint8(picture // 2)


def darken_below(picture):
    out = picture.copy()
    out[SIZE:] //= 2
    return out


def write_net(folder):
    """A net of every kind of layer that the real one has, as the package writes it; returns its layers and weights."""
    def layer(kind, name, inputs, **config):
        return dict(class_name=kind, config=dict(name=name, **config), inbound_nodes=[[[i, 0, 0, {}] for i in inputs]] if inputs else [])
    layers = [
        layer('InputLayer', 'input_1', []),
        layer('Conv2D', 'conv2d_1', ['input_1'], strides=[2, 2], padding='valid'),
        layer('BatchNormalization', 'batch_1', ['conv2d_1'], epsilon=0.001, scale=False),
        layer('Activation', 'activation_3', ['batch_1'], activation='relu'),
        layer('Conv2D', 'conv2d_2', ['activation_3'], strides=[1, 1], padding='same'),
        layer('Activation', 'activation_5', ['conv2d_2'], activation='relu'),
        layer('MaxPooling2D', 'pool_1', ['activation_5'], pool_size=[3, 3], strides=[2, 2], padding='valid'),
        layer('AveragePooling2D', 'pool_2', ['pool_1'], pool_size=[3, 3], strides=[1, 1], padding='same'),
        layer('Concatenate', 'mixed2', ['pool_1', 'pool_2'], axis=3),
        layer('Activation', 'mixed7', ['mixed2'], activation='relu'),
        layer('AveragePooling2D', 'last', ['mixed7'], pool_size=[8, 8], strides=[8, 8], padding='valid'),
    ]
    weights, entries, data = {}, [], b''
    for name, shape in (('conv2d_1/kernel', [3, 3, 3, 8]), ('batch_1/moving_mean', [8]), ('batch_1/moving_variance', [8]),
                        ('batch_1/beta', [8]), ('conv2d_2/kernel', [1, 3, 8, 12])):
        codes = random.integers(0, 256, shape).astype(np.uint8)
        least, scale = (0.5, 0.01) if name.endswith('variance') else (-0.5, 0.004)
        weights[name] = codes * scale + least
        data += codes.tobytes()
        entries.append(dict(name=name, shape=shape, dtype='float32', quantization=dict(min=least, scale=scale, dtype='uint8')))
    os.makedirs(folder)
    half = len(data) // 2 // 3 * 3
    for number, part in enumerate((data[:half], data[half:]), 1):
        with open(os.path.join(folder, f'part{number}.min.js'), 'w', encoding='ascii') as file:
            file.write(f'!function(a){{a.exports="{base64.b64encode(part).decode()}"}}(this);')
    model = dict(modelTopology=dict(model_config=dict(config=dict(layers=layers))),
                 weightsManifest=[dict(paths=['part1', 'part2'], weights=entries)])
    # As a minifier writes it: names bare, true and false short, no nought before the point.
    text = re.sub(r'"([A-Za-z_]\w*)": ?', r'\1:', json.dumps(model, separators=(',', ':')))
    text = text.replace(':false', ':!1').replace(':true', ':!0').replace(':-0.', ':-.').replace(':0.', ':.')
    with open(os.path.join(folder, 'model.min.js'), 'w', encoding='utf-8') as file:
        file.write('!function(a){a.exports=' + text + '}(this);')
    return weights


def naive_first_layer(picture, weights, y, x):
    """One place of activation_3 by the formula."""
    big = torch.nn.functional.interpolate(torch.from_numpy(picture.transpose(2, 0, 1)[None]).float(), (featurenet.SIDE,) * 2,
                                          mode='bilinear', align_corners=False)[0].permute(1, 2, 0).double().numpy()
    field = big[2 * y:2 * y + 3, 2 * x:2 * x + 3]
    value = (field[..., None] * weights['conv2d_1/kernel']).sum((0, 1, 2))
    value = (value - weights['batch_1/moving_mean']) / np.sqrt(weights['batch_1/moving_variance'] + 0.001) + weights['batch_1/beta']
    value = np.maximum(value, 0)
    return value / np.linalg.norm(value)


def main(tool):
    print('TAP version 13')
    with tempfile.TemporaryDirectory() as place:
        data, out, net = (os.path.join(place, name) for name in ('data', 'out', 'net'))
        for task, edit in (('dark', darken), ('half', darken_below)):
            write_pairs(os.path.join(data, task, 'train'), LEARN, edit)
            write_pairs(os.path.join(data, task, 'test'), TRY, edit)
        weights = write_net(os.path.join(net, featurenet.FILES))

        picture = random.random((SIZE, SIZE, 3))
        features, maps = featurenet.load(net)(picture)
        row('the feature net is read as it was written',
            np.allclose(maps[0][:, 5, 7], naive_first_layer(picture, weights, 5, 7), atol=1e-4) and features.shape == (24,))
        row('a picture is no distance from itself', featurenet.distance(maps, maps) == 0)

        def run(*more, net=net):
            environment = {k: v for k, v in os.environ.items() if k != 'FEW_SHOT_EDIT_FEATURE_NET'}
            return subprocess.run([sys.executable, '-B', os.path.join(HERE, 'run'), data, out, '--size', str(SIZE), '--tool', tool,
                                   '--steps', '2', '--pairs', '4', *more, *(['--feature-net', net] if net else [])],
                                  capture_output=True, text=True, check=False, env=environment)

        def read(task, method, name, cell='4-0'):
            return grid.read_json(os.path.join(out, 'cells', task, method, cell, name))

        said = run('--methods', 'copy,lut,nearest,nearest-change', net=None)
        row('it runs without a feature net, and says how to get one', said.returncode == 0 and 'npm pack nsfwjs' in said.stdout)
        copied, fitted = (read('dark', method, 'scores.json')['pictures'] for method in ('copy', 'lut'))
        row('copying does nothing, as measured', copied['l1'] == copied['copy'] and 'kid' not in read('dark', 'copy', 'scores.json'))
        row('a table learns an edit of colours', sum(fitted['l1']) < 0.05 * sum(fitted['copy']))
        half = {method: read('half', method, 'scores.json')['pictures']['outside'] for method in ('copy', 'lut')}
        row('but changes what the edit leaves alone', max(half['copy']) == 0 and min(half['lut']) > 0.02)

        before = os.stat(os.path.join(out, 'cells', 'dark', 'lut', '4-0', 'record.json')).st_mtime_ns
        said = run('--methods', 'copy,lut,ours,ours@2,ours+flips=on,pix2pix', '--tasks', 'dark')
        row('a second run adds to the first', said.returncode == 0)
        row('and does nothing again', os.stat(os.path.join(out, 'cells', 'dark', 'lut', '4-0', 'record.json')).st_mtime_ns == before)
        scores = read('dark', 'lut', 'scores.json')
        row('features are scored when the net is there', scores['alignment'] > 0.9 and scores['kid'][1] >= 0 and
            abs(scores['kid'][0]) < abs(read('dark', 'copy', 'scores.json')['kid'][0]))
        ours, again, rival = (read('dark', method, 'record.json') for method in ('ours', 'ours@2', 'pix2pix'))
        row('ours trains the steps that it was given', ours['steps'] == 2 and ours['device'] and ours['train_clock'] > 0)
        row('more sampler steps use the same model', again['train_clock'] == ours['train_clock'] and
            not os.path.exists(os.path.join(out, 'cells', 'dark', 'ours@2', '4-0', 'train.log')))
        row('pix2pix has the time that ours took', ours['train_clock'] <= rival['train_clock'] < 3 * ours['train_clock'] + 5)
        with open(os.path.join(out, 'index.html'), encoding='utf-8') as file:
            page = file.read()
        pictures = re.findall(r'src="([^"]+)"', page)
        row('the page shows every method, and its pictures are there', all(f'<td class="">{m}</td>' in page for m in (
            'ours', 'ours@2', 'pix2pix', 'nearest-change')) and pictures and all(os.path.exists(os.path.join(out, p)) for p in pictures))
        row('and how much each switch harms', 'flips=on' in page and page.count('<svg') >= 1)
        eyes = os.path.join(place, 'eye-colour')
        if os.path.exists(FONT):
            subprocess.run([os.path.join(HERE, 'make-eye-colour'), place], check=True, stdout=subprocess.DEVNULL)
            learn, tried = ([grid.Grid.read(os.path.join(eyes, part), tag, 128).astype(int) for tag in ('before', 'after')]
                            for part in ('train', 'test'))
            touched = [(np.abs(after - before).max(axis=3) > 8).mean(axis=(1, 2)) for before, after in (learn, tried)]
            row('eye colours are 50 and 50 pairs, whose edit is small but there', [len(t) for t in touched] == [50, 50] and
                0.004 < min(t.min() for t in touched) and max(t.max() for t in touched) < 0.06)
            row('and nothing tried is among what is learnt from',
                min(np.abs(learn[0] - picture).mean(axis=(1, 2, 3)).min() for picture in tried[0]) > 1)
        else:
            row('eye colours # SKIP fonts-noto-color-emoji is not installed', True)
        said = subprocess.run([tool, 'train', '--help'], capture_output=True, text=True, check=True).stdout
        row('every switch that is tried the other way is a setting of the tool',
            all(re.search(rf'^  {switch.partition("=")[0]} ', said, re.M) for switch in methods.SWITCHES))
        said = run('--methods', 'nearest', '--tasks', 'dark~1')
        drawn, usual = (grid.Grid.read(os.path.join(out, 'data', task, 'train'), 'before', SIZE) for task in ('dark~1', 'dark'))
        row('a draw has the same pairs in another order', said.returncode == 0 and not (drawn == usual).all() and
            sorted(p.tobytes() for p in drawn) == sorted(p.tobytes() for p in usual))
        row('a draw has a number', 'as in dark~1' in run('--tasks', 'dark~x').stderr)
        row('another size wants another folder', 'give another folder' in run('--size', '128', '--methods', 'copy').stderr)
        row('an unknown method is named', "no method 'oursss'" in run('--methods', 'oursss').stderr)
        row('an unknown task is named', "no task 'darkk'" in run('--tasks', 'darkk').stderr)
    print(f'1..{len(rows)}')
    return not all(rows)


if __name__ == '__main__':
    sys.exit(main(os.path.abspath(sys.argv[1])))
