"""The name that was probably meant, where one was looked for that does not exist.

Python's own suggestions are out of reach: ``traceback`` makes them from 3.12 on only, and two
versions of Python do not always suggest the same.
"""

from __future__ import annotations

import builtins
import difflib
import traceback
from collections.abc import Iterable

# As in difflib: 1 is the same name, and a wrong guess costs more than none.
CLOSE = 0.7


def suggestion(error: BaseException) -> str:
    """Return ``. Did you mean: 'items'?``, empty where no name comes near."""
    if not isinstance(error, AttributeError | NameError) or not isinstance(error.name, str):
        return ""
    try:
        name = nearest(error.name, _names(error))
    except BaseException:  # noqa: BLE001  # whose names these are may have its own __dir__
        return ""
    return f". Did you mean: '{name}'?" if name else ""


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the name that comes nearest, private ones aside unless one is asked for; or none."""
    if name.startswith("__"):
        return ""
    is_private = name.startswith("_")
    known = [n for n in names if n != name and (is_private or not n.startswith("_"))]
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=CLOSE)), "")


def _names(error: AttributeError | NameError) -> list[str]:
    """Return the names that there were."""
    if isinstance(error, AttributeError):
        return [] if error.obj is None else dir(error.obj)
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    own = [*frames[-1].f_locals, *frames[-1].f_globals] if frames else []
    return [*own, *dir(builtins)]
