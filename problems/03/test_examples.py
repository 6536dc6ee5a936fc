"""The examples of the statement."""

from grader.testkit import call, expect, expect_that


class Station:
    def __init__(self, name):
        self.name = name
        self.lines = []


def test_containers(solution):
    menu = {"soup": ["leek", "oil"], "sizes": (1, 2), "to go": (["box"],)}
    twin = call(solution.deep_copy, menu)
    twin.gives(menu)
    twin.value["soup"].append("salt")
    expect("menu['soup'], after a change of the copy", menu["soup"], ["leek", "oil"])
    expect_that("twin['sizes']", twin.value["sizes"] is menu["sizes"], twin.value, "the same tuple")
    is_same = twin.value["to go"] is menu["to go"]
    expect_that("twin['to go']", not is_same, twin.value, "another tuple")


def test_objects(solution):
    north, south = Station("north"), Station("south")
    north.lines = south.lines = [north]
    copies = call(solution.deep_copy, [north, south]).value
    expect("copies[0].name", copies[0].name, "north")
    is_shared = copies[0].lines is copies[1].lines
    expect_that("copies[0].lines", is_shared, copies[0].lines, "the list in copies[1].lines")
    is_cycle = copies[0].lines[0] is copies[0]
    expect_that("copies[0].lines[0]", is_cycle, copies[0].lines[0], "copies[0]")
