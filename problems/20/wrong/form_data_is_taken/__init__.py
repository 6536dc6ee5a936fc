"""Thinks `request.data` is the body, also of a form."""
