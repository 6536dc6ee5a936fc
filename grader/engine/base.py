"""Child side: what the engine's processes share before they go separate ways.

Nothing here imports pytest or a test.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from grader.engine.confine import Confinement
from grader.engine.dataclass_cache import keep_compiled
from grader.engine.probing import Probes
from grader.isolation import Isolation


class Base:
    """The problems at hand: where they are, their probes, and the walls around solutions."""

    def __init__(self, arguments: Sequence[str], secret: str) -> None:
        """Read the command line: the isolation, the workspace's root, the problems' folders.

        ``secret`` is what canaries are made of, so that two processes can make the same.
        """
        self.secret = secret
        # A cached file may be stale within the clock's resolution; a workspace may be read-only.
        sys.dont_write_bytecode = True
        keep_compiled()
        isolation, root, *folders = arguments
        self.confinement = Confinement(Isolation(isolation))
        self.root = Path(root)
        self.folders = tuple(map(Path, folders))
        self.probes = Probes(self.folders)
