# SPDX-License-Identifier: GPL-3.0-or-later
#
# The command as the tests call it, and what they call it with.
import os
import resource
import shutil
import signal
import subprocess
import sys

import pictures

PROGRAM, MAN = sys.argv[1], sys.argv[2]
QUICK = ['--size', '64', '--steps', '2', '--set', 'batch=2']
COMMANDS = ['train', 'apply', 'info', 'devices', 'explain', 'sheet']
here = None   # the folder of all tests
tests = []


def test(function):
    tests.append(function)
    return function


def environment(**extra):
    env = {**os.environ, 'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'en', **extra}
    env.pop('FEW_SHOT_EDIT_DEVICE', None)
    return env


def limit_files(size):
    """What a full disk is to a program, for files past this size."""
    def set_limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return set_limit


def run(*args, env=None, full=None):
    return subprocess.run([PROGRAM, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, env=environment(**(env or {})), timeout=300,
                          preexec_fn=limit_files(full) if full else None)


def ok(*args, **more):
    result = run(*args, **more)
    assert result.returncode == 0, f'{args}: exit {result.returncode}\n{result.stdout}{result.stderr}'
    return result


def refused(code, words, *args, **more):
    """One sentence, the right exit code, and each of the words in it."""
    result = run(*args, **more)
    assert result.returncode == code, f'{args}: exit {result.returncode}, not {code}\n{result.stdout}{result.stderr}'
    lines = [line for line in result.stderr.splitlines() if not line.startswith('few-shot-edit: Warning: ')]
    assert lines and lines[0].startswith('few-shot-edit: '), result.stderr
    for word in [words] if isinstance(words, str) else words:
        assert word in result.stderr, f'{args}: “{word}” is not in: {result.stderr}'
    assert 'CRITICAL' not in result.stderr and 'WARNING' not in result.stderr, result.stderr
    return result


def path(*names):
    return os.path.join(here, *names)


def fresh(name):
    folder = path(name)
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    return folder


def content(name):
    with open(name, 'rb') as file:
        return file.read()


def put(name, data):
    with open(name, 'wb') as file:
        file.write(data)
    return name


def make_pairs(name, n=3):
    folder = fresh(name)
    for side in 'before', 'after':
        os.mkdir(os.path.join(folder, side))
    for i in range(n):
        scene = pictures.scene(i)
        pictures.write(os.path.join(folder, 'before', f'{i}.png'), 72, 64, scene)
        pictures.write(os.path.join(folder, 'after', f'{i}.png'), 72, 64, pictures.warmer(scene))
    return folder


def model():
    """A model trained for two steps, made once."""
    name = path('model.fewshot.safetensors')
    if not os.path.exists(name):
        ok('train', make_pairs('pairs'), '-o', name, *QUICK)
    return name


def picture(name='picture.png', seed=7, bits=8, colour=2, width=80, height=70):
    scene = pictures.scene(seed)

    def pixel(x, y):
        values = scene(x, y) if colour in (2, 6) else scene(x, y)[:1]
        values += (255 - x,) if colour in (4, 6) else ()
        return tuple(v * 257 - (v > 0) for v in values) if bits == 16 else values
    pictures.write(path(name), width, height, pixel, bits, colour)
    return path(name)
