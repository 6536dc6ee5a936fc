"""The notebooks of problem 20 run from top to bottom, and print what is stored in them."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).parents[1] / "problems" / "20" / "notebooks"
NAMES = ("0a_core", "0b_flask", "0c_fastapi")
MAX_CELLS = 20
MAX_LINES = 25
PREDICT = "**Predict.** "
WHY = "**What happened, and why.** "
# Where files of a machine lie, and how the address of an object is written.
NOT_EVERYWHERE = re.compile(r"/(home|root|tmp|usr|var|work|Users)/|[A-Z]:\\|0x[0-9a-f]{4,}")

Run = Callable[[str], NotebookNode]

# A busy machine takes ten times as long as a quiet one.
pytestmark = [pytest.mark.parametrize("name", NAMES), pytest.mark.timeout(280)]


def read(name: str, folder: Path = NOTEBOOKS) -> NotebookNode:
    path = folder / f"{name}.ipynb"
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def code_of(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def has_tag(cell: NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def text_of(cell: NotebookNode) -> str:
    """Join what a cell printed, and what it is."""
    return "".join(output.get("text") or str(output) for output in cell.outputs)


def without_space(code: str) -> str:
    return re.sub(r"\s+", " ", code).strip()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Run a notebook, once, in a copy of its folder."""
    base = tmp_path_factory.mktemp("notebooks")
    folder = shutil.copytree(NOTEBOOKS, base / "copy")
    done: dict[str, NotebookNode] = {}

    def run(name: str) -> NotebookNode:
        if name not in done:
            place: dict[str, Any] = {"metadata": {"path": str(folder)}}
            done[name] = NotebookClient(read(name, folder), timeout=240, resources=place).execute()
        return done[name]

    with pytest.MonkeyPatch.context() as patch:
        # Else the kernel keeps its history, and the connection file, in the home directory.
        patch.setenv("IPYTHONDIR", str(base / "ipython"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(base / "runtime"))
        # A kernel whose lines are counted tells other times, and runs nothing of the grader.
        patch.delenv("COVERAGE_PROCESS_START", raising=False)
        yield run


def test_a_notebook_prints_what_is_stored_in_it(name: str, run: Run) -> None:
    stored, fresh = code_of(read(name)), code_of(run(name))

    changed = [
        (cell.source, text_of(cell), text_of(again))
        for cell, again in zip(stored, fresh, strict=True)
        if text_of(cell) != text_of(again) and not has_tag(cell, "varies")
    ]

    assert changed == []


def test_no_cell_raises(name: str, run: Run) -> None:
    for notebook in (read(name), run(name)):
        kinds = {output.output_type for cell in code_of(notebook) for output in cell.outputs}

        assert kinds == {"stream"}


def test_no_cell_warns(name: str, run: Run) -> None:
    outputs = [output for cell in code_of(run(name)) for output in cell.outputs]

    assert [output.text for output in outputs if output.name != "stdout"] == []


def test_what_is_stored_is_the_same_on_every_machine(name: str) -> None:
    notebook = read(name)

    assert [text_of(c) for c in code_of(notebook) if NOT_EVERYWHERE.search(text_of(c))] == []
    assert [cell.id for cell in notebook.cells if set(cell.metadata) - {"tags"}] == []
    assert notebook.metadata.kernelspec.name == "python3"
    assert "version" not in notebook.metadata.language_info


def test_every_experiment_is_predicted_run_and_explained(name: str) -> None:
    cells = read(name).cells
    predictions = [n for n, cell in enumerate(cells) if cell.source.startswith(PREDICT)]

    assert len(predictions) >= 5
    assert len(predictions) == sum(cell.source.startswith(WHY) for cell in cells)
    for n in predictions:
        kinds = [cell.cell_type for cell in cells[n : n + 3]]
        assert kinds == ["markdown", "code", "markdown"]
        assert cells[n + 2].source.startswith(WHY)


def test_a_notebook_says_how_to_run_it_and_ends_with_three_questions(name: str) -> None:
    first, *_, last = read(name).cells

    assert first.source.startswith(f"# {name[:2]} · ")
    assert "`pip install jupyterlab`" in first.source
    assert last.source.startswith("## Interview questions\n")
    assert re.findall(r"^\d\.", last.source, re.MULTILINE) == ["1.", "2.", "3."]


def test_a_notebook_and_its_cells_are_short(name: str) -> None:
    cells = code_of(read(name))

    assert len(cells) <= MAX_CELLS
    assert [c.source for c in cells if len(c.source.splitlines()) > MAX_LINES] == []


def test_the_core_is_built_in_the_first_notebook_and_imported_by_the_others(name: str) -> None:
    shop = (NOTEBOOKS / "shop.py").read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(shop))
    core = [cell.source for cell in code_of(read(name)) if has_tag(cell, "core")]

    if name == "0a_core":
        assert without_space(f'"""{docstring}""" ' + " ".join(core)) == without_space(shop)
    else:
        assert core == []
        assert any(re.search(r"^import shop$", c.source, re.MULTILINE) for c in code_of(read(name)))
