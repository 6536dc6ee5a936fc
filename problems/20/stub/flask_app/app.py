"""The Flask application: puts the service together with its routes, and maps errors."""

from flask import Flask

from ..core.models import Repository


def create_app(repository: Repository | None = None, *, token: str) -> Flask:
    """Return an application over a repository, by default one of its own with the live data."""
    raise NotImplementedError
