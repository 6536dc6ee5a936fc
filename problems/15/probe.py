"""Questions about p15 · Memory-leak detector."""

import builtins
import gc
import re
import tracemalloc
import weakref
from contextlib import contextmanager, suppress
from textwrap import dedent

from grader.testkit.allocation import growth
from grader.testkit.probe import answers, step, words

# Before each source. In a source, N stands for a number of bytes, another one in each question.
PRELUDE = "from itertools import count\nnumbers, kept = count(), [None] * 1000\n"
ELSEWHERE = "\n\ndef make_elsewhere(n):\n    return bytearray(n)\n"
# What a bytearray needs beside its bytes.
HEAD = 57
LEAKING, ALL = "leaking", "leaking, bytes_per_call and sites"
SIZE = "leaking, and is bytes_per_call what it keeps, give or take 10 %,"
KEEPS = "def workload(): kept[next(numbers)] = bytearray(N)"
# Of these one is asked for.
LEAKS = {
    "appends a lambda with a dict to a list of listeners": """
        listeners = []
        def workload():
            order = {"id": N}
            listeners.append(lambda event: order)
        """,
    "calls a function with an unbounded cache, with another number": """
        from functools import lru_cache
        price = lru_cache(maxsize=None)(lambda number: [number])
        def workload(): price(next(numbers))
        """,
    "calls a cached method of a new object": """
        from functools import lru_cache
        class Order:
            @lru_cache(maxsize=None)
            def total(self): return N
        def workload(): Order().total()
        """,
}
WORKLOADS = {
    ("finds", "extends a bytearray by N bytes"): """
        log = bytearray()
        def workload(): log.extend(b"x" * N)
        """,
    ("finds", "stores an error whose frame holds a bytearray(N)"): """
        def workload():
            payload = bytearray(N)
            try:
                raise ValueError
            except ValueError as error:
                kept[next(numbers)] = error
        """,
    ("small", "keeps a bytearray(N) in every tenth call"): """
        def workload():
            number = next(numbers)
            if number % 10 == 9:
                kept[number] = bytearray(N)
        """,
    ("small", "keeps a bytearray(N)"): KEEPS,
    ("small", "keeps an int"): "def workload(): kept[next(numbers)] = 10**40 + N",
    ("passing", "leaves circles, and keeps a bytearray(50); collection is off"): """
        def workload():
            kept[next(numbers)] = bytearray(50)
            circle = [bytearray(1000)]
            circle.append(circle)
        """,
    ("passing", "leaves two objects that point to each other; collection is off"): """
        class Node: pass
        def workload():
            one, two = Node(), Node()
            one.other, two.other = two, one
        """,
    ("passing", "fills a table in its first call"): """
        table = {}
        def workload():
            if not table:
                table.update((n, bytes(9 * N)) for n in range(20))
        """,
    ("passing", "keeps nothing"): "def workload(): return sum([n * n for n in range(300, 310)])",
    ("levels-off", "replaces the entries of a full cache"): """
        cache = {}
        def workload(): cache[next(numbers) % 50] = bytearray(N)
        """,
    ("levels-off", "fills a pool of 60 in the first round"): """
        pool = []
        def workload():
            if len(pool) < 60:
                pool.append(bytearray(4000 + N))
        """,
    ("levels-off", "empties its buffer whenever it holds 100"): """
        buffer = []
        def workload():
            buffer.append(bytearray(N))
            if len(buffer) == 100:
                buffer.clear()
        """,
    ("levels-off", "grows in the last of three rounds only"): """
        def workload():
            number = next(numbers)
            if number >= 100:
                kept[number] = bytearray(N)
        """,
    ("bytes", "keeps the last bytearray(N), and the first 25"): """
        first = []
        def workload():
            kept[:] = [bytearray(N)]
            if len(first) < 25:
                first.append(bytearray(N))
        """,
    ("bytes", "keeps a bytearray(N) in every fourth call"): """
        def workload():
            number = next(numbers)
            if number % 4 == 3:
                kept[number] = bytearray(N)
        """,
    ("bytes", "keeps a bytearray(N), in its first call one of a million"): """
        def workload():
            number = next(numbers)
            kept[number] = bytearray(N if number else 1_000_000)
        """,
    ("keeps-nothing", "returns a bytearray(N)"): "def workload(): return bytearray(N)",
    ("restores", "keeps a bytearray(N); tracing was on"): KEEPS,
}
ONE_IS_LEFT_OUT = (
    "empties its buffer whenever it holds 100",
    "grows in the last of three rounds only",
)
SETTINGS = {
    "leaves circles": {"warmup": 100},
    "fills a table": {"warmup": 1, "rounds": 1},
    "replaces": {"warmup": 60},
    "fills a pool": {"rounds": 3},
    "empties": {"rounds": 3},
    "grows in": {"rounds": 3},
    "keeps S0 of a function": {"warmup": 20},
}
SITES = {
    "keeps S0 of a function, S1, S2, and in a cache and from its first call on more": """
        cache = {}
        def make():
            return bytearray(S0)
        def workload():
            number = next(numbers)
            if number == 0:
                cache["table"] = bytearray(100_000)
            cache[number % 20] = bytearray(5000)
            parcel = make()
            kept[number] = parcel
            kept[number + 300] = bytearray(S1)
            kept[number + 600] = bytearray(S2)
        """,
    "keeps S0 of another file, copy.deepcopy({'id': 7, 'lines': []}), json.loads('[300, 301]')": """
        import copy, json
        TEMPLATE = {"id": 7, "lines": []}
        def workload():
            number = next(numbers)
            parcel, big = make_elsewhere(S0), copy.deepcopy(TEMPLATE)
            small = json.loads("[300, 301]")
            kept[number] = parcel
            kept[number + 300] = big
            kept[number + 600] = small
        """,
}


def steps(rng):
    file = f"/srv/{words(rng, 1)[0]}.py"
    warmup, rounds, calls = rng.randrange(9), rng.randrange(1, 5), rng.randrange(2, 39)
    settings = {"warmup": warmup, "rounds": rounds, "calls": calls}
    asked = f"how often find_leaks(f, {_told(settings)}) calls f"
    yield step("runs", asked, settings=settings, fails=0)
    for number in (1, warmup + rng.randrange(1, rounds * calls + 1)):
        asked = f"the same, of an f that raises in call {number}; is it the very error"
        yield step("runs", asked, settings=settings, fails=number)

    one, left_out = rng.choice(sorted(LEAKS)), rng.choice(ONE_IS_LEFT_OUT)
    for (behaviour, title), source in {("finds", one): LEAKS[one], **WORKLOADS}.items():
        if title == left_out:
            continue
        n = rng.randrange(9_000, 12_000) if behaviour == "bytes" else rng.randrange(200, 400)
        yield _search(behaviour, title, source, file, N=n)
    for title, source in SITES.items():
        sizes = [rng.randrange(least, least + 50) for least in rng.sample((60, 200, 450), 3)]
        sizes[0] += 1000 * ("another" in title)
        yield _search("sites", title, source, file, S0=sizes[0], S1=sizes[1], S2=sizes[2])

    error = rng.choice(["ValueError", "KeyboardInterrupt"])
    for fails, tracing, collecting in ((None, True, False), (error, False, True)):
        asked = "is it tracing, collecting, and is an old trace there after find_leaks of f, "
        asked += f"which raises {fails}; before: {tracing}, {collecting}"
        state = {"tracing": tracing, "collecting": collecting}
        yield step("restores", asked, ask="restores", fails=fails, **state)
    asked = "is the workload still alive after find_leaks, while its report is kept"
    yield step("keeps-nothing", asked, ask="drops the workload")
    yield from _registry(rng)


def _search(behaviour, title, source, file, **sizes):
    # Where nothing leaks, what a measurement allocates has to be small beside so many calls.
    is_quiet = behaviour in ("passing", "levels-off", "keeps-nothing")
    settings = {"warmup": 20 if is_quiet else 10, "rounds": 2, "calls": 40 if is_quiet else 20}
    for start, others in SETTINGS.items():
        settings |= others if title.startswith(start) else {}
    look = {"sites": "sites", "bytes": ALL if "last" in title else SIZE}.get(behaviour, LEAKING)
    look = SIZE if "error" in title else look
    for name, size in sizes.items():
        source = re.sub(rf"\b{name}\b", str(size), source)
        title = re.sub(rf"\b{name}\b", f"bytearray({size})" if name[1:] else str(size), title)
    asked = f"{look} of a workload that {title}; {_told(settings)}"
    data = {"settings": settings, "file": file, "source": PRELUDE + dedent(source)}
    data |= {"n": sizes.get("N"), "tracing": "tracing" in title, "collecting": "off" not in title}
    return step(behaviour, asked, ask="search", look=look, **data)


def _told(settings):
    return ", ".join(f"{name}={value}" for name, value in settings.items())


def _registry(rng):
    names, event = words(rng, 4), words(rng, 1)[0]
    order = [rng.choice([*names, "function", "object"]) for _ in range(7)]
    asked = f"publish({event!r}) to methods of {', '.join(order)}, in this order of registration"
    yield step("publishes", asked, names=names, order=order, event=event)
    for kind in ("method", "method that was called", "closure", "object"):
        asked = f"publish({event!r}) twice to a {kind} and another; is it dropped dead; once more"
        yield step("weak", asked, kind=kind, names=names, event=event)
    for dropped in names:
        asked = f"publish to {', '.join(names)}; the third drops {dropped}: what the others answer"
        yield step("deaths", asked, ask="deaths", names=names, dropped=dropped, event=event)
    for what in ("registrations of dead owners", "registries with living handlers"):
        asked = f"is there more memory in use after each of many {what}"
        yield step("deaths", asked, ask="piles", what=what)


def observe(solution, steps):
    gc.collect()
    # What is there by now is no garbage, and need not be looked through again and again.
    gc.freeze()
    with suppress(Exception):
        # What a measurement makes the library allocate once, for good, comes before all others.
        solution.find_leaks(int, warmup=0, rounds=1, calls=1)
    return answers(solution, steps, ASKS)


@contextmanager
def state(step):
    """Trace and collect as a step says; outside of the block as usual."""
    (gc.enable if step["collecting"] else gc.disable)()
    if step["tracing"]:
        tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()
        gc.enable()


def runs(solution, step):
    error, times = KeyError("mine"), []

    def workload():
        times.append(None)
        if len(times) == step["fails"]:
            raise error

    try:
        solution.find_leaks(workload, **step["settings"])
    except KeyError as found:
        return len(times), found is error
    return len(times)


def search(solution, step):
    names = {}
    exec(compile(ELSEWHERE, "/srv/stock.py", "exec"), names)
    exec(compile(step["source"], step["file"], "exec"), names)
    with state(step):
        report = solution.find_leaks(names["workload"], **step["settings"])
    if step["look"] != SIZE:
        everything = [report.leaking, report.bytes_per_call, report.sites]
        return {LEAKING: report.leaking, "sites": report.sites, ALL: everything}[step["look"]]
    # Only a float has one.
    size = float.__float__(report.bytes_per_call)
    expected = (step["n"] + HEAD) / (4 if "% 4" in step["source"] else 1)
    # A stored error keeps more than the payload.
    is_small = size <= 1.1 * expected or "error" in step["source"]
    return report.leaking, 0.9 * expected <= size, is_small


def restores(solution, step):
    def workload():
        if step["fails"]:
            raise getattr(builtins, step["fails"])

    with state(step):
        mine = bytearray(1000)
        with suppress(ValueError, KeyboardInterrupt):
            solution.find_leaks(workload, warmup=2, rounds=2, calls=20)
        is_traced = tracemalloc.get_object_traceback(mine) is not None
        return tracemalloc.is_tracing(), gc.isenabled(), is_traced


def drops_the_workload(solution, step):
    def workload():
        return refs

    refs = []
    ref = weakref.ref(workload)
    report = solution.find_leaks(workload, warmup=2, rounds=2, calls=5)
    del workload
    gc.collect()
    is_alive = ref() is not None
    del report
    return is_alive


class Listener:
    """Equal to all others, and without a hash."""

    __hash__ = None

    def __init__(self, name, hears=lambda: None):
        self.name, self.hears = name, hears

    def __eq__(self, other):
        return isinstance(other, Listener)

    def hear(self, event):
        self.hears()
        return f"{self.name} heard {event}"


class Hearing(Listener):
    def __call__(self, event):
        return self.hear(event)


def hear(event):
    return f"a function heard {event}"


def publishes(solution, step):
    registry, owners = solution.HandlerRegistry(), {n: Listener(n) for n in step["names"]}
    handlers = {"function": hear, "object": Hearing("an object")}
    for name in step["order"]:
        registry.register(owners[name].hear if name in owners else handlers[name])
    return registry.publish(step["event"])


def weak(solution, step):
    registry, names, event = solution.HandlerRegistry(), step["names"], step["event"]
    first, second = Listener(names[0]), Listener(names[1])
    if step["kind"] == "closure":
        first = lambda event: f"{names[0]} heard {event}"
    elif step["kind"] == "object":
        first = Hearing(names[0])
    ref = weakref.ref(first)
    for owner in (first, second):
        registry.register(owner.hear if type(owner) is Listener else owner)
    del owner
    gc.collect()
    found = [registry.publish(event) for _ in range(2)] if step["kind"] != "method" else []
    del first
    gc.collect()
    return [*found, ref() is not None, registry.publish(event)]


def deaths(solution, step):
    registry, dropped = solution.HandlerRegistry(), step["dropped"]
    owners = {name: Listener(name) for name in step["names"]}
    owners[step["names"][2]].hears = lambda: owners.pop(dropped, None)
    for name in step["names"]:
        registry.register(owners[name].hear)
    # Whether the one that died is called is left open.
    return [a for a in registry.publish(step["event"]) if a != f"{dropped} heard {step['event']}"]


def piles(solution, step):
    registry, owner = solution.HandlerRegistry(), Listener("anna")

    def register():
        registry.register(Listener("bert").hear)

    def make():
        other = solution.HandlerRegistry()
        other.register(owner.hear)
        other.register(hear)

    function = register if "dead" in step["what"] else make
    return growth(function, warm_up=100, rounds=3, calls=30).is_leak


ASKS = {"runs": runs, "search": search, "restores": restores, "publishes": publishes, "weak": weak}
ASKS |= {"drops the workload": drops_the_workload, "deaths": deaths, "piles": piles}
