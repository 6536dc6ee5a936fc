"""Hidden tests of 05 · Nested validation with nulls."""

import math

import pytest

from grader.testkit import Mismatch, call, expect, expect_that, lines
from grader.testkit.same import same
from grader.text import safe_repr, shorten

behaviour = pytest.mark.behaviour

DEPTH = 100
TYPES = (str, int, float, bool)


def written(rule):
    """Return a rule as a person would write it: of a Field only what is not the default."""
    if isinstance(rule, dict):
        return f"{{{', '.join(f'{key!r}: {written(part)}' for key, part in rule.items())}}}"
    if isinstance(rule, type):
        return rule.__name__
    if hasattr(rule, "item"):
        return f"ListOf({written(rule.item)})"
    defaults = {"required": True, "nullable": False, "choices": None, "minimum": None}
    parts = [f"{k}={getattr(rule, k)!r}" for k, v in defaults.items() if getattr(rule, k) != v]
    return f"Field({', '.join([written(rule.type), *parts])})"


def called(solution, data, schema):
    """Call validate; return what came back and the lines that say what was called."""
    said = lines(
        Called="validate(data, schema)",
        Data=safe_repr(data, 240),
        Schema=shorten(written(schema), 240),
    )
    try:
        return call(solution.validate, data, schema).value, said
    except BaseException as error:
        # The testkit's note cuts off schemas where they become interesting.
        error.__notes__ = [said]
        raise


def is_list_of_errors(solution, value):
    return isinstance(value, list) and all(isinstance(e, solution.FieldError) for e in value)


def fail(solution, said, value, expected):
    text = f"{said}\n{lines(Returned=safe_repr(value, 700), Expected=expected)}"
    raise Mismatch(text, solution.validate)


def found(solution, data, schema):
    """Return the list of errors that validate returns."""
    value, said = called(solution, data, schema)
    if not is_list_of_errors(solution, value):
        fail(solution, said, value, "a list of FieldError")
    return value


def finds_in_order(solution, data, schema, *expected, order=list):
    """Fail unless validate returns these errors, each given as a path and a code."""
    value, said = called(solution, data, schema)
    if is_list_of_errors(solution, value):
        pairs = [(error.path, error.code) for error in value]
        if same(order(pairs), order(expected)):
            return
    wanted = safe_repr([solution.FieldError(*pair) for pair in expected], 700)
    fail(solution, said, value, f"in this order: {wanted}" if order is list else wanted)


def finds(solution, data, schema, *expected):
    """Fail unless validate returns these errors; their order is the matter of other tests."""
    finds_in_order(solution, data, schema, *expected, order=lambda pairs: sorted(pairs, key=repr))


def codes(errors):
    """Return the codes of errors, sorted."""
    return sorted(error.code for error in errors)


def only_path(solution, data, schema):
    """Return the path of the one error that validate has to find."""
    errors = found(solution, data, schema)
    expect(f"number of errors in {safe_repr(data)}", len(errors), 1)
    return errors[0].path


def leaves_alone(solution, data, schema):
    """Fail if validate changes its data, be it the order of keys or 1 to 1.0."""
    before = repr(data)
    called(solution, data, schema)
    expect_that("the data after validate(data, schema)", repr(data) == before, data, before)


# --- Types ------------------------------------------------------------------------------------


@behaviour("types")
def test_data_that_fits_gives_an_empty_list(solution):
    F = solution.Field
    schema = {"city": F(str), "floor": F(int), "rent": F(float), "pets": F(bool)}
    finds(solution, {"city": "Pune", "floor": 3, "rent": 81.5, "pets": True}, schema)


@behaviour("types")
def test_a_text_is_only_a_text(solution):
    for wanted in (int, float, bool):
        for value in ("3", "Pune", "1.5", "true", "1"):
            finds(solution, {"x": value}, {"x": solution.Field(wanted)}, (("x",), "type"))


@behaviour("types")
def test_no_number_and_no_boolean_is_a_text(solution):
    for value in (3, 1.5, True):
        finds(solution, {"x": value}, {"x": solution.Field(str)}, (("x",), "type"))


@behaviour("types")
def test_neither_list_nor_object_is_a_plain_value(solution):
    for wanted in TYPES:
        for value in (["a"], {"a": 1}):
            finds(solution, {"x": value}, {"x": solution.Field(wanted)}, (("x",), "type"))


# --- Missing ----------------------------------------------------------------------------------


@behaviour("missing")
def test_a_required_key_that_is_not_there_is_missing(solution):
    schema = {"city": solution.Field(str), "floor": solution.Field(int)}
    finds(solution, {"city": "Pune"}, schema, (("floor",), "missing"))


@behaviour("missing")
def test_an_optional_key_need_not_be_there(solution):
    schema = {"city": solution.Field(str), "floor": solution.Field(int, required=False)}
    finds(solution, {"city": "Pune"}, schema)


@behaviour("missing")
def test_an_optional_key_that_is_there_is_checked(solution):
    schema = {"floor": solution.Field(int, required=False)}
    finds(solution, {"floor": "third"}, schema, (("floor",), "type"))


@behaviour("missing")
def test_optional_objects_and_lists_need_not_be_there(solution):
    schema = {
        "owner": solution.Field({"name": solution.Field(str)}, required=False),
        "rooms": solution.Field(solution.ListOf(solution.Field(str)), required=False),
    }
    finds(solution, {}, schema)


# --- Null -------------------------------------------------------------------------------------


@behaviour("null")
def test_null_is_an_error_of_its_own(solution):
    for wanted in TYPES:
        finds(solution, {"x": None}, {"x": solution.Field(wanted)}, (("x",), "null"))


@behaviour("null")
def test_null_fits_where_it_is_allowed(solution):
    for wanted in TYPES:
        finds(solution, {"x": None}, {"x": solution.Field(wanted, nullable=True)})


@behaviour("null")
def test_a_nullable_key_may_not_be_missing(solution):
    finds(solution, {}, {"x": solution.Field(str, nullable=True)}, (("x",), "missing"))


@behaviour("null")
def test_an_optional_key_may_not_be_null(solution):
    finds(solution, {"x": None}, {"x": solution.Field(str, required=False)}, (("x",), "null"))


@behaviour("null")
def test_choices_and_minimum_do_not_look_at_an_allowed_null(solution):
    F = solution.Field
    schema = {
        "size": F(str, nullable=True, choices=["S", "M"]),
        "floor": F(int, nullable=True, minimum=1),
    }
    finds(solution, {"size": None, "floor": None}, schema)


@behaviour("null")
def test_an_element_may_be_null_only_where_it_is_allowed(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"strict": L(F(int)), "loose": L(F(int, nullable=True))}
    data = {"strict": [1, None, 3], "loose": [1, None, 3]}
    finds(solution, data, schema, (("strict", 1), "null"))


@behaviour("null")
def test_an_element_that_is_an_object_may_be_null_where_it_is_allowed(solution):
    F, L = solution.Field, solution.ListOf
    schema = {
        "rooms": L(F({"name": F(str)}, nullable=True)),
        "grid": L(F(L(F(int)), nullable=True)),
    }
    finds(solution, {"rooms": [None, {"name": "bath"}], "grid": [[1], None]}, schema)


@behaviour("null")
def test_objects_and_lists_may_be_null_where_it_is_allowed(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"owner": F({"name": F(str)}, nullable=True), "rooms": F(L(F(str)), nullable=True)}
    finds(solution, {"owner": None, "rooms": None}, schema)


@behaviour("null")
def test_what_is_inside_a_nullable_object_or_list_is_not_nullable(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"owner": F({"name": F(str)}, nullable=True), "rooms": F(L(F(str)), nullable=True)}
    data = {"owner": {"name": None}, "rooms": [None]}
    finds(solution, data, schema, (("owner", "name"), "null"), (("rooms", 0), "null"))


# --- Falsy values -----------------------------------------------------------------------------


@behaviour("falsy")
def test_zero_empty_and_false_are_values(solution):
    for wanted, value in ((int, 0), (float, 0.0), (str, ""), (bool, False)):
        finds(solution, {"x": value}, {"x": solution.Field(wanted)})


@behaviour("falsy")
def test_an_empty_list_and_an_empty_object_are_values(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"rooms": L(F(str)), "owner": {"name": F(str, required=False)}}
    finds(solution, {"rooms": [], "owner": {}}, schema)


@behaviour("falsy")
def test_zero_empty_and_false_may_have_the_wrong_type(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"a": F(int), "b": F(str), "c": F(str), "d": {"name": F(str)}, "e": L(F(str))}
    data = {"a": "", "b": 0, "c": False, "d": [], "e": {}}
    finds(solution, data, schema, *(((key,), "type") for key in "abcde"))


@behaviour("falsy")
def test_zero_and_empty_are_held_against_choices_and_minimum(solution):
    schema = {"size": solution.Field(str, choices=["S"]), "floor": solution.Field(int, minimum=1)}
    data = {"size": "", "floor": 0}
    finds(solution, data, schema, (("size",), "choice"), (("floor",), "minimum"))


@behaviour("falsy")
def test_keys_are_missing_from_an_empty_object_too(solution):
    F = solution.Field
    schema = {"owner": {"name": F(str)}}
    finds(solution, {}, {"x": F(int)}, (("x",), "missing"))
    finds(solution, {"owner": {}}, schema, (("owner", "name"), "missing"))


# --- Numbers ----------------------------------------------------------------------------------


@behaviour("numbers")
def test_a_boolean_is_no_int(solution):
    for value in (True, False):
        finds(solution, {"x": value}, {"x": solution.Field(int)}, (("x",), "type"))


@behaviour("numbers")
def test_a_boolean_is_not_among_numbers(solution):
    schema = {"x": solution.Field(int, choices=[1, 2])}
    finds(solution, {"x": True}, schema, (("x",), "type"))


@behaviour("numbers")
def test_a_boolean_is_no_float(solution):
    for value in (True, False):
        finds(solution, {"x": value}, {"x": solution.Field(float)}, (("x",), "type"))


@behaviour("numbers")
def test_a_number_is_no_boolean(solution):
    for value in (1, 0, 1.0):
        finds(solution, {"x": value}, {"x": solution.Field(bool)}, (("x",), "type"))


@behaviour("numbers")
def test_an_int_may_stand_for_a_float(solution):
    for value in (7, 0, -3, 10**400):
        finds(solution, {"x": value}, {"x": solution.Field(float)})


@behaviour("numbers")
def test_no_whole_float_is_an_int(solution):
    finds(solution, {"x": 7.0}, {"x": solution.Field(int)}, (("x",), "type"))


@behaviour("numbers")
def test_no_other_float_is_an_int(solution):
    for value in (7.5, math.inf, math.nan):
        finds(solution, {"x": value}, {"x": solution.Field(int)}, (("x",), "type"))


@behaviour("numbers")
def test_nan_and_the_infinities_are_floats(solution):
    for value in (math.nan, math.inf, -math.inf):
        finds(solution, {"x": value}, {"x": solution.Field(float)})


# --- Choices ----------------------------------------------------------------------------------


@behaviour("choices")
def test_a_value_has_to_be_among_the_choices(solution):
    for kind in (list, tuple, set, frozenset):
        schema = {"size": solution.Field(str, choices=kind(["S", "M"]))}
        finds(solution, {"size": "M"}, schema)
        finds(solution, {"size": "s"}, schema, (("size",), "choice"))


@behaviour("choices")
def test_an_equal_text_is_among_the_choices(solution):
    value = "-".join(["one", "off"])
    finds(solution, {"name": value}, {"name": solution.Field(str, choices=["one-off"])})


@behaviour("choices")
def test_an_equal_number_is_among_the_choices(solution):
    finds(solution, {"rate": 1}, {"rate": solution.Field(float, choices=[1.0, 2.5])})


@behaviour("choices")
def test_without_any_choice_no_value_will_do(solution):
    finds(solution, {"x": "S"}, {"x": solution.Field(str, choices=[])}, (("x",), "choice"))


@behaviour("choices")
def test_choices_do_not_look_at_a_value_of_the_wrong_type(solution):
    for choices in ({1, 2}, {7, 8}):
        for value in ("1", [1], {}):
            schema = {"x": solution.Field(int, choices=choices)}
            finds(solution, {"x": value}, schema, (("x",), "type"))


@behaviour("choices")
def test_a_number_is_not_among_booleans(solution):
    for value in (1, 1.0):
        schema = {"x": solution.Field(bool, choices=[True])}
        finds(solution, {"x": value}, schema, (("x",), "type"))


# --- Minimum ----------------------------------------------------------------------------------


@behaviour("minimum")
def test_a_number_below_the_minimum_is_an_error(solution):
    for kind, value in ((int, 1), (int, -2), (float, 1.5), (float, -math.inf)):
        schema = {"x": solution.Field(kind, minimum=2)}
        finds(solution, {"x": value}, schema, (("x",), "minimum"))


@behaviour("minimum")
def test_the_minimum_itself_and_all_above_fit(solution):
    for kind, value in ((int, 2), (int, 3), (float, 2.0), (float, 2.5), (float, math.inf)):
        finds(solution, {"x": value}, {"x": solution.Field(kind, minimum=2)})


@behaviour("minimum")
def test_an_int_that_stands_for_a_float_has_a_minimum_too(solution):
    schema = {"x": solution.Field(float, minimum=2.5)}
    finds(solution, {"x": 2}, schema, (("x",), "minimum"))
    finds(solution, {"x": 3}, schema)


@behaviour("minimum")
def test_zero_is_a_minimum(solution):
    for minimum in (0, 0.0):
        schema = {"a": solution.Field(int, minimum=minimum)}
        finds(solution, {"a": -1}, schema, (("a",), "minimum"))
        finds(solution, {"a": 0}, schema)


@behaviour("minimum")
def test_nan_is_below_every_minimum(solution):
    for minimum in (0, 2.5, -math.inf):
        schema = {"x": solution.Field(float, minimum=minimum)}
        finds(solution, {"x": math.nan}, schema, (("x",), "minimum"))


@behaviour("minimum")
def test_huge_numbers_are_compared_too(solution):
    schema = {"x": solution.Field(int, minimum=0)}
    finds(solution, {"x": 10**400}, schema)
    finds(solution, {"x": -(10**400)}, schema, (("x",), "minimum"))


@behaviour("minimum")
def test_numbers_are_compared_exactly(solution):
    limit = 2**53 + 1
    schema = {"x": solution.Field(int, minimum=limit)}
    finds(solution, {"x": limit}, schema)
    finds(solution, {"x": limit - 1}, schema, (("x",), "minimum"))


@behaviour("minimum")
def test_a_minimum_does_not_look_at_a_value_of_the_wrong_type(solution):
    for value in ("one", "", [1], {}, 1.5):
        finds(solution, {"x": value}, {"x": solution.Field(int, minimum=2)}, (("x",), "type"))


# --- Paths ------------------------------------------------------------------------------------


@behaviour("paths")
def test_the_path_leads_through_objects(solution):
    schema = {"owner": {"home": {"city": solution.Field(str)}}}
    data = {"owner": {"home": {"city": 7}}}
    finds(solution, data, schema, (("owner", "home", "city"), "type"))


@behaviour("paths")
def test_each_element_of_a_list_is_checked(solution):
    schema = {"floors": solution.ListOf(solution.Field(int))}
    errors = found(solution, {"floors": [3, "4", 5, None]}, schema)
    expect("codes of the errors in {'floors': [3, '4', 5, None]}", codes(errors), ["null", "type"])


@behaviour("paths")
def test_elements_have_choices_and_a_minimum_too(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"sizes": L(F(str, choices=["S", "M"])), "floors": L(F(int, minimum=2))}
    data = {"sizes": ["S", "L"], "floors": [1, 2]}
    finds(solution, data, schema, (("sizes", 1), "choice"), (("floors", 0), "minimum"))


@behaviour("paths")
def test_an_element_adds_one_step_to_the_path(solution):
    schema = {"floors": solution.ListOf(solution.Field(int))}
    path = only_path(solution, {"floors": [3, "4"]}, schema)
    expect_that("path of the error in {'floors': [3, '4']}", len(path) == 2, path, "two steps")


@behaviour("paths")
def test_an_index_is_an_int(solution):
    schema = {"floors": solution.ListOf(solution.Field(int))}
    path = only_path(solution, {"floors": [3, "4"]}, schema)
    expect_that(
        "path of the error in {'floors': [3, '4']}", type(path[-1]) is int, path, "an int last"
    )


@behaviour("paths")
def test_indexes_count_from_zero(solution):
    schema = {"floors": solution.ListOf(solution.Field(int))}
    wanted = [(("floors", 0), "type"), (("floors", 2), "type")]
    finds(solution, {"floors": ["3", 4, "3"]}, schema, *wanted)


@behaviour("paths")
def test_the_path_leads_through_lists_of_objects(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"flats": L({"rooms": L({"name": F(str)})})}
    data = {"flats": [{"rooms": []}, {"rooms": [{"name": "bath"}, {"name": 7}, {}]}]}
    path = ("flats", 1, "rooms")
    finds(solution, data, schema, ((*path, 1, "name"), "type"), ((*path, 2, "name"), "missing"))


@behaviour("paths")
def test_the_path_leads_through_lists_of_lists(solution):
    F, L = solution.Field, solution.ListOf
    data = {"grid": [[1, 2], [3, "4"], "5"]}
    wanted = [(("grid", 1, 1), "type"), (("grid", 2), "type")]
    finds(solution, data, {"grid": L(L(F(int)))}, *wanted)


@behaviour("paths")
def test_optional_and_nullable_objects_and_lists_are_checked_inside(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"owner": F({"name": F(str)}, required=False), "rooms": F(L(F(str)), nullable=True)}
    data = {"owner": {"name": 7}, "rooms": [7]}
    finds(solution, data, schema, (("owner", "name"), "type"), (("rooms", 0), "type"))


@behaviour("paths")
def test_a_key_with_a_dot_is_one_step(solution):
    schema = {"a.b": solution.Field(int), "a": {"b": solution.Field(int)}}
    data = {"a.b": "x", "a": {"b": "x"}}
    finds(solution, data, schema, (("a.b",), "type"), (("a", "b"), "type"))


@behaviour("paths")
def test_a_key_that_looks_like_an_index_stays_a_text(solution):
    schema = {"0": {"": solution.Field(int)}}
    finds(solution, {"0": {"": "x"}}, schema, (("0", ""), "type"))


@behaviour("paths")
def test_what_stands_in_two_places_is_checked_in_both(solution):
    address = {"city": solution.Field(str)}
    home = {"city": 7}
    data = {"from": home, "to": home}
    wanted = [(("from", "city"), "type"), (("to", "city"), "type")]
    finds(solution, data, {"from": address, "to": address}, *wanted)


def nested(innermost, wrap_in_list, levels):
    """Return something wrapped in objects and lists by turns, an object outermost."""
    for level in reversed(range(levels)):
        innermost = wrap_in_list(innermost) if level % 2 else {"in": innermost}
    return innermost


@behaviour("paths")
def test_a_hundred_levels_are_not_too_deep(solution):
    schema = nested(solution.Field(int), solution.ListOf, DEPTH)
    path = ("in", 0) * (DEPTH // 2)
    finds(solution, nested(7, lambda inner: [inner], DEPTH), schema)
    errors = found(solution, nested("7", lambda inner: [inner], DEPTH), schema)
    expect("codes of the errors, with one value of the wrong type", codes(errors), ["type"])
    expect("its path, of 100 steps", errors[0].path, path)


# --- One error for a parent -------------------------------------------------------------------


def parents(solution):
    """Return a schema with an object, a list, and a plain value after them."""
    F, L = solution.Field, solution.ListOf
    owner = {"name": F(str), "home": {"city": F(str)}}
    return {"owner": owner, "rooms": L({"name": F(str)}), "floor": F(int)}


@behaviour("one-error")
def test_a_missing_object_or_list_is_one_error(solution):
    wanted = [(("owner",), "missing"), (("rooms",), "missing"), (("floor",), "type")]
    finds(solution, {"floor": "x"}, parents(solution), *wanted)


@behaviour("one-error")
def test_an_object_or_list_that_is_null_is_one_error(solution):
    wanted = [(("owner",), "null"), (("rooms",), "null"), (("floor",), "type")]
    data = {"owner": None, "rooms": None, "floor": "x"}
    finds(solution, data, parents(solution), *wanted)


@behaviour("one-error")
def test_what_is_no_object_is_one_error(solution):
    for value in ("text", 7, 1.5, True, ["name", "home"]):
        data = {"owner": value, "rooms": [], "floor": "x"}
        finds(solution, data, parents(solution), (("owner",), "type"), (("floor",), "type"))


@behaviour("one-error")
def test_what_is_no_list_is_one_error(solution):
    for value in ("text", 7, 1.5, True, {"name": "bath"}):
        data = {"owner": {"name": "A", "home": {"city": "B"}}, "rooms": value, "floor": "x"}
        finds(solution, data, parents(solution), (("rooms",), "type"), (("floor",), "type"))


@behaviour("one-error")
def test_a_text_is_no_list_of_texts(solution):
    schema = {"rooms": solution.ListOf(solution.Field(str))}
    finds(solution, {"rooms": "bath"}, schema, (("rooms",), "type"))


@behaviour("one-error")
def test_an_element_that_is_no_object_is_one_error(solution):
    schema = {"rooms": solution.ListOf({"name": solution.Field(str)})}
    data = {"rooms": [None, "bath", ["name"], {"name": 7}]}
    wanted = [(0, "null"), (1, "type"), (2, "type")]
    wanted = [(("rooms", index), code) for index, code in wanted]
    finds(solution, data, schema, *wanted, (("rooms", 3, "name"), "type"))


@behaviour("one-error")
def test_data_that_is_null_is_one_error_with_an_empty_path(solution):
    finds(solution, None, parents(solution), ((), "null"))


@behaviour("one-error")
def test_data_that_is_no_object_is_one_error_with_an_empty_path(solution):
    for data in ([{}], "owner", 7, True):
        finds(solution, data, parents(solution), ((), "type"))


@behaviour("one-error")
def test_data_that_is_empty_but_no_object_is_one_error_too(solution):
    for data in ([], "", 0, False):
        finds(solution, data, parents(solution), ((), "type"))


# --- Unknown keys -----------------------------------------------------------------------------


@behaviour("unknown")
def test_a_key_that_the_schema_does_not_name_is_unknown(solution):
    wanted = [(("email",), "missing"), (("emial",), "unknown")]
    finds(solution, {"emial": "a@b.c"}, {"email": solution.Field(str)}, *wanted)


@behaviour("unknown")
def test_an_unknown_key_may_have_no_value(solution):
    data = {"b": None, "c": "", "": 0}
    finds(solution, data, {}, *(((key,), "unknown") for key in data))


@behaviour("unknown")
def test_an_unknown_object_or_list_is_one_error(solution):
    schema = {"a": solution.Field(int, required=False)}
    data = {"c": {"d": 1, "e": [None]}, "f": [{"a": "x"}, 2], "g": {}}
    finds(solution, data, schema, *(((key,), "unknown") for key in data))


@behaviour("unknown")
def test_keys_are_unknown_in_inner_objects_too(solution):
    schema = {"owner": {"home": {"city": solution.Field(str)}}}
    data = {"owner": {"home": {"city": "Pune", "zip": 1}, "age": 2}}
    wanted = [(("owner", "home", "zip"), "unknown"), (("owner", "age"), "unknown")]
    finds(solution, data, schema, *wanted)


@behaviour("unknown")
def test_keys_are_unknown_in_the_objects_of_a_list_too(solution):
    schema = {"rooms": solution.ListOf({"name": solution.Field(str)})}
    data = {"rooms": [{"name": "bath"}, {"name": "hall", "size": 9}]}
    finds(solution, data, schema, (("rooms", 1, "size"), "unknown"))


@behaviour("unknown")
def test_a_name_is_known_only_where_it_belongs(solution):
    schema = {"name": solution.Field(str), "owner": {"age": solution.Field(int)}}
    data = {"name": "A", "owner": {"age": 7, "name": "B"}, "age": 8}
    finds(solution, data, schema, (("owner", "name"), "unknown"), (("age",), "unknown"))


@behaviour("unknown")
def test_an_object_without_fields_knows_no_key(solution):
    finds(solution, {"a": 1}, {}, (("a",), "unknown"))
    finds(solution, {"in": {"a": 1}}, {"in": {}}, (("in", "a"), "unknown"))


# --- Order ------------------------------------------------------------------------------------


@behaviour("order")
def test_fields_come_in_the_order_of_the_schema(solution):
    F = solution.Field
    schema = {"m": F(int, minimum=1), "z": F(int), "a": F(int), "k": F(str, choices=["x"])}
    data = {"k": "y", "a": None, "m": 0}
    wanted = [("m", "minimum"), ("z", "missing"), ("a", "null"), ("k", "choice")]
    finds_in_order(solution, data, schema, *(((key,), code) for key, code in wanted))


@behaviour("order")
def test_missing_keys_come_in_the_order_of_the_schema(solution):
    # So many that no set has them in this order by luck.
    schema = dict.fromkeys("ycmbxqhandwpzek", solution.Field(int))
    finds_in_order(solution, {}, schema, *(((key,), "missing") for key in schema))


@behaviour("order")
def test_unknown_keys_come_last_in_the_order_of_the_data(solution):
    # So many that no set has them in this order by luck.
    data = dict.fromkeys("ycmbxqhandwpzek", "x")
    wanted = [(("m",), "type"), *(((key,), "unknown") for key in data if key != "m")]
    finds_in_order(solution, data, {"m": solution.Field(int)}, *wanted)


@behaviour("order")
def test_unknown_keys_in_the_order_of_the_alphabet_stay_so(solution):
    data = dict.fromkeys("abcdefghijklmn", 1)
    finds_in_order(solution, data, {}, *(((key,), "unknown") for key in data))


@behaviour("order")
def test_all_that_is_in_an_object_comes_before_its_next_sibling(solution):
    F = solution.Field
    schema = {"b": {"d": {"x": F(int)}, "c": F(int)}, "a": F(int)}
    data = {"u": 1, "a": "x", "b": {"v": 1, "c": "x", "d": {"w": 1, "x": "x"}}}
    paths = [("b", "d", "x"), ("b", "d", "w"), ("b", "c"), ("b", "v"), ("a",), ("u",)]
    wanted = [(path, "unknown" if path[-1] in "uvw" else "type") for path in paths]
    finds_in_order(solution, data, schema, *wanted)


@behaviour("order")
def test_elements_come_in_the_order_of_the_list(solution):
    schema = {"rows": solution.ListOf(solution.Field(int))}
    wanted = [(("rows", index), "type") for index in range(3)]
    finds_in_order(solution, {"rows": ["x", "y", "z"]}, schema, *wanted)


@behaviour("order")
def test_the_tenth_element_comes_after_the_second(solution):
    schema = {"rows": solution.ListOf(solution.Field(int))}
    wanted = [(("rows", index), "type") for index in range(12)]
    finds_in_order(solution, {"rows": ["x"] * 12}, schema, *wanted)


@behaviour("order")
def test_all_that_is_in_an_element_comes_before_the_next(solution):
    schema = {"rows": solution.ListOf({"b": solution.Field(int), "a": solution.Field(int)})}
    data = {"rows": [{"u": "x", "a": "x", "b": "x"}, {"a": "x", "b": "x"}]}
    wanted = [(0, "b", "type"), (0, "a", "type"), (0, "u", "unknown")]
    wanted += [(1, "b", "type"), (1, "a", "type")]
    wanted = [(("rows", index, key), code) for index, key, code in wanted]
    finds_in_order(solution, data, schema, *wanted)


@behaviour("order")
def test_a_value_may_break_both_choices_and_minimum(solution):
    schema = {"x": solution.Field(int, minimum=2, choices=[2, 4])}
    finds(solution, {"x": 1}, schema, (("x",), "minimum"), (("x",), "choice"))


@behaviour("order")
def test_choice_comes_before_minimum(solution):
    schema = {"x": solution.Field(int, minimum=2, choices=[2, 4])}
    finds_in_order(solution, {"x": 1}, schema, (("x",), "choice"), (("x",), "minimum"))


# --- Nothing is kept, nothing is changed ------------------------------------------------------


@behaviour("leaves-alone")
def test_no_key_is_added_to_the_data(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"a": F(str, required=False, nullable=True), "b": L({"c": F(int)}), "d": {"e": F(int)}}
    leaves_alone(solution, {"b": [{}, {"c": 1}], "d": {}}, schema)


@behaviour("leaves-alone")
def test_no_key_and_no_element_is_taken_from_the_data(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"a": F(int), "b": L({"c": F(int)})}
    leaves_alone(solution, {"u": 1, "b": [{"w": None, "c": 1}, {"c": "x"}, None], "a": 1}, schema)


@behaviour("leaves-alone")
def test_no_value_of_the_data_is_converted(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"a": F(float), "b": L(F(float)), "c": L({"d": F(float)}), "e": F(int)}
    leaves_alone(solution, {"a": 1, "b": [3, 1, 2], "c": [{"d": 2}], "e": "7"}, schema)


@behaviour("leaves-alone")
def test_the_schema_is_not_changed(solution):
    F, L = solution.Field, solution.ListOf
    schema = {"a": F(int, choices=[2, 1]), "b": {"c": F(str)}, "d": L({"e": F(str)}), "f": F(int)}
    data = {"a": 1, "b": {"c": None, "u": 1}, "d": [{"e": "x"}, {}]}
    before = repr(schema)
    call(solution.validate, data, schema)
    text = "the schema after validate(data, schema)"
    expect_that(text, repr(schema) == before, schema, before)


@behaviour("leaves-alone")
def test_a_list_that_was_returned_does_not_change(solution):
    schema = {"a": solution.Field(int)}
    first = found(solution, {"a": "x"}, schema)
    found(solution, {"a": 7}, schema)
    found(solution, {"a": None}, schema)
    expect("codes of the first call's errors, after two more calls", codes(first), ["type"])


@behaviour("leaves-alone")
def test_a_change_of_what_was_returned_does_not_show_later(solution):
    data, schema = {"a": "x"}, {"a": solution.Field(int)}
    found(solution, data, schema).clear()
    finds(solution, data, schema, (("a",), "type"))


@behaviour("leaves-alone")
def test_no_call_remembers_the_schema_or_the_data_of_another(solution):
    data, schema = {"a": "x"}, {"a": solution.Field(int)}
    finds(solution, data, schema, (("a",), "type"))
    data["a"] = 7
    finds(solution, data, schema)
    schema["a"] = solution.Field(str)
    finds(solution, data, schema, (("a",), "type"))
