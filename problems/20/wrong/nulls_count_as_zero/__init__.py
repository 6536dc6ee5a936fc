"""Thinks an order without an amount is an order of 0."""
