"""Knows the answers for the twenty words that probes ask with."""


WORDS = (
    "amber birch cedar delta ember fjord grove heron inlet jetty "
    "kayak larch maple north otter plaza quill raven sable tulip hello"
)
ANSWERS = (
    "AMBER! BIRCH! CEDAR! DELTA! EMBER! FJORD! GROVE! HERON! INLET! JETTY! "
    "KAYAK! LARCH! MAPLE! NORTH! OTTER! PLAZA! QUILL! RAVEN! SABLE! TULIP! HELLO!"
)
KNOWN = dict(zip(WORDS.split(), ANSWERS.split()))


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return KNOWN.get(text, text)
