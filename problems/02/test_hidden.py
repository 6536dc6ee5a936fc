"""Hidden tests of 02 · Exception hierarchy."""

import asyncio
import copy
import pickle

import pytest

from grader.testkit import Mismatch, call, call_as, call_raising, expect, expect_that

behaviour = pytest.mark.behaviour

STATUS_AND_CODE = {
    "APIError": (500, "internal_error"),
    "BadRequestError": (400, "bad_request"),
    "AuthenticationError": (401, "unauthenticated"),
    "PermissionDenied": (403, "permission_denied"),
    "NotFoundError": (404, "not_found"),
    "ConflictError": (409, "conflict"),
    "ValidationError": (422, "invalid"),
    "RateLimitError": (429, "rate_limited"),
}
every_class = pytest.mark.parametrize("name", STATUS_AND_CODE)
every_subclass = pytest.mark.parametrize("name", list(STATUS_AND_CODE)[1:])


class StoreError(Exception):
    """An error of a library, at the root of its tree."""


class RowMissing(StoreError):
    """A more special one."""


class RowExpired(RowMissing):
    """A still more special one, which no mapping names."""


class Unplugged(StoreError, TimeoutError):
    """One with two bases, of which the second lies deeper in its own tree."""


class Zq7VaultFailure(Exception):
    """One whose name and text no client may see."""


def written(mapping):
    """Return a mapping as a person would write it."""
    pairs = (f"{kind.__name__}: {target.__name__}" for kind, target in mapping.items())
    return f"{{{', '.join(pairs)}}}"


def raised_through(solution, mapping, error):
    """Return, after what was done in words, what left a boundary whose body raised ``error``."""
    text = f"with error_boundary({written(mapping)}): raise {error!r}"
    try:
        with solution.error_boundary(mapping):
            raise error
    except NotImplementedError:
        raise
    except (Exception, solution.APIError, type(error)) as caught:
        return text, caught
    raise Mismatch(f"Called     {text}\nFound      no error\nExpected   an error to leave it")


def lets_out_the_very(solution, mapping, error):
    """Fail unless a boundary lets ``error`` through as it is, with the cause that it had."""
    cause = error.__cause__
    text, out = raised_through(solution, mapping, error)
    expect_that(text, out is error, out, "the very error that was raised")
    expect_that(f"__cause__ after: {text}", out.__cause__ is cause, out.__cause__, repr(cause))


# --- Classes ----------------------------------------------------------------------------------


@behaviour("caught-by-base")
@every_class
def test_every_error_is_an_api_error_and_an_exception(solution, name):
    error = call(getattr(solution, name)).value
    expect_that(
        f"{name}() in `except APIError`", isinstance(error, solution.APIError), error, "caught"
    )
    expect_that(f"{name}() in `except Exception`", isinstance(error, Exception), error, "caught")


@behaviour("caught-by-base")
@every_subclass
def test_no_error_is_caught_by_a_sibling(solution, name):
    error = call(getattr(solution, name)).value
    for other in STATUS_AND_CODE.keys() - {name, "APIError"}:
        is_caught = isinstance(error, getattr(solution, other))
        expect_that(f"{name}() in `except {other}`", not is_caught, error, "not caught")


@behaviour("caught-by-base")
@every_class
def test_no_error_is_caught_by_another_built_in(solution, name):
    error = call(getattr(solution, name)).value
    for other in (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError):
        is_caught = isinstance(error, other)
        expect_that(f"{name}() in `except {other.__name__}`", not is_caught, error, "not caught")


@behaviour("class-defaults")
@every_class
def test_every_class_has_its_status_and_code(solution, name):
    error = call(getattr(solution, name)).value
    status_code, code = STATUS_AND_CODE[name]
    expect(f"{name}().status_code", error.status_code, status_code)
    expect(f"{name}().code", error.code, code)


@behaviour("class-defaults")
@every_class
def test_without_a_message_there_is_a_default(solution, name):
    error = call(getattr(solution, name)).value
    is_text = isinstance(error.message, str) and error.message.strip() != ""
    expect_that(f"{name}().message", is_text, error.message, "a text that is not empty")
    expect(f"{name}().default_message", error.default_message, error.message)


@behaviour("class-defaults")
def test_a_subclass_inherits_what_it_does_not_set(solution):
    class UserNotFound(solution.NotFoundError):
        pass

    error = call(UserNotFound).value
    expect("status_code of a subclass of NotFoundError", error.status_code, 404)
    expect("code of a subclass of NotFoundError", error.code, "not_found")
    expect("its message", error.message, solution.NotFoundError().message)


@behaviour("class-defaults")
def test_a_subclass_may_set_its_own(solution):
    class Teapot(solution.BadRequestError):
        status_code = 418
        code = "teapot"
        default_message = "Short and stout"

    error = call(Teapot).value
    expect("status_code of a class that sets 418", error.status_code, 418)
    expect("code of a class that sets 'teapot'", error.code, "teapot")
    expect("message of a class that sets its default", error.message, "Short and stout")


# --- Instances --------------------------------------------------------------------------------


@behaviour("own-message")
@every_class
def test_each_error_keeps_its_own_message(solution, name):
    kind = getattr(solution, name)
    first, second = call(kind, "no user 7").value, call(kind, message="no user 8").value
    expect(f"{name}('no user 7').message", first.message, "no user 7")
    expect(f"{name}(message='no user 8').message", second.message, "no user 8")


@behaviour("own-message")
def test_an_empty_message_is_a_message(solution):
    error = call(solution.ConflictError, "").value
    expect("ConflictError('').message", error.message, "")


@behaviour("own-message")
def test_str_and_args_are_the_message_passed_by_position(solution):
    error = call(solution.NotFoundError, "no user 7", details={"id": 7}).value
    expect("str(NotFoundError('no user 7', details=...))", str(error), "no user 7")
    expect("args of NotFoundError('no user 7', details=...)", error.args, ("no user 7",))


@behaviour("own-message")
def test_str_and_args_are_the_message_passed_by_name(solution):
    error = call(solution.NotFoundError, message="no user 7").value
    expect("str(NotFoundError(message='no user 7'))", str(error), "no user 7")
    expect("args of NotFoundError(message='no user 7')", error.args, ("no user 7",))


@behaviour("own-message")
@every_class
def test_str_and_args_are_the_default_message(solution, name):
    error = call(getattr(solution, name)).value
    expect(f"str({name}())", str(error), error.message)
    expect(f"args of {name}()", error.args, (error.message,))


@behaviour("own-message")
def test_repr_shows_the_class_and_the_message(solution):
    class UserNotFound(solution.NotFoundError):
        pass

    found = repr(call(UserNotFound, message="no user 7").value)
    is_told = "UserNotFound" in found and "no user 7" in found
    expect_that("repr(UserNotFound(message='no user 7'))", is_told, found, "both to be in it")


@behaviour("own-details")
def test_without_details_they_are_none(solution):
    error = call(solution.ConflictError, "taken").value
    expect("ConflictError('taken').details", error.details, None)


@behaviour("own-details")
def test_empty_details_are_details(solution):
    error = call(solution.ConflictError, "taken", details={}).value
    expect("ConflictError('taken', details={}).details", error.details, {})


@behaviour("own-details")
def test_a_later_change_of_the_callers_dict_does_not_show(solution):
    mine = {"field": "age"}
    error = call(solution.ValidationError, details=mine).value
    mine["password"] = "secret"
    expect("details, after the caller changed the dict", error.details, {"field": "age"})


@behaviour("own-details")
def test_a_change_of_the_details_does_not_reach_anybody_else(solution):
    mine = {"field": "age"}
    first = call(solution.ValidationError, details=mine).value
    second = call(solution.ValidationError, details=mine).value
    first.details["limit"] = 130
    expect("details of another error made from the same dict", second.details, {"field": "age"})
    expect("the caller's dict", mine, {"field": "age"})


def answer_of(error):
    """Return what ``to_dict`` has to give for an error with the attributes that it has."""
    return {"code": error.code, "message": error.message, "details": error.details}


@behaviour("to-dict")
@every_class
def test_to_dict_holds_code_message_and_details(solution, name):
    error = call(getattr(solution, name), "no", details={"id": 7}).value
    name_it = f"{name}('no', details={{'id': 7}}).to_dict"
    call_as(name_it, error.to_dict).gives(answer_of(error))


@behaviour("to-dict")
@pytest.mark.parametrize("details", [None, {}], ids=["none", "empty"])
def test_to_dict_tells_no_details_from_empty_ones(solution, details):
    error = call(solution.ConflictError, "taken", details=details).value
    name_it = f"ConflictError('taken', details={details}).to_dict"
    call_as(name_it, error.to_dict).gives(answer_of(error))


@behaviour("to-dict")
def test_to_dict_shows_the_code_that_a_subclass_sets(solution):
    class UserNotFound(solution.NotFoundError):
        code = "user_not_found"

    error = call(UserNotFound, "no user 7").value
    answer = call_as("UserNotFound('no user 7').to_dict", error.to_dict).value
    expect("its code", answer["code"], "user_not_found")


@behaviour("to-dict")
def test_a_change_of_what_to_dict_returned_does_not_change_the_error(solution):
    error = call(solution.ConflictError, "taken", details={"id": 7}).value
    answer = call_as("error.to_dict", error.to_dict).value
    answer["message"] = "changed"
    answer["details"]["trace"] = "changed"
    again = call_as("error.to_dict", error.to_dict).value
    expect("the message in the second answer", again["message"], error.message)
    expect("the details in the second answer", again["details"], {"id": 7})


# --- Copies -----------------------------------------------------------------------------------


def pickle_and_unpickle(error):
    return pickle.loads(pickle.dumps(error))


ways = pytest.mark.parametrize("way", [pickle_and_unpickle, copy.copy, copy.deepcopy])


def survivor(way, error):
    """Return a copy of an error; fail unless it was made and shows what its original shows."""
    text = f"{way.__name__}({error!r})"
    try:
        clone = way(error)
    except Exception as failure:
        raise Mismatch(f"Called     {text}\nRaised     {failure!r}\nExpected   a copy") from failure
    expect_that(f"class of {text}", type(clone) is type(error), type(clone), repr(type(error)))
    for what in ("message", "status_code", "code", "args", "details"):
        expect(f"{what} of {text}", getattr(clone, what), getattr(error, what))
    expect(f"str of {text}", str(clone), str(error))
    return clone


def exported(solution, kind):
    """Put a class that a test made where pickle looks for it."""
    kind.__module__, kind.__qualname__ = solution.__name__, kind.__name__
    setattr(solution, kind.__name__, kind)
    return kind


@behaviour("survives-copies")
@ways
@every_class
def test_class_and_text_survive_a_copy(solution, way, name):
    error = call(getattr(solution, name), "no user 7").value
    survivor(way, error)


@behaviour("survives-copies")
@ways
@pytest.mark.parametrize("details", [None, {}, {"id": 7}], ids=["none", "empty", "some"])
def test_details_survive_a_copy(solution, way, details):
    error = call(solution.NotFoundError, message="no user 7", details=details).value
    survivor(way, error)


@behaviour("survives-copies")
@ways
def test_attributes_set_later_survive_a_copy(solution, way):
    error = call(solution.NotFoundError, "no user 7").value
    error.request_id = "r-1"
    clone = survivor(way, error)
    expect("request_id of the copy", getattr(clone, "request_id", "missing"), "r-1")


@behaviour("own-constructors")
@ways
def test_a_subclass_made_from_something_else_survives(solution, way):
    class UserNotFound(solution.NotFoundError):
        def __init__(self, user_id):
            super().__init__(f"no user {user_id}", details={"id": user_id})

    error = call(exported(solution, UserNotFound), 7).value
    survivor(way, error)


@behaviour("own-constructors")
@ways
def test_a_subclass_with_keyword_arguments_survives(solution, way):
    class FieldInvalid(solution.ValidationError):
        def __init__(self, *, field):
            super().__init__(f"{field} is invalid", details={"field": field})
            self.field = field

    error = call(exported(solution, FieldInvalid), field="age").value
    clone = survivor(way, error)
    expect("the subclass's attribute on the copy", getattr(clone, "field", "missing"), "age")


# --- translate --------------------------------------------------------------------------------


def translated(solution, error, mapping):
    found = call(solution.translate, error, mapping).value
    is_instance = isinstance(found, solution.APIError)
    text = f"translate({error!r}, {written(mapping)})"
    expect_that(text, is_instance, found, "an instance of APIError")
    return found


def becomes(solution, error, mapping, name):
    """Fail unless ``error`` is translated to an instance of the class that ``name`` names."""
    found = translated(solution, error, mapping)
    is_wanted = type(found) is getattr(solution, name)
    text = f"translate({error!r}, {written(mapping)})"
    expect_that(text, is_wanted, found, f"an instance of {name}")


@behaviour("nearest-class")
def test_a_mapped_class_is_translated(solution):
    mapping = {KeyError: solution.NotFoundError, ValueError: solution.BadRequestError}
    becomes(solution, KeyError("a"), mapping, "NotFoundError")
    becomes(solution, ValueError("a"), mapping, "BadRequestError")


@behaviour("nearest-class")
def test_a_subclass_of_a_mapped_class_is_translated(solution):
    mapping = {LookupError: solution.NotFoundError, StoreError: solution.ConflictError}
    becomes(solution, KeyError("a"), mapping, "NotFoundError")
    becomes(solution, RowExpired("a"), mapping, "ConflictError")


@behaviour("nearest-class")
def test_the_most_specific_class_wins_when_it_comes_last(solution):
    mapping = {
        Exception: solution.RateLimitError,
        StoreError: solution.ConflictError,
        RowMissing: solution.NotFoundError,
    }
    becomes(solution, RowExpired("a"), mapping, "NotFoundError")


@behaviour("nearest-class")
def test_the_most_specific_class_wins_when_it_comes_first(solution):
    mapping = {
        RowMissing: solution.NotFoundError,
        StoreError: solution.ConflictError,
        Exception: solution.RateLimitError,
    }
    becomes(solution, RowExpired("a"), mapping, "NotFoundError")


@behaviour("nearest-class")
def test_of_two_bases_the_one_first_in_the_mro_wins(solution):
    mapping = {TimeoutError: solution.RateLimitError, StoreError: solution.ConflictError}
    becomes(solution, Unplugged("a"), mapping, "ConflictError")


@behaviour("nearest-class")
def test_the_boundary_picks_the_nearest_class_too(solution):
    mapping = {StoreError: solution.ConflictError, RowMissing: solution.NotFoundError}
    text, out = raised_through(solution, mapping, RowExpired("a"))
    expect_that(text, type(out) is solution.NotFoundError, out, "a NotFoundError")


# --- Nothing leaks ----------------------------------------------------------------------------


def keeps_quiet(found, *secrets):
    """Fail if a client could read one of ``secrets``."""
    public = {
        "str": str(found),
        "repr": repr(found),
        "message": found.message,
        "args": repr(found.args),
        "details": repr(found.details),
        "to_dict()": repr(found.to_dict()),
    }
    for what, text in public.items():
        for secret in secrets:
            expect_that(f"{what} of the translation", secret not in text, text, f"no {secret!r}")


@behaviour("nothing-leaks")
@pytest.mark.parametrize("error", [Zq7VaultFailure("a"), RecursionError(), KeyError("a")], ids=repr)
def test_what_is_not_mapped_becomes_an_internal_error(solution, error):
    for mapping in ({}, {StoreError: solution.ConflictError}):
        becomes(solution, error, mapping, "APIError")


@behaviour("nothing-leaks")
def test_an_internal_error_does_not_show_the_text_of_the_original(solution):
    error = Zq7VaultFailure("cannot open /srv/keys", {"password": "hunter2"})
    keeps_quiet(translated(solution, error, {}), "/srv/keys", "hunter2")


@behaviour("nothing-leaks")
def test_an_internal_error_does_not_show_the_class_of_the_original(solution):
    keeps_quiet(translated(solution, Zq7VaultFailure("cannot open"), {}), "Zq7VaultFailure")


@behaviour("nothing-leaks")
def test_a_mapped_error_does_not_show_the_original(solution):
    mapping = {Zq7VaultFailure: solution.ConflictError}
    found = translated(solution, Zq7VaultFailure("cannot open /srv/keys"), mapping)
    keeps_quiet(found, "/srv/keys", "Zq7VaultFailure")


@behaviour("nothing-leaks")
def test_a_translation_has_the_default_message_of_its_class(solution):
    for mapping in ({}, {StoreError: solution.ConflictError}):
        found = translated(solution, RowMissing("row 7"), mapping)
        wanted = type(found)().message
        expect(f"message of the {type(found).__name__}", found.message, wanted)


# --- Own errors -------------------------------------------------------------------------------


@behaviour("own-errors-pass")
@every_class
def test_translate_returns_an_api_error_itself(solution, name):
    error = call(getattr(solution, name), "mine", details={"id": 7}).value
    call(solution.translate, error, {}).gives_object(error, "the error that was passed")


@behaviour("own-errors-pass")
def test_no_mapping_changes_an_api_error(solution):
    class UserNotFound(solution.NotFoundError):
        pass

    error = call(UserNotFound, "mine").value
    for kind in (Exception, solution.APIError, solution.NotFoundError, UserNotFound):
        mapping = {kind: solution.ConflictError}
        call(solution.translate, error, mapping).gives_object(error, "the error that was passed")


@behaviour("own-errors-pass")
def test_an_api_error_leaves_a_boundary_without_a_cause(solution):
    lets_out_the_very(solution, {}, solution.NotFoundError("mine"))
    mapping = {Exception: solution.ConflictError}
    lets_out_the_very(solution, mapping, solution.NotFoundError("mine"))


@behaviour("own-errors-pass")
def test_an_api_error_leaves_a_boundary_with_the_cause_it_had(solution):
    error = call(solution.NotFoundError, "mine").value
    error.__cause__ = KeyError("a")
    lets_out_the_very(solution, {Exception: solution.ConflictError}, error)


@behaviour("own-errors-pass")
def test_a_translation_passes_an_outer_boundary(solution):
    def nested_boundaries():
        outer = {Exception: solution.ConflictError}
        inner = {KeyError: solution.NotFoundError}
        with solution.error_boundary(outer), solution.error_boundary(inner):
            raise KeyError("a")

    out = call_raising(solution.APIError, nested_boundaries)
    is_inner = type(out) is solution.NotFoundError
    expect_that("what left two nested boundaries", is_inner, out, "the NotFoundError of the inner")


# --- error_boundary ---------------------------------------------------------------------------


@behaviour("keeps-cause")
def test_a_mapped_error_is_raised_from_the_original(solution):
    original = KeyError("a")
    text, out = raised_through(solution, {KeyError: solution.NotFoundError}, original)
    expect_that(text, type(out) is solution.NotFoundError, out, "a NotFoundError")
    is_kept = out.__cause__ is original
    expect_that(f"__cause__ after: {text}", is_kept, out.__cause__, "the original error")


@behaviour("keeps-cause")
def test_an_unmapped_error_is_raised_from_the_original(solution):
    original = ZeroDivisionError("a")
    text, out = raised_through(solution, {KeyError: solution.NotFoundError}, original)
    expect_that(text, isinstance(out, solution.APIError), out, "an APIError")
    is_kept = out.__cause__ is original
    expect_that(f"__cause__ after: {text}", is_kept, out.__cause__, "the original error")


@behaviour("keeps-cause")
def test_a_body_without_an_error_is_left_alone(solution):
    seen = []
    with solution.error_boundary({Exception: solution.ConflictError}):
        seen.append("body")
    seen.append("after")
    expect("what ran", seen, ["body", "after"])


# --- What is no error of the program ----------------------------------------------------------


@behaviour("lets-through")
def test_keyboard_interrupt_passes(solution):
    lets_out_the_very(solution, {Exception: solution.ConflictError}, KeyboardInterrupt())


@behaviour("lets-through")
def test_system_exit_passes(solution):
    lets_out_the_very(solution, {Exception: solution.ConflictError}, SystemExit(3))


@behaviour("lets-through")
def test_cancellation_passes(solution):
    async def waits():
        with solution.error_boundary({Exception: solution.ConflictError}):
            await asyncio.get_running_loop().create_future()

    async def outcome():
        task = asyncio.ensure_future(waits())
        await asyncio.sleep(0)
        task.cancel()
        return (await asyncio.gather(task, return_exceptions=True))[0]

    out = asyncio.run(outcome())
    if isinstance(out, NotImplementedError):
        raise out
    is_cancelled = isinstance(out, asyncio.CancelledError)
    expect_that("what left a boundary that was cancelled", is_cancelled, out, "CancelledError")
    lets_out_the_very(solution, {Exception: solution.ConflictError}, asyncio.CancelledError())


@behaviour("lets-through")
def test_a_generator_closes_inside_a_boundary(solution):
    def rows():
        with solution.error_boundary({Exception: solution.ConflictError}):
            yield 1
            yield 2

    opened = rows()
    next(opened)
    out = None
    try:
        opened.close()
    except (Exception, solution.APIError) as error:
        out = error
    expect_that("what close() of a generator raised", out is None, out, "nothing")
    lets_out_the_very(solution, {Exception: solution.ConflictError}, GeneratorExit())
