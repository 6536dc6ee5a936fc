"""The head and the tail of a flood, and what was printed during which test."""

from __future__ import annotations

from grader.engine.capture import KEPT, HeadAndTail, Transcript, part_mark


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


def parts(*pieces: bytes, count: int = 2) -> list[str]:
    transcript = Transcript("07c", count)
    for piece in pieces:
        transcript.write(piece)
    return transcript.texts()


def test_each_part_begins_with_its_mark() -> None:
    said = b"loading" + part_mark("07c", 1) + b"b" + part_mark("07c", 0) + b"a"

    assert parts(said) == ["loading", "a", "b"]


def test_it_does_not_matter_how_a_mark_arrives() -> None:
    said = b"\0" + part_mark("07c", 0) + b"\0a\0" + part_mark("07c", 1) * 2 + b"b\0"

    assert (
        parts(*(bytes([byte]) for byte in said))
        == parts(said)
        == ["\\x00", "\\x00a\\x00", "b\\x00"]
    )


def test_a_part_that_comes_again_goes_on() -> None:
    first, second = part_mark("07c", 0), part_mark("07c", 1)

    assert parts(first + b"1" + second + b"2" + first + b"3") == ["", "13", "2"]


def test_a_mark_of_somebody_else_is_text() -> None:
    said = part_mark("07c", 0) + part_mark("OTHER", 1) + b"a"

    assert parts(said) == ["", "\\x00OTHER 1\\x00a", ""]


def test_a_part_that_nobody_expects_is_no_part() -> None:
    assert parts(part_mark("07c", 0) + b"a" + part_mark("07c", 7) + b"b") == ["", "ab", ""]
