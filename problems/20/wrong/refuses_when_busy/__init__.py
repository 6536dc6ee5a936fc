"""Thinks who cannot have the lock at once is in conflict with somebody."""
