"""The examples of the statement."""

from grader.given.live_data import orders, users
from grader.testkit import call


def user_schema(solution):
    return {
        "id": solution.Field(int, minimum=1),
        "name": solution.Field(str),
        "email": solution.Field(str, nullable=True),
    }


def test_the_live_data_of_the_course(solution):
    plain = {"id": int, "user_id": int, "amount": float}
    order = {key: solution.Field(kind) for key, kind in plain.items()}
    schema = {
        "users": solution.ListOf(user_schema(solution)),
        "orders": solution.ListOf(order),
    }
    wanted = [
        solution.FieldError(("users", 2, "email"), "missing"),
        solution.FieldError(("users", 3, "name"), "type"),
        solution.FieldError(("orders", 1, "amount"), "null"),
        solution.FieldError(("orders", 2, "amount"), "missing"),
        solution.FieldError(("orders", 3, "amount"), "type"),
    ]
    call(solution.validate, {"users": users(), "orders": orders()}, schema).gives(wanted)


def test_a_null_that_is_allowed(solution):
    user = {"id": 2, "name": "Amit", "email": None}
    call(solution.validate, user, user_schema(solution)).gives([])


def test_four_errors_of_one_user(solution):
    user = {"name": None, "id": 0, "mail": "raj@gmail.com"}
    wanted = [
        solution.FieldError(("id",), "minimum"),
        solution.FieldError(("name",), "null"),
        solution.FieldError(("email",), "missing"),
        solution.FieldError(("mail",), "unknown"),
    ]
    call(solution.validate, user, user_schema(solution)).gives(wanted)
