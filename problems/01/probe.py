"""Questions about p01 · Mutable defaults."""

import asyncio
import inspect
from collections import Counter, OrderedDict, UserDict, UserList, defaultdict, deque

from grader.testkit.probe import answers, attempt, step, words

# Defaults by name, made anew whenever one is asked for.
MUTABLE = {
    "[]": list,
    "{}": dict,
    "set()": set,
    "bytearray()": bytearray,
    "deque()": deque,
    "defaultdict(int)": lambda: defaultdict(int),
    "Counter()": Counter,
    "OrderedDict()": OrderedDict,
    "UserDict()": UserDict,
    "UserList()": UserList,
}
HARMLESS = {
    "None": lambda: None,
    "7": lambda: 7,
    "'seven'": lambda: "seven",
    "frozenset({1})": lambda: frozenset({1}),
    "len": lambda: len,
    "dict": lambda: dict,
}


class Hashable(UserList):
    """A mutable container that can be hashed."""

    __hash__ = object.__hash__


class Money:
    """A value that cannot be hashed and is no container."""

    def __eq__(self, other):
        return isinstance(other, Money)


WRAPPED = {"([],)": lambda: ([],), "(1, (2, {}))": lambda: (1, (2, {}))}

TUPLES = {"()": tuple, "(1, ('two', 3.0))": lambda: (1, ("two", 3.0))}


def steps(rng):
    items = words(rng, 3)
    yield step("starts-empty", f"add_item of {items}, one by one, the last with None", items=items)
    held, item = words(rng, rng.randrange(3)), rng.choice(items)
    for mine in ([], held):
        yield step("changes-yours", f"add_item({item!r}, {mine!r})", held=mine, item=item)
    for kind in ("deque()", "bytearray()", "UserList()"):
        yield step("only-none", f"add_item(65, {kind})", kind=kind)

    names = words(rng, 6)
    order = ["[]", *rng.sample(["{}", "7", "None", "'seven'"], 4), "set()"]
    yield _named("names-in-order", names, order, ask="in order", star=rng.randrange(1, 6))
    yield _named("every-container", names, [*rng.sample(sorted(MUTABLE), 5), "Hashable()"])
    yield _named("inside-tuples", names, rng.sample(sorted(WRAPPED), 2))
    yield _named("no-false-alarm", names, ["Money()", *rng.sample(sorted(HARMLESS), 3), *TUPLES])
    yield step("no-false-alarm", "mutable_defaults(lambda first, second: ...)", ask="no defaults")
    for form in ("positional-only", "keyword-only", "lambda", "method", "static method"):
        yield step("every-parameter", f"mutable_defaults of a {form} with [] and 7", form=form)

    calls = rng.randrange(2, 5)
    for kind in ("nested list", "list in a tuple", "positional-only", "keyword-only"):
        asked = f"a function with a {kind} default to change, {calls} calls"
        yield step("own-copy", asked, kind=kind, calls=calls)
    for given in ("a list", "a list that is changed", "None", "0", "nothing"):
        asked = f"which object arrives for {given}, the default being [] or object()"
        yield step("others-as-they-are", asked, given=given)
    yield step("keeps-face", "__name__, __doc__ and inspect.signature")
    for form in ("coroutines", "method", "nested", "after an error"):
        yield step("every-situation", f"own copies: {form}", form=form, item=item)


def _named(behaviour, names, defaults, ask="names", star=None):
    """Ask for the names in a lambda; from parameter ``star`` on they are keyword-only."""
    pairs = [(name, default) for name, default in zip(names, defaults)]
    asked = f"mutable_defaults(lambda {_signature(pairs, star)}: ...)"
    return step(behaviour, asked, ask=ask, pairs=pairs, star=star)


def _signature(pairs, star):
    parameters = [f"{name}={default}" for name, default in pairs]
    if star is not None:
        parameters = ["required", *parameters[:star], "*", *parameters[star:]]
    return ", ".join(parameters)


def observe(solution, steps):
    return answers(solution, steps, ASKS)


def starts_empty(solution, step):
    *first, last = step["items"]
    return [solution.add_item(item) for item in first] + [solution.add_item(last, None)]


def changes_yours(solution, step):
    mine = step["held"]
    result = solution.add_item(step["item"], mine)
    return [result is mine, mine]


def only_none(solution, step):
    mine = MUTABLE[step["kind"]]()
    result = solution.add_item(65, mine)
    return [result is mine, list(mine)]


def in_order(solution, step):
    known = {**MUTABLE, **HARMLESS, **WRAPPED, **TUPLES, "Hashable()": Hashable, "Money()": Money}
    values = {name: known[text]() for name, text in step["pairs"]}
    source = _signature([(name, name) for name in values], step["star"])
    return solution.mutable_defaults(eval(f"lambda {source}: None", values))


def names(solution, step):
    return sorted(in_order(solution, step))


def no_defaults(solution, step):
    return solution.mutable_defaults(lambda first, second: None)


def every_parameter(solution, step):
    class Shop:
        def method(self, first=[], second=7): ...

        @staticmethod
        def static(first=[], second=7): ...

    def positional(required, first=[], second=7, /): ...
    def keyword(*, first=[], required, second=7): ...

    forms = {
        "positional-only": [positional],
        "keyword-only": [keyword],
        "lambda": [lambda required, first=[], second=7: None],
        "method": [Shop.method, Shop().method],
        "static method": [Shop.static, Shop().static],
    }
    return [solution.mutable_defaults(function) for function in forms[step["form"]]]


def own_copy(solution, step):
    def nested(mark, seen=[[]]):
        seen[0].append(mark)
        return seen

    def in_a_tuple(mark, seen=([], 1)):
        seen[0].append(mark)
        return seen

    def positional(mark, seen=[], limit=3, /):
        seen.append(mark)
        return seen

    def keyword(mark, *, seen=[]):
        seen.append(mark)
        return seen

    forms = {
        "nested list": nested,
        "list in a tuple": in_a_tuple,
        "positional-only": positional,
        "keyword-only": keyword,
    }
    fresh = solution.fresh_defaults(forms[step["kind"]])
    return [fresh(mark) for mark in range(step["calls"])]


def others_as_they_are(solution, step):
    token = object()

    @solution.fresh_defaults
    def given(seen=[], other=token):
        return seen, other

    @solution.fresh_defaults
    def changes(seen=[]):
        seen.append(1)

    if step["given"] == "nothing":
        return [given()[1] is token, given()[1] is token]
    if step["given"] == "a list that is changed":
        mine = [0]
        changes(mine)
        changes(seen=mine)
        return mine
    value = {"a list": [], "None": None, "0": 0}[step["given"]]
    by_position, by_name = given(value, value), given(seen=value, other=value)
    return [found is value for found in (*by_position, *by_name)]


def keeps_face(solution, step):
    def search(term, filters={}, *, tags=[]):
        """Find things."""

    fresh = solution.fresh_defaults(search)
    return [fresh.__name__, fresh.__doc__, str(inspect.signature(fresh))]


def every_situation(solution, step):
    item = step["item"]

    @solution.fresh_defaults
    async def waits(mark, seen=[]):
        seen.append(mark)
        await asyncio.sleep(0)
        return seen

    @solution.fresh_defaults
    def nests(depth, seen=[]):
        seen.append(depth)
        return [seen, *(nests(depth - 1) if depth else [])]

    @solution.fresh_defaults
    def fails(mark, seen=[]):
        seen.append(mark)
        if mark is None:
            raise ValueError
        return seen

    class Shop:
        @solution.fresh_defaults
        def visit(self, mark, seen=[]):
            seen.append(mark)
            return seen, self is shop

    shop = Shop()

    async def together():
        return await asyncio.gather(waits(item), waits(1))

    forms = {
        "coroutines": lambda: asyncio.run(together()),
        "method": lambda: [shop.visit(item), shop.visit(1)],
        "nested": lambda: nests(2),
        "after an error": lambda: [attempt(fails, None), fails(item)],
    }
    return forms[step["form"]]()


ASKS = {
    "starts-empty": starts_empty,
    "changes-yours": changes_yours,
    "only-none": only_none,
    "names": names,
    "in order": in_order,
    "no defaults": no_defaults,
    "every-parameter": every_parameter,
    "own-copy": own_copy,
    "others-as-they-are": others_as_they_are,
    "keeps-face": keeps_face,
    "every-situation": every_situation,
}
