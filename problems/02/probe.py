"""Questions about p02 · Exception hierarchy."""

import asyncio
import builtins
import copy
import pickle

from grader.answers import canonical, encode
from grader.testkit.probe import Raised, answers, attempt, step, words

SUBCLASSES = (
    *("BadRequestError", "AuthenticationError", "PermissionDenied", "NotFoundError"),
    *("ConflictError", "ValidationError", "RateLimitError"),
)
CLASSES = ("APIError", *SUBCLASSES)
BUILT_IN = sorted(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)
ATTRIBUTES = ("message", "status_code", "code", "args", "details")
WAYS = {"pickle": lambda error: pickle.loads(pickle.dumps(error))}
WAYS |= {"copy.copy": copy.copy, "copy.deepcopy": copy.deepcopy}
SIGNALS = (KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit)


def steps(rng):
    first, second, third = words(rng, 3)
    number = rng.randrange(1, 1000)
    message, details = f"no {first} {number}", {first: number, second: [third]}
    for name in CLASSES:
        asked = f"which `except` clauses catch {name}()"
        yield step("caught-by-base", asked, name=name)
        asked = f"status_code, code, message and default_message of {name}()"
        yield step("class-defaults", asked, name=name)
        given = rng.choice([None, {}, details])
        for form in ("(text)", "(message=text)", "()"):
            asked = f"message, str, args and repr of {name}{form}, text being {message!r}"
            yield step("own-message", asked, name=name, form=form, text=message)
        asked = f"to_dict() of {name}({message!r}, details={given!r})"
        yield step("to-dict", asked, name=name, message=message, details=given)
    for text in ("", "0", third):
        asked = f"message, str, args and repr of {name}({text!r})"
        yield step("own-message", asked, name=name, form="(text)", text=text)
    yield from _about_subclasses(rng, first, number)

    name = rng.choice(CLASSES)
    for given in (None, {}, details):
        asked = f"details of {name}(details={given!r})"
        yield step("own-details", asked, name=name, details=given)
        asked = f"to_dict() of {name}({message!r}, details={given!r})"
        yield step("to-dict", asked, name=name, message=message, details=given)
    asked = "details and caller's dict, after one of them or another error's details changed"
    yield step("own-details", asked, ask="details-apart", name=name, details=details, key=third)

    for way in WAYS:
        for given in (None, {}, details):
            kind = rng.choice(CLASSES)
            asked = f"{way} of {kind}({message!r}, details={given!r}), an attribute set later"
            data = {"name": kind, "message": message, "details": given, "extra": third}
            yield step("survives-copies", asked, way=way, **data)
        kind = rng.choice(CLASSES)
        for form in ("user_id", "*, user_id", "table, /, user_id"):
            asked = f"{way} of a subclass of {kind} whose constructor takes (self, {form})"
            data = {"name": kind, "form": form, "value": number}
            yield step("own-constructors", asked, way=way, **data)

    yield from _about_translate(rng, first, number)
    yield from _about_boundaries(rng, first)


def _about_subclasses(rng, word, number):
    base = rng.choice(SUBCLASSES)
    own = {"status_code": 410 + number % 90, "code": f"{word}_{number}"}
    own["default_message"] = f"No {word}"
    for changed in ({}, own, {name: own[name] for name in rng.sample(sorted(own), 2)}):
        asked = f"the five attributes of a subclass of {base} that sets {changed}"
        yield step("class-defaults", asked, ask="subclass", name=base, changed=changed)
    asked = f"to_dict() of a subclass of {base} that sets code = {own['code']!r}"
    data = {"name": base, "message": word, "details": None}
    yield step("to-dict", asked, code=own["code"], **data)
    asked = "to_dict() and the attributes, after what the first to_dict() returned was changed"
    data = {"message": word, "details": {word: number}, "key": f"{word}_{number}"}
    yield step("to-dict", asked, ask="to-dict-again", name=base, **data)


def _about_translate(rng, word, number):
    targets = rng.sample(SUBCLASSES, 4)
    first, kind = rng.choice(["KeyError", "ValueError", "OSError"]), rng.choice("ABC")
    pairs = [list(pair) for pair in zip(["Exception", first, "A", "B"], targets)]
    for chosen in (pairs, pairs[::-1], rng.sample(pairs, 4), [rng.choice(pairs[:2])]):
        asked = f"of an error of {kind} in {first} > A > B > C, the mapping being {_keys(chosen)}"
        data = {"first": first, "pairs": chosen, "kind": kind}
        for where in ("translate", "error_boundary"):
            yield step("nearest-class", f"{where}, {asked}", where=where, **data)
    chosen = [["A", targets[0]], ["B", targets[1]]]
    for pairs in (chosen, chosen[::-1]):
        asked = f"translate of an error with the bases A and B, the mapping being {_keys(pairs)}"
        data = {"first": first, "pairs": pairs, "kind": "both"}
        yield step("nearest-class", asked, where="translate", **data)

    secrets = [f"{word}-{number}-{index}" for index in range(2)]
    name = f"{word.title()}{number}Failure"
    for kind in ("", "KeyError", name):
        pairs = [[kind, targets[0]]] if kind else []
        asked = f"what shows in the translation of a {name}, the mapping being {_keys(pairs)}"
        yield step("nothing-leaks", asked, pairs=pairs, name=name, secrets=secrets)


def _about_boundaries(rng, word):
    target = rng.choice(SUBCLASSES)
    for name in CLASSES:
        for named in ("", rng.choice(["Exception", "APIError", name])):
            mapping = f"{{{named}: {target}}}" if named else "{}"
            asked = f"translate(error, {mapping}) is error, which is a {name}"
            yield step("own-errors-pass", asked, name=name, named=named, target=target)
    name, named = rng.choice(CLASSES), rng.choice(["", "Exception", "APIError"])
    for cause in (None, word):
        asked = f"what leaves a boundary whose body raises a {name}, and its __cause__"
        data = {"named": named, "target": target, "cause": cause}
        yield step("own-errors-pass", asked, ask="own-error-leaves", name=name, **data)
    asked = "what leaves the outer one of two boundaries, the body raising a KeyError"
    yield step("own-errors-pass", asked, ask="nested", inner=name, target=target)

    for raised in ("KeyError", "ZeroDivisionError"):
        asked = f"__cause__ of what leaves a boundary with {{KeyError: {target}}} for a {raised}"
        yield step("keeps-cause", asked, raised=raised, word=word, target=target)
    yield step("keeps-cause", "a body that raises nothing", ask="no-error", target=target)

    for index, signal in enumerate(SIGNALS):
        asked = f"what leaves a boundary with {{Exception: {target}}} for a {signal.__name__}"
        yield step("lets-through", asked, signal=index, target=target)
    yield step("lets-through", "cancelling a task in a boundary", ask="cancel", target=target)
    yield step("lets-through", "closing a generator in a boundary", ask="close", target=target)


def _keys(pairs):
    return f"{{{', '.join(f'{kind}: …' for kind, _ in pairs)}}}"


def observe(solution, steps):
    return answers(solution, steps, ASKS)


def name_of(solution, error):
    """Return the name by which the solution has the class of an error."""
    return [name for name in CLASSES if getattr(solution, name) is type(error)]


def same(one, other):
    """Tell whether two values are of the same type and content, whatever they say of it."""
    return canonical(encode(one)) == canonical(encode(other))


def shows(text, *words):
    return [word in str.__str__(text) for word in words]


def made(solution, step):
    return getattr(solution, step["name"])(step["message"], details=step["details"])


def mapped(solution, step, kind=Exception):
    return {kind: getattr(solution, step["target"])}


def leaving(solution, mapping, error):
    """Return what leaves a boundary whose body raises ``error``."""
    try:
        with solution.error_boundary(mapping):
            raise error
    except BaseException as left:
        return left
    return Exception("nothing left it")


def caught_by_base(solution, step):
    kinds = {name: getattr(builtins, name) for name in BUILT_IN}
    kinds |= {name: getattr(solution, name) for name in CLASSES}
    return [name for name, kind in kinds.items() if _catches(kind, kinds[step["name"]])]


def _catches(kind, raised):
    try:
        raise raised()
    except kind:
        return True
    except BaseException:
        return False


def class_defaults(solution, step):
    error = getattr(solution, step["name"])()
    text = error.message
    is_text = type(text) is str and text.strip() != ""
    return [error.status_code, error.code, is_text, same(text, error.default_message)]


def subclass(solution, step):
    base = getattr(solution, step["name"])
    kind = type("Special", (base,), dict(step["changed"]))
    error, usual = type("MoreSpecial", (kind,), {})(), base()
    texts = [error.message, error.default_message]
    if "default_message" not in step["changed"]:
        texts = [same(text, usual.message) for text in texts]
    return [error.status_code, error.code, texts]


def own_message(solution, step):
    kind, text = getattr(solution, step["name"]), step["text"]
    if step["form"] == "()":
        error = kind()
        is_same = [same(str(error), error.message), same(error.args, (error.message,))]
        return [*is_same, shows(repr(error), step["name"], error.message)]
    error = kind(text) if step["form"] == "(text)" else kind(message=text)
    return [error.message, str(error), error.args, shows(repr(error), step["name"], text)]


def own_details(solution, step):
    return getattr(solution, step["name"])(details=step["details"]).details


def details_apart(solution, step):
    kind, mine, key = getattr(solution, step["name"]), step["details"], step["key"]
    first, second = kind("first", details=mine), kind("second", details=mine)
    first.details[f"{key} of the first"] = 1
    found = [second.details, dict(mine)]
    mine[f"{key} of the caller"] = 2
    return [*found, second.details]


def to_dict(solution, step):
    kind = getattr(solution, step["name"])
    if "code" in step:
        kind = type("Special", (kind,), {"code": step["code"]})
    error = kind(step["message"], details=step["details"])
    error.request_id = "later"
    answer = error.to_dict()
    is_same = [same(answer[name], getattr(error, name)) for name in ("message", "details")]
    return [sorted(answer), answer["code"], *is_same, answer["details"] or None]


def to_dict_again(solution, step):
    error = made(solution, step)
    answer = error.to_dict()
    answer["message"] = answer["code"] = step["key"]
    answer["details"][step["key"]] = 1
    again = error.to_dict()
    return [again["code"], same(again["message"], error.message), again["details"], error.details]


def survives_copies(solution, step):
    error = made(solution, step)
    error.extra = step["extra"]
    clone = WAYS[step["way"]](error)
    return [_survived(clone, error), clone.extra]


def _survived(clone, error):
    """Tell what a copy has as its original has it."""
    found = [same(getattr(clone, name), getattr(error, name)) for name in ATTRIBUTES]
    found += [same(str(clone), str(error)), clone.details or None]
    return [clone is error, type(clone) is type(error), *found]


def own_constructors(solution, step):
    base = getattr(solution, step["name"])

    class Special(base):
        def __init__(self, user_id):
            super().__init__(f"no user {user_id}", details={"id": user_id})
            self.user_id = user_id

    class ByName(Special):
        def __init__(self, *, user_id):
            super().__init__(user_id)

    class Both(Special):
        def __init__(self, table, /, user_id):
            super().__init__([user_id, table])

    makers = {
        "user_id": lambda: Special(step["value"]),
        "*, user_id": lambda: ByName(user_id=step["value"]),
        "table, /, user_id": lambda: Both("users", step["value"]),
    }
    error = makers[step["form"]]()
    kind = type(error)
    kind.__module__, kind.__qualname__ = solution.__name__, kind.__name__
    setattr(solution, kind.__name__, kind)
    clone = WAYS[step["way"]](error)
    return [_survived(clone, error), clone.user_id]


def nearest_class(solution, step):
    first = getattr(builtins, step["first"])
    is_both = step["kind"] == "both"
    a, outer = type("A", (first,), {}), type("Outer", (first,), {})
    b = type("B", (outer if is_both else a,), {})
    c = type("C", (a, b) if is_both else (b,), {})
    kinds = {"Exception": Exception, step["first"]: first, "A": a, "B": b, "C": c, "both": c}
    mapping = {kinds[kind]: getattr(solution, target) for kind, target in step["pairs"]}
    error = kinds[step["kind"]]("text")
    if step["where"] == "translate":
        return name_of(solution, solution.translate(error, mapping))
    return name_of(solution, leaving(solution, mapping, error))


def nothing_leaks(solution, step):
    kind = type(step["name"], (Exception,), {})
    kinds = {"KeyError": KeyError, "Exception": Exception, step["name"]: kind}
    mapping = {kinds[name]: getattr(solution, target) for name, target in step["pairs"]}
    first, second = step["secrets"]
    found = solution.translate(kind(first, {"password": second}), mapping)
    parts = [found.message, found.args, found.details, found.to_dict()]
    texts = [str(found), repr(found), *map(repr, parts)]
    leaks = [shows(text, first, second, step["name"]) for text in texts]
    return [name_of(solution, found), leaks, same(found.message, type(found)().message)]


def own_errors_pass(solution, step):
    error = getattr(solution, step["name"])("mine", details={"id": 7})
    return solution.translate(error, _mapping(solution, step)) is error


def _mapping(solution, step):
    named = step["named"]
    kind = Exception if named == "Exception" else getattr(solution, named, None)
    return mapped(solution, step, kind) if named else {}


def own_error_leaves(solution, step):
    cause = step["cause"] and KeyError(step["cause"])
    error = getattr(solution, step["name"])("mine")
    if cause:
        error.__cause__ = cause
    out = leaving(solution, _mapping(solution, step), error)
    return [out is error, out.__cause__ is cause]


def nested(solution, step):
    inner = {KeyError: getattr(solution, step["inner"])}
    try:
        with solution.error_boundary(mapped(solution, step)):
            raise leaving(solution, inner, KeyError("a"))
    except BaseException as left:
        return name_of(solution, left)


def keeps_cause(solution, step):
    error = getattr(builtins, step["raised"])(step["word"])
    out = leaving(solution, mapped(solution, step, KeyError), error)
    return [bool(getattr(out, "code", None)), out is error, out.__cause__ is error]


def no_error(solution, step):
    seen = []
    with solution.error_boundary(mapped(solution, step)):
        seen.append("body")
    return [*seen, "after"]


def lets_through(solution, step):
    error = SIGNALS[step["signal"]]()
    out = leaving(solution, mapped(solution, step), error)
    return [out is error, out.__cause__ is None]


def cancel(solution, step):
    async def waits():
        with solution.error_boundary(mapped(solution, step)):
            await asyncio.get_running_loop().create_future()

    async def outcome():
        task = asyncio.ensure_future(waits())
        await asyncio.sleep(0)
        task.cancel()
        return (await asyncio.gather(task, return_exceptions=True))[0]

    return Raised.of(asyncio.run(outcome()))


def close(solution, step):
    def rows():
        with solution.error_boundary(mapped(solution, step)):
            yield 1
            yield 2

    opened = rows()
    return [next(opened), attempt(opened.close)]


_ASKS = (
    *(caught_by_base, class_defaults, subclass, own_message, own_details, details_apart),
    *(to_dict, to_dict_again, survives_copies, own_constructors, nearest_class, nothing_leaks),
    *(own_errors_pass, own_error_leaves, nested, keeps_cause, no_error, lets_through),
    *(cancel, close),
)
ASKS = {ask.__name__.replace("_", "-"): ask for ask in _ASKS}
