"""16 · Flask error handler. The statement: `grader show 16`, or problems/16/README.md."""

import logging

from flask import Flask


def register_error_handlers(app: Flask, *, logger: logging.Logger | None = None) -> None:
    """Make every error of ``app`` answer with the JSON envelope, and log what deserves it."""
    raise NotImplementedError
