"""The examples of the statement."""

from grader.testkit import call, call_as


def test_add_item(solution):
    call(solution.add_item, "tea").gives(["tea"])
    call(solution.add_item, "milk").gives(["milk"])
    cart = ["bread"]
    call(solution.add_item, "jam", cart).gives_object(cart, "the list that was passed")


def test_mutable_defaults(solution):
    def search(term, filters={}, limit=10, *, tags=[], sort=("name", "asc")): ...

    call(solution.mutable_defaults, search).gives(["filters", "tags"])


def test_fresh_defaults(solution):
    def visit(page, seen=[]):
        seen.append(page)
        return seen

    fresh = call(solution.fresh_defaults, visit).value
    call_as("visit", fresh, "home").gives(["home"])
    call_as("visit", fresh, "about").gives(["about"])
