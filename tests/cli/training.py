# SPDX-License-Identifier: GPL-3.0-or-later
#
# Pairs, settings, devices and the model's place; what a training tells, and that it repeats itself.
import json
import os
import pty
import re
import shutil
import subprocess

import pictures
from command import (PROGRAM, QUICK, content, environment, fresh, make_pairs, model, ok, path, picture, put,
                     refused, test)


# Pairs that cannot be learned from.

@test
def bad_pairs():
    out = path('never.fewshot.safetensors')
    refused(1, ['no folder', 'nowhere'], 'train', path('nowhere'), '-o', out, *QUICK)
    refused(1, 'holds no pairs', 'train', fresh('empty'), '-o', out, *QUICK)
    folder = make_pairs('bad', 2)
    after = os.path.join(folder, 'after', '1.png')
    os.remove(after)
    refused(1, ['before/1.png', 'no after'], 'train', folder, '-o', out, *QUICK)
    put(after, b'')
    refused(1, ['after/1.png', 'empty'], 'train', folder, '-o', out, *QUICK)
    put(after, b'a text')
    refused(1, ['after/1.png', 'not a picture'], 'train', folder, '-o', out, *QUICK)
    good = content(os.path.join(folder, 'before', '1.png'))
    put(after, good[:len(good) // 2])
    refused(1, ['after/1.png', 'damaged'], 'train', folder, '-o', out, *QUICK)
    pictures.write(after, 64, 72, pictures.scene(1))
    refused(1, ['72 x 64', '64 x 72'], 'train', folder, '-o', out, *QUICK)
    for i in '0', '1':
        shutil.copy(os.path.join(folder, 'before', i + '.png'), os.path.join(folder, 'after', i + '.png'))
    refused(1, 'identical', 'train', folder, '-o', out, *QUICK)
    assert not os.path.exists(out)


@test
def one_pair_warns():
    result = ok('train', make_pairs('single', 1), '-o', path('single.safetensors'), *QUICK)
    assert 'Warning: There is only one pair' in result.stderr, result.stderr


@test
def indexed_and_gray_pairs():
    folder = make_pairs('kinds', 2)
    pictures.palette(os.path.join(folder, 'before', '0.png'), 72, 64)
    pictures.write(os.path.join(folder, 'before', '1.png'), 72, 64, lambda x, y: (x * 900, ), 16, 0)
    ok('train', folder, '-o', path('kinds.safetensors'), *QUICK)


# Where the model goes.

@test
def bad_output():
    pairs = make_pairs('pairs')
    refused(1, 'folder does not exist', 'train', pairs, '-o', path('no/where/m.safetensors'), *QUICK)
    refused(1, 'is a folder', 'train', pairs, '-o', pairs, *QUICK)
    precious = put(path('precious.txt'), b'not a model')
    refused(1, 'not a model', 'train', pairs, '-o', precious, *QUICK)
    assert content(precious) == b'not a model'
    if os.geteuid() != 0:
        os.mkdir(path('locked'), 0o555)
        refused(1, 'may not write', 'train', pairs, '-o', path('locked/m.safetensors'), *QUICK)


@test
def disk_full_keeps_the_model():
    before, files = content(model()), sorted(os.listdir(path()))
    refused(1, 'full', 'train', path('pairs'), '-o', model(), *QUICK, full=4 << 20)
    assert content(model()) == before
    assert sorted(os.listdir(path())) == files


# Training itself.

@test
def progress_when_piped():
    result = ok('train', make_pairs('pairs'), '-o', path('piped.safetensors'), *QUICK)
    assert '\r' not in result.stdout and '\033' not in result.stdout
    assert re.search(r'Trained 2 steps', result.stdout) and 'piped.safetensors' in result.stdout, result.stdout


@test
def progress_as_json():
    result = ok('train', make_pairs('pairs'), '-o', path('json.safetensors'), *QUICK, '--json')
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert events[0]['event'] == 'progress' and events[-1]['event'] == 'done', events
    assert events[-1]['steps'] == 2 and events[-1]['model'].endswith('json.safetensors')
    result = refused(1, 'no folder', 'train', path('nowhere'), '-o', path('x.safetensors'), '--json')
    assert json.loads(result.stdout)['event'] == 'error'


@test
def progress_on_a_terminal():
    master, slave = pty.openpty()
    child = subprocess.Popen([PROGRAM, 'train', make_pairs('pairs'), '-o', path('pty.safetensors'), '--size', '64',
                              '--steps', '8', '--set', 'batch=2'], stdout=slave, stderr=slave, stdin=subprocess.DEVNULL,
                             env=environment(TERM='xterm'))
    os.close(slave)
    seen = b''
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
    assert child.wait() == 0, seen
    assert b'\rstep ' in seen and b'error' in seen and b'left' in seen, seen


@test
def devices_and_their_names():
    listed = json.loads(ok('devices', '--json').stdout)
    assert listed and any(device['usable'] for device in listed), listed
    text = ok('devices').stdout
    assert listed[0]['name'] in text
    assert all(device['matrices'] for device in listed if device['usable'])
    assert listed[0]['matrices'] in text
    refused(1, ['abacus', 'devices'], 'train', make_pairs('pairs'), '-o', path('m.safetensors'), *QUICK, '--device', 'abacus')
    refused(1, ['abacus', 'devices'], 'apply', model(), picture(), '-o', path('o.png'), '--device', 'abacus')


@test
def no_device():
    none = dict(OCL_ICD_VENDORS='/nowhere', OPENCL_VENDOR_PATH='/nowhere')
    refused(1, ['No OpenCL device', 'pocl-opencl-icd'], 'devices', env=none)
    refused(1, ['No OpenCL device', 'pocl-opencl-icd'], 'train', make_pairs('pairs'), '-o', path('m.safetensors'), *QUICK,
            env=none)
    refused(1, ['No OpenCL device', 'pocl-opencl-icd'], 'apply', model(), picture(), '-o', path('o.png'), env=none)
    ok('info', model(), env=none)


@test
def out_of_memory():
    refused(1, ['20 MB', 'smaller size'], 'train', make_pairs('pairs'), '-o', path('m.safetensors'), '--size', 128, '--steps', 2,
            env=dict(FEW_SHOT_EDIT_MEMORY_LIMIT='20'))


def numbers(model_file):
    """All weights of a model file, without the header, which holds a date."""
    data = content(model_file)
    return data[8 + int.from_bytes(data[:8], 'little'):]


@test
def one_seed_is_one_result_however_many_threads():
    pairs, source = make_pairs('pairs'), path('pairs', 'before', '0.png')
    models, pictures_made = [], []
    for number, (threads, seed) in enumerate([('1', 5), ('2', 5), ('2', 5), ('2', 6)]):
        env = {'POCL_MAX_PTHREAD_COUNT': threads}
        name, edited = path(f'seed{number}.safetensors'), path(f'seed{number}.png')
        ok('train', pairs, '-o', name, *QUICK, '--seed', str(seed), env=env)
        ok('apply', path('seed0.safetensors'), source, '-o', edited, env=env)
        models.append(numbers(name))
        pictures_made.append(content(edited))
    assert models[0] == models[1], 'one thread and two give other weights'
    assert models[1] == models[2], 'a second run gives other weights'
    assert models[2] != models[3], 'another seed gives the same weights'
    assert pictures_made[0] == pictures_made[1] == pictures_made[2], 'a second run gives another picture'


@test
def started_from_another():
    ok('train', make_pairs('pairs'), '-o', path('init.safetensors'), *QUICK, '--init', model())
    refused(1, 'no file', 'train', path('pairs'), '-o', path('init.safetensors'), *QUICK, '--init', path('nothing'))
