"""What crosses the border between a worker and the supervisor."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.engine.job import Order, dump_report, parse_message
from grader.outcome import Outcome, TestReport

REPORT = {"outcome": "failed", "message": "no", "where": "a.py:1", "seconds": 0.5}


def parsed(**fields: Any) -> dict[str, Any] | None:
    return parse_message(json.dumps(fields).encode())


def test_an_order_arrives_as_it_was_given() -> None:
    order = Order("p01_x", "/p01_x.py", ("a", "b"), 7, "/scratch", "token", 60)

    assert Order.parse(order.dump()) == order


def test_a_report_arrives_as_it_was_given() -> None:
    report = TestReport(Outcome.FAILED, "no", "a.py:1", 0.5)

    message = parsed(kind="end", test="a", report=dump_report(report))

    assert message == {"kind": "end", "test": "a", "report": report}


def test_what_no_message_asks_for_is_dropped() -> None:
    assert parsed(kind="ready", test="a", more=[1]) == {"kind": "ready"}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"end",
        b"\xff\xfe\xfd",
        b"[]",
        b'"end"',
        b'{"kind": "end"',
        b'{"kind": "won"}',
        b'{"kind": ["end"]}',
        b'{"test": "a"}',
        b'{"kind": "start"}',
        b'{"kind": "broken", "report": null}',
        b'{"kind": "failure"}',
        b'{"kind": "done", "cpu": "1", "wall": 1}',
        b'{"kind": "done", "cpu": NaN, "wall": 1}',
        b'{"kind": "done", "cpu": 1, "wall": 1e999}',
        b'{"kind": "done", "cpu": -1, "wall": 1}',
        b'{"kind": "done", "cpu": 1' + b"0" * 400 + b', "wall": 1}',
        b'{"kind": ' + b"[" * 100_000,
    ],
    ids=range(18),
)
def test_what_is_malformed_is_no_message(line: bytes) -> None:
    assert parse_message(line) is None


@pytest.mark.parametrize(
    "change",
    [{"outcome": "won"}, {"outcome": []}, {"seconds": None}, {"seconds": "0"}],
    ids=str,
)
def test_a_malformed_report_is_no_message(change: dict[str, Any]) -> None:
    assert parsed(kind="end", test="a", report={**REPORT, **change}) is None


def test_a_report_without_one_of_its_fields_is_no_message() -> None:
    del (part := dict(REPORT))["where"]

    assert parsed(kind="end", test="a", report=part) is None


def test_the_text_of_a_report_is_made_harmless() -> None:
    message = parsed(
        kind="end",
        test="a",
        report={**REPORT, "message": "\x1b[2J\ud800" + "x" * 900_000, "where": "\x1b]0;a.py:1"},
    )

    assert message is not None
    assert message["report"].message.startswith("\\x1b[2J\\xd800xxx")
    assert len(message["report"].message) == 4000
    assert message["report"].where == "\\x1b]0;a.py:1"
