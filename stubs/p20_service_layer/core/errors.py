"""What the core raises, in the words of the domain. Given, and complete."""

from collections.abc import Mapping


class ServiceError(Exception):
    """A request that the rules refuse."""


class InvalidInput(ServiceError):
    """What was passed is not valid; ``details`` maps the name of each faulty field to a word."""

    def __init__(self, details: Mapping[str, str]) -> None:
        super().__init__("invalid input")
        self.details = dict(details)


class NotFound(ServiceError):
    """What was asked for does not exist."""


class Conflict(ServiceError):
    """What was asked for contradicts what there is."""
