"""Questions about p05 · Nested validation with nulls."""

import math
import re
from string import Template

from grader.testkit.probe import anew, answers, step, words

# By behaviour, a document on each line, or more if ".." goes on with it: "value | rule" for each
# key; a value or a rule may be left out. A line with "=" has whole data and a whole schema.
# $a to $f are texts, $x is a name, $m < $n are numbers, $many and $more are lists of names.
DOCUMENTS = {
    "types": """
        $a | F(str); $n | F(int); 81.5 | F(float); True | F(bool)
        '$n' | F(int); $a | F(int); '1.5' | F(int); 'true' | F(int); '1' | F(int)
        '$n' | F(float); $a | F(float); '1.5' | F(float); 'true' | F(float); '1' | F(float)
        '$n' | F(bool); $a | F(bool); '1.5' | F(bool); 'true' | F(bool); '1' | F(bool)
        $n | F(str); 1.5 | F(str); True | F(str)
        [$a] | F(str); [$n] | F(int); [1.5] | F(float); [True] | F(bool); [$a] | F(int)
        {$a: 1} | F(str); {$a: 1} | F(int); {$a: 1} | F(float); {$a: 1} | F(bool)""",
    "missing": """
        = {} | {$a: F({$b: F(str)}, required=False), $c: F(L(F(str)), required=False)}
        $a | F(str); | F(int); | F(int, required=False)""",
    "null": """
        None | F(str); None | F(int); None | F(float); None | F(bool)
        None | F(str, nullable=True); None | F(int, nullable=True)
        None | F(float, nullable=True); None | F(bool, nullable=True)
        | F(str, nullable=True)
        None | F(str, required=False)
        None | F(str, nullable=True, choices=[$a]); None | F(int, nullable=True, minimum=$n)
        [$m, None, $n] | L(F(int)); [$m, None, $n] | L(F(int, nullable=True))
        [None, {$a: $b}] | L(F({$a: F(str)}, nullable=True))
        [[$m], None] | L(F(L(F(int)), nullable=True))
        None | F({$a: F(str)}, nullable=True); None | F(L(F(str)), nullable=True)
        {$a: None} | F({$a: F(str)}, nullable=True); [None] | F(L(F(str)), nullable=True)""",
    "falsy": """
        0 | F(int); 0.0 | F(float); '' | F(str); False | F(bool)
        [] | L(F(str)); {} | {$a: F(str, required=False)}
        '' | F(int); 0 | F(str); False | F(str); [] | {$a: F(str)}; {} | L(F(str))
        '' | F(str, choices=[$a]); 0 | F(int, minimum=$n)
        = {} | {$a: F(int)}
        = {$a: {}} | {$a: {$b: F(str)}}""",
    "numbers": """
        True | F(int); False | F(int); True | F(int, choices=[1, $n])
        True | F(float); False | F(float)
        1 | F(bool); 0 | F(bool); 1.0 | F(bool)
        $n | F(float); 0 | F(float); -$n | F(float); 10**400 | F(float)
        $n.0 | F(int)
        $n.5 | F(int); inf | F(int); nan | F(int)
        nan | F(float); inf | F(float); -inf | F(float)""",
    "choices": """
        $a | F(str, choices=[$a, $b]); $b | F(str, choices=($a, $b)); $b | F(str, choices={$b})
        $c | F(str, choices=[$a, $b]); $c | F(str, choices=($a, $b))
        $c | F(str, choices={$a, $b}); $c | F(str, choices=frozenset({$a, $b}))
        '-'.join([$a, $b]) | F(str, choices=['-'.join([$a, $b])])
        $n | F(float, choices=[$n.0, 2.5])
        $a | F(str, choices=[])
        '1' | F(int, choices={1, 2}); [1] | F(int, choices={1, 2}); {} | F(int, choices={1, 2})
        '1' | F(int, choices={7, 8}); [1] | F(int, choices={7, 8}); {} | F(int, choices={7, 8})
        1 | F(bool, choices=[True]); 1.0 | F(bool, choices=[True])""",
    "minimum": """
        $m | F(int, minimum=$n); -$n | F(int, minimum=$n); -inf | F(float, minimum=$n)
        $m.5 | F(float, minimum=$n)
        $n | F(int, minimum=$n); $n.0 | F(float, minimum=$n); inf | F(float, minimum=$n)
        $n | F(int, minimum=$m); $n.5 | F(float, minimum=$n)
        $n | F(float, minimum=$n.5); $n | F(float, minimum=$m.5)
        -1 | F(int, minimum=0); -1 | F(int, minimum=0.0)
        0 | F(int, minimum=0); 0 | F(int, minimum=0.0)
        nan | F(float, minimum=0); nan | F(float, minimum=$n.5); nan | F(float, minimum=-inf)
        10**400 | F(int, minimum=0); -(10**400) | F(int, minimum=0)
        2**53 + 1 | F(int, minimum=2**53 + 1); 2**53 | F(int, minimum=2**53 + 1)
        $a | F(int, minimum=$n); '' | F(int, minimum=$n); [1] | F(int, minimum=$n)
        {} | F(int, minimum=$n); 1.5 | F(int, minimum=$n)""",
    "one-error": """
        | {$a: F(str), $b: {$c: F(str)}}; | L({$a: F(str)}); $d | F(int)
        None | {$a: F(str), $b: {$c: F(str)}}; None | L({$a: F(str)}); $d | F(int)
        [] | L({$a: F(str)}); $d | {$a: F(str)}; $n | {$a: F(str)}; 1.5 | {$a: F(str)}; True | {$a: F(str)}
        [$a, $b] | {$a: F(str), $b: {$c: F(str)}}; $d | F(int)
        $d | L({$a: F(str)}); $n | L({$a: F(str)}); 1.5 | L({$a: F(str)}); True | L({$a: F(str)})
        {$a: $b} | L({$a: F(str)}); $d | F(int)
        $a | L(F(str))
        [None, $a, [$a], {$a: 7}] | L({$a: F(str)})
        = None | {$a: F(str), $b: L(F(int))}
        = [{}] | {$a: F(str), $b: L(F(int))}
        = $a | {$a: F(str), $b: L(F(int))}
        = $n | {$a: F(str), $b: L(F(int))}
        = True | {$a: F(str), $b: L(F(int))}
        = [] | {$a: F(str)}
        = '' | {$a: F(str)}
        = 0 | {$a: F(str)}
        = False | {$a: F(str)}""",
    "unknown": """
        = {$a: $b} | {$c: F(str)}
        = {$a: None, $b: '', '': 0} | {}
        = {$a: {$b: 1, $c: [None]}, $d: [{$e: 'x'}, 2], $f: {}} | {$e: F(int, required=False)}
        {$a: {$b: $c, $d: 1}, $e: 2} | {$a: {$b: F(str)}}
        [{$a: $b}, {$a: $b, $c: $n}] | L({$a: F(str)})
        = {$a: $d, $b: {$c: 7, $a: $e}, $c: 8} | {$a: F(str), $b: {$c: F(int)}}
        = {$a: 1} | {}
        = {$a: {$b: 1}} | {$a: {}}""",
    "leaves-alone": """
        = {$b: [{}, {$c: 1}], $d: {}} | {$a: F(str, required=False), $b: L({$c: F(int)}), $d: {}}
        = {$d: {}} | {$a: F(str, required=False, nullable=True), $d: {$e: F(int)}}
        = {$f: 1, $b: [{$e: None, $c: 1}, {$c: 'x'}, None], $a: 1} | {$a: F(int), $b: L({$c: F(int)})}
        = {$a: 1, $b: [3, 1, 2], $c: [{$d: 2}]} | {$a: F(float), $b: L(F(float)), $c: L({$d: F(float)})}
        = {$a: $n, $b: '$n'} | {$a: F(float), $b: F(int)}
        = {$a: $n, $b: {$c: None, $d: 1}} | {$a: F(int, choices=[$n, $m]), $b: {$c: F(str)}}
        = {$d: [{$e: 'x'}, {}]} | {$d: L({$e: F(str)}), $f: F(int)}""",
    # One document with errors, the last: what a call leaves behind is the matter of leaves-alone.
    "paths": """
        = down(7, lambda x: [x], 100) | down(F(int), L, 100)
        {$a: {$b: 7}} | {$a: {$b: F(str)}}; [3, '4', 5, None] | L(F(int))
        ..; [$a, $b] | L(F(str, choices=[$a])); [$m, $n] | L(F(int, minimum=$n))
        ..; [{$a: []}, {$a: [{$b: $c}, {$b: 7}, {}]}] | L({$a: L({$b: F(str)})})
        ..; [[1, 2], [3, '4'], '5'] | L(L(F(int)))
        ..; {$a: 7} | F({$a: F(str)}, required=False); [7] | F(L(F(str)), nullable=True)
        ..; {'$x.y': 'x', '$x': {'y': 'x'}} | {'$x.y': F(int), '$x': {'y': F(int)}}
        ..; {'0': {'': 'x'}} | {'0': {'': F(int)}}
        ..; [x := {$a: 7}, x] | L({$a: F(str)})
        ..; down('7', lambda x: [x], 99) | down(F(int), L, 99)""",
    "order": """
        {$d: 'y', $c: None, $a: 0}
        .. | {$a: F(int, minimum=$n), $b: F(int), $c: F(int), $d: F(str, choices=['x'])}
        ..; {} | dict.fromkeys($many, F(int))
        ..; dict.fromkeys($more, 'x') | {$one: F(int)}
        ..; dict.fromkeys('ABCDEFGHIJKLMN', 1) | {}
        ..; {'u': 1, 'a': 'x', 'b': {'v': 1, 'c': 'x', 'd': {'w': 1, 'x': 'x'}}}
        .. | {'b': {'d': {'x': F(int)}, 'c': F(int)}, 'a': F(int)}
        ..; ['x'] * 12 | L(F(int))
        ..; [{'u': 'x', $a: 'x', $b: 'x'}, {$a: 'x', $b: 'x'}] | L({$b: F(int), $a: F(int)})
        ..; $m | F(int, minimum=$n, choices=[$n])""",
}


# In these, a document has one error at most.
ONE_BY_ONE = ("types", "numbers", "choices", "minimum")


def steps(rng):
    names = [first + second for first in "abcdefgh" for second in "xyz"]
    many, more = rng.sample(names, 15), rng.sample([name.upper() for name in names], 15)
    texts = dict(zip("abcdef", words(rng, 6)))
    low = rng.randrange(2, 40)
    values = {name: repr(text) for name, text in texts.items()}
    values |= {"x": texts["a"], "m": low, "n": low + rng.randrange(1, 40)}
    values |= {"many": many, "more": more, "one": repr(rng.choice(more))}
    for behaviour, text in DOCUMENTS.items():
        text = re.sub(r"\n\s*\.\.", " ", Template(text.strip()).substitute(values))
        for line in map(str.strip, text.splitlines()):
            if behaviour in ("paths", "order") and line[0] != "=":
                yield from _parts(behaviour, line, *_document(rng, line))
            elif behaviour in ONE_BY_ONE and line[0] != "=":
                for item in line.split(";"):
                    yield _whole(behaviour, *_document(rng, item))
            else:
                yield _whole(behaviour, *_document(rng, line))
    # Anew, for the document before had an error.
    data, schema, _ = _document(rng, f"{values['b']} | F(int, required=False); 1 | F(int)")
    asked = f"validate({data}, {schema})"
    yield step("missing", asked, ask="anew", data=data, schema=schema)
    text = texts["a"]
    asked = "what several calls with the same data and schema return, which change in between"
    yield step("leaves-alone", asked, ask="calls", text=text)


def _document(rng, line):
    """Return a line's data and schema, as Python, and the keys that it gives to what it has."""
    if line.startswith("="):
        return *line[1:].split(" | "), []
    pairs = [item.strip().partition("|")[::2] for item in line.split(";")]
    keys = [f"{word}{index}" for index, word in enumerate(words(rng, len(pairs)))]
    data = [f"{key!r}: {value}" for key, (value, _) in zip(keys, pairs) if value.strip()]
    schema = [f"{key!r}: {rule}" for key, (_, rule) in zip(keys, pairs) if rule.strip()]
    return f"{{{', '.join(data)}}}", f"{{{', '.join(schema)}}}", keys


def _whole(behaviour, data, schema, _):
    asked, ask = f"validate({data.strip()}, {schema.strip()})", "whole"
    if behaviour == "leaves-alone":
        asked, ask = f"data and schema after {asked}", "after"
    return step(behaviour, _short(asked), ask=ask, data=data, schema=schema)


def _parts(behaviour, line, data, schema, keys):
    """Ask for the errors of one call, part by part."""
    document = {"data": data, "schema": schema}
    for key, item in zip(keys, line.split(";")):
        asked = _short(f"errors of validate at {key!r}, where there is {item.strip()}")
        yield step(behaviour, asked, ask="part", key=key, **document)
    asked = f"the order of the parts of validate, of {', '.join(keys)}"
    yield step(behaviour, _short(asked), ask="order of parts", **document)


def _short(text):
    return text if len(text) < 150 else f"{text[:148]}…"


def observe(solution, steps):
    return answers(Called(solution), steps, ASKS)


class Called:
    """A solution whose ``validate`` is called once for each document."""

    def __init__(self, solution):
        self.solution = solution
        self._returned = {}

    def made(self, step):
        """Return a step's data and schema, made of their Python source."""
        given = {"F": self.solution.Field, "L": self.solution.ListOf, "down": down}
        source = f"({step['data']}, {step['schema']})"
        return eval(source, {"nan": math.nan, "inf": math.inf, **given})

    def errors(self, step):
        """Return what ``validate`` returned, if it is a list of FieldError as paths and codes."""
        source = (step["data"], step["schema"])
        if source not in self._returned:
            data, schema = self.made(step)
            self._returned[source] = self.told(self.solution.validate(data, schema))
        return self._returned[source]

    def ordered(self, thing):
        """Return data or a schema with the order of its keys."""
        if isinstance(thing, dict):
            return ["a dict", *([key, self.ordered(value)] for key, value in thing.items())]
        if isinstance(thing, (self.solution.Field, self.solution.ListOf)):
            return [type(thing).__name__, self.ordered(vars(thing))]
        if isinstance(thing, list):
            return [self.ordered(part) for part in thing]
        return thing.__name__ if isinstance(thing, type) else thing

    def told(self, returned):
        if not issubclass(type(returned), list):
            return returned
        return [self._told_error(error) for error in list.__iter__(returned)]

    def _told_error(self, error):
        is_error = issubclass(type(error), self.solution.FieldError)
        return [error.path, error.code] if is_error else error


def down(innermost, wrap, levels):
    """Return something wrapped in objects and lists by turns, an object outermost."""
    for level in reversed(range(levels)):
        innermost = wrap(innermost) if level % 2 else {"in": innermost}
    return innermost


def whole(called, step):
    errors = called.errors(step)
    return sorted(errors, key=repr) if isinstance(errors, list) else errors


def before_any_call(called, step):
    return whole(Called(anew(called.solution)), step)


def part(called, step):
    errors = [error for error in called.errors(step) if error[0][0] == step["key"]]
    return errors if step["behaviour"] == "order" else sorted(errors, key=repr)


def order_of_parts(called, step):
    if step["behaviour"] == "order":
        return [[path[0], code] for path, code in called.errors(step)]
    return len(called.errors(step))


def after(called, step):
    data, schema = called.made(step)
    called.solution.validate(data, schema)
    return [called.ordered(data), called.ordered(schema)]


def calls(called, step):
    validate, field = called.solution.validate, called.solution.Field
    data, schema = {"a": step["text"]}, {"a": field(int)}
    first, second = validate(data, schema), validate(data, schema)
    found = [first is second, called.told(first)]
    second.clear()
    found += [called.told(first), called.told(validate(data, schema))]
    data["a"] = 7
    found += [called.told(first), called.told(validate(data, schema))]
    schema["a"] = field(str)
    return [*found, called.told(first), called.told(validate(data, schema))]


ASKS = {
    "whole": whole,
    "anew": before_any_call,
    "part": part,
    "order of parts": order_of_parts,
    "after": after,
    "calls": calls,
}
