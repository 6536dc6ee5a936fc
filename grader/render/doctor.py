"""What ``grader doctor`` says: the walls around solutions, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.isolation import Layer
from grader.render.console import KataConsole


def print_doctor(
    console: KataConsole,
    layers: Sequence[Layer],
    attempts: Mapping[str, Sequence[tuple[str, bool]]],
) -> None:
    """Print each layer with what was tried against it, and the level they add up to."""
    console.print("What stands between a solution and this machine\n", style="strong")
    for layer in layers:
        sign, style = (
            (console.signs.passed, "good") if layer.is_on else (console.signs.failed, "bad")
        )
        console.print(f"  {sign} {layer.name:<13} stops {layer.stops}", style=style)
        if not layer.is_on:
            console.print(f"      {layer.missing}. {layer.remedy}.", soft_wrap=True)
            continue
        for words, denied in attempts.get(layer.name, ()):
            outcome = "denied" if denied else "NOT DENIED"
            console.print(f"      tried to {words}: {outcome}", style="quiet" if denied else "bad")
    console.print()
    if holds(layers, attempts):
        console.print("Solutions are confined here: --isolation require works.")
    else:
        console.print("Solutions are not fully confined here: grade only code that you trust.")


def holds(layers: Sequence[Layer], attempts: Mapping[str, Sequence[tuple[str, bool]]]) -> bool:
    """Tell whether every layer is there and stopped what was tried."""
    return all(
        layer.is_on and all(denied for _, denied in attempts.get(layer.name, ()))
        for layer in layers
    )
