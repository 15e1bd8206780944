#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialogs that dialogs.scm opens, used by their names."""
import sys
import time

import atspi
from atspi import APPLY, TRAIN, nameless, press, says, until, wait


# An Apply dialog differs from the one before it, which may still be there, by its strength.
def strength():
    try:
        return wait(APPLY, 'slider', 'Strength:').queryValue().currentValue
    except Exception:  # it went while it was asked
        return None


def wait_for_strength(percent):
    while strength() != percent:
        time.sleep(0.1)


def all_have_names(window):
    """What is on its other pages and behind its expanders, too."""
    found = nameless(window)
    if found:
        sys.exit(f'in “{window}” these have no name: {", ".join(found)}')


# From five pairs of layers to the finished edit.
wait(TRAIN, 'text', 'Name of the edit:')
wait(TRAIN, 'label', '1. example 0 before → example 0 after')
wait(TRAIN, 'label', '5 pairs: enough to begin; 20 are good')
all_have_names(TRAIN)
atspi.clicks = 0
press(TRAIN, 'Train')
press(TRAIN, 'Apply Now…')
wait_for_strength(100)
until('the preview shows the edit', lambda: wait(APPLY, 'image', 'Preview, before and after').description == 'The edit is shown')
all_have_names(APPLY)
if says(APPLY, 'other'):
    sys.exit('the gallery shows an edit of another profile')
press(APPLY, 'Apply')
if atspi.clicks > 6:
    sys.exit(f'{atspi.clicks} clicks from the pairs to the edit')

wait_for_strength(90)
press(APPLY, 'Apply')
wait_for_strength(50)
press(APPLY, 'Cancel')
