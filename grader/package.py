"""The files of a solution that is a package: found in its folder, else in what it is laid over."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

Compile = Callable[[Path], CodeType]


class PackageFinder(MetaPathFinder):
    """Finds the submodules of one package; the first folder that has a file gives it."""

    def __init__(self, name: str, compile_file: Compile) -> None:
        """Serve the package called ``name``, compiling its files with ``compile_file``."""
        self._prefix = f"{name}."
        self._compile = compile_file

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a submodule comes from; None leaves it to the other finders."""
        if not fullname.startswith(self._prefix) or path is None:
            return None
        name = fullname.rpartition(".")[2]
        inner = [str(folder) for folder in _folders(path, name)]
        for file in _files(path, name):
            is_package = file.name == "__init__.py"
            return spec_from_file_location(
                fullname,
                file,
                loader=_Loader(fullname, file, self._compile),
                submodule_search_locations=inner if is_package else None,
            )
        if not inner:
            return None
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = inner
        return spec

    def install(self) -> None:
        """Come before the finders that know nothing of two folders."""
        sys.meta_path.insert(0, self)

    def remove(self) -> None:
        """Find nothing any more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)


class _Loader(SourceFileLoader):
    """Runs a file that the grader compiled; nothing is written beside it."""

    def __init__(self, fullname: str, path: Path, compile_file: Compile) -> None:
        super().__init__(fullname, str(path))
        self._compile = compile_file

    def get_code(self, _fullname: str) -> CodeType:
        return self._compile(Path(self.path))


def _folders(path: Sequence[str], name: str) -> Iterator[Path]:
    return (folder for entry in path if (folder := Path(entry) / name).is_dir())


def _files(path: Sequence[str], name: str) -> Iterator[Path]:
    for entry in path:
        for file in (Path(entry) / name / "__init__.py", Path(entry) / f"{name}.py"):
            if file.is_file():
                yield file
