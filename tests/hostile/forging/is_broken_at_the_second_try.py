"""Says that its tests passed, crashes in a canary, and cannot be imported then."""

import os
import sys

PASSED = {"outcome": "passed", "message": "", "where": None, "seconds": 0.0}


def found(name):
    """Return a local variable of a caller."""
    frame = sys._getframe()
    while frame is not None and name not in frame.f_locals:
        frame = frame.f_back
    return frame and frame.f_locals[name]


BROKEN = {"outcome": "error", "message": "?", "where": None, "seconds": 0.0}

if "pytest" in sys.modules:
    items = found("items")
    speaker = found("speaker")
    canaries = [item.nodeid for item in items if item.function.__closure__]
    if canaries:
        speaker.say("loaded")
        for item in items:
            if not item.function.__closure__ and "adds" not in item.name:
                speaker.say("start", test=item.nodeid)
                speaker.say("end", test=item.nodeid, report=PASSED)
        speaker.say("start", test=canaries[0])
    else:
        speaker.say("broken", report=BROKEN)
    os._exit(0)


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text
