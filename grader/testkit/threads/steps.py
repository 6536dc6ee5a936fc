"""The steps of a solution's threads: the instructions at which a switch can make a difference."""

from __future__ import annotations

import builtins
import dis
from collections.abc import Callable, Mapping
from types import CodeType, FrameType, FunctionType, ModuleType

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

OnStep = Callable[[FrameType, dis.Instruction], None]


def sharing_steps(code: CodeType, names: Mapping[str, object]) -> dict[int, dis.Instruction]:
    """Return the instructions of ``code`` that share something, by their offset in bytes."""
    return {step.offset: step for step in dis.get_instructions(code) if _shares(step, names)}


def _shares(step: dis.Instruction, names: Mapping[str, object]) -> bool:
    if step.opname == "BINARY_OP":
        # In place, which may change a list; or, from 3.14 on, a subscript.
        return step.argrepr.endswith(("=", "[]"))
    if step.opname == "LOAD_ATTR":
        return "NULL" not in step.argrepr  # a method, to be called
    if step.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
        return _is_data(step.argval, names)
    return step.opname in SHARING


def _is_data(name: str, names: Mapping[str, object]) -> bool:
    """Tell whether a global name may be data; a function, class or module is the same for all."""
    if name not in names:
        return not hasattr(builtins, name)
    return not isinstance(names[name], FunctionType | ModuleType | type)


def owner_of(module: ModuleType) -> Callable[[str], bool]:
    """Return what tells whether a code object's file is that module's or, of a package, in it."""
    path = str(module.__file__)
    folder = path.removesuffix("__init__.py") if path.endswith("__init__.py") else None
    return lambda name: name == path or (folder is not None and name.startswith(folder))
