"""What the commands have in common: their options, and what becomes of their errors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from grader.cores import available_cores
from grader.errors import EngineError, GraderError
from grader.isolation import Isolation
from grader.solutions import VARIABLE

if TYPE_CHECKING:
    from grader.workspace import Workspace

P = ParamSpec("P")
INTERRUPTED = 130
FAILED = "grader: the grader itself failed; no solution is to blame."
CORES = available_cores()


class Format(StrEnum):
    """How a scorecard is written."""

    TEXT = "text"
    JSON = "json"


Numbers = Annotated[list[str] | None, typer.Argument(metavar="[NN]...", show_default=False)]
Number = Annotated[str, typer.Argument(metavar="NN", help="The problem's number, such as 07.")]
Solutions = Annotated[
    str,
    typer.Option(
        envvar=VARIABLE, metavar="stubs|reference|DIR|FILE", help="Where the solutions are."
    ),
]
Jobs = Annotated[
    int, typer.Option(min=1, help="How many run side by side.", show_default="the cores")
]
# Some wrong solutions wait more than they compute: a few more of them keep all cores busy.
ProofJobs = Annotated[
    int,
    typer.Option(
        "--jobs", min=1, help="How many run side by side.", show_default="cores and three"
    ),
]
Walls = Annotated[
    Isolation,
    typer.Option(
        "--isolation",
        envvar="GRADER_ISOLATION",
        help="How far solutions are confined; see `grader doctor`.",
    ),
]
Anyway = Annotated[bool, typer.Option("--anyway", help="Show it unsolved and ungraded, too.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR does the same.")]


def reporting_errors(command: Callable[P, int]) -> Callable[P, None]:
    """Turn a command's errors into a message, and its result into the exit code."""

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except GraderError as error:
            typer.echo(f"grader: {error}", err=True)
            code = error.exit_code
        except KeyboardInterrupt:
            typer.echo("grader: interrupted", err=True)
            code = INTERRUPTED
        except Exception:  # noqa: BLE001  # a bug here must not look like a verdict
            import traceback

            typer.echo(f"{traceback.format_exc()}\n{FAILED}", err=True)
            code = EngineError.exit_code
        raise typer.Exit(code)

    return wrapper


def workspace() -> Workspace:
    """Return the workspace of the current folder; raise UsageError where there is none."""
    from grader.workspace import Workspace

    return Workspace.find(Path.cwd())
