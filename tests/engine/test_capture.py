"""The head and the tail of a flood."""

from __future__ import annotations

from grader.engine.capture import KEPT, HeadAndTail


def captured(*parts: bytes, kept: int = KEPT) -> str:
    capture = HeadAndTail(kept)
    for part in parts:
        capture.write(part)
    return capture.text()


def test_nothing_written_is_no_text() -> None:
    assert captured() == ""


def test_what_fits_is_kept_as_it_came() -> None:
    assert captured(b"a" * KEPT, b"b" * KEPT) == "a" * KEPT + "b" * KEPT


def test_one_byte_too_many_is_left_out_of_the_middle() -> None:
    text = captured(b"abc", b"d", b"ef", kept=2)

    assert text == "ab\n… 2 bytes left out …\nef"


def test_it_does_not_matter_how_the_bytes_arrive() -> None:
    flood = bytes(range(32, 127)) * 100

    at_once = captured(flood)
    one_by_one = captured(*(bytes([byte]) for byte in flood))

    assert at_once == one_by_one


def test_the_number_left_out_is_easy_to_read() -> None:
    assert "\n… 29,996,000 bytes left out …\n" in captured(b"x" * 30_000_000)


def test_what_is_no_text_is_spelt_out() -> None:
    assert captured(b"\xff\x00\x1b[2Jok\n") == "\\xff\\x00\\x1b[2Jok\n"


def test_a_character_cut_in_two_is_spelt_out() -> None:
    assert captured("é".encode() * 3, kept=1) == "\\xc3\n… 4 bytes left out …\n\\xa9"
