"""Questions about p11 · Blocking code in async functions."""

import asyncio
from string import Template

from grader.testkit.probe import answers, step, words

# Modules whose name has no dot, with their blocking functions.
FUNCTIONS = {
    "time": ["sleep"],
    "pandas": ["read_csv"],
    "os": ["system"],
    "subprocess": ["run", "call", "check_call", "check_output"],
    "socket": ["create_connection"],
    "requests": ["request", "get", "post", "put", "patch", "delete", "head"],
    "httpx": ["request", "get", "post", "put", "patch", "delete", "head"],
}
WITHOUT_TWINS = sorted(FUNCTIONS.keys() - {"requests", "httpx"})
# Each behaviour's sources. $m.$f, $M.$F and $n.$g block, $o and $i are open and input, $a to $d
# are any words; one space is one level.
SOURCES = {
    "found": [
        "import $m\ndef $a():\n $m.$f(1)\nasync def $b():\n $m.$f(2)\n$m.$f(3)\n",
        "async def $a():\n with $o(1):\n  for $b in $i(2):\n   while $o(3): pass\n  else: $i(4)\n",
        "async def $a():\n try:\n  $o(1)\n except OSError:\n  $i(2)\n else: $i(3)\n finally: $o(4)\n",
        "import $m\nclass Shop:\n async def $a(self):\n  $m.$f(1)\n  yield $m.$f(2)\n",
        "async def $a():\n $b($o(1), $c=$o(2)[$o(3)]); $o($i())\n $o(4).$d\n",
        "import $m, asyncio\nasync def $a($b):\n await $m.$f(1)\n await $b.$c($m.$f(2).$d)\n",
    ],
    "harmless": [
        "import $m\nasync def $a($b):\n $b.$f(1); $b.$m.$f(2); $m().$f(3); $f(4)\n $m.$f(5)\n",
        "import $m\nasync def $a():\n $m.${f}_(1); $m.$f.$b(2); $m.$b.$f(3); $b[0].$f(4)\n",
        "import $h\nasync def $a():\n $h.Session(1).get(2); $h.AsyncClient(3); $h.gets(4)\n",
        "import $m\nasync def $a($b):\n $b($m.$f, $o); $c = $i; $d = [$m.$f]\n return $o(1)\n",
        "import $m\nasync def $a():\n '$m.$f(1)'  # $o(2)\n return '$i(3)'\n",
    ],
    "sorted": [
        "async def $a():\n return $o(1) if $i(2) else $o(3)\n",
        "async def $a():\n return {$o(1): $i(2), $i(3): $o(4)}\n",
        "async def $a():\n async def $b():\n  $o(1)\n  return $i(2), $o(3)\n $i(4)\n",
    ],
    "nearest": [
        "async def $a():\n def $b():\n  return $o(1)\n return $o(2)\n",
        "import $n\nasync def $a():\n $b(lambda: [$n.$g(1), lambda: $o(2)])\n $n.$g(3)\n",
        "import $n\ndef $a():\n $n.$g(1)\n async def $b():\n  $n.$g(2)\n $n.$g(3)\n",
        "async def $a():\n class Shop:\n  def $b(self): $o(1)\n  async def $c(self): $o(2)\n",
    ],
    "no-function": [
        "async def $a($b):\n return [$o($c) for $c in $b if $i($c)]\n",
        "async def $a($b):\n return {$o($c): $i($d) for $c in $b for $d in $o($c)}\n",
        "async def $a($b):\n return $b({$o($c) for $c in $b}, ($i($c) for $c in $i($b)))\n",
        "async def $a():\n class Shop:\n  $b = $o(1)\n",
        "async def $a($b):\n return f'{$b}: {$o($b)}, {$i($b):>5}'\n",
        "def $a($b):\n class Shop:\n  $c = $o(1)\n return [$o($c) for $c in $b], f'{$o(2)}'\n",
    ],
    "outer-parts": [
        "async def $a($b=$o(1), *, $c=$o(2)):\n def $d($b=$o(3), *, $c=$i(4)): $o(5)\n $o(6)\n",
        "async def $a():\n return lambda $b=$o(1), *, $c=$i(2): $o(3)\n",
        "import $n\n@$a($n.$g(1))\nasync def $b():\n @$a($n.$g(2))\n def $c(): $n.$g(3)\n",
        "import $n\nasync def $a():\n @$b($n.$g(1))\n class Shop: pass\n",
    ],
    "imports": [
        "import $m as $a, $M as $b\nasync def $c():\n $a.$f(1); $b.$F(2); $m.$f(3)\n",
        "from $n import $g, $b as $c\nfrom $M import $F as $a\nasync def $d():\n $g(1); $a(2); $c(3)\n",
        "import urllib.request as $a\nasync def $b():\n $a.urlopen(1); urllib.request.urlopen(2)\n",
        "from urllib import request as $a, $b\nasync def $c():\n $a.urlopen(1); $b.urlopen(2)\n",
        "import os.path, os.path as $a\nasync def $b():\n os.system(1); $a.system(2)\n",
        "async def $a():\n from $m import $f as $b\n $b(1)\nasync def $c():\n $b(2)\n",
        "def $a():\n import $m as $b\n class Shop:\n  async def $c(self):\n   $b.$f(1)\n",
        "async def $a():\n $b.$f(1); $c(2)\nif $d: import $m as $b\nfrom $M import $F as $c\n",
        "from .$m import $f\nfrom . import $M\nasync def $a():\n $f(1); $M.$F(2); $i(3)\n",
        "import $a.$m as $m, $b as $M\nasync def $c():\n $m.$f(1); $M.$F(2)\n",
        "from $a import $o\nfrom $b import $f\nasync def $c():\n $o(1); $f(2); $i(3)\n",
    ],
    "shadowed": [
        "import $m\nasync def $a($m, /, *$o, **$i):\n $m.$f(1); $o(2); $i(3)\n",
        "import $m\nasync def $a(*, $o):\n $m.$f(1); $o(2)\n",
        "import $m\nasync def $a($b):\n ($m, *$o), $i = $b\n $m.$f(1); $o(2); $i(3)\n",
        "async def $a($b):\n $o: object = $b\n if ($i := $b): $o(1); $i(2)\n",
        "async def $a($b):\n for $o in $b: $o(1)\n with $b as $i: $i(2)\n",
        "async def $a():\n try: $o(1)\n except OSError as $i: $i(2)\n",
        "def $o(): pass\nasync def $a():\n class $i: pass\n $o(1); $i(2)\nasync def $b(): $i(3)\n",
        "async def $a():\n async def $b(): $o(1)\n $o = $c\nasync def $d(): $o(2)\n",
        "async def $a($b):\n def $c($o): $i = $o; $i(1)\n $b(lambda $o: $o(2))\n $o(3), $i(4)\n",
        "import $m\nasync def $a($b):\n [$m.$f(1) for $m in $b if $m.$f(2)]\n $m.$f(3)\n",
    ],
    "class-names": [
        "class Shop:\n def $o(self): pass\n async def $a(self):\n  self.$o()\n  return $o(1)\n",
        "class Shop:\n from $m import $f\n import $M\n async def $a(self):\n  $f(1); $M.$F(2); $i(3)\n",
        "class Shop:\n async def $o(self):\n  return $o(1)\n",
        "async def $a($b):\n class Shop:\n  $o = $b\n  $c = $o(1)\n return $o(2)\n",
    ],
}
WRONG = (
    "$a = = 1",
    "def $a(:",
    "async def $a()",
    "$a = [1,\n$b = 2",
    "  $a = 1",
    "$a = '$b",
    "$a $b",
)

# Turns of a loop after which a job counts as one that never ends.
TURNS = 60


def steps(rng):
    for behaviour, sources in SOURCES.items():
        for source in sources:
            yield _search(behaviour, _filled(rng, source), in_order=behaviour == "sorted")
    everything = [f"{module}.{name}" for module, names in FUNCTIONS.items() for name in names]
    everything += ["open", "input", "urllib.request.urlopen"]
    source = f"import urllib.request, {', '.join(FUNCTIONS)}\nasync def main():\n"
    source += "".join(f" {name}(1)\n" for name in rng.sample(everything, len(everything)))
    asked = "find_blocking_calls, of a source that calls every name of the table in one function"
    yield {**_search("found", source), "asked": asked}
    for wrong in rng.sample(WRONG, 3):
        source, file = "x = 1\n" * rng.randrange(5) + _filled(rng, wrong), f"{words(rng, 1)[0]}.py"
        asked = f"file and line of the error, find_blocking_calls({source!r}, filename={file!r})"
        yield step("syntax-error", asked, source=source, options={"filename": file})
        asked = f"file and line of the error, find_blocking_calls({source!r})"
        yield step("syntax-error", asked, source=source, options={})
    yield from _jobs(rng)


def _search(behaviour, source, *, in_order=False):
    asked = f"find_blocking_calls({source!r})"
    return step(behaviour, asked, ask="find", source=source, in_order=in_order)


def _filled(rng, source):
    """Return a source with names of these dice, somewhere in a file, indented anyhow."""
    (m, M), (o, i) = rng.sample(sorted(FUNCTIONS), 2), rng.sample(["open", "input"], 2)
    names = {"m": m, "M": M, "o": o, "i": i, "h": rng.choice(["requests", "httpx"])}
    names |= {"n": (n := rng.choice(WITHOUT_TWINS)), "g": rng.choice(FUNCTIONS[n])}
    names |= {"f": rng.choice(FUNCTIONS[m]), "F": rng.choice(FUNCTIONS[M])}
    filled = Template(source).substitute(names, **dict(zip("abcd", words(rng, 4))))
    levels = rng.randrange(1, 5)
    lines = [" " * (len(s) - len(s.lstrip())) * (levels - 1) + s for s in filled.splitlines()]
    return "\n" * rng.randrange(4) + "\n".join(lines) + "\n"


def _jobs(rng):
    """Yield the questions to measure_steps; a job is a list of what it does."""

    def work():
        return ["works", rng.randrange(1, 40) / 4]

    suspends = ["suspends", None]
    for job in (
        [work(), work()],
        [work(), suspends, work(), suspends, suspends, work()],
        [suspends, work(), suspends],
        [["awaits", [work()]], ["awaits", [work(), ["awaits", [suspends]]]], work()],
        [work(), ["iterates", [work(), suspends, work()]], work(), suspends],
    ):
        yield step("steps", f"the steps of a job that {_told(job)}", ask="play", job=job)
    waiting = [work()[1] for _ in range(4)]
    asked = "the steps of a job that works {} s, waits while others work {} s and {} s, works {} s"
    yield step("steps", asked.format(*waiting), ask="waits", work=waiting)

    behaviour, job = "passes-through", [work(), suspends, work()]
    for result in ([], None, words(rng, 1)):
        asked = f"is it the very result {result!r} that measure_steps returns"
        yield step(behaviour, asked, ask="result", result=result)
    yield step(
        behaviour, f"error and steps of a job that {_told(job)}, raises", ask="error", job=job
    )
    values = words(rng, 3)
    asked = "what a job gets that awaits tasks, a future, a gather, and a task that fails"
    yield step(behaviour, asked, ask="awaits", values=values)
    for then in ("ends", "raises", "returns", "waits again"):
        asked = f"end, steps and clean-up of a job that works, waits, is cancelled, works, {then}"
        works = [work()[1] for _ in range(3)]
        yield step(behaviour, asked, ask="cancelled", then=then, works=works, value=values[0])


def _told(job):
    texts = {"works": "works {} s", "suspends": "suspends", "awaits": "awaits ({})"}
    texts["iterates"] = "iterates over ({})"
    return ", ".join(
        texts[kind].format(_told(what) if isinstance(what, list) else what) for kind, what in job
    )


def observe(solution, steps):
    return answers(solution, steps, ASKS)


def find(solution, step):
    found = solution.find_blocking_calls(step["source"])
    places = [(f.line, f.column, f.call, f.suggestion) for f in found]
    return isinstance(found, list), places if step["in_order"] else sorted(places)


def syntax_error(solution, step):
    try:
        return solution.find_blocking_calls(step["source"], **step["options"])
    except SyntaxError as error:
        return error.filename, error.lineno


class Clock:
    """Stands still unless somebody works."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def work(self, seconds):
        self.now += seconds


async def play(job, clock):
    for kind, what in job:
        if kind == "works":
            clock.work(what)
        elif kind == "suspends":
            await asyncio.sleep(0)
        elif kind == "awaits":
            await play(what, clock)
        else:
            async for _ in each(what, clock):
                pass


async def each(job, clock):
    await play(job, clock)
    yield


def measured(solution, make_job, during=None):
    """Measure a job, beside what goes on; return how it ended, an error as itself, and its steps."""
    found, clock = [], Clock()

    async def main():
        coroutine = solution.measure_steps(make_job(clock), clock, found)
        task = asyncio.ensure_future(coroutine)
        if during is not None:
            await during(task, clock)
        await turns(task)
        if not task.done():
            task.cancel()
            return "never ends"
        return "cancelled" if task.cancelled() else task.exception() or task.result()

    return asyncio.run(main()), found


async def turns(task, count=TURNS):
    while count and not task.done():
        await asyncio.sleep(0)
        count -= 1


def steps_of_job(solution, step):
    return measured(solution, lambda clock: play(step["job"], clock))[1]


def waits(solution, step):
    before, *others, after = step["work"]
    begun, ready = asyncio.Event(), asyncio.Event()

    async def job(clock):
        clock.work(before)
        begun.set()
        await ready.wait()
        clock.work(after)

    async def during(task, clock):
        await begun.wait()
        for seconds in others:
            clock.work(seconds)
            await asyncio.sleep(0)
        ready.set()

    return measured(solution, job, during)[1]


def result(solution, step):
    mine = step["result"]

    async def job(clock):
        await asyncio.sleep(0)
        return mine

    return measured(solution, job)[0] is mine


def error(solution, step):
    mine = KeyError("mine")

    async def job(clock):
        await play(step["job"], clock)
        raise mine

    found, durations = measured(solution, job)
    return found is mine, durations


def awaits(solution, step):
    async def job(clock):
        loop, got = asyncio.get_running_loop(), []
        got.append(await asyncio.create_task(later(step["values"][0])))
        future = loop.create_future()
        loop.call_soon(future.set_result, step["values"][1])
        got.append(await future)
        got.append(await asyncio.gather(*map(later, step["values"])))
        try:
            await asyncio.create_task(later(KeyError(step["values"][2])))
        except KeyError as error:
            got.append(error.args)
        return got

    return measured(solution, job)[0]


async def later(value):
    await asyncio.sleep(0)
    if isinstance(value, Exception):
        raise value
    return value


def cancelled(solution, step):
    first, second, third = step["works"]
    mine, done = KeyError("mine"), []

    async def job(clock):
        clock.work(first)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            clock.work(second)
            await asyncio.sleep(0)
            clock.work(third)
            done.append("cleaned up")
            if step["then"] == "ends":
                raise
        if step["then"] == "raises":
            raise mine
        if step["then"] == "waits again":
            await asyncio.Event().wait()
        return step["value"]

    async def during(task, clock):
        for _ in range(2 if step["then"] == "waits again" else 1):
            await turns(task, 10)
            task.cancel()

    ended, durations = measured(solution, job, during)
    return "my error" if ended is mine else ended, durations, done


ASKS = {
    "find": find,
    "syntax-error": syntax_error,
    "play": steps_of_job,
    "waits": waits,
    "result": result,
    "error": error,
    "awaits": awaits,
    "cancelled": cancelled,
}
