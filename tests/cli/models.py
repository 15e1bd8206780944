# SPDX-License-Identifier: GPL-3.0-or-later
#
# The model file, and what explains a result.
import json
import os
import shutil

import pictures
from command import QUICK, content, fresh, make_pairs, model, ok, path, picture, put, refused, test


# The model file.

@test
def info_tells():
    text = ok('info', model()).stdout
    assert 'n-to-n' in text and '2 steps' in text, text
    told = json.loads(ok('info', model(), '--json').stdout)
    assert told['pairs'] == 3 and told['steps'] == 2 and told['settings']['size'] == 64, told
    assert told['held_out'] == 0 and told['validation'] is None and 'Validation' not in text
    out = path('held.fewshot.safetensors')
    done = ok('train', make_pairs('held', 3), '-o', out, *QUICK, '--set', 'validation=1').stdout
    assert 'held-out pairs it scores' in done, done
    assert 'on 1 held-out pair (' in ok('info', out).stdout
    told = json.loads(ok('info', out, '--json').stdout)
    assert told['held_out'] == 1 and told['validation'] > 0 and told['best_step'] == 2 and told['pairs'] == 3, told
    refused(2, 'none of 3 pairs', 'train', path('held'), '-o', out, *QUICK, '--set', 'validation=3')


@test
def the_edit_in_words():
    out = path('words.safetensors')
    ok('train', make_pairs('pairs'), '-o', out, *QUICK, '--instruction', 'make it dawn — “slowly”', '--inverse', 'make it dusk')
    text = ok('info', out).stdout
    assert 'make it dawn — “slowly”' in text and 'make it dusk' in text, text
    told = json.loads(ok('info', out, '--json').stdout)
    assert told['instruction'] == 'make it dawn — “slowly”' and told['inverse'] == 'make it dusk', told
    assert json.loads(ok('info', model(), '--json').stdout)['instruction'] == ''


@test
def bad_models():
    whole = content(model())
    for command in (['info'], ['apply']):
        def bad(words, name, command=command):
            rest = [picture(), '-o', path('o.png')] if command == ['apply'] else []
            refused(1, words, *command, name, *rest)
        bad('no file', path('nothing.safetensors'))
        bad('folder', path())
        bad(['empty', 'nil'], put(path('nil.safetensors'), b''))
        bad('cut', put(path('cut.safetensors'), whole[:len(whole) // 2]))
        bad('cut', put(path('cut.safetensors'), whole[:300]))
        bad('text.safetensors', put(path('text.safetensors'), b'This is a text, and a long one.'))
        bad('picture.png', picture())
        for age, number in ('newer', b'9'), ('older', b'1'):
            other = whole.replace(b'"format":"2"', b'"format":"%s"' % number, 1)
            assert other != whole
            bad(age, put(path(age + '.safetensors'), other))
        other = b'{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
        bad('other.safetensors', put(path('other.safetensors'), len(other).to_bytes(8, 'little') + other + b'x'))
    assert not os.path.exists(path('o.png'))


# The explanation.

@test
def explains():
    out = path('why.png')
    ok('explain', model(), picture(), '-o', out, '--cell', '64')
    width, height, bits, colour, rows = pictures.read(out)
    assert (width, colour) == (8 + 8 * 72, 2), (width, height, colour)
    # two rows of panels: seven above, and below as many and the key
    for top, columns in (0, 7), (height // 2, 8):
        for column in range(columns):
            left = 8 + column * 72
            panel = [row[3 * left:3 * (left + 64)] for row in rows[top + 60:top + height // 2 - 16]]
            assert any(value < 250 for line in panel for value in line), (top, column)
    repaint = path('repaint.fewshot.safetensors')
    ok('train', make_pairs('repaint', 2), '-o', repaint, *QUICK, '--set', 'explicit-change=off', '--set', 'pairing=one-to-one')
    ok('explain', repaint, picture(), '-o', out)
    ok('explain', model(), picture(), '-o', out, '--reference', '2')
    refused(2, 'no pair 3', 'explain', model(), picture(), '-o', out, '--reference', '4')
    refused(2, 'one picture', 'explain', model(), '-o', out)
    refused(2, '-o SHEET', 'explain', model(), picture())
    refused(2, 'ending', 'explain', model(), picture(), '-o', path('why.txt'))
    refused(1, 'not a usable model', 'explain', picture(), picture(), '-o', out)


# The sheet.

@test
def sheets():
    folder, out = fresh('sheet'), path('sheet.png')
    for i in range(3):
        for kind, pixel in ('before', pictures.scene(i)), ('after', pictures.warmer(pictures.scene(i))):
            pictures.write(os.path.join(folder, f'{i}_{kind}.png'), 40, 30, pixel)
        shutil.copy(os.path.join(folder, f'{i}_{"after" if i else "before"}.png'), os.path.join(folder, f'{i}_result.png'))
    told = ok('sheet', folder, '-o', out, '--cell', 64).stdout
    lines = {line.split()[0]: line.split() for line in told.splitlines() if line.strip()}
    assert lines['0'][3] == '1.000' and lines['1'][3] == '0.000' and 0 < float(lines['mean'][3]) < 1, told
    assert pictures.read(out)[0] == 3 * 64 + 4 * 8
    ok('sheet', folder, '-o', out, '--max', 1)
    refused(1, 'exist', 'sheet', path('nowhere'), '-o', out)
    refused(1, '_result', 'sheet', fresh('empty'), '-o', out)
