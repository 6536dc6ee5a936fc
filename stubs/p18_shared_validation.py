"""18 · Shared validation. The statement: `grader show 18`, or problems/18/README.md."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI
    from flask import Flask


def validate_order(payload: Any) -> dict[str, Any]:
    """Return the order that ``payload`` holds, or raise a ValidationError with all its errors."""
    raise NotImplementedError


def create_flask_app() -> "Flask":
    """Return a Flask app that answers ``POST /orders``."""
    raise NotImplementedError


def create_fastapi_app() -> "FastAPI":
    """Return a FastAPI app that answers ``POST /orders``."""
    raise NotImplementedError
