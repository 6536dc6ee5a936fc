"""The command ``grader``, also as ``python -m grader``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; an interrupt during its own start ends it without a traceback."""
    try:
        from grader.cli import app

        app(prog_name="grader")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
