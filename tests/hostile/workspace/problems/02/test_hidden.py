"""Notices what another solution left behind."""

import random
import threading
import time

import pytest

from grader.testkit import call, expect, expect_that

behaviour = pytest.mark.behaviour


@behaviour("clock")
def test_the_clock_is_the_clock(solution):
    for function in (time.sleep, time.monotonic, time.time, time.perf_counter):
        expect("the module of a function of `time`", function.__module__, "time")
    began = call(solution.wait, 0.0).value
    expect_that("wait(0.0)", 0 <= time.monotonic() - began < 3600, began, "a time just now")


@behaviour("chance")
def test_chance_is_chance(solution):
    call(solution.roll, 7).gives(random.Random(7).random())


@behaviour("place")
def test_the_folder_is_its_own(solution):
    call(solution.files).gives([])


@behaviour("alone")
def test_nothing_else_is_there(solution):
    call(solution.modules).gives(["p02_next"])
    expect("the number of threads", threading.active_count(), 1)
