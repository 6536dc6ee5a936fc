"""Questions about p01 · Clamp."""

from fractions import Fraction

from grader.testkit.probe import answers, step


def steps(rng):
    low, inside, high = sorted(rng.sample(range(10, 10_000), 3))
    for value in (low, inside, high):
        yield asked("within", value, low, high)
    yield asked("below", low - rng.randrange(1, 1_000), low, high)
    yield asked("above", high + rng.randrange(1, 1_000), low, high)
    yield asked("open", -inside, None, high)
    yield asked("open", high, low, None)
    yield asked("open", inside, None, None)
    yield asked("open", None, None, None)
    yield asked("open", -inside, 0, high)
    yield asked("crossed", inside, high, low)
    place = rng.randrange(100)
    what = f"which of 100 equal fractions comes back where number {place} is passed"
    yield step("very-object", what, numbers=[low, inside, high], place=place)


def asked(behaviour, value, low, high):
    call = f"clamp({value}, {low}, {high})"
    return step(behaviour, call, ask="clamp", arguments=[value, low, high])


def observe(solution, steps):
    return answers(solution, steps, ASKS)


def ask_clamp(solution, step):
    return solution.clamp(*step["arguments"])


def ask_object(solution, step):
    low, value, high = step["numbers"]
    equal = [Fraction(2 * value - 1, 2) for _ in range(100)]
    found = solution.clamp(equal[step["place"]], Fraction(low), Fraction(high))
    return [place for place, one in enumerate(equal) if one is found]


ASKS = {"clamp": ask_clamp, "very-object": ask_object}
