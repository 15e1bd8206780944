#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses the plug-in's dialogs as a screen reader does: by names, through AT-SPI."""
import sys
import time

import pyatspi


def walk(accessible):
    yield accessible
    for child in accessible:
        if child is not None:
            yield from walk(child)


def label_of(accessible):
    """Its own name, or its label's."""
    for relation in accessible.getRelationSet():
        if relation.getRelationType() == pyatspi.RELATION_LABELLED_BY:
            return relation.getTarget(0).name
    return accessible.name


def wait(window, role, name, timeout=200):
    """The control of that name in our window of that title, once it can be used."""
    end = time.time() + timeout
    while time.time() < end:
        try:
            for application in pyatspi.Registry.getDesktop(0):
                if application is None or application.name != 'few-shot-edit':
                    continue
                for top in application:
                    if top is None or top.name != window:
                        continue
                    for found in walk(top):
                        if (found.getRoleName() == role and label_of(found) == name
                                and found.getState().contains(pyatspi.STATE_SENSITIVE)
                                and found.getState().contains(pyatspi.STATE_SHOWING)):
                            return found
        except Exception:  # the tree changed while it was walked
            pass
        time.sleep(0.05)
    sys.exit(f'waited in vain for the {role} “{name}” in “{window}”')


def press(window, name):
    wait(window, 'push button', name).queryAction().doAction(0)


train, apply = 'Few-shot Edit: Train', 'Few-shot Edit: Apply'
# An Apply dialog differs from the one before it, which may still be there, by its strength.
def strength():
    try:
        return wait(apply, 'slider', 'Strength:').queryValue().currentValue
    except Exception:  # it went while it was asked
        return None


def wait_for_strength(percent):
    while strength() != percent:
        time.sleep(0.1)


wait(train, 'text', 'Name of the edit:')
press(train, 'Train')
press(train, 'Apply Now…')
wait_for_strength(100)
press(apply, 'Apply')
wait_for_strength(90)
press(apply, 'Apply')
wait_for_strength(50)
press(apply, 'Cancel')
