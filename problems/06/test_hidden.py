"""Hidden tests of 06 · Request-scoped storage."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from contextvars import copy_context

import httpx
import pytest
from fastapi import Depends, FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse
from flask import Flask, request

from grader.testkit import call, call_as, call_raising, expect, expect_that, lines, wsgi
from grader.testkit.calls import Mismatch
from grader.testkit.leftovers import Watched, expect_dead, watch
from grader.testkit.liveness import Rendezvous

behaviour = pytest.mark.behaviour

# Only bounds how long wrong solutions hang.
PATIENCE = 3.0
REQUESTS = 100
THREADS = 4


@pytest.fixture
def storage(solution):
    return call(solution.RequestStorage).value


def seen(storage):
    """Return a dict of what the request that is open here holds."""
    return dict(call(storage.snapshot).value)


def expect_seen(storage, expected, where):
    """Fail unless the request that is open here holds exactly ``expected``."""
    expect(f"snapshot() {where}", seen(storage), expected)


def expect_nothing_seen(storage, where):
    """Fail if a user is seen; how a storage says that there is none, other tests ask."""
    found = None
    with suppress(Exception):
        found = storage.get("user")
    expect_that(f"get('user') {where}", found is None, found, "no user to be seen")


# --- Values -----------------------------------------------------------------------------------


@behaviour("keeps-values")
def test_get_returns_the_very_object_that_was_set_last(storage):
    first, last = ["first"], ["last"]
    with storage.request():
        call(storage.set, "basket", first)
        call(storage.get, "basket").gives_object(first, "the list that was set")
        call(storage.set, "basket", last)
        call(storage.get, "basket").gives_object(last, "the list that was set last")


@behaviour("keeps-values")
def test_a_deleted_key_is_missing_and_the_others_stay(storage):
    with storage.request():
        call(storage.set, "user", "ann")
        call(storage.set, "lang", "de")
        call(storage.delete, "user")
        call_raising(KeyError, storage.get, "user")
        call(storage.get, "lang").gives("de")


@behaviour("keeps-values")
def test_a_key_that_was_never_set_is_a_key_error(storage):
    with storage.request():
        call_raising(KeyError, storage.get, "user")
        call_raising(KeyError, storage.delete, "user")


@behaviour("keeps-values")
@pytest.mark.parametrize("value", [None, 0, ""])
def test_none_and_other_empty_values_are_values(storage, value):
    with storage.request():
        call(storage.set, "user", value)
        call(storage.get, "user").gives(value)
        call(storage.snapshot).gives({"user": value})
        call(storage.delete, "user")
        call_raising(KeyError, storage.get, "user")


# --- Snapshots --------------------------------------------------------------------------------


@behaviour("snapshot")
def test_a_snapshot_is_a_dict_of_all_keys_and_the_very_values(storage):
    with storage.request():
        call(storage.snapshot).gives({})
        call(storage.set, "user", "ann")
        call(storage.set, "basket", ["tea"])
        taken = call(storage.snapshot)
        taken.gives({"user": "ann", "basket": ["tea"]})
        listed = taken.value["basket"]
        is_same = listed is call(storage.get, "basket").value
        expect_that("the list in snapshot()", is_same, listed, "the very list that get returns")


@behaviour("snapshot")
def test_a_snapshot_and_the_request_do_not_change_each_other(storage):
    with storage.request():
        call(storage.set, "user", "ann")
        call(storage.snapshot).value["user"] = "eve"
        expect_seen(storage, {"user": "ann"}, "after an earlier one was changed")
        taken = call(storage.snapshot).value
        call(storage.set, "lang", "de")
        expect("an earlier snapshot, after set('lang', 'de')", taken, {"user": "ann"})
        call(storage.delete, "user")
        expect("an earlier snapshot, after delete('user')", taken, {"user": "ann"})


# --- Outside ----------------------------------------------------------------------------------


@behaviour("outside")
def test_get_and_delete_need_a_request(solution, storage):
    call_raising(solution.NoRequestError, storage.get, "user")
    call_raising(solution.NoRequestError, storage.delete, "user")


@behaviour("outside")
def test_set_needs_a_request(solution, storage):
    call_raising(solution.NoRequestError, storage.set, "user", "ann")


@behaviour("outside")
def test_a_snapshot_needs_a_request(solution, storage):
    call_raising(solution.NoRequestError, storage.snapshot)


@behaviour("outside")
def test_a_request_begins_with_its_block_and_ends_with_it(solution, storage):
    manager = call(storage.request).value
    call_raising(solution.NoRequestError, storage.delete, "user")
    with manager:
        call(storage.set, "user", "ann")
        call(storage.get, "user").gives("ann")
    call_raising(solution.NoRequestError, storage.delete, "user")


@behaviour("outside")
def test_the_next_request_starts_empty(storage):
    with storage.request():
        call(storage.set, "user", "ann")
    with storage.request():
        expect_seen(storage, {}, "at the start of the second request")


# --- Nested -----------------------------------------------------------------------------------


@behaviour("nested")
def test_a_nested_request_starts_empty(storage):
    with storage.request():
        call(storage.set, "user", "ann")
        with storage.request():
            expect_seen(storage, {}, "at the start of a nested request")


@behaviour("nested")
def test_the_end_of_a_nested_request_brings_the_outer_one_back(storage):
    with storage.request():
        call(storage.set, "user", "ann")
        call(storage.set, "lang", "de")
        with storage.request():
            call(storage.set, "user", "bob")
            call(storage.set, "page", 2)
        expect_seen(storage, {"user": "ann", "lang": "de"}, "after a nested request")
        call(storage.set, "page", 1)
        call(storage.delete, "lang")
        expect_seen(storage, {"user": "ann", "page": 1}, "after set and delete in the outer one")


@behaviour("nested")
def test_requests_may_be_nested_three_deep(storage):
    with storage.request():
        call(storage.set, "depth", 1)
        with storage.request():
            call(storage.set, "depth", 2)
            with storage.request():
                call(storage.set, "depth", 3)
            expect_seen(storage, {"depth": 2}, "after the third of three nested requests")
        expect_seen(storage, {"depth": 1}, "after the second of three nested requests")


# --- Errors -----------------------------------------------------------------------------------


def expect_passed_on(storage, error):
    """Fail unless ``error`` ends a request and leaves its block."""
    left = None
    manager = call(storage.request).value
    try:
        with manager:
            call(storage.set, "user", "ann")
            raise error
    except type(error) as caught:
        left = caught
    what = f"what left a request whose block raised {error!r}"
    expect_that(what, left is error, left, "that very error")
    expect_nothing_seen(storage, f"after a request whose block raised {error!r}")


@behaviour("errors")
@pytest.mark.parametrize("kind", [KeyError, ValueError, RuntimeError])
def test_an_error_ends_the_request_and_goes_on(storage, kind):
    expect_passed_on(storage, kind("from the block"))


@behaviour("errors")
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_interrupt_and_exit_end_the_request_and_go_on(storage, kind):
    expect_passed_on(storage, kind("from the block"))


@behaviour("errors")
def test_an_error_in_a_nested_request_brings_the_outer_one_back(storage):
    with storage.request():
        call(storage.set, "user", "ann")
        with suppress(KeyError), storage.request():
            call(storage.set, "user", "bob")
            raise KeyError("from the block")
        expect_seen(storage, {"user": "ann"}, "after a nested request that failed")


@behaviour("errors")
def test_a_cancellation_ends_the_request_and_goes_on(storage):
    async def handle(ended):
        try:
            with storage.request():
                call(storage.set, "user", "ann")
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            expect_nothing_seen(storage, "after a request that was cancelled")
            ended.append("cancelled")
            raise

    async def main():
        ended = []
        task = asyncio.create_task(handle(ended))
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        expect("what left a request that was cancelled", ended, ["cancelled"])

    asyncio.run(main())


# --- Two storages -----------------------------------------------------------------------------


@behaviour("two-storages")
def test_another_storage_does_not_see_what_was_set(solution, storage):
    other = call(solution.RequestStorage).value
    with storage.request():
        call(storage.set, "user", "ann")
        expect_nothing_seen(other, "of another storage")
        with other.request():
            expect_seen(other, {}, "at the start of the request of another storage")


@behaviour("two-storages")
def test_two_storages_keep_their_values_apart(solution, storage):
    other = call(solution.RequestStorage).value
    with storage.request():
        call(storage.set, "user", "ann")
        with other.request():
            call(other.set, "lang", "de")
            expect_seen(storage, {"user": "ann"}, "while a second storage has a request")
            expect_seen(other, {"lang": "de"}, "of the second storage")
        expect_seen(storage, {"user": "ann"}, "after the request of a second storage")


# --- Threads ----------------------------------------------------------------------------------


@behaviour("threads")
def test_threads_with_overlapping_requests_see_their_own_values(storage):
    all_are_set, all_have_read = (Rendezvous(THREADS, patience=PATIENCE) for _ in range(2))

    def handle(user):
        with storage.request():
            call(storage.set, "user", user)
            all_are_set.meet()
            first = seen(storage)
            all_have_read.meet()
            call(storage.set, "again", user)
            second = seen(storage)
        expect_nothing_seen(storage, "on a thread after its request, which overlapped with others")
        return [first, second]

    users = [f"user {number}" for number in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(handle, users))
    expected = [[{"user": user}, {"user": user, "again": user}] for user in users]
    expect(f"what {THREADS} threads at once saw of their requests", found, expected)
    all_are_set.expect_met()


@behaviour("threads")
def test_a_pool_thread_brings_nothing_from_its_last_request(storage):
    def handle(user):
        with storage.request():
            at_start = seen(storage)
            call(storage.set, "user", user)
            return at_start

    where = "on a pool thread, after its request"
    with ThreadPoolExecutor(1) as pool:
        pool.submit(handle, "ann").result()
        pool.submit(expect_nothing_seen, storage, where).result()
        found = pool.submit(handle, "bob").result()
    expect("at the start of a second request on the same pool thread", found, {})


# --- Tasks ------------------------------------------------------------------------------------


@behaviour("tasks")
def test_tasks_with_overlapping_requests_see_their_own_values(storage):
    async def handle(user):
        with storage.request():
            call(storage.set, "user", user)
            await asyncio.sleep(0)
            first = seen(storage)
            await asyncio.sleep(0)
            call(storage.set, "again", user)
            await asyncio.sleep(0)
            return [first, seen(storage)]

    async def main():
        return await asyncio.gather(*map(handle, ["ann", "bob", "eve"]))

    expected = [[{"user": user}, {"user": user, "again": user}] for user in ("ann", "bob", "eve")]
    expect("what three tasks at once saw of their requests", asyncio.run(main()), expected)


@behaviour("tasks")
def test_the_end_of_one_request_does_not_touch_that_of_another_task(storage):
    async def handle(user, turns):
        with storage.request():
            call(storage.set, "user", user)
            for _ in range(turns):
                await asyncio.sleep(0)
            found = seen(storage)
        expect_nothing_seen(storage, "in a task after its request, which overlapped with others")
        return found

    async def main():
        return await asyncio.gather(handle("ann", 4), handle("bob", 1), handle("eve", 3))

    expected = [{"user": "ann"}, {"user": "bob"}, {"user": "eve"}]
    expect("what tasks saw whose requests end in another order", asyncio.run(main()), expected)


@behaviour("tasks")
def test_a_coroutine_that_is_awaited_is_in_the_request_of_its_caller(storage):
    async def log_in(guest):
        await asyncio.sleep(0)
        call(storage.get, "guest").gives(guest)
        call(storage.set, "user", f"{guest}, logged in")
        await asyncio.sleep(0)

    async def handle(guest):
        with storage.request():
            call(storage.set, "guest", guest)
            await log_in(guest)
            return call(storage.get, "user").value

    async def main():
        return await asyncio.gather(handle("ann"), handle("bob"))

    found = asyncio.run(main())
    what = "what two tasks got after they awaited a coroutine that sets 'user'"
    expect(what, found, ["ann, logged in", "bob, logged in"])


# --- Children ---------------------------------------------------------------------------------


async def in_a_task(function):
    """Run a function in a child task."""

    async def child():
        return function()

    return await asyncio.create_task(child())


two_ways = pytest.mark.parametrize(
    "in_child", [in_a_task, asyncio.to_thread], ids=["create_task", "to_thread"]
)


def run_with_child(storage, in_child, function):
    """Return what a child did, and the values of its parent afterwards."""

    async def main():
        with storage.request():
            call(storage.set, "user", "ann")
            call(storage.set, "lang", "de")
            return await in_child(function), seen(storage)

    return asyncio.run(main())


@behaviour("children")
@two_ways
def test_a_child_sees_the_values_of_its_parent(storage, in_child):
    found, _ = run_with_child(storage, in_child, lambda: seen(storage))
    expect("what the child saw", found, {"user": "ann", "lang": "de"})


@behaviour("children")
@two_ways
def test_what_a_child_sets_stays_in_the_child(storage, in_child):
    def child():
        call(storage.set, "user", "bob")
        call(storage.set, "page", 2)
        return seen(storage)

    found, left = run_with_child(storage, in_child, child)
    expect("what the child saw after its own set", found, {"user": "bob", "lang": "de", "page": 2})
    expect("what the parent saw afterwards", left, {"user": "ann", "lang": "de"})


@behaviour("children")
@two_ways
def test_what_a_child_deletes_stays_in_the_parent(storage, in_child):
    def child():
        call(storage.delete, "user")
        return seen(storage)

    found, left = run_with_child(storage, in_child, child)
    expect("what the child saw after its own delete", found, {"lang": "de"})
    expect("what the parent saw afterwards", left, {"user": "ann", "lang": "de"})


@behaviour("children")
@two_ways
def test_a_request_in_a_child_leaves_the_parents_as_it_is(storage, in_child):
    def child():
        with storage.request():
            call(storage.set, "user", "bob")
        return seen(storage)

    found, left = run_with_child(storage, in_child, child)
    expect("what the child saw after its own request", found, {"user": "ann", "lang": "de"})
    expect("what the parent saw afterwards", left, {"user": "ann", "lang": "de"})


@behaviour("children")
def test_two_children_do_not_see_each_other(storage):
    async def child(user):
        call(storage.set, "user", user)
        await asyncio.sleep(0)
        return seen(storage)

    async def main():
        with storage.request():
            call(storage.set, "user", "ann")
            return await asyncio.gather(child("bob"), child("eve"))

    found = asyncio.run(main())
    expect("what two children at once saw", found, [{"user": "bob"}, {"user": "eve"}])


@behaviour("children")
def test_a_child_does_not_see_what_its_parent_sets_later(storage):
    async def child():
        return seen(storage)

    async def main():
        with storage.request():
            call(storage.set, "user", "ann")
            task = asyncio.create_task(child())
            call(storage.set, "user", "bob")
            call(storage.set, "page", 2)
            return await task

    expect("what a child saw that was made before a set", asyncio.run(main()), {"user": "ann"})


# --- What is released -------------------------------------------------------------------------


def handle_watched(storage, name):
    """Return weak references to what a request held: set, overwritten and deleted."""
    first, second, third = (Watched(f"{name}: {what}") for what in ("set", "replaced", "deleted"))
    with storage.request():
        storage.set("user", second)
        storage.set("user", first)
        storage.set("page", third)
        storage.delete("page")
    return watch(first, second, third)


@behaviour("released")
def test_what_a_request_held_dies_with_it(storage):
    refs = handle_watched(storage, "a value")
    expect_dead(refs, "what is alive after its request")


@behaviour("released")
def test_a_pool_thread_that_lives_on_holds_nothing(storage):
    with ThreadPoolExecutor(1) as pool:
        refs = pool.submit(handle_watched, storage, "a value of a pool thread").result()
        expect_dead(refs, "what is alive after its request, while the pool waits for more")


@behaviour("released")
def test_what_a_nested_request_held_dies_before_the_outer_one_ends(storage):
    with storage.request():
        call(storage.set, "user", "ann")
        refs = handle_watched(storage, "a value of the nested request")
        expect_dead(refs, "what is alive after a nested request, inside of the outer one")


@behaviour("released")
@two_ways
def test_what_a_child_set_dies_with_the_request(storage, in_child):
    def child():
        value = Watched("a value that a child set")
        # That a child is in the request at all, other tests ask.
        with suppress(Exception):
            storage.set("page", value)
        return watch(value)

    # What the parent saw is not kept: it may hold the value.
    refs = run_with_child(storage, in_child, child)[0]
    expect_dead(refs, "what is alive after the request of the parent")


# --- Left in another context ------------------------------------------------------------------


def leave(manager):
    """Leave a block without an error."""
    call_as("request().__exit__", manager.__exit__, None, None, None)


def entered_elsewhere(storage, value):
    """Return a block that has been entered in a context of its own, and this context."""
    manager, elsewhere = call(storage.request).value, copy_context()
    elsewhere.run(manager.__enter__)
    elsewhere.run(storage.set, "user", value)
    return manager, elsewhere


@behaviour("left-elsewhere")
def test_a_block_may_be_left_where_there_is_no_request(storage):
    manager, _ = entered_elsewhere(storage, "ann")
    leave(manager)
    expect_nothing_seen(storage, "where a block from elsewhere was left")


@behaviour("left-elsewhere")
def test_a_request_goes_on_where_a_strange_block_is_left(storage):
    manager, _ = entered_elsewhere(storage, "ann")
    with storage.request():
        call(storage.set, "user", "bob")
        leave(manager)
        expect_seen(storage, {"user": "bob"}, "after a block from elsewhere was left here")


@behaviour("left-elsewhere")
def test_an_outer_request_keeps_what_was_set_since(storage):
    with storage.request():
        call(storage.set, "user", "ann")
        manager, _ = entered_elsewhere(storage, "bob")
        call(storage.set, "page", 2)
        leave(manager)
        found = {"user": "ann", "page": 2}
        expect_seen(storage, found, "after a nested block from elsewhere was left here")


@behaviour("left-elsewhere")
def test_an_error_goes_on_where_a_block_from_elsewhere_is_left(storage):
    manager, _ = entered_elsewhere(storage, "ann")
    error, left = KeyError("from the block"), None
    try:
        with ExitStack() as stack:
            stack.push(manager)
            raise error
    except KeyError as caught:
        left = caught
    what = f"what left a block from elsewhere that raised {error!r}"
    expect_that(what, left is error, left, "that very error")


@behaviour("left-elsewhere")
def test_nothing_is_held_of_a_request_that_was_left_elsewhere(storage):
    refs = watch(value := Watched("the value"))
    manager, elsewhere = entered_elsewhere(storage, value)
    leave(manager)
    del value, manager, elsewhere
    expect_dead(refs, "what is alive after a request that was left in another context")


@behaviour("left-elsewhere")
def test_a_generator_dependency_of_fastapi_neither_fails_nor_leaks(storage):
    refs, after = [], []

    def unit_of_work():
        with storage.request():
            unit = Watched("the unit of work")
            storage.set("unit", unit)
            refs.extend(watch(unit))
            del unit
            yield
        after.append(seen(storage))

    app = FastAPI()

    @app.get("/", dependencies=[Depends(unit_of_work)], response_class=PlainTextResponse)
    async def read():
        return storage.get("user")

    async def main():
        served = in_request(app, storage, Rendezvous(1))
        return await ask(served, "/", ["ann"])

    expect("what GET / answered", asyncio.run(main()), ["ann"])
    expect("snapshot() after the block, in the generator", after, [{"user": "ann"}])
    expect_dead(refs, "what is alive after the requests")


# --- Applications -----------------------------------------------------------------------------


def in_request(app, storage, meeting):
    """Return ``app`` with a request around each call, which holds the user of the header.

    All calls have set their user before the first of them goes on.
    """

    async def wrapped(scope, receive, send):
        with storage.request():
            storage.set("user", dict(scope["headers"])[b"user"].decode())
            await meeting.meet_async()
            await app(scope, receive, send)

    return wrapped


async def ask(app, path, users):
    """Return what the users are told, who all ask at once."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kata") as client:
        asked = [client.get(path, headers={"user": user}) for user in users]
        return [answer.text for answer in await asyncio.gather(*asked)]


def expect_own(what, users, answers):
    """Fail, naming the first, unless everybody got the own name twice."""
    for user, answer in zip(users, answers, strict=True):
        if answer != f"{user} {user}":
            raise Mismatch(
                lines(Called=what, User=user, Returned=repr(answer), Expected=f"'{user} {user}'")
            )


def fastapi_app(storage):
    """Return an app whose three endpoints tell the user twice."""
    app = FastAPI()

    @app.get("/async", response_class=PlainTextResponse)
    async def read_async():
        first = storage.get("user")
        await asyncio.sleep(0)
        return f"{first} {storage.get('user')}"

    @app.get("/sync", response_class=PlainTextResponse)
    def read_sync():
        storage.set("again", storage.get("user"))
        return f"{storage.get('user')} {storage.get('again')}"

    @app.get("/stream")
    async def read_stream():
        async def rows():
            yield storage.get("user")
            await asyncio.sleep(0)
            yield f" {storage.get('user')}"

        return StreamingResponse(rows())

    return app


@behaviour("applications")
@pytest.mark.parametrize("path", ["/async", "/sync", "/stream"])
def test_a_hundred_users_of_fastapi_at_once_see_themselves(storage, path):
    meeting = Rendezvous(REQUESTS, patience=PATIENCE)
    app = in_request(fastapi_app(storage), storage, meeting)
    users = [f"user-{number}" for number in range(REQUESTS)]
    answers = asyncio.run(ask(app, path, users))
    expect_own(f"GET {path}, {REQUESTS} at once", users, answers)
    meeting.expect_met()


@behaviour("applications")
def test_users_of_flask_on_threads_see_themselves(storage):
    meeting, all_have_read = (Rendezvous(THREADS, patience=PATIENCE) for _ in range(2))
    app = Flask(__name__)

    @app.get("/")
    def read():
        with storage.request():
            first = storage.snapshot() or request.headers["user"]
            storage.set("user", first)
            meeting.meet()
            second = storage.get("user")
            # Nobody leaves before: on a stack each could find itself on top by then.
            all_have_read.meet()
            return f"{first} {second}"

    def ask_flask(user):
        return wsgi.client(app).get("/", headers={"user": user}).text

    app.config["PROPAGATE_EXCEPTIONS"] = True
    users = [f"user-{number}" for number in range(2 * THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        answers = [*pool.map(ask_flask, users[:THREADS])]
        answers += pool.map(ask_flask, users[THREADS:])
    expect_own(f"GET / on {THREADS} threads at once, twice", users, answers)
    meeting.expect_met()
