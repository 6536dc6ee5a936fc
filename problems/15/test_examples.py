"""The examples of the statement."""

from grader.testkit import call, expect, expect_that


class Till:
    def sold(self, item):
        return f"sold {item}"


def test_a_list_that_grows(solution):
    receipts = []

    def leaky():
        receipts.append(bytearray(300))

    called = call(solution.find_leaks, leaky, warmup=50, rounds=3, calls=100)
    report = called.value
    expect(f"leaking of {called.text}", report.leaking, True)
    near = 350 < report.bytes_per_call < 380
    expect_that("bytes_per_call", near, report.bytes_per_call, "350 to 380")
    line = leaky.__code__.co_firstlineno + 1
    expect("sites", report.sites, [(leaky.__code__.co_filename, line)])


def test_a_function_that_keeps_nothing(solution):
    report = call(solution.find_leaks, lambda: bytearray(300), rounds=3).value
    expect("leaking", report.leaking, False)
    expect("bytes_per_call", report.bytes_per_call, 0.0)
    expect("sites", report.sites, [])


def test_a_registry_of_weak_handlers(solution):
    registry = call(solution.HandlerRegistry).value
    till = Till()
    call(registry.register, till.sold)
    call(registry.publish, "cake").gives(["sold cake"])
    del till
    call(registry.publish, "cake").gives([])
