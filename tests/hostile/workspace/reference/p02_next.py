"""The next problem, solved."""

import os
import random
import sys
import time


def wait(seconds):
    """Sleep and return the time of the monotonic clock."""
    time.sleep(seconds)
    return time.monotonic()


def roll(seed):
    """Return a random number."""
    random.seed(seed)
    return random.random()


def files():
    """Return the names of the files in the working directory."""
    return sorted(os.listdir("."))


def modules():
    """Return the names of the solutions that are loaded."""
    return sorted(name for name in sys.modules if name.startswith(("p01_", "p02_")))
