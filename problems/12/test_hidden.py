"""Hidden tests of 12 · Retry with exponential backoff."""

import asyncio
import collections
import contextlib
import functools
import importlib.util
import inspect
import itertools
import random
import threading
import traceback

import pytest

from grader.testkit import call, call_as, call_raising, expect, expect_that
from grader.testkit.calls import Mismatch, call_text, lines
from grader.testkit.clock import run, virtual_time
from grader.testkit.liveness import Rendezvous
from grader.text import safe_repr

behaviour = pytest.mark.behaviour

# Seconds after which a thread is given up; a watchdog that decides no pass.
PATIENCE = 1.5


def down(count):
    """Return errors that can be told apart."""
    return [ConnectionError(f"down {number}") for number in range(1, count + 1)]


class Story:
    """One call of a decorated function ``fetch``, whose runs end as told.

    An ending that is an error is raised, any other is returned; the last one is that of all
    further runs. An error class stands for a new error each time.
    """

    def __init__(self, clock, endings, *, seconds=0, during=None):
        self.clock = clock
        self.started = clock.now
        self._moments = []
        self.ended = self.error = self.result = None
        self.text = "fetch()"
        self._endings = endings
        self._seconds = seconds
        self._during = during

    def call(self, solution, options):
        """Decorate an ordinary function and call it."""

        def fetch(*args, **kwargs):
            ending = self._begin()
            self.clock.advance(self._seconds)
            return _end(ending)

        decorated = self._decorate(solution, options, fetch)
        with self._noting_the_end():
            self.result = decorated()

    def call_async(self, solution, options):
        """Decorate a coroutine function and await it on a virtual loop."""

        async def fetch(*args, **kwargs):
            ending = self._begin()
            await asyncio.sleep(self._seconds)
            return _end(ending)

        decorated = self._decorate(solution, options, fetch)

        async def main():
            with self._noting_the_end():
                self.result = await decorated()

        self.text = f"await {self.text}"
        run(main(), self.clock)

    @property
    def runs(self):
        """The seconds at which the function was run."""
        return [seconds(moment - self.started) for moment in self._moments]

    @property
    def waits(self):
        """The seconds between the runs."""
        return [seconds(b - a) for a, b in itertools.pairwise(self._moments)]

    def expect_runs(self, *moments):
        """Fail unless the function was run at these seconds."""
        self._expect("the seconds at which fetch was run", self.runs, list(map(float, moments)))

    def expect_count(self, count):
        self._expect("how often fetch was run", len(self.runs), count)

    def expect_end(self, moment):
        """Fail unless the call ended at this second."""
        self._expect("the second at which the call ended", self.ended, float(moment))

    def expect_error(self, error):
        """Fail unless the call ended with this very error."""
        if self.error is not error:
            found = f"returned {self.result!r}" if self.error is None else safe_repr(self.error)
            self._fail("how the call ended", found, f"{error!r}: that very object")

    def expect_result(self, result):
        """Fail unless the call returned this very object."""
        if self.error is not None or self.result is not result:
            found = self.result if self.error is None else self.error
            self._fail("how the call ended", safe_repr(found), f"returned {result!r}")

    def _expect(self, what, found, expected):
        if found != expected:
            self._fail(what, safe_repr(found), safe_repr(expected))

    def _fail(self, what, found, expected):
        parts = {"Called": self.text, "Checked": what, "Found": found, "Expected": expected}
        if self.error is not None:
            parts["Raised"] = safe_repr(self.error)
        raise Mismatch(lines(**parts))

    def _decorate(self, solution, options, function):
        self.text = f"fetch(), decorated with {call_text('retry', (), options)}"
        return decorated_with(solution, options, function)

    def _begin(self):
        self._moments.append(self.clock.now)
        if self._during is not None:
            self._during()
        return self._endings[min(len(self._moments), len(self._endings)) - 1]

    @contextlib.contextmanager
    def _noting_the_end(self):
        try:
            yield
        except BaseException as error:
            # What is neither told nor an error of the solution is none of ours: a time-out.
            if not isinstance(error, (Exception, *map(type, self._endings))):
                raise
            self.error = error
        self.ended = seconds(self.clock.now - self.started)


def _end(ending):
    if isinstance(ending, BaseException) or inspect.isclass(ending):
        raise ending
    return ending


def seconds(duration):
    """Return a duration without what float arithmetic adds to it."""
    return round(duration, 6)


def decorated_with(solution, options, function):
    return call(call(solution.retry, **options).value, function).value


@pytest.fixture(autouse=True)
def clock():
    with virtual_time() as clock:
        yield clock


def player(tell, clock, solution):
    def play(*endings, seconds=0, during=None, **options):
        story = Story(clock, endings, seconds=seconds, during=during)
        tell(story, solution, options)
        return story

    return play


@pytest.fixture
def play(clock, solution):
    """Return a function that decorates an ordinary function, calls it and returns the story."""
    return player(Story.call, clock, solution)


@pytest.fixture
def play_async(clock, solution):
    """Return a function that does the same with a coroutine function."""
    return player(Story.call_async, clock, solution)


@pytest.fixture(params=[Story.call, Story.call_async], ids=["sync", "async"])
def play_both(request, clock, solution):
    """Return a function that does the same, once for each kind of function."""
    return player(request.param, clock, solution)


# --- Delays -----------------------------------------------------------------------------------


def expect_delays(solution, arguments, expected, *, start=0):
    called = call(solution.backoff_delays, *arguments)
    found = list(itertools.islice(called.value, start, start + len(expected)))
    expect(f"delays {start} to {start + len(expected) - 1} of {called.text}", found, expected)


@behaviour("delays")
def test_each_delay_is_the_one_before_times_the_factor(solution):
    expect_delays(solution, (0.5, 3.0, 1000.0), [0.5, 1.5, 4.5, 13.5, 40.5])


@behaviour("delays")
def test_no_delay_is_above_the_cap(solution):
    expect_delays(solution, (1.0, 4.0, 20.0), [1.0, 4.0, 16.0, 20.0, 20.0])
    expect_delays(solution, (9.0, 2.0, 5.0), [5.0, 5.0, 5.0])


@behaviour("delays")
def test_a_factor_of_one_gives_the_same_delay_again_and_again(solution):
    expect_delays(solution, (2.5, 1.0, 60.0), [2.5, 2.5, 2.5, 2.5])


@behaviour("delays")
def test_delays_far_away_are_the_cap(solution):
    expect_delays(solution, (0.5, 2.0, 60.0), [60.0, 60.0], start=2000)


@behaviour("delays")
def test_delays_far_away_are_zero_where_the_base_is(solution):
    expect_delays(solution, (0.0, 2.0, 60.0), [0.0, 0.0], start=2000)


# --- Attempts ---------------------------------------------------------------------------------


@behaviour("attempts")
@pytest.mark.parametrize("result", [["page"], None, False, 0, ""], ids=repr)
def test_whatever_comes_back_ends_the_call(play, result):
    story = play(result)
    story.expect_count(1)
    story.expect_result(result)


@behaviour("attempts")
def test_the_last_attempt_may_succeed(play):
    result = ["page"]
    play(*down(3), result, attempts=4).expect_result(result)


@behaviour("attempts")
@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_a_function_that_always_fails_is_run_as_often_as_attempts_says(play, attempts):
    play(ConnectionError, attempts=attempts).expect_count(attempts)


@behaviour("attempts")
def test_without_attempts_a_function_is_run_three_times(play):
    play(ConnectionError).expect_count(3)


@behaviour("attempts")
def test_every_attempt_gets_the_same_arguments(solution):
    seen, item = [], object()

    def fetch(*args, **kwargs):
        seen.append((args, kwargs))
        raise ConnectionError("down")

    keywords = {"attempts": 7, "func": "f", "self": "s", "delay": 2}
    with contextlib.suppress(Exception):
        call_as("fetch", decorated_with(solution, {"attempts": 3}, fetch), item, **keywords)
    expect("the arguments of the first two runs", seen[:2], [((item,), keywords)] * 2)


# --- Waits ------------------------------------------------------------------------------------


@behaviour("waits")
def test_the_waits_are_the_backoff_delays(play):
    story = play(*down(3), "page", attempts=9, base=0.5, factor=3.0)
    story.expect_runs(0, 0.5, 2, 6.5)


@behaviour("waits")
def test_no_wait_is_longer_than_the_cap(play):
    story = play(*down(4), "page", attempts=9, base=1.0, factor=4.0, cap=6.0)
    story.expect_runs(0, 1, 5, 11, 17)


@behaviour("waits")
def test_the_defaults_are_a_tenth_of_a_second_doubled_up_to_a_minute(play):
    waits = play(*down(12), "page", attempts=20).waits
    wanted = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60.0, 60.0]
    expect("the waits of retry(attempts=20) after twelve failures", waits, wanted)


@behaviour("waits")
def test_after_the_last_failure_there_is_no_wait(play):
    story = play(ConnectionError, attempts=3, base=1.0)
    story.expect_end(story.runs[-1])


@behaviour("waits")
def test_hundreds_of_attempts_overflow_nothing(play):
    options = {"attempts": 300, "base": 1.0, "factor": 1000.0}
    play(*down(200), "page", **options).expect_result("page")


# --- Looks ------------------------------------------------------------------------------------


def fetch_page(path: str, *, limit: int = 10) -> list[str]:
    """Fetch a page."""
    return [path] * limit


async def fetch_page_async(path: str, *, limit: int = 10) -> list[str]:
    """Fetch a page without blocking."""
    return [path] * limit


@pytest.fixture(params=[fetch_page, fetch_page_async], ids=["sync", "async"])
def original(request):
    return request.param


@behaviour("keeps-face")
@pytest.mark.parametrize("name", ["__name__", "__qualname__", "__module__", "__doc__"])
def test_name_and_docstring_are_kept(solution, original, name):
    decorated = decorated_with(solution, {}, original)
    found = getattr(decorated, name, "missing")
    expect(f"{name} of the decorated function", found, getattr(original, name))


@behaviour("keeps-face")
def test_the_signature_is_kept(solution, original):
    found = str(inspect.signature(decorated_with(solution, {}, original)))
    expect("the signature of the decorated function", found, str(inspect.signature(original)))


@behaviour("keeps-face")
def test_a_method_gets_its_instance(solution):
    class Shop:
        @solution.retry()
        def fetch(self, path):
            return self, path

    shop = Shop()
    called = call_as("shop.fetch", lambda path: shop.fetch(path), "/items")
    called.gives((shop, "/items"))


# --- Bad options ------------------------------------------------------------------------------


@behaviour("bad-options")
@pytest.mark.parametrize(
    "options",
    [
        {"attempts": 0},
        {"attempts": -1},
        {"base": -0.5},
        {"factor": 0.5},
        {"cap": -1.0},
        {"jitter": "half"},
        {"jitter": None},
        {"deadline": 0.0},
        {"deadline": -1.0},
    ],
    ids=str,
)
def test_a_bad_option_is_refused_when_decorating(solution, options):
    def retry(**options):
        return solution.retry(**options)(fetch_page)

    call_raising(ValueError, retry, **options)


@behaviour("bad-options")
def test_the_smallest_values_are_no_bad_options(play):
    options = {"attempts": 1, "base": 0.0, "factor": 1.0, "cap": 0.0, "deadline": 0.5}
    play("page", **options).expect_result("page")


@behaviour("bad-options")
def test_a_base_above_the_cap_is_no_bad_option(play):
    play(*down(1), "page", base=5.0, cap=2.0).expect_result("page")


# --- Errors -----------------------------------------------------------------------------------


@behaviour("raises")
@pytest.mark.parametrize("attempts", [1, 3])
def test_the_last_error_is_raised_itself(play, attempts):
    errors = down(attempts)
    play(*errors, attempts=attempts).expect_error(errors[-1])


@behaviour("raises")
def test_the_traceback_leads_to_the_function(play):
    errors = down(3)
    story = play(*errors, attempts=3)
    story.expect_error(errors[-1])
    names = [frame.name for frame in traceback.extract_tb(story.error.__traceback__)]
    expect_that("functions in the traceback", "fetch" in names, names, "fetch to be one of them")


@behaviour("raises")
def test_an_error_that_is_not_listed_is_raised_at_once(play):
    error = KeyError("page")
    story = play(error, attempts=5, base=1.0, retry_on=(ConnectionError, TimeoutError))
    story.expect_runs(0)
    story.expect_error(error)
    story.expect_end(0)


@behaviour("raises")
def test_an_error_that_is_not_listed_is_raised_at_once_in_a_later_attempt(play):
    error = KeyError("page")
    story = play(*down(2), error, attempts=5, base=1.0, retry_on=(ConnectionError,))
    story.expect_count(3)
    story.expect_error(error)
    story.expect_end(story.runs[-1])


@behaviour("raises")
def test_every_listed_class_and_its_subclasses_are_retried(play):
    errors = [TimeoutError("late"), ConnectionResetError("reset"), ConnectionError("down")]
    story = play(*errors, "page", attempts=5, retry_on=(ConnectionError, TimeoutError))
    story.expect_count(4)
    story.expect_result("page")


# --- Coroutines -------------------------------------------------------------------------------


@behaviour("coroutines")
def test_a_decorated_coroutine_function_is_one(solution):
    for original, wanted in ((fetch_page_async, True), (fetch_page, False)):
        found = inspect.iscoroutinefunction(decorated_with(solution, {}, original))
        expect(f"iscoroutinefunction of the decorated {original.__name__}", found, wanted)


@behaviour("coroutines")
def test_a_coroutine_is_run_until_it_succeeds(play_async):
    result = ["page"]
    story = play_async(*down(2), result, attempts=9, base=0.5, factor=1.0)
    story.expect_runs(0, 0.5, 1)
    story.expect_result(result)


@behaviour("coroutines")
def test_a_coroutine_that_always_fails_ends_with_the_last_error(play_async):
    errors = down(3)
    story = play_async(*errors, attempts=3, base=0.5)
    story.expect_count(3)
    story.expect_error(errors[-1])
    story.expect_end(story.runs[-1])


@behaviour("coroutines")
def test_a_coroutine_is_not_retried_after_an_error_that_is_not_listed(play_async):
    error = KeyError("page")
    story = play_async(*down(1), error, attempts=9, retry_on=(ConnectionError,))
    story.expect_count(2)
    story.expect_error(error)


@behaviour("coroutines")
def test_other_tasks_go_on_while_a_coroutine_waits(solution, clock):
    async def fetch():
        return _end(next(endings))

    async def tick():
        for _ in range(3):
            await asyncio.sleep(0.5)
            ticks.append(seconds(clock.now - started))

    async def main():
        other = asyncio.create_task(tick())
        with contextlib.suppress(Exception):
            await decorated()
        await other

    endings = iter([ConnectionError, "page"])
    options, ticks, started = {"attempts": 3, "base": 2.0}, [], clock.now
    decorated = decorated_with(solution, options, fetch)
    run(main(), clock)
    what = "when a task that sleeps 0.5 s each time went on, beside one that waits 2 s for a retry"
    expect(what, ticks, [0.5, 1.0, 1.5])


# --- Interrupts and cancellation --------------------------------------------------------------


@behaviour("ends-at-once")
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_what_is_no_exception_is_never_retried(play_both, kind):
    error = kind()
    story = play_both(*down(1), error, attempts=5)
    story.expect_count(2)
    story.expect_error(error)


@behaviour("ends-at-once")
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_what_is_no_exception_is_not_retried_even_if_it_is_listed(play_both, kind):
    error = kind()
    story = play_both(error, attempts=5, retry_on=(BaseException,))
    story.expect_count(1)
    story.expect_error(error)


async def cancelled_after(delay, clock, coroutine):
    """Run a coroutine, cancel it after a while; return how and when it ended."""
    started, task = clock.now, asyncio.ensure_future(coroutine)
    await asyncio.sleep(delay)
    task.cancel()
    await asyncio.wait({task})
    how = "cancelled" if task.cancelled() else repr(task.exception() or task.result())
    return how, seconds(clock.now - started)


@behaviour("ends-at-once")
def test_cancellation_ends_a_wait_at_once(solution, clock):
    async def fetch():
        runs.append(clock.now)
        raise ConnectionError("down")

    runs, options = [], {"attempts": 3, "base": 8.0}
    decorated = decorated_with(solution, options, fetch)
    found = run(cancelled_after(2.5, clock, decorated()), clock)
    what = "how and when a call ended whose task was cancelled after 2.5 of 8 seconds of waiting"
    expect(what, found, ("cancelled", 2.5))
    expect("how often the function was run", len(runs), 1)


@behaviour("ends-at-once")
def test_cancellation_ends_an_attempt_at_once(solution, clock):
    async def fetch():
        runs.append(clock.now)
        await asyncio.sleep(8)

    runs, options = [], {"attempts": 3, "base": 1.0}
    decorated = decorated_with(solution, options, fetch)
    found = run(cancelled_after(2.5, clock, decorated()), clock)
    what = "how and when a call ended whose task was cancelled after 2.5 of 8 seconds of fetching"
    expect(what, found, ("cancelled", 2.5))
    expect("how often the function was run", len(runs), 1)


# --- State ------------------------------------------------------------------------------------

# One attempt more than a call needs, and too few for two calls together.
FAILS, OPTIONS = 4, {"attempts": 6, "base": 1.0}


def failing(during=None):
    """Return a function that fails FAILS times for each name, then returns the name."""
    runs = collections.Counter()

    def fetch(name):
        runs[name] += 1
        if during is not None:
            during(name, runs[name])
        if runs[name] <= FAILS:
            raise ConnectionError(name)
        return name

    return fetch


@behaviour("own-state")
def test_the_second_call_is_like_the_first(clock, solution):
    runs = []

    def fetch():
        runs[-1].append(seconds(clock.now - started))
        raise ConnectionError("down")

    decorated = decorated_with(solution, {"attempts": 3, "base": 1.0}, fetch)
    for _ in range(2):
        started = clock.now
        runs.append([])
        with contextlib.suppress(Exception):
            decorated()
    expect("when fetch was run in the second call, which fails as the first", runs[1], runs[0])


@behaviour("own-state")
def test_functions_with_one_decorator_count_their_own(solution):
    decorator = call(solution.retry, **OPTIONS).value
    first, second = (call(decorator, failing()).value for _ in range(2))
    call_as("first", first, "a").gives("a")
    call_as("second_with_the_decorator_of_first", second, "b").gives("b")


@behaviour("own-state")
def test_a_function_that_calls_itself_counts_each_call_apart(solution):
    def during(name, run):
        if (name, run) == ("outer", 1):
            call_as("fetch", decorated, "inner").gives("inner")

    decorated = decorated_with(solution, OPTIONS, failing(during))
    call_as("fetch_that_calls_itself", decorated, "outer").gives("outer")


@behaviour("own-state")
def test_coroutines_that_run_at_once_count_their_own(solution, clock):
    body = failing()

    async def fetch(name):
        await asyncio.sleep(0.25)
        return body(name)

    async def main():
        return await asyncio.gather(*map(decorated, "abc"), return_exceptions=True)

    decorated = decorated_with(solution, OPTIONS, fetch)
    what = f"results of three calls in one gather, with {FAILS} failures and 6 attempts each"
    expect(what, run(main(), clock), ["a", "b", "c"])


@behaviour("own-state")
def test_threads_that_run_at_once_count_their_own(solution):
    meeting, results = Rendezvous(2, patience=PATIENCE), {}
    decorated = decorated_with(solution, OPTIONS, failing(lambda name, run: meeting.meet()))

    def work(name):
        try:
            results[name] = decorated(name)
        except Exception as error:
            results[name] = error

    threads = [threading.Thread(target=work, args=(name,), daemon=True) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
    what = f"results of two calls in two threads, with {FAILS} failures and 6 attempts each"
    expect(what, results, {"a": "a", "b": "b"})
    meeting.expect_met()


# --- Jitter -----------------------------------------------------------------------------------


def load_again(solution):
    """Run the solution's file a second time, as another process does."""
    spec = importlib.util.spec_from_file_location(solution.__name__, solution.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def draw(solution, clock, count):
    """Return the waits of one call that fails so often, with full jitter on 8 seconds."""
    story = Story(clock, [*[ConnectionError] * count, "page"])
    options = {"base": 8.0, "factor": 1.0, "jitter": "full"}
    story.call(solution, {"attempts": count + 2, **options})
    story.expect_count(count + 1)
    return story.waits


@pytest.fixture
def kept_random():
    """Leave the module random as it was."""
    state = random.getstate()
    yield
    random.setstate(state)


@behaviour("jitter")
def test_with_full_jitter_no_wait_is_above_its_delay(play_both):
    limits = [1.0, 4.0, 8.0, 8.0]
    options = {"attempts": 9, "base": 1.0, "factor": 4.0, "cap": 8.0, "jitter": "full"}
    for _ in range(30):
        story = play_both(*down(4), "page", **options)
        story.expect_count(5)
        fit = all(0 <= found <= limit for found, limit in zip(story.waits, limits, strict=True))
        expect_that(f"the waits of {story.text}", fit, story.waits, f"0 to at most {limits}")


@behaviour("jitter")
def test_full_jitter_spreads_over_the_whole_delay(solution, clock):
    waits = draw(solution, clock, 400)
    quarters = [sum(low <= wait < low + 2 for wait in waits) for low in (0, 2, 4, 6)]
    # The chance that a quarter has less than 40, of 100 expected, is below 1e-13.
    is_spread = min(quarters) >= 40
    what = "how many of 400 waits lie in each quarter of a delay of 8 seconds"
    expect_that(what, is_spread, quarters, "about 100 in each")


@behaviour("jitter")
def test_each_wait_of_a_call_has_a_draw_of_its_own(solution, clock):
    waits = draw(solution, clock, 20)
    expect_that("20 waits of one call with full jitter", len(set(waits)) > 1, waits, "to vary")


@behaviour("jitter")
def test_each_call_has_draws_of_its_own(solution, clock):
    first, second = (draw(solution, clock, 20) for _ in range(2))
    expect_that("20 waits of one call, and of another", first != second, first, "to differ")


@behaviour("jitter")
@pytest.mark.usefixtures("kept_random")
def test_each_process_has_draws_of_its_own(clock, solution):
    started, found = clock.now, []
    for _ in range(2):
        clock.advance(started - clock.now)
        random.seed(1)
        found.append(draw(load_again(solution), clock, 20))
    what = "20 waits in two processes that start at one moment, both after random.seed(1)"
    expect_that(what, found[0] != found[1], found[0], "to differ")


@behaviour("jitter")
@pytest.mark.usefixtures("kept_random")
def test_jitter_leaves_the_global_generator_alone(clock, solution):
    random.seed(1)
    before = random.getstate()
    draw(load_again(solution), clock, 5)
    found = "as it was" if random.getstate() == before else "another one"
    expect("the state of the module random after waits with jitter", found, "as it was")


# --- Deadline ---------------------------------------------------------------------------------


STEADY = {"attempts": 9, "base": 1.0, "factor": 1.0}


@behaviour("deadline")
def test_a_wait_that_would_pass_the_deadline_is_not_begun(play_both):
    errors = down(9)
    story = play_both(*errors, **STEADY, deadline=2.5)
    story.expect_runs(0, 1, 2)
    story.expect_end(2)
    story.expect_error(errors[2])


@behaviour("deadline")
def test_the_time_inside_slow_runs_counts(play_both):
    story = play_both(ConnectionError, seconds=2, **STEADY, deadline=8.5)
    story.expect_runs(0, 3, 6)
    story.expect_end(8)


@behaviour("deadline")
def test_a_run_that_is_under_way_is_not_cut_short(play_both):
    result = ["page"]
    play_both(result, seconds=9, deadline=4.0).expect_result(result)


@behaviour("deadline")
@pytest.mark.parametrize("step", [-3600, 3600])
def test_setting_the_wall_clock_changes_nothing(play_both, clock, step):
    during = functools.partial(clock.step_wall, step)
    story = play_both(ConnectionError, during=during, **STEADY, deadline=2.5)
    story.expect_runs(0, 1, 2)


@behaviour("deadline")
def test_the_time_counts_from_the_beginning_of_each_call(clock, solution):
    runs, started = [], clock.now

    def fetch():
        runs.append(seconds(clock.now - started))
        raise ConnectionError("down")

    decorated = decorated_with(solution, {**STEADY, "deadline": 1.5}, fetch)
    for _ in range(2):
        clock.advance(100)
        with contextlib.suppress(Exception):
            decorated()
    what = "runs with deadline=1.5, in two calls that begin 100 s after what was before"
    expect(what, runs, [100.0, 101.0, 201.0, 202.0])


@behaviour("deadline")
def test_with_jitter_what_counts_is_the_wait_itself(clock, solution):
    options = {"attempts": 9, "base": 64.0, "cap": 64.0, "jitter": "full", "deadline": 63.999999}
    stories = [Story(clock, [*down(1), "page"]) for _ in range(2)]
    for story in stories:
        story.call(solution, options)
    # The chance that neither draw is short enough is below 1e-15.
    waits = [wait for story in stories for wait in story.waits]
    is_shorter = any(wait <= 64 for wait in waits)
    what = f"the waits in two calls of {stories[0].text}"
    expect_that(what, is_shorter, waits, "at least one: what is drawn is less than the deadline")


# --- on_retry ---------------------------------------------------------------------------------


class Told:
    """An on_retry that keeps what it is told, and the second at which it is."""

    def __init__(self, clock):
        self.clock = clock
        self.started = clock.now
        self.received = []

    def __call__(self, attempt, error, delay):
        self.received.append((attempt, error, delay, seconds(self.clock.now - self.started)))

    def __repr__(self):
        return "<a function that notes what it is told>"

    @property
    def delays(self):
        return [delay for _, _, delay, _ in self.received]

    def expect(self, *expected):
        """Fail unless this was told; errors are equal only to themselves."""
        what = "what on_retry was told, and when: attempt, error, delay, second"
        is_told = self.received == list(expected)
        expect_that(what, is_told, self.received, repr(list(expected)))


@pytest.fixture
def told(clock):
    return Told(clock)


TOLD = {"attempts": 3, "base": 0.5, "factor": 1.0}


@behaviour("on-retry")
def test_on_retry_is_told_before_each_wait(play_both, told):
    errors = down(2)
    play_both(*errors, "page", **{**TOLD, "attempts": 9}, on_retry=told)
    told.expect((1, errors[0], 0.5, 0.0), (2, errors[1], 0.5, 0.5))


@behaviour("on-retry")
def test_on_retry_is_not_told_of_the_last_failure(play_both, told):
    errors = down(3)
    play_both(*errors, **TOLD, on_retry=told)
    told.expect((1, errors[0], 0.5, 0.0), (2, errors[1], 0.5, 0.5))


@behaviour("on-retry")
def test_on_retry_is_not_told_of_an_error_that_is_not_listed(play_both, told):
    errors = [*down(1), KeyError("page")]
    options = {**TOLD, "attempts": 9, "retry_on": (ConnectionError,)}
    play_both(*errors, **options, on_retry=told)
    told.expect((1, errors[0], 0.5, 0.0))


@behaviour("on-retry")
def test_on_retry_is_not_told_where_the_deadline_ends_the_call(play_both, told):
    errors = down(2)
    play_both(*errors, **{**TOLD, "attempts": 9}, deadline=0.75, on_retry=told)
    told.expect((1, errors[0], 0.5, 0.0))


@behaviour("on-retry")
def test_on_retry_is_told_the_wait_that_jitter_has_drawn(play_both, told):
    options = {"attempts": 9, "base": 4.0, "jitter": "full"}
    story = play_both(*down(4), "page", **options, on_retry=told)
    is_told = len(told.delays) == 4 and all(map(_close, told.delays, story.waits))
    what = "the delays that on_retry was told with full jitter"
    expect_that(what, is_told, told.delays, f"the waits: {story.waits}")


def _close(found, wanted):
    return abs(found - wanted) < 0.00001
