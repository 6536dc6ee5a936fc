"""A small JSON file that remembers something for a learner, with its format number.

The folder ``.grader`` beside ``problems`` holds them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.outfile import put_in_place

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Store:
    """One file: ``{"format": 1, key: value}``; ``is_valid`` tells whether a value can be used."""

    path: Path
    key: str
    what: str
    is_valid: Callable[[Any], bool]

    def read(self) -> Any:
        """Return the value, None where there is no file; raise UsageError on a bad one."""
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.path}: cannot be read: {error}. Move it away.") from error
        if not (
            isinstance(data, dict)
            and data.get("format") == FORMAT
            and self.is_valid(data.get(self.key))
        ):
            raise UsageError(
                f"{self.path}: is no {self.what} of format {FORMAT}, the one this grader "
                "reads. Use the grader that wrote it, or move the file away."
            )
        return data[self.key]

    def write(self, value: Any) -> None:
        """Write the value; raise OSError where that fails."""
        self.path.parent.mkdir(exist_ok=True)
        data = {"format": FORMAT, self.key: value}
        put_in_place(self.path, json.dumps(data, indent=2, sort_keys=True))
