"""Run solutions against hidden tests, each in a process of its own."""

from grader.engine.choose import open_engine
from grader.engine.job import Job, Questions
from grader.engine.supervise import run_job
from grader.engine.worker import Engine

__all__ = ["Engine", "Job", "Questions", "open_engine", "run_job"]
