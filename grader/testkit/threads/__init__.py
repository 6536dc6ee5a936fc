"""Threads under control: every schedule with one switch or two, forced, and told when it fails."""

from grader.testkit.threads.explore import ControlledThreads, controlled_threads
from grader.testkit.threads.schedule import Run

__all__ = ["ControlledThreads", "Run", "controlled_threads"]
