"""The scorecard as a page: its structure, its colours, and text that would like to be more."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from grader.errors import UsageError
from grader.loader import load_problem
from grader.outcome import Outcome, TestReport, Verdict
from grader.outfile import check_writable, write_whole
from grader.problem import Problem
from grader.render.html_scorecard import render_html
from grader.score import BehaviourResult, ProblemResult

SAMPLE = Path(__file__).parents[1] / "sample"
# Below no current folder, so that it is shown whole.
STUB = Path("/kata/stubs/p01_clamp.py")
CSS = Path(__file__).parents[2] / "grader" / "render" / "scorecard.css"
NOON = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
MESSAGE = "Called     clamp(1, 2, 3)\nReturned   1\nExpected   2"
HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    '"><svg onload=document.title="owned">',
    "</dd></dl></details><h1>Solved</h1>",
    "</style><script>document.title='owned'</script>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; \x1b[31m \ud800 \u202e \x00",
    "javascript:alert(1)",
)
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
VOID = {"meta", "rect", "line", "polyline", "circle", "link", "img", "br"}


class Outline(HTMLParser):
    """What a page is made of: its elements, what is open where, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="module")
def problem() -> Problem:
    return load_problem(SAMPLE / "problems" / "01")


def result(problem: Problem, *reports: TestReport, **others: Any) -> ProblemResult:
    """Return a result whose first behaviours have these reports; the others hold."""
    rest = [TestReport(Outcome.PASSED)] * (len(problem.behaviours) - len(reports))
    behaviours = map(BehaviourResult, problem.behaviours, [*reports, *rest])
    values = {"verdict": Verdict.PARTIAL, "path": STUB, **others}
    return ProblemResult(problem, behaviours=tuple(behaviours), **values)


def page_of(problem: Problem, *results: ProblemResult, **others: Any) -> str:
    values = dict(solutions="stubs", isolation="none", seed=7, ignored=[], when=NOON, **others)
    return render_html(results, [problem], **values)


@pytest.fixture(scope="module")
def page(problem: Problem) -> str:
    failed = TestReport(Outcome.FAILED, MESSAGE, f"{STUB}:3")
    history = {"01": [(NOON.replace(day=day), points) for day, points in ((1, 0), (2, 25))]}
    return page_of(
        problem,
        result(problem, failed),
        history=history,
        diagnoses={"01": "bounds swapped"},
        hints={"01": 2},
    )


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def hostile_page(problem: Problem) -> str:
    reports = [
        TestReport(Outcome.FAILED, f"Called     {text}\n{text}", f"{text}:1", printed=text)
        for text in HOSTILE[: len(problem.behaviours)]
    ]
    texts = " ".join(HOSTILE)
    bad = result(
        problem, *reports, path=Path(texts.replace("/", "|")), message=texts, where=f"{texts}:1"
    )
    return render_html(
        [bad],
        [problem],
        solutions=texts,
        isolation="none",
        seed=None,
        ignored=HOSTILE,
        when=NOON,
        diagnoses={"01": texts},
    )


# --- Structure --------------------------------------------------------------------------------


def test_the_page_has_its_landmarks(outline: Outline) -> None:
    for landmark in ("header", "main", "footer"):
        assert len(outline.all(landmark)) == 1
    assert outline.all("html") == [{"lang": "en"}]


def test_headings_leave_out_no_level(outline: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h\d", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_say_what_their_cells_are(outline: Outline) -> None:
    assert outline.all("th")
    assert all(cell.get("scope") in ("col", "row") for cell in outline.all("th"))
    assert len(outline.all("caption")) == len(outline.all("table"))


def test_pictures_have_a_title_and_a_description(outline: Outline) -> None:
    ids = {attributes["id"] for attributes in outline.all("title", "desc") if "id" in attributes}

    assert len(outline.all("svg")) == 2
    for picture in outline.all("svg"):
        assert picture["role"] == "img"
        assert {picture["aria-labelledby"], picture["aria-describedby"]} <= ids


def test_ids_are_given_once(outline: Outline) -> None:
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]

    assert len(ids) == len(set(ids))


def test_each_problem_opens_with_the_keyboard(outline: Outline) -> None:
    assert len(outline.all("details")) == len(outline.all("summary")) == 1
    assert "open" in outline.all("details")[0]


def test_the_page_says_what_went_wrong(page: str, problem: Problem) -> None:
    for words in (
        problem.behaviours[0].title,
        "<dt>Called</dt><dd>clamp(1, 2, 3)</dd>",
        "<dt>Expected</dt><dd>2</dd>",
        "p01_clamp.py:3</dd>",
        "bounds swapped",
        "25/30 points · 2 tries · 2 hints</span>",
        "A try is a grading of a text that had changed since the one before.",
        "2 tries from 01 May 2024 to 02 May 2024: from 0 to 25 of 30 points, 25 at best.",
        "Probes: asked with --seed 7.",
        '<time datetime="2024-05-01T12:00:00+00:00">01 May 2024, 12:00</time>',
    ):
        assert words in page


def test_what_is_in_the_way_of_all_is_said_once(problem: Problem) -> None:
    error = TestReport(Outcome.ERROR, "SyntaxError: a colon is missing")
    broken = result(problem, error, verdict=Verdict.BROKEN, message=error.message)

    assert page_of(problem, broken).count("a colon is missing") == 1


def test_an_outcome_is_a_sign_and_a_word(page: str) -> None:
    assert '<span aria-hidden="true">✘</span> fails' in page
    assert '<span aria-hidden="true">✔</span> holds' in page


def test_of_many_tries_the_last_are_drawn(problem: Problem) -> None:
    history = {"01": [(NOON, points) for points in range(41)]}

    page = page_of(problem, result(problem), history=history)

    assert "The last 40 tries from 01 May 2024" in page
    assert "· 41 tries</span>" in page


def test_the_first_failure_says_what_to_try(problem: Problem, tmp_path: Path) -> None:
    stub = tmp_path / "p01_clamp.py"
    stub.write_text("def clamp(value, low, high):\n    print(value)\n")
    failed = TestReport(Outcome.FAILED, "Returned   None\nExpected   2", f"{stub}:1", printed="2\n")

    page = page_of(problem, result(problem, failed, failed, path=stub))

    assert page.count("<dt>Try</dt>") == 1


def test_what_is_broken_says_what_to_try(problem: Problem, tmp_path: Path) -> None:
    stub = tmp_path / "p01_clamp.py"
    stub.write_text("import colections\n")
    error = "ModuleNotFoundError: No module named 'colections'"
    broken = result(problem, verdict=Verdict.BROKEN, path=stub, message=error, where=f"{stub}:1")

    assert "<dt>Try</dt>" in page_of(problem, broken)


def test_one_try_is_no_history(problem: Problem) -> None:
    page = page_of(problem, result(problem), history={"01": [(NOON, 30)]})

    assert "History" not in page


def test_what_was_not_graded_is_said(problem: Problem) -> None:
    assert "Interrupted: 1 of 1 not graded." in page_of(problem)


def test_the_page_is_as_agreed(page: str, matches_gold: Any) -> None:
    scrubbed = page.replace(CSS.read_text(), "")
    scrubbed = re.sub(r"sha256-[^&]+", "sha256-…", scrubbed)
    matches_gold(
        "scorecard_page.html", re.sub(r"by grader [\w.]+\.", "by grader VERSION.", scrubbed)
    )


# --- Safety -----------------------------------------------------------------------------------


def test_text_stays_text(problem: Problem) -> None:
    outline = Outline(hostile_page(problem))

    assert not outline.all("script", "img", "b")
    assert len(outline.all("h1")) == 1
    assert not any(name.startswith("on") for _, a in outline.elements for name in a)
    assert "{{ 7 * 7 }}" in "".join(outline.text)


def test_no_control_character_is_left(problem: Problem) -> None:
    page = hostile_page(problem)

    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", page)


def test_nothing_comes_from_elsewhere(outline: Outline) -> None:
    links = [a[name] for _, a in outline.elements for name in ("src", "href") if name in a]

    assert links == ["#problems"]
    assert not outline.all("link", "script", "iframe")
    assert "url(" not in CSS.read_text()


def test_the_policy_allows_the_style_sheet_and_nothing_else(page: str, outline: Outline) -> None:
    found = re.search(r"<style>(.*)</style>", page, re.DOTALL)
    assert found is not None
    digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    [policy] = [a["content"] for a in outline.all("meta") if "http-equiv" in a]

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert not any("style" in attributes for _, attributes in outline.elements)


# --- Colours ----------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("place", [0, 1, 2], ids=["light", "dark", "print"])
def test_text_can_be_told_from_what_is_behind_it(place: int) -> None:
    block = re.findall(r":root \{(.*?)\}", CSS.read_text(), re.DOTALL)[place]
    colours = dict(re.findall(r"--(\w+): (#\w{6});", block))

    for text in ("text", "quiet", "good", "bad", "waiting", "link"):
        for behind in ("page", "card"):
            assert contrast(colours[text], colours[behind]) >= 4.5, (text, behind)
    assert contrast(colours["good"], colours["track"]) >= 3
    assert contrast(colours["line"], colours["page"]) >= 3


# --- In a browser -----------------------------------------------------------------------------


@pytest.mark.skipif(BROWSER is None, reason="no chromium here (apt-get install chromium)")
def test_a_browser_runs_nothing_and_complains_of_nothing(problem: Problem, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_whole(path, hostile_page(problem))

    done = subprocess.run(
        [
            str(BROWSER),
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            path.as_uri(),
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert "<title>Scorecard: " in done.stdout
    assert "CONSOLE" not in done.stderr


# --- The file ---------------------------------------------------------------------------------


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is a folder\. Give the name of a file in it\."):
        check_writable(tmp_path)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no folder .*none\. Make it first\."):
        check_writable(tmp_path / "none" / "report.html")


def test_a_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match=r"cannot be written: Not a directory"):
        check_writable(tmp_path / "file" / "report.html")


def test_what_is_no_regular_file_is_refused() -> None:
    with pytest.raises(UsageError, match=r"is no regular file"):
        check_writable(Path("/dev/null"))


def test_a_file_is_replaced_whole_and_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    path.chmod(0o640)

    check_writable(path)
    write_whole(path, "new \ud800")

    assert path.read_text() == "new \\ud800"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.mkdir()

    with pytest.raises(UsageError, match="cannot be written"):
        write_whole(path, "new")

    assert list(tmp_path.iterdir()) == [path]


# --- The command ------------------------------------------------------------------------------


def grader(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", "--isolation", "none", *arguments],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_page_is_written_beside_the_text(sample: Path) -> None:
    done = grader(sample, "1", "--solutions", "reference", "--html", "report.html")

    assert done.returncode == 0
    assert "30/30" in done.stdout
    assert done.stderr == "Written: report.html\n"
    assert "<title>Scorecard: 30 of 30 points</title>" in (sample / "report.html").read_text()


def test_a_page_that_cannot_be_written_is_said_before_anything_is_graded(sample: Path) -> None:
    done = grader(sample, "--html", "none/report.html")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "grader: none/report.html: there is no folder none. Make it first.\n"
