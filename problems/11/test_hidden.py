"""Hidden tests of 11 · Blocking code in async functions."""

import asyncio

import pytest

from grader.testkit import call, call_async, call_raising, expect, expect_that
from grader.testkit.labelled import labelled

behaviour = pytest.mark.behaviour

SUGGESTIONS = {
    "time.sleep": "asyncio.sleep",
    "open": "asyncio.to_thread",
    "input": "asyncio.to_thread",
    "pandas.read_csv": "asyncio.to_thread",
    "os.system": "asyncio.create_subprocess_shell",
    "subprocess.run": "asyncio.create_subprocess_exec",
    "subprocess.call": "asyncio.create_subprocess_exec",
    "subprocess.check_call": "asyncio.create_subprocess_exec",
    "subprocess.check_output": "asyncio.create_subprocess_exec",
    "socket.create_connection": "asyncio.open_connection",
    "urllib.request.urlopen": "httpx.AsyncClient",
}
for _method in ("request", "get", "post", "put", "patch", "delete", "head"):
    SUGGESTIONS[f"requests.{_method}"] = "httpx.AsyncClient"
    SUGGESTIONS[f"httpx.{_method}"] = "httpx.AsyncClient"


def check(solution, text, *, in_order=False):
    """Fail unless exactly the marked calls are found; only some tests look at their order."""
    marked = labelled(text)
    called = call(solution.find_blocking_calls, marked.source)
    found = called.value
    if not isinstance(found, list) or not all(isinstance(f, solution.Finding) for f in found):
        called.fail("a list of Finding")
    places = [(f.line, f.column, f.call) for f in found]
    marked.expect_found(places if in_order else sorted(places))


# --- What is found ----------------------------------------------------------------------------


@behaviour("found")
def test_a_call_in_an_async_function_is_found_and_no_other(solution):
    check(
        solution,
        """
        import time

        def warm_up():
            time.sleep(1)

        async def poll():
            ⟦time.sleep⟧(2)

        time.sleep(3)
        """,
    )


@behaviour("found")
@pytest.mark.parametrize("name", SUGGESTIONS)
def test_every_name_of_the_table_is_found_with_its_suggestion(solution, name):
    module = name.rpartition(".")[0] or "asyncio"
    source = f"import {module}\n\nasync def main():\n    {name}(1)\n"
    finding = solution.Finding(4, 4, name, SUGGESTIONS[name])
    call(solution.find_blocking_calls, source).gives([finding])


@behaviour("found")
def test_calls_are_found_in_blocks_of_every_kind(solution):
    check(
        solution,
        """
        import os

        async def main(paths):
            with ⟦open⟧("log") as log:
                for path in paths:
                    try:
                        if ⟦os.system⟧(path):
                            log.write(path)
                    except OSError:
                        ⟦input⟧("go on?")
                    finally:
                        log.write(⟦open⟧(path).read())
        """,
    )


@behaviour("found")
def test_calls_are_found_in_methods_and_in_async_generators(solution):
    check(
        solution,
        """
        import time

        class Worker:
            async def run(self):
                ⟦time.sleep⟧(1)

            @staticmethod
            async def ticks():
                while True:
                    ⟦time.sleep⟧(1)
                    yield 1
        """,
    )


@behaviour("found")
def test_all_calls_on_one_line_are_found(solution):
    check(
        solution,
        """
        import requests

        async def main(a, b):
            merge(⟦requests.get⟧(a), ⟦requests.get⟧(b).json()); ⟦open⟧(⟦input⟧())
        """,
    )


@behaviour("found")
def test_to_await_the_call_or_what_it_is_handed_to_changes_nothing(solution):
    check(
        solution,
        """
        import asyncio, requests, time

        async def main(client, url):
            await asyncio.sleep(⟦requests.get⟧(url).json()["delay"])
            await asyncio.to_thread(⟦time.sleep⟧(1))
            await client.post(url, data=⟦open⟧("body").read())
            await ⟦time.sleep⟧(1)
        """,
    )


# --- Syntax errors ----------------------------------------------------------------------------


@behaviour("syntax-error")
def test_a_syntax_error_tells_file_and_line(solution):
    source = "import time\n\nasync def main(:\n    time.sleep(1)\n"
    error = call_raising(SyntaxError, solution.find_blocking_calls, source, filename="jobs.py")
    expect("filename of the SyntaxError", error.filename, "jobs.py")
    expect("lineno of the SyntaxError", error.lineno, 3)


@behaviour("syntax-error")
def test_without_a_filename_the_error_says_source(solution):
    error = call_raising(SyntaxError, solution.find_blocking_calls, "x = = 1\n")
    expect("filename of the SyntaxError", error.filename, "<source>")


# --- What is no blocking call -----------------------------------------------------------------


@behaviour("harmless")
def test_other_names_of_the_same_modules_are_fine(solution):
    check(
        solution,
        """
        import asyncio, httpx, os, requests, time

        async def main():
            session = requests.Session()
            timeout = httpx.Timeout(5)
            async with httpx.AsyncClient(timeout=timeout) as client:
                await client.get(os.path.join("a", str(time.time())))
            await asyncio.sleep(1)
            ⟦httpx.get⟧("a")
            raise requests.exceptions.Timeout("b")
        """,
    )


@behaviour("harmless")
def test_attributes_of_other_objects_are_fine(solution):
    check(
        solution,
        """
        import time
        import requests

        async def main(self, session, path):
            self.sleep(1)
            self.time.sleep(1)
            session.get("a")
            path.open()
            self.clock().time.sleep(1)
            requests.Session().get("b")
            time.time().sleep(1)
            ⟦time.sleep⟧(1)
        """,
    )


@behaviour("harmless")
def test_a_reference_without_a_call_is_fine(solution):
    check(
        solution,
        """
        import asyncio, functools, time

        async def main(loop, path):
            await asyncio.to_thread(time.sleep, 1)
            await loop.run_in_executor(None, open, path)
            nap = time.sleep
            ask = functools.partial(input, "name")
            ⟦time.sleep⟧(1)
            return {"open": open, "nap": nap}
        """,
    )


@behaviour("harmless")
def test_strings_and_comments_are_no_calls(solution):
    check(
        solution,
        '''
        import time

        async def main():
            """Never call time.sleep(1) or open(path) here."""
            log("time.sleep(1)")  # time.sleep(2)
            ⟦time.sleep⟧(3)
        ''',
    )


# --- The order --------------------------------------------------------------------------------


@behaviour("sorted")
def test_calls_on_one_line_stand_in_the_order_of_their_columns(solution):
    check(
        solution,
        """
        async def main(path):
            return ⟦open⟧(path) if ⟦input⟧() else ⟦open⟧("b")
        """,
        in_order=True,
    )


@behaviour("sorted")
def test_calls_on_several_lines_stand_in_the_order_of_their_lines(solution):
    check(
        solution,
        """
        async def outer():
            async def inner():
                if ⟦input⟧("a"):
                    ⟦open⟧("b")

            ⟦open⟧("c")
            return {
                ⟦input⟧("d"): ⟦open⟧("e"),
                ⟦input⟧("f"): ⟦open⟧("g"),
            }
        """,
        in_order=True,
    )


# --- The nearest function ---------------------------------------------------------------------


@behaviour("nearest")
def test_a_plain_function_inside_an_async_one_is_fine(solution):
    check(
        solution,
        """
        import asyncio

        async def main(path):
            def read():
                with open(path) as file:
                    return file.read()

            ⟦open⟧(path)
            return await asyncio.to_thread(read)
        """,
    )


@behaviour("nearest")
def test_a_lambda_inside_an_async_function_is_fine(solution):
    check(
        solution,
        """
        import asyncio, time

        async def main(paths):
            await asyncio.to_thread(lambda: time.sleep(1))
            paths.sort(key=lambda path: [open(path), lambda: input()])
            ⟦time.sleep⟧(2)
        """,
    )


@behaviour("nearest")
def test_an_async_function_inside_a_plain_one_is_not_fine(solution):
    check(
        solution,
        """
        import time

        def make_handler():
            time.sleep(1)
            async def handler():
                ⟦time.sleep⟧(2)
            time.sleep(3)
            return handler
        """,
    )


@behaviour("nearest")
def test_a_method_of_a_class_inside_an_async_function_counts_for_itself(solution):
    check(
        solution,
        """
        async def main():
            class Reader:
                def read(self):
                    return open("a")

                async def load(self):
                    return ⟦open⟧("b")
            return Reader()
        """,
    )


# --- What is no function of its own -----------------------------------------------------------


@behaviour("no-function")
def test_comprehensions_belong_to_the_function_around_them(solution):
    check(
        solution,
        """
        async def main(paths):
            files = [⟦open⟧(path) for path in paths if ⟦input⟧(path)]
            by_name = {path: ⟦open⟧(path) for path in paths}
            return files, by_name, {⟦open⟧(path) for path in paths}

        def plain(paths):
            return [open(path) for path in paths]
        """,
    )


@behaviour("no-function")
def test_generator_expressions_belong_to_the_function_around_them(solution):
    check(
        solution,
        """
        async def main(paths):
            return sum(len(⟦open⟧(path).read()) for path in paths for _ in ⟦open⟧(path))
        """,
    )


@behaviour("no-function")
def test_a_class_body_belongs_to_the_function_around_it(solution):
    check(
        solution,
        """
        async def main():
            class Settings:
                text = ⟦open⟧("settings").read()

        def plain():
            class Settings:
                text = open("settings").read()
        """,
    )


@behaviour("no-function")
def test_fields_of_f_strings_belong_to_the_function_around_them(solution):
    check(
        solution,
        """
        async def main(path):
            return f"{path}: {⟦open⟧(path).read()}"

        def plain(path):
            return f"{path}: {open(path).read()}"
        """,
    )


# --- Defaults and decorators ------------------------------------------------------------------


@behaviour("outer-parts")
def test_defaults_belong_outside_of_their_function(solution):
    check(
        solution,
        """
        async def load(text=open("a").read(), *, other=open("b")):
            def parse(text=⟦open⟧("c").read(), *, other=⟦open⟧("d")):
                return open(text)

            return ⟦open⟧("e")
        """,
    )


@behaviour("outer-parts")
def test_a_default_of_a_lambda_belongs_outside_of_it(solution):
    check(
        solution,
        """
        async def load():
            return lambda text=⟦open⟧("a").read(): open(text)
        """,
    )


@behaviour("outer-parts")
def test_decorators_belong_outside_of_their_function(solution):
    check(
        solution,
        """
        import requests

        @retry(requests.get("a").json())
        async def load():
            @retry(⟦requests.get⟧("b").json())
            def parse():
                return requests.get("c")

            @retry(⟦requests.get⟧("d").json())
            class Parser:
                pass
        """,
    )


# --- Imports ----------------------------------------------------------------------------------


@behaviour("imports")
def test_a_module_may_have_another_name(solution):
    check(
        solution,
        """
        import time as clock, pandas as pd
        import urllib.request as web

        async def main():
            ⟦clock.sleep = time.sleep⟧(1)
            ⟦pd.read_csv = pandas.read_csv⟧("a")
            ⟦web.urlopen = urllib.request.urlopen⟧("b")
            time.sleep(2)
        """,
    )


@behaviour("imports")
def test_a_function_may_be_imported_by_itself(solution):
    check(
        solution,
        """
        from time import sleep
        from subprocess import run as execute, PIPE
        from urllib.request import urlopen as fetch

        async def main():
            ⟦sleep = time.sleep⟧(1)
            ⟦execute = subprocess.run⟧(["ls"], stdout=PIPE)
            ⟦fetch = urllib.request.urlopen⟧("a")
            run()
        """,
    )


@behaviour("imports")
def test_a_module_may_be_imported_from_its_package(solution):
    check(
        solution,
        """
        from urllib import request, parse as words
        import os.path
        import os.path as paths

        async def main():
            ⟦request.urlopen = urllib.request.urlopen⟧(words.quote("a"))
            ⟦os.system⟧("ls")
            paths.system("ls")
        """,
    )


@behaviour("imports")
def test_an_import_inside_a_function_counts_there(solution):
    check(
        solution,
        """
        nap = print

        async def main():
            import subprocess
            from time import sleep as nap
            ⟦nap = time.sleep⟧(1)
            ⟦subprocess.run⟧(["ls"])

        async def other():
            def inner():
                import time

            nap(2)
            time.sleep(3)
            subprocess.run(["ls"])
        """,
    )


@behaviour("imports")
def test_an_import_counts_in_the_functions_inside(solution):
    check(
        solution,
        """
        def make_handler():
            from time import sleep as nap

            class Handler:
                async def run(self):
                    async def inner():
                        ⟦nap = time.sleep⟧(1)
                    ⟦nap = time.sleep⟧(2)
            return Handler
        """,
    )


@behaviour("imports")
def test_an_import_may_stand_below_and_in_any_block(solution):
    check(
        solution,
        """
        async def main():
            ⟦nap = time.sleep⟧(1)
            ⟦web.get = requests.get⟧("a")

        from time import sleep as nap

        try:
            import requests as web
        except ImportError:
            raise SystemExit(1)
        """,
    )


@behaviour("imports")
def test_what_is_imported_from_elsewhere_is_something_else(solution):
    check(
        solution,
        """
        from asyncio import sleep
        from aiofiles import open
        from .subprocess import run
        from . import time
        import compat.requests as requests
        import asyncio as socket

        async def main():
            await sleep(1)
            await open("a")
            await run("ls")
            await time.sleep(1)
            await requests.get("b")
            await socket.create_connection("c")
            ⟦input⟧("go on?")
        """,
    )


# --- Names that are bound to something else ---------------------------------------------------


@behaviour("shadowed")
def test_a_parameter_is_something_else(solution):
    check(
        solution,
        """
        import time
        from time import sleep

        async def poll(sleep, time, *open, **input):
            sleep(1), time.sleep(2), open("a"), input("b")

        async def keywords(path, /, *, open):
            open(path)
            ⟦time.sleep⟧(3)
        """,
    )


@behaviour("shadowed")
def test_an_assigned_name_is_something_else(solution):
    check(
        solution,
        """
        import time

        async def main(self):
            time = self.clock
            time.sleep(1)
            (open, *rest), input = self.tools
            open("a"), input("b")

        async def annotated(self):
            open: object = self.tool
            if (input := self.other) and open("a"):
                input("b")
            ⟦time.sleep⟧(2)
        """,
    )


@behaviour("shadowed")
def test_a_name_bound_by_a_block_is_something_else(solution):
    check(
        solution,
        """
        async def main(tools, lock):
            for open in tools:
                open("a")
            with lock as input:
                input("b")

        async def other(tools):
            try:
                await tools
            except OSError as open:
                open("a")
            ⟦input⟧("b")
        """,
    )


@behaviour("shadowed")
def test_a_function_or_class_of_that_name_is_something_else(solution):
    check(
        solution,
        """
        def open(path):
            return path

        async def main():
            class input:
                pass

            open("a"), input("b")

        async def other():
            ⟦input⟧("c")
        """,
    )


@behaviour("shadowed")
def test_a_name_is_local_in_the_whole_function(solution):
    check(
        solution,
        """
        async def main():
            async def inner():
                open("a")

            open = print
            return inner

        async def other():
            ⟦open⟧("b")
        """,
    )


@behaviour("shadowed")
def test_what_a_function_inside_binds_stays_inside(solution):
    check(
        solution,
        """
        async def main(tools):
            def make(open):
                input = open
                return input("a")

            tools.sort(key=lambda open: open("b"))
            ⟦open⟧("c"), ⟦input⟧("d")
        """,
    )


@behaviour("shadowed")
def test_the_target_of_a_comprehension_is_something_else_inside_it(solution):
    check(
        solution,
        """
        import time

        async def main(clocks, tools):
            [time.sleep(1) for time in clocks]
            {open("a"): 1 for open in tools if open("b")}
            ⟦time.sleep⟧(2)
            ⟦open⟧("c")
        """,
    )


# --- Names of classes -------------------------------------------------------------------------


@behaviour("class-names")
def test_methods_do_not_see_the_names_of_their_class(solution):
    check(
        solution,
        """
        class Store:
            def open(self):
                return self

            async def input(self):
                return ⟦input⟧("a")

            async def load(self):
                self.open()
                return ⟦open⟧("b")
        """,
    )


@behaviour("class-names")
def test_imports_of_a_class_are_not_seen_in_its_methods(solution):
    check(
        solution,
        """
        class Worker:
            from time import sleep
            import subprocess

            async def run(self):
                self.sleep(1)
                sleep(2)
                subprocess.run(["ls"])
                ⟦input⟧("go on?")
        """,
    )


@behaviour("class-names")
def test_a_class_body_sees_its_own_names(solution):
    check(
        solution,
        """
        async def main(make):
            class Settings:
                open = make()
                text = open("a")
            return Settings, ⟦open⟧("b")
        """,
    )


# --- Steps ------------------------------------------------------------------------------------


class Clock:
    """A clock that stands still unless somebody works."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def __repr__(self):
        return "<clock>"

    def work(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


async def measured(solution, job, clock):
    """Return the result of measuring a job that ends well, and its steps."""
    steps = []
    called = await call_async(solution.measure_steps, job(), clock, steps)
    return called, steps


@behaviour("steps")
async def test_a_coroutine_that_never_awaits_is_one_step(solution, clock):
    async def job():
        clock.work(2)
        clock.work(3)

    _, steps = await measured(solution, job, clock)
    expect("the steps of a job that works 2 s and 3 s without an await", steps, [5.0])


@behaviour("steps")
async def test_each_suspension_ends_a_step(solution, clock):
    async def job():
        clock.work(0.5)
        await asyncio.sleep(0)
        clock.work(4)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        clock.work(2)

    _, steps = await measured(solution, job, clock)
    what = "the steps of a job that works 0.5 s, 4 s, 0 s and 2 s between its suspensions"
    expect(what, steps, [0.5, 4.0, 0.0, 2.0])


@behaviour("steps")
async def test_waiting_belongs_to_no_step(solution, clock):
    has_begun, is_ready = asyncio.Event(), asyncio.Event()

    async def job():
        clock.work(1)
        has_begun.set()
        await is_ready.wait()
        clock.work(2)

    async def other():
        await has_begun.wait()
        clock.work(40)
        await asyncio.sleep(0)
        clock.work(40)
        is_ready.set()

    task = asyncio.create_task(other())
    _, steps = await measured(solution, job, clock)
    task.cancel()
    what = "the steps of a job that works 1 s, waits while another one works 80 s, and works 2 s"
    expect(what, steps, [1.0, 2.0])


@behaviour("steps")
async def test_an_await_that_does_not_suspend_ends_no_step(solution, clock):
    async def part(seconds):
        clock.work(seconds)

    async def job():
        await part(1)
        await part(2)

    _, steps = await measured(solution, job, clock)
    what = "the steps of a job that awaits two coroutines, of 1 s and 2 s, that never suspend"
    expect(what, steps, [3.0])


@behaviour("steps")
async def test_suspensions_of_awaited_coroutines_end_steps(solution, clock):
    async def part():
        clock.work(2)
        await asyncio.sleep(0)
        clock.work(3)

    async def job():
        clock.work(1)
        await part()
        clock.work(1)

    _, steps = await measured(solution, job, clock)
    what = "the steps of a job that works 1 s, awaits one of 2 s + suspension + 3 s, works 1 s"
    expect(what, steps, [3.0, 4.0])


# --- What passes through ----------------------------------------------------------------------


class Broken(Exception):
    """What a job raises."""


async def ending(solution, job, clock):
    """Start to measure a job, cancel it while it waits; return its result or error, and steps."""
    steps = []
    task = asyncio.ensure_future(call_async(solution.measure_steps, job(), clock, steps))
    # More often than any solution needs to begin.
    for _ in range(10):
        await asyncio.sleep(0)
    task.cancel()
    (ended,) = await asyncio.gather(task, return_exceptions=True)
    if isinstance(ended, NotImplementedError):
        raise ended
    return getattr(ended, "value", ended), steps


@behaviour("passes-through")
async def test_the_result_is_the_very_object(solution, clock):
    result = ["mine"]

    async def job():
        await asyncio.sleep(0)
        return result

    called, _ = await measured(solution, job, clock)
    called.gives_object(result, "what the coroutine returned")


@behaviour("passes-through")
async def test_what_the_coroutine_awaits_reaches_it(solution, clock):
    async def answer(value):
        await asyncio.sleep(0)
        return value

    async def fail():
        await asyncio.sleep(0)
        raise Broken("in a task")

    async def job():
        value = await asyncio.create_task(answer("ready"))
        try:
            await asyncio.create_task(fail())
        except Broken as error:
            return value, str(error)

    try:
        found = (await measured(solution, job, clock))[0].value
    except Broken as error:
        found = error
    what = "the result of a job that awaits a task, and then catches the error of another task"
    expect(what, found, ("ready", "in a task"))


@behaviour("passes-through")
async def test_an_error_is_the_very_object_and_its_step_counts(solution, clock):
    error, steps = Broken("mine"), []

    async def job():
        clock.work(1)
        await asyncio.sleep(0)
        clock.work(2)
        raise error

    try:
        found = (await call_async(solution.measure_steps, job(), clock, steps)).value
    except Broken as raised:
        found = raised
    expect_that("what measure_steps raised", found is error, found, "the error of the coroutine")
    expect("the steps of a job that works 1 s, suspends, works 2 s and raises", steps, [1.0, 2.0])


@behaviour("passes-through")
async def test_cancellation_reaches_the_coroutine_and_goes_on(solution, clock):
    notes = []

    async def job():
        clock.work(1)
        try:
            await asyncio.Event().wait()
        finally:
            clock.work(2)
            await asyncio.sleep(0)
            clock.work(3)
            notes.append("cleaned up")

    found, steps = await ending(solution, job, clock)
    expect("what the coroutine did when it was cancelled", notes, ["cleaned up"])
    is_cancelled = isinstance(found, asyncio.CancelledError)
    expect_that("how measure_steps ended, cancelled", is_cancelled, found, "CancelledError")
    what = "the steps of a job that works 1 s, is cancelled, works 2 s, suspends, works 3 s"
    expect(what, steps, [1.0, 2.0, 3.0])


@behaviour("passes-through")
async def test_a_coroutine_may_catch_its_cancellation(solution, clock):
    async def job():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "saved"

    found, _ = await ending(solution, job, clock)
    expect("the result of a coroutine that catches its cancellation", found, "saved")
