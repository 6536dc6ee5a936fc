"""Answers with huge lines, numbers and keys, surrogates, and objects that are none."""

import os
import sys

PASSED = {"outcome": "passed", "message": "", "where": None, "seconds": 0.0}


def found(name):
    """Return a local variable of a caller."""
    frame = sys._getframe()
    while frame is not None and name not in frame.f_locals:
        frame = frame.f_back
    return frame and frame.f_locals[name]


ANSWERS = (
    '[["\\ud800\\udfff\\u0000"]]', "[[NaN, Infinity, -Infinity]]", "[[1e999]]",
    f"[[{'9' * 5000}]]", '[[{"tuple": 3}]]', '[[{"long text": ["a", {}, 1]}]]',
    '[[{"raised": 1, "raised": {"set": null}}]]', '[[{"dict": [1, [2]]}]]', '[[{}]]',
    '"HELLO!"', '{"HELLO!": 1}', "[[" + '"A",' * 200_000 + '"A"]]', "[" * 5000,
)


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    if "pytest" not in sys.modules:
        speaker = found("speaker")
        for answers in ANSWERS:
            head = f'{{"kind": "answers", "test": "shouts", "steps": [], "answers": {answers}}}'
            data = f"\n{speaker._mark}{head}\n".encode()
            while data:
                data = data[os.write(3, data) :]
        speaker.say("end", test="shouts", report=PASSED)
        os._exit(0)
    return "HELLO!"
