#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses the Train dialogs that resumed.scm opens, and kills what run-killed-tests says.
  drive-killed.py first|second CHECKPOINT PATTERN-OF-THE-PLUG-IN"""
import os
import signal
import subprocess
import sys

from atspi import TRAIN, press, says, until

part, checkpoint, plugin = sys.argv[1:]


def steps():
    return says(TRAIN, 'Error: [0-9]')


def processes(pattern):
    return [int(pid) for pid in subprocess.run(['pgrep', '-f', pattern], capture_output=True, text=True).stdout.split()]


def kill_plugin():
    for pid in processes(plugin):
        os.kill(pid, signal.SIGKILL)


if part == 'first':
    press(TRAIN, 'Train')
    until('the training makes steps', steps)
else:
    press(TRAIN, 'Resume')
    until('the training makes steps', steps)
    before = os.stat(checkpoint).st_mtime_ns
    press(TRAIN, 'Pause')
    until('a checkpoint is written', lambda: os.stat(checkpoint).st_mtime_ns != before)
    until('it is whole', lambda: not [n for n in os.listdir(os.path.dirname(checkpoint)) if n.startswith('.')])
    kill_plugin()
    press(TRAIN, 'Resume')
    until('the training makes steps', steps)
    press(TRAIN, 'Stop and Keep')
    press(TRAIN, 'Close')
