# SPDX-License-Identifier: GPL-3.0-or-later
#
# What is asked wrongly, the help and the manual.
import os
import re
import signal
import subprocess

from command import COMMANDS, MAN, PROGRAM, environment, make_pairs, ok, path, refused, run, test


# What is asked wrongly.

@test
def help_and_version():
    assert ok('--version').stdout.startswith('few-shot-edit ')
    for command in COMMANDS:
        assert command in ok('--help').stdout
        assert command in ok(command, '--help').stdout
    assert ok('help').stdout == ok('--help').stdout
    assert ok('help', 'apply').stdout == ok('apply', '--help').stdout
    refused(2, 'sing', 'help', 'sing')
    assert run().returncode == 2


@test
def wrong_usage():
    refused(2, 'sing', 'sing')
    for command in COMMANDS:
        refused(2, ['--loud', f'{command} --help'], command, '--loud')
    for command in 'train', 'apply', 'info', 'explain', 'sheet':
        refused(2, 'needed', command)
    refused(2, '-o MODEL', 'train', path())
    refused(2, 'not both', 'train', path(), '-o', 'm', '--steps', 1, '--minutes', 1)
    refused(2, 'give one', 'train', path(), '-o', 'm', '--resume', '--init', 'x')
    refused(2, 'one argument too many', 'devices', 'x')
    refused(2, '-o OUTPUT', 'apply', 'm', 'a.png')
    refused(2, '-o SHEET', 'sheet', path())
    for command, rest in ('train', [path()]), ('apply', ['m', 'a.png']), ('explain', ['m', 'a.png']), ('sheet', [path()]):
        refused(2, 'missing', command, *rest, '-o', '')


@test
def complaints_in_german():
    refused(1, 'Es gibt keine Datei', 'info', path('nowhere'), env={'LANGUAGE': 'de'})
    refused(2, 'sagt „few-shot-edit apply --help“', 'apply', env={'LANGUAGE': 'de'})


@test
def wrong_settings():
    refused(2, ['colour', 'pairing', 'frequency-loss'], 'train', path(), '-o', 'm', '--set', 'colour=blue')
    refused(2, ['flips', 'on|off'], 'train', path(), '-o', 'm', '--set', 'flips=maybe')
    refused(2, ['steps', '0..'], 'train', path(), '-o', 'm', '--steps', 'many')
    refused(2, ['size', 'multiple of 16'], 'train', path(), '-o', 'm', '--size', 100)
    refused(2, ['model-size', 'small|medium|large'], 'train', path(), '-o', 'm', '--model-size', 'huge')
    refused(2, 'seed', 'train', path(), '-o', 'm', '--seed', '-1')
    refused(2, 'pairs', 'train', path(), '-o', 'm', '--pairs', '-1')
    for option, value, word in ('--strength', 2, 'strength'), ('--strength', 'nan', 'strength'), ('--steps', 0, 'steps'), \
                               ('--references', 99, '1 to 8'), ('--detail', 2, 'detail'), ('--seed', -1, 'seed'):
        refused(2, word, 'apply', 'm', 'a.png', '-o', 'b.png', option, value)


@test
def quality():
    """It tells a plan that can be given as options, and keeps to what is given."""
    folder, out = make_pairs('plan'), path('plan.fewshot.safetensors')
    refused(2, ['great', 'quick, balanced, best'], 'train', folder, '-o', out, '--quality', 'great')
    refused(2, 'chooses the budget', 'train', folder, '-o', out, '--quality', 'quick', '--steps', 1)
    refused(2, 'instead of --quality', 'train', folder, '-o', out, '--quality', 'quick', '--resume')
    process = subprocess.Popen([PROGRAM, 'train', folder, '-o', out, '--quality', 'quick', '--size', '80', '--model-size', 'auto'],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith('step '):
            process.send_signal(signal.SIGINT)
            break
    process.communicate(timeout=120)
    told = re.search(r'Plan: --size 80 --model-size small --steps (\d+)00, about \d+:\d\d\n', ''.join(lines))
    assert told and int(told[1]) >= 1 and process.returncode == 1, lines


def options_of(text):
    return set(re.findall(r'(?<![\w-])(--[a-z][a-z-]*|-[a-z])(?![\w-])', text)) - {'-h', '--help'}


@test
def manual_and_help_agree():
    for command in [None] + COMMANDS:
        page = 'few-shot-edit' + ('-' + command if command else '') + '.1'
        with open(os.path.join(MAN, page), encoding='utf-8') as file:
            text = file.read().replace('\\-', '-').replace('\\f', ' \\f')
        told = ok(*([command] if command else []), '--help').stdout
        section = text.split('.SH OPTIONS')[1].split('.SH ')[0]
        tagged = ' '.join(lines.split('\n')[0] for lines in section.split('.TP\n')[1:])
        helped = told if command is None else told.split('Application Options:')[1].split('\n\n')[0]
        listed = ' '.join(line[:24] for line in helped.splitlines() if line.startswith('  -'))
        assert options_of(tagged) == options_of(listed), (page, options_of(tagged) ^ options_of(listed))
    with open(os.path.join(MAN, 'few-shot-edit-train.1'), encoding='utf-8') as file:
        page = file.read().replace('\\-', '-')
    settings = re.findall(r'^  ([a-z-]+) +\S.*\(\S.*\)$', ok('train', '--help').stdout.split('Settings for')[1], re.M)
    assert len(settings) > 10
    for name in settings:
        assert re.search(r'^\.BR .*\b' + name + r'\b', page, re.M), name + ' is not in few-shot-edit-train.1'
