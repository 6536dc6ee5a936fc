"""Thinks whatever can be added up is an amount."""
