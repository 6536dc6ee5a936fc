"""Remember which hints a learner has taken.

Format 1: ``{"format": 1, "taken": {"07": {"times-the-await": 2}}}``, the number of hints shown.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.problem import HINTS_PER_BEHAVIOUR

FORMAT = 1


class HintMemory:
    """The hints taken so far, in one small file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "hints.json"

    def taken(self, number: str, behaviour: str) -> int:
        """Return how many hints were shown for a behaviour; raise UsageError on a bad file."""
        return int(self._read().get(number, {}).get(behaviour, 0))

    def next_level(self, number: str, behaviour: str) -> int:
        """Return the level of the hint to show next, 1 to 3; the last one stays."""
        return min(self.taken(number, behaviour) + 1, HINTS_PER_BEHAVIOUR)

    def remember(self, number: str, behaviour: str, level: int) -> None:
        """Write down that hints up to ``level`` were shown; raise OSError where that fails."""
        taken = self._read()
        known = taken.setdefault(number, {})
        known[behaviour] = max(level, known.get(behaviour, 0))
        self._path.parent.mkdir(exist_ok=True)
        # A new file put in place of the old one: a crash leaves one of the two, whole.
        with tempfile.NamedTemporaryFile(
            "w", dir=self._path.parent, delete=False, encoding="utf-8"
        ) as new:
            json.dump({"format": FORMAT, "taken": taken}, new, indent=2, sort_keys=True)
        Path(new.name).replace(self._path)

    def _read(self) -> dict[str, Any]:
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError) as error:
            raise UsageError(f"{self._path}: cannot be read: {error}. Move it away.") from error
        if not _is_memory(data):
            raise UsageError(
                f"{self._path}: is no memory of hints of format {FORMAT}, the one this grader "
                "reads. Use the grader that wrote it, or move the file away."
            )
        return dict(data["taken"])


def _is_memory(data: Any) -> bool:
    return (
        isinstance(data, dict)
        and data.get("format") == FORMAT
        and isinstance(data.get("taken"), dict)
        and all(
            isinstance(known, dict) and all(type(level) is int for level in known.values())
            for known in data["taken"].values()
        )
    )
