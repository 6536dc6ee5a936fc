"""Hidden tests of 15 · Memory-leak detector."""

import gc
import textwrap
import tracemalloc
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from grader.testkit import call, call_raising, expect, expect_that, lines
from grader.testkit.allocation import growth
from grader.testkit.calls import Called, Mismatch
from grader.testkit.leftovers import Watched, expect_dead, watch

behaviour = pytest.mark.behaviour

SHOP = "/srv/shop.py"
STOCK = "/srv/stock.py"


@pytest.fixture(autouse=True)
def nothing_is_traced():
    """End a test as it should begin, so that no solution disturbs the tests that follow."""
    # From here on the collector runs at the same moments, whatever ran before.
    gc.collect()
    yield
    tracemalloc.stop()
    gc.enable()


def written(text):
    """Return a source as it stands in its file."""
    return textwrap.dedent(text).lstrip("\n")


def load(source, file=SHOP, **names):
    """Run a source and return what it defines."""
    exec(compile(source, file, "exec"), names)
    return names


@dataclass
class Searched:
    """What find_leaks said about a workload; a failure shows the workload's source."""

    called: Called
    source: str

    def expect_leak(self):
        self._expect(self.called.value.leaking is True, "leaking=True")

    def expect_no_leak(self):
        self._expect(self.called.value.leaking is False, "leaking=False")

    def expect_bytes(self, expected):
        found = self.called.value.bytes_per_call
        is_near = 0.9 * expected <= found <= 1.1 * expected
        self._expect(is_near, f"bytes_per_call to be {expected}, give or take 10 %")

    def expect_sites(self, *expected):
        self._expect(self.called.value.sites == list(expected), f"sites={list(expected)}")

    def expect_marked(self, *numbers):
        """Fail unless the lines that end in ``# 1`` and so on are the sites, in this order."""
        marks = [line.rpartition("# ")[2] for line in self.source.splitlines()]
        self.expect_sites(*((SHOP, marks.index(str(number)) + 1) for number in numbers))

    def _expect(self, holds, expected):
        if not holds:
            numbered = enumerate(self.source.splitlines(), 1)
            text = {"Called": self.called.text, SHOP: ""}
            text[SHOP] = "\n" + "\n".join(f"  {n:>3}  {line}".rstrip() for n, line in numbered)
            text |= {"Returned": repr(self.called.value), "Expected": expected}
            raise Mismatch(lines(**text), self.called.function)


def search(solution, text, *, warmup=20, rounds=2, calls=40, **names):
    """Let find_leaks look at the ``workload`` that a source defines."""
    source = written(text)
    workload = load(source, **names)["workload"]
    # What a measurement makes the library allocate once, for good, is no part of the next one.
    with suppress(Exception):
        solution.find_leaks(int, warmup=0, rounds=1, calls=1)
    called = call(solution.find_leaks, workload, warmup=warmup, rounds=rounds, calls=calls)
    return Searched(called, source)


# --- Calls ------------------------------------------------------------------------------------


@behaviour("runs")
@pytest.mark.parametrize(("warmup", "rounds", "calls"), [(7, 3, 5), (0, 2, 30)])
def test_the_workload_is_called_as_often_as_stated(solution, warmup, rounds, calls):
    times = []
    limits = {"warmup": warmup, "rounds": rounds, "calls": calls}
    called = call(solution.find_leaks, lambda: times.append(None), **limits)
    expect(f"the calls that {called.text} made", len(times), warmup + rounds * calls)


@behaviour("runs")
@pytest.mark.parametrize("failing_call", [1, 15])
def test_an_error_of_the_workload_arrives_as_the_very_object(solution, failing_call):
    error, times = ValueError("sold out"), []

    def workload():
        times.append(None)
        if len(times) == failing_call:
            raise error

    found = call_raising(ValueError, solution.find_leaks, workload, warmup=5, rounds=2, calls=10)
    expect_that("what find_leaks raised", found is error, found, "the error of the workload")
    expect("the calls that were made until then", len(times), failing_call)


# --- Leaks ------------------------------------------------------------------------------------

KEPT = {
    "global list": """
        orders = []

        def workload():
            orders.append(["tea", "cake"])
        """,
    "closure": """
        def make_workload():
            seen = []

            def workload():
                seen.append([])

            return workload

        workload = make_workload()
        """,
    "listeners": """
        listeners = []

        def workload():
            order = {"id": 7}
            listeners.append(lambda event: order)
        """,
    "unbounded cache": """
        from functools import lru_cache
        from itertools import count

        numbers = count()

        @lru_cache(maxsize=None)
        def price(number):
            return [number]

        def workload():
            price(next(numbers))
        """,
    "cached method": """
        from functools import lru_cache

        class Order:
            @lru_cache(maxsize=None)
            def total(self):
                return 0

        def workload():
            Order().total()
        """,
}


@behaviour("finds")
@pytest.mark.parametrize("kind", KEPT)
def test_what_is_kept_with_every_call_is_a_leak(solution, kind):
    search(solution, KEPT[kind]).expect_leak()


@behaviour("finds")
def test_an_error_that_is_stored_keeps_what_its_frames_hold(solution):
    text = """
        errors = [None] * 1000

        def workload():
            payload = bytearray(500)
            try:
                raise ValueError
            except ValueError as error:
                errors[errors.index(None)] = error
        """
    searched = search(solution, text)
    searched.expect_leak()
    found = searched.called.value.bytes_per_call
    what = "bytes_per_call, where each call stores an error with a payload of 500 bytes"
    expect_that(what, found >= 550, found, "more than the payload")


@behaviour("finds")
def test_a_single_object_that_grows_is_a_leak(solution):
    text = """
        log = bytearray()

        def workload():
            log.extend(b"x" * 100)
        """
    search(solution, text).expect_leak()


@behaviour("small")
def test_a_leak_in_every_tenth_call_is_a_leak(solution):
    text = """
        from itertools import count

        numbers = count()
        kept = []

        def workload():
            if next(numbers) % 10 == 9:
                kept.append(bytearray(200))
        """
    search(solution, text).expect_leak()


@behaviour("small")
@pytest.mark.parametrize("made", ["bytearray(100)", "10**40 + number"])
def test_objects_that_the_collector_does_not_track_leak_too(solution, made):
    text = f"""
        from itertools import count

        numbers = count()
        kept = [None] * 1000

        def workload():
            number = next(numbers)
            kept[number] = {made}
        """
    search(solution, text).expect_leak()


# --- No leaks ---------------------------------------------------------------------------------


@contextmanager
def collector(*, is_on):
    """Switch automatic collection on or off, for a block."""
    was_on = gc.isenabled()
    (gc.enable if is_on else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if was_on else gc.disable)()


@behaviour("passing")
def test_cyclic_garbage_is_no_leak(solution):
    text = """
        class Node:
            pass

        def workload():
            one, two = Node(), Node()
            one.other, two.other = two, one
        """
    with collector(is_on=False):
        search(solution, text).expect_no_leak()


@behaviour("passing")
def test_garbage_of_the_warm_up_does_not_hide_a_leak(solution):
    text = """
        kept = []

        def workload():
            kept.append(bytearray(50))
            circle = [bytearray(1000)]
            circle.append(circle)
        """
    with collector(is_on=False):
        search(solution, text, warmup=100).expect_leak()


@behaviour("passing")
def test_what_the_first_call_allocates_is_no_leak(solution):
    text = """
        prices = {}

        def workload():
            if not prices:
                prices.update((n, bytes(1000)) for n in range(1000))
            return prices[7]
        """
    search(solution, text, warmup=1, rounds=1).expect_no_leak()


@behaviour("passing")
@pytest.mark.parametrize("body", ["pass", "return sum([n * n for n in range(300, 310)])"])
def test_a_workload_that_keeps_nothing_does_not_leak(solution, body):
    search(solution, f"def workload():\n    {body}\n").expect_no_leak()


@behaviour("levels-off")
def test_a_full_cache_that_replaces_its_entries_is_no_leak(solution):
    text = """
        from itertools import count

        numbers = count()
        cache = {}

        def workload():
            cache[next(numbers) % 140] = bytearray(200)
        """
    search(solution, text, warmup=150).expect_no_leak()


@behaviour("levels-off")
def test_a_pool_that_fills_up_during_the_first_rounds_is_no_leak(solution):
    text = """
        pool = []

        def workload():
            if len(pool) < 100:
                pool.append(bytearray(4_000))
        """
    search(solution, text, rounds=4).expect_no_leak()


@behaviour("levels-off")
def test_a_buffer_that_is_emptied_now_and_then_is_no_leak(solution):
    text = """
        buffer = []

        def workload():
            buffer.append(bytearray(200))
            if len(buffer) == 100:
                buffer.clear()
        """
    # After the warm-up it holds 20, after the rounds 60, 0, 40 and 80.
    search(solution, text, rounds=4).expect_no_leak()


@behaviour("levels-off")
def test_memory_that_grows_only_in_the_last_round_is_no_leak(solution):
    text = """
        from itertools import count

        numbers = count()
        kept = []

        def workload():
            if next(numbers) >= 100:
                kept.append(bytearray(200))
        """
    search(solution, text, rounds=3).expect_no_leak()


# --- Figures ----------------------------------------------------------------------------------

# Its 10,000 bytes need 10,057 on every 64-bit CPython. What the library allocates once for a
# measurement, some thousand bytes, is no tenth of what forty of them need.
PARCEL = "bytearray(10_000)"
PARCEL_BYTES = 10_057


@behaviour("bytes")
@pytest.mark.parametrize(("rounds", "calls"), [(2, 50), (3, 30)])
def test_bytes_per_call_is_what_one_call_leaves_behind(solution, rounds, calls):
    text = f"""
        kept = [None] * 1000

        def workload():
            kept[kept.index(None)] = {PARCEL}
        """
    search(solution, text, rounds=rounds, calls=calls).expect_bytes(PARCEL_BYTES)


@behaviour("bytes")
def test_calls_that_leave_nothing_behind_count_in_the_average(solution):
    text = f"""
        from itertools import count

        numbers = count()
        kept = [None] * 1000

        def workload():
            number = next(numbers)
            if number % 4 == 3:
                kept[number] = {PARCEL}
        """
    search(solution, text).expect_bytes(PARCEL_BYTES / 4)


@behaviour("bytes")
def test_what_the_warm_up_left_behind_does_not_count(solution):
    text = f"""
        from itertools import count

        numbers = count()
        kept = [None] * 1000

        def workload():
            number = next(numbers)
            kept[number] = {PARCEL} if number else bytearray(1_000_000)
        """
    search(solution, text).expect_bytes(PARCEL_BYTES)


@behaviour("bytes")
def test_without_a_leak_there_are_no_bytes_and_no_sites(solution):
    text = f"""
        kept = []

        def workload():
            kept[:] = [{PARCEL}]
            if len(lines) < 50:
                lines.append({PARCEL})
        """
    searched = search(solution, text, lines=[])
    searched.expect_no_leak()
    searched.expect_bytes(0.0)
    searched.expect_sites()


# --- Sites ------------------------------------------------------------------------------------


@behaviour("sites")
def test_the_site_is_the_line_that_allocates_not_the_one_that_keeps(solution):
    text = """
        kept = [None] * 1000

        def make():
            return bytearray(200)  # 1

        def workload():
            parcel = make()
            kept[kept.index(None)] = parcel
        """
    search(solution, text).expect_marked(1)


@behaviour("sites")
def test_several_sites_stand_with_the_largest_first(solution):
    text = """
        from itertools import count

        numbers = count()
        kept = [None] * 1000

        def workload():
            free = next(numbers) * 4
            kept[free] = bytearray(200)  # 3
            kept[free + 1] = bytearray(1600)  # 1
            kept[free + 2] = bytearray(100)  # 4
            kept[free + 3] = bytearray(400)  # 2
        """
    search(solution, text).expect_marked(1, 2, 3, 4)


@behaviour("sites")
def test_lines_that_do_not_leak_are_no_sites(solution):
    text = """
        from itertools import count

        numbers = count()
        kept = [None] * 1000
        cache = {}

        def workload():
            number = next(numbers)
            if number == 0:
                cache["table"] = bytearray(100_000)
            cache[number % 20] = bytearray(5000)
            kept[number] = bytearray(200)  # 1
        """
    search(solution, text).expect_marked(1)


@behaviour("sites")
def test_the_site_is_never_a_line_of_the_standard_library(solution):
    text = """
        import copy
        import json

        TEMPLATE = {"id": 7, "lines": []}
        kept = [None] * 1000

        def workload():
            free = kept.index(None)
            big = copy.deepcopy(TEMPLATE)  # 1
            small = json.loads("[300, 301]")  # 2
            kept[free] = big
            kept[free + 500] = small
        """
    search(solution, text).expect_marked(1, 2)


@behaviour("sites")
def test_the_site_may_be_in_another_file_than_the_workload(solution):
    stock = load("def take():\n    return bytearray(200)\n", file=STOCK)
    text = """
        kept = [None] * 1000

        def workload():
            kept[kept.index(None)] = take()
        """
    search(solution, text, take=stock["take"]).expect_sites((STOCK, 2))


# --- State ------------------------------------------------------------------------------------


def keeps_nothing():
    """Leave nothing behind."""


def fails():
    raise ValueError("sold out")


def is_interrupted():
    raise KeyboardInterrupt


@contextmanager
def tracing(*, is_on):
    """Trace allocations in a block, or not; afterwards nothing is traced."""
    if is_on:
        tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


def run_to_its_end(solution, workload):
    """Let find_leaks end, by an error of the workload or without one."""
    try:
        call(solution.find_leaks, workload, warmup=2, rounds=2, calls=20)
    except (ValueError, KeyboardInterrupt):
        pass


@behaviour("restores")
@pytest.mark.parametrize("is_on", [False, True])
def test_tracing_is_on_afterwards_if_it_was_on_before(solution, is_on):
    with tracing(is_on=is_on):
        run_to_its_end(solution, keeps_nothing)
        found = tracemalloc.is_tracing()
    expect(f"tracemalloc.is_tracing() after find_leaks, where it was {is_on}", found, is_on)


@behaviour("restores")
@pytest.mark.parametrize("is_on", [False, True])
def test_automatic_collection_is_on_afterwards_if_it_was_on_before(solution, is_on):
    with collector(is_on=is_on):
        run_to_its_end(solution, keeps_nothing)
        found = gc.isenabled()
    expect(f"gc.isenabled() after find_leaks, where it was {is_on}", found, is_on)


@behaviour("restores")
@pytest.mark.parametrize("workload", [fails, is_interrupted])
def test_all_is_as_it_was_after_an_error(solution, workload):
    with tracing(is_on=False), collector(is_on=True):
        run_to_its_end(solution, workload)
        found = tracemalloc.is_tracing(), gc.isenabled()
    what = "tracemalloc.is_tracing() and gc.isenabled() after an error, before: False and True"
    expect(what, found, (False, True))


@behaviour("restores")
def test_traces_that_were_there_before_stay_and_leaks_are_found(solution):
    text = """
        kept = []

        def workload():
            kept.append(bytearray(200))
        """
    with tracing(is_on=True):
        mine = bytearray(1000)
        searched = search(solution, text)
        trace = tracemalloc.get_object_traceback(mine)
    searched.expect_leak()
    what = "get_object_traceback(x), where x was traced before find_leaks was called"
    expect_that(what, trace is not None, trace, "the traceback of x")


# --- The detector itself ----------------------------------------------------------------------


@behaviour("keeps-nothing")
def test_results_of_the_workload_are_not_kept(solution):
    search(solution, "def workload():\n    return bytearray(1000)\n").expect_no_leak()


@behaviour("keeps-nothing")
def test_the_workload_is_dropped_also_while_the_report_is_kept(solution):
    basket = Watched("the object that the workload used")
    refs = watch(basket)

    def workload(basket=basket):
        return basket

    report = call(solution.find_leaks, workload, warmup=2, rounds=2, calls=5).value
    del basket, workload
    expect_dead(refs, "what is still alive after find_leaks, its report kept")
    del report


# --- Registry ---------------------------------------------------------------------------------


class Listener:
    """Answers with its name; equal to all others, and without a hash."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return isinstance(other, Listener)

    __hash__ = None

    def __repr__(self):
        return f"<the listener {self.name}>"

    def hear(self, event):
        return f"{self.name} heard {event}"


@pytest.fixture
def registry(solution):
    return call(solution.HandlerRegistry).value


def hear(event):
    return f"a function heard {event}"


@behaviour("publishes")
def test_every_handler_is_called_in_order_of_registration(registry):
    anna, bert = Listener("anna"), Listener("bert")
    for handler in (bert.hear, hear, anna.hear):
        call(registry.register, handler)
    expected = ["bert heard sale", "a function heard sale", "anna heard sale"]
    call(registry.publish, "sale").gives(expected)


@behaviour("publishes")
def test_a_handler_is_called_once_for_each_registration(registry):
    anna = Listener("anna")
    for handler in (anna.hear, hear, anna.hear):
        call(registry.register, handler)
    expected = ["anna heard sale", "a function heard sale", "anna heard sale"]
    call(registry.publish, "sale").gives(expected)


@behaviour("weak")
def test_a_bound_method_stays_as_long_as_its_owner(registry):
    anna = Listener("anna")
    call(registry.register, anna.hear)
    gc.collect()
    for event in ("sale", "refund"):
        call(registry.publish, event).gives([f"anna heard {event}"])


@behaviour("weak")
def test_a_bound_method_dies_with_its_owner(registry):
    anna, bert = Listener("anna"), Listener("bert")
    refs = watch(bert)
    for owner in (anna, bert):
        call(registry.register, owner.hear)
    del owner, bert
    expect_dead(refs, "what is still alive of the owner of a registered method, dropped")
    call(registry.publish, "sale").gives(["anna heard sale"])


@behaviour("weak")
def test_an_owner_dies_after_its_method_was_called(registry):
    anna = Listener("anna")
    refs = watch(anna)
    call(registry.register, anna.hear)
    call(registry.publish, "sale").gives(["anna heard sale"])
    del anna
    expect_dead(refs, "what is still alive of the owner of a method that was called, dropped")


def hearing(name):
    return lambda event: f"{name} heard {event}"


class Hearing:
    def __call__(self, event):
        return f"an object heard {event}"


@behaviour("weak")
@pytest.mark.parametrize("kind", ["closure", "object"])
def test_a_function_or_an_object_stays_until_it_is_dropped(registry, kind):
    handler, name = (hearing("anna"), "anna") if kind == "closure" else (Hearing(), "an object")
    refs = watch(handler)
    call(registry.register, handler)
    call(registry.publish, "sale").gives([f"{name} heard sale"])
    del handler
    expect_dead(refs, f"what is still alive of a registered {kind}, dropped")
    call(registry.publish, "sale").gives([])


@behaviour("deaths")
@pytest.mark.parametrize("dropped", ["anna", "bert", "carl", "dora"])
def test_a_death_while_handlers_are_called_disturbs_no_other(registry, dropped):
    class Dropper(Listener):
        def hear(self, event):
            owners.pop(dropped, None)
            return super().hear(event)

    owners = {name: Listener(name) for name in ("anna", "bert", "carl", "dora")}
    owners["carl"] = Dropper("carl")
    for name in owners:
        call(registry.register, owners[name].hear)
    found = call(registry.publish, "sale").value
    others = [f"{name} heard sale" for name in ("anna", "bert", "carl", "dora") if name != dropped]
    found = [answer for answer in found if answer != f"{dropped} heard sale"]
    expect(f"the answers of the others, where {dropped} was dropped by carl's turn", found, others)


@behaviour("deaths")
def test_dead_handlers_do_not_pile_up_though_nothing_is_published(registry):
    repeated = growth(lambda: registry.register(Listener("anna").hear), warm_up=100, rounds=3)
    repeated.expect_none("registry.register(Listener().hear), each listener dropped at once,")


@behaviour("deaths")
def test_a_registry_dies_although_its_handlers_live(solution):
    anna = Listener("anna")

    def workload():
        registry = solution.HandlerRegistry()
        registry.register(anna.hear)
        registry.register(hear)

    call(solution.HandlerRegistry)
    growth(workload, warm_up=20, rounds=3, calls=20).expect_none(
        "a registry for the same two handlers is made and dropped"
    )
