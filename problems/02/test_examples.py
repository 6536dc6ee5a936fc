"""The examples of the statement."""

from grader.testkit import call, call_as, expect


def test_an_error(solution):
    error = call(solution.RateLimitError, "Slow down", details={"retry_after": 30}).value
    expect("its status_code", error.status_code, 429)
    expect("its str", str(error), "Slow down")
    call_as("error.to_dict", error.to_dict).gives(
        {"code": "rate_limited", "message": "Slow down", "details": {"retry_after": 30}}
    )


def test_translate(solution):
    rules = {OSError: solution.ConflictError, FileNotFoundError: solution.NotFoundError}
    found = call(solution.translate, FileNotFoundError("/srv/orders/17"), rules).value
    expect("code of a FileNotFoundError, translated", found.code, "not_found")
    found = call(solution.translate, ZeroDivisionError("division by zero"), rules).value
    expect("code of a ZeroDivisionError, translated", found.code, "internal_error")


def test_error_boundary(solution):
    original = PermissionError("/srv/orders")
    caught = None
    try:
        with solution.error_boundary({OSError: solution.ConflictError}):
            raise original
    except solution.APIError as error:
        caught = error
    expect("code of what left the boundary", getattr(caught, "code", None), "conflict")
    expect("its __cause__", caught.__cause__, original)
