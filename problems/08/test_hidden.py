"""Hidden tests of 08 · Lazy data loader."""

import gc
import sqlite3
import sys
from contextlib import closing, contextmanager

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from flask import Flask, Response

from grader.testkit import Called, Mismatch, asgi, call, call_raising, expect, expect_that, wsgi
from grader.testkit.leftovers import Watched, expect_dead, watch

behaviour = pytest.mark.behaviour

FIVE = [(1,), (2,), (3,), (4,), (5,)]


class Broken(Exception):
    """What a source raises."""


class Source:
    """A source that counts how often it was asked for a row; an error among them is raised."""

    def __init__(self, rows):
        self._rows = iter(rows)
        self.asked = 0
        self.is_closed = False

    def __iter__(self):
        return self

    def __next__(self):
        if self.is_closed:
            raise ValueError("the source is closed")
        self.asked += 1
        row = next(self._rows)
        if isinstance(row, BaseException):
            raise row
        return row

    def close(self):
        self.is_closed = True
        self._rows = iter(())


def _told(rows):
    """Return the rows as a text; those of another kind than a list may be asked for once only."""
    if not isinstance(rows, list):
        return str(rows)
    told = [f"raises {row!r}" if isinstance(row, BaseException) else repr(row) for row in rows]
    return f"[{', '.join(told)}]"


class Opener:
    """An ``open_source`` that remembers the sources it opened."""

    def __init__(self, rows, name=None):
        self.rows = rows
        self.sources = []
        self._name = name or f"open_source of {_told(rows)}"

    def __call__(self):
        self.sources.append(Source(self.rows))
        return self.sources[-1]

    def __repr__(self):
        return f"<{self._name}>"

    @property
    def opened(self):
        return len(self.sources)

    @property
    def asked(self):
        return sum(source.asked for source in self.sources)

    @property
    def still_open(self):
        return sum(not source.is_closed for source in self.sources)


def endless():
    # It does end: what reads it to the end is to fail, not to hang.
    return Opener([(number,) for number in range(1, 2001)], "open_source of endless rows")


@contextmanager
def noting(text):
    """Note on an error what was called."""
    try:
        yield
    except BaseException as error:
        if not hasattr(error, "__notes__"):
            error.add_note(f"Called     {text}")
        raise


class Reading:
    """An iterator of the solution, and how a person would write it."""

    def __init__(self, text, iterator):
        self.text = text
        self.iterator = iterator

    def next(self):
        text = f"next({self.text})"
        with noting(text):
            value = next(self.iterator, self)
        if value is self:
            found = "StopIteration: the iterator has ended"
            raise Mismatch(f"Called     {text}\nFound      {found}\nExpected   one more")
        return Called(next, text, value)

    def rest(self):
        text = f"list({self.text})"
        with noting(text):
            return Called(list, text, list(self.iterator))

    def error(self):
        """Return the error that the next ``next`` raises, other than StopIteration."""
        try:
            called = self.next()
        except (Mismatch, NotImplementedError):
            raise
        except BaseException as error:
            return error
        return called.fail("an error to be raised")

    def has_ended(self):
        """Fail unless there is no next one."""
        text = f"next({self.text})"
        with noting(text):
            value = next(self.iterator, self)
        if value is not self:
            Called(next, text, value).fail("StopIteration: the iterator has ended")

    def close(self):
        with noting(f"{self.text}.close()"):
            self.iterator.close()


def batches(solution, opener, size):
    called = call(solution.read_records, opener, batch_size=size)
    return Reading(called.text, called.value)


def records(solution, opener):
    called = call(solution.LazyLoader, opener)
    return again(called)


def again(loader):
    return Reading(f"iter({loader.text})", call(iter, loader.value).value)


def lines(solution, opener):
    called = call(solution.stream_csv, opener)
    return Reading(called.text, called.value)


def expect_asked(when, opener, rows):
    expect(f"rows that the source was asked for, {when}", opener.asked, rows)


def expect_opened(when, opener, sources):
    expect(f"sources opened, {when}", opener.opened, sources)


def expect_closed(when, opener):
    expect_that(f"calls of open_source, {when}", opener.sources, opener.opened, "one at least")
    expect(f"sources left open, {when}", opener.still_open, 0)


def expect_closed_once_dropped(when, opener):
    if opener.still_open:
        gc.collect()
    expect_closed(when, opener)


# --- parse_row --------------------------------------------------------------------------------


@behaviour("parse-row")
@pytest.mark.parametrize("raw", [[1, "tea"], (1, "tea")], ids=["list", "tuple"])
def test_a_raw_row_becomes_a_tuple(solution, raw):
    call(solution.parse_row, raw).gives((1, "tea"))


@behaviour("parse-row")
def test_bytes_become_text(solution):
    call(solution.parse_row, (b"caf\xc3\xa9", b"", "b'x'")).gives(("café", "", "b'x'"))


@behaviour("parse-row")
def test_other_fields_are_the_very_objects(solution):
    fields = [None, 0, " tea ", bytearray(b"tea"), [b"tea"], object()]
    called = call(solution.parse_row, fields)
    is_same = len(called.value) == 6 and all(map(lambda a, b: a is b, called.value, fields))
    expect_that(called.text, is_same, called.value, "the very objects that were passed")


@behaviour("parse-row")
def test_bytes_that_are_not_utf_8_are_an_error(solution):
    call_raising(UnicodeDecodeError, solution.parse_row, (1, b"\xff\xfe"))


# --- read_records: the batches ----------------------------------------------------------------


@behaviour("batches")
def test_records_come_in_lists_of_the_batch_size(solution):
    rows = [[1, b"tea"], [2, b"milk"], [3, b"jam"], [4, b"salt"]]
    wanted = [[(1, "tea"), (2, "milk")], [(3, "jam"), (4, "salt")]]
    batches(solution, Opener(rows), 2).rest().gives(wanted)


@behaviour("batches")
def test_the_last_batch_may_be_shorter(solution):
    batches(solution, Opener(FIVE), 2).rest().gives([[(1,), (2,)], [(3,), (4,)], [(5,)]])


@behaviour("batches")
def test_an_empty_source_gives_no_batch(solution):
    batches(solution, Opener([]), 2).rest().gives([])


@behaviour("batches")
def test_each_batch_is_a_list_of_its_own(solution):
    reading = batches(solution, Opener(FIVE), 2)
    first = reading.next().value
    second = reading.next().value
    expect("the first batch, after the second was read", first, [(1,), (2,)])
    second.clear()
    reading.next().gives([(5,)])


@behaviour("batches")
def test_a_batch_may_be_large(solution):
    reading = batches(solution, endless(), 1500)
    expect(f"length of next({reading.text})", len(reading.next().value), 1500)


@behaviour("batches")
def test_there_may_be_many_batches(solution):
    # An iterator, of which a second source would get only the rest: that ends soon, too.
    rows = ((number,) for number in range(1200))
    reading = batches(solution, Opener(rows, "open_source of 1200 rows"), 1)
    expect(f"length of list({reading.text})", len(reading.rest().value), 1200)


@behaviour("batches")
def test_a_second_call_shares_nothing_with_the_first(solution):
    opener = Opener([(1,), (2,), (3,)])
    first = batches(solution, opener, 2)
    first.next()
    batches(solution, opener, 2).rest().gives([[(1,), (2,)], [(3,)]])
    first.next().gives([(3,)])


@behaviour("at-the-call")
@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_size_below_one_is_an_error_at_the_call(solution, size):
    opener = Opener(FIVE)
    call_raising(ValueError, solution.read_records, opener, batch_size=size)
    expect_opened("after the error", opener, 0)


@behaviour("at-the-call")
@pytest.mark.parametrize("size", [2.5, "3", None], ids=repr)
def test_a_batch_size_that_is_no_integer_is_an_error_at_the_call(solution, size):
    opener = Opener(FIVE)
    call_raising(ValueError, solution.read_records, opener, batch_size=size)
    expect_opened("after the error", opener, 0)


# --- read_records: laziness -------------------------------------------------------------------


@behaviour("at-the-call")
def test_the_call_opens_nothing(solution):
    opener = Opener(FIVE)
    reading = batches(solution, opener, 2)
    expect_opened("before the first next", opener, 0)
    reading.next().gives([(1,), (2,)])


@behaviour("at-the-call")
def test_one_source_is_opened_for_all_batches(solution):
    opener = Opener(FIVE)
    batches(solution, opener, 2).rest()
    expect_opened("after all batches", opener, 1)


@behaviour("at-the-call")
def test_an_iterator_closed_before_it_started_never_opens(solution):
    opener = Opener(FIVE)
    reading = batches(solution, opener, 2)
    reading.close()
    reading.has_ended()
    expect_opened("after close() and next", opener, 0)


@behaviour("no-look-ahead")
def test_each_batch_reads_just_its_rows(solution):
    opener = endless()
    reading = batches(solution, opener, 3)
    for number in (1, 2, 3):
        reading.next()
        expect_asked(f"after batch {number}, each of 3", opener, 3 * number)


@behaviour("no-look-ahead")
def test_a_batch_is_handed_out_before_the_row_after_it_is_awaited(solution):
    opener = Opener([(1,), (2,), None, Broken("no more")])
    batches(solution, opener, 2).next().gives([(1,), (2,)])
    expect_asked("after the first batch of 2", opener, 2)


@behaviour("null-rows")
def test_null_rows_give_no_record(solution):
    rows = [None, (1,), None, (2,), None]
    batches(solution, Opener(rows), 2).rest().gives([[(1,), (2,)]])


@behaviour("null-rows")
def test_null_rows_take_no_place_in_a_batch(solution):
    rows = [(1,), None, None, (2,), (3,), (4,)]
    batches(solution, Opener(rows), 2).rest().gives([[(1,), (2,)], [(3,), (4,)]])


@behaviour("null-rows")
def test_null_rows_alone_give_no_batch(solution):
    batches(solution, Opener([None, None, None]), 2).rest().gives([])


@behaviour("null-rows")
def test_there_may_be_many_null_rows(solution):
    opener = Opener([None] * 1200 + [(1,)], "open_source of 1200 null rows and (1,)")
    batches(solution, opener, 2).rest().gives([[(1,)]])


@behaviour("null-rows")
def test_an_empty_row_is_a_row(solution):
    wanted = [[(), (1,), ()], [(2,)]]
    batches(solution, Opener([(), (1,), [], (2,)]), 3).rest().gives(wanted)


@behaviour("null-rows")
def test_a_row_of_nulls_is_a_row(solution):
    rows = [(None, None), (0, ""), (False,)]
    batches(solution, Opener(rows), 3).rest().gives([rows])


# --- read_records: closing --------------------------------------------------------------------


@behaviour("closes")
@pytest.mark.parametrize("size", [2, 5], ids=["short last batch", "full last batch"])
def test_the_source_is_closed_at_the_end(solution, size):
    opener = Opener(FIVE)
    reading = batches(solution, opener, size)
    reading.rest()
    expect_closed("after the last batch", opener)


@behaviour("closes")
def test_an_iterator_that_has_ended_stays_at_its_end(solution):
    opener = Opener(FIVE)
    reading = batches(solution, opener, 5)
    reading.rest()
    reading.has_ended()
    expect_opened("after the last batch and two more next", opener, 1)


@behaviour("closes")
@pytest.mark.parametrize("read", [1, 3], ids=["first batch", "last batch"])
def test_close_closes_the_source(solution, read):
    opener = Opener(FIVE)
    reading = batches(solution, opener, 2)
    for _ in range(read):
        reading.next()
    reading.close()
    expect_closed(f"after batch {read} and close()", opener)


@behaviour("closes")
def test_a_closed_iterator_has_ended(solution):
    opener = Opener(FIVE)
    reading = batches(solution, opener, 2)
    reading.next()
    asked = opener.asked
    reading.close()
    reading.close()
    reading.has_ended()
    expect_asked("after close() and next, as before", opener, asked)


@behaviour("closes")
def test_a_loop_that_is_left_closes_the_source(solution):
    opener = Opener(FIVE)
    for _ in call(solution.read_records, opener, batch_size=2).value:
        break
    expect_closed_once_dropped("after `break` out of a loop over read_records(...)", opener)


@behaviour("closes")
def test_an_error_in_the_loop_closes_the_source(solution):
    opener = Opener(FIVE)
    try:
        for _ in call(solution.read_records, opener, batch_size=2).value:
            raise LookupError("the consumer's")
    except LookupError:
        pass
    expect_closed_once_dropped("after an error in a loop over read_records(...)", opener)


# --- read_records: errors ---------------------------------------------------------------------


@behaviour("errors")
def test_an_error_comes_after_the_rows_before_it(solution):
    failure = Broken("row 5")
    reading = batches(solution, Opener([*FIVE[:4], failure]), 3)
    reading.next().gives([(1,), (2,), (3,)])
    reading.next().gives([(4,)])
    found = reading.error()
    expect_that(f"next({reading.text})", found is failure, found, "the very error of the source")


@behaviour("errors")
def test_an_error_at_the_start_of_a_batch_comes_at_once(solution):
    failure = Broken("row 3")
    reading = batches(solution, Opener([(1,), (2,), failure]), 2)
    reading.next().gives([(1,), (2,)])
    found = reading.error()
    expect_that(f"next({reading.text})", found is failure, found, "the very error of the source")


@behaviour("errors")
def test_a_row_that_cannot_be_parsed_is_an_error_at_its_place(solution):
    opener = Opener([(b"a",), (b"\xff",), (b"c",)])
    reading = batches(solution, opener, 3)
    reading.next().gives([("a",)])
    found = reading.error()
    is_right = isinstance(found, UnicodeDecodeError)
    expect_that(f"next({reading.text})", is_right, found, "a UnicodeDecodeError")
    expect_asked("when the second could not be parsed", opener, 2)


@behaviour("errors")
@pytest.mark.parametrize("size", [1, 3], ids=["at once", "after a shorter batch"])
def test_an_error_leaves_the_source_closed_and_the_iterator_at_its_end(solution, size):
    opener = Opener([(1,), Broken("row 2"), (3,)])
    reading = batches(solution, opener, size)
    reading.next().gives([(1,)])
    error = reading.error()
    expect_closed(f"when {error!r} arrives", opener)
    reading.has_ended()
    expect_opened("after the error and next", opener, 1)


@behaviour("errors")
def test_an_error_that_waits_is_dropped_by_close(solution):
    opener = Opener([(1,), Broken("row 2")])
    reading = batches(solution, opener, 3)
    reading.next().gives([(1,)])
    reading.close()
    reading.has_ended()


@behaviour("errors")
def test_an_error_while_opening_arrives_as_it_is(solution):
    failure = ConnectionError("no source")

    def open_source():
        raise failure

    reading = batches(solution, open_source, 2)
    found = reading.error()
    expect_that(f"next({reading.text})", found is failure, found, "the very error of open_source")


@behaviour("errors")
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_does_not_wait(solution, kind):
    opener = Opener([(1,), kind(), (3,)])
    reading = batches(solution, opener, 3)
    found = reading.error()
    expect_that(f"next({reading.text})", isinstance(found, kind), found, kind.__name__)
    expect_closed(f"when the {kind.__name__} arrives", opener)


# --- What is handed out -----------------------------------------------------------------------


class WatchedRow(list):
    """A raw row that can be watched."""


class WatchedRows:
    """Six rows of which is known whether they are still alive."""

    def __init__(self):
        self._refs = []

    def __iter__(self):
        for number in range(1, 7):
            row = WatchedRow([Watched(f"field of row {number}")])
            self._refs.append(watch(row, row[0]))
            yield row

    def __repr__(self):
        return "six watched rows"

    def expect_forgotten(self, count, when):
        refs = [ref for pair in self._refs[:count] for ref in pair]
        expect_dead(refs, f"what is in memory of the first {count} raw rows, {when}")


@behaviour("forgets")
def test_the_batches_before_the_last_one_are_forgotten(solution):
    rows = WatchedRows()
    reading = batches(solution, Opener(rows), 2)
    reading.next()
    reading.next()
    rows.expect_forgotten(2, "after the second batch of 2")
    reading.next()
    rows.expect_forgotten(4, "after the third batch of 2")


@behaviour("forgets")
def test_the_bytes_of_earlier_batches_are_forgotten(solution):
    # Bytes take no weak reference, so references are counted: the fifth is never handed out.
    fields = [b"field %d" % number for number in range(5)]
    reading = batches(solution, Opener([[field] for field in fields]), 2)
    reading.next()
    reading.next()
    gc.collect()
    first, _, _, _, control = map(sys.getrefcount, fields)
    expect("references to bytes of the first batch, after the second", first - control, 0)


# --- LazyLoader -------------------------------------------------------------------------------


@behaviour("loader")
def test_a_loader_gives_records_without_null_rows(solution):
    wanted = [(1, "tea"), (), (2, "milk")]
    records(solution, Opener([[1, b"tea"], None, (), [2, b"milk"]])).rest().gives(wanted)


@behaviour("loader")
def test_a_second_iteration_reads_the_source_again(solution):
    opener = Opener(FIVE)
    loader = call(solution.LazyLoader, opener)
    again(loader).rest().gives(FIVE)
    opener.rows = [(6,), (7,)]
    again(loader).rest().gives([(6,), (7,)])


@behaviour("loader")
def test_an_iteration_after_one_that_was_left_starts_at_the_front(solution):
    loader = call(solution.LazyLoader, Opener(FIVE))
    left = again(loader)
    left.next()
    left.close()
    again(loader).rest().gives(FIVE)


@behaviour("loader")
def test_two_iterations_at_once_are_independent(solution):
    opener = Opener([(1,), (2,)])
    loader = call(solution.LazyLoader, opener)
    one, other = again(loader), again(loader)
    one.next().gives((1,))
    other.next().gives((1,))
    one.close()
    other.next().gives((2,))
    expect_opened("in two iterations of one loader", opener, 2)


@behaviour("same-rules")
def test_a_loader_opens_nothing_before_the_first_next(solution):
    opener = Opener(FIVE)
    reading = records(solution, opener)
    expect_opened("by LazyLoader(...) and iter()", opener, 0)
    reading.next().gives((1,))


@behaviour("same-rules")
def test_a_loader_reads_one_row_for_one_record(solution):
    opener = endless()
    reading = records(solution, opener)
    reading.next()
    reading.next()
    expect_asked("after two records of a loader", opener, 2)


@behaviour("same-rules")
def test_closing_an_iteration_closes_its_source(solution):
    opener = Opener(FIVE)
    reading = records(solution, opener)
    reading.next()
    reading.close()
    expect_closed("after a record and close()", opener)
    reading.has_ended()


@behaviour("same-rules")
def test_a_loop_over_a_loader_that_is_left_closes_the_source(solution):
    opener = Opener(FIVE)
    loader = call(solution.LazyLoader, opener).value
    for _ in loader:
        break
    expect_closed_once_dropped("after `break` out of a loop over a loader", opener)


@behaviour("same-rules")
def test_a_loop_over_a_stream_that_is_left_closes_the_source(solution):
    opener = Opener(FIVE)
    for _ in call(solution.stream_csv, opener).value:
        break
    expect_closed_once_dropped("after `break` out of a loop over stream_csv(...)", opener)


@behaviour("same-rules")
def test_a_loader_stops_at_an_error_and_can_be_iterated_again(solution):
    failure = Broken("row 2")
    opener = Opener([(1,), failure])
    loader = call(solution.LazyLoader, opener)
    for _ in range(2):
        reading = again(loader)
        reading.next().gives((1,))
        found = reading.error()
        expect_that(f"next({reading.text})", found is failure, found, "the very error")
        expect_closed("when the error arrives", opener)


@behaviour("same-rules")
def test_a_loader_keeps_nothing_that_was_handed_out(solution):
    rows = WatchedRows()
    reading = records(solution, Opener(rows))
    reading.next()
    reading.next()
    rows.expect_forgotten(1, "after the second record")
    reading.rest()
    rows.expect_forgotten(5, "after all records")


# --- stream_csv -------------------------------------------------------------------------------


@behaviour("csv-lines")
def test_each_record_is_a_line(solution):
    rows = [[1, b"tea"], None, ("café", "", 2.5)]
    lines(solution, Opener(rows)).rest().gives(["1,tea\r\n", "café,,2.5\r\n"])


@behaviour("csv-lines")
def test_a_field_without_a_value_is_empty(solution):
    lines(solution, Opener([(1, None, 2), (None, 3)])).rest().gives(["1,,2\r\n", ",3\r\n"])


@behaviour("csv-lines")
def test_a_record_without_fields_is_a_line(solution):
    lines(solution, Opener([(1,), (), (2,)])).rest().gives(["1\r\n", "\r\n", "2\r\n"])


@behaviour("csv-lines")
def test_fields_are_quoted_where_they_need_it(solution):
    rows = [("a,b", 'say "hi"', "two\nlines")]
    lines(solution, Opener(rows)).rest().gives(['"a,b","say ""hi""","two\nlines"\r\n'])


@behaviour("csv-lines")
def test_other_fields_are_written_as_they_are(solution):
    lines(solution, Opener([(" plain text ", "=A1", -5)])).rest().gives([" plain text ,=A1,-5\r\n"])


@behaviour("csv-lines")
def test_an_empty_source_gives_no_line(solution):
    lines(solution, Opener([])).rest().gives([])


@behaviour("same-rules")
def test_stream_csv_opens_nothing_before_the_first_next(solution):
    opener = Opener(FIVE)
    reading = lines(solution, opener)
    expect_opened("before the first next", opener, 0)
    reading.next().gives("1\r\n")


@behaviour("same-rules")
def test_stream_csv_reads_one_row_for_one_line(solution):
    opener = endless()
    reading = lines(solution, opener)
    reading.next()
    reading.next()
    expect_asked("after two lines", opener, 2)


@behaviour("same-rules")
def test_closing_a_stream_closes_its_source(solution):
    opener = Opener(FIVE)
    reading = lines(solution, opener)
    reading.next()
    reading.close()
    expect_closed("after a line and close()", opener)
    reading.has_ended()


@behaviour("same-rules")
def test_a_stream_gives_the_lines_before_an_error(solution):
    failure = Broken("row 3")
    reading = lines(solution, Opener([(1,), (2,), failure]))
    reading.next().gives("1\r\n")
    reading.next().gives("2\r\n")
    found = reading.error()
    expect_that(f"next({reading.text})", found is failure, found, "the very error of the source")


@behaviour("same-rules")
def test_a_stream_stops_at_a_row_that_cannot_be_parsed(solution):
    reading = lines(solution, Opener([(1,), (b"\xff",), (3,)]))
    reading.next().gives("1\r\n")
    found = reading.error()
    is_right = isinstance(found, UnicodeDecodeError)
    expect_that(f"next({reading.text})", is_right, found, "a UnicodeDecodeError")
    reading.has_ended()


@behaviour("same-rules")
def test_a_stream_keeps_nothing_that_was_handed_out(solution):
    rows = WatchedRows()
    reading = lines(solution, Opener(rows))
    reading.next().gives("field of row 1\r\n")
    reading.next()
    rows.expect_forgotten(1, "after the second line")
    reading.rest()
    rows.expect_forgotten(5, "after all lines")


# --- Loader and stream alike ------------------------------------------------------------------

both = pytest.mark.parametrize("kind", [records, lines], ids=["LazyLoader", "stream_csv"])


@behaviour("same-rules")
@both
def test_a_loader_and_a_stream_close_the_source_at_their_end(solution, kind):
    opener = Opener(FIVE)
    reading = kind(solution, opener)
    reading.rest()
    expect_closed(f"after list({reading.text})", opener)
    reading.has_ended()
    expect_opened("after the end and another next", opener, 1)


@behaviour("same-rules")
@both
def test_an_interrupt_closes_the_source_of_a_loader_and_a_stream(solution, kind):
    opener = Opener([(1,), KeyboardInterrupt(), (3,)])
    reading = kind(solution, opener)
    reading.next()
    found = reading.error()
    is_right = isinstance(found, KeyboardInterrupt)
    expect_that(f"next({reading.text})", is_right, found, "KeyboardInterrupt")
    expect_closed("when the KeyboardInterrupt arrives", opener)


@behaviour("same-rules")
@both
def test_a_loader_and_a_stream_closed_before_they_started_never_open(solution, kind):
    opener = Opener(FIVE)
    reading = kind(solution, opener)
    reading.close()
    reading.has_ended()
    expect_opened("after close() and next", opener, 0)


# --- Real use ---------------------------------------------------------------------------------


def orders(connection):
    """Fill a table and return an ``open_source`` whose source is a cursor over it."""
    connection.execute("CREATE TABLE orders (id INTEGER, note BLOB)")
    connection.executemany(
        "INSERT INTO orders VALUES (?, ?)", [(1, b"tea"), (2, None), (3, b"jam")]
    )

    def open_cursor():
        return connection.execute("SELECT id, note FROM orders ORDER BY id")

    return open_cursor


@behaviour("real-use")
def test_a_database_cursor_is_a_source(solution):
    with closing(sqlite3.connect(":memory:")) as connection:
        reading = batches(solution, orders(connection), 2)
        reading.rest().gives([[(1, "tea"), (2, None)], [(3, "jam")]])


@behaviour("real-use")
def test_closing_the_iterator_lets_go_of_the_table(solution):
    with closing(sqlite3.connect(":memory:")) as connection:
        reading = batches(solution, orders(connection), 1)
        reading.next().gives([(1, "tea")])
        reading.close()
        refusal = None
        try:
            connection.execute("DROP TABLE orders")
        except sqlite3.OperationalError as error:
            refusal = str(error)
        expect(f"what SQLite says to DROP TABLE after {reading.text}.close()", refusal, None)


@behaviour("real-use")
def test_flask_sends_the_first_line_before_the_next_row_is_read(solution):
    opener = endless()
    app = Flask("export")
    app.add_url_rule("/orders", "orders", lambda: Response(solution.stream_csv(opener)))
    with wsgi.open_request(app, "GET", "/orders") as exchange:
        expect("the first chunk of the response", exchange.next_chunk(), b"1\r\n")
        expect_asked("when the client has the first chunk", opener, 1)
    expect_closed("after Flask's server has closed the response", opener)


def fastapi_app(solution, opener):
    app = FastAPI()

    @app.get("/orders")
    async def orders():
        return StreamingResponse(solution.stream_csv(opener))

    return app


@behaviour("real-use")
async def test_fastapi_sends_the_first_line_before_the_next_row_is_read(solution):
    opener = endless()
    app = fastapi_app(solution, opener)
    async with asgi.open_request(app, "GET", "/orders", lockstep=True) as exchange:
        expect("the first chunk of the response", await exchange.next_chunk(), b"1\r\n")
        expect_asked("when the client has the first chunk", opener, 1)


@behaviour("real-use")
async def test_fastapi_closes_the_source_of_a_response_that_was_read(solution):
    opener = Opener([(1,), (2,)])
    app = fastapi_app(solution, opener)
    async with asgi.client(app) as client:
        response = await client.get("/orders")
    expect("the body of the response", response.text, "1\r\n2\r\n")
    expect_closed("after the response", opener)
