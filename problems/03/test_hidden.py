"""Hidden tests of 03 · Deep copy by hand."""

import abc
import ast
import contextlib
import enum
import types
from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.testkit import Called, Mismatch, call, call_raising, expect, expect_that

behaviour = pytest.mark.behaviour

FORBIDDEN = {"copy", "pickle", "json", "marshal"}


class Copies:
    """Copies with the solution; a claim that fails says what was copied last."""

    def __init__(self, solution):
        self.deep_copy = solution.deep_copy
        self.text = ""

    def call(self, original) -> Called:
        called = call(self.deep_copy, original)
        self.text = called.text
        return called

    def make(self, original):
        return self.call(original).value

    def expect(self, what, found, expected):
        with self.told():
            expect(what, found, expected)

    def expect_that(self, what, holds, found, expected):
        with self.told():
            expect_that(what, holds, found, expected)

    def expect_new(self, what, found, original):
        wanted = "a copy, but this is the original's own object"
        self.expect_that(what, found is not original, found, wanted)

    def expect_kept(self, what, found, original):
        wanted = "the original's own object, not a copy of it"
        self.expect_that(what, found is original, found, wanted)

    def expect_shared(self, what, found, other, place):
        self.expect_that(what, found is other, found, f"the very object that is at {place}")

    @contextlib.contextmanager
    def told(self):
        try:
            yield
        except Mismatch as error:
            error.add_note(f"Called     {self.text}")
            raise


class Shown:
    """A class whose objects are shown by the name of their class, in whatever state they are."""

    __slots__ = ()

    def __repr__(self):
        return f"<{type(self).__name__} object>"


@pytest.fixture
def copies(solution):
    return Copies(solution)


# --- Containers -------------------------------------------------------------------------------


@behaviour("nested-containers")
def test_nested_lists_and_dicts_are_copied(copies):
    original = {"z": [1, [2, "x"]], "a": {"b": [None]}}
    called = copies.call(original)
    called.gives({"z": [1, [2, "x"]], "a": {"b": [None]}})
    twin = called.value
    copies.expect("the order of the keys of the copy", list(twin), ["z", "a"])
    copies.expect_new("the copy", twin, original)
    copies.expect_new("copy['z']", twin["z"], original["z"])
    copies.expect_new("copy['z'][1]", twin["z"][1], original["z"][1])
    copies.expect_new("copy['a']", twin["a"], original["a"])
    copies.expect_new("copy['a']['b']", twin["a"]["b"], original["a"]["b"])


@behaviour("nested-containers")
@pytest.mark.parametrize("part", [{1, "a"}, bytearray(b"ab")], ids=["set", "bytearray"])
def test_a_set_or_bytearray_in_a_list_is_copied(copies, part):
    twin = copies.make([part])
    copies.expect("what the copy holds", twin, [part])
    copies.expect_new("copy[0]", twin[0], part)


@behaviour("nested-containers")
def test_a_frozenset_equals_the_original(copies):
    copies.call([frozenset({1, "a"})]).gives([frozenset({1, "a"})])


@behaviour("nested-containers")
@pytest.mark.parametrize("kind", [list, dict, set, bytearray])
def test_an_empty_container_is_copied(copies, kind):
    original = [kind()]
    called = copies.call(original)
    called.gives([kind()])
    copies.expect_new("copy[0]", called.value[0], original[0])


# --- The source of the solution ---------------------------------------------------------------


def stated_imports(tree):
    """Yield the modules that import statements name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def called_imports(tree):
    """Yield the modules that calls of an importing function name by a literal."""
    importers = {"import_module", "__import__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            importers |= {a.asname or a.name for a in node.names if a.name in importers}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", None))
            values = [*node.args[:1], *(word.value for word in node.keywords)]
            literals = [value.value for value in values if isinstance(value, ast.Constant)]
            yield from (x for x in literals if name in importers and isinstance(x, str))


def expect_none_forbidden(solution, find, what):
    """Fail if ``find`` finds a forbidden module in the solution's source, or if nothing works."""
    called = call(solution.deep_copy, [[7]])
    called.gives([[7]])
    tree = ast.parse(Path(solution.__file__).read_bytes())
    found = sorted({module.partition(".")[0] for module in find(tree)} & FORBIDDEN)
    expect_that(what, not found, found, "none of copy, json, marshal, pickle")


@behaviour("own-code")
def test_no_import_statement_names_a_forbidden_module(solution):
    expect_none_forbidden(solution, stated_imports, "the modules that your file imports")


@behaviour("own-code")
def test_no_call_imports_a_forbidden_module(solution):
    what = "the modules that your file imports with import_module or __import__"
    expect_none_forbidden(solution, called_imports, what)


# --- What is kept -----------------------------------------------------------------------------


class Plain(Shown): ...


class Abstract(abc.ABC): ...


class AsksForItself(Shown):
    """A class whose instances copy themselves; the class is a class all the same."""

    def __deepcopy__(self, memo):
        return "a copy"


class Level(enum.Enum):
    LOW = 1
    RANGE = [1, 2]  # noqa: RUF012  # the value of a member may be mutable


class Code(enum.IntEnum):
    OK = 200


class Access(enum.Flag):
    READ = 1
    WRITE = 2


def function(a, b=[]): ...


@behaviour("kept")
@pytest.mark.parametrize(
    "value",
    [None, True, 10**30, 1.25, 2j, "".join(["te", "xt"]), bytes(bytearray(b"raw"))],
    ids=lambda value: type(value).__name__,
)
def test_an_immutable_value_is_kept(copies, value):
    copies.expect_kept("copy[0]", copies.make([value])[0], value)


@behaviour("kept")
@pytest.mark.parametrize("kept", [function, lambda: 0, len], ids=["def", "lambda", "len"])
def test_a_function_is_kept(copies, kept):
    copies.expect_kept("copy['f']", copies.make({"f": kept})["f"], kept)


@behaviour("kept")
@pytest.mark.parametrize("kept", [Plain, Abstract, Level, dict])
def test_a_class_is_kept(copies, kept):
    copies.expect_kept("copy[0]", copies.make([kept])[0], kept)


@behaviour("kept")
def test_a_class_whose_objects_copy_themselves_is_kept(copies):
    copies.expect_kept("copy[0]", copies.make([AsksForItself])[0], AsksForItself)


@behaviour("kept")
def test_a_module_is_kept(copies):
    module = types.ModuleType("settings")
    module.hosts = ["a"]
    twin = copies.make([module])
    copies.expect_kept("copy[0]", twin[0], module)


@behaviour("kept")
@pytest.mark.parametrize("member", [Level.LOW, Level.RANGE, Code.OK, Access.READ | Access.WRITE])
def test_an_enum_member_is_kept(copies, member):
    copies.expect_kept("copy[0]", copies.make([member])[0], member)


# --- Tuples -----------------------------------------------------------------------------------


@behaviour("tuples")
@pytest.mark.parametrize(
    "original",
    [(), (1, "a", None), (1, ("a", (2.5, b"c"))), (len, Plain, Level.LOW)],
    ids=["empty", "flat", "nested", "what is kept"],
)
def test_a_tuple_of_what_is_kept_is_the_same_object(copies, original):
    copies.expect_kept("the copy of the tuple", copies.make(original), original)
    copies.expect_kept("copy[0] of a list with it", copies.make([original])[0], original)


@behaviour("tuples")
def test_a_tuple_that_holds_a_list_is_rebuilt(copies):
    original = (1, ["a"])
    called = copies.call(original)
    called.gives((1, ["a"]))
    copies.expect_new("the copy of the tuple", called.value, original)
    copies.expect_new("copy[1]", called.value[1], original[1])


@behaviour("tuples")
def test_a_tuple_with_a_list_far_below_is_rebuilt(copies):
    inner = (1, "a")
    original = (inner, ((bytearray(b"b"),),))
    called = copies.call(original)
    called.gives(((1, "a"), ((bytearray(b"b"),),)))
    copies.expect_new("copy[1][0][0]", called.value[1][0][0], original[1][0][0])
    copies.expect_kept("copy[0], a tuple of immutables beside it", called.value[0], inner)


@behaviour("tuples")
def test_many_tuples_keep_their_own_elements(copies):
    # Of several lengths, and so many that the id of a list made on the way comes back.
    original = [([n],) * (n % 7) for n in range(300)]
    twin = copies.make(original)
    copies.expect("three hundred copied tuples", twin, [([n],) * (n % 7) for n in range(300)])


# --- One object, one copy ---------------------------------------------------------------------


@behaviour("one-copy")
@pytest.mark.parametrize(
    "shared", [[1], {"a": 1}, {1}, bytearray(b"a"), ([],)], ids=lambda shared: type(shared).__name__
)
def test_what_occurs_twice_is_copied_once(copies, shared):
    twin = copies.make([shared, {"key": shared}])
    copies.expect_new("copy[0]", twin[0], shared)
    copies.expect_shared("copy[1]['key']", twin[1]["key"], twin[0], "copy[0]")


@behaviour("one-copy")
@pytest.mark.parametrize("kind", [list, dict, set, bytearray])
def test_what_is_empty_is_copied_once_too(copies, kind):
    shared = kind()
    twin = copies.make([shared, [shared]])
    copies.expect_new("copy[0]", twin[0], shared)
    copies.expect_shared("copy[1][0]", twin[1][0], twin[0], "copy[0]")


@behaviour("one-copy")
def test_what_occurs_twice_below_a_tuple_is_copied_once(copies):
    shared = [1]
    twin = copies.make((shared, (shared,)))
    copies.expect_new("copy[0]", twin[0], shared)
    copies.expect_shared("copy[1][0]", twin[1][0], twin[0], "copy[0]")


@behaviour("one-copy")
def test_equal_objects_have_copies_of_their_own(copies):
    called = copies.call([[1], [1], [True], [1.0]])
    called.gives([[1], [1], [True], [1.0]])
    copies.expect_that(
        "copy[1], whose original equals that of copy[0] but is another list",
        called.value[1] is not called.value[0],
        called.value[1],
        "another list than copy[0]",
    )


# --- Cycles -----------------------------------------------------------------------------------


class Node(Shown):
    def __init__(self, name, parent=None):
        self.name = name
        self.parent = parent
        self.children = []


@behaviour("cycles")
def test_a_list_that_holds_itself(copies):
    original = [1]
    original.append(original)
    twin = copies.make(original)
    copies.expect_new("the copy", twin, original)
    copies.expect_shared("copy[1]", twin[1], twin, "the top: the copy itself")


@behaviour("cycles")
def test_a_dict_that_holds_itself(copies):
    original = {"a": 1}
    original["me"] = original
    twin = copies.make(original)
    copies.expect_new("the copy", twin, original)
    copies.expect_shared("copy['me']", twin["me"], twin, "the top: the copy itself")


@behaviour("cycles")
def test_a_cycle_through_a_list_and_a_dict(copies):
    original = {"rows": []}
    original["rows"].append({"table": original})
    twin = copies.make(original)
    copies.expect_new("the copy", twin, original)
    copies.expect_shared("copy['rows'][0]['table']", twin["rows"][0]["table"], twin, "the top")


@behaviour("cycles")
def test_an_object_that_is_its_own_attribute(copies):
    original = Node("a")
    original.parent = original
    twin = copies.make(original)
    copies.expect_new("the copy", twin, original)
    copies.expect_shared("copy.parent", twin.parent, twin, "the top: the copy itself")


@behaviour("cycles")
def test_a_tree_whose_children_know_their_parent(copies):
    root = Node("root")
    root.children = [Node("left", root), Node("right", root)]
    twin = copies.make(root)
    copies.expect_new("the copy", twin, root)
    copies.expect(
        "the names of the children", [child.name for child in twin.children], ["left", "right"]
    )
    for index, child in enumerate(twin.children):
        copies.expect_new(f"copy.children[{index}]", child, root.children[index])
        copies.expect_shared(f"copy.children[{index}].parent", child.parent, twin, "the top")


# --- No trace ---------------------------------------------------------------------------------


class Refused(Exception):
    """What an object raises that cannot be copied for now."""


@behaviour("no-trace")
def test_two_calls_make_two_copies(copies):
    original = [[1], {"a": {2}}]
    first, second = copies.make(original), copies.make(original)
    text = "another object than the copy of the first call"
    copies.expect_that("the copy of the second call", second is not first, second, text)
    copies.expect_that("its [0]", second[0] is not first[0], second[0], text)
    copies.expect_that("its [1]['a']", second[1]["a"] is not first[1]["a"], second[1]["a"], text)


@behaviour("no-trace")
def test_a_second_call_sees_what_has_changed(copies):
    original = {"rows": [1]}
    copies.make(original)
    original["rows"].append(2)
    copies.call(original).gives({"rows": [1, 2]})


@behaviour("no-trace")
def test_a_call_after_one_that_failed_starts_anew(copies):
    class Fragile(Shown):
        is_broken = True

        def __deepcopy__(self, memo):
            if self.is_broken:
                raise Refused
            return self

    rows = [1]
    original = [rows, Fragile()]
    with contextlib.suppress(Refused):
        copies.make(original)
    Fragile.is_broken = False
    rows.append(2)
    twin = copies.make(original)
    copies.expect("copy[0], after a call that failed and a change of original[0]", twin[0], [1, 2])


@behaviour("no-trace")
def test_a_call_without_memo_inside_another_disturbs_neither(copies, solution):
    shared, seen = [1], []

    class Selfish(Shown):
        def __deepcopy__(self, memo):
            seen.append(solution.deep_copy(shared))
            return "copied"

    twin = copies.make([shared, Selfish(), shared])
    copies.expect_shared("copy[2]", twin[2], twin[0], "copy[0]")
    for inner in seen:
        text = "another list than copy[0]: that call was given no memo"
        copies.expect_that("what deep_copy(shared) gave inside", inner is not twin[0], inner, text)


@behaviour("no-trace")
def test_the_lists_dicts_and_sets_of_the_original_stay(copies):
    rows, tags, raw = [1, [2]], {"a", "b"}, bytearray(b"c")
    original = {"rows": rows, "tags": tags, "raw": raw, "pair": (rows, tags)}
    inner, pair = rows[1], original["pair"]
    copies.make(original)
    expected = {"rows": [1, [2]], "tags": {"a", "b"}, "raw": bytearray(b"c")}
    copies.expect(
        "the original after the call", original, expected | {"pair": ([1, [2]], {"a", "b"})}
    )
    for key, part in (("rows", rows), ("tags", tags), ("raw", raw), ("pair", pair)):
        copies.expect_that(
            f"original[{key!r}]", original[key] is part, original[key], "as it was before"
        )
    copies.expect_that(
        "original['rows'][1]", rows[1] is inner, rows[1], "the list that was there before"
    )


@behaviour("no-trace")
def test_the_attributes_of_the_original_stay(copies):
    original = Node("a", parent=Node("b"))
    before = dict(vars(original))
    copies.make(original)
    copies.expect("the names of the original's attributes", list(vars(original)), list(before))
    for name, value in before.items():
        found = getattr(original, name)
        copies.expect_that(
            f"original.{name}", found is value, found, "the object that was there before"
        )


# --- Objects ----------------------------------------------------------------------------------


class Account(Shown):
    kind = "savings"

    def __init__(self, owner):
        self.owner = owner
        self.limits = {"day": [100]}
        self._history = [1, 2]


class Strict(Shown):
    level = "high"

    def __init__(self, name, rows):
        self.name = name
        self.rows = rows
        self.is_made_by_init = True


@dataclass(frozen=True)
class Frozen(Shown):
    name: str
    rows: list


class Handler(Shown):
    def __init__(self):
        self.calls = []

    def __call__(self): ...


class Nothing(Shown):
    def __init__(self, rows):
        self.rows = rows

    def __bool__(self):
        return False

    def __repr__(self):
        return "<an object that counts as false>"


class Pages(Shown):
    """It can be iterated over, and is no container of the built-in ones."""

    def __init__(self):
        self.texts = ["a"]

    def __iter__(self):
        return iter(self.texts)

    def __len__(self):
        return 1


@behaviour("attributes")
def test_attributes_are_copied_at_every_depth(copies):
    original = Account("Ann")
    twin = copies.make(original)
    copies.expect_that("the type of the copy", type(twin) is Account, type(twin), "Account")
    copies.expect_new("the copy", twin, original)
    copies.expect("copy.owner", getattr(twin, "owner", "not set"), "Ann")
    copies.expect("copy.limits", getattr(twin, "limits", "not set"), {"day": [100]})
    copies.expect_new("copy.limits", twin.limits, original.limits)
    copies.expect_new("copy.limits['day']", twin.limits["day"], original.limits["day"])


@behaviour("attributes")
def test_private_attributes_are_copied(copies):
    original = Account("Ann")
    twin = copies.make(original)
    copies.expect("copy._history", getattr(twin, "_history", "not set"), [1, 2])
    copies.expect_new("copy._history", twin._history, original._history)


@behaviour("attributes")
def test_attributes_of_the_class_stay_with_the_class(copies):
    original = Strict("a", [1])
    copies.expect("vars(copy)", vars(copies.make(original)), vars(original))


@behaviour("attributes")
def test_an_attribute_set_on_the_copy_is_the_copys_own(copies):
    original = Plain()
    twin = copies.make(original)
    twin.mark = 1
    copies.expect("vars(original), after copy.mark = 1", vars(original), {})


@behaviour("attributes")
def test_an_object_among_the_attributes_is_copied(copies):
    original = Node("a", parent=Account("Ann"))
    twin = copies.make({"node": original})["node"]
    copies.expect_new("copy['node']", twin, original)
    copies.expect_new("copy['node'].parent", twin.parent, original.parent)
    copies.expect("copy['node'].parent.owner", twin.parent.owner, "Ann")


@behaviour("attributes")
def test_init_is_not_called(copies):
    original = Strict("a", [1])
    del original.is_made_by_init
    twin = copies.make(original)
    copies.expect("vars(copy)", vars(twin), {"name": "a", "rows": [1]})
    copies.expect_new("copy.rows", twin.rows, original.rows)


@behaviour("attributes")
def test_setattr_is_not_called(copies):
    original = Frozen("a", [1])
    twin = copies.make(original)
    copies.expect("vars(copy)", vars(twin), {"name": "a", "rows": [1]})
    copies.expect_new("copy.rows", twin.rows, original.rows)


@behaviour("attributes")
def test_an_object_that_can_be_called_is_copied(copies):
    original = Handler()
    twin = copies.make(original)
    copies.expect_new("the copy", twin, original)
    copies.expect_new("copy.calls", twin.calls, original.calls)


@behaviour("attributes")
def test_an_object_that_is_false_is_copied_once(copies):
    original = Nothing([1])
    twin = copies.make([original, original])
    copies.expect_new("copy[0]", twin[0], original)
    copies.expect("copy[0].rows", twin[0].rows, [1])
    copies.expect_shared("copy[1]", twin[1], twin[0], "copy[0]")


@behaviour("attributes")
def test_an_object_that_can_be_iterated_over_is_copied(copies):
    original = Pages()
    twin = copies.make(original)
    copies.expect_that("the type of the copy", type(twin) is Pages, type(twin), "Pages")
    copies.expect("copy.texts", twin.texts, ["a"])
    copies.expect_new("copy.texts", twin.texts, original.texts)


# --- Keys and elements ------------------------------------------------------------------------


class Label(Shown):
    """Hashed by its text, as a value is, and yet it can change."""

    def __init__(self, text):
        self.text = text
        self.uses = []

    def __eq__(self, other):
        return isinstance(other, Label) and self.text == other.text

    def __hash__(self):
        return hash(self.text)


@behaviour("keys-and-elements")
def test_a_dict_key_is_copied(copies):
    key = Node("a")
    [found] = copies.make({key: 1})
    copies.expect_new("the key of the copied dict", found, key)
    copies.expect("its name", found.name, "a")


@behaviour("keys-and-elements")
def test_a_key_is_found_by_its_value(copies):
    key = Label("a")
    twin = copies.make({key: [1], "b": 2})
    [found] = [k for k in twin if isinstance(k, Label)]
    copies.expect_new("the key of the copied dict", found, key)
    copies.expect("the value at an equal key", twin.get(Label("a")), [1])


@behaviour("keys-and-elements")
def test_a_key_that_is_also_a_value_is_copied_once(copies):
    node = Node("a")
    twin = copies.make({node: node})
    [(key, value)] = twin.items()
    copies.expect_new("the key of the copied dict", key, node)
    copies.expect_shared("the value of the copied dict", value, key, "its key")


@behaviour("keys-and-elements")
@pytest.mark.parametrize("kind", [set, frozenset])
def test_the_elements_of_a_set_are_copied(copies, kind):
    element = Label("a")
    twin = copies.make(kind([element, 1]))
    copies.expect_that(
        "the copied set", Label("a") in twin, twin, "an element that equals the original's"
    )
    [found] = [e for e in twin if isinstance(e, Label)]
    copies.expect_new("the element of the copied set", found, element)
    copies.expect_new("the list in this element", found.uses, element.uses)


@behaviour("keys-and-elements")
def test_a_frozenset_that_occurs_twice_is_copied_once(copies):
    shared = frozenset([Node("a")])
    twin = copies.make([shared, shared])
    copies.expect_new("copy[0]", twin[0], shared)
    copies.expect_shared("copy[1]", twin[1], twin[0], "copy[0]")


@behaviour("keys-and-elements")
@pytest.mark.parametrize("kind", [set, frozenset])
def test_an_element_that_occurs_elsewhere_is_copied_once(copies, kind):
    node = Node("a")
    twin = copies.make([node, kind([node])])
    [element] = twin[1]
    copies.expect_new("copy[0]", twin[0], node)
    copies.expect_shared("the element of copy[1]", element, twin[0], "copy[0]")


@behaviour("keys-and-elements")
def test_a_tuple_that_holds_an_object_is_rebuilt(copies):
    node = Node("a")
    twin = copies.make((1, node))
    copies.expect_new("copy[1]", twin[1], node)
    copies.expect("copy[1].name", twin[1].name, "a")


@behaviour("keys-and-elements")
def test_an_object_in_a_tuple_that_is_a_key_is_copied(copies):
    label = Label("a")
    twin = copies.make({(label, 1): "x"})
    [key] = twin
    copies.expect_new("the object in the key", key[0], label)
    copies.expect("the value at an equal key", twin.get((Label("a"), 1)), "x")


# --- Slots ------------------------------------------------------------------------------------


class Point(Shown):
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


class Located(Point):
    __slots__ = ["z"]

    def __init__(self, x, y, z):
        super().__init__(x, y)
        self.z = z


class Empty(Point):
    __slots__ = ()


class Open(Point):
    """A class without slots below one with slots: its objects have both."""


class Single(Shown):
    __slots__ = "value"  # noqa: PLC0205  # one text names one slot


class Watched(Shown):
    __slots__ = ("__dict__", "__weakref__", "x")


class Secretive(Shown):
    __slots__ = ("__key",)

    def __init__(self, key):
        self.__key = key

    def key(self):
        return self.__key


class Heir(Secretive):
    __slots__ = ("__key",)

    def __init__(self, key, own):
        super().__init__(key)
        self.__key = own

    def own(self):
        return self.__key


@behaviour("slots")
def test_slots_are_copied(copies):
    original = Point([1], {"a": [2]})
    twin = copies.make(original)
    copies.expect_that("the type of the copy", type(twin) is Point, type(twin), "Point")
    copies.expect("copy.x and copy.y", [twin.x, twin.y], [[1], {"a": [2]}])
    copies.expect_new("copy.x", twin.x, original.x)
    copies.expect_new("copy.y['a']", twin.y["a"], original.y["a"])


@behaviour("slots")
@pytest.mark.parametrize(
    ("original", "names"),
    [(Located([1], [2], [3]), "xyz"), (Empty([1], [2]), "xy")],
    ids=["a slot more", "no slot more"],
)
def test_inherited_slots_are_copied(copies, original, names):
    twin = copies.make(original)
    for index, name in enumerate(names, start=1):
        copies.expect(f"copy.{name}", getattr(twin, name, "not set"), [index])
        copies.expect_new(f"copy.{name}", getattr(twin, name), getattr(original, name))


@behaviour("slots")
def test_a_slot_that_is_not_set_stays_so(copies):
    original = Point([1], [2])
    del original.y
    twin = copies.make(original)
    copies.expect("copy.x", twin.x, [1])
    found = getattr(twin, "y", "not set")
    copies.expect_that(
        "copy.y, which is not set in the original", found == "not set", found, "not set"
    )


@behaviour("slots")
def test_slots_beside_a_dict_are_copied(copies):
    original = Open([1], [2])
    original.z = [3]
    twin = copies.make(original)
    for index, name in enumerate("xyz", start=1):
        copies.expect(f"copy.{name}", getattr(twin, name, "not set"), [index])
        copies.expect_new(f"copy.{name}", getattr(twin, name), getattr(original, name))


@behaviour("slots")
def test_slots_may_list_dict_and_weakref(copies):
    original = Watched()
    original.x, original.y = [1], [2]
    twin = copies.make(original)
    for index, name in enumerate("xy", start=1):
        copies.expect(f"copy.{name}", getattr(twin, name, "not set"), [index])
        copies.expect_new(f"copy.{name}", getattr(twin, name), getattr(original, name))


@behaviour("slots")
def test_a_text_names_one_slot(copies):
    original = Single()
    original.value = [1]
    twin = copies.make(original)
    copies.expect("copy.value", getattr(twin, "value", "not set"), [1])
    copies.expect_new("copy.value", twin.value, original.value)


@behaviour("slots")
def test_a_slot_with_a_private_name_is_copied(copies):
    original = Secretive([1])
    twin = copies.make(original)
    copies.expect("copy._Secretive__key", getattr(twin, "_Secretive__key", "not set"), [1])
    copies.expect_new("copy._Secretive__key", twin.key(), original.key())


@behaviour("slots")
def test_private_names_of_two_classes_are_two_slots(copies):
    original = Heir([1], [2])
    twin = copies.make(original)
    name, own_name = "_Secretive__key", "_Heir__key"
    copies.expect(f"copy.{name}", getattr(twin, name, "not set"), [1])
    copies.expect(f"copy.{own_name}", getattr(twin, own_name, "not set"), [2])
    copies.expect_new(f"copy.{name}", twin.key(), original.key())
    copies.expect_new(f"copy.{own_name}", twin.own(), original.own())


@behaviour("slots")
def test_what_slots_share_is_copied_once(copies):
    original = Point([1], None)
    original.y = [original, original.x]
    twin = copies.make(original)
    copies.expect_shared("copy.y[0]", twin.y[0], twin, "the top: the copy itself")
    copies.expect_shared("copy.y[1]", twin.y[1], twin.x, "copy.x")


@behaviour("slots")
def test_many_objects_with_slots_keep_their_own_values(copies):
    original = [Point([n], n) for n in range(300)]
    twin = copies.make(original)
    found = [(point.x, point.y) for point in twin]
    copies.expect("x and y of three hundred copied points", found, [([n], n) for n in range(300)])


# --- Subclasses of the containers -------------------------------------------------------------


class Rows(list): ...


class Settings(dict): ...


class Group(set): ...


class Pair(tuple): ...


class Fixed(frozenset): ...


class Buffer(bytearray): ...


class NamedRows(list):
    def __init__(self, name, rows):
        super().__init__(rows)
        self.name = name


class NamedSettings(dict):
    def __init__(self, name, settings):
        super().__init__(settings)
        self.name = name


class MarkedRows(list):
    __slots__ = ("mark",)


Order = namedtuple("Order", "number items")

every_subclass = pytest.mark.parametrize(
    "make",
    [
        lambda: Rows([1, 2]),
        lambda: Settings(a=1, b=2),
        lambda: Group([1, 2]),
        lambda: Fixed([1, 2]),
        lambda: Buffer(b"ab"),
    ],
    ids=["list", "dict", "set", "frozenset", "bytearray"],
)


@behaviour("subclasses")
@every_subclass
def test_an_instance_of_a_subclass_keeps_type_and_content(copies, make):
    original = make()
    twin = copies.make([original])[0]
    kind = type(original)
    copies.expect_that("the type of copy[0]", type(twin) is kind, type(twin), kind.__name__)
    copies.expect("copy[0]", twin, make())
    if kind is not Fixed:
        copies.expect_new("copy[0]", twin, original)


@behaviour("subclasses")
@every_subclass
def test_an_instance_of_a_subclass_keeps_its_attributes(copies, make):
    original = make()
    original.notes = ["x"]
    twin = copies.make(original)
    copies.expect("copy.notes", getattr(twin, "notes", "not set"), ["x"])
    copies.expect_new("copy.notes", twin.notes, original.notes)
    copies.expect("the content of the copy", twin, make())


@behaviour("subclasses")
@pytest.mark.parametrize("original", [NamedRows("a", [[1]]), NamedSettings("a", {0: [1]})])
def test_init_of_a_subclass_of_list_or_dict_is_not_called(copies, original):
    twin = copies.make(original)
    copies.expect_that(
        "the type of the copy", type(twin) is type(original), twin, type(original).__name__
    )
    copies.expect("the content of the copy", twin, original)
    copies.expect("copy.name", getattr(twin, "name", "not set"), "a")
    copies.expect_new("copy[0]", twin[0], original[0])


@behaviour("subclasses")
def test_an_instance_of_a_subclass_of_tuple_is_rebuilt_with_its_attributes(copies):
    original = Pair([1, [2]])
    original.notes = ["x"]
    twin = copies.make(original)
    copies.expect_that("the type of the copy", type(twin) is Pair, type(twin), "Pair")
    copies.expect("the content of the copy", twin, (1, [2]))
    copies.expect_new("copy[1]", twin[1], original[1])
    copies.expect("copy.notes", getattr(twin, "notes", "not set"), ["x"])
    copies.expect_new("copy.notes", twin.notes, original.notes)


@behaviour("subclasses")
def test_a_named_tuple_keeps_its_type(copies):
    original = Order(7, ["tea"])
    twin = copies.make(original)
    copies.expect_that("the type of the copy", type(twin) is Order, type(twin), "Order")
    copies.expect("the copy", twin, Order(7, ["tea"]))
    copies.expect_new("copy.items", twin.items, original.items)


@behaviour("subclasses")
def test_a_subclass_with_slots_keeps_them(copies):
    original = MarkedRows([1, [2]])
    original.mark = ["x"]
    twin = copies.make(original)
    copies.expect("the content of the copy", twin, [1, [2]])
    copies.expect("copy.mark", getattr(twin, "mark", "not set"), ["x"])
    copies.expect_new("copy.mark", twin.mark, original.mark)


@behaviour("subclasses")
def test_a_subclass_that_knows_its_owner_ends_in_the_copy(copies):
    original = Node("a")
    original.children = Rows()
    original.children.owner = original
    twin = copies.make(original)
    copies.expect_that(
        "the type of copy.children", type(twin.children) is Rows, twin.children, "Rows"
    )
    owner = getattr(twin.children, "owner", "not set")
    copies.expect_shared("copy.children.owner", owner, twin, "the top: the copy itself")


# --- __deepcopy__ -----------------------------------------------------------------------------


class Replaced(Shown):
    def __deepcopy__(self, memo):
        return "replaced"


class ReplacedHeir(Replaced):
    """It inherits how it is copied."""


class ReplacedRows(list):
    def __deepcopy__(self, memo):
        return "replaced"


class ReplacedPair(tuple):
    def __deepcopy__(self, memo):
        return "replaced"


@behaviour("own-deepcopy")
@pytest.mark.parametrize("kind", [Replaced, ReplacedHeir])
def test_what_deepcopy_returns_is_the_copy(copies, kind):
    copies.call(kind()).gives("replaced")
    copies.call({"a": [kind()]}).gives({"a": ["replaced"]})


@behaviour("own-deepcopy")
@pytest.mark.parametrize("kind", [ReplacedRows, ReplacedPair])
def test_deepcopy_of_a_container_decides_too(copies, kind):
    copies.call([kind([1, 2])]).gives(["replaced"])


@behaviour("own-deepcopy")
def test_every_deepcopy_of_a_call_is_handed_the_same_dict(copies):
    memos = []

    class Recorder(Shown):
        def __deepcopy__(self, memo):
            memos.append(memo)
            return self

    copies.make((Recorder(), [Recorder()], {"a": Recorder()}))
    copies.expect("how many of three objects were asked for a copy", len(memos), 3)
    copies.expect_that("what they were handed", isinstance(memos[0], dict), memos[0], "a dict")
    is_one = all(memo is memos[0] for memo in memos)
    copies.expect_that("what they were handed", is_one, memos, "three times the same dict")


def wrapper_class(solution):
    """Return a class whose objects copy the list they hold with the memo they are handed."""

    class Wrapper(Shown):
        def __init__(self, rows):
            self.rows = rows

        def __deepcopy__(self, memo):
            return Wrapper(solution.deep_copy(self.rows, memo))

    return Wrapper


@behaviour("own-deepcopy")
def test_a_part_copied_before_is_taken_from_the_memo(copies, solution):
    rows = [1]
    twin = copies.make([rows, wrapper_class(solution)(rows)])
    copies.expect_new("copy[0]", twin[0], rows)
    copies.expect_shared("copy[1].rows", twin[1].rows, twin[0], "copy[0]")


@behaviour("own-deepcopy")
def test_a_part_copied_with_the_memo_is_not_copied_again(copies, solution):
    rows = [1]
    twin = copies.make([wrapper_class(solution)(rows), rows])
    copies.expect_new("copy[1]", twin[1], rows)
    copies.expect_shared("copy[1]", twin[1], twin[0].rows, "copy[0].rows")


@behaviour("own-deepcopy")
def test_two_parts_copied_with_the_memo_are_shared(copies, solution):
    class Wrapper(Shown):
        def __init__(self, one, two):
            self.one, self.two = one, two

        def __deepcopy__(self, memo):
            one = solution.deep_copy(self.one, memo)
            return Wrapper(one, solution.deep_copy(self.two, memo))

    rows = [1]
    twin = copies.make(Wrapper(rows, rows))
    copies.expect_new("copy.one", twin.one, rows)
    copies.expect_shared("copy.two", twin.two, twin.one, "copy.one")


@behaviour("own-deepcopy")
def test_an_entry_made_by_deepcopy_closes_a_cycle(copies, solution):
    class Owner(Shown):
        def __deepcopy__(self, memo):
            memo[id(self)] = clone = Owner()
            clone.rows = solution.deep_copy(self.rows, memo)
            return clone

    original = Owner()
    original.rows = [original]
    twin = copies.make(original)
    copies.expect_new("the copy", twin, original)
    copies.expect_shared("copy.rows[0]", twin.rows[0], twin, "the top: the copy itself")


@behaviour("own-deepcopy")
@pytest.mark.parametrize("answer", [None, "", 0], ids=repr)
def test_an_object_whose_copy_is_none_or_false_is_asked_once(copies, answer):
    asked = []

    class Vanishing(Shown):
        def __deepcopy__(self, memo):
            asked.append(self)
            return answer

    one = Vanishing()
    copies.call([one, {"a": one}]).gives([answer, {"a": answer}])
    copies.expect("how often the object, which occurs twice, was asked", len(asked), 1)


@behaviour("own-deepcopy")
@pytest.mark.parametrize("error", [AttributeError, TypeError, KeyError])
def test_an_error_of_deepcopy_is_passed_on(copies, error):
    class Failing(Shown):
        def __deepcopy__(self, memo):
            raise raised

    raised = error("from __deepcopy__")
    caught = call_raising(error, copies.deep_copy, [Failing()])
    copies.expect_that(
        "what left deep_copy", caught is raised, caught, "the very error that was raised"
    )


@behaviour("own-deepcopy")
def test_an_error_of_deepcopy_in_a_slot_is_passed_on(copies):
    class Failing(Shown):
        def __deepcopy__(self, memo):
            raise raised

    raised = AttributeError("from __deepcopy__")
    caught = call_raising(AttributeError, copies.deep_copy, Point(Failing(), 1))
    copies.expect_that(
        "what left deep_copy", caught is raised, caught, "the very error that was raised"
    )


@behaviour("own-deepcopy")
def test_an_object_is_asked_once_for_its_copy(copies):
    class Made(Shown):
        def __deepcopy__(self, memo):
            return Made()

    one = Made()
    twin = copies.make([one, one])
    copies.expect_new("copy[0]", twin[0], one)
    copies.expect_shared("copy[1]", twin[1], twin[0], "copy[0]")
