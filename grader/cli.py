"""The command ``grader``: what can be asked, and nothing of how it is done."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer
from typer.core import TyperGroup

import grader
from grader.cores import available_cores
from grader.errors import EngineError, GraderError
from grader.isolation import Isolation
from grader.solutions import NAMED, VARIABLE
from grader.workspace import Workspace

P = ParamSpec("P")
INTERRUPTED = 130
FAILED = "grader: the grader itself failed; no solution is to blame."
CORES = available_cores()


class RunByDefault(TyperGroup):
    """``grader 07`` means ``grader run 07``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``run`` in front unless a command, or an option of the group, stands there."""
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if not args or (args[0] not in self.commands and args[0] not in own):
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=RunByDefault,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Grade your solutions. `grader` and `grader 07` mean `grader run`.",
)


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
# Some wrong solutions wait more than they compute: one more of them keeps all cores busy.
ProofJobs = Annotated[
    int,
    typer.Option("--jobs", min=1, help="How many run side by side.", show_default="cores and one"),
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
            typer.echo(f"{traceback.format_exc()}\n{FAILED}", err=True)
            code = EngineError.exit_code
        raise typer.Exit(code)

    return wrapper


@app.callback(invoke_without_command=True)
def group(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Grade your solutions. `grader` and `grader 07` mean `grader run`."""
    if version:
        typer.echo(f"grader {grader.__version__}")
        raise typer.Exit


@app.command()
@reporting_errors
def run(
    numbers: Numbers = None,
    solutions: Solutions = NAMED[0],
    *,
    jobs: Jobs = CORES,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            envvar="GRADER_SEED",
            help="Ask the probes' questions of that scorecard again.",
            show_default="a new one",
        ),
    ] = None,
    isolation: Walls = Isolation.BEST,
    output: Annotated[
        Format, typer.Option("--format", help="How to write the scorecard.")
    ] = Format.TEXT,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the scorecard as a page, too."),
    ] = None,
    no_color: NoColor = False,
) -> int:
    """Grade the problems (all, or those named) and show the scorecard."""
    from grader.probe import new_seed
    from grader.run import run_scorecard

    return run_scorecard(
        _workspace(),
        numbers or [],
        solutions,
        jobs=jobs,
        seed=new_seed() if seed is None else seed,
        isolation=isolation,
        as_json=output is Format.JSON,
        html=html,
        no_color=no_color,
    )


@app.command(name="list")
@reporting_errors
def list_problems(no_color: NoColor = False) -> int:
    """List the problems."""
    from grader.render.catalogue import print_catalogue
    from grader.render.console import open_console

    print_catalogue(open_console(no_color=no_color), _workspace().problems())
    return 0


@app.command()
@reporting_errors
def show(number: Number, no_color: NoColor = False) -> int:
    """Show a problem's statement."""
    from grader.render.catalogue import print_page
    from grader.render.console import open_console

    [problem] = _workspace().problems([number])
    print_page(open_console(no_color=no_color), problem.statement)
    return 0


@app.command()
@reporting_errors
def hint(
    number: Number,
    level: Annotated[
        int | None, typer.Option(min=1, max=3, help="Which of the three; else the next.")
    ] = None,
    solutions: Solutions = NAMED[0],
    *,
    isolation: Walls = Isolation.BEST,
    no_color: NoColor = False,
) -> int:
    """Show the next hint for the first behaviour that fails."""
    from grader.run import give_hint

    return give_hint(
        _workspace(), number, solutions, level=level, isolation=isolation, no_color=no_color
    )


@app.command(name="next")
@reporting_errors
def next_problem(no_color: NoColor = False) -> int:
    """Say which problem to work on now, and why."""
    from grader.command import Commands
    from grader.next_step import advise
    from grader.progress import load_progress
    from grader.render.console import open_console
    from grader.render.progress import print_advice

    workspace = _workspace()
    advice = advise(load_progress(workspace))
    print_advice(open_console(no_color=no_color), advice, Commands.here(NAMED[0]), workspace)
    return 0


@app.command()
@reporting_errors
def progress(
    output: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    no_color: NoColor = False,
) -> int:
    """Show where you stand: solved, begun, slipped, and when you last practised."""
    from datetime import UTC, datetime

    from grader.command import Commands
    from grader.progress import load_progress
    from grader.render.console import open_console
    from grader.render.progress import print_progress, progress_json

    console = open_console(no_color=no_color)
    found = load_progress(_workspace())
    if output is Format.JSON:
        console.print(progress_json(found), soft_wrap=True)
    else:
        print_progress(console, found, Commands.here(NAMED[0]), datetime.now(UTC))
    return 0


@app.command()
@reporting_errors
def reset(
    number: Number,
    restore: Annotated[
        bool, typer.Option("--restore", help="Put the newest backup back instead.")
    ] = False,
    no_color: NoColor = False,
) -> int:
    """Begin a problem anew: its stub is put back, and your text is kept."""
    from datetime import datetime

    from grader import reset as resetting
    from grader.command import Commands
    from grader.history import record_reset
    from grader.render.console import open_console
    from grader.render.reset import print_reset

    workspace = _workspace()
    [problem] = workspace.problems([number])
    now = datetime.now().astimezone()
    done = (resetting.restore if restore else resetting.reset)(workspace, problem, now)
    console = open_console(no_color=no_color)
    print_reset(console, problem, done, Commands.here(NAMED[0]), restored=restore)
    if done.is_changed and not restore and (trouble := record_reset(workspace, problem)):
        typer.echo(f"grader: {trouble}", err=True)
    return 0


@app.command()
@reporting_errors
def interview(
    *,
    minutes: Annotated[int, typer.Option(min=1, help="How long it takes.")] = 45,
    count: Annotated[int, typer.Option(min=1, help="How many problems.")] = 2,
    level: Annotated[
        int | None, typer.Option(min=1, max=4, help="Only of this level.", show_default="any")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Choose the same again.", show_default="a new one"),
    ] = None,
    jobs: Jobs = CORES,
    isolation: Walls = Isolation.BEST,
    no_color: NoColor = False,
) -> int:
    """Solve some problems against the clock: fresh stubs, no hints, a report at the end."""
    from grader.interview import interview as hold

    return hold(
        _workspace(),
        minutes=minutes,
        count=count,
        level=level,
        seed=seed,
        jobs=jobs,
        isolation=isolation,
        no_color=no_color,
    )


@app.command()
@reporting_errors
def debrief(
    number: Number,
    solutions: Solutions = NAMED[0],
    *,
    anyway: Anyway = False,
    isolation: Walls = Isolation.BEST,
    no_color: NoColor = False,
) -> int:
    """Show what a problem was about, once you have solved it."""
    from grader.debrief import give_debrief

    return give_debrief(
        _workspace(), number, solutions, anyway=anyway, isolation=isolation, no_color=no_color
    )


@app.command()
@reporting_errors
def diff(
    number: Number,
    solutions: Solutions = NAMED[0],
    *,
    anyway: Anyway = False,
    isolation: Walls = Isolation.BEST,
    no_color: NoColor = False,
) -> int:
    """Show how the reference differs from your solution, once that passes."""
    from grader.debrief import give_diff

    return give_diff(
        _workspace(), number, solutions, anyway=anyway, isolation=isolation, no_color=no_color
    )


@app.command()
@reporting_errors
def watch(
    number: Annotated[
        str | None,
        typer.Argument(
            metavar="[NN]", help="The problem's number, such as 07.", show_default="where you are"
        ),
    ] = None,
    solutions: Solutions = NAMED[0],
    *,
    isolation: Walls = Isolation.BEST,
    no_color: NoColor = False,
) -> int:
    """Grade a problem's solution whenever it is saved."""
    from grader.watch import watch_solution

    return watch_solution(_workspace(), number, solutions, isolation=isolation, no_color=no_color)


@app.command()
@reporting_errors
def doctor(no_color: NoColor = False) -> int:
    """Say how far solutions are confined on this machine, and what is missing."""
    from grader.engine.selfcheck import check_walls
    from grader.render.console import open_console
    from grader.render.doctor import holds, print_doctor

    layers, attempts = check_walls()
    print_doctor(open_console(no_color=no_color), layers, attempts)
    return 0 if holds(layers, attempts) else 1


@app.command()
@reporting_errors
def predict(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MODULE|SNIPPET]...", show_default=False, help="Only these."),
    ] = None,
    list_only: Annotated[bool, typer.Option("--list", help="List the snippets.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Ask also for those already answered rightly.")
    ] = False,
    no_color: NoColor = False,
) -> int:
    """Say what snippets print, and learn why."""
    from grader.predict import predict as ask

    return ask(
        names or [],
        answers=sys.stdin,
        memory=_workspace().state,
        list_only=list_only,
        again=again,
        no_color=no_color,
    )


@app.command()
@reporting_errors
def prove(
    numbers: Numbers = None,
    *,
    repeat: Annotated[
        int, typer.Option(min=1, help="Run what is right N times, what is wrong N/10 times.")
    ] = 1,
    seeds: Annotated[
        int, typer.Option(min=0, help="Also run all with N other seeds of hypothesis.")
    ] = 0,
    probe_seeds: Annotated[
        int, typer.Option(min=0, help="Ask what is right with N seeds, what is wrong with N/20.")
    ] = 10,
    jobs: ProofJobs = CORES + 1,
    write_patterns: Annotated[
        bool,
        typer.Option("--write-patterns", help="Record which tests each wrong solution fails."),
    ] = False,
    isolation: Walls = Isolation.BEST,
    no_color: NoColor = False,
) -> int:
    """Prove that a problem's tests accept what is right and reject what is wrong."""
    from grader.prove import prove_problems

    return prove_problems(
        _workspace(),
        numbers or [],
        repeat=repeat,
        seeds=seeds,
        probe_seeds=probe_seeds,
        jobs=jobs,
        write_patterns=write_patterns,
        isolation=isolation,
        no_color=no_color,
    )


def _workspace() -> Workspace:
    return Workspace.find(Path.cwd())
