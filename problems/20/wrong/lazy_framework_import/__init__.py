"""Thinks an import inside a function is no dependency."""
