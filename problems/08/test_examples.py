"""The examples of the statement."""

from grader.testkit import Called, call


class Rows:
    """A source made of a list."""

    def __init__(self, rows):
        self.rows = iter(rows)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.rows)

    def close(self):
        pass


def open_users():
    return Rows([(7, b"Ada"), None, [8, b"Grace"], (9, None)])


def test_parse_row(solution):
    call(solution.parse_row, [7, b"Ada"]).gives((7, "Ada"))


def test_read_records(solution):
    called = call(solution.read_records, open_users, batch_size=2)
    found = Called(list, f"list({called.text})", list(called.value))
    found.gives([[(7, "Ada"), (8, "Grace")], [(9, None)]])


def test_lazy_loader(solution):
    users = call(solution.LazyLoader, open_users).value
    Called(len, "len(list(users))", len(list(users))).gives(3)
    Called(next, "next(iter(users))", next(iter(users))).gives((7, "Ada"))


def test_stream_csv(solution):
    called = call(solution.stream_csv, open_users)
    text = f"list({called.text})"
    Called(list, text, list(called.value)).gives(["7,Ada\r\n", "8,Grace\r\n", "9,\r\n"])
