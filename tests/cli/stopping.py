# SPDX-License-Identifier: GPL-3.0-or-later
#
# A training that is stopped, at any moment, and gone on with.
import json
import os
import re
import signal
import subprocess
import time

from command import PROGRAM, QUICK, environment, fresh, make_pairs, ok, path, refused, run, test


@test
def stopped_at_any_moment():
    pairs, out = make_pairs('pairs'), path('stopped.safetensors')
    checkpoint = out + '.checkpoint'
    kept = 0
    for number, delay in (signal.SIGTERM, 0.0), (signal.SIGINT, 0.05), (signal.SIGTERM, 0.2), (signal.SIGINT, 0.5), \
                         (signal.SIGHUP, 1), (signal.SIGTERM, 2.5), (signal.SIGINT, 4):
        child = subprocess.Popen([PROGRAM, 'train', pairs, '-o', out, '--size', '64', '--steps', '100000', '--set', 'batch=2'],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
                                 stdin=subprocess.DEVNULL)
        if delay:
            child.stdout.readline()  # it catches signals before it says anything
        time.sleep(delay)
        child.send_signal(number)
        said, complaint = child.communicate(timeout=120)
        if delay == 0 and child.returncode == -number:
            continue  # it had not begun
        assert child.returncode == 1, (number, delay, child.returncode, complaint)
        assert 'stopped' in complaint, complaint
        if os.path.exists(checkpoint):
            kept += 1
            assert '--resume' in complaint or 'nothing was written' in complaint, complaint
    assert kept, 'no checkpoint was ever written'
    assert not os.path.exists(out)
    assert [name for name in os.listdir(path()) if name.startswith('.')] == []

    step = int(re.search(r'after (\d+) steps', complaint).group(1))
    result = run('train', pairs, '-o', out, '--size', '64', '--steps', step + 2, '--set', 'batch=2')
    assert 'Warning' in result.stderr and '--resume' in result.stderr, result.stderr


@test
def stopped_while_compiling():
    pairs, out, cache = make_pairs('pairs'), path('compiling.safetensors'), fresh('cache')
    child = subprocess.Popen([PROGRAM, 'train', pairs, '-o', out, *QUICK], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, env=environment(FEW_SHOT_EDIT_CACHE=cache), stdin=subprocess.DEVNULL)
    child.stdout.readline()
    time.sleep(1)
    child.send_signal(signal.SIGTERM)
    complaint = child.communicate(timeout=300)[1]
    assert child.returncode == 1 and 'stopped' in complaint, (child.returncode, complaint)


@test
def the_second_request_kills():
    child = subprocess.Popen([PROGRAM, 'train', make_pairs('pairs'), '-o', path('killed.safetensors'), '--size', '64', '--steps',
                              '100000'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
                             stdin=subprocess.DEVNULL)
    child.stdout.readline()
    for _ in range(100):
        if child.poll() is not None:
            break
        child.send_signal(signal.SIGINT)
        time.sleep(0.005)
    child.communicate(timeout=60)
    assert child.returncode == -signal.SIGINT, child.returncode
    assert not os.path.exists(path('killed.safetensors'))


@test
def stopped_and_resumed():
    pairs, out = make_pairs('pairs'), path('resumed.safetensors')
    args = ['train', pairs, '-o', out, '--size', '64', '--steps', '14', '--set', 'batch=2']
    refused(1, 'resume', *args, '--resume')
    child = subprocess.Popen([PROGRAM, *args, '--json'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=environment(), stdin=subprocess.DEVNULL)
    for line in child.stdout:
        if json.loads(line).get('step'):
            break
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=120)
    if child.returncode == 1:
        assert os.path.exists(out + '.checkpoint')
        ok(*args, '--resume')
    assert not os.path.exists(out + '.checkpoint')
    assert json.loads(ok('info', out, '--json').stdout)['steps'] == 14
