"""The command ``grader``: what can be asked, and nothing of how it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import grader
from grader import practice
from grader.isolation import Isolation
from grader.options import (
    CORES,
    Format,
    Jobs,
    NoColor,
    Number,
    Numbers,
    ProofJobs,
    Solutions,
    Walls,
    reporting_errors,
    workspace,
)
from grader.solutions import NAMED


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
    # Plain text: what draws boxes around it takes as long to import as all the rest.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Grade your solutions. `grader` and `grader 07` mean `grader run`.",
)


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
    """Grade all problems, or those named, and show the scorecard."""
    from grader.probe import new_seed
    from grader.run import run_scorecard

    return run_scorecard(
        workspace(),
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

    print_catalogue(open_console(no_color=no_color), workspace().problems())
    return 0


@app.command()
@reporting_errors
def show(number: Number, no_color: NoColor = False) -> int:
    """Show a problem's statement."""
    from grader.render.catalogue import print_page
    from grader.render.console import open_console

    [problem] = workspace().problems([number])
    print_page(open_console(no_color=no_color), problem.statement)
    return 0


@app.command()
@reporting_errors
def doctor(no_color: NoColor = False) -> int:
    """Say how far solutions are confined here, and what is missing."""
    from grader.engine.selfcheck import check_walls
    from grader.render.console import open_console
    from grader.render.doctor import holds, print_doctor

    layers, attempts = check_walls()
    print_doctor(open_console(no_color=no_color), layers, attempts)
    return 0 if holds(layers, attempts) else 1


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
    ] = 4,
    jobs: ProofJobs = CORES + 3,
    write_patterns: Annotated[
        bool,
        typer.Option("--write-patterns", help="Record which tests each wrong solution fails."),
    ] = False,
    isolation: Walls = Isolation.BEST,
    no_color: NoColor = False,
) -> int:
    """Prove that tests accept what is right and reject what is wrong."""
    from grader.prove import prove_problems

    return prove_problems(
        workspace(),
        numbers or [],
        repeat=repeat,
        seeds=seeds,
        probe_seeds=probe_seeds,
        jobs=jobs,
        write_patterns=write_patterns,
        isolation=isolation,
        no_color=no_color,
    )


app.add_typer(practice.app)
