"""The command ``grader``, also as ``python -m grader``."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Run the command; an interrupt during its own start ends it without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal without the letters of a text still shows where they were.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        from grader.cli import app

        app(prog_name="grader")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
