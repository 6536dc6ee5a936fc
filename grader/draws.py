"""What property-based tests draw depends on them alone."""

from __future__ import annotations

import sys


def draw_no_constants_of_modules() -> None:
    """Let hypothesis, if it was imported, try no constants that stand in the modules at hand.

    They are those of the solution and of the grader: with them the same test draws something else
    under ``pytest`` than under ``grader``, and after any change here. To read them all takes each
    process a quarter of what the tests of problem 18 take. There is no setting for it:
    https://hypothesis.readthedocs.io/en/latest/changelog.html#v6-131-1
    """
    providers = sys.modules.get("hypothesis.internal.conjecture.providers")
    if providers is not None and hasattr(providers, "_get_local_constants"):
        none = providers.Constants()
        vars(providers)["_get_local_constants"] = lambda: none
