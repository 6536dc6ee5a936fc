"""The stub of the next problem."""


def wait(seconds):
    """Sleep and return the time of the monotonic clock."""
    raise NotImplementedError


def roll(seed):
    """Return a random number."""
    raise NotImplementedError


def files():
    """Return the names of the files in the working directory."""
    raise NotImplementedError


def modules():
    """Return the names of the solutions that are loaded."""
    raise NotImplementedError
