"""Questions about the tiny problem."""

from grader.testkit.probe import answers, step, words


def steps(rng):
    number, other = rng.sample(range(1000), 2)
    word, name = words(rng, 2)
    yield step("doubles", f"double({number})", value=number)
    yield step("doubles", f"double({word!r})", value=word)
    yield step("shouts", f"shout({word!r})", text=word)
    yield step("adds", f"add({number}, {other})", numbers=[number, other])
    yield step("greets", f"greet({name!r})", name=name)


def observe(solution, steps):
    return answers(solution, steps, ASKS)


ASKS = {
    "doubles": lambda solution, step: solution.double(step["value"]),
    "shouts": lambda solution, step: solution.shout(step["text"]),
    "adds": lambda solution, step: solution.add(*step["numbers"]),
    "greets": lambda solution, step: solution.greet(step["name"]),
}
