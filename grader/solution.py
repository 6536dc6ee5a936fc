"""One solution, loaded as a module. Runs in children too: imports little."""

from __future__ import annotations

import functools
import importlib.util
import os
import stat
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import CodeType, ModuleType, TracebackType

from grader.errors import SolutionError
from grader.package import PackageFinder
from grader.text import safe_str

MAX_BYTES = 1_000_000


class Solution:
    """The file, or the package folder, that answers one problem."""

    def __init__(
        self,
        path: Path,
        slug: str,
        is_signal: Callable[[BaseException], bool],
        base: Path | None = None,
    ) -> None:
        """Name a solution; ``is_signal`` tells a Ctrl-C from an error that the solution raised.

        A package holds only what differs from the package ``base``, if there is one.
        """
        self.path = path
        self.slug = slug
        self._is_signal = is_signal
        self._folders = [path] if base is None else [path, base]
        self._finder = PackageFinder(slug, functools.cache(compile_file))
        self._failure: SolutionError | None = None

    def load(self) -> ModuleType:
        """Run the solution as a new module, registered under its slug; raise SolutionError.

        Every call runs it anew: what one test leaves in the module, the next does not see.
        One that failed is not run again, because it may have hung.
        """
        if self._failure is not None:
            # Raised again and again, it must not drag along where it was raised before.
            raise self._failure.with_traceback(None)
        self.unload()
        module = self._new_module()
        # Pickle and dataclasses look a class's module up by name.
        sys.modules[self.slug] = module
        if self._is_package:
            self._finder.install()
        try:
            exec(self._code, module.__dict__)  # noqa: S102  # running it is what we are here for
        except BaseException as error:
            self.unload()
            if self._is_signal(error):
                raise
            self._failure = self._load_error(error)
            raise self._failure from error
        return module

    def unload(self) -> None:
        """Forget the module and, of a package, its submodules."""
        sys.modules.pop(self.slug, None)
        if self._is_package:
            self._finder.remove()
            for name in [name for name in sys.modules if name.startswith(f"{self.slug}.")]:
                del sys.modules[name]

    def where(self, trace: TracebackType | None) -> str | None:
        """Return ``file:line`` of the innermost frame of ``trace`` that is the solution's."""
        for frame, line in reversed(list(traceback.walk_tb(trace))):
            if self.owns(frame.f_code.co_filename):
                return f"{frame.f_code.co_filename}:{line}"
        return None

    def owns(self, filename: str) -> bool:
        """Tell whether a code object's file is the solution's."""
        path = Path(filename)
        return filename == str(self.path) or any(map(path.is_relative_to, self._folders))

    @functools.cached_property
    def _code(self) -> CodeType:
        if not self._is_package:
            if not read_source(self.path).strip():
                raise SolutionError(f"{self.path.name} is empty")
            return compile_file(self.path)
        main = self._main
        return compile_file(main) if main.exists() else compile("", str(main), "exec")

    @functools.cached_property
    def _main(self) -> Path:
        """The package's own module; a package without one is a package all the same."""
        files = [folder / "__init__.py" for folder in self._folders]
        return next((file for file in files if file.exists()), files[0])

    @functools.cached_property
    def _is_package(self) -> bool:
        # A folder named like a file stands where a file belongs.
        return self.path.is_dir() and self.path.suffix != ".py"

    def _new_module(self) -> ModuleType:
        folders = [str(folder) for folder in self._folders] if self._is_package else None
        spec = importlib.util.spec_from_file_location(
            self.slug,
            self._main if folders else self.path,
            submodule_search_locations=folders,
        )
        if spec is None:
            raise SolutionError(f"{self.path.name} is not a Python file: its name must end in .py")
        return importlib.util.module_from_spec(spec)

    def _load_error(self, error: BaseException) -> SolutionError:
        if isinstance(error, SolutionError):
            return error
        text = safe_str(error)
        if isinstance(error, ImportError) and isinstance(error.path, str):
            # Where it is says nothing that its name does not.
            text = text.replace(f" ({error.path})", "")
        return SolutionError(
            f"raised {type(error).__name__} while it was imported: {text}".rstrip(": "),
            where=self.where(error.__traceback__),
        )


def compile_file(path: Path) -> CodeType:
    """Return a solution's file as code; raise SolutionError where it is none."""
    source = read_source(path)
    try:
        return compile(source, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        text = "".join(traceback.format_exception_only(error)).splitlines()
        text = [line for line in text if not line.startswith("  File ")]
        where = f"{path}:{error.lineno}" if error.lineno else None
        raise SolutionError("\n".join(text[-1:] + text[:-1]), where=where) from error
    except (ValueError, MemoryError, RecursionError) as error:
        raise SolutionError(f"is not Python: {safe_str(error) or 'nested too deep'}") from error


def read_source(path: Path) -> str:
    """Return the text of a solution; raise SolutionError where a file cannot be one."""
    try:
        return read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SolutionError(
            f"{path.name} is not UTF-8: byte {error.start} is 0x{error.object[error.start]:02x}"
        ) from error


def read_file(path: Path) -> bytes:
    """Return what is in a file; raise SolutionError where it is none, or too large.

    Never waits: in its place there may be a pipe that nobody writes to.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise SolutionError(f"{path.name} is not a file")
            data = stream.read(MAX_BYTES + 1)
    except IsADirectoryError as error:
        raise SolutionError(f"{path.name} is not a file") from error
    except OSError as error:
        raise SolutionError(f"{path.name} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        size = max(status.st_size, len(data))
        raise SolutionError(f"{path.name} has {size:,} bytes; a solution has {MAX_BYTES:,} at most")
    return data
