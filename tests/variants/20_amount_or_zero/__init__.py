"""Variant of nulls_count_as_zero."""
