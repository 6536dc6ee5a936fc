"""The commands of somebody who practises: hints, what is next, watching, progress."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from grader.isolation import Isolation
from grader.options import (
    CORES,
    Anyway,
    Format,
    Jobs,
    NoColor,
    Number,
    Solutions,
    Walls,
    reporting_errors,
    workspace,
)
from grader.solutions import NAMED

app = typer.Typer()


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
        workspace(), number, solutions, level=level, isolation=isolation, no_color=no_color
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

    kata = workspace()
    advice = advise(load_progress(kata))
    print_advice(open_console(no_color=no_color), advice, Commands.here(NAMED[0]), kata)
    return 0


@app.command()
@reporting_errors
def progress(
    output: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    no_color: NoColor = False,
) -> int:
    """Show where you stand: what is solved, begun, slipped."""
    from datetime import UTC, datetime

    from grader.command import Commands
    from grader.progress import load_progress
    from grader.render.console import open_console
    from grader.render.progress import print_progress, progress_json

    console = open_console(no_color=no_color)
    found = load_progress(workspace())
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
    """Put a problem's stub back; your text is kept as a backup."""
    from datetime import datetime

    from grader import reset as resetting
    from grader.command import Commands
    from grader.render.console import open_console
    from grader.render.reset import print_reset

    kata = workspace()
    [problem] = kata.problems([number])
    now = datetime.now().astimezone()
    done = (resetting.restore if restore else resetting.reset)(kata, problem, now)
    console = open_console(no_color=no_color)
    print_reset(console, problem, done, Commands.here(NAMED[0]), restored=restore)
    if done.trouble:
        typer.echo(f"grader: {done.trouble}", err=True)
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
    """Solve some problems against the clock, without hints."""
    from grader.interview import interview as hold

    return hold(
        workspace(),
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
        workspace(), number, solutions, anyway=anyway, isolation=isolation, no_color=no_color
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
    """Once it is solved, show how the reference does it."""
    from grader.debrief import give_diff

    return give_diff(
        workspace(), number, solutions, anyway=anyway, isolation=isolation, no_color=no_color
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

    return watch_solution(workspace(), number, solutions, isolation=isolation, no_color=no_color)


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
        memory=workspace().state,
        list_only=list_only,
        again=again,
        no_color=no_color,
    )
