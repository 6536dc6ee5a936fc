"""How far a solution can be confined on this machine, layer by layer, and what is missing."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.errors import UsageError

EXTRA = "backend-kata[sandbox]"
_INSTALL = f"Install the extra: pip install '{EXTRA}'"


class Isolation(StrEnum):
    """What ``--isolation`` asks for."""

    REQUIRE = "require"
    BEST = "best"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Layer:
    """One thing that stands between a solution and the machine; ``missing`` says why it does not.

    ``remedy`` says how to get it.
    """

    name: str
    stops: str
    missing: str = ""
    remedy: str = ""

    @property
    def is_on(self) -> bool:
        return not self.missing


def survey() -> tuple[Layer, ...]:
    """Return the layers, each with what is missing for it here."""
    return (
        _layer(
            "processes",
            "a hang, a crash, what it leaves behind",
            _missing_on_other_systems,
        ),
        _layer("limits", "floods of memory, of files and of CPU time", _missing_on_other_systems),
        _layer(
            "file system",
            "reading tests and answers; writing outside its own folder",
            _missing_for_landlock,
        ),
        _layer(
            "system calls",
            "new processes, sockets, signals to others",
            _missing_for_seccomp,
        ),
    )


def lacking(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers that cannot be had here."""
    return tuple(layer for layer in layers if not layer.is_on)


def in_words(isolation: Isolation, layers: Sequence[Layer]) -> str:
    """Return what confines solutions here, in a few words."""
    if isolation is Isolation.NONE:
        return "not confined, as asked"
    if not layers:
        return "not started yet"
    missing = ", ".join(layer.name for layer in lacking(layers))
    return f"not confined ({missing}): see `grader doctor`" if missing else "confined"


def check(isolation: Isolation, layers: Sequence[Layer]) -> None:
    """Raise UsageError where confinement is required and not to be had."""
    missing = lacking(layers)
    if isolation is Isolation.REQUIRE and missing:
        reasons = "\n".join(f"  {layer.name}: {layer.missing}. {layer.remedy}" for layer in missing)
        raise UsageError(
            f"--isolation require: solutions cannot be confined here.\n{reasons}\n"
            "--isolation best takes what there is."
        )


def _layer(name: str, stops: str, missing: Callable[[], Iterator[tuple[str, str]]]) -> Layer:
    why, remedy = next(missing(), ("", ""))
    return Layer(name, stops, why, remedy)


def _missing_on_other_systems() -> Iterator[tuple[str, str]]:
    system = platform.system()
    if system != "Linux":
        yield f"not made for {system or 'this system'}", "Use Linux"


def _missing_for_landlock() -> Iterator[tuple[str, str]]:
    yield from _missing_on_other_systems()
    try:
        import sandlock
    except (ImportError, OSError) as error:
        yield f"the package sandlock cannot be imported: {error}", _INSTALL
        return
    found, needed = sandlock.landlock_abi_version(), sandlock.min_landlock_abi()
    if found < needed:
        what = f"the kernel's Landlock has ABI {max(found, 0)}, sandlock needs {needed}"
        yield what, "Use Linux 6.12 or later, with Landlock enabled"


def _missing_for_seccomp() -> Iterator[tuple[str, str]]:
    yield from _missing_on_other_systems()
    try:
        import pyseccomp  # noqa: F401
    except ImportError as error:
        yield f"the package pyseccomp cannot be imported: {error}", _INSTALL
    except (OSError, RuntimeError, AttributeError) as error:
        what = f"the library libseccomp cannot be loaded: {error}"
        yield what, "Install it: apt install libseccomp2"
