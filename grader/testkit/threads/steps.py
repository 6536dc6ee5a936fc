"""The steps of a solution's threads: the instructions at which a switch can make a difference."""

from __future__ import annotations

import builtins
import dis
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType, FrameType, FunctionType, ModuleType

from grader.testkit.threads.places import Place, place_of

# What reads or writes something that another thread can see. A switch before any other
# instruction comes to the same as one before the next of these.
SHARING = frozenset({
    "LOAD_ATTR", "STORE_ATTR", "DELETE_ATTR", "LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL",
    "LOAD_DEREF", "STORE_DEREF", "DELETE_DEREF", "LOAD_NAME", "STORE_NAME",
    "BINARY_SUBSCR", "STORE_SUBSCR", "DELETE_SUBSCR", "BINARY_SLICE", "STORE_SLICE",
    "CONTAINS_OP", "FOR_ITER", "CALL", "CALL_KW", "CALL_FUNCTION_EX",
    "BEFORE_WITH", "LOAD_SPECIAL", "WITH_EXCEPT_START",
    "LIST_EXTEND", "SET_UPDATE", "DICT_UPDATE", "DICT_MERGE", "UNPACK_SEQUENCE", "UNPACK_EX",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction that shares something."""

    opname: str
    # What it reads or writes, if a story can show it.
    place: Place | None
    is_write: bool


OnStep = Callable[[FrameType, Step], None]


def sharing_steps(code: CodeType, names: Mapping[str, object]) -> dict[int, Step]:
    """Return the instructions of ``code`` that share something, by their offset in bytes."""
    found = dis.get_instructions(code)
    return {each.offset: _step(code, each) for each in found if _shares(each, names)}


def _step(code: CodeType, instruction: dis.Instruction) -> Step:
    verb = instruction.opname.split("_")[0]
    is_shown = verb in {"LOAD", "STORE", "BINARY"}
    place = place_of(code, instruction) if is_shown else None
    return Step(instruction.opname, place, is_write=verb == "STORE")


def _shares(instruction: dis.Instruction, names: Mapping[str, object]) -> bool:
    if instruction.opname == "BINARY_OP":
        # In place, which may change a list; or, from 3.14 on, a subscript.
        return instruction.argrepr.endswith(("=", "[]"))
    if instruction.opname == "LOAD_ATTR":
        return "NULL" not in instruction.argrepr  # a method, to be called
    if instruction.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
        return _is_data(instruction.argval, names)
    return instruction.opname in SHARING


def _is_data(name: str, names: Mapping[str, object]) -> bool:
    """Tell whether a global name may be data; a function, class or module is the same for all."""
    if name not in names:
        return not hasattr(builtins, name)
    return not isinstance(names[name], FunctionType | ModuleType | type)


def owner_of(module: ModuleType) -> Callable[[str], bool]:
    """Return what tells whether a code object's file is that module's or, of a package, in it."""
    folders = [f"{folder}/" for folder in getattr(module, "__path__", ())]
    return lambda name: name == module.__file__ or any(map(name.startswith, folders))
