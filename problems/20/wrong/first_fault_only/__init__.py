"""Thinks one fault is enough to refuse."""
