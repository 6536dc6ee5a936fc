"""What several test files share."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = Path(__file__).parent
ROOT = TESTS.parent


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Return a copy of the sample workspace: one small problem, its stub and its reference."""
    return shutil.copytree(TESTS / "sample", tmp_path / "sample")


@pytest.fixture
def matches_gold() -> Callable[[str, str], None]:
    """Compare a text with a file of ``tests/gold``; a mismatch leaves the text beside it."""

    def compare(name: str, text: str) -> None:
        expected = TESTS / "gold" / name
        actual = expected.with_suffix(".actual")
        actual.unlink(missing_ok=True)
        if not expected.exists() or expected.read_text(encoding="utf-8") != text:
            actual.write_text(text, encoding="utf-8")
            pytest.fail(f"{name} differs: see {actual}, and rename it if it is right")

    return compare


@pytest.fixture
def soon() -> Callable[[Callable[[], bool]], bool]:
    """Wait for a condition that the kernel makes true a moment later; tell whether it came."""

    def wait(condition: Callable[[], bool], cap: float = 60.0) -> bool:
        ends_at = time.monotonic() + cap
        while not condition() and time.monotonic() < ends_at:
            time.sleep(0.01)
        return condition()

    return wait


@pytest.fixture
def processes_of() -> Callable[[Path], dict[int, str]]:
    """Find the processes that have a path in their arguments or their environment."""

    def find(path: Path) -> dict[int, str]:
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                text = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            except OSError:  # it has just ended
                continue
            if str(path).encode() in text:
                found[int(folder.name)] = text.replace(b"\0", b" ").decode()
        return found

    return find


@pytest.fixture(scope="module")
def kata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the workspace of two tiny problems, of which the first has a probe, for a module."""
    root = tmp_path_factory.mktemp("kata") / "workspace"
    return Path(shutil.copytree(TESTS / "hostile" / "workspace", root))


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return a copy of the hostile suite's workspace, without its short time limit."""
    root = shutil.copytree(TESTS / "hostile" / "workspace", tmp_path / "tiny")
    metadata = root / "problems" / "01" / "problem.toml"
    text = metadata.read_text(encoding="utf-8")
    metadata.write_text(text.replace("test_seconds = 1.0", "test_seconds = 60.0"))
    return root
