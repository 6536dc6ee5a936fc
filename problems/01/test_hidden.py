"""Hidden tests of 01 · Mutable defaults."""

import asyncio
import datetime
import inspect
import pathlib
import re
import threading
import types
from collections import Counter, OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple
from collections.abc import MutableSequence, MutableSet

import pytest

from grader.testkit import call, call_as, expect, expect_that
from grader.text import safe_repr

behaviour = pytest.mark.behaviour


class Basket(list):
    """A list by inheritance."""


class Registered:
    """A container that says so without inheriting."""

    def __repr__(self):
        return "<an object registered as a MutableSet>"


MutableSet.register(Registered)


class Hashable(MutableSequence):
    """A mutable container that can be hashed, as every class without ``__eq__`` can."""

    def __getitem__(self, index): ...
    def __setitem__(self, index, value): ...
    def __delitem__(self, index): ...
    def __len__(self):
        return 0

    def insert(self, index, value): ...


class Money:
    """A value that cannot be hashed and is no container."""

    def __init__(self, cents):
        self.cents = cents

    def __eq__(self, other):
        return isinstance(other, Money) and self.cents == other.cents


Point = namedtuple("Point", "name tags")


# --- add_item ---------------------------------------------------------------------------------


@behaviour("starts-empty")
def test_each_call_without_a_list_starts_empty(solution):
    call(solution.add_item, "a").gives(["a"])
    call(solution.add_item, "b").gives(["b"])


@behaviour("starts-empty")
def test_a_list_returned_earlier_does_not_grow(solution):
    first = call(solution.add_item, "a").value
    call(solution.add_item, "b")
    expect("the list that add_item('a') returned, after add_item('b')", first, ["a"])


@behaviour("starts-empty")
def test_none_stands_for_no_list(solution):
    call(solution.add_item, "a", None).gives(["a"])
    call(solution.add_item, "b", items=None).gives(["b"])


@behaviour("changes-yours")
def test_a_list_that_is_passed_is_changed_and_returned(solution):
    mine = ["a"]
    call(solution.add_item, "b", mine).gives_object(mine, "the list that was passed")
    expect("the list that was passed to add_item('b', ['a'])", mine, ["a", "b"])


@behaviour("changes-yours")
def test_an_empty_list_that_is_passed_is_changed_and_returned(solution):
    mine = []
    call(solution.add_item, "a", mine).gives_object(mine, "the empty list that was passed")
    expect("the list that was passed to add_item('a', [])", mine, ["a"])


@behaviour("only-none")
@pytest.mark.parametrize("empty", [deque, Basket, bytearray, UserList])
def test_an_empty_container_of_another_type_is_used(solution, empty):
    mine = empty()
    call(solution.add_item, 7, mine).gives_object(mine, "the empty container that was passed")
    expect(f"the items of the {empty.__name__} that was passed", list(mine), [7])


# --- mutable_defaults -------------------------------------------------------------------------


@behaviour("names-in-order")
def test_mutable_defaults_are_named(solution):
    def f(a, b=[], c={}, d=1, e={1}, g=bytearray()): ...

    call(solution.mutable_defaults, f).gives(["b", "c", "e", "g"])


@behaviour("names-in-order")
def test_names_come_in_the_order_of_the_signature(solution):
    def f(zeta=[], alpha={}, *, mid=[], beta={}): ...

    call(solution.mutable_defaults, f).gives(["zeta", "alpha", "mid", "beta"])


@behaviour("every-container")
@pytest.mark.parametrize("container", [deque, defaultdict, Counter, OrderedDict, UserDict])
def test_containers_of_the_library_count(solution, container):
    def f(a=container()): ...

    call(solution.mutable_defaults, f).gives(["a"])


@behaviour("every-container")
def test_a_subclass_of_list_counts(solution):
    def f(a=Basket()): ...

    call(solution.mutable_defaults, f).gives(["a"])


@behaviour("every-container")
@pytest.mark.parametrize("container", [Registered, Hashable])
def test_a_class_that_is_a_mutable_container_by_its_abc_counts(solution, container):
    def f(a=container()): ...

    call(solution.mutable_defaults, f).gives(["a"])


@behaviour("every-parameter")
def test_keyword_only_and_positional_only_parameters_count(solution):
    def f(a=[], /, b=1, *args, c={}, **kwargs): ...

    call(solution.mutable_defaults, f).gives(["a", "c"])


@behaviour("every-parameter")
def test_a_keyword_only_parameter_before_one_without_default_counts(solution):
    def f(a, *, b=[], c): ...

    call(solution.mutable_defaults, f).gives(["b"])


@behaviour("every-parameter")
def test_every_kind_of_function_is_looked_at(solution):
    class Service:
        def method(self, a, b=[]): ...

        @staticmethod
        def static(a, b={}): ...

        @classmethod
        def of_class(cls, a, b=[]): ...

    async def coroutine(a, b=[]): ...

    functions = (Service().method, Service.method, Service.static, Service.of_class, coroutine)
    for function in functions:
        call(solution.mutable_defaults, function).gives(["b"])
    call(solution.mutable_defaults, lambda a, b=[]: b).gives(["b"])


@behaviour("inside-tuples")
def test_a_mutable_object_in_a_tuple_counts(solution):
    def f(a=(1, [])): ...

    call(solution.mutable_defaults, f).gives(["a"])


@behaviour("inside-tuples")
def test_a_mutable_object_deep_in_tuples_counts(solution):
    def f(a=(1, (2, ({},))), b=Point("x", [])): ...

    call(solution.mutable_defaults, f).gives(["a", "b"])


@behaviour("no-false-alarm")
def test_a_function_without_defaults_has_none(solution):
    def f(a, *args, b, **kwargs): ...

    call(solution.mutable_defaults, f).gives([])


@behaviour("no-false-alarm")
@pytest.mark.parametrize(
    "default",
    [
        None,
        True,
        0,
        1.5,
        "",
        b"",
        (),
        pytest.param((1, ("a", frozenset())), id="nested tuple"),
        frozenset({1}),
        types.MappingProxyType({"a": 1}),
        len,
        int,
        re.compile("a"),
        datetime.date(2030, 1, 2),
        pathlib.PurePosixPath("/tmp"),
        Money(5),
    ],
    ids=lambda default: type(default).__name__,
)
def test_what_is_no_mutable_container_raises_no_alarm(solution, default):
    def f(a=default, *, b=default): ...

    call(solution.mutable_defaults, f).gives([])


# --- fresh_defaults ---------------------------------------------------------------------------


def fresh(solution, function):
    """Return the decorated function, and how to write its call."""
    decorated = call(solution.fresh_defaults, function).value
    return decorated, f"fresh_defaults({safe_repr(function)})"


@behaviour("own-copy")
def test_each_call_gets_its_own_list(solution):
    def f(item, items=[]):
        items.append(item)
        return items

    fresh_f, name = fresh(solution, f)
    first = call_as(name, fresh_f, 1).value
    call_as(name, fresh_f, 2).gives([2])
    expect(f"what the first call of {name} returned, after a second", first, [1])


@behaviour("own-copy")
def test_each_call_gets_its_own_keyword_only_default(solution):
    def f(item, *, seen={}):
        seen[item] = True
        return seen

    fresh_f, name = fresh(solution, f)
    call_as(name, fresh_f, "a").gives({"a": True})
    call_as(name, fresh_f, "b").gives({"b": True})


@behaviour("own-copy")
def test_each_call_gets_its_own_positional_only_default(solution):
    def f(items=[], /, *, item):
        items.append(item)
        return items

    fresh_f, name = fresh(solution, f)
    call_as(name, fresh_f, item=1)
    call_as(name, fresh_f, item=2).gives([2])


@behaviour("own-copy")
def test_what_a_default_holds_is_copied_too(solution):
    def f(item, groups={"all": []}, pair=("x", [])):
        groups["all"].append(item)
        pair[1].append(item)
        return groups, pair

    fresh_f, name = fresh(solution, f)
    call_as(name, fresh_f, 1)
    call_as(name, fresh_f, 2).gives(({"all": [2]}, ("x", [2])))


@behaviour("own-copy")
def test_a_default_starts_with_what_the_signature_says(solution):
    def f(item, items=[10, 20]):
        items.append(item)
        return items

    fresh_f, name = fresh(solution, f)
    call_as(name, fresh_f, 1)
    call_as(name, fresh_f, 2).gives([10, 20, 2])


@behaviour("others-as-they-are")
def test_arguments_arrive_as_the_very_objects(solution):
    def f(a=[], b={}, *rest, c=[], **more):
        return a, b, rest, c, more

    fresh_f, name = fresh(solution, f)
    mine = [[], {}, [1], [2], [3]]
    a, b, rest, c, more = call_as(name, fresh_f, *mine[:3], c=mine[3], d=mine[4]).value
    for got, passed in zip((a, b, rest[0], c, more["d"]), mine, strict=True):
        expect_that(f"an argument inside {name}", got is passed, got, f"the very {passed!r} passed")


@behaviour("others-as-they-are")
def test_an_argument_passed_by_name_arrives_as_the_very_object(solution):
    def f(a, b=[]):
        return b

    fresh_f, name = fresh(solution, f)
    mine = []
    call_as(name, fresh_f, 1, b=mine).gives_object(mine, "the list that was passed as b")


@behaviour("others-as-they-are")
def test_a_falsy_argument_is_not_replaced(solution):
    def f(a=[1], *, b={"x": 1}):
        return a, b

    fresh_f, name = fresh(solution, f)
    call_as(name, fresh_f, None, b=0).gives((None, 0))


@behaviour("others-as-they-are")
def test_other_defaults_are_the_objects_of_the_signature(solution):
    missing = object()
    lock = threading.Lock()

    def f(a=[], b=missing, *, c=lock):
        return a, b, c

    fresh_f, name = fresh(solution, f)
    _, b, c = call_as(name, fresh_f).value
    expect_that("the default of b", b is missing, b, "the very object of the signature")
    expect_that("the default of c", c is lock, c, "the very object of the signature")


@behaviour("keeps-face")
def test_name_and_docstring_are_kept(solution):
    def find_users(names=[]):
        """Find them."""

    fresh_f, _ = fresh(solution, find_users)
    expect("__name__ of the decorated find_users", fresh_f.__name__, "find_users")
    expect("__doc__ of the decorated find_users", fresh_f.__doc__, "Find them.")


@behaviour("keeps-face")
def test_the_signature_is_kept(solution):
    def f(a: int, b: list = [], *, c: dict = {}) -> str: ...

    fresh_f, _ = fresh(solution, f)
    wanted = str(inspect.signature(f))
    expect("the signature of the decorated f", str(inspect.signature(fresh_f)), wanted)


@behaviour("every-situation")
def test_a_coroutine_function_gets_its_own_copies(solution):
    async def f(item, items=[]):
        await asyncio.sleep(0)
        items.append(item)
        return items

    fresh_f, name = fresh(solution, f)

    async def both_at_once():
        return await asyncio.gather(fresh_f(1), fresh_f(2))

    expect(f"gather of two calls of {name}", asyncio.run(both_at_once()), [[1], [2]])


@behaviour("every-situation")
def test_a_call_inside_a_call_gets_its_own_copies(solution):
    def f(depth, items=[]):
        items.append(depth)
        inner = decorated(depth - 1) if depth else []
        return [*items, *inner]

    decorated, name = fresh(solution, f)
    call_as(name, decorated, 2).gives([2, 1, 0])


@behaviour("every-situation")
def test_a_call_after_an_error_gets_its_own_copies(solution):
    def f(item, items=[]):
        items.append(item)
        if item == "bad":
            raise ValueError(item)
        return items

    fresh_f, name = fresh(solution, f)
    with pytest.raises(ValueError, match="bad"):
        fresh_f("bad")
    call_as(name, fresh_f, "good").gives(["good"])


@behaviour("every-situation")
def test_a_method_gets_its_own_copies(solution):
    class Cart:
        def add(self, item, items=[]):
            items.append(item)
            return self, items

        add, _ = fresh(solution, add)

    cart = Cart()
    call(cart.add, 1)
    owner, items = call(cart.add, 2).value
    expect_that("self in cart.add(2)", owner is cart, owner, "the cart")
    expect("the items of cart.add(2), after cart.add(1)", items, [2])
