"""Try, from inside the walls, what they are there to stop: ``python -m grader.engine.selfcheck``.

Prints JSON: by layer, each attempt in words and whether it was denied.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from grader.engine.confine import MEMORY, Confinement
from grader.engine.environment import clean_environment
from grader.engine.scratch import scratch_folder
from grader.isolation import Isolation, Layer

SECONDS = 60.0
CPU_SECONDS = 10
Attempts = Mapping[str, Sequence[tuple[str, Callable[[], object]]]]


def check_walls() -> tuple[tuple[Layer, ...], Mapping[str, list[tuple[str, bool]]]]:
    """Return the layers, and for each what was attempted and whether it was denied."""
    with scratch_folder() as scratch:
        done = subprocess.run(  # noqa: S603  # our own module
            [sys.executable, "-P", "-s", "-m", __name__, scratch],
            env=clean_environment(),
            cwd=scratch,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    data = json.loads(done.stdout)
    layers = tuple(Layer(**layer) for layer in data["layers"])
    return layers, {
        name: [(words, denied) for words, denied in attempts]
        for name, attempts in data["attempts"].items()
    }


def main() -> None:
    """Enter the walls and try."""
    confinement = Confinement(Isolation.BEST)
    scratch = sys.argv[1]
    outside = Path(scratch).with_suffix(".outside")
    attempts: Attempts = {
        "limits": [
            ("take 4 GiB of memory", lambda: bytearray(2 * MEMORY)),
            ("open 1,000 files", lambda: [open(os.devnull, "rb") for _ in range(1000)]),
        ],
        "file system": [
            ("read a file of the system", lambda: Path("/etc/passwd").read_bytes()),
            ("write outside its own folder", lambda: outside.write_bytes(b"")),
        ],
        "system calls": [
            ("start a process", _fork),
            ("open a socket", lambda: socket.socket().close()),
            ("send a signal to its parent", lambda: os.kill(os.getppid(), 0)),
        ],
    }
    confinement.enter(scratch, [], CPU_SECONDS)
    tried = {
        name: [(words, _is_denied(action)) for words, action in pairs]
        for name, pairs in attempts.items()
    }
    print(json.dumps({"layers": [asdict(x) for x in confinement.layers], "attempts": tried}))  # noqa: T201


def _is_denied(action: Callable[[], object]) -> bool:
    try:
        action()
    except (OSError, MemoryError):
        return True
    return False


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)
    os.wait()


if __name__ == "__main__":
    main()
