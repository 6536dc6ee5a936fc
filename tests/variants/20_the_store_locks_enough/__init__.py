"""Variant of locks_the_write_only."""
