"""Questions about p03 · Deep copy by hand."""

import abc
import ast
import enum
import random
import sys
import types
from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path

from grader.testkit.probe import answers, attempt, step, words

# The module where pickle, which a solution may use, looks for classes.
HOME = f"{__name__}_kinds"
LEAVES = {type(None), bool, int, float, complex, str, bytes}
CONTAINERS = (list, dict, set, bytearray, frozenset, tuple)
SLOTS = {
    **{"Point": "x y", "Empty": "x y", "Open": "x y", "Located": "x y z", "Single": "value"},
    **{"Watched": "x", "MarkedList": "mark", "Secretive": "_Secretive__key"},
    "Heir": "_Secretive__key _Heir__key",
}


class Thing:
    __module__ = HOME

    def __init__(self, needed, /, **attributes):
        vars(self).update(attributes, needed=needed)


KINDS = {kind.__name__: kind for kind in (*CONTAINERS, Thing)}


def _kind(name, *bases, **body):
    KINDS[name] = type(name, bases, {"__module__": HOME, **body})
    return KINDS[name]


def _new(kind, **values):
    made = kind.__new__(kind)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made


# Hashed by what it needs, as a value is, and yet it can change.
_equals = {"__eq__": lambda self, other: self.needed == getattr(other, "needed", None)}
_kind("Label", Thing, __hash__=lambda self: hash(self.needed), **_equals)
_kind("Handler", Thing, __call__=lambda self: None)
_kind("Nothing", Thing, __bool__=lambda self: False)
_kind("Pages", Thing, __iter__=lambda self: iter("ab"), __len__=lambda self: 2)
_kind("Strict", level=1, __init__=lambda self: vars(self).update(is_initialised=True))
dataclass(frozen=True)(_kind("Frozen", __annotations__={"name": str, "rows": list}))
Point = _kind("Point", __slots__=("x", "y"), __init__=lambda self, x, y: None)
_kind("Empty", Point, __slots__=())
_kind("Open", Point)
_kind("Located", Point, __slots__=["z"])
_kind("Single", __slots__="value")
_kind("Watched", __slots__=("__dict__", "__weakref__", "x"))
_kind("Heir", _kind("Secretive", __slots__=("__key",)), __slots__=("__key",))
_kind("MarkedList", list, __slots__=("mark",))
_kind("NamedList", list, __init__=lambda self, name, rows: self.extend(rows))
_kind("NamedDict", dict, __init__=lambda self, name, pairs: self.update(pairs))
for container in CONTAINERS:
    _kind(f"own_{container.__name__}", container)
KINDS["Order"] = namedtuple("Order", "number items", module=HOME)
NAMES = {kind: name for name, kind in KINDS.items()}
Asked = _kind("Asked", __deepcopy__=lambda self, memo: self.act(memo))
Level = enum.Enum("Level", {"LOW": 1, "RANGE": [1, 2]})
Code, Access = enum.IntEnum("Code", {"OK": 200}), enum.Flag("Access", ["READ", "WRITE"])
KEPT = {
    **{repr(value): value for value in (None, True, 10**30, 1.25, 2j, "te xt", b"raw")},
    **{"a function": words, "a lambda": lambda: 0, "len": len, "a module": ast, "dict": dict},
    **{"a class": Thing, "an abstract class": abc.ABC, "an Enum": Level, "Asked": Asked},
    **{repr(member): member for member in (*Level, *Code, *Access, ~Access.READ)},
}
sys.modules[HOME] = types.SimpleNamespace(**KINDS)
# What is copied, written with three words; ";" stands between two of them.
ORIGINALS = {
    ("tuples", "told"): """
        (); (len, Thing, Level.LOW); (1, [a]); ((1, a), ((bytearray(b"b"),),));
        (1, a, None, (b, (2.5, c.encode()))); [(1, a, None, (b, (2.5, c.encode())))];
        ((b, ((2, [c]), a)), c)""",
    ("one-copy", "in-two-places"): """
        [a]; {b: 1}; {c}; bytearray(b"ab"); ([],); []; {}; set(); bytearray()""",
    ("one-copy", "told"): "[[1], [1], [True], [1.0]]",
    ("cycles", "told"): """
        (x := [a]).append(x) or x; (x := {b: 1}).update(me=x) or x;
        (x := {"rows": [{}]})["rows"][0].update(table=x) or x;
        vars(x := Thing(a)).update(parent=x) or x;
        setattr(x := Thing(b), "children", [Thing(a, parent=x), Thing(c, parent=x)]) or x""",
    ("attributes", "told-with-original"): """
        Thing(a, limits={"day": [100]}, _history=[1, b]); {"node": Thing(b, parent=Thing([c]))};
        new(Thing); new(Strict, is_initialised=True); new(Strict, name=a);
        new(Frozen, name=c, rows=[a]); Handler(b, calls=[c]); Pages(c, texts=[a]);
        [x := Nothing(a, rows=[b]), x]""",
    ("keys-and-elements", "told-of-elements"): """
        {Thing(a): 1}; {Label(b, uses=[]): [1], c: 2}; {(x := Thing(a)): x};
        {Label(b, uses=[]), 1}; frozenset([Label(c, uses=[]), 1]);
        [x := frozenset([Thing(c)]), x]; [x := Thing(a), {x}]; [x := Thing(a), frozenset([x])];
        (1, Thing(b)); {(Label(c, uses=[]), 1): a}""",
    ("slots", "told"): """
        new(Point, x=[a], y={b: [c]}); new(Point, x=[a]); new(Located, x=[a], y=[b], z=[c]);
        new(Empty, x=[a], y=[b]); new(Open, x=[a], y=[b], z=[c]); new(Watched, x=[a], y=[b]);
        new(Single, value=[a]); new(Secretive, _Secretive__key=[a]);
        new(Heir, _Secretive__key=[b], _Heir__key=[c]);
        setattr(x := new(Point, x=[c]), "y", [x, x.x]) or x""",
    ("subclasses", "told"): """
        [own_list([1, a])]; [own_dict({a: 1, b: 2})]; [own_set([1, a])];
        [own_frozenset([1, a])]; [own_bytearray(b"ab")]; Order(7, [c]);
        setattr(x := NamedList(b, [[a]]), "name", b) or x;
        setattr(x := NamedDict(c, {0: [a]}), "name", b) or x;
        setattr(x := own_list([1, a]), "notes", [c]) or x;
        setattr(x := own_dict({a: 1, b: 2}), "notes", [c]) or x;
        setattr(x := own_set([1, b]), "notes", [c]) or x;
        setattr(x := own_frozenset([1, a]), "notes", [c]) or x;
        setattr(x := own_bytearray(b"ab"), "notes", [c]) or x;
        setattr(x := own_tuple([1, [2]]), "notes", [c]) or x;
        setattr(x := MarkedList([1, [a]]), "mark", [b]) or x""",
    ("subclasses", "told-only"): """
        setattr((x := Thing(a, children=own_list())).children, "owner", x) or x""",
}


def steps(rng):
    for _ in range(3):
        seed = rng.randrange(10**6)
        asked = f"the copy of {str(_nested(seed))[:100]}…, part by part"
        yield step("nested-containers", asked, ask="told-with-original", seed=seed)
    yield step("own-code", "deep_copy([[7]]), and which forbidden modules the source imports")
    for name in rng.sample(sorted(KEPT), len(KEPT)):
        yield step("kept", f"deep_copy([x])[0] is x, x being {name}", name=name)
    three, count = words(rng, 3), rng.randrange(200, 250)
    for (behaviour, ask), originals in ORIGINALS.items():
        for original in map(str.strip, originals.split(";")):
            asked = f"the parts of deep_copy({original}), a, b, c being {three}"
            yield step(behaviour, asked, ask=ask, original=original, words=three)
    asked = f"lengths and content of deep_copy([([n],) * (n % 7) for n in range({count})])"
    yield step("tuples", asked, ask="many-tuples", count=count)
    asked = f"x and y in the copy of {count // 3} points with two slots"
    yield step("slots", asked, ask="many-points", count=count // 3)
    for behaviour, cases in CASES.items():
        for case in cases:
            yield step(behaviour, case.__doc__, ask="case", case=case.__name__, words=three)


def _nest(rng, depth=3):
    kind = rng.choice([list, dict, *CONTAINERS[:-1]])
    if not depth:
        return rng.choice([*words(rng, 2), rng.randrange(100), rng.random(), None])
    if kind is list:
        return [_nest(rng, depth - 1) for _ in range(rng.randrange(3))]
    if kind is dict:
        return {word: _nest(rng, depth - 1) for word in words(rng, rng.randrange(3))}
    return kind(rng.sample(range(97, 123), rng.randrange(3)))


def _nested(seed):
    rng = random.Random(seed)
    return [_nest(rng), set(words(rng, 2)), {}, set(), bytearray(), [], frozenset(), _nest(rng)]


def observe(solution, steps):
    alive = []

    def deep_copy(thing, *memo):
        # What was copied lives on, so that its id is not that of another thing in a later step.
        alive.append(thing)
        return solution.deep_copy(thing, *memo)

    asked = types.SimpleNamespace(deep_copy=deep_copy, __file__=solution.__file__)
    return answers(asked, steps, ASKS)


class Teller:
    """Tells what an object is made of: what is the original's own, and what occurs again."""

    def __init__(self, original, names=NAMES, again=True):
        self._names, self._again, self._own, self._seen = names, again, {}, {}
        self.tell(original)
        # With the objects: an id is good only while its object lives.
        self._own, self._seen = self._seen, {}

    def tell(self, thing):
        kind = type(thing)
        if kind in LEAVES:
            return thing
        if kind not in self._names:
            return "something else"
        if self._again and id(thing) in self._seen:
            return f"number {self._seen[id(thing)][0]} again"
        self._seen[id(thing)] = (len(self._seen), thing)
        is_own = id(thing) in self._own and not issubclass(kind, frozenset)
        return [f"{'the same' if is_own else 'a'} {self._names[kind]}", *self._parts(thing)]

    def _parts(self, thing):
        if isinstance(thing, dict):
            for key, value in dict.items(thing):
                yield [self.tell(key), dict.__contains__(thing, key), self.tell(value)]
        elif isinstance(thing, set | frozenset):
            for element in sorted(thing, key=lambda e: str(getattr(e, "needed", e))):
                yield [self.tell(element), element in thing]
        elif isinstance(thing, list | tuple | bytearray):
            yield from map(self.tell, thing)
        slots = SLOTS.get(NAMES[type(thing)], "").split()
        for name in sorted({*getattr(thing, "__dict__", ()), *slots}):
            yield [name, self.tell(getattr(thing, name, "not set"))]


def _original(step):
    if "seed" in step:
        return _nested(step["seed"])
    three = dict(zip("abc", step["words"]))
    return eval(step["original"], {**KINDS, "new": _new, "Level": Level, **three})


def told(solution, step, names=NAMES):
    original = _original(step)
    twin = solution.deep_copy(original)
    return Teller(original, names).tell(twin)


def told_of_elements(solution, step):
    return told(solution, step, {**NAMES, frozenset: "set"})


def told_with_original(solution, step):
    original = _original(step)
    twin = solution.deep_copy(original)
    return [Teller(original, again="seed" not in step).tell(thing) for thing in (twin, original)]


def in_two_places(solution, step):
    thing = _original(step)
    one, two = solution.deep_copy([thing, {"key": thing}])
    three, four = solution.deep_copy((thing, [thing]))
    return [one is thing, two["key"] is one, three is thing, four[0] is three]


def kept(solution, step):
    original = [KEPT[step["name"]]]
    return solution.deep_copy(original)[0] is original[0]


def own_code(solution, step):
    tree = ast.parse(Path(solution.__file__).read_bytes())
    imported = {module.partition(".")[0] for module in _imports([*ast.walk(tree)])}
    return [solution.deep_copy([[7]]), imported & {"copy", "pickle", "json", "marshal"}]


def _imports(nodes):
    """Yield the modules that are imported by a statement, or by a call with a literal."""
    lists = [node.names for node in nodes if isinstance(node, ast.ImportFrom)]
    names = {alias.asname for names in lists for alias in names if "import" in alias.name}
    for node in nodes:
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(name), level=0):
                yield name
            case ast.Call(args=[ast.Constant(value=str(name)), *_]):
                function = ast.unparse(node.func)
                if function in names or function.endswith(("import_module", "__import__")):
                    yield name


def many_tuples(solution, step):
    made = solution.deep_copy([([n],) * (n % 7) for n in range(step["count"])])
    return [[*map(len, made)], [held[0][0] for held in made if held]]


def many_points(solution, step):
    made = solution.deep_copy([_new(Point, x=[n], y=n) for n in range(step["count"])])
    return [[point.x, point.y] for point in made]


def case(solution, step):
    [ask] = [case for case in CASES[step["behaviour"]] if case.__name__ == step["case"]]
    return ask(solution.deep_copy, *step["words"])


def two_calls(deep_copy, a, b, c):
    """which parts of the copies of two calls are the same, and a third after a change"""
    original = [[a], {b: {c}}]
    first, second = deep_copy(original), deep_copy(original)
    original[0].append(c)
    are_same = [first is second, first[0] is second[0], first[1][b] is second[1][b]]
    return [are_same, deep_copy(original)]


def after_a_failure(deep_copy, a, b, c):
    """a copy after a call that ended with an error of a __deepcopy__"""
    rows, fragile = [a], _asked(lambda _: 1 / 0)
    attempt(deep_copy, [rows, fragile])
    fragile.act = lambda _: c
    rows.append(b)
    return deep_copy([rows, fragile])[0]


def in_a_call(deep_copy, a, b, c):
    """a call without memo in a __deepcopy__, and the call around it"""
    shared, seen = [a], []
    twin = deep_copy([shared, _asked(lambda _: seen.append(deep_copy(shared))), shared])
    return [twin[0], twin[2] is twin[0], any(part is twin[0] for part in seen)]


def original_stays(deep_copy, a, b, c):
    """the original after the call: its containers and attributes"""
    rows, tags, raw = [1, [a]], {b, c}, bytearray(b"c")
    original = [rows, tags, raw, (rows, tags), Thing(a, parent=Thing(b))]
    teller = Teller(original)
    deep_copy(original)
    return teller.tell(original)


def _asked(act, kind=Asked, *content):
    made = kind(*content)
    made.act = act
    return made


def its_answers(deep_copy, a, b, c):
    """what comes of objects and containers whose class has, or inherits, a __deepcopy__"""
    kinds = [type("Heir", (Asked, kind), {}) for kind in (object, list, tuple)]
    things = [_asked(lambda _: a), _asked(lambda _: [b], kinds[0])]
    things += [_asked(lambda _: [b], kind, [1, 2]) for kind in kinds[1:]]
    return [deep_copy(things[0]), deep_copy(things[1]), deep_copy({c: things})]


def one_memo(deep_copy, a, b, c):
    """is what each __deepcopy__ is handed the same dict"""
    memos = []
    asked = [_asked(memos.append) for _ in range(3)]
    deep_copy((asked[0], [asked[1]], {a: asked[2]}))
    return [issubclass(type(memos[0]), dict), [memo is memos[0] for memo in memos]]


def parts(deep_copy, a, b, c):
    """a list that a __deepcopy__ copies after deep_copy, before it, and twice"""
    rows = [a]
    once = _asked(lambda memo: deep_copy(rows, memo))
    twice = _asked(lambda memo: (deep_copy(rows, memo), deep_copy(rows, memo)))
    first, second = deep_copy([rows, once])
    (third, fourth), fifth = deep_copy([twice, rows])
    return [first, first is rows, second is first, third is rows, fourth is third, fifth is third]


def own_entry(deep_copy, a, b, c):
    """a cycle through an object whose __deepcopy__ makes an entry in the memo"""

    def act(memo):
        made = memo[id(original)] = [b]
        made.append(deep_copy(rows, memo))
        return made

    original = _asked(act)
    rows = [a, original]
    twin = deep_copy(original)
    return [twin[0], twin[1][0], twin[1] is rows, twin[1][1] is twin]


def false_answers(deep_copy, a, b, c):
    """objects that occur twice whose copies are None or false, and how often each is asked"""
    asked = []

    def asking(answer):
        return _asked(lambda _: asked.append(answer) or answer)

    things = [asking(answer) for answer in (None, "", 0, [])]
    return [deep_copy([*things, {b: things}]), asked]


def errors_leave(deep_copy, a, b, c):
    """is what leaves deep_copy the very error of a __deepcopy__, also of one in a slot"""
    errors = [kind(a) for kind in (AttributeError, TypeError, KeyError)]

    def leaves(error, wrap):
        def act(_):
            raise error

        try:
            return [deep_copy(wrap(_asked(act)))]
        except BaseException as left:
            return left is error

    wraps = [lambda x: _new(Point, x=x), lambda x: [x], lambda x: {a: x}]
    return [leaves(*pair) for pair in zip(errors, wraps)]


CASES = {
    "no-trace": (two_calls, after_a_failure, in_a_call, original_stays),
    "own-deepcopy": (its_answers, one_memo, parts, own_entry, false_answers, errors_leave),
}
_ASKS = (told, told_with_original, told_of_elements, in_two_places, kept, many_tuples)
_ASKS += (many_points, own_code, case)
ASKS = {ask.__name__.replace("_", "-"): ask for ask in _ASKS}
ASKS["told-only"] = lambda solution, step: Teller([]).tell(solution.deep_copy(_original(step)))
