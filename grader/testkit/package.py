"""Modules of a solution that is a package: ``part(solution, "core.services")``.

A part that cannot be imported costs the tests that ask for it, and no others.
"""

from __future__ import annotations

import importlib
import traceback
from pathlib import Path
from types import ModuleType

from grader.errors import PartError, SolutionError
from grader.text import safe_str


def part(solution: ModuleType, name: str) -> ModuleType:
    """Import one module of the learner's package; raise PartError, in words, where it fails."""
    fullname = f"{solution.__name__}.{name}"
    file = name.replace(".", "/") + ".py"
    try:
        return importlib.import_module(fullname)
    except SolutionError as error:
        raise PartError(f"{file}: {error.message}", where=error.where) from error
    except ModuleNotFoundError as error:
        if error.name is not None and f"{fullname}.".startswith(f"{error.name}."):
            raise PartError(f"the statement asks for {file}; your package has none") from error
        raise _failed(solution, file, error) from error
    except Exception as error:
        raise _failed(solution, file, error) from error


def _failed(solution: ModuleType, file: str, error: Exception) -> PartError:
    text = f"{file}: raised {type(error).__name__} while it was imported: {safe_str(error)}"
    frames = [
        f"{frame.f_code.co_filename}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if any(map(Path(frame.f_code.co_filename).is_relative_to, solution.__path__))
    ]
    return PartError(text.rstrip(": "), where=frames[-1] if frames else None)
