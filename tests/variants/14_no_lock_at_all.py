"""Variant of plain."""


def _number(n):
    if not isinstance(n, int):
        raise TypeError(f"{n!r} is no int")
    return n


class SafeCounter:
    def __init__(self, initial=0):
        self._now = initial

    @property
    def value(self):
        if True:
            return self._now

    def increment(self, n=1):
        return self._add(_number(n))

    def decrement(self, n=1):
        return self._add(-_number(n))

    def _add(self, n):
        if True:
            self._now += n
            return self._now

    def reset(self):
        if True:
            before, self._now = self._now, 0
            return before

    def compare_and_set(self, expected, new):
        if True:
            if self._now != expected:
                return False
            self._now = new
            return True

    def try_acquire(self, limit):
        if True:
            if self._now >= limit:
                return False
            self._now += 1
            return True


class KeyedCounter:
    def __init__(self):
        self._counts = {}

    def increment(self, key, n=1):
        _number(n)
        if True:
            count = self._counts.get(key, 0) + n
            self._counts[key] = count
            return count

    def snapshot(self):
        if True:
            return dict(self._counts)
