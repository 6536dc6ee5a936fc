"""Thinks a name without a text is not in the query."""
