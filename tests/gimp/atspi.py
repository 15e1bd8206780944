# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses the plug-in's dialogs as a screen reader does: by names, through AT-SPI."""
import re
import sys
import time

import pyatspi

TRAIN, APPLY = 'Few-shot Edit: Train', 'Few-shot Edit: Apply'
clicks = 0


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


def tops(window):
    """Our windows of that title: one that closes may still be there."""
    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and application.name == 'few-shot-edit':
            yield from (top for top in application if top is not None and top.name == window)


def find(window, role, name):
    """The control of that name in our window of that title that can be used now, or None."""
    for top in tops(window):
        for found in walk(top):
            if (found.getRoleName() == role and label_of(found) == name
                    and found.getState().contains(pyatspi.STATE_SENSITIVE)
                    and found.getState().contains(pyatspi.STATE_SHOWING)):
                return found
    return None


def says(window, pattern):
    """Whether something that begins so is to be read there."""
    return any(found.getState().contains(pyatspi.STATE_SHOWING) and re.match(pattern, found.name or '')
               for top in tops(window) for found in walk(top))


def nameless(window):
    """The controls there that could be focused and say nothing of themselves."""
    return [found.getRoleName() for top in tops(window) for found in walk(top)
            if found.getState().contains(pyatspi.STATE_FOCUSABLE) and found.getState().contains(pyatspi.STATE_VISIBLE)
            and found.getRole() not in (pyatspi.ROLE_DIALOG, pyatspi.ROLE_FRAME) and not label_of(found)]


def until(what, condition, timeout=120):
    """What the condition gives, once that is something."""
    end = time.time() + timeout
    while time.time() < end:
        try:
            found = condition()
            if found:
                return found
        except Exception:  # the tree changed while it was walked
            pass
        time.sleep(0.05)
    sys.exit(f'waited in vain until {what}')


def wait(window, role, name):
    return until(f'there is the {role} “{name}” in “{window}”', lambda: find(window, role, name))


def press(window, name):
    global clicks
    clicks += 1
    wait(window, 'push button', name).queryAction().doAction(0)
